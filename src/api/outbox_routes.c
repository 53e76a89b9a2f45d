/* What waits to be sent, was sent, or could not be; addresses that get no mail; conversations with machines that were
 * stopped. */
#include "api/mail_access.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "base/clock.h"
#include "intake/breaker.h"
#include "store/automatic_mail.h"
#include "store/event_data.h"
#include "store/outbox_cancel.h"

/* ---------------------------------------------------------------- the list */

static int add_row(struct request *request, struct answer *answer, const struct outbox_row *row, bool is_on,
                   bool in_list, struct error *err)
{
	struct outbox_view view;
	int r = outbox_view_read(request->db, row, is_on, request->arena, &view, err);

	if (r < 0)
		return r;
	return in_list ? answer_list_add(answer, &outbox_view_type, &view, err)
	               : answer_record(answer, &outbox_view_type, &view, err);
}

static const char *given(const struct request *request, const char *name)
{
	const char *value = request_query(request, name);

	return value && *value ? value : NULL;
}

static int list_outbox(struct request *request, struct answer *answer, struct error *err)
{
	struct row_filter filter = {.accounts = access_accounts(request),
	                            .account = given(request, "account"),
	                            .state = given(request, "state"),
	                            .kind = given(request, "kind")};
	struct outbox_row *rows;
	struct str unused;
	bool is_on;
	int n, r = request_cursor(request, &filter.after_id, &unused, err);

	request_query_int(request, "case", &filter.case_id);
	if (r == 0)
		r = automatic_mail_is_on(request->db, &is_on, err);
	if (r < 0)
		return r;
	n = outbox_page(request->db, &filter, request->limit + 1, request->arena, &rows, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r == 0; i++)
		r = add_row(request, answer, &rows[i], is_on, true, err);
	answer_list_end(answer, (size_t)n > request->limit,
	                (size_t)n > request->limit ? rows[request->limit - 1].id : 0, STR(""));
	return r;
}

