/* The set-up in the store: apply, load, export, delete, seal anew; what is refused. */
#include "setup/setup.h"

#include "base/file.h"
#include "store/outbox.h"
#include "store/records.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include <stdlib.h>

#include "base/test.h"

/* Seals as "KEY<context|plain>". */
static char seal_key = 'a', lost_key;

static int test_seal(void *ctx UNUSED, const char *context, struct str plain, struct buf *out, struct error *err UNUSED)
{
	buf_printf(out, "%c<%s|" STR_FMT ">", seal_key, context, STR_ARG(plain));
	return 0;
}

static int test_open(void *ctx UNUSED, const char *context, struct str sealed, struct secret *ret_plain,
                     struct error *err)
{
	size_t n = strlen(context);

	if (sealed.p[0] == lost_key)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "%s: sealed with a key that isn't here", context);
	if (sealed.n < n + 4 || memcmp(sealed.p + 2, context, n) != 0 || sealed.p[n + 2] != '|')
		return fail(err, E_INVALID, RETRY_NEVER, "sealed for another place");
	secret_set(ret_plain, str_slice(sealed, n + 3, sealed.n - 1));
	return 0;
}

static const struct sealer sealer = {NULL, test_seal, test_open};

static json_t *yaml_of(const char *text)
{
	struct error err = {0};
	json_t *json = NULL;

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

static int apply(struct db *db, const char *yaml, struct buf *report, struct error *err)
{
	json_t *document CLEANUP(json_decrefp) = yaml_of(yaml);

	return setup_apply(db, &sealer, document, "tester", false, report, err);
}

static void must_apply(struct db *db, const char *yaml, int changes)
{
	struct error err = {0};
	int r = apply(db, yaml, NULL, &err);

	assert_ok(r, &err);
	assert_int_equal(r, changes);
}

static const char basis[] =
        "accounts:\n"
        "  support: {name: Support, receive: {host: imap.example.com, user: support, password: pw},\n"
        "            send: {host: smtp.example.com, address: s@example.com, user: s, password: spw}}\n"
        "case_types: {request: {number_mask: 'SUP-{number}', fields: [{id: topic}]}}\n"
        "templates: {ack: {text: hello}}\n"
        "rules: {support: {branches: [{case_type: request, map: [{target: topic, source: subject}]}],\n"
        "                  responses: [{when: created, template: ack}]}}\n"
        "listeners: {support: {account: support, rule: support}}\n";

/* ---------------------------------------------------------------- the example */

static json_t *example(void)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err = {0};
	json_t *json = NULL;

	assert_ok(file_read(EXAMPLE, &text, &err), &err);
	assert_ok(yaml_read(buf_str(&text), "support.yaml", &json, &err), &err);
	json_t *send = json_object_get(json_object_get(json_object_get(json, "accounts"), "support"), "send");
	assert_true(json_is_object(json_object_get(send, "password")));
	json_object_set_new(send, "password", json_string("secret"));
	return json;
}

static void check_example(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct error err = {0};
	json_t *document CLEANUP(json_decrefp) = example(), *exported CLEANUP(json_decrefp) = NULL;
	json_t *again CLEANUP(json_decrefp) = NULL;

	assert_int_equal(setup_apply(db, &sealer, document, "tester", false, &report, &err), 7);
	assert_string_equal(buf_cstr(&report),
	                    "providers/example: created\ntemplates/acknowledgement: created\n"
	                    "templates/unreadable: created\ncase_types/request: created\n"
	                    "accounts/support: created\nrules/support: created\nlisteners/support: created\n");
	assert_ok(setup_export(db, &sealer, NULL, NULL, SECRETS_SEALED, false, &exported, &err), &err);
	yaml_write(exported, &yaml);
	assert_ok(yaml_read(buf_str(&yaml), "export", &again, &err), &err);
	assert_int_equal(setup_apply(db, &sealer, again, "tester", false, &report, &err), 0);
	assert_int_equal(setup_apply(db, &sealer, document, "tester", false, &report, &err), 0);

	assert_ok(setup_load(db, &sealer, &setup, &err), &err);
	const struct account *account = setup_account(setup, "support");
	struct account_connection c;
	assert_ok(account_receive_connection(account, setup_provider(setup, account->provider), &c, &err), &err);
	assert_string_equal(c.host, "imap.example.com");
	assert_string_equal(c.user, "support@example.com");
	assert_str(secret_reveal(c.password), "secret");
	assert_int_equal(c.port, 993);
	assert_int_equal(setup_rule(setup, "support")->branches.count, 2);
	assert_int_equal(setup_listener(setup, "support")->after, AFTER_MOVE);
}

