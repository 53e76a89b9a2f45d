/* The whole at work: accounts beside each other, an orderly end. */
#include "listen/serve.h"

#include "base/clock.h"
#include "listen/sent_folder.h"
#include "listen/states.h"
#include "net/dialogue/dialogue.h"
#include "setup/setup.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/outbox_cancel.h"
#include "store/sent_copies.h"
#include "store/status.h"
#include "store/throttles.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include <pthread.h>
#include <sched.h>

#include "base/test.h"

#define PATIENCE_MS 20000 /* a third of what servers that say nothing are given */

#define TAKES_A_MAIL                                                                                            \
	"S: 220 x\nC: EHLO <*>\nS: 250 x\nC: MAIL <*>\nS: 250 ok\nC: RCPT <*>\nS: 250 ok\nC: DATA\nS: 354 go\n" \
	"C-until: .\nS: 250 taken\nC: QUIT\n"
#define ASKS_TO_LOG_IN "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\nC: <tag> AUTHENTICATE PLAIN <*>\n"

static const char script[] = "== silent\nsilence\n"
                             "== sends\n" TAKES_A_MAIL "== sends-two\n" TAKES_A_MAIL "accept\n" TAKES_A_MAIL
                             "== refuses\n" ASKS_TO_LOG_IN "S: <tag> NO [AUTHENTICATIONFAILED] wrong\n"
                             "== throttles\n" ASKS_TO_LOG_IN "S: <tag> NO [THROTTLED] slow down, 90 seconds\n";

static void apply(struct db *db, struct str text)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct error err;

	assert_ok(yaml_read(text, "set-up", &document, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "tester", false, &report, &err), &err);
}

static void set_up(struct db *db, int silent_port, int port)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str text = arena_printf(arena,
	                               "accounts:\n"
	                               "  a: {name: A, send: {address: a@x, host: 127.0.0.1, port: %d, security: none, "
	                               "timeout_s: 60}, receive: {enabled: false}}\n"
	                               "  b: {name: B, send: {address: b@x, host: 127.0.0.1, port: %d, security: "
	                               "none}, receive: {enabled: false}}\n",
	                               silent_port, port);

	apply(db, text);
}

static void queue(struct db *db, int64_t id, const char *account)
{
	struct outbox_recipient recipient = {.address = "ann@example.org", .state = "queued", .reply = ""};
	const struct outbox_row row = {.id = id,
	                               .account = account,
	                               .message_id = id,
	                               .envelope_from = "x@x",
	                               .state = "queued",
	                               .next_try_at = 1,
	                               .created_at = clock_now_ms(),
	                               .recipients = &recipient,
	                               .recipient_count = 1};
	const struct stored_message message = {.id = id,
	                                       .direction = "out",
	                                       .account = account,
	                                       .message_ident = STR("one@x"),
	                                       .automatic = "none",
	                                       .evidence = STR("")};
	struct packed packed;
	struct error err;

	assert_ok(message_insert(db, &message, &err), &err);
	packed_make(&packed, STR("Subject: hi\r\n\r\nhello\r\n"));
	assert_ok(raw_insert(db, id, &packed, &err), &err);
	test_outbox_add(db, &row, NULL);
	packed_done(&packed);
}

static void *run(void *serve)
{
	serve_run(serve);
	return NULL;
}

/* Until so many of account b's messages are sent; false where that takes as long as a silent server is waited for. */
static bool are_sent_soon(struct db *db, int64_t count)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS, n = 0;
	struct error err;

	while (n < count && clock_mono_ms() < until) {
		assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM outbox WHERE account = 'b' AND state = 'sent'",
		                              DB_NO_ARGS, &n, &err),
		                 1);
		sched_yield();
	}
	return n == count;
}

static bool is_state_soon(struct db *db, const char *account, const char *state)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS, n = 0;
	struct error err;

	while (n == 0 && clock_mono_ms() < until) {
		assert_int_equal(db_query_int(db,
		                              "SELECT COUNT(*) FROM status WHERE kind = 'sender' AND id = $1 AND "
		                              "state = $2",
		                              DB_ARGS(DB_TEXT(account), DB_TEXT(state)), &n, &err),
		                 1);
		sched_yield();
	}
	return n == 1;
}

