/* What webhooks are owed, on both databases; what they are sent: tests/test_api_events.py. */
#include "events/webhooks.h"

#include "base/clock.h"
#include "events/events.h"
#include "events/outcome.h"
#include "events/replay.h"
#include "store/test_store.h"

#include <poll.h>

#include "base/test.h"

#define PATIENCE_MS 30000
#define NOW         INT64_C(1700000000000)

static const char document[] =
        "{\"accounts\":{\"support\":{\"name\":\"S\",\"send\":{\"address\":\"s@example.test\",\"host\":\"localhost\"}}},"
        "\"webhooks\":{"
        "\"all\":{\"url\":\"https://a.test/\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"},"
        "\"some\":{\"url\":\"https://a.test/\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\","
        "\"events\":[\"case.*\"],\"accounts\":[\"support\"]},"
        "\"off\":{\"url\":\"https://a.test/"
        "\",\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\",\"enabled\":false}}}";

static const struct stored_event events[] = {
        {.number = 1, .kind = "case.created", .account = "support", .data = STR_INIT("{}")},
        {.number = 2, .kind = "case.created", .account = "sales", .data = STR_INIT("{}")},
        {.number = 3, .kind = "outbox.sent", .account = "support", .data = STR_INIT("{}")},
        {.number = 4, .kind = "webhook.test", .account = "", .data = STR_INIT("{\"webhook\":\"some\"}")},
};

static struct setup *open_setup(struct db *db)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *json = json_loads(document, 0, NULL);
	struct setup *setup;
	struct error err;

	assert_non_null(json);
	assert_ok(setup_apply(db, &plain_sealer, json, "anna", false, &report, &err), &err);
	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	json_decref(json);
	return setup;
}

static int64_t waiting(struct db *db, const char *webhook)
{
	int64_t n = -1;
	struct error err;

	assert_ok(delivery_waiting(db, webhook, &n, &err), &err);
	return n;
}

static void check_owed(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	for (int i = 0; i < 2; i++) /* once for each webhook and event, whatever happens */
		assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	assert_int_equal(waiting(db, "all"), 3);
	assert_int_equal(waiting(db, "some"), 2); /* of its account, and its test */
	assert_int_equal(waiting(db, "off"), 0);
}

static void each_webhook_is_owed_what_it_wants_once(void **state UNUSED)
{
	test_store_each(check_owed);
}

static void check_disabled(struct store *store)
{
	struct webhook_state gone = {.webhook = "all", .reason = "it answers 410"};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	gone.disabled_at = clock_now_ms() + 10;
	assert_ok(webhook_state_put(db, &gone, &err), &err);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 1);
	assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	assert_int_equal(waiting(db, "all"), 0);
	gone.disabled_at = NOW; /* before the record was changed */
	assert_ok(webhook_state_put(db, &gone, &err), &err);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 0);
	assert_int_equal(webhook_is_disabled(db, "some", &err), 0);
}

static void what_disabled_itself_is_enabled_by_a_change(void **state UNUSED)
{
	test_store_each(check_disabled);
}

static void check_taken(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery *list;
	struct delivery_try *tries;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(delivery_add(db, "w", 7, "case.created", NOW, &err), &err);
	assert_int_equal(delivery_due(db, "w", NOW - 1, 5, arena, &list, &err), 0);
	assert_int_equal(delivery_due(db, "w", NOW, 5, arena, &list, &err), 1);
	assert_int_equal(delivery_take(db, list[0].id, NOW, NOW + 1000, &err), 1);
	assert_int_equal(delivery_take(db, list[0].id, NOW, NOW + 1000, &err), 0);
	assert_int_equal(delivery_replay(db, "w", list[0].id, NOW, &err), 0);          /* it is being sent */
	assert_int_equal(delivery_due(db, "w", NOW + 1000, 5, arena, &list, &err), 1); /* interrupted */
	list[0].state = "failed";
	list[0].reason = "it answers 500";
	list[0].done_at = NOW + 5;
	assert_int_equal(
	        delivery_write(db, &list[0], &(struct delivery_try){.at = NOW, .reason = "x", .answer = "no"}, &err),
	        1);
	assert_int_equal(delivery_tries(db, list[0].id, arena, &tries, &err), 1);
	assert_string_equal(tries[0].answer, "no");
	assert_int_equal(delivery_replay_failed(db, "w", 7, NOW, &err), 0);
	assert_int_equal(delivery_replay_failed(db, "w", 6, NOW, &err), 1);
	assert_int_equal(waiting(db, "w"), 1);
	assert_int_equal(delivery_prune(db, NOW + 6, 10, &err), 0); /* it is wanted again */
	list[0].state = "delivered";
	assert_int_equal(
	        delivery_write(db, &list[0], &(struct delivery_try){.at = NOW, .reason = "", .answer = ""}, &err), 1);
	assert_int_equal(delivery_any_done_before(db, NOW + 6, &err), 1);
	assert_int_equal(delivery_prune(db, NOW + 6, 10, &err), 1);
	assert_int_equal(delivery_tries(db, list[0].id, arena, &tries, &err), 0);
	/* what was dropped leaves nothing behind, whoever comes late */
	assert_int_equal(
	        delivery_write(db, &list[0], &(struct delivery_try){.at = NOW, .reason = "", .answer = ""}, &err), 0);
	assert_int_equal(delivery_tries(db, list[0].id, arena, &tries, &err), 0);
}

