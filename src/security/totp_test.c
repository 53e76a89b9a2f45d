/* One-time passwords: the vectors of RFC 4226 and 6238, the window, recovery codes, derived tokens. */
#include "security/totp.h"

#include "base/error.h"
#include "security/access_token.h"

#include "base/test.h"

static const struct str key = STR_INIT("12345678901234567890");

static void codes_are_those_of_rfc_4226(void **state UNUSED)
{
	static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
	                                    "254676", "287922", "162583", "399871", "520489"};
	char code[9];

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		hotp(key, i, 6, code);
		assert_string_equal(code, codes[i]);
	}
}

static void codes_are_those_of_rfc_6238(void **state UNUSED)
{
	static const struct {
		int64_t at_s;
		const char *code;
	} cases[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
	             {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
	char code[9];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		hotp(key, (uint64_t)(cases[i].at_s * 1000 / TOTP_STEP_MS), 8, code);
		assert_string_equal(code, cases[i].code);
	}
}

static void a_code_holds_one_step_to_each_side(void **state UNUSED)
{
	const int64_t at = 1111111111000; /* its code is 050471 */
	int64_t step = 0;

	assert_true(totp_check(key, STR("050471"), at, &step));
	assert_int_equal(step, at / TOTP_STEP_MS);
	assert_true(totp_check(key, STR("050 471"), at + TOTP_STEP_MS, &step));
	assert_int_equal(step, at / TOTP_STEP_MS);
	assert_true(totp_check(key, STR("050471"), at - TOTP_STEP_MS, &step));
	assert_false(totp_check(key, STR("050471"), at + 2 * TOTP_STEP_MS, &step));
	assert_false(totp_check(key, STR("050471"), at - 2 * TOTP_STEP_MS, &step));
}

static void what_is_no_code_is_none(void **state UNUSED)
{
	static const char *const wrong[] = {"", "05047", "0504711", "05047a", "050472", "                    050471"};
	int64_t step = 0;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(totp_check(key, str_of(wrong[i]), 1111111111000, &step));
}

static void authenticators_get_a_uri(void **state UNUSED)
{
	struct buf uri CLEANUP(buf_done) = BUF_INIT(KIB(1));
	char text[TOTP_KEY_LEN + 1];

	totp_key_text((const unsigned char *)key.p, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	totp_uri(&uri, "Hauspost", "anna b&c", text);
	assert_string_equal(buf_cstr(&uri), "otpauth://totp/Hauspost:anna%20b%26c?secret="
	                                    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Hauspost");
}

static void recovery_codes_are_read_as_people_type_them(void **state UNUSED)
{
	char code[RECOVERY_LEN + 1], other[RECOVERY_LEN + 1], plain[17];

	recovery_code_make(code);
	recovery_code_make(other);
	assert_int_equal(strlen(code), RECOVERY_LEN);
	assert_string_not_equal(code, other);
	assert_true(recovery_code_plain(str_of(code), plain));
	assert_int_equal(strlen(plain), 16);
	assert_true(recovery_code_plain(STR(" ABCD efgh-2345-mnpq"), plain));
	assert_string_equal(plain, "abcdefgh2345mnpq");
	assert_false(recovery_code_plain(STR("abcd-efgh-2345-mnp"), plain));
	assert_false(recovery_code_plain(STR("abcd-efgh-2345-mnpqr"), plain));
	assert_false(recovery_code_plain(STR("abcd'efgh-2345-mnpq"), plain));
}

static void derived_tokens_depend_on_token_and_use(void **state UNUSED)
{
	char token[ACCESS_TOKEN_LEN + 1], a[ACCESS_TOKEN_LEN + 1], b[ACCESS_TOKEN_LEN + 1];

	access_token_make(token);
	access_token_derive(str_of(token), "csrf", a);
	access_token_derive(str_of(token), "csrf", b);
	assert_true(access_token_equal(str_of(a), str_of(b)));
	access_token_derive(str_of(token), "other", b);
	assert_false(access_token_equal(str_of(a), str_of(b)));
	assert_false(access_token_equal(str_of(a), str_of(token)));
	assert_false(access_token_equal(str_of(a), STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(codes_are_those_of_rfc_4226),
	        cmocka_unit_test(codes_are_those_of_rfc_6238),
	        cmocka_unit_test(a_code_holds_one_step_to_each_side),
	        cmocka_unit_test(what_is_no_code_is_none),
	        cmocka_unit_test(authenticators_get_a_uri),
	        cmocka_unit_test(recovery_codes_are_read_as_people_type_them),
	        cmocka_unit_test(derived_tokens_depend_on_token_and_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
