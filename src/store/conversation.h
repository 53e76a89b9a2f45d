/* What a conversation's page needs beside its messages: what became of each, and the files that came with it. */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include "base/arena.h"
#include "store/db.h"
#include "store/messages.h"

/* A mail that came in has outcome and answer of its ledger row; one of ours has its outbox row. What there is not is
 * "". */
struct message_fate {
	int64_t message_id;
	const char *outcome; /* "created", "updated" … */
	const char *answer;  /* "queued", or why there is none */
	const char *state;   /* of the outbox: "sent", "later" … */
	const char *reply;   /* the server's words */
	int64_t sent_at;     /* 0: not */
};

/* Of the messages of a case, as message_list() has them. Returns their number. */
int conversation_fates(struct db *db, int64_t case_id, struct arena *arena, struct message_fate **ret_fates,
                       struct error *err) NODISCARD;

/* The files of a message, in order. Returns their number. */
int attachment_list(struct db *db, int64_t message_id, struct arena *arena, struct stored_attachment **ret_attachments,
                    struct error *err) NODISCARD;

#endif
