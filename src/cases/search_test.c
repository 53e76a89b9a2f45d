/* The index follows what comes in, whoever writes it and in whatever order. */
#include "cases/search.h"
#include "cases/search_index.h"
#include "store/messages.h"
#include "store/search.h"
#include "store/test_store.h"

#include "base/test.h"

static struct error err;

struct writing {
	struct work work;
	int64_t id;
	const char *account, *subject, *text;
};

static int run_writing(struct work *work, struct db *db, struct error *e)
{
	struct writing *w = (struct writing *)(void *)work;
	const struct stored_message m = {.id = w->id,
	                                 .direction = "in",
	                                 .account = w->account,
	                                 .message_ident = STR("a@example.org"),
	                                 .from_address = STR("ann@example.org"),
	                                 .from_name = STR("Ann"),
	                                 .to_text = STR("support@example.com"),
	                                 .subject = str_of(w->subject),
	                                 .automatic = "none",
	                                 .created_at = w->id,
	                                 .evidence = STR(""),
	                                 .body_text = str_of(w->text)};

	return message_insert(db, &m, e);
}

static void write_one(struct store *store, int64_t id, const char *subject, const char *text)
{
	struct writing w = {
	        .work = {.run = run_writing}, .id = id, .account = "support", .subject = subject, .text = text};

	assert_ok(store_do(store, &w.work, &err), &err);
}

static int found(struct db *db, const char *query)
{
	const struct page_accounts all = {.all = true};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct search_result *results;
	size_t offset = 0;
	int n = search_run(db, str_of(query), &all, &offset, 100, arena, &results, &err);

	assert_ok(n, &err);
	return n;
}

static void follow_to_the_end(struct search_follower *f, struct db *db)
{
	int n;

	while ((n = search_follow(f, db, 7, &err)) > 0)
		;
	assert_ok(n, &err);
}

/* Two connections take blocks of ids by turns: the lower block goes on after the higher one has begun. */
static void check_following(struct store *store)
{
	struct search_follower *f CLEANUP(search_follower_freep) = search_follower_new(store);
	struct db *db CLEANUP(db_closep) = NULL;

	assert_ok(store_connect(store, &db, &err), &err);
	write_one(store, 5, "early", "alpha");
	write_one(store, 4000000, "far", "alpha");
	follow_to_the_end(f, db);
	assert_int_equal(found(db, "alpha"), 2);
	write_one(store, 4003001, "next block", "beta");
	follow_to_the_end(f, db);
	write_one(store, 4000001, "the block before goes on", "beta");
	write_one(store, 4002999, "and one between", "beta");
	follow_to_the_end(f, db);
	assert_int_equal(found(db, "beta"), 3);
	/* Far behind: found when it begins anew. */
	write_one(store, 77, "late", "gamma");
	follow_to_the_end(f, db);
	assert_int_equal(found(db, "gamma"), 0);
	assert_int_equal(search_catch_up(store, false, &err), 1);
	assert_int_equal(found(db, "gamma"), 1);
	assert_int_equal(search_catch_up(store, false, &err), 0);
	assert_int_equal(search_catch_up(store, true, &err), 6);
	assert_int_equal(found(db, "alpha OR beta OR gamma"), 6);
}

struct rewriting {
	struct work work;
	struct arena *arena;
};

static int run_rewriting(struct work *work, struct db *db, struct error *e)
{
	struct arena *arena = ((struct rewriting *)(void *)work)->arena;
	int r = search_unindex(db, arena, 1, e);

	if (r == 0)
		r = message_rewrite(db, 1, STR("opened"), STR("the secret inside"), STR(""), e);
	return r < 0 ? r : search_index(db, arena, 1, e);
}

static void check_rewriting(struct store *store)
{
	struct rewriting rewriting = {.work = {.run = run_rewriting}, .arena = arena_new()};
	struct db *db CLEANUP(db_closep) = NULL;

	assert_ok(store_connect(store, &db, &err), &err);
	write_one(store, 1, "closed", "nothing to see");
	assert_int_equal(search_catch_up(store, false, &err), 1);
	assert_ok(store_do(store, &rewriting.work, &err), &err);
	assert_int_equal(found(db, "nothing"), 0);
	assert_int_equal(found(db, "secret"), 1);
	assert_int_equal(search_catch_up(store, false, &err), 0);
	arena_free(rewriting.arena);
}

/* More than an index takes: long texts, many words, words that are long. */
static void check_large_texts(struct store *store)
{
	struct buf text = BUF_INIT(MIB(1));
	struct db *db CLEANUP(db_closep) = NULL;

	assert_ok(store_connect(store, &db, &err), &err);
	buf_add(&text, STR("begin "));
	for (int i = 0; i < 30000; i++)
		buf_printf(&text, "w%d ", i * 7919);
	write_one(store, 1, "large", buf_cstr(&text));
	buf_clear(&text);
	for (int i = 0; i < 5000; i++)
		buf_add(&text, STR("x'\\\"y:;()&|!<->*%_ "));
	write_one(store, 2, "odd", buf_cstr(&text));
	buf_clear(&text);
	for (int i = 0; i < 100000; i++)
		buf_add_char(&text, 'z');
	write_one(store, 3, "one word", buf_cstr(&text));
	assert_int_equal(search_catch_up(store, false, &err), 3);
	assert_int_equal(found(db, "begin w7919"), 1);
	assert_int_equal(found(db, "\"begin w0 w7919\""), 1);
	assert_int_equal(found(db, "zzz*"), 1);
	assert_int_equal(found(db, "x y"), 1);
	buf_done(&text);
}

