/* Answers about hosts and services, byte by byte. The question is always for "a.test". */
#include "dns_message.h"

#include "base/test.h"

#define QUESTION(type)     "\0\7\x81\x80\0\1\0\1\0\0\0\0\1a\4test\0\0" type "\0\1"
#define RECORD(type, size) "\xc0\x0c\0" type "\0\1\0\0\1\x2c\0" size

struct example {
	enum dns_type type;
	const char *bytes;
	size_t n;
	const char *text; /* NULL: no such record */
};

#define EXAMPLE(type, bytes, text)                   \
	{                                            \
		type, bytes, sizeof(bytes) - 1, text \
	}

static void records_of_hosts_are_read(void **state UNUSED)
{
	/* clang-format off */
	static const struct example cases[] = {
		EXAMPLE(DNS_A, QUESTION("\1") RECORD("\1", "\4") "\xc0\0\2\1", "192.0.2.1"),
		EXAMPLE(DNS_A, QUESTION("\1") RECORD("\1", "\5") "\xc0\0\2\1\1", NULL),
		EXAMPLE(DNS_AAAA, QUESTION("\x1c") RECORD("\x1c", "\x10") "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", "2001:db8::1"),
		EXAMPLE(DNS_AAAA, QUESTION("\x1c") RECORD("\x1c", "\4") "\xc0\0\2\1", NULL),
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\7") "\0\x0a\2MX\xc0\x0c", "10 mx.a.test"),
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\6") "\1\0\2mx\0", "256 mx"),
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\3") "\0\0\0", "0 ."),
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\2") "\0\0", NULL),
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\6") "\0\0\1x\0!", NULL),      /* more behind the name */
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\4") "\0\0\1x\0", NULL),       /* the name is longer */
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\7") "\0\0\3a b\0", NULL),     /* no host's name */
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\4") "\0\0\xc0\x28", NULL),    /* points at itself */
		EXAMPLE(DNS_MX, QUESTION("\xf") RECORD("\xf", "\4") "\0\0\xff\xff", NULL),
		EXAMPLE(DNS_SRV, QUESTION("\x21") RECORD("\x21", "\x0d") "\0\0\0\1\3\xe1\4imap\xc0\x0c", "0 1 993 imap.a.test"),
		EXAMPLE(DNS_SRV, QUESTION("\x21") RECORD("\x21", "\7") "\0\0\0\0\0\0\0", "0 0 0 ."),
		EXAMPLE(DNS_SRV, QUESTION("\x21") RECORD("\x21", "\6") "\0\0\0\0\0\0", NULL),
		EXAMPLE(DNS_SRV, QUESTION("\x21") RECORD("\xf", "\3") "\0\0\0", NULL),        /* another type */
	};
	/* clang-format on */
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct dns_reading reading;
		enum dns_verdict verdict = dns_answer_read(arena, str_new(cases[i].bytes, cases[i].n), 7, "a.test",
		                                           cases[i].type, &reading);

		print_message("case %zu\n", i);
		assert_int_equal(verdict, cases[i].text ? DNS_SAYS_FOUND : DNS_SAYS_NONE);
		if (cases[i].text)
			assert_str(reading.texts[0], cases[i].text);
	}
}

static void services_are_taken_apart(void **state UNUSED)
{
	struct dns_service s;

	assert_true(dns_service_read(STR("10 mx.a.test"), DNS_MX, &s));
	assert_int_equal(s.priority, 10);
	assert_str(s.host, "mx.a.test");
	assert_true(dns_service_read(STR("1 2 993 imap.a.test"), DNS_SRV, &s));
	assert_int_equal(s.priority + s.weight + s.port, 1 + 2 + 993);
	assert_str(s.host, "imap.a.test");
	assert_false(dns_service_read(STR("1 2 imap.a.test"), DNS_SRV, &s));
	assert_false(dns_service_read(STR("10"), DNS_MX, &s));
	assert_false(dns_service_read(STR("70000 a"), DNS_MX, &s));
	assert_false(dns_service_read(STR(""), DNS_MX, &s));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(records_of_hosts_are_read),
	        cmocka_unit_test(services_are_taken_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
