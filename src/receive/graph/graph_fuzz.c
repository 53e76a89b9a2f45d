/* A hostile Graph: the first byte chooses options, the rest is what it answers, one answer behind the other: a byte
 * that chooses the status, then the body up to a byte 0x1e. Requests never leave for another host, messages come in
 * ascending order, and whatever it says ends. */
#include "receive/graph/graph.h"

#include "receive/names_memory.h"

#define REQUESTS_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct hostile {
	struct str rest;
	int requests;
	struct token_source tokens;
};

static int give_token(struct token_source *source UNUSED, const struct token_wish *wish UNUSED,
                      struct secret *ret_token, struct error *err UNUSED)
{
	secret_set(ret_token, STR("token"));
	return 0;
}

static int answer(void *ctx, const struct http_request *request, struct arena *arena, struct http_answer *ret_answer,
                  struct error *err)
{
	static const int statuses[] = {200, 200, 200, 200, 201, 204, 400, 401, 403, 404, 409, 410, 500, 503, 302, 0};
	struct hostile *h = ctx;
	struct str body = STR_NULL;
	int status;

	must(str_starts_nocase(str_of(request->url), STR("https://graph.microsoft.com/v1.0/")));
	if (!h->rest.n || ++h->requests > REQUESTS_MAX)
		return fail(err, E_CLOSED, RETRY_LATER, "closed");
	status = statuses[(unsigned char)h->rest.p[0] % ARRAY_LEN(statuses)];
	h->rest = str_slice(h->rest, 1, h->rest.n);
	if (!str_split(&h->rest, 0x1e, &body))
		body = STR_NULL;
	if (!status)
		return fail(err, E_TIMEOUT, RETRY_LATER, "timeout");
	if (request->sink && status / 100 == 2 && request->sink(request->sink_ctx, body, err) < 0)
		return err->code;
	*ret_answer = (struct http_answer){.status = status, .body = arena_str(arena, body), .retry_after_ms = 60000};
	return 0;
}

static void read_all(struct receiver *r)
{
	uint32_t uids[64], last = 0;
	size_t n = 0;
	struct error err;

	if (receiver_scan(r, (struct position){0}, &err) < 0)
		return;
	for (;;) {
		struct incoming *in CLEANUP(incoming_freep) = NULL;

		if (receiver_next(r, &in, &err) <= 0)
			break;
		must(in->uid > last);
		last = in->uid;
		if (n < ARRAY_LEN(uids))
			uids[n++] = in->uid;
	}
	if (n && receiver_acknowledge(r, uids, n, &err) == 0)
		(void)!receiver_move(r, uids, n, "a/b", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hostile h = {.tokens = {.get = give_token}};
	const struct stream_options stream = {.host = GRAPH_HOST};
	const struct login login = {.user = "a@b.test", .tokens = &h.tokens};
	const struct graph_options options = {.stream = &stream, .login = &login, .perform = answer, .perform_ctx = &h};
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	struct graph *graph;
	struct error err;

	if (!size)
		return 0;
	h.rest = str_new(data + 1, size - 1);
	must(graph_open(&options, &graph, &err) == 0);
	const struct receiver_options receiver = {
	        .folder = data[0] & 4 ? "inbox/x" : "INBOX",
	        .after = (enum after)(data[0] & 3),
	        .after_folder = "Done",
	        .max_message_bytes = 100,
	};
	if (graph_receiver_begin(&receiver, graph, &r, &err) < 0)
		return 0;
	((struct graph_receiver *)r)->wait_max_ms = 0;
	read_all(r);
	read_all(r);
	return 0;
}
