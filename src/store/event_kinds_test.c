/* Kinds of events and filters for them. */
#include "store/event_kinds.h"

#include <string.h>

#include "base/test.h"

static void a_filter_names_a_kind_a_group_or_all(void **state UNUSED)
{
	assert_true(event_kind_fits("*", "case.created"));
	assert_true(event_kind_fits("case.*", "case.created"));
	assert_true(event_kind_fits("case.created", "case.created"));
	assert_false(event_kind_fits("case.*", "cases.created"));
	assert_false(event_kind_fits("case.create", "case.created"));
	assert_false(event_kind_fits(".*", "case.created"));
	assert_null(event_filter_check("outbox.*"));
	assert_null(event_filter_check("listener.failed"));
	assert_null(event_filter_check("*"));
	assert_non_null(event_filter_check(""));
}

static void a_misspelt_kind_is_refused_with_the_nearest(void **state UNUSED)
{
	static const struct {
		const char *filter, *nearest;
	} cases[] = {
	        {"case.creatd", "case.created"}, {"listener.fails", "listener.failed"},
	        {"cases.*", "case.*"},           {"Outbox.Sent", "outbox.sent"},
	        {"invoice.paid", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *wrong = event_filter_check(cases[i].filter);

		assert_non_null(wrong);
		if (cases[i].nearest)
			assert_non_null(strstr(wrong, cases[i].nearest));
		else
			assert_null(strstr(wrong, "did you mean"));
	}
}

static void every_kind_is_described(void **state UNUSED)
{
	for (const struct event_kind *kind = event_kinds; kind->name; kind++) {
		json_t *schema = event_kind_schema(kind), *properties = json_object_get(schema, "properties");

		assert_ptr_equal(event_kind_find(kind->name), kind);
		assert_non_null(strchr(kind->name, '.'));
		assert_non_null(json_object_get(properties, "account"));
		for (const struct event_field *field = kind->data; field->name; field++)
			assert_non_null(json_object_get(properties, field->name));
		json_decref(schema);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_filter_names_a_kind_a_group_or_all),
	        cmocka_unit_test(a_misspelt_kind_is_refused_with_the_nearest),
	        cmocka_unit_test(every_kind_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
