/* A hostile IMAP server: the first byte chooses options, a '@' behind it a log-in by token, the rest is what it says,
 * whatever we ask. Every message that comes is looked at to its last byte, and must be one the scan announced, in
 * ascending order. */
#include "receive/imap/session.h"

#include "auth/test_tokens.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop_line(enum log_level level UNUSED, const char *line UNUSED)
{
}

static void drop_uid(void *ctx, uint32_t uid)
{
	uint32_t *last = ctx;

	must(uid > *last);
	*last = uid;
}

static void check_message(const struct incoming *in, uint32_t *last)
{
	size_t nuls = 0;

	must(in->uid > *last);
	*last = in->uid;
	for (size_t i = 0; i < in->raw.n; i++)
		nuls += in->raw.p[i] == '\0';
	must(nuls <= in->raw.n);
}

static int read_messages(struct receiver *r, struct error *err)
{
	uint32_t last = 0;
	int rc;

	do {
		struct incoming *in CLEANUP(incoming_freep) = NULL;

		rc = receiver_next(r, &in, err);
		if (rc > 0)
			check_message(in, &last);
	} while (rc > 0 || (rc < 0 && err->scope == SCOPE_MESSAGE));
	return rc < 0 && err->scope == SCOPE_ACCOUNT ? rc : 0;
}

/* Goes on after what isn't the end of the session, as a listener does. */
static bool is_over(int rc, const struct error *err)
{
	return rc < 0 && err->scope == SCOPE_ACCOUNT;
}

static void run_session(struct receiver *r)
{
	static const uint32_t uids[] = {1, 2, 3, 7, 9};
	struct position from = {receiver_uidvalidity(r), 0};
	uint32_t last = 0;
	struct error err;

	if (is_over(receiver_scan(r, from, &err), &err) ||
	    is_over(receiver_acknowledge_begin(r, uids, 2, &err), &err) || is_over(read_messages(r, &err), &err) ||
	    is_over(receiver_acknowledge_end(r, &err), &err) ||
	    is_over(receiver_acknowledge(r, uids, ARRAY_LEN(uids), &err), &err) ||
	    is_over(receiver_list(r, drop_uid, &last, &err), &err) || is_over(receiver_idle_start(r, &err), &err) ||
	    is_over(receiver_idle_ready(r, &err), &err) || is_over(receiver_idle_stop(r, &err), &err))
		return;
	from.uid = 2;
	if (is_over(receiver_noop(r, &err), &err) || is_over(receiver_scan(r, from, &err), &err))
		return;
	if (is_over(read_messages(r, &err), &err))
		return;
	last = 0;
	if (is_over(receiver_search_days(r, 1795000000000, 1795200000000, drop_uid, &last, &err), &err) ||
	    is_over(receiver_scan_these(r, uids, ARRAY_LEN(uids), &err), &err) || is_over(read_messages(r, &err), &err))
		return;
	is_over(receiver_move(r, uids, 2, "Failed/x", &err), &err);
}

/* Filing: where the server says that sent mail belongs, or in a folder that an earlier try may have used. */
static void run_filing(struct receiver *r, bool is_named)
{
	const struct receiver_append what = {.folder = is_named ? "Out" : "",
	                                     .hint = "Sent",
	                                     .mime = STR("Subject: x\r\n\r\nHello\r\n"),
	                                     .message_ident = "a@b",
	                                     .look_first = is_named};
	struct error err;

	for (int i = 0; i < 2; i++)
		if (is_over(receiver_append(r, &what, &err), &err))
			return;
}

static void see_folder(void *ctx, struct str name)
{
	size_t *folders = ctx;

	must(str_is_utf8(name) && ++*folders <= 1000);
}

/* By password in clear, or by token over what counts as TLS. */
static int open_session(struct str input, struct receiver_options *options, struct test_tokens *tokens,
                        struct receiver **ret_receiver, struct error *err)
{
	bool by_token = input.n && input.p[0] == '@';
	struct stream *stream = stream_of_memory(str_slice(input, by_token, input.n), NULL);

	if (by_token) {
		options->login.tokens = &tokens->source;
		stream_memory_as_tls(stream);
	}
	return imap_open_on(stream, options, ret_receiver, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	struct secret password CLEANUP(secret_done) = {0};
	uint8_t choice = size ? data[0] : 0;
	struct test_tokens tokens = TEST_TOKENS(choice & 32);
	size_t folders = 0;
	struct receiver_options options = {
	        .stream.host = "localhost",
	        .login.user = "anna",
	        .login.password = &password,
	        .folder = choice & 4 ? choice & 64 ? "\\Junk" : "Entw/\xc3\xbcrfe" : "INBOX",
	        .after = choice & 3,
	        .after_folder = choice & 128 ? "\\Archive" : "Done",
	        .batch_count = choice & 8 ? 1 : 3,
	        .max_message_bytes = choice & 16 ? 10 : 0,
	        .login.allow_insecure = true,
	        .list_folders = choice & 64 ? see_folder : NULL,
	        .list_folders_ctx = &folders,
	};
	struct error err;

	log_set_sink(drop_line);
	secret_set(&password, choice & 32 ? STR("se\xc3\xbc") : STR("secret"));
	if (size < 1)
		return 0;
	if (open_session(str_new(data + 1, size - 1), &options, &tokens, &r, &err) < 0)
		return 0;
	if (choice & 128)
		run_filing(r, choice & 64);
	else
		run_session(r);
	return 0;
}
