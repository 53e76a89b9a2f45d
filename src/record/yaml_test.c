/* YAML in and out. */
#include "record/record.h"

#include <stdlib.h>

#include "base/test.h"

static void scalars_follow_the_core_schema(void **state UNUSED)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
	        {"", "null"},
	        {"# nothing but this\n", "null"},
	        {"\xef\xbb\xbf", "null"},
	        {"\xef\xbb\xbf"
	         "a: 1\nb: 2\n",
	         "{\"a\":1,\"b\":2}"},
	        {"\xef\xbb\xbf{\"a\": 1}", "{\"a\":1}"},
	        {"---\n...\n", "null"},
	        {"~", "null"},
	        {"Null", "null"},
	        {"true", "true"},
	        {"FALSE", "false"},
	        {"yes", "\"yes\""},
	        {"No", "\"No\""},
	        {"on", "\"on\""},
	        {"0", "0"},
	        {"-12", "-12"},
	        {"+12", "12"},
	        {"0123", "123"},
	        {"0x1F", "31"},
	        {"0o17", "15"},
	        {"0b11", "\"0b11\""},
	        {"1_000", "\"1_000\""},
	        {"12:30", "\"12:30\""},
	        {"2026-11-21", "\"2026-11-21\""},
	        {"9223372036854775807", "9223372036854775807"},
	        {"1.5", "1.5"},
	        {"1e3", "1000.0"},
	        {".5", "0.5"},
	        {"1.", "1.0"},
	        {".", "\".\""},
	        {"-", "[null]"},
	        {"1e", "\"1e\""},
	        {".inf", "\".inf\""},
	        {"'12'", "\"12\""},
	        {"\"true\"", "\"true\""},
	        {"\"\\u00fc\\x41\\n\"", "\"üA\\n\""},
	        {"a: |\n  x\n   y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\n y\\n\",\"b\":\"x y\"}"},
	        {"1: a\n~: b\n<<: c\n", "{\"1\":\"a\",\"~\":\"b\",\"<<\":\"c\"}"},
	        {"- a\n- - b\n  - {c: d, e: [f, 1]}\n", "[\"a\",[\"b\",{\"c\":\"d\",\"e\":[\"f\",1]}]]"},
	        {"\xef\xbb\xbf"
	         "a: b",
	         "{\"a\":\"b\"}"},
	        {"{\"a\":\t\"\\ud83d\\ude00\\/\"}", "{\"a\":\"😀/\"}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = {0};
		json_t *json = NULL;

		assert_ok(yaml_read(str_of(cases[i].yaml), "t", &json, &err), &err);
		char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_string_equal(text, cases[i].json);
		free(text);
		json_decref(json);
	}
}

static void errors_name_file_line_and_column(void **state UNUSED)
{
	static const struct {
		const char *yaml, *error;
	} cases[] = {
	        {"a: 1\nb: 2\na: 3\n", "setup.yaml:3:1: the key \"a\" is there twice"},
	        {"{\"a\": 1, \"a\": 2}", "setup.yaml:1:10: the key \"a\" is there twice"},
	        {"a: &x 1\n", "setup.yaml:1:4: anchors (&) are not supported"},
	        {"a: &x\n  b: 1\n", "setup.yaml:1:4: anchors (&) are not supported"},
	        {"a: &x [1]\n", "setup.yaml:1:4: anchors (&) are not supported"},
	        {"a: *x\n", "setup.yaml:1:4: aliases (*) are not supported"},
	        {"*x : a\n", "setup.yaml:1:1: aliases (*) are not supported"},
	        {"a: !!str 1\n", "setup.yaml:1:4: tags (!) are not supported"},
	        {"a: !x [1]\n", "setup.yaml:1:4: tags (!) are not supported"},
	        {"a: ! {}\n", "setup.yaml:1:4: tags (!) are not supported"},
	        {"? [a]\n: b\n", "setup.yaml:1:3: a key must be a text"},
	        {"a: 1\n---\nb: 2\n", "setup.yaml:2:1: a second document begins here; only one is read"},
	        {"a: 9223372036854775808\n", "setup.yaml:1:4: the number is too large"},
	        {"a: 1e999\n", "setup.yaml:1:4: the number is too large"},
	        {"a: \"x\\0y\"\n", "setup.yaml:1:4: a text can't contain a NUL character"},
	        {"a:\n\tb: 1\n",
	         "setup.yaml:2:1: found character that cannot start any token (indent with spaces, not tabs) while "
	         "scanning for the next token"},
	        {"a: [1, 2\nb: 3\n", "setup.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence"},
	        {"a: 1\n b: 2\n", "setup.yaml:2:3: mapping values are not allowed in this context (keys of one level "
	                          "begin in one column; a text with \": \" in it needs quotes)"},
	        {"a: 1\nb: \xff\n", "setup.yaml:2:4: invalid leading UTF-8 octet (save the file as UTF-8)"},
	        {"\xff\xfe"
	         "a",
	         "setup.yaml:1:1: invalid leading UTF-8 octet (save the file as UTF-8)"},
	        {"a: b\x01\n", "setup.yaml:1:5: control characters are not allowed"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = {0};
		json_t *json = NULL;

		assert_int_equal(yaml_read(str_of(cases[i].yaml), "setup.yaml", &json, &err), E_INVALID);
		assert_string_equal(err.text, cases[i].error);
		assert_null(json);
	}
}

static void nest(struct buf *out, const char *open, const char *close, size_t levels)
{
	buf_clear(out);
	for (size_t i = 0; i < levels; i++)
		buf_add_cstr(out, open);
	for (size_t i = 0; i < levels; i++)
		buf_add_cstr(out, close);
}

static void depth_and_size_are_bounded(void **state UNUSED)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(17));
	struct error err = {0};
	json_t *json = NULL;

	nest(&text, "[", "]", 64);
	assert_ok(yaml_read(buf_str(&text), "t", &json, &err), &err);
	json_decref(json);
	json = NULL;
	nest(&text, "[", "]", 65);
	assert_int_equal(yaml_read(buf_str(&text), "t", &json, &err), E_INVALID);
	assert_string_equal(err.text, "t:1:65: more than 64 levels");
	nest(&text, "[", "", 1000000);
	assert_int_equal(yaml_read(buf_str(&text), "t", &json, &err), E_INVALID);
	nest(&text, "{a: ", "}", 65);
	assert_int_equal(yaml_read(buf_str(&text), "t", &json, &err), E_INVALID);
	assert_string_equal(err.text, "t:1:257: more than 64 levels");
	buf_clear(&text);
	memset(buf_room(&text, MIB(16) + 1), 'x', MIB(16) + 1);
	buf_added(&text, MIB(16) + 1);
	assert_int_equal(yaml_read(buf_str(&text), "t", &json, &err), E_LIMIT);
	assert_string_equal(err.text, "t: longer than 16 MiB");
	assert_null(json);
}

