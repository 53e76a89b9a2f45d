/* security: tokens that are bound to an address. */
#include "security/token.h"

#include "base/test.h"

static const unsigned char keys[3][TOKEN_KEY_BYTES] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};

static void a_token_is_good_for_its_address_alone(void **state UNUSED)
{
	char token[TOKEN_LEN + 1], other[TOKEN_LEN + 1];

	token_make(keys[1], STR("Ann@Example.org"), token);
	token_make(keys[1], STR("ann@example.org"), other);
	assert_int_equal(strlen(token), TOKEN_LEN);
	assert_string_not_equal(token, other);
	assert_true(token_has_shape(str_of(token)));
	assert_true(token_is_genuine(keys[0], 3, str_of(token), STR("ann@example.ORG")));
	assert_false(token_is_genuine(keys[0], 3, str_of(token), STR("bob@example.org")));
	assert_false(token_is_genuine(keys[0], 3, str_of(token), STR("")));
	assert_false(token_is_genuine(keys[0], 1, str_of(token), STR("ann@example.org"))); /* its key is gone */
	assert_false(token_is_genuine(keys[0], 0, str_of(token), STR("ann@example.org")));
}

static void no_character_can_be_changed(void **state UNUSED)
{
	char token[TOKEN_LEN + 1], upper[TOKEN_LEN + 1];

	token_make(keys[0], STR("ann@example.org"), token);
	for (size_t i = 0; i < TOKEN_LEN; i++) {
		char before = token[i];

		token[i] = before == 'a' ? 'b' : 'a';
		assert_false(token_is_genuine(keys[0], 3, str_of(token), STR("ann@example.org")));
		token[i] = before;
		upper[i] = (char)(is_alpha(before) ? before - 32 : before);
	}
	assert_true(token_is_genuine(keys[0], 3, str_new(upper, TOKEN_LEN), STR("ann@example.org")));
	assert_false(token_is_genuine(keys[0], 3, str_new(token, TOKEN_LEN - 1), STR("ann@example.org")));
	assert_false(token_has_shape(STR("abcdefghijklmnopqrstuvwxyz234561")));
	assert_false(token_has_shape(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_token_is_good_for_its_address_alone),
	        cmocka_unit_test(no_character_can_be_changed),
	};

	return cmocka_run_group_tests_name("security/token", tests, NULL, NULL);
}
