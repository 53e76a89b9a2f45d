/* Every route there is, and everybody who may come: who is let in is what the table of routes says, and nobody sees
 * what isn't theirs. Routes that are added later are walked as well. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "setup/setup.h"
#include "store/cases.h"
#include "store/events.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/test_outbox.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define MARK "XWHALEX" /* in everything that belongs to account sales */

/* ---------------------------------------------------------------- a call of any route */

/* Its path with `id` in the place of every parameter. */
static void path_of(const struct route *route, const char *id, char room[300])
{
	struct str rest = str_of(route->path), piece;
	size_t n = (size_t)snprintf(room, 300, "%s ", api_method_name(route->method));

	str_split(&rest, '/', &piece); /* what is before the first slash: nothing */
	while (str_split(&rest, '/', &piece))
		n += (size_t)snprintf(room + n, 300 - n, "/" STR_FMT, STR_ARG(piece.p[0] == '{' ? str_of(id) : piece));
}

/* What needs a body gets one that isn't of its type, so that nothing is done once the right was looked at. */
static struct test_answer *call_any(struct test_operators *test, const struct route *route, const char *id,
                                    const struct test_browser *browser)
{
	bool has_body = route->body || route->body_type;
	char what[300];

	path_of(route, id, what);
	return test_api_call(test->api, NULL, what, has_body ? "{}" : NULL,
	                     has_body ? "Content-Type: text/x-none" : "Accept: application/json", "If-Match: *",
	                     browser->cookie, browser->csrf);
}

static bool is_refused_for_right(const struct test_answer *answer, const struct route *route)
{
	char words[100];

	snprintf(words, sizeof words, "it takes the right %s", right_name(route->right));
	return answer->status == 403 && str_find(answer->body, str_of(words)) >= 0;
}

/* ---------------------------------------------------------------- routes and roles */

static bool is_right(uint64_t rights, const struct route *route)
{
	return route->right == RIGHT_NONE || (rights & (RIGHT_BIT(route->right) | route->own_rights));
}

/* Routes that answer for as long as somebody listens, or end what the walk needs. */
static bool is_left_out(const struct route *route)
{
	return strcmp(route->id, "signOut") == 0 || route->spools;
}

static void walk(struct test_operators *test, const char *who, const struct test_browser *browser, uint64_t rights,
                 bool is_known)
{
	const struct route *const *routes;
	size_t n = router_routes(test_api_router(test->api), &routes);

	assert_true(n > 50);
	for (size_t i = 0; i < n; i++) {
		if (is_left_out(routes[i]))
			continue;
		struct test_answer *answer CLEANUP(test_answer_freep) = call_any(test, routes[i], "99999999", browser);
		bool fits = is_known ? is_refused_for_right(answer, routes[i]) == !is_right(rights, routes[i])
		                     : (answer->status == 401) == (routes[i]->right != RIGHT_NONE);

		if (!fits)
			FAIL_CASE("%s at %s: %d " STR_FMT "\n", who, routes[i]->id, answer->status,
			          STR_ARG(answer->body));
	}
}

static void take_token(struct test_operators *test, const char *rights, int64_t expires_at,
                       struct test_browser *ret_browser)
{
	struct api_token token = {.operator_id = "anna",
	                          .name = "t",
	                          .rights = rights,
	                          .accounts = "",
	                          .created_by = "test",
	                          .expires_at = expires_at};
	char text[API_TOKEN_LEN + 1];
	struct error err;

	assert_ok(api_token_issue(test->db, &token, clock_now_ms(), text, &err), &err);
	snprintf(ret_browser->cookie, sizeof ret_browser->cookie, "Authorization: Bearer %s", text);
	snprintf(ret_browser->csrf, sizeof ret_browser->csrf, "X-None: 1");
}

