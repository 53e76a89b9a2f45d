/* The outbox on both databases against scripted SMTP servers: what each end of a try makes of a row, and that no row
 * harms another. */
#include "send/outbox_runner.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/dialogue/dialogue.h"
#include "send/test_office.h"
#include "store/messages.h"
#include "store/test_store.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

#define HELLO        "S: 220 x\nC: EHLO <*>\nS: 250-x\nS: 250 SIZE 1000000\n"
#define ENVELOPE(to) "C: MAIL FROM:<support@example.com><*>\nS: 250 ok\nC: RCPT TO:<" to ">\n"
#define TEXT         "S: 250 ok\nC: DATA\nS: 354 go\nC-until: .\n"
#define QUIT         "C: QUIT\n"

static const char script[] = "== sent\n" HELLO ENVELOPE("ann@example.org") TEXT
        "S: 250 taken\n" QUIT "== odd words\n" HELLO ENVELOPE("ann@example.org") TEXT
        "S-raw: 250 gr\\xfc\\xdfe \\x01\\r\\n\n" QUIT
        "== later\n" HELLO ENVELOPE("ann@example.org") "S: 451 4.7.1 greylisted\n" QUIT "== refused\n" HELLO ENVELOPE(
                "ann@example.org") "S: 550 5.1.1 unknown\n" QUIT "== lost\n" HELLO ENVELOPE("ann@example.org") TEXT
        "cut\n"
        "== one of two\n" HELLO ENVELOPE(
                "ann@example.org") "S: 250 ok\nC: RCPT TO:<bob@example.org>\n"
                                   "S: 450 4.2.1 full\nC: DATA\nS: 354 go\nC-until: .\nS: 250 taken\n" QUIT
                                   "== the other\n" HELLO ENVELOPE("bob@example.org") TEXT
        "S: 250 taken\n" QUIT "== nothing\n" HELLO QUIT
        "== policy\n" HELLO ENVELOPE("ann@example.org") "S: 554 5.7.1 relay access denied\n" QUIT "== wordless\n" HELLO
                ENVELOPE("ann@example.org") "S: 550 no\n" QUIT
                                            "== no reports\nS: 220 x\nC: EHLO <*>\nS: 250-x\nS: 250 DSN\nC: "
                                            "MAIL <*> RET=HDRS<*>\nS: 555 what\nC: MAIL "
                                            "FROM:<support@example.com>\nS: 250 ok\nC: RCPT TO:<ann@example.org>\n" TEXT
                                            "S: 250 taken\n" QUIT;

/* ---------------------------------------------------------------- one row's ends */

static void check_sent(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "sent"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "sent");
	assert_string_equal(row.recipients[0].state, "sent");
	assert_true(row.sent_at > 0);
	assert_int_equal(o.counts.sent, 1);
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "odd words"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void an_accepted_message_is_sent(void **state UNUSED)
{
	test_store_each(check_sent);
}