static void check_slow_server(struct store *store)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("serve", script);
	const struct serve_options options = {.store = store, .sealer = &plain_sealer, .workers = 2, .claim = "me"};
	struct db *db CLEANUP(db_closep) = NULL;
	struct player *silent, *sends;
	struct serve *serve = NULL;
	int silent_port, port;
	pthread_t thread;
	struct error err;
	bool sent;

	assert_ok(store_connect(store, &db, &err), &err);
	silent = player_listen(dialogue_find(set, "silent"), NULL, &silent_port);
	sends = player_listen(dialogue_find(set, "sends"), NULL, &port);
	set_up(db, silent_port, port);
	queue(db, 1, "a");
	queue(db, 2, "b");
	assert_ok(serve_start(&options, &serve, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run, serve), 0);
	sent = are_sent_soon(db, 1);
	serve_stop(serve);
	pthread_join(thread, NULL);
	player_finish(silent);
	player_finish(sends);
	assert_true(sent);
}

static void a_silent_server_holds_up_no_other_account(void **state UNUSED)
{
	test_store_each(check_slow_server);
}

/* ---------------------------------------------------------------- copies for the Sent folder */

static void set_up_copies(struct db *db, int smtp_port, int imap_port)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error err;
	json_t *document = NULL;
	struct str text = arena_printf(
	        arena,
	        "accounts:\n"
	        "  b: {name: B, send: {address: b@x, host: 127.0.0.1, port: %d, security: none, sent_copy: Sent},\n"
	        "      receive: {host: 127.0.0.1, port: %d, security: none, allow_insecure_login: true, user: b,\n"
	        "                password: pw, timeout_s: 60}}\n",
	        smtp_port, imap_port);

	assert_ok(yaml_read(text, "set-up", &document, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "tester", false, NULL, &err), &err);
	json_decref(document);
}

static void check_slow_mailbox(struct store *store)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("serve", script);
	const struct serve_options options = {.store = store, .sealer = &plain_sealer, .workers = 1, .claim = "me"};
	struct db *db CLEANUP(db_closep) = NULL;
	struct player *silent, *sends;
	struct serve *serve = NULL;
	int silent_port, port;
	bool first, second;
	int64_t tries = -1;
	pthread_t thread;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	silent = player_listen(dialogue_find(set, "silent"), NULL, &silent_port);
	sends = player_listen(dialogue_find(set, "sends-two"), NULL, &port);
	set_up_copies(db, port, silent_port);
	queue(db, 1, "b");
	assert_ok(serve_start(&options, &serve, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run, serve), 0);
	first = is_state_soon(db, "b", "idle"); /* its connection is over */
	queue(db, 2, "b");
	second = are_sent_soon(db, 2);
	assert_int_equal(db_query_int(db, "SELECT tries FROM sent_copy WHERE outbox_id = 1", DB_NO_ARGS, &tries, &err),
	                 1);
	serve_stop(serve);
	pthread_join(thread, NULL);
	player_finish(silent);
	player_finish(sends);
	assert_true(first);
	assert_true(second);
	assert_int_equal(tries, 0); /* the mailbox hung all the while */
}

/* On one store: its subject is time, not what is stored. */
static void a_silent_mailbox_for_copies_holds_up_no_mail(void **state UNUSED)
{
	const struct store_options options = {.url = test_store_url(DB_SQLITE), .create = true};
	struct store *store;
	struct error err;

	assert_ok(store_open(&options, &store, &err), &err);
	check_slow_mailbox(store);
	store_close(store);
}

static void note_failure(void *ctx, const struct error *fault)
{
	*(int *)ctx = fault->code;
}

/* The copy is filed once with the server of this name; what the account is told of. */
static int file_with(struct store *store, struct db *db, const char *server, int want, int64_t *ret_due_in)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("serve", script);
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct sent_folder_options options = {.store = store, .mailbox_failed = note_failure};
	int port, told = 0;
	struct player *player = player_listen(dialogue_find(set, server), NULL, &port);
	struct error err;
	int64_t due_at = 0;

	options.ctx = &told;
	set_up_copies(db, 1, port);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	options.setup = setup;
	assert_int_equal(sent_folder_file(&options, "b", &err), want);
	player_finish(player);
	assert_int_equal(
	        db_query_int(db, "SELECT next_try_at FROM sent_copy WHERE state = 'due'", DB_NO_ARGS, &due_at, &err),
	        1);
	*ret_due_in = due_at - clock_now_ms();
	return told;
}

