/* A mail's text on its way into DATA: sizes, 8-bit, dots, line ends. */
#include "send/smtp/smtp.h"

#include "base/clock.h"
#include "base/mem.h"

#include "base/test.h"

#include <stdio.h>

/* clang-format off */
static const struct {
	struct str mime, sent;
	bool eight_bit, eight_bit_header, bare_ends;
} cases[] = {
	{STR_INIT(""), STR_INIT("")},
	{STR_INIT("a"), STR_INIT("a\r\n")},
	{STR_INIT("a\r\n"), STR_INIT("a\r\n")},
	{STR_INIT("."), STR_INIT("..\r\n")},
	{STR_INIT(".\r\n.\r\n..\r\n"), STR_INIT("..\r\n..\r\n...\r\n")},
	{STR_INIT("a.\r\nb\r\n\r\n."), STR_INIT("a.\r\nb\r\n\r\n..\r\n")},
	{STR_INIT("a\nb"), STR_INIT("a\r\nb\r\n"), .bare_ends = true},
	{STR_INIT("a\rb\r"), STR_INIT("a\r\nb\r\n"), .bare_ends = true},
	{STR_INIT("\n.\n"), STR_INIT("\r\n..\r\n"), .bare_ends = true},
	{STR_INIT("a\r\n.\nb\r\n"), STR_INIT("a\r\n..\r\nb\r\n"), .bare_ends = true},
	{STR_INIT("a\n.\r\nb\r\n"), STR_INIT("a\r\n..\r\nb\r\n"), .bare_ends = true},
	{STR_INIT("a\r.\r\nb\r\n"), STR_INIT("a\r\n..\r\nb\r\n"), .bare_ends = true},
	{STR_INIT("a\r\r\nb\n\r\n"), STR_INIT("a\r\n\r\nb\r\n\r\n"), .bare_ends = true},
	{STR_INIT("S: x\r\n\r\n1234567\xff\r\n"), STR_INIT("S: x\r\n\r\n1234567\xff\r\n"), .eight_bit = true},
	{STR_INIT("S: \xc3\xbc\r\n\r\nx\r\n"), STR_INIT("S: \xc3\xbc\r\n\r\nx\r\n"), .eight_bit = true, .eight_bit_header = true},
};
/* clang-format on */

static void texts_are_scanned_and_written(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
		struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR_NULL, &out);
		size_t stuffed = 0;
		struct mail_scan scan;
		struct error err;

		smtp_scan(cases[i].mime, &scan);
		assert_int_equal(scan.eight_bit, cases[i].eight_bit);
		assert_int_equal(scan.eight_bit_header, cases[i].eight_bit_header);
		assert_int_equal(scan.bare_ends, cases[i].bare_ends);
		assert_ok(smtp_write_mail(s, cases[i].mime, &scan, &err), &err);
		assert_ok(stream_flush(s, &err), &err);
		assert_int_equal(out.n, cases[i].sent.n);
		assert_memory_equal(buf_cstr(&out), cases[i].sent.p, cases[i].sent.n);
		for (size_t k = 0; k < out.n; k++)
			stuffed += out.p[k] == '.' && (k == 0 || out.p[k - 1] == '\n');
		assert_int_equal(scan.bytes, out.n - stuffed);
	}
}

/* A text of nothing but CR is read once, not once a line. */
static void hostile_line_ends_take_no_quadratic_time(void **state UNUSED)
{
	char *text CLEANUP(freep) = mem_new(MIB(4), 1);
	struct stream *s CLEANUP(stream_closep) = stream_of_memory(STR_NULL, NULL);
	int64_t began = clock_mono_ms();
	struct mail_scan scan;
	struct error err;

	memset(text, '\r', MIB(4));
	smtp_scan(str_new(text, MIB(4)), &scan);
	assert_int_equal(scan.bytes, 2 * MIB(4));
	assert_ok(smtp_write_mail(s, str_new(text, MIB(4)), &scan, &err), &err);
	assert_true(clock_mono_ms() - began < 30000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(texts_are_scanned_and_written),
	        cmocka_unit_test(hostile_line_ends_take_no_quadratic_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
