/* The tokenizer of server responses: what it makes of right, sloppy and hostile ones. */
#include "receive/imap/reader.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>

#include "base/test.h"

/* Reads all responses and writes their tokens as text: atoms as they are, strings in quotes, literals as <bytes>, "/"
 * at the end. */
static void tokens_of(struct str input, struct buf *out, struct error *err)
{
	struct stream *stream CLEANUP(stream_closep) = stream_of_memory(input, NULL);
	struct imap_reader rd CLEANUP(imap_reader_done);
	struct imap_token token;
	char text[KIB(4)];

	imap_reader_init(&rd, stream);
	err->code = 0;
	while (imap_reader_next(&rd, err) == 0) {
		do {
			if (imap_token(&rd, &token, err) < 0)
				return;
			if (token.kind == TOKEN_LITERAL) {
				assert_true(token.size <= sizeof text);
				if (imap_literal_read(&rd, text, (size_t)token.size, err) < 0)
					return;
				buf_printf(out, "<%.*s> ", (int)token.size, text);
			} else if (token.kind == TOKEN_STRING) {
				buf_printf(out, "\"" STR_FMT "\" ", STR_ARG(token.text));
			} else if (token.kind == TOKEN_ATOM) {
				buf_printf(out, STR_FMT " ", STR_ARG(token.text));
			} else {
				buf_add_cstr(out, token.kind == TOKEN_OPEN    ? "( "
				                  : token.kind == TOKEN_CLOSE ? ") "
				                                              : "/");
			}
		} while (token.kind != TOKEN_END);
	}
}