/* Whose mail may be found is part of the query. */
static void check_accounts(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const char **names = ARENA_ARRAY(arena, const char *, PAGES_ACCOUNTS_MAX + 1);
	struct page_accounts accounts = {.names = names};
	struct db *db CLEANUP(db_closep) = NULL;
	struct search_result *results;
	size_t offset = 0;

	assert_ok(store_connect(store, &db, &err), &err);
	write_one(store, 1, "a", "needle");
	assert_int_equal(search_catch_up(store, false, &err), 1);
	assert_int_equal(search_run(db, STR("needle"), &accounts, &offset, 10, arena, &results, &err), 0);
	for (accounts.count = 0; accounts.count < PAGES_ACCOUNTS_MAX - 1; accounts.count++)
		names[accounts.count] = arena_printf(arena, "suppor%zu", accounts.count).p;
	assert_int_equal(search_run(db, STR("needle"), &accounts, &offset, 10, arena, &results, &err), 0);
	names[accounts.count++] = "support";
	assert_int_equal(search_run(db, STR("needle"), &accounts, &offset, 10, arena, &results, &err), 1);
	names[accounts.count - 1] = "suppor";
	names[accounts.count++] = "supporter"; /* more than a query can name */
	assert_int_equal(search_run(db, STR("needle"), &accounts, &offset, 10, arena, &results, &err), 0);
	names[accounts.count - 1] = "support";
	assert_int_equal(search_run(db, STR("needle"), &accounts, &offset, 10, arena, &results, &err), 1);
}

/* The ids that are found, a page of one after the other. */
static void assert_order(struct db *db, const char *query, const int64_t *ids, size_t n)
{
	const struct page_accounts all = {.all = true};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct search_result *results;
	size_t offset = 0;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(search_run(db, str_of(query), &all, &offset, 1, arena, &results, &err), 1);
		assert_int_equal(results[0].id, ids[i]);
		assert_int_equal(offset, i + 1 < n ? i + 1 : 0);
	}
}
#define ASSERT_ORDER(db, query, ...) \
	assert_order(db, query, (const int64_t[]){__VA_ARGS__}, ARRAY_LEN(((const int64_t[]){__VA_ARGS__})))

static void check_ranking(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;

	assert_ok(store_connect(store, &db, &err), &err);
	write_one(store, 1, "apple", "nothing more");
	write_one(store, 2, "fruit", "apple and apple and apple");
	write_one(store, 3, "fruit", "an apple");
	write_one(store, 4, "fruit", "the apple");
	write_one(store, 5, "fruit", "one pear");
	assert_int_equal(search_catch_up(store, false, &err), 5);
	ASSERT_ORDER(db, "apple", 1, 2, 4, 3);
	ASSERT_ORDER(db, "apple -nothing", 2, 4, 3);
	ASSERT_ORDER(db, "appl*", 1, 2, 4, 3);
	if (db_kind(db) == DB_POSTGRESQL)
		return;
	ASSERT_ORDER(db, "\"an apple\" OR pear", 5, 3);
	ASSERT_ORDER(db, "an OR the OR fruit", 4, 3, 5, 2); /* what few have counts more */
}

static void check_hostile_queries(struct store *store)
{
	static const char *const pieces[] = {
	        "\"", "*",  "(", ")", "OR ", "AND ",  "NOT ", "-", ":", "from:", "case:", "^", "{",  "}",
	        "'",  "\\", ";", "a", "ü",   "NEAR(", "<->",  "&", "|", "!",     "%",     " ", "xk", "=xa"};
	struct db *db CLEANUP(db_closep) = NULL;
	uint32_t seed = 4711;

	assert_ok(store_connect(store, &db, &err), &err);
	write_one(store, 1, "a", "b");
	assert_int_equal(search_catch_up(store, false, &err), 1);
	for (int i = 0; i < 1500; i++) {
		struct buf query = BUF_INIT(KIB(4));

		for (int n = 0; n < 40; n++) {
			seed = seed * 1664525 + 1013904223;
			buf_add_cstr(&query, pieces[(seed >> 16) % ARRAY_LEN(pieces)]);
		}
		(void)found(db, buf_cstr(&query));
		buf_done(&query);
	}
	assert_int_equal(found(db, "xkcase OR marks OR xa737570706f7274"), 0);
}

static void new_mail_is_followed_in_every_block(void **state UNUSED)
{
	test_store_each(check_following);
}

static void a_mail_written_over_is_found_by_its_new_text(void **state UNUSED)
{
	test_store_each(check_rewriting);
}

static void texts_beyond_the_limits_are_cut(void **state UNUSED)
{
	test_store_each(check_large_texts);
}

static void only_ones_own_mail_is_found_among_many_accounts(void **state UNUSED)
{
	test_store_each(check_accounts);
}

static void no_query_is_an_error(void **state UNUSED)
{
	test_store_each(check_hostile_queries);
}

static void what_fits_best_comes_first(void **state UNUSED)
{
	test_store_each(check_ranking);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(new_mail_is_followed_in_every_block),
	        cmocka_unit_test(a_mail_written_over_is_found_by_its_new_text),
	        cmocka_unit_test(texts_beyond_the_limits_are_cut),
	        cmocka_unit_test(only_ones_own_mail_is_found_among_many_accounts),
	        cmocka_unit_test(what_fits_best_comes_first),
	        cmocka_unit_test(no_query_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
