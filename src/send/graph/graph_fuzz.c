/* A hostile Graph to which three mails are sent, the second too large for one request and the third signed: the first
 * byte chooses options, the rest is what it answers, one answer behind the other: a byte that chooses the status, one
 * for Retry-After, then the body up to a byte 0x1e. Whatever it says, the token stays with its host, a mail is posted
 * once and after its mark alone, it counts as sent where the server took it with all its files, and no draft is
 * forgotten. */
#include "send/graph/graph.h"

#include "base/clock.h"

#define MAILS        3
#define RECIPIENTS   2
#define REQUESTS_MAX 200
#define OURS         "https://graph.microsoft.com/v1.0/users/a%40b.test/"

#define HEADER "From: a@b.test\r\nTo: Bob <bob@c.test>\r\nMessage-ID: <m@b.test>\r\nMIME-Version: 1.0\r\nContent-Type: "
#define FILES                                                                                              \
	"; boundary=bb\r\n\r\n--bb\r\n\r\nHello.\r\n--bb\r\nContent-Type: application/pdf; name=f.pdf\r\n" \
	"Content-ID: <c@b>\r\n\r\n" TEN TEN TEN "\r\n--bb\r\nContent-Type: text/csv; name=g.csv\r\n"       \
	"Content-Disposition: attachment\r\n\r\n" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "\r\n--bb--\r\n"
#define TEN         "0123456789"
#define SMALL_BYTES 30
#define LARGE_BYTES 100

static const struct str mails[MAILS] = {
        STR_INIT("From: a@b.test\r\nTo: Bob <bob@c.test>\r\nSubject: Hi\r\n\r\nHello.\r\n"),
        STR_INIT(HEADER "multipart/mixed" FILES),
        STR_INIT(HEADER "multipart/signed" FILES),
};

static const struct graph_limits limits = {.post = 360, .session = 50, .piece = 32};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct hostile {
	struct str rest;
	int requests;
	struct token_source tokens;
	bool has_no_more_tokens;
	int mark_fails; /* with this code; 0: it doesn't */
	int now;        /* the mail whose mark was made last; -1: none */
	bool marked[MAILS], lost[MAILS], accepted[MAILS];
	int posts[MAILS]; /* that the server didn't turn away with 401 */
	/* of the draft */
	bool is_known, deleted; /* by its id */
	size_t uploaded, attached;
};

static int give_token(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
                      struct error *err)
{
	const struct hostile *h = (const struct hostile *)(void *)((char *)source - offsetof(struct hostile, tokens));

	if (wish->refused && h->has_no_more_tokens)
		return fail(err, E_AUTH, RETRY_NEVER, "no token");
	secret_set(ret_token, STR("token"));
	return 0;
}

static int mark(void *ctx, struct outgoing *item, struct error *err)
{
	struct hostile *h = ctx;

	must(!h->marked[item->id]);
	if (h->mark_fails)
		return fail(err, h->mark_fails, RETRY_LATER, "no mark");
	h->now = (int)item->id;
	h->marked[item->id] = true;
	return 0;
}

/* ---------------------------------------------------------------- the other side */

static bool is_post(const struct http_request *request)
{
	struct str url = str_of(request->url);

	return strcmp(request->method, "POST") == 0 &&
	       (str_ends_nocase(url, STR("/sendMail")) || str_ends_nocase(url, STR("/send")));
}

static bool is_upload(const struct http_request *request)
{
	return strcmp(request->method, "PUT") == 0;
}

/* Its next answer; status 0: the connection is lost, -1: there was none. */
static int next_answer(struct hostile *h, struct arena *arena, struct http_answer *ret_answer)
{
	static const int statuses[] = {200, 201, 202, 204, 206, 301, 307, 400, 401, 403, 404, 405, 408, 409, 410, 412,
	                               413, 416, 423, 429, 500, 501, 502, 503, 504, 507, 509, 199, 600, 999, 0,   -1};
	static const int64_t waits[] = {-1, 0, 1000, HOURS_MS(24)};
	struct str body = STR_NULL;
	int status;

	if (h->rest.n < 2 || ++h->requests > REQUESTS_MAX)
		return 0;
	status = statuses[(unsigned char)h->rest.p[0] % ARRAY_LEN(statuses)];
	*ret_answer = (struct http_answer){
	        .status = status,
	        .retry_after_ms = waits[(unsigned char)h->rest.p[1] % ARRAY_LEN(waits)],
	};
	h->rest = str_slice(h->rest, 2, h->rest.n);
	if (!str_split(&h->rest, 0x1e, &body))
		body = STR_NULL;
	ret_answer->body = arena_str(arena, body);
	return status;
}

