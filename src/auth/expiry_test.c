/* What runs out is told in time and once, on both databases. */
#include "auth/expiry.h"

#include "base/clock.h"
#include "security/test_keys.h"
#include "store/certificates.h"
#include "store/test_store.h"

#include "base/test.h"

#define DAY HOURS_MS(24)

struct calendar {
	struct db *db;
	struct arena *arena;
	struct setup *setup;
	int64_t end; /* of the desk's certificates */
	struct error err;
};

static void apply(struct calendar *c, json_t *document)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));

	assert_non_null(document);
	assert_ok(setup_apply(c->db, &plain_sealer, document, "tester", false, &report, &c->err), &c->err);
	setup_free(c->setup);
	assert_ok(setup_load(c->db, &plain_sealer, &c->setup, &c->err), &c->err);
	json_decref(document);
}

static void open_calendar(struct calendar *c, struct store *store)
{
	json_t *document = json_pack("{s:{s:{s:s}}, s:{s:{s:{s:s, s:{s:s}}}}}", "keystores", "keys", "content",
	                             desk_pem, "accounts", "support", "send", "address", "support@example.test",
	                             "smime", "keystore", "keys");

	*c = (struct calendar){.arena = arena_new(), .end = clock_from_civil(2040, 1, 1, 0, 0, 0)};
	assert_ok(store_connect(store, &c->db, &c->err), &c->err);
	apply(c, document);
}

static void close_calendar(struct calendar *c)
{
	setup_free(c->setup);
	db_close(c->db);
	arena_free(c->arena);
}

static int warn(struct calendar *c, int64_t at)
{
	int n = expiry_warn(c->setup, c->db, at, NULL, NULL, &c->err);

	assert_ok(n, &c->err);
	return n;
}

/* Two keys end on one day. */
static void check_warnings(struct store *store)
{
	struct calendar c;
	int64_t events;
	static const struct {
		int days, told;
	} looks[] = {{40, 0}, {29, 2}, {29, 0}, {10, 0}, {6, 2}, {2, 0}, {0, 2}, {0, 0}, {-1, 2}, {-2, 0}, {-20, 0}};

	open_calendar(&c, store);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++)
		assert_int_equal(warn(&c, c.end - looks[i].days * DAY - HOURS_MS(1)), looks[i].told);
	assert_int_equal(db_query_int(c.db, "SELECT COUNT(*) FROM event WHERE kind = 'expiry.warning'", DB_NO_ARGS,
	                              &events, &c.err),
	                 1);
	assert_int_equal(events, 8);
	close_calendar(&c);
}

static void warnings_are_told_once(void **state UNUSED)
{
	test_store_each(check_warnings);
}

static void check_list(struct store *store)
{
	const struct stored_certificate learned = {.address = STR("anna@customer.test"),
	                                           .fingerprint = STR("0123456789abcdef0123"),
	                                           .subject = STR("CN=Anna"),
	                                           .issuer = STR(""),
	                                           .serial = STR(""),
	                                           .expires_at = clock_from_civil(2039, 12, 30, 0, 0, 0),
	                                           .source = "mail",
	                                           .der = STR("x")};
	struct expiry *list;
	struct calendar c;

	open_calendar(&c, store);
	assert_ok(certificate_put(c.db, c.arena, &learned, &c.err), &c.err);
	assert_int_equal(expiry_list(c.setup, c.db, c.end - 40 * DAY, 30, c.arena, &list, &c.err), 0);
	assert_int_equal(expiry_list(c.setup, c.db, c.end - 20 * DAY, 30, c.arena, &list, &c.err), 3);
	assert_string_equal(list[0].what, "certificates/anna@customer.test/0123456789abcdef");
	assert_string_equal(list[2].what, "keystores/keys/Support Example");
	assert_string_equal(list[2].used_by, "accounts/support/send/smime/keystore");
	assert_true(list[2].is_signer && !list[1].is_signer);
	assert_int_equal(expiry_days(&list[2], c.end - 20 * DAY), 20);
	assert_int_equal(expiry_days(&list[2], c.end + 1), -1);
	/* Long after the end only what an account signs with is shown. */
	assert_int_equal(expiry_list(c.setup, c.db, c.end + 100 * DAY, 30, c.arena, &list, &c.err), 1);
	close_calendar(&c);
}

static void check_secret(struct store *store)
{
	struct expiry *list;
	struct calendar c;

	open_calendar(&c, store);
	apply(&c, json_pack("{s:{s:{s:s, s:s, s:s, s:s, s:s, s:s}}, s:{s:{s:{s:s, s:s}}}}", "authentication_profiles",
	                    "company", "template", "microsoft", "tenant", "example.test", "grant", "client-credentials",
	                    "client_id", "1", "client_secret", "secret", "secret_expires_at", "2039-11-01", "accounts",
	                    "support", "send", "address", "support@example.test", "profile", "company"));
	assert_int_equal(
	        expiry_list(c.setup, c.db, clock_from_civil(2039, 10, 20, 0, 0, 0), 30, c.arena, &list, &c.err), 1);
	assert_string_equal(list[0].what, "authentication_profiles/company/client secret");
	assert_string_equal(list[0].kind, "secret");
	assert_string_equal(list[0].used_by, "accounts/support/send/profile");
	close_calendar(&c);
}

static void client_secrets_are_in_it(void **state UNUSED)
{
	test_store_each(check_secret);
}

static void the_list_says_who_uses_it(void **state UNUSED)
{
	test_store_each(check_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(warnings_are_told_once),
	        cmocka_unit_test(the_list_says_who_uses_it),
	        cmocka_unit_test(client_secrets_are_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
