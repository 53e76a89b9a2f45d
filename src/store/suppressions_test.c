/* Suppressed addresses and what reports make of the outbox, on both databases. */
#include "store/suppressions.h"

#include "base/clock.h"
#include "store/messages.h"
#include "store/outbox_reports.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include "base/test.h"

#define DAY HOURS_MS(24)

struct shop {
	struct db *db;
	struct arena *arena;
	struct error err;
};

static void open_shop(struct shop *s, struct store *store)
{
	*s = (struct shop){.arena = arena_new()};
	assert_ok(store_connect(store, &s->db, &s->err), &s->err);
}

static void close_shop(struct shop *s)
{
	db_close(s->db);
	arena_free(s->arena);
}

static struct suppression_cause cause_at(int64_t at)
{
	return (struct suppression_cause){.address = STR("Ann@Example.org"),
	                                  .account = "support",
	                                  .class = "userunknown",
	                                  .status = "5.1.1",
	                                  .note = "no such user",
	                                  .at = at};
}

/* Is ann suppressed for this account at this time? */
static bool is_held(struct shop *s, const char *account, int64_t at)
{
	struct suppression found;
	int r = suppression_find(s->db, STR("ANN@example.ORG"), account, at, s->arena, &found, &s->err);

	assert_ok(r, &s->err);
	return r > 0;
}

static int64_t count(struct shop *s, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_query_int(s->db, sql, DB_NO_ARGS, &n, &s->err), 1);
	return n;
}

/* ---------------------------------------------------------------- suppressing and lifting */

static void check_hard(struct store *store)
{
	struct suppression *list;
	struct shop s;
	struct suppression_cause cause = cause_at(1000);

	open_shop(&s, store);
	assert_false(is_held(&s, "support", 1000));
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 1);
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err),
	                 0); /* sent before the first came back */
	assert_true(is_held(&s, "support", 1000) && is_held(&s, "sales", 1000 + 4000 * DAY));
	assert_int_equal(suppression_list(s.db, STR(""), 1000, 10, s.arena, &list, &s.err), 1);
	assert_string_equal(list[0].address, "ann@example.org");
	assert_string_equal(list[0].reason, "hard-bounce");
	assert_int_equal(list[0].count, 1);
	assert_str(suppression_text(s.arena, &list[0]), "hard-bounce 5.1.1 userunknown since 1970-01-01");
	assert_int_equal(count(&s, "SELECT COUNT(*) FROM event WHERE kind = 'suppression.added'"), 1);

	/* Mail from there lifts it, but not for ever. */
	for (int i = 0; i < SUPPRESSION_LIFTS; i++) {
		assert_int_equal(suppression_alive(s.db, s.arena, STR("ann@EXAMPLE.org"), 0, 2000, &s.err), 1);
		assert_false(is_held(&s, "support", 2000));
		assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 1);
	}
	assert_int_equal(suppression_alive(s.db, s.arena, STR("ann@example.org"), 0, 2000, &s.err), 0);
	assert_true(is_held(&s, "support", 2000));

	/* A person's word, and all begins anew. */
	assert_int_equal(suppression_remove(s.db, s.arena, STR("Ann@example.org"), NULL, "tester", 3000, &s.err), 1);
	assert_int_equal(suppression_remove(s.db, s.arena, STR("Ann@example.org"), NULL, "tester", 3000, &s.err), 0);
	assert_false(is_held(&s, "support", 3000));
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 1);
	assert_int_equal(suppression_alive(s.db, s.arena, STR("ann@example.org"), 0, 4000, &s.err), 1);
	close_shop(&s);
}

static void a_hard_bounce_suppresses_until_it_is_lifted(void **state UNUSED)
{
	test_store_each(check_hard);
}

static void check_soft(struct store *store)
{
	struct shop s;
	struct suppression_cause cause;

	open_shop(&s, store);
	/* One short of enough in the time given; then the count begins anew. */
	for (int i = 0; i < SUPPRESSION_SOFT - 1; i++) {
		cause = cause_at(DAY * (1 + i));
		assert_int_equal(suppression_soft_bounce(s.db, s.arena, &cause, &s.err), 0);
	}
	for (int i = 0; i < SUPPRESSION_SOFT - 1; i++) {
		cause = cause_at(DAY * (20 + i));
		assert_int_equal(suppression_soft_bounce(s.db, s.arena, &cause, &s.err), 0);
		assert_false(is_held(&s, "support", cause.at));
	}
	cause = cause_at(DAY * 26);
	assert_int_equal(suppression_soft_bounce(s.db, s.arena, &cause, &s.err), 1);
	assert_true(is_held(&s, "support", DAY * 26));
	assert_true(is_held(&s, "support", DAY * (26 + SUPPRESSION_SOFT_HOLD_DAYS) - 1));
	assert_false(is_held(&s, "support", DAY * (26 + SUPPRESSION_SOFT_HOLD_DAYS)));

	/* After its time it takes as many again; a hard one suppresses at once. */
	cause = cause_at(DAY * 40);
	assert_int_equal(suppression_soft_bounce(s.db, s.arena, &cause, &s.err), 0);
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 1);
	assert_true(is_held(&s, "support", DAY * 400));
	close_shop(&s);
}