static void a_delivery_is_taken_by_one_and_can_be_sent_again(void **state UNUSED)
{
	test_store_each(check_taken);
}

static struct delivery newest(struct db *db, const char *webhook, struct arena *arena)
{
	struct delivery *list;
	struct error err;

	assert_int_equal(delivery_list(db, webhook, NULL, 0, 1, arena, &list, &err), 1);
	return list[0];
}

/* Writes down what came of a try; true where that disabled the webhook. */
static bool came_of(struct db *db, const struct delivery *d, const struct post_result *result, int64_t now)
{
	bool is_disabled;
	struct error err;

	assert_ok(outcome_write(db, d, result, now, &is_disabled, &err), &err);
	return is_disabled;
}

static bool came(struct db *db, const struct delivery *d, enum post_outcome outcome, int64_t at)
{
	const struct post_result result = {.outcome = outcome, .attempt = {.at = at, .reason = "why", .answer = ""}};

	return came_of(db, d, &result, at);
}

/* The records are as old as that. */
static void age_records(struct db *db, int64_t at)
{
	struct error err;

	assert_ok(db_exec(db, "UPDATE record SET at = $1", DB_ARGS(DB_INT(at)), &err), &err);
}

static struct webhook_state state_of(struct db *db, const char *webhook, struct arena *arena)
{
	struct webhook_state s;
	struct error err;

	assert_ok(webhook_state_get(db, webhook, arena, &s, &err), &err);
	return s;
}

static int64_t number_of(struct db *db, const char *sql)
{
	int64_t n = 0;
	struct error err;

	assert_true(db_query_int(db, sql, DB_NO_ARGS, &n, &err) >= 0);
	return n;
}

static void check_deleted(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery under_way;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	age_records(db, NOW - 1);
	under_way = newest(db, "all", arena);
	came(db, &under_way, POST_FAILED, NOW);
	assert_int_equal(state_of(db, "all", arena).failures, 1);
	assert_ok(setup_delete(db, &plain_sealer, "webhook", "all", "anna", &err), &err);
	came(db, &under_way, POST_FAILED, NOW + 1); /* its try ended after the deletion */
	setup_free(open_setup(db));
	assert_int_equal(waiting(db, "all"), 0);
	assert_int_equal(state_of(db, "all", arena).failures, 0);
	assert_int_equal(number_of(db, "SELECT COUNT(*) FROM delivery_try"), 0);
	assert_int_equal(waiting(db, "some"), 2); /* the others' stay */
}

static void a_deleted_webhook_leaves_nothing_to_its_namesake(void **state UNUSED)
{
	test_store_each(check_deleted);
}

#define MANY       1200
#define DELIVERIES "SELECT COUNT(*) FROM delivery"

