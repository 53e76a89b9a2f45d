/* The sender over Graph: see graph.h. */
#include "send/graph/graph.h"

#include "base/mem.h"

#define SESSION_FROM 3000000
#define UPLOAD_PIECE (KIB(320) * 10) /* pieces are multiples of 320 KiB and below 4 MB */

struct sender *graph_sender_begin(const struct sender_options *options, struct graph *graph)
{
	struct graph_sender *gs = mem_new(1, sizeof *gs);

	gs->base.ops = &graph_sender;
	gs->graph = graph;
	gs->before_dot = options->before_dot;
	gs->before_dot_ctx = options->before_dot_ctx;
	gs->limits = (struct graph_limits){GRAPH_POST_MAX, SESSION_FROM, UPLOAD_PIECE};
	return &gs->base;
}

/* A token is all that can be proven here: the permission to send gives none to look at the mailbox. */
static int open_sender(const struct sender_options *options, struct sender **ret_sender, struct error *err)
{
	const struct graph_options graph_options = {
	        .stream = &options->stream,
	        .login = &options->login,
	        .timeout_ms = options->step_timeout_ms,
	        .transcript = options->transcript,
	        .transcript_ctx = options->transcript_ctx,
	};
	struct graph *graph;
	int r = graph_open(&graph_options, &graph, err);

	if (r < 0)
		return r;
	*ret_sender = graph_sender_begin(options, graph);
	return 0;
}

/* What an earlier try left goes, but for final answers. Who can't be written into a header fails; the others are not
 * held up. False where nobody is asked for. */
static bool prepare(struct outgoing *item, struct arena *arena)
{
	bool any = false;

	item->outcome = OUTCOME_PENDING;
	item->code = 0;
	item->answer = "";
	for (size_t i = 0; i < item->recipient_count; i++) {
		struct recipient *r = &item->recipients[i];

		if (!graph_is_asked(r))
			continue;
		r->outcome = OUTCOME_PENDING;
		r->code = 0;
		r->answer = "";
		if (graph_is_writable(r->address, arena)) {
			any = true;
			continue;
		}
		r->outcome = OUTCOME_FAILED;
		r->by_rcpt = false;
		r->answer = "this is no address that can be written in a header";
	}
	return any;
}

static int send_item(struct graph_sender *gs, struct outgoing *item, struct error *err)
{
	struct graph_letter letter CLEANUP(graph_letter_done) = {0};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error fault;

	if (!prepare(item, arena)) {
		graph_settle(item, OUTCOME_FAILED, "no recipient is left to send to");
		return 0;
	}
	if (graph_letter_make(item, arena, &letter, &fault) < 0) {
		graph_settle(item, OUTCOME_FAILED, fault.text);
		return 0;
	}
	if (graph_posted_size(letter.mime.n) <= gs->limits.post)
		return graph_post(gs, item, &letter, err);
	return graph_send_draft(gs, item, &letter, err);
}

/* By making what would be posted. */
static int can_carry(const struct outgoing *item, struct error *err)
{
	struct graph_letter letter CLEANUP(graph_letter_done) = {0};
	struct buf rest CLEANUP(buf_done) = BUF_INIT(GRAPH_MAIL_MAX);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct graph_file *files;
	int r;

	if (graph_posted_size(item->mime.n) < GRAPH_POST_MAX / 2) /* whatever is added to its header */
		return 0;
	r = graph_letter_make(item, arena, &letter, err);
	if (r == 0 && graph_posted_size(letter.mime.n) > GRAPH_POST_MAX)
		r = graph_letter_split(&letter, GRAPH_POST_MAX, arena, &files, &rest, err);
	return MIN(r, 0);
}

static int send_items(struct sender *s, struct outgoing *const *items, size_t n, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		items[i]->outcome = OUTCOME_PENDING;
	for (size_t i = 0; i < n && r == 0; i++)
		r = send_item((struct graph_sender *)s, items[i], err);
	return r;
}

/* Requests find a connection of their own. */
static bool is_alive(struct sender *s)
{
	(void)s;
	return true;
}

static void close_sender(struct sender *s)
{
	struct graph_sender *gs = (struct graph_sender *)s;

	graph_close(gs->graph);
	free(gs);
}

const struct sender_ops graph_sender = {
        .name = "graph",
        .open = open_sender,
        .send = send_items,
        .can_carry = can_carry,
        .is_alive = is_alive,
        .close = close_sender,
};
