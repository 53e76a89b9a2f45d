/* How SQLite goes about the questions that are asked all the time, or page by page: along an index, never through a
 * whole table. What it runs is heard from the connection itself, and its plan asked for. (PostgreSQL goes by what its
 * tables hold: the same indexes are there.) */
#include "base/buf.h"
#include "store/alerts.h"
#include "store/audit.h"
#include "store/conversation.h"
#include "store/deliveries.h"
#include "store/events.h"
#include "store/in_flight.h"
#include "store/ledger.h"
#include "store/mail_counts.h"
#include "store/pages.h"
#include "store/sent_copies.h"
#include "store/test_store.h"

#include <sqlite3.h>

#include "base/test.h"

/* ---------------------------------------------------------------- what is run */

static struct {
	sqlite3 *db;
	bool listens;
	struct buf statements; /* each ended by NUL */
} heard = {.statements = BUF_INIT(MIB(1))};

static int hear(unsigned event UNUSED, void *ctx UNUSED, void *statement, void *text)
{
	const char *sql = sqlite3_sql(statement);

	if (heard.listens && sql && str_starts(str_of(sql), STR("SELECT")) && *(const char *)text != '-')
		buf_add(&heard.statements, str_new(sql, strlen(sql) + 1));
	return 0;
}

static int attach(sqlite3 *db, const char **ret_error UNUSED, const struct sqlite3_api_routines *routines UNUSED)
{
	heard.db = db;
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, hear, NULL);
}

/* The plan's lines, one below the other. */
static void add_plan(const char *sql, struct buf *out)
{
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(heard.db, explain, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW)
		buf_printf(out, "%s\n", (const char *)sqlite3_column_text(statement, 3));
	sqlite3_finalize(statement);
	sqlite3_free(explain);
}

/* ---------------------------------------------------------------- the questions */

struct question {
	const char *name;
	int (*ask)(struct db *db, const struct question *q, struct arena *arena, struct error *err);
	struct row_filter rows;
	struct case_filter cases;
	struct event_query events;
	const char *index; /* that is used; NULL: whichever */
	const char *walks; /* what is gone through all the same, as is right: a table by its key for a page, a
	                      subquery's rows */
};

static int ask_ledger(struct db *db, const struct question *q, struct arena *arena, struct error *err)
{
	struct ledger_row *rows;

	return ledger_page(db, &q->rows, 50, arena, &rows, err);
}

static int ask_outbox(struct db *db, const struct question *q, struct arena *arena, struct error *err)
{
	struct outbox_row *rows;

	return outbox_page(db, &q->rows, 50, arena, &rows, err);
}

static int ask_cases(struct db *db, const struct question *q, struct arena *arena, struct error *err)
{
	struct listed_case *cases;

	return case_page(db, &q->cases, 50, arena, &cases, err);
}

static int ask_waiting(struct db *db, const struct question *q, struct arena *arena UNUSED, struct error *err)
{
	struct case_waiting waiting;

	return case_count_waiting(db, &q->cases.accounts, 1000, &waiting, err);
}

static int ask_events(struct db *db, const struct question *q, struct arena *arena, struct error *err)
{
	struct stored_event *events;

	return events_list(db, &q->events, arena, &events, err);
}

static void ignore_account(void *ctx UNUSED, const char *account UNUSED, int64_t due_at UNUSED)
{
}

static int ask_for_work(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	struct in_flight in_flight;
	int64_t ids[10];
	int r = outbox_accounts(db, ignore_account, NULL, err);

	if (r >= 0)
		r = outbox_due(db, "a", 1, ids, 10, err);
	if (r >= 0)
		r = ledger_due(db, NULL, 1, ids, 10, err);
	if (r >= 0)
		r = ledger_due(db, "a", 1, ids, 10, err);
	return r < 0 ? r : in_flight_of(db, "a", &in_flight, err);
}

static int ask_copies(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	return sent_copies_accounts(db, ignore_account, NULL, err);
}

static int ask_unacknowledged(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED,
                              struct error *err)
{
	uint32_t uids[10];

	return ledger_unacknowledged(db, 1, 1, uids, 10, err);
}

static int ask_unfetched(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	uint32_t uids[10];

	return ledger_unfetched(db, 1, 1, 1, uids, 10, err);
}

static int ask_unmoved(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	uint32_t uids[10];

	return ledger_unmoved(db, 1, 1, uids, 10, err);
}

static int ask_counts(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	struct mail_counts counts;

	return mail_count(db, 1, &counts, err);
}

static int ask_follower(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	int64_t first, last;
	int r = events_waiting(db, err);

	if (r >= 0)
		r = events_range(db, &first, &last, err);
	return r < 0 ? r : events_older_than(db, 1, err);
}

static int ask_webhooks(struct db *db, const struct question *q UNUSED, struct arena *arena, struct error *err)
{
	struct delivery *list;
	int64_t waiting;
	int r = delivery_due(db, "w", 1, 10, arena, &list, err);

	if (r >= 0)
		r = delivery_list(db, "w", "failed", 5, 10, arena, &list, err);
	if (r >= 0)
		r = delivery_list(db, "w", NULL, 0, 10, arena, &list, err);
	if (r >= 0)
		r = delivery_waiting(db, "w", &waiting, err);
	return r < 0 ? r : delivery_any_done_before(db, 1, err);
}