static void check_roles(struct store *store)
{
	const uint64_t signed_in = RIGHT_BIT(RIGHT_NONE) | RIGHT_BIT(RIGHT_SIGNED);
	struct test_browser browser = {"X-None: 1", "X-None: 2"};
	struct test_operators test;
	char document[200];

	test_operators_init(&test, store);
	walk(&test, "nobody", &browser, 0, false);
	take_token(&test, "", 1, &browser);
	walk(&test, "an expired token", &browser, 0, false);
	take_token(&test, "cases.read", 0, &browser);
	walk(&test, "a narrow token", &browser, signed_in | RIGHT_BIT(RIGHT_CASES_READ), true);
	for (const struct role *role = roles; role->name; role++) {
		snprintf(document, sizeof document, "{'operators': {'walker': {'roles': ['%s']}}}", role->name);
		test_operators_apply(&test, document);
		test_enter(&test, "walker", &browser);
		walk(&test, role->name, &browser, role->rights, true);
	}
	test_operators_done(&test);
}

static void every_route_asks_for_its_right(void **state UNUSED)
{
	test_store_each(check_roles);
}

/* What the table must say whatever becomes of it: written down a second time. */
static void what_changes_things_takes_a_right(void **state UNUSED)
{
	static const char *const open[] = {"signIn", "useLink", "checkLink"};
	static const char *const own[] = {"signOut",     "endSession",         "changePassword", "setSecondFactor",
	                                  "createToken", "removeSecondFactor", "revokeToken",    "askConsent"};
	struct router *router CLEANUP(router_freep) = router_new();
	const struct route *const *routes;
	size_t n = router_routes(router, &routes);

	for (size_t i = 0; i < n; i++) {
		bool fits = routes[i]->method == API_GET || routes[i]->right > RIGHT_SIGNED;

		for (size_t k = 0; k < ARRAY_LEN(open); k++)
			fits = fits || strcmp(routes[i]->id, open[k]) == 0;
		for (size_t k = 0; k < ARRAY_LEN(own); k++)
			fits = fits || (strcmp(routes[i]->id, own[k]) == 0 && routes[i]->right == RIGHT_SIGNED);
		fits = fits || strstr(routes[i]->path, "/consent") || strcmp(routes[i]->path, "/api/v1/detect") == 0 ||
		       strstr(routes[i]->path, "/accounts/test") || strstr(routes[i]->path, "/accounts/{id}/test");
		if (!fits)
			FAIL_CASE("%s changes something, and takes no right\n", routes[i]->id);
		if (routes[i]->own_rights && strcmp(routes[i]->id, "cancelOutboxRow") != 0)
			FAIL_CASE("%s is open to who lacks its right\n", routes[i]->id);
		if (routes[i]->without_csrf && routes[i]->right != RIGHT_NONE)
			FAIL_CASE("%s takes no CSRF token\n", routes[i]->id);
	}
}

/* ---------------------------------------------------------------- whose it is */

static int64_t add_mail(struct db *db, int64_t case_id)
{
	struct stored_message message = {.case_id = case_id,
	                                 .direction = "in",
	                                 .account = "sales",
	                                 .subject = STR(MARK),
	                                 .message_ident = STR(MARK "@firm.test"),
	                                 .automatic = "none",
	                                 .evidence = STR("")};
	struct outbox_recipient to = {.address = MARK "@customer.test", .state = "queued", .reply = ""};
	struct outbox_row row = {.account = "sales", .state = "queued", .recipients = &to, .recipient_count = 1};
	struct error err;

	assert_ok(db_new_id(db, &message.id, &err), &err);
	assert_ok(message_insert(db, &message, &err), &err);
	row.message_id = message.id;
	test_outbox_add(db, &row, NULL);
	return message.id;
}

