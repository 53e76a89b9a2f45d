/* See certificates.h. */
#include "net/dialogue/certificates.h"

#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

#define DAY_S (24 * 60 * 60)

struct certificate {
	EVP_PKEY *key;
	X509 *cert;
	SSL_CTX *ctx;
	char cert_file[120], key_file[120];
};

struct certificates {
	char folder[100], ca_file[120];
	struct certificate ca;
	struct certificate servers[CERTIFICATE_KINDS];
};

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static X509 *new_certificate(EVP_PKEY *key, const char *name, long days_from, long days_to)
{
	static long serial = 1;
	X509 *cert = X509_new();

	must(cert && X509_set_version(cert, 2));
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), days_from * DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(cert), days_to * DAY_S);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
	                           -1, 0);
	return cert;
}

static void make_ca(struct certificate *ca)
{
	ca->key = EVP_EC_gen("P-256");
	must(ca->key != NULL);
	ca->cert = new_certificate(ca->key, "Test CA", -1, 30);
	X509_set_issuer_name(ca->cert, X509_get_subject_name(ca->cert));
	add_extension(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(ca->cert, ca->cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	add_extension(ca->cert, ca->cert, NID_subject_key_identifier, "hash");
	must(X509_sign(ca->cert, ca->key, EVP_sha256()) > 0);
}

static void make_server(struct certificate *server, const struct certificate *ca, enum certificate_kind kind)
{
	bool other = kind == CERTIFICATE_OTHER_HOST, self = kind == CERTIFICATE_SELF_SIGNED;

	server->key = EVP_EC_gen("P-256");
	must(server->key != NULL);
	server->cert = new_certificate(server->key, other ? "other.example" : "localhost", -10,
	                               kind == CERTIFICATE_EXPIRED ? -1 : 20);
	X509_set_issuer_name(server->cert, X509_get_subject_name(self ? server->cert : ca->cert));
	add_extension(server->cert, self ? server->cert : ca->cert, NID_subject_alt_name,
	              other ? "DNS:other.example" : "DNS:localhost,IP:127.0.0.1,IP:::1");
	must(X509_sign(server->cert, self ? server->key : ca->key, EVP_sha256()) > 0);
}

static void make_context(struct certificate *server, enum certificate_kind kind)
{
	server->ctx = SSL_CTX_new(TLS_server_method());
	must(server->ctx != NULL);
	if (kind == CERTIFICATE_OLD) {
		SSL_CTX_set_min_proto_version(server->ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(server->ctx, TLS1_VERSION);
		must(SSL_CTX_set_cipher_list(server->ctx, "DEFAULT:@SECLEVEL=0") == 1);
	}
	must(SSL_CTX_use_certificate(server->ctx, server->cert) == 1);
	must(SSL_CTX_use_PrivateKey(server->ctx, server->key) == 1);
}

static FILE *create(const char *path)
{
	FILE *file = fopen(path, "we");

	must(file != NULL);
	return file;
}

static void write_cert(const char *path, X509 *cert)
{
	FILE *file = create(path);

	must(PEM_write_X509(file, cert) == 1 && fclose(file) == 0);
}

static void write_key(const char *path, EVP_PKEY *key)
{
	FILE *file = create(path);

	must(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(file) == 0);
}

static void write_files(struct certificates *c, enum certificate_kind kind)
{
	static const char *const names[CERTIFICATE_KINDS] = {"good", "expired", "other-host", "self-signed", "old"};
	struct certificate *server = &c->servers[kind];

	snprintf(server->cert_file, sizeof server->cert_file, "%s/%s.pem", c->folder, names[kind]);
	snprintf(server->key_file, sizeof server->key_file, "%s/%s.key", c->folder, names[kind]);
	write_cert(server->cert_file, server->cert);
	write_key(server->key_file, server->key);
}

struct certificates *certificates_new(void)
{
	struct certificates *c = mem_new(1, sizeof *c);
	const char *tmp = getenv("TMPDIR");

	snprintf(c->folder, sizeof c->folder, "%.60s/hauspost-certificates-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	must(mkdtemp(c->folder) != NULL);
	make_ca(&c->ca);
	snprintf(c->ca_file, sizeof c->ca_file, "%s/ca.pem", c->folder);
	write_cert(c->ca_file, c->ca.cert);
	for (int kind = 0; kind < CERTIFICATE_KINDS; kind++) {
		make_server(&c->servers[kind], &c->ca, (enum certificate_kind)kind);
		make_context(&c->servers[kind], (enum certificate_kind)kind);
		write_files(c, (enum certificate_kind)kind);
	}
	return c;
}

static void certificate_done(struct certificate *certificate)
{
	SSL_CTX_free(certificate->ctx);
	X509_free(certificate->cert);
	EVP_PKEY_free(certificate->key);
}

static void remove_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
}

void certificates_free(struct certificates *c)
{
	if (!c)
		return;
	certificate_done(&c->ca);
	for (int kind = 0; kind < CERTIFICATE_KINDS; kind++)
		certificate_done(&c->servers[kind]);
	remove_folder(c->folder);
	free(c);
}

const char *certificates_folder(const struct certificates *c)
{
	return c->folder;
}

const char *certificates_ca_file(const struct certificates *c)
{
	return c->ca_file;
}

const char *certificates_cert_file(const struct certificates *c, enum certificate_kind kind)
{
	return c->servers[kind].cert_file;
}

const char *certificates_key_file(const struct certificates *c, enum certificate_kind kind)
{
	return c->servers[kind].key_file;
}

SSL_CTX *certificates_context(const struct certificates *c, enum certificate_kind kind)
{
	return c->servers[kind].ctx;
}
