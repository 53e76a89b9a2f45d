/* What templates may name is what letters have. */
#include "cases/letter_values.h"

#include "base/test.h"

static void every_placeholder_has_a_value(void **state UNUSED)
{
	const struct account account = {.name = "Support"};
	const struct letter_facts facts = {.account = &account, .our_address = "support@example.com"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct render_value *values;
	size_t n = letter_values(arena, &facts, &values), named = 0;

	while (template_value_names[named])
		named++;
	assert_int_equal(n, named);
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		while (at < named && strcmp(template_value_names[at], values[i].name) != 0)
			at++;
		if (at == named)
			print_error("%s can't be named by a template\n", values[i].name);
		assert_true(at < named);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_placeholder_has_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