/* Everything of account sales bears the mark; ret_ids: by what it is asked for. */
static size_t fill(struct test_operators *test, char ids[8][30])
{
	struct stored_case c = {.type = "t",
	                        .number = MARK "-1",
	                        .status = "open",
	                        .subject = STR(MARK),
	                        .account = "sales",
	                        .fields = STR("{}"),
	                        .created_at = 1,
	                        .updated_at = 1};
	struct error err;

	test_operators_apply(test, "{'accounts': {'sales': {'name': '" MARK
	                           "', 'receive': {'host': 'imap.test', 'user': 'u', 'password': 'p'},"
	                           " 'send': {'enabled': false}}},"
	                           " 'case_types': {'t': {'number_mask': 'T-{number}'}},"
	                           " 'rules': {'r': {'branches': [{'activity': 'file'}]}},"
	                           " 'listeners': {'sales': {'name': '" MARK "', 'account': 'sales', 'rule': 'r'}}}");
	assert_ok(contact_for(test->db, STR("c@customer.test"), STR("C"), 1, &c.contact_id, &err), &err);
	assert_ok(db_new_id(test->db, &c.id, &err), &err);
	assert_ok(case_insert(test->db, &c, &err), &err);
	int64_t message = add_mail(test->db, c.id);
	assert_ok(event_insert(test->db, "case.created", c.id, message,
	                       STR("{\"account\": \"sales\", \"subject\": \"" MARK "\"}"), 1, &err),
	          &err);
	snprintf(ids[0], 30, "sales");
	snprintf(ids[1], 30, MARK "-1");
	snprintf(ids[2], 30, "%lld", (long long)c.id);
	snprintf(ids[3], 30, "%lld", (long long)message);
	snprintf(ids[4], 30, "%lld", (long long)message + 1); /* the outbox row */
	return 5;
}

/* The marks are where they can be seen, by who may. */
static size_t count_marks(struct test_operators *test, const struct test_browser *browser, char ids[8][30],
                          size_t count)
{
	const struct route *const *routes;
	size_t n = router_routes(test_api_router(test->api), &routes), marks = 0;

	for (size_t i = 0; i < n; i++) {
		bool has_parameter = strchr(routes[i]->path, '{');

		for (size_t k = 0; k < (has_parameter ? count : 1) && routes[i]->method == API_GET; k++) {
			struct test_answer *answer CLEANUP(test_answer_freep) =
			        call_any(test, routes[i], ids[k], browser);

			marks += answer->status < 400 && str_find(answer->body, STR(MARK)) >= 0;
		}
	}
	return marks;
}

/* Bob has every right there is, on account support. */
static void check_ids(struct store *store)
{
	const struct route *const *routes;
	struct test_operators test;
	struct test_browser bob;
	char ids[8][30];
	size_t n, count, seen = 0;

	test_operators_init(&test, store);
	count = fill(&test, ids);
	test_operators_apply(&test,
	                     "{'operators': {'bob': {'roles': ['provider-manager', 'listener-administrator', "
	                     "'agent', 'mailbox-user'], 'accounts': [{'account': 'support', 'manage': true}]}}}");
	test_enter(&test, "bob", &bob);
	n = router_routes(test_api_router(test.api), &routes);
	for (size_t i = 0; i < n; i++) {
		bool has_parameter = strchr(routes[i]->path, '{');

		for (size_t k = 0; k < (has_parameter ? count : 1) && !is_left_out(routes[i]); k++) {
			struct test_answer *answer CLEANUP(test_answer_freep) =
			        call_any(&test, routes[i], ids[k], &bob);

			seen++;
			/* What was asked for may be said again, in a problem. */
			if (str_find(answer->body, STR(MARK)) >= 0 && answer->status < 400)
				FAIL_CASE("%s (%s) shows what isn't Bob's: " STR_FMT "\n", routes[i]->id, ids[k],
				          STR_ARG(answer->body));
			if (has_parameter && k == 0 && answer->status < 300 && routes[i]->right > RIGHT_SIGNED &&
			    str_find(answer->body, STR("\"items\":[]")) < 0)
				FAIL_CASE("%s does something with account sales for Bob: %d\n", routes[i]->id,
				          answer->status);
		}
	}
	assert_true(seen > 100);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &bob);
	seen = count_marks(&test, &bob, ids, count);
	if (seen < 10)
		FAIL_CASE("an administrator sees %zu marks\n", seen);
	test_operators_done(&test);
}

static void nobody_reaches_what_is_another_accounts(void **state UNUSED)
{
	test_store_each(check_ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_route_asks_for_its_right),
	        cmocka_unit_test(what_changes_things_takes_a_right),
	        cmocka_unit_test(nobody_reaches_what_is_another_accounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
