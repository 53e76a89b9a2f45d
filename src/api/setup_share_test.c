#include "api/setup_share.h"

#include "base/clock.h"
#include "store/test_store.h"

#include <poll.h>
#include <stdio.h>

#include "base/test.h"

static void apply(struct db *db, const char *name)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document CLEANUP(json_decrefp) = json_pack("{s:{s:{s:s}}}", "templates", "hello", "text", name);
	struct error err;

	assert_ok(setup_apply(db, &plain_sealer, document, "anna", false, &report, &err), &err);
}

static const char *text_of(struct setup_share *share, struct db *db)
{
	struct shared_setup *shared;
	static char text[40];
	struct error err;

	assert_ok(setup_share_get(share, db, &shared, &err), &err);
	text[0] = '\0';
	if (setup_template(shared->setup, "hello"))
		snprintf(text, sizeof text, "%s", setup_template(shared->setup, "hello")->text);
	shared_release(shared);
	return text;
}

static void check_share(struct store *store)
{
	struct setup_share *share = setup_share_new(&plain_sealer);
	struct db *db CLEANUP(db_closep) = NULL, *other CLEANUP(db_closep) = NULL;
	struct shared_setup *first, *again, *after;
	int64_t until = clock_mono_ms() + 10000;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(store_connect(store, &other, &err), &err);
	apply(other, "one");
	assert_string_equal(text_of(share, db), "one");

	/* Our own change is there at once; who holds the former snapshot keeps it. */
	assert_ok(setup_share_get(share, db, &first, &err), &err);
	apply(other, "two");
	setup_share_doubt(share);
	assert_string_equal(text_of(share, db), "two");
	assert_string_equal(setup_template(first->setup, "hello")->text, "one");
	shared_release(first);

	/* No change, no other snapshot: the same one, doubted or not. */
	assert_ok(setup_share_get(share, db, &again, &err), &err);
	setup_share_doubt(share);
	assert_ok(setup_share_get(share, db, &after, &err), &err);
	assert_ptr_equal(again, after);
	shared_release(again);
	shared_release(after);

	/* Another process's is there soon. */
	apply(other, "three");
	while (strcmp(text_of(share, db), "three") != 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 10);
	}
	setup_share_free(share);
}

static void changes_are_seen(void **state UNUSED)
{
	test_store_each(check_share);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(changes_are_seen)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
