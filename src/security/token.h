/* Tokens that find the case of an answer, each bound to the address that the mail goes to: 64 random bits and a keyed
 * check (HMAC-SHA-256, RFC 2104, cut to 96 bits) over them and the address, as 32 letters and digits (RFC 4648 base32,
 * lower case): safe in a Message-ID, in the local part of an address, in a text. Nobody without the key can make one,
 * or make one for another address of his. */
#ifndef SECURITY_TOKEN_H
#define SECURITY_TOKEN_H

#include "base/str.h"

#define TOKEN_LEN       32
#define TOKEN_KEY_BYTES 32

/* Letters' case in the address doesn't matter. */
void token_make(const unsigned char key[TOKEN_KEY_BYTES], struct str address, char ret_token[TOKEN_LEN + 1]);

/* Made for this address with one of the `count` keys, which stand one behind the other? Takes the same time whatever
 * the difference. */
bool token_is_genuine(const unsigned char *keys, size_t count, struct str token, struct str address);

/* Only letters and digits of a token, and as many. */
bool token_has_shape(struct str s);

#endif
