/* What we write into commands: nothing breaks out of its place; sets are short; folder names survive both ways. */
#include "receive/imap/writer.h"

#include "receive/imap/utf7.h"

#include "base/test.h"

static void refuses_what_would_end_a_command(void **state UNUSED)
{
	static const struct str bad[] = {STR_INIT("a\r\nH9 DELETE x"), STR_INIT("a\n"), STR_INIT("\r"),
	                                 STR_INIT("a\0b")};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(imap_put_atom(&out, bad[i], &err), E_INVALID);
		assert_int_equal(imap_put_quoted(&out, bad[i], true, &err), E_INVALID);
		assert_int_equal(imap_put_literal_head(&out, bad[i], true, &err), E_INVALID);
	}
	assert_int_equal(imap_put_folder(&out, "a\r\nb", false, &err), E_INVALID);
	assert_int_equal(imap_put_folder(&out, "a\r\nb", true, &err), E_INVALID);
	assert_int_equal(imap_put_folder(&out, "\xff", false, &err), E_INVALID);
	assert_int_equal(imap_put_folder(&out, "\xff", true, &err), E_INVALID);
	assert_int_equal(out.n, 0);
}

static void atoms_hold_atom_characters(void **state UNUSED)
{
	static const char *const bad[] = {"",   "a b", "a(",  "a)x(", "a{",       "a%",
	                                  "a*", "a\"", "a\\", "a]",   "\xc3\xbc", "\x7f"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(imap_put_atom(&out, str_of(bad[i]), &err), E_INVALID);
	assert_ok(imap_put_atom(&out, STR("$Label-1.x"), &err), &err);
	assert_str(buf_str(&out), "$Label-1.x");
}

static void quotes_and_literals(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct error err;

	assert_ok(imap_put_quoted(&out, STR("a\"b\\c d"), false, &err), &err);
	assert_str(buf_str(&out), "\"a\\\"b\\\\c d\"");
	assert_int_equal(imap_put_quoted(&out, STR("\xc3\xbc"), false, &err), E_INVALID);
	buf_clear(&out);
	assert_ok(imap_put_quoted(&out, STR("\xc3\xbc"), true, &err), &err);
	assert_str(buf_str(&out), "\"\xc3\xbc\"");
	buf_clear(&out);
	assert_ok(imap_put_literal_head(&out, STR("\xc3\xbc"), false, &err), &err);
	assert_ok(imap_put_literal_head(&out, STR("\xc3\xbc"), true, &err), &err);
	assert_str(buf_str(&out), "{2}\r\n{2+}\r\n");
}

static void sets_are_ranges(void **state UNUSED)
{
	static const uint32_t uids[] = {1, 2, 3, 5, 7, 8, 4294967294, 4294967295};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));

	assert_int_equal(imap_put_set(&out, uids, ARRAY_LEN(uids), 1000), ARRAY_LEN(uids));
	assert_str(buf_str(&out), "1:3,5,7:8,4294967294:4294967295");
	buf_clear(&out);
	assert_int_equal(imap_put_set(&out, uids, 1, 1000), 1);
	assert_str(buf_str(&out), "1");
	buf_clear(&out);
	assert_int_equal(imap_put_set(&out, uids, 0, 1000), 0);
	assert_int_equal(out.n, 0);
}

static void a_set_stops_at_its_bound_and_goes_on(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
	uint32_t uids[2000];
	size_t done = 0, pieces = 0;

	for (size_t i = 0; i < ARRAY_LEN(uids); i++)
		uids[i] = 4000000000u + (uint32_t)i * 2;
	while (done < ARRAY_LEN(uids)) {
		size_t put;

		buf_clear(&out);
		put = imap_put_set(&out, uids + done, ARRAY_LEN(uids) - done, 1000);
		assert_true(put > 0 && out.n <= 1000 && out.n > (done + put < ARRAY_LEN(uids) ? 950 : 0));
		done += put;
		pieces++;
	}
	assert_int_equal(pieces, 23);
}

static const struct {
	const char *utf8, *utf7;
} names[] = {
        {"INBOX", "INBOX"},
        {"", ""},
        {"a & b", "a &- b"},
        {"Entwürfe", "Entw&APw-rfe"},
        {"ü", "&APw-"},
        {"Üü&Ü", "&ANwA,A-&-&ANw-"},
        {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
        {"x😀y", "x&2D3eAA-y"},
        {"☺!", "&Jjo-!"},
        {"tab\there", "tab&AAk-here"},
};

static void folder_names_go_both_ways(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct buf there CLEANUP(buf_done) = BUF_INIT(KIB(1)), back CLEANUP(buf_done) = BUF_INIT(KIB(1));

		assert_true(utf7_encode(&there, str_of(names[i].utf8)));
		assert_string_equal(buf_cstr(&there), names[i].utf7);
		assert_true(utf7_decode(&back, buf_str(&there)));
		assert_string_equal(buf_cstr(&back), names[i].utf8);
	}
}

static void every_code_point_goes_both_ways(void **state UNUSED)
{
	struct buf utf7 CLEANUP(buf_done) = BUF_INIT(KIB(1)), back CLEANUP(buf_done) = BUF_INIT(KIB(1));

	for (uint32_t c = 0x80; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
		char text[] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
		               (char)(0x80 | (c & 0x3f))};
		struct str utf8 = str_new(text, 4);

		if (c < 0x10000) {
			text[1] = (char)(0xe0 | c >> 12);
			utf8 = str_new(text + 1, 3);
		}
		if (c < 0x800) {
			text[2] = (char)(0xc0 | c >> 6);
			utf8 = str_new(text + 2, 2);
		}
		if (!str_is_utf8(utf8)) /* surrogates */
			continue;
		buf_clear(&utf7);
		buf_clear(&back);
		assert_true(utf7_encode(&utf7, utf8) && utf7_decode(&back, buf_str(&utf7)));
		assert_true(str_eq(buf_str(&back), utf8));
	}
}

static void wrong_utf7_is_refused(void **state UNUSED)
{
	static const char *const bad[] = {"&",     "&A",    "&APw",     "a&AP-",   "&AP*w-",
	                                  "&2D0-", "&3gA-", "&2D0APw-", "&AAAA-x&"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		buf_clear(&out);
		assert_false(utf7_decode(&out, str_of(bad[i])));
	}
	buf_clear(&out);
	assert_false(utf7_encode(&out, STR("\xc3")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(refuses_what_would_end_a_command),
	        cmocka_unit_test(atoms_hold_atom_characters),
	        cmocka_unit_test(quotes_and_literals),
	        cmocka_unit_test(sets_are_ranges),
	        cmocka_unit_test(a_set_stops_at_its_bound_and_goes_on),
	        cmocka_unit_test(folder_names_go_both_ways),
	        cmocka_unit_test(every_code_point_goes_both_ways),
	        cmocka_unit_test(wrong_utf7_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
