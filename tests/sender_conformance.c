/* What every sender must do, whatever its protocol (send/sender.h): tried on a server of tests/test_senders.py. Its
 * letters go to "anna@", "bert@" and others; the server is told to behave by their names:
 *
 *	refused@       is refused
 *	lost@          the connection is cut where the mail isn't on its way yet (at RCPT, at a draft)
 *	vanish, taken  as subject: it is cut instead of the last answer, before or after the mail was kept
 *
 * What is printed: "ok NAME" for each expectation, or the first that doesn't hold, with exit code 1; last what became
 * of each letter for each recipient, which the test compares with what arrived.
 *
 *	sender_conformance PROTOCOL HOST PORT USER PASSWORD TAG faults|bidden|plain
 *
 * plain: a real server, which can't be told to cut and takes seconds to refuse a password; faults: only three letters,
 * sent until each has its outcome. */
#include "send/sender.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS_MAX    64
#define RECIPIENTS_MAX 4
#define LARGE          MIB(3)
#define TIMEOUT_MS     5000
#define ROUNDS         4

struct letter {
	struct outgoing outgoing; /* first: before_dot is given it */
	struct recipient recipients[RECIPIENTS_MAX];
	bool had[RECIPIENTS_MAX]; /* by an earlier try, which wasn't ours */
	unsigned marks;
};

struct trial {
	const struct sender_ops *ops;
	struct sender_options options;
	struct sender *sender;
	const char *tag;
	struct arena *arena;
	struct letter letters[LETTERS_MAX];
	size_t count;
	int64_t stopped; /* the letter that before_dot stops; 0: none */
	struct error err;
};

static void expect(const struct trial *t, bool holds, const char *what)
{
	if (!holds) {
		printf("not ok: %s; the last error: %s\n", what, t->err.text);
		exit(1);
	}
}

/* ---------------------------------------------------------------- letters */

/* Those in doubt can't stand in a header. */
static bool is_plain(const char *address)
{
	return address[0] && !strpbrk(address, " \r\n<>");
}

static struct str mime_of(struct trial *t, const struct letter *letter, const char *subject, size_t bytes)
{
	struct buf mime CLEANUP(buf_done) = BUF_INIT(MIB(8));
	int64_t id = letter->outgoing.id;
	const char *comma = "";

	buf_add(&mime, STR("From: support@example.test\r\nTo:"));
	for (size_t i = 0; i < letter->outgoing.recipient_count; i++)
		if (is_plain(letter->recipients[i].address)) {
			buf_printf(&mime, "%s %s", comma, letter->recipients[i].address);
			comma = ",";
		}
	buf_printf(&mime, "\r\nSubject: %s\r\nMessage-ID: <%s-%d@example.test>\r\nMIME-Version: 1.0\r\n", subject,
	           t->tag, (int)id);
	buf_add(&mime, STR("Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\n.\r\n..\r\nthe end\r\n"));
	if (bytes)
		buf_add(&mime, STR("--b\r\nContent-Type: application/octet-stream; name=\"zeros.bin\"\r\n"
		                   "Content-Transfer-Encoding: base64\r\n\r\n"));
	for (size_t n = 0; n < bytes; n += 48)
		buf_add(&mime, STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"));
	buf_add(&mime, STR("--b--\r\n"));
	return arena_str(t->arena, buf_str(&mime));
}

/* To one or two (NULL: one), with a file of so many bytes. */
static struct outgoing *large(struct trial *t, const char *subject, const char *to, const char *other, size_t bytes)
{
	struct letter *letter = &t->letters[t->count++];

