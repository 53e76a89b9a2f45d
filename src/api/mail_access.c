/* See mail_access.h. */
#include "api/mail_access.h"

#include "setup/setup.h"

struct page_accounts access_accounts(const struct request *request)
{
	const struct caller *caller = &request->caller;
	const char **names = ARENA_ARRAY(request->arena, const char *, caller->account_count + 1);

	for (size_t i = 0; i < caller->account_count; i++)
		names[i] = caller->accounts[i].id;
	return (struct page_accounts){caller->all_accounts, names, caller->account_count};
}

struct page_accounts access_listeners(const struct request *request)
{
	const void *const *all;
	size_t n = setup_list(request->setup, &listener_type, &all), count = 0;
	const char **names = ARENA_ARRAY(request->arena, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = all[i];

		if (caller_may_on(&request->caller, listener->account, ACCOUNT_READ))
			names[count++] = listener->id;
	}
	return (struct page_accounts){request->caller.all_accounts, names, count};
}

int access_case(const struct request *request, int parameter, enum account_right right, struct listed_case *ret_case,
                struct error *err)
{
	struct str name = str_slice(request->parameters[parameter], 0, 80);
	const char *what = arena_printf(request->arena, "case " STR_FMT, STR_ARG(name)).p;
	int r = str_is_utf8(name) && str_find_char(name, '\0') < 0
	                ? case_find(request->db, name, request->arena, ret_case, err)
	                : 0;

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	return r < 0 ? r : caller_check_on(&request->caller, ret_case->c.account, right, what, err);
}

/* Whose mail it is that was taken in and isn't handled. */
static int find_kept(const struct request *request, int64_t id, struct accessed_message *found, struct error *err)
{
	struct ledger_row *rows;
	const struct row_filter filter = {.accounts.all = true, .message_id = id};
	int n = ledger_page(request->db, &filter, 1, request->arena, &rows, err);
	const struct listener *listener = n > 0 ? setup_listener(request->setup, rows[0].listener) : NULL;

	if (n <= 0)
		return n;
	found->is_kept_only = true;
	found->m = (struct stored_message){.id = id,
	                                   .direction = "in",
	                                   .account = listener ? listener->account : "",
	                                   .automatic = "none",
	                                   .created_at = rows[0].received_at,
	                                   .date = rows[0].received_at,
	                                   .size = rows[0].size};
	return 1;
}

int access_message(const struct request *request, int64_t id, struct accessed_message *ret, struct error *err)
{
	struct accessed_message found = {.case_number = ""};
	const char *what = arena_printf(request->arena, "message %lld", (long long)id).p;
	struct stored_case c;
	int r = message_get(request->db, id, request->arena, &found.m, err);

	if (r == 0)
		r = find_kept(request, id, &found, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	if (r > 0 && found.m.case_id)
		r = case_get(request->db, found.m.case_id, request->arena, &c, err);
	if (r < 0)
		return r;
	if (found.m.case_id && r > 0)
		found.case_number = c.number;
	/* Whoever may read a case reads all of its mail. */
	if (!found.m.case_id || r == 0 || !caller_may_on(&request->caller, c.account, ACCOUNT_READ))
		r = caller_check_on(&request->caller, found.m.account, ACCOUNT_READ, what, err);
	if (r < 0)
		return r;
	*ret = found;
	return 0;
}

int access_sender(const struct request *request, const char *account, const struct account **ret_account,
                  struct error *err)
{
	const char *what = arena_printf(request->arena, "account %.64s", account).p;
	int r = caller_check_on(&request->caller, account, ACCOUNT_SEND, what, err);

	if (r < 0)
		return r;
	*ret_account = setup_account(request->setup, account);
	return *ret_account ? 0 : fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
}
