/* What an account signs and encrypts its mail with (FEATURES SE8, SE9, SE13): send/smime and send/dkim with their
 * keystores opened and the entries found.
 *
 *	struct account_signing signing CLEANUP(account_signing_close) = {0};
 *	if (account_signing_open(setup, account, now, &signing, err) < 0) … nothing may leave unsigned
 *
 * Keystores are shared with everybody who opened them lately: opening costs a digest of the content. */
#ifndef SETUP_SIGNING_H
#define SETUP_SIGNING_H

#include "setup/setup.h"

struct keystore;
struct keystore_entry;

struct account_signing {
	struct keystore *keys; /* owned; NULL: no S/MIME signature */
	const struct keystore_entry *signer;
	struct keystore *own; /* owned; NULL: nothing is encrypted */
	const struct keystore_entry *reader;
	struct keystore *dkim_keys; /* owned; NULL: no DKIM signature */
	const struct keystore_entry *dkim_entry;
	const char *dkim_domain; /* borrowed from the account */
};

/* Does the account want anything of that? */
bool account_signs(const struct account *account);    /* S/MIME signatures */
bool account_encrypts(const struct account *account); /* at least when possible */
bool account_has_dkim(const struct account *account);

/* The text of a failure begins with the place: "accounts/support/send/smime/alias: it has no entry …". */
int account_signing_open(const struct setup *setup, const struct account *account, int64_t at,
                         struct account_signing *ret, struct error *err) NODISCARD;

/* DKIM alone. */
int account_dkim_open(const struct setup *setup, const struct account *account, struct account_signing *ret,
                      struct error *err) NODISCARD;
void account_signing_close(struct account_signing *signing);

/* Is the entry (of the keystore that it names) what the account signs with, or would if it hadn't expired? */
bool account_signer_is(const struct setup *setup, const struct account *account, const struct keystore_entry *entry,
                       int64_t at);

/* All accounts can do what they are set up to, but for certificates that have expired and secrets that can't be opened
 * here: these are no mistakes of the document. Part of setup_check(). */
int signing_check(const struct setup *setup, struct error *err) NODISCARD;

/* Appends a line for each account that can't sign now, or signs as somebody else than it sends as. */
void signing_warnings(const struct setup *setup, const struct account *account, int64_t now, struct buf *report);

#endif
