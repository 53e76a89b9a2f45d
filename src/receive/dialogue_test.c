/* A receiver against a scripted server: every dialogue of imap/imap.dialogues or pop3/pop3.dialogues is one test.
 *
 * Its "with:" lines are options, then calls, in order; its "outcome:" lines are what the calls bring, in order:
 *
 *	with: security starttls | tls | none    preset none, which is allowed here
 *	with: user NAME / password TEXT / folder NAME / after leave|seen|delete|move [FOLDER]
 *	with: token / disable MECHANISM         logs in by tokens: "one", and when that is refused "two"
 *	with: batch N / max N / strict          messages of one FETCH, bytes of one message, no insecure login
 *	with: listen                            on a port, so that there can be several connections (accept)
 *	with: open / close                      open; names and numbers outlive a connection
 *	with: scan VALIDITY:UID                 scan N
 *	with: read                              whole UID SIZE RAW-BYTES [seen] | too-large … | gone UID; "end"
 *	with: next                              one of these
 *	with: ack UIDS / ack-begin UIDS / ack-end          ack
 *	with: list [SINCE BEFORE]               list UIDS; between two days
 *	with: append / append-look [FOLDER]     (else \Sent) append: "Hello"; append-found where it was there already
 *	with: idle-start / idle-ready / idle-stop / noop   idle-start 1 …
 *	with: poke                              sends the line "poke", for the script to go on at that
 *	with: park                              waits until the descriptor is readable
 *
 * A call that fails brings "error WORD RETRY SCOPE: TEXT", TEXT being a part of the error's text. */
#include "receive/imap/session.h"
#include "receive/names_memory.h"
#include "receive/pop3/session.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/dialogue/dialogue.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/test.h"

/* What a dialogue waits for comes at once, unless it ends in a timeout. There a machine that stalls may give up some
 * steps too early: such a dialogue is played again with more patience. */
#define PATIENCE_MS       20000
#define SHORT_PATIENCE_MS 300

struct play {
	const struct dialogue *dialogue;
	struct receiver_options options;
	struct secret password;
	struct token_source tokens;
	struct player *player;
	struct receiver *receiver;
	struct receiver_names *names;
	bool listens;
	int fd, port, patience_ms;
	size_t outcome;        /* the next to come */
	char difference[1000]; /* "" while all is well */
};

static struct certificates *certificates;

static int give_token(struct token_source *source UNUSED, const struct token_wish *wish, struct secret *ret_token,
                      struct error *err UNUSED)
{
	secret_set(ret_token, wish->refused ? STR("two") : STR("one"));
	return 0;
}

/* ---------------------------------------------------------------- outcomes */

static void mismatch(struct play *play, const char *what)
{
	const char *want = dialogue_outcome(play->dialogue, play->outcome);

	if (*play->difference) /* the first one counts */
		return;
	snprintf(play->difference, sizeof play->difference, "%s: outcome %zu: expected \"%.400s\", came \"%.400s\"",
	         dialogue_name(play->dialogue), play->outcome + 1, want ? want : "(nothing)", what);
}

static void outcome(struct play *play, const char *what)
{
	const char *want = dialogue_outcome(play->dialogue, play->outcome);

	if (!want || strcmp(want, what) != 0)
		mismatch(play, what);
	play->outcome++;
}

/* The head must be equal, the text contained. */
static void outcome_error(struct play *play, const struct error *err)
{
	static const char *const retries[] = {"never", "later", "now"}, *const scopes[] = {"account", "folder",
	                                                                                   "message"};
	const char *want = dialogue_outcome(play->dialogue, play->outcome);
	char head[64], what[400];
	size_t n;

	snprintf(head, sizeof head, "error %s %s %s: ", error_word(err->code), retries[err->retry], scopes[err->scope]);
	n = strlen(head);
	snprintf(what, sizeof what, "%s%s", head, err->text);
	if (!want || strncmp(want, head, n) != 0 || !strstr(err->text, want + n) || strlen(want) == n)
		mismatch(play, what);
	play->outcome++;
}

static void outcome_of(struct play *play, const char *call, int rc, const struct error *err)
{
	char text[80];

	if (rc < 0)
		outcome_error(play, err);
	else {
		snprintf(text, sizeof text, "%s %d", call, rc);
		outcome(play, text);
	}
}

/* ---------------------------------------------------------------- calls */

static int open_on(struct stream *stream, const struct receiver_options *options, struct receiver **ret,
                   struct error *err)
{
	return IS_POP3 ? pop3_open_on(stream, options, ret, err) : imap_open_on(stream, options, ret, err);
}

