/* Which accounts use a keystore or an authentication profile. Of a whole set-up it is found in one walk over the
 * accounts, when it is first asked for: thousands of mailboxes with a profile each are no thousands of walks.
 *
 *	struct users users = setup_users(setup, &keystore_type, "keys");
 *
 *	for (size_t i = 0; i < users.count; i++)
 *		tell(users_at(&users, i)->id, …); */
#ifndef SETUP_USERS_H
#define SETUP_USERS_H

#include "setup/setup.h"

struct users {
	const struct setup *setup;
	const size_t *places; /* among the set-up's accounts */
	size_t count;
	bool all_personal; /* each is somebody's own mailbox (personal.h) */
};

/* Those that use it themselves, or by a profile that they have; in the order of their ids. None where `type` is another
 * one. Good until the set-up is changed; several threads may ask of one set-up. */
struct users setup_users(const struct setup *setup, const struct record_type *type, const char *id);

const struct account *users_at(const struct users *users, size_t i);

/* ---------------------------------------------------------------- for setup.c and tests */

struct users_index;

struct users_index *users_index_new(void) NODISCARD;
void users_index_free(struct users_index *index);

/* A record of that type takes its place, or (before NULL) is new: what is known may be so no more. */
void users_index_change(struct users_index *index, const struct record_type *type, const void *before,
                        const void *after);

/* How many accounts were looked at so far. */
uint64_t users_index_steps(const struct setup *setup);

#endif
