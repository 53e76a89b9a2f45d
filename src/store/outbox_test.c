/* The outbox as stored, on both databases: the mark before a mail leaves, and what a mark means whose process died. */
#include "store/outbox_orphans.h"
#include "store/outbox_reports.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include "base/test.h"

struct shop {
	struct db *db;
	struct arena *arena;
	struct error err;
	int64_t next_id;
};

static void open_shop(struct shop *s, struct store *store)
{
	*s = (struct shop){.arena = arena_new(), .next_id = 1};
	assert_ok(store_connect(store, &s->db, &s->err), &s->err);
}

static void close_shop(struct shop *s)
{
	db_close(s->db);
	arena_free(s->arena);
}

/* A letter to three, due at 1000. */
static struct outbox_row queue(struct shop *s, const char *state, const char *a, const char *b, const char *c)
{
	struct outbox_recipient recipients[3] = {{.address = "a@x.test", .state = a, .reply = ""},
	                                         {.address = "b@x.test", .state = b, .reply = ""},
	                                         {.address = "c@x.test", .state = c, .reply = ""}};
	struct outbox_row row = {.id = s->next_id++,
	                         .account = "support",
	                         .envelope_from = "support@x.test",
	                         .state = state,
	                         .next_try_at = 1000,
	                         .recipients = recipients,
	                         .recipient_count = 3};

	test_outbox_add(s->db, &row, NULL);
	assert_int_equal(outbox_get(s->db, row.id, s->arena, &row, &s->err), 1);
	return row;
}

static int mark(struct shop *s, const struct outbox_row *row, size_t first, size_t count, const char *claim)
{
	static const size_t positions[] = {0, 1, 2};

	return outbox_mark_sending(s->db, row, positions + first, count, claim, &s->err);
}

static const char *state_of(struct shop *s, int64_t id)
{
	struct outbox_row row;

	assert_int_equal(outbox_get(s->db, id, s->arena, &row, &s->err), 1);
	return arena_printf(s->arena, "%s: %s %s %s", row.state, row.recipients[0].state, row.recipients[1].state,
	                    row.recipients[2].state)
	        .p;
}

static void check_mark(struct store *store)
{
	struct outbox_row row, stale;
	struct shop s;

	open_shop(&s, store);
	row = stale = queue(&s, "queued", "queued", "later", "sent");
	assert_int_equal(mark(&s, &row, 1, 2, "me"), 1);
	assert_string_equal(state_of(&s, row.id), "sending: queued sending sent"); /* who has it keeps it */
	assert_int_equal(mark(&s, &row, 0, 1, "me"), 0);

	/* Tried and put off since it was read. */
	row.state = "later";
	row.next_try_at = 5000;
	row.recipients[1].state = "sent";
	assert_int_equal(outbox_finish(s.db, &row, "me", &s.err), 1);
	assert_string_equal(state_of(&s, row.id), "later: queued sent sent");
	assert_int_equal(mark(&s, &stale, 0, 2, "me"), 0);
	assert_string_equal(state_of(&s, row.id), "later: queued sent sent");
	assert_int_equal(mark(&s, &row, 0, 1, "me"), 1);
	close_shop(&s);
}

static void the_mark_says_for_whom_and_is_refused_where_the_row_moved_on(void **state UNUSED)
{
	test_store_each(check_mark);
}

/* How many have somebody in doubt. */
static int64_t orphans(struct shop *s, const char *live_claim)
{
	struct outbox_orphan *list;
	int64_t doubtful = 0, n = outbox_orphans(s->db, live_claim, 6000, s->arena, &list, &s->err);

	assert_ok(n, &s->err);
	for (int64_t i = 0; i < n; i++)
		doubtful += list[i].is_doubtful;
	return doubtful;
}

static void check_orphans(struct store *store)
{
	struct outbox_row row;
	struct shop s;
	int64_t due;

	open_shop(&s, store);
	row = queue(&s, "queued", "queued", "queued", "sent");
	assert_int_equal(mark(&s, &row, 0, 1, "dead"), 1);
	assert_int_equal(orphans(&s, "dead"), 0); /* it lives */
	assert_string_equal(state_of(&s, row.id), "sending: sending queued sent");
	assert_int_equal(orphans(&s, "me"), 1);
	assert_string_equal(state_of(&s, row.id), "later: uncertain queued sent");
	assert_int_equal(outbox_due(s.db, "support", 5999, &due, 1, &s.err), 0);
	assert_int_equal(outbox_due(s.db, "support", 6000, &due, 1, &s.err), 1);
	assert_int_equal(orphans(&s, "me"), 0);

	row = queue(&s, "queued", "queued", "failed", "sent");
	assert_int_equal(mark(&s, &row, 0, 1, "dead"), 1);
	assert_int_equal(orphans(&s, "me"), 1);
	assert_string_equal(state_of(&s, row.id), "uncertain: uncertain failed sent");
	close_shop(&s);
}

static void only_who_was_being_asked_is_in_doubt(void **state UNUSED)
{
	test_store_each(check_orphans);
}

/* The process died while it sent, and reports told of those who were asked before it was back. */
static void check_reported(struct store *store)
{
	struct outbox_row row;
	struct shop s;

	open_shop(&s, store);
	row = queue(&s, "sending", "bounced", "bounced", "bounced");
	assert_int_equal(orphans(&s, "me"), 0);
	assert_string_equal(state_of(&s, row.id), "bounced: bounced bounced bounced");
	row = queue(&s, "sending", "bounced", "delivered", "bounced");
	assert_int_equal(orphans(&s, "me"), 0);
	assert_string_equal(state_of(&s, row.id), "sent: bounced delivered bounced");
	assert_int_equal(outbox_get(s.db, row.id, s.arena, &row, &s.err), 1);
	assert_int_equal(row.sent_at, 6000);
	row = queue(&s, "sending", "bounced", "sending", "later");
	assert_int_equal(orphans(&s, "me"), 1);
	assert_string_equal(state_of(&s, row.id), "later: bounced uncertain later");
	row = queue(&s, "sending", "bounced", "bounced", "queued");
	assert_int_equal(orphans(&s, "me"), 0);
	assert_string_equal(state_of(&s, row.id), "later: bounced bounced queued");
	close_shop(&s);
}

static void what_reports_say_of_them_stays(void **state UNUSED)
{
	test_store_each(check_reported);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_mark_says_for_whom_and_is_refused_where_the_row_moved_on),
	        cmocka_unit_test(only_who_was_being_asked_is_in_doubt),
	        cmocka_unit_test(what_reports_say_of_them_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
