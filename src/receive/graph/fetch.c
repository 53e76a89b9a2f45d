/* Messages, one request each: "$value" is the whole MIME. See graph.h.
 *
 * How large a message is isn't asked before: the size that Exchange knows (PidTagMessageSize) is that of its own
 * storage, far from the MIME's, and a delta query doesn't give it. What grows beyond the limit is broken off instead,
 * and only then asked for its size, for people to read. */
#include "receive/graph/graph.h"

#include "base/mem.h"
#include "receive/body.h"

#include <stdio.h>

void graph_message_url(const struct graph_receiver *gr, struct str id, struct buf *out)
{
	graph_url(gr->graph, out);
	buf_add(out, STR("/messages/"));
	graph_add_segment(out, id);
}

/* ---------------------------------------------------------------- one message */

static int take_piece(void *ctx, struct str piece, struct error *err)
{
	struct body *body = ctx;

	body_add(body, piece);
	if (body->total > body->max)
		return fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER, "the message has more than %llu bytes",
		                  (unsigned long long)body->max);
	return 0;
}

static struct incoming *new_incoming(const struct graph_receiver *gr, const struct graph_candidate *c,
                                     enum incoming_kind kind)
{
	struct incoming *in = mem_new(1, sizeof *in);

	in->kind = kind;
	in->uidvalidity = names_uidvalidity(gr->names);
	in->uid = c->uid;
	return in;
}

static struct incoming *failed(const struct graph_receiver *gr, const struct graph_candidate *c,
                               const struct error *fault)
{
	struct incoming *in = new_incoming(gr, c, INCOMING_FAILED);

	in->fault = mem_new(1, sizeof *in->fault);
	*in->fault = *fault;
	error_prefix(in->fault, "message %u", c->uid);
	return in;
}

/* For people only: where it can't be had, what came so far says enough. Of the ways to a message only that through its
 * folder is described as one that expands. */
static uint64_t ask_size(const struct graph_receiver *gr, struct str id, uint64_t at_least, struct arena *arena)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct http_answer answer;

	graph_url(gr->graph, &url);
	buf_add(&url, STR("/mailFolders/"));
	graph_add_segment(&url, str_of(gr->folder_id));
	buf_add(&url, STR("/messages/"));
	graph_add_segment(&url, id);
	buf_add(&url, STR("?$select=id&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0E08')"));
	int r = graph_do(gr->graph, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, arena, &answer,
	                 NULL);
	return r < 0 || answer.status != 200 ? at_least : MAX(graph_size_read(answer.body), at_least);
}

static int finish(const struct graph_receiver *gr, const struct graph_candidate *c, struct str id, struct body *body,
                  struct arena *arena, struct incoming **ret, struct error *err)
{
	struct incoming *in;
	int r = body_end(body, &in, err);

	if (r < 0)
		return r;
	in->uidvalidity = names_uidvalidity(gr->names);
	in->uid = c->uid;
	in->seen = c->seen;
	in->received_at = c->received_at;
	if (in->kind == INCOMING_TOO_LARGE)
		in->size = ask_size(gr, id, in->size, arena);
	*ret = in;
	return 0;
}

bool graph_is_gone(int status, const struct graph_fault *fault)
{
	return status == 404 && (str_eq_nocase(fault->code, STR("ErrorItemNotFound")) ||
	                         str_eq_nocase(fault->code, STR("itemNotFound")));
}

static bool folder_answers(const struct graph_receiver *gr, struct arena *arena)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct http_answer answer;

	graph_url(gr->graph, &url);
	buf_add(&url, STR("/mailFolders/"));
	graph_add_segment(&url, str_of(gr->folder_id));
	int r = graph_do(gr->graph, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, arena, &answer,
	                 NULL);
	return r == 0 && answer.status == 200;
}

/* A refusal that one message may get steadily is believed of the whole mailbox only where another request fails, too; a
 * gateway's time-out (504) is that of one message that takes too long. */
