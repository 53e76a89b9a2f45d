/* mime: the sanitiser. The file sanitise.attacks holds pages and what may be shown of them. */
#include "sanitise_check.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "mime/sanitise.h"

#include "base/test.h"

/* ---------------------------------------------------------------- the attacks */

/* "\n" and its like. */
static struct str unescaped(struct arena *arena, struct str line)
{
	static const char letters[] = "ntf01\\", bytes[] = "\n\t\f\0\1\\";
	char *out = arena_bytes(arena, line.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++) {
		const char *letter = line.p[i] == '\\' && i + 1 < line.n ? memchr(letters, line.p[i + 1], 6) : NULL;

		out[n++] = letter ? bytes[letter - letters] : line.p[i];
		i += letter != NULL;
	}
	return str_new(out, n);
}

static size_t failed_attack(struct str page, struct str want)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitised safe = html_sanitise(arena, unescaped(arena, page), NULL);
	struct sanitised again = html_sanitise(arena, safe.html, NULL);
	const char *wrong = check_page(safe.html, false);

	if (!wrong && !str_eq(safe.html, again.html))
		wrong = "another result when it is sanitised again";
	if (!wrong && !str_eq(safe.html, unescaped(arena, want)))
		wrong = "not what was expected";
	if (wrong)
		print_error("%s: " STR_FMT "\n  gives " STR_FMT "\n", wrong, STR_ARG(page), STR_ARG(safe.html));
	return wrong != NULL;
}

static void attacks_leave_nothing_harmful(void **state UNUSED)
{
	struct buf file CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct str rest, line, page = STR_NULL;
	size_t count = 0, failures = 0;
	struct error err;

	assert_ok(file_read(ATTACKS, &file, &err), &err);
	rest = buf_str(&file);
	while (str_split(&rest, '\n', &line)) {
		if (str_starts(line, STR("< "))) {
			page = str_slice(line, 2, line.n);
		} else if (str_starts(line, STR(">"))) {
			failures += failed_attack(page, str_slice(line, 2, line.n));
			count++;
		}
	}
	assert_int_equal(failures, 0);
	assert_true(count > 290);
}

/* ---------------------------------------------------------------- images */

static const char images[] = "<img src='https://t.example/a.png'><img src='cid:one@x'><img src='cid:two'>"
                             "<p style=\"background:url(cid:one@x)\"><td background='//t.example/b'>"
                             "<img src='cid:gone'>";

static void remote_images_are_blocked_and_counted(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitised safe =
	        html_sanitise(arena,
	                      STR("<img src=https://a.example/1.png alt=Offer><table background=//a.example/2>"
	                          "<tr><td style='background:url(http://a.example/3)'>x"),
	                      NULL);

	assert_int_equal(safe.blocked_remote, 3);
	assert_str(safe.notices[0], "3 remote images blocked");
	assert_str(safe.html,
	           "<img alt=\"Offer\"><table><tbody><tr><td style=\"background:none\">x</td></tr></tbody></table>");
}

static void remote_images_stay_where_they_are_allowed(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitise_options options = {.allow_remote = true};
	struct sanitised safe = html_sanitise(arena,
	                                      STR("<img src=https://a.example/1.png srcset='x 2x'>"
	                                          "<p style='background:url(//a.example/(3)'>a<img src=javascript:x>"
	                                          "<p style='background:url(\"//a.example/(3\")'>b"),
	                                      &options);

	assert_int_equal(safe.blocked_remote, 0);
	assert_null(check_page(safe.html, true));
	assert_str(safe.html, "<img src=\"https://a.example/1.png\"><p>a<img></p>"
	                      "<p style=\"background:url('https://a.example/%283')\">b</p>");
}

static struct str link_part(void *ctx, struct str id)
{
	struct arena *arena = ctx;

	return str_eq(id, STR("gone")) ? STR_NULL : arena_printf(arena, "/parts/" STR_FMT "?a&b", STR_ARG(id));
}

static void images_of_the_mail_are_listed_and_linked(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitise_options options = {.link_part = link_part, .ctx = arena};
	struct sanitised safe = html_sanitise(arena, str_of(images), NULL), linked;

	assert_int_equal(safe.part_count, 3);
	assert_str(safe.parts[0], "one@x");
	assert_str(safe.parts[1], "two");
	assert_true(str_find(safe.html, STR("<img src=\"cid:one@x\">")) >= 0);
	linked = html_sanitise(arena, str_of(images), &options);
	assert_int_equal(linked.part_count, 2);
	assert_str(linked.html, "<img><img src=\"/parts/one@x?a&amp;b\"><img src=\"/parts/two?a&amp;b\">"
	                        "<p style=\"background:url('/parts/one@x?a&amp;b')\"><img></p>");
}

/* ---------------------------------------------------------------- limits */

