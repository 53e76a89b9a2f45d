/* What every receiver must do, whatever its protocol (receive/receiver.h): tried on a mailbox of a real server, with
 *its twelve messages. tests/test_receivers.py starts the server and reads what is printed: "ok NAME" for each
 *expectation, or the first that doesn't hold, with exit code 1.
 *
 *	receiver_conformance PROTOCOL HOST PORT USER PASSWORD FOLDER */
#include "receive/names_memory.h"
#include "receive/receiver.h"

#include <stdio.h>
#include <stdlib.h>

#define MESSAGES  12
#define NOT_THERE 2000000000u

struct trial {
	const struct receiver_ops *ops;
	struct receiver_options options;
	const char *folder; /* to move to */
	struct receiver *receiver;
	uint32_t uids[MESSAGES];
	struct error err;
};

static void expect(const struct trial *t, bool holds, const char *what)
{
	if (!holds) {
		printf("not ok: %s; the last error: %s\n", what, t->err.text);
		exit(1);
	}
}

/* For a connection that is over, or anew: the names live on. */
static void open_anew(struct trial *t)
{
	receiver_close(t->receiver);
	t->receiver = NULL;
	expect(t, receiver_open(t->ops, &t->options, &t->receiver, &t->err) == 0, "it opens");
	expect(t, receiver_uidvalidity(t->receiver) != 0, "it has a uidvalidity");
}

static struct position behind(const struct trial *t, uint32_t uid)
{
	return (struct position){receiver_uidvalidity(t->receiver), uid};
}

/* Reads to the end; returns how many were whole, and their numbers. */
static size_t read_all(struct trial *t, uint32_t *uids, size_t max)
{
	uint32_t last = 0;
	size_t n = 0;
	int r;

	for (;;) {
		struct incoming *in CLEANUP(incoming_freep) = NULL;

		r = receiver_next(t->receiver, &in, &t->err);
		if (r <= 0)
			break;
		expect(t, in->uid > last, "messages come ascending");
		expect(t, in->uidvalidity == receiver_uidvalidity(t->receiver), "they have the folder's uidvalidity");
		last = in->uid;
		if (in->kind != INCOMING_WHOLE)
			continue;
		expect(t, str_find(in->raw, STR("Subject: number ")) >= 0 && in->size == in->raw.n, "they are whole");
		expect(t, n < max, "there aren't more than announced");
		uids[n++] = in->uid;
	}
	expect(t, r == 0, "reading ends");
	return n;
}

/* ---------------------------------------------------------------- the expectations */

static void everything_is_new_at_first(struct trial *t)
{
	struct incoming *in;

	expect(t, receiver_scan(t->receiver, (struct position){0}, &t->err) == MESSAGES, "the scan counts them");
	expect(t, read_all(t, t->uids, MESSAGES) == MESSAGES, "all are read");
	expect(t, receiver_next(t->receiver, &in, &t->err) == 0, "the end stays the end");
}

static void only_what_lies_behind_the_position_is_new(struct trial *t)
{
	uint32_t uids[MESSAGES];
	struct position other = behind(t, NOT_THERE);

	expect(t, receiver_scan(t->receiver, behind(t, t->uids[7]), &t->err) == MESSAGES - 8, "four are left");
	expect(t, read_all(t, uids, MESSAGES) == MESSAGES - 8 && uids[0] == t->uids[8], "from the ninth on");
	expect(t, receiver_scan(t->receiver, behind(t, t->uids[MESSAGES - 1]), &t->err) == 0, "none behind the last");
	other.uidvalidity++;
	expect(t, receiver_scan(t->receiver, other, &t->err) == MESSAGES, "all, of another uidvalidity");
}

static void an_unfinished_scan_is_forgotten(struct trial *t)
{
	struct incoming *in CLEANUP(incoming_freep) = NULL;
	uint32_t uids[MESSAGES];

	expect(t, receiver_scan(t->receiver, (struct position){0}, &t->err) == MESSAGES, "one scan");
	expect(t, receiver_next(t->receiver, &in, &t->err) == 1, "and one message of it");
	expect(t, receiver_scan(t->receiver, behind(t, t->uids[9]), &t->err) == 2, "another scan");
	expect(t, read_all(t, uids, MESSAGES) == 2 && uids[1] == t->uids[11], "and what is its");
}

static void what_is_gone_comes_as_gone(struct trial *t)
{
	const uint32_t uids[] = {t->uids[2], t->uids[5], NOT_THERE};
	uint32_t found[3];

	expect(t, receiver_scan_these(t->receiver, uids, 3, &t->err) == 3, "these three");
	expect(t, read_all(t, found, 3) == 2 && found[1] == t->uids[5], "two of them are there");
}

static void count(void *ctx, uint32_t uid)
{
	uint32_t *last_and_n = ctx;

	if (uid > last_and_n[0])
		last_and_n[1]++;
	last_and_n[0] = uid;
}

static void every_number_is_listed(struct trial *t, uint32_t n)
{
	uint32_t last_and_n[2] = {0};

	expect(t, receiver_list(t->receiver, count, last_and_n, &t->err) == (int)n, "the list's count");
	expect(t, last_and_n[1] == n && last_and_n[0] == t->uids[MESSAGES - 1], "the list, ascending");
}

