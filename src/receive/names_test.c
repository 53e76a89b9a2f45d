/* Both forms of names.h with the same expectations; the lasting one on both databases. */
#include "receive/names_lasting.h"
#include "receive/names_memory.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/folders.h"
#include "store/ledger.h"
#include "store/test_store.h"

#include "base/test.h"

struct bench {
	struct receiver_names *names;
	struct error err;
};

/* Takes a look at names separated by spaces; returns how many are new. */
static int look_at(struct bench *b, const char *there, const char *gone, bool complete, uint32_t *ret_uids)
{
	struct str names[20], away[20], rest = str_of(there);
	struct names_look look = {.names = names, .complete = complete, .gone = away, .ret_uids = ret_uids};
	int r;

	while (rest.n && str_split(&rest, ' ', &names[look.count]))
		look.count++;
	rest = str_of(gone);
	while (rest.n && str_split(&rest, ' ', &away[look.gone_count]))
		look.gone_count++;
	r = names_look(b->names, &look, &b->err);
	assert_ok(r, &b->err);
	return r;
}

/* "1=a 2=b" of the numbers above `from`. */
static void assert_names(struct bench *b, uint32_t from, const char *want)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(10000);
	struct named named[2];
	int n;

	while ((n = names_after(b->names, from, named, 2, &b->err)) > 0)
		for (int i = 0; i < n; i++) {
			buf_printf(&text, "%s%u=" STR_FMT, text.n ? " " : "", named[i].uid, STR_ARG(named[i].name));
			from = named[i].uid;
		}
	assert_ok(n, &b->err);
	assert_string_equal(buf_cstr(&text), want);
}

/* ---------------------------------------------------------------- what holds for each form */

static void check_numbers(struct bench *b)
{
	uint32_t uids[6] = {0};
	struct named named[3];

	assert_int_equal(look_at(b, "c a b", "", true, uids), 3);
	assert_true(uids[0] == 1 && uids[1] == 2 && uids[2] == 3);
	assert_int_equal(look_at(b, "a b c", "", true, uids), 0);
	assert_true(uids[0] == 2 && uids[1] == 3 && uids[2] == 1);
	assert_names(b, 0, "1=c 2=a 3=b");
	assert_names(b, 2, "3=b");

	/* Gone ones are forgotten, and their numbers never given again; the same twice counts once. */
	assert_int_equal(look_at(b, "x b x c x y", "", true, uids), 2);
	assert_true(uids[0] == 4 && uids[1] == 3 && uids[2] == 4 && uids[4] == 4 && uids[5] == 5);
	assert_names(b, 0, "1=c 3=b 4=x 5=y");
	assert_int_equal(look_at(b, "a c", "", true, NULL), 1);
	assert_names(b, 0, "1=c 6=a");

	assert_int_equal(names_these(b->names, (uint32_t[]){1, 3, 6}, 3, named, &b->err), 2);
	assert_true(named[0].uid == 1 && named[1].uid == 6);
	assert_str(named[1].name, "a");
	assert_int_equal(names_these(b->names, (uint32_t[]){0, 2}, 2, named, &b->err), 0);
}

static void check_partial(struct bench *b)
{
	assert_int_equal(look_at(b, "a b", "", false, NULL), 2);
	assert_int_equal(look_at(b, "b c", "", false, NULL), 1);
	assert_names(b, 0, "1=a 2=b 3=c");
	assert_int_equal(look_at(b, "d c", "a c unknown", false, NULL), 1); /* what is there isn't gone */
	assert_names(b, 0, "2=b 3=c 4=d");
	assert_int_equal(look_at(b, "", "b c d", false, NULL), 0);
	assert_names(b, 0, "");
}

static void check_renaming(struct bench *b)
{
	uint32_t first = names_uidvalidity(b->names), second;

	assert_int_not_equal(first, 0);
	assert_int_equal(look_at(b, "a b c", "", true, NULL), 3);
	assert_int_equal(look_at(b, "k l m n", "", true, NULL), 4);
	second = names_uidvalidity(b->names);
	assert_int_not_equal(first, second);
	assert_names(b, 0, "4=k 5=l 6=m 7=n");

	/* Emptied; few new in place of many; a partial look: no renaming. */
	assert_int_equal(look_at(b, "", "", true, NULL), 0);
	assert_int_equal(look_at(b, "o p q r", "", true, NULL), 4);
	assert_int_equal(look_at(b, "s", "", true, NULL), 1);
	assert_int_equal(look_at(b, "t", "s", false, NULL), 1);
	assert_int_equal(names_uidvalidity(b->names), second);
}

static void check_cursor(struct bench *b)
{
	struct buf cursor CLEANUP(buf_done) = BUF_INIT(100);
	struct names_look look = {.cursor = "https://graph.test/delta?token=1"};

	assert_ok(names_cursor(b->names, &cursor, &b->err), &b->err);
	assert_int_equal(cursor.n, 0);
	assert_ok(names_look(b->names, &look, &b->err), &b->err);
	look = (struct names_look){0};
	assert_ok(names_look(b->names, &look, &b->err), &b->err);
	assert_ok(names_cursor(b->names, &cursor, &b->err), &b->err);
	assert_str(buf_str(&cursor), "https://graph.test/delta?token=1");
}

static void check_refused(struct bench *b)
{
	static const char longest[NAMES_LONGEST + 1] = {0};
	const struct str bad[] = {STR(""), STR("a\0b"), STR("\xff"), {longest, sizeof longest}};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct names_look look = {.names = &bad[i], .count = 1, .complete = true};

		assert_int_equal(names_look(b->names, &look, &b->err), E_PROTOCOL);
	}
	assert_names(b, 0, "");
}

