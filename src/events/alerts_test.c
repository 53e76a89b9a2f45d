/* Alerts by mail, on both databases; that they arrive: tests/test_operation.py. */
#include "events/alerts.h"

#include "base/clock.h"
#include "events/alert_words.h"
#include "events/events.h"
#include "store/outbox.h"
#include "store/status.h"
#include "store/test_store.h"

#include "base/test.h"

static const char document[] =
        "{\"accounts\":{"
        "\"support\":{\"name\":\"S\",\"send\":{\"address\":\"s@example.test\",\"host\":\"localhost\"}},"
        "\"spare\":{\"name\":\"O\",\"send\":{\"address\":\"o@example.test\",\"host\":\"localhost\"}}},"
        "\"alerts\":{"
        "\"admins\":{\"to\":[\"ann@example.test\"],\"account\":\"support\"},"
        "\"spared\":{\"to\":[\"bob@example.test\"],\"account\":\"support\",\"other_account\":\"spare\","
        "\"events\":[\"sender.*\",\"outbox.*\",\"message.*\"],\"recovered\":false},"
        "\"calm\":{\"to\":[\"cid@example.test\"],\"account\":\"support\",\"events\":[\"loop.closed\"]}}}";

struct office {
	struct store *store;
	struct db *db;
	struct arena *arena;
	struct error err;
};

static void apply(struct office *o, const char *text)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *json CLEANUP(json_decrefp) = json_loads(text, 0, NULL);

	assert_ok(setup_apply(o->db, &plain_sealer, json, "anna", false, &report, &o->err), &o->err);
}

static void open_office(struct office *o, struct store *store)
{
	*o = (struct office){.store = store, .arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	apply(o, document);
}

static void close_office(struct office *o)
{
	db_close(o->db);
	arena_free(o->arena);
}

static void happens(struct office *o, const char *kind, const char *account, const char *data)
{
	const struct new_event event = {.kind = kind, .account = account, .data = str_of(data), .at = clock_now_ms()};

	assert_ok(event_add(o->db, &event, &o->err), &o->err);
}

/* What `hauspost run` does at its end. */
static void settle(struct office *o)
{
	assert_ok(events_catch_up(o->store, &plain_sealer, NULL, "https://mail.example.test/", &o->err), &o->err);
}

struct mail {
	const char *account, *to, *subject, *text;
};

/* The mails so far, oldest first. */
static size_t mails(struct office *o, struct mail list[10])
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	size_t n = 0;

	assert_ok(db_query(o->db,
	                   "SELECT o.account, r.address, m.subject, m.body_text FROM outbox o"
	                   " JOIN message m ON m.id = o.message_id JOIN outbox_recipient r ON r.outbox_id = o.id"
	                   " WHERE o.kind = 'alert' ORDER BY o.id",
	                   DB_NO_ARGS, &rows, &o->err),
	          &o->err);
	while (db_next(rows, &o->err) > 0 && n < 10)
		list[n++] = (struct mail){
		        arena_cstr(o->arena, db_col_str(rows, 0)), arena_cstr(o->arena, db_col_str(rows, 1)),
		        arena_cstr(o->arena, db_col_str(rows, 2)), arena_cstr(o->arena, db_col_str(rows, 3))};
	return n;
}

static bool says(const struct mail *mail, const char *what)
{
	return str_find(str_of(mail->text), str_of(what)) >= 0;
}

/* ---------------------------------------------------------------- tests */

