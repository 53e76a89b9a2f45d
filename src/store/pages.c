/* See pages.h. */
#include "store/pages.h"

#include "base/buf.h"
#include "base/mail_address.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/sql_texts.h"

#include <jansson.h>
#include <stdlib.h>

#define MAX_VALUES     12
#define WALKED_AT_ONCE 500

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

/* Whoever has as many has most: instead of each account's part, everybody's is walked through, and others' left out. */
static bool are_many(const struct page_accounts *accounts)
{
	return !accounts->all && accounts->count > PAGES_ACCOUNTS_MAX;
}

static struct map *map_of(const struct page_accounts *accounts)
{
	struct map *map = map_new();

	for (size_t i = 0; i < accounts->count; i++)
		map_set(map, str_of(accounts->names[i]), (void *)(uintptr_t)accounts->names[i]);
	return map;
}

/* ---------------------------------------------------------------- cases */

/* A contact's address: the same one as contact_get() gives. */
#define LISTED_COLUMNS     \
	CASE_COLUMNS("c.") \
	", p.name, (SELECT MIN(a.address) FROM contact_address a WHERE a.contact_id = c.contact_id)"
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
		        .c = case_row(rows, arena),
		        .contact_name = arena_str(arena, db_col_str(rows, CASE_COLUMN_COUNT)),
		        .contact_address = arena_str(arena, db_col_str(rows, CASE_COLUMN_COUNT + 1)),
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
	return one_case(db, "SELECT " LISTED_COLUMNS CASE_TABLES " WHERE c.id = $1", DB_INT(id), arena, list, err);
}

int case_find(struct db *db, struct str name, struct arena *arena, struct listed_case *ret_case, struct error *err)
{
	struct case_list list = {0};
	uint64_t id;
	int r = one_case(db, "SELECT " LISTED_COLUMNS CASE_TABLES " WHERE c.number = $1", DB_STR(name), arena, &list,
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
	if (f->waits_for)
		add_condition(t, "c.waits_for =", DB_TEXT(f->waits_for));
	if (f->only_open || f->waits_for)
		buf_add(&t->sql, STR(" AND c.resolved_at IS NULL"));
	if (f->only_resolved)
		buf_add(&t->sql, STR(" AND c.resolved_at IS NOT NULL"));
	if (f->updated_since)
		add_condition(t, "c.updated_at >=", DB_INT(f->updated_since));
}

/* `select`: up to its WHERE. */
static int ask_for_cases(struct db *db, const char *select, const struct case_filter *f, const char *account,
                         size_t max, struct db_rows **ret_rows, struct error *err)
{
	struct statement_text t = {.sql = BUF_INIT(KIB(4))};
	bool by_time = f->order == CASES_BY_UPDATED;
	int r;

	buf_add_cstr(&t.sql, select);
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
	r = run_text(db, &t, ret_rows, err);
	buf_done(&t.sql);
	return r;
}

/* One account's (NULL: everybody's) part of the page. */
static int page_of_account(struct db *db, const struct case_filter *f, const char *account, size_t max,
                           struct arena *arena, struct case_list *list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = ask_for_cases(db, "SELECT " LISTED_COLUMNS CASE_TABLES " WHERE 1 = 1", f, account, max, &rows, err);

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
	       (!(f->only_open || f->waits_for) || !c->resolved_at) && (!f->only_resolved || c->resolved_at) &&
	       (!f->waits_for || strcmp(f->waits_for, c->waits_for) == 0) && c->updated_at >= f->updated_since;
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
	char room[MAIL_ADDRESS_MAX];
	size_t n = 0;
	int r;

	r = db_query(db, "SELECT case_id FROM case_participant WHERE address = $1 ORDER BY case_id DESC LIMIT $2",
	             DB_ARGS(DB_STR(mail_address_key(f->contact_address, room)), DB_INT(CASE_IDS_MAX)), &rows, err);
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

/* Those of many accounts: the cases that are passed over stay in memory for a moment only. */
static int walk_cases(struct db *db, const struct case_filter *f, size_t max, struct arena *arena,
                      struct case_list *list, struct error *err)
{
	struct map *own CLEANUP(map_freep) = map_of(&f->accounts);
	struct case_filter one = *f;
	size_t read, most = list->n + max;
	int r;

	do {
		struct arena *passing CLEANUP(arena_freep) = arena_new();
		struct case_list some = {0};

		r = page_of_account(db, &one, NULL, WALKED_AT_ONCE, passing, &some, err);
		for (size_t i = 0; i < some.n && list->n < most && r >= 0; i++)
			if (map_get(own, str_of(some.items[i].c.account)))
				r = case_by_id(db, some.items[i].c.id, arena, list, err);
		read = some.n;
		if (read) {
			one.after_at = some.items[read - 1].c.updated_at;
			one.after_id = some.items[read - 1].c.id;
		}
	} while (r >= 0 && read == WALKED_AT_ONCE && list->n < most);
	return r;
}

static int page_of(struct db *db, const struct case_filter *f, const char *account, size_t max, struct arena *arena,
                   struct case_list *list, struct error *err)
{
	return !account && are_many(&f->accounts) ? walk_cases(db, f, max, arena, list, err)
	                                          : page_of_account(db, f, account, max, arena, list, err);
}

/* What is open is found by whom it waits for: among very many that are resolved there may be few. */
static bool goes_by_turns(const struct case_filter *f)
{
	return f->only_open && !f->waits_for && f->order == CASES_BY_UPDATED;
}

static int pages_of_account(struct db *db, const struct case_filter *f, const char *account, size_t max,
                            struct arena *arena, struct case_list *list, struct error *err)
{
	struct case_filter one = *f;
	int r;

	if (!goes_by_turns(f))
		return page_of(db, f, account, max, arena, list, err);
	one.waits_for = CASE_WAITS_FOR_US;
	r = page_of(db, &one, account, max, arena, list, err);
	one.waits_for = CASE_WAITS_FOR_CONTACT;
	return r < 0 ? r : page_of(db, &one, account, max, arena, list, err);
}

/* Of several accounts what stands first is looked for among their keys: whole cases of each would be a page for each in
 * memory. */
struct case_key {
	int64_t at, id; /* at: by what they are ordered */
};

struct key_list {
	struct case_key *items;
	size_t n, size;
};

static int keys_of_account(struct db *db, const struct case_filter *f, const char *account, size_t max,
                           struct arena *arena, struct key_list *keys, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = ask_for_cases(db, "SELECT c.id, c.updated_at FROM cases c WHERE 1 = 1", f, account, max, &rows, err);

	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, keys->items, keys->n, keys->size);
		keys->items[keys->n++] = (struct case_key){.at = db_col_int(rows, f->order == CASES_BY_UPDATED ? 1 : 0),
		                                           .id = db_col_int(rows, 0)};
	}
	return r;
}

