/* What we sign and encrypt is what our own reader accepts; other programs' readers are asked by
 * tests/test_keystores.py. */
#include "security/smime_make.h"

#include "base/clock.h"
#include "security/smime.h"
#include "test_keys.h"

#include "base/test.h"

static const char content[] = "Content-Type: text/plain\r\n\r\nThe printer smokes.\r\n";

struct desk {
	struct arena *arena;
	struct keystore *ca, *anna, *desk;
	struct smime_place place;
	struct error err;
};

static struct keystore *must_open(struct str bytes)
{
	struct keystore *keystore = NULL;
	struct error err;

	assert_ok(keystore_open(bytes, NULL, &keystore, &err), &err);
	return keystore;
}

static int open_desk(void **state)
{
	struct desk *d = test_calloc(1, sizeof *d);

	d->arena = arena_new();
	d->ca = must_open(str_of(ca_pem));
	d->anna = must_open(arena_printf(d->arena, "%s%s", anna_pem, ca_pem));
	d->desk = must_open(str_of(desk_pem));
	d->place = (struct smime_place){.trust = d->ca, .at = clock_now_ms()};
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *d = *state;

	keystore_free(d->ca);
	keystore_free(d->anna);
	keystore_free(d->desk);
	arena_free(d->arena);
	test_free(d);
	return 0;
}

static const struct keystore_entry *entry_of(const struct keystore *keystore, size_t i)
{
	const struct keystore_entry *entries;

	assert_true(keystore_entries(keystore, &entries) > i);
	return &entries[i];
}

static void what_we_sign_is_valid(void **state)
{
	struct desk *d = *state;
	const struct keystore *stores[] = {d->anna, d->desk}; /* EC, RSA */

	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		struct buf der CLEANUP(buf_done) = BUF_INIT(MIB(1));
		struct smime_layer layer;

		assert_ok(smime_sign(stores[i], entry_of(stores[i], 0), str_of(content), &der, &d->err), &d->err);
		smime_verify(d->arena, &d->place, str_of(content), buf_str(&der), &layer);
		assert_int_equal(layer.status, SMIME_VALID);
		assert_int_equal(layer.signer_count, 1);
		assert_true(str_starts(layer.signers[0].algorithm, STR("SHA-256 with ")));
		assert_true(layer.signers[0].signed_at > 0);
		smime_verify(d->arena, &d->place, STR("Content-Type: text/plain\r\n\r\nNo.\r\n"), buf_str(&der),
		             &layer);
		assert_int_equal(layer.status, SMIME_CHANGED);
	}
}

static void a_valid_signature_teaches_the_certificate(void **state)
{
	struct desk *d = *state;
	struct buf der CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct smime_certificate read;
	struct smime_layer layer;

	assert_ok(smime_sign(d->anna, entry_of(d->anna, 0), str_of(content), &der, &d->err), &d->err);
	smime_verify(d->arena, &d->place, str_of(content), buf_str(&der), &layer);
	assert_int_equal(layer.certificate_count, 1);
	assert_true(smime_certificate_names(&layer.certificates[0], STR("Anna@Customer.test")));
	assert_int_equal(layer.certificates[0].fingerprint.n, 64);
	assert_ok(smime_certificate_read(d->arena, layer.certificates[0].der, &read, &d->err), &d->err);
	assert_true(str_eq(read.fingerprint, layer.certificates[0].fingerprint));
	smime_verify(d->arena, &d->place, STR("Something else\r\n"), buf_str(&der), &layer);
	assert_int_equal(layer.certificate_count, 0);
	d->place.trust = d->desk;
	smime_verify(d->arena, &d->place, str_of(content), buf_str(&der), &layer);
	assert_int_equal(layer.certificate_count, 0);
}

/* For Anna (EC) and the desk's first key (RSA): each opens it, nobody else. */
static void what_we_encrypt_opens_for_them_and_us(void **state)
{
	struct desk *d = *state;
	struct smime_certificate anna;
	struct str certificate;

	assert_ok(smime_certificate_read(d->arena, str_of(anna_pem), &anna, &d->err), &d->err);
	certificate = anna.der;
	for (int cipher = SMIME_AES_256_CBC; cipher <= SMIME_AES_256_GCM; cipher++) {
		const struct smime_sealing sealing = {(enum smime_cipher)cipher, &certificate, 1, d->desk,
		                                      entry_of(d->desk, 0)};
		const struct keystore *readers[] = {d->anna, d->desk, d->ca};

		for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
			struct buf der CLEANUP(buf_done) = BUF_INIT(MIB(1));
			struct smime_place place = d->place;
			struct smime_layer layer;
			struct str inside;

			place.keys = readers[i];
			assert_ok(smime_encrypt(&sealing, str_of(content), &der, &d->err), &d->err);
			assert_int_equal(smime_open(d->arena, &place, &der, &layer, &inside), i < 2);
			assert_str(layer.algorithm, cipher == SMIME_AES_256_GCM ? "AES-256-GCM" : "AES-256-CBC");
			assert_int_equal(layer.recipient_count, 2);
			if (i < 2)
				assert_str(inside, content);
		}
	}
}

static void the_key_that_names_the_sender_signs(void **state)
{
	struct desk *d = *state;
	struct str both = arena_printf(d->arena, "%s%s%s", anna_pem, desk_pem, ca_pem);
	struct keystore *keystore CLEANUP(keystore_freep) = must_open(both);
	const struct keystore_entry *entry;
	int64_t now = d->place.at, later = clock_from_civil(2045, 1, 1, 0, 0, 0);
	static const struct {
		const char *alias, *address, *chosen;
	} cases[] = {
	        {"", "support@example.test", "Support Example"},
	        {" ", "DESK@example.test", "Desk Example"},
	        {"anna example", "support@example.test", "Anna Example"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_ok(smime_signer_find(keystore, cases[i].alias, str_of(cases[i].address), now, &entry, &d->err),
		          &d->err);
		assert_string_equal(entry->alias, cases[i].chosen);
	}
	assert_int_equal(smime_signer_find(keystore, "", STR("bob@example.test"), now, &entry, &d->err), E_NOT_FOUND);
	assert_int_equal(smime_signer_find(keystore, "Example Mail CA", STR("x@y"), now, &entry, &d->err), E_NOT_FOUND);
	assert_int_equal(smime_signer_find(keystore, "nobody", STR("x@y"), now, &entry, &d->err), E_NOT_FOUND);
	assert_int_equal(smime_signer_find(keystore, "", STR("desk@example.test"), later, &entry, &d->err), E_INVALID);
	assert_string_equal(d->err.text, "the certificate \"Desk Example\" expired on 2040-01-01");
	assert_ptr_equal(smime_reader_find(keystore, STR("bob@example.test"), later), NULL);
	assert_string_equal(smime_reader_find(keystore, STR("desk@example.test"), now)->alias, "Desk Example");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(what_we_sign_is_valid, open_desk, close_desk),
	        cmocka_unit_test_setup_teardown(a_valid_signature_teaches_the_certificate, open_desk, close_desk),
	        cmocka_unit_test_setup_teardown(what_we_encrypt_opens_for_them_and_us, open_desk, close_desk),
	        cmocka_unit_test_setup_teardown(the_key_that_names_the_sender_signs, open_desk, close_desk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