/* What a webhook was owed for years: it goes at once for everybody who looks, and from the tables piece by piece. */
static void check_much(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery old, *list;
	int64_t left = MANY;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	setup_free(open_setup(db));
	assert_ok(db_begin(db, &err), &err);
	for (int i = 1; i <= MANY; i++)
		assert_ok(delivery_add(db, "all", i, "case.created", NOW, &err), &err);
	assert_ok(db_commit(db, &err), &err);
	old = newest(db, "all", arena);
	for (int round = 0; round < 2; round++) {
		assert_ok(setup_delete(db, &plain_sealer, "webhook", "all", "anna", &err), &err);
		assert_in_range(number_of(db, DELIVERIES), MANY / 2, MANY - 1); /* bounded, whatever there is */
		assert_int_equal(delivery_take(db, old.id, NOW, NOW + 1, &err), 0);
		came(db, &old, POST_FAILED, NOW + 1);
		assert_int_equal(number_of(db, "SELECT COUNT(*) FROM delivery_try"), 0);
		assert_int_equal(delivery_get(db, old.id, arena, &old, &err), 0);
		/* Another of its name is owed the same event, and that alone. */
		setup_free(open_setup(db));
		assert_int_equal(waiting(db, "all"), 0);
		assert_int_equal(delivery_replay_failed(db, "all", 0, NOW, &err), 0);
		assert_ok(delivery_add(db, "all", MANY, "case.created", NOW, &err), &err);
		assert_ok(delivery_add(db, "all", MANY, "case.created", NOW, &err), &err);
		assert_int_equal(delivery_due(db, "all", NOW, 10, arena, &list, &err), 1);
		assert_string_equal(list[0].webhook, "all");
		assert_int_equal(delivery_get(db, list[0].id, arena, &list[0], &err), 1);
	}
	while (webhook_any_gone(db, 0, &err) > 0 && left > 0) {
		int64_t before = number_of(db, DELIVERIES);

		assert_true(webhook_drop_gone(db, 0, 500, &err) >= 0);
		assert_true(before - number_of(db, DELIVERIES) <= 500);
		left -= 500;
	}
	assert_int_equal(webhook_any_gone(db, 0, &err), 0);
	assert_int_equal(number_of(db, DELIVERIES), 1); /* the newest namesake's */
	assert_int_equal(waiting(db, "all"), 1);
}

static void much_of_a_deleted_webhook_goes_piece_by_piece(void **state UNUSED)
{
	test_store_each(check_much);
}

/* As a person does: a change of the record, whichever. */
static void change_record(struct db *db, const char *name)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *json = json_pack("{s:{s:{s:s, s:s, s:s}}}", "webhooks", "all", "url", "https://a.test/", "secret",
	                         "********", "name", name);
	struct error err;

	assert_int_equal(setup_apply(db, &plain_sealer, json, "anna", false, &report, &err), 1);
	json_decref(json);
}

static void check_five_days(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery d;
	int64_t end = clock_now_ms(), begin = end - WEBHOOK_DISABLED_AFTER - 1;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	assert_ok(webhooks_owe(db, setup, events, ARRAY_LEN(events), &err), &err);
	age_records(db, begin - 1);
	d = newest(db, "all", arena);
	assert_false(came(db, &d, POST_FAILED, begin));
	assert_false(came(db, &d, POST_FAILED, begin + WEBHOOK_DISABLED_AFTER)); /* not yet */
	assert_true(came(db, &d, POST_REFUSED, end + 10000));
	assert_false(came(db, &d, POST_FAILED, end + 10000)); /* another that was on its way: told once */
	assert_int_equal(number_of(db, "SELECT COUNT(*) FROM event WHERE kind = 'webhook.disabled'"), 1);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 1);
	assert_ok(db_exec(db, "UPDATE webhook_state SET disabled_at = $1, failed_at = $1", DB_ARGS(DB_INT(end - 1)),
	                  &err),
	          &err);
	change_record(db, "Mended");
	assert_int_equal(webhook_is_disabled(db, "all", &err), 0);
	assert_false(came(db, &d, POST_FAILED, end + 20000)); /* as if it were the first */
	assert_int_equal(state_of(db, "all", arena).failing_since, end + 20000);
	assert_int_equal(state_of(db, "all", arena).failures, 1);
	assert_int_equal(webhook_is_disabled(db, "all", &err), 0);
	assert_false(came(db, &d, POST_DELIVERED, end + 30000));
	assert_int_equal(state_of(db, "all", arena).failing_since, 0);
}

static void five_days_of_failing_disable_until_a_change_begins_anew(void **state UNUSED)
{
	test_store_each(check_five_days);
}

static struct webhook_state standing(struct db *db, int64_t now, struct arena *arena)
{
	struct webhook_state s;
	struct error err;

	assert_ok(webhook_standing(db, "all", now, arena, &s, &err), &err);
	return s;
}

