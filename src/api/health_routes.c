/* Whether it lives, and whether it can work: for supervisors and load balancers, without sign-in. Names and errors of
 * parts are for those who may see them. */
#include "api/record_kinds.h"
#include "api/routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/migrate.h"
#include "store/status.h"

#include <pthread.h>
#include <time.h>

#define COMMITTER_PATIENCE_MS 5000
#define HEALTH_LANE           UINT64_C(0x6865616c7468)

/* ---------------------------------------------------------------- alive */

struct health_view {
	const char *status;
};

static const struct field health_fields[] = {FIELD_TEXT(struct health_view, status, "Status", .help = "ok")};
static const struct record_type health_type =
        RECORD_TYPE("health", "health", struct health_view, health_fields, "Health");

static int get_health(struct request *request UNUSED, struct answer *answer, struct error *err UNUSED)
{
	answer->type = "application/json";
	answer->constant = STR("{\"status\":\"ok\"}");
	return 0;
}

/* ---------------------------------------------------------------- ready */

struct check_view {
	const char *name, *detail;
	bool ok;
};

struct part_view {
	const char *kind, *id, *state, *error;
	int64_t since;
};

struct readiness_view {
	int status;
	struct record_list checks, parts;
};

enum { READY, DEGRADED, NOT_READY };

static const char *const readiness_words[] = {"ready", "degraded", "not-ready", NULL};

/* clang-format off */
static const struct field check_fields[] = {
	FIELD_TEXT(struct check_view, name, "Check", .help = "store, schema, committer or listeners"),
	FIELD_BOOL(struct check_view, ok, "OK"),
	FIELD_TEXT(struct check_view, detail, "Reason"),
};
static const struct field part_fields[] = {
	FIELD_TEXT(struct part_view, kind, "Kind", .help = "listener or sender"),
	FIELD_TEXT(struct part_view, id, "ID"),
	FIELD_TEXT(struct part_view, state, "State"),
	FIELD_TIME(struct part_view, since, "Since"),
	FIELD_TEXT(struct part_view, error, "Last error"),
};
static const struct field readiness_fields[] = {
	FIELD_ENUM(struct readiness_view, status, readiness_words, "Status", .help = "degraded: works, and some listeners fail"),
	FIELD_LIST(struct readiness_view, checks, struct check_view, check_fields, "Checks"),
	FIELD_LIST(struct readiness_view, parts, struct part_view, part_fields, "Failing parts",
		   .help = "For callers with the right listeners.read"),
};
/* clang-format on */
static const struct record_type readiness_type =
        RECORD_TYPE("readiness", "readiness", struct readiness_view, readiness_fields, "Readiness");

#define MAX_CHECKS 4
#define MAX_PARTS  200

struct looking {
	const struct request *request;
	struct readiness_view view;
	struct check_view checks[MAX_CHECKS];
	struct part_view parts[MAX_PARTS];
	size_t listeners, failing;
};

/* `wrong` NULL: all is well. */
static void add_check(struct looking *looking, const char *name, const char *wrong)
{
	must(looking->view.checks.count < MAX_CHECKS);
	looking->checks[looking->view.checks.count++] = (struct check_view){name, wrong ? wrong : "", wrong == NULL};
	if (wrong)
		looking->view.status = NOT_READY;
}

/* ---------------------------------------------------------------- the store */

static int64_t schema_version(struct db *db, struct error *err)
{
	int64_t version = 0;
	int r = store_schema_found(db, &version, err);

	return r < 0 ? r : version;
}

static void check_store(struct looking *looking)
{
	struct db *db = looking->request->db;
	struct error err;
	int64_t version = db ? schema_version(db, &err) : -1;

	add_check(looking, "store", version < 0 ? "the store can't be reached" : NULL);
	if (version >= 0)
		add_check(looking, "schema",
		          version != store_schema_version()
		                  ? "the store has another schema than this program knows: one of them is older"
		                  : NULL);
}

/* ---------------------------------------------------------------- the committer */

/* Lives until both have let go: who waits, and the committer. */
struct ping {
	struct work work; /* first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* guarded by lock */
	bool is_done, is_left;
	int result;
};

static void ping_free(struct ping *ping)
{
	pthread_mutex_destroy(&ping->lock);
	pthread_cond_destroy(&ping->changed);
	free(ping);
}

static int ping_run(struct work *work UNUSED, struct db *db, struct error *err)
{
	return db_ping(db, err) < 0 ? err->code : 0;
}

static void ping_again(struct work *work UNUSED)
{
}

static void ping_done(struct work *work, int result, const struct error *err UNUSED)
{
	struct ping *ping = (struct ping *)work;
	bool is_left;

	pthread_mutex_lock(&ping->lock);
	ping->is_done = true;
	ping->result = result;
	is_left = ping->is_left;
	pthread_cond_signal(&ping->changed);
	pthread_mutex_unlock(&ping->lock);
	if (is_left)
		ping_free(ping);
}