static void soft_bounces_suppress_when_there_are_many(void **state UNUSED)
{
	test_store_each(check_soft);
}

static void check_people(struct store *store)
{
	struct shop s;
	struct suppression_cause cause = cause_at(1000);

	open_shop(&s, store);
	assert_int_equal(suppression_complaint(s.db, s.arena, &cause, &s.err), 1);
	assert_int_equal(suppression_complaint(s.db, s.arena, &cause, &s.err), 0);
	assert_true(is_held(&s, "support", 1000) && !is_held(&s, "sales", 1000));
	assert_int_equal(suppression_alive(s.db, s.arena, STR("ann@example.org"), 0, 1000, &s.err), 0);
	assert_ok(suppression_add(s.db, s.arena, STR("ANN@example.org"), "", "asked", "tester", 1000, &s.err), &s.err);
	assert_true(is_held(&s, "sales", 1000));

	/* What mail says doesn't touch what a person said. */
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 0);
	assert_int_equal(suppression_soft_bounce(s.db, s.arena, &cause, &s.err), 0);
	assert_int_equal(suppression_alive(s.db, s.arena, STR("ann@example.org"), 0, 1000, &s.err), 0);
	assert_int_equal(suppression_remove(s.db, s.arena, STR("ann@example.org"), "", "tester", 1000, &s.err), 1);
	assert_true(is_held(&s, "support", 1000) && !is_held(&s, "sales", 1000));
	assert_int_equal(suppression_remove(s.db, s.arena, STR("ann@example.org"), NULL, "tester", 1000, &s.err), 1);
	assert_false(is_held(&s, "support", 1000));
	assert_int_equal(suppression_add(s.db, s.arena, STR("nobody"), "", "", "tester", 1, &s.err), E_INVALID);
	cause.address = str_new(arena_alloc(s.arena, 600, 1), 600);
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 0);
	close_shop(&s);
}

static void people_and_complaints_outrank_bounces(void **state UNUSED)
{
	test_store_each(check_people);
}

/* ---------------------------------------------------------------- the outbox */

static int64_t next_id = 1;

static int64_t queue_row(struct shop *s, const char *state, struct outbox_recipient *to, size_t count)
{
	int64_t id = next_id++;
	const struct stored_message m = {.id = id,
	                                 .direction = "out",
	                                 .account = "support",
	                                 .message_ident = arena_printf(s->arena, "id%lld@x", (long long)id),
	                                 .from_address = STR(""),
	                                 .from_name = STR(""),
	                                 .to_text = STR(""),
	                                 .subject = STR(""),
	                                 .automatic = "none",
	                                 .evidence = STR(""),
	                                 .body_text = STR("")};
	const struct outbox_row row = {.id = id,
	                               .account = "support",
	                               .message_id = id,
	                               .envelope_from = "x@example.com",
	                               .state = state,
	                               .created_at = 1000,
	                               .recipients = to,
	                               .recipient_count = count};

	assert_ok(message_insert(s->db, &m, &s->err), &s->err);
	return test_outbox_add(s->db, &row, NULL);
}

/* A row to ann, bob and carl, in these states. */
static int64_t queue(struct shop *s, const char *state, const char *ann, const char *bob, const char *carl)
{
	struct outbox_recipient to[] = {{.address = "Ann@example.org", .state = ann, .reply = ""},
	                                {.address = "bob@example.org", .state = bob, .reply = ""},
	                                {.address = "carl@example.org", .state = carl, .reply = ""}};

	return queue_row(s, state, to, ARRAY_LEN(to));
}

static int64_t queue_to(struct shop *s, const char *address)
{
	return queue_row(s, "queued", &(struct outbox_recipient){.address = address, .state = "queued", .reply = ""},
	                 1);
}

