/* Certificates made at test start: a CA, and server certificates that are good, expired, for another host or
 * self-signed. Test only. */
#ifndef NET_DIALOGUE_CERTIFICATES_H
#define NET_DIALOGUE_CERTIFICATES_H

#include "base/base.h"

#include <openssl/ssl.h>

enum certificate_kind {
	CERTIFICATE_GOOD,        /* localhost, 127.0.0.1, ::1, signed by the CA */
	CERTIFICATE_EXPIRED,     /* the same, until yesterday */
	CERTIFICATE_OTHER_HOST,  /* other.example */
	CERTIFICATE_SELF_SIGNED, /* localhost, no CA */
	CERTIFICATE_OLD,         /* as good, in a context that speaks TLS 1.0 only */
	CERTIFICATE_KINDS,
};

struct certificates;

/* Makes keys (P-256) and certificates in memory and a folder under $TMPDIR with the CA's PEM file. Aborts on failure.
 */
struct certificates *certificates_new(void) NODISCARD;
void certificates_free(struct certificates *certificates); /* removes the folder */
DEFINE_CLEANUP(struct certificates *, certificates_free)

const char *certificates_folder(
        const struct certificates *certificates); /* for a test's own files, which are removed with it */
const char *certificates_ca_file(const struct certificates *certificates); /* ca.pem: the truststore to name */

/* PEM files of certificate and key, for a real server. */
const char *certificates_cert_file(const struct certificates *certificates, enum certificate_kind kind);
const char *certificates_key_file(const struct certificates *certificates, enum certificate_kind kind);

/* A server context (borrowed). */
SSL_CTX *certificates_context(const struct certificates *certificates, enum certificate_kind kind);

#endif
