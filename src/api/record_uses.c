/* See record_kinds.h: whose the records are that accounts use (keystores, authentication profiles). Who may change one
 * account must not get at another's mailbox by its tokens, or sign with another's key. */
#include "api/record_kinds.h"

#include "setup/personal.h"
#include "setup/users.h"
#include "store/records.h"

bool record_is_shared(const struct record_type *type)
{
	return type == &keystore_type || type == &authentication_profile_type;
}

/* ---------------------------------------------------------------- which accounts use it */

struct use_search {
	const char *kind, *id;
};

static int is_use(void *ctx, const char *path UNUSED, const char *kind, const char *id)
{
	const struct use_search *search = ctx;

	return strcmp(search->kind, kind) == 0 && strcmp(search->id, id) == 0;
}

static bool refers(const struct record_type *type, const void *record, const char *kind, const char *id)
{
	struct use_search search = {kind, id};

	return record && record_each_reference(type, record, is_use, &search);
}

struct using
{
	size_t all, read, managed; /* accounts: those that the caller may read, those that he may change */
	const char *other;         /* one that he may read and not change; NULL: there is none */
};

static struct using users_of(const struct request *request, const struct setup *setup, const struct record_type *type,
                             const char *id)
{
	struct users users = setup_users(setup, type, id);
	struct using using = {.all = users.count};

	for (size_t i = 0; i < users.count; i++) {
		const struct account *account = users_at(&users, i);

		if (caller_may_on(&request->caller, account->id, ACCOUNT_MANAGE))
			using.managed++;
		else if (caller_may_on(&request->caller, account->id, ACCOUNT_READ))
			using.other = account->id;
		using.read += caller_may_on(&request->caller, account->id, ACCOUNT_READ);
	}
	return using;
}

bool record_is_others(const struct request *request, const struct setup *setup, const struct record_type *type,
                      const char *id)
{
	struct using users;

	if (request->caller.all_accounts || !record_is_shared(type))
		return false;
	users = users_of(request, setup, type, id);
	return users.all && !users.read;
}

bool record_may_see_place(const struct request *request, struct str place)
{
	const struct record_type *type;
	const void *record = record_at_place(request->setup, place, &type);

	return record && record_may_read(request, type, record);
}

bool record_may_see_part(const struct request *request, const char *kind, const char *id)
{
	const struct caller *caller = &request->caller;
	const struct listener *listener;

	if (strcmp(kind, "sender") == 0)
		return caller_may_on(caller, id, ACCOUNT_READ);
	if (strcmp(kind, "listener") != 0)
		return caller_oversees(caller);
	listener = caller->all_accounts ? NULL : setup_listener(request->setup, id);
	return caller->all_accounts || (listener && caller_may_on(caller, listener->account, ACCOUNT_READ));
}

/* ---------------------------------------------------------------- who may */

/* One that no account uses yet is for who wrote it, and for who may make accounts. */
static int check_unused(const struct request *request, const struct record_type *type, const char *id, const char *path,
                        struct error *err)
{
	struct stored_record newest;
	int r = caller_oversees(&request->caller)
	                ? 0
	                : records_newest(request->db, type->kind, id, request->arena, &newest, err);

	if (r <= 0)
		return r;
	return strcmp(newest.author, request->caller.author) == 0
	               ? 0
	               : fail(err, E_REFUSED, RETRY_NEVER, "%s: %s \"%.64s\" isn't of an account that %s may change",
	                      path, type->kind, id, request->caller.author);
}

int record_check_users(const struct request *request, const struct setup *setup, const struct record_type *type,
                       const char *id, struct error *err)
{
	struct using users = users_of(request, setup, type, id);
	const char *path = arena_printf(request->arena, "%s/%s", type->plural, id).p;

	if (users.all == 0)
		return check_unused(request, type, id, path, err);
	if (users.managed == users.all)
		return 0;
	if (!users.other)
		return fail(err, E_REFUSED, RETRY_NEVER, "%s: is used by an account that %s may not change", path,
		            request->caller.author);
	return fail(err, E_REFUSED, RETRY_NEVER, "%s: %s may not change account \"%.64s\"", path,
	            request->caller.author, users.other);
}

struct reference_check {
	const struct request *request;
	const struct setup *setup;
	const struct record_type *type;
	const void *before;
	bool moved; /* what is kept goes to another server, or asks for another mailbox */
	const char *id;
	struct error *err;
};

/* A profile may be good for more mailboxes than one. */
static bool is_moved(const struct record_type *type, const void *before, const void *after)
{
	const struct account *was = before, *is = after;

	if (!before || type != &account_type)
		return false;
	return record_is_moved(type, before, after) || strcmp(was->send.address, is->send.address) != 0;
}

/* Who may change all accounts but others' own mailboxes uses whatever isn't theirs alone. */
static int check_reference(void *ctx, const char *path, const char *kind, const char *id)
{
	const struct reference_check *check = ctx;
	const struct request *request = check->request;
	const struct record_type *type = setup_type_find(kind);
	struct using users;

	if (!type || !record_is_shared(type) || (!check->moved && refers(check->type, check->before, kind, id)))
		return 0;
	path = arena_printf(request->arena, "%s/%s/%s", check->type->plural, check->id, path).p;
	users = users_of(request, check->setup, type, id);
	if (users.all == 0)
		return check_unused(request, type, id, path, check->err);
	if (users.managed == users.all || (request->caller.new_accounts && users.managed))
		return 0;
	return fail(check->err, E_REFUSED, RETRY_NEVER, "%s: %s may not use %s \"%.64s\", which is another account's",
	            path, request->caller.author, kind, id);
}

int record_check_references(const struct request *request, const struct setup *setup, const struct record_type *type,
                            const void *before, const void *after, struct error *err)
{
	struct reference_check check = {
	        request, setup, type, before, is_moved(type, before, after), record_id(type, after), err};

	return record_each_reference(type, after, check_reference, &check);
}
