/* GET /metrics, for Prometheus: what is counted in memory (base/metrics.h), and how things stand. */
#include "api/record_kinds.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "events/events.h"
#include "setup/setup.h"
#include "store/size.h"
#include "store/status.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* ---------------------------------------------------------------- the process */

/* A number of /proc/self/stat by its place behind the name (proc(5): the state is the third field). */
static bool read_stat(int field, uint64_t *ret_value)
{
	char text[1024];
	FILE *file = fopen("/proc/self/stat", "re");
	size_t n = file ? fread(text, 1, sizeof text, file) : 0, name_end = n;
	struct str rest, piece;
	int at = 3;

	if (file)
		fclose(file);
	while (name_end && text[name_end - 1] != ')')
		name_end--; /* the name may hold anything */
	if (name_end == 0)
		return false;
	rest = str_slice(str_new(text, n), name_end + 1, n);
	while (str_split(&rest, ' ', &piece))
		if (at++ == field)
			return str_to_uint(piece, UINT64_MAX, ret_value);
	return false;
}

static size_t count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n > 3 ? n - 3 : 0; /* without ., .. and the folder's own */
}

static double seconds_of(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

/* Unix time at which the process began. */
static double start_time(void)
{
	struct timespec boot, now;
	uint64_t ticks = 0;

	if (!read_stat(22, &ticks))
		return 0;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)(now.tv_sec - boot.tv_sec) + (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static void one(struct buf *out, const char *name, const char *type, const char *help, double value)
{
	metrics_begin(out, name, type, help);
	metrics_gauge(out, name, value, NULL);
}

static void write_process(struct buf *out)
{
	struct rusage usage = {0};
	struct rlimit files = {0};
	uint64_t bytes = 0, pages = 0, threads = 0;

	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_NOFILE, &files);
	(void)(read_stat(20, &threads) && read_stat(23, &bytes) && read_stat(24, &pages));
	one(out, "process_cpu_seconds_total", "counter", "Processor time, user and system",
	    seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime));
	one(out, "process_resident_memory_bytes", "gauge", "Memory in use",
	    (double)pages * (double)sysconf(_SC_PAGESIZE));
	one(out, "process_virtual_memory_bytes", "gauge", "Address space", (double)bytes);
	one(out, "process_threads", "gauge", "Threads", (double)threads);
	one(out, "process_open_fds", "gauge", "Open files and connections", (double)count_files());
	one(out, "process_max_fds", "gauge", "As many may be open", (double)files.rlim_cur);
	one(out, "process_start_time_seconds", "gauge", "Unix time at which it began", start_time());
	metrics_begin(out, "hauspost_build_info", "gauge", "The version");
	metrics_gauge(out, "hauspost_build_info", 1, "version", HAUSPOST_VERSION);
}

/* ---------------------------------------------------------------- how things stand */

struct standing {
	struct buf *out;
	const struct request *request;
	const char *kind; /* of which parts */
};

static void write_state(void *ctx, const struct status *status)
{
	const struct standing *s = ctx;
	const struct listener *listener;
	const char *account = status->id;

	if (strcmp(status->kind, s->kind) != 0 || !record_may_see_part(s->request, s->kind, status->id))
		return;
	if (strcmp(s->kind, "sender") == 0) {
		metrics_gauge(s->out, "hauspost_sender_state", 1, "account", account, "state", status->state);
		return;
	}
	listener = setup_listener(s->request->setup, status->id);
	account = listener ? listener->account : "";
	metrics_gauge(s->out, "hauspost_listener_state", 1, "account", account, "listener", status->id, "state",
	              status->state);
}

static void write_queued(void *ctx, const char *account, int64_t queued)
{
	const struct standing *s = ctx;

	if (caller_may_on(&s->request->caller, account, ACCOUNT_READ))
		metrics_gauge(s->out, "hauspost_outbox_queued", (double)queued, "account", account);
}

static int write_standing(struct buf *out, const struct request *request, struct error *err)
{
	struct standing standing = {.out = out, .request = request, .kind = "listener"};
	struct db *db = request->db;
	int64_t bytes;
	int r;

	metrics_begin(out, "hauspost_listener_state", "gauge", "1 for the state a listener is in");
	r = status_each(db, write_state, &standing, err);
	standing.kind = "sender";
	metrics_begin(out, "hauspost_sender_state", "gauge", "1 for the state an account's sending is in");
	if (r >= 0)
		r = status_each(db, write_state, &standing, err);
	metrics_begin(out, "hauspost_outbox_queued", "gauge", "Mail that waits to be sent");
	if (r >= 0)
		r = store_queued_each(db, write_queued, &standing, err);
	if (r >= 0)
		r = store_size(db, &bytes, err);
	if (r < 0)
		return r;
	one(out, "hauspost_store_size_bytes", "gauge", "The store's size", (double)bytes);
	return 0;
}

static int write_ledger(struct buf *out, struct db *db, struct error *err)
{
	static const char *const states[] = {"parked", "held", "failed"};
	int64_t n;

	metrics_begin(out, "hauspost_ledger_messages", "gauge", "Mail that waits for a person, or for its next try");
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (store_ledger_count(db, states[i], &n, err) < 0)
			return err->code;
		metrics_gauge(out, "hauspost_ledger_messages", (double)n, "state", states[i]);
	}
	return 0;
}

/* ---------------------------------------------------------------- the route */

/* By the account, or the part, that a series is of; what is of neither is for all. */
static bool may_see(void *ctx, const char *const *names, const char *const *values)
{
	const struct request *request = ctx;
	bool is_part = names[0] && names[1] && strcmp(names[0], "kind") == 0 && strcmp(names[1], "id") == 0;

	if (is_part)
		return strcmp(values[0], "other") == 0 || record_may_see_part(request, values[0], values[1]);
	if (!names[0] || strcmp(names[0], "account") != 0 || !*values[0] || strcmp(values[0], "other") == 0)
		return true;
	return caller_may_on(&request->caller, values[0], ACCOUNT_READ);
}

/* Accounts' names stand in it: it is for those who see them all, without others' own mailboxes. */
static int get_metrics(struct request *request, struct answer *answer, struct error *err)
{
	struct events *events = events_of(request->store);
	struct buf *out = &answer->body;
	int r;

	if (!caller_oversees(&request->caller))
		return fail(err, E_REFUSED, RETRY_NEVER, "metrics are of all accounts: you see some only");
	metrics_write(out, may_see, request);
	r = write_standing(out, request, err);
	if (r == 0)
		r = write_ledger(out, request->db, err);
	if (events)
		one(out, "hauspost_event_streams", "gauge", "Clients that follow events",
		    (double)streams_count(events_streams(events)));
	write_process(out);
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	return r;
}

const struct route metrics_routes[] = {
        {API_GET, "/metrics", "getMetrics", "Operation", "Metrics for Prometheus", .right = RIGHT_METRICS_READ,
         .answer_type = "text/plain", .others_query = true, .handle = get_metrics},
        {0},
};
