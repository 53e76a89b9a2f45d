/* The record table, on a demo type that has every kind of field. */
#include "record/record.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

enum colour { COLOUR_RED, COLOUR_GREEN, COLOUR_BLUE };

struct demo_entry {
	const char *id, *source;
	struct secret token;
};

struct demo {
	const char *id, *name, *owner, *notes, *folder, *mask;
	bool enabled;
	int colour;
	struct demo_send {
		int64_t port;
		struct secret password;
	} send;
	struct record_list entries;
	struct text_list tags;
	struct text_pairs labels;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

static const char *check_mask(const char *value)
{
	return strchr(value, '#') ? NULL : "is not a mask (it needs a #)";
}

/* clang-format off */
static const struct field send_fields[] = {
	FIELD_INT(struct demo_send, port, "Port", .low = 0, .high = 65535, .preset = 25),
	FIELD_SECRET(struct demo_send, password, "Password"),
};

static const struct field entry_fields[] = {
	FIELD_ID(struct demo_entry, id, "Entry"),
	FIELD_TEXT(struct demo_entry, source, "Source", .max = 20),
	FIELD_SECRET(struct demo_entry, token, "Token"),
};

static const struct field demo_fields[] = {
	FIELD_ID(struct demo, id, "Demo ID"),
	FIELD_TEXT(struct demo, name, "Name", .required = true, .max = 20),
	FIELD_REF_AS(struct demo, owner, "operator", "operator", "Operator"),
	FIELD_TEXT(struct demo, notes, "Notes", .multiline = true),
	FIELD_TEXT(struct demo, folder, "Folder", .preset_text = "INBOX", .help = "Where mail lies"),
	FIELD_TEXT(struct demo, mask, "Mask", .check = check_mask),
	FIELD_BOOL(struct demo, enabled, "Enabled", .preset = true),
	FIELD_ENUM(struct demo, colour, colours, "Colour", .preset = COLOUR_GREEN),
	FIELD_SECTION(struct demo, send, send_fields, "Sending"),
	FIELD_LIST(struct demo, entries, struct demo_entry, entry_fields, "Entries", .max = 3),
	FIELD_TEXTS(struct demo, tags, "Tags", .max = 2),
	FIELD_PAIRS(struct demo, labels, "Labels", .max = 2),
};
/* clang-format on */

static int check_demo(const void *record, struct error *err)
{
	const struct demo *demo = record;

	if (demo->colour == COLOUR_BLUE && demo->send.port == 443)
		return fail(err, E_INVALID, RETRY_NEVER, "send/port: 443 is never blue");
	return 0;
}

static const struct record_type demo_type =
        RECORD_TYPE("demo", "demos", struct demo, demo_fields, "Demo", .check = check_demo);

/* Seals as "<context|plain>", so that a test sees what was bound to what. */
static int test_seal(void *ctx UNUSED, const char *context, struct str plain, struct buf *out, struct error *err UNUSED)
{
	buf_printf(out, "<%s|" STR_FMT ">", context, STR_ARG(plain));
	return 0;
}

static int test_open(void *ctx UNUSED, const char *context, struct str sealed, struct secret *ret_plain,
                     struct error *err)
{
	size_t n = strlen(context);

	if (sealed.n < n + 3 || memcmp(sealed.p + 1, context, n) != 0 || sealed.p[n + 1] != '|')
		return fail(err, E_INVALID, RETRY_NEVER, "sealed for another place");
	secret_set(ret_plain, str_slice(sealed, n + 2, sealed.n - 1));
	return 0;
}

static const struct sealer sealer = {NULL, test_seal, test_open};

static json_t *json_of(const char *text)
{
	json_t *json = NULL;
	struct error err;

	assert_ok(yaml_read(str_of(text), "test", &json, &err), &err);
	return json;
}

static struct demo *demo_of(struct arena *arena, const char *text)
{
	struct error err = {0};
	void *demo = NULL;
	json_t *json = json_of(text);

