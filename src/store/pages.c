/* See pages.h. */
#include "store/pages.h"

#include "base/buf.h"
#include "store/sql_texts.h"

#include <stdlib.h>

#define MAX_VALUES 12

/* A statement that grows; text pieces are ours, whatever comes from outside is a value. */
struct statement_text {
	struct buf sql;
	struct db_value values[MAX_VALUES];
	size_t n;
};

static const char *place_value(struct statement_text *t, struct db_value value)
{
	static const char *const places[MAX_VALUES] = {"$1", "$2", "$3", "$4",  "$5",  "$6",
	                                               "$7", "$8", "$9", "$10", "$11", "$12"};

	must(t->n < MAX_VALUES);
	t->values[t->n] = value;
	return places[t->n++];
}

/* " AND status = $3" */
static void add_condition(struct statement_text *t, const char *condition, struct db_value value)
{
	buf_printf(&t->sql, " AND %s %s", condition, place_value(t, value));
}

static int run_text(struct db *db, struct statement_text *t, struct db_rows **ret_rows, struct error *err)
{
	must(!t->sql.failed);
	return db_query(db, sql_text(buf_str(&t->sql)), t->values, t->n, ret_rows, err);
}

bool page_accounts_have(const struct page_accounts *accounts, const char *account)
{
	for (size_t i = 0; i < accounts->count && !accounts->all; i++)
		if (strcmp(accounts->names[i], account) == 0)
			return true;
	return accounts->all;
}

/* ---------------------------------------------------------------- cases */

/* A contact's address: the same one as contact_get() gives. */
#define CASE_COLUMNS                                                                                           \
	"c.id, c.type, c.number, c.status, c.resolved_at, c.subject, c.contact_id, c.account, c.previous_id, " \
	"c.fields, c.created_at, c.updated_at, c.message_count, p.name, "                                      \
	"(SELECT MIN(a.address) FROM contact_address a WHERE a.contact_id = c.contact_id)"
#define CASE_TABLES " FROM cases c LEFT JOIN contact p ON p.id = c.contact_id"

struct case_list {
	struct listed_case *items;
	size_t n, size;
};

static int read_cases(struct db_rows *rows, struct arena *arena, struct case_list *list, struct error *err)
{
	int r;

	while ((r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list->items, list->n, list->size);
		list->items[list->n++] = (struct listed_case){
		        .c = {.id = db_col_int(rows, 0),
		              .type = arena_cstr(arena, db_col_str(rows, 1)),
		              .number = arena_cstr(arena, db_col_str(rows, 2)),
		              .status = arena_cstr(arena, db_col_str(rows, 3)),
		              .resolved_at = db_col_int(rows, 4),
		              .subject = arena_str(arena, db_col_str(rows, 5)),
		              .contact_id = db_col_int(rows, 6),
		              .account = arena_cstr(arena, db_col_str(rows, 7)),
		              .previous_id = db_col_int(rows, 8),
		              .fields = arena_str(arena, db_col_str(rows, 9)),
		              .created_at = db_col_int(rows, 10),
		              .updated_at = db_col_int(rows, 11),
		              .message_count = db_col_int(rows, 12)},
		        .contact_name = arena_str(arena, db_col_str(rows, 13)),
		        .contact_address = arena_str(arena, db_col_str(rows, 14)),
		};
	}
	return r;
}

static int one_case(struct db *db, const char *sql, struct db_value value, struct arena *arena, struct case_list *list,
                    struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, sql, DB_ARGS(value), &rows, err);

	return r < 0 ? r : read_cases(rows, arena, list, err);
}

static int case_by_id(struct db *db, int64_t id, struct arena *arena, struct case_list *list, struct error *err)
{
	return one_case(db, "SELECT " CASE_COLUMNS CASE_TABLES " WHERE c.id = $1", DB_INT(id), arena, list, err);
}

