/* Numbers for messages of servers that number nothing themselves.
 *
 * POP3 and Graph know messages by texts (a UIDL, an immutable id), and show them in no order that lasts. The numbers
 * that everything else lives by (position, ledger, acknowledgement) are given here, ascending in the order of first
 * sight, and written down before anybody sees them: the same text has the same number for as long as it is on the
 * server, whatever happens to the process; no number is given twice.
 *
 *	names_lasting_new(store, folder_id, "pop3 ann@mail.example", deletes, &names, err)     names_lasting.h
 *	names_look(names, &(struct names_look){.names = …, .count = n, .complete = true, .ret_uids = uids}, err)
 *	while ((n = names_after(names, position, named, 500, err)) > 0) …
 *
 * Two forms: names_memory.h forgets with the process, names_lasting.h is the store's. One belongs to one session. */
#ifndef RECEIVE_NAMES_H
#define RECEIVE_NAMES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

#define NAMES_LONGEST 1000     /* bytes of a name */
#define NAMES_CURSOR  KIB(64)  /* bytes of a cursor */
#define NAMES_MOST    10000000 /* of one look */

/* What is seen on the server. Names and cursor are UTF-8 without NUL. */
struct names_look {
	const struct str *names; /* each 1 to NAMES_LONGEST bytes; the same twice counts once */
	size_t count;
	bool complete; /* these are all there are; else some that are new or changed */
	const struct str *gone;
	size_t gone_count;
	const char *cursor; /* what the server calls this state (a delta link), written down with it; NULL: as it is */
	uint32_t *ret_uids; /* may be NULL: room for `count` numbers, in the order of `names` */
};

struct named {
	uint32_t uid;
	struct str name;
};

struct receiver_names;

struct receiver_names_ops {
	int (*look)(struct receiver_names *names, const struct names_look *look, struct error *err);
	int (*after)(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max,
	             struct error *err);
	int (*these)(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
	             struct error *err);
	int (*cursor)(struct receiver_names *names, struct buf *ret_cursor, struct error *err);
	uint32_t (*uidvalidity)(const struct receiver_names *names);
	void (*free)(struct receiver_names *names);
};

struct receiver_names {
	const struct receiver_names_ops *ops;
};

/* Takes a look at the server; returns how many of `names` are new. Those get numbers in their order; `gone` are
 * forgotten, and with `complete` all that aren't among `names`. All in one transaction; a look that changes nothing
 * writes nothing.
 *
 * Where `complete` and not one known name is left although some should be, and there are others in their place, the
 * server has renamed everything: uidvalidity rises, and all of `names` are new. No renaming is a mailbox that was
 * emptied, one that got a few new messages in place of many, and (names_lasting.h) the going of what we deleted. */
int names_look(struct receiver_names *names, const struct names_look *look, struct error *err) NODISCARD;

/* The numbers above `from`, ascending, with their names: up to `max`; returns how many. Texts live until the next
 * call. */
int names_after(struct receiver_names *names, uint32_t from, struct named *ret_named, size_t max,
                struct error *err) NODISCARD;

/* Those of these numbers (ascending) that are known, ascending; returns how many. Texts live until the next call. */
int names_these(struct receiver_names *names, const uint32_t *uids, size_t n, struct named *ret_named,
                struct error *err) NODISCARD;

/* Appends the cursor of the last look; nothing: there is none (never looked, or the server is another). */
int names_cursor(struct receiver_names *names, struct buf *ret_cursor, struct error *err) NODISCARD;

uint32_t names_uidvalidity(const struct receiver_names *names); /* never 0; changes only in names_look() */

void names_free(struct receiver_names *names);
DEFINE_CLEANUP(struct receiver_names *, names_free)

#endif
