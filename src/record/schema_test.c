/* A type as JSON Schema, and the kinds of fields that answers have: times and any JSON. */
#include "record/record_schema.h"

#include "base/test.h"

enum size { SIZE_SMALL, SIZE_LARGE };

struct parcel_line {
	const char *what;
	int64_t pieces;
};

struct parcel {
	const char *id, *owner, *note, *city;
	bool fragile;
	int size;
	int64_t shelf, weight_g, sent_at, arrived_at;
	struct parcel_door {
		struct secret code;
		const char *name;
	} door;
	struct record_list lines;
	struct text_list marks;
	struct text_pairs labels;
	json_t *evidence;
};

/* clang-format off */
static const char *const sizes[] = {"small", "large", NULL};

static const struct field door_fields[] = {
	FIELD_SECRET(struct parcel_door, code, "Code", .max = 20),
	FIELD_TEXT(struct parcel_door, name, "Name", .required = true),
};

static const struct field line_fields[] = {
	FIELD_TEXT(struct parcel_line, what, "What", .max = 40),
	FIELD_INT(struct parcel_line, pieces, "Pieces", .low = 1, .high = 9, .preset = 1),
};

static const struct field parcel_fields[] = {
	FIELD_ID(struct parcel, id, "Parcel ID"),
	FIELD_REF(struct parcel, owner, "operator", "Owner"),
	FIELD_TEXT(struct parcel, note, "Note", .multiline = true, .max = 500, .help = "For whoever carries it"),
	FIELD_TEXT(struct parcel, city, "City", .preset_text = "Bonn"),
	FIELD_BOOL(struct parcel, fragile, "Fragile", .preset = true),
	FIELD_ENUM(struct parcel, size, sizes, "Size", .preset = SIZE_LARGE),
	FIELD_INT(struct parcel, shelf, "Shelf", .low = 1, .high = 90, .preset = 0),
	FIELD_INT(struct parcel, weight_g, "Weight", .required = true),
	FIELD_TIME(struct parcel, sent_at, "Sent", .required = true),
	FIELD_TIME(struct parcel, arrived_at, "Arrived"),
	FIELD_SECTION(struct parcel, door, door_fields, "Door"),
	FIELD_LIST(struct parcel, lines, struct parcel_line, line_fields, "Lines", .max = 5, .required = true),
	FIELD_TEXTS(struct parcel, marks, "Marks", .max = 7),
	FIELD_PAIRS(struct parcel, labels, "Labels"),
	FIELD_JSON(struct parcel, evidence, "Evidence"),
};
/* clang-format on */

static const struct record_type parcel_type = RECORD_TYPE("parcel", "parcels", struct parcel, parcel_fields, "Parcel");

/* The value at "properties/door/required" as compact JSON; "-" where there is none. */
static const char *at(const json_t *schema, const char *path, char room[400])
{
	struct str rest = str_of(path), piece;
	char name[64];

	while (schema && str_split(&rest, '/', &piece)) {
		must(piece.n < sizeof name);
		memcpy(name, piece.p, piece.n);
		name[piece.n] = '\0';
		schema = json_object_get(schema, name);
	}
	if (!schema)
		return "-";
	size_t n = json_dumpb(schema, room, 399, JSON_COMPACT | JSON_ENCODE_ANY);
	must(n < 400);
	room[n] = '\0';
	return room;
}

