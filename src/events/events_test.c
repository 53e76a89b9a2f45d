/* The follower and those who follow it, on both databases. */
#include "events/events.h"

#include "base/clock.h"
#include "setup/edit.h"
#include "store/status.h"
#include "store/test_store.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <poll.h>
#include <stdio.h>

#include "base/test.h"

#define PATIENCE_MS 30000

/* ---------------------------------------------------------------- a client */

struct listening {
	struct stream_client *client;
	const char *account; /* whose events it may see; NULL: all */
	struct buf text;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool woken;
	bool ended;
};

static bool wants(void *ctx, const char *kind UNUSED, const char *account, int64_t case_id UNUSED)
{
	const struct listening *l = ctx;

	return !l->account || strcmp(l->account, account) == 0;
}

static void wake(void *ctx)
{
	struct listening *l = ctx;

	pthread_mutex_lock(&l->mutex);
	l->woken = true;
	pthread_cond_signal(&l->changed);
	pthread_mutex_unlock(&l->mutex);
}

static void join(struct listening *l, struct events *events, int64_t after)
{
	const struct stream_options options = {.after = after, .wants = wants, .wake = wake, .ctx = l};
	struct error err;

	buf_init(&l->text, MIB(4));
	pthread_mutex_init(&l->mutex, NULL);
	pthread_cond_init(&l->changed, NULL);
	assert_ok(stream_join(events_streams(events), &options, &l->client, &err), &err);
}

static void leave(struct listening *l)
{
	stream_leave(l->client);
	buf_done(&l->text);
	pthread_mutex_destroy(&l->mutex);
	pthread_cond_destroy(&l->changed);
}

static void wait_for_wake(struct listening *l, int64_t until_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	pthread_mutex_lock(&l->mutex);
	while (!l->woken && clock_mono_ms() < until_ms)
		if (pthread_cond_timedwait(&l->changed, &l->mutex, &until) == ETIMEDOUT)
			break;
	l->woken = false;
	pthread_mutex_unlock(&l->mutex);
}

/* Reads until `text` has come, or the end (NULL). */
static bool read_until(struct listening *l, const char *text)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	size_t looked_at = 0; /* so far nothing was found */
	char room[97];

	while (clock_mono_ms() < until) {
		ssize_t n = stream_read(l->client, room, sizeof room);
		struct str all;

		if (n > 0)
			buf_add(&l->text, str_new(room, (size_t)n));
		l->ended = n < 0;
		all = buf_str(&l->text);
		if (text ? str_find(str_slice(all, looked_at, all.n), str_of(text)) >= 0 : l->ended)
			return true;
		looked_at = text && all.n > strlen(text) ? all.n - strlen(text) : 0;
		if (n < 0)
			return false;
		if (n == 0)
			wait_for_wake(l, until);
	}
	return false;
}

static size_t count_of(const struct listening *l, const char *what)
{
	struct str rest = buf_str(&l->text);
	size_t n = 0;

	for (ptrdiff_t at; (at = str_find(rest, str_of(what))) >= 0; n++)
		rest = str_slice(rest, (size_t)at + 1, rest.n);
	return n;
}

/* ---------------------------------------------------------------- events */

struct adding {
	struct work work;
	const char *kind, *account;
	int count;
};

static int run_adding(struct work *work, struct db *db, struct error *err)
{
	const struct adding *adding = (const struct adding *)(const void *)work;
	int r = 0;

	for (int i = 0; i < adding->count && r == 0; i++)
		r = event_add(
		        db, &(struct new_event){.kind = adding->kind, .account = adding->account, .at = clock_now_ms()},
		        err);
	return r;
}

static void add(struct store *store, const char *kind, const char *account, int count)
{
	struct adding adding = {.work = {.run = run_adding}, .kind = kind, .account = account, .count = count};
	struct error err;

	assert_ok(store_do(store, &adding.work, &err), &err);
}

static struct events *start(struct store *store)
{
	const struct events_options options = {.store = store, .sealer = &plain_sealer, .source = "https://post.test"};
	struct events *events;
	struct error err;

	assert_ok(events_start(&options, &events, &err), &err);
	return events;
}

/* ---------------------------------------------------------------- tests */