	expect(t, t->count < LETTERS_MAX, "there is room for the letters");
	letter->recipients[0].address = to;
	letter->recipients[1].address = other;
	letter->outgoing = (struct outgoing){
	        .id = (int64_t)t->count,
	        .envelope_from = "support@example.test",
	        .recipients = letter->recipients,
	        .recipient_count = other ? 2 : 1,
	        .arena = t->arena,
	};
	letter->outgoing.mime = mime_of(t, letter, subject, bytes);
	return &letter->outgoing;
}

static struct outgoing *small(struct trial *t, const char *to, const char *other)
{
	return large(t, "letter", to, other, 0);
}

static void answered_before(struct outgoing *item, size_t recipient, enum outcome outcome)
{
	item->recipients[recipient].outcome = outcome;
	((struct letter *)item)->had[recipient] = true;
}

static unsigned marks(const struct outgoing *item)
{
	return ((const struct letter *)item)->marks;
}

static void report(const struct trial *t)
{
	static const char *const words[] = {"pending", "sent", "later", "failed", "uncertain"};

	for (size_t n = 0; n < t->count; n++) {
		const struct letter *letter = &t->letters[n];

		for (size_t i = 0; i < letter->outgoing.recipient_count; i++)
			if (is_plain(letter->recipients[i].address))
				printf("letter %s-%d %s %s\n", t->tag, (int)letter->outgoing.id,
				       letter->recipients[i].address,
				       letter->had[i] ? "had" : words[letter->recipients[i].outcome]);
	}
}

/* ---------------------------------------------------------------- sending */

static int mark(void *ctx, struct outgoing *item, struct error *err)
{
	struct trial *t = ctx;

	((struct letter *)item)->marks++;
	return item->id == t->stopped ? fail(err, E_STORE, RETRY_LATER, "the mark can't be made") : 0;
}

static int open_anew(struct trial *t)
{
	sender_close(t->sender);
	t->sender = NULL;
	return sender_open(t->ops, &t->options, &t->sender, &t->err);
}

/* Over the connection that is there, or another where it says that it is gone. */
static int post(struct trial *t, struct outgoing *const *items, size_t n)
{
	if (!sender_is_alive(t->sender))
		expect(t, open_anew(t) == 0, "it opens again");
	int r = sender_send(t->sender, items, n, &t->err);
	for (size_t i = 0; i < n; i++) {
		expect(t, r < 0 || items[i]->outcome != OUTCOME_PENDING,
		       "each has its outcome unless the connection is lost");
		if (items[i]->outcome == OUTCOME_UNCERTAIN)
			expect(t, marks(items[i]) > 0, "nothing is uncertain that wasn't marked");
		for (size_t k = 0; k < items[i]->recipient_count; k++)
			expect(t,
			       items[i]->recipients[k].outcome != OUTCOME_SENT || marks(items[i]) > 0 ||
			               ((const struct letter *)items[i])->had[k],
			       "nothing is sent that wasn't marked");
	}
	return r;
}

static void expect_sent(struct trial *t, struct outgoing *item, const char *what)
{
	expect(t, post(t, &item, 1) == 0 && item->outcome == OUTCOME_SENT, what);
}

static bool is_still_to_go(const struct outgoing *item)
{
	return item->outcome == OUTCOME_LATER || item->outcome == OUTCOME_PENDING;
}

/* ---------------------------------------------------------------- the expectations */

static void letters_on_one_connection_have_their_outcomes(struct trial *t)
{
	struct outgoing *items[] = {small(t, "anna@customer.test", NULL), small(t, "bert@customer.test", NULL),
	                            small(t, "anna@customer.test", "bert@customer.test")};

	expect(t, post(t, items, 3) == 0, "the three are sent");
	for (size_t i = 0; i < 3; i++) {
		expect(t, items[i]->outcome == OUTCOME_SENT && marks(items[i]) == 1, "each is sent, marked once");
		expect(t, items[i]->recipients[0].outcome == OUTCOME_SENT && items[i]->answer[0], "with an answer");
	}
	expect(t, sender_is_alive(t->sender), "the connection lives on");
}

/* Where each recipient has an answer, the accepted one gets it; where there is no envelope, nobody does. */
static void one_refused_beside_an_accepted_one(struct trial *t)
{
	struct outgoing *item = small(t, "anna@customer.test", "refused@customer.test");
	int r = post(t, &item, 1);

	expect(t, r == 0 && item->recipients[1].outcome == OUTCOME_FAILED, "one is refused");
	expect(t, item->recipients[1].answer[0], "with words");
	expect(t, item->outcome == item->recipients[0].outcome, "the mail is what the other is");
	expect(t, item->outcome == (t->ops->try_envelope ? OUTCOME_SENT : OUTCOME_FAILED), "who gets it, if he can");
	expect_sent(t, small(t, "bert@customer.test", NULL), "the next isn't held up");
}

static void every_recipient_refused_is_failed(struct trial *t)
{
	struct outgoing *items[] = {small(t, "refused@customer.test", NULL), small(t, "anna@customer.test", NULL)};

	expect(t, post(t, items, 2) == 0, "the connection lives on");
	expect(t, items[0]->outcome == OUTCOME_FAILED && items[0]->answer[0], "refused, with words");
	expect(t, items[1]->outcome == OUTCOME_SENT, "the next is sent");
}

static void what_has_its_answer_is_not_asked_again(struct trial *t)
{
	struct outgoing *items[] = {small(t, "anna@customer.test", "bert@customer.test"),
	                            small(t, "anna@customer.test", "bert@customer.test"),
	                            small(t, "anna@customer.test", "refused@customer.test"),
	                            small(t, "anna@customer.test", NULL), small(t, "bert@customer.test", NULL)};

	answered_before(items[0], 0, OUTCOME_SENT);
	answered_before(items[1], 1, OUTCOME_FAILED);
	answered_before(items[2], 0, OUTCOME_SENT);
	answered_before(items[3], 0, OUTCOME_SENT);
	answered_before(items[4], 0, OUTCOME_FAILED);
	expect(t, post(t, items, 5) == 0, "all have their outcome");
	expect(t, items[0]->outcome == OUTCOME_SENT && items[0]->recipients[1].outcome == OUTCOME_SENT, "the other");
	expect(t, items[1]->outcome == OUTCOME_SENT && items[1]->recipients[1].outcome == OUTCOME_FAILED, "the first");
	expect(t, items[2]->recipients[1].outcome == OUTCOME_FAILED, "the other is refused");
	expect(t, items[2]->outcome == OUTCOME_SENT, "one has it, the other's answer is final: sent");
	expect(t, items[3]->outcome == OUTCOME_SENT && marks(items[3]) == 0, "all have it");
	expect(t, items[4]->outcome == OUTCOME_FAILED && marks(items[4]) == 0, "all were refused");
}

static void unwritable_addresses_fail_alone(struct trial *t)
{
	static const char *const addresses[] = {"anna bert@customer.test", "x\r\nRCPT TO:<bert@customer.test>",
	                                        "anna@customer.test>", "x@customer.test\nBcc: bert@customer.test", ""};

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct outgoing *alone = small(t, addresses[i], NULL),
		                *beside = small(t, addresses[i], "bert@customer.test");

		expect(t, post(t, &alone, 1) == 0 && alone->outcome == OUTCOME_FAILED, "it is failed");
		expect(t, alone->recipients[0].code == 0 && marks(alone) == 0, "without asking");
		expect_sent(t, beside, "the other isn't held up");
		expect(t, beside->recipients[0].outcome == OUTCOME_FAILED, "but this one is failed");
	}
}