int case_find(struct db *db, struct str name, struct arena *arena, struct listed_case *ret_case, struct error *err)
{
	struct case_list list = {0};
	uint64_t id;
	int r = one_case(db, "SELECT " CASE_COLUMNS CASE_TABLES " WHERE c.number = $1", DB_STR(name), arena, &list,
	                 err);

	if (r == 0 && !list.n && str_to_uint(name, INT64_MAX, &id))
		r = case_by_id(db, (int64_t)id, arena, &list, err);
	if (r < 0)
		return r;
	if (list.n)
		*ret_case = list.items[0];
	return list.n > 0;
}

/* Newest first by the order's keys. */
static int by_updated(const void *a, const void *b)
{
	const struct stored_case *x = &((const struct listed_case *)a)->c, *y = &((const struct listed_case *)b)->c;

	if (x->updated_at != y->updated_at)
		return x->updated_at < y->updated_at ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static int by_id(const void *a, const void *b)
{
	const struct stored_case *x = &((const struct listed_case *)a)->c, *y = &((const struct listed_case *)b)->c;

	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static void add_case_filter(struct statement_text *t, const struct case_filter *f)
{
	if (f->status)
		add_condition(t, "c.status =", DB_TEXT(f->status));
	if (f->type)
		add_condition(t, "c.type =", DB_TEXT(f->type));
	if (f->only_open)
		buf_add(&t->sql, STR(" AND c.resolved_at IS NULL"));
	if (f->only_resolved)
		buf_add(&t->sql, STR(" AND c.resolved_at IS NOT NULL"));
	if (f->updated_since)
		add_condition(t, "c.updated_at >=", DB_INT(f->updated_since));
}

/* One account's (NULL: everybody's) part of the page. */
static int page_of_account(struct db *db, const struct case_filter *f, const char *account, size_t max,
                           struct arena *arena, struct case_list *list, struct error *err)
{
	struct statement_text t = {.sql = BUF_INIT(KIB(4))};
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	bool by_time = f->order == CASES_BY_UPDATED;
	int r;

	buf_add(&t.sql, STR("SELECT " CASE_COLUMNS CASE_TABLES " WHERE 1 = 1"));
	if (account)
		add_condition(&t, "c.account =", DB_TEXT(account));
	add_case_filter(&t, f);
	if (f->after_id && by_time) {
		add_condition(&t, "c.updated_at <=", DB_INT(f->after_at));
		buf_printf(&t.sql, " AND (c.updated_at < %s", place_value(&t, DB_INT(f->after_at)));
		buf_printf(&t.sql, " OR c.id < %s)", place_value(&t, DB_INT(f->after_id)));
	} else if (f->after_id) {
		add_condition(&t, "c.id <", DB_INT(f->after_id));
	}
	buf_printf(&t.sql, by_time ? " ORDER BY c.updated_at DESC, c.id DESC LIMIT %s" : " ORDER BY c.id DESC LIMIT %s",
	           place_value(&t, DB_INT(max)));
	r = run_text(db, &t, &rows, err);
	buf_done(&t.sql);
	return r < 0 ? r : read_cases(rows, arena, list, err);
}

/* Behind the page before, and nothing that the filter leaves out. */
static bool fits(const struct case_filter *f, const struct stored_case *c)
{
	bool behind = f->order == CASES_BY_CREATED
	                      ? c->id < f->after_id
	                      : c->updated_at < f->after_at || (c->updated_at == f->after_at && c->id < f->after_id);

	return page_accounts_have(&f->accounts, c->account) && (!f->after_id || behind) &&
	       (!f->account || strcmp(f->account, c->account) == 0) &&
	       (!f->status || strcmp(f->status, c->status) == 0) && (!f->type || strcmp(f->type, c->type) == 0) &&
	       (!f->only_open || !c->resolved_at) && (!f->only_resolved || c->resolved_at) &&
	       c->updated_at >= f->updated_since;
}

static int page_of_ids(struct db *db, const struct case_filter *f, struct arena *arena, struct case_list *list,
                       struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < MIN(f->id_count, (size_t)CASE_IDS_MAX) && r >= 0; i++) {
		size_t before = list->n;

		r = case_by_id(db, f->ids[i], arena, list, err);
		if (r >= 0 && list->n > before && !fits(f, &list->items[before].c))
			list->n = before;
	}
	return r;
}

/* The newest cases that the address has a part in, of those of the filter where it names any. */
static int only_of_address(struct db *db, struct case_filter *f, struct arena *arena, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int64_t *ids = ARENA_ARRAY(arena, int64_t, CASE_IDS_MAX);
	char *lower = arena_cstr(arena, f->contact_address);
	size_t n = 0;
	int r;

	for (char *p = lower; *p; p++)
		*p = ascii_lower(*p);
	r = db_query(db, "SELECT case_id FROM case_participant WHERE address = $1 ORDER BY case_id DESC LIMIT $2",
	             DB_ARGS(DB_TEXT(lower), DB_INT(CASE_IDS_MAX)), &rows, err);
	while (r >= 0 && n < CASE_IDS_MAX && (r = db_next(rows, err)) > 0) {
		int64_t id = db_col_int(rows, 0);
		bool wanted = !f->ids;

		for (size_t i = 0; i < f->id_count && !wanted; i++)
			wanted = f->ids[i] == id;
		ids[n] = id;
		n += wanted;
	}
	f->ids = ids;
	f->id_count = n;
	return r;
}

/* Several accounts: the first `max` of each, put in order; each is a walk along an index. */
static int collect_cases(struct db *db, const struct case_filter *f, size_t max, struct arena *arena,
                         struct case_list *list, struct error *err)
{
	int r = 0;

	if (f->ids)
		return page_of_ids(db, f, arena, list, err);
	if (f->account)
		return page_accounts_have(&f->accounts, f->account)
		               ? page_of_account(db, f, f->account, max, arena, list, err)
		               : 0;
	if (f->accounts.all)
		return page_of_account(db, f, NULL, max, arena, list, err);
	for (size_t i = 0; i < MIN(f->accounts.count, (size_t)PAGES_ACCOUNTS_MAX) && r >= 0; i++)
		r = page_of_account(db, f, f->accounts.names[i], max, arena, list, err);
	return r;
}

int case_page(struct db *db, const struct case_filter *filter, size_t max, struct arena *arena,
              struct listed_case **ret_cases, struct error *err)
{
	struct case_filter f = *filter;
	struct case_list list = {0};
	int r = f.contact_address.n ? only_of_address(db, &f, arena, err) : 0;

	if (r >= 0)
		r = collect_cases(db, &f, max, arena, &list, err);
	if (r < 0)
		return r;
	if (list.n && (f.ids || (!f.accounts.all && f.accounts.count > 1)))
		qsort(list.items, list.n, sizeof *list.items, f.order == CASES_BY_CREATED ? by_id : by_updated);
	*ret_cases = list.items;
	return (int)MIN(list.n, max);
}

/* ---------------------------------------------------------------- outbox and ledger */

struct id_list {
	int64_t *ids;
	size_t n, size;
};

static int by_falling_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* A state stands in the text, since it chooses among indexes that know some states only. */
static void add_state(struct statement_text *t, const char *state)
{
	static const char *const known[] = {"queued",    "later",   "sending",   "sent",        "failed",
	                                    "uncertain", "bounced", "cancelled", "suppressed",  "received",
	                                    "parked",    "held",    "committed", "acknowledged"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i], state) == 0) {
			buf_printf(&t->sql, " AND state = '%s'", known[i]);
			return;
		}
	}
	buf_add(&t->sql, STR(" AND 1 = 0"));
}