static void check_live(struct store *store)
{
	struct events *events = start(store);
	struct listening all = {.account = NULL}, sales = {.account = "sales"};

	assert_ptr_equal(events_of(store), events);
	join(&all, events, -1);
	join(&sales, events, -1);
	add(store, "case.created", "support", 1);
	add(store, "case.updated", "sales", 1);
	assert_true(read_until(&all, "id: 2\n"));
	assert_true(str_find(buf_str(&all.text),
	                     STR("id: 1\ndata: {\"specversion\":\"1.0\",\"id\":\"1\","
	                         "\"source\":\"https://post.test\",\"type\":\"hauspost.case.created\"")) >= 0);
	assert_true(read_until(&sales, "id: 2\n"));
	assert_int_equal(count_of(&sales, "\ndata: "), 1); /* not the other account's */
	leave(&all);
	leave(&sales);
	events_stop(events);
	assert_null(events_of(store));
}

static void new_events_reach_those_they_are_for(void **state UNUSED)
{
	test_store_each(check_live);
}

/* States of connections are no events: it is told that they are others, and no more. */
static void check_states(struct store *store)
{
	struct status status = {.kind = "listener", .id = "post", .state = "connecting", .since = 1000, .error = ""};
	struct events *events = start(store);
	struct listening all = {.account = NULL};
	struct db *db;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	join(&all, events, -1);
	assert_ok(status_put(db, &status, &err), &err);
	assert_true(read_until(&all, "event: states\ndata: {}\n\n"));
	buf_clear(&all.text);
	status.state = "idle";
	status.since = 2000;
	assert_ok(status_put(db, &status, &err), &err);
	assert_true(read_until(&all, "event: states\ndata: {}\n\n"));
	buf_clear(&all.text);
	add(store, "case.created", "support", 1);
	assert_true(read_until(&all, "id: 1\n"));
	assert_int_equal(count_of(&all, "states"), 0); /* they are what they were */
	leave(&all);
	db_close(db);
	events_stop(events);
}

static void other_states_are_told_of(void **state UNUSED)
{
	test_store_each(check_states);
}

static void check_resume(struct store *store)
{
	struct listening first = {.account = NULL}, second = {.account = NULL};
	struct events *events = start(store);
	char id[24];

	join(&first, events, -1);
	assert_true(read_until(&first, "id: 0\n\n"));
	add(store, "case.created", "a", 3000); /* more than lies in memory */
	assert_true(read_until(&first, "id: 3000\n"));
	for (int i = 1; i <= 3000; i += 97) {
		snprintf(id, sizeof id, "id: %d\n", i);
		assert_int_equal(count_of(&first, id), 1);
	}
	assert_int_equal(count_of(&first, "\ndata: "), 3000);
	join(&second, events, 1500);
	assert_true(read_until(&second, "id: 3000\n"));
	assert_int_equal(count_of(&second, "id: "), 1500);
	assert_int_equal(count_of(&second, "id: 1501\n"), 1);
	leave(&first);
	leave(&second);
	events_stop(events);
}

static void who_comes_back_misses_nothing_and_gets_nothing_twice(void **state UNUSED)
{
	test_store_each(check_resume);
}

struct drop {
	struct work work;
};

static int run_drop(struct work *work UNUSED, struct db *db, struct error *err)
{
	int64_t n = events_prune(db, clock_now_ms() + 1000, 5, err);

	return (int)MIN(n, 0);
}

static void check_gap(struct store *store)
{
	struct listening l = {.account = NULL}, other = {.account = NULL};
	struct events *events = start(store);
	struct drop drop = {.work = {.run = run_drop}};
	struct error err;

	join(&other, events, -1);
	add(store, "case.created", "a", 9);
	assert_true(read_until(&other, "id: 9\n"));
	leave(&other);
	events_stop(events);
	assert_ok(store_do(store, &drop.work, &err), &err);
	events = start(store); /* nothing of it in memory */
	join(&l, events, 2);
	assert_true(read_until(&l, "id: 9\n"));
	assert_true(str_find(buf_str(&l.text), STR("event: gap\ndata: {\"from\":3,\"to\":5}\n\nid: 6\n")) >= 0);
	leave(&l);
	join(&l, events, 10); /* as another process that serves the store numbered it, a moment ago */
	add(store, "case.created", "a", 2);
	assert_true(read_until(&l, "id: 11\n"));
	assert_int_equal(count_of(&l, "id: 10\n"), 0);
	streams_end(events_streams(events));
	assert_true(read_until(&l, NULL));
	leave(&l);
	events_stop(events);
}

static void what_was_dropped_is_told_as_a_gap(void **state UNUSED)
{
	test_store_each(check_gap);
}

