/* See postman.h. */
#include "listen/postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "listen/sent_folder.h"
#include "send/outbox_runner.h"
#include "store/sent_copies.h"
#include "store/status.h"

#include <pthread.h>

#define MOST         8
#define SENDER_STACK KIB(512)

enum errand_kind { ERRAND_SEND, ERRAND_FILE, ERRAND_KINDS };

/* Something that is done for an account on a thread of its own. */
struct errand {
	struct route *route;
	enum errand_kind kind;
	struct shared_setup *shared; /* while it runs */
	bool is_reported;            /* that it fails; of the thread that runs it */
	bool is_running;             /* guarded by postman->lock */
};

/* One account's way out. */
struct route {
	struct postman *postman;
	char *account;
	struct errand errands[ERRAND_KINDS];
	bool is_troubled; /* its state says that it can't send; of the thread that sends, else of postman_go()'s */
	/* of the thread that calls postman_go() */
	int64_t round;  /* when it last had mail */
	int64_t due_at; /* … the earliest of it, Unix ms */
};

struct postman {
	struct postman_options options;
	/* of the thread that calls postman_go() */
	struct map *routes; /* by account */
	int64_t rounds;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	int running[ERRAND_KINDS]; /* guarded by lock */
};

/* One round. */
struct round {
	struct postman *postman;
	struct shared_setup *shared;
	int64_t now;
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
	while (postman->running[ERRAND_SEND] || postman->running[ERRAND_FILE])
		pthread_cond_wait(&postman->ended, &postman->lock);
	pthread_mutex_unlock(&postman->lock);
	map_each(postman->routes, free_route, NULL);
	map_free(postman->routes);
	pthread_mutex_destroy(&postman->lock);
	pthread_cond_destroy(&postman->ended);
	free(postman);
}

/* ---------------------------------------------------------------- on the errand's thread */

/* The postman may be gone when this returns. */
static void end_errand(struct errand *errand)
{
	struct postman *postman = errand->route->postman;

	shared_release(take(errand->shared));
	pthread_mutex_lock(&postman->lock);
	errand->is_running = false;
	postman->running[errand->kind]--;
	pthread_cond_signal(&postman->ended);
	pthread_mutex_unlock(&postman->lock);
}

/* Copies go to the mailbox, as reading does. */
static enum gate_side side_of(const struct errand *errand)
{
	return errand->kind == ERRAND_SEND ? GATE_SEND : GATE_RECEIVE;
}

