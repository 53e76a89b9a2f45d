/* Any bytes as the answers of an SMTP server to a session that logs in and sends three messages. Whatever it says,
 * every item that was sent or is uncertain had its dot announced, and a session that ends well leaves no item open. */
#include "send/smtp/smtp.h"

#include "auth/test_tokens.h"

#define ITEMS      3
#define RECIPIENTS 2
#define LARGE      (MIB(2) + 100) /* three chunks */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_dot(void *ctx, struct outgoing *item, struct error *err)
{
	bool *dots = ctx;

	(void)err;
	dots[item->id] = true;
	return 0;
}

/* What asks for a report may be left over once: the server offered that and refuses it. */
static void check(const struct outgoing *item, bool dot, int rc, bool is_first)
{
	bool may_wait = is_first && item->envelope_id;

	if (item->outcome == OUTCOME_SENT || item->outcome == OUTCOME_UNCERTAIN)
		must(dot);
	if (rc == 0)
		must((item->outcome != OUTCOME_PENDING || may_wait) && item->outcome != OUTCOME_UNCERTAIN);
	if (item->outcome != OUTCOME_PENDING)
		for (size_t i = 0; i < item->recipient_count; i++)
			must(item->recipients[i].outcome != OUTCOME_PENDING);
	must(item->outcome == OUTCOME_PENDING || str_is_utf8(str_of(item->answer)));
}

/* Made once: a fuzzer calls often. */
static struct str large_mail(void)
{
	static char text[LARGE];

	if (!text[0])
		memset(text, 'x', sizeof text);
	return str_new(text, sizeof text);
}

/* What was left is given to the connection again, as the outbox does. */
static int send_pending(struct sender *sender, struct outgoing **list, const bool *dots)
{
	struct outgoing *left[ITEMS];
	struct error err;
	size_t n = 0;
	int rc = sender_send(sender, list, ITEMS, &err);

	for (size_t i = 0; i < ITEMS; i++) {
		check(list[i], dots[i], rc, true);
		if (list[i]->outcome == OUTCOME_PENDING)
			left[n++] = list[i];
	}
	if (rc < 0 || !n)
		return rc;
	rc = sender_send(sender, left, n, &err);
	for (size_t i = 0; i < n; i++)
		check(left[i], dots[left[i]->id], rc, false);
	return rc;
}

static void send_items(struct sender *sender, uint8_t choice, struct arena *arena, const bool *dots)
{
	struct recipient recipients[ITEMS][RECIPIENTS] = {0};
	struct outgoing items[ITEMS] = {0}, *list[ITEMS];
	struct error err;

	for (size_t i = 0; i < ITEMS; i++) {
		items[i] = (struct outgoing){
		        .id = (int64_t)i,
		        .envelope_from = "anna@here.example",
		        .envelope_id = choice & 8 ? "x7k2m@here.example" : NULL,
		        .recipients = recipients[i],
		        .recipient_count = RECIPIENTS,
		        .mime = i == 1       ? STR("Subject: gr\xc3\xbcn\n\n.\r")
		                : choice & 4 ? large_mail()
		                             : STR("Subject: x\r\n\r\n.\r\n"),
		        .arena = arena,
		};
		recipients[i][0].address = "bob@there.example";
		recipients[i][1].address = i == 2 ? "j\xc3\xb6rg@there.example" : "carl@there.example";
		list[i] = &items[i];
	}
	if (send_pending(sender, list, dots) >= 0 && choice & 16 &&
	    sender_try_envelope(sender, "anna@here.example", "bob@there.example", &err) < 0)
		must(err.code && err.text[0]);
}

/* The first byte says whether there is a log-in, whether answers wait to be asked for, whether mail is large, asks for
 * reports, whether an envelope is tried behind it, and whether the log-in is by token; the rest are answers. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct secret password CLEANUP(secret_done) = {0};
	struct buf output CLEANUP(buf_done) = BUF_INIT(MIB(8));
	struct sender *sender CLEANUP(sender_closep) = NULL;
	struct test_tokens tokens = TEST_TOKENS(size && data[0] & 64);
	bool dots[ITEMS] = {false};
	struct sender_options options = {
	        .stream = {.host = "mx.example", .port = 587},
	        .security = SECURITY_NONE,
	        .login.user = size && data[0] & 1 ? "anna" : "",
	        .login.password = &password,
	        .helo_name = "client.example",
	        .login.allow_insecure = true,
	        .before_dot = on_dot,
	        .before_dot_ctx = dots,
	};
	struct str answers = str_slice(str_new(data, size), 1, size);
	struct stream *stream;
	struct error err;

	secret_set(&password, STR("secret"));
	stream = stream_of_memory(answers, &output);
	if (size && data[0] & 2)
		stream_memory_waits(stream);
	if (size && data[0] & 32) {
		options.login.tokens = &tokens.source;
		stream_memory_as_tls(stream);
	}
	if (smtp_begin(&options, stream, &sender, &err) == 0)
		send_items(sender, size ? data[0] : 0, arena, dots);
	return 0;
}
