/* What came of a try, written down: the delivery's row, and how its endpoint does. Private to this folder. */
#ifndef EVENTS_OUTCOME_H
#define EVENTS_OUTCOME_H

#include "events/post.h"

/* In a transaction. `delivery` as it was before the try. *ret_disabled: by this the webhook became disabled (an event
 * tells). Nothing where the delivery is gone. */
int outcome_write(struct db *db, const struct delivery *delivery, const struct post_result *result, int64_t now,
                  bool *ret_disabled, struct error *err) NODISCARD;

#endif