static void check_refused_copies(struct store *store)
{
	struct sent_copy copy = {.outbox_id = 1, .state = "due", .tries = 11, .reason = ""};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;
	int64_t due_in;

	assert_ok(store_connect(store, &db, &err), &err);
	queue(db, 1, "b");
	assert_ok(sent_copy_add(db, 1, "b", 1, &err), &err);
	assert_ok(sent_copy_write(db, &copy, 1, &err), &err);
	assert_int_equal(file_with(store, db, "refuses", 0, &due_in), E_AUTH);
	assert_in_range(due_in, 1, MINUTES_MS(1)); /* not given up: the account waits, not the copy */
	copy.tries = 12;
	assert_ok(sent_copy_write(db, &copy, 1, &err), &err);
	assert_int_equal(file_with(store, db, "throttles", 0, &due_in), E_THROTTLED);
	assert_in_range(due_in, SECONDS_MS(80), MINUTES_MS(2));
	assert_int_equal(throttle_check(db, "b", &err), E_THROTTLED);
}

static void a_mailbox_that_refuses_copies_halts_the_account(void **state UNUSED)
{
	test_store_each(check_refused_copies);
}

static void check_given_up(struct store *store)
{
	struct sent_copy copy = {.outbox_id = 1, .state = "due", .tries = 11, .reason = ""};
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct sent_folder_options options = {.store = store};
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t n = 0;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	queue(db, 1, "b");
	assert_ok(sent_copy_add(db, 1, "b", 1, &err), &err);
	assert_ok(sent_copy_write(db, &copy, 1, &err), &err);
	set_up_copies(db, 1, 1); /* nobody listens there */
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	options.setup = setup;
	assert_int_equal(sent_folder_file(&options, "b", &err), 0);
	assert_int_equal(db_query_int(db,
	                              "SELECT COUNT(*) FROM event WHERE kind = 'outbox.copy-failed' AND message_id = 1 "
	                              "AND data = '{\"outbox\":1}'",
	                              DB_NO_ARGS, &n, &err),
	                 1);
	assert_int_equal(n, 1);
}

static void a_copy_that_is_given_up_names_its_row(void **state UNUSED)
{
	test_store_each(check_given_up);
}

/* ---------------------------------------------------------------- how a sender stands */

static const char since_of[] = "SELECT since FROM status WHERE kind = 'sender' AND id = $1";

static int64_t count_events(struct db *db, const char *kind, const char *account)
{
	int64_t n = 0;
	struct error err;

	assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM event WHERE kind = $1 AND account = $2",
	                              DB_ARGS(DB_TEXT(kind), DB_TEXT(account)), &n, &err),
	                 1);
	return n;
}

static void check_sender_states(struct store *store)
{
	const struct serve_options options = {.store = store, .sealer = &plain_sealer, .workers = 1, .claim = "me"};
	const struct status earlier = {.kind = "sender",
	                               .id = "b",
	                               .state = "failed",
	                               .since = 1,
	                               .error = "cut",
	                               .error_at = 1,
	                               .is_failing = true};
	int64_t began = clock_now_ms(), failed_since = 0, since = 0;
	bool failed, mended, earlier_mended;
	struct db *db CLEANUP(db_closep) = NULL;
	struct serve *serve = NULL;
	pthread_t thread;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	set_up(db, 1, 1); /* nobody listens there */
	assert_ok(status_put(db, &earlier, &err), &err);
	queue(db, 1, "a");
	assert_ok(serve_start(&options, &serve, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run, serve), 0);
	failed = is_state_soon(db, "a", "failed");
	assert_int_equal(db_query_int(db, since_of, DB_ARGS(DB_TEXT("a")), &failed_since, &err), 1);
	while (clock_now_ms() <= failed_since) /* so that what comes next has another time */
		sched_yield();
	assert_int_equal(outbox_cancel(db, 1, "cancelled", "tester", clock_now_ms(), &err), 1);
	mended = is_state_soon(db, "a", "idle");
	earlier_mended = is_state_soon(db, "b", "idle");
	assert_int_equal(db_query_int(db, since_of, DB_ARGS(DB_TEXT("a")), &since, &err), 1);
	serve_stop(serve);
	pthread_join(thread, NULL);
	assert_true(failed);
	assert_true(mended);
	assert_true(earlier_mended);
	assert_in_range(failed_since, began, since - 1); /* of each state, not of the first */
	assert_in_range(since, failed_since, clock_now_ms());
	assert_int_equal(count_events(db, "sender.works", "b"), 1); /* the earlier process told that it failed */
}

