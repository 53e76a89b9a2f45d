/* mime: transfer encodings, charsets, HTML as text. */
#include "transfer.h"

#include "html_text.h"
#include "mime/charset.h"

#include "base/test.h"

static void broken_encodings_give_what_they_hold(void **state UNUSED)
{
	static const struct {
		enum transfer_encoding encoding;
		struct str body, want;
	} cases[] = {
	        {ENCODING_7BIT, STR_INIT("as is\r\n"), STR_INIT("as is\r\n")},
	        {ENCODING_BASE64, STR_INIT("aGVsbG8="), STR_INIT("hello")},
	        {ENCODING_BASE64, STR_INIT("aGVs\r\n bG8=\r\n"), STR_INIT("hello")},
	        {ENCODING_BASE64, STR_INIT("aGVsbG8"), STR_INIT("hello")},       /* padding missing */
	        {ENCODING_BASE64, STR_INIT("aGVsb"), STR_INIT("hel")},           /* cut */
	        {ENCODING_BASE64, STR_INIT("aA==\r\naQ==\r\n"), STR_INIT("hi")}, /* padded pieces */
	        {ENCODING_BASE64, STR_INIT("aGk=\r\n-- \r\nThe list footer\r\n"), STR_INIT("hi")},
	        {ENCODING_BASE64, STR_INIT("a*G!k="), STR_INIT("hi")}, /* foreign characters */
	        {ENCODING_BASE64, STR_INIT("aG-k_="), STR_INIT("hi")}, /* of the URL alphabet, too */
	        {ENCODING_BASE64, STR_INIT(""), STR_INIT("")},
	        {ENCODING_BASE64, STR_INIT("===="), STR_INIT("")},
	        {ENCODING_QP, STR_INIT("a=3Db=\r\nc"), STR_INIT("a=bc")},
	        {ENCODING_QP, STR_INIT("a=e4 \t\r\nb"), STR_INIT("a\xe4\r\nb")}, /* white space at a line's end */
	        {ENCODING_QP, STR_INIT("a= \nb"), STR_INIT("ab")},
	        {ENCODING_QP, STR_INIT("a=zz=4"), STR_INIT("a=zz=4")},
	        {ENCODING_QP, STR_INIT("a="), STR_INIT("a")},
	        {ENCODING_UUENCODE, STR_INIT("begin 644 x\r\n#0V%T\r\n`\r\nend\r\n"), STR_INIT("Cat")},
	        {ENCODING_UUENCODE, STR_INIT("begin 644 x\n#0V%"),
	         STR_INIT("Ca@")}, /* blanks at the end were stripped: zero bits */
	        {ENCODING_UUENCODE, STR_INIT("no begin"), STR_INIT("")},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf out CLEANUP(buf_done) = BUF_INIT(100);

		assert_true(transfer_decode(cases[i].encoding, cases[i].body, &out));
		if (!str_eq(buf_str(&out), cases[i].want))
			print_error("case %zu: \"" STR_FMT "\"\n", i, STR_ARG(buf_str(&out)));
		assert_true(str_eq(buf_str(&out), cases[i].want));
		assert_int_equal(transfer_size(cases[i].encoding, cases[i].body), cases[i].want.n);
	}
}

/* Counting takes strides that decoding doesn't: over letters in lines, with all that may stand between them. */
static void counting_agrees_with_decoding(void **state UNUSED)
{
	static const char letters[] = "ABCxyz019+/ABCxyz019+/ABCxyz019+/\r\n -_@[`{\x80\xff=.,:";
	char text[1000], decoded[sizeof text];
	uint32_t random = 1;

	for (size_t round = 0; round < 20000; round++) {
		size_t of_letters = round % 3 ? 33 : sizeof letters - 1, n = round % sizeof text;

		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			text[i] = letters[(random >> 16) % (random >> 28 ? of_letters : sizeof letters - 1)];
		}
		assert_int_equal(base64_size(str_new(text, n), NULL, NULL), base64_run(str_new(text, n), decoded));
	}
}

/* Quadratic behaviour would run into the test's time limit. */
static void a_million_paddings_are_read_in_one_pass(void **state UNUSED)
{
	struct buf body CLEANUP(buf_done) = BUF_INIT(MIB(8));

	for (int i = 0; i < 1000000; i++)
		buf_add(&body, STR("aA=="));
	assert_int_equal(transfer_size(ENCODING_BASE64, buf_str(&body)), 1000000);
}

