/* Two machines that answer each other, people who write a lot, and what else keeps answers back; on both databases. */
#include "intake/breaker.h"

#include "base/clock.h"
#include "intake/test_office.h"
#include "store/automatic_mail.h"
#include "store/breakers.h"
#include "store/outbox.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    send: {address: support@example.com, host: mail.example.com, answers_per_hour: 1000}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "  sales:\n"
        "    send: {address: sales@example.com, host: mail.example.com, answers_per_hour: 1000}\n"
        "    receive: {host: mail.example.com, user: sales, password: pw}\n"
        "case_types:\n"
        "  request: {name: Request, number_mask: 'SUP-{number:5}'}\n"
        "templates:\n"
        "  ack: {name: Acknowledgement, text: 'Thank you, we take care of {{case.number}}.'}\n"
        "rules:\n"
        "  support:\n"
        "    branches: [{name: rest, activity: create-case, case_type: request}]\n"
        "    responses: [{when: default, template: ack}]\n"
        "listeners:\n"
        "  inbox: {account: support, rule: support}\n"
        "  sales: {account: sales, rule: support}\n"
        "blocks:\n"
        "  rival: {kind: domain, value: rival.example, action: ignore}\n"
        "  pest: {kind: address, value: Pest@example.org, action: cancel}\n"
        "  robot: {kind: part, value: robot}\n"
        "  old: {kind: domain, value: example.org, action: ignore, enabled: false}\n";

/* ---------------------------------------------------------------- machines */

static const char *const topics[] = {
        "The quarterly figures are attached for everybody who needs them before the meeting.",
        "Rain is expected in the north, later sunshine over the hills and warm winds.",
        "Our library opens at nine and closes when the last reader has gone home.",
        "Bread is baked twice a day here, and on holidays there is cake as well.",
        "Trains to the coast leave from platform four, bicycles go in the last carriage.",
        "A new version of the handbook can be fetched from the usual place since yesterday.",
        "Whoever has lost an umbrella may ask for it at the gate, next to the lift.",
        "The garden behind the house belongs to all of us, so please water the roses.",
};

struct responder {
	const char *what;
	int64_t latency;
	bool joins;       /* its mails name the case in the subject */
	bool alternates;  /* over two of our accounts */
	bool is_unasked;  /* writes whether it gets an answer or not */
	bool varies_plus; /* another plus-address each time */
	int texts;        /* so many, in turn */
};

static struct str responder_mail(struct office *o, const struct responder *who, int i)
{
	const char *text = topics[i % who->texts];
	const char *plus = who->varies_plus ? arena_printf(o->arena, "+%d", i * 7919).p : "";
	const char *subject = who->joins && *o->number ? o->number : "Your mail";

	return arena_printf(o->arena,
	                    "From: <auto%s@example.org>\r\nTo: support@example.com\r\nMessage-ID: <r%d@example.org>\r\n"
	                    "Subject: Re: %s\r\n\r\nDear Sir or Madam,\r\n%s\r\nTicket %d of %d.11.2026\r\n",
	                    plus, i, subject, text, 10000 + i * 37, 1 + i % 28);
}

/* A day of it; returns how many letters went out. */
static int64_t meet(struct store *store, const struct responder *who)
{
	struct office o;
	int64_t letters = 0, now = 0;

	open_office_with(&o, store, set_up);
	for (int i = 0; now < HOURS_MS(24); i++) {
		int64_t before = letters;

		assert_ok(take_in_at(&o, who->alternates && i % 2 ? "sales" : "inbox", responder_mail(&o, who, i)),
		          &o.err);
		letters = count(&o, "SELECT COUNT(*) FROM outbox");
		if (letters == before)
			assert_string_equal(newest_row(&o).answer_code, "loop");
		if (letters == before && !who->is_unasked)
			break;
		/* After some hours of it at its own pace, a mail every half hour shows as much. */
		clock_shift(i < 40 ? who->latency : MAX(who->latency, MINUTES_MS(30)));
		now += i < 40 ? who->latency : MAX(who->latency, MINUTES_MS(30));
	}
	assert_true(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'loop.opened' AND case_id IS NOT NULL") > 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM ledger WHERE message_id IS NULL"), 0);
	assert_ok(db_exec(o.db, "DELETE FROM outbox", DB_NO_ARGS, &o.err), &o.err);
	assert_ok(db_exec(o.db, "DELETE FROM ledger", DB_NO_ARGS, &o.err), &o.err);
	assert_ok(db_exec(o.db, "DELETE FROM breaker", DB_NO_ARGS, &o.err), &o.err);
	close_office(&o);
	return letters;
}

