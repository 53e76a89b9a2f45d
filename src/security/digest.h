/* SHA-256 of bytes that come in pieces. */
#ifndef SECURITY_DIGEST_H
#define SECURITY_DIGEST_H

#include "base/str.h"

#define DIGEST_BYTES 32

struct digest;

struct digest *digest_begin(void) NODISCARD;
void digest_add(struct digest *digest, struct str bytes);

/* Writes the result and frees. */
void digest_end(struct digest *digest, unsigned char ret[DIGEST_BYTES]);

#endif
