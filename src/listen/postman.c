/* See postman.h. */
#include "listen/postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "listen/sent_folder.h"
#include "send/outbox_runner.h"
#include "store/sent_copies.h"

#include <pthread.h>

#define BACKOFF_FIRST_MS 5000
#define BACKOFF_LAST_MS  MINUTES_MS(15)
#define MOST             8
#define SENDER_STACK     KIB(512)

/* One account's way out. */
struct route {
	struct postman *postman;
	char *account;
	struct shared_setup *shared; /* while it sends */
	/* guarded by postman->lock */
	bool is_sending;
	int64_t not_before; /* monotonic ms */
	int failures;       /* in a row; changes only on the thread that sends */
	bool copies_only;   /* nothing to send, only copies for the Sent folder */
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

int64_t backoff_ms(int failures)
{
	int64_t ms = MIN((int64_t)BACKOFF_FIRST_MS << MIN(failures, 10), BACKOFF_LAST_MS);

	return ms / 2 + (int64_t)random_below((uint64_t)ms / 2 + 1);
}

/* ---------------------------------------------------------------- on the thread that sends */

/* The postman may be gone when this returns. */
static void end_sending(struct route *route, bool failed)
{
	struct postman *postman = route->postman;

	shared_release(take(route->shared));
	pthread_mutex_lock(&postman->lock);
	route->not_before = failed ? clock_mono_ms() + backoff_ms(route->failures) : 0;
	route->failures = failed ? route->failures + 1 : 0;
	route->is_sending = false;
	postman->sending--;
	pthread_cond_signal(&postman->ended);
	pthread_mutex_unlock(&postman->lock);
}

static void file_copies(const struct route *route)
{
	const struct postman_options *o = &route->postman->options;
	const struct sent_folder_options options = {
	        .store = o->store, .setup = route->shared->setup, .stopped = o->stopped, .ctx = o->ctx};
	struct error err;

	if (sent_folder_file(&options, route->account, &err) < 0)
		log_warning("outbox", "account %s: copies for the Sent folder: %s", route->account, err.text);
}

static void *route_main(void *arg)
{
	struct route *route = arg;
	const struct postman_options *o = &route->postman->options;
	const struct outbox_options options = {.store = o->store,
	                                       .setup = route->shared->setup,
	                                       .claim = o->claim,
	                                       .stopped = o->stopped,
	                                       .ctx = o->ctx};
	struct outbox_counts counts = {0};
	struct error err;
	bool failed = !route->copies_only && outbox_send_account(&options, route->account, &counts, &err) < 0;

	if (failed && route->failures == 0)
		log_error("outbox", "%s; its mail waits", err.text);
	else if (!failed && route->failures && !route->copies_only)
		log_info("outbox", "account %s sends again", route->account);
	if (counts.sent)
		log_info("outbox", "account %s: %lld messages sent", route->account, (long long)counts.sent);
	file_copies(route);
	end_sending(route, failed);
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

/* Takes one of the places; false where none is free, it sends already, or is to wait. */
static bool begin_sending(struct route *route)
{
	struct postman *postman = route->postman;
	bool may;

	pthread_mutex_lock(&postman->lock);
	may = !route->is_sending && route->not_before <= clock_mono_ms() && postman->sending < postman->options.most;
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
		end_sending(route, true);
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
