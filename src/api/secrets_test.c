/* Whoever may change a record doesn't learn its secrets: a masked one goes to nobody else than before, a sealed one
 * isn't taken from the network. */
#include "api/test_api.h"

#include "base/mem.h"
#include "store/test_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

#define AS_ADMINISTRATOR(api, what, ...) test_api_call(api, &test_administrator, what, __VA_ARGS__)

static const char set_up[] =
        "providers: {ours: {name: Ours, receive: {host: imap.example.com}}}\n"
        "accounts:\n"
        "  box: {send: {address: b@example.com, host: smtp.example.com, user: b, password: geheim-1},"
        "        receive: {host: imap.example.com, user: b, password: geheim-2}}\n"
        "  lent: {send: {address: l@example.com, host: smtp.example.com, user: l, password: geheim-3},"
        "         receive: {host: imap.example.com, use_sender_login: true}}\n"
        "authentication_profiles:\n"
        "  p: {token_endpoint: 'https://login.example.com/t', client_id: c, client_secret: geheim-4}\n"
        "identity_providers:\n"
        "  company: {issuer: 'https://login.example.com/', client_id: c, client_secret: geheim-5}\n"
        "webhooks:\n"
        "  w: {url: 'https://hooks.example.com/', secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=}\n"
        "  h: {url: 'https://hooks.example.com/', secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=,"
        "      headers: [{name: Authorization, value: geheim-6}]}\n";

static const struct {
	const char *record, *field, *value, *secret; /* secret: that is to be typed again; NULL: none */
} changes[] = {
        /* clang-format off */
	{"accounts/box", "name", "\"Box\"", NULL},
	{"accounts/box", "send/display_name", "\"Box\"", NULL},
	{"accounts/box", "send/timeout_s", "20", NULL},
	{"accounts/box", "send/host", "\"evil.test\"", "send/password"},
	{"accounts/box", "send/port", "2525", "send/password"},
	{"accounts/box", "send/user", "\"other\"", "send/password"},
	{"accounts/box", "send/security", "\"tls\"", "send/password"},
	{"accounts/box", "send/allow_insecure_login", "true", "send/password"},
	{"accounts/box", "send/tls/verify", "false", "send/password"},
	{"accounts/box", "send/tls/truststore", "\"/tmp/evil.pem\"", "send/password"},
	{"accounts/box", "receive/host", "\"evil.test\"", "receive/password"},
	{"accounts/box", "receive/host", "\"\"", "receive/password"},
	{"accounts/box", "receive/protocol", "\"pop3\"", "receive/password"},
	{"accounts/box", "receive/tls/verify", "false", "receive/password"},
	{"accounts/box", "receive/use_sender_login", "true", "send/password"},
	{"accounts/box", "provider", "\"ours\"", "send/password"},
	{"accounts/lent", "receive/host", "\"evil.test\"", "send/password"},
	{"accounts/lent", "receive/folder_none", "1", "receive/folder_none"}, /* that the path is the field's */
	{"authentication_profiles/p", "token_endpoint", "\"https://evil.test/t\"", "client_secret"},
	{"authentication_profiles/p", "truststore", "\"/tmp/evil.pem\"", "client_secret"},
	{"authentication_profiles/p", "template", "\"google\"", "client_secret"},
	{"authentication_profiles/p", "timeout_s", "20", NULL},
	{"identity_providers/company", "issuer", "\"https://evil.test/\"", "client_secret"},
	{"identity_providers/company", "truststore", "\"/tmp/evil.pem\"", "client_secret"},
	{"webhooks/h", "url", "\"https://evil.test/\"", "headers/1/value"},
	{"webhooks/h", "timeout_s", "20", NULL},
	{"webhooks/w", "url", "\"https://evil.test/\"", NULL}, /* it signs, and is never sent */
        /* clang-format on */
};

/* The record as it is shown, with one field changed. */
static char *changed_record(struct test_api *api, const char *record, const char *field, const char *value)
{
	struct test_answer *a CLEANUP(test_answer_freep) = NULL;
	char what[100], name[100];
	struct str rest = str_of(field), part;

	snprintf(what, sizeof what, "GET /api/v1/%s", record);
	a = AS_ADMINISTRATOR(api, what, NULL);
	assert_int_equal(a->status, 200);
	json_t *at = a->json;
	while (str_split(&rest, '/', &part)) {
		snprintf(name, sizeof name, STR_FMT, STR_ARG(part));
		if (rest.n)
			at = json_object_get(at, name);
	}
	assert_int_equal(json_object_set_new(at, name, json_loads(value, JSON_DECODE_ANY, NULL)), 0);
	return json_dumps(a->json, 0);
}

