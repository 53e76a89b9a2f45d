/* An event as the API shows it: a CloudEvent (events/cloud_event.h). */
#ifndef API_EVENT_VIEW_H
#define API_EVENT_VIEW_H

#include "record/record.h"
#include "store/events.h"

struct event_view {
	const char *specversion, *id, *source, *type, *subject, *datacontenttype;
	int64_t time;
	json_t *data;
};

extern const struct record_type event_view_type;

/* Texts in the arena; event_view_done() after use. */
void event_view_init(struct event_view *view, const struct stored_event *event, const char *source,
                     struct arena *arena);
void event_view_done(struct event_view *view);

#endif
