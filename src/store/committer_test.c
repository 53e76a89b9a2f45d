/* The committer: many units in one transaction, none of which harms another. */
#include "store/test_store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/db_driver.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

enum mishap { GOOD, GIVES_UP, CONFLICTS };

struct unit {
	struct work work;
	enum mishap mishap;
	int64_t number;
	atomic_int *order; /* counts the done() calls */
	int done_as;       /* its place among them */
	int result;
	struct error err;
};

static int run_unit(struct work *work, struct db *db, struct error *err)
{
	struct unit *unit = (struct unit *)work;
	int64_t number;
	int r = db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES ($1, '', 0)",
	                DB_ARGS(DB_INT(unit->number)), err);

	/* Two counters in no common order: lanes side by side must not deadlock over them. */
	if (r == 0)
		r = db_next_number(db, unit->number * 7 % 5 < 2 ? STR("a") : STR("b"), &number, err);
	if (unit->mishap == CONFLICTS && r == 0)
		r = db_exec(db, "INSERT INTO counter (name, value) VALUES ('taken', 1)", DB_NO_ARGS, err);
	return unit->mishap == GIVES_UP ? fail(err, E_LIMIT, RETRY_NEVER, "unit %lld gave up", (long long)unit->number)
	                                : r;
}

static atomic_int runs_again;

static void unit_again(struct work *work)
{
	(void)work;
	atomic_fetch_add(&runs_again, 1);
}

static void unit_done(struct work *work, int result, const struct error *err)
{
	struct unit *unit = (struct unit *)work;

	unit->result = result;
	if (result < 0)
		unit->err = *err;
	unit->done_as = atomic_fetch_add(unit->order, 1);
}

static int64_t count(struct store *store, const char *sql)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;
	int64_t n = -1;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(db_query_int(db, sql, DB_NO_ARGS, &n, &err), &err);
	return n;
}

static int insert_taken(struct work *work, struct db *db, struct error *err)
{
	(void)work;
	return db_exec(db, "INSERT INTO counter (name, value) VALUES ('taken', 1)", DB_NO_ARGS, err);
}

/* ---------------------------------------------------------------- many units */

#define SUBMITTERS 4
#define EACH       150

struct submitter {
	struct store *store;
	struct unit units[EACH];
	pthread_t thread;
};

static void *submit_units(void *arg)
{
	struct submitter *s = arg;

	for (int i = 0; i < EACH; i++)
		store_submit(s->store, &s->units[i].work);
	return NULL;
}

static void start_submitter(struct submitter *s, struct store *store, int lane, bool can_run_again, atomic_int *order)
{
	s->store = store;
	for (int i = 0; i < EACH; i++) {
		s->units[i] = (struct unit){
		        .work = {.run = run_unit,
		                 .again = can_run_again ? unit_again : NULL,
		                 .done = unit_done,
		                 .lane = (uint64_t)lane},
		        .mishap = i % 10 == 3   ? GIVES_UP
		                  : i % 10 == 7 ? CONFLICTS
		                                : GOOD,
		        .number = lane * EACH + i,
		        .order = order,
		        .result = 77,
		};
	}
	must(pthread_create(&s->thread, NULL, submit_units, s) == 0);
}

static void check_units_of(const char *url, bool can_run_again)
{
	static const int results[] = {[GOOD] = 0, [GIVES_UP] = E_LIMIT, [CONFLICTS] = E_CONFLICT};
	struct submitter *submitters CLEANUP(freep) = mem_new(SUBMITTERS, sizeof *submitters);
	struct work taken = {.run = insert_taken};
	struct store *store;
	struct error err;
	atomic_int order = 0;

	assert_ok(store_open(&(struct store_options){.url = url, .create = true, .committers = 4}, &store, &err), &err);
	assert_ok(store_do(store, &taken, &err), &err);
	for (int s = 0; s < SUBMITTERS; s++)
		start_submitter(&submitters[s], store, s, can_run_again, &order);
	for (int s = 0; s < SUBMITTERS; s++)
		pthread_join(submitters[s].thread, NULL);
	store_close(store); /* waits for all of them */
	assert_int_equal(atomic_load(&order), SUBMITTERS * EACH);
	for (int s = 0; s < SUBMITTERS; s++) {
		for (int i = 0; i < EACH; i++) {
			const struct unit *unit = &submitters[s].units[i];

			assert_int_equal(unit->result, results[unit->mishap]);
			assert_true(i == 0 || unit->done_as > unit[-1].done_as);
		}
	}
	assert_ok(store_open(&(struct store_options){.url = url}, &store, &err), &err);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM contact"), SUBMITTERS * EACH * 8 / 10);
	store_close(store);
}

static void check_units(const char *url)
{
	check_units_of(url, false);
}