	assert_ok(record_read(&demo_type, json, "demos/x", &sealer, arena, &demo, &err), &err);
	json_decref(json);
	return demo;
}

static void every_kind_of_field_is_read(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct demo *demo = demo_of(
	        arena, "{id: a.b-c_1, name: Größe, operator: op, notes: \"a\\nb\\t\", folder: Sent, mask: 'x#', "
	               "enabled: false,"
	               " colour: blue, send: {port: 587, password: pw}, entries: [{id: e1, source: s}, {id: e2}],"
	               " tags: [x, y], labels: {b: two, a: one}}");

	assert_string_equal(demo->id, "a.b-c_1");
	assert_string_equal(record_id(&demo_type, demo), "a.b-c_1");
	assert_string_equal(demo->name, "Größe");
	assert_string_equal(demo->owner, "op");
	assert_string_equal(demo->notes, "a\nb\t");
	assert_string_equal(demo->folder, "Sent");
	assert_false(demo->enabled);
	assert_int_equal(demo->colour, COLOUR_BLUE);
	assert_int_equal(demo->send.port, 587);
	assert_str(secret_reveal(&demo->send.password), "pw");
	assert_int_equal(demo->entries.count, 2);
	assert_string_equal(((struct demo_entry *)demo->entries.items)[1].id, "e2");
	assert_string_equal(((struct demo_entry *)demo->entries.items)[1].source, "");
	assert_int_equal(demo->tags.count, 2);
	assert_string_equal(demo->tags.items[1], "y");
	assert_string_equal(demo->labels.items[0].key, "b");
	assert_string_equal(demo->labels.items[1].value, "one");
	record_done(&demo_type, demo);
	assert_false(secret_is_set(&demo->send.password));
}

static void what_is_absent_gets_its_preset(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct demo *demo = demo_of(arena, "{id: a, name: A, colour: null}");

	assert_string_equal(demo->folder, "INBOX");
	assert_string_equal(demo->notes, "");
	assert_string_equal(demo->owner, "");
	assert_true(demo->enabled);
	assert_int_equal(demo->colour, COLOUR_GREEN);
	assert_int_equal(demo->send.port, 25);
	assert_false(secret_is_set(&demo->send.password));
	assert_int_equal(demo->entries.count + demo->tags.count + demo->labels.count, 0);
}

static const struct {
	const char *yaml, *error;
} wrong_records[] = {
        {"[]", "demos/x: a list is not an object (of \"key: value\" lines)"},
        {"x", "demos/x: \"x\" is not an object (of \"key: value\" lines)"},
        {"{name: A}", "demos/x/id: is missing"},
        {"{id: a}", "demos/x/name: is missing"},
        {"{id: a, name: null}", "demos/x/name: is missing"},
        {"{id: a, name: ''}", "demos/x/name: must not be empty"},
        {"{id: a, nam: A}", "demos/x/nam: unknown key (did you mean name?)"},
        {"{id: a, anme: A}", "demos/x/anme: unknown key (did you mean name?)"},
        {"{id: a, enabeld: true}", "demos/x/enabeld: unknown key (did you mean enabled?)"},
        {"{id: a, name: A, send: {prot: 1}}", "demos/x/send/prot: unknown key (did you mean port?)"},
        {"{id: a, name: A, zzz: 1}", "demos/x/zzz: unknown key"},
        {"{id: a, name: A, port: 1}", "demos/x/port: unknown key (did you mean send/port?)"},
        {"{id: a, name: A, entries: [{id: b}, {id: c, sorce: d}]}",
         "demos/x/entries/2/sorce: unknown key (did you mean source?)"},
        {"{id: .a, name: A}",
         "demos/x/id: \".a\" is not an id (1 to 64 letters, digits, '.', '-' and '_', not beginning "
         "with '.' or '-')"},
        {"{id: a/b, name: A}",
         "demos/x/id: \"a/b\" is not an id (1 to 64 letters, digits, '.', '-' and '_', not beginning "
         "with '.' or '-')"},
        {"{id: a, name: A, operator: ../x}",
         "demos/x/operator: \"../x\" is not an id (1 to 64 letters, digits, '.', '-' "
         "and '_', not beginning with '.' or '-')"},
        {"{id: a, name: 2026}", "demos/x/name: 2026 is not a text (put it in quotes)"},
        {"{id: a, name: true}", "demos/x/name: true is not a text (put it in quotes)"},
        {"{id: a, name: 1.5}", "demos/x/name: 1.5 is not a text (put it in quotes)"},
        {"{id: a, name: [A]}", "demos/x/name: a list is not a text"},
        {"{id: a, name: {A: b}}", "demos/x/name: an object is not a text"},
        {"{id: a, name: aaaaaaaaaaaaaaaaaaaaa}", "demos/x/name: is 21 bytes long, at most 20 are allowed"},
        {"{id: a, name: \"a\\nb\"}", "demos/x/name: contains a line end or a tab"},
        {"{id: a, name: A, notes: \"a\\x1bb\"}", "demos/x/notes: contains a control character"},
        {"{id: a, name: A, mask: abc}", "demos/x/mask: \"abc\" is not a mask (it needs a #)"},
        {"{id: a, name: A, send: {port: 70000}}", "demos/x/send/port: 70000 is not between 0 and 65535"},
        {"{id: a, name: A, send: {port: -1}}", "demos/x/send/port: -1 is not between 0 and 65535"},
        {"{id: a, name: A, send: {port: abc}}", "demos/x/send/port: \"abc\" is not a whole number"},
        {"{id: a, name: A, send: {port: '25'}}", "demos/x/send/port: \"25\" is not a whole number"},
        {"{id: a, name: A, send: {port: 2.5}}", "demos/x/send/port: 2.5 is not a whole number"},
        {"{id: a, name: A, send: {port: true}}", "demos/x/send/port: true is not a whole number"},
        {"{id: a, name: A, send: tls}", "demos/x/send: \"tls\" is not an object (of \"key: value\" lines)"},
        {"{id: a, name: A, enabled: yes}", "demos/x/enabled: \"yes\" is neither true nor false"},
        {"{id: a, name: A, enabled: 1}", "demos/x/enabled: 1 is neither true nor false"},
        {"{id: a, name: A, colour: pink}", "demos/x/colour: \"pink\" is not one of red, green, blue"},
        {"{id: a, name: A, colour: 1}", "demos/x/colour: 1 is not one of red, green, blue"},
        {"{id: a, name: A, entries: {}}", "demos/x/entries: an object is not a list"},
        {"{id: a, name: A, entries: [x]}", "demos/x/entries/1: \"x\" is not an object (of \"key: value\" lines)"},
        {"{id: a, name: A, entries: [{id: a},{id: a},{id: a},{id: a}]}",
         "demos/x/entries: has 4 entries, at most 3 are allowed"},
        {"{id: a, name: A, tags: x}", "demos/x/tags: \"x\" is not a list of texts"},
        {"{id: a, name: A, tags: [x, 1]}", "demos/x/tags/2: 1 is not a text (put it in quotes)"},
        {"{id: a, name: A, tags: [x, y, z]}", "demos/x/tags: has 3 entries, at most 2 are allowed"},
        {"{id: a, name: A, labels: [x]}", "demos/x/labels: a list is not an object (of \"name: text\" lines)"},
        {"{id: a, name: A, labels: {x: 1}}", "demos/x/labels/x: 1 is not a text (put it in quotes)"},
        {"{id: a, name: A, send: {password: 12345}}",
         "demos/x/send/password: a secret is a text (put it in quotes) or {sealed: …}"},
        {"{id: a, name: A, send: {password: {file: /etc/passwd}}}",
         "demos/x/send/password: files and variables are not read here: give the secret itself"},
        {"{id: a, name: A, send: {password: {}}}", "demos/x/send/password: a secret is a text or {sealed: …}"},
        {"{id: a, name: A, send: {password: {sealed: '<demo/b/send/password|pw>'}}}",
         "demos/x/send/password: sealed for another place"},
        {"{id: a, name: A, colour: blue, send: {port: 443, password: pw}}", "demos/x/send/port: 443 is never blue"},
};

static void errors_name_path_value_and_what_was_expected(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(wrong_records); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct error err = {0};
		void *demo = NULL;
		json_t *json = json_of(wrong_records[i].yaml);

		assert_int_equal(record_read(&demo_type, json, "demos/x", &sealer, arena, &demo, &err), E_INVALID);
		assert_string_equal(err.text, wrong_records[i].error);
		assert_null(demo);
		json_decref(json);
	}
}

