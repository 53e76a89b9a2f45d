/* An event with data made as JSON. */
#ifndef STORE_EVENT_DATA_H
#define STORE_EVENT_DATA_H

#include "store/events.h"

#include <jansson.h>

/* event_add() with `data`, an object, which it takes. */
int event_add_data(struct db *db, const struct new_event *event, json_t *data, struct error *err) NODISCARD;

#endif
