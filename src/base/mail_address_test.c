/* base: what may be an address of mail, and which are the same. */
#include "base/mail_address.h"

#include "base/test.h"

#define UE "\xc3\xbc" /* ü */

static void what_is_no_address_is_refused(void **state UNUSED)
{
	static const struct {
		struct str address;
		const char *fault; /* NULL: it is one */
	} cases[] = {
	        {STR_INIT("ann@example.com"), NULL},
	        {STR_INIT("m" UE "ller@example.com"), NULL},
	        {STR_INIT("m" UE "ller@m" UE "ller.de"), NULL},
	        {STR_INIT("\"m" UE " ller@home\"@example.com"), NULL},
	        {STR_INIT("\"a\\\"b\"@example.com"), NULL},
	        {STR_INIT("postmaster@[IPv6:2001:db8::1]"), NULL},
	        {STR_INIT("\xe7\x94\xa8\xe6\x88\xb7@\xe4\xbe\x8b\xe5\xad\x90.\xe5\xb9\xbf\xe5\x91\x8a"), NULL},
	        {STR_INIT(""), "is not an address"},
	        {STR_INIT("ann"), "is not an address"},
	        {STR_INIT("@example.com"), "is not an address"},
	        {STR_INIT("ann@"), "is not an address"},
	        {STR_INIT("ann@example.com@example.org"), "is not an address"},
	        {STR_INIT("\"ann@example.com\""), "is not an address"},
	        {STR_INIT("ann m@example.com"), "is not an address"},
	        {STR_INIT("ann@example.com>"), "is not an address"},
	        {STR_INIT("a:b@example.com"), "is not an address"},
	        {STR_INIT("a,b@example.com"), "is not an address"},
	        {STR_INIT("\"ann@example.com"), "is not an address"},
	        {STR_INIT("a\r\nRCPT TO:<b>@example.com"), "control character"},
	        {STR_INIT("\"a\\\nb\"@example.com"), "control character"},
	        {STR_INIT("a\0b@example.com"), "control character"},
	        {STR_INIT("a\x7f@example.com"), "control character"},
	        {STR_INIT("a\xc2\x85@example.com"), "control character"},     /* NEL */
	        {STR_INIT("a\xe2\x80\xae@example.com"), "control character"}, /* right to left from here on */
	        {STR_INIT("m\xfcller@example.com"), "not valid UTF-8"},
	};
	char room[MAIL_ADDRESS_MAX + 1];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *fault = mail_address_fault(cases[i].address);

		if (!cases[i].fault)
			assert_null(fault);
		else if (!fault || !strstr(fault, cases[i].fault))
			FAIL_CASE("case %zu: %s\n", i, fault ? fault : "taken");
	}
	memset(room, 'x', sizeof room);
	room[10] = '@';
	assert_null(mail_address_fault(str_new(room, MAIL_ADDRESS_MAX)));
	assert_non_null(strstr(mail_address_fault(str_new(room, sizeof room)), "longer"));
}

static void a_key_knows_no_case_of_ascii(void **state UNUSED)
{
	char room[MAIL_ADDRESS_MAX], long_text[MAIL_ADDRESS_MAX + 8];

	assert_str(mail_address_key(STR("M" UE "LLER@Example.COM"), room), "m" UE "ller@example.com");
	assert_str(mail_address_key(STR("\xc3\x9c@x.y"), room), "\xc3\x9c@x.y");
	memset(long_text, 'A', sizeof long_text);
	memcpy(long_text + MAIL_ADDRESS_MAX - 1, UE, 2);
	assert_int_equal(mail_address_key(str_new(long_text, sizeof long_text), room).n, MAIL_ADDRESS_MAX - 1);
	assert_int_equal(mail_address_key(STR_NULL, room).n, 0);
}

static void the_local_part_decides_what_it_needs(void **state UNUSED)
{
	assert_true(mail_address_needs_utf8(STR("m" UE "ller@example.com")));
	assert_false(mail_address_needs_utf8(STR("bob@m" UE "ller.de")));
	assert_false(mail_address_needs_utf8(STR("bob@example.com")));
	assert_str(mail_address_domain(STR("\"a@b\"@example.com")), "example.com");
	assert_int_equal(mail_address_domain(STR("ann")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_no_address_is_refused),
	        cmocka_unit_test(a_key_knows_no_case_of_ascii),
	        cmocka_unit_test(the_local_part_decides_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
