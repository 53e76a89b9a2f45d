/* What somebody tries who may do something and wants more: other people's mail, fields that aren't theirs to set, line
 * ends in headers, ways out of a path, requests from another page, addresses inside our network. */
#include "api/test_operators.h"

#include "base/clock.h"
#include "intake/test_office.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support: {send: {address: support@example.com, host: m.test}, receive: {host: m.test, user: s, password: "
        "p}}\n"
        "  sales: {send: {address: sales@example.com, host: m.test}, receive: {host: m.test, user: v, password: p}}\n"
        "case_types: {request: {number_mask: 'SUP-{number:5}', statuses: [{id: open}, {id: done, resolved: true}]}}\n"
        "templates: {ack: {text: 'It is {{case.number}}.'}}\n"
        "rules: {r: {branches: [{activity: create-case, case_type: request}]}}\n"
        "listeners: {inbox: {account: support, rule: r}, sales: {account: sales, rule: r}}\n";

/* A mail of each account, the one of sales as case SUP-00001; Bob has every right there is, on one account. */
struct firm {
	struct office office;
	struct test_api *api;
	struct test_caller bob;
	int64_t message, ledger, outbox; /* of sales */
};

static int64_t number_of(struct firm *firm, const char *sql)
{
	struct error err = {0};
	int64_t n = 0;

	assert_ok(db_query_int(test_api_db(firm->api), sql, DB_NO_ARGS, &n, &err), &err);
	return n;
}

static void firm_open(struct firm *firm, struct store *store, const char *bobs, enum account_right right)
{
	const uint64_t all = RIGHT_BIT(RIGHT_COUNT) - 1;
	struct office *o = &firm->office;

	open_office_with(o, store, set_up);
	firm->api = test_api_new(store);
	test_caller_init(&firm->bob, "bob", all, bobs, right);
	assert_ok(take_in_at(o, "sales", mail(o, "carl", "3", "Offer", "", "How much?")), &o->err);
	struct test_answer *sent CLEANUP(test_answer_freep) = test_api_call(
	        firm->api, &test_administrator, "POST /api/v1/mail",
	        "{\"account\": \"sales\", \"to\": [\"x@customer.test\"], \"subject\": \"s\", \"text\": \"t\"}");
	if (sent->status >= 300)
		FAIL_CASE(STR_FMT "\n", STR_ARG(sent->body));
	firm->message = number_of(firm, "SELECT MIN(id) FROM message WHERE direction = 'in'");
	firm->ledger = number_of(firm, "SELECT MIN(id) FROM ledger");
	firm->outbox = number_of(firm, "SELECT MIN(id) FROM outbox");
}

static void firm_close(struct firm *firm)
{
	test_api_free(firm->api);
	close_office(&firm->office);
}

/* "#m", "#l", "#o" stand for the numbers. */
static const char *with_numbers(struct firm *firm, const char *text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));

	for (const char *p = text; *p; p++) {
		if (*p == '#' && strchr("mlo", p[1])) {
			p++;
			buf_printf(&out, "%lld",
			           (long long)(*p == 'm'   ? firm->message
			                       : *p == 'l' ? firm->ledger
			                                   : firm->outbox));
		} else {
			buf_add_char(&out, *p);
		}
	}
	return arena_cstr(firm->office.arena, buf_str(&out));
}

/* ---------------------------------------------------------------- other people's mail */

#define SECRET "\"secret\": \"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\""