static int ask_message(struct db *db, const struct question *q UNUSED, struct arena *arena, struct error *err)
{
	struct stored_attachment *files;
	struct stored_event *events;
	struct message_fate *fates, fate;
	int r = conversation_fates(db, 1, arena, &fates, err);

	if (r >= 0)
		r = conversation_fate(db, 1, arena, &fate, err);
	if (r >= 0)
		r = attachment_list(db, 1, arena, &files, err);
	return r < 0 ? r : events_of_message(db, 1, 1, 10, arena, &events, err);
}

static int ask_audit(struct db *db, const struct question *q UNUSED, struct arena *arena, struct error *err)
{
	struct audit_entry *entries;
	const struct audit_search search = {.object = "", .author = "anna", .before_at = 5, .before_id = 5};
	int r = audit_list(db, "operators/anna", 5, 5, 10, arena, &entries, err);

	if (r >= 0)
		r = audit_list(db, "", 5, 5, 10, arena, &entries, err);
	return r < 0 ? r : audit_find(db, &search, 10, arena, &entries, err);
}

static int ask_alerts(struct db *db, const struct question *q UNUSED, struct arena *arena UNUSED, struct error *err)
{
	return alerts_wait(db, err);
}

static const char *const names[] = {"a", "b"};
#define ALL                 \
	{                   \
		.all = true \
	}
#define TWO                                \
	{                                  \
		.names = names, .count = 2 \
	}

/* clang-format off */
static const struct question questions[] = {
	{"the ledger", ask_ledger, .rows = {.accounts = ALL}, .walks = "ledger"}, /* by its key, from the newest */
	{"its next page", ask_ledger, .rows = {.accounts = ALL, .after_id = 9}},
	{"of a listener", ask_ledger, .rows = {.accounts = ALL, .listener = "a"}, .index = "ledger_listener"},
	{"of a listener, its next page", ask_ledger, .rows = {.accounts = ALL, .listener = "a", .after_id = 9}, .index = "ledger_listener"},
	{"of some listeners", ask_ledger, .rows = {.accounts = TWO}, .index = "ledger_listener"},
	{"of some listeners, acknowledged", ask_ledger, .rows = {.accounts = TWO, .state = "acknowledged"}, .index = "ledger_listener"},
	{"parked", ask_ledger, .rows = {.accounts = ALL, .state = "parked"}, .index = "ledger_parked"},
	{"parked, of some listeners", ask_ledger, .rows = {.accounts = TWO, .state = "parked", .after_id = 9}, .index = "ledger_parked"},
	{"held", ask_ledger, .rows = {.accounts = ALL, .state = "held"}, .index = "ledger_held"},
	{"failed", ask_ledger, .rows = {.accounts = TWO, .state = "failed"}, .index = "ledger_waiting"},
	{"done", ask_ledger, .rows = {.accounts = TWO, .state = "done"}, .index = "ledger_unacknowledged"},
	{"unanswered", ask_ledger, .rows = {.accounts = TWO, .answer_code = "loop"}, .index = "ledger_answer_code"},
	{"of a category", ask_ledger, .rows = {.accounts = TWO, .category = "tls"}, .index = "ledger_category"},
	{"of a message", ask_ledger, .rows = {.accounts = ALL, .message_id = 1}, .index = "ledger_of_message"},
	{"of a case", ask_ledger, .rows = {.accounts = TWO, .case_id = 1}, .index = "message_case"},
	{"the outbox", ask_outbox, .rows = {.accounts = ALL}, .walks = "outbox"},
	{"its next page", ask_outbox, .rows = {.accounts = ALL, .after_id = 9}},
	{"of an account", ask_outbox, .rows = {.accounts = ALL, .account = "a"}, .index = "outbox_account"},
	{"of some accounts", ask_outbox, .rows = {.accounts = TWO, .after_id = 9}, .index = "outbox_account"},
	{"of some accounts, sent", ask_outbox, .rows = {.accounts = TWO, .state = "sent"}, .index = "outbox_account"},
	{"of some accounts, answers", ask_outbox, .rows = {.accounts = TWO, .kind = "answer"}, .index = "outbox_account"},
	{"written by people", ask_outbox, .rows = {.accounts = TWO, .kind = "message"}, .index = "outbox_written"},
	{"waiting", ask_outbox, .rows = {.accounts = TWO, .state = "waiting"}, .index = "outbox_due"},
	{"sending", ask_outbox, .rows = {.accounts = TWO, .state = "sending"}, .index = "outbox_sending"},
	{"in doubt", ask_outbox, .rows = {.accounts = ALL, .state = "uncertain"}, .index = "outbox_uncertain"},
	{"undelivered", ask_outbox, .rows = {.accounts = TWO, .state = "undelivered"}, .index = "outbox_trouble"},
	{"cancelled", ask_outbox, .rows = {.accounts = ALL, .state = "cancelled", .after_id = 9}, .index = "outbox_trouble"},
	{"of a message", ask_outbox, .rows = {.accounts = TWO, .message_id = 1}, .index = "outbox_message"},
	{"of a case", ask_outbox, .rows = {.accounts = TWO, .case_id = 1}, .index = "message_case"},
	{"cases", ask_cases, .cases = {.accounts = ALL}, .index = "cases_updated"},
	{"cases by age", ask_cases, .cases = {.accounts = ALL, .order = CASES_BY_CREATED}, .walks = "c"},
	{"their next page", ask_cases, .cases = {.accounts = ALL, .after_at = 9, .after_id = 9}, .index = "cases_updated"},
	{"of an account", ask_cases, .cases = {.accounts = ALL, .account = "a"}, .index = "cases_account"},
	{"of some accounts", ask_cases, .cases = {.accounts = TWO, .after_at = 9, .after_id = 9}, .index = "cases_account"},
	{"open", ask_cases, .cases = {.accounts = ALL, .only_open = true}, .index = "cases_waiting"},
	{"open, of some accounts", ask_cases, .cases = {.accounts = TWO, .only_open = true}, .index = "cases_waiting_account"},
	{"in a status", ask_cases, .cases = {.accounts = ALL, .status = "open"}, .index = "cases_status"},
	{"of an address", ask_cases, .cases = {.accounts = TWO, .contact_address = STR_INIT("a@x")}, .index = "case_participant_address"},
	{"how many wait", ask_waiting, .cases = {.accounts = ALL}, .index = "cases_waiting", .walks = "counted"},
	{"how many wait of some", ask_waiting, .cases = {.accounts = TWO}, .index = "cases_waiting_account", .walks = "counted json_each"},
	{"events", ask_events, .events = {.from = 9, .max = 10}, .index = "event_number"},
	{"the newest events", ask_events, .events = {.descending = true, .max = 10}, .index = "event_number"},
	{"a case's events", ask_events, .events = {.case_id = 1, .descending = true, .max = 10}, .index = "event_case"},
	{"what is to be done", ask_for_work, .index = "outbox_due"},
	{"copies to be filed", ask_copies, .index = "sent_copy_due"},
	{"what a server is to be told", ask_unacknowledged, .index = "ledger_unacknowledged"},
	{"what a server is asked for again", ask_unfetched, .index = "ledger_waiting"},
	{"what is to be put aside", ask_unmoved, .index = "ledger_parked"},
	{"counts", ask_counts, .index = "event_outbox_failed"},
	{"the follower", ask_follower, .index = "event_unnumbered"},
	{"webhooks", ask_webhooks, .index = "delivery_due"},
	{"a message", ask_message, .index = "ledger_of_message"},
	{"the audit trail", ask_audit, .index = "audit_object"},
	{"alerts", ask_alerts, .walks = "alert_item"}, /* whether there is any */
};
/* clang-format on */

