/* S/MIME structures made here: what time, trust and damage do to them. What other programs make is tested with theirs
 * (tests/test_smime.py). */
#include "security/smime.h"

#include "base/clock.h"
#include "keystore_open.h"
#include "smime_open.h"
#include "test_keys.h"

#include "base/test.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nhello\r\nworld\r\n"

struct keys {
	struct keystore *anna, *desk, *ca;
	struct arena *arena;
	struct smime_place place;
};

static struct keystore *open_pem(const char *pem)
{
	struct keystore *keystore = NULL;
	struct error err;

	assert_ok(keystore_open(str_of(pem), NULL, &keystore, &err), &err);
	return keystore;
}

static int make_keys(void **state)
{
	static struct keys keys;

	keys = (struct keys){open_pem(anna_pem), open_pem(desk_pem), open_pem(ca_pem), arena_new(), {0}};
	keys.place = (struct smime_place){.keys = keys.desk, .trust = keys.ca, .at = clock_now_ms()};
	*state = &keys;
	return 0;
}

static int free_keys(void **state)
{
	struct keys *keys = *state;

	keystore_free(keys->anna);
	keystore_free(keys->desk);
	keystore_free(keys->ca);
	arena_free(keys->arena);
	return 0;
}

static struct str der_of(struct keys *keys, CMS_ContentInfo *cms)
{
	unsigned char *der = NULL;
	int n = i2d_CMS_ContentInfo(cms, &der);
	struct str copy;

	assert_true(n > 0);
	copy = arena_str(keys->arena, str_new(der, (size_t)n));
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	return copy;
}

static struct str sign(struct keys *keys, struct str content, unsigned flags)
{
	const struct keystore_item *anna = keystore_items(keys->anna);
	BIO *bio = BIO_new_mem_buf(content.p, (int)content.n);
	CMS_ContentInfo *cms =
	        CMS_sign_ex(anna->cert, anna->key, NULL, bio, flags | CMS_BINARY, keystore_library(), NULL);

	assert_non_null(cms);
	BIO_free(bio);
	return der_of(keys, cms);
}

static struct str encrypt(struct keys *keys, struct str content, const char *cipher, size_t recipient)
{
	STACK_OF(X509) *to = sk_X509_new_null();
	BIO *bio = BIO_new_mem_buf(content.p, (int)content.n);
	EVP_CIPHER *c = EVP_CIPHER_fetch(keystore_library(), cipher, NULL);
	CMS_ContentInfo *cms;

	sk_X509_push(to, keystore_items(keys->desk)[recipient].cert);
	cms = CMS_encrypt_ex(to, bio, c, CMS_BINARY, keystore_library(), NULL);
	assert_non_null(cms);
	EVP_CIPHER_free(c);
	BIO_free(bio);
	sk_X509_free(to);
	return der_of(keys, cms);
}

static struct smime_layer verify(struct keys *keys, struct str content, struct str signature)
{
	struct smime_layer layer;

	smime_verify(keys->arena, &keys->place, content, signature, &layer);
	return layer;
}

static bool open_it(struct keys *keys, struct str der, struct smime_layer *layer, struct str *inside)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(der.n + 1);

	buf_add(&bytes, der);
	return smime_open(keys->arena, &keys->place, &bytes, layer, inside);
}

/* ---------------------------------------------------------------- signatures */

static void the_signer_is_described(void **state)
{
	struct keys *keys = *state;
	struct smime_layer layer = verify(keys, STR(CONTENT), sign(keys, STR(CONTENT), CMS_DETACHED));

	assert_int_equal(layer.status, SMIME_VALID);
	assert_int_equal(layer.signer_count, 1);
	assert_str(layer.signers[0].subject, "CN=Anna Example");
	assert_str(layer.signers[0].trusted_by, "CN=Example Mail CA");
	assert_str(layer.signers[0].algorithm, "SHA-256 with EC P-256");
	assert_true(smime_signer_has(&layer.signers[0], STR("Anna@Customer.TEST")));
	assert_false(smime_signer_has(&layer.signers[0], STR("ann@customer.test")));
	assert_false(smime_signer_has(&layer.signers[0], STR("")));
}

static void any_changed_byte_shows(void **state)
{
	struct keys *keys = *state;
	struct str signature = sign(keys, STR(CONTENT), CMS_DETACHED);
	char content[] = CONTENT;

	for (size_t i = 0; i < sizeof content - 1; i++) {
		content[i] ^= 1;
		assert_int_equal(verify(keys, str_of(content), signature).status, SMIME_CHANGED);
		content[i] ^= 1;
	}
	assert_int_equal(verify(keys, str_of(content), signature).status, SMIME_VALID);
	assert_int_equal(verify(keys, STR(""), signature).status, SMIME_CHANGED);
	assert_int_equal(verify(keys, STR(CONTENT "\r\n"), signature).status, SMIME_CHANGED);
}

