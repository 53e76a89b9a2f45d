/* The one switch that stops all automatic mail. It lies in the store, and what sends looks at it right before each
 * final dot: it acts at once in every process. What waits in the outbox goes on waiting. */
#ifndef STORE_AUTOMATIC_MAIL_H
#define STORE_AUTOMATIC_MAIL_H

#include "store/db.h"

/* For the WHERE of a statement over outbox: the row may go out as far as the switch is concerned. */
#define AUTOMATIC_MAIL_MAY_GO \
	"(kind <> 'answer' OR NOT EXISTS (SELECT 1 FROM meta WHERE name = 'automatic-mail' AND value = 'off'))"

int automatic_mail_is_on(struct db *db, bool *ret_is_on, struct error *err) NODISCARD;

/* Turns the switch, with an event where it was otherwise before; `by` is who did. */
int automatic_mail_set(struct db *db, bool on, const char *by, int64_t at, struct error *err) NODISCARD;

/* Automatic letters that wait in the outbox. */
int automatic_mail_waiting(struct db *db, int64_t *ret_count, struct error *err) NODISCARD;

#endif
