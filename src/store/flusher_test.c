/* Nobody is told before the disk has it. */
#include "store/db_driver.h"
#include "store/flusher.h"
#include "store/test_store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/test.h"

/* ---------------------------------------------------------------- a disk that is watched */

static atomic_int flushes; /* that ended */
static atomic_int fails;   /* errno that the next ones get */
static atomic_bool is_held;
static sem_t held, let_go; /* one flush stops between them */

/* In the place of libc's, for SQLite too. */
int fdatasync(int fd)
{
	int error = atomic_load(&fails);

	if (atomic_exchange(&is_held, false)) {
		sem_post(&held);
		while (sem_wait(&let_go) != 0)
			;
	}
	if (error) {
		errno = error;
		return -1;
	}
	if (syscall(SYS_fdatasync, fd) < 0)
		return -1;
	atomic_fetch_add(&flushes, 1);
	return 0;
}

static int set_up(void **state UNUSED)
{
	atomic_store(&fails, 0);
	atomic_store(&is_held, false);
	return sem_init(&held, 0, 0) + sem_init(&let_go, 0, 0);
}

/* ---------------------------------------------------------------- the flusher alone */

struct mark {
	struct flush flush;
	atomic_int *order;
	int done_as, result, flushes;
	struct error err;
};

static void mark_done(struct flush *flush, int result, const struct error *err)
{
	struct mark *mark = (struct mark *)flush;

	mark->result = result;
	if (result < 0)
		mark->err = *err;
	mark->flushes = atomic_load(&flushes);
	mark->done_as = atomic_fetch_add(mark->order, 1);
}

static struct mark mark_of(atomic_int *order)
{
	return (struct mark){.flush = {.done = mark_done}, .order = order, .result = 77};
}

static struct flusher *open_flusher(void)
{
	int fd = open(test_store_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return flusher_new(fd, "test");
}

static void what_is_alone_is_done_at_once(void **state UNUSED)
{
	struct flusher *flusher CLEANUP(flusher_freep) = open_flusher();
	atomic_int order = 0;
	struct mark mark = mark_of(&order);
	int before = atomic_load(&flushes);

	flusher_add(flusher, &mark.flush, true);
	assert_int_equal(atomic_load(&order), 1);
	assert_int_equal(mark.result, 0);
	assert_int_equal(mark.flushes, before + 1);
}

static void what_comes_meanwhile_shares_the_next_flush(void **state UNUSED)
{
	struct flusher *flusher = open_flusher();
	atomic_int order = 0;
	struct mark marks[3] = {mark_of(&order), mark_of(&order), mark_of(&order)};
	int before = atomic_load(&flushes);

	atomic_store(&is_held, true);
	flusher_add(flusher, &marks[0].flush, false);
	while (sem_wait(&held) != 0)
		;
	flusher_add(flusher, &marks[1].flush, false);
	flusher_add(flusher, &marks[2].flush, true);
	assert_int_equal(atomic_load(&order), 0);
	sem_post(&let_go);
	flusher_free(flusher);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(marks[i].result, 0);
		assert_int_equal(marks[i].done_as, i);
		assert_int_equal(marks[i].flushes, before + (i ? 2 : 1));
	}
}

static void a_failed_flush_is_never_forgotten(void **state UNUSED)
{
	struct flusher *flusher CLEANUP(flusher_freep) = open_flusher();
	atomic_int order = 0;
	struct mark marks[2] = {mark_of(&order), mark_of(&order)};
	struct error err;

	assert_int_equal(flusher_check(flusher, &err), 0);
	atomic_store(&fails, EIO);
	flusher_add(flusher, &marks[0].flush, true);
	atomic_store(&fails, 0); /* the system says it once */
	flusher_add(flusher, &marks[1].flush, true);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(marks[i].result, E_STORE);
		assert_non_null(strstr(marks[i].err.text, "store test: the disk did not take"));
	}
	assert_int_equal(flusher_check(flusher, &err), E_STORE);
}

/* ---------------------------------------------------------------- under a store */

struct unit {
	struct work work;
	int64_t number;
	int flushes_before, flushes_after, result;
};

static int run_unit(struct work *work, struct db *db, struct error *err)
{
	struct unit *unit = (struct unit *)work;
	int r = db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES ($1, '', 0)",
	                DB_ARGS(DB_INT(unit->number)), err);

	unit->flushes_before = atomic_load(&flushes);
	return r;
}

static void unit_done(struct work *work, int result, const struct error *err UNUSED)
{
	struct unit *unit = (struct unit *)work;

	unit->result = result;
	unit->flushes_after = atomic_load(&flushes);
}