/* One delivery, of which a try failed, with a rest of hours. */
static struct delivery failed_once(struct db *db, const struct setup *setup, int64_t at, struct arena *arena)
{
	const struct post_result result = {.outcome = POST_FAILED,
	                                   .attempt = {.at = at, .reason = "it answers 429", .answer = ""},
	                                   .retry_after_ms = HOURS_MS(10)};
	struct delivery d;
	struct error err;

	assert_ok(webhooks_owe(db, setup, events, 1, &err), &err);
	d = newest(db, "all", arena);
	came_of(db, &d, &result, at);
	assert_int_equal(standing(db, at, arena).next_try_at, at + HOURS_MS(10));
	return d;
}

static void check_changed(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t before = clock_now_ms() - HOURS_MS(1), now;
	struct post_result late = {.outcome = POST_GONE, .attempt = {.at = before, .reason = "x", .answer = ""}};
	struct delivery d;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	age_records(db, before - 1);
	d = failed_once(db, setup, before, arena);
	change_record(db, "Mended");
	now = clock_now_ms();
	assert_int_equal(standing(db, now, arena).next_try_at, 0);
	assert_int_equal(standing(db, now, arena).failing_since, 0);
	/* one that was under way went where nobody sends any more */
	assert_false(came_of(db, &d, &late, now));
	assert_int_equal(standing(db, now, arena).failures, 0);
	assert_false(came(db, &d, POST_FAILED, now + 1000));
	assert_int_equal(standing(db, now + 1000, arena).failing_since, now + 1000);
}

static void what_failed_before_a_change_does_not_count(void **state UNUSED)
{
	test_store_each(check_changed);
}

static void check_set_back(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t now = clock_now_ms(), wrong = now + HOURS_MS(24);
	struct delivery d;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	d = failed_once(db, setup, wrong, arena);
	assert_int_equal(standing(db, now, arena).next_try_at, 0);
	assert_true(came(db, &d, POST_GONE, wrong));
	assert_int_equal(standing(db, wrong, arena).disabled_at, wrong);
	assert_int_equal(standing(db, now, arena).disabled_at, 0); /* no change could ever enable it */
	/* nor does a change at a time to come forgive for ever */
	age_records(db, wrong);
	assert_true(came(db, &d, POST_GONE, now));
	assert_int_equal(standing(db, now + 1, arena).disabled_at, now);
}

static void a_clock_that_is_set_back_stops_no_webhook(void **state UNUSED)
{
	test_store_each(check_set_back);
}

static void check_asked_for(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t now = clock_now_ms();
	const struct webhook *all;
	struct delivery d;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	all = setup_webhook(setup, "all");
	age_records(db, now - 1000);
	d = failed_once(db, setup, now, arena);
	assert_int_equal(webhook_replay(store, "all", d.id, &err), 1);
	assert_int_equal(standing(db, now, arena).next_try_at, 0);
	d = failed_once(db, setup, now, arena);
	assert_int_equal(webhook_replay_since(store, setup, all, 0, false, &err), 1); /* though it has tries left */
	assert_string_equal(newest(db, "all", arena).state, "queued");
	assert_int_equal(standing(db, now, arena).next_try_at, 0);
	d = failed_once(db, setup, now, arena);
	assert_ok(webhook_test(store, all, "anna", &err), &err);
	assert_int_equal(standing(db, now, arena).next_try_at, 0);
	/* who gets nothing isn't tried in vain */
	assert_true(came(db, &d, POST_GONE, now));
	assert_int_equal(webhook_test(store, all, "anna", &err), E_CONFLICT);
	assert_true(str_find(str_of(err.text), STR("was switched off (why)")) >= 0);
	assert_int_equal(webhook_test(store, setup_webhook(setup, "off"), "anna", &err), E_CONFLICT);
	assert_int_equal(number_of(db, "SELECT COUNT(*) FROM event WHERE kind = 'webhook.test'"), 1);
}

static void what_a_person_asks_for_waits_for_no_rest(void **state UNUSED)
{
	test_store_each(check_asked_for);
}

#define HAPPENED 5200

