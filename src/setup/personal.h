/* Personal mailboxes (account.owner; operator.h says who may see them) and what they alone use: who sees all accounts
 *but others' own must not learn of them by a keystore's place in a calendar, or by an event.
 *
 *	const struct account *mailbox = NULL;
 *
 *	while ((mailbox = personal_mailbox(setup, &keystore_type, "keys", mailbox)))
 *		tell(mailbox->id, …);
 */
#ifndef SETUP_PERSONAL_H
#define SETUP_PERSONAL_H

#include "setup/setup.h"

/* It has an owner who is an operator still. */
bool account_is_personal(const struct setup *setup, const struct account *account);

/* The personal mailbox that a record belongs to: an account or a listener to one, a keystore or an authentication
 * profile to all that use it. The first behind `after` (NULL: of all), in the order of ids; NULL where there is none
 * (more), and where anybody else uses the record, too. */
const struct account *personal_mailbox(const struct setup *setup, const struct record_type *type, const char *id,
                                       const struct account *after);

/* What `place` ("keystores/company", "accounts/support/send/profile") begins with: a record that is there, and its
 * type. NULL where it is none; nothing is written then. */
const void *record_at_place(const struct setup *setup, struct str place, const struct record_type **ret_type);

#endif