static const struct {
	const char *what, *body, *type; /* type NULL: JSON */
} reaches[] = {
        /* clang-format off */
	{"GET /api/v1/cases/SUP-00001", NULL, NULL},
	{"GET /api/v1/cases/SUP-00001/messages", NULL, NULL},
	{"PATCH /api/v1/cases/SUP-00001", "{\"status\": \"done\"}", NULL},
	{"POST /api/v1/cases/SUP-00001/reply", "{\"text\": \"x\"}", NULL},
	{"POST /api/v1/cases/SUP-00001/forward", "{\"to\": [\"x@evil.test\"], \"text\": \"x\", \"message\": #m}", NULL},
	{"POST /api/v1/cases/SUP-00001/preview", "{\"template\": \"ack\"}", NULL},
	{"GET /api/v1/messages/#m", NULL, NULL},
	{"GET /api/v1/messages/#m/raw", NULL, NULL},
	{"GET /api/v1/messages/#m/html", NULL, NULL},
	{"GET /api/v1/messages/#m/why", NULL, NULL},
	{"POST /api/v1/mail", "{\"account\": \"sales\", \"to\": [\"x@evil.test\"], \"subject\": \"s\", \"text\": \"t\"}", NULL},
	{"GET /api/v1/outbox/#o", NULL, NULL},
	{"POST /api/v1/outbox/#o/retry", NULL, NULL},
	{"POST /api/v1/outbox/#o/cancel", NULL, NULL},
	{"GET /api/v1/ledger/#l", NULL, NULL},
	{"POST /api/v1/ledger/#l/retry", NULL, NULL},
	{"POST /api/v1/ledger/#l/discard", NULL, NULL},
	{"POST /api/v1/held/#l/release", NULL, NULL},
	{"POST /api/v1/held/#l/discard", NULL, NULL},
	{"POST /api/v1/ingest?listener=sales", "Subject: x\r\n\r\nx\r\n", "message/rfc822"},
	{"POST /api/v1/rules/try", "{\"rule_id\": \"r\", \"account\": \"support\", \"stored\": #m}", NULL},
	{"POST /api/v1/accounts/sales/test", "{}", NULL},
	{"POST /api/v1/accounts/test", "{\"account\": {\"id\": \"sales\", \"receive\": {\"host\": \"evil.test\"}}}", NULL},
	{"POST /api/v1/accounts/sales/pause", NULL, NULL},
	{"POST /api/v1/listeners/sales/stop", NULL, NULL},
	{"PUT /api/v1/accounts/sales", "{\"id\": \"sales\"}", NULL},
	{"DELETE /api/v1/listeners/sales", NULL, NULL},
	{"POST /api/v1/listeners", "{\"id\": \"mine\", \"account\": \"sales\", \"folder\": \"Sent\", \"rule\": \"r\"}", NULL},
	{"POST /api/v1/operators", "{\"id\": \"eve\", \"roles\": [\"agent\"], \"accounts\": [{\"account\": \"sales\"}]}", NULL},
	{"POST /api/v1/operators", "{\"id\": \"eve\", \"roles\": [\"agent\"]}", NULL}, /* all of them */
	{"POST /api/v1/tokens", "{\"name\": \"t\", \"accounts\": [\"sales\"]}", NULL},
	{"POST /api/v1/webhooks", "{\"id\": \"w\", " SECRET ", \"url\": \"https://evil.test/\"}", NULL},
	{"GET /api/v1/setup.yaml", NULL, NULL},
	{"GET /api/v1/events?account=sales", NULL, NULL},
        /* clang-format on */
};

static void check_reaches(struct store *store)
{
	struct firm firm;

	firm_open(&firm, store, "support", ACCOUNT_MANAGE);
	for (size_t i = 0; i < ARRAY_LEN(reaches); i++) {
		const char *what = with_numbers(&firm, reaches[i].what);
		const char *body = reaches[i].body ? with_numbers(&firm, reaches[i].body) : NULL;
		char type[80];

		snprintf(type, sizeof type, "Content-Type: %s", reaches[i].type ? reaches[i].type : "application/json");
		struct test_answer *a CLEANUP(test_answer_freep) =
		        test_api_call(firm.api, &firm.bob.caller, what, body, body ? type : "X-A: b", "If-Match: *");
		bool is_refused = a->status == 403 || a->status == 404 ||
		                  (a->status == 400 && str_find(a->body, STR("there is no account")) >= 0);

		if (!is_refused || str_find(a->body, STR("How much")) >= 0)
			FAIL_CASE("%s: %d " STR_FMT "\n", what, a->status, STR_ARG(a->body));
	}
	firm_close(&firm);
}