static void check_responders(struct store *store)
{
	/* clang-format off */
	static const struct responder all[] = {
		{"answers at once", SECONDS_MS(2), .texts = 1},
		{"answers at once, into the case", SECONDS_MS(2), .texts = 1, .joins = true},
		{"answers after half an hour", MINUTES_MS(30), .texts = 1, .joins = true},
		{"meets two of our accounts in turn", SECONDS_MS(5), .texts = 1, .alternates = true},
		{"meets two accounts, slowly", MINUTES_MS(50), .texts = 1, .alternates = true},
		{"says another thing each time", SECONDS_MS(20), .texts = 8, .joins = true},
		{"says another thing each time, after four minutes", MINUTES_MS(4), .texts = 8},
		{"says two things in turn, slowly", MINUTES_MS(20), .texts = 2, .joins = true},
		{"says three things in turn, slowly", MINUTES_MS(20), .texts = 3, .joins = true},
		{"changes its address", SECONDS_MS(2), .texts = 1, .varies_plus = true},
		{"writes every ten minutes, asked or not", MINUTES_MS(10), .texts = 1, .is_unasked = true},
		{"writes every four minutes, asked or not, this and that", MINUTES_MS(4), .texts = 8, .is_unasked = true},
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		int64_t letters = meet(store, &all[i]);

		if (letters > BREAKER_LETTERS_A_DAY)
			print_error("%s: %lld letters\n", all[i].what, (long long)letters);
		assert_in_range(letters, 1, BREAKER_LETTERS_A_DAY);
	}
}

static void a_responder_gets_few_letters(void **state UNUSED)
{
	test_store_each(check_responders);
}

/* ---------------------------------------------------------------- people */

static const char *const sayings[] = {
        "the scanner on the first floor shows an error when I start it",
        "it is the grey one beside the kitchen, as far as I remember",
        "I have restarted it twice without any luck",
        "could somebody have a look this afternoon, please",
        "here is the picture you asked for",
        "no, the cable is fine, we changed it in spring",
        "by the way, my colleague has the same trouble with hers",
        "thanks, that worked",
};

/* Forty mails between morning and evening, a few minutes or most of an hour apart, some of them "thanks". */
static void check_person(struct store *store)
{
	struct office o;
	uint32_t random = 12345;

	open_office_with(&o, store, set_up);
	for (int i = 0; i < 40; i++) {
		random = random * 1103515245u + 12345u;
		const char *text =
		        arena_printf(o.arena, "Hello,\r\n%s%s %s.\r\n%s\r\nAnn Miller", i % 9 == 8 ? "thanks" : "",
		                     i % 9 == 8 ? "" : sayings[(random >> 16) % 7],
		                     i % 9 == 8 ? "" : topics[(random >> 20) % 8],
		                     i % 9 == 8 ? "" : sayings[(random >> 24) % 8])
		                .p;

		assert_ok(take_in(&o, mail(&o, "ann", arena_printf(o.arena, "p%d", i).p,
		                           i ? arena_printf(o.arena, "Re: [%s]", o.number).p : "Scanner", "", text)),
		          &o.err);
		if (strcmp(newest_row(&o).answer, "queued") != 0)
			print_error("mail %d: %s\n", i, newest_row(&o).answer);
		assert_string_equal(newest_row(&o).answer, "queued");
		clock_shift(MINUTES_MS(1 + (random >> 16) % 35));
	}
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 40);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'loop.opened'"), 0);
	close_office(&o);
}

