/* How alerts by mail stand, what became of their mails, and trying them. The records have their own routes
 * (record_routes.h). Alerts may be told of everybody's mail: they are for callers who see all accounts. */
#include "api/change.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "events/alerts.h"
#include "events/events.h"
#include "store/automatic_mail.h"

struct alert_failure_view {
	const char *kind, *subject;
	int64_t since;
};

struct alert_state_view {
	const char *id;
	bool enabled;
	struct text_list watches;
	int64_t mails, mailed_at, waiting, next_at;
	const char *sender;
	bool sender_fails;
	struct record_list failing;
};

/* clang-format off */
static const struct field failure_fields[] = {
	FIELD_TEXT(struct alert_failure_view, kind, "Kind of event", .help = "That told of it: listener.failed"),
	FIELD_TEXT(struct alert_failure_view, subject, "What fails", .help = "The listener, account or inlet"),
	FIELD_TIME(struct alert_failure_view, since, "Since"),
};

static const struct field state_fields[] = {
	FIELD_TEXT(struct alert_state_view, id, "Alert ID"),
	FIELD_BOOL(struct alert_state_view, enabled, "Enabled"),
	FIELD_TEXTS(struct alert_state_view, watches, "What it tells of", .help = "Kinds of events; ends of failures are told beside them"),
	FIELD_INT(struct alert_state_view, mails, "Mails so far"),
	FIELD_TIME(struct alert_state_view, mailed_at, "Last mail"),
	FIELD_INT(struct alert_state_view, waiting, "Waiting", .help = "What is told with the next mail"),
	FIELD_TIME(struct alert_state_view, next_at, "Next mail", .help = "Not before; null where nothing waits"),
	FIELD_TEXT(struct alert_state_view, sender, "Sent by now", .help = "The account that takes the mail at the moment"),
	FIELD_BOOL(struct alert_state_view, sender_fails, "It can't send", .help = "Mail waits until it works again"),
	FIELD_LIST(struct alert_state_view, failing, struct alert_failure_view, failure_fields, "What fails now",
		   .help = "Of what it tells of, longest first; the first hundred"),
};
/* clang-format on */

static const struct record_type alert_state_type =
        RECORD_TYPE("alert_state", "alert_states", struct alert_state_view, state_fields, "How an alert stands");

static int find_alert(const struct request *request, const struct alert **ret_alert, struct error *err)
{
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const struct alert *alert = caller_oversees(&request->caller) ? setup_alert(request->setup, id) : NULL;

	if (!alert)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no alert \"%.64s\"", id);
	*ret_alert = alert;
	return 0;
}

/* ---------------------------------------------------------------- looking */

static struct record_list failure_views(const struct alert_standing *standing, struct arena *arena)
{
	struct alert_failure_view *list = ARENA_ARRAY(arena, struct alert_failure_view, standing->failure_count + 1);

	for (size_t i = 0; i < standing->failure_count; i++)
		list[i] = (struct alert_failure_view){standing->failures[i].kind, standing->failures[i].subject,
		                                      standing->failures[i].since};
	return (struct record_list){list, standing->failure_count};
}

static int get_state(struct request *request, struct answer *answer, struct error *err)
{
	struct alert_standing standing;
	struct alert_state_view view;
	const struct alert *alert;
	int r = find_alert(request, &alert, err);

	if (r == 0)
		r = alert_standing_get(request->db, alert, request->arena, &standing, err);
	if (r < 0)
		return r;
	view = (struct alert_state_view){.id = alert->id,
	                                 .enabled = alert->enabled,
	                                 .watches = {standing.kinds, standing.kind_count},
	                                 .mails = standing.state.mails,
	                                 .mailed_at = standing.state.mailed_at,
	                                 .waiting = standing.state.waiting,
	                                 .next_at = standing.next_at,
	                                 .sender = standing.sender,
	                                 .sender_fails = standing.sender_fails,
	                                 .failing = failure_views(&standing, request->arena)};
	return answer_record(answer, &alert_state_type, &view, err);
}

static int add_mail(struct request *request, struct answer *answer, int64_t id, bool is_on, struct error *err)
{
	struct outbox_row row;
	struct outbox_view view;
	int r = outbox_get(request->db, id, request->arena, &row, err);

	if (r <= 0) /* 0: gone */
		return r;
	r = outbox_view_read(request->db, &row, is_on, request->arena, &view, err);
	return r < 0 ? r : answer_list_add(answer, &outbox_view_type, &view, err);
}

static int list_mails(struct request *request, struct answer *answer, struct error *err)
{
	int64_t *ids = ARENA_ARRAY(request->arena, int64_t, request->limit + 1), before = 0;
	const struct alert *alert;
	struct str unused;
	bool is_on;
	int n, r = find_alert(request, &alert, err);

	if (r == 0)
		r = request_cursor(request, &before, &unused, err);
	if (r == 0)
		r = automatic_mail_is_on(request->db, &is_on, err);
	if (r < 0)
		return r;
	n = alert_mails(request->db, alert->id, before, ids, request->limit + 1, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r >= 0; i++)
		r = add_mail(request, answer, ids[i], is_on, err);
	answer_list_end(answer, (size_t)n > request->limit, (size_t)n > request->limit ? ids[request->limit - 1] : 0,
	                STR(""));
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- trying */

static int write_test(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const struct alert *alert = *(const struct alert **)ctx;
	const char *object = arena_printf(request->arena, "alerts/%s", alert->id).p;
	int r = alert_try(db, alert->id, request->caller.author, err);

	return r < 0 ? r : request_audit(request, db, "", "alert.test", object, "", err);
}

static int test_alert(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	struct events *events = events_of(request->store);
	const struct alert *alert;
	int r = find_alert(request, &alert, err);

	if (r < 0)
		return r;
	if (!alert->enabled)
		return fail(err, E_CONFLICT, RETRY_NEVER, "alert %s isn't enabled", alert->id);
	r = request_change(request, write_test, &alert, err);
	if (r == 0 && events)
		events_hurry(events);
	return r;
}

/* ---------------------------------------------------------------- routes */

#define ALERT "/api/v1/alerts/{id}"
#define MAY   .right = RIGHT_WEBHOOKS_MANAGE

const struct route alert_routes[] = {
        {API_GET, ALERT "/state", "getAlertState", "Alerts", "How an alert stands, and what fails", MAY,
         .answer = &alert_state_type, .handle = get_state},
        {API_GET, ALERT "/mails", "listAlertMails", "Alerts", "Its mails, newest first, and what became of them", MAY,
         .answer = &outbox_view_type, .is_list = true, .handle = list_mails},
        {API_POST, ALERT "/test", "testAlert", "Alerts", "Send a test to its receivers, at once", MAY,
         .handle = test_alert},
        {0},
};