static int keys_by_turns(struct db *db, const struct case_filter *f, const char *account, size_t max,
                         struct arena *arena, struct key_list *keys, struct error *err)
{
	struct case_filter one = *f;
	int r;

	if (!goes_by_turns(f))
		return keys_of_account(db, f, account, max, arena, keys, err);
	one.waits_for = CASE_WAITS_FOR_US;
	r = keys_of_account(db, &one, account, max, arena, keys, err);
	one.waits_for = CASE_WAITS_FOR_CONTACT;
	return r < 0 ? r : keys_of_account(db, &one, account, max, arena, keys, err);
}

static int by_key(const void *a, const void *b)
{
	const struct case_key *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

/* Only the first `max` are of use. */
static void prune(struct key_list *keys, size_t max)
{
	if (keys->n)
		qsort(keys->items, keys->n, sizeof *keys->items, by_key);
	keys->n = MIN(keys->n, max);
}

static int page_of_several(struct db *db, const struct case_filter *f, size_t max, struct arena *arena,
                           struct case_list *list, struct error *err)
{
	struct arena *passing CLEANUP(arena_freep) = arena_new();
	struct key_list keys = {0};
	int r = 0;

	for (size_t i = 0; i < f->accounts.count && r >= 0; i++) {
		r = keys_by_turns(db, f, f->accounts.names[i], max, passing, &keys, err);
		if (keys.n > 8 * max)
			prune(&keys, max);
	}
	prune(&keys, max);
	for (size_t i = 0; i < keys.n && r >= 0; i++)
		r = case_by_id(db, keys.items[i].id, arena, list, err);
	return r;
}

static int collect_cases(struct db *db, const struct case_filter *f, size_t max, struct arena *arena,
                         struct case_list *list, struct error *err)
{
	if (f->ids)
		return page_of_ids(db, f, arena, list, err);
	if (f->account)
		return page_accounts_have(&f->accounts, f->account)
		               ? pages_of_account(db, f, f->account, max, arena, list, err)
		               : 0;
	if (f->accounts.all || are_many(&f->accounts))
		return pages_of_account(db, f, NULL, max, arena, list, err);
	if (f->accounts.count == 1)
		return pages_of_account(db, f, f->accounts.names[0], max, arena, list, err);
	return page_of_several(db, f, max, arena, list, err);
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
	if (list.n && (f.ids || goes_by_turns(&f) || (!f.accounts.all && f.accounts.count > 1)))
		qsort(list.items, list.n, sizeof *list.items, f.order == CASES_BY_CREATED ? by_id : by_updated);
	*ret_cases = list.items;
	return (int)MIN(list.n, max);
}

/* All names are one value, so that it is one question whatever their number. */
#define WAITING(whom, whose)                                                                                       \
	"(SELECT COUNT(*) FROM (SELECT 1 FROM cases WHERE " whose "waits_for = '" whom "' AND resolved_at IS NULL" \
	" LIMIT $1) AS counted)"
#define COUNT_WAITING(whose) "SELECT " WAITING(CASE_WAITS_FOR_US, whose) ", " WAITING(CASE_WAITS_FOR_CONTACT, whose)

static const char *waiting_of(struct db *db, const struct page_accounts *accounts)
{
	if (accounts->all)
		return COUNT_WAITING("");
	return db_kind(db) == DB_SQLITE
	               ? COUNT_WAITING("account IN (SELECT value FROM json_each($2)) AND ")
	               : COUNT_WAITING("account = ANY (ARRAY(SELECT json_array_elements_text($2::json))) AND ");
}

static char *names_of(const struct page_accounts *accounts)
{
	json_t *names CLEANUP(json_decrefp) = json_array();
	char *text;

	for (size_t i = 0; i < accounts->count; i++)
		json_array_append_new(names, json_string(accounts->names[i]));
	text = json_dumps(names, JSON_COMPACT);
	must(text);
	return text;
}

int case_count_waiting(struct db *db, const struct page_accounts *accounts, int64_t max, struct case_waiting *ret,
                       struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	char *names CLEANUP(freep) = accounts->all ? NULL : names_of(accounts);
	const struct db_value values[] = {DB_INT(max), DB_TEXT(names)};
	int r = db_query(db, waiting_of(db, accounts), values, accounts->all ? 1 : 2, &rows, err);

	if (r >= 0)
		r = db_next(rows, err);
	if (r > 0)
		*ret = (struct case_waiting){.for_us = db_col_int(rows, 0), .for_contact = db_col_int(rows, 1)};
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- outbox and ledger */

struct id_list {
	int64_t *ids;
	size_t n, size;
	size_t read;  /* rows of the last page, those passed over included */
	int64_t last; /* of them */
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

/* Of a million rows nearly all are sent, or acknowledged; each other state has an index of the few in it. By id SQLite
 * would rather walk through all: +id is no way to go, and what is found is sorted. */
static bool are_few(const char *state)
{
	return state && strcmp(state, "sent") != 0 && strcmp(state, "acknowledged") != 0;
}

/* Anything else that chooses few of many? */
static bool has_narrower(const struct row_filter *f)
{
	bool by_kind = f->kind && strcmp(f->kind, "answer") != 0;

	return are_few(f->state) || by_kind || f->answer_code || f->category || f->message_id || f->case_id;
}

/* The owner's list has an index by an expression, so that it tempts nothing else away from the few. */
static void add_owner(struct statement_text *t, const char *owner, const char *name, const struct row_filter *f)
{
	buf_printf(&t->sql, " AND %s%s = %s", owner, has_narrower(f) ? "" : " || ''", place_value(t, DB_TEXT(name)));
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
		add_condition(t, are_few(f->state) ? "+id <" : "id <", DB_INT(f->after_id));
}

/* Stands in the text as well. */
static void add_kind(struct statement_text *t, const char *kind)
{
	static const char *const known[] = {"answer", "message", "alert"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i], kind) == 0) {
			buf_printf(&t->sql, " AND kind = '%s'", known[i]);
			return;
		}
	}
	buf_add(&t->sql, STR(" AND 1 = 0"));
}

