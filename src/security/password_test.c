/* Passwords: Argon2id, parameters that change, the same work for nobody, few at a time. */
#include "security/password.h"

#include "base/mem.h"

#include <pthread.h>

#include "base/test.h"

static const struct str right = STR_INIT("seven brown otters");

static void right_password_is_known_again(void **state UNUSED)
{
	char hash[PASSWORD_HASH_SIZE], other[PASSWORD_HASH_SIZE];
	struct error err;
	bool is = false;

	assert_ok(password_hash(right, hash, &err), &err);
	assert_ok(password_hash(right, other, &err), &err);
	assert_string_not_equal(hash, other);
	assert_ok(password_check(right, hash, &is, &err), &err);
	assert_true(is);
	assert_ok(password_check(STR("seven brown otter"), hash, &is, &err), &err);
	assert_false(is);
	assert_ok(password_check(STR(""), hash, &is, &err), &err);
	assert_false(is);
}

/* The parameters that go out: RFC 9106 §4. */
static void parameters_are_those_of_rfc_9106(void **state UNUSED)
{
	char hash[PASSWORD_HASH_SIZE];
	struct error err;

	password_set_cost(0, 0);
	assert_ok(password_hash(right, hash, &err), &err);
	password_set_cost(64, 1);
	assert_true(str_starts(str_of(hash), STR("$argon2id$v=19$m=65536,t=3,p=1$")));
}

static void older_parameters_still_open_and_are_told(void **state UNUSED)
{
	char hash[PASSWORD_HASH_SIZE];
	struct error err;
	bool is = false;

	assert_ok(password_hash(right, hash, &err), &err);
	assert_false(password_is_outdated(hash));
	password_set_cost(128, 2);
	assert_true(password_is_outdated(hash));
	assert_ok(password_check(right, hash, &is, &err), &err);
	password_set_cost(64, 1);
	assert_true(is);
}

static void nobody_costs_as_much_as_somebody(void **state UNUSED)
{
	uint64_t before = password_work();
	struct error err;
	bool is = true;

	assert_ok(password_check(right, "", &is, &err), &err);
	assert_false(is);
	assert_int_equal(password_work() - before, 1);
}

static void damaged_hash_is_an_error_and_lets_nobody_in(void **state UNUSED)
{
	struct error err;
	bool is = false;

	assert_int_equal(password_check(right, "$argon2id$v=19$m=x", &is, &err), E_STORE);
	assert_false(is);
}

static void new_passwords_are_looked_at(void **state UNUSED)
{
	static const struct {
		const char *password;
		bool accepted;
	} cases[] = {
	        {"seven brown otters", true},
	        {"äöüäöüäöü1", true},
	        {"short", false},
	        {"äöüäö", false},
	        {"aaaaaaaaaaaaaaaa", false},
	        {"QWERTYuiop", false},
	        {"anna.bergmann", false},
	        {"Password123", false},
	        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", false},
	};
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = password_accept(str_of(cases[i].password), "anna.bergmann", "Anna Bergmann", &err);

		if ((r == 0) != cases[i].accepted)
			FAIL_CASE("%s\n", cases[i].password);
		if (r < 0)
			assert_null(strstr(err.text, cases[i].password));
	}
	char *much CLEANUP(freep) = mem_new(PASSWORD_MAX_BYTES + 2, 1);
	for (int i = 0; i <= PASSWORD_MAX_BYTES; i++)
		much[i] = (char)('a' + i % 26);
	assert_int_equal(password_accept(str_of(much), "a", "b", &err), E_INVALID);
}

static pthread_barrier_t together;

static void *sign_in(void *result)
{
	struct error err;
	bool is = false;

	pthread_barrier_wait(&together);
	*(int *)result = password_check(right, "", &is, &err);
	return NULL;
}

/* More at once than have room: some are told to come back, the others are answered. */
static void a_flood_is_turned_away(void **state UNUSED)
{
	pthread_t threads[12];
	int results[ARRAY_LEN(threads)], done = 0, sent_away = 0;

	pthread_barrier_init(&together, NULL, ARRAY_LEN(threads));
	password_set_cost(16384, 3);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_in, &results[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
		done += results[i] == 0;
		sent_away += results[i] == E_THROTTLED;
	}
	pthread_barrier_destroy(&together);
	password_set_cost(64, 1);
	assert_int_equal(done + sent_away, ARRAY_LEN(threads));
	assert_true(done >= PASSWORD_AT_ONCE);
	assert_true(sent_away > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(right_password_is_known_again),
	        cmocka_unit_test(parameters_are_those_of_rfc_9106),
	        cmocka_unit_test(older_parameters_still_open_and_are_told),
	        cmocka_unit_test(nobody_costs_as_much_as_somebody),
	        cmocka_unit_test(damaged_hash_is_an_error_and_lets_nobody_in),
	        cmocka_unit_test(new_passwords_are_looked_at),
	        cmocka_unit_test(a_flood_is_turned_away),
	};

	password_set_cost(64, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
