/* What the files of the outbox's sending share: outbox_runner.c sends, outbox_letter.c knows a letter's recipients,
 * outbox_end.c ends rows whose end nobody wrote down. Nobody outside uses this. */
#ifndef SEND_OUTBOX_PARTS_H
#define SEND_OUTBOX_PARTS_H

#include "send/outbox_runner.h"
#include "store/outbox_events.h"

/* ---------------------------------------------------------------- outbox_letter.c */

struct letter {
	struct outbox_row row;
	struct outgoing outgoing;
	bool is_lost;      /* its mail is not to be had: nobody will get it */
	bool is_warning;   /* it is to be told that it waits */
	bool any_held;     /* a recipient is suppressed */
	bool is_held;      /* … and there is nobody else to send to */
	bool has_more;     /* more recipients wait than a message may have: those are asked next */
	bool is_settled;   /* the row shows how it went */
	bool is_recorded;  /* … in the store, too */
	size_t *positions; /* of outgoing's recipients in the row's */
	struct buf mime;
};

/* Reads the row and its mail, and chooses who is asked: as many as the provider (NULL: none) allows of one message, the
 * others after them, over the same connection. 1; 0 where the row is gone. SCOPE_MESSAGE where this letter alone can't
 * be sent: it is lost, or larger than the provider takes. */
int letter_load(struct db *db, int64_t id, const struct provider *provider, struct arena *arena, struct letter *letter,
                struct error *err) NODISCARD;

/* What became of it → its row. Counted unless more recipients are asked at once. */
void letter_settle(struct letter *letter, struct outbox_counts *counts);

/* ---------------------------------------------------------------- outbox_end.c */

/* Of rows of the account that this process began to send, and couldn't write the end of, those who were asked become
 * uncertain. */
int outbox_recover_own(const struct outbox_options *options, const char *account, struct error *err) NODISCARD;

#endif
