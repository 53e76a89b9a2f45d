/* A session against scripted IMAP servers, on both databases. */
#include "listen/session.h"

#include "base/clock.h"
#include "listen/test_office.h"
#include "net/dialogue/dialogue.h"
#include "store/ledger.h"
#include "store/test_store.h"

#include "base/test.h"

#define OPENING                                                                                 \
	"S: * PREAUTH [CAPABILITY IMAP4rev1] hello\nC: <tag> SELECT \"INBOX\"\nS: * 3 EXISTS\n" \
	"S: * OK [UIDVALIDITY 7] ok\nS: <tag> OK [READ-WRITE] done\n"

static const char script[] =
        "== refuses\n" OPENING "C: <tag> UID STORE 1:2 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID STORE 1 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID STORE 2 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID FETCH 4:* (UID RFC822.SIZE)\nS: <tag> OK\nC: <tag> LOGOUT\n"
        "== takes-one\n" OPENING "C: <tag> UID STORE 1:2 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID STORE 1 +FLAGS.SILENT (\\Seen)\nS: <tag> OK\n"
        "C: <tag> UID STORE 2 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID FETCH 4:* (UID RFC822.SIZE)\nS: <tag> OK\nC: <tag> LOGOUT\n"
        "== takes\n" OPENING "C: <tag> UID STORE 1:2 +FLAGS.SILENT (\\Seen)\nS: <tag> OK\nC: <tag> LOGOUT\n";

static const char *since = "''"; /* of the listener */

static void set_up(struct test_office *o, int port)
{
	test_office_apply(
	        o,
	        arena_printf(o->arena, "inbox: {name: Inbox, account: box, rule: all, after: seen, since: %s}", since)
	                .p,
	        port);
}

/* Two messages were committed before, and the server has not heard of them. */
static void open_office(struct test_office *o, struct store *store)
{
	struct folder folder;

	test_office_open(o, store, "INBOX", &folder);
	for (uint32_t uid = 1; uid <= 2; uid++) {
		const struct ledger_row row = {.id = uid,
		                               .listener = "inbox",
		                               .folder_id = folder.id,
		                               .uidvalidity = 7,
		                               .uid = uid,
		                               .state = "committed",
		                               .outcome = "filed",
		                               .answer = "",
		                               .category = "",
		                               .reason = ""};

		assert_ok(ledger_insert(o->db, &row, &o->err), &o->err);
	}
}

static int64_t count_committed(struct test_office *o)
{
	int64_t n = -1;

	assert_int_equal(
	        db_query_int(o->db, "SELECT COUNT(*) FROM ledger WHERE state = 'committed'", DB_NO_ARGS, &n, &o->err),
	        1);
	return n;
}

static void play(struct test_office *o, const char *name, bool read)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("session", script);
	struct session *session = NULL;
	struct intake_counts counts = {0};
	struct player *player;
	int port;

	player = player_listen(dialogue_find(set, name), NULL, &port);
	set_up(o, port);
	const struct session_options options = {
	        .store = o->store, .setup = o->setup, .listener = setup_listener(o->setup, "inbox")};
	assert_ok(session_open(&options, &session, &o->err), &o->err);
	if (read)
		assert_ok(session_read(session, &counts, &o->err), &o->err);
	session_close(session);
	player_finish(player);
}

static void check_leftovers(struct store *store)
{
	struct test_office o;

	open_office(&o, store);
	play(&o, "refuses", true); /* it is read all the same, and asked once only */
	assert_int_equal(count_committed(&o), 2);
	play(&o, "takes", false);
	assert_int_equal(count_committed(&o), 0);
	test_office_close(&o);
}

static void check_takes_one(struct store *store)
{
	struct test_office o;

	open_office(&o, store);
	play(&o, "takes-one", true);
	assert_int_equal(count_committed(&o), 1);
	test_office_close(&o);
}