static void reads_right_and_sloppy_responses(void **state UNUSED)
{
	static const struct {
		const char *input, *tokens;
	} cases[] = {
	        {"* OK hello\r\n", "* OK hello /"},
	        {"* 1 FETCH (UID 7 FLAGS (\\Seen))\n", "* 1 FETCH ( UID 7 FLAGS ( \\Seen ) ) /"},
	        {"* 1 FETCH (BODY[HEADER.FIELDS (A \"B\")]<0> NIL)\r\n",
	         "* 1 FETCH ( BODY[HEADER.FIELDS (A \"B\")]<0> NIL ) /"},
	        {"a \"b \\\"c\\\\\" \"\" d\r\n", "a \"b \"c\\\" \"\" d /"},
	        {"a \"never closed\r\n", "a \"never closed\" /"},
	        {"a \"ends in\\\r\n", "a \"ends in\" /"},
	        {"a {3}\r\nx)y b\r\n", "a <x)y> b /"},
	        {"a {3+}\r\nxyz\r\n", "a <xyz> /"},
	        {"a ~{3}\r\nxyz)\r\n", "a <xyz> ) /"},
	        {"a {0}\r\n b\r\n", "a <> b /"},
	        {"a {2}\r\n{2{1}\r\nq\r\n", "a <{2> <q> /"},
	        {"a {3} b\r\n", "a {3} b /"},
	        {"a {} {x}\r\n", "a {} {x} /"},
	        {"a {99999999999999999999}\r\n", "a {99999999999999999999} /"},
	        {"  a\t b  \r\n", "a b /"},
	        {"\r\n", "/"},
	        {")) (\r\n", ") ) ( /"},
	        {"[] [a b\r\n", "[] [a b /"},
	        {"a\r\nb\r\n", "a /b /"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
		struct error err;

		tokens_of(str_of(cases[i].input), &out, &err);
		assert_string_equal(buf_cstr(&out), cases[i].tokens);
		assert_int_equal(err.code, E_CLOSED);
	}
}

static void a_literal_cut_short_is_an_error(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct error err;

	tokens_of(STR("a {5}\r\nabc"), &out, &err);
	assert_string_equal(buf_cstr(&out), "a ");
	assert_int_equal(err.code, E_CLOSED);
}

static void every_size_is_bounded(void **state UNUSED)
{
	struct buf input CLEANUP(buf_done) = BUF_INIT(MIB(4)), out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct error err;

	for (int i = 0; i <= IMAP_DEPTH_MAX; i++)
		buf_add(&input, STR("("));
	buf_add(&input, STR("\r\n"));
	tokens_of(buf_str(&input), &out, &err);
	assert_int_equal(err.code, E_LIMIT);

	buf_clear(&input);
	for (int i = 0; i <= IMAP_LINES_MAX; i++)
		buf_add(&input, STR("{1}\r\nx"));
	tokens_of(buf_str(&input), &out, &err);
	assert_int_equal(err.code, E_LIMIT);

	buf_clear(&input);
	for (int i = 0; i <= IMAP_LINE_MAX; i++)
		buf_add(&input, STR("x"));
	buf_add(&input, STR("\r\n"));
	tokens_of(buf_str(&input), &out, &err);
	assert_int_equal(err.code, E_LIMIT);
}

/* Begins at the first token behind `input`'s first word and leaves that value out; the next token must be "next". */
static void skips_to_next(const char *input)
{
	struct stream *stream CLEANUP(stream_closep) = stream_of_memory(str_of(input), NULL);
	struct imap_reader rd CLEANUP(imap_reader_done);
	struct imap_token token;
	struct error err;

	imap_reader_init(&rd, stream);
	assert_ok(imap_reader_next(&rd, &err), &err);
	assert_ok(imap_token(&rd, &token, &err), &err);
	assert_ok(imap_skip_value(&rd, &token, &err), &err);
	assert_ok(imap_token(&rd, &token, &err), &err);
	assert_str(token.text, "next");
}

static void leaves_out_whole_values(void **state UNUSED)
{
	skips_to_next("atom next\r\n");
	skips_to_next("\"a b\" next\r\n");
	skips_to_next("(a (b \"c)\") {2}\r\n)) d) next\r\n");
	skips_to_next("{2}\r\nxx next\r\n");
	skips_to_next("() next\r\n");
	skips_to_next("(({3}\r\nabc) {1}\r\nx) next\r\n");
}

static void reads_response_codes(void **state UNUSED)
{
	static const struct {
		const char *input, *code, *arguments, *text;
	} cases[] = {
	        {" [ALERT] hi there", "ALERT", "", "hi there"},
	        {" [UIDVALIDITY 17] ok", "UIDVALIDITY", "17", "ok"},
	        {" [PERMANENTFLAGS (\\Seen \\*)]", "PERMANENTFLAGS", "(\\Seen \\*)", ""},
	        {" plain text", "", "", "plain text"},
	        {" [never closed", "", "", "[never closed"},
	        {" []", "", "", ""},
	        {"", "", "", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct imap_reader rd = {.line = cursor_of(str_of(cases[i].input))};
		struct str code, arguments;

		imap_response_code(&rd, &code, &arguments);
		assert_str(code, cases[i].code);
		assert_str(arguments, cases[i].arguments);
		assert_str(imap_text(&rd), cases[i].text);
	}
}

static void reads_dates(void **state UNUSED)
{
	static const char *const wrong[] = {"",
	                                    "17-Jul-1996",
	                                    "17-Xxx-1996 02:44:25 -0700",
	                                    "17-Jul-1996 02:44:25 0700",
	                                    "17-Jul-1996 02:44:25 -0700x",
	                                    "17-Jul-96 02:44:25 -0700",
	                                    "-7-Jul-1996 02:44:25 -0700"};
	int64_t at = 0;

	assert_true(imap_parse_date(STR("17-Jul-1996 02:44:25 -0700"), &at));
	assert_int_equal(at, clock_from_civil(1996, 7, 17, 9, 44, 25));
	assert_true(imap_parse_date(STR(" 7-feb-2026 00:00:00 +0130"), &at));
	assert_int_equal(at, clock_from_civil(2026, 2, 6, 22, 30, 0));
	assert_true(imap_parse_date(STR("7-Feb-2026 00:00:00 +0000"), &at));
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(imap_parse_date(str_of(wrong[i]), &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_right_and_sloppy_responses),
	        cmocka_unit_test(a_literal_cut_short_is_an_error),
	        cmocka_unit_test(every_size_is_bounded),
	        cmocka_unit_test(leaves_out_whole_values),
	        cmocka_unit_test(reads_response_codes),
	        cmocka_unit_test(reads_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
