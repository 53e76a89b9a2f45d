/* What was delivered to webhooks, sending it again, tests, new secrets. The records have their own routes
 * (record_routes.h). Webhooks may be told of everybody's mail: they are for callers who see all accounts. */
#include "api/route.h"
#include "api/routes.h"
#include "api/webhook_view.h"
#include "base/clock.h"
#include "events/events.h"
#include "events/replay.h"
#include "events/webhooks.h"
#include "security/webhook_sign.h"

static int find_webhook(const struct request *request, const struct webhook **ret_webhook, struct error *err)
{
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const struct webhook *webhook = caller_oversees(&request->caller) ? setup_webhook(request->setup, id) : NULL;

	if (!webhook)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no webhook \"%.64s\"", id);
	*ret_webhook = webhook;
	return 0;
}

/* So that what was asked for happens at once. */
static void hurry(const struct request *request)
{
	struct events *events = events_of(request->store);

	if (events)
		events_hurry_webhooks(events);
}

/* ---------------------------------------------------------------- looking */

static int get_state(struct request *request, struct answer *answer, struct error *err)
{
	struct buf key CLEANUP(buf_done) = BUF_INIT(200);
	const struct webhook *w;
	struct webhook_state state;
	struct webhook_state_view view;
	int r = find_webhook(request, &w, err);

	if (r == 0)
		r = webhook_standing(request->db, w->id, clock_now_ms(), request->arena, &state, err);
	if (r < 0)
		return r;
	if (secret_is_set(&w->private_key))
		r = webhook_public_key(secret_reveal(&w->private_key), &key, err);
	view = (struct webhook_state_view){
	        .id = w->id,
	        .enabled = w->enabled,
	        .disabled = state.disabled_at != 0,
	        .failing_since = state.failing_since,
	        .failures = state.failures,
	        .next_try_at = state.next_try_at,
	        .delivered_at = state.delivered_at,
	        .failed_at = state.failed_at,
	        .disabled_at = state.disabled_at,
	        .reason = state.reason,
	        .public_key = buf_cstr(&key),
	};
	if (r == 0)
		r = delivery_waiting(request->db, w->id, &view.waiting, err);
	return r < 0 ? r : answer_record(answer, &webhook_state_view_type, &view, err);
}

static int list_deliveries(struct request *request, struct answer *answer, struct error *err)
{
	const struct webhook *w;
	struct delivery *list;
	int64_t before = 0;
	struct str unused;
	int n, r = find_webhook(request, &w, err);

	if (r == 0)
		r = request_cursor(request, &before, &unused, err);
	if (r < 0)
		return r;
	n = delivery_list(request->db, w->id, request_query(request, "state"), before, request->limit + 1,
	                  request->arena, &list, err);
	if (n < 0)
		return n;
	answer_list_begin(answer);
	for (size_t i = 0; i < MIN((size_t)n, request->limit) && r == 0; i++) {
		const struct delivery_view view = delivery_view_of(&list[i]);

		r = answer_list_add(answer, &delivery_view_type, &view, err);
		before = list[i].id;
	}
	answer_list_end(answer, (size_t)n > request->limit, before, STR(""));
	return r;
}

static int find_delivery(const struct request *request, struct delivery *ret, struct error *err)
{
	const struct webhook *w;
	int64_t id;
	int r = find_webhook(request, &w, err);

	if (r == 0)
		r = request_id(request, 1, "delivery", &id, err);
	if (r < 0)
		return r;
	r = delivery_get(request->db, id, request->arena, ret, err);
	if (r == 0 || (r > 0 && strcmp(ret->webhook, w->id) != 0))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "webhook %s has no delivery %lld", w->id, (long long)id);
	return MIN(r, 0);
}

static int answer_delivery(struct request *request, struct answer *answer, const struct delivery *d, struct error *err)
{
	struct delivery_view view = delivery_view_of(d);
	struct delivery_try *tries;
	struct delivery_try_view *list;
	int n = delivery_tries(request->db, d->id, request->arena, &tries, err);

	if (n < 0)
		return n;
	list = ARENA_ARRAY(request->arena, struct delivery_try_view, (size_t)n);
	for (int i = 0; i < n; i++)
		list[i] = (struct delivery_try_view){tries[i].number, tries[i].at,     tries[i].duration_ms,
		                                     tries[i].status, tries[i].reason, tries[i].answer};
	view.attempts = (struct record_list){list, (size_t)n};
	return answer_record(answer, &delivery_view_type, &view, err);
}