static void the_example_applies_exports_and_applies_again(void **state UNUSED)
{
	test_store_each(check_example);
}

/* ---------------------------------------------------------------- apply */

static void check_changes(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct error err = {0};
	int64_t first = -1, second = -1;

	assert_ok(setup_revision(db, &first, &err), &err);
	assert_int_equal(first, 0);
	must_apply(db, basis, 5);
	assert_ok(setup_revision(db, &first, &err), &err);
	must_apply(db, basis, 0);
	assert_ok(setup_revision(db, &second, &err), &err);
	assert_int_equal(first, second);

	static const char changed[] =
	        "{accounts: {support: {name: Help desk, receive: {host: imap.example.com, user: support, password:"
	        " '********'}, send: {host: smtp.example.com, address: s@example.com, user: s, password: new}}}}";
	json_t *document CLEANUP(json_decrefp) = yaml_of(changed);
	assert_int_equal(setup_apply(db, &sealer, document, "tester", true, &report, &err), 1);
	assert_string_equal(buf_cstr(&report), "accounts/support: changed\n  name: \"Support\" -> \"Help desk\"\n"
	                                       "  send/password: (changed)\n");
	assert_ok(setup_revision(db, &second, &err), &err);
	assert_int_equal(first, second);
	buf_clear(&report);
	assert_int_equal(setup_apply(db, &sealer, document, "tester", false, &report, &err), 1);
	assert_ok(setup_revision(db, &second, &err), &err);
	assert_true(second > first);

	struct setup *setup CLEANUP(setup_freep) = NULL;
	assert_ok(setup_load(db, &sealer, &setup, &err), &err);
	assert_int_equal(setup_loaded_revision(setup), second);
	assert_str(secret_reveal(&setup_account(setup, "support")->receive.password), "pw");
	assert_str(secret_reveal(&setup_account(setup, "support")->send.password), "new");
	assert_string_equal(setup_listener(setup, "support")->folder, "INBOX");
	assert_null(setup_account(setup, "nobody"));
}

static void only_what_differs_is_stored(void **state UNUSED)
{
	test_store_each(check_changes);
}

static void check_history(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_record *versions;
	struct error err = {0};

	must_apply(db, "templates: {a: {text: one}, B: {text: x}}", 2);
	must_apply(db, "templates: {a: {text: two}}", 1);
	assert_ok(setup_delete(db, &sealer, "template", "a", "deleter", &err), &err);
	must_apply(db, "templates: {a: {text: three}}", 1);
	assert_int_equal(records_history(db, "template", "a", arena, &versions, &err), 4);
	assert_int_equal(versions[0].revision, 4);
	assert_str(versions[0].document, "{\"id\":\"a\",\"text\":\"three\"}");
	assert_str(versions[1].document, "");
	assert_string_equal(versions[1].author, "deleter");
	assert_str(versions[3].document, "{\"id\":\"a\",\"text\":\"one\"}");
	assert_string_equal(versions[3].author, "tester");
	assert_true(versions[3].at > 0);

	struct setup *setup CLEANUP(setup_freep) = NULL;
	const void *const *records;
	assert_ok(setup_load(db, &sealer, &setup, &err), &err);
	assert_int_equal(setup_list(setup, &template_type, &records), 2);
	assert_string_equal(record_id(&template_type, records[0]), "B");
	assert_string_equal(record_id(&template_type, records[1]), "a");
}

static void every_version_is_kept(void **state UNUSED)
{
	test_store_each(check_history);
}

