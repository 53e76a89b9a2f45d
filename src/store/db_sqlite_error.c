/* See db_sqlite_error.h. */
#include "store/db_sqlite_error.h"

#include "base/mem.h"
#include "store/db_driver.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return str_dup(str_new(path, slash == path ? 1 : (size_t)(slash - path)));
}

static int fail_open(sqlite3 *conn, const char *path, struct error *err)
{
	char *folder CLEANUP(freep) = folder_of(path);
	int errnum = conn ? sqlite3_system_errno(conn) : 0;

	if (access(folder, F_OK) < 0)
		return fail(err, E_STORE, RETRY_NEVER, "store %s: folder %s does not exist", path, folder);
	if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) < 0)
		return fail(err, E_STORE, RETRY_NEVER, "store %s: user %d may not read and write it", path,
		            (int)geteuid());
	if (access(folder, W_OK | X_OK) < 0)
		return fail(err, E_STORE, RETRY_NEVER,
		            "store %s: user %d may not write in folder %s, where SQLite keeps its -wal file", path,
		            (int)geteuid(), folder);
	return fail(err, E_STORE, errnum == EMFILE || errnum == ENFILE ? RETRY_LATER : RETRY_NEVER,
	            "can't open store %s: %s", path, errnum ? strerrordesc_np(errnum) : "not a regular file?");
}

static int fail_read_only(const char *path, const char *folder, struct error *err)
{
	if (access(folder, W_OK) < 0 && errno == EROFS)
		return fail(
		        err, E_STORE, RETRY_NEVER,
		        "store %s: the file system of %s is mounted read-only (the system does so, too, where its disk "
		        "fails)",
		        path, folder);
	return fail(err, E_STORE, RETRY_NEVER,
	            "store %s is read-only: user %d needs write permission for it and for folder %s", path,
	            (int)geteuid(), folder);
}

static int fail_io(sqlite3 *conn, const char *path, int rc, struct error *err)
{
	int errnum = conn ? sqlite3_system_errno(conn) : 0;

	return fail(err, E_STORE, RETRY_LATER, "store %s: reading or writing failed: %s (%s)", path,
	            errnum ? strerrordesc_np(errnum) : "cause unknown", sqlite3_errstr(rc));
}

static int fail_constraint(sqlite3 *conn, const char *path, int rc, const char *excerpt, struct error *err)
{
	bool twice =
	        rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_ROWID;

	return fail(err, twice ? E_CONFLICT : E_STORE, RETRY_NEVER, "store %s: %s (%s)", path, sqlite3_errmsg(conn),
	            excerpt);
}

int sqlite_fail(sqlite3 *conn, const char *path, int rc, const char *sql, struct error *err)
{
	char *folder CLEANUP(freep) = folder_of(path);
	char excerpt[DB_EXCERPT_LEN + 1];

	db_excerpt(sql, excerpt);
	switch (rc & 0xff) {
	case SQLITE_BUSY:
		return fail(err, E_IN_USE, RETRY_LATER, "store %s is in use by another process", path);
	case SQLITE_CONSTRAINT:
		return fail_constraint(conn, path, rc, excerpt, err);
	case SQLITE_FULL:
		return fail(err, E_STORE, RETRY_LATER, "store %s: no space left on its disk: free some in %s", path,
		            folder);
	case SQLITE_READONLY:
		return fail_read_only(path, folder, err);
	case SQLITE_NOTADB:
		return fail(err, E_STORE, RETRY_NEVER,
		            "%s is not a store (no SQLite database): give another path, or move it away", path);
	case SQLITE_CORRUPT:
		return fail(err, E_STORE, RETRY_NEVER,
		            "store %s is damaged: stop hauspost and restore it from your backup (%s)", path,
		            sqlite3_errmsg(conn));
	case SQLITE_CANTOPEN:
		return fail_open(conn, path, err);
	case SQLITE_IOERR:
		return fail_io(conn, path, rc, err);
	case SQLITE_TOOBIG:
		return fail(err, E_LIMIT, RETRY_NEVER, "store %s: a value is larger than SQLite takes (%s)", path,
		            excerpt);
	default:
		return fail(err, E_STORE, RETRY_NEVER, "store %s: %s (%s)", path, sqlite3_errmsg(conn), excerpt);
	}
}