static void valid_requests_reach_nothing_of_another_account(void **state UNUSED)
{
	test_store_each(check_reaches);
}

/* ---------------------------------------------------------------- may read, may send */

static void check_readers(struct store *store)
{
	static const char *const decisions[] = {"POST /api/v1/ledger/#l/retry", "POST /api/v1/ledger/#l/discard",
	                                        "POST /api/v1/held/#l/release", "POST /api/v1/held/#l/discard"};
	struct test_caller sender;
	struct firm firm;

	firm_open(&firm, store, "sales", ACCOUNT_READ);
	test_caller_init(&sender, "sue", RIGHT_BIT(RIGHT_LEDGER_MANAGE) | RIGHT_BIT(RIGHT_MAIL_INGEST), "sales",
	                 ACCOUNT_SEND);
	for (size_t i = 0; i < ARRAY_LEN(decisions); i++) {
		const char *what = with_numbers(&firm, decisions[i]);
		struct test_answer *read CLEANUP(test_answer_freep) =
		        test_api_call(firm.api, &firm.bob.caller, what, NULL);
		struct test_answer *sends CLEANUP(test_answer_freep) =
		        test_api_call(firm.api, &sender.caller, what, NULL);

		assert_int_equal(read->status, 403);
		assert_int_equal(sends->status, 409); /* it is through already */
	}
	for (int i = 0; i < 2; i++) {
		struct test_answer *a CLEANUP(test_answer_freep) = test_api_call(
		        firm.api, i ? &sender.caller : &firm.bob.caller, "POST /api/v1/ingest?listener=sales",
		        "From: x@y.test\r\nSubject: x\r\n\r\nx\r\n", "Content-Type: message/rfc822");

		assert_int_equal(a->status, i ? 200 : 403);
	}
	firm_close(&firm);
}

static void who_may_read_alone_decides_nothing(void **state UNUSED)
{
	test_store_each(check_readers);
}

/* ---------------------------------------------------------------- fields that aren't the caller's to set */

static void check_fields(struct store *store)
{
	static const char *const more[] = {"revision", "author", "created_at", "updated_at", "by", "at", "__proto__"};
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	const struct route *const *routes;
	size_t n = router_routes(test_api_router(api), &routes), tried = 0;
	struct error err;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; routes[i]->body && k < ARRAY_LEN(more); k++) {
			struct arena *arena CLEANUP(arena_freep) = arena_new();
			json_t *json CLEANUP(json_decrefp) = json_pack("{s:s}", more[k], "1");
			void *record;
			bool is_known = false;

			for (size_t f = 0; f < routes[i]->body->field_count; f++)
				is_known = is_known || strcmp(routes[i]->body->fields[f].name, more[k]) == 0;
			if (is_known)
				FAIL_CASE("%s takes %s\n", routes[i]->id, more[k]);
			/* What isn't known is refused, and nothing is done with it. */
			assert_int_equal(record_read(routes[i]->body, json, "x", NULL, arena, &record, &err),
			                 E_INVALID);
			assert_non_null(strstr(err.text, more[k]));
			tried++;
		}
	}
	assert_true(tried > 200);
}

static void nobody_sets_what_is_ours_to_say(void **state UNUSED)
{
	test_store_each(check_fields);
}

/* ---------------------------------------------------------------- paths, queries, headers */

static const char *const nasty[] = {
        "%0d%0aX-Evil:%20yes",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "%00",
        "a%00b",
        "%ff%fe",
        "-1",
        "0",
        "99999999999999999999",
        "'%20OR%201=1--",
        "%3Cscript%3E",
        "%E2%80%AE",
        "a%2Fb",
};

