/* base: strings, buffers, arena, map, base64, time, errors. */
#include "alive.h"
#include "arena.h"
#include "base64.h"
#include "buf.h"
#include "clock.h"
#include "cursor.h"
#include "error.h"
#include "file.h"
#include "map.h"
#include "mem.h"
#include "random.h"

#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void numbers_are_read_whole_or_not_at_all(void **state UNUSED)
{
	uint64_t u = 7;
	int64_t i = 7;

	assert_true(str_to_uint(STR("65535"), 65535, &u));
	assert_int_equal(u, 65535);
	assert_false(str_to_uint(STR("65536"), 65535, &u));
	assert_false(str_to_uint(STR(""), 9, &u));
	assert_false(str_to_uint(STR("1 "), 9, &u));
	assert_false(str_to_uint(STR("18446744073709551616"), UINT64_MAX, &u));
	assert_int_equal(u, 65535);
	assert_true(str_to_int(STR("-12"), &i));
	assert_int_equal(i, -12);
	assert_false(str_to_int(STR("--1"), &i));
}

static void views_are_searched_and_split(void **state UNUSED)
{
	struct str rest = STR("a,,b"), piece;

	assert_int_equal(str_find_nocase(STR("Hello World"), STR("WORLD")), 6);
	assert_int_equal(str_find(STR("abc"), STR("d")), -1);
	assert_true(str_eq(str_trim(STR(" \t x \r\n")), STR("x")));
	assert_true(str_split(&rest, ',', &piece) && str_eq(piece, STR("a")));
	assert_true(str_split(&rest, ',', &piece) && piece.n == 0);
	assert_true(str_split(&rest, ',', &piece) && str_eq(piece, STR("b")));
	assert_false(str_split(&rest, ',', &piece));
	assert_true(str_ends_nocase(STR("file.PDF"), STR(".pdf")));
}

static void utf8_is_told_from_what_only_looks_like_it(void **state UNUSED)
{
	static const struct {
		struct str text;
		bool valid;
	} cases[] = {
	        {STR_INIT("plain ascii text"), true},
	        {STR_INIT("Gr\xc3\xbc\xc3\x9f"
	                  "e"),
	         true},
	        {STR_INIT("\xf0\x9f\x98\x80"), true},
	        {STR_INIT("\xc0\xaf"), false},         /* overlong */
	        {STR_INIT("\xed\xa0\x80"), false},     /* surrogate */
	        {STR_INIT("\xf4\x90\x80\x80"), false}, /* beyond U+10FFFF */
	        {STR_INIT("abcdefgh\xe2\x82"), false}, /* cut short */
	        {STR_INIT("\xff"), false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(str_is_utf8(cases[i].text), cases[i].valid);
}

static void a_buffer_stops_at_its_maximum(void **state UNUSED)
{
	struct buf buf CLEANUP(buf_done) = BUF_INIT(5);

	buf_add(&buf, STR("abc"));
	assert_false(buf.failed);
	buf_printf(&buf, "%d", 1234);
	assert_true(buf.failed);
	assert_string_equal(buf_cstr(&buf), "abc");
	buf_clear(&buf);
	buf_add(&buf, STR("12345"));
	assert_false(buf.failed);
	buf_consume(&buf, 2);
	assert_string_equal(buf_cstr(&buf), "345");
}

static void an_arena_gives_aligned_zeroed_memory(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t round = 0; round < 3; round++) {
		for (size_t n = 1; n < 3000; n += 7) {
			char *p = arena_alloc(arena, n, 3);

			assert_int_equal((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n * 3; i++)
				assert_int_equal(p[i], 0);
			memset(p, 'x', n * 3);
		}
		arena_clear(arena);
	}
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 5).p, "a-5");
	assert_true(arena_size(arena) < KIB(32));
}

static void a_map_finds_what_was_put_in(void **state UNUSED)
{
	struct map *map CLEANUP(map_freep) = map_new();
	static int values[1000];
	char key[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "key%d", i);
		assert_null(map_set(map, str_of(key), &values[i]));
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(key, sizeof key, "key%d", i);
		assert_ptr_equal(map_set(map, str_of(key), NULL), &values[i]);
	}
	assert_int_equal(map_count(map), 500);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "key%d", i);
		assert_ptr_equal(map_get(map, str_of(key)), i % 2 ? &values[i] : NULL);
	}
}

static void base64_is_strict(void **state UNUSED)
{
	static const struct str good[][2] = {
	        {STR_INIT(""), STR_INIT("")},
	        {STR_INIT("f"), STR_INIT("Zg==")},
	        {STR_INIT("fo"), STR_INIT("Zm8=")},
	        {STR_INIT("foo"), STR_INIT("Zm9v")},
	        {STR_INIT("foobar"), STR_INIT("Zm9vYmFy")},
	        {STR_INIT("\0u\0p"), STR_INIT("AHUAcA==")},
	};
	static const struct str bad[] = {STR_INIT("Zg="),  STR_INIT("Zg"),       STR_INIT("Zh=="),
	                                 STR_INIT("Z==="), STR_INIT("Zm9v!mFy"), STR_INIT("=Zm9")};
	struct buf buf CLEANUP(buf_done) = BUF_INIT(100);

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		buf_clear(&buf);
		base64_encode(&buf, good[i][0]);
		assert_true(str_eq(buf_str(&buf), good[i][1]));
		buf_clear(&buf);
		assert_true(base64_decode(&buf, good[i][1]));
		assert_true(str_eq(buf_str(&buf), good[i][0]));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(base64_decode(&buf, bad[i]));
}