static void stopped_by_its_mark(struct trial *t)
{
	struct outgoing *items[] = {small(t, "anna@customer.test", NULL), small(t, "bert@customer.test", NULL),
	                            small(t, "anna@customer.test", NULL)};

	t->stopped = items[1]->id;
	int r = post(t, items, 3);
	expect(t, items[0]->outcome == OUTCOME_SENT, "the first is sent");
	expect(t, items[1]->outcome == OUTCOME_LATER, "the second goes later");
	expect(t, items[2]->outcome == (r < 0 ? OUTCOME_PENDING : OUTCOME_SENT),
	       "the third goes, or waits for a connection");
	if (r < 0)
		expect_sent(t, items[2], "and goes");
	t->stopped = 0;
}

static void large_mail_is_sent(struct trial *t)
{
	expect_sent(t, large(t, "large", "anna@customer.test", NULL, LARGE), "it is sent");
	expect_sent(t, small(t, "bert@customer.test", NULL), "another as well");
}

static void asking_sends_nothing(struct trial *t)
{
	int r = sender_try_envelope(t->sender, "support@example.test", "anna@customer.test", &t->err);

	expect(t, r == (t->ops->try_envelope ? 0 : E_UNSUPPORTED), "yes, or it can't be asked");
	r = sender_try_envelope(t->sender, "support@example.test", "refused@customer.test", &t->err);
	expect(t, r == (t->ops->try_envelope ? E_REFUSED : E_UNSUPPORTED) && t->err.retry == RETRY_NEVER,
	       "no, for good");
	expect_sent(t, small(t, "anna@customer.test", NULL), "the connection is usable");
}

