/* Which addresses are refused, allowed as an administrator's own, and open to all. */
#include "net/guard.h"

#include "base/str.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/test.h"

enum { OPEN, INSIDE, NEVER };

/* clang-format off */
static const struct {
	const char *address;
	int what;
} cases[] = {
	{"8.8.8.8", OPEN}, {"1.1.1.1", OPEN}, {"100.63.255.255", OPEN}, {"100.128.0.0", OPEN}, {"11.0.0.0", OPEN}, {"9.255.255.255", OPEN},
	{"172.15.255.255", OPEN}, {"172.32.0.0", OPEN}, {"192.167.255.255", OPEN}, {"192.169.0.0", OPEN}, {"198.17.255.255", OPEN},
	{"198.20.0.0", OPEN}, {"223.255.255.255", OPEN}, {"128.0.0.1", OPEN}, {"126.255.255.255", OPEN}, {"169.253.255.255", OPEN},
	{"127.0.0.1", INSIDE}, {"127.255.255.254", INSIDE}, {"10.0.0.1", INSIDE}, {"10.255.255.255", INSIDE}, {"172.16.0.1", INSIDE},
	{"172.31.255.255", INSIDE}, {"192.168.0.1", INSIDE}, {"192.168.255.255", INSIDE}, {"100.64.0.1", INSIDE}, {"100.127.255.255", INSIDE},
	{"0.0.0.0", NEVER}, {"0.1.2.3", NEVER}, {"169.254.169.254", NEVER}, {"192.0.0.1", NEVER}, {"192.0.2.1", NEVER}, {"192.88.99.1", NEVER},
	{"198.18.0.1", NEVER}, {"198.19.255.255", NEVER}, {"198.51.100.1", NEVER}, {"203.0.113.1", NEVER}, {"224.0.0.1", NEVER},
	{"239.255.255.255", NEVER}, {"240.0.0.1", NEVER}, {"255.255.255.255", NEVER},

	{"2606:4700:4700::1111", OPEN}, {"2a00:1450::1", OPEN}, {"2001:4860:4860::8888", OPEN}, {"2001:200::1", OPEN},
	{"2003::1", OPEN}, {"3ffe::1", OPEN},
	{"::1", INSIDE}, {"fc00::1", INSIDE}, {"fdff:ffff::1", INSIDE}, {"fec0::1", INSIDE}, {"64:ff9b:1::1", INSIDE},
	{"::", NEVER}, {"fe80::1", NEVER}, {"febf::1", NEVER}, {"ff02::1", NEVER}, {"2001:db8::1", NEVER}, {"3fff::1", NEVER},
	{"2001::1", NEVER}, {"2001:2::1", NEVER}, {"2001:10::1", NEVER}, {"100::1", NEVER}, {"5f00::1", NEVER}, {"4000::1", NEVER},

	/* IPv4 in IPv6 */
	{"::ffff:127.0.0.1", INSIDE}, {"::ffff:169.254.169.254", NEVER}, {"::ffff:8.8.8.8", OPEN}, {"::ffff:0.0.0.0", NEVER},
	{"::127.0.0.1", INSIDE}, {"::10.1.2.3", INSIDE}, {"::8.8.8.8", OPEN}, {"::ffff:0:10.0.0.1", INSIDE},
	{"64:ff9b::10.0.0.1", INSIDE}, {"64:ff9b::169.254.169.254", NEVER}, {"64:ff9b::8.8.8.8", OPEN},
	{"2002:7f00:1::", INSIDE}, {"2002:a9fe:a9fe::1", NEVER}, {"2002:808:808::1", OPEN}, {"2002:c0a8:101::1", INSIDE},
	{"2a00:1450::5efe:10.0.0.1", INSIDE}, {"2a00:1450::200:5efe:169.254.1.1", NEVER}, {"2a00:1450::5efe:8.8.8.8", OPEN},
};
/* clang-format on */

static const char *refusal(const char *text, bool allow_private)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return guard_refusal((const struct sockaddr *)&in, allow_private);
	must(inet_pton(AF_INET6, text, &in6.sin6_addr) == 1);
	return guard_refusal((const struct sockaddr *)&in6, allow_private);
}

static void special_addresses_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool refused = refusal(cases[i].address, false) != NULL,
		     refused_inside = refusal(cases[i].address, true) != NULL;

		if (refused != (cases[i].what != OPEN) || refused_inside != (cases[i].what == NEVER))
			FAIL_CASE("%s: refused %d, with private networks allowed %d", cases[i].address, refused,
			          refused_inside);
	}
}

static void only_internet_addresses_pass(void **state)
{
	struct sockaddr address = {.sa_family = AF_UNIX};

	(void)state;
	assert_non_null(guard_refusal(&address, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(special_addresses_are_refused),
	        cmocka_unit_test(only_internet_addresses_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
