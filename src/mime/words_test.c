/* mime: header text (RFC 2047), parameters (RFC 2231), addresses, dates, ids. */
#include "mime/message.h"

#include "date.h"
#include "words.h"

#include "base/test.h"

static void words_are_decoded_as_senders_write_them(void **state UNUSED)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	        {"plain", "plain"},
	        {"=?utf-8?Q?a=C3=A4?=", "a\xc3\xa4"},
	        {"=?UTF-8?b?w6Q=?= tail", "\xc3\xa4 tail"},
	        {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},                 /* white space between words goes */
	        {"=?utf-8?Q?a?=\t =?iso-8859-1?Q?=E4?=", "a\xc3\xa4"}, /* other charset */
	        {"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"},
	        {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
	        {"=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "\xe2\x82\xac"}, /* a character split across words */
	        {"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "\xe2\x82\xac"},  /* and with padding in the middle */
	        {"=?utf-8?Q?two words?=", "two words"},                 /* blanks inside */
	        {"=?utf-8?Q?a_?=", "a"},                                /* trimmed */
	        {"=?utf-8?Q?a_?= =?utf-8?Q?b?=", "a b"},
	        {"=?utf-8*en?Q?a?=", "a"}, /* RFC 2231 language */
	        {"x=?utf-8?Q?a?=y", "xay"},
	        {"=?nonsense?Q?=C3=A4?=", "\xc3\xa4"},
	        {"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "\xe3\x81\x82"},
	        {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
	        {"=?utf-8?Q?a", "a"}, /* cut off */
	        {"=?utf-8?Q?a=C3=A4=C", "a\xc3\xa4"},
	        {"=?utf-8?Q?a_b c", "a b c"}, /* never closed: a blank ends it */
	        {"=?utf-8?B?w6Q= =?utf-8?Q?=C3=A4?=", "\xc3\xa4\xc3\xa4"},
	        {"=?utf-8?B?w6Q= tail", "\xc3\xa4 tail"},
	        {"=?utf-8?Q?a=?= x", "a= x"},
	        {"=?utf-8?B?w6?= =?utf-8?B?Q=?= x", "\xc3\xa4 x"},       /* base64 cut within a group */
	        {"=?utf-8?B?w6Q?= =?utf-8?B?w6Q?=", "\xc3\xa4\xc3\xa4"}, /* without padding each is whole */
	        {"=?", "=?"},
	        {"=?utf-8?Q", "=?utf-8?Q"},
	        {"\xe4", "\xc3\xa4"}, /* raw 8-bit */
	        {"\xc3\xa4", "\xc3\xa4"},
	        {"a\x01"
	         "b\tc",
	         "ab c"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();

		assert_str(words_decode(arena, str_of(cases[i].text)), cases[i].want);
	}
}

static void addresses_are_read_in_every_form(void **state UNUSED)
{
	static const struct {
		const char *text;
		size_t count;
		const char *name, *address; /* of the first */
	} cases[] = {
	        {"a@example.com", 1, "", "a@example.com"},
	        {"<a@example.com>", 1, "", "a@example.com"},
	        {"Ann <a@example.com>, b@x", 2, "Ann", "a@example.com"},
	        {"\"Doe, John\" <a@example.com>", 1, "Doe, John", "a@example.com"},
	        {"Doe, John <a@example.com>", 1, "Doe, John", "a@example.com"},
	        {"\"q\\\"x\" <a@example.com>", 1, "q\"x", "a@example.com"},
	        {"a@example.com (Ann (the) Lee)", 1, "Ann (the) Lee", "a@example.com"},
	        {"=?utf-8?Q?=C3=A4?= <a@example.com>", 1, "\xc3\xa4", "a@example.com"},
	        {"\"=?utf-8?Q?=C3=A4?=\" <a@example.com>", 1, "\xc3\xa4", "a@example.com"},
	        {"Team: a@example.com, b@x;", 2, "", "a@example.com"},
	        {"undisclosed-recipients:;", 0, "", ""},
	        {"<@relay,@other:a@example.com>", 1, "", "a@example.com"},
	        {"John Doe a@example.com", 1, "John Doe", "a@example.com"},
	        {"a @ example . com", 1, "", "a@example.com"},
	        {"\"odd local\"@example.com", 1, "", "\"odd local\"@example.com"},
	        {"Ann <a@example.com", 1, "Ann", "a@example.com"},
	        {"Ann", 1, "Ann", ""},
	        {"<root>", 1, "", "root"},
	        {"", 0, "", ""},
	        {",,;<>", 0, "", ""},
	        {"mailto:a@example.com", 1, "", "a@example.com"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct address_list list = address_list_parse(arena, str_of(cases[i].text));

		if (list.count != cases[i].count)
			print_error("case %zu: %s\n", i, cases[i].text);
		assert_int_equal(list.count, cases[i].count);
		if (list.count) {
			assert_str(list.items[0].name, cases[i].name);
			assert_str(list.items[0].address, cases[i].address);
		}
	}
}

static void file_names_are_read_in_every_form(void **state UNUSED)
{
	static const struct {
		const char *fields, *want;
	} cases[] = {
	        {"Content-Disposition: attachment; filename=a.txt", "a.txt"},
	        {"Content-Disposition: attachment; filename=\"a b.txt\"", "a b.txt"},
	        {"Content-Disposition: attachment; filename=a b.txt; size=1", "a b.txt"},
	        {"Content-Disposition: attachment; filename*=utf-8''%C3%A4.txt", "\xc3\xa4.txt"},
	        {"Content-Disposition: attachment; filename*0*=iso-8859-1'de'%E4; filename*1=\".txt\"", "\xc3\xa4.txt"},
	        {"Content-Disposition: attachment; filename*1=b.txt; filename*0=a", "ab.txt"},
	        {"Content-Disposition: attachment; filename*=%41.txt", "A.txt"},
	        {"Content-Disposition: attachment; filename*=utf-8''new.txt; filename=old.txt", "new.txt"},
	        {"Content-Disposition: attachment; filename=\"=?utf-8?Q?=C3=A4.txt?=\"", "\xc3\xa4.txt"},
	        {"Content-Type: image/png; name=\"n.png\"", "n.png"},
	        {"Content-Type: image/png; name=n.png\nContent-Disposition: inline; filename=d.png", "d.png"},
	        {"Content-Disposition: attachment; filename=\"C:\\dir\\a.txt\"", "a.txt"},
	        {"Content-Disposition: attachment; filename=\"../../etc/passwd\"", "passwd"},
	        {"Content-Disposition: attachment; filename=\"a\x01.txt\"", "a.txt"},
	        {"Content-Disposition: attachment; filename=\"\xe4.txt\"", "\xc3\xa4.txt"},
	        {"Content-Disposition: attachment; filename", ""},
	        {"Content-Disposition: attachment", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct message *m = message_parse(arena, arena_printf(arena, "%s\n\nx", cases[i].fields), NULL);

		assert_str(m->root->filename, cases[i].want);
	}
}

static void dates_are_read_in_every_form(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
	        {"Sat, 21 Nov 2026 08:39:31 +0100", 1795246771},
	        {"21 Nov 2026 07:39:31 GMT", 1795246771},
	        {"Sat, 21 Nov 2026 07:39:31", 1795246771},
	        {"Sat, 21 Nov 26 07:39:31 UT (comment)", 1795246771},
	        {"Sat Nov 21 07:39:31 2026", 1795246771},
	        {"Saturday, 21-Nov-26 02:39:31 EST", 1795246771},
	        {"2026-11-21T07:39:31Z", 1795246771},
	        {"Sat, 21 Nov 2026 07:39 +0000", 1795246740},
	        {"Wed, 11 Feb 98 11:51 CST", 887219460},
	        {"", 0},
	        {"yesterday", 0},
	        {"99 Nov 2026 07:39:31", 0},
	        {"21 Nov 2026 07:99:31", 0},
	        {"21 Nov 99999999999 07:39:31", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(date_parse(str_of(cases[i].text)) == cases[i].seconds * 1000);
}

static void a_server_says_when_it_took_the_mail(void **state UNUSED)
{
	static const struct {
		const char *field;
		int64_t seconds;
	} cases[] = {
	        {" from a by b; Sat, 21 Nov 2026 07:39:31 +0000", 1795246771},
	        {" from a (x;y) by b\r\n\tfor <c;d@e.test>;\r\n\tSat, 21 Nov 2026 08:39:31 +0100 (CET)", 1795246771},
	        {" from a by b", 0},
	        {" from a by b;", 0},
	        {"", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_true(date_of_received(str_of(cases[i].field)) == cases[i].seconds * 1000);
}

static void ids_are_cleaned(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena,
	                                        STR("Message-ID: one@example.com\n"
	                                            "In-Reply-To: Your mail of Friday <a@b>\n"
	                                            "References: <a@b><c @\n d> junk <e@f\n\n"),
	                                        NULL);

	assert_str(m->message_id, "one@example.com");
	assert_int_equal(m->in_reply_to_count, 1);
	assert_str(m->in_reply_to[0], "a@b");
	assert_int_equal(m->reference_count, 3);
	assert_str(m->references[1], "c@d");
	assert_str(m->references[2], "e@f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(words_are_decoded_as_senders_write_them),
	        cmocka_unit_test(addresses_are_read_in_every_form),
	        cmocka_unit_test(file_names_are_read_in_every_form),
	        cmocka_unit_test(dates_are_read_in_every_form),
	        cmocka_unit_test(a_server_says_when_it_took_the_mail),
	        cmocka_unit_test(ids_are_cleaned),
	};
	return cmocka_run_group_tests_name("mime/words", tests, NULL, NULL);
}
