/* Any text as YAML: what can be read as a record is written, and must read back as the same record. */
#include "record/record.h"

#include <stdlib.h>

struct fuzz_entry {
	const char *id, *text;
	bool flag;
};

struct fuzz_record {
	const char *id, *name, *notes;
	int64_t number;
	int word;
	struct secret secret;
	struct fuzz_section {
		const char *text;
		int64_t number;
	} section;
	struct record_list list;
	struct text_list texts;
	struct text_pairs pairs;
};

static const char *const words[] = {"one", "two", NULL};

/* clang-format off */
static const struct field section_fields[] = {
	FIELD_TEXT(struct fuzz_section, text, "Text", .preset_text = "preset"),
	FIELD_INT(struct fuzz_section, number, "Number", .low = -5, .high = 5),
};

static const struct field entry_fields[] = {
	FIELD_ID(struct fuzz_entry, id, "ID"),
	FIELD_TEXT(struct fuzz_entry, text, "Text", .multiline = true),
	FIELD_BOOL(struct fuzz_entry, flag, "Flag"),
};

static const struct field record_fields[] = {
	FIELD_ID(struct fuzz_record, id, "ID"),
	FIELD_TEXT(struct fuzz_record, name, "Name"),
	FIELD_TEXT(struct fuzz_record, notes, "Notes", .multiline = true, .max = 10000),
	FIELD_INT(struct fuzz_record, number, "Number"),
	FIELD_ENUM(struct fuzz_record, word, words, "Word"),
	FIELD_SECRET(struct fuzz_record, secret, "Secret"),
	FIELD_SECTION(struct fuzz_record, section, section_fields, "Section"),
	FIELD_LIST(struct fuzz_record, list, struct fuzz_entry, entry_fields, "List"),
	FIELD_TEXTS(struct fuzz_record, texts, "Texts", .multiline = true),
	FIELD_PAIRS(struct fuzz_record, pairs, "Pairs", .multiline = true),
};
/* clang-format on */

static const struct record_type fuzz_type = RECORD_TYPE("fuzz", "fuzzes", struct fuzz_record, record_fields, "Fuzz");

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* The secret goes in and out as text, sealed by nothing. */
static int plain_seal(void *ctx UNUSED, const char *context UNUSED, struct str plain, struct buf *out,
                      struct error *err UNUSED)
{
	buf_add(out, plain);
	return 0;
}

static int plain_open(void *ctx UNUSED, const char *context UNUSED, struct str sealed, struct secret *ret_plain,
                      struct error *err UNUSED)
{
	secret_set(ret_plain, sealed);
	return 0;
}

static void check_value(const json_t *json)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;
	json_t *again CLEANUP(json_decrefp) = NULL;

	yaml_write(json, &text);
	must(!text.failed);
	must(yaml_read(buf_str(&text), "again", &again, &err) == 0);
	must(json_equal(json, again));
}

static void check_record(const json_t *json)
{
	static const struct sealer sealer = {NULL, plain_seal, plain_open};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf differences CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	json_t *written CLEANUP(json_decrefp) = NULL;
	void *record, *again;

	if (record_read(&fuzz_type, json, "fuzz", &sealer, arena, &record, &err) < 0)
		return;
	must(record_write(&fuzz_type, record, "fuzz", SECRETS_SEALED, false, &sealer, &written, &err) == 0);
	check_value(written);
	must(record_read(&fuzz_type, written, "fuzz", &sealer, arena, &again, &err) == 0);
	must(record_diff(&fuzz_type, record, again, &differences) == 0);
	record_done(&fuzz_type, record);
	record_done(&fuzz_type, again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct error err;
	json_t *json CLEANUP(json_decrefp) = NULL;

	if (yaml_read(str_new(bytes, n), "fuzz", &json, &err) < 0)
		return 0;
	check_value(json);
	check_record(json);
	return 0;
}