static void what_is_written_reads_back(void **state UNUSED)
{
	static const struct {
		const char *json, *yaml;
	} cases[] = {
	        {"{\"a\":1,\"b\":{\"c\":true,\"d\":null},\"e\":[]}", "a: 1\nb:\n  c: true\n  d: null\ne: []\n"},
	        {"{\"a\":[1,\"x\",{\"b\":2,\"c\":{}},[3,[4]],{}]}",
	         "a:\n  - 1\n  - x\n  - b: 2\n    c: {}\n  -\n    - 3\n    -\n      - 4\n  - {}\n"},
	        {"[\"plain text\",\"\",\" x\",\"x \",\"12\",\"true\",\"No\",\"a: b\",\"a #b\",\"- a\",\"~\",\"null\"]",
	         "- plain text\n- \"\"\n- \" x\"\n- \"x \"\n- \"12\"\n- \"true\"\n- \"No\"\n- \"a: b\"\n- \"a #b\"\n- "
	         "\"- a\"\n- \"~\"\n- \"null\"\n"},
	        {"{\"t\":\"one\\ntwo\\n\",\"u\":\"one\\ntwo\",\"v\":\"one\\n\\n  two\\n\\n\",\"w\":1}",
	         "t: |\n  one\n  two\nu: |-\n  one\n  two\nv: |+\n  one\n\n    two\n\nw: 1\n"},
	        {"[\"a\\tb\",\"\\u001b\\u007f\",\"\\u0085\\u2028\\ufeff\\uffff\",\"\\\"\\\\\",\"ü😀\",\" a\\nb\",\"a "
	         "\\nb\",\"\\n\",\"a\\r\\nb\"]",
	         "- \"a\\tb\"\n- \"\\x1b\\x7f\"\n- \"\\u0085\\u2028\\ufeff\\uffff\"\n- \"\\\"\\\\\"\n- \"ü😀\"\n- \" "
	         "a\\nb\"\n"
	         "- \"a \\nb\"\n- \"\\n\"\n- \"a\\x0d\\nb\"\n"},
	        {"{\"12\":1,\"a b\":2,\"a:b\":3,\"\":4}", "\"12\": 1\na b: 2\n\"a:b\": 3\n\"\": 4\n"},
	        {"[1.5,-0.25,1e300,1.0]", "- 1.5\n- -0.25\n- 1.0000000000000001e+300\n- 1.0\n"},
	        {"\"x\"", "x\n"},
	        {"{}", "{}\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf yaml CLEANUP(buf_done) = BUF_INIT(KIB(8));
		struct error err = {0};
		json_t *json = json_loads(cases[i].json, JSON_DECODE_ANY, NULL), *again = NULL;

		assert_non_null(json);
		yaml_write(json, &yaml);
		assert_string_equal(buf_cstr(&yaml), cases[i].yaml);
		assert_ok(yaml_read(buf_str(&yaml), "t", &again, &err), &err);
		assert_true(json_equal(json, again));
		json_decref(json);
		json_decref(again);
	}
}

static void long_keys_read_back(void **state UNUSED)
{
	struct buf key CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(KIB(16));
	struct error err = {0};
	json_t *again = NULL;

	nest(&key, "k", ":", 1500);
	json_t *json = json_pack("{s:[{s:s}]}", buf_cstr(&key), buf_cstr(&key), "v");
	yaml_write(json, &yaml);
	assert_ok(yaml_read(buf_str(&yaml), "t", &again, &err), &err);
	assert_true(json_equal(json, again));
	json_decref(json);
	json_decref(again);
}

/* An empty file's view has no bytes to point at. */
static void nothing_at_all_is_null(void **state UNUSED)
{
	struct error err;
	json_t *json = NULL;

	assert_ok(yaml_read(STR_NULL, "setup.yaml", &json, &err), &err);
	assert_true(json_is_null(json));
	json_decref(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_at_all_is_null),           cmocka_unit_test(scalars_follow_the_core_schema),
	        cmocka_unit_test(errors_name_file_line_and_column), cmocka_unit_test(depth_and_size_are_bounded),
	        cmocka_unit_test(what_is_written_reads_back),       cmocka_unit_test(long_keys_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
