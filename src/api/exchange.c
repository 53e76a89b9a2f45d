/* One request from its header to its answer. See server.h.
 *
 * libmicrohttpd calls exchange_step() when the header is there, with each piece of the body, and once all is there; and
 * again whenever the connection is resumed. Who is suspended belongs to a worker. */
#include "api/server.h"

#include "base/log.h"
#include "base/mem.h"

static const char *header_of(const struct request *request, const char *name)
{
	const struct exchange *exchange = request->connection;

	return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

struct exchange *exchange_new(struct api *api, struct MHD_Connection *connection, struct peer *peer, const char *uri)
{
	struct exchange *exchange = mem_new(1, sizeof *exchange);

	atomic_fetch_add(&api->exchanges, 1);
	exchange->api = api;
	exchange->connection = connection;
	exchange->peer = peer;
	exchange->arena = arena_new();
	exchange->uri = arena_str(exchange->arena, str_of(uri));
	exchange->wake.wake = streaming_wake;
	must(pthread_mutex_init(&exchange->wake_lock, NULL) == 0);
	answer_init(&exchange->answer, exchange->arena, &exchange->wake);
	exchange->request = (struct request){
	        .api = api,
	        .serve = atomic_load(&api->serve),
	        .url = api->site.url,
	        .caller = caller_nobody,
	        .arena = exchange->arena,
	        .store = api->store,
	        .sealer = api->sealer,
	        .body_fd = -1,
	        .header_of = header_of,
	        .connection = exchange,
	};
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	streaming_end(exchange);
	answer_done(&exchange->answer);
	upload_free(exchange);
	shared_release(exchange->shared);
	atomic_fetch_sub(&exchange->api->exchanges, 1);
	pthread_mutex_destroy(&exchange->wake_lock);
	arena_free(exchange->arena);
	free(exchange);
}

/* ---------------------------------------------------------------- on a worker */

/* What handlers are given beyond the request. False: answered. */
static bool equip(struct exchange *exchange, struct db *db, const struct error *unreachable)
{
	struct error err = *unreachable;

	exchange->request.db = db;
	if (db && (exchange->shared || setup_share_newest(exchange->api->setup, db, &exchange->shared, &err) == 0)) {
		exchange->request.setup = exchange->shared->setup;
		return true;
	}
	if (exchange->request.route->without_store) {
		log_error("api", "%s: %s", exchange->request.route->id, err.text);
		exchange->request.db = NULL;
		exchange->request.caller_is_known = true; /* as nobody */
		return true;
	}
	route_fail(&exchange->request, &exchange->answer, &err);
	return false;
}

static void handle(struct exchange *exchange)
{
	route_handle(&exchange->request, &exchange->answer);
	upload_free(exchange);
}

static void run_job(struct job *job, struct db *db, const struct error *err)
{
	struct exchange *exchange = (struct exchange *)job;
	bool may_go_on;

	/* The body may have taken hours: who may do what is looked at anew. */
	if (exchange->state == EXCHANGE_HANDLING)
		shared_release(take(exchange->shared));
	may_go_on = equip(exchange, db, err);
	if (may_go_on)
		may_go_on = route_admit(&exchange->request, &exchange->answer);
	if (may_go_on && exchange->state == EXCHANGE_ADMITTING && exchange->has_body) {
		exchange->state = EXCHANGE_READING;
	} else {
		if (may_go_on)
			handle(exchange);
		exchange->state = EXCHANGE_ANSWERED;
	}
	exchange->request.db = NULL; /* this thread's */
	MHD_resume_connection(exchange->connection);
}

/* ---------------------------------------------------------------- on the socket's thread */

static enum MHD_Result hand_to_worker(struct exchange *exchange, enum exchange_state state)
{
	exchange->state = state;
	exchange->job.run = run_job;
	peer_give(exchange->peer, 0);
	MHD_suspend_connection(exchange->connection);
	if (!workers_submit(exchange->api->workers, &exchange->job)) {
		exchange_refuse(exchange, 503, E_STOPPED, "Hauspost is being stopped");
		exchange->state = EXCHANGE_ANSWERED;
		MHD_resume_connection(exchange->connection);
	}
	return MHD_YES;
}

/* What needs neither store nor time is answered at once. */
static void answer_quickly(struct exchange *exchange)
{
	exchange->request.caller_is_known = true; /* as nobody */
	route_run(&exchange->request, &exchange->answer);
	exchange->state = EXCHANGE_ANSWERED;
}

/* Before the body was read. What is answered before libmicrohttpd has seen the request's end ends the connection. */
static enum MHD_Result refuse_body(struct exchange *exchange)
{
	if (!drain_begin(exchange))
		return reply_queue(exchange);
	exchange->state = EXCHANGE_DRAINING;
	return MHD_YES;
}

static enum MHD_Result drain(struct exchange *exchange, size_t *size)
{
	size_t n = *size;

	*size = 0;
	if (n == 0)
		return reply_queue(exchange);
	return drain_take(exchange, n) ? MHD_YES : MHD_NO;
}

static enum MHD_Result begin(struct exchange *exchange, const char *method)
{
	struct api *api = exchange->api;

	peer_give(exchange->peer, api->limits.grace_ms);
	if (!exchange_begin(exchange, method)) {
		exchange->state = EXCHANGE_ANSWERED;
	} else if (exchange->request.route->is_quick) {
		answer_quickly(exchange);
	} else if (workers_waiting(api->workers) >= (size_t)api->limits.connections) {
		exchange_refuse(exchange, 503, E_LIMIT, "too many requests wait: try again in a moment");
		exchange->state = EXCHANGE_ANSWERED;
	} else if (exchange->has_body) {
		return hand_to_worker(exchange, EXCHANGE_ADMITTING);
	} else {
		exchange->state = EXCHANGE_WHOLE;
	}
	if (exchange->is_ambiguous)
		return reply_queue(exchange);
	return exchange->has_body ? refuse_body(exchange) : MHD_YES;
}

/* Admitted, and there is a body to come. */
static enum MHD_Result read_body(struct exchange *exchange, const char *data, size_t *size)
{
	if (exchange->reading_since == 0) { /* before its first byte */
		return upload_begin(exchange) ? MHD_YES : refuse_body(exchange);
	}
	if (*size > 0) {
		size_t n = *size;

		*size = 0;
		return upload_take(exchange, data, n) ? MHD_YES : MHD_NO;
	}
	if (upload_end(exchange))
		return hand_to_worker(exchange, EXCHANGE_HANDLING);
	exchange->state = EXCHANGE_ANSWERED;
	return reply_queue(exchange);
}

enum MHD_Result exchange_step(struct exchange *exchange, const char *method, const char *data, size_t *size)
{
	switch (exchange->state) {
	case EXCHANGE_NEW:
		return begin(exchange, method);
	case EXCHANGE_WHOLE:
		return hand_to_worker(exchange, EXCHANGE_ADMITTING);
	case EXCHANGE_READING:
		return read_body(exchange, data, size);
	case EXCHANGE_DRAINING:
		return drain(exchange, size);
	case EXCHANGE_ANSWERED: /* one with a body that was never read is refused by its header */
		return exchange->has_body && exchange->reading_since == 0 ? refuse_body(exchange)
		                                                          : reply_queue(exchange);
	case EXCHANGE_ADMITTING:
	case EXCHANGE_HANDLING:
	case EXCHANGE_QUEUED:
		break;
	}
	*size = 0;
	return MHD_YES;
}
