/* Statements that are put together from a few pieces (a list with filters): the same text is always at the same
 * address, where the connections find what they prepared (db.h). */
#ifndef STORE_SQL_TEXTS_H
#define STORE_SQL_TEXTS_H

#include "base/str.h"

#define SQL_TEXTS_MAX 4096

/* For ever. The pieces are constants of ours: no text from outside comes here, and no more than SQL_TEXTS_MAX texts. */
const char *sql_text(struct str text);

#endif