static void check_all_again(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	assert_ok(setup_delete(db, &plain_sealer, "webhook", "all", "anna", &err), &err);
	assert_ok(db_begin(db, &err), &err);
	for (int i = 0; i < HAPPENED; i++)
		assert_ok(
		        event_insert(db, i < HAPPENED - 3 ? "outbox.sent" : "case.created", 0, 0, STR("{}"), NOW, &err),
		        &err);
	assert_ok(db_exec(db, "UPDATE event SET account = 'support' WHERE kind = 'case.created'", DB_NO_ARGS, &err),
	          &err);
	assert_ok(db_commit(db, &err), &err);
	assert_ok(events_catch_up(store, &plain_sealer, NULL, "", &err), &err);
	assert_ok(db_exec(db, "DELETE FROM delivery", DB_NO_ARGS, &err), &err);
	assert_int_equal(webhook_replay_since(store, setup, setup_webhook(setup, "some"), 0, true, &err), 3);
	assert_int_equal(waiting(db, "some"), 3);
	/* one that was deleted meanwhile */
	assert_int_equal(webhook_replay_since(store, setup, setup_webhook(setup, "all"), 0, true, &err), E_NOT_FOUND);
	assert_int_equal(waiting(db, "all"), 0);
}

static void everything_is_sent_again_however_much_happened(void **state UNUSED)
{
	test_store_each(check_all_again);
}

static void check_dropped(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery d;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	struct setup *setup CLEANUP(setup_freep) = open_setup(db);
	assert_ok(webhooks_owe(db, setup, events, 1, &err), &err);
	d = newest(db, "all", arena);
	came(db, &d, POST_DROPPED, NOW);
	assert_string_equal(newest(db, "all", arena).state, "failed"); /* for good */
	assert_int_equal(waiting(db, "all"), 0);
	assert_int_equal(state_of(db, "all", arena).failing_since, 0);
	assert_int_equal(number_of(db, "SELECT COUNT(*) FROM webhook_state"), 0);
}

static void an_event_that_is_kept_no_longer_is_no_fault_of_the_endpoint(void **state UNUSED)
{
	test_store_each(check_dropped);
}

static void check_heeded(struct store *store)
{
	static const struct {
		const char *state;
		int64_t made, tried, next; /* before or after NOW; tried 0: never */
		bool is_due;
	} cases[] = {
	        {"queued", HOURS_MS(24), 0, HOURS_MS(24), true},
	        {"queued", -5, 0, HOURS_MS(24), true}, /* sent again by a person */
	        {"later", -5, HOURS_MS(24), HOURS_MS(24) + 5000, true},
	        {"sending", -5, 0, HOURS_MS(24), true},
	        {"later", -5, -1, HOURS_MS(10), false},
	        {"sending", -5, 0, MINUTES_MS(4), false},
	        {"delivered", HOURS_MS(24), HOURS_MS(24), HOURS_MS(24), false},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct delivery *list;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_ok(delivery_add(db, "w", (int64_t)i + 1, "case.created", NOW + cases[i].made, &err), &err);
		list = ARENA_NEW(arena, struct delivery);
		*list = newest(db, "w", arena);
		list->state = cases[i].state;
		list->next_try_at = NOW + cases[i].next;
		if (cases[i].tried)
			assert_int_equal(delivery_write(db, list,
			                                &(struct delivery_try){
			                                        .at = NOW + cases[i].tried, .reason = "", .answer = ""},
			                                &err),
			                 1);
		else
			assert_ok(db_exec(db, "UPDATE delivery SET state = $2, next_try_at = $3 WHERE id = $1",
			                  DB_ARGS(DB_INT(list->id), DB_TEXT(list->state), DB_INT(list->next_try_at)),
			                  &err),
			          &err);
	}
	assert_ok(delivery_heed_clock(db, NOW, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t next = 0;

		assert_true(db_query_int(db, "SELECT next_try_at FROM delivery WHERE event_number = $1",
		                         DB_ARGS(DB_INT((int64_t)i + 1)), &next, &err) > 0);
		if (next != NOW + (cases[i].is_due ? 0 : cases[i].next))
			FAIL_CASE("case %zu: %lld\n", i, (long long)(next - NOW));
	}
}

static void what_was_due_is_due_when_the_clock_was_set_back(void **state UNUSED)
{
	test_store_each(check_heeded);
}

static void wait_for_none(struct db *db)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (waiting(db, "some") > 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 2);
	}
}

#define DROPPED 240

