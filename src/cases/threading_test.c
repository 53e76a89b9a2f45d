/* Which case a mail belongs to, on both databases: a table of threads as clients and providers leave them, and as
 * somebody would make them who wants into another's case. */
#include "cases/threading.h"

#include "cases/participants.h"
#include "cases/thread_marks.h"
#include "mime/thread_index.h"
#include "store/cases.h"
#include "store/messages.h"
#include "store/test_store.h"
#include "store/threads.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  a:\n"
        "    send: {address: help@us.example, host: mail.us.example, reply_token: plus, reference_line: true}\n"
        "    receive: {host: mail.us.example, user: help, password: pw}\n"
        "case_types:\n"
        "  request: {name: Request, number_mask: 'SUP-{year}-{number:4}', old_masks: ['OLD{number}']}\n"
        "  order: {name: Order, number_mask: 'ORD-{number:5}', strangers: join}\n"
        "  staff: {name: Staff, number_mask: 'HR-{number:3}', strangers: separate}\n";

enum { ANN, BOB, DORA, EVE, TOKEN_COUNT };

struct office {
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
	struct thread_marks marks[TOKEN_COUNT];
	struct str forged, strange, unknown; /* no tokens of ours */
};

/* ---------------------------------------------------------------- cases, and mail in them */

static void add_case(struct office *o, int64_t id, const char *type, const char *number, const char *subject,
                     const char *people)
{
	const struct stored_case c = {.id = id,
	                              .type = type,
	                              .number = number,
	                              .status = "open",
	                              .subject = str_of(subject),
	                              .account = "a",
	                              .updated_at = INT64_C(4000000000000),
	                              .fields = STR("{}")};
	struct str rest = str_of(people), one;

	assert_ok(case_insert(o->db, &c, &o->err), &o->err);
	while (str_split(&rest, ' ', &one))
		assert_ok(case_add_participant(o->db, id, one, &o->err), &o->err);
}

static void add_message(struct office *o, int64_t id, const char *direction, int64_t case_id, struct str ident)
{
	const struct stored_message m = {.id = id,
	                                 .direction = direction,
	                                 .case_id = case_id,
	                                 .account = "a",
	                                 .message_ident = ident,
	                                 .automatic = "none"};

	assert_ok(message_insert(o->db, &m, &o->err), &o->err);
}

/* A mail of ours in the case. */
static void write_to(struct office *o, int which, int64_t message_id, int64_t case_id, const char *address)
{
	const struct thread_marks_options options = {.account = setup_account(o->setup, "a"),
	                                             .to = str_of(address),
	                                             .topic = STR("Re: The printer"),
	                                             .at = INT64_C(1795246771000)};

	assert_ok(thread_marks_make(o->db, o->arena, &options, &o->marks[which], &o->err), &o->err);
	add_message(o, message_id, "out", case_id, o->marks[which].message_ident);
	assert_ok(thread_marks_keep(o->db, &o->marks[which], case_id, message_id, &o->err), &o->err);
}

/* A token that is in the store, but wasn't made with a key of ours. */
static void add_strange_token(struct office *o)
{
	static const unsigned char key[TOKEN_KEY_BYTES] = {42};
	const struct stored_token stored = {.case_id = 101, .message_id = 1, .address = STR("mal@evil.example")};
	char token[TOKEN_LEN + 1];

	token_make(key, STR("mal@evil.example"), token);
	o->strange = arena_str(o->arena, str_of(token));
	assert_ok(thread_token_insert(o->db, o->strange, &stored, &o->err), &o->err);
	token_make(key, STR("ann@home.example"), token);
	o->unknown = arena_str(o->arena, str_of(token));
	o->forged = arena_str(o->arena, o->marks[ANN].token);
	((char *)(uintptr_t)o->forged.p)[31] = o->forged.p[31] == 'a' ? 'b' : 'a';
}

