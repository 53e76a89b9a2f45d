/* Numbers for messages of servers that number nothing themselves.
 *
 * POP3 and Graph know messages by texts (a UIDL, an immutable id), and show them in no order that lasts. The numbers
 * that everything else lives by (position, ledger, acknowledgement) are given here, ascending in the order of first
 * sight, and written down before anybody sees them: the same text has the same number for as long as it is on the
 * server, whatever happens to the process. store/names.h is the lasting one; a NULL in the options keeps them in
 * memory. */
#ifndef RECEIVE_NAMES_H
#define RECEIVE_NAMES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct names_look {
	const struct str *names; /* each 1 to 1,000 bytes; twice the same counts once */
	size_t count;
	bool complete;
	const struct str *gone;
	size_t gone_count;
	const char *cursor;
};

struct named {
	uint32_t uid;
	struct str name;
};

struct receiver_names {
	/* Takes a look at the server: `names` are there (all of them where `complete`, else some that are new or
	 * changed), `gone` are known to be gone. New ones get numbers in the order of `names`; with `complete`, those
	 * that aren't among `names` are forgotten. Where `complete` and not one of the known names is left although
	 * there were some, and there are others, the server has renamed everything: uidvalidity rises. `cursor` (NULL:
	 * as it is) is what the server calls this state (a delta link), written down with it. All in one transaction.
	 */
	int (*look)(struct receiver_names *names, const struct names_look *look, struct error *err);
	/* The numbers above `from`, ascending, with their names: up to `max`; returns how many. Texts live until the
	 * next call. */
	int (*after)(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max,
	             struct error *err);
	/* Those of these numbers that are known, in their order; returns how many. */
	int (*these)(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
	             struct error *err);
	int (*cursor)(struct receiver_names *names, struct buf *ret_cursor, struct error *err); /* "": none */
	uint32_t (*uidvalidity)(const struct receiver_names *names);                            /* from 1 */
};

#endif
