/* A watch between two stretches of work. */
#include "listen/serve_parts.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/status.h"
#include "store/test_store.h"

#include "base/test.h"

static void pause_listener(struct db *db, struct gate *gate, bool paused)
{
	struct error err = {0};
	bool changed;

	assert_int_equal(pause_set(db, "listener", "l", paused, "tester", clock_now_ms(), &err), 1);
	assert_ok(gate_refresh(gate, db, &changed, &err), &err);
	assert_true(changed);
}

/* … or not before the hour that it was parked for. */
static bool is_taken_up_at_once(struct watch *watch, enum gate_state told)
{
	bool at_once;

	atomic_store(&watch->gate_state, told);
	assert_true(watch_park(watch, clock_mono_ms() + HOURS_MS(1)));
	at_once = watch->parked.due_at <= clock_mono_ms();
	assert_ptr_equal(park_take(watch->serve->park), &watch->parked);
	return at_once;
}

static void check_gate(struct store *store)
{
	struct serve serve = {.park = park_new(), .gate = gate_new()};
	struct watch watch = {.serve = &serve, .parked = {.fd = -1}};
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err = {0};

	watch.account = mem_strdup("a");
	watch.listener_id = mem_strdup("l");
	pthread_mutex_init(&serve.lock, NULL);
	assert_ok(store_connect(store, &db, &err), &err);
	pause_listener(db, serve.gate, true);
	assert_false(is_taken_up_at_once(&watch, GATE_PAUSED));
	assert_true(is_taken_up_at_once(&watch, GATE_OPEN)); /* paused while it was at work */
	pause_listener(db, serve.gate, false);
	assert_true(is_taken_up_at_once(&watch, GATE_PAUSED)); /* resumed before it was parked */
	assert_false(is_taken_up_at_once(&watch, GATE_OPEN));
	atomic_store(&serve.stopping, true);
	assert_false(watch_park(&watch, 0));
	free(watch.account);
	free(watch.listener_id);
	pthread_mutex_destroy(&serve.lock);
	gate_free(serve.gate);
	park_free(serve.park);
}

static void a_pause_that_ends_before_it_is_parked_is_seen(void **state UNUSED)
{
	test_store_each(check_gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_pause_that_ends_before_it_is_parked_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
