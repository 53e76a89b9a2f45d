/* Alerts by mail: what events mean for them, the mail, and how they stand. Private to this folder, but for what is
 * shown of them and their tests. */
#ifndef EVENTS_ALERTS_H
#define EVENTS_ALERTS_H

#include "setup/setup.h"
#include "store/alerts.h"
#include "store/events.h"
#include "store/store.h"

/* In the transaction that gives the events their numbers: notes what alerts have to tell. */
int alerts_note(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                struct error *err) NODISCARD;

struct alerts_mailing {
	struct store *store;
	struct db *db; /* the caller's, outside any transaction */
	const struct setup *setup;
	const char *studio; /* the Studio's public URL; "": none */
	bool at_once;       /* not: a moment later, so that what happens together comes together */
};

/* Puts the mails that are due into the outbox, each in one transaction with what it tells: nothing is told twice or
 * lost. A fault costs its alert alone: returns the first one's. */
int alerts_mail(const struct alerts_mailing *mailing, struct error *err) NODISCARD;

/* In the caller's transaction: a test of it was asked for, which goes out at once, whenever the last mail was. */
int alert_try(struct db *db, const char *alert, const char *author, struct error *err) NODISCARD;

/* How an alert stands, as people are shown it. */
struct alert_standing {
	struct alert_state state;
	int64_t next_at;    /* when the next mail may go; 0: nothing waits */
	const char *sender; /* the account that takes mail now */
	bool sender_fails;  /* then mail waits until it works */
	const char **kinds; /* of events that it tells of, ends of failures left out; in the arena */
	size_t kind_count;
	struct alert_failure *failures; /* at most ALERT_FAILURES_SHOWN */
	size_t failure_count;
};

#define ALERT_FAILURES_SHOWN 100

int alert_standing_get(struct db *db, const struct alert *alert, struct arena *arena, struct alert_standing *ret,
                       struct error *err) NODISCARD;

#endif