static void a_lively_person_gets_every_answer(void **state UNUSED)
{
	test_store_each(check_person);
}

/* ---------------------------------------------------------------- open, half-open, closed */

/* Takes one in and tells what became of the answer. */
static const char *answer_to(struct office *o, const char *id, const char *text)
{
	assert_ok(take_in(o, mail(o, "auto", id, "A letter", "", text)), &o->err);
	return strcmp(newest_row(o).answer, "queued") == 0 ? "queued" : newest_row(o).answer_code;
}

static struct stored_breaker breaker_of(struct office *o)
{
	struct stored_breaker b = {0};

	assert_int_equal(breaker_get(o->db, "address", "auto@example.org", o->arena, &b, &o->err), 1);
	return b;
}

static void check_states(struct store *store)
{
	struct office o;
	int64_t until;

	open_office_with(&o, store, set_up);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(answer_to(&o, arena_printf(o.arena, "a%d", i).p, topics[0]), "queued");
		clock_shift(MINUTES_MS(20));
	}
	assert_string_equal(answer_to(&o, "b", topics[0]), "loop");
	assert_string_equal(breaker_of(&o).state, "open");
	until = breaker_of(&o).open_until;

	/* A person's mail from there finds it open as well, and is taken in. */
	assert_string_equal(answer_to(&o, "c", topics[1]), "loop");
	assert_string_equal(o.outcome, "created");
	assert_int_equal(breaker_of(&o).open_until, until);

	/* More of the same puts the end off. */
	clock_shift(HOURS_MS(23));
	assert_string_equal(answer_to(&o, "d", topics[0]), "loop");
	assert_true(breaker_of(&o).open_until > until);

	/* One answer goes out on trial; it is met by the same, and it opens for longer. */
	clock_shift(HOURS_MS(7));
	assert_string_equal(answer_to(&o, "e", topics[0]), "queued");
	assert_string_equal(breaker_of(&o).state, "half-open");
	clock_shift(HOURS_MS(2));
	assert_string_equal(answer_to(&o, "f", topics[0]), "loop");
	assert_int_equal(breaker_of(&o).level, 2);
	assert_in_range(breaker_of(&o).open_until - clock_now_ms(), HOURS_MS(71), HOURS_MS(73));

	/* After the next trial a person writes: it closes. */
	clock_shift(HOURS_MS(73));
	assert_string_equal(answer_to(&o, "g", topics[0]), "queued");
	clock_shift(HOURS_MS(2));
	assert_string_equal(answer_to(&o, "h", topics[3]), "queued");
	assert_string_equal(breaker_of(&o).state, "closed");
	assert_int_equal(breaker_of(&o).level, 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'loop.closed'"), 1);
	close_office(&o);
}

static void a_circuit_opens_is_tried_and_closes(void **state UNUSED)
{
	test_store_each(check_states);
}

/* ---------------------------------------------------------------- the switch, the block list */

static int mark(struct office *o, int64_t id)
{
	struct outbox_row row;

	assert_int_equal(outbox_get(o->db, id, o->arena, &row, &o->err), 1);
	return outbox_mark_sending(o->db, &row, (const size_t[]){0}, 1, "me", &o->err);
}

static void check_switch(struct store *store)
{
	struct office o;
	int64_t ids[4], id;

	open_office_with(&o, store, set_up);
	assert_string_equal(answer_to(&o, "s1", "hello"), "queued");
	assert_int_equal(outbox_due(o.db, "support", clock_now_ms(), ids, 4, &o.err), 1);
	id = ids[0];
	assert_ok(automatic_mail_set(o.db, false, "tester", clock_now_ms(), &o.err), &o.err);
	assert_string_equal(answer_to(&o, "s2", "good evening"), "switched-off");
	assert_string_equal(o.outcome, "created");
	assert_int_equal(outbox_due(o.db, "support", clock_now_ms(), ids, 4, &o.err), 0);
	assert_int_equal(mark(&o, id), 0); /* also in the middle of a batch */
	assert_ok(automatic_mail_set(o.db, true, "tester", clock_now_ms(), &o.err), &o.err);
	assert_int_equal(outbox_due(o.db, "support", clock_now_ms(), ids, 4, &o.err), 1);
	assert_int_equal(mark(&o, id), 1);
	assert_string_equal(answer_to(&o, "s3", "how do you do"), "queued");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM event WHERE kind = 'automatic-mail.off'"), 1);
	close_office(&o);
}

