/* SQLite's result codes in the words of an administrator. */
#ifndef STORE_DB_SQLITE_ERROR_H
#define STORE_DB_SQLITE_ERROR_H

#include "base/error.h"

#include <sqlite3.h>

/* Writes what `rc` (an extended code) of a statement on the store at `path` means; returns the code. */
int sqlite_fail(sqlite3 *conn, const char *path, int rc, const char *sql, struct error *err);

#endif