/* Whatever is damaged in the signature: never is anybody but its signer named as valid, and never another content. */
static void a_damaged_signature_is_never_worth_more(void **state)
{
	struct keys *keys = *state;
	struct str good = sign(keys, STR(CONTENT), CMS_DETACHED);
	char *bytes = arena_bytes(keys->arena, good.n);

	memcpy(bytes, good.p, good.n);
	for (size_t i = 0; i < good.n; i++) {
		struct smime_layer layer;

		bytes[i] ^= 0x41;
		layer = verify(keys, STR(CONTENT), str_new(bytes, good.n));
		if (layer.status == SMIME_VALID)
			assert_str(layer.signers[0].subject, "CN=Anna Example");
		assert_int_not_equal(verify(keys, STR("other\r\n"), str_new(bytes, good.n)).status, SMIME_VALID);
		bytes[i] ^= 0x41;
		assert_int_not_equal(verify(keys, STR(CONTENT), str_slice(good, 0, i)).status, SMIME_VALID);
	}
}

static void the_time_of_signing_counts(void **state)
{
	struct keys *keys = *state;
	struct str signature = sign(keys, STR(CONTENT), CMS_DETACHED);
	struct str timeless = sign(keys, STR(CONTENT), CMS_DETACHED | CMS_NOATTR);
	struct smime_layer layer;

	keys->place.at = clock_from_civil(2045, 1, 1, 0, 0, 0);
	layer = verify(keys, STR(CONTENT), signature);
	assert_int_equal(layer.status, SMIME_VALID);
	assert_str(layer.note, "the certificate expired on 2040-01-01, after the signer says to have signed");
	layer = verify(keys, STR(CONTENT), timeless);
	assert_int_equal(layer.status, SMIME_UNTRUSTED);
	assert_true(layer.signers[0].expired_when_signed);
	assert_int_equal(layer.signers[0].signed_at, 0);
	/* A time that hasn't come yet is no time of signing. */
	keys->place.at = clock_from_civil(2019, 1, 1, 0, 0, 0);
	layer = verify(keys, STR(CONTENT), signature);
	assert_int_equal(layer.status, SMIME_UNTRUSTED);
	assert_str(layer.reason, "the certificate was not valid yet when the mail was signed");
}

static void trust_that_cannot_be_opened_is_none(void **state)
{
	struct keys *keys = *state;
	struct smime_layer layer;

	keys->place.trust = NULL;
	keys->place.trust_fault = "keystores/cas/password: the password doesn't open it";
	layer = verify(keys, STR(CONTENT), sign(keys, STR(CONTENT), CMS_DETACHED));
	assert_int_equal(layer.status, SMIME_UNTRUSTED);
	assert_str(layer.reason, keys->place.trust_fault);
	keys->place.trust_fault = NULL; /* the system's CAs know nothing of ours */
	layer = verify(keys, STR(CONTENT), sign(keys, STR(CONTENT), CMS_DETACHED));
	assert_int_equal(layer.status, SMIME_UNTRUSTED);
}

/* ---------------------------------------------------------------- line ends */

static void line_ends_become_what_was_signed(void **state UNUSED)
{
	static const struct {
		const char *content, *crlf, *lf;
	} cases[] = {
	        {"", "", ""},
	        {"a", "a", "a"},
	        {"a\nb\n", "a\r\nb\r\n", "a\nb\n"},
	        {"a\r\nb\r\n", "a\r\nb\r\n", "a\nb\n"},
	        {"a\rb\r", "a\r\nb\r\n", "a\nb\n"},
	        {"\r\r\n\n\r", "\r\n\r\n\r\n\r\n", "\n\n\n\n"},
	        {"long line without an end in it", "long line without an end in it", "long line without an end in it"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases) * 7 * 2; i++) {
		size_t step = i / ARRAY_LEN(cases) % 7 + 1, n = 0, got;
		bool bare_lf = i / ARRAY_LEN(cases) / 7;
		struct smime_source source = {.content = str_of(cases[i % ARRAY_LEN(cases)].content),
		                              .bare_lf = bare_lf};
		BIO *bio = smime_source_bio(&source);
		char out[100];

		while (BIO_read_ex(bio, out + n, step, &got) == 1)
			n += got;
		BIO_free(bio);
		assert_str(str_new(out, n),
		           bare_lf ? cases[i % ARRAY_LEN(cases)].lf : cases[i % ARRAY_LEN(cases)].crlf);
	}
}