static void check_storm(struct store *store)
{
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	happens(&o, "listener.failed", NULL, "{\"listener\":\"post\",\"state\":\"failed\",\"error\":\"no answer\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 1); /* the first at once */
	assert_string_equal(list[0].to, "ann@example.test");
	assert_string_equal(list[0].subject, "[Hauspost] Listener post can't read its mailbox");
	assert_true(says(&list[0], "  Why: no answer\n"));
	assert_true(says(&list[0], "  https://mail.example.test/#/listeners/post\n"));
	for (int i = 0; i < 50; i++)
		happens(&o, "expiry.warning", NULL, "{\"what\":\"keystores/k/a\",\"days\":7}");
	happens(&o, "listener.works", NULL, "{\"listener\":\"post\",\"state\":\"connected\",\"error\":\"\"}");
	happens(&o, "listener.works", NULL, "{\"listener\":\"other\",\"state\":\"connected\",\"error\":\"\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 1); /* not in that quarter of an hour */
	clock_shift(MINUTES_MS(14));
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	clock_shift(MINUTES_MS(1) + 10000);
	settle(&o);
	assert_int_equal(mails(&o, list), 2); /* all together */
	assert_string_equal(list[1].subject, "[Hauspost] 1 thing to look at, 1 works again");
	assert_true(says(&list[1], "keystores/k/a runs out\n"));
	assert_true(says(&list[1], "Listener post reads its mailbox again\n"));
	assert_false(says(&list[1], "other")); /* nobody was told that it failed */
	clock_shift(MINUTES_MS(60));
	settle(&o);
	assert_int_equal(mails(&o, list), 2); /* each is told once */
	close_office(&o);
}

static void the_first_comes_at_once_and_the_rest_together(void **state UNUSED)
{
	test_store_each(check_storm);
}

static void check_flapping(struct store *store)
{
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	for (int i = 0; i < 3; i++) {
		happens(&o, "inlet.failed", NULL, "{\"inlet\":\"door\",\"error\":\"\"}");
		settle(&o);
		clock_shift(MINUTES_MS(4) + 1000);
		happens(&o, "inlet.works", NULL, "{\"inlet\":\"door\",\"error\":\"\"}");
	}
	clock_shift(MINUTES_MS(15));
	settle(&o);
	assert_int_equal(mails(&o, list), 2);
	assert_true(says(&list[1], ", after 4 minutes: it had failed since "));
	close_office(&o);
}

static void a_recovery_has_the_last_failures_time(void **state UNUSED)
{
	test_store_each(check_flapping);
}

static void check_filters(struct store *store)
{
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	happens(&o, "case.created", "support", "{}");
	happens(&o, "record.changed", NULL, "{\"kind\":\"account\",\"id\":\"support\"}");
	happens(&o, "outbox.delayed", "support", "{\"outbox\":4711}");
	happens(&o, "message.filed", "support", "{}");
	happens(&o, "alert.test", NULL, "{\"alert\":\"admins\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 2);
	assert_string_equal(list[0].subject, "[Hauspost] This is a test");
	assert_string_equal(list[1].to, "bob@example.test");
	assert_string_equal(list[1].subject, "[Hauspost] outbox.delayed: A mail waits for long: support");
	close_office(&o);
}

static void each_alert_tells_what_it_was_asked_to(void **state UNUSED)
{
	test_store_each(check_filters);
}

static void check_ends_alone(struct store *store)
{
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	happens(&o, "loop.opened", NULL, "{\"name\":\"robot@example.test\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 0);
	clock_shift(MINUTES_MS(30));
	happens(&o, "loop.closed", NULL, "{\"name\":\"robot@example.test\"}");
	happens(&o, "loop.closed", NULL, "{\"name\":\"other@example.test\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	assert_string_equal(list[0].to, "cid@example.test");
	assert_string_equal(list[0].subject, "[Hauspost] Automatic answers to robot@example.test pass again");
	assert_true(says(&list[0], "after 30 minutes"));
	close_office(&o);
}

static void an_end_can_be_asked_for_alone(void **state UNUSED)
{
	test_store_each(check_ends_alone);
}

static void check_loop(struct store *store)
{
	struct mail list[10];
	struct office o;
	int64_t id;
	char data[60];

	open_office(&o, store);
	happens(&o, "alert.test", NULL, "{\"alert\":\"spared\"}");
	settle(&o);
	assert_int_equal(db_query_int(o.db, "SELECT id FROM outbox WHERE kind = 'alert'", DB_NO_ARGS, &id, &o.err), 1);
	snprintf(data, sizeof data, "{\"outbox\":%lld,\"tries\":1}", (long long)id);
	happens(&o, "outbox.failed", "support", data);
	happens(&o, "outbox.uncertain", "support", data);
	happens(&o, "message.written", "support", data);
	happens(&o, "outbox.copy-failed", NULL, data);
	clock_shift(HOURS_MS(2));
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	close_office(&o);
}

static void an_alert_about_an_alert_is_never_sent(void **state UNUSED)
{
	test_store_each(check_loop);
}

static void check_own_account(struct store *store)
{
	struct status status = {.kind = "sender", .id = "support", .state = "failed", .error = ""};
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	assert_ok(status_put(o.db, &status, &o.err), &o.err);
	happens(&o, "sender.failed", "support", "{\"sender\":\"support\",\"state\":\"failed\",\"error\":\"refused\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	assert_string_equal(list[0].account, "spare"); /* the one with another account */
	assert_string_equal(list[0].subject, "[Hauspost] Account support can't send");
	status.state = "waiting";
	clock_shift(MINUTES_MS(20));
	assert_ok(status_put(o.db, &status, &o.err), &o.err);
	happens(&o, "sender.works", "support", "{\"sender\":\"support\",\"state\":\"connected\",\"error\":\"\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 2); /* the other tells both, now that it can */
	assert_string_equal(list[1].account, "support");
	assert_true(says(&list[1], "Account support can't send\n"));
	assert_true(says(&list[1], "after 20 minutes: it had failed since "));
	status.state = "auth-failed";
	clock_shift(MINUTES_MS(60));
	assert_ok(status_put(o.db, &status, &o.err), &o.err);
	happens(&o, "webhook.disabled", NULL, "{\"webhook\":\"w\",\"reason\":\"gone\"}");
	settle(&o);
	assert_int_equal(mails(&o, list), 2);
	clock_shift(MINUTES_MS(61)); /* it doesn't wait for ever: in the outbox it is tried */
	settle(&o);
	assert_int_equal(mails(&o, list), 3);
	close_office(&o);
}

static void an_account_that_fails_is_told_of_by_another(void **state UNUSED)
{
	test_store_each(check_own_account);
}

static void check_interrupted(struct store *store)
{
	struct alert_item *old;
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	happens(&o, "inlet.failed", NULL, "{\"inlet\":\"one\",\"error\":\"\"}");
	clock_shift(-HOURS_MS(1)); /* nothing but numbers: a mail was just written */
	assert_ok(db_exec(o.db, "INSERT INTO alert_state (alert, mailed_at, mails) VALUES ('admins', $1, 1)",
	                  DB_ARGS(DB_INT(clock_now_ms())), &o.err),
	          &o.err);
	settle(&o);
	assert_int_equal(mails(&o, list), 0);
	assert_ok(alert_set_aside(o.db, "admins", &o.err), &o.err); /* … and the process ended */
	assert_int_equal(alert_items(o.db, "admins", o.arena, &old, &o.err), 1);
	happens(&o, "inlet.failed", NULL, "{\"inlet\":\"two\",\"error\":\"\"}");
	clock_shift(HOURS_MS(1));
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	assert_true(says(&list[0], "Inlet one"));
	assert_false(says(&list[0], "Inlet two"));
	assert_ok(alert_set_aside(o.db, "admins", &o.err), &o.err);
	assert_int_equal(alert_mailed(o.db, "admins", old, 1, 1, clock_now_ms(), &o.err),
	                 0); /* another process is late */
	clock_shift(MINUTES_MS(20));
	settle(&o);
	assert_int_equal(mails(&o, list), 2);
	assert_true(says(&list[1], "Inlet two"));
	close_office(&o);
}

static void a_mail_that_was_interrupted_is_written_once(void **state UNUSED)
{
	test_store_each(check_interrupted);
}

static void check_deleted(struct store *store)
{
	struct mail list[10];
	struct alert_state state;
	struct office o;

	open_office(&o, store);
	happens(&o, "inlet.failed", NULL, "{\"inlet\":\"door\",\"error\":\"\"}");
	happens(&o, "record.deleted", NULL, "{\"kind\":\"inlet\",\"id\":\"door\",\"by\":\"anna\"}");
	happens(&o, "inlet.works", NULL, "{\"inlet\":\"door\",\"error\":\"\"}"); /* a namesake's */
	settle(&o);
	assert_int_equal(mails(&o, list), 1);
	assert_false(says(&list[0], "open again"));
	happens(&o, "inlet.failed", NULL, "{\"inlet\":\"door\",\"error\":\"\"}");
	settle(&o);
	assert_ok(alert_state_get(o.db, "admins", &state, &o.err), &o.err);
	assert_int_equal(state.waiting, 1);
	assert_ok(setup_delete(o.db, &plain_sealer, "alert", "admins", "anna", &o.err), &o.err);
	assert_ok(alert_state_get(o.db, "admins", &state, &o.err), &o.err);
	assert_int_equal(state.waiting, 0);
	assert_int_equal(state.mails, 0);
	close_office(&o);
}

static void what_was_deleted_is_told_of_no_more(void **state UNUSED)
{
	test_store_each(check_deleted);
}

static int count_failures(struct office *o)
{
	struct alert_failure *list;

	return alert_failures(o->db, "admins", 10, o->arena, &list, &o->err);
}

static void check_switched_off(struct store *store)
{
	struct office o;

	open_office(&o, store);
	apply(&o, "{\"inlets\":{\"door\":{\"listen\":\"127.0.0.1:2424\"}}}");
	happens(&o, "inlet.failed", NULL, "{\"inlet\":\"door\",\"error\":\"\"}");
	settle(&o);
	assert_int_equal(count_failures(&o), 1);
	apply(&o, "{\"inlets\":{\"door\":{\"listen\":\"127.0.0.1:2425\"}}}");
	settle(&o);
	assert_int_equal(count_failures(&o), 1);
	apply(&o, "{\"inlets\":{\"door\":{\"listen\":\"127.0.0.1:2425\",\"enabled\":false}}}");
	settle(&o);
	assert_int_equal(count_failures(&o), 0);
	close_office(&o);
}

static void what_was_switched_off_fails_no_more(void **state UNUSED)
{
	test_store_each(check_switched_off);
}

/* While it was switched off, or told of other accounts. */
static void check_unheard(struct store *store)
{
	static const char *const others[] = {"\"enabled\":false", "\"accounts\":[\"spare\"]"};
	struct mail list[10];
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		happens(&o, "sender.failed", "support", "{\"sender\":\"support\",\"error\":\"\"}");
		settle(&o);
		assert_int_equal(count_failures(&o), 1);
		apply(&o, arena_printf(o.arena,
		                       "{\"alerts\":{\"admins\":{\"to\":[\"ann@example.test\"],"
		                       "\"account\":\"support\",%s}}}",
		                       others[i])
		                  .p);
		happens(&o, "sender.works", "support", "{\"sender\":\"support\",\"error\":\"\"}");
		settle(&o);
		assert_int_equal(count_failures(&o), 0);
		apply(&o, document);
		clock_shift(HOURS_MS(1));
	}
	settle(&o);
	for (size_t i = 0, n = mails(&o, list); i < n; i++)
		assert_false(says(&list[i], "sends again"));
	close_office(&o);
}

static void what_ended_unheard_fails_no_more(void **state UNUSED)
{
	test_store_each(check_unheard);
}

static void check_bounded(struct store *store)
{
	struct alert_state state;
	struct office o;
	char data[60];

	open_office(&o, store);
	happens(&o, "alert.test", NULL, "{\"alert\":\"admins\"}");
	settle(&o);
	for (int i = 0; i < ALERT_ITEMS_MAX + 50; i++) {
		snprintf(data, sizeof data, "{\"what\":\"certificates/%d\",\"days\":1}", i);
		happens(&o, "expiry.warning", NULL, data);
	}
	settle(&o);
	assert_ok(alert_state_get(o.db, "admins", &state, &o.err), &o.err);
	assert_int_equal(state.waiting, ALERT_ITEMS_MAX + 1);
	close_office(&o);
}

static void what_waits_is_bounded(void **state UNUSED)
{
	test_store_each(check_bounded);
}

static void a_mail_says_what_since_when_and_what_to_do(void **state UNUSED)
{
	static const struct alert_item items[] = {
	        {"message.parked", "post", "support", 7, 12, INT64_C(1700000000000), INT64_C(1700000300000), 0,
	         STR_INIT("{\"category\":\"mapping\",\"ledger\":9}")},
	        {"listener.works", "post\x1b[2J", "support", 9, 1, INT64_C(1700007200000), INT64_C(1700007200000),
	         INT64_C(1700000000000), STR_INIT("{\"error\":\"\"}")},
	};
	const struct alert alert = {.id = "admins", .interval_minutes = 15};
	struct buf subject CLEANUP(buf_done) = BUF_INIT(KIB(4)), text CLEANUP(buf_done) = BUF_INIT(KIB(64));

	alert_compose(&alert, items, 2, "", &subject, &text);
	assert_string_equal(buf_cstr(&subject), "[Hauspost] 1 thing to look at, 1 works again");
	assert_string_equal(
	        buf_cstr(&text),
	        "12 mails for listener post could not be handled\n"
	        "  At 2023-11-14 22:13 UTC, last at 2023-11-14 22:18 UTC\n"
	        "  Why: mapping\n"
	        "  What to do: They are kept whole. 'hauspost ledger list parked' says why; once that is mended, "
	        "'hauspost ledger retry' handles them.\n"
	        "\n"
	        "Listener post?[2J reads its mailbox again\n"
	        "  At 2023-11-15 00:13 UTC, after 2 hours: it had failed since 2023-11-14 22:13 UTC\n"
	        "\n"
	        "-- \n"
	        "Hauspost sends this because of the alert \"admins\" of its set-up: at most one mail in 15 minutes, "
	        "what "
	        "happens in between comes together.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_comes_at_once_and_the_rest_together),
	        cmocka_unit_test(a_recovery_has_the_last_failures_time),
	        cmocka_unit_test(each_alert_tells_what_it_was_asked_to),
	        cmocka_unit_test(an_end_can_be_asked_for_alone),
	        cmocka_unit_test(an_alert_about_an_alert_is_never_sent),
	        cmocka_unit_test(an_account_that_fails_is_told_of_by_another),
	        cmocka_unit_test(a_mail_that_was_interrupted_is_written_once),
	        cmocka_unit_test(what_was_deleted_is_told_of_no_more),
	        cmocka_unit_test(what_was_switched_off_fails_no_more),
	        cmocka_unit_test(what_ended_unheard_fails_no_more),
	        cmocka_unit_test(what_waits_is_bounded),
	        cmocka_unit_test(a_mail_says_what_since_when_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
