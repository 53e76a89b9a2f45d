/* Others' own mailboxes and what they alone use are named to nobody who reads about all of the system: neither in the
 * calendar of what runs out, nor in metrics, counts, readiness, the audit trail, events, or what goes to webhooks. Eva
 * has a mailbox, Carl is an administrator. */
#include "api/test_operators.h"

#include "auth/expiry.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "events/events.h"
#include "store/certificates.h"
#include "store/statistics.h"
#include "store/status.h"
#include "store/test_store.h"
#include "store/traces.h"

#include <stdio.h>
#include <time.h>

#include "base/test.h"

#define PROFILE(id)                                                                                         \
	"'" id "': {'token_endpoint': 'https://login.test/t', 'client_id': 'c', 'client_secret': 'geheim'," \
	" 'secret_expires_at': '%s'}"
#define ACCOUNT(id, more)                                                                                              \
	"'" id "': {" more "'send': {'enabled': false}, 'receive': {'host': 'imap.test', 'user': 'u', 'profile': '" id \
	"'}}"

struct house {
	struct test_operators test;
	struct test_browser carl, eva;
	char end[11];
};

/* The profiles' secrets end in five days; both accounts share nothing but the profile "both". */
static void open_house(struct house *h, struct store *store)
{
	time_t end = (time_t)(clock_now_ms() / 1000 + 5 * 86400);
	struct tm day;
	char document[1900];

	*h = (struct house){0};
	assert_true(gmtime_r(&end, &day) && strftime(h->end, sizeof h->end, "%Y-%m-%d", &day) == 10);
	test_operators_init(&h->test, store);
	snprintf(document, sizeof document,
	         "{'authentication_profiles': {" PROFILE("sales") ", " PROFILE("both") ", " PROFILE(
	                 "eva-mail") "},"
	                             " 'accounts': {" ACCOUNT(
	                                     "sales",
	                                     "") ", 'support': {'send': {'enabled': false}, 'receive':"
	                                         "  {'host': 'i.test', 'user': 'u', 'profile': 'both'}},"
	                                         "  'eva-2': {'owner': 'eva', 'send': {'enabled': false}, 'receive':"
	                                         "  {'host': 'i.test', 'user': 'u', 'profile': 'both'}}, " ACCOUNT(
	                                                 "eva-mail",
	                                                 "'owner': 'eva', ") "},"
	                                                                     " 'rules': {'r': {'branches': "
	                                                                     "[{'activity': 'file'}]}},"
	                                                                     " 'listeners': {'eva-mail': {'account': "
	                                                                     "'eva-mail', 'rule': 'r'},"
	                                                                     "  'sales': {'account': 'sales', 'rule': "
	                                                                     "'r'}},"
	                                                                     " 'operators': {'eva': {'roles': "
	                                                                     "['mailbox-user'], 'rights': "
	                                                                     "['accounts.read', 'listeners.read']},"
	                                                                     "  'carl': {'roles': ['administrator']}}}",
	         h->end, h->end, h->end);
	test_operators_apply(&h->test, document);
	test_enter(&h->test, "carl", &h->carl);
	test_enter(&h->test, "eva", &h->eva);
}

static bool says(struct house *h, const struct test_browser *who, const char *what, const char *text)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(&h->test, who, what, NULL);

	if (answer->status != 200)
		FAIL_CASE("%s: %d " STR_FMT "\n", what, answer->status, STR_ARG(answer->body));
	return str_find(answer->body, str_of(text)) >= 0;
}

/* ---------------------------------------------------------------- what runs out */

static void add_learned(struct house *h, const char *address, const char *account)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_certificate c = {.address = str_of(address),
	                               .fingerprint = STR("0123456789abcdef0123"),
	                               .subject = STR("CN=x"),
	                               .issuer = STR(""),
	                               .serial = STR(""),
	                               .expires_at = clock_now_ms() + HOURS_MS(48),
	                               .source = "mail",
	                               .der = STR("x")};
	struct error err;

	assert_ok(db_new_id(h->test.db, &c.message_id, &err), &err);
	assert_ok(
	        db_exec(h->test.db,
	                "INSERT INTO message (id, direction, account, message_ident, from_address, from_name, to_text, "
	                "subject, automatic, date, created_at, size, evidence, body_text) VALUES ($1, 'in', $2, '', "
	                "'', "
	                "'', '', '', 'none', 0, 0, 0, '', '')",
	                DB_ARGS(DB_INT(c.message_id), DB_TEXT(account)), &err),
	        &err);
	assert_ok(certificate_put(h->test.db, arena, &c, &err), &err);
}

