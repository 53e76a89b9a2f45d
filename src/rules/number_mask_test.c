/* Case numbers: what masks are accepted, how numbers are written and found. */
#include "rules/number_mask.h"

#include "base/clock.h"

#include "base/test.h"

static void masks_are_checked(void **state UNUSED)
{
	static const struct {
		const char *mask, *wrong;
	} cases[] = {
	        {"SUP-{year}-{number:5}", NULL},
	        {"A{number}", NULL},
	        {"{year}/T{month}-{number:12}.x", NULL},
	        {"SUP-{year}{number:4}", NULL},
	        {"SUP-", "needs exactly one {number}: \"SUP-{year}-{number:5}\""},
	        {"S{number}-{number}", "needs exactly one {number}: \"SUP-{year}-{number:5}\""},
	        {"S{number}{year}", "has digits right behind {number}"},
	        {"S{number}7", "has digits right behind {number}"},
	        {"{year}-{number}", "needs a letter before {number}, so that other numbers aren't taken for a case's"},
	        {"{number}A", "needs a letter before {number}, so that other numbers aren't taken for a case's"},
	        {"S-{day}-{number}", "has an unknown placeholder (known are {year}, {month}, {number}, {number:5})"},
	        {"S-{number:0}", "has a width that isn't 1 to 12: \"{number:5}\""},
	        {"S-{number:13}", "has a width that isn't 1 to 12: \"{number:5}\""},
	        {"S-{number:}", "has a width that isn't 1 to 12: \"{number:5}\""},
	        {"S-{number", "has a { without }"},
	        {"S-{", "has a { without }"},
	        {"S}-{number}", "may have letters, digits and signs, no spaces, no other characters"},
	        {"S {number}", "may have letters, digits and signs, no spaces, no other characters"},
	        {"Ü-{number}", "may have letters, digits and signs, no spaces, no other characters"},
	        {"", "needs exactly one {number}: \"SUP-{year}-{number:5}\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *wrong = number_mask_check(cases[i].mask);
		if (cases[i].wrong)
			assert_string_equal(wrong ? wrong : "(accepted)", cases[i].wrong);
		else
			assert_string_equal(wrong ? wrong : "", "");
	}
}

static void numbers_are_written_and_counted_by_mask(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	int64_t at = clock_from_civil(2026, 3, 31, 23, 59, 59);
	static const struct {
		const char *mask, *sequence, *number;
	} cases[] = {
	        {"SUP-{year}-{number:5}", "SUP-2026-", "SUP-2026-00042"},
	        {"SUP-{year}{month}/{number}", "SUP-202603/", "SUP-202603/42"},
	        {"T{number:1}/{year}", "T", "T42/2026"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_str(number_mask_sequence(arena, cases[i].mask, at), cases[i].sequence);
		assert_str(number_mask_format(arena, cases[i].mask, at, 42), cases[i].number);
	}
	assert_str(number_mask_format(arena, "A-{number:2}", at, 123456), "A-123456");
}

static void numbers_are_found_in_subjects(void **state UNUSED)
{
	static const struct {
		const char *mask, *subject, *found; /* NULL: nothing */
	} cases[] = {
	        {"SUP-{year}-{number:5}", "Re: help [SUP-2026-00042]", "SUP-2026-00042"},
	        {"SUP-{year}-{number:5}", "sup-2026-00042", "SUP-2026-00042"},
	        {"SUP-{year}-{number:5}", "SUP-2026-42", "SUP-2026-00042"},
	        {"SUP-{year}-{number:5}", "SUP-2026-1234567!", "SUP-2026-1234567"},
	        {"SUP-{year}-{number:5}", "about SUP-SUP-2026-1", NULL},
	        {"SUP-{year}-{number:5}", "\xe5\x85\xb3\xe4\xba\x8eSUP-2026-00042\xe7\x9a\x84", "SUP-2026-00042"},
	        {"SUP-{year}-{number:5}", "SUP-26-00042", NULL},
	        {"SUP-{year}-{number:5}", "XSUP-2026-00042", NULL},
	        {"SUP-{year}-{number:5}", "9SUP-2026-00042", NULL},
	        {"SUP-{year}-{number:5}", "SUP-2026-00042a", NULL},
	        {"SUP-{year}-{number:5}", "SUP-2026-", NULL},
	        {"SUP-{year}-{number:5}", "SUP-2026-99999999999999999999999", NULL},
	        {"SUP-{number}", "SUP-2026-00042", NULL},
	        {"SUP-{number}", "SUP-42, please", "SUP-42"},
	        {"SUP-{number}", "ABC-SUP-42", NULL},
	        {"SUP-{number}", "- SUP-42.", "SUP-42"},
	        {"SUP-{number}", "", NULL},
	        {"T{number}/{year}", "x (t7/2026)", "T7/2026"},
	        {"SUP-{year}{number:4}", "SUP-20260007", "SUP-20260007"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str found = STR_NULL;
		size_t at = 0;
		bool any = number_mask_find(arena, cases[i].mask, str_of(cases[i].subject), &at, &found);

		if (any != (cases[i].found != NULL))
			print_error("%s in %s\n", cases[i].mask, cases[i].subject);
		assert_int_equal(any, cases[i].found != NULL);
		if (any)
			assert_str(found, cases[i].found);
	}
}

static void several_numbers_are_found_one_after_the_other(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str subject = STR("A-1, A-02 and xA-3; A-4"), found;
	size_t at = 0;

	assert_true(number_mask_find(arena, "A-{number}", subject, &at, &found));
	assert_str(found, "A-1");
	assert_true(number_mask_find(arena, "A-{number}", subject, &at, &found));
	assert_str(found, "A-2");
	assert_true(number_mask_find(arena, "A-{number}", subject, &at, &found));
	assert_str(found, "A-4");
	assert_int_equal(at, subject.n);
	assert_false(number_mask_find(arena, "A-{number}", subject, &at, &found));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(masks_are_checked),
	        cmocka_unit_test(numbers_are_written_and_counted_by_mask),
	        cmocka_unit_test(numbers_are_found_in_subjects),
	        cmocka_unit_test(several_numbers_are_found_one_after_the_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
