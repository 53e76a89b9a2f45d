/* The certificate of somebody we write to: what it is good for, read from DER or PEM or out of a signed mail. Plain
 * data in an arena. */
#ifndef SECURITY_SMIME_CERTIFICATE_H
#define SECURITY_SMIME_CERTIFICATE_H

#include "base/arena.h"
#include "base/error.h"

#define SMIME_CERTIFICATE_MAX_BYTES KIB(32) /* of one in DER */

struct smime_certificate {
	struct str der;
	struct str fingerprint; /* SHA-256, 64 hexadecimal digits in lower case */
	struct str subject, issuer, serial;
	struct str *addresses;
	size_t address_count;
	int64_t valid_from, expires_at; /* Unix ms */
	bool can_encrypt;               /* mail for its owner */
};

/* One certificate, DER or PEM; E_INVALID, E_LIMIT. Who vouches for it is not looked at. */
int smime_certificate_read(struct arena *arena, struct str bytes, struct smime_certificate *ret_certificate,
                           struct error *err) NODISCARD;

/* In any case of letters. */
bool smime_certificate_names(const struct smime_certificate *certificate, struct str address);

#endif