static void nul_and_long_values_are_refused_and_cut(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error err = {0};
	void *demo = NULL;
	json_t *json = json_pack("{s:s, s:o}", "id", "a", "name", json_stringn("a\0b", 3));

	assert_int_equal(record_read(&demo_type, json, "demos/x", NULL, arena, &demo, &err), E_INVALID);
	assert_string_equal(err.text, "demos/x/name: contains a NUL character");
	json_object_set_new(json, "name", json_string("A"));
	json_object_set_new(json, "mask", json_string("äääääääääääääääääääääääääääääääääääääääääääääääää"));
	assert_int_equal(record_read(&demo_type, json, "", NULL, arena, &demo, &err), E_INVALID);
	assert_string_equal(err.text, "mask: \"ääääääääääääääääääääääääääääää…\" is not a mask (it needs a #)");
	json_decref(json);
}

static void secrets_are_masked_left_out_or_sealed(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct demo *demo = demo_of(arena, "{id: a, name: A, send: {password: pw}, entries: [{id: e, token: tk}]}");
	static const struct {
		enum secret_form form;
		const char *json;
	} cases[] = {
	        {SECRETS_MASKED, "{\"id\":\"a\",\"name\":\"A\",\"send\":{\"password\":\"********\"},"
	                         "\"entries\":[{\"id\":\"e\",\"token\":\"********\"}]}"},
	        {SECRETS_OMITTED, "{\"id\":\"a\",\"name\":\"A\",\"entries\":[{\"id\":\"e\"}]}"},
	        {SECRETS_SEALED,
	         "{\"id\":\"a\",\"name\":\"A\",\"send\":{\"password\":{\"sealed\":\"<demo/a/send/password|pw>\"}},"
	         "\"entries\":[{\"id\":\"e\",\"token\":{\"sealed\":\"<demo/a/entries/1/token|tk>\"}}]}"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct error err = {0};
		json_t *json = NULL;
		assert_ok(record_write(&demo_type, demo, "demos/a", cases[i].form, false, &sealer, &json, &err), &err);
		char *text = json_dumps(json, JSON_COMPACT);
		assert_string_equal(text, cases[i].json);
		free(text);
		if (cases[i].form == SECRETS_SEALED) {
			void *again = NULL;
			assert_ok(record_read(&demo_type, json, "elsewhere", &sealer, arena, &again, &err), &err);
			assert_str(secret_reveal(&((struct demo *)again)->send.password), "pw");
			assert_int_equal(record_diff(&demo_type, demo, again, &(struct buf)BUF_INIT(0)), 0);
			record_done(&demo_type, again);
			assert_int_equal(record_read(&demo_type, json, "demos/a", NULL, arena, &again, &err),
			                 E_INVALID);
			assert_string_equal(
			        err.text,
			        "demos/a/send/password: a sealed secret can't be opened here: give it as a text");
		}
		json_decref(json);
	}
	record_done(&demo_type, demo);
}

static void whole_records_show_their_presets(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error err = {0};
	json_t *json = NULL;
	struct demo *demo = demo_of(arena, "{id: a, name: A}");

	assert_ok(record_write(&demo_type, demo, "demos/a", SECRETS_MASKED, true, NULL, &json, &err), &err);
	char *text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(
	        text,
	        "{\"id\":\"a\",\"name\":\"A\",\"operator\":\"\",\"notes\":\"\",\"folder\":\"INBOX\",\"mask\":\"\","
	        "\"enabled\":true,\"colour\":\"green\",\"send\":{\"port\":25,\"password\":\"\"},\"entries\":[],"
	        "\"tags\":[],\"labels\":{}}");
	free(text);
	json_decref(json);
}

static void masked_secrets_are_kept_from_before(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error err = {0};
	struct demo *before = demo_of(
	        arena, "{id: a, name: A, send: {password: pw}, entries: [{id: x, token: tx}, {id: y, token: ty}]}");
	struct demo *after =
	        demo_of(arena, "{id: a, name: A, send: {password: '********'}, entries: [{id: y, token: '********'}]}");
	struct demo *new = demo_of(arena, "{id: a, name: A, entries: [{id: z, token: '********'}]}");

	assert_ok(record_keep_secrets(&demo_type, after, before, "demos/a", &err), &err);
	assert_str(secret_reveal(&after->send.password), "pw");
	assert_str(secret_reveal(&((struct demo_entry *)after->entries.items)[0].token), "ty");
	assert_int_equal(record_keep_secrets(&demo_type, new, before, "demos/a", &err), E_INVALID);
	assert_string_equal(err.text,
	                    "demos/a/entries/1/token: ******** stands for a secret that is stored, but none is");
	assert_int_equal(record_keep_secrets(&demo_type, new, NULL, "demos/a", &err), E_INVALID);
	record_done(&demo_type, before);
	record_done(&demo_type, after);
	record_done(&demo_type, new);
}

static void secrets_are_fetched_from_files_and_variables(void **state UNUSED)
{
	struct error err = {0};
	char path[] = "/tmp/record-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "from file\n", 10), 10);
	close(fd);
	setenv("RECORD_TEST_SECRET", "from env", 1);
	json_t *json = json_pack("{s:{s:{s:s}}, s:[{s:{s:s}}]}", "send", "password", "file", path, "entries", "token",
	                         "env", "RECORD_TEST_SECRET");
	assert_ok(record_resolve_secrets(&demo_type, json, "demos/a", &err), &err);
	char *text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, "{\"send\":{\"password\":\"from file\"},\"entries\":[{\"token\":\"from env\"}]}");
	free(text);
	json_decref(json);
	unlink(path);

	static const struct {
		const char *yaml, *error;
	} cases[] = {
	        {"{send: {password: {file: /nonexistent/x}}}",
	         "demos/a/send/password: can't open /nonexistent/x: No such file or directory"},
	        {"{send: {password: {file: secrets/x}}}",
	         "demos/a/send/password: \"secrets/x\" is not an absolute path"},
	        {"{send: {password: {file: /dev/null}}}", "demos/a/send/password: /dev/null is empty"},
	        {"{send: {password: {env: RECORD_TEST_UNSET}}}",
	         "demos/a/send/password: the variable RECORD_TEST_UNSET is not set"},
	        {"{send: {password: {env: A, file: /b}}}",
	         "demos/a/send/password: a reference is {file: /PATH} or {env: NAME}"},
	        {"{entries: [{}, {token: {env: 1}}]}",
	         "demos/a/entries/2/token: a reference is {file: /PATH} or {env: NAME}"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json = json_of(cases[i].yaml);
		assert_true(record_resolve_secrets(&demo_type, json, "demos/a", &err) < 0);
		assert_string_equal(err.text, cases[i].error);
		json_decref(json);
	}
}

static void differences_are_told_line_by_line(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct demo *a = demo_of(
	        arena, "{id: a, name: A, notes: \"x\\ny\", send: {password: pw}, entries: [{id: e}, {id: f, token: t}],"
	               " tags: [x]}");
	struct demo *b =
	        demo_of(arena, "{id: a, name: B, enabled: false, colour: red, send: {port: 587, password: pw2},"
	                       " entries: [{id: e, source: s, token: t}], tags: [x, y], labels: {k: v}}");

	assert_int_equal(record_diff(&demo_type, a, b, &out), 11);
	assert_string_equal(buf_cstr(&out), "  name: \"A\" -> \"B\"\n"
	                                    "  notes: \"x\\ny\" -> \"\"\n"
	                                    "  enabled: true -> false\n"
	                                    "  colour: green -> red\n"
	                                    "  send/port: 25 -> 587\n"
	                                    "  send/password: (changed)\n"
	                                    "  entries/1/source: \"\" -> \"s\"\n"
	                                    "  entries/1/token: (set)\n"
	                                    "  entries/2: (removed)\n"
	                                    "  tags: [\"x\"] -> [\"x\", \"y\"]\n"
	                                    "  labels: {} -> {k: \"v\"}\n");
	buf_clear(&out);
	assert_int_equal(record_diff(&demo_type, NULL, a, &out), 8);
	assert_string_equal(
	        buf_cstr(&out),
	        "  id: \"a\"\n  name: \"A\"\n  notes: \"x\\ny\"\n  send/password: (set)\n  entries/1/id: \"e\"\n"
	        "  entries/2/id: \"f\"\n  entries/2/token: (set)\n  tags: [\"x\"]\n");
	record_done(&demo_type, a);
	record_done(&demo_type, b);
}

static int note_reference(void *ctx, const char *path, const char *kind, const char *id)
{
	buf_printf(ctx, "%s=%s:%s", path, kind, id);
	return 5;
}

static void references_are_listed_with_their_place(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));

	assert_int_equal(record_each_reference(&demo_type, demo_of(arena, "{id: a, name: A}"), note_reference, &out),
	                 0);
	assert_int_equal(record_each_reference(&demo_type, demo_of(arena, "{id: a, name: A, operator: o}"),
	                                       note_reference, &out),
	                 5);
	assert_string_equal(buf_cstr(&out), "operator=operator:o");
}