static void must_be_harmless(const struct test_answer *a, const char *what)
{
	const struct answer *answer = a->answer;
	bool good = a->status < 500 && str_find(a->body, STR("root:x:")) < 0;

	for (size_t i = 0; i < answer->header_count; i++)
		for (const char *p = answer->headers[i].value; *p; p++)
			good = good && (unsigned char)*p >= ' ' && *p != 0x7f;
	if (!good)
		FAIL_CASE("%s: %d " STR_FMT "\n", what, a->status, STR_ARG(a->body));
}

/* Every route with the text in the place of its parameters, and of its query's texts. */
static void try_route(struct test_api *api, const struct route *route, const char *text)
{
	struct buf what CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct str rest = str_of(route->path + 1), piece;

	buf_printf(&what, "%s ", api_method_name(route->method));
	while (str_split(&rest, '/', &piece))
		buf_printf(&what, "/" STR_FMT, STR_ARG(piece.p[0] == '{' ? str_of(text) : piece));
	for (const struct route_query *q = route->query; q && q->name; q++)
		if (q->kind == QUERY_TEXT && !q->words)
			buf_printf(&what, "%c%s=%s", q == route->query ? '?' : '&', q->name, text);
	struct test_answer *a CLEANUP(test_answer_freep) =
	        test_api_call(api, &test_administrator, buf_cstr(&what), NULL);
	must_be_harmless(a, buf_cstr(&what));
}

static void check_nasty(struct store *store)
{
	const struct route *const *routes;
	struct firm firm;
	size_t n;

	firm_open(&firm, store, "support", ACCOUNT_READ);
	n = router_routes(test_api_router(firm.api), &routes);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(nasty) && (strchr(routes[i]->path, '{') || routes[i]->query); k++)
			try_route(firm.api, routes[i], nasty[k]);
	firm_close(&firm);
}

static void nothing_in_a_path_or_query_leads_out_of_it(void **state UNUSED)
{
	test_store_each(check_nasty);
}

/* Names, types and ids of a file that somebody sends. */
static const char hostile_mail[] =
        "From: Eve <eve@evil.test>\r\nTo: support@example.com\r\nMessage-ID: <evil@evil.test>\r\nSubject: "
        "=?utf-8?q?a=0D=0ABcc:_all@example.com?=\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        "--m\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        "--m\r\nContent-Type: text/html; name*=utf-8''a%0d%0aX-Evil%3a%20yes\r\nContent-Disposition: inline;"
        " filename*=utf-8''a%0d%0aSet-Cookie%3a%20x=y%22%3b.html\r\n\r\n<script>1</script>\r\n"
        "--m\r\nContent-Type: image/svg+xml\"\\r\\nX-Evil: 1\r\nContent-Disposition: attachment;"
        " filename=\"=?utf-8?q?..=2F..=2Fetc=2Fpasswd=0D=0AX-Evil=3A_1?=\"\r\n\r\n<svg/>\r\n"
        "--m--\r\n";

static void check_headers(struct store *store)
{
	static const char *const paths[] = {
	        "", "/raw", "/html", "/why", "/attachments/0", "/attachments/1", "/attachments/2"};
	struct firm firm;
	char what[100];

	firm_open(&firm, store, "support", ACCOUNT_READ);
	assert_ok(take_in_at(&firm.office, "inbox", str_of(hostile_mail)), &firm.office.err);
	int64_t id = number_of(&firm, "SELECT MAX(id) FROM message WHERE direction = 'in'");
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		snprintf(what, sizeof what, "GET /api/v1/messages/%lld%s", (long long)id, paths[i]);
		struct test_answer *a CLEANUP(test_answer_freep) =
		        test_api_call(firm.api, &test_administrator, what, NULL);
		must_be_harmless(a, what);
		assert_int_equal(a->status, strstr(paths[i], "/0") || strstr(paths[i], "/html") ? 404 : 200);
		assert_null(strpbrk(a->type, "\r\n\""));
		if (strstr(paths[i], "attachments") && a->status == 200) {
			const char *name = test_header(a, "Content-Disposition");

			assert_true(strncmp(name, "attachment; filename=\"", 22) == 0);
			assert_null(strpbrk(name, "\r\n/\\"));
			assert_non_null(strstr(test_header(a, "Content-Security-Policy"), "sandbox"));
		}
	}
	firm_close(&firm);
}