static void check_backlog(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t first, last = 0, before, all = 0;
	struct events *events;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	do { /* again where all went while this thread stood still */
		before = last;
		all += 12000;
		add(store, "case.created", "a", 12000);
		events = start(store);
		for (int64_t until = clock_mono_ms() + PATIENCE_MS; last == before && clock_mono_ms() < until;)
			assert_ok(events_range(db, &first, &last, &err), &err);
		events_stop(events);
		assert_true(last > before);
		assert_ok(events_range(db, &first, &last, &err), &err);
	} while (last == all && all < 120000);
	assert_int_equal(events_waiting(db, &err), 1); /* it went while much was left */
	assert_ok(events_catch_up(store, &plain_sealer, NULL, NULL, &err), &err);
	assert_int_equal(events_waiting(db, &err), 0);
	assert_ok(events_range(db, &first, &last, &err), &err);
	assert_int_equal(last, all);
}

static void a_long_backlog_holds_up_no_end(void **state UNUSED)
{
	test_store_each(check_backlog);
}

static void nothing_read_for_a_minute_is_the_end(void **state UNUSED)
{
	struct streams *streams = streams_new("s", NULL, NULL);
	const struct stored_event event = {.number = 1, .kind = "a.b", .account = "", .author = "", .case_number = ""};
	struct stream_client *client;
	int64_t now = clock_mono_ms();
	struct error err;
	char room[1000];

	assert_ok(stream_join(streams, &(struct stream_options){.after = -1}, &client, &err), &err);
	assert_true(stream_read(client, room, sizeof room) > 0); /* retry: */
	assert_int_equal(stream_read(client, room, sizeof room), 0);
	assert_int_equal(streams_serve(streams, NULL, now + STREAM_HEARTBEAT_MS + 1000, &err), 0);
	assert_int_equal(stream_read(client, room, sizeof room), 3);
	assert_memory_equal(room, ":\n\n", 3);
	streams_publish(streams, &event, 1);
	assert_int_equal(streams_serve(streams, NULL, now + STREAM_STALLED_MS + 10000, &err), 0);
	assert_true(stream_read(client, room, sizeof room) > 0);
	assert_memory_equal(room, "event: slow\n", 12);
	assert_int_equal(stream_read(client, room, sizeof room), -1);
	stream_leave(client);
	streams_free(streams);
}

static int64_t count_rows(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct error err;

	assert_true(db_query_int(db, sql, DB_NO_ARGS, &n, &err) > 0);
	return n;
}

static void *number_all(void *ctx)
{
	struct error err;

	assert_ok(events_catch_up(ctx, &plain_sealer, NULL, "", &err), &err);
	return NULL;
}

/* Whoever numbers waits for a change of the set-up that is under way, and must go by what it became. SQLite has one
 * writer. */
static void check_changing(struct store *store)
{
	const struct edit edit = {
	        .kind = EDIT_DELETE, .type = &webhook_type, .id = "all", .revision = EDIT_ANY_REVISION, .by = "anna"};
	struct db *db CLEANUP(db_closep) = NULL, *other CLEANUP(db_closep) = NULL;
	int64_t revision, until = clock_mono_ms() + PATIENCE_MS;
	enum edit_refusal refusal;
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *json CLEANUP(json_decrefp) =
	        json_pack("{s:{s:{s:s, s:s}}}", "webhooks", "all", "url", "https://a.test/", "secret",
	                  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
	pthread_t thread;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(store_connect(store, &other, &err), &err);
	if (db_kind(db) == DB_SQLITE)
		return;
	assert_ok(setup_apply(db, &plain_sealer, json, "anna", false, &report, &err), &err);
	assert_ok(event_insert(db, "case.created", 0, 0, STR("{}"), clock_now_ms(), &err), &err);
	assert_ok(db_begin(db, &err), &err);
	assert_ok(setup_edit(db, &plain_sealer, &edit, &revision, &refusal, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, number_all, store), 0);
	while (count_rows(other,
	                  "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
	                  " (SELECT oid FROM pg_database WHERE datname = current_database())") == 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 2);
	}
	assert_ok(db_commit(db, &err), &err);
	pthread_join(thread, NULL);
	assert_true(count_rows(db, "SELECT COUNT(*) FROM event WHERE number IS NULL") == 0);
	assert_int_equal(count_rows(db, "SELECT COUNT(*) FROM delivery"), 0);
}

static void nobody_is_owed_anything_by_a_setup_that_is_gone(void **state UNUSED)
{
	test_store_each(check_changing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nobody_is_owed_anything_by_a_setup_that_is_gone),
	        cmocka_unit_test(new_events_reach_those_they_are_for),
	        cmocka_unit_test(other_states_are_told_of),
	        cmocka_unit_test(who_comes_back_misses_nothing_and_gets_nothing_twice),
	        cmocka_unit_test(what_was_dropped_is_told_as_a_gap),
	        cmocka_unit_test(a_long_backlog_holds_up_no_end),
	        cmocka_unit_test(nothing_read_for_a_minute_is_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
