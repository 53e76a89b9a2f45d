/* One record changed from outside: versions, rights, references. */
#include "setup/edit.h"

#include "store/records.h"
#include "store/test_store.h"

#include "base/test.h"

static json_t *json_of(const char *text)
{
	json_t *json = NULL;
	struct error err = {0};

	assert_ok(yaml_read(str_of(text), "test", &json, &err), &err);
	return json;
}

static struct db *connect_to(struct store *store)
{
	struct error err = {0};
	struct db *db = NULL;

	assert_ok(store_connect(store, &db, &err), &err);
	return db;
}

/* The version that is stored now, or the error's code. */
static int64_t edit(struct db *db, const struct edit *edit, const char *document, enum edit_refusal *ret_refusal,
                    struct error *err)
{
	json_t *json CLEANUP(json_decrefp) = document ? json_of(document) : NULL;
	struct edit whole = *edit;
	int64_t revision = 0;

	whole.document = json;
	whole.by = "anna";
	int r = setup_edit(db, &plain_sealer, &whole, &revision, ret_refusal, err);
	return r < 0 ? r : revision;
}

static int64_t events_of(struct db *db, const char *kind)
{
	int64_t n = 0;
	struct error err = {0};

	assert_ok(db_query_int(db, "SELECT COUNT(*) FROM event WHERE kind = $1", DB_ARGS(DB_TEXT(kind)), &n, &err),
	          &err);
	return n;
}

#define SUPPORT "{name: Support, send: {host: smtp.example.com, address: s@example.com, user: s, password: pw}}"
#define RENAMED                                                                                                \
	"{id: support, name: Help, send: {host: smtp.example.com, address: s@example.com, user: s, password: " \
	"'********'}}"

static void check_versions(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct edit create = {.kind = EDIT_CREATE, .type = &account_type, .id = "support"};
	struct edit replace = {.kind = EDIT_REPLACE, .type = &account_type, .id = "support", .revision = 1};
	struct edit delete = {.kind = EDIT_DELETE, .type = &account_type, .id = "support", .revision = 1};
	struct setup *setup CLEANUP(setup_freep) = NULL;
	enum edit_refusal refusal = EDIT_FAULT;
	struct error err = {0};

	assert_int_equal(edit(db, &create, SUPPORT, &refusal, &err), 1);
	assert_int_equal(edit(db, &create, SUPPORT, &refusal, &err), E_CONFLICT);
	assert_int_equal(refusal, EDIT_EXISTS);
	assert_int_equal(edit(db, &replace, RENAMED, &refusal, &err), 2);
	assert_int_equal(edit(db, &replace, RENAMED, &refusal, &err), E_CONFLICT);
	assert_int_equal(refusal, EDIT_STALE);
	assert_non_null(
	        strstr(err.text, "accounts/support was changed meanwhile: version 2 is stored, yours is made from 1"));
	replace.revision = EDIT_ANY_REVISION;
	assert_int_equal(edit(db, &replace, RENAMED, &refusal, &err), 2); /* nothing differs: no version */

	assert_ok(setup_load(db, &plain_sealer, &setup, &err), &err);
	assert_string_equal(setup_account(setup, "support")->name, "Help");
	assert_str(secret_reveal(&setup_account(setup, "support")->send.password), "pw");

	assert_int_equal(edit(db, &delete, NULL, &refusal, &err), E_CONFLICT);
	assert_int_equal(refusal, EDIT_STALE);
	delete.revision = 2;
	assert_int_equal(edit(db, &delete, NULL, &refusal, &err), 3);
	assert_int_equal(edit(db, &delete, NULL, &refusal, &err), E_NOT_FOUND);
	assert_int_equal(refusal, EDIT_FAULT);
	assert_int_equal(edit(db, &replace, RENAMED, &refusal, &err), E_NOT_FOUND);
	assert_int_equal(edit(db, &create, SUPPORT, &refusal, &err), 4);
	assert_int_equal(events_of(db, "record.created"), 2);
	assert_int_equal(events_of(db, "record.changed"), 1);
	assert_int_equal(events_of(db, "record.deleted"), 1);
}

