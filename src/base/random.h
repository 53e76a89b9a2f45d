/* Randomness from the kernel. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base.h"

void random_bytes(void *p, size_t n);

/* 0 … below-1, without bias. */
uint64_t random_below(uint64_t below);

#define RANDOM_TOKEN_LEN 26 /* characters of a token, without the NUL */

/* 128 random bits in 26 lower-case letters and digits (RFC 4648 base32): safe in a Message-ID, a file name, a URL. */
void random_token(char ret_token[RANDOM_TOKEN_LEN + 1]);

#endif
