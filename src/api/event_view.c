/* See event_view.h. */
#include "api/event_view.h"

#include "events/cloud_event.h"

/* clang-format off */
static const struct field event_view_fields[] = {
	FIELD_TEXT(struct event_view, specversion, "Version of CloudEvents", .help = "1.0"),
	FIELD_TEXT(struct event_view, id, "Number", .help = "Ascending without gaps; what after= and Last-Event-ID take"),
	FIELD_TEXT(struct event_view, source, "Source", .help = "Whose event: our URL"),
	FIELD_TEXT(struct event_view, type, "Type", .help = "hauspost. and the kind: hauspost.case.created"),
	FIELD_TEXT(struct event_view, subject, "Subject", .help = "What it is about: a case's number, a message's id, a listener"),
	FIELD_TIME(struct event_view, time, "Time"),
	FIELD_TEXT(struct event_view, datacontenttype, "Type of the data", .help = "application/json"),
	FIELD_JSON(struct event_view, data, "Data", .help = "By kind; see docs/events.md"),
};
/* clang-format on */

const struct record_type event_view_type =
        RECORD_TYPE("event", "events", struct event_view, event_view_fields, "Event");

void event_view_init(struct event_view *view, const struct stored_event *event, const char *source, struct arena *arena)
{
	json_t *data = event_data(event);

	*view = (struct event_view){
	        .specversion = "1.0",
	        .id = arena_printf(arena, "%lld", (long long)event->number).p,
	        .source = source,
	        .type = arena_printf(arena, EVENT_TYPE_PREFIX "%s", event->kind).p,
	        .subject = event_subject(event, data, arena),
	        .time = event->at,
	        .datacontenttype = "application/json",
	        .data = data,
	};
}

void event_view_done(struct event_view *view)
{
	json_decref(view->data);
	view->data = NULL;
}
