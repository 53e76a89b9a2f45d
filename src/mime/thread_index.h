/* Thread-Index, by which Outlook and Exchange keep a conversation together: base64 of a root of 22 bytes (time and
 * GUID) and 5 bytes more for each answer ([MS-OXOMSG] §2.2.1.3). Their answers keep the root where Message-IDs were
 * rewritten on the way. */
#ifndef MIME_THREAD_INDEX_H
#define MIME_THREAD_INDEX_H

#include "mime/message.h"

#define THREAD_ROOT_LEN 32 /* characters of a root in base64 */

struct thread_index {
	struct str root;  /* base64 of 22 bytes; empty where the mail has none that can be read */
	size_t answers;   /* how many blocks follow */
	struct str whole; /* the decoded bytes */
};

struct thread_index thread_index_of(struct arena *arena, const struct message *m) NODISCARD;

/* The field's value for an answer to a mail with `parent`, or, where that has no root, for a conversation that begins.
 * `at` in Unix ms. */
struct str thread_index_next(struct arena *arena, const struct thread_index *parent, int64_t at) NODISCARD;

/* The root of a value as thread_index_next() makes it. */
struct str thread_index_root(struct arena *arena, struct str value) NODISCARD;

#endif
