/* store: what became of the messages of a case. */
#include "store/conversation.h"

#include "store/ledger.h"
#include "store/test_store.h"

#include "base/test.h"

static void add_message(struct db *db, int64_t id, const char *direction, int64_t case_id)
{
	struct stored_message m = {
	        .id = id, .direction = direction, .case_id = case_id, .account = "a", .automatic = "none"};
	struct error err;

	assert_ok(message_insert(db, &m, &err), &err);
}

static void add_ledger(struct db *db, int64_t id, int64_t message_id, const char *outcome, const char *answer)
{
	struct ledger_row row = {.id = id,
	                         .listener = "l",
	                         .state = "committed",
	                         .outcome = outcome,
	                         .answer = answer,
	                         .category = "",
	                         .reason = "",
	                         .message_id = message_id};
	struct error err;

	assert_ok(ledger_insert(db, &row, &err), &err);
}

static void check_fates(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct message_fate *fates;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	add_message(db, 1, "in", 50);
	add_message(db, 2, "out", 50);
	add_message(db, 3, "in", 51);
	add_message(db, 4, "out", 50);
	add_ledger(db, 10, 1, "created", "queued");
	add_ledger(db, 11, 1, "duplicate", "a duplicate gets no answer");
	add_ledger(db, 12, 3, "created", "queued");
	assert_int_equal(conversation_fates(db, 50, arena, &fates, &err), 3);
	assert_int_equal(fates[0].message_id, 1);
	assert_string_equal(fates[0].outcome, "created");
	assert_string_equal(fates[0].answer, "queued");
	assert_int_equal(fates[1].message_id, 2);
	assert_string_equal(fates[1].outcome, "");
	assert_string_equal(fates[1].answer_code, "");
	assert_string_equal(fates[2].answer, "");
	assert_int_equal(conversation_fates(db, 99, arena, &fates, &err), 0);
}

static void fates_come_from_the_ledger(void **state UNUSED)
{
	test_store_each(check_fates);
}

static void check_attachments(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct stored_attachment a = {.part = STR("2"),
	                              .name = STR("a.pdf"),
	                              .type = STR("application/pdf"),
	                              .size = 5},
	                         b = {.part = STR("3"), .name = STR("b"), .content_ident = STR("x@y")}, *list;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	assert_ok(attachment_insert(db, 1, 1, &b, &err), &err);
	assert_ok(attachment_insert(db, 1, 0, &a, &err), &err);
	assert_int_equal(attachment_list(db, 1, arena, &list, &err), 2);
	assert_str(list[0].name, "a.pdf");
	assert_int_equal(list[0].size, 5);
	assert_str(list[1].content_ident, "x@y");
	assert_int_equal(attachment_list(db, 2, arena, &list, &err), 0);
}

static void attachments_come_in_order(void **state UNUSED)
{
	test_store_each(check_attachments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fates_come_from_the_ledger),
	        cmocka_unit_test(attachments_come_in_order),
	};
	return cmocka_run_group_tests_name("store/conversation", tests, NULL, NULL);
}
