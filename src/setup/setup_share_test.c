#include "setup/setup_share.h"

#include "store/test_store.h"

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

	assert_ok(setup_share_newest(share, db, &shared, &err), &err);
	text[0] = '\0';
	if (setup_template(shared->setup, "hello"))
		snprintf(text, sizeof text, "%s", setup_template(shared->setup, "hello")->text);
	shared_release(shared);
	return text;
}

static void check_share(struct store *store)
{
	struct setup_share *share = setup_share_join(NULL, &plain_sealer);
	struct db *db CLEANUP(db_closep) = NULL, *other CLEANUP(db_closep) = NULL;
	struct shared_setup *first, *again, *after;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(store_connect(store, &other, &err), &err);
	apply(other, "one");
	assert_string_equal(text_of(share, db), "one");

	/* A change is there at once; who holds the former snapshot keeps it. */
	assert_ok(setup_share_newest(share, db, &first, &err), &err);
	apply(other, "two");
	assert_string_equal(text_of(share, db), "two");
	assert_string_equal(setup_template(first->setup, "hello")->text, "one");
	shared_release(first);

	/* No change, no other snapshot: the same one. */
	assert_ok(setup_share_newest(share, db, &again, &err), &err);
	assert_ok(setup_share_newest(share, db, &after, &err), &err);
	assert_ptr_equal(again, after);
	shared_release(again);
	shared_release(after);
	setup_share_leave(share);
}

static void changes_are_seen(void **state UNUSED)
{
	test_store_each(check_share);
}

static void check_begun(struct store *store)
{
	struct setup *own CLEANUP(setup_freep) = NULL;
	struct db *db CLEANUP(db_closep) = NULL;
	struct shared_setup *shared, *newer;
	struct setup_share *share;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, "one");
	assert_ok(setup_load(db, &plain_sealer, &own, &err), &err);
	share = setup_share_with(own, &plain_sealer);
	assert_ok(setup_share_newest(share, db, &shared, &err), &err);
	assert_ptr_equal(shared->setup, own); /* nothing was loaded */
	apply(db, "two");
	assert_ok(setup_share_newest(share, db, &newer, &err), &err);
	assert_string_equal(setup_template(newer->setup, "hello")->text, "two");
	shared_release(shared);
	shared_release(newer);
	setup_share_leave(share);
	assert_string_equal(setup_template(own, "hello")->text, "one"); /* still the caller's */
}

static void it_begins_with_what_somebody_has_loaded(void **state UNUSED)
{
	test_store_each(check_begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(changes_are_seen),
	                                   cmocka_unit_test(it_begins_with_what_somebody_has_loaded)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