static void check_later(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id, now;

	open_office(&o, store);
	id = queue(&o, NULL);
	now = clock_now_ms();
	assert_ok(send_with(&o, "later"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "later");
	assert_int_equal(row.tries, 1);
	assert_int_equal(row.code, 451);
	assert_true(row.next_try_at >= now + 60000 && row.next_try_at <= clock_now_ms() + 60000);
	assert_ok(send_with(&o, "nothing"), &o.err); /* not due */

	/* After some hours it is told, once. */
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind LIKE 'outbox.%'"), 0);
	run_sql(&o, "UPDATE outbox SET next_try_at = 1, created_at = created_at - 5 * 3600000 WHERE id = $1", id);
	assert_ok(send_with(&o, "later"), &o.err);
	run_sql(&o, "UPDATE outbox SET next_try_at = 1 WHERE id = $1", id);
	assert_ok(send_with(&o, "later"), &o.err);
	assert_true(row_of(&o, id).warned_at > 0);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.delayed'"), 1);

	/* After five days it is given up. */
	run_sql(&o, "UPDATE outbox SET next_try_at = 1, created_at = 1 WHERE id = $1", id);
	assert_ok(send_with(&o, "later"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "failed");
	assert_string_equal(row.recipients[0].state, "failed");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.failed'"), 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM suppression"), 0);
	close_office(&o);
}

static void a_passing_refusal_is_tried_again_by_the_schedule(void **state UNUSED)
{
	test_store_each(check_later);
}

static void check_failed(struct store *store)
{
	struct office o;
	int64_t id, events = 0;

	open_office(&o, store);
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "refused"), &o.err);
	assert_string_equal(row_of(&o, id).state, "failed");
	assert_int_equal(o.counts.failed, 1);
	assert_int_equal(db_query_int(o.db, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.failed'", DB_NO_ARGS,
	                              &events, &o.err),
	                 1);
	assert_int_equal(events, 1);

	/* A person's decision: its recipients are asked for again. */
	assert_int_equal(outbox_requeue(o.db, id, 1, &o.err), 1);
	assert_ok(send_with(&o, "sent"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void a_refused_message_fails_and_may_be_queued_again(void **state UNUSED)
{
	test_store_each(check_failed);
}

static void check_uncertain(struct store *store)
{
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, NULL);
	assert_true(send_with(&o, "lost") < 0);
	assert_string_equal(row_of(&o, id).state, "uncertain");
	assert_ok(send_with(&o, "nothing"), &o.err); /* never again blindly */
	assert_int_equal(outbox_requeue(o.db, id, 1, &o.err), 1);
	assert_ok(send_with(&o, "sent"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void a_connection_lost_behind_the_dot_is_uncertain(void **state UNUSED)
{
	test_store_each(check_uncertain);
}

static void check_partial(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, "bob@example.org");
	assert_ok(send_with(&o, "one of two"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "later");
	assert_string_equal(row.recipients[0].state, "sent");
	assert_string_equal(row.recipients[1].state, "later");
	run_sql(&o, "UPDATE outbox SET next_try_at = 1 WHERE id = $1", id);
	assert_ok(send_with(&o, "the other"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void who_has_it_is_not_asked_for_again(void **state UNUSED)
{
	test_store_each(check_partial);
}

/* ---------------------------------------------------------------- rows that can't be sent */

static void check_missing(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t missing, damaged, good;

	open_office(&o, store);
	missing = queue(&o, NULL);
	damaged = queue(&o, NULL);
	good = queue(&o, NULL);
	run_sql(&o, "DELETE FROM raw WHERE message_id = $1", missing);
	run_sql(&o, "UPDATE raw SET pieces = 2 WHERE message_id = $1", damaged);
	assert_ok(send_with(&o, "sent"), &o.err);
	row = row_of(&o, missing);
	assert_string_equal(row.state, "failed");
	assert_string_equal(row.recipients[0].state, "failed");
	assert_non_null(strstr(row.reply, "mail is missing"));
	assert_string_equal(row_of(&o, damaged).state, "failed");
	assert_string_equal(row_of(&o, good).state, "sent");
	close_office(&o);
}

static void a_missing_mail_fails_alone(void **state UNUSED)
{
	test_store_each(check_missing);
}

struct cancel {
	struct office *office;
	int64_t id;
	const char *sql;
};

/* In the middle of the sending: between the answer to EHLO and the dot. */
static void cancel_on_data(void *ctx, const char *line)
{
	struct cancel *cancel = ctx;

	if (strcmp(line, "C: DATA") == 0)
		run_sql(cancel->office, cancel->sql, cancel->id);
}

static void try_to_cancel(struct store *store, const char *sql, const char *state)
{
	static const char text[] =
	        "== stopped\n" HELLO ENVELOPE("ann@example.org") "S: 250 ok\nC: DATA\nS: 354 go\nC-until: hello\n";
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = dialogue_set_parse("stopped", text);
	struct cancel cancel = {.sql = sql};
	struct player *player;
	struct office o;
	char difference[600];
	int port;

	open_office(&o, store);
	cancel.office = &o;
	cancel.id = queue(&o, NULL);
	player = player_listen(dialogue_at(own, 0), NULL, &port);
	set_port(&o, port);
	const struct outbox_options options = {.store = store,
	                                       .setup = o.setup,
	                                       .claim = "me",
	                                       .transcript = cancel_on_data,
	                                       .transcript_ctx = &cancel};
	assert_ok(outbox_send_account(&options, "support", &o.counts, &o.err), &o.err); /* no fault of the account */
	player_finish_text(player, difference, sizeof difference);
	assert_string_equal(row_of(&o, cancel.id).state, state);
	close_office(&o);
}

static void check_cancelled(struct store *store)
{
	try_to_cancel(store, "UPDATE outbox SET state = 'cancelled' WHERE id = $1", "cancelled");
}

static void check_others(struct store *store)
{
	try_to_cancel(store, "UPDATE outbox SET state = 'sending', claim = 'other' WHERE id = $1", "sending");
}

static void a_row_cancelled_or_taken_meanwhile_stays_so(void **state UNUSED)
{
	test_store_each(check_cancelled);
	test_store_each(check_others);
}

/* ---------------------------------------------------------------- faults of the account */

static void check_unreachable(struct store *store)
{
	struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof sa;
	struct outbox_row row;
	struct office o;
	int64_t id;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Bound, but nobody listens. */
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	open_office(&o, store);
	id = queue(&o, NULL);
	set_port(&o, ntohs(sa.sin_port));
	assert_int_equal(send_all(&o), E_CONNECT);
	row = row_of(&o, id);
	assert_string_equal(row.state, "queued");
	assert_int_equal(row.tries, 0);
	close_office(&o);
	close(fd);
}

static void a_refused_connection_costs_no_try(void **state UNUSED)
{
	test_store_each(check_unreachable);
}

static int mark(struct office *o, int64_t id, const char *claim)
{
	const struct outbox_row row = row_of(o, id);

	return outbox_mark_sending(o->db, &row, (const size_t[]){0}, 1, claim, &o->err);
}

static void check_recovery(struct store *store)
{
	struct outbox_options options = {.store = store, .claim = "me"};
	struct office o;
	int64_t dead, live, reported, gone;

	open_office(&o, store);
	o.reads = true;
	set_port(&o, 1);
	options.setup = o.setup;
	dead = queue(&o, NULL);
	live = queue(&o, NULL);
	reported = queue(&o, NULL);
	gone = queue(&o, NULL);
	assert_int_equal(mark(&o, dead, "other"), 1);
	assert_int_equal(mark(&o, live, "me"), 1);
	assert_int_equal(mark(&o, live, "me"), 0);
	assert_int_equal(mark(&o, reported, "other"), 1);
	assert_int_equal(mark(&o, gone, "other"), 1);
	run_sql(&o, "UPDATE outbox_recipient SET state = 'delivered' WHERE outbox_id = $1", reported);
	run_sql(&o, "UPDATE outbox_recipient SET state = 'delivered' WHERE outbox_id = $1", gone);
	run_sql(&o, "UPDATE outbox SET account = 'deleted' WHERE id = $1", gone);
	assert_int_equal(outbox_recover(&options, &o.err), 1);
	assert_string_equal(row_of(&o, dead).state, "uncertain");

	/* Who is known to have it: a copy for the Sent folder, where there is one. */
	assert_string_equal(row_of(&o, reported).state, "sent");
	assert_string_equal(row_of(&o, gone).state, "sent");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM sent_copy"), 1);
	assert_int_equal(number(&o, "SELECT outbox_id FROM sent_copy WHERE account = 'support'"), reported);
	assert_string_equal(row_of(&o, live).state, "sending");
	close_office(&o);
}

static void check_own_orphans(struct store *store)
{
	struct office o;
	int64_t lost, reported, good;

	open_office(&o, store);
	lost = queue(&o, NULL);
	reported = queue(&o, NULL);
	good = queue(&o, NULL);
	assert_int_equal(mark(&o, lost, "me"), 1);
	assert_int_equal(mark(&o, reported, "me"), 1);
	run_sql(&o, "UPDATE outbox_recipient SET state = 'delivered' WHERE outbox_id = $1", reported);
	assert_ok(send_with(&o, "sent"), &o.err);
	assert_string_equal(row_of(&o, lost).state, "uncertain");
	assert_string_equal(row_of(&o, lost).recipients[0].state, "uncertain");
	assert_string_equal(row_of(&o, reported).state, "sent");
	assert_string_equal(row_of(&o, good).state, "sent");
	assert_int_equal(outbox_requeue(o.db, lost, 1, &o.err), 1);
	close_office(&o);
}

static void rows_whose_end_was_never_noted_become_uncertain(void **state UNUSED)
{
	test_store_each(check_own_orphans);
}

static void rows_of_a_dead_process_become_uncertain(void **state UNUSED)
{
	test_store_each(check_recovery);
}

/* The stop comes while a letter is being asked for: at the dot at the latest it is heeded. */
static bool stops_later(void *ctx)
{
	return ++*(int *)ctx > 1;
}

static void check_stop(struct store *store)
{
	static const char text[] = "== stopped\n" HELLO ENVELOPE("ann@example.org") "S: 250 ok\nC: DATA\nS: 354 "
	                                                                            "go\nC-until: hello\n";
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = dialogue_set_parse("stopped", text);
	int asked = 0, port;
	struct player *player;
	struct outbox_row row;
	struct office o;
	char difference[600];
	int64_t id;

	open_office(&o, store);
	id = queue(&o, NULL);
	player = player_listen(dialogue_at(own, 0), NULL, &port);
	set_port(&o, port);
	const struct outbox_options options = {
	        .store = store, .setup = o.setup, .claim = "me", .stopped = stops_later, .ctx = &asked};
	assert_ok(outbox_send_account(&options, "support", &o.counts, &o.err), &o.err);
	player_finish_text(player, difference, sizeof difference);
	row = row_of(&o, id);
	assert_string_equal(row.state, "queued");
	assert_int_equal(row.tries, 0);
	close_office(&o);
}

static void a_stop_leaves_the_next_letter_untried(void **state UNUSED)
{
	test_store_each(check_stop);
}

static void check_given_up(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, "bob@example.org");
	run_sql(&o, "UPDATE outbox SET created_at = 1 WHERE id = $1", id);
	assert_ok(send_with(&o, "one of two"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "sent");
	assert_true(row.sent_at > 1);
	assert_string_equal(row.recipients[0].state, "sent");
	assert_string_equal(row.recipients[1].state, "failed");
	close_office(&o);
}

static void who_has_it_counts_when_the_rest_is_given_up(void **state UNUSED)
{
	test_store_each(check_given_up);
}

/* A server that takes one letter a connection, and says so or just closes. */
static void check_limit(struct store *store)
{
	static const char text[] = "== limited\n" HELLO ENVELOPE("ann@example.org") TEXT
	        "S: 250 taken\nC: MAIL <*>\nS: 421 4.7.0 too many messages in this session\ncut\naccept\n" HELLO
	                ENVELOPE("ann@example.org") TEXT
	        "S: 250 taken\nC: MAIL <*>\ncut\naccept\n" HELLO ENVELOPE("ann@example.org") TEXT "S: 250 taken\n" QUIT;
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = dialogue_set_parse("limited", text);
	struct player *player;
	struct office o;
	int port;

	open_office(&o, store);
	for (int i = 0; i < 3; i++)
		queue(&o, NULL);
	player = player_listen(dialogue_at(own, 0), NULL, &port);
	set_port(&o, port);
	assert_ok(send_all(&o), &o.err);
	player_finish(player);
	assert_int_equal(o.counts.sent, 3);
	close_office(&o);
}

static void a_limit_of_letters_per_connection_is_no_failure(void **state UNUSED)
{
	test_store_each(check_limit);
}

static void the_schedule_grows_and_ends(void **state UNUSED)
{
	static const struct {
		int64_t tries, minutes;
	} cases[] = {{1, 1}, {2, 5}, {3, 15}, {4, 30}, {5, 60}, {16, 60}, {17, 240}, {30, 240}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(outbox_next_try(1000, cases[i].tries, 5000), 5000 + MINUTES_MS(cases[i].minutes));
	assert_int_equal(outbox_next_try(0, 30, HOURS_MS(24 * 5)), 0);
}

/* ---------------------------------------------------------------- suppressed addresses */

static void check_suppressed(struct store *store)
{
	struct outbox_row row;
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "refused"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.recipients[0].status, "5.1.1");
	assert_string_equal(row.recipients[0].reason, "userunknown");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM suppression WHERE reason = 'hard-bounce' AND active = 1"), 1);

	id = queue(&o, NULL);
	assert_ok(send_with(&o, "nothing"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "suppressed");
	assert_string_equal(row.recipients[0].state, "suppressed");
	assert_int_equal(strncmp(row.recipients[0].reply, "hard-bounce 5.1.1 userunknown since 20", 38), 0);
	assert_int_equal(o.counts.suppressed, 1);
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.suppressed'"), 1);
	assert_ok(send_with(&o, "nothing"), &o.err); /* it doesn't wait for anything */

	/* Of two recipients the other one gets it. */
	id = queue(&o, "bob@example.org");
	assert_ok(send_with(&o, "the other"), &o.err);
	row = row_of(&o, id);
	assert_string_equal(row.state, "sent");
	assert_string_equal(row.recipients[0].state, "suppressed");
	assert_string_equal(row.recipients[1].state, "sent");

	/* A person sends it once more. */
	assert_int_equal(outbox_requeue(o.db, id, clock_now_ms(), &o.err), 1);
	assert_ok(send_with(&o, "sent"), &o.err);
	assert_string_equal(row_of(&o, id).recipients[0].state, "sent");
	close_office(&o);
}

static void a_suppressed_address_is_not_asked_for(void **state UNUSED)
{
	test_store_each(check_suppressed);
}

static void check_unjudged(struct store *store)
{
	struct office o;
	int64_t id;

	open_office(&o, store);
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "policy"), &o.err);
	assert_string_equal(row_of(&o, id).state, "failed");
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "wordless"), &o.err);
	assert_string_equal(row_of(&o, id).state, "failed");
	assert_int_equal(number(&o, "SELECT COUNT(*) FROM suppression"), 0);

	/* A server that doesn't know what it offers gets the mail without. */
	id = queue(&o, NULL);
	assert_ok(send_with(&o, "no reports"), &o.err);
	assert_string_equal(row_of(&o, id).state, "sent");
	close_office(&o);
}

static void a_refusal_that_says_nothing_of_the_address_suppresses_nobody(void **state UNUSED)
{
	test_store_each(check_unjudged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_accepted_message_is_sent),
	        cmocka_unit_test(a_passing_refusal_is_tried_again_by_the_schedule),
	        cmocka_unit_test(a_refused_message_fails_and_may_be_queued_again),
	        cmocka_unit_test(a_connection_lost_behind_the_dot_is_uncertain),
	        cmocka_unit_test(who_has_it_is_not_asked_for_again),
	        cmocka_unit_test(a_missing_mail_fails_alone),
	        cmocka_unit_test(a_row_cancelled_or_taken_meanwhile_stays_so),
	        cmocka_unit_test(a_refused_connection_costs_no_try),
	        cmocka_unit_test(rows_of_a_dead_process_become_uncertain),
	        cmocka_unit_test(rows_whose_end_was_never_noted_become_uncertain),
	        cmocka_unit_test(a_stop_leaves_the_next_letter_untried),
	        cmocka_unit_test(who_has_it_counts_when_the_rest_is_given_up),
	        cmocka_unit_test(a_limit_of_letters_per_connection_is_no_failure),
	        cmocka_unit_test(the_schedule_grows_and_ends),
	        cmocka_unit_test(a_suppressed_address_is_not_asked_for),
	        cmocka_unit_test(a_refusal_that_says_nothing_of_the_address_suppresses_nobody),
	};
	int failed;

	office_dialogues = dialogue_set_parse("outbox", script);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dialogue_set_free(office_dialogues);
	return failed;
}