static struct stream *connect_to_player(struct play *play)
{
	struct stream_options options = {.host = "127.0.0.1", .io_timeout_ms = play->patience_ms};
	struct stream *stream = NULL;
	struct error err;

	if (!play->listens) {
		play->player = player_pair(play->dialogue, certificates, &play->fd);
		return stream_of_fd(play->fd, play->patience_ms);
	}
	if (!play->player)
		play->player = player_listen(play->dialogue, certificates, &play->port);
	options.port = play->port;
	assert_ok(stream_connect(&options, &stream, &err), &err);
	return stream;
}

static void call_open(struct play *play)
{
	struct error err;

	if (open_on(connect_to_player(play), &play->options, &play->receiver, &err) < 0)
		outcome_error(play, &err);
	else
		outcome(play, "open");
}

static void call_close(struct play *play)
{
	receiver_close(play->receiver);
	play->receiver = NULL;
}

static void call_scan(struct play *play, struct str arg)
{
	struct position from;
	struct error err;
	uint64_t validity = 0, uid = 0;
	struct str first;

	assert_true(str_split(&arg, ':', &first) && str_to_uint(first, UINT32_MAX, &validity) &&
	            str_to_uint(arg, UINT32_MAX, &uid));
	from = (struct position){(uint32_t)validity, (uint32_t)uid};
	outcome_of(play, "scan", receiver_scan(play->receiver, from, &err), &err);
}

/* Every byte of a message is looked at, so that a sanitizer sees a view that leads nowhere. */
static void outcome_message(struct play *play, const struct incoming *in)
{
	static const char *const kinds[] = {"whole", "too-large"};
	char text[160];
	size_t letters = 0;

	for (size_t i = 0; i < in->raw.n; i++)
		letters += in->raw.p[i] != '\0';
	assert_int_equal(letters, in->raw.n);
	assert_int_equal(in->uidvalidity, receiver_uidvalidity(play->receiver));
	if (in->kind == INCOMING_FAILED) {
		outcome_error(play, in->fault);
		return;
	}
	if (in->kind == INCOMING_GONE)
		snprintf(text, sizeof text, "gone %u", in->uid);
	else
		snprintf(text, sizeof text, "%s %u %llu %zu%s", kinds[in->kind], in->uid, (unsigned long long)in->size,
		         in->raw.n, in->seen ? " seen" : "");
	outcome(play, text);
}

static int call_next(struct play *play, struct error *err)
{
	struct incoming *in = NULL;
	int rc = receiver_next(play->receiver, &in, err);

	if (rc < 0)
		outcome_error(play, err);
	else if (rc == 0)
		outcome(play, "end");
	else
		outcome_message(play, in);
	incoming_free(in);
	return rc;
}

static void call_read(struct play *play)
{
	struct error err;
	int rc;

	do
		rc = call_next(play, &err);
	while (rc > 0);
}

#define MAX_UIDS 64

static size_t read_uids(struct str arg, uint32_t uids[MAX_UIDS])
{
	struct str word;
	size_t n = 0;
	uint64_t uid;

	while (str_split(&arg, ',', &word)) {
		assert_true(n < MAX_UIDS && str_to_uint(word, UINT32_MAX, &uid));
		uids[n++] = (uint32_t)uid;
	}
	return n;
}

static void call_scan_these(struct play *play, struct str arg)
{
	struct error err;
	uint32_t uids[MAX_UIDS];
	char text[32];
	int n = receiver_scan_these(play->receiver, uids, read_uids(arg, uids), &err);

	if (n < 0) {
		outcome_error(play, &err);
		return;
	}
	snprintf(text, sizeof text, "scan %d", n);
	outcome(play, text);
}

/* "UID,UID… FOLDER" */
static void call_move(struct play *play, struct str arg)
{
	char *folder CLEANUP(freep) = NULL;
	struct str uids_word;
	struct error err;
	uint32_t uids[MAX_UIDS];
	size_t n;

	assert_true(str_split(&arg, ' ', &uids_word));
	folder = str_dup(arg);
	n = read_uids(uids_word, uids);
	outcome_of(play, "move", receiver_move(play->receiver, uids, n, folder, &err), &err);
}

static void call_ack(struct play *play, struct str arg,
                     int (*ack)(struct receiver *, const uint32_t *, size_t, struct error *))
{
	struct error err;
	uint32_t uids[MAX_UIDS];
	size_t n = read_uids(arg, uids);

	outcome_of(play, "ack", ack(play->receiver, uids, n, &err), &err);
}

