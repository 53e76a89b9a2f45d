/* The Studio's files, built into the program (tools/embed_studio.py makes the table of web/dist). */
#ifndef API_STUDIO_H
#define API_STUDIO_H

#include "api/route.h"

struct studio_file {
	const char *path;       /* "/assets/index-4f3a9c1b.js" */
	const char *type;       /* media type */
	const char *etag;       /* in quotes */
	bool is_immutable;      /* its name changes with its content: it may be kept for ever */
	struct str plain, gzip; /* gzip is empty where it wouldn't be shorter */
};

extern const struct studio_file studio_files[];
extern const size_t studio_file_count; /* 0: built without it */

/* Answers GET of any path outside /api: the file; for a path that looks like a page (no dot in its last part)
 * index.html, which shows it; E_NOT_FOUND for the rest. Without the Studio "/" says so. */
extern const struct route studio_route;

#endif
