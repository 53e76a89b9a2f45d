/* How everything stands, and what a person does about it: listeners started, stopped, begun anew; accounts paused. */
#include "api/routes.h"
#include "base/clock.h"
#include "listen/serve.h"
#include "listen/status_facts.h"
#include "setup/setup.h"
#include "store/status.h"
#include "store/throttles.h"

/* ---------------------------------------------------------------- views */

struct part_view {
	const char *id, *account, *state, *error;
	bool ok;
	int64_t since, error_at, next_try_at;
};

struct status_view {
	bool ok, running, automatic_mail;
	int64_t problems, running_since;
	struct record_list listeners, senders, inlets; /* of struct part_view */
	struct outbox_view {
		int64_t waiting, oldest_at, uncertain, failed_today;
	} outbox;
	struct incoming_view {
		int64_t parked, held, retrying;
	} incoming;
};

/* clang-format off */
static const struct field part_fields[] = {
	FIELD_TEXT(struct part_view, id, "ID", .help = "Of the listener or inlet; of the account that sends"),
	FIELD_TEXT(struct part_view, account, "Account"),
	FIELD_TEXT(struct part_view, state, "State",
	           .help = "idle, waiting, connecting, connected, throttled, auth-failed, failed, paused, off, stopped"),
	FIELD_BOOL(struct part_view, ok, "Works", .help = "It does what it is there for; what is off or paused doesn't"),
	FIELD_TIME(struct part_view, since, "Since"),
	FIELD_TEXT(struct part_view, error, "Last error"),
	FIELD_TIME(struct part_view, error_at, "When"),
	FIELD_TIME(struct part_view, next_try_at, "Next try"),
};

static const struct field outbox_fields[] = {
	FIELD_INT(struct outbox_view, waiting, "Waiting"),
	FIELD_TIME(struct outbox_view, oldest_at, "The oldest since"),
	FIELD_INT(struct outbox_view, uncertain, "Uncertain"),
	FIELD_INT(struct outbox_view, failed_today, "Failed since yesterday"),
};

static const struct field incoming_fields[] = {
	FIELD_INT(struct incoming_view, parked, "Parked"),
	FIELD_INT(struct incoming_view, held, "Held"),
	FIELD_INT(struct incoming_view, retrying, "To be tried again"),
};

static const struct field status_fields[] = {
	FIELD_BOOL(struct status_view, ok, "Mail flows"),
	FIELD_INT(struct status_view, problems, "Problems"),
	FIELD_BOOL(struct status_view, running, "serve runs"),
	FIELD_TIME(struct status_view, running_since, "Since"),
	FIELD_BOOL(struct status_view, automatic_mail, "Automatic mail is on"),
	FIELD_LIST(struct status_view, listeners, struct part_view, part_fields, "Listeners"),
	FIELD_LIST(struct status_view, senders, struct part_view, part_fields, "Sending"),
	FIELD_LIST(struct status_view, inlets, struct part_view, part_fields, "Inlets"),
	FIELD_SECTION(struct status_view, outbox, outbox_fields, "Outbox"),
	FIELD_SECTION(struct status_view, incoming, incoming_fields, "Incoming mail"),
};
/* clang-format on */

static const struct record_type part_type =
        RECORD_TYPE("part_state", "part_states", struct part_view, part_fields, "How a part stands");
static const struct record_type status_type =
        RECORD_TYPE("status", "statuses", struct status_view, status_fields, "How everything stands");

static struct part_view view_of(const struct status_part *part)
{
	return (struct part_view){
	        part->id,    part->account,  part->state,      part->error, status_is_good(part->state),
	        part->since, part->error_at, part->next_try_at};
}

/* ---------------------------------------------------------------- all */

/* Those of accounts that the caller may know of. */
static struct record_list view_parts(const struct request *request, const struct status_part *parts, size_t n)
{
	struct part_view *views = ARENA_ARRAY(request->arena, struct part_view, n);
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (!*parts[i].account || caller_may_on(&request->caller, parts[i].account, ACCOUNT_READ))
			views[count++] = view_of(&parts[i]);
	return (struct record_list){views, count};
}

static int get_status(struct request *request, struct answer *answer, struct error *err)
{
	struct status_facts f;

	if (status_gather(request->db, request->setup, request->arena, &f, err) < 0)
		return err->code;
	const struct status_view view = {
	        .ok = f.problems == 0,
	        .problems = (int64_t)f.problems,
	        .running = f.is_running,
	        .running_since = f.running_since,
	        .automatic_mail = f.automatic_mail,
	        .listeners = view_parts(request, f.listeners, f.listener_count),
	        .senders = view_parts(request, f.senders, f.sender_count),
	        .inlets = view_parts(request, f.inlets, f.inlet_count),
	        .outbox = {f.mail.waiting, f.mail.oldest_at, f.mail.uncertain, f.mail.failed},
	        .incoming = {f.mail.parked, f.mail.held, f.mail.retrying},
	};
	return answer_record(answer, &status_type, &view, err);
}

/* ---------------------------------------------------------------- one listener */

static const char *path_id(const struct request *request)
{
	return arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
}

static int find_listener(const struct request *request, enum account_right right, const struct listener **ret,
                         struct error *err)
{
	const char *id = path_id(request), *what = arena_printf(request->arena, "listener \"%.64s\"", id).p;
	const struct listener *listener = setup_listener(request->setup, id);

	if (!listener)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	*ret = listener;
	return caller_check_on(&request->caller, listener->account, right, what, err);
}

