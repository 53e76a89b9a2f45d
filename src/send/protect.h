/* The last step of a mail before the outbox: S/MIME signature, encryption, DKIM signature, in this order, as the
 * account says (setup/signing.h). Whoever builds a mail calls it, once, in the transaction that queues it.
 *
 *	draft.is_signed = account_signs(account);
 *	draft_build(&draft, &mime, err);
 *	mail_protect(&options, &mime, err);
 *
 * What the account wants and can't be had (a key, a recipient's certificate) is a failure, never a mail without it. */
#ifndef SEND_PROTECT_H
#define SEND_PROTECT_H

#include "base/buf.h"
#include "setup/setup.h"

struct protect_options {
	struct db *db; /* for certificates; may be NULL where the account doesn't encrypt */
	const struct setup *setup;
	const struct account *account;
	const struct str *recipients; /* of the envelope, all of them */
	size_t recipient_count;
	int64_t at;
};

/* Is there anything to do? */
bool mail_protect_is_needed(const struct account *account);

/* Replaces the mail in `mime`. Fails with E_NOT_FOUND (a recipient has no certificate and encryption is required; no
 * such key), E_INVALID (a key has expired; a recipient that the header doesn't name would be named to the others),
 * E_AUTH, E_LIMIT (nothing is wrong with the store: the mail can't go out as it must), or as the store does. */
int mail_protect(const struct protect_options *options, struct buf *mime, struct error *err) NODISCARD;

#endif
