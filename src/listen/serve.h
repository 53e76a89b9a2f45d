/* Everything running: all enabled listeners, the outbox, retries of failed mail, changed set-up taken up. Returns when
 * asked to stop. */
#ifndef LISTEN_SERVE_H
#define LISTEN_SERVE_H

#include "record/record.h"
#include "store/store.h"

struct setup_share;

struct serve_options {
	struct store *store;
	const struct sealer *sealer;
	struct setup_share *setup;                  /* that of the process; NULL: one of its own */
	int workers;                                /* threads for mailbox sessions; 0: 16 */
	const char *claim;                          /* names this process in outbox rows */
	void (*ready)(void *ctx, size_t listeners); /* called once, when everything was started; may be NULL */
	void (*stopping)(void *ctx); /* called once, when it is to stop and nothing has ended yet; may be NULL */
	void *ctx;
};

struct serve;

int serve_start(const struct serve_options *options, struct serve **ret_serve, struct error *err) NODISCARD;

/* Blocks until serve_stop(); then lets what is being committed finish, and frees. */
void serve_run(struct serve *serve);

/* From any thread while it runs: the listener's connection is closed and begun anew at once, also where it waits
 * because its last tries failed. False where it isn't watched. */
bool serve_restart_listener(struct serve *serve, const char *listener);

/* Safe in a signal handler. */
void serve_stop(struct serve *serve);

#endif
