/* What of an inlet's connection its trace may show. Mail of all listeners comes through an inlet, and whoever sees all
 * accounts but others' own mailboxes (setup/personal.h) looks at its trace: of a personal mailbox's mail it has the
 * codes alone, not the sender, not the address, not what was said of it. Its owner has the listener's trace.
 *
 * Lines come as a connection's transcript has them, one reply for each command. A command that names somebody waits for
 * what the answer shows of whose it is:
 *
 *	C: MAIL …   held
 *	S: 250 …    held
 *	C: RCPT …   held
 *	            inlet_trace_recipient(t, true)
 *	S: 250 …    all four
 */
#ifndef LISTEN_INLET_TRACE_H
#define LISTEN_INLET_TRACE_H

#include "base/buf.h"

struct inlet_trace {
	void (*line)(void *ctx, const char *line); /* where they go; `ctx` NULL: nowhere at the moment */
	void *ctx;
	struct buf held[4]; /* MAIL, its reply, RCPT; the last is the line at hand */
	size_t held_count;
	bool is_theirs;      /* the last recipient's mailbox is personal */
	bool mail_is_theirs; /* so is that of any recipient of the mail under way */
	bool is_text;        /* what is answered is the mail itself */
};

void inlet_trace_init(struct inlet_trace *trace, void (*line)(void *ctx, const char *line));
void inlet_trace_done(struct inlet_trace *trace); /* what is held goes out first, as far as it may */

/* Of the recipient that is asked for, or of the mail that is delivered: between a command and its reply. */
void inlet_trace_recipient(struct inlet_trace *trace, bool is_personal);

/* A line "C: …" or "S: …". */
void inlet_trace_line(struct inlet_trace *trace, const char *line);

#endif
