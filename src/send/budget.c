/* See budget.h. */
#include "send/budget.h"

#include "base/clock.h"
#include "store/traffic.h"

struct budget budget_of(const struct provider *provider)
{
	const int64_t mb = 1000 * 1000; /* as providers count */

	if (!provider)
		return (struct budget){0};
	return (struct budget){.messages_per_hour = provider->limits.messages_per_hour,
	                       .messages_per_day = provider->limits.messages_per_day,
	                       .recipients_per_day = provider->limits.recipients_per_day,
	                       .bytes_per_day = provider->limits.send_mb_per_day * mb,
	                       .received_bytes_per_day = provider->limits.receive_mb_per_day * mb,
	                       .connections = provider->limits.connections};
}

enum { COUNT_MESSAGES_HOUR, COUNT_MESSAGES_DAY, COUNT_RECIPIENTS, COUNT_BYTES, COUNT_RECEIVED, COUNTS };

/* One allowance: how much of it is used, and when so much of that is over that there is room again. */
struct allowance {
	int64_t limit, window_ms, used;
	int64_t over_at; /* the end of the oldest slot's time in the window */
};

struct asking {
	struct allowance allowances[COUNTS];
	int64_t now;
};

static void count(struct allowance *a, int64_t now, int64_t slot, int64_t n)
{
	int64_t over_at = slot + TRAFFIC_SLOT_MS + a->window_ms;

	if (!n || over_at <= now)
		return;
	if (!a->over_at)
		a->over_at = over_at;
	a->used += n;
}

static void count_slot(void *ctx, int64_t slot, const struct traffic *t)
{
	struct asking *asking = ctx;
	const int64_t n[COUNTS] = {
	        [COUNT_MESSAGES_HOUR] = t->messages,  [COUNT_MESSAGES_DAY] = t->messages,
	        [COUNT_RECIPIENTS] = t->recipients,   [COUNT_BYTES] = t->bytes,
	        [COUNT_RECEIVED] = t->received_bytes,
	};

	for (int i = 0; i < COUNTS; i++)
		count(&asking->allowances[i], asking->now, slot, n[i]);
}

static int64_t left_of(const struct allowance *a)
{
	return !a->limit ? INT64_MAX : a->used >= a->limit ? 0 : a->limit - a->used;
}

static const char *const spent_words[COUNTS] = {
        [COUNT_MESSAGES_HOUR] = "messages_per_hour", [COUNT_MESSAGES_DAY] = "messages_per_day",
        [COUNT_RECIPIENTS] = "recipients_per_day",   [COUNT_BYTES] = "send_mb_per_day",
        [COUNT_RECEIVED] = "receive_mb_per_day",
};

static struct budget_left sum_up(const struct asking *asking)
{
	const struct allowance *a = asking->allowances;
	struct budget_left left = {
	        .messages = MIN(left_of(&a[COUNT_MESSAGES_HOUR]), left_of(&a[COUNT_MESSAGES_DAY])),
	        .recipients = left_of(&a[COUNT_RECIPIENTS]),
	        .bytes = left_of(&a[COUNT_BYTES]),
	        .received_bytes = left_of(&a[COUNT_RECEIVED]),
	};

	if (!left.recipients || !left.bytes)
		left.messages = 0;
	for (int i = 0; i < COUNTS; i++) {
		int64_t *at = i == COUNT_RECEIVED ? &left.receive_at : &left.send_at;

		if (left_of(&a[i]) > 0)
			continue;
		left.spent = i != COUNT_RECEIVED || !left.spent ? spent_words[i] : left.spent;
		*at = MAX(*at, a[i].over_at);
	}
	return left;
}

int budget_ask(struct db *db, const char *account, const struct budget *budget, int64_t now,
               struct budget_left *ret_left, struct error *err)
{
	struct asking asking = {
	        .now = now,
	        .allowances =
	                {
	                        [COUNT_MESSAGES_HOUR] = {budget->messages_per_hour, HOURS_MS(1), 0, 0},
	                        [COUNT_MESSAGES_DAY] = {budget->messages_per_day, HOURS_MS(24), 0, 0},
	                        [COUNT_RECIPIENTS] = {budget->recipients_per_day, HOURS_MS(24), 0, 0},
	                        [COUNT_BYTES] = {budget->bytes_per_day, HOURS_MS(24), 0, 0},
	                        [COUNT_RECEIVED] = {budget->received_bytes_per_day, HOURS_MS(24), 0, 0},
	                },
	};
	bool any = false;
	int r = 0;

	for (int i = 0; i < COUNTS; i++)
		any |= asking.allowances[i].limit > 0;
	if (any)
		r = traffic_each(db, account, now - HOURS_MS(24), count_slot, &asking, err);
	if (r < 0)
		return r;
	*ret_left = sum_up(&asking);
	return 0;
}
