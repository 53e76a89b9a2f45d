/* An event with data made as JSON. */
#ifndef STORE_EVENT_DATA_H
#define STORE_EVENT_DATA_H

#include "store/events.h"

#include <jansson.h>

/* event_add() with `data`, an object, which it takes. */
int event_add_data(struct db *db, const struct new_event *event, json_t *data, struct error *err) NODISCARD;

/* Of an event's data, an object in JSON, one field of the object itself: a string that needs no escapes, such as an id,
 * or a whole number. False, and nothing is written, where there is none. For events by the thousand: reading them with
 * a library takes longer than storing them. */
bool event_data_text(struct str data, const char *name, struct str *ret_text);
bool event_data_int(struct str data, const char *name, int64_t *ret_value);

#endif