static const struct refusal {
	const char *yaml, *error;
} refusals[] = {
        {"[]", "the set-up is not an object (\"accounts:\", \"listeners:\" … with records below)"},
        {"account: {}", "account: unknown key (did you mean accounts?)"},
        {"acounts: {}",
         "acounts: unknown key (known are providers, templates, case_types, keystores, authentication_profiles, "
         "accounts, rules, "
         "listeners, blocks, inlets, operators, identity_providers, webhooks, alerts)"},
        {"accounts: [x]", "accounts: is not an object of records by their id"},
        {"accounts: {a: }", "accounts/a: null is not an object (of \"key: value\" lines)"},
        {"accounts: {a: {id: b}}", "accounts/a/id: \"b\" is not the key above it"},
        {"accounts: {a b: {}}",
         "accounts/a b/id: \"a b\" is not an id (1 to 64 letters, digits, '.', '-' and '_', not beginning with "
         "'.' or '-')"},
        {"accounts: {a: {send: {prot: 1}}}", "accounts/a/send/prot: unknown key (did you mean port?)"},
        {"accounts: {a: {send: {port: 70000}}}", "accounts/a/send/port: 70000 is not between 1 and 65535"},
        {"accounts: {a: {send: {security: ssl}}}",
         "accounts/a/send/security: \"ssl\" is not one of none, starttls, tls"},
        {"accounts: {a: {send: {host: 'mail.example.com:25'}}}",
         "accounts/a/send/host: \"mail.example.com:25\" is not a host name or IP address (no scheme, no port: "
         "\"mail.example.com\")"},
        {"accounts: {a: {send: {address: 'A <a@b>'}}}", "accounts/a/send/address: \"A <a@b>\" is not an email address "
                                                        "(\"name@example.com\", the name to show goes elsewhere)"},
        {"alerts: {ops: {to: [ops@example.com], account: a, events: ['outbox.*', listner.failed]}}",
         "alerts/ops/events/2: \"listner.failed\" is not a kind of event (did you mean listener.failed? docs/events.md "
         "lists them)"},
        {"webhooks: {hook: {url: 'https://example.com/', events: [invoice.*], secret: "
         "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=}}",
         "webhooks/hook/events/1: \"invoice.*\" is not a kind of event (\"case.created\", \"case.*\", \"*\"; "
         "docs/events.md lists them)"},
        {"templates: {t: {text: 'It is {{case.nubmer}}.'}}",
         "templates/t/text: \"{{case.nubmer}}\" stands for nothing (did you mean {{case.number}}?)"},
        {"accounts: {a: {send: {host: h, port: 465, security: starttls}}}",
         "accounts/a/send/security: port 465 speaks TLS from the start, so security must be tls"},
        {"accounts: {a: {receive: {host: h, port: 143, security: tls}}}",
         "accounts/a/receive/security: port 143 begins in plain text, so security must be starttls (or none)"},
        {"accounts: {a: {receive: {host: h, security: none, user: u, password: p}}}",
         "accounts/a/receive/allow_insecure_login: must be true to send a password without TLS (security is none)"},
        {"accounts: {a: {provider: x}}", "accounts/a/provider: there is no provider \"x\""},
        {"accounts: {a: {receive: {password: '********'}}}",
         "accounts/a/receive/password: ******** stands for a secret that is stored, but none is"},
        {"accounts: {a: {send: {tls: {truststore: ca.pem}}}}",
         "accounts/a/send/tls/truststore: there is no keystore \"ca.pem\" (nor is it an absolute path)"},
        {"listeners: {l: {account: support, rule: other}}", "listeners/l/rule: there is no rule \"other\""},
        {"listeners: {l: {account: support}}", "listeners/l/rule: is missing"},
        {"listeners: {l: {account: support, rule: support, folder: '\\Junk'}, m: {account: support, rule: support, "
         "folder: "
         "'\\JUNK'}}",
         "listeners/m/folder: \\JUNK of account support is read by listener l already"},
        {"listeners: {l: {account: support, rule: support, folder: '\\Junk', failed_folder: '\\junk'}}",
         "listeners/l/failed_folder: is the folder that is read"},
        {"listeners: {l: {account: support, rule: support, folder: inbox}}",
         "listeners/l/folder: inbox of account support is read by listener support already"},
        {"listeners: {l: {account: support, rule: support, folder: x, after: move}}",
         "listeners/l/after_folder: is missing (after is move)"},
        {"listeners: {l: {account: support, rule: support, folder: x, after: move, after_folder: x}}",
         "listeners/l/after_folder: is the folder that is read"},
        {"listeners: {l: {account: support, rule: support, folder: x, verify_senders: results}}",
         "listeners/l/trusted_authserv_ids: is missing (verify_senders is results: whose?)"},
        {"{accounts: {a: {receive: {host: h, user: u}}}, listeners: {l: {account: a, rule: support}}}",
         "listeners/l/account: account a: receive/password is missing"},
        {"{accounts: {a: {receive: {user: u, password: p}}}, listeners: {l: {account: a, rule: support}}}",
         "listeners/l/account: account a: receive/host is missing and there is no provider"},
        {"{accounts: {a: {receive: {host: h, user: u, password: p}}}, listeners: {l: {account: a, rule: support}}}",
         "listeners/l/rule sends answers: account a: send/address is missing"},
        {"case_types: {c: {}}", "case_types/c/number_mask: is missing"},
        {"case_types: {c: {number_mask: 'C-'}}",
         "case_types/c/number_mask: \"C-\" needs exactly one {number}: \"SUP-{year}-{number:5}\""},
        {"case_types: {c: {number_mask: 'sup-{number:4}'}}",
         "case_types/c/number_mask: numbers that begin with \"sup-\" belong to case type request already"},
        {"case_types: {c: {number_mask: 'C-{number}', old_masks: ['SUP-{number}']}}",
         "case_types/c/old_masks/1: numbers that begin with \"SUP-\" belong to case type request already"},
        {"case_types: {c: {number_mask: 'C-{number}', initial_status: new}}",
         "case_types/c/initial_status: there is no status \"new\""},
        {"case_types: {c: {number_mask: 'C-{number}', statuses: [{id: a}, {id: a}]}}",
         "case_types/c/statuses/2/id: \"a\" is there twice"},
        {"case_types: {c: {number_mask: 'C-{number}', statuses: [{id: a, resolved: true}]}}",
         "case_types/c/statuses: at least one must not be resolved"},
        {"case_types: {c: {number_mask: 'C-{number}', fields: [{id: a, type: choice}]}}",
         "case_types/c/fields/1/choices: is missing (type is choice)"},
        {"case_types: {request: {number_mask: 'SUP-{number}'}}",
         "rules/support/branches/1/map/1/target: case type request has no field \"topic\""},
        {"rules: {r: {branches: []}}", "rules/r/branches: must not be empty"},
        {"rules: {r: {branches: [{}]}}", "rules/r/branches/1/case_type: is missing (activity is create-case)"},
        {"rules: {r: {branches: [{activity: file, case_type: request}]}}",
         "rules/r/branches/1/case_type: only for activity create-case"},
        {"rules: {r: {branches: [{activity: file, when: [{field: sender, value: x}]}]}}",
         "rules/r/branches/1/when/1/field: \"sender\" is not a source (from, from-name, from-domain, to, cc, reply-to, "
         "subject, date, "
         "message-id, thread-topic, body, reply, attachments, size, header:NAME, regex:SOURCE:PATTERN, text:CONSTANT)"},
        {"rules: {r: {branches: [{activity: file, when: [{field: subject, operator: matches, value: '('}]}]}}",
         "rules/r/branches/1/when/1/value: is not a regular expression (missing closing parenthesis, at character 2)"},
        {"rules: {r: {branches: [{activity: file, when: [{field: subject}]}]}}",
         "rules/r/branches/1/when/1/value: is missing"},
        {"rules: {r: {branches: [{activity: file}], responses: [{template: x}]}}",
         "rules/r/responses/1/template: there is no template \"x\""},
        {"templates: {t: {}}", "templates/t/text: is missing"},
};

