/* The files inside a winmail.dat (application/ms-tnef, MS-OXTNEF): what Outlook wraps around a mail's attachments when
 * it believes that everybody uses Outlook. Only the attachments are read; bounded, linear, any bytes may come. */
#ifndef MIME_TNEF_H
#define MIME_TNEF_H

#include "base/arena.h"

struct tnef_file {
	struct str name;       /* UTF-8, the long name where there is one; empty where none */
	struct str type;       /* as written, "image/png"; empty where none */
	struct str content_id; /* without <>; empty where none */
	struct str content;    /* in the bytes that were read */
};

/* Fills `files` with at most `max`; 0 where it isn't TNEF or holds no file. Names live in the arena. */
size_t tnef_read(struct arena *arena, struct str bytes, struct tnef_file *files, size_t max) NODISCARD;

#endif