static struct str repeated(struct arena *arena, const char *piece, size_t count)
{
	size_t n = strlen(piece);
	char *out = arena_bytes(arena, n * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(out + i * n, piece, n);
	return str_new(out, n * count);
}

static void hostile_size_and_depth_end_as_text(void **state UNUSED)
{
	static const struct {
		const char *piece, *notice;
		size_t count;
	} cases[] = {
	        {"<div>x", "shown as text: the HTML is nested too deeply", 100000},
	        {"<b></b>x", "shown as text: the HTML has too many tags", 300000},
	        {"0123456789", "shown as text: the HTML is too long", 500000},
	        {"<<<<<<<<<<", "shown as text: the HTML is too long", 200000}, /* each becomes "&lt;" */
	        {"<table><td>", NULL, 700},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct sanitised safe = html_sanitise(arena, repeated(arena, cases[i].piece, cases[i].count), NULL);
		struct sanitised again = html_sanitise(arena, safe.html, NULL);

		assert_int_equal(safe.as_text, cases[i].notice != NULL);
		if (cases[i].notice)
			assert_true(str_starts(safe.notices[0], str_of(cases[i].notice)));
		assert_true(safe.html.n > 0 && safe.html.n <= MIB(4));
		assert_true(str_eq(safe.html, again.html));
	}
}

/* End tags that end nothing: counting tags doesn't tell how deep this is, and the parser walks up from each. */
static void a_page_that_hides_its_depth_costs_bounded_time(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t began = clock_mono_ms();
	struct sanitised safe = html_sanitise(arena, repeated(arena, "<div></x>", 90000), NULL);

	assert_true(safe.as_text || str_ends_nocase(safe.notices[0], STR("elements too deeply nested")));
	assert_null(check_page(safe.html, false));
	assert_true(clock_mono_ms() - began < 60000);
}

/* Formatting that is never closed is opened anew in each paragraph. */
static void a_small_page_that_grows_is_given_up_in_time(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf page CLEANUP(buf_done) = BUF_INIT(MIB(4));
	int64_t began = clock_mono_ms();
	struct sanitised safe;

	buf_add(&page, STR("<p>"));
	for (int i = 0; i < 1400; i++)
		buf_printf(&page, "<font size=%d>", i);
	for (int i = 0; i < 100000; i++)
		buf_add(&page, STR("<p>x"));
	safe = html_sanitise(arena, buf_str(&page), NULL);
	assert_true(safe.as_text);
	assert_true(clock_mono_ms() - began < 60000);
}

static void deep_levels_lose_their_elements_and_keep_their_text(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf page CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct sanitised safe;

	buf_add(&page, repeated(arena, "<div>", 300));
	buf_add(&page, STR("deep<table><tr><td>cell"));
	safe = html_sanitise(arena, buf_str(&page), NULL);
	assert_false(safe.as_text);
	assert_true(str_find(safe.html, STR("deepcell")) > 0);
	assert_str(safe.notices[0], "45 elements too deeply nested");
}

static void a_page_of_frames_is_shown_as_text(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitised safe =
	        html_sanitise(arena, STR("<frameset><frame src=x><noframes>hi</noframes></frameset>"), NULL);

	assert_true(safe.as_text);
	assert_null(check_page(safe.html, false));
	assert_str(html_sanitise(arena, STR_NULL, NULL).html, "");
}

/* What is worth a word, and what nearly every page has. */
static void notices_name_what_was_removed(void **state UNUSED)
{
	static const struct {
		const char *html, *notice; /* NULL: none */
	} cases[] = {
	        {"<meta charset=utf-8><p class=x data-y=1 style='mso-x:y;color:red'>Hi</p><!-- x --><o:p></o:p>", NULL},
	        {"<meta http-equiv=Refresh content='0;url=x'>Hi", "1 refresh, link or base element removed"},
	        {"<script>x</script>Hi<script>y</script>", "2 scripts removed"},
	        {"<p onclick=x onload=y>Hi", "2 event handlers removed"},
	        {"<form>Hi", "1 form element removed"},
	        {"<iframe src=x></iframe>Hi", "1 frame or embedded object removed"},
	        {"<svg></svg>Hi", "1 SVG or MathML element removed"},
	        {"<a href=javascript:x>Hi</a>", "1 link with a forbidden address removed"},
	        {"<p style='position:fixed'>Hi", "1 forbidden style removed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct sanitised safe = html_sanitise(arena, str_of(cases[i].html), NULL);

		assert_int_equal(safe.notice_count, cases[i].notice != NULL);
		if (cases[i].notice)
			assert_str(safe.notices[0], cases[i].notice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(attacks_leave_nothing_harmful),
	        cmocka_unit_test(remote_images_are_blocked_and_counted),
	        cmocka_unit_test(remote_images_stay_where_they_are_allowed),
	        cmocka_unit_test(images_of_the_mail_are_listed_and_linked),
	        cmocka_unit_test(hostile_size_and_depth_end_as_text),
	        cmocka_unit_test(a_page_that_hides_its_depth_costs_bounded_time),
	        cmocka_unit_test(a_small_page_that_grows_is_given_up_in_time),
	        cmocka_unit_test(deep_levels_lose_their_elements_and_keep_their_text),
	        cmocka_unit_test(notices_name_what_was_removed),
	        cmocka_unit_test(a_page_of_frames_is_shown_as_text),
	};
	return cmocka_run_group_tests_name("mime/sanitise", tests, NULL, NULL);
}
