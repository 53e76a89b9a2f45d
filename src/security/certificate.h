/* What people are told of a certificate. Private to src/security: others see keystore.h and smime.h. */
#ifndef SECURITY_CERTIFICATE_H
#define SECURITY_CERTIFICATE_H

#include "base/arena.h"

#include <openssl/x509.h>

/* "CN=Anna Example, O=Example": UTF-8 without control characters, at most 500 bytes, in the order written. */
struct str certificate_name(struct arena *arena, const X509_NAME *name);

/* "0A:3F:…", of absurdly long ones the beginning. */
struct str certificate_serial(struct arena *arena, const ASN1_INTEGER *serial);

/* The common name alone, else the organisational unit or the organisation; empty where there is none. */
struct str certificate_short_name(struct arena *arena, const X509_NAME *name);

/* rfc822Name of the subjectAltName and emailAddress of the subject (RFC 8550 §3), at most 50. */
size_t certificate_addresses(struct arena *arena, X509 *cert, struct str **ret_addresses);

/* May the certificate be used for mail at all? RFC 8550 §4.4.4: emailProtection, any, or nothing said. */
bool certificate_is_for_mail(X509 *cert);

/* Kinds of keys that OpenSSL signs (RSA, EC) and opens mail with (RSA, EC); not Ed25519, which its CMS only verifies.
 */
bool certificate_key_signs(const EVP_PKEY *key);
bool certificate_key_opens(const EVP_PKEY *key);

/* Unix ms; 0 where it can't be read. */
int64_t certificate_time(const ASN1_TIME *time);

/* "RSA 2048", "EC P-256", "Ed25519". */
struct str certificate_key(struct arena *arena, const EVP_PKEY *key);

#endif
