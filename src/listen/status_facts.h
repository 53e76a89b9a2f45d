/* How everything stands, gathered from the store: what `hauspost status` and the API show. */
#ifndef LISTEN_STATUS_FACTS_H
#define LISTEN_STATUS_FACTS_H

#include "base/arena.h"
#include "setup/setup.h"
#include "store/mail_counts.h"

struct status_part {
	const char *id, *account, *state, *error;
	int64_t since, error_at, next_try_at; /* Unix ms; 0: none */
	bool is_sender;
	int64_t due_at; /* of senders: when the first of its mail is to go; 0: it has none */
};

struct status_facts {
	int64_t now;
	bool is_running;
	int64_t running_since;
	struct status_part *listeners, *senders, *inlets;
	size_t listener_count, sender_count, inlet_count;
	size_t problems;
	struct mail_counts mail; /* what failed: since yesterday */
	bool automatic_mail;
};

/* Everything lives in the arena. */
int status_gather(struct db *db, const struct setup *setup, struct arena *arena, struct status_facts *ret_facts,
                  struct error *err) NODISCARD;

/* It does what it is there for. */
bool status_is_good(const char *state);

#endif
