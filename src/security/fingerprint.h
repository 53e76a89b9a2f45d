/* A fingerprint of content: 16 bytes, GMAC (NIST SP 800-38D) under a key of the store's own. As fast as memory can be
 * read, and nobody who doesn't know the key can make two mails that look alike. It recognises; it proves nothing to
 * others. */
#ifndef SECURITY_FINGERPRINT_H
#define SECURITY_FINGERPRINT_H

#include "base/str.h"

#define FINGERPRINT_BYTES     16
#define FINGERPRINT_KEY_BYTES 16

struct fingerprint;

struct fingerprint *fingerprint_begin(const unsigned char key[FINGERPRINT_KEY_BYTES]) NODISCARD;

/* The bytes, in pieces of any size; the pieces' borders don't matter. */
void fingerprint_add(struct fingerprint *f, struct str bytes);

/* Writes the result and frees. */
void fingerprint_end(struct fingerprint *f, unsigned char ret[FINGERPRINT_BYTES]);

#endif