static void dates_are_written_as_the_rfcs_ask(void **state UNUSED)
{
	int64_t at = clock_from_civil(2026, 11, 21, 7, 39, 31);
	char text[40], iso[32];

	assert_int_equal(at, INT64_C(1795246771000));
	clock_format_rfc5322(at, text);
	assert_string_equal(text, "Sat, 21 Nov 2026 07:39:31 +0000");
	clock_format_iso(at + 250, iso);
	assert_string_equal(iso, "2026-11-21T07:39:31.250Z");
	assert_int_equal(clock_from_civil(1970, 1, 1, 0, 0, 0), 0);
	assert_int_equal(clock_from_civil(2000, 2, 29, 0, 0, 0), INT64_C(951782400000));
}

static void times_are_read_as_rfc_3339_writes_them(void **state UNUSED)
{
	static const int64_t at = INT64_C(1795246771000);
	static const struct {
		const char *text;
		int64_t at;
	} good[] = {
	        {"2026-11-21T07:39:31Z", at},
	        {"2026-11-21t07:39:31z", at},
	        {"2026-11-21T08:39:31+01:00", at},
	        {"2026-11-20T23:09:31-08:30", at},
	        {"2026-11-21T07:39:31.25Z", at + 250},
	        {"2026-11-21T07:39:31.2509999999Z", at + 250},
	        {"2026-12-31T23:59:60Z", INT64_C(1798761600000)},
	};
	static const char *const bad[] = {
	        "",
	        "2026-11-21",
	        "2026-11-21T07:39:31",
	        "2026-11-21 07:39:31Z",
	        "2026-11-21T07:39Z",
	        "2026-11-21T07:39:31.Z",
	        "2026-11-21T07:39:31ZZ",
	        "2026-11-21T24:00:00Z",
	        "2026-11-21T07:60:31Z",
	        "2026-11-21T07:39:61Z",
	        "2026-02-30T07:39:31Z",
	        "1969-12-31T23:59:59Z",
	        "2026-11-21T07:39:31+1:00",
	        "2026-11-21T07:39:31+01:00x",
	        "1795246771000",
	};
	int64_t read = 0;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(clock_parse_iso(good[i].text, &read));
		assert_int_equal(read, good[i].at);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse_iso(bad[i], &read));
}

static void an_error_is_one_printable_line(void **state UNUSED)
{
	struct error err = {0};

	assert_int_equal(fail(&err, E_AUTH, RETRY_NEVER, "said %s", "no\r\n\x1b[31m"), E_AUTH);
	assert_string_equal(err.text, "said no???[31m");
	assert_int_equal(error_prefix(&err, "account %s", "support"), E_AUTH);
	assert_string_equal(err.text, "account support: said no???[31m");
	assert_int_equal(fail_errno(&err, ENOSPC, "can't write"), -ENOSPC);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_string_equal(err.text, "can't write: No space left on device");
}

