/* The set-up as one document. */
#include "setup/setup.h"

static int export_kind(const struct setup *setup, const struct record_type *type, const char *id,
                       const struct sealer *sealer, enum secret_form form, bool whole, json_t *document,
                       struct error *err)
{
	const void *const *records;
	size_t n = setup_list(setup, type, &records), count = 0;
	json_t *object = json_object();

	json_object_set_new(document, type->plural, object);
	for (size_t i = 0; i < n; i++) {
		json_t *json;

		if (id && strcmp(record_id(type, records[i]), id) != 0)
			continue;
		int r = record_write(type, records[i], type->plural, form, whole, sealer, &json, err);
		if (r < 0)
			return r;
		json_object_del(json, "id"); /* it is the key */
		json_object_set_new(object, record_id(type, records[i]), json);
		count++;
	}
	if (count == 0)
		json_object_del(document, type->plural);
	if (count == 0 && id)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s \"%s\"", type->kind, id);
	return 0;
}

int setup_export(struct db *db, const struct sealer *sealer, const char *kind, const char *id, enum secret_form form,
                 bool whole, json_t **ret_document, struct error *err)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	json_t *document CLEANUP(json_decrefp) = json_object();
	const struct record_type *type = kind ? setup_type_find(kind) : NULL;

	if (kind && !type)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%s\" is not a kind of record", kind);
	int r = setup_load(db, sealer, &setup, err);
	for (size_t i = 0; r >= 0 && setup_types[i]; i++)
		if (!type || type == setup_types[i])
			r = export_kind(setup, setup_types[i], id, sealer, form, whole, document, err);
	if (r < 0)
		return r;
	*ret_document = take(document);
	return 0;
}