static void a_sender_that_failed_and_has_nothing_to_send_is_idle(void **state UNUSED)
{
	test_store_each(check_sender_states);
}

static void flush(struct states *states, struct store *store)
{
	struct error err;

	assert_ok(states_flush(states, store, "me", false, &err), &err);
}

/* Reads what an earlier process left, as one that begins with the set-up as it is. */
static struct states *begin(struct db *db)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct states *states = states_new();
	struct error err;

	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	assert_ok(states_read(states, db, setup, &err), &err);
	return states;
}

static void check_restart(struct store *store)
{
	const struct error fault = {.code = E_CONNECT, .text = "no answer"};
	struct states *states = states_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, STR("accounts: {a: {}}"));
	states_set(states, "sender", "a", "failed", &fault, 1000);
	flush(states, store);
	states_set(states, "sender", "a", "connecting", NULL, 0);
	flush(states, store);
	assert_int_equal(status_is_failing(db, "sender", "a", &err), 1); /* it tries again, and doesn't work yet */
	states_free(states);
	states = begin(db);
	states_set(states, "sender", "a", "connecting", NULL, 0);
	flush(states, store);
	assert_int_equal(status_is_failing(db, "sender", "a", &err), 1);
	states_set(states, "sender", "a", "failed", &fault, 1000);
	flush(states, store);
	assert_int_equal(count_events(db, "sender.failed", "a"), 1);
	assert_int_equal(count_events(db, "sender.works", "a"), 0);
	states_set(states, "sender", "a", "connected", NULL, 0);
	flush(states, store);
	assert_int_equal(status_is_failing(db, "sender", "a", &err), 0);
	assert_int_equal(count_events(db, "sender.works", "a"), 1);
	states_free(states);
}

/* It failed, and stood still as its process ended: its end is told all the same, by whoever sees it, and its failure
 * never again. */
static void check_standing_still(struct store *store)
{
	static const struct {
		const char *id, *state;
	} cases[] = {{"a", "paused"}, {"b", "throttled"}, {"c", "failed"}, {"d", "auth-failed"}};
	const struct error fault = {.code = E_CONNECT, .text = "no answer"};
	struct states *states = states_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, STR("accounts: {a: {}, b: {}, c: {}, d: {}, healthy: {}}"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		states_set(states, "sender", cases[i].id, "failed", &fault, 1000);
		flush(states, store);
		states_set(states, "sender", cases[i].id, cases[i].state, NULL, 0);
	}
	states_set(states, "sender", "healthy", "paused", NULL, 0);
	flush(states, store);
	for (int run = 0; run < 2; run++) { /* the second one hears nothing of the account before it ends, too */
		states_free(states);
		states = begin(db);
		states_set(states, "sender", "a", "paused", NULL, 0);
		flush(states, store);
	}
	states_set(states, "sender", "healthy", "idle", NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		states_set(states, "sender", cases[i].id, "connecting", NULL, 0);
		states_set(states, "sender", cases[i].id, "failed", &fault, 1000);
		flush(states, store);
		states_set(states, "sender", cases[i].id, "idle", NULL, 0);
		flush(states, store);
		if (count_events(db, "sender.failed", cases[i].id) != 1 ||
		    count_events(db, "sender.works", cases[i].id) != 1)
			FAIL_CASE("%s: %s\n", cases[i].id, cases[i].state);
	}
	assert_int_equal(count_events(db, "sender.works", "healthy"), 0);
	states_free(states);
}

static void what_failed_and_stood_still_at_the_end_is_told_of_when_it_works(void **state UNUSED)
{
	test_store_each(check_standing_still);
}

static void a_failure_is_told_once_and_its_end_whoever_runs_then(void **state UNUSED)
{
	test_store_each(check_restart);
}

