/* See personal.h. */
#include "setup/personal.h"

#include "setup/users.h"

#include <stdio.h>

bool account_is_personal(const struct setup *setup, const struct account *account)
{
	return *account->owner && setup_operator(setup, account->owner);
}

/* ---------------------------------------------------------------- whose it is */

/* The first of several behind `after`, of what they alone use together. */
static const struct account *next_user(const struct users *users, const struct account *after)
{
	size_t low = 0, high = users->all_personal ? users->count : 0;

	while (after && low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(users_at(users, middle)->id, after->id) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low < users->count && users->all_personal ? users_at(users, low) : NULL;
}

const struct account *personal_mailbox(const struct setup *setup, const struct record_type *type, const char *id,
                                       const struct account *after)
{
	const struct listener *listener = type == &listener_type ? setup_listener(setup, id) : NULL;
	const struct account *account = listener                ? setup_account(setup, listener->account)
	                                : type == &account_type ? setup_account(setup, id)
	                                                        : NULL;

	if (type == &keystore_type || type == &authentication_profile_type) {
		struct users users = setup_users(setup, type, id);

		return next_user(&users, after);
	}
	return account && !after && account_is_personal(setup, account) ? account : NULL;
}

const void *record_at_place(const struct setup *setup, struct str place, const struct record_type **ret_type)
{
	char name[40], id_text[100];
	const struct record_type *type;
	const void *record;
	struct str plural, id;

	if (!str_split(&place, '/', &plural) || !str_split(&place, '/', &id) || plural.n >= sizeof name ||
	    id.n >= sizeof id_text)
		return NULL;
	snprintf(name, sizeof name, STR_FMT, STR_ARG(plural));
	snprintf(id_text, sizeof id_text, STR_FMT, STR_ARG(id));
	type = setup_type_find(name);
	record = type ? setup_find(setup, type, id_text) : NULL;
	if (record)
		*ret_type = type;
	return record;
}
