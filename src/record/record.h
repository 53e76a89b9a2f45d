/* The record table: a resource type is described once, as a table of its fields, and everything else is derived
 * from it: reading JSON and YAML with errors that name the path, defaults, masking, sealing, export, diff, help.
 *
 *	static const struct field listener_fields[] = {
 *		FIELD_ID(struct listener, id, "Listener ID"),
 *		FIELD_TEXT(struct listener, folder, "Folder", .preset_text = "INBOX", .max = 255),
 *		FIELD_INT(struct listener, poll_interval_s, "Polling interval", .low = 5, .high = 86400, .preset = 60),
 *	};
 *	const struct record_type listener_type =
 *		RECORD_TYPE("listener", "listeners", struct listener, listener_fields, "Listener");
 *
 *	struct listener *l;
 *	if (record_read(&listener_type, json, "listeners/support", NULL, arena, (void **)&l, err) < 0) …
 *
 * A record is a plain C struct in an arena. Its text members live in the same arena; its secrets are on the heap
 * and are wiped by record_done(). */
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
	FIELD_KIND_TIME,    /* [int64_t] Unix ms; RFC 3339 in JSON, null where it is 0 */
	/* [json_t *] any value; NULL is null. record_read() takes a reference of its own and record_done() gives it up;
	 * who fills a struct by hand and doesn't call record_done() on it keeps what is theirs. What record_write()
	 * returns shares the value: not to be changed. Not for types that are stored with secrets: nothing within is
	 * sealed. */
	FIELD_KIND_JSON,
};

struct record_list {
	void *items; /* an array of `count` structs of the field's element_size */
	size_t count;
};

struct text_list {
	const char **items;
	size_t count;
};

struct text_pair {
	const char *key, *value;
};

struct text_pairs {
	struct text_pair *items;
	size_t count;
};

struct field {
	const char *name; /* the key in JSON and YAML */
	enum field_kind kind;
	size_t offset;     /* of the member in its struct */
	const char *label; /* "Polling interval": forms and errors */
	const char *help;  /* one sentence for people, may be NULL; the unit belongs here */
	bool required;
	bool is_id;              /* letters, digits, '.', '-', '_'; 1 to 64 characters, no leading '.' or '-' */
	bool is_key;             /* TEXT of a list's entry: tells it from the others, as an id does */
	bool multiline;          /* TEXT: line ends and tabs are welcome; elsewhere control characters are refused */
	size_t max;              /* TEXT, SECRET: bytes (default 1000); LIST, TEXTS, PAIRS: entries (default 1000) */
	int64_t low, high;       /* INT: inclusive; both 0 means no bound; the preset is always allowed */
	int64_t preset;          /* INT, BOOL, ENUM: value where absent */
	const char *preset_text; /* TEXT: value where absent */
	/* ENUM: the value where absent, by the fields that stand above it; -1: the preset. `base` is the struct that it
	 * is a member of. What follows from them must be the only value that goes with them, since presets aren't
	 * written. May be NULL. */
	int (*preset_by)(const void *base);
	const char *const *words;   /* ENUM: NULL-terminated, in the order of the C enum */
	const char *refers_to;      /* TEXT: kind of the record whose id this is ("account") */
	const struct field *fields; /* SECTION, LIST */
	size_t field_count;
	size_t element_size; /* LIST */
	/* What decides where secrets are sent (a host, a port, whose certificate is trusted). Where it changes, those
	 * of the same part of the record (the section at its top; all, where the field stands at the top itself) aren't
	 * kept. */
	bool directs;
	const char *lends; /* BOOL: while true, the secrets of that section at the record's top go where this one's
	                      fields say */
	bool stays;        /* SECRET: never sent, so that nothing directs it: a key that signs */
	/* TEXT: further check of a value that is neither "" nor preset; returns NULL or what was expected ("is not …").
	 * May be NULL. */
	const char *(*check)(const char *value);
	const char *example; /* TEXT, TEXTS: a value that is taken, where not any text is; may be NULL */
};

struct record_type {
	const char *kind;   /* "account" */
	const char *plural; /* "accounts": the key in the set-up file */
	const char *label;
	size_t size;
	const struct field *fields;
	size_t field_count;
	/* Rules over several fields; may be NULL. The error's text starts with the path below the record ("send/port:
	 * …"). */
	int (*check)(const void *record, struct error *err);
	const char *example; /* a whole one as JSON, for those who write the first; may be NULL */
};