static void check_request(const struct hostile *h, const struct http_request *request)
{
	if (is_upload(request)) {
		must(!request->bearer && *request->url && request->body.n);
		return;
	}
	must(request->bearer && str_starts(str_of(request->url), STR(OURS)));
	if (!is_post(request))
		return;
	must(request->once && h->now >= 0 && h->marked[h->now] && !h->posts[h->now]);
	must(h->now != 1 || (h->uploaded == LARGE_BYTES && h->attached == 1));
}

/* What an answer of success says that it has now. */
static void note_success(struct hostile *h, const struct http_request *request)
{
	struct str url = str_of(request->url);

	if (is_upload(request))
		h->uploaded += request->body.n;
	else if (str_ends_nocase(url, STR("/attachments")))
		h->attached++;
}

static int answer(void *ctx, const struct http_request *request, struct arena *arena, struct http_answer *ret_answer,
                  struct error *err)
{
	struct hostile *h = ctx;
	int status;

	check_request(h, request);
	h->deleted |= strcmp(request->method, "DELETE") == 0;
	h->is_known |= !is_post(request) && str_find(str_of(request->url), STR("/attachments")) > 0;
	status = next_answer(h, arena, ret_answer);
	if (request->ret_started)
		*request->ret_started = status >= 0;
	if (is_post(request)) {
		h->posts[h->now] += status >= 0 && status != 401;
		h->lost[h->now] |= status == 0;
		h->accepted[h->now] |= status / 100 == 2;
	}
	if (status <= 0)
		return fail(err, E_CLOSED, RETRY_LATER, "closed");
	if (status / 100 == 2)
		note_success(h, request);
	return 0;
}

/* ---------------------------------------------------------------- what became of it */

static void check_item(const struct hostile *h, const struct outgoing *item, int rc)
{
	bool is_open = item->outcome == OUTCOME_PENDING || item->outcome == OUTCOME_UNCERTAIN;

	must(rc < 0 || !is_open);
	must((item->outcome == OUTCOME_SENT) == h->accepted[item->id]);
	must(!h->lost[item->id] || item->outcome == OUTCOME_UNCERTAIN);
	must(item->outcome != OUTCOME_UNCERTAIN || h->posts[item->id] == 1);
	for (size_t i = 0; i < item->recipient_count && item->outcome != OUTCOME_PENDING; i++)
		must(item->recipients[i].outcome != OUTCOME_PENDING);
	must(item->outcome == OUTCOME_PENDING || (*item->answer && str_is_utf8(str_of(item->answer))));
}

static void send_all(struct hostile *h, struct sender *sender, uint8_t choice)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct recipient recipients[MAILS][RECIPIENTS] = {0};
	struct outgoing items[MAILS] = {0}, *list[MAILS];
	struct error err = {0};
	int rc;

	for (size_t i = 0; i < MAILS; i++) {
		recipients[i][0] = (struct recipient){.address = "bob@c.test", .answer = ""};
		recipients[i][1] = (struct recipient){.address = choice & 8 ? "carl" : "carl@c.test", .answer = ""};
		items[i] = (struct outgoing){
		        .id = (int64_t)i,
		        .envelope_from = "a@b.test",
		        .recipients = recipients[i],
		        .recipient_count = RECIPIENTS,
		        .mime = mails[i],
		        .arena = arena,
		        .answer = "",
		};
		list[i] = &items[i];
	}
	rc = sender_send(sender, list, MAILS, &err);
	must(rc == 0 || (err.code == rc && err.text[0] && str_is_utf8(str_of(err.text))));
	for (size_t i = 0; i < MAILS; i++)
		check_item(h, &items[i], rc);
	must(!h->is_known || h->deleted || h->posts[1] || h->marked[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int faults[] = {0, 0, E_STOPPED, E_STORE};
	uint8_t choice = size ? data[0] : 0;
	struct hostile h = {
	        .rest = str_slice(str_new(data, size), 1, size),
	        .tokens = {.get = give_token},
	        .has_no_more_tokens = choice & 4,
	        .mark_fails = faults[choice & 3],
	        .now = -1,
	};
	const struct stream_options stream = {.host = GRAPH_HOST};
	const struct login login = {.user = "a@b.test", .tokens = &h.tokens};
	const struct graph_options options = {.stream = &stream, .login = &login, .perform = answer, .perform_ctx = &h};
	const struct sender_options sending = {.before_dot = mark, .before_dot_ctx = &h};
	struct sender *sender CLEANUP(sender_closep) = NULL;
	struct graph *graph;
	struct error err;

	must(graph_open(&options, &graph, &err) == 0);
	sender = graph_sender_begin(&sending, graph);
	((struct graph_sender *)sender)->limits = limits;
	send_all(&h, sender, choice);
	return 0;
}
