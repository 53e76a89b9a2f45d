/* See lasting.h. */
#include "api/lasting.h"

#include "api/sign_in.h"
#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"
#include "store/sessions.h"

#include <stdlib.h>

struct lasting {
	struct arena *arena;
	struct caller caller;
	int64_t revision;
};

struct lasting *lasting_new(const struct request *request)
{
	struct lasting *lasting = mem_new(1, sizeof *lasting);
	const struct caller *caller = &request->caller;
	struct caller_account *accounts;

	lasting->arena = arena_new();
	lasting->caller = *caller;
	lasting->caller.operator_id = arena_cstr(lasting->arena, str_of(caller->operator_id));
	lasting->caller.author = lasting->caller.operator_id;
	lasting->caller.only_rights = arena_cstr(lasting->arena, str_of(caller->only_rights));
	lasting->caller.only_accounts = arena_cstr(lasting->arena, str_of(caller->only_accounts));
	accounts = ARENA_ARRAY(lasting->arena, struct caller_account, caller->account_count + 1);
	for (size_t i = 0; i < caller->account_count; i++) {
		accounts[i] = caller->accounts[i];
		accounts[i].id = arena_cstr(lasting->arena, str_of(caller->accounts[i].id));
	}
	lasting->caller.accounts = accounts;
	lasting->revision = setup_loaded_revision(request->setup);
	return lasting;
}

void lasting_free(struct lasting *lasting)
{
	if (!lasting)
		return;
	arena_free(lasting->arena);
	free(lasting);
}

static bool is_same(const struct caller *a, const struct caller *b)
{
	if (a->rights != b->rights || a->all_accounts != b->all_accounts || a->new_accounts != b->new_accounts)
		return false;
	if (a->all_accounts || a->account_count != b->account_count)
		return a->all_accounts;
	for (size_t i = 0; i < a->account_count; i++)
		if (strcmp(a->accounts[i].id, b->accounts[i].id) != 0 ||
		    a->accounts[i].may_send != b->accounts[i].may_send ||
		    a->accounts[i].may_manage != b->accounts[i].may_manage)
			return false;
	return true;
}

bool lasting_holds(struct lasting *lasting, const struct setup *setup)
{
	struct arena *arena CLEANUP(arena_freep) = NULL;
	struct caller now;

	if (setup_loaded_revision(setup) <= lasting->revision) /* whoever looks may lag behind */
		return true;
	arena = arena_new();
	sign_in_again(setup, &lasting->caller, arena, &now);
	lasting->revision = setup_loaded_revision(setup);
	return is_same(&lasting->caller, &now);
}

int lasting_is_signed_in(const struct lasting *lasting, struct db *db, struct error *err)
{
	const struct caller *caller = &lasting->caller;

	if (!caller->credential_id) /* nothing that ends */
		return 1;
	return caller->kind == CALLER_TOKEN ? api_token_lasts(db, caller->credential_id, clock_now_ms(), err)
	                                    : session_lasts(db, caller->credential_id, clock_now_ms(), err);
}