static void mail_puts_nothing_into_our_headers(void **state UNUSED)
{
	test_store_each(check_headers);
}

/* ---------------------------------------------------------------- requests of another page */

static void check_foreign(struct store *store)
{
	const struct route *const *routes;
	struct test_operators test;
	struct test_browser anna;
	size_t n, tried = 0;

	test_operators_init(&test, store);
	test_sign_in(&test, "anna", ANNAS_PASSWORD, &anna);
	n = router_routes(test_api_router(test.api), &routes);
	for (size_t i = 0; i < n; i++) {
		char what[200];

		if (routes[i]->method == API_GET || routes[i]->without_csrf)
			continue;
		snprintf(what, sizeof what, "%s %s", api_method_name(routes[i]->method), routes[i]->path);
		for (int k = 0; k < 2; k++) {
			struct test_answer *a CLEANUP(test_answer_freep) =
			        test_api_call(test.api, NULL, what, routes[i]->body ? "{}" : NULL, anna.cookie,
			                      k ? "X-Hauspost-Csrf: guessed" : "X-A: b", "If-Match: *");

			if (a->status != 403)
				FAIL_CASE("%s: %d " STR_FMT "\n", what, a->status, STR_ARG(a->body));
			tried++;
		}
	}
	assert_true(tried > 100);
	struct test_answer *still CLEANUP(test_answer_freep) = test_browse(&test, &anna, "GET /api/v1/session", NULL);
	assert_string_equal(test_text(still, "operator"), "anna");
	test_operators_done(&test);
}

static void a_cookie_alone_changes_nothing(void **state UNUSED)
{
	test_store_each(check_foreign);
}

/* ---------------------------------------------------------------- addresses that we would call */

static void check_addresses(struct store *store)
{
	static const struct {
		const char *plural, *before;
	} kinds[] = {
	        {"webhooks", "{\"id\": \"x\", " SECRET ", \"url\": "},
	        {"identity_providers", "{\"id\": \"x\", \"client_id\": \"c\", \"issuer\": "},
	        {"authentication_profiles",
	         "{\"id\": \"x\", \"client_id\": \"c\", \"client_secret\": \"s\", \"token_endpoint\": "},
	        {"providers", "{\"id\": \"x\", \"name\": \"X\", \"logo\": "},
	        {"accounts", "{\"id\": \"x\", \"receive\": {\"host\": "},
	};
	static const char *const urls[] = {
	        "file:///etc/passwd", "gopher://a.test/",        "//a.test/",
	        "https://",           "https://user:pw@a.test/", "https://a.test/\\r\\nX-Evil: 1",
	        "javascript:1"};
	struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
	char what[80], body[400];

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (size_t k = 0; k < ARRAY_LEN(urls); k++) {
			snprintf(what, sizeof what, "POST /api/v1/%s", kinds[i].plural);
			snprintf(body, sizeof body, "%s\"%s\"}%s", kinds[i].before, urls[k], i == 4 ? "}" : "");
			struct test_answer *a CLEANUP(test_answer_freep) =
			        test_api_call(api, &test_administrator, what, body);
			if (a->status != 400)
				FAIL_CASE("%s %s: %d\n", what, body, a->status);
		}
	}
}

static void only_web_addresses_are_ever_called(void **state UNUSED)
{
	test_store_each(check_addresses);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(valid_requests_reach_nothing_of_another_account),
	        cmocka_unit_test(who_may_read_alone_decides_nothing),
	        cmocka_unit_test(nobody_sets_what_is_ours_to_say),
	        cmocka_unit_test(nothing_in_a_path_or_query_leads_out_of_it),
	        cmocka_unit_test(mail_puts_nothing_into_our_headers),
	        cmocka_unit_test(a_cookie_alone_changes_nothing),
	        cmocka_unit_test(only_web_addresses_are_ever_called),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