/* `select`: up to its WHERE, the id and the owner; `owner`: "account" or "listener", whose one value may be named.
 * `own`: only what these own; NULL: all. */
static int page_of_owner(struct db *db, const char *select, const char *owner, const char *name,
                         const struct row_filter *f, const struct map *own, size_t max, struct arena *arena,
                         struct id_list *list, struct error *err)
{
	struct statement_text t = {.sql = BUF_INIT(KIB(4))};
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r;

	buf_add_cstr(&t.sql, select);
	if (name)
		add_owner(&t, owner, name, f);
	if (f->kind)
		add_kind(&t, f->kind);
	if (f->answer_code) {
		add_condition(&t, "answer_code =", DB_TEXT(f->answer_code));
		buf_add(&t.sql, STR(" AND answer_code <> ''"));
	}
	if (f->category) {
		add_condition(&t, "category =", DB_TEXT(f->category));
		buf_add(&t.sql, STR(" AND category <> ''"));
	}
	add_row_filter(&t, f);
	buf_printf(&t.sql, are_few(f->state) ? " ORDER BY +id DESC LIMIT %s" : " ORDER BY id DESC LIMIT %s",
	           place_value(&t, DB_INT(max)));
	r = run_text(db, &t, &rows, err);
	buf_done(&t.sql);
	for (list->read = 0; r >= 0 && (r = db_next(rows, err)) > 0; list->read++) {
		list->last = db_col_int(rows, 0);
		if (own && !map_get(own, db_col_str(rows, 1)))
			continue;
		ARENA_ROOM(arena, list->ids, list->n, list->size);
		list->ids[list->n++] = list->last;
	}
	return r;
}