static void add_uid(void *ctx, uint32_t uid)
{
	buf_printf(ctx, " %u", uid);
}

/* "SINCE BEFORE", days; "": all. */
static void call_list(struct play *play, struct str days)
{
	struct buf uids CLEANUP(buf_done) = BUF_INIT(KIB(4));
	char *since_day CLEANUP(freep) = NULL;
	int64_t since = 0, before = 0;
	struct str word;
	struct error err;
	int rc;

	if (str_split(&days, ' ', &word) && word.n) {
		since_day = str_dup(word);
		assert_true(clock_parse_day(since_day, &since) && clock_parse_day(days.p, &before));
	}
	buf_add(&uids, STR("list"));
	rc = since ? receiver_search_days(play->receiver, since, before, add_uid, &uids, &err)
	           : receiver_list(play->receiver, add_uid, &uids, &err);
	if (rc < 0)
		outcome_error(play, &err);
	else
		outcome(play, buf_cstr(&uids));
}

static void call_append(struct play *play, const char *folder, bool look_first)
{
	const struct receiver_append what = {.folder = folder,
	                                     .hint = "",
	                                     .mime = STR("Hello\r\n"),
	                                     .message_ident = "a@b",
	                                     .look_first = look_first};
	struct error err;
	int rc = receiver_append(play->receiver, &what, &err);

	if (rc < 0)
		outcome_error(play, &err);
	else
		outcome(play, rc ? "append-found" : "append");
}

static void call_park(struct play *play)
{
	struct pollfd socket = {.fd = receiver_fd(play->receiver), .events = POLLIN};

	assert_int_equal(poll(&socket, 1, PATIENCE_MS), 1);
}

static bool call(struct play *play, struct str verb, struct str arg)
{
	struct receiver *r = play->receiver;
	struct error err;

	if (str_eq(verb, STR("open")))
		call_open(play);
	else if (str_eq(verb, STR("close")))
		call_close(play);
	else if (str_eq(verb, STR("scan")))
		call_scan(play, arg);
	else if (str_eq(verb, STR("scan-these")))
		call_scan_these(play, arg);
	else if (str_eq(verb, STR("move")))
		call_move(play, arg);
	else if (str_eq(verb, STR("next")))
		call_next(play, &err);
	else if (str_eq(verb, STR("read")))
		call_read(play);
	else if (str_eq(verb, STR("ack")))
		call_ack(play, arg, receiver_acknowledge);
	else if (str_eq(verb, STR("ack-begin")))
		call_ack(play, arg, receiver_acknowledge_begin);
	else if (str_eq(verb, STR("ack-end")))
		outcome_of(play, "ack", receiver_acknowledge_end(r, &err), &err);
	else if (str_eq(verb, STR("list")))
		call_list(play, arg);
	else if (str_eq(verb, STR("append")) || str_eq(verb, STR("append-look")))
		call_append(play, arg.n ? arg.p : "\\Sent", str_eq(verb, STR("append-look")));
	else if (str_eq(verb, STR("park")))
		call_park(play);
	else if (str_eq(verb, STR("poke")))
		assert_int_equal(write(play->fd, "poke\r\n", 6), 6);
	else if (str_eq(verb, STR("idle-start")))
		outcome_of(play, "idle-start", receiver_idle_start(r, &err), &err);
	else if (str_eq(verb, STR("idle-ready")))
		outcome_of(play, "idle-ready", receiver_idle_ready(r, &err), &err);
	else if (str_eq(verb, STR("idle-stop")))
		outcome_of(play, "idle-stop", receiver_idle_stop(r, &err), &err);
	else if (str_eq(verb, STR("noop")))
		outcome_of(play, "noop", receiver_noop(r, &err), &err);
	else
		return false;
	return true;
}

/* ---------------------------------------------------------------- options */

static uint64_t number(struct str text)
{
	uint64_t value = 0;

	assert_true(str_to_uint(text, INT32_MAX, &value));
	return value;
}

static int index_of(struct str word, const char *const words[], int n)
{
	for (int i = 0; i < n; i++)
		if (str_eq(word, str_of(words[i])))
			return i;
	assert_true(false && "a word of the dialogue is not known");
	return 0;
}