static void must_name(const struct test_answer *a, const char *record, const char *secret)
{
	char path[150];

	if (!secret) {
		if (a->status != 200)
			FAIL_CASE("%s: %d " STR_FMT "\n", record, a->status, STR_ARG(a->body));
		return;
	}
	snprintf(path, sizeof path, "%s/%s", record, secret);
	if (a->status != 400 || strcmp(test_text(a, "path"), path) != 0)
		FAIL_CASE("%s: %d " STR_FMT "\n", path, a->status, STR_ARG(a->body));
}

static void check_moves(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a = AS_ADMINISTRATOR(api, "POST /api/v1/setup", set_up);

	must_name(a, "setup", NULL);
	test_answer_free(a);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		char *body CLEANUP(freep) = changed_record(api, changes[i].record, changes[i].field, changes[i].value);
		char what[100];

		snprintf(what, sizeof what, "PUT /api/v1/%s", changes[i].record);
		a = AS_ADMINISTRATOR(api, what, body, "If-Match: *");
		must_name(a, changes[i].record, changes[i].secret);
		test_answer_free(a);
		if (strncmp(changes[i].record, "accounts/", 9) != 0 || !changes[i].secret)
			continue;
		/* Neither by a test of what isn't stored. */
		char *order CLEANUP(freep) = NULL;
		assert_true(asprintf(&order, "{\"account\": %s}", body) > 0);
		a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts/test", order);
		must_name(a, changes[i].record, changes[i].secret);
		test_answer_free(a);
	}
}

static void a_kept_secret_goes_nowhere_else(void **state UNUSED)
{
	test_store_each(check_moves);
}

static void check_typed(struct store *store)
{
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a = AS_ADMINISTRATOR(api, "POST /api/v1/setup", set_up);

	test_answer_free(a);
	a = AS_ADMINISTRATOR(
	        api, "PUT /api/v1/accounts/box",
	        "{\"id\": \"box\", \"send\": {\"address\": \"b@example.com\", \"host\": \"new.example.com\","
	        " \"user\": \"b\", \"password\": \"geheim-1\"}, \"receive\": {\"host\": \"imap.example.com\","
	        " \"user\": \"b\", \"password\": \"********\"}}",
	        "If-Match: *");
	must_name(a, "accounts/box", NULL);
	test_answer_free(a);
	a = AS_ADMINISTRATOR(api, "POST /api/v1/setup",
	                     "accounts: {box: {send: {host: evil.test, user: b, password: '********'}}}");
	must_name(a, "accounts/box", "send/password");
	assert_non_null(strstr(test_text(a, "detail"), "type it again: send/host changed"));
	test_answer_free(a);
}

static void typed_again_it_may(void **state UNUSED)
{
	test_store_each(check_typed);
}

/* An export with sealed secrets, a server of one's own in it, and applied. */
static void check_sealed(struct store *store)
{
	static const char sealed[] = "{\"id\": \"box\", \"send\": {\"host\": \"evil.test\", \"user\": \"b\","
	                             " \"password\": {\"sealed\": \"x\"}}}";
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	struct test_answer *a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts", sealed);
	char order[300];

	must_name(a, "accounts/box", "send/password");
	test_answer_free(a);
	snprintf(order, sizeof order, "{\"account\": %s}", sealed);
	a = AS_ADMINISTRATOR(api, "POST /api/v1/accounts/test", order);
	must_name(a, "accounts/box", "send/password");
	test_answer_free(a);
	snprintf(order, sizeof order, "{\"accounts\": {\"box\": %s}}", sealed);
	a = AS_ADMINISTRATOR(api, "POST /api/v1/setup", order);
	must_name(a, "accounts/box", "send/password");
	test_answer_free(a);
}

static void sealed_secrets_are_not_taken_from_the_network(void **state UNUSED)
{
	test_store_each(check_sealed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_kept_secret_goes_nowhere_else),
	        cmocka_unit_test(typed_again_it_may),
	        cmocka_unit_test(sealed_secrets_are_not_taken_from_the_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