static int find_row(const struct request *request, struct outbox_row *ret, enum account_right right, struct error *err)
{
	int64_t id;
	int r = request_id(request, 0, "outbox row", &id, err);

	if (r == 0)
		r = outbox_get(request->db, id, request->arena, ret, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no outbox row %lld", (long long)id);
	return r < 0 ? r
	             : caller_check_on(&request->caller, ret->account, right,
	                               arena_printf(request->arena, "outbox row %lld", (long long)id).p, err);
}

static int answer_row(struct request *request, struct answer *answer, const struct outbox_row *row, struct error *err)
{
	bool is_on;
	int r = automatic_mail_is_on(request->db, &is_on, err);

	return r < 0 ? r : add_row(request, answer, row, is_on, false, err);
}

static int get_row(struct request *request, struct answer *answer, struct error *err)
{
	struct outbox_row row;
	int r = find_row(request, &row, ACCOUNT_READ, err);

	return r < 0 ? r : answer_row(request, answer, &row, err);
}

/* ---------------------------------------------------------------- a person's decision */

struct decision {
	struct work work;
	const struct outbox_row *row;
	const char *author;
	bool cancel, is_own;
	int done;
};

static int run_decision(struct work *work, struct db *db, struct error *err)
{
	struct decision *d = (struct decision *)(void *)work;
	int64_t at = clock_now_ms();
	const struct new_event event = {.kind = "outbox.requeued",
	                                .account = d->row->account,
	                                .author = d->author,
	                                .case_id = d->row->case_id,
	                                .message_id = d->row->message_id,
	                                .at = at};

	if (d->is_own)
		d->done = outbox_cancel_waiting(db, d->row->id, "cancelled", d->author, at, err);
	else
		d->done = d->cancel ? outbox_cancel(db, d->row->id, "cancelled", d->author, at, err)
		                    : outbox_requeue(db, d->row->id, at, err);
	if (d->done <= 0 || d->cancel)
		return MIN(d->done, 0);
	return event_add_data(db, &event, json_pack("{s:I}", "outbox", (json_int_t)d->row->id), err);
}

/* Who doesn't look after the outbox may stop what they wrote, while it waits, and nothing else. */
static int check_own(const struct request *request, const struct outbox_row *row, struct decision *d, struct error *err)
{
	const char *who = request->caller.operator_id;

	if (caller_may(&request->caller, RIGHT_OUTBOX_MANAGE))
		return 0;
	if (!*who || strcmp(row->operator_id, who) != 0)
		return fail(err, E_REFUSED, RETRY_NEVER,
		            "outbox row %lld: only who wrote it, or somebody with the right %s, may cancel it",
		            (long long)row->id, right_name(RIGHT_OUTBOX_MANAGE));
	d->is_own = true;
	return 0;
}

static int decide(struct request *request, struct answer *answer, bool cancel, struct error *err)
{
	struct outbox_row row;
	struct decision d = {.work = {.run = run_decision}, .author = request->caller.author, .cancel = cancel};
	int r = find_row(request, &row, ACCOUNT_SEND, err);

	d.row = &row;
	if (r == 0)
		r = check_own(request, &row, &d, err);
	if (r == 0)
		r = store_do(request->store, &d.work, err);
	if (r == 0 && !d.done)
		return fail(
		        err, E_CONFLICT, RETRY_NEVER,
		        cancel ? "outbox row %lld is %s: only what waits (queued, later) can be cancelled"
		               : "outbox row %lld is %s: only what failed, bounced, was suppressed, is uncertain or "
		                 "waits can be sent again",
		        (long long)row.id, row.state);
	if (r == 0)
		r = outbox_get(request->db, row.id, request->arena, &row, err);
	return r < 0 ? r : answer_row(request, answer, &row, err);
}

static int retry_row(struct request *request, struct answer *answer, struct error *err)
{
	return decide(request, answer, false, err);
}

static int cancel_row(struct request *request, struct answer *answer, struct error *err)
{
	return decide(request, answer, true, err);
}

/* ---------------------------------------------------------------- suppressions */

struct suppression_view {
	const char *address, *account, *reason, *class, *status, *note, *author;
	int64_t message_id, since, until, count;
	bool active;
};

static const struct field suppression_fields[] = {
        FIELD_TEXT(struct suppression_view, address, "Address"),
        FIELD_TEXT(struct suppression_view, account, "Account", .help = "Empty: all"),
        FIELD_TEXT(struct suppression_view, reason, "Reason", .help = "hard-bounce, soft-bounce, complaint, manual"),
        FIELD_TEXT(struct suppression_view, class, "Class", .help = "userunknown …"),
        FIELD_TEXT(struct suppression_view, status, "Status", .help = "5.1.1 (RFC 3463)"),
        FIELD_TEXT(struct suppression_view, note, "Note"),
        FIELD_TEXT(struct suppression_view, author, "Who did it", .help = "mail, or a person"),
        FIELD_INT_AS(struct suppression_view, message_id, "message", "The report", .help = "A message's id; 0: none"),
        FIELD_TIME(struct suppression_view, since, "Since"),
        FIELD_TIME(struct suppression_view, until, "Until", .help = "null: for ever"),
        FIELD_INT(struct suppression_view, count, "Bounces"),
        FIELD_BOOL(struct suppression_view, active, "Gets no mail"),
};
static const struct record_type suppression_type =
        RECORD_TYPE("suppression", "suppressions", struct suppression_view, suppression_fields, "Suppressed address");

static struct suppression_view suppression_view_of(const struct suppression *s, int64_t now)
{
	return (struct suppression_view){.address = s->address,
	                                 .account = s->account,
	                                 .reason = s->reason,
	                                 .class = s->class,
	                                 .status = s->status,
	                                 .note = s->note,
	                                 .author = s->author,
	                                 .message_id = s->message_id,
	                                 .since = s->since,
	                                 .until = s->until,
	                                 .count = s->count,
	                                 .active = s->is_active && (!s->until || s->until > now)};
}

/* A cursor's text is "NAME\nSECOND": the keys beside its number. */
static int read_keys(const struct request *request, int64_t *ret_number, const char **ret_name, const char **ret_second,
                     struct error *err)
{
	struct str text = STR(""), name = STR("");
	int r = request_cursor(request, ret_number, &text, err);

	if (r == 0 && str_split(&text, '\n', &name)) {
		*ret_name = arena_cstr(request->arena, name);
		*ret_second = arena_cstr(request->arena, text.p ? text : STR(""));
	}
	return r;
}

static int read_suppressions(const struct request *request, int64_t now, struct suppression **ret_list,
                             struct error *err)
{
	const char *address = given(request, "address");
	struct suppression after = {.since = INT64_MAX, .address = "", .account = ""};
	int r = read_keys(request, &after.since, &after.address, &after.account, err);

	if (r < 0)
		return r;
	if (address && *address) /* few: one for each account */
		return suppression_list(request->db, str_of(address), now, request->limit, request->arena, ret_list,
		                        err);
	return suppression_page(request->db, &after, now, request->limit + 1, request->arena, ret_list, err);
}

static int list_suppressions(struct request *request, struct answer *answer, struct error *err)
{
	struct suppression *list;
	int64_t now = clock_now_ms();
	int r = 0, n = read_suppressions(request, now, &list, err), shown = MIN(n, (int)request->limit);

	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (int i = 0; i < shown && r == 0; i++) {
		struct suppression_view view = suppression_view_of(&list[i], now);

		if (!*view.account || caller_may_on(&request->caller, view.account, ACCOUNT_READ))
			r = answer_list_add(answer, &suppression_type, &view, err);
	}
	if (n > shown)
		answer_list_end(
		        answer, true, list[shown - 1].since,
		        arena_printf(request->arena, "%s\n%s", list[shown - 1].address, list[shown - 1].account));
	else
		answer_list_end(answer, false, 0, STR(""));
	return r;
}

struct suppressing {
	struct work work;
	struct arena *arena;
	const char *address, *account, *note, *author;
	bool remove;
	int removed;
};

static int run_suppressing(struct work *work, struct db *db, struct error *err)
{
	struct suppressing *s = (struct suppressing *)(void *)work;

	if (s->remove)
		return s->removed = suppression_remove(db, s->arena, str_of(s->address),
		                                       *s->account ? s->account : NULL, s->author, clock_now_ms(), err);
	return suppression_add(db, s->arena, str_of(s->address), s->account, s->note, s->author, clock_now_ms(), err);
}

/* An entry for all accounts concerns everybody's mail. */
static int check_account(const struct request *request, const char *account, struct error *err)
{
	if (*account)
		return caller_check_on(&request->caller, account, ACCOUNT_SEND, account, err);
	return caller_oversees(&request->caller) ? 0
	                                         : fail(err, E_REFUSED, RETRY_NEVER,
	                                                "account: name one of yours: without one it is all accounts");
}

struct suppression_body {
	const char *address, *account, *note;
};

static const struct field suppression_body_fields[] = {
        FIELD_TEXT(struct suppression_body, address, "Address", .required = true, .max = 320,
                   .example = "ann@example.com"),
        FIELD_TEXT(struct suppression_body, account, "Account", .max = 64, .example = "support", .help = "Empty: all"),
        FIELD_TEXT(struct suppression_body, note, "Note", .max = 500),
};
static const struct record_type suppression_body_type =
        RECORD_TYPE("new_suppression", "suppressions", struct suppression_body, suppression_body_fields,
                    "Address that is to get no mail");

static int add_suppression(struct request *request, struct answer *answer, struct error *err)
{
	struct suppression_body *body;
	struct suppression *list;
	struct suppression_view view;
	int n, r = request_record(request, (void **)&body, err);
	struct suppressing s = {
	        .work = {.run = run_suppressing}, .arena = request->arena, .author = request->caller.author};

	if (r == 0)
		r = check_account(request, body->account, err);
	if (r == 0 && str_find_char(str_of(body->address), '@') <= 0)
		r = fail(err, E_INVALID, RETRY_NEVER, "address: has the form name@domain");
	if (r < 0)
		return r;
	s.address = body->address;
	s.account = body->account;
	s.note = body->note;
	r = store_do(request->store, &s.work, err);
	if (r < 0)
		return r;
	n = suppression_list(request->db, str_of(body->address), clock_now_ms(), 100, request->arena, &list, err);
	for (int i = 0; i < n; i++) {
		if (strcmp(list[i].account, body->account) != 0)
			continue;
		view = suppression_view_of(&list[i], clock_now_ms());
		return answer_record(answer, &suppression_type, &view, err);
	}
	return n < 0 ? n : fail(err, E_NOT_FOUND, RETRY_NEVER, "the suppression was lifted at once");
}

static int remove_suppression(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	const char *account = given(request, "account");
	struct suppressing s = {.work = {.run = run_suppressing},
	                        .arena = request->arena,
	                        .address = arena_cstr(request->arena, request->parameters[0]),
	                        .account = account ? account : "",
	                        .author = request->caller.author,
	                        .remove = true};
	int r = check_account(request, s.account, err);

	if (r == 0)
		r = store_do(request->store, &s.work, err);
	if (r >= 0 && !s.removed)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "%.80s isn't suppressed", s.address);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- loops */

struct loop_view {
	const char *scope, *name, *case_number, *state, *reason;
	int64_t level, open_until, letters, updated_at;
};

static const struct field loop_fields[] = {
        FIELD_TEXT(struct loop_view, scope, "Scope", .help = "address or case"),
        FIELD_TEXT(struct loop_view, name, "Name", .help = "The address, or the case's id"),
        FIELD_TEXT(struct loop_view, case_number, "Case's number"),
        FIELD_TEXT(struct loop_view, state, "State", .help = "open: no automatic answers; half-open: one; closed"),
        FIELD_TEXT(struct loop_view, reason, "Reason"),
        FIELD_INT_AS(struct loop_view, level, "opened", "How often it opened in a row"),
        FIELD_TIME(struct loop_view, open_until, "Open until"),
        FIELD_INT_AS(struct loop_view, letters, "answers_of_the_day", "Answers of the day"),
        FIELD_TIME(struct loop_view, updated_at, "Last change"),
};
static const struct record_type loop_type = RECORD_TYPE("loop", "loops", struct loop_view, loop_fields, "Stopped loop");

/* Those of a case are for who may read it, those of an address for who may read everything. */
static int add_loop(struct request *request, struct answer *answer, const struct stored_breaker *b, struct error *err)
{
	bool is_case = strcmp(b->scope, "case") == 0;
	struct stored_case c = {.number = "", .account = ""};
	struct loop_view view;
	uint64_t id;
	int r = is_case && str_to_uint(str_of(b->name), INT64_MAX, &id)
	                ? case_get(request->db, (int64_t)id, request->arena, &c, err)
	                : 0;

	if (r < 0 ||
	    !(is_case ? caller_may_on(&request->caller, c.account, ACCOUNT_READ) : caller_oversees(&request->caller)))
		return MIN(r, 0);
	view = (struct loop_view){.scope = b->scope,
	                          .name = b->name,
	                          .case_number = c.number,
	                          .state = breaker_state_now(b),
	                          .reason = b->reason,
	                          .level = b->level,
	                          .open_until = b->open_until,
	                          .letters = b->letters,
	                          .updated_at = b->updated_at};
	return answer_list_add(answer, &loop_type, &view, err);
}

static int list_loops(struct request *request, struct answer *answer, struct error *err)
{
	struct stored_breaker *list, after = {.updated_at = INT64_MAX, .scope = "", .name = ""};
	int n, shown, r = read_keys(request, &after.updated_at, &after.scope, &after.name, err);

	if (r < 0)
		return r;
	n = breaker_list(request->db, request_query_bool(request, "all"), &after, request->limit + 1, request->arena,
	                 &list, err);
	if (n < 0)
		return n;
	shown = MIN(n, (int)request->limit);
	answer_list_begin(answer);
	for (int i = 0; i < shown && r == 0; i++)
		r = add_loop(request, answer, &list[i], err);
	if (n > shown)
		answer_list_end(answer, true, list[shown - 1].updated_at,
		                arena_printf(request->arena, "%s\n%s", list[shown - 1].scope, list[shown - 1].name));
	else
		answer_list_end(answer, false, 0, STR(""));
	return r;
}

/* By address or by the number of a case. */
static int reset_loop(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	const char *name = arena_cstr(request->arena, request->parameters[0]);
	struct listed_case listed;
	int r;

	if (strchr(name, '@') && !caller_oversees(&request->caller))
		return fail(err, E_REFUSED, RETRY_NEVER, "an address concerns all accounts: you may change some");
	if (!strchr(name, '@')) {
		r = access_case(request, 0, ACCOUNT_MANAGE, &listed, err);
		if (r < 0)
			return r;
	}
	r = breaker_reset(request->store, request->db, name, request->caller.author, request->arena, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "nothing is known of %.80s", name);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- the routes */

static const char *const states[] = {"queued",  "later",      "sending",   "sent",    "failed",      "uncertain",
                                     "bounced", "suppressed", "cancelled", "waiting", "undelivered", NULL};
static const char *const kinds[] = {"answer", "message", "alert", NULL};

static const struct route_query outbox_query[] = {
        {"state", QUERY_TEXT,
         "Only rows in this state; waiting: queued, later; undelivered: failed, bounced, suppressed", states},
        {"account", QUERY_TEXT, "An account", NULL},
        {"kind", QUERY_TEXT, "answer (automatic), message, or alert (to administrators)", kinds},
        {"case", QUERY_INT, "Of this case (its id)", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route_query suppression_query[] = {
        {"address", QUERY_TEXT, "The entries of this address, also those that are over", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route_query account_query[] = {
        {"account", QUERY_TEXT, "Its entry alone; absent: those of all accounts", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};
static const struct route_query loop_query[] = {
        {"all", QUERY_BOOL, "Also those that are closed", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route outbox_routes[] = {
        {API_GET, "/api/v1/outbox", "listOutbox", "Outbox", "The outbox, newest first", .right = RIGHT_OUTBOX_READ,
         .answer = &outbox_view_type, .is_list = true, .query = outbox_query, .handle = list_outbox},
        {API_GET, "/api/v1/outbox/{row}", "getOutboxRow", "Outbox", "One row, with the answer for each recipient",
         .right = RIGHT_OUTBOX_READ, .answer = &outbox_view_type, .handle = get_row},
        {API_POST, "/api/v1/outbox/{row}/retry", "retryOutboxRow", "Outbox",
         "Send it once more to those who don't have it: it may arrive twice", .right = RIGHT_OUTBOX_MANAGE,
         .answer = &outbox_view_type, .handle = retry_row},
        {API_POST, "/api/v1/outbox/{row}/cancel", "cancelOutboxRow", "Outbox", "Don't send it",
         .right = RIGHT_OUTBOX_MANAGE, .own_rights = RIGHT_BIT(RIGHT_CASES_WRITE) | RIGHT_BIT(RIGHT_MAIL_SEND),
         .description = "Without outbox.manage: what one wrote oneself and may send for its account, while it waits "
                        "(queued, later).",
         .answer = &outbox_view_type, .handle = cancel_row},
        {API_GET, "/api/v1/suppressions", "listSuppressions", "Outbox", "Addresses that get no mail, the newest first",
         .right = RIGHT_OUTBOX_READ, .answer = &suppression_type, .is_list = true, .query = suppression_query,
         .handle = list_suppressions},
        {API_POST, "/api/v1/suppressions", "addSuppression", "Outbox", "An address is to get no mail",
         .right = RIGHT_OUTBOX_MANAGE, .body = &suppression_body_type, .answer = &suppression_type, .status = 201,
         .handle = add_suppression},
        {API_DELETE, "/api/v1/suppressions/{address}", "removeSuppression", "Outbox", "An address may get mail again",
         .right = RIGHT_OUTBOX_MANAGE, .query = account_query, .handle = remove_suppression},
        {API_GET, "/api/v1/loops", "listLoops", "Outbox", "Conversations with machines that were stopped",
         .right = RIGHT_OUTBOX_READ, .answer = &loop_type, .is_list = true, .query = loop_query, .handle = list_loops},
        {API_DELETE, "/api/v1/loops/{name}", "resetLoop", "Outbox",
         "An address (or a case, by its number) gets automatic answers again", .right = RIGHT_OUTBOX_MANAGE,
         .handle = reset_loop},
        {0},
};