/* The test closes every connection when it reads the word. */
static void closed_while_idle_is_known(struct trial *t)
{
	struct outgoing *item = small(t, "anna@customer.test", NULL);
	char line[8];

	puts("close");
	fflush(stdout);
	expect(t, fgets(line, sizeof line, stdin) != NULL, "the test has closed it");
	if (sender_is_alive(t->sender))
		expect(t, sender_send(t->sender, &item, 1, &t->err) == 0, "what says that it lives sends");
	else
		expect_sent(t, item, "another connection sends");
}

static void a_wrong_password_is_final(struct trial *t)
{
	struct secret wrong CLEANUP(secret_done) = {0};
	const struct secret *password = t->options.login.password;
	struct outgoing *item = small(t, "anna@customer.test", NULL);

	secret_set(&wrong, STR("wrong"));
	t->options.login.password = &wrong;
	setenv("SENDER_TOKEN", "wrong", 1);
	int r = open_anew(t);
	if (r == 0)
		r = sender_send(t->sender, &item, 1, &t->err);
	expect(t, r == E_AUTH && t->err.retry == RETRY_NEVER && t->err.scope == SCOPE_ACCOUNT, "E_AUTH, for good");
	expect(t, is_still_to_go(item), "the letter waits");
	t->options.login.password = password;
	unsetenv("SENDER_TOKEN");
	expect(t, open_anew(t) == 0, "the right one opens it");
}

static void lost_before_the_mark_goes_again(struct trial *t)
{
	struct outgoing *items[] = {small(t, "anna@customer.test", NULL),
	                            large(t, "large", "lost@customer.test", NULL, LARGE),
	                            small(t, "bert@customer.test", NULL)};

	expect(t, post(t, items, 3) < 0, "the connection is lost");
	expect(t, items[0]->outcome == OUTCOME_SENT, "the first is sent");
	expect(t, is_still_to_go(items[1]) && marks(items[1]) == 0, "the second isn't");
	expect(t, items[2]->outcome == OUTCOME_PENDING, "the third wasn't tried");
	expect_sent(t, items[2], "and goes over another");
}

static void lost_after_the_mark_is_uncertain(struct trial *t)
{
	static const char *const subjects[] = {"vanish", "taken"};

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct outgoing *items[] = {large(t, subjects[i], "anna@customer.test", "bert@customer.test", 0),
		                            small(t, "bert@customer.test", NULL)};

		expect(t, post(t, items, 2) < 0, "the connection is lost");
		expect(t, items[0]->outcome == OUTCOME_UNCERTAIN && marks(items[0]) == 1, "the first is uncertain");
		expect(t, items[0]->recipients[1].outcome == OUTCOME_UNCERTAIN, "for all recipients");
		expect(t, items[1]->outcome == OUTCOME_PENDING, "the second wasn't tried");
		expect_sent(t, items[1], "and goes over another");
	}
}

/* ---------------------------------------------------------------- with a faulty connection */

/* As the outbox would, but for the waiting: whatever is still to go is tried over another connection. */
static void send_through_faults(struct trial *t)
{
	struct outgoing *items[] = {
	        small(t, "anna@customer.test", "bert@customer.test"),
	        large(t, "large", "anna@customer.test", NULL, (size_t)strtoul(getenv("LARGE"), NULL, 10)),
	        small(t, "refused@customer.test", "bert@customer.test")};
	struct outgoing *left[3];

	for (int round = 0; round < ROUNDS; round++) {
		size_t n = 0;

		for (size_t i = 0; i < 3; i++)
			if (is_still_to_go(items[i]))
				left[n++] = items[i];
		if (!n || open_anew(t) < 0)
			continue;
		(void)post(t, left, n);
	}
}