static void units_are_committed_together_and_fail_alone(void **state UNUSED)
{
	atomic_store(&runs_again, 0);
	test_store_each_url(check_units);
	assert_int_equal(atomic_load(&runs_again), 0);
}

static void check_units_again(const char *url)
{
	check_units_of(url, true);
}

/* The same end where all that a failure undid is run a second time. */
static void a_batch_with_a_failure_is_run_again(void **state UNUSED)
{
	atomic_store(&runs_again, 0);
	test_store_each_url(check_units_again);
	assert_true(atomic_load(&runs_again) > 0);
}

/* ---------------------------------------------------------------- submit and wait */

static void check_do(struct store *store)
{
	struct work work = {.run = insert_taken};
	struct error err = {0};

	assert_ok(store_do(store, &work, &err), &err);
	assert_int_equal(store_do(store, &work, &err), E_CONFLICT);
	assert_int_equal(err.code, E_CONFLICT);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter"), 1);
}

static void a_caller_may_wait_for_its_unit(void **state UNUSED)
{
	test_store_each(check_do);
}

/* ---------------------------------------------------------------- failures that are written down */

static int insert_then_give_up(struct work *work, struct db *db, struct error *err)
{
	int r = insert_taken(work, db, err);

	return r < 0 ? r : fail(err, E_LIMIT, RETRY_NEVER, "gave up");
}

static int note_failure(struct work *work, struct db *db, const struct error *cause, struct error *err)
{
	(void)work;
	return db_exec(db, "INSERT INTO counter (name, value) VALUES ($1, $2)",
	               DB_ARGS(DB_TEXT(cause->text), DB_INT(-cause->code)), err);
}

static void check_notes(struct store *store)
{
	struct work work = {.run = insert_then_give_up, .run_failed = note_failure};
	struct error err = {0};

	assert_ok(store_do(store, &work, &err), &err);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter WHERE name = 'gave up'"), 1);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter"), 1);
	/* A note that can't be taken is a failure after all. */
	assert_int_equal(store_do(store, &work, &err), E_CONFLICT);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter"), 1);
}

static void a_failure_is_written_down_where_the_unit_can(void **state UNUSED)
{
	test_store_each(check_notes);
}

static void check_lone_failure(struct store *store)
{
	struct work work = {.run = insert_then_give_up, .again = unit_again, .run_failed = note_failure};
	struct error err = {0};

	assert_ok(store_do(store, &work, &err), &err);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter WHERE name = 'gave up'"), 1);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM counter"), 1);
}

static void a_lone_failure_is_written_down_too(void **state UNUSED)
{
	test_store_each(check_lone_failure);
}

/* ---------------------------------------------------------------- company */

/* A unit that keeps the committer busy until it is let go, so that others gather behind it. */
struct gate {
	struct work work;
	sem_t reached, let_go;
};

static int run_gate(struct work *work, struct db *db, struct error *err)
{
	struct gate *gate = (struct gate *)work;

	(void)db;
	(void)err;
	sem_post(&gate->reached);
	while (sem_wait(&gate->let_go) != 0)
		;
	return 0;
}

static void gate_done(struct work *work, int result, const struct error *err)
{
	(void)work;
	(void)result;
	(void)err;
}

static void gate_submit(struct gate *gate, struct store *store)
{
	gate->work = (struct work){.run = run_gate, .done = gate_done};
	must(sem_init(&gate->reached, 0, 0) == 0 && sem_init(&gate->let_go, 0, 0) == 0);
	store_submit(store, &gate->work);
	while (sem_wait(&gate->reached) != 0)
		;
}

static void check_lone(const char *url)
{
	struct store_options options = {.url = url, .create = true, .batch_delay_ms = 60000, .committers = 1};
	int64_t began = clock_mono_ms();
	struct store *store;
	struct error err;

	assert_ok(store_open(&options, &store, &err), &err);
	for (int i = 0; i < 5; i++) {
		struct unit unit = {.number = i};

		unit.work = (struct work){.run = run_unit};
		assert_ok(store_do(store, &unit.work, &err), &err);
	}
	assert_true(clock_mono_ms() - began < 30000);
	store_close(store);
}

static void a_lone_unit_waits_for_nobody(void **state UNUSED)
{
	test_store_each_url(check_lone);
}

/* ---------------------------------------------------------------- the transaction as a whole fails */

static int lose_transaction(struct work *work, struct db *db, struct error *err)
{
	struct error why;

	(void)work;
	fail(&why, E_STORE, RETRY_LATER, "disk is full");
	db_set_lost(db, &why);
	return db_exec(db, "DELETE FROM contact", DB_NO_ARGS, err);
}

