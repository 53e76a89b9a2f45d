/* See record_routes.h: creating, replacing and deleting, each one transaction of the store's committer. */
#include "api/record_routes.h"

#include "setup/edit.h"

struct edit_work {
	struct work work;
	const struct sealer *sealer;
	struct edit edit;
	int64_t revision;
	enum edit_refusal refusal;
};

static int run_edit(struct work *work, struct db *db, struct error *err)
{
	struct edit_work *w = (struct edit_work *)work;

	return setup_edit(db, w->sealer, &w->edit, &w->revision, &w->refusal, err);
}

/* Nothing is kept from the first run. */
static void again(struct work *work UNUSED)
{
}

static int do_edit(struct request *request, struct answer *answer, enum edit_kind kind, const char *id,
                   struct error *err)
{
	struct edit_work w = {
	        .work = {.run = run_edit, .again = again},
	        .sealer = request->sealer,
	        .edit = {.kind = kind,
	                 .type = record_kind_of(request)->type,
	                 .id = id,
	                 .document = request->json,
	                 .by = request->caller.author,
	                 .revision = request->if_revision < 0 ? EDIT_ANY_REVISION : request->if_revision,
	                 .may = record_check_change,
	                 .ctx = request},
	        .refusal = EDIT_FAULT,
	};
	int r = record_check_one_unsealed(request->arena, w.edit.type, id, request->json, err);

	if (r == 0)
		r = store_do(request->store, &w.work, err);
	if (r < 0 && w.refusal != EDIT_FAULT)
		answer->status = w.refusal == EDIT_EXISTS ? 409 : 412;
	return r;
}

/* As it is stored now: what was just made is the caller's, whatever was known of him when the request came. */
static int answer_stored(struct request *request, struct answer *answer, const char *id, struct error *err)
{
	const struct record_kind *kind = record_kind_of(request);
	int64_t revision;
	void *record;
	int r = record_newest(request, kind, id, &record, &revision, err);

	if (r < 0)
		return r;
	r = answer_record(answer, kind->type, record, err);
	answer_etag(answer, revision);
	record_done(kind->type, record);
	return r;
}

int create_record(struct request *request, struct answer *answer, struct error *err)
{
	const struct record_type *type = record_kind_of(request)->type;
	const char *id = json_string_value(json_object_get(request->json, "id")), *wrong;
	int r;

	if (!id)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/id: is missing", type->plural);
	wrong = record_id_check(str_of(id));
	if (wrong)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/id: \"%.64s\" %s", type->plural, id, wrong);
	r = do_edit(request, answer, EDIT_CREATE, id, err);
	if (r < 0)
		return r;
	answer_header(answer, "Location", arena_printf(request->arena, "/api/v1/%s/%s", type->plural, id).p);
	return answer_stored(request, answer, id, err);
}

int replace_record(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = record_id_of(request);
	int r = do_edit(request, answer, EDIT_REPLACE, id, err);

	return r < 0 ? r : answer_stored(request, answer, id, err);
}

int delete_record(struct request *request, struct answer *answer, struct error *err)
{
	return do_edit(request, answer, EDIT_DELETE, record_id_of(request), err);
}
