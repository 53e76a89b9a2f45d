/* What follows from events once they have numbers: whose they are, what webhooks are owed, what charts and metrics
 * count. Private to this folder. */
#ifndef EVENTS_CONSEQUENCES_H
#define EVENTS_CONSEQUENCES_H

#include "setup/setup.h"
#include "store/events.h"

/* The account of an event that names none: its listener's or its sender's; "" for nobody's. */
const char *consequences_account(const struct setup *setup, const struct stored_event *event);

/* In the transaction that gives the numbers. */
int consequences_write(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                       struct error *err) NODISCARD;

/* After it: metrics. */
void consequences_count(const struct stored_event *events, size_t n);

#endif
