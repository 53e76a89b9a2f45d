/* Folders by what they are for: \Archive, \Junk … (RFC 6154), as a folder's setting may name them instead of by a name
 * that differs from mailbox to mailbox. Over IMAP the server's mark counts, then a usual name; Microsoft Graph has
 * well-known names of its own. */
#ifndef SETUP_SPECIAL_USE_H
#define SETUP_SPECIAL_USE_H

#include "base/base.h"
#include "base/str.h"

struct special_use {
	const char *word;         /* "\\Archive" */
	const char *graph;        /* Microsoft Graph's name of that folder; NULL: it has none */
	const char *const *names; /* usual ones where the server marks none, NULL at the end; the first is that of a new
	                           * folder. None: such a folder is nothing that a client makes */
};

/* In any case of letters; NULL: `folder` is an ordinary name. */
const struct special_use *special_use_find(struct str folder);

/* "\All, \Archive …": those that there are, for messages. */
#define SPECIAL_USES "\\All, \\Archive, \\Drafts, \\Flagged, \\Important, \\Junk, \\Sent and \\Trash"

#endif
