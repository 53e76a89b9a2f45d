/* Certificates of people, on both databases. */
#include "store/certificates.h"

#include "base/clock.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define DAY HOURS_MS(24)

struct shelf {
	struct db *db;
	struct arena *arena;
	struct error err;
};

static void open_shelf(struct shelf *s, struct store *store)
{
	*s = (struct shelf){.arena = arena_new()};
	assert_ok(store_connect(store, &s->db, &s->err), &s->err);
}

static void close_shelf(struct shelf *s)
{
	db_close(s->db);
	arena_free(s->arena);
}

static int put_vouched(struct shelf *s, const char *fingerprint, const char *source, const char *truststore,
                       int64_t from, int64_t until)
{
	const struct stored_certificate c = {
	        .address = STR("Anna@Customer.test"),
	        .fingerprint = str_of(fingerprint),
	        .subject = STR("CN=Anna"),
	        .issuer = STR("CN=CA"),
	        .serial = STR("10:01"),
	        .valid_from = from,
	        .expires_at = until,
	        .source = source,
	        .since = DAY,
	        .der = STR("\x30\x03\x00\xff\x01"),
	        .truststore = str_of(truststore),
	};
	int r = certificate_put(s->db, s->arena, &c, &s->err);

	assert_ok(r, &s->err);
	return r;
}

static int put(struct shelf *s, const char *fingerprint, const char *source, int64_t from, int64_t until)
{
	return put_vouched(s, fingerprint, source, "", from, until);
}

/* The fingerprint of what mail to her is encrypted with; "" for none. */
static const char *chosen_by(struct shelf *s, const char *truststore, int64_t at)
{
	struct stored_certificate found;
	int r = certificate_for(s->db, STR("ANNA@customer.test"), truststore, at, s->arena, &found, &s->err);

	assert_ok(r, &s->err);
	if (r > 0)
		assert_int_equal(found.der.n, 5);
	return r > 0 ? arena_cstr(s->arena, found.fingerprint) : "";
}

static const char *chosen(struct shelf *s, int64_t at)
{
	return chosen_by(s, "", at);
}

static int64_t events(struct shelf *s, const char *kind)
{
	int64_t n = -1;

	assert_int_equal(
	        db_query_int(s->db, "SELECT COUNT(*) FROM event WHERE kind = $1", DB_ARGS(DB_TEXT(kind)), &n, &s->err),
	        1);
	return n;
}

static void the_newest_valid_one_is_taken(struct store *store)
{
	struct shelf s;

	open_shelf(&s, store);
	assert_string_equal(chosen(&s, 5 * DAY), "");
	assert_int_equal(put(&s, "aa", "mail", 1 * DAY, 100 * DAY), 1);
	assert_int_equal(put(&s, "aa", "mail", 1 * DAY, 100 * DAY), 0);
	assert_int_equal(put(&s, "bb", "mail", 3 * DAY, 50 * DAY), 1);
	assert_string_equal(chosen(&s, 5 * DAY), "bb");
	assert_string_equal(chosen(&s, 60 * DAY), "aa");
	assert_string_equal(chosen(&s, 2 * DAY), "aa");
	assert_string_equal(chosen(&s, 200 * DAY), "");
	assert_int_equal(put(&s, "aa", "person", 1 * DAY, 100 * DAY), 1);
	assert_string_equal(chosen(&s, 5 * DAY), "aa");
	assert_int_equal(put(&s, "aa", "mail", 1 * DAY, 100 * DAY), 0);
	assert_string_equal(chosen(&s, 5 * DAY), "aa");
	assert_int_equal(events(&s, "certificate.learned"), 2);
	assert_int_equal(events(&s, "certificate.added"), 1);
	close_shelf(&s);
}

static void only_the_newest_learned_ones_are_kept(struct store *store)
{
	struct stored_certificate *list;
	struct shelf s;
	char name[8];

	open_shelf(&s, store);
	put(&s, "person", "person", DAY, 2 * DAY);
	for (int i = 0; i < CERTIFICATES_PER_ADDRESS + 3; i++) {
		snprintf(name, sizeof name, "%02d", i);
		put(&s, name, "mail", (i + 1) * DAY, 100 * DAY);
	}
	assert_int_equal(certificate_list(s.db, STR(""), 100, s.arena, &list, &s.err), CERTIFICATES_PER_ADDRESS + 1);
	assert_str(list[0].fingerprint, "12");
	assert_string_equal(chosen(&s, 50 * DAY), "12");
	close_shelf(&s);
}

static void forgotten_ones_are_gone(struct store *store)
{
	struct stored_certificate *list;
	struct shelf s;

	open_shelf(&s, store);
	put(&s, "aa11", "mail", DAY, 100 * DAY);
	put(&s, "bb22", "mail", 2 * DAY, 100 * DAY);
	assert_int_equal(certificate_forget(s.db, s.arena, STR("nobody@x"), STR(""), DAY, &s.err), 0);
	assert_int_equal(certificate_forget(s.db, s.arena, STR("anna@customer.test"), STR("BB"), DAY, &s.err), 1);
	assert_string_equal(chosen(&s, 5 * DAY), "aa11");
	assert_int_equal(certificate_expiring(s.db, 0, 50 * DAY, 10, s.arena, &list, &s.err), 0);
	assert_int_equal(certificate_expiring(s.db, 0, 101 * DAY, 10, s.arena, &list, &s.err), 1);
	assert_int_equal(certificate_forget(s.db, s.arena, STR("anna@customer.test"), STR(""), DAY, &s.err), 1);
	assert_int_equal(events(&s, "certificate.forgotten"), 2);
	close_shelf(&s);
}

static void a_truststore_vouches_for_its_own_accounts(struct store *store)
{
	struct stored_certificate *list;
	struct shelf s;

	open_shelf(&s, store);
	assert_int_equal(put_vouched(&s, "aa", "mail", "own-ca", DAY, 100 * DAY), 1);
	assert_int_equal(put_vouched(&s, "aa", "mail", "own-ca", DAY, 100 * DAY), 0);
	assert_string_equal(chosen_by(&s, "own-ca", 5 * DAY), "aa");
	assert_string_equal(chosen_by(&s, "other-ca", 5 * DAY), "");
	assert_string_equal(chosen(&s, 5 * DAY), "");
	assert_int_equal(put(&s, "aa", "mail", DAY, 100 * DAY), 1);
	assert_string_equal(chosen(&s, 5 * DAY), "aa");
	assert_int_equal(certificate_list(s.db, STR(""), 10, s.arena, &list, &s.err), 2);
	assert_int_equal(certificate_expiring(s.db, 0, 101 * DAY, 10, s.arena, &list, &s.err), 1);
	assert_int_equal(put(&s, "aa", "person", DAY, 100 * DAY), 1);
	assert_int_equal(put_vouched(&s, "aa", "mail", "other-ca", DAY, 100 * DAY), 0);
	assert_string_equal(chosen_by(&s, "other-ca", 5 * DAY), "aa");
	assert_int_equal(certificate_list(s.db, STR(""), 10, s.arena, &list, &s.err), 1);
	close_shelf(&s);
}

static void certificates_are_kept_by_address(void **state UNUSED)
{
	test_store_each(the_newest_valid_one_is_taken);
	test_store_each(only_the_newest_learned_ones_are_kept);
	test_store_each(forgotten_ones_are_gone);
	test_store_each(a_truststore_vouches_for_its_own_accounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(certificates_are_kept_by_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
