/* See automatic_mail.h. */
#include "store/automatic_mail.h"

#include "base/buf.h"
#include "store/cases.h"

#include <jansson.h>

int automatic_mail_is_on(struct db *db, bool *ret_is_on, struct error *err)
{
	int64_t off = 0;
	int r = db_query_int(db, "SELECT COUNT(*) FROM meta WHERE name = 'automatic-mail' AND value = 'off'",
	                     DB_NO_ARGS, &off, err);

	if (r < 0)
		return r;
	*ret_is_on = off == 0;
	return 0;
}

static int tell(struct db *db, bool on, const char *by, int64_t at, struct error *err)
{
	json_t *data = json_pack("{s:s}", "by", by);
	char *text = json_dumps(data, JSON_COMPACT);
	int r;

	must(text != NULL);
	r = event_add(db,
	              &(struct new_event){.kind = on ? "automatic-mail.on" : "automatic-mail.off",
	                                  .author = by,
	                                  .data = str_of(text),
	                                  .at = at},
	              err);
	free(text);
	json_decref(data);
	return r;
}

int automatic_mail_set(struct db *db, bool on, const char *by, int64_t at, struct error *err)
{
	bool is_on;
	int r = automatic_mail_is_on(db, &is_on, err);

	if (r < 0 || is_on == on)
		return r;
	r = on ? db_exec(db, "DELETE FROM meta WHERE name = 'automatic-mail'", DB_NO_ARGS, err)
	       : db_exec(db,
	                 "INSERT INTO meta (name, value) VALUES ('automatic-mail', 'off') ON CONFLICT (name) DO UPDATE "
	                 "SET value = 'off'",
	                 DB_NO_ARGS, err);
	return r < 0 ? r : tell(db, on, by, at, err);
}

int automatic_mail_waiting(struct db *db, int64_t *ret_count, struct error *err)
{
	int r = db_query_int(
	        db, "SELECT COUNT(*) FROM outbox WHERE kind = 'answer' AND (state = 'queued' OR state = 'later')",
	        DB_NO_ARGS, ret_count, err);

	return MIN(r, 0);
}