static const char *state_of(struct shop *s, int64_t id)
{
	struct outbox_row row;

	assert_int_equal(outbox_get(s->db, id, s->arena, &row, &s->err), 1);
	return arena_printf(s->arena, "%s: %s %s %s", row.state, row.recipients[0].state, row.recipients[1].state,
	                    row.recipients[2].state)
	        .p;
}

static void check_follow(struct store *store)
{
	static const struct {
		const char *state, *ann, *bob, *carl, *want;
	} cases[] = {
	        /* clang-format off */
		{"sent", "sent", "bounced", "suppressed", "sent: sent bounced suppressed"},
		{"sent", "delayed", "bounced", "bounced", "sent: delayed bounced bounced"},
		{"sent", "bounced", "delivered", "failed", "sent: bounced delivered failed"},
		{"sent", "bounced", "bounced", "failed", "bounced: bounced bounced failed"},
		{"failed", "suppressed", "failed", "suppressed", "failed: suppressed failed suppressed"},
		{"later", "suppressed", "suppressed", "suppressed", "suppressed: suppressed suppressed suppressed"},
		{"later", "bounced", "later", "sent", "later: bounced later sent"},
		{"uncertain", "bounced", "uncertain", "sent", "uncertain: bounced uncertain sent"},
		{"uncertain", "bounced", "bounced", "sent", "sent: bounced bounced sent"},
		{"sending", "bounced", "bounced", "bounced", "sending: bounced bounced bounced"},
		{"cancelled", "bounced", "bounced", "bounced", "cancelled: bounced bounced bounced"},
	        /* clang-format on */
	};
	struct shop s;

	open_shop(&s, store);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t id = queue(&s, cases[i].state, cases[i].ann, cases[i].bob, cases[i].carl);

		assert_ok(outbox_follow(s.db, id, 5, &s.err), &s.err);
		assert_string_equal(state_of(&s, id), cases[i].want);
	}
	close_shop(&s);
}

static void a_row_follows_its_recipients(void **state UNUSED)
{
	test_store_each(check_follow);
}

static void check_uncertain(struct store *store)
{
	int64_t id, found;
	struct shop s;

	open_shop(&s, store);
	id = queue(&s, "uncertain", "bounced", "uncertain", "later");
	assert_ok(outbox_resolve_uncertain(s.db, id, 5000, &s.err), &s.err);
	assert_string_equal(state_of(&s, id), "later: bounced sent later");
	assert_int_equal(outbox_due(s.db, "support", 5000, &found, 1, &s.err), 1);
	id = queue(&s, "uncertain", "bounced", "uncertain", "uncertain");
	assert_ok(outbox_resolve_uncertain(s.db, id, 5000, &s.err), &s.err);
	assert_ok(outbox_follow(s.db, id, 5000, &s.err), &s.err);
	assert_string_equal(state_of(&s, id), "sent: bounced sent sent");

	close_shop(&s);
}

static void what_was_uncertain_is_resolved(void **state UNUSED)
{
	test_store_each(check_uncertain);
}

/* The mail was sent, came back and was read before the runner could write that it was sent. */
static void check_race(struct store *store)
{
	struct outbox_recipient told = {.state = "bounced",
	                                .status = "5.1.1",
	                                .reason = "userunknown",
	                                .diagnostic = "550 no",
	                                .mta = "mx",
	                                .reported_at = 9,
	                                .report_id = 77};
	struct outbox_row row;
	struct shop s;
	int64_t id;

	open_shop(&s, store);
	id = queue(&s, "queued", "queued", "queued", "queued");
	assert_int_equal(outbox_get(s.db, id, s.arena, &row, &s.err), 1);
	assert_string_equal(row.message_ident, arena_printf(s.arena, "id%lld@x", (long long)id).p);
	assert_int_equal(outbox_mark_sending(s.db, &row, (const size_t[]){0, 1, 2}, 3, "me", &s.err), 1);
	for (size_t i = 0; i < 3; i++) {
		assert_ok(outbox_note_report(s.db, id, i, &told, &s.err), &s.err);
		row.recipients[i].state = "sent";
	}
	assert_ok(outbox_follow(s.db, id, 5, &s.err), &s.err);
	assert_string_equal(state_of(&s, id), "sending: bounced bounced bounced");
	row.state = "sent";
	row.sent_at = 12;
	assert_int_equal(outbox_finish(s.db, &row, "me", &s.err), 1);
	assert_string_equal(state_of(&s, id), "bounced: bounced bounced bounced");
	assert_int_equal(outbox_of_message(s.db, id, s.arena, &row, &s.err), 1);
	assert_string_equal(row.recipients[2].diagnostic, "550 no");
	assert_int_equal(row.recipients[2].report_id, 77);

	/* Queued again, nothing of the report is left. */
	assert_int_equal(outbox_requeue(s.db, id, 20, &s.err), 1);
	assert_int_equal(outbox_get(s.db, id, s.arena, &row, &s.err), 1);
	assert_string_equal(row.recipients[0].diagnostic, "");
	assert_int_equal(row.recipients[0].reported_at, 0);
	close_shop(&s);
}

