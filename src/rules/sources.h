/* The values of a mail that rules look at. A source such as "to" has several; the body and the reply in it are
 * read once for a whole rule. */
#ifndef RULES_SOURCES_H
#define RULES_SOURCES_H

#include "base/arena.h"
#include "mime/message.h"

struct source_reader {
	struct arena *arena;
	const struct message *message;
	struct str body, reply;
	bool has_body, has_reply;
};

struct source_values {
	struct str *items; /* none empty */
	size_t count;
	bool gave_up; /* a pattern took too many steps */
};

struct source_values source_read(struct source_reader *reader, const char *source);

/* All of them, separated by ", ". */
struct str source_join(struct arena *arena, const struct source_values *values);

#endif
