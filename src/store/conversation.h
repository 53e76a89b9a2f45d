/* What a conversation's page needs beside its messages: what became of each that came in, and its files. */
#ifndef STORE_CONVERSATION_H
#define STORE_CONVERSATION_H

#include "base/arena.h"
#include "store/db.h"
#include "store/messages.h"

/* As the ledger has it; "" for a mail of ours. */
struct message_fate {
	int64_t message_id;
	const char *outcome;     /* "created", "updated" … */
	const char *answer;      /* "queued", or why there is none */
	const char *answer_code; /* the same as a code: intake/no_answer.h */
};

/* Of the messages of a case, as message_list() has them. Returns their number. */
int conversation_fates(struct db *db, int64_t case_id, struct arena *arena, struct message_fate **ret_fates,
                       struct error *err) NODISCARD;

/* Of one message; 1, or 0 where the ledger knows nothing of it (its texts are "" then). */
int conversation_fate(struct db *db, int64_t message_id, struct arena *arena, struct message_fate *ret_fate,
                      struct error *err) NODISCARD;

/* The files of a message, in order. Returns their number. */
int attachment_list(struct db *db, int64_t message_id, struct arena *arena, struct stored_attachment **ret_attachments,
                    struct error *err) NODISCARD;

#endif