static struct ping *ping_new(void)
{
	struct ping *ping = mem_new(1, sizeof *ping);
	pthread_condattr_t monotonic;

	ping->work = (struct work){.run = ping_run, .again = ping_again, .done = ping_done, .lane = HEALTH_LANE};
	must(pthread_mutex_init(&ping->lock, NULL) == 0 && pthread_condattr_init(&monotonic) == 0);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	must(pthread_cond_init(&ping->changed, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	return ping;
}

/* NULL, or what is wrong. */
static const char *ping_wait(struct ping *ping)
{
	int64_t at_us = clock_mono_us() + COMMITTER_PATIENCE_MS * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
	bool is_done;
	int r = 0, result;

	pthread_mutex_lock(&ping->lock);
	while (!ping->is_done && r == 0)
		r = pthread_cond_timedwait(&ping->changed, &ping->lock, &until);
	is_done = ping->is_done;
	ping->is_left = true;
	result = ping->result;
	pthread_mutex_unlock(&ping->lock);
	if (!is_done)
		return "nothing was committed for seconds";
	ping_free(ping);
	return result < 0 ? "changes can't be committed" : NULL;
}

static void check_committer(struct looking *looking)
{
	struct store *store = looking->request->store;
	struct ping *ping = ping_new();

	store_submit(store, &ping->work);
	store_hurry(store, HEALTH_LANE);
	add_check(looking, "committer", ping_wait(ping));
}

/* ---------------------------------------------------------------- listeners */

static void add_part(struct looking *looking, const struct status *status)
{
	struct arena *arena = looking->request->arena;

	if (looking->view.parts.count == MAX_PARTS)
		return;
	looking->parts[looking->view.parts.count++] = (struct part_view){
	        .kind = arena_cstr(arena, str_of(status->kind)),
	        .id = arena_cstr(arena, str_of(status->id)),
	        .state = arena_cstr(arena, str_of(status->state)),
	        .error = arena_cstr(arena, str_of(status->error)),
	        .since = status->since,
	};
}

static void look_at_part(void *ctx, const struct status *status)
{
	struct looking *looking = ctx;
	bool is_listener = strcmp(status->kind, "listener") == 0;

	if (strcmp(status->kind, "process") == 0)
		return;
	looking->listeners += is_listener;
	if (strcmp(status->state, "auth-failed") != 0 && strcmp(status->state, "failed") != 0)
		return;
	looking->failing += is_listener;
	if (caller_may(&looking->request->caller, RIGHT_LISTENERS_READ) && caller_oversees(&looking->request->caller) &&
	    record_may_see_part(looking->request, status->kind, status->id))
		add_part(looking, status);
}

/* One mailbox that can't be reached is no reason to send nobody here any more: told, with status 200. */
static void check_listeners(struct looking *looking)
{
	struct error err;

	if (status_each(looking->request->db, look_at_part, looking, &err) < 0) {
		add_check(looking, "listeners", "how the listeners stand can't be read");
		return;
	}
	add_check(looking, "listeners", NULL);
	if (looking->failing == 0)
		return;
	looking->checks[looking->view.checks.count - 1] = (struct check_view){
	        "listeners",
	        arena_printf(looking->request->arena, "%zu of %zu fail", looking->failing, looking->listeners).p,
	        false,
	};
	if (looking->view.status == READY)
		looking->view.status = DEGRADED;
}

static int get_readiness(struct request *request, struct answer *answer, struct error *err)
{
	struct looking *looking = ARENA_NEW(request->arena, struct looking);

	looking->request = request;
	looking->view.checks.items = looking->checks;
	looking->view.parts.items = looking->parts;
	check_store(looking);
	if (looking->view.status == READY) {
		check_committer(looking);
		check_listeners(looking);
	}
	answer->status = looking->view.status == NOT_READY ? 503 : 200;
	return answer_record(answer, &readiness_type, &looking->view, err);
}

const struct route health_routes[] = {
        /* clang-format off */
	{API_GET, "/healthz", "getHealth", "Health", "Whether the process lives", .right = RIGHT_NONE, .answer = &health_type,
	 .others_query = true, .is_quick = true, .handle = get_health},
	{API_GET, "/readyz", "getReadiness", "Health", "Whether it can work: store, schema, committer, listeners",
	 .right = RIGHT_NONE, .answer = &readiness_type, .others_query = true, .without_store = true, .handle = get_readiness,
	 .description = "Status 503 where the store can't be reached, is of another version, or nothing can be committed. "
			"Listeners that fail are told with status 200."},
	{API_NONE},
        /* clang-format on */
};
