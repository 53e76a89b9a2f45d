/* PostgreSQL's side of db.h. */
#include "store/db_driver.h"

int db_postgresql_open(const char *url, struct db **ret_db, struct error *err)
{
	(void)url;
	(void)ret_db;
	return fail(err, E_UNSUPPORTED, RETRY_NEVER, "PostgreSQL is not there yet");
}