static const struct {
	const char *path, *input, *output;
} pieces[] = {
        {"title", "\"Parcel\"", "\"Parcel\""},
        {"type", "\"object\"", "\"object\""},
        {"additionalProperties", "false", "false"},
        {"required", "[\"id\",\"weight_g\",\"sent_at\",\"door\",\"lines\"]",
         "[\"id\",\"owner\",\"note\",\"city\",\"fragile\",\"size\",\"shelf\",\"weight_g\",\"sent_at\",\"arrived_at\","
         "\"door\",\"lines\",\"marks\",\"labels\",\"evidence\"]"},
        {"properties/id/pattern", "\"^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$\"", "-"},
        {"properties/owner/x-refers-to", "\"operator\"", "\"operator\""},
        {"properties/note",
         "{\"title\":\"Note\",\"description\":\"For whoever carries it\",\"type\":\"string\",\"x-multiline\":true,"
         "\"maxLength\":500,\"default\":\"\"}",
         "{\"title\":\"Note\",\"description\":\"For whoever carries it\",\"type\":\"string\",\"x-multiline\":true}"},
        {"properties/city/default", "\"Bonn\"", "-"},
        {"properties/fragile/default", "true", "-"},
        {"properties/size/enum", "[\"small\",\"large\"]", "[\"small\",\"large\"]"},
        {"properties/size/default", "\"large\"", "-"},
        {"properties/shelf/anyOf", "[{\"minimum\":1,\"maximum\":90},{\"const\":0}]", "-"},
        {"properties/weight_g/default", "-", "-"},
        {"properties/sent_at/type", "\"string\"", "\"string\""},
        {"properties/arrived_at/type", "[\"string\",\"null\"]", "[\"string\",\"null\"]"},
        {"properties/arrived_at/format", "\"date-time\"", "\"date-time\""},
        {"properties/door/required", "[\"name\"]", "[\"code\",\"name\"]"},
        {"properties/door/properties/code",
         "{\"title\":\"Code\",\"type\":\"string\",\"x-secret\":true,\"writeOnly\":true,\"maxLength\":20}",
         "{\"title\":\"Code\",\"type\":\"string\",\"x-secret\":true,\"enum\":[\"\",\"********\"]}"},
        {"properties/lines/maxItems", "5", "-"},
        {"properties/lines/minItems", "1", "-"},
        {"properties/lines/items/properties/pieces",
         "{\"title\":\"Pieces\",\"type\":\"integer\",\"default\":1,\"minimum\":1,\"maximum\":9}",
         "{\"title\":\"Pieces\",\"type\":\"integer\"}"},
        {"properties/marks/items", "{\"type\":\"string\"}", "{\"type\":\"string\"}"},
        {"properties/labels/additionalProperties", "{\"type\":\"string\"}", "{\"type\":\"string\"}"},
        {"properties/evidence", "{\"title\":\"Evidence\"}", "{\"title\":\"Evidence\"}"},
};

static void schemas_say_what_is_read_and_what_is_written(void **state UNUSED)
{
	json_t *input CLEANUP(json_decrefp) = record_schema(&parcel_type, SCHEMA_INPUT);
	json_t *output CLEANUP(json_decrefp) = record_schema(&parcel_type, SCHEMA_OUTPUT);
	char room[400];

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		assert_string_equal(at(input, pieces[i].path, room), pieces[i].input);
		assert_string_equal(at(output, pieces[i].path, room), pieces[i].output);
	}
}

static struct parcel *parcel_of(struct arena *arena, const char *text)
{
	struct error err = {0};
	void *parcel = NULL;
	json_t *json CLEANUP(json_decrefp) = json_loads(text, 0, NULL);

	assert_non_null(json);
	assert_ok(record_read(&parcel_type, json, "parcels/p", NULL, arena, &parcel, &err), &err);
	return parcel;
}

#define PARCEL                                                                                             \
	"{\"id\": \"p\", \"weight_g\": 7, \"sent_at\": \"2026-11-21T08:39:31.25+01:00\", \"lines\": [{}]," \
	" \"door\": {\"name\": \"left\"}, \"evidence\": {\"any\": [1, null]}}"

static void times_and_any_json_come_back_as_they_went(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct parcel *parcel = parcel_of(arena, PARCEL);
	struct error err = {0};
	json_t *json = NULL;
	char room[400];

	assert_int_equal(parcel->sent_at, INT64_C(1795246771250));
	assert_int_equal(parcel->arrived_at, 0);
	assert_ok(record_write(&parcel_type, parcel, NULL, SECRETS_MASKED, true, NULL, &json, &err), &err);
	assert_string_equal(at(json, "sent_at", room), "\"2026-11-21T07:39:31.250Z\"");
	assert_string_equal(at(json, "arrived_at", room), "null");
	assert_string_equal(at(json, "evidence", room), "{\"any\":[1,null]}");
	json_decref(json);
	record_done(&parcel_type, parcel);
	assert_null(parcel->evidence);

	assert_ok(record_write(&parcel_type, parcel, NULL, SECRETS_MASKED, true, NULL, &json, &err), &err);
	assert_string_equal(at(json, "evidence", room), "null");
	json_decref(json);
	assert_ok(record_write(&parcel_type, parcel, NULL, SECRETS_MASKED, false, NULL, &json, &err), &err);
	assert_string_equal(at(json, "evidence", room), "-");
	assert_string_equal(at(json, "arrived_at", room), "-");
	json_decref(json);
}

