/* cli: pages for people. */
#include "cli/page.h"

#include <locale.h>
#include <stdlib.h>

#include "base/test.h"

static void colours_are_for_those_who_want_them(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
	enum page_color color;
	struct page page;

	assert_true(page_color_parse("always", &color) && color == PAGE_COLOR_ALWAYS);
	assert_false(page_color_parse("green", &color));
	page = page_new(&out, PAGE_COLOR_ALWAYS);
	page_text(&page, PAGE_BAD, STR("no"));
	page_text(&page, PAGE_PLAIN, STR(" matter"));
	assert_str(buf_str(&out), "\x1b[31mno\x1b[0m matter");
	buf_clear(&out);
	page = (struct page){.out = &out};
	page_text(&page, PAGE_BAD, STR("no\x1b[31m"));
	assert_str(buf_str(&out), "no⟨U+001B⟩[31m");
}

static void letters_that_act_are_shown_as_numbers(void **state UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	        {"plain ä 日本 \U0001f600", "plain ä 日本 \U0001f600"},
	        {"a\tb\nc\r\nd\re", "a b c  d⟨U+000D⟩e"},
	        {"\u202egpj\u2069\u200f", "⟨U+202E⟩gpj⟨U+2069⟩⟨U+200F⟩"},
	        {"\xc2\x85\xc2\x9b\x7f", "⟨U+0085⟩⟨U+009B⟩⟨U+007F⟩"},
	        {"\xff\xc3", "\ufffd\ufffd"},
	        {"\xed\xa0\x80", "\ufffd\ufffd\ufffd"}, /* half of a pair */
	        {"\U000e0041", "⟨U+E0041⟩"},            /* tags: nothing is seen of them */
	        {"ab\u200d", "ab\u200d"},               /* joins letters, as scripts need it */
	};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct page page = {.out = &out};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		buf_clear(&out);
		page_text(&page, PAGE_PLAIN, str_of(cases[i].text));
		assert_str(buf_str(&out), cases[i].want);
	}
}

static void long_lines_are_broken_between_words(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct page page = {.out = &out, .width = 24};

	page_lines(&page, PAGE_PLAIN, 2,
	           STR("one two three four five six seven\n\nhttps://example.com/a/very/long/address x"));
	assert_str(buf_str(&out),
	           "  one two three four\n  five six seven\n\n  https://example.com/a/very/long/address\n  x\n");
	buf_clear(&out);
	page.width = 0;
	page_lines(&page, PAGE_PLAIN, 0, STR("one two three four five six seven"));
	assert_str(buf_str(&out), "one two three four five six seven\n");
}

static void sizes_read_well(void **state UNUSED)
{
	char room[24];

	assert_string_equal(page_size(0, room), "0 bytes");
	assert_string_equal(page_size(1, room), "1 byte");
	assert_string_equal(page_size(1234, room), "1.2 KB");
	assert_string_equal(page_size(12345678, room), "12.3 MB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(colours_are_for_those_who_want_them),
	        cmocka_unit_test(letters_that_act_are_shown_as_numbers),
	        cmocka_unit_test(long_lines_are_broken_between_words),
	        cmocka_unit_test(sizes_read_well),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("cli/page", tests, NULL, NULL);
}
