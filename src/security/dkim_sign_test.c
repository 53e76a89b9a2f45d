/* What we sign passes our own verifier, and nothing can be added or changed unnoticed; another program's verifier is
 * asked by tests/test_keystores.py. */
#include "security/dkim_sign.h"

#include "security/dkim.h"
#include "test_keys.h"

#include "base/test.h"

/* Of nobody: RFC 8463 appendix A.2 */
static const char ed25519_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                                  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                  "-----END PRIVATE KEY-----\n";

#define LETTER                                                                                                 \
	"From: Support <support@example.test>\r\nTo: anna@customer.test\r\nSubject: Printer\r\n  and more\r\n" \
	"Date: Fri, 11 Jul 2003 21:00:37 -0700\r\nMessage-ID: <1@example.test>\r\nMIME-Version: 1.0\r\n\r\n"   \
	"It  smokes. \r\n\r\n\r\n"

static struct keystore *must_open(const char *pem)
{
	struct keystore *keystore = NULL;
	struct error err;

	assert_ok(keystore_open(str_of(pem), NULL, &keystore, &err), &err);
	return keystore;
}

static struct dkim_signer signer_of(const struct keystore *keystore)
{
	struct dkim_signer signer = {"example.test", "2026a", keystore, NULL};
	struct error err;

	assert_ok(keystore_find(keystore, "", &signer.entry, &err), &err);
	return signer;
}

static enum dkim_result check(struct arena *arena, struct str mail, struct str record)
{
	struct dkim *dkim = dkim_read(arena, mail, &(struct dkim_options){.now_s = 1700000100});

	assert_int_equal(dkim->count, 1);
	if (dkim->signatures[0].key_name.n) {
		assert_str(dkim->signatures[0].key_name, "2026a._domainkey.example.test");
		dkim_verify(dkim, 0, DKIM_KEY_FOUND, &record, 1);
	}
	return dkim->signatures[0].result;
}

static void what_we_sign_passes(void **state UNUSED)
{
	static const char *const keys[] = {ed25519_pem, desk_pem};
	static const struct {
		const char *letter;
		enum dkim_result result;
	} letters[] = {
	        {LETTER, DKIM_PASS},
	        {"Received: by relay.test; now\r\n" LETTER, DKIM_PASS},
	        {"X-Any: thing\r\n" LETTER, DKIM_PASS},
	        {"From: Other <other@example.test>\r\n" LETTER, DKIM_FAIL},
	        {"Subject: Other\r\n" LETTER, DKIM_FAIL},
	        {"Cc: other@example.test\r\n" LETTER, DKIM_FAIL},
	        {"Content-Type: text/html\r\n" LETTER, DKIM_FAIL},
	        {LETTER "More\r\n", DKIM_FAIL},
	};

	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct keystore *keystore CLEANUP(keystore_freep) = must_open(keys[k]);
		struct buf field CLEANUP(buf_done) = BUF_INIT(KIB(8)), record CLEANUP(buf_done) = BUF_INIT(KIB(2));
		struct dkim_signer signer = signer_of(keystore);
		struct error err;

		assert_ok(dkim_sign(&signer, STR(LETTER), 1700000000, &field, &err), &err);
		assert_ok(dkim_record(&signer, &record, &err), &err);
		for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
			struct str mail = arena_printf(arena, "%s%s", buf_cstr(&field), letters[i].letter);

			assert_int_equal(check(arena, mail, buf_str(&record)), letters[i].result);
		}
	}
}

static void lines_of_the_field_are_short(void **state UNUSED)
{
	struct keystore *keystore CLEANUP(keystore_freep) = must_open(desk_pem);
	struct buf field CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct dkim_signer signer = signer_of(keystore);
	struct str rest, line;
	struct error err;

	assert_ok(dkim_sign(&signer, STR(LETTER), 1700000000, &field, &err), &err);
	rest = buf_str(&field);
	while (str_split(&rest, '\n', &line))
		assert_true(line.n <= 78);
}

static void a_key_that_is_none_for_dkim_is_refused(void **state UNUSED)
{
	struct keystore *ec CLEANUP(keystore_freep) = must_open(anna_pem),
	                    *rsa CLEANUP(keystore_freep) = must_open(desk_pem);
	struct dkim_signer signer = signer_of(ec);
	struct error err;
	bool is_weak;

	assert_int_equal(dkim_signer_check(&signer, &is_weak, &err), E_INVALID);
	assert_string_equal(err.text, "\"Anna Example\" is a key of kind EC: DKIM takes RSA and Ed25519");
	signer = signer_of(rsa);
	assert_ok(dkim_signer_check(&signer, &is_weak, &err), &err);
	assert_false(is_weak);
	signer.selector = "a b";
	assert_int_equal(dkim_signer_check(&signer, &is_weak, &err), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_we_sign_passes),
	        cmocka_unit_test(lines_of_the_field_are_short),
	        cmocka_unit_test(a_key_that_is_none_for_dkim_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
