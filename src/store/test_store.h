/* Stores for tests: a fresh SQLite file and a fresh database of a private PostgreSQL 15 cluster (unix socket in a
 *temporary folder, no TCP, no fsync). The cluster is made when first asked for, once for each test executable, and is
 *gone when the process ends, however it ends. Where PostgreSQL isn't installed, its half is skipped with a message.
 *
 *	static void numbers_have_no_gaps(void **state UNUSED)
 *	{
 *		test_store_each(check_numbers);
 *	}
 */
#ifndef STORE_TEST_STORE_H
#define STORE_TEST_STORE_H

#include "record/record.h"
#include "store/store.h"

/* Seals nothing. */
extern const struct sealer plain_sealer;

/* Runs `test` with a migrated, empty store of each database. */
void test_store_each(void (*test)(struct store *store));

/* As above, with the URL of a place where no store is yet. */
void test_store_each_url(void (*test)(const char *url));

/* The URL of a new, empty place; NULL where PostgreSQL isn't installed. Lives until the process ends. */
const char *test_store_url(enum db_kind kind);

/* A temporary folder of this process, removed at its end. */
const char *test_store_folder(void);

#endif