/* ---------------------------------------------------------------- parts that are gone */

static const char parts[] =
        "accounts: {a: {receive: {host: h, user: u, password: p}}}\n"
        "case_types: {c: {number_mask: 'C-{number}'}}\n"
        "rules: {r: {branches: [{name: all, activity: create-case, case_type: c}]}}\n"
        "listeners: {a: {account: a, rule: r}, off: {account: a, folder: Other, rule: r, enabled: false}}\n"
        "inlets: {a: {listen: 127.0.0.1:1}, off: {listen: 127.0.0.1:2, enabled: false}}\n";

/* As counted for /readyz and the like. */
static int64_t count_parts(struct db *db)
{
	int64_t n = -1;
	struct error err;

	assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM status WHERE kind <> 'process'", DB_NO_ARGS, &n, &err),
	                 1);
	return n;
}

static void check_gone(struct store *store)
{
	static const char *const kinds[] = {"listener", "sender", "inlet"}, *const ids[] = {"a", "off", "gone"};
	const struct error fault = {.code = E_CONNECT, .text = "no answer"};
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct states *states = states_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, str_of(parts));
	for (size_t i = 0; i < ARRAY_LEN(kinds) * ARRAY_LEN(ids); i++)
		states_set(states, kinds[i / ARRAY_LEN(ids)], ids[i % ARRAY_LEN(ids)], "failed", &fault, 1000);
	flush(states, store);
	assert_int_equal(count_parts(db), 9);
	states_free(states);
	states = begin(db);
	flush(states, store);
	assert_int_equal(count_parts(db), 3); /* of each kind the one that is there and switched on */
	assert_int_equal(status_is_failing(db, "inlet", "a", &err), 1);
	assert_ok(setup_delete(db, &plain_sealer, "listener", "a", "tester", &err), &err);
	states_set(states, "listener", "a", "failed", &fault, 1000); /* it hasn't heard of it yet */
	flush(states, store);
	assert_int_equal(count_parts(db), 3);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	states_keep(states, setup);
	flush(states, store);
	assert_int_equal(count_parts(db), 2);
	states_free(states);
}

static void a_part_that_is_gone_or_off_leaves_no_state(void **state UNUSED)
{
	test_store_each(check_gone);
}

/* It never opened: nobody closes it. */
static void check_failed_inlet(struct store *store)
{
	const struct serve_options options = {.store = store, .sealer = &plain_sealer, .workers = 1, .claim = "me"};
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t until = clock_mono_ms() + 10000;
	struct serve *serve = NULL;
	pthread_t thread;
	struct error err;
	int64_t failed, left;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, STR("inlets: {door: {listen: 'unix:/nowhere/at/all'}}"));
	assert_ok(serve_start(&options, &serve, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run, serve), 0);
	while ((failed = count_parts(db)) == 0 && clock_mono_ms() < until)
		sched_yield();
	apply(db, STR("inlets: {door: {listen: 'unix:/nowhere/at/all', enabled: false}}"));
	while ((left = count_parts(db)) > 0 && clock_mono_ms() < until)
		sched_yield();
	serve_stop(serve);
	pthread_join(thread, NULL);
	assert_int_equal(failed, 1);
	assert_int_equal(left, 0);
}

static void an_inlet_that_could_not_open_and_is_off_does_not_fail(void **state UNUSED)
{
	test_store_each(check_failed_inlet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_silent_server_holds_up_no_other_account),
	        cmocka_unit_test(a_silent_mailbox_for_copies_holds_up_no_mail),
	        cmocka_unit_test(a_mailbox_that_refuses_copies_halts_the_account),
	        cmocka_unit_test(a_copy_that_is_given_up_names_its_row),
	        cmocka_unit_test(a_sender_that_failed_and_has_nothing_to_send_is_idle),
	        cmocka_unit_test(what_failed_and_stood_still_at_the_end_is_told_of_when_it_works),
	        cmocka_unit_test(a_failure_is_told_once_and_its_end_whoever_runs_then),
	        cmocka_unit_test(a_part_that_is_gone_or_off_leaves_no_state),
	        cmocka_unit_test(an_inlet_that_could_not_open_and_is_off_does_not_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
