/* See letter_values.h. */
#include "cases/letter_values.h"

#include "base/clock.h"

#include <jansson.h>

#define MAX_VALUE    800 /* bytes of a value that a stranger chose: a subject line takes 2 KiB in all */
#define FIXED_VALUES 14
#define MAX_FIELDS   200

struct str letter_plain_subject(struct str subject)
{
	return str_starts_nocase(subject, STR("re:")) ? str_trim(str_slice(subject, 3, subject.n)) : subject;
}

static struct str value_of(struct arena *arena, struct str text)
{
	size_t n = MIN(text.n, (size_t)MAX_VALUE), kept = 0;
	char *copy;

	while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	copy = arena_cstr(arena, str_slice(text, 0, n));
	for (size_t i = 0; i < n; i++)
		if (text.p[i])
			copy[kept++] = text.p[i];
	copy[kept] = '\0';
	return str_new(copy, kept);
}

/* field.NAME of the case's fields. */
static size_t add_fields(struct arena *arena, const struct stored_case *c, struct render_value *values)
{
	json_t *fields = json_loadb(c->fields.p ? c->fields.p : "", c->fields.n, 0, NULL), *value;
	const char *name;
	size_t n = 0;

	json_object_foreach (fields, name, value) {
		if (n == MAX_FIELDS || !json_is_string(value))
			continue;
		values[n].name = arena_printf(arena, "field.%s", name).p;
		values[n++].value = value_of(arena, str_new(json_string_value(value), json_string_length(value)));
	}
	json_decref(fields);
	return n;
}

size_t letter_values(struct arena *arena, const struct letter_facts *f, struct render_value **ret_values)
{
	const struct stored_case *c = f->c;
	struct render_value *values = ARENA_ARRAY(arena, struct render_value, FIXED_VALUES + MAX_FIELDS);
	struct address to = f->contact;
	char date[40];

	clock_format_rfc5322(f->message_date, date);
	const struct render_value fixed[FIXED_VALUES] = {
	        {"case.number", str_of(c ? c->number : "")},
	        {"case.subject", c ? value_of(arena, f->case_subject) : STR("")},
	        {"case.status", str_of(c ? c->status : "")},
	        {"case.id", c ? arena_printf(arena, "%lld", (long long)c->id) : STR("")},
	        {"contact.name", value_of(arena, to.name.n ? to.name : to.address)},
	        {"contact.address", value_of(arena, to.address)},
	        {"message.subject", value_of(arena, letter_plain_subject(f->message_subject))},
	        {"message.from", value_of(arena, f->message_from)},
	        {"message.date", arena_str(arena, str_of(date))},
	        {"message.size", f->message_size},
	        {"message.limit", f->message_limit},
	        {"account.name", str_of(f->account->name)},
	        {"account.address", str_of(f->our_address)},
	        {"text", f->text},
	};
	memcpy(values, fixed, sizeof fixed);
	*ret_values = values;
	return FIXED_VALUES + (c ? add_fields(arena, c, values + FIXED_VALUES) : 0);
}