static void check_calendar(struct store *store)
{
	static const char all[] = "GET /api/v1/expiring";
	struct house h;

	open_house(&h, store);
	add_learned(&h, "friend@eva.test", "eva-mail");
	add_learned(&h, "buyer@sales.test", "sales");
	assert_true(says(&h, &h.carl, all, "authentication_profiles/sales/"));
	assert_true(says(&h, &h.carl, all, "authentication_profiles/both/"));
	assert_true(says(&h, &h.carl, all, "accounts/support/receive/profile"));
	assert_true(says(&h, &h.carl, all, "buyer@sales.test"));
	assert_false(says(&h, &h.carl, all, "eva"));
	assert_true(says(&h, &h.eva, all, "authentication_profiles/eva-mail/"));
	assert_true(says(&h, &h.eva, all, "accounts/eva-mail/receive/profile"));
	assert_true(says(&h, &h.eva, all, "friend@eva.test"));
	assert_false(says(&h, &h.eva, all, "sales"));
	assert_false(says(&h, &h.eva, all, "support"));
	assert_true(says(&h, &h.carl, "GET /api/v1/expiring?limit=1", "\"next\""));
	test_operators_done(&h.test);
}

static void the_calendar_names_ones_own(void **state UNUSED)
{
	test_store_each(check_calendar);
}

static void check_uses(struct store *store)
{
	struct house h;

	open_house(&h, store);
	{
		struct test_answer *answer CLEANUP(test_answer_freep) =
		        test_browse(&h.test, &h.carl, "DELETE /api/v1/authentication_profiles/both", NULL);

		assert_int_equal(answer->status, 403);
		assert_true(str_find(answer->body, STR("eva")) < 0);
	}
	test_operators_done(&h.test);
}

static void a_refusal_names_no_mailbox_of_others(void **state UNUSED)
{
	test_store_each(check_uses);
}

/* ---------------------------------------------------------------- counts and states */

static int run_counts(struct work *work UNUSED, struct db *db, struct error *err)
{
	static const struct {
		const char *series, *name;
	} counts[] = {{"received", "sales"},
	              {"received", "eva-mail"},
	              {"received", "gone-eva"},
	              {"sent", "sales"},
	              {"sent", "eva-mail"},
	              {"failures", "listener/eva-mail"},
	              {"failures", "sender/eva-mail"},
	              {"failures", "inlet/post"}};
	int64_t now = clock_now_ms();
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(counts) && r == 0; i++)
		r = statistic_add(db, counts[i].series, counts[i].name, now, 1, err);
	for (int i = 0; i < 2 && r == 0; i++) {
		const char *id = i ? "eva-mail" : "sales";

		r = status_put(db, &(struct status){.kind = "listener", .id = id, .state = "failed", .error = "why"},
		               err);
		if (r == 0)
			r = status_put(db,
			               &(struct status){.kind = "sender", .id = id, .state = "failed", .error = "why"},
			               err);
	}
	return MIN(r, 0);
}

static void check_counts(struct store *store)
{
	static const char *const reads[] = {"GET /api/v1/statistics", "GET /metrics", "GET /readyz",
	                                    "GET /api/v1/status"};
	struct work counts = {.run = run_counts};
	struct house h;
	struct error err;

	open_house(&h, store);
	assert_ok(store_do(store, &counts, &err), &err);
	metric_count(METRIC_MESSAGES_SENT, 1, "sales", "sent");
	metric_count(METRIC_MESSAGES_SENT, 1, "eva-mail", "sent");
	metric_count(METRIC_PART_FAILURES, 1, "listener", "eva-mail");
	metric_count(METRIC_PART_FAILURES, 1, "sender", "eva-mail");
	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		if (!says(&h, &h.carl, reads[i], "sales") || says(&h, &h.carl, reads[i], "eva"))
			FAIL_CASE("%s\n", reads[i]);
	}
	assert_true(says(&h, &h.carl, "GET /api/v1/statistics", "inlet/post"));
	assert_true(says(&h, &h.eva, "GET /api/v1/statistics", "\"eva-mail\""));
	assert_false(says(&h, &h.eva, "GET /api/v1/statistics", "sales"));
	test_operators_done(&h.test);
}

static void counts_and_states_name_ones_own(void **state UNUSED)
{
	test_store_each(check_counts);
}

/* ---------------------------------------------------------------- events, the audit trail */

struct happening {
	struct work work;
	const struct setup *setup;
};

static int run_happening(struct work *work, struct db *db, struct error *err)
{
	const struct happening *h = (const struct happening *)(const void *)work;
	int64_t now = clock_now_ms();
	int r = expiry_warn(h->setup, db, now, NULL, NULL, err);

	if (r >= 0)
		r = trace_set(db, TRACE_LISTENER, "eva-mail", 5, "eva", "", now, err);
	if (r >= 0)
		r = trace_set(db, TRACE_LISTENER, "sales", 5, "carl", "", now, err);
	return MIN(r, 0);
}

/* The follower gives numbers; the last of them is a warning of the profile that both use. */
static void tell(struct house *h, struct store *store)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	struct happening happening = {.work = {.run = run_happening}};
	struct error err;

	assert_ok(setup_load(h->test.db, &plain_sealer, &setup, &err), &err);
	happening.setup = setup;
	assert_ok(store_do(store, &happening.work, &err), &err);
	assert_ok(events_catch_up(store, &plain_sealer, NULL, "", &err), &err);
}