static void load_setup(struct office *o)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document = NULL;

	assert_ok(yaml_read(str_of(set_up), "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &plain_sealer, document, "tester", false, &report, &o->err), &o->err);
	assert_ok(setup_load(o->db, &plain_sealer, &o->setup, &o->err), &o->err);
	json_decref(document);
}

static void open_office(struct office *o, struct store *store)
{
	*o = (struct office){.arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	load_setup(o);
	add_case(o, 101, "request", "SUP-2025-0001", "The printer", "ann@home.example carl@home.example");
	add_case(o, 102, "request", "SUP-2026-0001", "The scanner", "bob@work.example");
	add_case(o, 103, "order", "ORD-00007", "Two chairs", "dora@shop.example");
	add_case(o, 104, "request", "OLD12", "Re: The lamp [OLD12]", "ann@home.example");
	add_case(o, 105, "staff", "HR-001", "Holidays", "eve@us.example");
	add_case(o, 106, "request", "SUP-2026-0002", "Invoice", "frank@work.example");
	add_case(o, 107, "request", "SUP-2026-0003", "Invoice", "frank@work.example");
	write_to(o, ANN, 301, 101, "ann@home.example");
	write_to(o, BOB, 302, 102, "Bob@Work.example");
	write_to(o, DORA, 303, 103, "dora@shop.example");
	write_to(o, EVE, 304, 105, "eve@us.example");
	assert_ok(thread_keys_add(o->db, &o->err), &o->err); /* what went out before is as good as ever */
	assert_ok(thread_keys_add(o->db, &o->err), &o->err);
	add_message(o, 201, "in", 101, STR("first@customer"));
	add_message(o, 202, "out", 101, STR("plain@us"));
	add_message(o, 203, "in", 101, STR("plain@us")); /* it came back by Cc and was filed */
	add_message(o, 204, "in", 102, STR("second@customer"));
	add_message(o, 205, "in", 0, STR("caseless@customer"));
	add_strange_token(o);
}

static void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

/* The root with the block that an answer adds. */
static struct str with_answer(struct office *o, struct str root)
{
	struct str raw = arena_printf(o->arena, "Thread-Index: " STR_FMT "\r\n\r\n", STR_ARG(root));
	struct thread_index index = thread_index_of(o->arena, message_parse(o->arena, raw, NULL));

	return thread_index_next(o->arena, &index, INT64_C(1795246871000));
}

/* $A $B $D $E: the token for Ann, Bob, Dora, Eve; $a … $e: the Message-ID; $R $S: Thread-Index of Ann's and Bob's mail,
 * $r $s: with an answer's block behind it; $F: Ann's with another letter; $K: made with another key; $U: in no store.
 */
static struct str expand(struct office *o, const char *text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	for (; *text; text++) {
		static const char upper[] = "ABDE", lower[] = "abde";
		const char *at;

		if (*text != '$') {
			buf_add_char(&out, *text);
			continue;
		}
		text++;
		if ((at = strchr(upper, *text)) != NULL)
			buf_add(&out, o->marks[at - upper].token);
		else if ((at = strchr(lower, *text)) != NULL)
			buf_add(&out, o->marks[at - lower].message_ident);
		else if (*text == 'R' || *text == 'S')
			buf_add(&out, o->marks[*text == 'R' ? ANN : BOB].root);
		else if (*text == 'r' || *text == 's')
			buf_add(&out, with_answer(o, o->marks[*text == 'r' ? ANN : BOB].root));
		else
			buf_add(&out, *text == 'F' ? o->forged : *text == 'K' ? o->strange : o->unknown);
	}
	return arena_str(o->arena, buf_str(&out));
}

static struct threading decide(struct office *o, const char *from, const char *head, const char *body)
{
	struct str raw = arena_printf(o->arena, "%s%s%s" STR_FMT "\r\n" STR_FMT "\r\n", *from ? "From: <" : "", from,
	                              *from ? ">\r\n" : "", STR_ARG(expand(o, head)), STR_ARG(expand(o, body)));
	const struct message *m = message_parse(o->arena, raw, NULL);
	struct threading t = {0};

	assert_ok(threading_decide(o->db, o->arena, o->setup, m, message_body_text(o->arena, m), &t, &o->err), &o->err);
	return t;
}

/* ---------------------------------------------------------------- the table */

#define ANN_  "ann@home.example"
#define BOB_  "bob@work.example"
#define CARL  "carl@home.example" /* has a part in Ann's case */
#define DORA_ "dora@shop.example"
#define EVE_  "eve@us.example"
#define FRANK "frank@work.example"
#define MAL   "mal@evil.example" /* has a part in none */

/* clang-format off */
static const struct thread {
	const char *what, *from, *head, *body;
	int64_t case_id;
	int kind;         /* of the finding that won; -1: none */
	bool is_stranger, is_conflict;
} table[] = {
	/* no evidence */
	{"nothing at all", ANN_, "Subject: hello\r\n", "", 0, -1},
	{"nobody writes", "", "Subject: hello\r\n", "", 0, -1},
	{"ids that nobody knows", ANN_, "In-Reply-To: <x@y>\r\nReferences: <z@y> <x@y>\r\n", "", 0, -1},
	{"empty ids", ANN_, "In-Reply-To: <>\r\nReferences: <> < >\r\n", "", 0, -1},
	{"the id of a mail without a case", ANN_, "In-Reply-To: <caseless@customer>\r\n", "", 0, -1},
	{"a customer's id sent again", ANN_, "Message-ID: <first@customer>\r\nSubject: again\r\n", "", 0, -1},

	/* what clients write */
	{"an answer to our mail", ANN_, "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_TOKEN},
	{"with References as well", ANN_, "In-Reply-To: <$a>\r\nReferences: <first@customer> <$a>\r\n", "", 101, EVIDENCE_TOKEN},
	{"the sender in capitals", "ANN@HOME.EXAMPLE", "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_TOKEN},
	{"our mail further up", ANN_, "In-Reply-To: <x@y>\r\nReferences: <$a> <w@y> <x@y>\r\n", "", 101, EVIDENCE_TOKEN},
	{"References without In-Reply-To", ANN_, "References: <first@customer> <$a>\r\n", "", 101, EVIDENCE_TOKEN},
	{"the domain of the id was changed", ANN_, "In-Reply-To: <$A@mailer.example>\r\n", "", 101, EVIDENCE_TOKEN},
	{"an answer to the own mail", ANN_, "In-Reply-To: <first@customer>\r\n", "", 101, EVIDENCE_IN_REPLY_TO},
	{"our mail without a token", ANN_, "In-Reply-To: <plain@us>\r\n", "", 101, EVIDENCE_IN_REPLY_TO},
	{"a colleague who was in Cc", CARL, "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_IN_REPLY_TO},
	{"the colleague, by References", CARL, "References: <$a> <x@y>\r\n", "", 101, EVIDENCE_REFERENCE},
	{"the customer's first id in References", ANN_, "References: <first@customer> <x@y>\r\n", "", 101, EVIDENCE_REFERENCE},

	/* providers that put other Message-IDs in place of ours */
	{"Outlook, by Thread-Index", ANN_, "In-Reply-To: <rewritten@ses>\r\nThread-Index: $r\r\n", "", 101, EVIDENCE_THREAD_INDEX},
	{"the root alone", ANN_, "Thread-Index: $R\r\n", "", 101, EVIDENCE_THREAD_INDEX},
	{"another's root", ANN_, "Thread-Index: AdT2k9aVKZC7xw0xQ0uSnJ6lIc8sZQ==\r\n", "", 0, -1},
	{"a broken Thread-Index", ANN_, "Thread-Index: AdT2k9aVKZC7xw0x\r\n", "", 0, -1},
	{"the address written to", ANN_, "To: help+$A@us.example\r\nIn-Reply-To: <rewritten@ses>\r\n", "", 101, EVIDENCE_TOKEN},
	{"the address among others", ANN_, "To: x@y\r\nCc: z@y, help+$A@us.example\r\n", "", 101, EVIDENCE_TOKEN},
	{"the envelope's address", ANN_, "Delivered-To: help+$A@us.example\r\n", "", 101, EVIDENCE_TOKEN},
	{"the line at the end, quoted", ANN_, "Subject: Re: x\r\n", "Yes.\r\n\r\n> The text.\r\n>\r\n> [ref:$A]\r\n", 101, EVIDENCE_TOKEN},
	{"the line in HTML", ANN_, "Content-Type: text/html\r\n", "<p>Yes</p><blockquote>x<p style='x'>[ref:$A]</p></blockquote>", 101, EVIDENCE_TOKEN},
	{"a bounce that quotes our Message-ID", ANN_, "Subject: failure\r\n", "Message-ID: <$a>\r\n", 101, EVIDENCE_TOKEN},
	{"our own field", ANN_, "X-Hauspost-Ref: $A\r\n", "", 101, EVIDENCE_TOKEN},
	{"our mail as an attachment", ANN_, "Content-Type: multipart/mixed; boundary=b\r\n",
	 "--b\r\n\r\nlook\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nX-Hauspost-Ref: $A\r\n\r\nx\r\n--b--\r\n", 101, EVIDENCE_TOKEN},
	{"the topic, nothing else", ANN_, "In-Reply-To: <rewritten@ses>\r\nSubject: Re: The printer\r\n", "", 101, EVIDENCE_TOPIC},
	{"Thread-Topic under another subject", ANN_, "In-Reply-To: <x@ses>\r\nThread-Topic: the PRINTER\r\nSubject: =?utf-8?q?AW?=\r\n", "", 101, EVIDENCE_TOPIC},
	{"the topic of a case with number and prefix", ANN_, "Subject: AW: The lamp [OLD-12]\r\n", "", 104, EVIDENCE_TOPIC},

	/* numbers */
	{"the number in the subject", ANN_, "Subject: Re: [sup-2025-0001] hello\r\n", "", 101, EVIDENCE_NUMBER},
	{"a number by an old mask", ANN_, "Subject: about old12\r\n", "", 104, EVIDENCE_NUMBER},
	{"a number that there isn't", ANN_, "Subject: SUP-2024-0001\r\n", "", 0, -1},
	{"numbers inside of others", ANN_, "Subject: XSUP-2025-0001, SUP-2025-00011\r\n", "", 0, -1},
	{"the number before the topic", ANN_, "In-Reply-To: <x@y>\r\nSubject: Re: The printer OLD12\r\n", "", 104, EVIDENCE_NUMBER},

	/* topics that say too little */
	{"the same subject, but no answer", ANN_, "Subject: The printer\r\n", "", 0, -1},
	{"the topic of somebody else's case", ANN_, "Subject: Re: The scanner\r\n", "", 0, -1},
	{"a stranger with the topic", MAL, "In-Reply-To: <x@y>\r\nSubject: Re: The printer\r\n", "", 0, -1},
	{"two open cases with the topic", FRANK, "Subject: Re: Invoice\r\n", "", 0, -1},

	/* two cases named */
	{"the nearest id counts", ANN_, "In-Reply-To: <unknown@x>\r\nReferences: <second@customer> <first@customer>\r\n", "", 101, EVIDENCE_REFERENCE, false, true},
	{"an id before a number", ANN_, "References: <first@customer>\r\nSubject: OLD12\r\n", "", 101, EVIDENCE_REFERENCE, false, true},
	{"the token before another's id", ANN_, "In-Reply-To: <second@customer>\r\nReferences: <$a>\r\n", "", 101, EVIDENCE_TOKEN, false, true},
	{"the token before an own number", ANN_, "In-Reply-To: <$a>\r\nSubject: OLD12\r\n", "", 101, EVIDENCE_TOKEN, false, true},
	{"an id before Thread-Index", ANN_, "In-Reply-To: <first@customer>\r\nThread-Index: $s\r\n", "", 101, EVIDENCE_IN_REPLY_TO, false, true},
	{"the own case before another's, whatever names it", BOB_, "In-Reply-To: <$a>\r\nSubject: SUP-2026-0001\r\n", "", 102, EVIDENCE_NUMBER, false, true},
	{"both numbers, one case his", BOB_, "Subject: SUP-2025-0001 SUP-2026-0001\r\n", "", 102, EVIDENCE_NUMBER, false, true},
	{"case and address of two", ANN_, "To: help+$B@us.example\r\nIn-Reply-To: <$a>\r\n", "", 101, EVIDENCE_TOKEN, false, true},

	/* forwarded, and other addresses of the same person: joins, marked */
	{"who got it forwarded", MAL, "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_IN_REPLY_TO, true},
	{"forwarded, Thread-Index", MAL, "Thread-Index: $r\r\n", "", 101, EVIDENCE_THREAD_INDEX, true},
	{"to the address with Ann's token", MAL, "To: help+$A@us.example\r\n", "", 101, EVIDENCE_ADDRESS_TOKEN, true},
	{"Ann's token in the field", MAL, "X-Hauspost-Ref: $A\r\n", "", 101, EVIDENCE_HEADER_TOKEN, true},
	{"Ann's token in the text", MAL, "Subject: Fwd: x\r\n", "[ref:$A]", 101, EVIDENCE_BODY_TOKEN, true},
	{"by a customer's id", MAL, "In-Reply-To: <first@customer>\r\n", "", 101, EVIDENCE_IN_REPLY_TO, true},
	{"Bob with Ann's token", BOB_, "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_IN_REPLY_TO, true},
	{"Ann's token in capitals", MAL, "To: HELP+$A@US.EXAMPLE\r\n", "", 101, EVIDENCE_ADDRESS_TOKEN, true},
	{"nobody, with our id", "", "In-Reply-To: <$a>\r\n", "", 101, EVIDENCE_IN_REPLY_TO, true},

	/* what a case type lets strangers do */
	{"a number suffices for orders", MAL, "Subject: ORD-00007\r\n", "", 103, EVIDENCE_NUMBER, true},
	{"a token does for orders, too", MAL, "In-Reply-To: <$d>\r\n", "", 103, EVIDENCE_IN_REPLY_TO, true},
	{"no stranger in staff cases", MAL, "In-Reply-To: <$e>\r\nSubject: HR-001\r\n", "[ref:$E]", 0, -1},
	{"who belongs there", EVE_, "In-Reply-To: <$e>\r\n", "", 105, EVIDENCE_TOKEN},
	{"barred there, let in here", MAL, "In-Reply-To: <$e>\r\nReferences: <$a>\r\n", "", 101, EVIDENCE_REFERENCE, true, true},

	/* hostile */
	{"a number thought up", MAL, "Subject: SUP-2025-0001\r\n", "", 0, -1},
	{"all numbers thought up", MAL, "Subject: SUP-2025-0001 SUP-2026-0001 OLD12 HR-001\r\n", "", 0, -1},
	{"a token with another letter", MAL, "In-Reply-To: <$F@us.example>\r\n", "[ref:$F]", 0, -1},
	{"a token with another letter, by Ann", ANN_, "To: help+$F@us.example\r\n", "", 0, -1},
	{"a token by another key", MAL, "In-Reply-To: <$K@us.example>\r\n", "[ref:$K]", 0, -1},
	{"a token by another key in no store", ANN_, "In-Reply-To: <$U@us.example>\r\n", "", 0, -1},
	{"a token with something before it", MAL, "", "x$A", 0, -1},
	{"a token with something behind it", MAL, "", "$A2", 0, -1},
	{"Ann's token by Bob, who has a case", BOB_, "To: help+$A@us.example\r\nIn-Reply-To: <$b>\r\n", "[ref:$A]", 102, EVIDENCE_TOKEN, false, true},
	{"Ann as Reply-To", MAL, "Reply-To: ann@home.example\r\nSubject: SUP-2025-0001\r\n", "", 0, -1},
	{"Ann as name", "mal@evil.example", "Sender: ann@home.example\r\nSubject: SUP-2025-0001\r\n", "", 0, -1},
	{"an address like Ann's", "ann@home.example.evil", "Subject: SUP-2025-0001\r\n", "", 0, -1},

	/* ours */
	{"our own mail, come back", ANN_, "Message-ID: <plain@us>\r\nSubject: ours\r\n", "", 101, EVIDENCE_OWN_MAIL},
	{"our own mail, whatever it answers", ANN_, "Message-ID: <plain@us>\r\nIn-Reply-To: <second@customer>\r\n", "", 101, EVIDENCE_OWN_MAIL, false, true},
};
/* clang-format on */

_Static_assert(ARRAY_LEN(table) >= 60, "threads");

static void check_thread(struct office *o, const struct thread *want)
{
	struct threading t = decide(o, want->from, want->head, want->body);
	int kind = t.case_id ? (int)t.found[0].kind : -1;

	if (t.case_id != want->case_id || kind != want->kind || t.is_stranger != want->is_stranger ||
	    t.is_conflict != want->is_conflict)
		print_error("%s: case %lld, kind %d, stranger %d, conflict %d\n" STR_FMT, want->what,
		            (long long)t.case_id, kind, t.is_stranger, t.is_conflict,
		            STR_ARG(threading_text(o->arena, &t)));
	assert_int_equal(t.case_id, want->case_id);
	assert_int_equal(kind, want->kind);
	assert_int_equal(t.is_stranger, want->is_stranger);
	assert_int_equal(t.is_conflict, want->is_conflict);
	assert_int_equal(t.is_our_own, want->kind == EVIDENCE_OWN_MAIL);
	assert_true(t.found_count > 0 || !t.case_id);
	/* No finding is silent. */
	for (size_t i = 0; i < t.found_count; i++)
		assert_true(str_find(threading_text(o->arena, &t), t.found[i].value) >= 0);
}

static void check_table(struct store *store)
{
	struct office o;

	open_office(&o, store);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		check_thread(&o, &table[i]);
	close_office(&o);
}

static void every_thread_finds_its_case(void **state UNUSED)
{
	test_store_each(check_table);
}

/* ---------------------------------------------------------------- bounds */

static void check_bounds(struct store *store)
{
	struct buf head CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct threading t;
	struct office o;

	open_office(&o, store);
	buf_add(&head, STR("Subject:"));
	for (int i = 0; i < 50000; i++)
		buf_add(&head, STR(" ORD-00007\r\n"));
	assert_int_equal(decide(&o, DORA_, buf_cstr(&head), "").case_id, 103);

	/* Of a thousand ids the newest and the first are looked at. */
	for (int at = 0; at < 3; at++) {
		buf_clear(&head);
		buf_add(&head, STR("References:"));
		for (int i = 0; i < 1000; i++)
			buf_printf(&head, " <%s>\r\n",
			           i == (at == 0   ? 0
			                 : at == 1 ? 500
			                           : 999)
			                   ? "first@customer"
			                   : arena_printf(o.arena, "u%d@x", i).p);
		assert_int_equal(decide(&o, ANN_, buf_cstr(&head), "").case_id, at == 1 ? 0 : 101);
	}

	/* Words that look like tokens keep the store no busier than a few. */
	buf_clear(&head);
	for (int i = 0; i < 5000; i++)
		buf_printf(&head, "[ref:abcdefghijklmnopqrstuvwx%c%c%c%c%c%c%c%c]\r\n", 'a' + i % 26, 'a' + i / 26 % 26,
		           'a' + i / 676, 'a', 'a', 'a', 'a', 'a');
	buf_add(&head, STR("[ref:$A]"));
	t = decide(&o, ANN_, "Subject: x\r\n", buf_cstr(&head));
	assert_int_equal(t.case_id, 0);
	close_office(&o);
}

static void look_ups_are_bounded(void **state UNUSED)
{
	test_store_each(check_bounds);
}

/* ---------------------------------------------------------------- words */

static void check_text(struct store *store)
{
	struct threading t;
	struct office o;

	open_office(&o, store);
	t = decide(&o, ANN_, "In-Reply-To: <$a>\r\nSubject: ORD-00007\r\n", "");
	assert_str(
	        threading_text(o.arena, &t),
	        expand(&o,
	               "won: answers our message, with the token made for the sender (certain): $A -> case id 101\n"
	               "against: case number in the subject (weak): ORD-00007 -> case id 103; the sender has no part "
	               "in that case\n")
	                .p);
	t = decide(&o, MAL, "To: help+$A@us.example\r\n", "");
	assert_str(threading_text(o.arena, &t),
	           expand(&o, "won: our token in the address written to (good): $A -> case id 101; made for "
	                      "ann@home.example; the sender has no part in that case\n")
	                   .p);
	t = decide(&o, MAL, "Subject: SUP-2025-0001\r\n", "");
	assert_str(threading_text(o.arena, &t),
	           "not used: case number in the subject (weak): SUP-2025-0001 -> case id 101; "
	           "the sender has no part in that case\n");
	t = decide(&o, FRANK, "Subject: Re: Invoice\r\n", "");
	assert_str(
	        threading_text(o.arena, &t),
	        "not used: same topic as an open case of the sender (weak): Invoice -> case id 107; several cases fit\n"
	        "not used: same topic as an open case of the sender (weak): Invoice -> case id 106; several cases "
	        "fit\n");
	close_office(&o);
}

static void the_evidence_is_told_in_words(void **state UNUSED)
{
	test_store_each(check_text);
}

/* ---------------------------------------------------------------- what we put in */

static void check_marks(struct store *store)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(4)), html CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct office o;

	open_office(&o, store);
	assert_str(o.marks[ANN].reply_to.address, expand(&o, "help+$A@us.example").p);
	assert_str(o.marks[ANN].message_ident, expand(&o, "$A@us.example").p);
	assert_int_equal(o.marks[ANN].header_count, 3);
	assert_str(o.marks[ANN].headers[2].value, "The printer");
	buf_add(&text, STR("Hello"));
	buf_add(&html, STR("<html><body><p>Hello</p></BODY></html>"));
	thread_marks_sign(&o.marks[ANN], &text, &html);
	assert_str(buf_str(&text), expand(&o, "Hello\n\n[ref:$A]\n").p);
	assert_str(buf_str(&html),
	           expand(&o, "<html><body><p>Hello</p><p style=\"color:#999999;font-size:11px\">[ref:$A]</p>"
	                      "</BODY></html>")
	                   .p);
	assert_true(setup_owns_address(o.setup, o.marks[ANN].reply_to.address));
	assert_false(setup_owns_address(o.setup, STR("helper@us.example")));
	assert_false(setup_owns_address(o.setup, STR("help+x@us.example.evil")));
	close_office(&o);
}

static void our_mails_carry_their_marks(void **state UNUSED)
{
	test_store_each(check_marks);
}

/* Who is let in, and who isn't led elsewhere by another's root. */
static void check_people(struct store *store)
{
	struct office o;
	int64_t case_id = 0;
	const struct message *m;

	open_office(&o, store);
	m = message_parse(
	        o.arena,
	        expand(&o,
	               "From: Gil <Gil@new.example>\r\nTo: help@us.example, hal@new.example\r\nCc: "
	               "HELP+x@us.example, ida@new.example\r\nReply-To: jo@new.example\r\nThread-Index: $r\r\n\r\n"),
	        NULL);
	assert_ok(case_note_mail(o.db, o.arena, o.setup, 106, 0, m, &o.err), &o.err);
	assert_ok(case_note_mail(o.db, o.arena, o.setup, 106, 0, m, &o.err), &o.err);
	assert_int_equal(case_has_participant(o.db, 106, STR("gil@NEW.example"), &o.err), 1);
	assert_int_equal(case_has_participant(o.db, 106, STR("hal@new.example"), &o.err), 1);
	assert_int_equal(case_has_participant(o.db, 106, STR("ida@new.example"), &o.err), 1);
	assert_int_equal(case_has_participant(o.db, 106, STR("jo@new.example"), &o.err), 1);
	assert_int_equal(case_has_participant(o.db, 106, STR("help@us.example"), &o.err), 0);
	assert_int_equal(case_has_participant(o.db, 106, STR("help+x@us.example"), &o.err), 0);
	assert_int_equal(case_has_participant(o.db, 101, STR("gil@new.example"), &o.err), 0);
	assert_int_equal(thread_root_find(o.db, o.marks[ANN].root, &case_id, &o.err), 1);
	assert_int_equal(case_id, 101);
	assert_ok(case_note_mail(o.db, o.arena, o.setup, 107, 101, m, &o.err), &o.err); /* the case that follows it */
	assert_int_equal(thread_root_find(o.db, o.marks[ANN].root, &case_id, &o.err), 1);
	assert_int_equal(case_id, 107);
	close_office(&o);
}

static void participants_are_noted(void **state UNUSED)
{
	test_store_each(check_people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_thread_finds_its_case),   cmocka_unit_test(look_ups_are_bounded),
	        cmocka_unit_test(the_evidence_is_told_in_words), cmocka_unit_test(our_mails_carry_their_marks),
	        cmocka_unit_test(participants_are_noted),
	};

	return cmocka_run_group_tests_name("cases/threading", tests, NULL, NULL);
}