/* ---------------------------------------------------------------- all of it */

/* clang-format off */
static const struct expectation {
	const char *name;
	void (*run)(struct trial *t);
	bool is_for_doubles;
} expectations[] = {
	{"letters_on_one_connection_have_their_outcomes", letters_on_one_connection_have_their_outcomes, false},
	{"one_refused_beside_an_accepted_one",            one_refused_beside_an_accepted_one,            false},
	{"every_recipient_refused_is_failed",             every_recipient_refused_is_failed,             false},
	{"what_has_its_answer_is_not_asked_again",        what_has_its_answer_is_not_asked_again,        false},
	{"unwritable_addresses_fail_alone",               unwritable_addresses_fail_alone,               false},
	{"stopped_by_its_mark",                           stopped_by_its_mark,                           false},
	{"large_mail_is_sent",                            large_mail_is_sent,                            false},
	{"asking_sends_nothing",                          asking_sends_nothing,                          false},
	{"closed_while_idle_is_known",                    closed_while_idle_is_known,                    false},
	{"a_wrong_password_is_final",                     a_wrong_password_is_final,                     true},
	{"lost_before_the_mark_goes_again",               lost_before_the_mark_goes_again,               true},
	{"lost_after_the_mark_is_uncertain",              lost_after_the_mark_is_uncertain,              true},
};
/* clang-format on */

static void run_all(struct trial *t, bool is_double)
{
	expect(t, open_anew(t) == 0, "it opens");
	for (size_t i = 0; i < ARRAY_LEN(expectations); i++) {
		const struct expectation *e = &expectations[i];

		if (e->is_for_doubles && !is_double)
			continue;
		printf("# %s\n", e->name);
		e->run(t);
		printf("ok %s\n", e->name);
	}
}

/* Graph takes tokens alone: the password is one. */
static int password_as_token(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
                             struct error *err)
{
	(void)source;
	if (wish->refused)
		return fail(err, E_AUTH, RETRY_NEVER, "there is no other token");
	secret_set(ret_token, str_of(getenv("SENDER_TOKEN") ? getenv("SENDER_TOKEN") : getenv("TOKEN")));
	return 0;
}

int main(int argc, char **argv)
{
	static struct token_source tokens = {.get = password_as_token};
	/* Another protocol is one more line, and a server in tests/test_senders.py. */
	static const struct {
		const char *word;
		const struct sender_ops *ops;
	} kinds[] = {{"smtp", &smtp_sender}, {"graph", &graph_sender}};
	static struct trial t;
	struct secret password CLEANUP(secret_done) = {0};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; argc == 8 && i < ARRAY_LEN(kinds); i++)
		if (strcmp(argv[1], kinds[i].word) == 0)
			t.ops = kinds[i].ops;
	if (!t.ops)
		return 2;
	t.arena = arena;
	t.tag = argv[6];
	t.options = (struct sender_options){
	        .step_timeout_ms = TIMEOUT_MS, .dot_timeout_ms = TIMEOUT_MS, .before_dot = mark};
	t.options.before_dot_ctx = &t;
	t.options.no_pipelining = getenv("NO_PIPELINING") != NULL;
	t.options.stream.host = argv[2];
	t.options.stream.port = (int)strtol(argv[3], NULL, 10);
	secret_set(&password, str_of(argv[5]));
	t.options.login = (struct login){.user = argv[4], .password = &password, .allow_insecure = true};
	if (getenv("TOKEN")) {
		t.options.login.tokens = &tokens;
		t.options.stream.policy = (struct tls_policy){.lowest = TLS_1_2, .truststore = getenv("TRUSTSTORE")};
	}
	if (strcmp(argv[7], "faults") == 0)
		send_through_faults(&t);
	else
		run_all(&t, strcmp(argv[7], "bidden") == 0);
	report(&t);
	sender_close(t.sender);
	return 0;
}
