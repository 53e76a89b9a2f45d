/* Placeholders of templates: what they may name, how they are written. */
#include "setup/placeholders.h"

#include "base/test.h"

static void what_stands_for_nothing_is_refused(void **state UNUSED)
{
	static const struct {
		const char *text, *html;
		const char *want; /* NULL: fine */
	} cases[] = {
	        {"plain } text } with { braces", "", NULL},
	        {"{{case.number}}{{ text }}", "<b>{{field.order}}</b>", NULL},
	        {"{{case.nubmer}}", "",
	         "templates/t/text: \"{{case.nubmer}}\" stands for nothing (did you mean {{case.number}}?)"},
	        {"a", "{{x}} {{field.}}",
	         "templates/t/html: \"{{x}}\" stands for nothing ('hauspost help template' lists what there is)"},
	        {"{{field.}}", "",
	         "templates/t/text: \"{{field.}}\" stands for nothing ('hauspost help template' lists what there is)"},
	        {"{{}}", "", "templates/t/text: \"{{}}\" is not a name between {{ and }}, such as {{case.number}}"},
	        {"{{case.number}\nBye {{text}}", "",
	         "templates/t/text: \"{{case.number}\" is not a name between {{ and }}, such as {{case.number}}"},
	        {"{{text}} {{case.number", "",
	         "templates/t/text: \"{{case.number\" is not a name between {{ and }}, such as {{case.number}}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct template t = {"t", "", "", cases[i].text, cases[i].html};
		struct error err = {0};

		assert_int_equal(placeholders_check(&t, NULL, &err), cases[i].want ? E_INVALID : 0);
		assert_string_equal(err.text, cases[i].want ? cases[i].want : "");
		assert_int_equal(placeholders_check(&t, &t, &err), 0); /* stored already */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_stands_for_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
