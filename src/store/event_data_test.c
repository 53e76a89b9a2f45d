/* One field of an event's data, without a library: what jansson reads, and nothing where the text is no such object. */
#include "store/event_data.h"

#include "base/test.h"

static const char *const objects[] = {
        "{}",
        "{\"listener\":\"desk\"}",
        "{\"listener\":\"desk\",\"latency_ms\":17}",
        "{ \"latency_ms\" : -4 ,\n\t\"listener\" : \"a-b\" }",
        "{\"other\":{\"listener\":\"inner\",\"latency_ms\":1},\"listener\":\"outer\"}",
        "{\"list\":[{\"listener\":\"x\"},\"}\",[1,2]],\"latency_ms\":9223372036854775807}",
        "{\"branch\":\"a \\\"listener\\\":\\\"no\\\", b\",\"listener\":\"yes\"}",
        "{\"branch\":\"ends with \\\\\",\"listener\":\"yes\",\"latency_ms\":0}",
        "{\"listener\":7,\"latency_ms\":\"7\"}",
        "{\"listener\":null,\"latency_ms\":1.5}",
        "{\"listener\":\"\"}",
};

static void check(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	const json_t *listener = json_object_get(object, "listener"), *latency = json_object_get(object, "latency_ms");
	struct str found;
	int64_t value;

	assert_non_null(object);
	assert_int_equal(event_data_text(str_of(text), "listener", &found), json_is_string(listener));
	if (json_is_string(listener))
		assert_str(found, json_string_value(listener));
	assert_int_equal(event_data_int(str_of(text), "latency_ms", &value), json_is_integer(latency));
	if (json_is_integer(latency))
		assert_int_equal(value, json_integer_value(latency));
	json_decref(object);
}

static void a_field_of_the_object_itself_is_found(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		check(objects[i]);
}

static void what_needs_escapes_is_not_read(void **state UNUSED)
{
	struct str found;

	assert_false(event_data_text(STR("{\"rule\":\"a\\nb\"}"), "rule", &found));
}

static void what_is_cut_short_is_read_within_its_bounds(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		size_t n = strlen(objects[i]);

		for (size_t k = 0; k <= n; k++) {
			char *copy =
			        malloc(k ? k : 1); /* of its size, so that a sanitizer sees what is read behind it */
			struct str found;
			int64_t value;

			assert_non_null(copy);
			memcpy(copy, objects[i], k);
			if (event_data_text(str_new(copy, k), "listener", &found))
				assert_in_range(found.n, 0, k);
			(void)event_data_int(str_new(copy, k), "latency_ms", &value);
			free(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_field_of_the_object_itself_is_found),
	        cmocka_unit_test(what_needs_escapes_is_not_read),
	        cmocka_unit_test(what_is_cut_short_is_read_within_its_bounds),
	};

	return cmocka_run_group_tests_name("store/event_data", tests, NULL, NULL);
}
