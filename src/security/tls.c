/* See tls.h. First the contexts and their cache, then one connection, then what went wrong in words (tls_fault.c). */
#include "security/tls.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "keystore_open.h"
#include "security/tls_fault.h"
#include "security/tls_shared.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sys/stat.h>

#define MAX_TRUSTSTORE_BYTES MIB(16)
#define SUPERSEDED_KEPT_MS   HOURS_MS(1)
#define READ_AHEAD_BYTES     (2 * (16384 + 512)) /* two full records a recv() */

struct context {
	struct context *next;
	enum tls_version lowest, highest;
	bool skip_verify;
	char *truststore; /* owned; "" is the system's */
	struct stat stamp;
	struct keystore *keystore; /* instead of a file; one use of it */
	int64_t superseded_at;     /* monotonic ms; 0 while current */
	SSL_CTX *ctx;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct context *contexts; /* under lock */

static const int openssl_versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};

static void context_free(struct context *context)
{
	SSL_CTX_free(context->ctx);
	keystore_free(context->keystore);
	free(context->truststore);
	free(context);
}
DEFINE_CLEANUP(struct context *, context_free)

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

/* ---------------------------------------------------------------- building a context */

static int add_certificates(X509_STORE *store, BIO *pem, const char *path, struct error *err)
{
	int count = 0;
	X509 *cert;

	while ((cert = PEM_read_bio_X509_AUX(pem, NULL, NULL, NULL))) {
		X509_STORE_add_cert(store, cert);
		X509_free(cert);
		count++;
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return fail(err, E_INVALID, RETRY_NEVER, "truststore %s: certificate %d is damaged", path, count + 1);
	}
	ERR_clear_error();
	if (!count)
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "truststore %s holds no certificate; a PEM file with -----BEGIN CERTIFICATE----- is expected",
		        path);
	return 0;
}

static int load_keystore(SSL_CTX *ctx, const struct context *context, struct error *err)
{
	const struct keystore_entry *entries;
	size_t n = keystore_entries(context->keystore, &entries), certificates = 0;

	for (size_t i = 0; i < n; i++)
		certificates += *entries[i].subject != '\0';
	if (!certificates)
		return fail(err, E_INVALID, RETRY_NEVER, "truststore: keystore %s holds no certificate",
		            context->truststore);
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set1_cert_store(ctx, keystore_trust(context->keystore));
	return 0;
}

static int load_truststore(SSL_CTX *ctx, const char *path, struct error *err)
{
	struct buf pem CLEANUP(buf_done) = BUF_INIT(MAX_TRUSTSTORE_BYTES);
	BIO *bio CLEANUP(bio_freep) = NULL;

	if (!*path) {
		if (SSL_CTX_set_default_verify_paths(ctx) == 1)
			return 0;
		ERR_clear_error();
		return fail(err, E_TLS, RETRY_NEVER, "the system's truststore can't be read");
	}
	if (file_read(path, &pem, err) < 0) {
		if (err) {
			err->code = E_INVALID;
			err->retry = RETRY_NEVER;
		}
		return error_prefix(err, "truststore");
	}
	bio = BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n);
	must(bio != NULL);
	/* A server's own certificate, or an intermediate one, may stand in the file instead of its root. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	return add_certificates(SSL_CTX_get_cert_store(ctx), bio, path, err);
}

static void set_versions(SSL_CTX *ctx, enum tls_version lowest, enum tls_version highest)
{
	must(lowest <= TLS_1_3 && highest <= TLS_1_3);
	SSL_CTX_set_min_proto_version(ctx, openssl_versions[lowest]);
	SSL_CTX_set_max_proto_version(ctx, openssl_versions[highest ? highest : TLS_1_3]);
	if (lowest < TLS_1_2) {
		/* TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL 3 allows at level 0 only; servers that old often lack
		 * RFC 5746 as well. */
		SSL_CTX_set_cipher_list(ctx, "DEFAULT:@SECLEVEL=0");
		SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	}
}

static SSL_CTX *new_ssl_ctx(const struct context *context)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	must(ctx != NULL);
	set_versions(ctx, context->lowest, context->highest);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
	                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_default_read_buffer_len(ctx, READ_AHEAD_BYTES);
	SSL_CTX_set_cert_verify_callback(ctx, tls_shared_verify, NULL);
	if (context->skip_verify)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	else
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, tls_fault_on_verify);
	return ctx;
}

/* ---------------------------------------------------------------- the cache */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool same_content(const struct context *a, const struct context *b)
{
	if (!a->keystore || !b->keystore)
		return !a->keystore && !b->keystore && same_file(&a->stamp, &b->stamp);
	return memcmp(keystore_digest(a->keystore), keystore_digest(b->keystore), KEYSTORE_DIGEST_SIZE) == 0;
}