static int get_delivery(struct request *request, struct answer *answer, struct error *err)
{
	struct delivery d;
	int r = find_delivery(request, &d, err);

	return r < 0 ? r : answer_delivery(request, answer, &d, err);
}

/* ---------------------------------------------------------------- again */

static int replay_delivery(struct request *request, struct answer *answer, struct error *err)
{
	struct delivery d;
	int r = find_delivery(request, &d, err);

	if (r == 0)
		r = webhook_replay(request->store, d.webhook, d.id, err);
	if (r < 0)
		return r;
	if (r == 0)
		return fail(err, E_CONFLICT, RETRY_LATER, "delivery %lld is just being sent", (long long)d.id);
	hurry(request);
	r = delivery_get(request->db, d.id, request->arena, &d, err);
	return r < 0 ? r : answer_delivery(request, answer, &d, err);
}

static int replay_webhook(struct request *request, struct answer *answer, struct error *err)
{
	struct replayed_view view;
	const struct webhook *w;
	void *record;
	int r = find_webhook(request, &w, err);

	if (r == 0)
		r = request_record(request, &record, err);
	if (r < 0)
		return r;
	view.count = webhook_replay_since(request->store, request->setup, w, ((struct replay_view *)record)->after,
	                                  ((struct replay_view *)record)->all, err);
	if (view.count < 0)
		return (int)view.count;
	hurry(request);
	return answer_record(answer, &replayed_view_type, &view, err);
}

static int test_webhook(struct request *request, struct answer *answer UNUSED, struct error *err)
{
	const struct webhook *w;
	int r = find_webhook(request, &w, err);

	return r < 0 ? r : webhook_test(request->store, w, request->caller.author, err);
}

static int rotate_webhook(struct request *request, struct answer *answer, struct error *err)
{
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT(200);
	struct webhook_secret_view view;
	const struct webhook *w;
	int r = find_webhook(request, &w, err);

	must(buf_room(&secret, 100));
	if (r == 0)
		r = webhook_rotate(request->store, request->sealer, request->setup, w->id, request->caller.author,
		                   &secret, err);
	if (r < 0)
		return r;
	view.secret = buf_cstr(&secret);
	answer_header(answer, "Cache-Control", "no-store");
	return answer_record(answer, &webhook_secret_view_type, &view, err);
}

/* ---------------------------------------------------------------- routes */

static const struct route_query delivery_query[] = {
        {"state", QUERY_TEXT, "Only those in this state", delivery_state_names}, {0}};

#define HOOK "/api/v1/webhooks/{id}"
#define MAY  .right = RIGHT_WEBHOOKS_MANAGE

const struct route webhook_routes[] = {
        {API_GET, HOOK "/state", "getWebhookState", "Webhooks", "How a webhook stands", MAY,
         .answer = &webhook_state_view_type, .handle = get_state},
        {API_GET, HOOK "/deliveries", "listWebhookDeliveries", "Webhooks", "What was delivered, newest first", MAY,
         .answer = &delivery_view_type, .is_list = true, .query = delivery_query, .handle = list_deliveries},
        {API_GET, HOOK "/deliveries/{delivery}", "getWebhookDelivery", "Webhooks", "One delivery with its tries", MAY,
         .answer = &delivery_view_type, .handle = get_delivery},
        {API_POST, HOOK "/deliveries/{delivery}/replay", "replayWebhookDelivery", "Webhooks", "Send it again", MAY,
         .answer = &delivery_view_type, .handle = replay_delivery},
        {API_POST, HOOK "/replay", "replayWebhook", "Webhooks", "Send again what failed, or all, behind an event", MAY,
         .body = &replay_view_type, .answer = &replayed_view_type, .handle = replay_webhook},
        {API_POST, HOOK "/test", "testWebhook", "Webhooks", "Send it an event of kind webhook.test", MAY,
         .handle = test_webhook},
        {API_POST, HOOK "/rotate", "rotateWebhookSecret", "Webhooks",
         "Give it a new secret; the old one signs for another day", MAY, .answer = &webhook_secret_view_type,
         .handle = rotate_webhook},
        {0},
};
