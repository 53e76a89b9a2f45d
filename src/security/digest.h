/* Hashes, HMAC and PBKDF2 for log-in mechanisms. False where this system's OpenSSL doesn't do the hash (MD5 under
 * FIPS). */
#ifndef SECURITY_DIGEST_H
#define SECURITY_DIGEST_H

#include "base/str.h"

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

#define DIGEST_MAX 32 /* bytes of the longest */

size_t digest_size(enum digest digest);

bool digest_of(enum digest digest, struct str bytes, unsigned char ret[DIGEST_MAX]) NODISCARD;
bool digest_hmac(enum digest digest, struct str key, struct str text, unsigned char ret[DIGEST_MAX]) NODISCARD;

/* RFC 8018 §5.2 with HMAC, one block of output; SCRAM's Hi(). */
bool digest_pbkdf2(enum digest digest, struct str password, struct str salt, unsigned iterations,
                   unsigned char ret[DIGEST_MAX]) NODISCARD;

/* SHA-256 of bytes that come in pieces; digest_end() frees. */
struct digesting;
struct digesting *digest_begin(void) NODISCARD;
void digest_add(struct digesting *digesting, struct str bytes);
void digest_end(struct digesting *digesting, unsigned char ret[DIGEST_MAX]);

/* In a time that tells nothing of where they differ. */
bool digest_equal(const unsigned char *a, const unsigned char *b, size_t n);

#endif
