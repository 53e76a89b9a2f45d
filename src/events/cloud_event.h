/* An event as CloudEvents 1.0 has it (structured, JSON): what lists, streams and webhooks give out alike.
 *
 *	{"specversion":"1.0","id":"4711","source":"https://mail.example.com","type":"hauspost.case.created",
 *	 "subject":"SUP-2026-00001","time":"2026-11-21T08:00:00.000Z","datacontenttype":"application/json",
 *	 "data":{"account":"support","case_id":17,"case_number":"SUP-2026-00001", …}}
 *
 * The id is the event's number. */
#ifndef EVENTS_CLOUD_EVENT_H
#define EVENTS_CLOUD_EVENT_H

#include "store/events.h"

#include <jansson.h>

#define EVENT_TYPE_PREFIX "hauspost."

/* What is under "data": that of the event, with account, case, message and author. The caller owns it. */
json_t *event_data(const struct stored_event *event) NODISCARD;

/* What it is about, "" where nothing; in the arena. */
const char *event_subject(const struct stored_event *event, const json_t *data, struct arena *arena);

/* The whole on one line. */
struct str cloud_event(const struct stored_event *event, const char *source, struct arena *arena);

#endif
