/* The SMTP sender against the servers of smtp.dialogues, whose notes say how to send and what must come of it. */
#include "send/sender.h"

#include "auth/sasl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "net/dialogue/dialogue.h"

#include "base/test.h"

#include <sched.h>
#include <stdio.h>

#define MAX_ITEMS      8
#define MAX_RECIPIENTS 4

/* What a dialogue waits for comes at once, unless it is "short": that ends in a timeout. There a machine that stalls
 * may give up some steps too early: such a dialogue is played again with more patience. */
#define PATIENCE_MS       20000
#define SHORT_PATIENCE_MS 150

static struct certificates *certificates;
static struct dialogue_set *set;

/* One dialogue's test: what the notes ask for and what was seen. */
struct run {
	const struct dialogue *dialogue;
	struct arena *arena;
	struct sender_options options;
	struct secret password;
	struct token_source tokens;
	struct outgoing items[MAX_ITEMS];
	struct outgoing *item_list[MAX_ITEMS];
	size_t item_count;
	int dots;
	bool refusing_dot, alive;
	int open_rc, send_rc;
	struct error open_err, send_err;
	bool is_short;
	int short_ms;          /* the patience where it is */
	char difference[1000]; /* "" while all is well */
};

/* ---------------------------------------------------------------- notes */

static struct str next_word(struct str *rest)
{
	struct str word = STR_NULL;

	str_split(rest, ' ', &word);
	return word;
}

static size_t number(struct str text)
{
	uint64_t n;

	must(str_to_uint(text, 1 << 30, &n));
	return (size_t)n;
}

static const char *unescaped(struct run *run, struct str text)
{
	struct str bytes;

	must(dialogue_unescape(run->arena, text, &bytes));
	return bytes.p;
}

static int on_dot(void *ctx, struct outgoing *item UNUSED, struct error *err)
{
	struct run *run = ctx;

	run->dots++;
	return run->refusing_dot ? fail(err, E_STORE, RETRY_LATER, "no mark") : 0;
}

static void set_recipients(struct run *run, struct str addresses)
{
	struct str list = addresses, address;
	const char *names[MAX_RECIPIENTS];
	size_t n = 0;

	while (str_split(&list, ' ', &address)) {
		must(n < MAX_RECIPIENTS);
		names[n++] = unescaped(run, address);
	}
	for (size_t i = 0; i < MAX_ITEMS; i++) {
		run->items[i].recipients = ARENA_ARRAY(run->arena, struct recipient, n);
		run->items[i].recipient_count = n;
		for (size_t k = 0; k < n; k++)
			run->items[i].recipients[k].address = names[k];
	}
}

static void set_text(struct run *run, struct str text)
{
	for (size_t i = 0; i < MAX_ITEMS; i++)
		run->items[i].mime = text;
}

static struct str large_text(struct run *run, size_t n)
{
	char *text = arena_bytes(run->arena, n);