static void check_lost(const char *url)
{
	struct store_options options = {
	        .url = url, .create = true, .batch_count = 3, .batch_delay_ms = 60000, .committers = 1};
	struct unit units[3];
	struct gate gate;
	struct store *store;
	struct error err;
	atomic_int order = 0;

	assert_ok(store_open(&options, &store, &err), &err);
	gate_submit(&gate, store);
	for (int i = 0; i < 3; i++)
		units[i] = (struct unit){.work = {.run = i == 1 ? lose_transaction : run_unit, .done = unit_done},
		                         .number = i,
		                         .order = &order};
	/* Two that come together wait for a third, for a minute; that makes the batch full, and it starts at once. */
	store_submit(store, &units[0].work);
	store_submit(store, &units[1].work);
	sem_post(&gate.let_go);
	store_submit(store, &units[2].work);
	store_close(store);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(units[i].result, E_STORE);
		assert_int_equal(units[i].err.retry, RETRY_LATER);
		assert_non_null(strstr(units[i].err.text, "disk is full"));
	}
	/* The next batch is as good as new. */
	options.batch_delay_ms = 1;
	assert_ok(store_open(&options, &store, &err), &err);
	assert_int_equal(count(store, "SELECT COUNT(*) FROM contact"), 0);
	assert_ok(store_do(store, &units[0].work, &err), &err);
	store_close(store);
}

static void a_lost_transaction_is_said_to_all_its_units(void **state UNUSED)
{
	test_store_each_url(check_lost);
}

/* A connection that breaks in one batch is made again for the next. */
static int break_connection(struct work *work, struct db *db, struct error *err)
{
	(void)work;
	return (int)db_exec_count(db, "SELECT pg_terminate_backend(pg_backend_pid())", DB_NO_ARGS, err);
}

static void a_cut_connection_costs_one_batch(void **state UNUSED)
{
	struct work bad = {.run = break_connection}, good = {.run = insert_taken};
	const char *url = test_store_url(DB_POSTGRESQL);
	struct store *store;
	struct error err = {0};

	if (!url)
		skip();
	assert_ok(store_open(&(struct store_options){.url = url, .create = true}, &store, &err), &err);
	assert_int_equal(store_do(store, &bad, &err), E_STORE);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_ok(store_do(store, &good, &err), &err);
	store_close(store);
}

/* ---------------------------------------------------------------- power loss */

#if HAUSPOST_FAULT_POINTS
static void crash_at(const char *url, int step)
{
	struct store *store;
	struct error err;
	char text[20];

	snprintf(text, sizeof text, "%d", step);
	setenv("HAUSPOST_FAULT_STEP", text, 1);
	must(store_open(&(struct store_options){.url = url}, &store, &err) == 0);
	for (int i = 0; i < 3; i++) {
		atomic_int order = 0;
		struct unit unit = {.work = {.run = run_unit, .done = unit_done}, .number = i, .order = &order};

		must(store_do(store, &unit.work, &err) == 0);
	}
	_exit(0);
}

static void empty(struct store *store)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(db_exec(db, "DELETE FROM contact", DB_NO_ARGS, &err), &err);
}

static void check_crash(const char *url)
{
	struct store *store;
	struct error err;

	for (int step = 1; step <= 7; step++) {
		pid_t pid;
		int status;

		assert_ok(store_open(&(struct store_options){.url = url, .create = true}, &store, &err), &err);
		empty(store);
		store_close(store);
		pid = fork();
		if (pid == 0)
			crash_at(url, step);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), step <= 6 ? 99 : 0);
		assert_ok(store_open(&(struct store_options){.url = url}, &store, &err), &err);
		assert_int_equal(count(store, "SELECT COUNT(*) FROM contact"), step / 2);
		store_close(store);
	}
}

/* Steps 1, 3, 5 are before a commit, 2, 4, 6 behind it. */
static void a_unit_is_stored_exactly_from_its_commit_on(void **state UNUSED)
{
	test_store_each_url(check_crash);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#if HAUSPOST_FAULT_POINTS /* first: the point to stop at is read once in a process */
		cmocka_unit_test(a_unit_is_stored_exactly_from_its_commit_on),
#endif
		cmocka_unit_test(units_are_committed_together_and_fail_alone),
		cmocka_unit_test(a_batch_with_a_failure_is_run_again),
		cmocka_unit_test(a_lone_failure_is_written_down_too),
		cmocka_unit_test(a_caller_may_wait_for_its_unit),
		cmocka_unit_test(a_failure_is_written_down_where_the_unit_can),
		cmocka_unit_test(a_lone_unit_waits_for_nobody),
		cmocka_unit_test(a_lost_transaction_is_said_to_all_its_units),
		cmocka_unit_test(a_cut_connection_costs_one_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
