/* The schema, as the ordered list of steps that lead to it. A step that was released is never changed; a change is a
 * new step. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include <stddef.h>

struct migration {
	int version; /* ascending from 1 */
	const char *name;
	const char *sql;                 /* for db_script() */
	const char *sqlite, *postgresql; /* what only one of them takes, after it; NULL: nothing */
};

extern const struct migration migrations[];
extern const size_t migration_count;

#endif
