/* mime: HTML as text for people. */
#include "mime/html_text.h"

#include "base/buf.h"
#include "base/clock.h"

#include "base/test.h"

struct page_case {
	const char *html, *want;
};

static void check(const struct page_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str text = html_to_text(arena, str_of(cases[i].html));

		if (!str_eq(text, str_of(cases[i].want)))
			print_error("%s\ngives \"" STR_FMT "\"\n", cases[i].html, STR_ARG(text));
		assert_str(text, cases[i].want);
	}
}

static void paragraphs_and_lines(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        {"<p>One</p><p>Two</p>", "One\n\nTwo"},
	        {"One<br>Two<br><br><br><br>Three", "One\nTwo\n\nThree"},
	        {"<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"},
	        {"<p>One</p><p>&nbsp;</p><p>&nbsp;</p><p>Two</p>", "One\n\nTwo"}, /* as Outlook leaves lines empty */
	        {"<div>One</div><div>&nbsp;</div><div>Two</div>", "One\n\nTwo"},
	        {"One<br>&nbsp;&nbsp;Two&nbsp;&nbsp;x", "One\n\xc2\xa0\xc2\xa0Two\xc2\xa0\xc2\xa0x"},
	        {"<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"},
	        {"<dl><dt>Term<dd>Meaning</dl>", "Term\n  Meaning"},
	        {"a<button>Push</button>b<textarea>c</textarea>", "a Push b c"},
	        {"<style>p{}</style><script>x</script><title>t</title><!--[if mso]>no<![endif]-->yes", "yes"},
	};

	check(cases, ARRAY_LEN(cases));
}

static void lists(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        {"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", "* a\n* b\n  * c\n* d\n\ne"},
	        {"<ol start=3><li>a<li>b<li value=9>c<li>d</ol>", "3. a\n4. b\n9. c\n10. d"},
	        {"<ol><li>a<ol><li>b</ol><li>c</ol>", "1. a\n  1. b\n2. c"},
	        {"<p><![if !supportLists]><span>&middot;<span>&nbsp;&nbsp; </span></span><![endif]>one</p>"
	         "<p><![if !supportLists]>&middot;&nbsp; <![endif]>two</p><p>x</p>",
	         "* one\n* two\n\nx"},
	        {"<p><![if !supportLists]>1.<span>&nbsp;&nbsp; </span><![endif]>one</p>", "1. one"},
	        {"<p><![if !supportLists]>one", "one"},
	        {"<p><![if !supportLists]>b)<span>&nbsp; </span><![endif]>two", "b) two"},
	        {"<p><![if !supportLists]>o<span>&nbsp; </span><![endif]>round",
	         "* round"}, /* a circle of Courier New */
	};

	check(cases, ARRAY_LEN(cases));
}

static void quotes_keep_their_depth(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        {"a<blockquote>b<p>c</p><blockquote><p>d</p><p>e</p></blockquote>f</blockquote>g",
	         "a\n\n> b\n>\n> c\n>\n>> d\n>>\n>> e\n>\n> f\n\ng"},
	};

	check(cases, ARRAY_LEN(cases));
}

static void links_show_where_they_lead(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        {"<a href='https://example.com/a'>here</a>", "here <https://example.com/a>"},
	        {"<a href='https://example.com/'>example.com</a>", "example.com"},
	        {"<a href='https://www.example.com/'>example.com</a>", "example.com"},
	        {"<a href='mailto:a@example.com?subject=Hi'>a@example.com</a>", "a@example.com"},
	        {"<a href='mailto:a@example.com'>write</a>", "write <mailto:a@example.com>"},
	        {"<a href='#top'>top</a> <a href='javascript:x'>x</a>", "top x"},
	        {"<a href='https://example.com'><img alt='Shop'></a>", "Shop <https://example.com>"},
	        {"<a href='https://example.com'><img></a>x", "x"},
	};

	check(cases, ARRAY_LEN(cases));
}

