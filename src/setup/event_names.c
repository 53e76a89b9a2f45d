/* See event_names.h. */
#include "setup/event_names.h"

#include "store/event_kinds.h"

/* NULL where records of this type name none. */
static const struct text_list *names_of(const struct record_type *type, const void *record)
{
	if (type == &webhook_type && record)
		return &((const struct webhook *)record)->events;
	if (type == &alert_type && record)
		return &((const struct alert *)record)->events;
	return NULL;
}

static bool has_name(const struct text_list *names, const char *name)
{
	for (size_t i = 0; names && i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return true;
	return false;
}

int event_names_check(const struct record_type *type, const void *record, const void *before, struct error *err)
{
	const struct text_list *names = names_of(type, record), *stored = names_of(type, before);

	for (size_t i = 0; names && i < names->count; i++) {
		const char *name = names->items[i], *wrong = event_filter_check(name);

		if (wrong && !has_name(stored, name))
			return fail(err, E_INVALID, RETRY_NEVER, "%s/%s/events/%zu: \"%s\" %s", type->plural,
			            record_id(type, record), i + 1, name, wrong);
	}
	return 0;
}

void event_names_warnings(const struct record_type *type, const void *record, struct buf *report)
{
	const struct text_list *names = names_of(type, record);

	for (size_t i = 0; names && i < names->count; i++) {
		const char *wrong = event_filter_check(names->items[i]);

		if (wrong)
			buf_printf(report, "%s/%s/events/%zu: warning: \"%s\" %s\n", type->plural,
			           record_id(type, record), i + 1, names->items[i], wrong);
	}
}
