/* Signed JSON Web Tokens of others (RFC 7515, 7519), checked against their key set (RFC 7517): RS256 and ES256, and
 * nothing else, whatever the token says of itself. */
#ifndef SECURITY_JWT_VERIFY_H
#define SECURITY_JWT_VERIFY_H

#include "base/error.h"
#include "base/str.h"

#include <jansson.h>

#define JWT_MAX_BYTES KIB(32)
#define JWKS_MAX_KEYS 100

/* The claims, as the signer wrote them (the caller's: json_decref); whom it is for and how long it holds is not looked
 * at. `jwks` is {"keys": […]}. Where the token names a key (kid), that one alone is tried. E_INVALID: no such token;
 * E_UNSUPPORTED: signed otherwise; E_NOT_FOUND: none of the keys is the one that it names; E_AUTH: the signature is
 * wrong. */
int jwt_verify(struct str token, const json_t *jwks, json_t **ret_claims, struct error *err) NODISCARD;

/* base64url without padding (RFC 7515 §2), appended; false for anything else. */
struct buf;
bool base64url_decode(struct buf *out, struct str text) NODISCARD;

#endif
