/* See event_data.h. */
#include "store/event_data.h"

#include "base/mem.h"

int event_add_data(struct db *db, const struct new_event *event, json_t *data, struct error *err)
{
	struct new_event whole = *event;
	char *text CLEANUP(freep) = data ? json_dumps(data, JSON_COMPACT) : NULL;

	json_decref(data);
	must(text != NULL);
	whole.data = str_of(text);
	return event_add(db, &whole, err);
}
