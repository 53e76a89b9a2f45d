/* Signatures of webhooks as the Standard Webhooks specification has them: over "id.timestamp.body", HMAC-SHA-256 ("v1",
 * with a secret "whsec_" + base64) or Ed25519 ("v1a", with a private key "whsk_" + base64 of its 32 bytes, or of these
 * and the public key's). */
#ifndef SECURITY_WEBHOOK_SIGN_H
#define SECURITY_WEBHOOK_SIGN_H

#include "base/buf.h"
#include "base/error.h"

#define WEBHOOK_SECRET_BYTES 32

/* Appends "v1,…" or "v1a,…" by the secret's kind, after a space where `out` holds one already. */
int webhook_sign(struct str secret, const char *id, int64_t timestamp_s, struct str body, struct buf *out,
                 struct error *err) NODISCARD;

/* Appends a new secret, "whsec_…". */
void webhook_new_secret(struct buf *out);

/* Appends a new private key, "whsk_…". */
void webhook_new_key(struct buf *out);

/* Appends the public key, "whpk_…", of a private one. */
int webhook_public_key(struct str private_key, struct buf *out, struct error *err) NODISCARD;

#endif
