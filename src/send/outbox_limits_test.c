/* What a provider allows of one message: its recipients and its size. */
#include "base/clock.h"
#include "net/dialogue/dialogue.h"
#include "send/test_office.h"
#include "store/messages.h"
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
	        cmocka_unit_test(a_mail_larger_than_the_provider_takes_fails_for_good),
	};
	int failed;

	office_dialogues = dialogue_set_parse("limits", script);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dialogue_set_free(office_dialogues);
	return failed;
}
