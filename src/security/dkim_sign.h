/* Signs outgoing mail with DKIM (RFC 6376, 8301, 8463): rsa-sha256 or ed25519-sha256 by the key's kind,
 * relaxed/relaxed, the whole body. Every field that says who writes, to whom and what is signed once more than it is
 * there, so that nobody can add another one. */
#ifndef SECURITY_DKIM_SIGN_H
#define SECURITY_DKIM_SIGN_H

#include "base/arena.h"
#include "base/buf.h"
#include "security/keystore.h"

struct dkim_signer {
	const char *domain, *selector;
	const struct keystore *keys;
	const struct keystore_entry *entry; /* its private key; a certificate isn't needed */
};

/* E_INVALID where the key is neither RSA of 1,024 to 8,192 bits nor Ed25519, or the names are none; *ret_is_weak: an
 * RSA key below 2,048 bits. */
int dkim_signer_check(const struct dkim_signer *signer, bool *ret_is_weak, struct error *err) NODISCARD;

/* Appends the field "DKIM-Signature: …" with its line end, to be put before `raw`, a mail with CRLF line ends. */
int dkim_sign(const struct dkim_signer *signer, struct str raw, int64_t now_s, struct buf *field,
              struct error *err) NODISCARD;

/* Appends what the TXT record of SELECTOR._domainkey.DOMAIN must say. */
int dkim_record(const struct dkim_signer *signer, struct buf *text, struct error *err) NODISCARD;

#endif
