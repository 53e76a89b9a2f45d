/* Events as CloudEvents. */
#include "events/cloud_event.h"

#include "base/test.h"

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
	        cmocka_unit_test(an_event_is_a_cloud_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
