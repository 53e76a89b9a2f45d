/* Kinds of events that records name: webhooks and alerts (`events`). A name that is no kind of event is refused where
 * it is new. One that is stored stays as it is, so that a set-up of a former version loads and can be changed
 * elsewhere; `hauspost apply` warns of it. Private to this folder. */
#ifndef SETUP_EVENT_NAMES_H
#define SETUP_EVENT_NAMES_H

#include "setup/setup.h"

/* Of a record as it will be; `before` as it is, NULL where it is new. E_INVALID with the name's path. */
int event_names_check(const struct record_type *type, const void *record, const void *before,
                      struct error *err) NODISCARD;

/* A line for each name of the record that tells of nothing. */
void event_names_warnings(const struct record_type *type, const void *record, struct buf *report);

#endif
