/* A hostile POP3 server: the first byte chooses options, the rest is what it says, whatever we ask. Every message that
 * comes is looked at to its last byte, and must be one the scan announced, in ascending order. */
#include "receive/names_memory.h"
#include "receive/pop3/session.h"

#include "auth/test_tokens.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop_line(enum log_level level UNUSED, const char *line UNUSED)
{
}

static void check_uid(void *ctx, uint32_t uid)
{
	uint32_t *last = ctx;

	must(uid > *last);
	*last = uid;
}

static void read_messages(struct receiver *r)
{
	uint32_t last = 0;
	struct error err;
	int rc;

	do {
		struct incoming *in CLEANUP(incoming_freep) = NULL;
		size_t nuls = 0;

		rc = receiver_next(r, &in, &err);
		if (rc <= 0)
			break;
		check_uid(&last, in->uid);
		must((in->kind == INCOMING_FAILED) == (in->fault != NULL));
		for (size_t i = 0; i < in->raw.n; i++)
			nuls += in->raw.p[i] == '\0';
		must(nuls <= in->raw.n);
	} while (rc > 0);
}

static void drop_uid(void *ctx UNUSED, uint32_t uid UNUSED)
{
}

static void run_session(struct receiver *r)
{
	static const uint32_t uids[] = {1, 2, 3, 7, 9};
	const struct position from = {receiver_uidvalidity(r), 0};
	uint32_t last = 0;
	struct error err;

	must(receiver_list(r, check_uid, &last, &err) >= 0);
	if (receiver_search_days(r, 1, 0, drop_uid, NULL, &err) < 0 && err.code != E_UNSUPPORTED)
		return;
	if (receiver_scan(r, from, &err) >= 0)
		read_messages(r);
	if (receiver_scan_these(r, uids, ARRAY_LEN(uids), &err) >= 0)
		read_messages(r);
	if (receiver_noop(r, &err) < 0 || receiver_acknowledge_begin(r, uids, 3, &err) < 0)
		return;
	last = 0;
	if (receiver_acknowledge_end(r, &err) == 0 && receiver_list(r, check_uid, &last, &err) >= 0)
		must(receiver_idle_start(r, &err) <= 0);
}

/* By password in clear, or by token over what counts as TLS. */
static void connect_once(struct str input, struct receiver_options *options, uint8_t choice)
{
	struct test_tokens tokens = TEST_TOKENS(choice & 32);
	struct stream *stream = stream_of_memory(input, NULL);
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	struct error err;

	if (choice & 16) {
		options->login.tokens = &tokens.source;
		stream_memory_as_tls(stream);
	}
	if (pop3_open_on(stream, options, &r, &err) == 0)
		run_session(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct receiver_names *names CLEANUP(names_freep) = names_memory_new();
	struct secret password CLEANUP(secret_done) = {0};
	uint8_t choice = size ? data[0] : 0;
	struct receiver_options options = {
	        .stream.host = "localhost",
	        .login.user = "anna",
	        .login.password = &password,
	        .login.allow_insecure = true,
	        .after = choice & 1 ? AFTER_DELETE : AFTER_LEAVE,
	        .batch_count = choice & 2 ? 1 : 3,
	        .max_message_bytes = choice & 4 ? 10 : 0,
	        .names = names,
	};

	log_set_sink(drop_line);
	secret_set(&password, STR("secret"));
	if (size < 1)
		return 0;
	for (int i = 0; i < (choice & 8 ? 2 : 1); i++) /* again: with the names of before */
		connect_once(str_new(data + 1, size - 1), &options, choice);
	return 0;
}