static void add_row_filter(struct statement_text *t, const struct row_filter *f)
{
	if (f->state)
		add_state(t, f->state);
	if (f->message_id)
		add_condition(t, "message_id =", DB_INT(f->message_id));
	if (f->case_id)
		buf_printf(&t->sql, " AND message_id IN (SELECT m.id FROM message m WHERE m.case_id = %s)",
		           place_value(t, DB_INT(f->case_id)));
	if (f->after_id)
		add_condition(t, "id <", DB_INT(f->after_id));
}

/* `select`: up to its WHERE; `owner`: "account" or "listener", whose one value may be named. */
static int page_of_owner(struct db *db, const char *select, const char *owner, const char *name,
                         const struct row_filter *f, size_t max, struct arena *arena, struct id_list *list,
                         struct error *err)
{
	struct statement_text t = {.sql = BUF_INIT(KIB(4))};
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r;

	buf_add_cstr(&t.sql, select);
	if (name)
		add_condition(&t, owner, DB_TEXT(name));
	if (f->kind)
		add_condition(&t, "kind =", DB_TEXT(f->kind));
	if (f->answer_code) {
		add_condition(&t, "answer_code =", DB_TEXT(f->answer_code));
		buf_add(&t.sql, STR(" AND answer_code <> ''"));
	}
	if (f->category)
		add_condition(&t, "category =", DB_TEXT(f->category));
	add_row_filter(&t, f);
	buf_printf(&t.sql, " ORDER BY id DESC LIMIT %s", place_value(&t, DB_INT(max)));
	r = run_text(db, &t, &rows, err);
	buf_done(&t.sql);
	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list->ids, list->n, list->size);
		list->ids[list->n++] = db_col_int(rows, 0);
	}
	return r;
}

