/* What the files of a session share: session.c (open, read), session_look.c (verify, backfill). Nobody outside uses
 * this. */
#ifndef LISTEN_SESSION_PARTS_H
#define LISTEN_SESSION_PARTS_H

#include "listen/session.h"

#define ACKNOWLEDGE_AT 250 /* committed messages that make one acknowledgement */

struct session {
	struct session_options options;
	struct receiver *receiver;
	struct receiver_names *names; /* of a protocol without numbers; else NULL */
	struct folder folder;
	uint32_t uidvalidity; /* as last seen */
	bool was_throttled;   /* before, as the store has it */
	bool refused;         /* the server takes no acknowledgements: said once, the rows stay `committed` */
};

bool session_is_stopped(const struct session *s);

/* Hands the messages of the receiver's scan to the intake; refetch: look each up in the ledger. */
int session_read_folder(struct session *s, int total, bool refetch, struct intake_counts *counts,
                        struct error *err) NODISCARD;

int session_move_parked(struct session *s, struct error *err) NODISCARD;

/* Notes that the provider asked to slow down, or that it does no longer; returns r. */
int session_tell_throttle(struct session *s, int r, struct error *err);

#endif
