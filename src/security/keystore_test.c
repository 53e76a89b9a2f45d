/* Keystores: entries, aliases, what is shared. The formats that programs write are tested with their output
 * (tests/test_smime.py). */
#include "security/keystore.h"

#include "base/arena.h"
#include "test_keys.h"

#include "base/test.h"

static struct keystore *must_open(struct str bytes)
{
	struct keystore *keystore = NULL;
	struct error err;

	assert_ok(keystore_open(bytes, NULL, &keystore, &err), &err);
	return keystore;
}

static void keys_stand_beside_their_certificates(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str both = arena_printf(arena, "%s%s%s", ca_pem, anna_pem, desk_pem);
	struct keystore *keystore CLEANUP(keystore_freep) = must_open(both);
	const struct keystore_entry *e;
	char use[48];

	assert_int_equal(keystore_entries(keystore, &e), 4);
	assert_string_equal(e[0].alias, "Anna Example");
	assert_string_equal(e[0].issuer, "CN=Example Mail CA");
	assert_int_equal(e[0].address_count, 1);
	assert_str(e[0].addresses[0], "anna@customer.test");
	assert_true(e[0].has_key && e[0].can_sign && e[0].can_encrypt && !e[0].is_ca);
	assert_int_equal(e[0].chain_length, 1);
	assert_string_equal(e[3].alias, "Example Mail CA");
	assert_true(e[3].is_ca && !e[3].has_key && !e[3].can_sign);
	keystore_use_text(&e[3], use);
	assert_string_equal(use, "trust");
	keystore_use_text(&e[0], use);
	assert_string_equal(use, "sign, decrypt");
}

static void an_entry_is_found_by_its_alias(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str named = arena_printf(arena, "%sBag Attributes\n    friendlyName: The Desk\n%s", ca_pem, desk_pem);
	struct keystore *keystore CLEANUP(keystore_freep) = must_open(named);
	struct keystore *cas CLEANUP(keystore_freep) = must_open(str_of(ca_pem));
	const struct keystore_entry *entry;
	struct error err;

	assert_ok(keystore_find(keystore, "", &entry, &err), &err);
	assert_string_equal(entry->alias, "The Desk");
	assert_ok(keystore_find(keystore, " the desk ", &entry, &err), &err);
	assert_ok(keystore_find(keystore, "Example Mail CA", &entry, &err), &err);
	assert_int_equal(keystore_find(keystore, "other", &entry, &err), E_NOT_FOUND);
	assert_string_equal(err.text, "it has no entry \"other\"; there are: The Desk, Desk Example, Example Mail CA");
	assert_int_equal(keystore_find(cas, "", &entry, &err), E_NOT_FOUND);
	assert_string_equal(err.text, "it holds certificates only, no private key");
}

static void the_same_alias_twice_is_numbered(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct keystore *keystore CLEANUP(keystore_freep) = must_open(arena_printf(arena, "%s%s", ca_pem, ca_pem));
	const struct keystore_entry *e;

	assert_int_equal(keystore_entries(keystore, &e), 2);
	assert_string_equal(e[0].alias, "Example Mail CA");
	assert_string_equal(e[1].alias, "Example Mail CA-2");
}

static void what_is_no_keystore_is_refused(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str pem = str_of(anna_pem);
	struct {
		struct str bytes;
		int code;
	} cases[] = {
	        {STR(""), E_INVALID},
	        {STR("hello"), E_INVALID},
	        {STR("\xfe\xed\xfe\xed\0\0\0\2"), E_INVALID},
	        {STR("\xce\xce\xce\xce\0\0\0\2"), E_UNSUPPORTED},
	        {STR("0"), E_INVALID},
	        {STR("0\x80\0\0"), E_INVALID},
	        {STR("-----BEGIN CERTIFICATE-----\n"), E_INVALID},
	        {STR("-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n"), E_INVALID},
	        {STR("-----BEGIN PRIVATE KEY-----\naGk=\n-----END PRIVATE KEY-----\n"), E_INVALID},
	        {STR("-----BEGIN X509 CRL-----\naGk=\n-----END X509 CRL-----\n"), E_INVALID},
	        {str_slice(pem, 0, pem.n - 10), E_INVALID},
	        {str_new(arena_alloc(arena, 1, KEYSTORE_MAX_BYTES + 1), KEYSTORE_MAX_BYTES + 1), E_LIMIT},
	};
	struct keystore *keystore = NULL;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (keystore_open(cases[i].bytes, NULL, &keystore, &err) != cases[i].code)
			print_error("case %zu: %s\n", i, err.text);
		assert_int_equal(keystore_open(cases[i].bytes, NULL, &keystore, &err), cases[i].code);
	}
	assert_null(keystore);
}

static void what_was_opened_is_shared(void **state UNUSED)
{
	struct secret content CLEANUP(secret_done) = {0}, other CLEANUP(secret_done) = {0};
	struct secret password CLEANUP(secret_done) = {0};
	struct keystore *a CLEANUP(keystore_freep) = NULL, *b CLEANUP(keystore_freep) = NULL;
	struct keystore *c CLEANUP(keystore_freep) = NULL, *d CLEANUP(keystore_freep) = NULL;
	struct error err;

	secret_set(&content, str_of(anna_pem));
	secret_set(&other, str_of(desk_pem));
	secret_set(&password, STR("x"));
	assert_ok(keystore_open_shared(&(struct keystore_source){&content, NULL, NULL}, &a, &err), &err);
	assert_ok(keystore_open_shared(&(struct keystore_source){&content, NULL, NULL}, &b, &err), &err);
	assert_ok(keystore_open_shared(&(struct keystore_source){&other, NULL, NULL}, &c, &err), &err);
	assert_ok(keystore_open_shared(&(struct keystore_source){&content, &password, NULL}, &d, &err), &err);
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_ptr_not_equal(a, d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(keys_stand_beside_their_certificates),
	        cmocka_unit_test(an_entry_is_found_by_its_alias),
	        cmocka_unit_test(the_same_alias_twice_is_numbered),
	        cmocka_unit_test(what_is_no_keystore_is_refused),
	        cmocka_unit_test(what_was_opened_is_shared),
	};

	return cmocka_run_group_tests_name("security/keystore", tests, NULL, NULL);
}
