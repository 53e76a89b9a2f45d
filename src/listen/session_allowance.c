/* What the provider lets an account fetch in a day (limits/receive_mb_per_day): counted as it comes, asked before a
 * connection is made and between messages. See session_parts.h. */
#include "listen/session_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "send/budget.h"
#include "store/traffic.h"

#define NOTED_AT MIB(16) /* fetched since it was last written down */

static struct budget budget_of_session(const struct session *s)
{
	const struct setup *setup = s->options.setup;
	const struct account *account = setup_account(setup, s->options.listener->account);
	struct budget all = budget_of(account ? setup_provider(setup, account->provider) : NULL);

	return (struct budget){.received_bytes_per_day = all.received_bytes_per_day};
}

static int refuse(int64_t until, struct error *err)
{
	char at[32];

	clock_format_iso(until, at);
	fail(err, E_LIMIT, RETRY_LATER,
	     "what the provider allows is used up (limits/receive_mb_per_day): nothing is read until %s", at);
	if (err)
		err->retry_after_ms = MAX(until - clock_now_ms(), 1000);
	return E_LIMIT;
}

int session_ask_allowance(struct session *s, struct db *db, struct error *err)
{
	const struct budget budget = budget_of_session(s);
	struct budget_left left;
	int r;

	s->allowance = (struct session_allowance){.left = INT64_MAX};
	if (!budget.received_bytes_per_day)
		return 0;
	r = budget_ask(db, s->options.listener->account, &budget, clock_now_ms(), &left, err);
	if (r < 0)
		return r;
	if (left.received_bytes <= 0)
		return refuse(left.receive_at, err);
	s->allowance = (struct session_allowance){.is_limited = true, .left = left.received_bytes};
	return 0;
}

int session_ask_allowance_again(struct session *s, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = s->allowance.is_limited ? store_connect(s->options.store, &db, err) : 0;

	return r < 0 || !s->allowance.is_limited ? r : session_ask_allowance(s, db, err);
}

struct note {
	struct work work;
	const char *account;
	int64_t bytes;
};

static int run_note(struct work *work, struct db *db, struct error *err)
{
	const struct note *note = (const struct note *)(const void *)work;

	return traffic_add(db, note->account, &(struct traffic){.received_bytes = note->bytes}, clock_now_ms(), err);
}

/* A store that fails loses a count, not a mail: it is added to the next. */
static void write_down(struct session *s)
{
	struct note note = {
	        .work = {.run = run_note}, .account = s->options.listener->account, .bytes = s->allowance.fetched};
	struct error err;

	if (!s->allowance.fetched)
		return;
	if (store_do(s->options.store, &note.work, &err) < 0)
		log_debug("listen", "listener %s: what was fetched isn't counted yet: %s", s->options.listener->id,
		          err.text);
	else
		s->allowance.fetched = 0;
}

void session_count_fetched(struct session *s, size_t bytes)
{
	if (!s->allowance.is_limited)
		return;
	s->allowance.fetched += (int64_t)bytes;
	s->allowance.left -= (int64_t)bytes;
	if (s->allowance.fetched >= (int64_t)NOTED_AT)
		write_down(s);
}

int session_settle_allowance(struct session *s, int r, struct error *err)
{
	if (!s->allowance.is_limited)
		return r;
	write_down(s);
	return r < 0 || s->allowance.left > 0 ? r : session_ask_allowance_again(s, err);
}
