/* See case_change.h. */
#include "cases/case_change.h"

#include "base/clock.h"
#include "cases/case_work.h"

struct change {
	struct work work;
	const struct stored_case *c;
	const struct case_status *status;
	const char *author;
	int64_t if_updated_at, at;
};

static int run_change(struct work *work, struct db *db, struct error *err)
{
	struct change *change = (struct change *)(void *)work;
	int64_t updated_at;
	int r = case_updated_at(db, change->c->id, &updated_at, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no case %s", change->c->number);
	if (r > 0 && change->if_updated_at >= 0 && updated_at != change->if_updated_at)
		return fail(err, E_CONFLICT, RETRY_NEVER, "case %s has changed meanwhile: read it again",
		            change->c->number);
	if (r < 0)
		return r;
	/* Two changes within a millisecond are two. */
	change->at = MAX(clock_now_ms(), updated_at + 1);
	r = case_set_status(db, change->c->id, change->status->id, change->status->resolved ? change->at : 0,
	                    change->at, err);
	if (r >= 0)
		r = case_tell_status(db, change->c->id, change->status->id, change->status->resolved, change->author,
		                     change->at, err);
	return r;
}

static int refuse_status(const char *type_id, const struct case_type *type, const char *status, struct error *err)
{
	struct buf known CLEANUP(buf_done) = BUF_INIT(KIB(1));
	size_t n = 0;
	const struct case_status *all = type ? case_statuses(type, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		buf_printf(&known, "%s%s", i ? ", " : ": it has ", all[i].id);
	return fail(err, E_INVALID, RETRY_NEVER, "case type %s has no status %.64s%s", type_id, status,
	            buf_cstr(&known));
}

int case_change_status(struct store *store, const struct setup *setup, struct stored_case *c, const char *status,
                       int64_t if_updated_at, const char *author, struct error *err)
{
	struct change change = {.work = {.run = run_change}, .c = c, .author = author, .if_updated_at = if_updated_at};
	const struct case_type *type = setup_case_type(setup, c->type);
	int r;

	change.status = type ? case_status_find(type, status) : NULL;
	if (!change.status)
		return refuse_status(c->type, type, status, err);
	r = store_do(store, &change.work, err);
	if (r < 0)
		return r;
	c->status = change.status->id;
	c->updated_at = change.at;
	c->resolved_at = change.status->resolved ? change.at : 0;
	return 0;
}