/* clang-format off */
/* The key is the member's name; where C wants another name than people do, FIELD_…_AS() names the key itself. */
#define FIELD_ID(T, m, lab, ...)      FIELD_ID_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_TEXT(T, m, lab, ...)    FIELD_TEXT_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_REF(T, m, k, lab, ...)  FIELD_REF_AS(T, m, #m, k, lab, __VA_ARGS__)
#define FIELD_INT(T, m, lab, ...)     FIELD_INT_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_BOOL(T, m, lab, ...)    FIELD_BOOL_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_ENUM(T, m, w, lab, ...) FIELD_ENUM_AS(T, m, #m, w, lab, __VA_ARGS__)
#define FIELD_SECRET(T, m, lab, ...)  FIELD_SECRET_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_TEXTS(T, m, lab, ...)   FIELD_TEXTS_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_PAIRS(T, m, lab, ...)   FIELD_PAIRS_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_TIME(T, m, lab, ...)    FIELD_TIME_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_JSON(T, m, lab, ...)    FIELD_JSON_AS(T, m, #m, lab, __VA_ARGS__)
#define FIELD_SECTION(T, m, fs, lab, ...) FIELD_SECTION_AS(T, m, #m, fs, lab, __VA_ARGS__)
#define FIELD_LIST(T, m, E, fs, lab, ...) FIELD_LIST_AS(T, m, #m, E, fs, lab, __VA_ARGS__)

#define FIELD_OF(T, m, key, k, lab)           .name = (key), .kind = FIELD_KIND_##k, .offset = offsetof(T, m), .label = (lab)
#define FIELD_ID_AS(T, m, key, lab, ...)      {FIELD_OF(T, m, key, TEXT, lab), .is_id = true, .required = true, __VA_ARGS__}
#define FIELD_TEXT_AS(T, m, key, lab, ...)    {FIELD_OF(T, m, key, TEXT, lab), __VA_ARGS__}
#define FIELD_REF_AS(T, m, key, k, lab, ...)  {FIELD_OF(T, m, key, TEXT, lab), .refers_to = (k), __VA_ARGS__}
#define FIELD_INT_AS(T, m, key, lab, ...)     {FIELD_OF(T, m, key, INT, lab), __VA_ARGS__}
#define FIELD_BOOL_AS(T, m, key, lab, ...)    {FIELD_OF(T, m, key, BOOL, lab), __VA_ARGS__}
#define FIELD_ENUM_AS(T, m, key, w, lab, ...) {FIELD_OF(T, m, key, ENUM, lab), .words = (w), __VA_ARGS__}
#define FIELD_SECRET_AS(T, m, key, lab, ...)  {FIELD_OF(T, m, key, SECRET, lab), __VA_ARGS__}
#define FIELD_TEXTS_AS(T, m, key, lab, ...)   {FIELD_OF(T, m, key, TEXTS, lab), __VA_ARGS__}
#define FIELD_PAIRS_AS(T, m, key, lab, ...)   {FIELD_OF(T, m, key, PAIRS, lab), __VA_ARGS__}
#define FIELD_TIME_AS(T, m, key, lab, ...)    {FIELD_OF(T, m, key, TIME, lab), __VA_ARGS__}
#define FIELD_JSON_AS(T, m, key, lab, ...)    {FIELD_OF(T, m, key, JSON, lab), __VA_ARGS__}
#define FIELD_SECTION_AS(T, m, key, fs, lab, ...) {FIELD_OF(T, m, key, SECTION, lab), .fields = (fs), .field_count = ARRAY_LEN(fs), __VA_ARGS__}
#define FIELD_LIST_AS(T, m, key, E, fs, lab, ...) {FIELD_OF(T, m, key, LIST, lab), .fields = (fs), .field_count = ARRAY_LEN(fs), .element_size = sizeof(E), __VA_ARGS__}
#define RECORD_TYPE(k, ks, T, fs, lab, ...) {.kind = (k), .plural = (ks), .label = (lab), .size = sizeof(T), .fields = (fs), .field_count = ARRAY_LEN(fs), __VA_ARGS__}
/* clang-format on */

/* Seals and opens secrets for the stored form; the vault implements it. `context` binds a sealed value to its place
 * (kind, id, path: "account/support/send/password"), so that it can't be moved to another record. */
struct sealer {
	void *ctx;
	int (*seal)(void *ctx, const char *context, struct str plain, struct buf *out, struct error *err);
	int (*open)(void *ctx, const char *context, struct str sealed, struct secret *ret_plain, struct error *err);
	/* For reading what is stored: a secret that can't be opened is kept as it is (secret.fault tells why), and is
	 * no error. One lost key then costs the accounts it belongs to, not the whole set-up. */
	bool keeps_unopened;
};