static void (*const checks[])(struct bench *) = {check_numbers, check_partial, check_renaming, check_cursor,
                                                 check_refused};

/* ---------------------------------------------------------------- the forms */

static void in_memory(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct bench b = {.names = names_memory_new()};

		checks[i](&b);
		names_free(b.names);
	}
}

static void open_names(struct bench *b, struct store *store, int64_t folder, const char *source, bool deletes)
{
	names_free(b->names);
	b->names = NULL;
	assert_ok(names_lasting_new(store, folder, source, deletes, &b->names, &b->err), &b->err);
}

static void check_lasting(struct store *store)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct bench b = {0};

		open_names(&b, store, (int64_t)i + 1, "pop3 ann@mail", false);
		checks[i](&b);
		names_free(b.names);
	}
}

static void in_the_store(void **state UNUSED)
{
	test_store_each(check_lasting);
}

static void check_opened_again(struct store *store)
{
	struct buf cursor CLEANUP(buf_done) = BUF_INIT(100);
	struct bench b = {0};
	uint32_t uidvalidity;

	open_names(&b, store, 1, "pop3 ann@mail", false);
	uidvalidity = names_uidvalidity(b.names);
	look_at(&b, "a b c", "", true, NULL);
	look_at(&b, "a b", "", true, NULL);
	open_names(&b, store, 1, "pop3 ann@mail", false);
	assert_int_equal(names_uidvalidity(b.names), uidvalidity);
	assert_int_equal(look_at(&b, "b c", "", true, NULL), 1);
	assert_names(&b, 0, "2=b 4=c");

	/* Another server's names are others, even the same texts; another folder's never mattered. */
	open_names(&b, store, 2, "pop3 ann@mail", false);
	assert_names(&b, 0, "");
	open_names(&b, store, 1, "pop3 ann@other", false);
	assert_int_not_equal(names_uidvalidity(b.names), uidvalidity);
	assert_names(&b, 0, "");
	assert_ok(names_cursor(b.names, &cursor, &b.err), &b.err);
	assert_int_equal(cursor.n, 0);
	names_free(b.names);
}

static void numbers_outlive_the_process(void **state UNUSED)
{
	test_store_each(check_opened_again);
}

static void handle(struct store *store, uint32_t uidvalidity, uint32_t uid, const char *state)
{
	struct ledger_row row = {.id = uid,
	                         .listener = "l",
	                         .folder_id = 1,
	                         .uidvalidity = uidvalidity,
	                         .uid = uid,
	                         .state = state,
	                         .outcome = "",
	                         .answer = "",
	                         .category = "",
	                         .reason = ""};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(db_begin(db, &err), &err);
	assert_ok(ledger_insert(db, &row, &err), &err);
	assert_ok(db_commit(db, &err), &err);
}

static void check_deleted(struct store *store)
{
	struct bench b = {0};
	uint32_t uidvalidity;

	open_names(&b, store, 1, "pop3 ann@mail", true);
	uidvalidity = names_uidvalidity(b.names);
	look_at(&b, "a b c", "", true, NULL);
	handle(store, uidvalidity, 1, "committed");
	handle(store, uidvalidity, 2, "acknowledged");
	handle(store, uidvalidity, 3, "committed");
	look_at(&b, "d e f", "", true, NULL);
	assert_int_equal(names_uidvalidity(b.names), uidvalidity);
	look_at(&b, "g h i", "", true, NULL); /* d, e and f were never handled */
	assert_int_not_equal(names_uidvalidity(b.names), uidvalidity);
	names_free(b.names);
}

static void what_we_deleted_is_no_renaming(void **state UNUSED)
{
	test_store_each(check_deleted);
}

static void check_read_by_imap(struct store *store)
{
	uint32_t now = (uint32_t)(clock_now_ms() / 1000);
	struct bench b = {0};

	for (uint32_t i = 0; i < 60; i++) /* whatever second it is when it opens */
		handle(store, now + i, i + 1, "acknowledged");
	open_names(&b, store, 1, "pop3 ann@mail", false);
	assert_true(names_uidvalidity(b.names) >= now + 60);
	names_free(b.names);
}

static void numbers_of_another_protocol_are_not_taken_for_these(void **state UNUSED)
{
	test_store_each(check_read_by_imap);
}

static void check_many(struct store *store)
{
	enum { MANY_NAMES = 100000 };
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str *names CLEANUP(freep) = mem_new(MANY_NAMES, sizeof *names);
	struct names_look look = {.names = names, .count = MANY_NAMES, .complete = true};
	struct named last[10];
	struct bench b = {0};
	int64_t began = clock_mono_ms();

	for (int i = 0; i < MANY_NAMES; i++)
		names[i] = arena_printf(arena, "%08x5f6d7c%08x", i, i * 7);
	open_names(&b, store, 1, "pop3 ann@mail", false);
	assert_int_equal(names_look(b.names, &look, &b.err), MANY_NAMES);
	look.names++;
	look.count--;
	assert_int_equal(names_look(b.names, &look, &b.err), 0);
	assert_int_equal(names_after(b.names, MANY_NAMES - 5, last, 10, &b.err), 5);
	assert_true(clock_mono_ms() - began < 30000); /* a tenth of a second or two where nothing else runs */
	names_free(b.names);
}

static void a_hundred_thousand_names_are_no_burden(void **state UNUSED)
{
	test_store_each(check_many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(in_memory),
	        cmocka_unit_test(in_the_store),
	        cmocka_unit_test(numbers_outlive_the_process),
	        cmocka_unit_test(what_we_deleted_is_no_renaming),
	        cmocka_unit_test(numbers_of_another_protocol_are_not_taken_for_these),
	        cmocka_unit_test(a_hundred_thousand_names_are_no_burden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