static void nothing_printable_acts_on_a_terminal(void **state UNUSED)
{
	static const struct {
		const char *text, *line, *lines;
	} cases[] = {
	        {"M\xc3\xbcller \xe2\x82\xac", "M\xc3\xbcller \xe2\x82\xac", "M\xc3\xbcller \xe2\x82\xac"},
	        {"a\r\nb\tc\rd", "a??b?c?d", "a\nb\tc?d"},
	        {"\x1b[31mred\x07\x7f", "?[31mred??", "?[31mred??"},
	        {"c1 \xc2\x9b"
	         "31m, not \xc2\xa0",
	         "c1 ?31m, not \xc2\xa0", "c1 ?31m, not \xc2\xa0"},
	        {"bare \x9b, cut \xe2\x82", "bare ?, cut ??", "bare ?, cut ??"},
	        {"gpj.\xe2\x80\xae"
	         "exe \xe2\x81\xa6",
	         "gpj.?exe ?", "gpj.?exe ?"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[64];

		snprintf(text, sizeof text, "%s", cases[i].text);
		text[str_make_printable(text, strlen(text), false)] = '\0';
		assert_string_equal(text, cases[i].line);
		snprintf(text, sizeof text, "%s", cases[i].text);
		text[str_make_printable(text, strlen(text), true)] = '\0';
		assert_string_equal(text, cases[i].lines);
	}
}

static void an_error_is_utf8_whatever_was_said(void **state UNUSED)
{
	char long_text[400];
	struct error err;

	fail(&err, E_AUTH, RETRY_NEVER, "caf\xe9 and na\xefve, no");
	assert_string_equal(err.text, "caf? and na?ve, no");
	memset(long_text, 'x', sizeof long_text);
	memcpy(long_text + sizeof err.text - 2, "\xc3\xbc", 3); /* the limit falls into the letter */
	fail(&err, E_AUTH, RETRY_NEVER, "%s", long_text);
	assert_int_equal(strlen(err.text), sizeof err.text - 2);
	assert_true(str_is_utf8(str_of(err.text)));
}

static void a_file_is_replaced_whole(void **state UNUSED)
{
	struct buf buf CLEANUP(buf_done) = BUF_INIT(100);
	struct error err = {0};
	char path[64];

	snprintf(path, sizeof path, "/tmp/hauspost-base-test-%d", (int)getpid());
	assert_int_equal(file_write(path, STR("one"), 0600, &err), 0);
	assert_int_equal(file_write(path, STR("two"), 0600, &err), 0);
	assert_int_equal(file_read(path, &buf, &err), 0);
	assert_string_equal(buf_cstr(&buf), "two");
	buf_clear(&buf);
	buf.max = 2;
	assert_int_equal(file_read(path, &buf, &err), E_LIMIT);
	unlink(path);
	assert_int_equal(file_read(path, &buf, &err), -ENOENT);
	assert_int_equal(file_write("/nowhere/at/all", STR("x"), 0600, &err), -ENOENT);
}

static void a_cursor_never_leaves_its_bytes(void **state UNUSED)
{
	struct cursor c = cursor_of(STR("* OK x"));
	struct str piece;

	assert_false(cursor_take(&c, STR("* OK xyz")));
	assert_true(cursor_take_nocase(&c, STR("* ok ")));
	assert_false(cursor_bytes(&c, 2, &piece));
	assert_true(cursor_bytes(&c, 1, &piece));
	assert_int_equal(cursor_next(&c), -1);
	assert_true(cursor_end(&c));
	cursor_skip(&c, 100);
	assert_int_equal(cursor_left(&c), 0);
}

/* Process numbers come back: the start tells one from the other. */
static void a_process_that_ended_is_told_from_one_that_lives(void **state UNUSED)
{
	char own[ALIVE_NAME_SIZE], other[ALIVE_NAME_SIZE] = "", changed[ALIVE_NAME_SIZE];
	int pipe_fds[2], status;
	pid_t child;

	alive_name(own);
	assert_false(alive_is_gone(own));
	assert_int_equal(pipe(pipe_fds), 0);
	child = fork();
	if (child == 0) {
		alive_name(other);
		_exit(write(pipe_fds[1], other, sizeof other) == sizeof other ? 0 : 1);
	}
	assert_int_equal(read(pipe_fds[0], other, sizeof other), sizeof other);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(alive_is_gone(other));
	/* another machine, no such name */
	snprintf(changed, sizeof changed, "x%.150s", other + 1);
	assert_false(alive_is_gone(changed));
	assert_false(alive_is_gone(""));
	assert_false(alive_is_gone("abcdefghijklmnopqrstuvwxyz"));
	/* our number, and somebody else's start */
	snprintf(changed, sizeof changed, "%.*s 1 x", (int)(strrchr(own, ' ') - own), own);
	assert_false(alive_is_gone(changed));
	*strrchr(own, ' ') = '\0';
	snprintf(changed, sizeof changed, "%.*s 1 x", (int)(strrchr(own, ' ') - own), own);
	assert_true(alive_is_gone(changed));
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void letters_between_names(void **state UNUSED)
{
	assert_int_equal(str_distance(STR("imap.gmail.com"), STR("imap.gmail.com")), 0);
	assert_int_equal(str_distance(STR("Imap.gmial.com"), STR("imap.gmail.com")), 2);
	assert_int_equal(str_distance(STR("a"), STR("")), 1);
	assert_int_equal(str_distance(STR("imap.example.org"), STR("smtp.other.net")), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
	        cmocka_unit_test(views_are_searched_and_split),
	        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
	        cmocka_unit_test(a_buffer_stops_at_its_maximum),
	        cmocka_unit_test(an_arena_gives_aligned_zeroed_memory),
	        cmocka_unit_test(a_map_finds_what_was_put_in),
	        cmocka_unit_test(base64_is_strict),
	        cmocka_unit_test(dates_are_written_as_the_rfcs_ask),
	        cmocka_unit_test(times_are_read_as_rfc_3339_writes_them),
	        cmocka_unit_test(an_error_is_one_printable_line),
	        cmocka_unit_test(an_error_is_utf8_whatever_was_said),
	        cmocka_unit_test(nothing_printable_acts_on_a_terminal),
	        cmocka_unit_test(a_file_is_replaced_whole),
	        cmocka_unit_test(a_cursor_never_leaves_its_bytes),
	        cmocka_unit_test(a_process_that_ended_is_told_from_one_that_lives),
	        cmocka_unit_test(letters_between_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