static void check_refusals(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct setup *before CLEANUP(setup_freep) = NULL;
	struct error err = {0};

	must_apply(db, basis, 5);
	assert_ok(setup_load(db, &sealer, &before, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
		int64_t revision = -1;

		assert_int_equal(apply(db, refusals[i].yaml, &report, &err), E_INVALID);
		assert_string_equal(err.text, refusals[i].error);
		assert_int_equal(report.n, 0);
		assert_false(db_in_transaction(db));
		assert_ok(setup_revision(db, &revision, &err), &err);
		assert_int_equal(revision, setup_loaded_revision(before));
	}
	must_apply(db, basis, 0);
}

static void mistakes_are_named_and_change_nothing(void **state UNUSED)
{
	test_store_each(check_refusals);
}

/* ---------------------------------------------------------------- export, delete, seal anew */

static void check_export(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err = {0};
	static const struct {
		const char *kind, *id;
		enum secret_form form;
		const char *json;
	} cases[] = {
	        {"accounts", "support", SECRETS_MASKED,
	         "{\"accounts\":{\"support\":{\"name\":\"Support\",\"send\":{\"address\":\"s@example.com\",\"user\":"
	         "\"s\",\"password\":"
	         "\"********\",\"host\":\"smtp.example.com\"},\"receive\":{\"user\":\"support\",\"password\":\"********"
	         "\",\"host\":"
	         "\"imap.example.com\"}}}}"},
	        {"account", NULL, SECRETS_SEALED,
	         "{\"accounts\":{\"support\":{\"name\":\"Support\",\"send\":{\"address\":\"s@example.com\",\"user\":"
	         "\"s\",\"password\":"
	         "{\"sealed\":\"a<account/support/send/"
	         "password|spw>\"},\"host\":\"smtp.example.com\"},\"receive\":{\"user\":\"support\","
	         "\"password\":{\"sealed\":\"a<account/support/receive/"
	         "password|pw>\"},\"host\":\"imap.example.com\"}}}}"},
	        {"template", "ack", SECRETS_OMITTED, "{\"templates\":{\"ack\":{\"text\":\"hello\"}}}"},
	        {"provider", NULL, SECRETS_OMITTED, "{}"},
	};

	must_apply(db, basis, 5);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *json CLEANUP(json_decrefp) = NULL;
		assert_ok(setup_export(db, &sealer, cases[i].kind, cases[i].id, cases[i].form, false, &json, &err),
		          &err);
		char *text = json_dumps(json, JSON_COMPACT);
		assert_string_equal(text, cases[i].json);
		free(text);
	}
	json_t *none = NULL;
	assert_int_equal(setup_export(db, &sealer, "account", "x", SECRETS_MASKED, false, &none, &err), E_NOT_FOUND);
	assert_string_equal(err.text, "there is no account \"x\"");
	assert_int_equal(setup_export(db, &sealer, "thing", NULL, SECRETS_MASKED, false, &none, &err), E_INVALID);
	assert_null(none);
}

