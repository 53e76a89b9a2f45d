/* See test_office.h. */
#include "listen/test_office.h"

#include "store/test_store.h"

#include "base/test.h"

void test_office_open(struct test_office *o, struct store *store, const char *folder, struct folder *ret_folder)
{
	*o = (struct test_office){.store = store, .arena = arena_new()};
	*ret_folder = (struct folder){0};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	assert_ok(folder_open(o->db, "box", folder, ret_folder, &o->err), &o->err);
	assert_ok(folder_advance(o->db, ret_folder->id, 7, 3, &o->err), &o->err);
}

void test_office_close(struct test_office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

void test_office_apply(struct test_office *o, const char *listeners, int port)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct str text = arena_printf(
	        o->arena,
	        "accounts: {box: {name: Box, send: {enabled: false}, receive: {host: 127.0.0.1, port: %d, security: "
	        "none, "
	        "allow_insecure_login: true, user: anna, password: pw, timeout_s: 30}}}\n"
	        "case_types: {request: {name: Request, number_mask: 'R-{number}'}}\n"
	        "rules: {all: {name: All, branches: [{name: all, activity: create-case, case_type: request}]}}\n"
	        "listeners: {%s}\n",
	        port, listeners);

	assert_ok(yaml_read(text, "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &plain_sealer, document, "tester", false, &report, &o->err), &o->err);
	setup_free(take(o->setup));
	assert_ok(setup_load(o->db, &plain_sealer, &o->setup, &o->err), &o->err);
}
