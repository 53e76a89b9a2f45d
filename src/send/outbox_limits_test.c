/* What a provider allows of one message: its recipients and its size. */
#include "base/clock.h"
#include "net/dialogue/dialogue.h"
#include "send/test_office.h"
#include "store/messages.h"
#include "store/outbox_cancel.h"
#include "store/test_store.h"

#include "base/test.h"

#define HELLO        "S: 220 x\nC: EHLO <*>\nS: 250-x\nS: 250 SIZE 1000000\n"
#define ENVELOPE(to) "C: MAIL FROM:<support@example.com><*>\nS: 250 ok\nC: RCPT TO:<" to ">\n"
#define TEXT         "S: 250 ok\nC: DATA\nS: 354 go\nC: Subject: hi\nC-until: .\n"
#define TAKES(to)    ENVELOPE(to) TEXT "S: 250 taken\n"
#define QUIT         "C: QUIT\n"

/* clang-format off */
static const char script[] =
	"== one by one\n" HELLO TAKES("ann@example.org") TAKES("bob@example.org") QUIT
	"== one put off\n" HELLO ENVELOPE("ann@example.org") "S: 451 4.7.1 greylisted\nC: RSET\nS: 250 ok\n" TAKES("bob@example.org") QUIT
	"== the one put off\n" HELLO TAKES("ann@example.org") QUIT
	"== one in doubt\n" HELLO ENVELOPE("ann@example.org") TEXT "cut\n== the other\n" HELLO TAKES("bob@example.org") QUIT
	"== one a connection\n" HELLO TAKES("ann@example.org") "C: MAIL <*>\ncut\naccept\n" HELLO TAKES("bob@example.org") QUIT
	"== one and no more\n" HELLO TAKES("ann@example.org") "C: MAIL <*>\ncut\naccept\ncut\n"
	"== bob is refused\n" HELLO ENVELOPE("bob@example.org") "S: 554 5.7.1 relay access denied\n" QUIT
	"== nothing\n" HELLO QUIT;
/* clang-format on */