static void records_are_exported_as_they_apply(void **state UNUSED)
{
	test_store_each(check_export);
}

static void check_delete(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err = {0};

	must_apply(db, basis, 5);
	assert_int_equal(setup_delete(db, &sealer, "account", "support", "t", &err), E_CONFLICT);
	assert_string_equal(err.text, "accounts/support is still used by listeners/support");
	assert_int_equal(setup_delete(db, &sealer, "templates", "ack", "t", &err), E_CONFLICT);
	assert_string_equal(err.text, "templates/ack is still used by rules/support");
	assert_int_equal(setup_delete(db, &sealer, "account", "x", "t", &err), E_NOT_FOUND);
	assert_int_equal(setup_delete(db, &sealer, "thing", "x", "t", &err), E_INVALID);
	assert_ok(setup_delete(db, &sealer, "listener", "support", "t", &err), &err);
	assert_ok(setup_delete(db, &sealer, "account", "support", "t", &err), &err);
	assert_int_equal(setup_delete(db, &sealer, "account", "support", "t", &err), E_NOT_FOUND);
	must_apply(db, basis, 2);
}

static void check_listed(struct store *store)
{
	static const struct {
		const char *yaml, *words;
	} cases[] = {
	        {"webhooks: {hook: {url: 'https://example.com/', secret: "
	         "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=, "
	         "accounts: [two]}}",
	         "accounts/two is still used by webhooks/hook"},
	        {"alerts: {ops: {to: [ops@example.com], account: one, accounts: [two]}}",
	         "accounts/two is still used by alerts/ops"},
	};
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct error err = {0};

	must_apply(db, "accounts: {one: {send: {address: a@example.com, host: smtp.example.com}}, two: {}}", 2);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		must_apply(db, cases[i].yaml, 1);
		assert_int_equal(setup_delete(db, &sealer, "account", "two", "t", &err), E_CONFLICT);
		assert_string_equal(err.text, cases[i].words);
		assert_ok(setup_delete(db, &sealer, i ? "alert" : "webhook", i ? "ops" : "hook", "t", &err), &err);
	}
	assert_ok(setup_delete(db, &sealer, "account", "two", "t", &err), &err);
	must_apply(db, "templates: {t: {text: hello}}", 1);
}

