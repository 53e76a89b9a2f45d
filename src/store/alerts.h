/* What alerts (setup/alert.h) have to say, collected until it goes out as one mail: a row for each kind and subject,
 * that counts. Written in the transaction that gives an event its number, dropped in the one that puts the mail into
 * the outbox: each event is told once, whatever happens in between. */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include "base/arena.h"
#include "store/db.h"

#define ALERT_ITEMS_MAX                                                                              \
	200 /* subjects that wait for one alert; beyond it kinds are counted together, as subject "" \
	     */

struct alert_item {
	const char *kind, *subject, *account;
	int64_t number;      /* of the first event */
	int64_t count;       /* of events */
	int64_t at, last_at; /* Unix ms, of the first and the last */
	int64_t began_at;    /* of a recovery, the last one: since when it had failed; else 0 */
	struct str data;     /* the last event's, a JSON object */
};

/* One more. `count` is 1; at and last_at are the same. */
int alert_add(struct db *db, const char *alert, const struct alert_item *item, struct error *err) NODISCARD;

/* Something fails since then; whatever was known of it is replaced. */
int alert_failure_begin(struct db *db, const char *alert, const char *kind, const char *subject, int64_t since,
                        struct error *err) NODISCARD;

/* It doesn't any more. 1 and since when it did; 0: nothing was known. */
int alert_failure_end(struct db *db, const char *alert, const char *kind, const char *subject, int64_t *ret_since,
                      struct error *err) NODISCARD;

/* A part that was deleted doesn't fail: for all alerts. */
int alert_failure_drop(struct db *db, const char *kind, const char *subject, struct error *err) NODISCARD;

/* What waits for an alert, in the order in which it happened: for one mail. Texts in the arena; returns how many. */
int alert_items(struct db *db, const char *alert, struct arena *arena, struct alert_item **ret_items,
                struct error *err) NODISCARD;

/* Sets aside what waits now, for a mail that is being written: what comes from now on is for the next. Where something
 * is set aside already (the process ended in between), nothing is added to it. alert_items() then reads this. */
int alert_set_aside(struct db *db, const char *alert, struct error *err) NODISCARD;

/* In the transaction that puts the mail with these items into the outbox: 1 and it is through; 0: another process was
 * quicker, and all is to be rolled back. */
int alert_mailed(struct db *db, const char *alert, const struct alert_item *items, size_t n, int64_t outbox_id,
                 int64_t now, struct error *err) NODISCARD;

struct alert_state {
	int64_t waiting;   /* subjects */
	int64_t first_at;  /* of the oldest of them; 0: none */
	int64_t mailed_at; /* 0: never */
	int64_t mails;     /* so far */
	bool is_tried;     /* what waits has a test in it, that somebody waits for */
};

int alert_state_get(struct db *db, const char *alert, struct alert_state *ret, struct error *err) NODISCARD;

/* What was told to fail, or will be, and hasn't ended: those that fail longest first, up to `max`. Texts in the arena;
 * returns how many. */
struct alert_failure {
	const char *kind, *subject; /* "listener.failed", "support" */
	int64_t since;
};
int alert_failures(struct db *db, const char *alert, size_t max, struct arena *arena, struct alert_failure **ret_list,
                   struct error *err) NODISCARD;

/* Its mails, as ids of the outbox below `before` (0: from the newest), newest first, up to `max`; returns how many. */
int alert_mails(struct db *db, const char *alert, int64_t before, int64_t *ret_ids, size_t max,
                struct error *err) NODISCARD;

/* 1 where this row of the outbox is an alert itself. */
int alert_is_letter(struct db *db, int64_t outbox_id, struct error *err) NODISCARD;

/* 1 where anything waits for any. */
int alerts_wait(struct db *db, struct error *err) NODISCARD;

/* Everything about an alert that is deleted. */
int alert_forget(struct db *db, const char *alert, struct error *err) NODISCARD;

#endif
