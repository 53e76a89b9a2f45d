/* Signed JSON Web Tokens (RFC 7515, 7519) as a client needs them: RS256 assertions for OAuth (RFC 7523), and the small
 * things around them (base64url, the S256 challenge of RFC 7636). */
#ifndef SECURITY_JWT_H
#define SECURITY_JWT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "security/keystore.h"

/* RFC 4648 §5 without padding, appended. */
void base64url_encode(struct buf *out, struct str bytes);

/* base64url(SHA-256(verifier)), 43 characters. */
void pkce_challenge(struct str verifier, struct buf *out);

/* SHA-256 as 64 hexadecimal digits: tells whether something is still the same. */
void sha256_hex(struct str bytes, char ret_hex[65]);

/* Signs `claims` (a JSON object) with RS256. The header has alg, typ and, unless "", kid. `pem` is a private RSA key
 * (PKCS#8 or PKCS#1, no password). E_INVALID where it is none. */
int jwt_sign_pem(const struct secret *pem, const char *kid, struct str claims, struct secret *ret_jwt,
                 struct error *err) NODISCARD;

/* With the private key of a keystore's entry (blank alias: the first); the header names the certificate by x5t and
 * x5t#S256 (RFC 7515 §4.1.7), which is how Microsoft finds it. */
int jwt_sign_keystore(const struct keystore *keystore, const char *alias, struct str claims, struct secret *ret_jwt,
                      struct error *err) NODISCARD;

#endif