/* As a former version took it. */
static void check_former(struct store *store)
{
	static const char former[] = "alerts: {ops: {to: [ops@example.com], account: one, events: [case.creatd]%s}}";
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct error err = {0};
	char yaml[200];
	int r;

	must_apply(db, "accounts: {one: {send: {address: a@example.com, host: smtp.example.com}}}", 1);
	must_apply(db, "alerts: {ops: {to: [ops@example.com], account: one, events: [case.created]}}", 1);
	assert_ok(db_exec(db, "UPDATE record SET document = REPLACE(document, 'case.created', 'case.creatd')",
	                  DB_NO_ARGS, &err),
	          &err);
	assert_ok(setup_load(db, &sealer, &setup, &err), &err);
	assert_string_equal(setup_alert(setup, "ops")->events.items[0], "case.creatd");
	snprintf(yaml, sizeof yaml, former, "");
	r = apply(db, yaml, &report, &err);
	assert_ok(r, &err);
	assert_str(buf_str(&report),
	           "alerts/ops: unchanged\nalerts/ops/events/1: warning: \"case.creatd\" is not a kind of "
	           "event (did you mean case.created? docs/events.md lists them)\n");
	snprintf(yaml, sizeof yaml, former, ", interval_minutes: 30");
	must_apply(db, yaml, 1);
	must_apply(db, "templates: {t: {text: hello}}", 1);
	must_apply(db, "alerts: {ops: {to: [ops@example.com], account: one}}", 1);
	assert_int_equal(apply(db, yaml, NULL, &err), E_INVALID); /* it isn't there any more */
}

static void check_former_placeholder(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct error err = {0};
	int r;

	must_apply(db, "templates: {t: {text: 'It is {{case.number}}.'}}", 1);
	assert_ok(db_exec(db, "UPDATE record SET document = REPLACE(document, 'case.number}}.', 'case.no}}.')",
	                  DB_NO_ARGS, &err),
	          &err);
	r = apply(db, "templates: {t: {text: 'It is {{case.no}}.'}}", &report, &err);
	assert_ok(r, &err);
	assert_non_null(strstr(buf_cstr(&report), "templates/t: unchanged\n"));
	assert_non_null(strstr(buf_cstr(&report), "templates/t/text: warning: \"{{case.no}}\" stands for nothing"));
	must_apply(db, "templates: {t: {text: 'It is now {{case.no}}.'}}", 1);
	assert_int_equal(apply(db, "templates: {t: {text: 'It is {{case.on}}.'}}", NULL, &err), E_INVALID);
}

static void a_placeholder_that_is_stored_is_warned_of(void **state UNUSED)
{
	test_store_each(check_former_placeholder);
}

static void a_name_that_is_stored_is_warned_of(void **state UNUSED)
{
	test_store_each(check_former);
}

static void an_account_that_is_listed_is_not_deleted(void **state UNUSED)
{
	test_store_each(check_listed);
}

static int64_t queue_letter(struct db *db, const char *account, const char *state)
{
	struct outbox_recipient to[] = {{.address = "ann@customer.test", .state = "queued", .reply = ""},
	                                {.address = "bob@customer.test", .state = "sent", .reply = ""}};

	return test_outbox_add(db,
	                       &(struct outbox_row){.account = account,
	                                            .message_id = 1,
	                                            .state = state,
	                                            .recipients = to,
	                                            .recipient_count = strcmp(state, "later") == 0 ? 2 : 1},
	                       NULL);
}

