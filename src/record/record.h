/* The record table: a resource type is described once, as a table of its fields, and everything else is derived from it:
 * reading JSON and YAML with errors that name the path, defaults, masking, sealing, export, diff, help.
 *
 *	static const struct field listener_fields[] = {
 *		FIELD_ID(struct listener, id, "Listener ID"),
 *		FIELD_TEXT(struct listener, folder, "Folder", .preset_text = "INBOX", .max = 255),
 *		FIELD_INT(struct listener, poll_interval_s, "Polling interval", .low = 5, .high = 86400, .preset = 60),
 *	};
 *	const struct record_type listener_type = RECORD_TYPE("listener", "listeners", struct listener, listener_fields, …);
 *
 *	struct listener *l;
 *	if (record_read(&listener_type, json, "listeners/support", NULL, arena, (void **)&l, err) < 0) …
 *
 * A record is a plain C struct in an arena. Its text members live in the same arena; its secrets are on the heap and are
 * wiped by record_done(). */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"

#include <jansson.h>

/* The C member behind each kind is named in brackets. */
enum field_kind {
	FIELD_KIND_TEXT,    /* [const char *] UTF-8 without NUL; never NULL, "" where absent */
	FIELD_KIND_INT,     /* [int64_t] */
	FIELD_KIND_BOOL,    /* [bool] */
	FIELD_KIND_ENUM,    /* [int] index into `words` */
	FIELD_KIND_SECRET,  /* [struct secret] masked when shown, sealed when stored */
	FIELD_KIND_SECTION, /* [an embedded struct, described by `fields`] */
	FIELD_KIND_LIST,    /* [struct record_list] of structs described by `fields` */
	FIELD_KIND_TEXTS,   /* [struct text_list] */
	FIELD_KIND_PAIRS,   /* [struct text_pairs] an object of texts, in the order written */
};

struct record_list {
	void *items; /* an array of `count` structs of the field's element_size */
	size_t count;
};

struct text_list {
	const char **items;
	size_t count;
};

struct text_pairs {
	struct text_pair {
		const char *key, *value;
	} *items;
	size_t count;
};

struct field {
	const char *name; /* the key in JSON and YAML */
	enum field_kind kind;
	size_t offset;     /* of the member in its struct */
	const char *label; /* "Polling interval": forms and errors */
	const char *help;  /* one sentence for people, may be NULL; the unit belongs here */
	bool required;
	bool is_id;                /* letters, digits, '.', '-', '_'; 1 to 64 characters, no leading '.' or '-' */
	size_t max;                /* TEXT, SECRET: bytes (default 1000); LIST, TEXTS, PAIRS: entries (default 1000) */
	int64_t low, high;         /* INT: inclusive; both 0 means no bound */
	int64_t preset;            /* INT, BOOL, ENUM: value where absent */
	const char *preset_text;   /* TEXT: value where absent */
	const char *const *words;  /* ENUM: NULL-terminated, in the order of the C enum */
	const char *refers_to;     /* TEXT: kind of the record whose id this is ("account") */
	const struct field *fields; /* SECTION, LIST */
	size_t field_count;
	size_t element_size; /* LIST */
	/* TEXT: further check of a value that is neither "" nor preset; returns NULL or what was expected ("is not …"). May be NULL. */
	const char *(*check)(const char *value);
};

struct record_type {
	const char *kind;   /* "account" */
	const char *plural; /* "accounts": the key in the set-up file */
	const char *label;
	size_t size;
	const struct field *fields;
	size_t field_count;
	/* Rules over several fields; may be NULL. The error's text starts with the path below the record ("send/port: …"). */
	int (*check)(const void *record, struct error *err);
};