/* Those of many owners. */
static int walk_rows(struct db *db, const char *select, const char *owner, const struct row_filter *f, size_t max,
                     struct arena *arena, struct id_list *list, struct error *err)
{
	struct map *own CLEANUP(map_freep) = map_of(&f->accounts);
	struct row_filter one = *f;
	int r;

	do {
		r = page_of_owner(db, select, owner, NULL, &one, own, WALKED_AT_ONCE, arena, list, err);
		one.after_id = list->last;
	} while (r >= 0 && list->read == WALKED_AT_ONCE && list->n < max);
	return r;
}

static int page_of_rows(struct db *db, const char *select, const char *owner, const char *named,
                        const struct row_filter *f, size_t max, struct arena *arena, struct id_list *list,
                        struct error *err)
{
	int r = 0;

	if (named)
		r = page_accounts_have(&f->accounts, named)
		            ? page_of_owner(db, select, owner, named, f, NULL, max, arena, list, err)
		            : 0;
	else if (f->accounts.all)
		r = page_of_owner(db, select, owner, NULL, f, NULL, max, arena, list, err);
	else if (are_many(&f->accounts))
		r = walk_rows(db, select, owner, f, max, arena, list, err);
	else
		for (size_t i = 0; i < f->accounts.count && r >= 0; i++)
			r = page_of_owner(db, select, owner, f->accounts.names[i], f, NULL, max, arena, list, err);
	if (list->n && !named && !f->accounts.all)
		qsort(list->ids, list->n, sizeof *list->ids, by_falling_id);
	list->n = MIN(list->n, max);
	return r;
}

static const char *const *states_of(const char *state)
{
	static const struct {
		const char *word, *states[4];
	} words[] = {{"waiting", {"queued", "later"}},
	             {"undelivered", {"failed", "bounced", "suppressed"}},
	             {"done", {"committed", "acknowledged"}}};

	for (size_t i = 0; state && i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, state) == 0)
			return words[i].states;
	return NULL;
}

/* A word for several states: the first of each, put in order; each is a walk along its index. */
static int page_of_states(struct db *db, const char *select, const char *owner, const char *named,
                          const struct row_filter *f, size_t max, struct arena *arena, struct id_list *list,
                          struct error *err)
{
	const char *const *states = states_of(f->state);
	struct row_filter one = *f;
	int r = 0;

	if (!states)
		return page_of_rows(db, select, owner, named, f, max, arena, list, err);
	for (; *states && r >= 0; states++) {
		struct id_list some = {0};

		one.state = *states;
		r = page_of_rows(db, select, owner, named, &one, max, arena, &some, err);
		for (size_t i = 0; i < some.n; i++) {
			ARENA_ROOM(arena, list->ids, list->n, list->size);
			list->ids[list->n++] = some.ids[i];
		}
	}
	if (list->n)
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
	int r = page_of_states(db, "SELECT id, account FROM outbox WHERE 1 = 1", "account", f->account, f, max, arena,
	                       &list, err);

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
	int r = page_of_states(db, "SELECT id, listener FROM ledger WHERE 1 = 1", "listener", f->listener, f, max,
	                       arena, &list, err);

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
