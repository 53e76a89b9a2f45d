/* What is owed to the Sent folder. */
#include "store/sent_copies.h"

#include "store/messages.h"
#include "store/outbox.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include "base/test.h"

static int64_t add_mail(struct db *db, const char *account, const char *ident)
{
	return test_outbox_add(db, &(struct outbox_row){.account = account, .state = "sent"}, ident);
}

static void note_account(void *ctx, const char *account, int64_t due_at)
{
	buf_printf(ctx, "%s:%lld ", account, (long long)due_at);
}

static void check_copies(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf accounts CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct db *db CLEANUP(db_closep) = NULL;
	struct sent_copy *copies, one;
	struct error err;
	int64_t first, second;

	assert_ok(store_connect(store, &db, &err), &err);
	first = add_mail(db, "shop", "one@x");
	second = add_mail(db, "shop", "two@x");
	assert_ok(sent_copy_add(db, first, "shop", 100, &err), &err);
	assert_ok(sent_copy_add(db, second, "shop", 200, &err), &err);
	assert_ok(sent_copy_add(db, first, "shop", 900, &err), &err); /* there already */
	assert_int_equal(sent_copies_due(db, "shop", 150, 10, arena, &copies, &err), 1);
	assert_int_equal(copies[0].outbox_id, first);
	assert_string_equal(copies[0].message_ident, "one@x");
	assert_string_equal(copies[0].state, "due");
	assert_int_equal(sent_copies_due(db, "other", 900, 10, arena, &copies, &err), 0);
	assert_int_equal(sent_copies_accounts(db, note_account, &accounts, &err), 1);
	assert_string_equal(buf_cstr(&accounts), "shop:100 ");
	/* Found while it was filed: still due. Filed: over. */
	one = (struct sent_copy){.outbox_id = first, .state = "filing", .tries = 1, .reason = "cut"};
	assert_ok(sent_copy_write(db, &one, 300, &err), &err);
	assert_int_equal(sent_copies_due(db, "shop", 250, 10, arena, &copies, &err), 1);
	assert_int_equal(sent_copies_due(db, "shop", 300, 10, arena, &copies, &err), 2);
	one.state = "done";
	assert_ok(sent_copy_write(db, &one, 0, &err), &err);
	assert_int_equal(sent_copies_due(db, "shop", 300, 10, arena, &copies, &err), 1);
	assert_int_equal(sent_copy_get(db, first, arena, &one, &err), 1);
	assert_string_equal(one.state, "done");
	assert_string_equal(one.reason, "cut");
	assert_int_equal(sent_copy_get(db, second + 1000, arena, &one, &err), 0);
}

static void copies_are_due_until_they_are_filed(void **state UNUSED)
{
	test_store_each(check_copies);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(copies_are_due_until_they_are_filed)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
