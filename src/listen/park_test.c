/* The park: order, readiness, times, hurry, stop, and thousands of things with threads around it. */
#include "listen/park.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

#define NEVER (clock_mono_ms() + HOURS_MS(1))

struct thing {
	struct parked parked; /* first */
	int near, far;        /* a pair of sockets; `near` is parked */
};

static void thing_open(struct thing *thing)
{
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	*thing = (struct thing){.near = fds[0], .far = fds[1]};
}

static void thing_close(struct thing *thing)
{
	close(thing->near);
	if (thing->far >= 0)
		close(thing->far);
}

static void tell(const struct thing *thing)
{
	must(write(thing->far, "x", 1) == 1);
}

static struct parked *wait_for(struct park *park, enum park_reason wanted)
{
	struct parked *thing = NULL;

	assert_int_equal(park_wait(park, &thing), wanted);
	return thing;
}

/* ---------------------------------------------------------------- one by one */

static void due_things_come_in_the_order_of_their_times(void **state UNUSED)
{
	static const int orders[][5] = {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, {3, 1, 4, 5, 2}, {2, 5, 1, 3, 4}};

	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct park *park CLEANUP(park_freep) = park_new();
		struct parked things[5] = {0};

		for (size_t k = 0; k < 5; k++)
			park_add(park, &things[k], -1, orders[i][k]);
		for (int due = 1; due <= 5; due++)
			assert_int_equal(wait_for(park, PARK_DUE)->due_at, due);
		assert_null(park_take(park));
	}
}

static void many_things_come_in_order_after_some_were_hurried(void **state UNUSED)
{
	enum { COUNT = 5000 };
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked *things CLEANUP(freep) = mem_new(COUNT, sizeof *things);
	int64_t last = 0;

	for (size_t i = 0; i < COUNT; i++)
		park_add(park, &things[i], -1, 1 + (int64_t)random_below(1000));
	for (size_t i = 0; i < COUNT; i += 7)
		park_hurry(park, &things[i]);
	for (size_t i = 0; i < COUNT; i++) {
		const struct parked *thing = wait_for(park, PARK_DUE);

		assert_true(thing->due_at >= last);
		assert_int_equal(thing->due_at == 0, (thing - things) % 7 == 0);
		last = thing->due_at;
	}
	assert_null(park_take(park));
}

static void a_thing_is_not_returned_before_its_time(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked thing = {0}, later = {0};
	int64_t due_at = clock_mono_ms() + 30;

	park_add(park, &later, -1, NEVER);
	park_add(park, &thing, -1, due_at);
	assert_ptr_equal(wait_for(park, PARK_DUE), &thing);
	assert_true(clock_mono_ms() >= due_at);
	assert_ptr_equal(park_take(park), &later);
}

static void a_readable_thing_comes_once_and_again_when_parked_again(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct thing a, b;
	struct parked soon = {0};

	thing_open(&a);
	thing_open(&b);
	park_add(park, &a.parked, a.near, NEVER);
	park_add(park, &b.parked, b.near, NEVER);
	tell(&b);
	assert_ptr_equal(wait_for(park, PARK_READY), &b);
	park_add(park, &soon, -1, clock_mono_ms() + 5);
	assert_ptr_equal(wait_for(park, PARK_DUE), &soon); /* b still has its byte, and is not in the park */
	park_add(park, &b.parked, b.near, NEVER);
	assert_ptr_equal(wait_for(park, PARK_READY), &b);
	assert_ptr_equal(park_take(park), &a);
	thing_close(&a);
	thing_close(&b);
}

static void a_closed_connection_is_ready(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct thing thing;

	thing_open(&thing);
	park_add(park, &thing.parked, thing.near, NEVER);
	close(thing.far);
	thing.far = -1;
	assert_ptr_equal(wait_for(park, PARK_READY), &thing);
	thing_close(&thing);
}