static int page_of_rows(struct db *db, const char *select, const char *owner, const char *named,
                        const struct row_filter *f, size_t max, struct arena *arena, struct id_list *list,
                        struct error *err)
{
	int r = 0;

	if (named)
		r = page_accounts_have(&f->accounts, named)
		            ? page_of_owner(db, select, owner, named, f, max, arena, list, err)
		            : 0;
	else if (f->accounts.all)
		r = page_of_owner(db, select, owner, NULL, f, max, arena, list, err);
	else
		for (size_t i = 0; i < MIN(f->accounts.count, (size_t)PAGES_ACCOUNTS_MAX) && r >= 0; i++)
			r = page_of_owner(db, select, owner, f->accounts.names[i], f, max, arena, list, err);
	if (list->n && !named && !f->accounts.all)
		qsort(list->ids, list->n, sizeof *list->ids, by_falling_id);
	list->n = MIN(list->n, max);
	return r;
}

int outbox_page(struct db *db, const struct row_filter *f, size_t max, struct arena *arena,
                struct outbox_row **ret_rows, struct error *err)
{
	struct id_list list = {0};
	struct outbox_row *rows;
	size_t n = 0;
	int r = page_of_rows(db, "SELECT id FROM outbox WHERE 1 = 1", "account =", f->account, f, max, arena, &list,
	                     err);

	rows = ARENA_ARRAY(arena, struct outbox_row, list.n + 1);
	for (size_t i = 0; i < list.n && r >= 0; i++) {
		r = outbox_get(db, list.ids[i], arena, &rows[n], err);
		n += r > 0;
	}
	if (r < 0)
		return r;
	*ret_rows = rows;
	return (int)n;
}

int ledger_page(struct db *db, const struct row_filter *f, size_t max, struct arena *arena,
                struct ledger_row **ret_rows, struct error *err)
{
	struct id_list list = {0};
	struct ledger_row *rows;
	size_t n = 0;
	int r = page_of_rows(db, "SELECT id FROM ledger WHERE 1 = 1", "listener =", f->listener, f, max, arena, &list,
	                     err);

	rows = ARENA_ARRAY(arena, struct ledger_row, list.n + 1);
	for (size_t i = 0; i < list.n && r >= 0; i++) {
		r = ledger_get(db, list.ids[i], arena, &rows[n], err);
		n += r > 0;
	}
	if (r < 0)
		return r;
	*ret_rows = rows;
	return (int)n;
}