static void nobody_writes_over_what_another_did(void **state UNUSED)
{
	test_store_each(check_versions);
}

/* ---------------------------------------------------------------- refused */

static int never_to_delete(void *ctx, const struct setup *setup UNUSED, const struct record_type *type UNUSED,
                           const void *before, const void *after, struct error *err)
{
	int *asked = ctx;

	*asked += before ? 10 : 1;
	return after ? 0 : fail(err, E_REFUSED, RETRY_NEVER, "not yours");
}

static void check_refusals(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	int asked = 0;
	struct edit template = {.kind = EDIT_CREATE,
	                        .type = &template_type,
	                        .id = "ack",
	                        .revision = EDIT_ANY_REVISION,
	                        .may = never_to_delete,
	                        .ctx = &asked};
	struct edit rule = {.kind = EDIT_CREATE, .type = &service_rule_type, .id = "r"};
	enum edit_refusal refusal = EDIT_FAULT;
	struct error err = {0};
	int64_t before = 0, after = 0;

	assert_int_equal(edit(db, &rule, "{branches: [{activity: file}], responses: [{when: created, template: ack}]}",
	                      &refusal, &err),
	                 E_INVALID);
	assert_string_equal(err.text, "rules/r/responses/1/template: there is no template \"ack\"");
	assert_int_equal(edit(db, &template, "{id: other, text: hello}", &refusal, &err), E_INVALID);
	assert_int_equal(edit(db, &template, "{text: {}}", &refusal, &err), E_INVALID);
	assert_string_equal(err.text, "templates/ack/text: an object is not a text");
	assert_ok(records_revision(db, &before, &err), &err);
	assert_int_equal(edit(db, &template, "{text: hello}", &refusal, &err), 1);
	assert_int_equal(asked, 1);
	assert_int_equal(edit(db, &rule, "{branches: [{activity: file}], responses: [{when: created, template: ack}]}",
	                      &refusal, &err),
	                 1);
	template.kind = EDIT_DELETE;
	assert_int_equal(edit(db, &template, NULL, &refusal, &err), E_REFUSED);
	assert_int_equal(asked, 11);
	template.may = NULL;
	assert_int_equal(edit(db, &template, NULL, &refusal, &err), E_CONFLICT);
	assert_string_equal(err.text, "templates/ack is still used by rules/r");
	assert_int_equal(refusal, EDIT_FAULT);
	assert_ok(records_revision(db, &after, &err), &err);
	assert_int_equal(after - before, 2); /* what was refused left nothing */
}

static void what_is_refused_changes_nothing(void **state UNUSED)
{
	test_store_each(check_refusals);
}

/* ---------------------------------------------------------------- within a committer's transaction */

struct edit_work {
	struct work work;
	struct edit edit;
	int64_t revision;
	enum edit_refusal refusal;
};

static int run_edit(struct work *work, struct db *db, struct error *err)
{
	struct edit_work *w = (struct edit_work *)work;

	return setup_edit(db, &plain_sealer, &w->edit, &w->revision, &w->refusal, err);
}

static void check_joined(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	json_t *good CLEANUP(json_decrefp) = json_of("{text: hello}"), *bad CLEANUP(json_decrefp) = json_of("{}");
	struct edit_work w = {
	        .work = {.run = run_edit},
	        .edit = {.kind = EDIT_CREATE, .type = &template_type, .id = "a", .by = "x", .document = good}};
	struct error err = {0};
	int64_t revision;

	assert_ok(store_do(store, &w.work, &err), &err);
	assert_int_equal(w.revision, 1);
	w.edit.id = "b";
	w.edit.document = bad;
	assert_int_equal(store_do(store, &w.work, &err), E_INVALID);
	assert_ok(records_version(db, "template", "a", &revision, &err), &err);
	assert_int_equal(revision, 1);
	assert_ok(records_version(db, "template", "b", &revision, &err), &err);
	assert_int_equal(revision, 0);
}

static void a_change_joins_a_transaction(void **state UNUSED)
{
	test_store_each(check_joined);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nobody_writes_over_what_another_did),
	        cmocka_unit_test(what_is_refused_changes_nothing),
	        cmocka_unit_test(a_change_joins_a_transaction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