static void hurry_does_nothing_to_what_is_not_parked(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked thing = {0}, other = {0};

	park_hurry(park, &thing);
	park_add(park, &other, -1, 1);
	assert_ptr_equal(wait_for(park, PARK_DUE), &other);
	assert_null(park_take(park));
}

/* Both events are fetched from the kernel at once; the second thing is taken by the clearing up, and its event must not
 * be met. */
static void what_was_taken_is_not_returned_by_an_event_fetched_before(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct thing a, b;
	struct parked soon = {0};
	struct parked *first, *second;

	thing_open(&a);
	thing_open(&b);
	park_add(park, &a.parked, a.near, NEVER);
	park_add(park, &b.parked, b.near, NEVER);
	tell(&a);
	tell(&b);
	first = wait_for(park, PARK_READY);
	second = park_take(park);
	assert_true(first != second && (second == &a.parked || second == &b.parked));
	park_add(park, &soon, -1, 1);
	assert_ptr_equal(wait_for(park, PARK_DUE), &soon);
	thing_close(&a);
	thing_close(&b);
}

/* ---------------------------------------------------------------- with other threads */

struct helper {
	struct park *park;
	struct parked *thing;
	pthread_t thread;
};

static void *hurry_it(void *arg)
{
	struct helper *helper = arg;

	park_hurry(helper->park, helper->thing);
	return NULL;
}

static void hurry_wakes_the_waiting_thread(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked thing = {0};
	struct helper helper = {.park = park, .thing = &thing};

	park_add(park, &thing, -1, NEVER);
	must(pthread_create(&helper.thread, NULL, hurry_it, &helper) == 0);
	assert_ptr_equal(wait_for(park, PARK_DUE), &thing);
	pthread_join(helper.thread, NULL);
}

static void *add_it(void *arg)
{
	struct helper *helper = arg;

	park_add(helper->park, helper->thing, -1, clock_mono_ms() + 1);
	return NULL;
}

static void an_earlier_thing_shortens_the_wait(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked late = {0}, early = {0};
	struct helper helper = {.park = park, .thing = &early};

	park_add(park, &late, -1, NEVER);
	must(pthread_create(&helper.thread, NULL, add_it, &helper) == 0);
	assert_ptr_equal(wait_for(park, PARK_DUE), &early);
	pthread_join(helper.thread, NULL);
	assert_ptr_equal(park_take(park), &late);
}

static void *stop_it(void *arg)
{
	struct helper *helper = arg;

	park_stop(helper->park);
	return NULL;
}

static void stop_ends_the_wait_and_leaves_what_is_parked(void **state UNUSED)
{
	struct park *park CLEANUP(park_freep) = park_new();
	struct parked thing = {0}, *none;
	struct helper helper = {.park = park};

	park_add(park, &thing, -1, NEVER);
	must(pthread_create(&helper.thread, NULL, stop_it, &helper) == 0);
	assert_int_equal(park_wait(park, &none), PARK_STOPPED);
	assert_int_equal(park_wait(park, &none), PARK_STOPPED);
	pthread_join(helper.thread, NULL);
	assert_ptr_equal(park_take(park), &thing);
	assert_null(park_take(park));
}

/* ---------------------------------------------------------------- thousands */

#define CONNECTIONS 2000 /* two descriptors each */
#define WORKERS     3
#define ROUNDS      5

/* As serve does it: one thread waits and hands on, workers hear what came and park again, another hurries anything at
 * any time. */
struct crowd {
	struct park *park;
	struct thing *things;
	struct thing *queue[CONNECTIONS];
	size_t queued, taken;
	bool over;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_size_t heard;
};

