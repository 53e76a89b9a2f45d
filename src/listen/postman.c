/* See postman.h. */
#include "listen/postman.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "send/outbox_runner.h"

#define BACKOFF_FIRST_MS 5000
#define BACKOFF_LAST_MS  MINUTES_MS(15)

/* Of an account whose server failed. */
struct pause {
	int64_t until; /* monotonic ms */
	int failures;
};

struct postman {
	struct postman_options options;
	struct map *pauses; /* by account */
};

/* One round. */
struct round {
	struct postman *postman;
	const struct setup *setup;
	int64_t now;
};

struct postman *postman_new(const struct postman_options *options)
{
	struct postman *postman = mem_new(1, sizeof *postman);

	postman->options = *options;
	postman->pauses = map_new();
	return postman;
}

static void free_pause(void *ctx UNUSED, struct str account UNUSED, void *pause)
{
	free(pause);
}

void postman_free(struct postman *postman)
{
	if (!postman)
		return;
	map_each(postman->pauses, free_pause, NULL);
	map_free(postman->pauses);
	free(postman);
}

int64_t backoff_ms(int failures)
{
	int64_t ms = MIN((int64_t)BACKOFF_FIRST_MS << MIN(failures, 10), BACKOFF_LAST_MS);

	return ms / 2 + (int64_t)random_below((uint64_t)ms / 2 + 1);
}

static void pause_account(struct postman *postman, const char *account, struct pause *pause, const struct error *err)
{
	if (!pause) {
		pause = mem_new(1, sizeof *pause);
		map_set(postman->pauses, str_of(account), pause);
	}
	if (pause->failures++ == 0)
		log_error("outbox", "%s; its mail waits", err->text);
	pause->until = clock_mono_ms() + backoff_ms(pause->failures);
}

static void send_account(void *ctx, const char *account, int64_t due_at)
{
	const struct round *round = ctx;
	const struct postman_options *o = &round->postman->options;
	struct pause *pause = map_get(round->postman->pauses, str_of(account));
	const struct outbox_options options = {
	        .store = o->store, .setup = round->setup, .claim = o->claim, .stopped = o->stopped, .ctx = o->ctx};
	struct outbox_counts counts = {0};
	struct error err;

	if (due_at > round->now || (pause && pause->until > clock_mono_ms()) || o->stopped(o->ctx))
		return;
	if (outbox_send_account(&options, account, &counts, &err) < 0) {
		pause_account(round->postman, account, pause, &err);
	} else if (pause) {
		log_info("outbox", "account %s sends again", account);
		free(map_set(round->postman->pauses, str_of(account), NULL));
	}
	if (counts.sent)
		log_info("outbox", "account %s: %lld messages sent", account, (long long)counts.sent);
}

void postman_go(struct postman *postman, struct db *db, const struct setup *setup)
{
	struct round round = {postman, setup, clock_now_ms()};
	struct error err;

	if (outbox_accounts(db, send_account, &round, &err) < 0)
		log_warning("outbox", "%s", err.text);
}
