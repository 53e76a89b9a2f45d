/* See dkim.h. */
#include "security/dkim_parts.h"

#define MAX_RECORDS 4 /* of one key's name; one is what there should be */

const char *dkim_result_word(enum dkim_result result)
{
	switch (result) {
	case DKIM_UNCHECKED:
		return "unchecked";
	case DKIM_PASS:
		return "pass";
	case DKIM_FAIL:
		return "fail";
	case DKIM_NEUTRAL:
		return "neutral";
	case DKIM_TEMPERROR:
		return "temperror";
	case DKIM_PERMERROR:
		return "permerror";
	}
	return "";
}

/* ---------------------------------------------------------------- before the key is known */

/* A body that was changed needs no key to be found out. */
static void check_body(struct dkim *dkim, struct dkim_signature *s, const struct dkim_options *options)
{
	const struct dkim_body *body = dkim_body_hash(dkim, s->tags, options);
	uint64_t length = s->tags->has_length ? s->tags->length : body->total;

	if (length > body->total)
		dkim_says(s, DKIM_PERMERROR, STR("it signs more of the body than there is (l=)"));
	else if (memcmp(body->hash, s->tags->bh.p, DKIM_HASH_BYTES) != 0)
		dkim_says(s, DKIM_FAIL, STR("the body was changed on the way (bh=)"));
	else
		s->unsigned_bytes = body->total - length;
	if (s->result != DKIM_UNCHECKED)
		s->key_name = STR("");
}

static void find_from(struct dkim *dkim)
{
	for (size_t i = 0; i < dkim->field_count; i++)
		if (str_eq_nocase(dkim->fields[i].name, STR("From"))) {
			dkim->from = dkim->fields[i].name.p;
			dkim->from_count++;
		}
}

struct dkim *dkim_read(struct arena *arena, struct str raw, const struct dkim_options *options)
{
	struct dkim *dkim = ARENA_NEW(arena, struct dkim);
	bool fits;

	dkim->arena = arena;
	dkim->raw = raw;
	dkim->signatures = ARENA_ARRAY(arena, struct dkim_signature, DKIM_MAX_SIGNATURES);
	fits = dkim_fields_read(dkim);
	find_from(dkim);
	for (size_t i = 0; i < dkim->field_count; i++) {
		struct dkim_signature *s = &dkim->signatures[dkim->count];

		if (!str_eq_nocase(dkim->fields[i].name, STR("DKIM-Signature")))
			continue;
		if (dkim->count == DKIM_MAX_SIGNATURES) {
			dkim->left_out++;
			continue;
		}
		dkim->count++;
		dkim_signature_read(arena, &dkim->fields[i], options->now_s, s);
		if (!fits) {
			dkim_says(s, DKIM_PERMERROR, STR("the message has too many header fields"));
			s->key_name = STR("");
		}
		if (s->key_name.n)
			check_body(dkim, s, options);
	}
	return dkim;
}

/* ---------------------------------------------------------------- with the key */

void dkim_verify(struct dkim *dkim, size_t index, enum dkim_key_state state, const struct str *records, size_t count)
{
	struct dkim_signature *s = &dkim->signatures[index];
	struct dkim_signature first;

	must(index < dkim->count && s->key_name.n);
	if (state == DKIM_KEY_UNREACHABLE) {
		dkim_says(s, DKIM_TEMPERROR, STR("the key could not be looked up now"));
		return;
	}
	if (state == DKIM_KEY_NONE || !count) {
		dkim_says(s, DKIM_PERMERROR, STR("there is no such key"));
		return;
	}
	dkim_check_with_key(dkim, s, records[0]);
	first = *s;
	for (size_t i = 1; i < MIN(count, (size_t)MAX_RECORDS) && s->result != DKIM_PASS; i++)
		dkim_check_with_key(dkim, s, records[i]);
	if (s->result != DKIM_PASS)
		*s = first;
}