/* What was owed for events that are kept no longer goes nowhere, but all that is new waits behind it. */
static void check_runner(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t wrong = clock_now_ms() + HOURS_MS(24);
	struct events *running;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	setup_free(open_setup(db));
	assert_ok(setup_delete(db, &plain_sealer, "webhook", "all", "anna", &err), &err); /* nothing leaves here */
	assert_ok(db_begin(db, &err), &err);
	for (int i = 1; i <= DROPPED; i++) /* before the clock was put right */
		assert_ok(delivery_add(db, "some", 1000 + i, "case.created", wrong, &err), &err);
	assert_ok(db_commit(db, &err), &err);
	assert_ok(events_start(&(struct events_options){.store = store, .sealer = &plain_sealer, .keep_days = -1},
	                       &running, &err),
	          &err);
	wait_for_none(db);
	assert_ok(delivery_add(db, "some", 1000, "case.created", clock_now_ms() + MINUTES_MS(30), &err), &err);
	clock_shift(-HOURS_MS(1));
	wait_for_none(db);
	clock_shift(HOURS_MS(1));
	events_stop(running);
}

static void nothing_waits_long_behind_what_was_dropped(void **state UNUSED)
{
	test_store_each(check_runner);
}

static void check_twice(struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *json = json_pack("{s:{s:{s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}]}}}", "webhooks", "all", "url",
	                         "https://a.test/", "secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "headers",
	                         "name", "X-Token", "value", "one", "name", "x-token", "value", "two");
	struct error err;

	assert_non_null(json);
	assert_ok(store_connect(store, &db, &err), &err);
	assert_int_equal(setup_apply(db, &plain_sealer, json, "anna", false, &report, &err), E_INVALID);
	assert_true(str_find(str_of(err.text), STR("webhooks/all/headers/2/name: \"x-token\" is there twice")) >= 0);
	json_decref(json);
}

static void a_header_is_given_once(void **state UNUSED)
{
	test_store_each(check_twice);
}

static void who_was_chosen_last_is_asked_last(void **state UNUSED)
{
	const struct webhook a = {.id = "a"}, b = {.id = "b"}, c = {.id = "c"};
	const void *const list[] = {&a, &b, &c};

	assert_int_equal(webhooks_turn(list, 3, ""), 0);
	assert_int_equal(webhooks_turn(list, 3, "a"), 1);
	assert_int_equal(webhooks_turn(list, 3, "bb"), 2); /* deleted meanwhile */
	assert_int_equal(webhooks_turn(list, 3, "c"), 0);
	assert_int_equal(webhooks_turn(NULL, 0, "c"), 0);
}

static void tries_go_on_for_three_days(void **state UNUSED)
{
	int64_t sum = 0;

	for (int64_t tries = 1; webhook_delay_ms(tries); tries++) {
		assert_true(webhook_delay_ms(tries) <= webhook_delay_ms(tries + 1) || tries == WEBHOOK_TRIES - 1);
		sum += webhook_delay_ms(tries);
	}
	assert_int_equal(webhook_delay_ms(1), 5000);
	assert_int_equal(webhook_delay_ms(13), HOURS_MS(10));
	assert_true(sum > HOURS_MS(72) && sum < HOURS_MS(80));
	assert_int_equal(webhook_pause_ms(1), 2000);
	assert_int_equal(webhook_pause_ms(100), MINUTES_MS(5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_webhook_is_owed_what_it_wants_once),
	        cmocka_unit_test(what_disabled_itself_is_enabled_by_a_change),
	        cmocka_unit_test(a_delivery_is_taken_by_one_and_can_be_sent_again),
	        cmocka_unit_test(a_deleted_webhook_leaves_nothing_to_its_namesake),
	        cmocka_unit_test(much_of_a_deleted_webhook_goes_piece_by_piece),
	        cmocka_unit_test(five_days_of_failing_disable_until_a_change_begins_anew),
	        cmocka_unit_test(what_failed_before_a_change_does_not_count),
	        cmocka_unit_test(a_clock_that_is_set_back_stops_no_webhook),
	        cmocka_unit_test(what_a_person_asks_for_waits_for_no_rest),
	        cmocka_unit_test(everything_is_sent_again_however_much_happened),
	        cmocka_unit_test(an_event_that_is_kept_no_longer_is_no_fault_of_the_endpoint),
	        cmocka_unit_test(what_was_due_is_due_when_the_clock_was_set_back),
	        cmocka_unit_test(nothing_waits_long_behind_what_was_dropped),
	        cmocka_unit_test(a_header_is_given_once),
	        cmocka_unit_test(who_was_chosen_last_is_asked_last),
	        cmocka_unit_test(tries_go_on_for_three_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