/* `arg` is the end of a C string. */
static bool option(struct play *play, struct str verb, struct str arg)
{
	static const char *const securities[] = {"none", "starttls", "tls"}, *const afters[] = {"leave", "seen",
	                                                                                        "delete", "move"};
	struct receiver_options *o = &play->options;
	struct str word;

	if (str_eq(verb, STR("security")))
		o->security = (enum security)index_of(arg, securities, 3);
	else if (str_eq(verb, STR("user")))
		o->login.user = arg.p;
	else if (str_eq(verb, STR("password")))
		secret_set(&play->password, arg);
	else if (str_eq(verb, STR("folder")))
		o->folder = arg.p;
	else if (str_eq(verb, STR("after")) && str_split(&arg, ' ', &word)) {
		o->after = (enum after)index_of(word, afters, 4);
		o->after_folder = arg.p;
	} else if (str_eq(verb, STR("batch")))
		o->batch_count = (int)number(arg);
	else if (str_eq(verb, STR("max")))
		o->max_message_bytes = number(arg);
	else if (str_eq(verb, STR("listen")))
		play->listens = true;
	else if (str_eq(verb, STR("strict")))
		o->login.allow_insecure = false;
	else if (str_eq(verb, STR("token")))
		o->login.tokens = &play->tokens;
	else if (str_eq(verb, STR("disable")))
		o->login.disabled |= SASL_BIT(sasl_mechanism_find(arg));
	else
		return false;
	return true;
}

/* ---------------------------------------------------------------- playing */

static void init_play(struct play *play, const struct dialogue *dialogue, int patience_ms)
{
	*play = (struct play){.dialogue = dialogue,
	                      .tokens.get = give_token,
	                      .names = IS_POP3 ? names_memory_new() : NULL,
	                      .patience_ms = patience_ms};
	secret_set(&play->password, STR("secret"));
	play->options = (struct receiver_options){
	        .stream = {.host = "localhost",
	                   .port = 143,
	                   .policy = {.lowest = TLS_1_2, .truststore = certificates_ca_file(certificates)}},
	        .login.user = "anna",
	        .login.password = &play->password,
	        .folder = "INBOX",
	        .after = IS_POP3 ? AFTER_LEAVE : AFTER_SEEN,
	        .names = play->names,
	        .step_timeout_ms = MAX(play->patience_ms, 1000),
	        .login.allow_insecure = true,
	};
}

static void call_all(struct play *play)
{
	const char *line;

	for (size_t i = 0; !*play->difference && (line = dialogue_with(play->dialogue, i)); i++) {
		struct str arg = str_of(line), verb = STR_NULL;

		assert_true(str_split(&arg, ' ', &verb));
		if (!option(play, verb, arg) && !call(play, verb, arg)) {
			print_error("%s: \"%s\" is not known\n", dialogue_name(play->dialogue), line);
			assert_true(false && "with");
		}
	}
	if (!*play->difference && dialogue_outcome(play->dialogue, play->outcome))
		mismatch(play, "(nothing more)");
}

static bool ends_in_timeout(const struct dialogue *dialogue)
{
	const char *outcome;

	for (size_t i = 0; (outcome = dialogue_outcome(dialogue, i)); i++)
		if (strncmp(outcome, "error timeout ", 14) == 0)
			return true;
	return false;
}

static void keeps_the_dialogue(void **state)
{
	int patience_ms = ends_in_timeout(*state) ? SHORT_PATIENCE_MS : PATIENCE_MS;
	char difference[600] = "";
	struct play play;

	for (;; patience_ms *= 4) {
		init_play(&play, *state, patience_ms);
		call_all(&play);
		receiver_close(play.receiver);
		names_free(play.names);
		secret_done(&play.password);
		if (play.player)
			player_finish_text(play.player, difference, sizeof difference);
		if ((!*difference && !*play.difference) || patience_ms * 4 > PATIENCE_MS)
			break;
	}
	if (*difference || *play.difference)
		FAIL_CASE("%s\n%s", difference, play.difference);
}

int main(void)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_load(DIALOGUES);
	size_t n = dialogue_count(set);
	struct CMUnitTest *tests CLEANUP(freep) = mem_new(n, sizeof *tests);
	int failures;

	certificates = certificates_new();
	sasl_fix_nonce("rOprNGfwEbeRWgbNEkqO");
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
		        .name = dialogue_name(dialogue_at(set, i)),
		        .test_func = keeps_the_dialogue,
		        .initial_state = (void *)(uintptr_t)dialogue_at(set, i),
		};
	failures = _cmocka_run_group_tests(IS_POP3 ? "pop3 dialogues" : "imap dialogues", tests, n, NULL, NULL);
	certificates_free(certificates);
	return failures;
}
