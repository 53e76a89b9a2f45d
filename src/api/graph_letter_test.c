/* What Microsoft Graph can't carry: signed mail can't be taken apart, and one request takes 3 MB. Whoever writes such a
 * letter is told at once, and an automatic answer isn't queued in vain. */
#include "api/test_api.h"

#include "base/base64.h"
#include "intake/test_office.h"
#include "security/test_keys.h"
#include "store/ledger.h"

#include "base/test.h"

#define MANY 26000 /* that many subjects of 40 bytes, each three bytes where it travels */

/* "=" grows to three bytes in what is signed: quoted-printable. */
static const char subject[] = "========================================";

static void open_signing(struct office *o, struct store *store)
{
	struct buf html CLEANUP(buf_done) = BUF_INIT(KIB(500));
	json_t *document;
	char *yaml;

	for (size_t i = 0; i < MANY; i++)
		buf_add(&html, STR("{{message.subject}}"));
	document = json_pack("{s:{s:{s:s}}, s:{s:{s:s, s:{s:s, s:s, s:s, s:s, s:s, s:{s:s}}, s:{s:s, s:s, s:s}}}, "
	                     "s:{s:{s:s, s:s, s:s}}, "
	                     "s:{s:{s:s, s:[{s:s, s:s, s:s}], s:[{s:s, s:s}]}}, s:{s:{s:s, s:s, s:s}}}",
	                     "keystores", "keys", "content", desk_pem, "accounts", "support", "name", "Support", "send",
	                     "address", "support@example.test", "host", "graph.example.test", "user",
	                     "support@example.test", "protocol", "graph", "profile", "company", "smime", "keystore",
	                     "keys", "receive", "host", "mail.example.test", "user", "support", "password", "pw",
	                     "templates", "ack", "name", "Ack", "text", "It is here.", "html", buf_cstr(&html), "rules",
	                     "support", "name", "Support", "branches", "name", "all", "activity", "create-case",
	                     "case_type", "request", "responses", "when", "created", "template", "ack", "listeners",
	                     "inbox", "name", "Inbox", "account", "support", "rule", "support");
	assert_non_null(document);
	json_object_set_new(document, "case_types",
	                    json_pack("{s:{s:s, s:s, s:[{s:s, s:s}]}}", "request", "name", "Request", "number_mask",
	                              "SUP-{number:5}", "statuses", "id", "open", "name", "Open"));
	json_object_set_new(document, "authentication_profiles",
	                    json_pack("{s:{s:s, s:s, s:s, s:s, s:[s]}}", "company", "grant", "client-credentials",
	                              "client_id", "c", "client_secret", "s", "token_endpoint",
	                              "https://login.example.test/token", "scopes", "mail"));
	yaml = json_dumps(document, 0);
	open_office_with(o, store, yaml);
	free(yaml);
	json_decref(document);
}

static char *reply_with_file(struct office *o, size_t bytes)
{
	struct buf content CLEANUP(buf_done) = BUF_INIT(MIB(8));
	char *file = arena_bytes(o->arena, bytes);

	memset(file, 'x', bytes);
	base64_encode(&content, str_new(file, bytes));
	return arena_cstr(o->arena,
	                  arena_printf(o->arena,
	                               "{\"text\": \"Off?\", \"attachments\": [{\"name\": \"a.bin\", \"content\": "
	                               "\"" STR_FMT "\"}]}",
	                               STR_ARG(buf_str(&content))));
}

static void check_letter(struct store *store)
{
	struct test_api *api;
	struct office o;

	open_signing(&o, store);
	api = test_api_new(store);
	must_become(&o, mail(&o, "anna", "1", "Printer smokes", "", "It smokes."), "created");
	assert_string_equal(newest_row(&o).answer, "queued");
	struct test_answer *refused CLEANUP(test_answer_freep) = test_api_call(
	        api, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", reply_with_file(&o, 2400000));
	assert_int_equal(refused->status, 422);
	assert_non_null(strstr(test_text(refused, "detail"), "3 MB at most of signed or encrypted mail"));
	struct test_answer *taken CLEANUP(test_answer_freep) = test_api_call(
	        api, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", reply_with_file(&o, 1200000));
	assert_int_equal(taken->status, 201);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox WHERE kind = 'message'"), 1);
	test_api_free(api);
	close_office(&o);
}

static void who_writes_too_much_for_graph_is_told(void **state UNUSED)
{
	test_store_each(check_letter);
}

/* The mail itself is handled as any; the ledger says why it has no answer. */
static void check_answer(struct store *store)
{
	struct office o;

	open_signing(&o, store);
	must_become(&o, mail(&o, "anna", "1", subject, "", "It smokes."), "created");
	assert_non_null(strstr(newest_row(&o).answer, "3 MB at most of signed or encrypted mail"));
	assert_string_equal(newest_row(&o).answer_code, "unwritable");
	assert_string_equal(newest_row(&o).state, "acknowledged");
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM outbox"), 0);
	assert_int_equal(count(&o, "SELECT COUNT(*) FROM message"), 1);
	close_office(&o);
}

static void an_answer_too_large_for_graph_is_noted(void **state UNUSED)
{
	test_store_each(check_answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_writes_too_much_for_graph_is_told),
	        cmocka_unit_test(an_answer_too_large_for_graph_is_noted),
	};

	return cmocka_run_group_tests_name("api/graph_letter", tests, NULL, NULL);
}