static int answer_state(struct request *request, struct answer *answer, const struct listener *listener,
                        struct error *err)
{
	struct status_facts f;
	struct part_view view = {.id = listener->id, .account = listener->account, .state = "stopped"};

	if (status_gather(request->db, request->setup, request->arena, &f, err) < 0)
		return err->code;
	for (size_t i = 0; i < f.listener_count; i++)
		if (strcmp(f.listeners[i].id, listener->id) == 0)
			view = view_of(&f.listeners[i]);
	return answer_record(answer, &part_type, &view, err);
}

static int get_state(struct request *request, struct answer *answer, struct error *err)
{
	const struct listener *listener;
	int r = find_listener(request, ACCOUNT_READ, &listener, err);

	return r < 0 ? r : answer_state(request, answer, listener, err);
}

struct pause_work {
	struct work work;
	const char *kind, *id, *author;
	bool paused;
};

/* An account that goes on doesn't wait for its provider any more, either. */
static int run_pause(struct work *work, struct db *db, struct error *err)
{
	const struct pause_work *p = (struct pause_work *)work;
	int64_t now = clock_now_ms();
	int r = pause_set(db, p->kind, p->id, p->paused, p->author, now, err);

	if (r >= 0 && !p->paused && strcmp(p->kind, "account") == 0)
		r = throttle_lift(db, p->id, now, err);
	return MIN(r, 0);
}

static int set_pause(struct request *request, const char *kind, const char *id, bool paused, struct error *err)
{
	struct pause_work p = {
	        .work = {.run = run_pause}, .kind = kind, .id = id, .author = request->caller.author, .paused = paused};

	return store_do(request->store, &p.work, err);
}

static int start_listener(struct request *request, struct answer *answer, struct error *err)
{
	const struct listener *listener;
	int r = find_listener(request, ACCOUNT_MANAGE, &listener, err);

	if (r == 0 && !listener->enabled)
		return fail(err, E_CONFLICT, RETRY_NEVER, "listeners/%s/enabled: it is not enabled: change that first",
		            listener->id);
	if (r == 0)
		r = set_pause(request, "listener", listener->id, false, err);
	return r < 0 ? r : answer_state(request, answer, listener, err);
}

static int stop_listener(struct request *request, struct answer *answer, struct error *err)
{
	const struct listener *listener;
	int r = find_listener(request, ACCOUNT_MANAGE, &listener, err);

	if (r == 0)
		r = set_pause(request, "listener", listener->id, true, err);
	return r < 0 ? r : answer_state(request, answer, listener, err);
}

static int restart_listener(struct request *request, struct answer *answer, struct error *err)
{
	const struct listener *listener;
	int r = find_listener(request, ACCOUNT_MANAGE, &listener, err);

	if (r < 0)
		return r;
	if (!request->serve || !serve_restart_listener(request->serve, listener->id))
		return fail(err, E_CONFLICT, RETRY_NEVER, "listener %s isn't running in this process: start it",
		            listener->id);
	return answer_state(request, answer, listener, err);
}

/* ---------------------------------------------------------------- an account */

static int pause_account(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	const char *id = path_id(request), *what = arena_printf(request->arena, "account \"%.64s\"", id).p;

	if (!setup_account(request->setup, id))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	if (caller_check_on(&request->caller, id, ACCOUNT_MANAGE, what, err) < 0)
		return err->code;
	return set_pause(request, "account", id, request->route->ctx != NULL, err);
}

#define TAG .tag = "Operation"

const struct route status_routes[] = {
        {.method = API_GET,
         .path = "/api/v1/status",
         .id = "getStatus",
         TAG,
         .summary = "Whether mail flows, and why not",
         .right = RIGHT_LISTENERS_READ,
         .answer = &status_type,
         .handle = get_status},
        {.method = API_GET,
         .path = "/api/v1/listeners/{id}/state",
         .id = "getListenerState",
         TAG,
         .summary = "How a listener stands",
         .right = RIGHT_LISTENERS_READ,
         .answer = &part_type,
         .handle = get_state},
        {.method = API_POST,
         .path = "/api/v1/listeners/{id}/start",
         .id = "startListener",
         TAG,
         .summary = "Let a stopped listener go on",
         .right = RIGHT_LISTENERS_MANAGE,
         .answer = &part_type,
         .handle = start_listener},
        {.method = API_POST,
         .path = "/api/v1/listeners/{id}/stop",
         .id = "stopListener",
         TAG,
         .summary = "Let a listener stand still until it is started",
         .description = "What was read is finished first; it lasts whatever is restarted.",
         .right = RIGHT_LISTENERS_MANAGE,
         .answer = &part_type,
         .handle = stop_listener},
        {.method = API_POST,
         .path = "/api/v1/listeners/{id}/restart",
         .id = "restartListener",
         TAG,
         .summary = "Close a listener's connection and begin anew at once",
         .description = "Also where it waits because its last tries failed.",
         .right = RIGHT_LISTENERS_MANAGE,
         .answer = &part_type,
         .handle = restart_listener},
        {.method = API_POST,
         .path = "/api/v1/accounts/{id}/pause",
         .id = "pauseAccount",
         TAG,
         .summary = "Let reading and sending of an account stand still",
         .right = RIGHT_ACCOUNTS_MANAGE,
         .ctx = "paused",
         .handle = pause_account},
        {.method = API_POST,
         .path = "/api/v1/accounts/{id}/resume",
         .id = "resumeAccount",
         TAG,
         .summary = "Let an account go on, also where its provider asked to slow down",
         .right = RIGHT_ACCOUNTS_MANAGE,
         .handle = pause_account},
        {0},
};