	for (size_t i = 0; i < n; i++)
		text[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
	memcpy(text + n - 2, "\r\n", 2);
	if (text[n - 3] == '\r')
		text[n - 3] = 'x';
	return str_new(text, n);
}

static int give_token(struct token_source *source UNUSED, const struct token_wish *wish, struct secret *ret_token,
                      struct error *err UNUSED)
{
	secret_set(ret_token, wish->refused ? STR("two") : STR("one"));
	return 0;
}

static void apply_note(struct run *run, struct str note)
{
	struct sender_options *o = &run->options;
	struct str rest = note, word = next_word(&rest);

	if (str_eq(note, STR("starttls")))
		o->security = SECURITY_STARTTLS;
	else if (str_eq(note, STR("tls")))
		o->security = SECURITY_TLS;
	else if (str_eq(note, STR("user")) || str_eq(note, STR("user, encrypted only"))) {
		o->login.user = "anna";
		o->login.allow_insecure = str_eq(note, STR("user"));
	} else if (str_eq(note, STR("token"))) {
		o->login.user = "anna";
		o->login.tokens = &run->tokens;
	} else if (str_eq(word, STR("disable"))) {
		o->login.disabled |= SASL_BIT(sasl_mechanism_find(rest));
	} else if (str_eq(word, STR("items")))
		run->item_count = number(rest);
	else if (str_eq(word, STR("to")))
		set_recipients(run, rest);
	else if (str_eq(word, STR("from")))
		for (size_t i = 0; i < MAX_ITEMS; i++)
			run->items[i].envelope_from = str_eq(rest, STR("-")) ? "" : unescaped(run, rest);
	else if (str_eq(word, STR("id")))
		for (size_t i = 0; i < MAX_ITEMS; i++)
			run->items[i].envelope_id = unescaped(run, rest);
	else if (str_eq(word, STR("text"))) {
		struct str bytes;

		must(dialogue_unescape(run->arena, rest, &bytes));
		set_text(run, bytes);
	} else if (str_eq(word, STR("large")))
		set_text(run, large_text(run, number(rest)));
	else if (str_eq(word, STR("unended")))
		set_text(run, str_slice(large_text(run, number(rest) + 2), 0, number(rest)));
	else if (str_eq(note, STR("short"))) {
		run->is_short = true;
		o->step_timeout_ms = o->dot_timeout_ms = o->stream.io_timeout_ms = run->short_ms;
	} else if (str_eq(note, STR("no pipelining")))
		o->no_pipelining = true;
	else if (str_eq(note, STR("no chunking")))
		o->no_chunking = true;
	else if (str_eq(note, STR("refusing dot")))
		run->refusing_dot = true;
	else
		must(false && "known note");
}

static void prepare(struct run *run)
{
	const char *note;

	run->options = (struct sender_options){
	        .stream = {.host = "127.0.0.1",
	                   .policy = {.lowest = TLS_1_2, .truststore = certificates_ca_file(certificates)},
	                   .connect_timeout_ms = PATIENCE_MS,
	                   .io_timeout_ms = PATIENCE_MS},
	        .security = SECURITY_NONE,
	        .login.user = "",
	        .login.password = &run->password,
	        .helo_name = "client.example",
	        .step_timeout_ms = PATIENCE_MS,
	        .dot_timeout_ms = PATIENCE_MS,
	        .before_dot = on_dot,
	        .before_dot_ctx = run,
	};
	secret_set(&run->password, STR("secret"));
	run->tokens.get = give_token;
	run->item_count = 1;
	for (size_t i = 0; i < MAX_ITEMS; i++) {
		run->items[i] = (struct outgoing){
		        .id = (int64_t)i + 1, .envelope_from = "anna@here.example", .arena = run->arena};
		run->item_list[i] = &run->items[i];
	}
	set_recipients(run, STR("bob@there.example"));
	set_text(run, STR("Subject: hi\r\n\r\nhello\r\n"));
	for (size_t i = 0; (note = dialogue_with(run->dialogue, i)); i++)
		apply_note(run, str_of(note));
}

/* ---------------------------------------------------------------- outcomes */

static const char *const outcome_words[] = {"pending", "sent", "later", "failed", "uncertain"};
static const char *const retry_words[] = {"never", "later", "now"};

static void compare(struct run *run, const char *note, struct str want, struct str got)
{
	if (str_starts(got, want))
		return;
	snprintf(run->difference, sizeof run->difference, "%s: want \"%.400s\", got \"%.*s\"",
	         dialogue_name(run->dialogue), note, (int)MIN(got.n, (size_t)400), got.p);
}

/* "WORD RETRY text": the text may stand anywhere in the error. */
static void compare_error(struct run *run, const char *note, struct str want, int rc, const struct error *err)
{
	struct str rest = want, word = next_word(&rest), retry = next_word(&rest);
	struct str got =
	        rc < 0 ? arena_printf(run->arena, "%s %s %s", error_word(rc), retry_words[err->retry], err->text)
	               : STR("ok");
	bool same = rc < 0 ? str_eq(word, str_of(error_word(err->code))) &&
	                             str_eq(retry, str_of(retry_words[err->retry])) &&
	                             str_find(str_of(err->text), rest) >= 0
	                   : str_eq(want, STR("ok"));

	if (!same)
		compare(run, note, want, got);
}

static void compare_answer(struct run *run, const char *note, struct str want, enum outcome outcome, int code,
                           const char *answer)
{
	struct str rest = want, word = next_word(&rest), code_word = next_word(&rest);
	struct str got = arena_printf(run->arena, "%s %d %s", outcome_words[outcome], code, answer ? answer : "");

	if (!str_eq(word, str_of(outcome_words[outcome])) || number(code_word) != (size_t)code ||
	    (rest.n && str_find(str_of(answer), rest) < 0))
		compare(run, note, want, got);
}

static void check_outcome(struct run *run, const char *note)
{
	struct str rest = str_of(note), word = next_word(&rest);

	if (str_eq(word, STR("open"))) {
		compare_error(run, note, rest, run->open_rc, &run->open_err);
	} else if (str_eq(word, STR("send"))) {
		compare_error(run, note, rest, run->send_rc, &run->send_err);
	} else if (str_eq(word, STR("item"))) {
		const struct outgoing *item = &run->items[number(next_word(&rest)) - 1];

		compare_answer(run, note, rest, item->outcome, item->code, item->answer);
	} else if (str_eq(word, STR("to"))) {
		struct str place = next_word(&rest), item = STR_NULL;
		const struct recipient *to;

		str_split(&place, '.', &item);
		to = &run->items[number(item) - 1].recipients[number(place) - 1];
		compare_answer(run, note, rest, to->outcome, to->code, to->answer);
	} else if (str_eq(word, STR("dots"))) {
		compare(run, note, rest, arena_printf(run->arena, "%d", run->dots));
	} else if (str_eq(word, STR("dead"))) {
		compare(run, note, word, run->alive ? STR("alive") : STR("dead"));
	} else {
		must(false && "known outcome");
	}
}

static bool is_send_said(const struct run *run)
{
	const char *note;

	for (size_t i = 0; (note = dialogue_outcome(run->dialogue, i)); i++)
		if (strncmp(note, "send ", 5) == 0)
			return true;
	return false;
}

/* ---------------------------------------------------------------- playing */

static void send_all(struct run *run)
{
	struct sender *sender = NULL;

	run->open_rc = sender_open(&smtp_sender, &run->options, &sender, &run->open_err);
	if (run->open_rc == 0) {
		run->send_rc = sender_send(sender, run->item_list, run->item_count, &run->send_err);
		run->alive = run->send_rc < 0 && sender_is_alive(sender);
	}
	sender_close(sender);
}

static void check_outcomes(struct run *run)
{
	const char *note;
	size_t i;

	for (i = 0; !*run->difference && (note = dialogue_outcome(run->dialogue, i)); i++)
		check_outcome(run, note);
	assert_true(i > 0);
	if (!*run->difference && run->open_rc == 0 && !is_send_said(run))
		check_outcome(run, "send ok");
}

/* Whether to play it once more. */
static bool play(const struct dialogue *dialogue, int short_ms)
{
	struct run run = {.dialogue = dialogue, .short_ms = short_ms, .arena = arena_new()};
	struct player *player;
	char difference[600];
	bool again;

	prepare(&run);
	player = player_listen(dialogue, certificates, &run.options.stream.port);
	send_all(&run);
	player_finish_text(player, difference, sizeof difference);
	check_outcomes(&run);
	again = (*difference || *run.difference) && run.is_short && short_ms * 5 < PATIENCE_MS;
	if (!again && (*difference || *run.difference))
		FAIL_CASE("%s\n%s\nopen: %s\nsend: %s\n", difference, run.difference,
		          run.open_rc < 0 ? run.open_err.text : "ok", run.send_rc < 0 ? run.send_err.text : "ok");
	secret_done(&run.password);
	arena_free(run.arena);
	return again;
}

static void every_dialogue_has_its_outcome(void **state UNUSED)
{
	assert_true(dialogue_count(set) >= 60);
	for (size_t i = 0; i < dialogue_count(set); i++)
		for (int short_ms = SHORT_PATIENCE_MS; play(dialogue_at(set, i), short_ms);)
			short_ms *= 5;
}

/* ---------------------------------------------------------------- what no dialogue says */

static void add_line(void *ctx, const char *line)
{
	buf_add_cstr(ctx, line);
	buf_add_char(ctx, '\n');
}

static void the_transcript_has_no_password_and_no_mail(void **state UNUSED)
{
	struct buf seen CLEANUP(buf_done) = BUF_INIT(KIB(16));
	struct run run = {.dialogue = dialogue_find(set, "smtps")};
	struct player *player;

	run.arena = arena_new();
	prepare(&run);
	run.options.transcript = add_line;
	run.options.transcript_ctx = &seen;
	player = player_listen(run.dialogue, certificates, &run.options.stream.port);
	send_all(&run);
	player_finish(player);
	assert_non_null(strstr(buf_cstr(&seen), "C: AUTH PLAIN <secret>\nS: 235"));
	assert_non_null(strstr(buf_cstr(&seen), "S: 354 go\nC: <22 bytes>\nC: .\n"));
	assert_null(strstr(buf_cstr(&seen), "AGFub"));
	assert_null(strstr(buf_cstr(&seen), "hello"));
	secret_done(&run.password);
	arena_free(run.arena);
}

static void an_idle_connection_that_was_closed_is_not_alive(void **state UNUSED)
{
	static const char script[] =
	        "== idle\nS: 220 x\nC: EHLO <*>\nS: 250 x\nC: MAIL <*>\nS: 550 no\nS: 421 idle too long\ncut\n";
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = dialogue_set_parse("idle", script);
	struct run run = {.dialogue = dialogue_at(own, 0)};
	struct sender *sender = NULL;
	struct player *player;
	struct error err;

	run.arena = arena_new();
	prepare(&run);
	player = player_listen(run.dialogue, NULL, &run.options.stream.port);
	assert_ok(sender_open(&smtp_sender, &run.options, &sender, &err), &err);
	assert_true(sender_is_alive(sender));
	assert_ok(sender_send(sender, run.item_list, 1, &err), &err);
	for (int64_t until = clock_mono_ms() + PATIENCE_MS; sender_is_alive(sender) && clock_mono_ms() < until;)
		sched_yield(); /* until the 421 has come through the loopback */
	assert_false(sender_is_alive(sender));
	assert_int_equal(sender_send(sender, run.item_list, 1, &err), E_CLOSED);
	assert_int_equal(err.retry, RETRY_NOW);
	assert_int_equal(run.items[0].outcome, OUTCOME_PENDING);
	sender_close(sender);
	player_finish(player);
	secret_done(&run.password);
	arena_free(run.arena);
}

/* 120 recipients go in groups of 50; those that have their answer from an earlier try aren't asked for. */
static void many_recipients_go_in_groups(void **state UNUSED)
{
	struct buf script CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = NULL;
	struct recipient recipients[120] = {0};
	struct run run = {0};
	struct player *player;

	buf_add_cstr(
	        &script,
	        "== many\nS: 220 x\nC: EHLO <*>\nS-raw: 250-x\\r\\n250 PIPELINING\\r\\n\nC: MAIL <*>\nS: 250 ok\n");
	run.arena = arena_new();
	for (int i = 0; i < 120; i++) {
		recipients[i].address = arena_printf(run.arena, "r%d@there.example", i).p;
		if (i == 7)
			recipients[i].outcome = OUTCOME_SENT;
		else
			buf_printf(&script, "C: RCPT TO:<r%d@there.example>\n", i);
		if (i == 50 || i == 100 || i == 119)
			for (int k = i == 50 ? 50 : i == 100 ? 50 : 19; k > 0; k--)
				buf_add_cstr(&script, "S: 250 ok\n");
	}
	buf_add_cstr(&script, "C: DATA\nS: 354 go\nC-until: .\nS: 250 ok\nC: QUIT\n");
	own = dialogue_set_parse("many", buf_cstr(&script));
	run.dialogue = dialogue_at(own, 0);
	prepare(&run);
	run.items[0].recipients = recipients;
	run.items[0].recipient_count = 120;
	player = player_listen(run.dialogue, NULL, &run.options.stream.port);
	send_all(&run);
	player_finish(player);
	assert_int_equal(run.items[0].outcome, OUTCOME_SENT);
	assert_int_equal(recipients[119].code, 250);
	assert_int_equal(recipients[7].code, 0);
	secret_done(&run.password);
	arena_free(run.arena);
}

static void nobody_to_send_to_is_a_failure(void **state UNUSED)
{
	struct run run = {.dialogue = dialogue_find(set, "too-large")};
	struct player *player;

	run.arena = arena_new();
	prepare(&run);
	run.items[0].recipient_count = 0;
	player = player_listen(run.dialogue, NULL, &run.options.stream.port);
	send_all(&run);
	player_finish(player);
	assert_int_equal(run.items[0].outcome, OUTCOME_FAILED);
	assert_string_equal(run.items[0].answer, "there is no recipient");
	secret_done(&run.password);
	arena_free(run.arena);
}

static void an_address_literal_greets_where_no_name_is_set(void **state UNUSED)
{
	static const char script[] =
	        "== literal\nS: 220 x\nC: EHLO [127.0.0.1]\nS: 250 x\nC: MAIL <*>\nS: 550 no\nC: QUIT\n";
	struct dialogue_set *own CLEANUP(dialogue_set_freep) = dialogue_set_parse("literal", script);
	struct run run = {.dialogue = dialogue_at(own, 0)};
	struct player *player;

	run.arena = arena_new();
	prepare(&run);
	run.options.helo_name = "";
	player = player_listen(run.dialogue, NULL, &run.options.stream.port);
	send_all(&run);
	player_finish(player);
	assert_int_equal(run.items[0].outcome, OUTCOME_FAILED);
	secret_done(&run.password);
	arena_free(run.arena);
}

static int setup(void **state UNUSED)
{
	certificates = certificates_new();
	sasl_fix_nonce("rOprNGfwEbeRWgbNEkqO");
	set = dialogue_set_load(SMTP_DIALOGUES);
	return 0;
}

static int teardown(void **state UNUSED)
{
	tls_forget_contexts();
	dialogue_set_free(set);
	certificates_free(certificates);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_dialogue_has_its_outcome),
	        cmocka_unit_test(the_transcript_has_no_password_and_no_mail),
	        cmocka_unit_test(an_idle_connection_that_was_closed_is_not_alive),
	        cmocka_unit_test(many_recipients_go_in_groups),
	        cmocka_unit_test(nobody_to_send_to_is_a_failure),
	        cmocka_unit_test(an_address_literal_greets_where_no_name_is_set),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
