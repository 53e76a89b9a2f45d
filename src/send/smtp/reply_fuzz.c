/* Any bytes as the answers of an SMTP server to a session that logs in and sends three messages. Whatever it says,
 * every item that was sent or is uncertain had its dot announced, and a session that ends well leaves no item open. */
#include "send/smtp/smtp.h"

#include "base/mem.h"

#define ITEMS      3
#define RECIPIENTS 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_dot(void *ctx, struct outgoing *item, struct error *err)
{
	bool *dots = ctx;

	(void)err;
	dots[item->id] = true;
	return 0;
}

static void check(const struct outgoing *item, bool dot, int rc)
{
	if (item->outcome == OUTCOME_SENT || item->outcome == OUTCOME_UNCERTAIN)
		must(dot);
	if (rc == 0)
		must(item->outcome != OUTCOME_PENDING && item->outcome != OUTCOME_UNCERTAIN);
	if (item->outcome != OUTCOME_PENDING)
		for (size_t i = 0; i < item->recipient_count; i++)
			must(item->recipients[i].outcome != OUTCOME_PENDING);
	must(item->outcome == OUTCOME_PENDING || str_is_utf8(str_of(item->answer)));
}

static void send_items(struct sender *sender, struct arena *arena, const bool *dots)
{
	struct recipient recipients[ITEMS][RECIPIENTS] = {0};
	struct outgoing items[ITEMS] = {0}, *list[ITEMS];
	struct error err;
	int rc;

	for (size_t i = 0; i < ITEMS; i++) {
		items[i] = (struct outgoing){
		        .id = (int64_t)i,
		        .envelope_from = "anna@here.example",
		        .recipients = recipients[i],
		        .recipient_count = RECIPIENTS,
		        .mime = i == 1 ? STR("Subject: gr\xc3\xbcn\n\n.\r") : STR("Subject: x\r\n\r\n.\r\n"),
		        .arena = arena,
		};
		recipients[i][0].address = "bob@there.example";
		recipients[i][1].address = i == 2 ? "j\xc3\xb6rg@there.example" : "carl@there.example";
		list[i] = &items[i];
	}
	rc = sender_send(sender, list, ITEMS, &err);
	for (size_t i = 0; i < ITEMS; i++)
		check(&items[i], dots[i], rc);
}

/* The first byte says whether there is a log-in; the rest are answers. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct secret password CLEANUP(secret_done) = {0};
	struct buf output CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct sender *sender CLEANUP(sender_closep) = NULL;
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
	struct error err;

	secret_set(&password, STR("secret"));
	if (smtp_begin(&options, stream_of_memory(answers, &output), &sender, &err) == 0)
		send_items(sender, arena, dots);
	return 0;
}