static void one_refused_message_keeps_no_other_from_being_acknowledged(void **state UNUSED)
{
	test_store_each(check_takes_one);
}

/* ---------------------------------------------------------------- a message at which the server hangs up */

#define NEW_OPENING                                                                             \
	"S: * PREAUTH [CAPABILITY IMAP4rev1] hello\nC: <tag> SELECT \"INBOX\"\nS: * 3 EXISTS\n" \
	"S: * OK [UIDVALIDITY 9] ok\nS: <tag> OK [READ-WRITE] done\n"
#define SIZES(from, ...) "C: <tag> UID FETCH " from " (UID RFC822.SIZE)\n" __VA_ARGS__ "S: <tag> OK\n"
#define SIZE(n)          "S: * " n " FETCH (UID " n " RFC822.SIZE 44)\n"
#define ASK(which)       "C: <tagA> UID FETCH " which " (UID FLAGS INTERNALDATE BODY.PEEK[])\n"
#define MAIL(n)                                                                                               \
	"S-raw: * " n " FETCH (UID " n " FLAGS () BODY[] {44}\\r\\nFrom: a@example.org\\r\\nSubject: mail " n \
	"\\r\\n\\r\\nhi\\r\\n)\\r\\n\n"

/* clang-format off */
#define FIND(answer)     "C: <tag> UID SEARCH SINCE 01-Jan-2026\n" answer "S: <tag> OK\n"
#define SEEN(n)          "C: <tag> UID STORE " n " +FLAGS.SILENT (\\Seen)\nS: <tag> OK\n"
#define BYE              "C: <tag> LOGOUT\n"
#define REFUSED(which)   "C: <tag> UID FETCH " which " (UID FLAGS INTERNALDATE BODY.PEEK[])\nS: <tag> NO [UNAVAILABLE] away\n"

static const char stall_script[] =
	"== first\n" NEW_OPENING SIZES("1:*", SIZE("1") SIZE("2") SIZE("3")) ASK("1:3") MAIL("1") "cut\n"
	"== again\n" NEW_OPENING SEEN("1") SIZES("2:*", SIZE("2") SIZE("3")) ASK("2:3") "cut\n"
	"== and-again\n" NEW_OPENING SIZES("2:*", SIZE("2") SIZE("3")) ASK("2:3") "cut\n"
	"== alone\n" NEW_OPENING "C: <tag> UID SEARCH ALL\nS: * SEARCH 1 2 3\nS: <tag> OK\n" SIZES("2", SIZE("2")) ASK("2") "cut\n"
	"== behind\n" NEW_OPENING "C: <tag> UID SEARCH ALL\nS: * SEARCH 1 2 3\nS: <tag> OK\n" SIZES("3:*", SIZE("3"))
	ASK("3") MAIL("3") "S: <tagA> OK\n" SEEN("3") BYE
	"== refetch\n" NEW_OPENING SIZES("4:*", SIZE("4")) ASK("4") MAIL("4") "S: <tagA> OK\n" SEEN("4") SIZES("2", SIZE("2"))
	ASK("2") "cut\n"
	"== after-it\n" NEW_OPENING SIZES("5:*", "") BYE
	/* storage that is away for a while, and back */
	"== away\n" NEW_OPENING SIZES("1:*", SIZE("1") SIZE("2") SIZE("3")) REFUSED("1:3") REFUSED("1")
	"== back\n" NEW_OPENING SIZES("1:*", SIZE("1") SIZE("2") SIZE("3")) ASK("1:3") MAIL("1") MAIL("2") MAIL("3")
	"S: <tagA> OK\n" SEEN("1:3") BYE
	/* what came since a day: the folder's other mail isn't even listed */
	"== since\n" NEW_OPENING FIND("S: * SEARCH 2 3\n") SIZES("2:*", SIZE("2") SIZE("3")) ASK("2:3") MAIL("2") MAIL("3")
	"S: <tagA> OK\n" SEEN("2:3") BYE
	"== since-none\n" NEW_OPENING FIND("S: * SEARCH\n") "C: <tag> UID SEARCH ALL\nS: * SEARCH 1 2 3\nS: <tag> OK\n"
	FIND("S: * SEARCH\n") SIZES("4:*", "") BYE
	/* a window of the past, in which the second message ends the connection */
	"== window\n" NEW_OPENING FIND("S: * SEARCH 1 2 3\n") SIZES("1:3", SIZE("1") SIZE("2") SIZE("3")) ASK("1:3") MAIL("1") "cut\n"
	"== window-alone\n" NEW_OPENING SEEN("1") FIND("S: * SEARCH 1 2 3\n") SIZES("2", SIZE("2")) ASK("2") "cut\n"
	"== window-behind\n" NEW_OPENING FIND("S: * SEARCH 1 2 3\n") SIZES("3", SIZE("3")) ASK("3") MAIL("3") "S: <tagA> OK\n" SEEN("3") BYE;
