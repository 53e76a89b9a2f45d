/* The inlets of a running serve: each a socket at which mail servers of this machine hand in mail by LMTP. A thread
 * accepts, a thread for each connection serves it; recipients are brought to listeners by their addresses, and answered
 * after the commit. */
#ifndef LISTEN_INLETS_H
#define LISTEN_INLETS_H

#include "listen/gate.h"
#include "setup/setup_share.h"
#include "listen/states.h"
#include "listen/tracing.h"
#include "store/store.h"

struct inlets;

struct inlets_options {
	struct store *store;
	struct gate *gate;
	struct states *states;
	struct tracing *tracing;                          /* may be NULL */
	struct shared_setup *(*current_setup)(void *ctx); /* held for the caller; on any thread */
	void (*answered)(void *ctx);                      /* an answer waits in the outbox; on any thread */
	void *ctx;
};

struct inlets *inlets_new(const struct inlets_options *options) NODISCARD;

/* Opens what the set-up has and isn't open, closes what is gone or changed, tries again what couldn't be opened. One
 * thread. */
void inlets_apply(struct inlets *inlets, const struct setup *setup);

/* Closes all: a mail that is being committed is finished and answered, then its connection ends. */
void inlets_free(struct inlets *inlets);
DEFINE_CLEANUP(struct inlets *, inlets_free)

#endif