#define UNITS 300

static void a_unit_is_told_only_after_a_flush(void **state UNUSED)
{
	static struct unit units[UNITS];
	struct store *store;
	struct error err;

	assert_ok(
	        store_open(&(struct store_options){.url = test_store_url(DB_SQLITE), .create = true, .batch_count = 7},
	                   &store, &err),
	        &err);
	for (int i = 0; i < UNITS; i++) {
		units[i] = (struct unit){.work = {.run = run_unit, .done = unit_done}, .number = i, .result = 77};
		store_submit(store, &units[i].work);
	}
	store_close(store);
	for (int i = 0; i < UNITS; i++) {
		assert_int_equal(units[i].result, 0);
		assert_true(units[i].flushes_after > units[i].flushes_before);
	}
}

static void a_disk_that_fails_stops_the_store(void **state UNUSED)
{
	struct unit units[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
	const char *url = test_store_url(DB_SQLITE);
	struct store *store;
	struct error err;

	for (int i = 0; i < 3; i++)
		units[i].work = (struct work){.run = run_unit};
	assert_ok(store_open(&(struct store_options){.url = url, .create = true}, &store, &err), &err);
	assert_ok(store_do(store, &units[0].work, &err), &err);
	atomic_store(&fails, EIO);
	assert_int_equal(store_do(store, &units[1].work, &err), E_STORE);
	atomic_store(&fails, 0);
	assert_int_equal(store_do(store, &units[2].work, &err), E_STORE); /* nothing is believed any more */
	store_close(store);
	assert_ok(store_open(&(struct store_options){.url = url}, &store, &err), &err);
	assert_ok(store_do(store, &units[2].work, &err), &err);
	store_close(store);
}

/* ---------------------------------------------------------------- a batch that fails while another is flushed */

struct step {
	struct work work;
	struct step *before;
	sem_t *wait, *post;
	int64_t number;
	bool loses, is_told, saw_before_told;
};

static int run_step(struct work *work, struct db *db, struct error *err)
{
	struct step *step = (struct step *)work;

	while (step->wait && sem_wait(step->wait) != 0)
		;
	step->saw_before_told = step->before && step->before->is_told;
	if (step->post)
		sem_post(step->post);
	if (step->loses) {
		struct error why;

		fail(&why, E_STORE, RETRY_LATER, "disk is full");
		db_set_lost(db, &why);
	}
	return db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES ($1, '', 0)",
	               DB_ARGS(DB_INT(step->number)), err);
}

static void step_told(struct work *work, int result UNUSED, const struct error *err UNUSED)
{
	((struct step *)work)->is_told = true;
}

/* Its units may have been what those behind them rest on: they must know before they run. */
static void a_failed_batch_is_told_before_the_next_runs(void **state UNUSED)
{
	sem_t begin, ended;
	struct step steps[4] = {
	        {.number = 1}, {.number = 2, .wait = &begin}, {.number = 3, .loses = true}, {.number = 4}};
	struct store_options options = {.url = test_store_url(DB_SQLITE), .create = true, .batch_count = 1};
	struct store *store;
	struct error err;

	must(sem_init(&begin, 0, 0) == 0 && sem_init(&ended, 0, 0) == 0);
	steps[3].before = &steps[2];
	steps[3].post = &ended;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i].work = (struct work){.run = run_step, .done = step_told};
	assert_ok(store_open(&options, &store, &err), &err);
	assert_ok(store_do(store, &steps[0].work, &err), &err); /* SQLite syncs the log's head itself */
	for (size_t i = 1; i < ARRAY_LEN(steps); i++)
		store_submit(store, &steps[i].work);
	atomic_store(&is_held, true);
	sem_post(&begin);
	while (sem_wait(&held) != 0)
		;
	while (sem_wait(&ended) != 0)
		;
	sem_post(&let_go);
	store_close(store);
	assert_true(steps[3].saw_before_told);
	for (size_t i = 1; i < ARRAY_LEN(steps); i++)
		assert_true(steps[i].is_told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(what_is_alone_is_done_at_once, set_up),
	        cmocka_unit_test_setup(what_comes_meanwhile_shares_the_next_flush, set_up),
	        cmocka_unit_test_setup(a_failed_flush_is_never_forgotten, set_up),
	        cmocka_unit_test_setup(a_unit_is_told_only_after_a_flush, set_up),
	        cmocka_unit_test_setup(a_disk_that_fails_stops_the_store, set_up),
	        cmocka_unit_test_setup(a_failed_batch_is_told_before_the_next_runs, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