/* Marks contexts of an older content of the same truststore and frees those superseded long ago. */
static void retire(const struct context *wanted)
{
	int64_t now = clock_mono_ms();

	for (struct context **link = &contexts; *link;) {
		struct context *c = *link;

		if (!c->superseded_at && strcmp(c->truststore, wanted->truststore) == 0 && !same_content(c, wanted))
			c->superseded_at = now;
		if (c->superseded_at && now - c->superseded_at > SUPERSEDED_KEPT_MS) {
			*link = c->next;
			context_free(c);
		} else {
			link = &c->next;
		}
	}
}

static struct context *find(const struct context *wanted)
{
	for (struct context *c = contexts; c; c = c->next)
		if (!c->superseded_at && c->lowest == wanted->lowest && c->highest == wanted->highest &&
		    c->skip_verify == wanted->skip_verify && strcmp(c->truststore, wanted->truststore) == 0 &&
		    same_content(c, wanted))
			return c;
	return NULL;
}

static int open_keystore(struct context *context, const struct tls_policy *policy, struct error *err)
{
	int r;

	if (policy->trust.content->fault)
		return fail(err, E_AUTH, RETRY_NEVER, "truststore: keystore %s can't be used: %s", context->truststore,
		            policy->trust.content->fault);
	r = keystore_open_shared(&policy->trust, &context->keystore, err);
	return r < 0 ? error_prefix(err, "truststore: keystore %s", context->truststore) : 0;
}

static int stamp_truststore(struct context *context, struct error *err)
{
	if (*context->truststore && stat(context->truststore, &context->stamp) < 0) {
		fail_errno(err, errno, "truststore %s", context->truststore);
		if (err) {
			err->code = E_INVALID;
			err->retry = RETRY_NEVER;
		}
		return E_INVALID;
	}
	return 0;
}

static int find_or_build(struct context *wanted, SSL_CTX **ret_ctx, struct error *err)
{
	struct context *found;
	int rc;

	retire(wanted);
	found = find(wanted);
	if (found) {
		*ret_ctx = found->ctx;
		return 0;
	}
	wanted->ctx = new_ssl_ctx(wanted);
	if (!wanted->skip_verify) {
		rc = wanted->keystore ? load_keystore(wanted->ctx, wanted, err)
		                      : load_truststore(wanted->ctx, wanted->truststore, err);
		if (rc < 0)
			return rc;
	}
	*ret_ctx = wanted->ctx;
	return 1;
}

int tls_client_context(const struct tls_policy *policy, SSL_CTX **ret_ctx, struct error *err)
{
	struct context *wanted CLEANUP(context_freep) = mem_new(1, sizeof *wanted);
	int rc;

	wanted->lowest = policy->lowest;
	wanted->highest = policy->highest;
	wanted->skip_verify = policy->skip_verify;
	wanted->truststore = mem_strdup(policy->truststore && !policy->skip_verify ? policy->truststore : "");
	rc = policy->trust.content && !policy->skip_verify ? open_keystore(wanted, policy, err)
	                                                   : stamp_truststore(wanted, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&lock);
	rc = find_or_build(wanted, ret_ctx, err);
	if (rc == 1) {
		wanted->next = contexts;
		contexts = take(wanted);
	}
	pthread_mutex_unlock(&lock);
	return rc < 0 ? rc : 0;
}

void tls_forget_contexts(void)
{
	pthread_mutex_lock(&lock);
	while (contexts) {
		struct context *c = contexts;

		contexts = c->next;
		context_free(c);
	}
	pthread_mutex_unlock(&lock);
	tls_shared_forget();
}

/* ---------------------------------------------------------------- one connection */

static bool is_ip_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* "mail.example." and "mail.example" are the same host; certificates and SNI (RFC 6066 §3) have no final dot. */
static void expect_host(SSL *ssl, const char *host, bool verify)
{
	struct str name = str_of(host);
	char *plain CLEANUP(freep) = NULL;

	if (name.n > 1 && name.p[name.n - 1] == '.')
		name.n--;
	plain = str_dup(name);
	if (is_ip_address(plain)) {
		if (verify)
			must(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), plain) == 1);
		return;
	}
	must(SSL_set_tlsext_host_name(ssl, plain) == 1);
	if (verify) {
		X509_VERIFY_PARAM_set_hostflags(SSL_get0_param(ssl), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		must(X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), plain, 0) == 1);
	}
}

int tls_client_new(const struct tls_policy *policy, const char *host, SSL **ret_ssl, struct error *err)
{
	SSL_CTX *ctx = NULL;
	SSL *ssl;
	int rc;

	if (!*host || strlen(host) > TLSEXT_MAXLEN_host_name || !str_is_ascii(str_of(host)))
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "host \"%.80s\" is no name that TLS can verify; write an international name in its xn-- form",
		        host);
	rc = tls_client_context(policy, &ctx, err);
	if (rc < 0)
		return rc;
	ssl = SSL_new(ctx);
	must(ssl != NULL);
	expect_host(ssl, host, !policy->skip_verify);
	tls_fault_watch(ssl, policy->lowest, host);
	SSL_set_connect_state(ssl);
	*ret_ssl = ssl;
	return 0;
}

void tls_handshake_done(SSL *ssl)
{
	tls_fault_unwatch(ssl);
}