/* clang-format off */
#define FIELD_ID(T, m, lab, ...)      {.name = #m, .kind = FIELD_KIND_TEXT, .offset = offsetof(T, m), .label = (lab), .is_id = true, .required = true, __VA_ARGS__}
#define FIELD_TEXT(T, m, lab, ...)    {.name = #m, .kind = FIELD_KIND_TEXT, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_REF(T, m, k, lab, ...)  {.name = #m, .kind = FIELD_KIND_TEXT, .offset = offsetof(T, m), .label = (lab), .refers_to = (k), __VA_ARGS__}
#define FIELD_INT(T, m, lab, ...)     {.name = #m, .kind = FIELD_KIND_INT, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_BOOL(T, m, lab, ...)    {.name = #m, .kind = FIELD_KIND_BOOL, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_ENUM(T, m, w, lab, ...) {.name = #m, .kind = FIELD_KIND_ENUM, .offset = offsetof(T, m), .label = (lab), .words = (w), __VA_ARGS__}
#define FIELD_SECRET(T, m, lab, ...)  {.name = #m, .kind = FIELD_KIND_SECRET, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_TEXTS(T, m, lab, ...)   {.name = #m, .kind = FIELD_KIND_TEXTS, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_PAIRS(T, m, lab, ...)   {.name = #m, .kind = FIELD_KIND_PAIRS, .offset = offsetof(T, m), .label = (lab), __VA_ARGS__}
#define FIELD_SECTION(T, m, fs, lab, ...) {.name = #m, .kind = FIELD_KIND_SECTION, .offset = offsetof(T, m), .label = (lab), .fields = (fs), .field_count = ARRAY_LEN(fs), __VA_ARGS__}
#define FIELD_LIST(T, m, E, fs, lab, ...) {.name = #m, .kind = FIELD_KIND_LIST, .offset = offsetof(T, m), .label = (lab), .fields = (fs), .field_count = ARRAY_LEN(fs), .element_size = sizeof(E), __VA_ARGS__}
#define RECORD_TYPE(k, ks, T, fs, lab, ...) {.kind = (k), .plural = (ks), .label = (lab), .size = sizeof(T), .fields = (fs), .field_count = ARRAY_LEN(fs), __VA_ARGS__}
/* clang-format on */

/* Seals and opens secrets for the stored form; the vault implements it. `context` binds a sealed value to its place
 * ("account/support/send/password"), so that it can't be moved to another record. */
struct sealer {
	void *ctx;
	int (*seal)(void *ctx, const char *context, struct str plain, struct buf *out, struct error *err);
	int (*open)(void *ctx, const char *context, struct str sealed, struct secret *ret_plain, struct error *err);
};

/* What SECRET fields look like when written. */
enum secret_form {
	SECRETS_MASKED,  /* "********" where set; read back, it means "unchanged" */
	SECRETS_OMITTED, /* the key is missing */
	SECRETS_SEALED,  /* {"sealed": "…"} by the sealer */
};

/* Reads one record. `path` goes before the field's path in errors ("accounts/support"). `sealer` opens sealed secrets and may be
 * NULL (sealed values are then refused). Everything is checked: unknown key (with the nearest known one as a hint), wrong type,
 * range, length, required, the type's own check. On failure nothing is left behind. */
int record_read(const struct record_type *type, const json_t *json, const char *path, const struct sealer *sealer,
		struct arena *arena, void **ret_record, struct error *err) NODISCARD;

/* Takes over masked secrets ("********") from `before`, the stored version; a masked secret with nothing before is an error. */
int record_keep_secrets(const struct record_type *type, void *record, const void *before, const char *path, struct error *err)
	NODISCARD;

/* Wipes the secrets; the memory is the arena's. NULL is fine. */
void record_done(const struct record_type *type, void *record);

/* Writes a record, fields in table order. `whole`: with values that equal their presets, too. `sealer` is needed for
 * SECRETS_SEALED alone. The caller owns *ret_json (json_decref). `path` is the context for sealing ("account/support"). */
int record_write(const struct record_type *type, const void *record, const char *path, enum secret_form form, bool whole,
		 const struct sealer *sealer, json_t **ret_json, struct error *err) NODISCARD;

/* Appends one line per difference, "  send/port: 25 -> 587", secrets as "(changed)"; returns their number. NULL is an absent record. */
size_t record_diff(const struct record_type *type, const void *before, const void *after, struct buf *out);

/* The id of a record (the field with is_id). */
const char *record_id(const struct record_type *type, const void *record);

/* Calls `each` for every reference to another record that is set. Stops at and returns its first non-zero answer. */
int record_each_reference(const struct record_type *type, const void *record,
			  int (*each)(void *ctx, const char *path, const char *kind, const char *id), void *ctx);

/* Appends a table of the fields for people: path, type, default, what it is. */
void record_help(const struct record_type *type, struct buf *out);

/* Reads YAML (or JSON, a subset of it) into a JSON value. One document; anchors, tags and duplicate keys are refused;
 * at most 16 MiB, 64 levels. Plain scalars follow the YAML 1.2 core schema, so `no` is a text, not a boolean.
 * `name` ("setup.yaml") and line:column stand in errors. */
int yaml_read(struct str text, const char *name, json_t **ret_json, struct error *err) NODISCARD;

/* Appends YAML that reads back as the same value: block style, keys in order, text quoted where it must be. */
void yaml_write(const json_t *json, struct buf *out);

#endif
