/* See event_filter.h. */
#include "api/event_filter.h"

#include "base/mem.h"
#include "store/event_kinds.h"
#include "store/cases.h"

#include <stdlib.h>

#define MAX_KINDS 20

struct event_filter {
	char *kinds[MAX_KINDS];
	size_t kind_count; /* 0: any */
	char *account;     /* NULL: any of the caller's */
	int64_t case_id;
	bool all_accounts, oversees; /* oversees: also what belongs to none */
	char **accounts;             /* the caller's, in order: each event is looked at for each stream */
	size_t account_count;
};

void event_filter_free(struct event_filter *f)
{
	for (size_t i = 0; i < f->kind_count; i++)
		free(f->kinds[i]);
	for (size_t i = 0; i < f->account_count; i++)
		free(f->accounts[i]);
	free(f->accounts);
	free(f->account);
	free(f);
}

static int read_kinds(struct event_filter *f, const char *text, struct error *err)
{
	struct str rest = str_of(text), piece;

	while (rest.n && str_split(&rest, ',', &piece)) {
		char *kind;
		const char *wrong;

		if (f->kind_count == MAX_KINDS)
			return fail(err, E_INVALID, RETRY_NEVER, "kind: at most %d kinds", MAX_KINDS);
		kind = f->kinds[f->kind_count++] = str_dup(str_trim(piece));
		wrong = event_filter_check(kind);
		if (wrong)
			return fail(err, E_INVALID, RETRY_NEVER, "kind: \"%.60s\" %s", kind, wrong);
	}
	return 0;
}

/* By its number or its id. */
static int read_case(struct event_filter *f, const struct request *request, const char *text, struct error *err)
{
	struct stored_case c;
	uint64_t id;
	int r = case_find_number(request->db, str_of(text), request->arena, &c, err);

	if (r == 0 && str_to_uint(str_of(text), INT64_MAX, &id))
		r = case_get(request->db, (int64_t)id, request->arena, &c, err);
	if (r < 0)
		return r;
	if (r == 0 || !caller_may_on(&request->caller, c.account, ACCOUNT_READ))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "case: there is no case %.80s", text);
	f->case_id = c.id;
	return 0;
}

static void take_accounts(struct event_filter *f, const struct caller *caller)
{
	f->all_accounts = caller->all_accounts;
	f->oversees = caller_oversees(caller);
	f->accounts = mem_new(caller->account_count + 1, sizeof *f->accounts);
	for (size_t i = 0; i < caller->account_count; i++)
		f->accounts[f->account_count++] = mem_strdup(caller->accounts[i].id);
}

int event_filter_new(const struct request *request, struct event_filter **ret_filter, struct error *err)
{
	struct event_filter *f CLEANUP(event_filter_freep) = mem_new(1, sizeof *f);
	const char *kind = request_query(request, "kind"), *account = request_query(request, "account");
	const char *number = request_query(request, "case");
	int r = 0;

	take_accounts(f, &request->caller);
	if (account && *account) {
		r = caller_check_on(&request->caller, account, ACCOUNT_READ,
		                    arena_printf(request->arena, "account %.80s", account).p, err);
		f->account = mem_strdup(account);
	}
	if (r == 0 && kind && *kind)
		r = read_kinds(f, kind, err);
	if (r == 0 && number && *number)
		r = read_case(f, request, number, err);
	if (r < 0)
		return r;
	*ret_filter = take(f);
	return 0;
}

int64_t event_filter_case(const struct event_filter *f)
{
	return f->case_id;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool may_see(const struct event_filter *f, const char *account)
{
	if (f->all_accounts || !*account)
		return f->all_accounts || f->oversees;
	return f->account_count &&
	       bsearch(&account, f->accounts, f->account_count, sizeof *f->accounts, compare_ids) != NULL;
}

bool event_filter_takes(const struct event_filter *f, const char *kind, const char *account, int64_t case_id)
{
	bool fits = f->kind_count == 0;

	for (size_t i = 0; i < f->kind_count && !fits; i++)
		fits = event_kind_fits(f->kinds[i], kind);
	return fits && (!f->case_id || f->case_id == case_id) && (!f->account || strcmp(f->account, account) == 0) &&
	       may_see(f, account);
}
