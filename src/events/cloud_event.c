/* See cloud_event.h. */
#include "events/cloud_event.h"

#include "base/clock.h"
#include "store/event_kinds.h"

#include <stdlib.h>

json_t *event_data(const struct stored_event *event)
{
	json_t *data = json_object(), *own = json_loadb(event->data.p, event->data.n, 0, NULL);

	if (*event->account)
		json_object_set_new(data, "account", json_string(event->account));
	if (event->case_id)
		json_object_set_new(data, "case_id", json_integer(event->case_id));
	if (*event->case_number)
		json_object_set_new(data, "case_number", json_string(event->case_number));
	if (event->message_id)
		json_object_set_new(data, "message_id", json_integer(event->message_id));
	if (*event->author)
		json_object_set_new(data, "author", json_string(event->author));
	if (json_is_object(own))
		json_object_update_missing(data, own);
	json_decref(own);
	return data;
}

const char *event_subject(const struct stored_event *event, const json_t *data, struct arena *arena)
{
	const struct event_kind *kind = event_kind_find(event->kind);
	const char *text;

	if (!kind || !kind->subject)
		return "";
	if (strcmp(kind->subject, "case") == 0)
		return event->case_number;
	if (strcmp(kind->subject, "message") == 0)
		return event->message_id ? arena_printf(arena, "%lld", (long long)event->message_id).p : "";
	text = json_string_value(json_object_get(data, kind->subject));
	return text ? arena_cstr(arena, str_of(text)) : "";
}

struct str cloud_event(const struct stored_event *event, const char *source, struct arena *arena)
{
	json_t *data = event_data(event), *object;
	const char *subject = event_subject(event, data, arena);
	char at[32];
	struct str text;
	char *dumped;

	clock_format_iso(event->at, at);
	object = json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:o}", "specversion", "1.0", "id",
	                   json_sprintf("%lld", (long long)event->number), "source", source, "type",
	                   json_sprintf(EVENT_TYPE_PREFIX "%s", event->kind), "time", at, "datacontenttype",
	                   "application/json", "data", data);
	must(object);
	if (*subject)
		json_object_set_new(object, "subject", json_string(subject));
	dumped = json_dumps(object, JSON_COMPACT);
	must(dumped);
	text = arena_str(arena, str_of(dumped));
	free(dumped);
	json_decref(object);
	return text;
}
