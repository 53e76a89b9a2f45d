/* Posting, and what the answer means: see graph.h and sender.h.
 *
 * 202 is the server's word that it has the mail. 429 and 503, and codes that say as much, mean that it was turned away
 * at the door; an answer of 500, 502 or 504 comes from a server that may have taken it before it fell, so it is
 * uncertain as a connection that was lost is. */
#include "send/graph/graph.h"

#include "base/base64.h"
#include "base/fault.h"

/* ---------------------------------------------------------------- outcomes */

bool graph_is_asked(const struct recipient *recipient)
{
	return recipient->outcome != OUTCOME_SENT && recipient->outcome != OUTCOME_FAILED;
}

void graph_settle(struct outgoing *item, enum outcome outcome, const char *words)
{
	const char *answer = arena_cstr(item->arena, str_of(words));

	for (size_t i = 0; i < item->recipient_count; i++) {
		struct recipient *r = &item->recipients[i];

		if (!graph_is_asked(r))
			continue;
		r->outcome = outcome;
		r->by_rcpt = false;
		r->code = 0;
		r->answer = answer;
	}
	item->outcome = sender_outcome_of(item);
	item->code = 0;
	item->answer = answer;
}

int graph_settle_failed(struct outgoing *item, bool started, struct error *err)
{
	graph_settle(item, started ? OUTCOME_UNCERTAIN : OUTCOME_LATER, err->text);
	return err->code;
}

enum meaning { MEANS_SENT, MEANS_FAILED, MEANS_LATER, MEANS_NOT_NOW, MEANS_UNCERTAIN };

static enum meaning meaning_of(int status, const struct graph_fault *fault)
{
	if (status / 100 == 2)
		return MEANS_SENT;
	if (graph_is_busy(0, fault) || status == 429 || status == 503 || status == 509)
		return MEANS_NOT_NOW;
	if (status >= 500 || status == 408)
		return MEANS_UNCERTAIN;
	if (str_eq_nocase(fault->code, STR("ErrorSendAsDenied")))
		return MEANS_FAILED;
	if (status == 401 || status == 403 || graph_is_no_mailbox(fault) || status / 100 == 3)
		return MEANS_NOT_NOW;
	return status == 409 || status == 412 || status == 423 ? MEANS_LATER : MEANS_FAILED;
}

int graph_settle_by(struct graph_sender *gs, struct outgoing *item, const struct http_answer *answer, const char *step,
                    struct error *err)
{
	static const enum outcome outcomes[] = {OUTCOME_SENT, OUTCOME_FAILED, OUTCOME_LATER, OUTCOME_LATER,
	                                        OUTCOME_UNCERTAIN};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct graph_fault fault = graph_fault_of(answer->body, arena);
	enum meaning meaning = meaning_of(answer->status, &fault);
	struct error words;

	if (meaning == MEANS_SENT) {
		graph_settle(item, OUTCOME_SENT, arena_printf(arena, "HTTP %d Accepted", answer->status).p);
		return 0;
	}
	graph_refused_as(gs->graph, answer->status, answer->retry_after_ms, &fault, step, &words);
	graph_settle(item, outcomes[meaning], words.text);
	if (meaning == MEANS_FAILED || meaning == MEANS_LATER)
		return 0;
	if (err)
		*err = words;
	return words.code;
}

/* ---------------------------------------------------------------- the last request */

int graph_post_finally(struct graph_sender *gs, struct outgoing *item, const struct graph_request *request,
                       struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct graph_request once = *request;
	struct http_answer answer;
	struct error fault = {0};
	bool started = false;
	int r = 0;

	once.once = true;
	once.ret_started = &started;
	if (gs->before_dot && gs->before_dot(gs->before_dot_ctx, item, &fault) != 0)
		r = fault.code < 0 ? fault.code
		                   : fail(&fault, E_STOPPED, RETRY_LATER, "stopped before the mail was posted");
	if (r == 0) {
		fault_step("graph before the mail is posted");
		r = graph_do(gs->graph, &once, arena, &answer, &fault);
	}
	if (r == 0)
		return graph_settle_by(gs, item, &answer, "sending", err);
	if (err)
		*err = fault;
	if (!started && (r == E_STOPPED || r == E_CONFLICT))
		return r; /* ours to decide, no try of this mail: it stays as it was */
	return graph_settle_failed(item, started, &fault);
}

size_t graph_posted_size(size_t mime_bytes)
{
	return (mime_bytes + 2) / 3 * 4;
}

int graph_post(struct graph_sender *gs, struct outgoing *item, const struct graph_letter *letter, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct buf body CLEANUP(buf_done) = BUF_INIT(GRAPH_POST_MAX + 4);

	base64_encode(&body, buf_str(&letter->mime));
	graph_url(gs->graph, &url);
	buf_add(&url, STR("/sendMail"));
	return graph_post_finally(
	        gs, item,
	        &(struct graph_request){
	                .method = "POST", .url = buf_cstr(&url), .content_type = "text/plain", .body = buf_str(&body)},
	        err);
}