/* ---------------------------------------------------------------- encryption */

static void what_was_encrypted_comes_back(void **state)
{
	struct keys *keys = *state;
	struct smime_layer layer;
	struct str inside;

	for (size_t recipient = 0; recipient < 2; recipient++) {
		assert_true(open_it(keys, encrypt(keys, STR(CONTENT), "AES-256-GCM", recipient), &layer, &inside));
		assert_int_equal(layer.status, SMIME_DECRYPTED);
		assert_str(inside, CONTENT);
		assert_str(layer.algorithm, "AES-256-GCM");
		assert_true(layer.is_authenticated);
		assert_str(layer.key_alias, recipient ? "Desk Example" : "Support Example");
	}
	assert_true(open_it(keys, encrypt(keys, STR(""), "AES-128-CBC", 0), &layer, &inside));
	assert_int_equal(inside.n, 0);
}

static void authenticated_content_never_comes_back_changed(void **state)
{
	struct keys *keys = *state;
	struct str good = encrypt(keys, STR(CONTENT), "AES-128-GCM", 1), inside;
	char *bytes = arena_bytes(keys->arena, good.n);
	struct smime_layer layer;

	memcpy(bytes, good.p, good.n);
	for (size_t i = 0; i < good.n; i++) {
		bytes[i] ^= 0x21;
		if (open_it(keys, str_new(bytes, good.n), &layer, &inside) && layer.kind == SMIME_ENCRYPTED)
			assert_str(inside, CONTENT);
		bytes[i] ^= 0x21;
		assert_false(open_it(keys, str_slice(good, 0, i), &layer, &inside));
		assert_int_equal(layer.status, SMIME_DAMAGED);
	}
}

static void without_a_key_it_says_for_whom(void **state)
{
	struct keys *keys = *state;
	struct str der = encrypt(keys, STR(CONTENT), "AES-128-CBC", 0), inside;
	struct smime_layer layer;

	keys->place.keys = keys->anna;
	assert_false(open_it(keys, der, &layer, &inside));
	assert_int_equal(layer.status, SMIME_NO_KEY);
	assert_int_equal(layer.recipient_count, 1);
	assert_true(str_starts(layer.reason,
	                       STR("the keystore holds no key for it; it is encrypted for CN=Example Mail CA")));
	keys->place.keys = NULL;
	keys->place.keys_fault = "keystores/own/password: the password doesn't open it";
	assert_false(open_it(keys, der, &layer, &inside));
	assert_true(
	        str_starts(layer.reason, STR("keystores/own/password: the password doesn't open it; it is encrypted")));
}

/* ---------------------------------------------------------------- hostile structures */

static void what_would_cost_memory_is_refused(void **state)
{
	struct keys *keys = *state;
	struct buf many CLEANUP(buf_done) = BUF_INIT(MIB(65)), deep CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct smime_layer layer;
	struct str inside;

	buf_add(&many, STR("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30\x80\x02\x01\x00\x31\x80"));
	while (many.n < MIB(60))
		buf_add(&many, STR("\x30\x00\x30\x00\x30\x00\x30\x00\x30\x00\x30\x00\x30\x00\x30\x00"));
	assert_false(open_it(keys, buf_str(&many), &layer, &inside));
	assert_int_equal(layer.status, SMIME_DAMAGED);
	assert_str(layer.reason, "the structure has more than 50000 elements");
	for (int i = 0; i < 100; i++)
		buf_add(&deep, STR("\x30\x80"));
	assert_false(open_it(keys, buf_str(&deep), &layer, &inside));
	assert_str(layer.reason, "the structure has more than 40 levels");
}

int main(void)
{
#define KEYS_TEST(name) cmocka_unit_test_setup_teardown(name, make_keys, free_keys)
	const struct CMUnitTest tests[] = {
	        KEYS_TEST(the_signer_is_described),
	        KEYS_TEST(any_changed_byte_shows),
	        KEYS_TEST(a_damaged_signature_is_never_worth_more),
	        KEYS_TEST(the_time_of_signing_counts),
	        KEYS_TEST(trust_that_cannot_be_opened_is_none),
	        cmocka_unit_test(line_ends_become_what_was_signed),
	        KEYS_TEST(what_was_encrypted_comes_back),
	        KEYS_TEST(authenticated_content_never_comes_back_changed),
	        KEYS_TEST(without_a_key_it_says_for_whom),
	        KEYS_TEST(what_would_cost_memory_is_refused),
	};

	return cmocka_run_group_tests_name("security/smime", tests, NULL, NULL);
}
