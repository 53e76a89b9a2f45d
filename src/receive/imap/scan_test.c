/* Folders as large as they come: a scan and a list stay small in memory, whatever the server's lines look like. */
#include "receive/imap/session.h"

#include "base/mem.h"

#include "base/test.h"

enum { MESSAGES = 300000 };

static void put_selected(struct buf *input)
{
	buf_printf(input, "* PREAUTH [CAPABILITY IMAP4rev1] x\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nH1 OK x\r\n",
	           MESSAGES);
}

static void open_on(struct buf *input, struct receiver **ret)
{
	const struct receiver_options options = {.stream.host = "localhost", .folder = "INBOX"};
	struct error err;

	assert_false(input->failed);
	assert_ok(imap_open_on(stream_of_memory(buf_str(input), NULL), &options, ret, &err), &err);
}

static void a_scan_needs_16_bytes_a_message_at_most(void **state UNUSED)
{
	struct buf input CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	struct error err;

	put_selected(&input);
	for (unsigned i = MESSAGES; i > 0; i--) /* backwards, and the first one twice */
		buf_printf(&input, "* %u FETCH (UID %u RFC822.SIZE %u)\r\n", i, i * 3, i);
	buf_add(&input, STR("* 1 FETCH (UID 3 FLAGS ())\r\nH2 OK x\r\n"));
	open_on(&input, &r);
	assert_int_equal(receiver_scan(r, (struct position){7, 0}, &err), MESSAGES);

	const struct imap *imap = (struct imap *)r;
	assert_true(imap->candidates_size * sizeof *imap->candidates <= (size_t)MESSAGES * 16);
	for (size_t i = 0; i < MESSAGES; i++)
		assert_true(imap->candidates[i].uid == (i + 1) * 3 && imap->candidates[i].size == i + 1);
}

static void add_up(void *ctx, uint32_t uid)
{
	uint64_t *sum = ctx;

	*sum += uid;
}

static void a_list_may_be_one_line_of_megabytes(void **state UNUSED)
{
	struct buf input CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	uint64_t sum = 0;
	struct error err;

	put_selected(&input);
	buf_add(&input, STR("* SEARCH"));
	for (unsigned i = 1; i <= MESSAGES; i++)
		buf_printf(&input, " %u", i * 3);
	buf_add(&input, STR("\r\nH2 OK x\r\n"));
	open_on(&input, &r);
	assert_int_equal(receiver_list(r, add_up, &sum, &err), MESSAGES);
	assert_true(sum == 3ull * MESSAGES * (MESSAGES + 1) / 2);
}

static void an_acknowledgement_of_many_is_cut_into_short_lines(void **state UNUSED)
{
	enum { N = 20000 };
	struct buf input CLEANUP(buf_done) = BUF_INIT(MIB(64)), output CLEANUP(buf_done) = BUF_INIT(MIB(64));
	const struct receiver_options options = {.stream.host = "localhost", .folder = "INBOX", .after = AFTER_SEEN};
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	uint32_t *uids CLEANUP(freep) = mem_new(N, sizeof *uids);
	struct str sent, line;
	size_t commands = 0;
	struct error err;

	put_selected(&input);
	for (unsigned i = 0; i < N; i++)
		uids[N - 1 - i] = 1000000 + i * 2;
	for (unsigned i = 2; i < 100; i++)
		buf_printf(&input, "H%u OK x\r\n", i);
	assert_ok(imap_open_on(stream_of_memory(buf_str(&input), &output), &options, &r, &err), &err);
	assert_ok(receiver_acknowledge(r, uids, N, &err), &err);
	sent = buf_str(&output);
	while (str_split(&sent, '\n', &line)) {
		assert_true(line.n < IMAP_COMMAND_MAX);
		commands += str_find(line, STR("UID STORE 1")) >= 0;
	}
	assert_int_equal(commands, N * 8 / (IMAP_COMMAND_MAX - 430) + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_scan_needs_16_bytes_a_message_at_most),
	        cmocka_unit_test(a_list_may_be_one_line_of_megabytes),
	        cmocka_unit_test(an_acknowledgement_of_many_is_cut_into_short_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