static void check_delete_with_mail(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outbox_row row;
	struct error err = {0};
	int64_t queued, later, sending, events = 0;

	must_apply(db, basis, 5);
	assert_ok(setup_delete(db, &sealer, "listener", "support", "t", &err), &err);
	queued = queue_letter(db, "support", "queued");
	assert_int_equal(setup_delete(db, &sealer, "account", "support", "t", &err), E_CONFLICT);
	assert_string_equal(err.text, "accounts/support: 1 letter in the outbox would never be sent: wait until it is "
	                              "empty, or cancel what waits (delete account support --cancel-mail)");
	assert_false(db_in_transaction(db));
	later = queue_letter(db, "support", "later");
	sending = queue_letter(db, "support", "sending");
	queue_letter(db, "other", "queued");
	assert_int_equal(setup_delete_with_mail(db, &sealer, "account", "support", "t", &err), E_CONFLICT);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_ok(db_exec(db, "UPDATE outbox SET state = 'uncertain' WHERE id = $1", DB_ARGS(DB_INT(sending)), &err),
	          &err);
	assert_int_equal(setup_delete_with_mail(db, &sealer, "account", "support", "t", &err), 2);
	assert_int_equal(outbox_get(db, queued, arena, &row, &err), 1);
	assert_string_equal(row.state, "cancelled");
	assert_string_equal(row.reply, "cancelled: account support was deleted");
	assert_string_equal(row.recipients[0].state, "cancelled");
	assert_int_equal(outbox_get(db, later, arena, &row, &err), 1);
	assert_string_equal(row.state, "sent"); /* to him who has it */
	assert_string_equal(row.recipients[0].state, "cancelled");
	assert_string_equal(row.recipients[1].state, "sent");
	assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM event WHERE kind = 'outbox.cancelled'", DB_NO_ARGS,
	                              &events, &err),
	                 1);
	assert_int_equal(events, 2);
	assert_int_equal(outbox_requeue(db, queued, 5, &err), 0); /* for good */
	assert_int_equal(outbox_requeue(db, later, 5, &err), 0);
}

static void an_account_goes_with_its_waiting_mail_or_not_at_all(void **state UNUSED)
{
	test_store_each(check_delete_with_mail);
}

static void what_is_used_cannot_be_deleted(void **state UNUSED)
{
	test_store_each(check_delete);
}

static void check_reseal(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_record *stored;
	struct error err = {0};

	must_apply(db, basis, 5);
	seal_key = 'b';
	assert_int_equal(setup_reseal(db, &sealer, &err), 1);
	seal_key = 'a';
	assert_int_equal(records_list(db, "account", arena, &stored, &err), 1);
	assert_true(str_find(stored[0].document, STR("b<account/support/send/password|spw>")) > 0);
	assert_true(str_find(stored[0].document, STR("a<")) < 0);
	must_apply(db, basis, 0);
}

static void secrets_are_sealed_anew(void **state UNUSED)
{
	test_store_each(check_reseal);
}

static void check_reseal_of_history(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_record *versions;
	struct error err = {0};

	seal_key = 'a';
	must_apply(db, basis, 5);
	must_apply(db,
	           "accounts: {support: {name: Other, receive: {host: imap.example.com, user: support, password: "
	           "'********'},\n"
	           "  send: {host: smtp.example.com, address: s@example.com, user: s, password: '********'}}}",
	           1);
	seal_key = 'b';
	assert_int_equal(setup_reseal(db, &sealer, &err), 2);
	seal_key = 'a';
	assert_int_equal(records_history(db, "account", "support", arena, &versions, &err), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(str_find(versions[i].document, STR("b<account/support/receive/password|pw>")) > 0);
		assert_true(str_find(versions[i].document, STR("a<")) < 0);
	}
	assert_true(str_find(versions[0].document, STR("Other")) > 0);
}