static void acknowledging_again_is_no_error(struct trial *t)
{
	const uint32_t gone[] = {t->uids[0], t->uids[1], NOT_THERE};
	struct incoming *in = NULL;

	expect(t, receiver_scan(t->receiver, behind(t, t->uids[5]), &t->err) == MESSAGES - 6, "a scan");
	expect(t, receiver_acknowledge_begin(t->receiver, t->uids, 3, &t->err) == 0, "three are deleted");
	expect(t, receiver_next(t->receiver, &in, &t->err) == 1 && in->uid == t->uids[6], "a message meanwhile");
	incoming_free(in);
	expect(t, receiver_acknowledge_end(t->receiver, &t->err) == 0, "it is confirmed");
	if (receiver_is_snapshot(t->receiver)) {
		expect(t, receiver_noop(t->receiver, &t->err) == E_CLOSED && t->err.retry == RETRY_NOW, "it is over");
		open_anew(t);
	}
	expect(t, receiver_acknowledge(t->receiver, gone, 3, &t->err) == 0, "again");
	every_number_is_listed(t, MESSAGES - 3);
}

static void numbers_stay(struct trial *t)
{
	uint32_t uids[MESSAGES];

	open_anew(t);
	expect(t, receiver_scan(t->receiver, (struct position){0}, &t->err) == MESSAGES - 3, "nine are left");
	expect(t, read_all(t, uids, MESSAGES) == MESSAGES - 3, "and read");
	for (size_t i = 0; i < MESSAGES - 3; i++)
		expect(t, uids[i] == t->uids[i + 3], "under their numbers");
}

/* What can't be moved is refused without harm to the connection. */
static void moving_works_or_is_refused(struct trial *t)
{
	int r = receiver_move(t->receiver, t->uids + 3, 1, t->folder, &t->err);

	expect(t, r == 0 || (r == E_UNSUPPORTED && t->err.scope == SCOPE_FOLDER && t->err.retry == RETRY_NEVER),
	       "moved or refused for good");
	every_number_is_listed(t, MESSAGES - (r == 0 ? 4 : 3));
	expect(t, receiver_idle_start(t->receiver, &t->err) >= 0, "it idles, or says that it can't");
	expect(t, receiver_idle_stop(t->receiver, &t->err) >= 0, "and stops");
	expect(t, receiver_noop(t->receiver, &t->err) >= 0, "and lives");
}

static void a_wrong_password_is_final(struct trial *t)
{
	struct secret wrong CLEANUP(secret_done) = {0};
	struct receiver_options options = t->options;
	struct receiver *r = NULL;

	secret_set(&wrong, STR("wrong"));
	options.login.password = &wrong;
	expect(t, receiver_open(t->ops, &options, &r, &t->err) == E_AUTH, "it is an E_AUTH");
	expect(t, t->err.retry == RETRY_NEVER && t->err.scope == SCOPE_ACCOUNT, "for good, of the account");
}

static void run(struct trial *t)
{
	open_anew(t);
	everything_is_new_at_first(t);
	puts("ok everything_is_new_at_first");
	only_what_lies_behind_the_position_is_new(t);
	puts("ok only_what_lies_behind_the_position_is_new");
	an_unfinished_scan_is_forgotten(t);
	puts("ok an_unfinished_scan_is_forgotten");
	what_is_gone_comes_as_gone(t);
	puts("ok what_is_gone_comes_as_gone");
	every_number_is_listed(t, MESSAGES);
	puts("ok every_number_is_listed");
	acknowledging_again_is_no_error(t);
	puts("ok acknowledging_again_is_no_error");
	numbers_stay(t);
	puts("ok numbers_stay");
	moving_works_or_is_refused(t);
	puts("ok moving_works_or_is_refused");
}

/* Graph takes tokens alone: the password is one. */
static int password_as_token(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
                             struct error *err)
{
	(void)source;
	if (wish->refused)
		return fail(err, E_AUTH, RETRY_NEVER, "there is no other token");
	secret_set(ret_token, str_of(getenv("TOKEN")));
	return 0;
}

int main(int argc, char **argv)
{
	static struct token_source tokens = {.get = password_as_token};
	/* Another protocol is one more line, and a server in tests/test_receivers.py. */
	static const struct {
		const char *word;
		const struct receiver_ops *ops;
	} kinds[] = {{"imap", &imap_receiver}, {"pop3", &pop3_receiver}, {"graph", &graph_receiver}};
	struct receiver_names *names CLEANUP(names_freep) = names_memory_new();
	struct secret password CLEANUP(secret_done) = {0};
	struct trial t = {.options = {.folder = "INBOX", .after = AFTER_DELETE, .names = names, .batch_count = 5}};

	for (size_t i = 0; argc == 7 && i < ARRAY_LEN(kinds); i++)
		if (strcmp(argv[1], kinds[i].word) == 0)
			t.ops = kinds[i].ops;
	if (!t.ops)
		return 2;
	t.folder = argv[6];
	t.options.stream.host = argv[2];
	t.options.stream.port = (int)strtol(argv[3], NULL, 10);
	secret_set(&password, str_of(argv[5]));
	t.options.login = (struct login){.user = argv[4], .password = &password, .allow_insecure = true};
	if (getenv("TOKEN")) {
		t.options.login.tokens = &tokens;
		t.options.stream.policy = (struct tls_policy){.lowest = TLS_1_2, .truststore = getenv("TRUSTSTORE")};
	}
	run(&t);
	if (getenv("CHECKS_PASSWORDS")) {
		a_wrong_password_is_final(&t);
		puts("ok a_wrong_password_is_final");
	}
	receiver_close(t.receiver);
	return 0;
}