static void check_events(struct store *store)
{
	static const char all[] = "GET /api/v1/events?limit=200", audit[] = "GET /api/v1/audit?limit=200";
	struct house h;

	open_house(&h, store);
	tell(&h, store);
	assert_true(says(&h, &h.carl, all, "authentication_profiles/sales/"));
	assert_true(says(&h, &h.carl, all, "authentication_profiles/both/"));
	assert_true(says(&h, &h.carl, all, "accounts/support/receive/profile"));
	assert_false(says(&h, &h.carl, all, "eva-"));
	assert_true(says(&h, &h.eva, all, "authentication_profiles/eva-mail/"));
	assert_true(says(&h, &h.eva, all, "accounts/eva-mail/receive/profile"));
	assert_false(says(&h, &h.eva, all, "sales"));
	assert_true(says(&h, &h.carl, audit, "trace.on"));
	assert_false(says(&h, &h.carl, audit, "eva-"));
	test_operators_done(&h.test);
}

static void events_and_the_audit_trail_name_ones_own(void **state UNUSED)
{
	test_store_each(check_events);
}

/* ---------------------------------------------------------------- webhooks and alerts */

static int call(struct house *h, const char *what, const char *body)
{
	struct test_answer *answer CLEANUP(test_answer_freep) = test_browse(&h->test, &h->carl, what, body);

	return answer->status;
}

#define HOOK(id, accounts)                                                                         \
	"{'id': '" id "', 'url': 'https://a.test/', 'accounts': [" accounts "], 'secret': 'whsec_" \
	"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'}"

static void check_webhooks(struct store *store)
{
	struct house h;
	struct error err;
	int64_t n, all;

	open_house(&h, store);
	assert_int_equal(call(&h, "POST /api/v1/webhooks", HOOK("all", "")), 201);
	assert_int_equal(call(&h, "POST /api/v1/webhooks", HOOK("sales", "'sales'")), 201);
	assert_int_equal(call(&h, "POST /api/v1/webhooks", HOOK("evas", "'eva-mail'")), 400);
	assert_int_equal(call(&h, "POST /api/v1/alerts",
	                      "{'id': 'a', 'to': ['a@b.test'], 'account': 'sales', 'accounts': ['eva-mail']}"),
	                 400);
	assert_int_equal(call(&h, "POST /api/v1/alerts", "{'id': 'a', 'to': ['a@b.test'], 'account': 'eva-mail'}"),
	                 404);
	tell(&h, store);
	assert_ok(db_query_int(h.test.db,
	                       "SELECT COUNT(*) FROM delivery d JOIN event e ON e.number = d.event_number "
	                       "WHERE d.webhook = 'all' AND (e.account LIKE 'eva%' OR e.data LIKE '%eva-%')",
	                       DB_NO_ARGS, &n, &err),
	          &err);
	assert_ok(
	        db_query_int(h.test.db, "SELECT COUNT(*) FROM delivery WHERE webhook = 'all'", DB_NO_ARGS, &all, &err),
	        &err);
	assert_int_equal(n, 0);
	assert_true(all > 0);
	test_operators_done(&h.test);
}

static void webhooks_tell_of_no_mailbox_of_others(void **state UNUSED)
{
	test_store_each(check_webhooks);
}

/* Dora may change listeners, those of one account. */
static void check_inlets(struct store *store)
{
	static const struct {
		const char *who, *what;
		int status;
	} cases[] = {
	        {"carl", "GET /api/v1/inlets/door/trace", 200},
	        {"dora", "GET /api/v1/listeners/sales/trace", 200},
	        {"dora", "GET /api/v1/inlets/door/trace", 403},
	        {"dora", "GET /api/v1/inlets/door/trace/transcript", 403},
	        {"dora", "GET /api/v1/inlets/none/trace", 404},
	};
	struct house h;

	open_house(&h, store);
	test_operators_apply(&h.test, "{'inlets': {'door': {'listen': '127.0.0.1:2424'}},"
	                              " 'operators': {'dora': {'rights': ['listeners.read', 'listeners.manage'],"
	                              "  'accounts': [{'account': 'sales', 'manage': true}]}}}");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct test_answer *answer CLEANUP(test_answer_freep) = NULL;
		struct test_browser browser;

		test_enter(&h.test, cases[i].who, &browser);
		answer = test_browse(&h.test, &browser, cases[i].what, NULL);
		if (answer->status != cases[i].status)
			FAIL_CASE("%s: %s: %d " STR_FMT "\n", cases[i].who, cases[i].what, answer->status,
			          STR_ARG(answer->body));
	}
	test_operators_done(&h.test);
}

static void an_inlet_is_traced_by_who_sees_all_accounts(void **state UNUSED)
{
	test_store_each(check_inlets);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_calendar_names_ones_own),
	        cmocka_unit_test(a_refusal_names_no_mailbox_of_others),
	        cmocka_unit_test(counts_and_states_name_ones_own),
	        cmocka_unit_test(events_and_the_audit_trail_name_ones_own),
	        cmocka_unit_test(webhooks_tell_of_no_mailbox_of_others),
	        cmocka_unit_test(an_inlet_is_traced_by_who_sees_all_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