static void earlier_versions_are_sealed_anew_too(void **state UNUSED)
{
	test_store_each(check_reseal_of_history);
}

static void check_lost_key(struct store *store)
{
	struct db *db CLEANUP(db_closep) = connect_to(store);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct account_connection connection;
	struct stored_record *versions;
	struct error err = {0};

	must_apply(db, basis, 5);
	lost_key = 'a';
	seal_key = 'b';
	assert_ok(setup_load(db, &sealer, &setup, &err), &err);
	assert_int_equal(account_receive_connection(setup_account(setup, "support"), NULL, &connection, &err), E_AUTH);
	assert_string_equal(
	        err.text,
	        "account support: receive/password can't be used: account/support/receive/password: sealed with a key "
	        "that isn't here");
	/* What else is changed leaves the sealed value as it is; a new password replaces it. */
	must_apply(db, "templates: {ack: {text: other}}", 1);
	must_apply(db,
	           "accounts: {support: {name: New, receive: {host: imap.example.com, user: support, password: "
	           "'********'},\n"
	           "  send: {host: smtp.example.com, address: s@example.com, user: s, password: new}}}",
	           1);
	assert_int_equal(records_list(db, "account", arena, &versions, &err), 1);
	assert_true(str_find(versions[0].document, STR("a<account/support/receive/password|pw>")) > 0);
	assert_true(str_find(versions[0].document, STR("b<account/support/send/password|new>")) > 0);
	lost_key = '\0';
	seal_key = 'a';
}

static void a_lost_key_costs_its_account_alone(void **state UNUSED)
{
	test_store_each(check_lost_key);
}

static void a_preview_needs_no_store(void **state UNUSED)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document CLEANUP(json_decrefp) = yaml_of(basis),
	                 *wrong CLEANUP(json_decrefp) = yaml_of("{rules: {a: {branch: []}}}");
	struct error err = {0};

	assert_int_equal(setup_preview(NULL, document, &report, &err), 5);
	assert_non_null(strstr(buf_cstr(&report), "listeners/support: created\n"));
	assert_int_equal(setup_preview(NULL, wrong, &report, &err), E_INVALID);
}

static void references_to_secrets_are_followed_on_request(void **state UNUSED)
{
	struct error err = {0};
	json_t *document CLEANUP(json_decrefp) = yaml_of("{accounts: {a: {send: {password: {env: SETUP_TEST_PW}}}}}");
	json_t *wrong CLEANUP(json_decrefp) = yaml_of("{accounts: {a: {send: {password: {file: /nonexistent}}}}}");

	setenv("SETUP_TEST_PW", "from env", 1);
	assert_ok(setup_resolve_secrets(document, &err), &err);
	char *text = json_dumps(document, JSON_COMPACT);
	assert_string_equal(text, "{\"accounts\":{\"a\":{\"send\":{\"password\":\"from env\"}}}}");
	free(text);
	assert_true(setup_resolve_secrets(wrong, &err) < 0);
	assert_string_equal(err.text, "accounts/a/send/password: can't open /nonexistent: No such file or directory");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_example_applies_exports_and_applies_again),
	        cmocka_unit_test(only_what_differs_is_stored),
	        cmocka_unit_test(every_version_is_kept),
	        cmocka_unit_test(mistakes_are_named_and_change_nothing),
	        cmocka_unit_test(records_are_exported_as_they_apply),
	        cmocka_unit_test(what_is_used_cannot_be_deleted),
	        cmocka_unit_test(an_account_that_is_listed_is_not_deleted),
	        cmocka_unit_test(an_account_goes_with_its_waiting_mail_or_not_at_all),
	        cmocka_unit_test(secrets_are_sealed_anew),
	        cmocka_unit_test(earlier_versions_are_sealed_anew_too),
	        cmocka_unit_test(a_lost_key_costs_its_account_alone),
	        cmocka_unit_test(a_preview_needs_no_store),
	        cmocka_unit_test(a_name_that_is_stored_is_warned_of),
	        cmocka_unit_test(a_placeholder_that_is_stored_is_warned_of),
	        cmocka_unit_test(references_to_secrets_are_followed_on_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
