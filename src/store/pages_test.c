/* Lists of whoever may read very many accounts, and not all: another's own mailbox is enough for that. */
#include "store/pages.h"

#include "store/test_store.h"

#include "base/test.h"

#define OWN     (PAGES_ACCOUNTS_MAX + 5)
#define CASES   1300 /* every third is another's */
#define AT_ONCE 90

static struct page_accounts own_accounts(struct arena *arena)
{
	const char **names = ARENA_ARRAY(arena, const char *, OWN);

	for (size_t i = 0; i < OWN; i++)
		names[i] = arena_printf(arena, "a%04zu", i).p;
	return (struct page_accounts){.names = names, .count = OWN};
}

/* The newest are those of the last accounts. */
static const char *owner_of(const struct page_accounts *accounts, int i)
{
	return i % 3 == 0 ? "another" : accounts->names[OWN - 1 - (size_t)(i % 7)];
}

static void fill(struct db *db, const struct page_accounts *accounts, struct arena *arena)
{
	struct error err;

	assert_ok(db_begin(db, &err), &err);
	for (int i = 1; i <= CASES; i++) {
		const char *owner = owner_of(accounts, i);
		const struct stored_case c = {.id = i,
		                              .type = "request",
		                              .number = arena_printf(arena, "R-%d", i).p,
		                              .status = "open",
		                              .subject = STR(""),
		                              .account = owner,
		                              .fields = STR("{}"),
		                              .created_at = i,
		                              .updated_at = i / 10,
		                              .waits_for = i % 2 ? CASE_WAITS_FOR_US : CASE_WAITS_FOR_CONTACT};

		assert_ok(case_insert(db, &c, &err), &err);
		assert_ok(db_exec(db,
		                  "INSERT INTO outbox (id, account, message_id, kind, answer_to, envelope_from, state, "
		                  "tries, "
		                  "next_try_at, claim, code, reply, created_at) VALUES ($1, $2, 1, 'message', '', '', "
		                  "$3, 0, "
		                  "0, '', 0, '', 1)",
		                  DB_ARGS(DB_INT(i), DB_TEXT(owner), DB_TEXT(i % 2 ? "failed" : "sent")), &err),
		          &err);
		assert_ok(db_exec(db,
		                  "INSERT INTO ledger (id, listener, state, outcome, answer, category, reason, tries, "
		                  "message_ident, content_key, size, received_at) VALUES ($1, $2, $3, '', '', '', '', "
		                  "0, '', "
		                  "0, 0, 1)",
		                  DB_ARGS(DB_INT(i), DB_TEXT(owner), DB_TEXT(i % 2 ? "parked" : "acknowledged")), &err),
		          &err);
	}
	assert_ok(db_commit(db, &err), &err);
}

static bool is_own(int64_t id)
{
	return id % 3 != 0;
}

/* Page after page, all of them, newest first. */
static void assert_cases(struct db *db, struct case_filter f, bool (*is_wanted)(int64_t id))
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct listed_case *cases;
	struct error err;
	int64_t expected = CASES;
	int n;

	do {
		n = case_page(db, &f, AT_ONCE, arena, &cases, &err);
		assert_true(n >= 0);
		for (int i = 0; i < n; i++, expected--) {
			while (!is_wanted(expected))
				expected--;
			assert_int_equal(cases[i].c.id, expected);
			f.after_id = cases[i].c.id;
			f.after_at = cases[i].c.updated_at;
		}
	} while (n == AT_ONCE);
	while (expected > 0 && !is_wanted(expected))
		expected--;
	assert_int_equal(expected, 0);
}

static bool is_own_and_odd(int64_t id)
{
	return is_own(id) && id % 2;
}

typedef int list_page(struct db *db, const struct row_filter *f, struct arena *arena, int64_t *ret_ids);

static int list_outbox(struct db *db, const struct row_filter *f, struct arena *arena, int64_t *ret_ids)
{
	struct outbox_row *rows;
	struct error err;
	int n = outbox_page(db, f, AT_ONCE, arena, &rows, &err);

	for (int i = 0; i < n; i++)
		ret_ids[i] = rows[i].id;
	return n;
}

