/* Sends what webhooks are owed: one thread chooses, eight send. An endpoint that works has up to four requests at once,
 * one that fails a single one, after a growing pause, and all of those together at most half of the threads: so a dead
 * endpoint holds up nobody else, and the end of the process for a few seconds at most. A process that ends in the
 * middle leaves rows that count as interrupted after a while and are sent again: an event may arrive twice, with the
 * same webhook-id. Private to this folder. */
#ifndef EVENTS_RUNNER_H
#define EVENTS_RUNNER_H

#include "events/events.h"

struct runner;

int runner_start(const struct events_options *options, const char *source, struct runner **ret_runner,
                 struct error *err) NODISCARD;
/* Waits a moment for what is being sent, then gives it up: it is due again. NULL is fine. */
void runner_stop(struct runner *runner);

/* There may be something to send. */
void runner_hurry(struct runner *runner);

#endif