/* clang-format on */

static int read_once(struct test_office *o, const char *name)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("stall", stall_script);
	struct session *session = NULL;
	struct intake_counts counts = {0};
	int port, r;
	struct player *player = player_listen(dialogue_find(set, name), NULL, &port);

	set_up(o, port);
	const struct session_options options = {
	        .store = o->store, .setup = o->setup, .listener = setup_listener(o->setup, "inbox")};
	assert_ok(session_open(&options, &session, &o->err), &o->err);
	r = session_read(session, &counts, &o->err);
	session_close(session);
	player_finish(player);
	return r;
}

static void check_stall(struct store *store)
{
	static const char *const broken[] = {"first", "again", "and-again", "alone"};
	struct test_office o = {.store = store, .arena = arena_new()};
	int64_t n;

	assert_ok(store_connect(store, &o.db, &o.err), &o.err);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		assert_int_equal(read_once(&o, broken[i]), E_CLOSED);
	assert_ok(read_once(&o, "behind"), &o.err);
	assert_int_equal(db_query_int(o.db,
	                              "SELECT COUNT(*) FROM ledger WHERE uid IN (1, 3) AND state = 'acknowledged'",
	                              DB_NO_ARGS, &n, &o.err),
	                 1);
	assert_int_equal(n, 2);
	assert_int_equal(db_query_int(o.db,
	                              "SELECT uid FROM ledger WHERE state = 'failed' AND category = 'fetch' AND reason "
	                              "LIKE '%breaks off%'",
	                              DB_NO_ARGS, &n, &o.err),
	                 1);
	assert_int_equal(n, 2);

	/* Fetched again when its time has come, behind the new mail: a broken connection is a try of its row. */
	assert_ok(db_exec(o.db, "UPDATE ledger SET next_try_at = 1 WHERE uid = 2", DB_NO_ARGS, &o.err), &o.err);
	assert_int_equal(read_once(&o, "refetch"), E_CLOSED);
	assert_int_equal(db_query_int(o.db, "SELECT tries FROM ledger WHERE uid = 2", DB_NO_ARGS, &n, &o.err), 1);
	assert_int_equal(n, 2);
	assert_int_equal(db_query_int(o.db, "SELECT uid FROM ledger WHERE uid = 4 AND state = 'acknowledged'",
	                              DB_NO_ARGS, &n, &o.err),
	                 1);
	assert_ok(read_once(&o, "after-it"), &o.err);
	test_office_close(&o);
}

static void a_message_at_which_the_server_hangs_up_stands_before_no_other(void **state UNUSED)
{
	test_store_each(check_stall);
}

static int64_t count_rows(struct test_office *o, const char *state)
{
	int64_t n = -1;

	assert_int_equal(db_query_int(o->db, "SELECT COUNT(*) FROM ledger WHERE state = $1", DB_ARGS(DB_TEXT(state)),
	                              &n, &o->err),
	                 1);
	return n;
}