static void one_switch_stops_all_automatic_mail(void **state UNUSED)
{
	test_store_each(check_switch);
}

static void check_blocks(struct store *store)
{
	static const struct {
		const char *from, *header, *outcome, *code;
	} cases[] = {
	        {"ann@example.org", "", "created", ""},
	        {"who@rival.example", "", "discarded", "blocked"},
	        {"who@mail.RIVAL.example", "", "discarded", "blocked"},
	        {"who@notrival.example", "", "created", ""},
	        {"pest@example.org", "", "created", "blocked"},
	        {"our.Robot+3@example.org", "", "created", "blocked"},
	        {"robotics@example.org", "", "created", ""},
	        {"ann@example.org", "Reply-To: no-reply@example.net\r\n", "created", "blocked"},
	        {"ann@example.org", "Reply-To: news.noreply@example.net\r\n", "created", "blocked"},
	        {"form@example.net", "Precedence: junk\r\nReply-To: customer@example.net\r\n", "created", ""},
	        {"form@example.net", "Precedence: junk\r\n", "filed", "automatic"},
	};
	struct office o;

	open_office_with(&o, store, set_up);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str raw =
		        arena_printf(o.arena,
		                     "From: <%s>\r\nTo: support@example.com\r\nMessage-ID: <k%zu@x>\r\nSubject: "
		                     "%zu\r\n%s\r\n%s\r\n",
		                     cases[i].from, i, i, cases[i].header, topics[i % 8]);

		must_become(&o, raw, cases[i].outcome);
		assert_string_equal(newest_row(&o).answer_code, cases[i].code);
		clock_shift(HOURS_MS(1));
	}
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM cases WHERE status = 'resolved' AND resolved_at IS NOT NULL"),
	                 1);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox WHERE answer_to = 'customer@example.net'"), 1);
	close_office(&o);
}

static void the_block_list_is_kept(void **state UNUSED)
{
	test_store_each(check_blocks);
}

static void check_search(struct store *store)
{
	struct ledger_row *rows;
	struct office o;

	open_office_with(&o, store, set_up);
	must_become(&o, mail(&o, "ann", "q1", "Away", "Auto-Submitted: auto-replied\r\n", "x"), "filed");
	must_become(&o, mail(&o, "robot", "q2", "Hello", "", "x"), "created");
	must_become(&o, mail(&o, "ann", "q3", "Hello", "", "y"), "created");
	assert_int_equal(ledger_list_unanswered(o.db, "blocked", 10, o.arena, &rows, &o.err), 1);
	assert_str(rows[0].message_ident, "q2@example.org");
	assert_int_equal(ledger_list_unanswered(o.db, "automatic", 10, o.arena, &rows, &o.err), 1);
	assert_str(rows[0].message_ident, "q1@example.org");
	assert_int_equal(ledger_list_unanswered(o.db, "loop", 10, o.arena, &rows, &o.err), 0);
	close_office(&o);
}

static void mail_is_found_by_the_reason_of_its_silence(void **state UNUSED)
{
	test_store_each(check_search);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_responder_gets_few_letters),
	        cmocka_unit_test(a_lively_person_gets_every_answer),
	        cmocka_unit_test(a_circuit_opens_is_tried_and_closes),
	        cmocka_unit_test(one_switch_stops_all_automatic_mail),
	        cmocka_unit_test(the_block_list_is_kept),
	        cmocka_unit_test(mail_is_found_by_the_reason_of_its_silence),
	};

	return cmocka_run_group_tests_name("intake/breaker", tests, NULL, NULL);
}
