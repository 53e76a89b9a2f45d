/* The receiver over Graph: opening and what it can't do. See graph.h. */
#include "receive/graph/graph.h"

#include "base/clock.h"
#include "base/mem.h"
#include "receive/names_memory.h"

static void close_receiver(struct receiver *r);

static uint32_t uidvalidity(const struct receiver *r)
{
	const struct receiver_names *names = ((const struct graph_receiver *)r)->names;

	return names_uidvalidity(names);
}

int graph_receiver_begin(const struct receiver_options *options, struct graph *graph, struct receiver **ret_receiver,
                         struct error *err)
{
	struct graph_receiver *gr = mem_new(1, sizeof *gr);
	struct receiver *receiver CLEANUP(receiver_closep) = &gr->receiver;

	gr->receiver.ops = &graph_receiver;
	gr->graph = graph;
	gr->own_names = options->names ? NULL : names_memory_new();
	gr->names = options->names ? options->names : gr->own_names;
	gr->after = options->after;
	gr->folder = mem_strdup(options->folder);
	gr->after_folder = mem_strdup(options->after_folder);
	gr->max_message_bytes = options->max_message_bytes ? options->max_message_bytes : MIB(50);
	gr->wait_max_ms = SECONDS_MS(10);
	gr->ids = arena_new();
	watch_tell(options->stream.watch, WATCH_LOGGING_IN, STR("OAuth token"));
	if (options->list_folders)
		graph_list_folders(graph, options);
	int r = graph_folder_find(graph, gr->folder, false, &gr->folder_id, err);
	if (r < 0)
		return r;
	watch_tell(options->stream.watch, WATCH_LOGGED_IN, STR(""));
	watch_tell(options->stream.watch, WATCH_SELECTED, str_of(gr->folder));
	*ret_receiver = take(receiver);
	return 0;
}

static int open_receiver(const struct receiver_options *options, struct receiver **ret, struct error *err)
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

	return r < 0 ? r : graph_receiver_begin(options, graph, ret, err);
}

/* There is nothing like IDLE that a program behind a firewall could use: change notifications want a web address of
 * ours.
 */
static int no_idle(struct receiver *r, struct error *err)
{
	(void)err;
	graph_forget_scan((struct graph_receiver *)r);
	return 0;
}

/* Requests need no connection that is kept alive, and the next look asks for news anyway. */
static int noop(struct receiver *r, struct error *err)
{
	(void)r;
	(void)err;
	return 0;
}

static int no_fd(const struct receiver *r)
{
	(void)r;
	return -1;
}

static void close_receiver(struct receiver *r)
{
	struct graph_receiver *gr = (struct graph_receiver *)r;

	graph_forget_scan(gr);
	graph_forget_look(gr);
	graph_close(gr->graph);
	names_free(gr->own_names);
	arena_free(gr->ids);
	free(gr->folder);
	free(gr->folder_id);
	free(gr->after_folder);
	free(gr->after_folder_id);
	free(gr);
}

const struct receiver_ops graph_receiver = {
        .name = "graph",
        .is_named = true,
        .open = open_receiver,
        .scan = graph_scan,
        .scan_these = graph_scan_these,
        .next = graph_next,
        .acknowledge_begin = graph_acknowledge_begin,
        .acknowledge_end = graph_acknowledge_end,
        .move = graph_move,
        .list = graph_list,
        .search_days = graph_search_days,
        .idle_start = no_idle,
        .idle_ready = noop,
        .idle_stop = noop,
        .noop = noop,
        .uidvalidity = uidvalidity,
        .fd = no_fd,
        .close = close_receiver,
};
