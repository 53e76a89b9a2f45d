/* See edit.h. */
#include "setup/edit.h"

#include "setup/change.h"
#include "store/records.h"

struct editing {
	const struct edit *edit;
	struct change change;
	const void *before;
	int64_t revision; /* 0: not stored */
	enum edit_refusal refusal;
};

static void editing_done(struct editing *e)
{
	change_done(&e->change);
}

static int load(struct editing *e, struct error *err)
{
	int r = change_begin(&e->change, err);

	if (r < 0)
		return r;
	e->before = setup_find(e->change.setup, e->edit->type, e->edit->id);
	return records_version(e->change.db, e->edit->type->kind, e->edit->id, &e->revision, err);
}

static int check_version(struct editing *e, struct error *err)
{
	const struct edit *edit = e->edit;

	if (edit->kind == EDIT_CREATE && e->before) {
		e->refusal = EDIT_EXISTS;
		return fail(err, E_CONFLICT, RETRY_NEVER, "%s/%.64s: there is one with this id already",
		            edit->type->plural, edit->id);
	}
	if (edit->kind == EDIT_CREATE)
		return 0;
	if (!e->before)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%.64s\"", edit->type->kind, edit->id);
	if (edit->revision == EDIT_ANY_REVISION || edit->revision == e->revision)
		return 0;
	e->refusal = EDIT_STALE;
	return fail(err, E_CONFLICT, RETRY_NEVER,
	            "%s/%.64s was changed meanwhile: version %lld is stored, yours is made from %lld",
	            edit->type->plural, edit->id, (long long)e->revision, (long long)edit->revision);
}

static int ask(const struct editing *e, const void *after, struct error *err)
{
	const struct edit *edit = e->edit;

	return edit->may ? edit->may(edit->ctx, e->change.setup, edit->type, e->before, after, err) : 0;
}

/* Returns 1 where it was stored. */
static int write_record(struct editing *e, struct error *err)
{
	const struct edit *edit = e->edit;
	struct buf ignored CLEANUP(buf_done) = BUF_INIT(KIB(256));
	void *record;
	/* First as it is: what is wrong with the document could tell of a record that isn't theirs to know of. */
	int r = e->before ? ask(e, NULL, err) : 0;

	if (r >= 0)
		r = change_read(&e->change, edit->type, edit->id, edit->document, &record, err);
	if (r < 0)
		return r;
	r = ask(e, record, err);
	if (r < 0 || (e->before && record_diff(edit->type, e->before, record, &ignored) == 0)) {
		record_done(edit->type, record);
		return r;
	}
	setup_put(e->change.setup, edit->type, record);
	r = setup_check(e->change.setup, err);
	if (r >= 0)
		r = change_put(&e->change, edit->type, record, !e->before, err);
	return r < 0 ? r : 1;
}

static int delete_record(struct editing *e, struct error *err)
{
	int r = ask(e, NULL, err);

	if (r >= 0)
		r = change_remove(&e->change, e->edit->type, e->edit->id, err);
	return r < 0 ? r : 1;
}

int setup_edit(struct db *db, const struct sealer *sealer, const struct edit *edit, int64_t *ret_revision,
               enum edit_refusal *ret_refusal, struct error *err)
{
	struct editing e CLEANUP(editing_done) = {
	        .edit = edit, .change = {.db = db, .sealer = sealer, .by = edit->by, .mailbox = edit->mailbox}};
	struct error ignored;
	int r;

	err = err ? err : &ignored;
	r = load(&e, err);
	if (r >= 0)
		r = check_version(&e, err);
	if (r >= 0)
		r = edit->kind == EDIT_DELETE ? delete_record(&e, err) : write_record(&e, err);
	if (r > 0)
		r = records_version(db, edit->type->kind, edit->id, &e.revision, err);
	if (r >= 0)
		r = change_commit(&e.change, err);
	if (r < 0) {
		*ret_refusal = e.refusal;
		return r;
	}
	*ret_revision = e.revision;
	return 0;
}