static void check_split(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	assert_ok(send_with(&o, "one by one"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "sent");
	assert_int_equal(row.tries, 1);
	assert_int_equal(o.counts.sent, 1);
	assert_int_equal(o.counts.later, 0);
	close_office(&o);
}

static void more_recipients_than_allowed_are_asked_one_load_after_the_other(void **state UNUSED)
{
	test_store_each(check_split);
}

/* Who is put off keeps nobody else waiting, and is asked by the schedule. */
static void check_put_off(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id, now;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	now = clock_now_ms();
	assert_ok(send_with(&o, "one put off"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "later");
	assert_string_equal(row.recipients[0].state, "later");
	assert_string_equal(row.recipients[1].state, "sent");
	assert_int_equal(row.tries, 1);
	assert_true(row.next_try_at >= now + MINUTES_MS(1));
	run_sql(&o, "UPDATE outbox SET next_try_at = 1 WHERE id = $1", id);
	assert_ok(send_with(&o, "the one put off"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void who_is_put_off_keeps_no_other_waiting(void **state UNUSED)
{
	test_store_each(check_put_off);
}

static void check_doubt(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	assert_true(send_with(&o, "one in doubt") < 0);
	assert_string_equal(row_of(&o, id).state, "later");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.uncertain'"), 1);
	assert_ok(send_with(&o, "the other"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.recipients[0].state, "uncertain");
	assert_string_equal(row.recipients[1].state, "sent");
	assert_string_equal(row.state, "uncertain");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.uncertain'"), 1);
	close_office(&o);
}

static void one_in_doubt_is_not_asked_again_and_the_others_are(void **state UNUSED)
{
	test_store_each(check_doubt);
}

static void check_closing(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	assert_ok(send_with(&o, "one a connection"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "sent");
	assert_int_equal(row.tries, 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent'"), 1);
	close_office(&o);
}

static void a_server_that_closes_after_each_load_holds_up_no_recipient(void **state UNUSED)
{
	test_store_each(check_closing);
}

/* What a report says between two loads doesn't take away that the first was sent. */
static void check_told(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	assert_true(send_with(&o, "one and no more") < 0);
	row = row_of(&o, id);
	assert_string_equal(row.state, "later");
	assert_string_equal(row.recipients[0].state, "sent");
	assert_string_equal(row.recipients[1].state, "queued");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind LIKE 'outbox.%'"), 0);
	run_sql(&o, "UPDATE outbox_recipient SET state = 'delivered' WHERE outbox_id = $1 AND position = 0", id);
	assert_ok(send_with(&o, "bob is refused"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent' AND data LIKE '%ann@%' "
	                            "AND data NOT LIKE '%bob@%'"),
	                 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.failed' AND data LIKE '%bob@%'"),
	                 1);
	close_office(&o);
}

static void the_end_of_a_split_letter_is_told_once(void **state UNUSED)
{
	test_store_each(check_told);
}

static void check_cancelled(struct store *store)
{
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	assert_true(send_with(&o, "one and no more") < 0);
	assert_int_equal(outbox_cancel(o.db, id, "no need", "tester", 5, &o.err), 1);
	assert_string_equal(row_of(&o, id).state, "sent");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent' AND data LIKE '%ann@%'"), 1);
	close_office(&o);
}

static void of_a_letter_cancelled_in_the_middle_is_told_who_has_it(void **state UNUSED)
{
	test_store_each(check_cancelled);
}

/* The process dies with a load on its way. */
static void check_crash(struct store *store)
{
	const struct outbox_options options = {.store = store, .claim = "next"};
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "recipients_per_message: 1";
	id = queue(&o, "bob@example.org");
	row = row_of(&o, id);
	assert_int_equal(outbox_mark_sending(o.db, &row, (const size_t[]){0}, 1, "dead", &o.err), 1);
	assert_int_equal(outbox_recover(&options, &o.err), 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.uncertain' AND data LIKE '%ann@%' "
	                            "AND data NOT LIKE '%bob@%'"),
	                 1);
	assert_ok(send_with(&o, "the other"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "uncertain");
	assert_string_equal(row.recipients[0].state, "uncertain");
	assert_string_equal(row.recipients[1].state, "sent");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.uncertain'"), 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent'"), 1);
	close_office(&o);
}

/* … when the first had it already, and reports tell of the other before anybody is back. */
static void check_crash_of_the_rest(struct store *store)
{
	const struct outbox_options options = {.store = store, .claim = "next"};
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, "bob@example.org");
	row = row_of(&o, id);
	assert_int_equal(outbox_mark_sending(o.db, &row, (const size_t[]){0, 1}, 2, "dead", &o.err), 1);
	assert_ok(db_exec(o.db, "UPDATE outbox_recipient SET state = 'sent' WHERE address LIKE 'ann@%'", DB_NO_ARGS,
	                  &o.err),
	          &o.err);
	assert_ok(db_exec(o.db, "UPDATE outbox_recipient SET state = 'bounced' WHERE address LIKE 'bob@%'", DB_NO_ARGS,
	                  &o.err),
	          &o.err);
	assert_int_equal(outbox_recover(&options, &o.err), 0); /* nobody is in doubt */
	assert_string_equal(row_of(&o, id).state, "sent");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.uncertain'"), 0);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent' AND data LIKE '%ann@%' AND "
	                            "data NOT LIKE '%bob@%'"),
	                 1);
	assert_int_equal(outbox_recover(&options, &o.err), 0);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.sent'"), 1);
	close_office(&o);
}

static void after_a_crash_who_has_the_mail_is_told_of(void **state UNUSED)
{
	test_store_each(check_crash_of_the_rest);
}

static void after_a_crash_who_was_not_asked_yet_gets_the_mail(void **state UNUSED)
{
	test_store_each(check_crash);
}

static void check_size(struct store *store)
{
	struct buf mail CLEANUP(buf_done) = BUF_INIT(MIB(2));
	struct packed packed;
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	o.limits = "message_mb: 1";
	id = queue(&o, NULL);
	buf_add(&mail, STR("Subject: hi\r\n\r\n"));
	while (mail.n < 1250 * 1000)
		buf_add(&mail, STR("0123456789012345678901234567890123456789\r\n"));
	packed_make(&packed, buf_str(&mail));
	run_sql(&o, "DELETE FROM raw WHERE message_id = $1", id);
	assert_ok(db_begin(o.db, &o.err), &o.err);
	assert_ok(raw_insert(o.db, id, &packed, &o.err), &o.err);
	assert_ok(db_commit(o.db, &o.err), &o.err);
	packed_done(&packed);
	assert_ok(send_with(&o, "nothing"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "failed");
	assert_string_equal(row.reply, "the mail is 1.3 MB, and provider p takes 1 MB at most, files encoded "
	                               "(limits/message_mb)");
	close_office(&o);
}

static void a_mail_larger_than_the_provider_takes_fails_for_good(void **state UNUSED)
{
	test_store_each(check_size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(more_recipients_than_allowed_are_asked_one_load_after_the_other),
	        cmocka_unit_test(who_is_put_off_keeps_no_other_waiting),
	        cmocka_unit_test(one_in_doubt_is_not_asked_again_and_the_others_are),
	        cmocka_unit_test(a_server_that_closes_after_each_load_holds_up_no_recipient),
	        cmocka_unit_test(the_end_of_a_split_letter_is_told_once),
	        cmocka_unit_test(of_a_letter_cancelled_in_the_middle_is_told_who_has_it),
	        cmocka_unit_test(after_a_crash_who_has_the_mail_is_told_of),
	        cmocka_unit_test(after_a_crash_who_was_not_asked_yet_gets_the_mail),
	        cmocka_unit_test(a_mail_larger_than_the_provider_takes_fails_for_good),
	};
	int failed;

	office_dialogues = dialogue_set_parse("limits", script);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dialogue_set_free(office_dialogues);
	return failed;
}
