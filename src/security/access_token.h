/* Random tokens that let somebody in: of sessions, programs, one-time links. Whoever keeps them keeps a hash alone. */
#ifndef SECURITY_ACCESS_TOKEN_H
#define SECURITY_ACCESS_TOKEN_H

#include "base/str.h"

#define ACCESS_TOKEN_LEN      43 /* 256 bits as base64url */
#define ACCESS_TOKEN_HASH_LEN 64

void access_token_make(char ret_token[ACCESS_TOKEN_LEN + 1]);

/* SHA-256 in hexadecimal: the token has 256 random bits, nothing slower is needed. */
void access_token_hash(struct str token, char ret_hash[ACCESS_TOKEN_HASH_LEN + 1]);

/* Another token that follows from this one and doesn't lead back to it: SHA-256 over its use and the token, as
 * base64url. */
void access_token_derive(struct str token, const char *use, char ret_token[ACCESS_TOKEN_LEN + 1]);

/* In a time that tells nothing of where they differ. */
bool access_token_equal(struct str a, struct str b);

#endif