static void help_shows_keys_values_and_defaults(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(8));

	record_help(&demo_type, &out);
	const char *help = buf_cstr(&out);
	assert_non_null(strstr(help, "Demo (demos)\n  KEY "));
	static const char *const lines[] = {
	        /* clang-format off */
	        "  folder                     text                           \"INBOX\"\n      Folder. Where mail lies\n",
	        /* clang-format on */
	        "  send/port                  number 0-65535                 25\n      Port\n",
	        "  colour                     red|green|blue                 green\n      Colour\n",
	        "  entries/N/token            secret                         -\n      Token\n",
	        "  operator                   id of operator                 -\n      Operator\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_non_null(strstr(help, lines[i]));
}

static void help_is_there_for_programs(void **state UNUSED)
{
	json_t *json CLEANUP(json_decrefp) = record_help_json(&demo_type);
	const json_t *fields = json_object_get(json, "fields"), *field;
	size_t i, found = 0;

	assert_string_equal(json_string_value(json_object_get(json, "kind")), "demo");
	json_array_foreach (fields, i, field) {
		if (strcmp(json_string_value(json_object_get(field, "key")), "send/port") != 0)
			continue;
		found++;
		assert_string_equal(json_string_value(json_object_get(field, "value")), "number 0-65535");
		assert_string_equal(json_string_value(json_object_get(field, "default")), "25");
		assert_string_equal(json_string_value(json_object_get(field, "label")), "Port");
	}
	assert_int_equal(found, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_field_is_read),
	        cmocka_unit_test(what_is_absent_gets_its_preset),
	        cmocka_unit_test(errors_name_path_value_and_what_was_expected),
	        cmocka_unit_test(nul_and_long_values_are_refused_and_cut),
	        cmocka_unit_test(secrets_are_masked_left_out_or_sealed),
	        cmocka_unit_test(whole_records_show_their_presets),
	        cmocka_unit_test(masked_secrets_are_kept_from_before),
	        cmocka_unit_test(secrets_are_fetched_from_files_and_variables),
	        cmocka_unit_test(differences_are_told_line_by_line),
	        cmocka_unit_test(references_are_listed_with_their_place),
	        cmocka_unit_test(help_shows_keys_values_and_defaults),
	        cmocka_unit_test(help_is_there_for_programs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
