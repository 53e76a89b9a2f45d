/* The follower: gives numbers to new events, and tells those who follow them. One thread of `hauspost serve`: woken by
 * event_add() within the process, and looking once a second for what other processes did. In the transaction that gives
 * numbers, it writes what follows from the events: deliveries to webhooks (deliveries.h), counts for charts
 * (statistics.h). So each event leads to these exactly once, however many processes serve one store.
 *
 *	events_start(&options, &events, err);
 *	… stream_join(events_streams(events_of(store)), …)
 *	events_stop(events);
 */
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include "events/streams.h"
#include "record/record.h"
#include "store/store.h"

#define EVENTS_KEEP_DAYS 30

struct setup;
struct setup_share;

struct events_options {
	struct store *store;
	const struct sealer *sealer;
	struct setup_share *setup; /* that of the process; NULL: one of its own */
	const char *source;        /* of CloudEvents: our URL; "": "hauspost" */
	const char *studio;        /* as people reach the Studio, for links in alerts; "" or NULL: none */
	int keep_days;             /* events are dropped after so many days; 0: EVENTS_KEEP_DAYS; negative: never */
	bool allow_private;        /* webhooks may go to loopback and private networks, and without TLS there */
};

struct events;

int events_start(const struct events_options *options, struct events **ret_events, struct error *err) NODISCARD;

/* Ends the streams, waits for the threads; before the store is closed. NULL is fine. */
void events_stop(struct events *events);

/* Does the follower's work once, for commands that run without it: what they did can be read afterwards, and alerts
 * wait in the outbox. Harmless beside one. `setup`: as the command has loaded it, so that it isn't loaded again where
 * nothing changed; NULL: it hasn't. `studio` as above. */
int events_catch_up(struct store *store, const struct sealer *sealer, struct setup *setup, const char *studio,
                    struct error *err) NODISCARD;

/* That of a store, while it runs; else NULL. */
struct events *events_of(const struct store *store);

struct streams *events_streams(struct events *events);
const char *events_source(const struct events *events);

/* Looks at once, without waiting for the second to pass. */
void events_hurry(struct events *events);
void events_hurry_webhooks(struct events *events);

#endif