static void what_is_no_time_is_refused(void **state UNUSED)
{
	static const struct {
		const char *json, *error;
	} cases[] = {
	        {"\"yesterday\"", "p/arrived_at: \"yesterday\" is not a time (as in \"2026-11-21T08:00:00Z\")"},
	        {"1795246771250", "p/arrived_at: 1795246771250 is not a time (as in \"2026-11-21T08:00:00Z\")"},
	        {"{}", "p/arrived_at: an object is not a time (as in \"2026-11-21T08:00:00Z\")"},
	        {"\"2026-11-21T08:00:00Z\\u0000\"", "p/arrived_at: contains a NUL character"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		json_t *json CLEANUP(json_decrefp) = json_loads(PARCEL, 0, NULL);
		struct error err = {0};
		void *parcel = NULL;

		json_object_set_new(json, "arrived_at", value);
		assert_int_equal(record_read(&parcel_type, json, "p", NULL, arena, &parcel, &err), E_INVALID);
		assert_string_equal(err.text, cases[i].error);
	}
}

static void differences_show_times(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct parcel *before = parcel_of(arena, PARCEL), *after = parcel_of(arena, PARCEL);
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	assert_int_equal(record_diff(&parcel_type, before, after, &out), 0);
	after->arrived_at = INT64_C(1795246771250);
	after->sent_at++;
	assert_int_equal(record_diff(&parcel_type, before, after, &out), 2);
	assert_string_equal(buf_cstr(&out), "  sent_at: 2026-11-21T07:39:31.250Z -> 2026-11-21T07:39:31.251Z\n"
	                                    "  arrived_at: 2026-11-21T07:39:31.250Z\n");
	record_done(&parcel_type, before);
	record_done(&parcel_type, after);
}

/* As a handler fills it: without some texts, and with bytes that a column had. */
static void a_struct_filled_by_hand_is_written_all_the_same(void **state UNUSED)
{
	struct parcel parcel = {.id = "p", .city = "Bo\xffn"};
	struct error err = {0};
	json_t *json = NULL;
	char room[400];

	assert_ok(record_write(&parcel_type, &parcel, NULL, SECRETS_MASKED, true, NULL, &json, &err), &err);
	assert_string_equal(at(json, "city", room), "\"Bo?n\"");
	assert_string_equal(at(json, "note", room), "\"\"");
	json_decref(json);
}

static void assert_same_text(const struct parcel *parcel)
{
	json_t *json CLEANUP(json_decrefp) = NULL;
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	char *dump;

	assert_ok(record_write(&parcel_type, parcel, NULL, SECRETS_MASKED, true, NULL, &json, &err), &err);
	dump = json_dumps(json, JSON_COMPACT);
	record_write_text(&parcel_type, parcel, &text);
	assert_string_equal(buf_cstr(&text), dump);
	free(dump);
}

static void text_is_what_a_dump_of_the_json_gives(void **state UNUSED)
{
	static const char *const texts[] = {NULL,
	                                    "",
	                                    "plain",
	                                    "\"\\/",
	                                    "\b\f\n\r\t\x01\x1f\x7f",
	                                    "Grüße",
	                                    "\xe2\x82\xac",
	                                    "\xf0\x9f\x93\xa7",
	                                    "broken \xff\xc3",
	                                    "\xed\xa0\x80"};
	static const int64_t numbers[] = {0, 1, -1, 10, 1763732379123, -62135596800000, INT64_MAX, INT64_MIN};
	static const char *const documents[] = {"null", "[]", "{\"a\":[1,-2.5,true,null,\"x\\n\"]}", "\"text\"", "7"};

	for (size_t i = 0; i < ARRAY_LEN(texts) * ARRAY_LEN(numbers); i++) {
		const char *text = texts[i % ARRAY_LEN(texts)], *marks[] = {text, "two"};
		struct parcel_line lines[] = {{.what = text, .pieces = numbers[i % ARRAY_LEN(numbers)]}, {.what = "y"}};
		struct text_pair labels[] = {{"key", text}, {"other", "1"}, {"key", "again"}};
		struct parcel parcel = {.id = "p",
		                        .note = text,
		                        .fragile = i % 2 == 0,
		                        .size = (int)(i % 2),
		                        .weight_g = numbers[i % ARRAY_LEN(numbers)],
		                        .sent_at = numbers[(i + 1) % ARRAY_LEN(numbers)],
		                        .lines = {lines, i % 3},
		                        .marks = {marks, i % 3},
		                        .labels = {labels, i % 4}};

		parcel.evidence = i % 6 == 5 ? NULL : json_loads(documents[i % 5], JSON_DECODE_ANY, NULL);
		if (i % 2)
			secret_set(&parcel.door.code, STR("open"));
		assert_same_text(&parcel);
		record_done(&parcel_type, &parcel);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(schemas_say_what_is_read_and_what_is_written),
	        cmocka_unit_test(times_and_any_json_come_back_as_they_went),
	        cmocka_unit_test(what_is_no_time_is_refused),
	        cmocka_unit_test(differences_show_times),
	        cmocka_unit_test(a_struct_filled_by_hand_is_written_all_the_same),
	        cmocka_unit_test(text_is_what_a_dump_of_the_json_gives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