static void charsets_mean_what_browsers_take_them_for(void **state UNUSED)
{
	static const struct {
		const char *label;
		struct str bytes;
		const char *want;
	} cases[] = {
	        {"utf-8", STR_INIT("\xc3\xa4"), "\xc3\xa4"},
	        {"utf-8", STR_INIT("a\xe4"), "a\xef\xbf\xbd"},
	        {"iso-8859-1", STR_INIT("\x80\xe4"), "\xe2\x82\xac\xc3\xa4"}, /* windows-1252 */
	        {"\"ISO-8859-15\"", STR_INIT("\xa4"), "\xe2\x82\xac"},
	        {"gb2312", STR_INIT("\x81\x30\x81\x30"), "\xc2\x80"}, /* gb18030 */
	        {"ks_c_5601-1987", STR_INIT("\xb0\xa1"), "\xea\xb0\x80"},
	        {"iso-2022-jp", STR_INIT("\033$B$\"\033(B"), "\xe3\x81\x82"},
	        {"iso-2022-jp", STR_INIT("\033$B-!\033(B"), "\xe2\x91\xa0"}, /* NEC's row 13 */
	        {"shift_jis", STR_INIT("\x87\x40"), "\xe2\x91\xa0"},
	        {"utf-7", STR_INIT("+AOQ-"), "\xc3\xa4"},
	        {"utf-16", STR_INIT("\xfe\xff\0a"), "a"},
	        {"utf-16le", STR_INIT("a\0"), "a"},
	        {"koi8-r", STR_INIT("\xd0"), "\xd0\xbf"},
	        {"big5", STR_INIT("\xa4\xa4"), "\xe4\xb8\xad"},
	        {"us-ascii", STR_INIT("\xc3\xa4"), "\xc3\xa4"}, /* can't be: guessed */
	        {"", STR_INIT("\xe4"), "\xc3\xa4"},
	        {"no-such-charset", STR_INIT("\xe4"), "\xc3\xa4"},
	        {"../../etc/passwd", STR_INIT("a"), "a"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str text = charset_to_utf8(arena, str_of(cases[i].label), cases[i].bytes);

		if (!str_eq(text, str_of(cases[i].want)))
			print_error("case %zu: %s: " STR_FMT "\n", i, cases[i].label, STR_ARG(text));
		assert_true(str_eq(text, str_of(cases[i].want)));
	}
}

static void pages_are_readable_as_text(void **state UNUSED)
{
	static const struct {
		const char *html, *want;
	} cases[] = {
	        {"<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"},
	        {"a   b\n c", "a b c"},
	        {"<div>a</div><div>b</div>", "a\nb"},
	        {"a &amp; b &lt;c&gt; &#228;&#xe4;&euro;&#128; &nosuch;",
	         "a & b <c> \xc3\xa4\xc3\xa4\xe2\x82\xac\xe2\x82\xac &nosuch;"},
	        {"<style>p{}</style><script>if (a<b) x()</script><title>t</title>x", "x"},
	        {"<!-- hidden <p> -->x<!DOCTYPE html>", "x"},
	        {"<a href=\"https://example.com/\">here</a>", "here <https://example.com/>"},
	        {"<a href=\"https://example.com/\">example.com</a>", "example.com"},
	        {"<ul><li>a</li><li>b</li></ul>", "* a\n* b"},
	        {"<ol><li>a<li>b</ol>c", "1. a\n2. b\n\nc"},
	        {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
	        {"x<blockquote>said<br>so</blockquote>y", "x\n\n> said\n> so\n\ny"},
	        {"<pre>a\n  b</pre>", "a\n  b"},
	        {"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
	        {"<p title=\"a>b\">x</p>", "x"},
	        {"<img alt=\"Logo\">", "Logo"},
	        {"<p", ""},
	        {"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str text = html_to_text(arena, str_of(cases[i].html));

		if (!str_eq(text, str_of(cases[i].want)))
			print_error("case %zu: %s\n\"" STR_FMT "\"\n", i, cases[i].html, STR_ARG(text));
		assert_true(str_eq(text, str_of(cases[i].want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(broken_encodings_give_what_they_hold),
	        cmocka_unit_test(counting_agrees_with_decoding),
	        cmocka_unit_test(a_million_paddings_are_read_in_one_pass),
	        cmocka_unit_test(charsets_mean_what_browsers_take_them_for),
	        cmocka_unit_test(pages_are_readable_as_text),
	};
	return cmocka_run_group_tests_name("mime/transfer", tests, NULL, NULL);
}