static void tables_read_as_what_they_are(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        /* Layout: whatever a page holds. */
	        {"<table><tr><td><p>One</p><p>Two</p></td><td>Three</td></tr></table>", "One\n\nTwo\n\nThree"},
	        {"<table><tr><td><table border=1><tr><td>a<td>b<tr><td>c<td>d</table></td><td>e</td></tr></table>",
	         "a | b\nc | d\n\ne"},
	        /* Short cells: a row is a line. */
	        {"<table><tr><td><p>a</p></td><td><p>b</p></td></tr><tr><td>c<br>d</td><td>e</td></tr></table>",
	         "a b\nc d e"},
	        {"<table border=0><tr><td>Name:</td><td>Anna</td></tr><tr><td>Town:</td><td>Ulm</td></tr></table>",
	         "Name: Anna\nTown: Ulm"},
	        /* Borders or headings: marks between the cells. */
	        {"<table "
	         "border=1><tr><td><p>Article</p></td><td><p>Count</p></td></tr><tr><td>Chair</td><td>12</td></tr></"
	         "table>x",
	         "Article | Count\nChair | 12\n\nx"},
	        {"<table><tr><th>a<th>b<th>c<tr><td>1<td>&nbsp;<td>3<tr><td><td><td>6<tr><td>7<td><td>&nbsp;<tr><td><"
	         "td><td></table>x",
	         "a | b | c\n1 | | 3\n| | 6\n7\n\nx"},
	        {"<table border=1><tr><td>Name:<td>Anna<tr><td>Town:<td>Ulm</table>", "Name: Anna\nTown: Ulm"},
	        {"<table border=1><tr><td>only<tr><td>one<tr><td>column</table>", "only\none\ncolumn"},
	};

	check(cases, ARRAY_LEN(cases));
}

static void what_the_writer_hid_stays_hidden(void **state UNUSED)
{
	static const struct page_case cases[] = {
	        {"<div style='display:none'>Preview <div>inner</div> more</div>Hello", "Hello"},
	        {"<span style='color:red; DISPLAY : none !important'>x</span>Hello", "Hello"},
	        {"<div style='max-height:0px;overflow:hidden'>x</div>Hello", "Hello"},
	        {"<div style='max-height:0.5em;overflow:hidden'>x</div>Hello", "x\nHello"},
	        {"<p hidden>x</p><td style='mso-hide:all'>y</td>Hello", "Hello"},
	        {"<div style='display:block'>x</div>", "x"},
	        {"<div style='display:none'>never closed: better shown", "never closed: better shown"},
	        {"<img style='display:none' alt=a>Hello", "aHello"}, /* has no end */
	        {"<div style='display:none'><!-- </div> -->x</div>Hello", "Hello"},
	};

	check(cases, ARRAY_LEN(cases));
}

/* Each would be quadratic if something looked ahead from every tag. */
static void hostile_pages_take_linear_time(void **state UNUSED)
{
	static const char *const pieces[] = {"<div hidden>",
	                                     "<table border=1><tr>",
	                                     "<![if !supportLists]>",
	                                     "<blockquote>",
	                                     "<ul>",
	                                     "<a href=x>",
	                                     "<table><tr><td>x<td>y<tr>",
	                                     "<td>",
	                                     "&#",
	                                     "<!--",
	                                     "<p style='display:none"};

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct buf page CLEANUP(buf_done) = BUF_INIT(MIB(4));
		int64_t began = clock_mono_ms();

		while (page.n < MIB(2))
			buf_add_cstr(&page, pieces[i]);
		(void)html_to_text(arena, buf_str(&page)).n;
		assert_true(clock_mono_ms() - began < 20000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(paragraphs_and_lines),           cmocka_unit_test(lists),
	        cmocka_unit_test(quotes_keep_their_depth),        cmocka_unit_test(links_show_where_they_lead),
	        cmocka_unit_test(tables_read_as_what_they_are),   cmocka_unit_test(what_the_writer_hid_stays_hidden),
	        cmocka_unit_test(hostile_pages_take_linear_time),
	};
	return cmocka_run_group_tests_name("mime/html_text", tests, NULL, NULL);
}