static bool concerns_all(const struct graph_receiver *gr, const struct http_answer *answer,
                         const struct graph_fault *fault, struct arena *arena)
{
	int status = answer->status;
	bool is_busy = answer->retry_after_ms > 0 || graph_is_busy(status, fault);

	if (status == 401 || status == 429 || graph_is_no_mailbox(fault))
		return true;
	if (status == 504)
		return false;
	if (status == 403 || (status >= 500 && is_busy))
		return !folder_answers(gr, arena);
	return graph_is_busy(status, fault);
}

/* What an answer other than the message means: of the message alone, or of all of them. */
static int judge(const struct graph_receiver *gr, const struct graph_candidate *c, const struct http_answer *answer,
                 struct arena *arena, struct incoming **ret, struct error *err)
{
	struct graph_fault fault = graph_fault_of(answer->body, arena);
	int r;

	if (graph_is_gone(answer->status, &fault)) {
		*ret = new_incoming(gr, c, INCOMING_GONE);
		return 0;
	}
	r = graph_refused_as(gr->graph, answer->status, answer->retry_after_ms, &fault, "message", err);
	if (concerns_all(gr, answer, &fault, arena))
		return r;
	err->scope = SCOPE_MESSAGE;
	if (answer->status == 403 || answer->status == 404)
		err->retry = RETRY_LATER;
	return r;
}

static int fetch(const struct graph_receiver *gr, const struct graph_candidate *c, struct str id, struct incoming **ret,
                 struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct body body CLEANUP(body_done);
	struct http_answer answer;

	body_begin(&body, 0, gr->max_message_bytes);
	graph_message_url(gr, id, &url);
	buf_add(&url, STR("/$value"));
	int r = graph_do(
	        gr->graph,
	        &(struct graph_request){.method = "GET", .url = buf_cstr(&url), .sink = take_piece, .sink_ctx = &body},
	        arena, &answer, err);
	if (r < 0 && body.total <= body.max)
		return r;
	if (r == 0 && answer.status != 200)
		return judge(gr, c, &answer, arena, ret, err);
	if (body.total == 0)
		return fail_scope(err, SCOPE_MESSAGE, E_PROTOCOL, RETRY_LATER,
		                  "the server answers 200 and gives not a single byte");
	return finish(gr, c, id, &body, arena, ret, err);
}

/* ---------------------------------------------------------------- one after the other */

/* The ids of the next candidates, copied: others ask the names in between. */
static int look_up_names(struct graph_receiver *gr, struct error *err)
{
	uint32_t uids[GRAPH_NAMES_AT_ONCE];
	size_t n = MIN(gr->candidates_n - gr->candidates_at, (size_t)GRAPH_NAMES_AT_ONCE);

	for (size_t i = 0; i < n; i++)
		uids[i] = gr->candidates[gr->candidates_at + i].uid;
	int found = names_these(gr->names, uids, n, gr->named, err);
	if (found < 0)
		return found;
	arena_clear(gr->ids);
	for (int i = 0; i < found; i++)
		gr->named[i].name = arena_str(gr->ids, gr->named[i].name);
	gr->named_n = (size_t)found;
	gr->named_at = 0;
	gr->named_until = gr->candidates_at + n;
	return 0;
}

int graph_next(struct receiver *r, struct incoming **ret, struct error *err)
{
	struct graph_receiver *gr = (struct graph_receiver *)r;
	struct error fault;

	if (gr->candidates_at == gr->candidates_n) {
		graph_forget_scan(gr);
		return 0;
	}
	int rc = gr->candidates_at < gr->named_until ? 0 : look_up_names(gr, err);
	if (rc < 0)
		return rc;
	const struct graph_candidate *c = &gr->candidates[gr->candidates_at];
	if (gr->named_at == gr->named_n || gr->named[gr->named_at].uid != c->uid) {
		gr->candidates_at++;
		*ret = new_incoming(gr, c, INCOMING_GONE);
		return 1;
	}
	rc = fetch(gr, c, gr->named[gr->named_at].name, ret, &fault);
	if (rc < 0 && fault.scope != SCOPE_MESSAGE) {
		if (err)
			*err = fault;
		return rc;
	}
	if (rc < 0)
		*ret = failed(gr, c, &fault);
	gr->named_at++;
	gr->candidates_at++;
	return 1;
}