/* It takes no try of any message, however many wait. */
static void check_away(struct store *store)
{
	struct test_office o = {.store = store, .arena = arena_new()};
	int64_t n;

	assert_ok(store_connect(store, &o.db, &o.err), &o.err);
	for (int i = 0; i < 2; i++)
		assert_int_equal(read_once(&o, "away"), E_CLOSED);
	assert_int_equal(db_query_int(o.db, "SELECT COUNT(*) FROM ledger", DB_NO_ARGS, &n, &o.err), 1);
	assert_int_equal(n, 0);
	assert_ok(read_once(&o, "back"), &o.err);
	assert_int_equal(count_rows(&o, "acknowledged"), 3);
	test_office_close(&o);
}

static void storage_that_is_away_sets_no_mail_aside(void **state UNUSED)
{
	test_store_each(check_away);
}

static void check_since(struct store *store)
{
	struct test_office o = {.store = store, .arena = arena_new()};

	since = "2026-01-01";
	assert_ok(store_connect(store, &o.db, &o.err), &o.err);
	assert_ok(read_once(&o, "since"), &o.err);
	assert_int_equal(count_rows(&o, "acknowledged"), 2);
	assert_ok(db_script(o.db, "DELETE FROM folder", &o.err), &o.err);
	assert_ok(read_once(&o, "since-none"), &o.err);
	since = "''";
	test_office_close(&o);
}

static void a_begin_at_a_day_asks_for_that_day_alone(void **state UNUSED)
{
	test_store_each(check_since);
}

static int read_window(struct test_office *o, const char *name, bool one_by_one, int64_t missing)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("window", stall_script);
	struct backfill_window window = {.one_by_one = one_by_one};
	struct backfill_counts found = {0};
	struct session *session = NULL;
	struct intake_counts counts = {0};
	int port, r;
	struct player *player = player_listen(dialogue_find(set, name), NULL, &port);

	set_up(o, port);
	assert_true(clock_parse_day("2026-01-01", &window.since));
	const struct session_options options = {
	        .store = o->store, .setup = o->setup, .listener = setup_listener(o->setup, "inbox")};
	assert_ok(session_open(&options, &session, &o->err), &o->err);
	r = session_backfill(session, &window, &found, &counts, &o->err);
	session_close(session);
	player_finish(player);
	assert_int_equal(found.missing, missing);
	return r;
}

static void check_window(struct store *store)
{
	struct test_office o = {.store = store, .arena = arena_new()};
	struct folder folder = {0};

	assert_ok(store_connect(store, &o.db, &o.err), &o.err);
	assert_ok(folder_open(o.db, "box", "INBOX", &folder, &o.err), &o.err);
	assert_ok(folder_advance(o.db, folder.id, 9, 3, &o.err), &o.err);
	assert_true(read_window(&o, "window", false, 3) < 0);
	assert_true(session_broke_off(&o.err));
	assert_true(read_window(&o, "window-alone", true, 2) < 0);
	assert_int_equal(count_rows(&o, "failed"), 1);
	assert_ok(read_window(&o, "window-behind", true, 1), &o.err);
	assert_int_equal(count_rows(&o, "acknowledged"), 2);
	test_office_close(&o);
}

static void a_message_that_breaks_a_backfill_is_passed_over(void **state UNUSED)
{
	test_store_each(check_window);
}

static void a_server_that_takes_no_acknowledgements_is_read(void **state UNUSED)
{
	test_store_each(check_leftovers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_server_that_takes_no_acknowledgements_is_read),
	        cmocka_unit_test(one_refused_message_keeps_no_other_from_being_acknowledged),
	        cmocka_unit_test(a_message_at_which_the_server_hangs_up_stands_before_no_other),
	        cmocka_unit_test(storage_that_is_away_sets_no_mail_aside),
	        cmocka_unit_test(a_message_that_breaks_a_backfill_is_passed_over),
	        cmocka_unit_test(a_begin_at_a_day_asks_for_that_day_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
