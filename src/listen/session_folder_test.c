/* A listener's folder by another name than the server's, on both databases. */
#include "listen/session.h"

#include "listen/test_office.h"
#include "net/dialogue/dialogue.h"
#include "store/test_store.h"

#include "base/test.h"

#define GREETING "S: * PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE SPECIAL-USE] hello\n"
#define SELECTED "S: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] ok\nS: <tag> OK [READ-WRITE] done\n"
#define BY_PATH                                                                                                   \
	GREETING "C: <tag> SELECT \"Support/Orders\"\nS: <tag> NO what\nC: <tag> NAMESPACE\n"                     \
	         "S: * NAMESPACE ((\"\" \".\")) NIL NIL\nS: <tag> OK\n"                                           \
	         "C: <tag1> LIST \"\" \"Support/Orders\"\nC: <tag2> LIST \"\" \"Support.Orders\"\nS: <tag1> OK\n" \
	         "S: * LIST () \".\" \"Support.Orders\"\nS: <tag2> OK\nC: <tag> SELECT \"Support.Orders\"\n" SELECTED
#define BY_USE                                                                                                     \
	GREETING "C: <tag> LIST \"\" \"*\" RETURN (SPECIAL-USE)\nS: * LIST (\\Archive) \".\" \"Support.Orders\"\n" \
	         "S: <tag> OK\nC: <tag> SELECT \"Support.Orders\"\n" SELECTED

static const char script[] =
        "== path\n" BY_PATH "C: <tag> UID FETCH 4:* (UID RFC822.SIZE)\nS: <tag> OK\nC: <tag> LOGOUT\n"
        "== path-alone\n" BY_PATH "C: <tag> LOGOUT\n"
        "== use\n" BY_USE "C: <tag> LOGOUT\n"
        "== exact\n" GREETING "C: <tag> SELECT \"Support.Orders\"\n" SELECTED "C: <tag> LOGOUT\n";

/* One that was read as the server calls it. */
static void open_office(struct test_office *o, struct store *store)
{
	struct folder folder;

	test_office_open(o, store, "Support.Orders", &folder);
}

static int open_listener(struct test_office *o, const char *id, struct session **ret)
{
	const struct session_options options = {
	        .store = o->store, .setup = o->setup, .listener = setup_listener(o->setup, id)};

	return session_open(&options, ret, &o->err);
}

#define PATH "path: {account: box, rule: all, folder: Support/Orders}"

static void check_position(struct store *store)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("folder", script);
	struct intake_counts counts = {0};
	struct session *session = NULL;
	struct test_office o;
	int64_t folders = 0;
	int port;
	struct player *player = player_listen(dialogue_find(set, "path"), NULL, &port);

	open_office(&o, store);
	test_office_apply(&o, PATH, port);
	assert_ok(open_listener(&o, "path", &session), &o.err);
	assert_ok(session_read(session, &counts, &o.err), &o.err);
	session_close(session);
	player_finish(player);
	assert_int_equal(db_query_int(o.db, "SELECT COUNT(*) FROM folder", DB_NO_ARGS, &folders, &o.err), 1);
	assert_int_equal(folders, 1);
	test_office_close(&o);
}

static void another_spelling_reads_on_where_the_folder_stands(void **state UNUSED)
{
	test_store_each(check_position);
}

static void check_refused(struct test_office *o, struct dialogue_set *set, const char *dialogue, const char *listeners,
                          const char *id, const char *reason)
{
	struct session *session = NULL;
	int port;
	struct player *player = player_listen(dialogue_find(set, dialogue), NULL, &port);

	test_office_apply(o, listeners, port);
	assert_int_equal(open_listener(o, id, &session), E_INVALID);
	assert_int_equal(o->err.scope, SCOPE_FOLDER);
	if (!strstr(o->err.text, reason))
		print_error("%s\n", o->err.text);
	assert_non_null(strstr(o->err.text, reason));
	player_finish(player);
}

static void check_two_listeners(struct store *store)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("folder", script);
	struct session *session = NULL;
	struct test_office o;
	int port;
	struct player *player = player_listen(dialogue_find(set, "path-alone"), NULL, &port);

	open_office(&o, store);
	test_office_apply(&o, PATH, port);
	assert_ok(open_listener(&o, "path", &session), &o.err);
	check_refused(&o, set, "use", PATH ", use: {account: box, rule: all, folder: '\\Archive'}", "use",
	              "folder \\Archive: the server calls it Support.Orders, which listener path reads already");
	session_close(session);
	player_finish(player);
	check_refused(&o, set, "path-alone", PATH ", exact: {account: box, rule: all, folder: Support.Orders}", "path",
	              "folder Support/Orders: the server calls it Support.Orders, which listener exact reads already");
	player = player_listen(dialogue_find(set, "use"), NULL, &port); /* the first has let go of it */
	test_office_apply(
	        &o, PATH ", exact: {account: box, rule: all}, use: {account: box, rule: all, folder: '\\Archive'}",
	        port);
	assert_ok(open_listener(&o, "use", &session), &o.err);
	session_close(session);
	player_finish(player);
	test_office_close(&o);
}

static void two_listeners_by_two_spellings_are_refused(void **state UNUSED)
{
	test_store_each(check_two_listeners);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(another_spelling_reads_on_where_the_folder_stands),
	        cmocka_unit_test(two_listeners_by_two_spellings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
