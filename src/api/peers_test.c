#include "api/peers.h"

#include <poll.h>
#include <unistd.h>

#include "base/test.h"

static const unsigned char away[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
static const unsigned char other[16] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
static const unsigned char here[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 9};
static const unsigned char proxy[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 9, 8, 7};

static void an_address_has_its_share(void **state UNUSED)
{
	struct proxies proxies = {.count = 0};
	struct error err;
	struct peers *peers;
	struct peer *from[8];

	assert_ok(proxies_parse(&proxies, "10.0.0.0/8", &err), &err);
	peers = peers_new(&(struct peers_options){.per_address = 2, .proxies = &proxies});
	from[0] = peers_add(peers, -1, away);
	assert_true(peers_may_come(peers, away));
	from[1] = peers_add(peers, -1, away);
	assert_false(peers_may_come(peers, away));
	assert_true(peers_may_come(peers, other));
	for (int i = 0; i < 3; i++) {
		from[2 + 2 * i] = peers_add(peers, -1, here);
		from[3 + 2 * i] = peers_add(peers, -1, proxy);
		assert_true(peers_may_come(peers, here) && peers_may_come(peers, proxy));
	}
	assert_int_equal(peers_count(peers), 8);
	peers_remove(peers, from[1]);
	assert_true(peers_may_come(peers, away));
	peers_remove(peers, from[0]);
	for (int i = 2; i < 8; i++)
		peers_remove(peers, from[i]);
	assert_int_equal(peers_count(peers), 0);
	peers_free(peers);
}

/* An IPv6 customer has 2^64 addresses to come from, an IPv4 one mostly one. */
static void a_network_has_one_share(void **state UNUSED)
{
	static const unsigned char neighbour[16] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9};
	static const unsigned char stranger[16] = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7};
	static const unsigned char besides[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 8};
	static const struct proxies none = {.count = 0};
	struct peers *peers = peers_new(&(struct peers_options){.per_address = 2, .proxies = &none});
	struct peer *from[] = {peers_add(peers, -1, other), peers_add(peers, -1, neighbour), peers_add(peers, -1, away),
	                       peers_add(peers, -1, away)};

	assert_false(peers_may_come(peers, other) || peers_may_come(peers, neighbour) || peers_may_come(peers, away));
	assert_true(peers_may_come(peers, stranger) && peers_may_come(peers, besides));
	peers_remove(peers, from[0]);
	assert_true(peers_may_come(peers, neighbour));
	for (size_t i = 1; i < ARRAY_LEN(from); i++)
		peers_remove(peers, from[i]);
	peers_free(peers);
}

static void who_is_late_is_cut_off(void **state UNUSED)
{
	static const struct proxies none = {.count = 0};
	struct peers *peers = peers_new(&(struct peers_options){.per_address = 2, .proxies = &none});
	int late[2], patient[2];
	struct peer *first, *second;
	struct pollfd ready;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, late), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, patient), 0);
	first = peers_add(peers, late[0], away);
	second = peers_add(peers, patient[0], away);
	peer_give(second, 1);
	peer_give(second, 0); /* as long as it likes */
	peer_give(first, 1);
	ready = (struct pollfd){.fd = late[1], .events = POLLIN};
	assert_int_equal(poll(&ready, 1, 10000), 1);
	ready = (struct pollfd){.fd = patient[1], .events = POLLIN};
	assert_int_equal(poll(&ready, 1, 0), 0);
	peers_remove(peers, first);
	peers_remove(peers, second);
	peers_free(peers);
	for (int i = 0; i < 2; i++) {
		close(late[i]);
		close(patient[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_address_has_its_share),
	        cmocka_unit_test(a_network_has_one_share),
	        cmocka_unit_test(who_is_late_is_cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
