/* Kinds of events and filters for them. */
#include "events/kinds.h"

#include "events/cloud_event.h"

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
	assert_non_null(event_filter_check("listener.fails"));
	assert_non_null(event_filter_check(""));
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

static void an_event_is_a_cloud_event(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct stored_event event = {
	        .number = 4711,
	        .at = INT64_C(1795248000000),
	        .kind = "case.created",
	        .account = "support",
	        .author = "",
	        .case_id = 17,
	        .message_id = 18,
	        .case_number = "SUP-1",
	        .data = STR("{\"ledger\":5,\"account\":\"theirs\"}"),
	};

	assert_str(cloud_event(&event, "https://mail.example.com", arena),
	           "{\"specversion\":\"1.0\",\"id\":\"4711\",\"source\":\"https://mail.example.com\","
	           "\"type\":\"hauspost.case.created\",\"time\":\"2026-11-21T08:00:00.000Z\","
	           "\"datacontenttype\":\"application/json\",\"data\":{\"account\":\"support\",\"case_id\":17,"
	           "\"case_number\":\"SUP-1\",\"message_id\":18,\"ledger\":5},\"subject\":\"SUP-1\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_filter_names_a_kind_a_group_or_all),
	        cmocka_unit_test(every_kind_is_described),
	        cmocka_unit_test(an_event_is_a_cloud_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