static void *crowd_worker(void *arg)
{
	struct crowd *crowd = arg;

	for (;;) {
		struct thing *thing = NULL;
		char byte;

		pthread_mutex_lock(&crowd->lock);
		while (crowd->taken == crowd->queued && !crowd->over)
			pthread_cond_wait(&crowd->changed, &crowd->lock);
		if (crowd->taken < crowd->queued)
			thing = crowd->queue[crowd->taken++ % CONNECTIONS];
		pthread_mutex_unlock(&crowd->lock);
		if (!thing)
			return NULL;
		if (recv(thing->near, &byte, 1, MSG_DONTWAIT) == 1 &&
		    atomic_fetch_add(&crowd->heard, 1) + 1 == CONNECTIONS * ROUNDS)
			park_stop(crowd->park);
		park_add(crowd->park, &thing->parked, thing->near, NEVER);
	}
}

static void *crowd_teller(void *arg)
{
	struct crowd *crowd = arg;

	for (size_t i = 0; i < CONNECTIONS * ROUNDS; i++) {
		tell(&crowd->things[i * 7 % CONNECTIONS]);
		park_hurry(crowd->park, &crowd->things[random_below(CONNECTIONS)].parked);
	}
	return NULL;
}

static void hand_on(struct crowd *crowd, struct parked *thing)
{
	pthread_mutex_lock(&crowd->lock);
	crowd->queue[crowd->queued++ % CONNECTIONS] = (struct thing *)(void *)thing;
	pthread_cond_signal(&crowd->changed);
	pthread_mutex_unlock(&crowd->lock);
}

static void end_crowd(struct crowd *crowd, pthread_t *threads, size_t n)
{
	pthread_mutex_lock(&crowd->lock);
	crowd->over = true;
	pthread_cond_broadcast(&crowd->changed);
	pthread_mutex_unlock(&crowd->lock);
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void thousands_of_things_are_neither_lost_nor_doubled(void **state UNUSED)
{
	struct crowd crowd = {.park = park_new(), .things = mem_new(CONNECTIONS, sizeof *crowd.things)};
	pthread_t threads[WORKERS + 1];
	struct parked *thing;
	struct rlimit files;
	size_t left = 0;

	must(getrlimit(RLIMIT_NOFILE, &files) == 0);
	files.rlim_cur = files.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &files) == 0);
	pthread_mutex_init(&crowd.lock, NULL);
	pthread_cond_init(&crowd.changed, NULL);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		thing_open(&crowd.things[i]);
		park_add(crowd.park, &crowd.things[i].parked, crowd.things[i].near, NEVER);
	}
	for (size_t i = 0; i < WORKERS; i++)
		must(pthread_create(&threads[i], NULL, crowd_worker, &crowd) == 0);
	must(pthread_create(&threads[WORKERS], NULL, crowd_teller, &crowd) == 0);
	while (park_wait(crowd.park, &thing) != PARK_STOPPED)
		hand_on(&crowd, thing);
	end_crowd(&crowd, threads, ARRAY_LEN(threads));
	while (park_take(crowd.park))
		left++;
	assert_int_equal(atomic_load(&crowd.heard), CONNECTIONS * ROUNDS);
	assert_int_equal(left, CONNECTIONS);
	for (size_t i = 0; i < CONNECTIONS; i++)
		thing_close(&crowd.things[i]);
	pthread_cond_destroy(&crowd.changed);
	pthread_mutex_destroy(&crowd.lock);
	park_free(crowd.park);
	free(crowd.things);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(due_things_come_in_the_order_of_their_times),
	        cmocka_unit_test(many_things_come_in_order_after_some_were_hurried),
	        cmocka_unit_test(a_thing_is_not_returned_before_its_time),
	        cmocka_unit_test(a_readable_thing_comes_once_and_again_when_parked_again),
	        cmocka_unit_test(a_closed_connection_is_ready),
	        cmocka_unit_test(hurry_does_nothing_to_what_is_not_parked),
	        cmocka_unit_test(what_was_taken_is_not_returned_by_an_event_fetched_before),
	        cmocka_unit_test(hurry_wakes_the_waiting_thread),
	        cmocka_unit_test(an_earlier_thing_shortens_the_wait),
	        cmocka_unit_test(stop_ends_the_wait_and_leaves_what_is_parked),
	        cmocka_unit_test(thousands_of_things_are_neither_lost_nor_doubled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