static bool is_interrupted(void *ctx)
{
	const struct errand *errand = ctx;
	const struct postman_options *o = &errand->route->postman->options;
	int64_t due_at;

	return o->stopped(o->ctx) ||
	       gate_ask(o->gate, side_of(errand), errand->route->account, NULL, &due_at) != GATE_OPEN;
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

static void after_failure(struct errand *errand, const struct error *err)
{
	struct route *route = errand->route;
	const struct postman_options *o = &route->postman->options;
	int64_t wait = gate_failed(o->gate, GATE_SEND, route->account, err);

	route->is_troubled = true;
	states_set(o->states, "sender", route->account, state_after(err), err, wait);
	if (!errand->is_reported)
		log_error("outbox", "%s; its mail waits, next try in %lld s", err->text,
		          (long long)(wait + 999) / 1000);
	errand->is_reported = true;
}

static void after_success(struct errand *errand)
{
	struct route *route = errand->route;
	const struct postman_options *o = &route->postman->options;

	gate_worked(o->gate, GATE_SEND, route->account);
	route->is_troubled = false;
	states_set(o->states, "sender", route->account, "idle", NULL, 0);
	if (errand->is_reported)
		log_info("outbox", "account %s sends again", route->account);
	errand->is_reported = false;
}

static void send_mail(struct errand *errand)
{
	const char *account = errand->route->account;
	const struct postman_options *o = &errand->route->postman->options;
	struct tap *tap CLEANUP(tap_closep) = tap_open(o->tracing, &(struct tap_of){.account = account}, "sending");
	const struct outbox_options options = {.store = o->store,
	                                       .setup = errand->shared->setup,
	                                       .claim = o->claim,
	                                       .stopped = is_interrupted,
	                                       .ctx = errand,
	                                       .transcript = tap ? tap_line : NULL,
	                                       .transcript_ctx = tap};
	struct outbox_counts counts = {0};
	struct error err;

	states_set(o->states, "sender", account, "connecting", NULL, 0);
	if (outbox_send_account(&options, account, &counts, &err) < 0) {
		tap_note(tap, err.text);
		after_failure(errand, &err);
	} else {
		after_success(errand);
	}
	if (counts.sent)
		log_info("outbox", "account %s: %lld messages sent", account, (long long)counts.sent);
}

/* The mailbox refuses its user or wants to be left alone: so it is for the listeners. */
static void mailbox_failed(void *ctx, const struct error *fault)
{
	struct errand *errand = ctx;
	int64_t wait = gate_failed(errand->route->postman->options.gate, GATE_RECEIVE, errand->route->account, fault);

	if (!errand->is_reported)
		log_warning("outbox", "account %s: copies for the Sent folder wait%s: %s", errand->route->account,
		            wait ? ", and so does reading" : "", fault->text);
	errand->is_reported = true;
}

static void file_copies(struct errand *errand)
{
	const struct postman_options *o = &errand->route->postman->options;
	struct tap *tap CLEANUP(tap_closep) =
	        tap_open(o->tracing, &(struct tap_of){.account = errand->route->account}, "sent-folder");
	const struct sent_folder_options options = {.store = o->store,
	                                            .setup = errand->shared->setup,
	                                            .stopped = is_interrupted,
	                                            .mailbox_failed = mailbox_failed,
	                                            .ctx = errand,
	                                            .transcript = tap ? tap_line : NULL,
	                                            .transcript_ctx = tap};
	struct error err;
	int n = sent_folder_file(&options, errand->route->account, &err);

	if (n < 0)
		log_warning("outbox", "account %s: copies for the Sent folder: %s", errand->route->account, err.text);
	if (n <= 0)
		return;
	gate_worked(o->gate, GATE_RECEIVE, errand->route->account);
	errand->is_reported = false;
}

static void *errand_main(void *arg)
{
	struct errand *errand = arg;

	log_set_account(errand->route->account);
	if (errand->kind == ERRAND_SEND)
		send_mail(errand);
	else
		file_copies(errand);
	end_errand(errand);
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
	for (int kind = 0; kind < ERRAND_KINDS; kind++)
		route->errands[kind] = (struct errand){.route = route, .kind = (enum errand_kind)kind};
	map_set(postman->routes, str_of(account), route);
	return route;
}

static bool is_running(const struct errand *errand)
{
	struct postman *postman = errand->route->postman;
	bool is_running;

	pthread_mutex_lock(&postman->lock);
	is_running = errand->is_running;
	pthread_mutex_unlock(&postman->lock);
	return is_running;
}

/* Asked while it doesn't run. */
static bool is_open(const struct errand *errand)
{
	struct route *route = errand->route;
	const struct postman_options *o = &route->postman->options;
	int64_t due_at;
	enum gate_state state = gate_ask(o->gate, side_of(errand), route->account, NULL, &due_at);

	if (errand->kind == ERRAND_SEND && (state == GATE_PAUSED || state == GATE_THROTTLED)) {
		route->is_troubled = true;
		if (state == GATE_PAUSED)
			states_set(o->states, "sender", route->account, "paused", NULL, 0);
		else
			states_set(o->states, "sender", route->account, "throttled", NULL, due_at - clock_mono_ms());
	}
	return state == GATE_OPEN;
}

/* Takes one of the places; false where none is free, it runs already, or is to wait. */
static bool take_place(struct errand *errand)
{
	struct postman *postman = errand->route->postman;
	int most = errand->kind == ERRAND_SEND ? postman->options.most : (postman->options.most + 1) / 2;
	bool may;

	if (is_running(errand) || !is_open(errand))
		return false;
	pthread_mutex_lock(&postman->lock);
	may = postman->running[errand->kind] < most;
	if (may) {
		errand->is_running = true;
		postman->running[errand->kind]++;
	}
	pthread_mutex_unlock(&postman->lock);
	return may;
}

static void begin_errand(const struct round *round, struct errand *errand, int64_t due_at)
{
	const struct postman_options *o = &round->postman->options;
	pthread_attr_t attr;
	pthread_t thread;

	if (due_at > round->now || o->stopped(o->ctx) || !take_place(errand))
		return;
	errand->shared = shared_hold(round->shared);
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, SENDER_STACK) == 0 &&
	     pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0);
	if (pthread_create(&thread, &attr, errand_main, errand) != 0) {
		log_error("outbox", "account %s: no thread to send with: the system's limit is reached",
		          errand->route->account);
		end_errand(errand);
	}
	pthread_attr_destroy(&attr);
}

static void send_account(void *ctx, const char *account, int64_t due_at)
{
	const struct round *round = ctx;
	struct route *route = find_route(round->postman, account);

	route->round = round->postman->rounds;
	route->due_at = due_at;
	begin_errand(round, &route->errands[ERRAND_SEND], due_at);
}

static void file_account(void *ctx, const char *account, int64_t due_at)
{
	const struct round *round = ctx;

	begin_errand(round, &find_route(round->postman, account)->errands[ERRAND_FILE], due_at);
}

/* ---------------------------------------------------------------- what troubled nobody any more */

/* What an earlier process left as it ended. */
static void note_earlier(void *ctx, const struct status *status)
{
	if (strcmp(status->kind, "sender") == 0 && strcmp(status->state, "idle") != 0)
		find_route(ctx, status->id)->is_troubled = true;
}

/* Nothing will show that it works again where nothing is to be sent: its mail was sent by another process, cancelled,
 * or isn't due before the next try, and the account was mended meanwhile. */
static void settle_state(void *ctx, struct str account UNUSED, void *value)
{
	const struct round *round = ctx;
	const struct postman_options *o = &round->postman->options;
	struct route *route = value;
	int64_t gate_due_at;

	if (is_running(&route->errands[ERRAND_SEND]) || !route->is_troubled)
		return;
	if (route->round == round->postman->rounds &&
	    (route->due_at <= round->now ||
	     gate_ask(o->gate, GATE_SEND, route->account, NULL, &gate_due_at) != GATE_OPEN))
		return;
	route->is_troubled = false;
	if (setup_account(round->shared->setup, route->account))
		states_set(o->states, "sender", route->account, "idle", NULL, 0);
	else
		states_drop(o->states, "sender", route->account);
}

void postman_go(struct postman *postman, struct db *db, struct shared_setup *shared)
{
	struct round round = {postman, shared, clock_now_ms()};
	struct error err;

	if (postman->rounds++ == 0 && status_each(db, note_earlier, postman, &err) < 0)
		log_warning("outbox", "%s", err.text);
	if (outbox_accounts(db, send_account, &round, &err) < 0)
		log_warning("outbox", "%s", err.text);
	else
		map_each(postman->routes, settle_state, &round);
	if (sent_copies_accounts(db, file_account, &round, &err) < 0)
		log_warning("outbox", "%s", err.text);
}