/* ---------------------------------------------------------------- the test */

/* "SCAN outbox" of a plan's line is the table, whole or until the page is full; with an index, a walk along it. */
static bool is_right(const struct question *q, struct str line)
{
	struct str walks = str_of(q->walks), name;

	if (!str_starts(line, STR("SCAN ")) || str_find(line, STR("INDEX")) >= 0 ||
	    str_find(line, STR("CONSTANT ROW")) >= 0 || str_find(line, STR("SUBQUERY")) >= 0)
		return true;
	while (str_split(&walks, ' ', &name))
		if (str_eq(str_slice(line, 5, line.n), name) ||
		    str_starts(str_slice(line, 5 + name.n, line.n), STR(" VIRTUAL TABLE")))
			return true;
	return false;
}

static void check_plans(const struct question *q, struct db *db)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf plans CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct str rest, sql, line;
	struct error err;

	buf_clear(&heard.statements);
	heard.listens = true;
	assert_ok(q->ask(db, q, arena, &err), &err);
	heard.listens = false;
	rest = buf_str(&heard.statements);
	assert_true(rest.n > 0);
	while (str_split(&rest, '\0', &sql))
		if (sql.n)
			add_plan(sql.p, &plans);
	rest = buf_str(&plans);
	while (str_split(&rest, '\n', &line))
		if (!is_right(q, line))
			FAIL_CASE("%s: " STR_FMT "\n%s", q->name, STR_ARG(line), buf_cstr(&heard.statements));
	if (q->index && str_find(buf_str(&plans), str_of(q->index)) < 0)
		FAIL_CASE("%s: without %s:\n%s", q->name, q->index, buf_cstr(&plans));
}

static void no_question_walks_through_a_table(void **state UNUSED)
{
	const struct store_options options = {.url = test_store_url(DB_SQLITE), .create = true};
	struct db *db CLEANUP(db_closep) = NULL;
	struct store *store = NULL;
	struct error err;

	assert_int_equal(sqlite3_auto_extension((void (*)(void))attach), SQLITE_OK);
	assert_ok(store_open(&options, &store, &err), &err);
	assert_ok(store_connect(store, &db, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		check_plans(&questions[i], db);
	store_close(store);
	buf_done(&heard.statements);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(no_question_walks_through_a_table)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
