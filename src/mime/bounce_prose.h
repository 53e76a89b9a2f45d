/* Bounces in prose: "recipient line, then diagnostic block" and its relatives. For the bounce_*.c files only. */
#ifndef MIME_BOUNCE_PROSE_H
#define MIME_BOUNCE_PROSE_H

#include "mime/message.h"

struct prose_recipient {
	struct str address;
	struct str block; /* the lines that speak of it, in the text; its own line included */
};

struct prose {
	struct str text;     /* up to where the mail that came back begins */
	struct str original; /* that mail or its header; empty where it isn't in the text */
	struct str to;       /* a "To:" line in the text, where servers describe the mail like this */
	struct prose_recipient *recipients;
	size_t count;
	bool has_opening; /* a sentence that says that mail was not delivered */
};

/* `text` is UTF-8 with LF line ends and must outlive the result. At most 256 KiB are read. */
struct prose prose_read(struct arena *arena, struct str text);

/* A quick look: false only where prose_read() would find no `original`. */
bool prose_may_hold_original(struct arena *arena, struct str text);

#endif
