#include "security/tls_shared.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/test.h"

/* A server with a self-signed certificate of its own for a name, and clients that trust it. */
struct server {
	EVP_PKEY *key;
	X509 *cert;
	SSL_CTX *serving, *visiting;
};

static X509 *make_certificate(EVP_PKEY *key, const char *name)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -60));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
	assert_int_equal(
	        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(cert, subject), 1);
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

static void server_init(struct server *server, const char *name)
{
	server->key = EVP_EC_gen("P-256");
	server->cert = make_certificate(server->key, name);
	server->serving = SSL_CTX_new(TLS_server_method());
	assert_int_equal(SSL_CTX_use_certificate(server->serving, server->cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server->serving, server->key), 1);
	server->visiting = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(server->visiting, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(server->visiting, tls_shared_verify, NULL);
	assert_int_equal(X509_STORE_add_cert(SSL_CTX_get_cert_store(server->visiting), server->cert), 1);
}

static void server_done(struct server *server)
{
	SSL_CTX_free(server->serving);
	SSL_CTX_free(server->visiting);
	X509_free(server->cert);
	EVP_PKEY_free(server->key);
}

/* A client of `visiting` at the server, shaken hands with; NULL where one of them doesn't want to. */
static SSL *visit(SSL_CTX *visiting, const struct server *server, const char *name, int version)
{
	SSL *client = SSL_new(visiting), *host = SSL_new(server->serving);
	BIO *ours = NULL, *theirs = NULL;
	bool ready = false;

	assert_int_equal(BIO_new_bio_pair(&ours, 0, &theirs, 0), 1);
	SSL_set_bio(client, ours, ours);
	SSL_set_bio(host, theirs, theirs);
	assert_int_equal(SSL_set_max_proto_version(client, version), 1);
	assert_int_equal(SSL_set1_host(client, name), 1);
	for (int i = 0; i < 10 && !ready; i++) {
		int a = SSL_connect(client), b = SSL_accept(host);

		ready = a == 1 && b == 1;
	}
	SSL_free(host);
	if (ready)
		return client;
	SSL_free(client);
	return NULL;
}

static void two_connections_share_a_certificate(void **state UNUSED)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct server server;

	server_init(&server, "mail.example");
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		SSL *one = visit(server.visiting, &server, "mail.example", versions[i]);
		SSL *two = visit(server.visiting, &server, "mail.example", versions[i]);

		assert_non_null(one);
		assert_non_null(two);
		assert_int_equal(SSL_version(one), versions[i]);
		assert_non_null(SSL_get0_peer_certificate(one));
		assert_ptr_equal(SSL_get0_peer_certificate(one), SSL_get0_peer_certificate(two));
		assert_int_equal(X509_cmp(SSL_get0_peer_certificate(two), server.cert), 0);
		SSL_free(one);
		assert_int_equal(X509_cmp(SSL_get0_peer_certificate(two), server.cert), 0);
		SSL_free(two);
	}
	tls_shared_forget();
	server_done(&server);
}

/* What is known of one connection doesn't vouch for another. */
static void each_connection_is_verified(void **state UNUSED)
{
	struct server server, other;
	SSL *good;

	server_init(&server, "mail.example");
	server_init(&other, "mail.example");
	good = visit(server.visiting, &server, "mail.example", TLS1_3_VERSION);
	assert_non_null(good);
	assert_null(visit(server.visiting, &server, "www.example", TLS1_3_VERSION)); /* another name */
	assert_null(visit(other.visiting, &server, "mail.example", TLS1_3_VERSION)); /* who doesn't trust it */
	assert_null(visit(server.visiting, &other, "mail.example", TLS1_3_VERSION)); /* another with its name */
	assert_int_equal(SSL_get_verify_result(good), X509_V_OK);
	SSL_free(good);
	tls_shared_forget();
	server_done(&server);
	server_done(&other);
}

/* More servers than are remembered. */
static void what_is_forgotten_lives_on_where_it_is_used(void **state UNUSED)
{
	struct server server;
	SSL *kept;

	server_init(&server, "mail.example");
	kept = visit(server.visiting, &server, "mail.example", TLS1_3_VERSION);
	assert_non_null(kept);
	for (int i = 0; i < TLS_SHARED_MAX; i++) {
		X509 *cert = make_certificate(server.key, "other.example");
		SSL *visitor;

		assert_int_equal(SSL_CTX_use_certificate(server.serving, cert), 1);
		X509_free(cert);
		visitor = visit(server.visiting, &server, "other.example", TLS1_2_VERSION);
		assert_null(visitor);
	}
	assert_int_equal(X509_cmp(SSL_get0_peer_certificate(kept), server.cert), 0);
	SSL_free(kept);
	tls_shared_forget();
	server_done(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(two_connections_share_a_certificate),
	        cmocka_unit_test(each_connection_is_verified),
	        cmocka_unit_test(what_is_forgotten_lives_on_where_it_is_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