static void a_report_is_not_written_over(void **state UNUSED)
{
	test_store_each(check_race);
}

static void check_finding(struct store *store)
{
	int64_t id, found;
	struct shop s;

	open_shop(&s, store);
	id = queue(&s, "sent", "sent", "sent", "sent");
	assert_int_equal(outbox_find_ident(s.db, arena_printf(s.arena, "id%lld@x", (long long)id), &found, &s.err), 1);
	assert_int_equal(found, id);
	assert_int_equal(outbox_find_ident(s.db, STR("id%@x"), &found, &s.err), 0);
	assert_int_equal(outbox_find_ident(s.db, STR(""), &found, &s.err), 0);
	assert_int_equal(outbox_find_address(s.db, STR("ann@example.org"), 1000, &found, &s.err), 1);
	assert_int_equal(outbox_find_address(s.db, STR("ann@example.org"), 1001, &found, &s.err), 0);
	assert_int_equal(outbox_find_address(s.db, STR("eve@example.org"), 0, &found, &s.err), 0);
	close_shop(&s);
}

static void a_mail_is_found_by_its_id_or_by_an_address(void **state UNUSED)
{
	test_store_each(check_finding);
}

static void remember(void *ctx, size_t position, const struct suppression *s)
{
	struct buf *seen = ctx;

	buf_printf(seen, "%zu %s;", position, s->reason);
}

static void check_row(struct store *store)
{
	struct buf seen CLEANUP(buf_done) = BUF_INIT(1000);
	struct suppression_cause cause = cause_at(1000);
	struct shop s;
	int64_t id;

	open_shop(&s, store);
	id = queue(&s, "queued", "queued", "queued", "queued");
	assert_int_equal(suppression_hard_bounce(s.db, s.arena, &cause, &s.err), 1);
	assert_ok(suppression_add(s.db, s.arena, STR("carl@example.org"), "sales", "", "tester", 1, &s.err), &s.err);
	assert_ok(suppression_add(s.db, s.arena, STR("bob@example.org"), "support", "", "tester", 1, &s.err), &s.err);
	assert_int_equal(suppression_of_row(s.db, id, "support", 2000, s.arena, remember, &seen, &s.err), 2);
	assert_string_equal(buf_cstr(&seen), "0 hard-bounce;1 manual;");

	/* Sent once more by a person: what came of bounces is over, what a person said stays. */
	assert_int_equal(suppression_lift_row(s.db, s.arena, id, "tester", 2000, &s.err), 1);
	buf_clear(&seen);
	assert_int_equal(suppression_of_row(s.db, id, "support", 2000, s.arena, remember, &seen, &s.err), 1);
	assert_string_equal(buf_cstr(&seen), "1 manual;");

	/* The case of ASCII letters alone: the databases' own idea of lower case differs. */
	id = queue_to(&s, "\303\234ber.MUT@Example.org");
	assert_ok(suppression_add(s.db, s.arena, STR("\303\234BER.mut@example.org"), "", "", "tester", 1, &s.err),
	          &s.err);
	buf_clear(&seen);
	assert_int_equal(suppression_of_row(s.db, id, "support", 2000, s.arena, remember, &seen, &s.err), 1);
	assert_int_equal(outbox_find_address(s.db, STR("\303\234ber.mut@example.org"), 0, &id, &s.err), 1);
	assert_int_equal(suppression_add(s.db, s.arena, STR("no address"), "", "", "tester", 1, &s.err), E_INVALID);
	close_shop(&s);
}

static void the_recipients_of_a_row_are_looked_up_together(void **state UNUSED)
{
	test_store_each(check_row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_hard_bounce_suppresses_until_it_is_lifted),
	        cmocka_unit_test(soft_bounces_suppress_when_there_are_many),
	        cmocka_unit_test(people_and_complaints_outrank_bounces),
	        cmocka_unit_test(a_row_follows_its_recipients),
	        cmocka_unit_test(what_was_uncertain_is_resolved),
	        cmocka_unit_test(a_report_is_not_written_over),
	        cmocka_unit_test(a_mail_is_found_by_its_id_or_by_an_address),
	        cmocka_unit_test(the_recipients_of_a_row_are_looked_up_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
