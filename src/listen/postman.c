/* See postman.h. */
#include "listen/postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "listen/sent_folder.h"
#include "send/outbox_runner.h"
#include "store/sent_copies.h"

#include <pthread.h>

#define MOST         8
#define SENDER_STACK KIB(512)

/* One account's way out. */
struct route {
	struct postman *postman;
	char *account;
	struct shared_setup *shared; /* while it sends */
	bool is_reported;            /* that it fails; of the thread that sends */
	/* guarded by postman->lock */
	bool is_sending;
	bool copies_only; /* nothing to send, only copies for the Sent folder */
};

struct postman {
	struct postman_options options;
	struct map *routes; /* by account; of the thread that calls postman_go() */
	pthread_mutex_t lock;
	pthread_cond_t ended;
	int sending; /* guarded by lock */
};

/* One round. */
struct round {
	struct postman *postman;
	struct shared_setup *shared;
	int64_t now;
	bool copies_only;
};

struct postman *postman_new(const struct postman_options *options)
{
	struct postman *postman = mem_new(1, sizeof *postman);

	postman->options = *options;
	if (!postman->options.most)
		postman->options.most = MOST;
	postman->routes = map_new();
	pthread_mutex_init(&postman->lock, NULL);
	pthread_cond_init(&postman->ended, NULL);
	return postman;
}

static void free_route(void *ctx UNUSED, struct str account UNUSED, void *value)
{
	struct route *route = value;

	free(route->account);
	free(route);
}

void postman_free(struct postman *postman)
{
	if (!postman)
		return;
	pthread_mutex_lock(&postman->lock);
	while (postman->sending)
		pthread_cond_wait(&postman->ended, &postman->lock);
	pthread_mutex_unlock(&postman->lock);
	map_each(postman->routes, free_route, NULL);
	map_free(postman->routes);
	pthread_mutex_destroy(&postman->lock);
	pthread_cond_destroy(&postman->ended);
	free(postman);
}

/* ---------------------------------------------------------------- on the thread that sends */

/* The postman may be gone when this returns. */
static void end_sending(struct route *route)
{
	struct postman *postman = route->postman;

	shared_release(take(route->shared));
	pthread_mutex_lock(&postman->lock);
	route->is_sending = false;
	postman->sending--;
	pthread_cond_signal(&postman->ended);
	pthread_mutex_unlock(&postman->lock);
}

static bool is_interrupted(void *ctx)
{
	const struct route *route = ctx;
	const struct postman_options *o = &route->postman->options;
	int64_t due_at;

	return o->stopped(o->ctx) || gate_ask(o->gate, GATE_SEND, route->account, NULL, &due_at) != GATE_OPEN;
}

/* A budget that is used up is no failure: its mail waits for the next window. */
static const char *state_after(const struct error *err)
{
	if (err->code == E_THROTTLED)
		return "throttled";
	if (err->code == E_LIMIT)
		return "waiting";
	return err->code == E_AUTH && err->retry == RETRY_NEVER ? "auth-failed" : "failed";
}

static void after_failure(struct route *route, const struct error *err)
{
	const struct postman_options *o = &route->postman->options;
	int64_t wait = gate_failed(o->gate, GATE_SEND, route->account, err);

	states_set(o->states, "sender", route->account, state_after(err), err, wait);
	if (!route->is_reported)
		log_error("outbox", "%s; its mail waits, next try in %lld s", err->text,
		          (long long)(wait + 999) / 1000);
	route->is_reported = true;
}

static void after_success(struct route *route)
{
	const struct postman_options *o = &route->postman->options;

	gate_worked(o->gate, GATE_SEND, route->account);
	states_set(o->states, "sender", route->account, "idle", NULL, 0);
	if (route->is_reported)
		log_info("outbox", "account %s sends again", route->account);
	route->is_reported = false;
}

static void file_copies(struct route *route)
{
	const struct sent_folder_options options = {.store = route->postman->options.store,
	                                            .setup = route->shared->setup,
	                                            .stopped = is_interrupted,
	                                            .ctx = route};
	struct error err;

	if (sent_folder_file(&options, route->account, &err) < 0)
		log_warning("outbox", "account %s: copies for the Sent folder: %s", route->account, err.text);
}

static void send_mail(struct route *route)
{
	const struct postman_options *o = &route->postman->options;
	const struct outbox_options options = {.store = o->store,
	                                       .setup = route->shared->setup,
	                                       .claim = o->claim,
	                                       .stopped = is_interrupted,
	                                       .ctx = route};
	struct outbox_counts counts = {0};
	struct error err;

	states_set(o->states, "sender", route->account, "connecting", NULL, 0);
	if (outbox_send_account(&options, route->account, &counts, &err) < 0)
		after_failure(route, &err);
	else
		after_success(route);
	if (counts.sent)
		log_info("outbox", "account %s: %lld messages sent", route->account, (long long)counts.sent);
}

static void *route_main(void *arg)
{
	struct route *route = arg;

	log_set_account(route->account);
	if (!route->copies_only)
		send_mail(route);
	file_copies(route);
	end_sending(route);
	return NULL;
}

/* ---------------------------------------------------------------- a round */

static struct route *find_route(struct postman *postman, const char *account)
{
	struct route *route = map_get(postman->routes, str_of(account));

	if (route)
		return route;
	route = mem_new(1, sizeof *route);
	route->postman = postman;
	route->account = mem_strdup(account);
	map_set(postman->routes, str_of(account), route);
	return route;
}

static bool is_open(struct route *route)
{
	const struct postman_options *o = &route->postman->options;
	int64_t due_at;
	enum gate_state state = gate_ask(o->gate, GATE_SEND, route->account, NULL, &due_at);

	if (state == GATE_PAUSED)
		states_set(o->states, "sender", route->account, "paused", NULL, 0);
	else if (state == GATE_THROTTLED)
		states_set(o->states, "sender", route->account, "throttled", NULL, due_at - clock_mono_ms());
	return state == GATE_OPEN;
}

/* Takes one of the places; false where none is free, it sends already, or is to wait. */
static bool begin_sending(struct route *route)
{
	struct postman *postman = route->postman;
	bool may;

	if (!is_open(route))
		return false;
	pthread_mutex_lock(&postman->lock);
	may = !route->is_sending && postman->sending < postman->options.most;
	if (may) {
		route->is_sending = true;
		postman->sending++;
	}
	pthread_mutex_unlock(&postman->lock);
	return may;
}

static void send_account(void *ctx, const char *account, int64_t due_at)
{
	const struct round *round = ctx;
	const struct postman_options *o = &round->postman->options;
	struct route *route;
	pthread_attr_t attr;
	pthread_t thread;

	if (due_at > round->now || o->stopped(o->ctx))
		return;
	route = find_route(round->postman, account);
	if (!begin_sending(route))
		return;
	route->shared = shared_hold(round->shared);
	route->copies_only = round->copies_only;
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, SENDER_STACK) == 0 &&
	     pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	if (pthread_create(&thread, &attr, route_main, route) != 0) {
		log_error("outbox", "account %s: no thread to send with: the system's limit is reached", account);
		end_sending(route);
	}
	pthread_attr_destroy(&attr);
}

void postman_go(struct postman *postman, struct db *db, struct shared_setup *shared)
{
	struct round round = {postman, shared, clock_now_ms(), false};
	struct error err;

	if (outbox_accounts(db, send_account, &round, &err) < 0)
		log_warning("outbox", "%s", err.text);
	round.copies_only = true;
	if (sent_copies_accounts(db, send_account, &round, &err) < 0)
		log_warning("outbox", "%s", err.text);
}
