/* See parts.h. */
#include "store/parts.h"

int part_forget(struct db *db, const char *kind, const char *id, struct error *err)
{
	static const char *const listener[] = {"listener", NULL}, *const account[] = {"account", "sender", NULL},
	                         *const inlet[] = {"inlet", NULL};
	static const char *const *const kinds[] = {listener, account, inlet};
	static const char *const statements[] = {
	        "DELETE FROM status WHERE kind = $1 AND id = $2",
	        "DELETE FROM pause WHERE kind = $1 AND id = $2",
	        "DELETE FROM throttle WHERE $1 = 'account' AND account = $2",
	        "DELETE FROM trace_part WHERE kind = $1 AND id = $2",
	        "DELETE FROM trace WHERE kind = $1 AND id = $2",
	};
	const char *const *words = NULL;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i][0], kind) == 0)
			words = kinds[i];
	for (; words && *words && r >= 0; words++)
		for (size_t i = 0; i < ARRAY_LEN(statements) && r >= 0; i++)
			r = db_exec(db, statements[i], DB_ARGS(DB_TEXT(*words), DB_TEXT(id)), err);
	return MIN(r, 0);
}
