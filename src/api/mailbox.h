/* A personal mailbox (FEATURES AC11) as records of the set-up: an account with an owner, its listener, and where it is
 * signed in with the provider a profile of its own, made from one that an administrator set up. Only mailboxes at known
 * providers: who may add others manages providers. */
#ifndef API_MAILBOX_H
#define API_MAILBOX_H

#include "setup/setup.h"

#define MAILBOX_MAX 20 /* of one operator */

struct mailbox_order {
	const char *owner, *address, *name;
	const struct provider *provider;
	const struct secret *password;                /* with `profile` NULL */
	const struct authentication_profile *profile; /* what the own one is made from; NULL: by password */
	const char *since;                            /* "2026-11-21": older mail isn't read, where it can be told */
};

/* An ID that nobody had and nobody will have: whoever gets that of a mailbox which is gone would see its cases. In the
 * arena. */
const char *mailbox_id(const char *owner, const char *address, struct arena *arena);

/* The document that setup_apply() takes; the caller owns it, secrets in it. The rule and the case type that personal
 * mail is handled by are part of it where they aren't there. */
int mailbox_document(const struct setup *setup, const struct sealer *sealer, const char *id,
                     const struct mailbox_order *order, json_t **ret_document, struct error *err) NODISCARD;

/* The provider of an address that is known here: one that is named, else by its domain, else by who hosts the domain
 * (DNS, a few seconds). E_NOT_FOUND where there is none; E_THROTTLED where too many look. */
int mailbox_provider(const struct setup *setup, const char *named, const char *address, struct arena *arena,
                     const struct provider **ret_provider, struct error *err) NODISCARD;

/* Takes listeners, account and own profile out; within the transaction that `db` is in. */
int mailbox_remove(struct db *db, const struct sealer *sealer, const struct setup *setup, const char *id,
                   const char *by, struct error *err) NODISCARD;

#endif