/* What SECRET fields look like when written. */
enum secret_form {
	SECRETS_MASKED,  /* "********" where set; read back, it means "unchanged" */
	SECRETS_OMITTED, /* the key is missing */
	SECRETS_SEALED,  /* {"sealed": "…"} by the sealer */
};

/* Reads one record. `path` goes before the field's path in errors ("accounts/support"); list entries are counted
 * from 1 ("accounts/support/branches/2/name"). `sealer` opens sealed secrets and may be NULL (sealed values are
 * then refused). Everything is checked: unknown key (with the nearest known one as a hint), wrong type, range,
 * length, required, the type's own check. A value of null counts as absent. A secret is a text ("": none) or
 * {"sealed": "…"}. On failure (E_INVALID) nothing is left behind. */
int record_read(const struct record_type *type, const json_t *json, const char *path, const struct sealer *sealer,
                struct arena *arena, void **ret_record, struct error *err) NODISCARD;

/* Replaces secrets given by reference, {"file": "/run/secrets/imap"} (one line end at its end is dropped) or
 * {"env": "NAME"}, by the texts they stand for. A step of its own, for documents from whoever runs the program:
 * over the network it would give away files. */
int record_resolve_secrets(const struct record_type *type, json_t *json, const char *path, struct error *err) NODISCARD;

/* Takes over masked secrets ("********") from `before`, the stored version; a masked secret with nothing before is
 * an error, and so is one that would be sent to somebody else than before (see `directs`): it is to be typed again by
 * somebody who knows it. */
int record_keep_secrets(const struct record_type *type, void *record, const void *before, const char *path,
                        struct error *err) NODISCARD;

/* Whether a field that directs secrets differs. */
bool record_is_moved(const struct record_type *type, const void *before, const void *after);

/* Whether a document has a sealed secret; then the first one's place. Sealed is for who has the key file: over the
 * network it could be sent to another place than the one that it was made for. */
bool record_has_sealed(const struct record_type *type, const json_t *json, const char *path, struct buf *ret_place);

/* Wipes the secrets and gives up JSON values; the memory is the arena's. NULL is fine. */
void record_done(const struct record_type *type, void *record);

/* Writes a record, fields in table order. `whole`: with values that equal their presets, too. A text of NULL, in a
 * struct that was filled by hand, is "", and bytes in it that aren't UTF-8 become '?'. `sealer` is needed for
 * SECRETS_SEALED alone. The caller owns *ret_json (json_decref). `path` goes before errors. */
int record_write(const struct record_type *type, const void *record, const char *path, enum secret_form form,
                 bool whole, const struct sealer *sealer, json_t **ret_json, struct error *err) NODISCARD;

/* Appends the same as compact JSON text, `whole`, with SECRETS_MASKED: for answers of many records. */
void record_write_text(const struct record_type *type, const void *record, struct buf *out);

/* A text for JSON; bytes that aren't UTF-8 become '?'. The caller owns it. */
json_t *json_text(struct str text) NODISCARD;

/* Appends one line per difference, "  send/port: 25 -> 587", secrets as "(changed)"; returns their number. NULL is
 * an absent record: what is set in the other is shown by itself ("  send/port: 587"). */
size_t record_diff(const struct record_type *type, const void *before, const void *after, struct buf *out);

/* NULL, or what an id must be: "is not an id (…)". */
const char *record_id_check(struct str id);

/* The id of a record (the field with is_id). */
const char *record_id(const struct record_type *type, const void *record);

/* Calls `each` for every reference to another record that is set. Stops at and returns its first non-zero answer. */
int record_each_reference(const struct record_type *type, const void *record,
                          int (*each)(void *ctx, const char *path, const char *kind, const char *id), void *ctx);

/* Appends a table of the fields for people: path, type, default, and below it what it is. */
void record_help(const struct record_type *type, struct buf *out);

/* The same for programs: {"kind", "label", "fields": [{"key", "value", "default", "label", "help"}, …]}; the caller
 * owns it. */
json_t *record_help_json(const struct record_type *type) NODISCARD;

/* Reads YAML (or JSON, a subset of it) into a JSON value. One document; anchors, tags and duplicate keys are refused;
 * at most 16 MiB, 64 levels. Plain scalars follow the YAML 1.2 core schema, so `no` is a text, not a boolean.
 * `name` ("setup.yaml") and line:column stand in errors. */
int yaml_read(struct str text, const char *name, json_t **ret_json, struct error *err) NODISCARD;

/* Appends YAML that reads back as the same value: block style, keys in order, text quoted where it must be. */
void yaml_write(const json_t *json, struct buf *out);

#endif