static int list_ledger(struct db *db, const struct row_filter *f, struct arena *arena, int64_t *ret_ids)
{
	struct ledger_row *rows;
	struct error err;
	int n = ledger_page(db, f, AT_ONCE, arena, &rows, &err);

	for (int i = 0; i < n; i++)
		ret_ids[i] = rows[i].id;
	return n;
}

static void assert_rows(struct db *db, list_page *list, struct row_filter f, bool (*is_wanted)(int64_t id))
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t ids[AT_ONCE], expected = CASES;
	int n;

	do {
		n = list(db, &f, arena, ids);
		assert_true(n >= 0);
		for (int i = 0; i < n; i++, expected--) {
			while (!is_wanted(expected))
				expected--;
			assert_int_equal(ids[i], expected);
			f.after_id = ids[i];
		}
	} while (n == AT_ONCE);
	while (expected > 0 && !is_wanted(expected))
		expected--;
	assert_int_equal(expected, 0);
}

static void check_many(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct page_accounts own = own_accounts(arena);
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	fill(db, &own, arena);
	assert_cases(db, (struct case_filter){.accounts = own}, is_own);
	assert_cases(db, (struct case_filter){.accounts = own, .order = CASES_BY_CREATED}, is_own);
	assert_cases(db, (struct case_filter){.accounts = own, .only_open = true}, is_own);
	assert_cases(db, (struct case_filter){.accounts = own, .waits_for = CASE_WAITS_FOR_US}, is_own_and_odd);
	assert_rows(db, list_outbox, (struct row_filter){.accounts = own}, is_own);
	assert_rows(db, list_outbox, (struct row_filter){.accounts = own, .state = "failed"}, is_own_and_odd);
	assert_rows(db, list_outbox, (struct row_filter){.accounts = own, .state = "undelivered"}, is_own_and_odd);
	assert_rows(db, list_ledger, (struct row_filter){.accounts = own}, is_own);
	assert_rows(db, list_ledger, (struct row_filter){.accounts = own, .state = "parked"}, is_own_and_odd);
}

/* Some accounts, each with a part of each page. */
static void check_several(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct page_accounts own = own_accounts(arena);
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	fill(db, &own, arena);
	own.names += OWN - 7;
	own.count = 7;
	assert_cases(db, (struct case_filter){.accounts = own}, is_own);
	assert_cases(db, (struct case_filter){.accounts = own, .order = CASES_BY_CREATED}, is_own);
	assert_cases(db, (struct case_filter){.accounts = own, .only_open = true}, is_own);
	assert_rows(db, list_ledger, (struct row_filter){.accounts = own, .state = "parked"}, is_own_and_odd);
}

static void check_counts(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct page_accounts own = own_accounts(arena);
	const struct page_accounts last = {.names = own.names + OWN - 2, .count = 2};
	const struct {
		struct page_accounts accounts;
		int64_t max, us, contact;
	} cases[] = {
	        {{.all = true}, 10000, 650, 650},
	        {{.all = true}, 100, 100, 100},
	        {own, 10000, 433, 434},
	        {own, 434, 433, 434},
	        {own, 20, 20, 20},
	        {last, 10000, 124, 124},
	        {{.count = 0}, 10000, 0, 0},
	};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	fill(db, &own, arena);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct case_waiting waiting = {-1, -1};

		assert_ok(case_count_waiting(db, &cases[i].accounts, cases[i].max, &waiting, &err), &err);
		if (waiting.for_us != cases[i].us || waiting.for_contact != cases[i].contact)
			FAIL_CASE("%zu: %lld, %lld\n", i, (long long)waiting.for_us, (long long)waiting.for_contact);
	}
}

static void what_waits_is_counted_of_those_accounts_alone(void **state UNUSED)
{
	test_store_each(check_counts);
}

static void several_accounts_are_one_list(void **state UNUSED)
{
	test_store_each(check_several);
}

static void very_many_accounts_are_all_there(void **state UNUSED)
{
	test_store_each(check_many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(several_accounts_are_one_list),
	        cmocka_unit_test(very_many_accounts_are_all_there),
	        cmocka_unit_test(what_waits_is_counted_of_those_accounts_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
