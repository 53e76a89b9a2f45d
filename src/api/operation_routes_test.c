/* What is done with the set-up over REST: tests, status, start and stop, catalogue, keystores, files in and out. */
#include "api/test_api.h"

#include "api/slow.h"
#include "base/mem.h"
#include "security/test_keys.h"
#include "store/test_store.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

#define AS_ADMINISTRATOR(api, what, ...) test_api_call(api, &test_administrator, what, __VA_ARGS__)

static void must_be(struct test_api *api, const struct caller *caller, const char *what, const char *body, int status)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_api_call(api, caller, what, body);

	if (answer->status != status)
		print_error("%s: %d %.*s\n", what, answer->status, STR_ARG(answer->body));
	assert_int_equal(answer->status, status);
}

/* A port of this machine where nobody listens: bound, so that nobody else gets it. */
static int silent_port(int *ret_fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;

	*ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(*ret_fd >= 0);
	assert_int_equal(bind(*ret_fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static const char *account_json(char room[600], const char *id, int port)
{
	snprintf(room, 600,
	         "{\"id\": \"%s\", \"send\": {\"enabled\": false}, \"receive\": {\"host\": \"127.0.0.1\", \"port\": %d,"
	         " \"security\": \"none\", \"allow_insecure_login\": true, \"user\": \"u\", \"password\": "
	         "\"geheimnis\"}}",
	         id, port);
	return room;
}

static void create_office(struct test_api *api, int port)
{
	char room[600];

	must_be(api, &test_administrator, "POST /api/v1/accounts", account_json(room, "support", port), 201);
	must_be(api, &test_administrator, "POST /api/v1/rules",
	        "{\"id\": \"r\", \"branches\": [{\"activity\": \"file\"}]}", 201);
	must_be(api, &test_administrator, "POST /api/v1/listeners",
	        "{\"id\": \"support\", \"account\": \"support\", \"rule\": \"r\"}", 201);
	must_be(api, &test_administrator, "POST /api/v1/listeners",
	        "{\"id\": \"off\", \"account\": \"support\", \"folder\": \"Old\", \"rule\": \"r\", \"enabled\": false}",
	        201);
}

/* ---------------------------------------------------------------- the test of an account */

static void check_account_test(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a;
	char body[900], room[600];
	int fd, port = silent_port(&fd);

	create_office(api, port);
	a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts/support/test", "{\"side\": \"receiver\"}");
	assert_int_equal(a->status, 200);
	assert_string_equal(a->type, "application/x-ndjson");
	assert_true(test_stream_wait(a, NULL));
	assert_true(str_find(a->body, STR("\"step\":\"connection\",\"status\":\"failed\"")) > 0);
	assert_true(str_find(a->body, STR("\"cause\":\"connection-refused\"")) > 0);
	assert_true(str_find(a->body, STR("\"ok\":false")) > 0);
	assert_true(str_find(a->body, STR("geheimnis")) < 0);
	test_answer_free(a);

	snprintf(body, sizeof body, "{\"account\": %s}", account_json(room, "fresh", port));
	a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts/test", body);
	assert_int_equal(a->status, 200);
	assert_true(test_stream_wait(a, "connection-refused"));
	test_answer_free(a);
	must_be(api, &test_administrator, "GET /api/v1/accounts/fresh", NULL, 404);
	must_be(api, &test_administrator, "POST /api/v1/accounts/test", "{\"account\": {\"nmae\": 1}}", 400);
	must_be(api, &test_administrator, "POST /api/v1/accounts/test", "{\"account\": []}", 400);
	must_be(api, &test_administrator, "POST /api/v1/accounts/none/test", "{}", 404);
	must_be(api, &test_administrator, "POST /api/v1/accounts/support/test", "{\"send_to\": \"a@b, c@d\"}", 400);
	must_be(api, &test_administrator, "POST /api/v1/detect", "{\"address\": \"nobody\"}", 400);
	slow_wait_all();
	close(fd);
}

static void an_account_is_tested_step_by_step(void **state UNUSED)
{
	test_store_each(check_account_test);
}

/* Who has mailboxes of their own alone reaches known providers only, and no secret of another account. */
static void check_mailbox_users(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const struct caller *eva = test_caller_init(&room, "eva", RIGHT_BIT(RIGHT_MAILBOXES_OWN), "", ACCOUNT_READ);
	struct test_answer *a;
	char body[900], json[600];
	int fd, port = silent_port(&fd);

	create_office(api, port);
	snprintf(body, sizeof body, "{\"account\": %s}", account_json(json, "fresh", port));
	a = test_api_call(api, eva, "POST /api/v1/accounts/test", body);
	assert_int_equal(a->status, 403);
	assert_non_null(strstr(test_text(a, "detail"), "is no server of a known provider"));
	test_answer_free(a);
	must_be(api, eva, "POST /api/v1/accounts/test",
	        "{\"account\": {\"receive\": {\"protocol\": \"maildir\", \"path\": \"/var/mail\"}, \"send\": "
	        "{\"enabled\": false}}}",
	        403);
	must_be(api, eva, "POST /api/v1/accounts/support/test", "{}", 404);
	must_be(api, eva, "POST /api/v1/accounts/test", "{\"account\": {\"id\": \"support\", \"provider\": \"gmail\"}}",
	        404);
	must_be(api, eva, "POST /api/v1/detect", "{\"address\": \"a@example.com\"}", 403);
	must_be(api, test_caller_init(&room, "bob", RIGHT_BIT(RIGHT_METRICS_READ), "", ACCOUNT_READ),
	        "POST /api/v1/accounts/test", body, 403);
	close(fd);
}

static void mailbox_users_test_known_providers_only(void **state UNUSED)
{
	test_store_each(check_mailbox_users);
}

/* ---------------------------------------------------------------- start and stop */

static const char *state_of(struct test_api *api, const char *listener, char room[40])
{
	char what[100];

	snprintf(what, sizeof what, "GET /api/v1/listeners/%s/state", listener);
	struct test_answer *a CLEANUP(test_answer_freep) = AS_ADMINISTRATOR(api, what, NULL);
	assert_int_equal(a->status, 200);
	snprintf(room, 40, "%s", test_text(a, "state"));
	return room;
}

static void check_listeners(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller other;
	const struct caller *bob =
	        test_caller_init(&other, "bob", RIGHT_BIT(RIGHT_LISTENERS_READ) | RIGHT_BIT(RIGHT_LISTENERS_MANAGE),
	                         "other", ACCOUNT_MANAGE);
	struct test_answer *a;
	char room[40];

	create_office(api, 143);
	assert_string_equal(state_of(api, "support", room), "stopped"); /* serve doesn't run */
	assert_string_equal(state_of(api, "off", room), "off");
	must_be(api, &test_administrator, "POST /api/v1/listeners/support/stop", NULL, 200);
	assert_string_equal(state_of(api, "support", room), "paused");
	must_be(api, &test_administrator, "POST /api/v1/listeners/support/start", NULL, 200);
	assert_string_equal(state_of(api, "support", room), "stopped");
	must_be(api, &test_administrator, "POST /api/v1/listeners/off/start", NULL, 409);
	must_be(api, &test_administrator, "POST /api/v1/listeners/support/restart", NULL, 409);
	must_be(api, &test_administrator, "POST /api/v1/accounts/support/pause", NULL, 204);
	assert_string_equal(state_of(api, "support", room), "paused");
	must_be(api, &test_administrator, "POST /api/v1/accounts/support/resume", NULL, 204);
	must_be(api, &test_administrator, "POST /api/v1/listeners/none/stop", NULL, 404);
	must_be(api, bob, "POST /api/v1/listeners/support/stop", NULL, 404);
	must_be(api, bob, "GET /api/v1/listeners/support/state", NULL, 404);

	a = AS_ADMINISTRATOR(api, "GET /api/v1/status", NULL);
	assert_int_equal(a->status, 200);
	assert_int_equal(json_array_size(test_json(a, "listeners")), 2);
	assert_false(json_is_true(test_json(a, "running")));
	test_answer_free(a);
	a = test_api_call(api, bob, "GET /api/v1/status", NULL);
	assert_int_equal(json_array_size(test_json(a, "listeners")), 0);
	test_answer_free(a);
}

static void listeners_are_stopped_and_started(void **state UNUSED)
{
	test_store_each(check_listeners);
}

/* ---------------------------------------------------------------- providers */

#define PIXEL "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

static void check_providers(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_caller room;
	const struct caller *eva = test_caller_init(&room, "eva", 0, "", ACCOUNT_READ);
	struct test_answer *a;

	must_be(api, &test_administrator, "POST /api/v1/providers",
	        "{\"id\": \"gmail\", \"name\": \"Our Gmail\", \"receive\": {\"host\": \"imap.gmail.com\"}, \"logo\": "
	        "\"" PIXEL "\"}",
	        201);
	a = test_api_call(api, eva, "GET /api/v1/catalogue?q=gmail.com", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(test_text(a, "items/0/id"), "gmail");
	assert_string_equal(test_text(a, "items/0/name"), "Our Gmail");
	assert_true(json_is_true(test_json(a, "items/0/own")));
	assert_true(json_is_true(test_json(a, "items/0/has_logo")));
	assert_true(str_find(a->body, STR(PIXEL)) < 0);
	test_answer_free(a);
	a = test_api_call(api, eva, "GET /api/v1/catalogue?limit=3", NULL);
	assert_int_equal(json_array_size(test_json(a, "items")), 3);
	assert_true(test_has(a, "next"));
	test_answer_free(a);

	a = test_api_call(api, eva, "GET /api/v1/providers/gmail/logo", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(a->type, "image/png");
	assert_true(str_starts(a->body, STR("\x89PNG")));
	assert_non_null(strstr(test_header(a, "Content-Security-Policy"), "default-src 'none'"));
	test_answer_free(a);
	must_be(api, eva, "GET /api/v1/providers/none/logo", NULL, 404);
	must_be(api, eva, "GET /api/v1/providers", NULL, 403);
	must_be(api, &test_administrator, "POST /api/v1/providers", "{\"id\": \"x\", \"logo\": \"bm8gaW1hZ2U=\"}", 400);
}

static void providers_are_listed_and_have_faces(void **state UNUSED)
{
	test_store_each(check_providers);
}

/* ---------------------------------------------------------------- keystores */

static void check_keystores(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	json_t *record CLEANUP(json_decrefp) =
	        json_pack("{s:s, s:s, s:s}", "id", "company", "name", "Company", "content", anna_pem);
	char *body CLEANUP(freep) = json_dumps(record, 0);
	struct test_answer *a;

	a = AS_ADMINISTRATOR(api, "POST /api/v1/keystores", body);
	assert_int_equal(a->status, 201);
	assert_string_equal(test_text(a, "content"), "********");
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/keystores/company/entries", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(test_text(a, "fault"), "");
	assert_true(json_array_size(test_json(a, "entries")) > 0);
	assert_true(str_find(a->body, STR("PRIVATE KEY")) < 0);
	test_answer_free(a);
	must_be(api, &test_administrator, "GET /api/v1/keystores/none/entries", NULL, 404);
	must_be(api, &test_administrator, "GET /api/v1/expiring?days=3650", NULL, 200);
	must_be(api, &test_administrator, "GET /api/v1/expiring?days=-1", NULL, 400);
	must_be(api, &test_administrator, "POST /api/v1/keystores", "{\"id\": \"bad\", \"content\": \"bm90aGluZw==\"}",
	        400);
}

static void keystores_show_what_they_hold(void **state UNUSED)
{
	test_store_each(check_keystores);
}

/* ---------------------------------------------------------------- files */

static void check_files(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	static const char setup[] = "templates: {ack: {text: hello}, other: {text: bye}}\n";
	struct test_answer *a;
	struct test_caller room;

	a = AS_ADMINISTRATOR(api, "POST /api/v1/setup?dry_run=true", setup);
	assert_int_equal(a->status, 200);
	assert_int_equal(test_number(a, "changed"), 2);
	assert_string_equal(test_text(a, "report/0"), "templates/ack: created");
	test_answer_free(a);
	must_be(api, &test_administrator, "GET /api/v1/templates/ack", NULL, 404);
	must_be(api, &test_administrator, "POST /api/v1/setup", setup, 200);
	a = AS_ADMINISTRATOR(api, "POST /api/v1/setup", "templates: {ack: {text: changed}, bad: {txt: x}}");
	assert_int_equal(a->status, 400);
	assert_string_equal(test_text(a, "path"), "templates/bad/txt");
	test_answer_free(a);
	must_be(api, &test_administrator, "POST /api/v1/setup",
	        "accounts: {a: {send: {password: {file: /etc/hostname}}}}", 400);
	a = AS_ADMINISTRATOR(api, "GET /api/v1/setup.yaml", NULL);
	assert_int_equal(a->status, 200);
	assert_string_equal(a->type, "application/yaml");
	assert_true(str_find(a->body, STR("text: hello")) > 0);
	test_answer_free(a);
	must_be(api, test_caller_init(&room, "bob", RIGHT_BIT(RIGHT_ACCOUNTS_MANAGE), "", ACCOUNT_READ),
	        "GET /api/v1/setup.yaml", NULL, 403);
}

static void the_set_up_goes_in_and_out_as_a_file(void **state UNUSED)
{
	test_store_each(check_files);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_account_is_tested_step_by_step),
	        cmocka_unit_test(mailbox_users_test_known_providers_only),
	        cmocka_unit_test(listeners_are_stopped_and_started),
	        cmocka_unit_test(providers_are_listed_and_have_faces),
	        cmocka_unit_test(keystores_show_what_they_hold),
	        cmocka_unit_test(the_set_up_goes_in_and_out_as_a_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
