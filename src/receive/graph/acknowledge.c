/* Telling the server what has been handled: see graph.h and receiver_acknowledge_begin(). In JSON batches of 20, each
 * request with an answer of its own:
 *
 *	seen    PATCH /messages/ID {"isRead": true}
 *	delete  DELETE /messages/ID, which moves it to Deleted Items, as deleting in Outlook does
 *	move    POST /messages/ID/move {"destinationId"}; the folder is made where it is missing
 *
 * All three may be repeated: what is gone (404) is done. A message that somebody put into another folder meanwhile is
 * none of ours any more, so before the first acknowledgement of a session the folder has been looked at: the names of
 *what left it are forgotten. Single requests that are throttled are repeated after the time they say; what is refused
 *otherwise is the folder's fault, told when all others have been done. */
#include "receive/graph/graph.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/mem.h"

#include <jansson.h>
#include <poll.h>

#define ROUNDS_MAX    5
#define WAIT_EMPTY_MS 1000 /* where it doesn't say how long */

enum verb { VERB_SEEN, VERB_DELETE, VERB_MOVE };

struct task {
	struct str id;
	bool done;
};

struct work {
	struct graph_receiver *gr;
	enum verb verb;
	const char *folder; /* of VERB_MOVE: its name */
	char *folder_id;    /* owned by the caller of run(); NULL: unknown */
	bool made_anew;     /* the folder was gone, once */
	struct arena *arena;
	struct error refusal; /* the first of a single request; code 0: none */
};

/* ---------------------------------------------------------------- asking */

static json_t *headers(bool has_body)
{
	json_t *object = json_pack("{s:s}", "Prefer", "IdType=\"ImmutableId\"");

	if (has_body)
		json_object_set_new(object, "Content-Type", json_string("application/json"));
	return object;
}

static json_t *make_request(const struct work *work, struct str id, size_t number)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	static const char *const methods[] = {"PATCH", "DELETE", "POST"};
	char name[24];
	json_t *request;

	snprintf(name, sizeof name, "%zu", number);
	graph_user_path(work->gr->graph, &url);
	buf_add(&url, STR("/messages/"));
	graph_add_segment(&url, id);
	if (work->verb == VERB_MOVE)
		buf_add(&url, STR("/move"));
	request = json_pack("{s:s, s:s, s:s, s:o}", "id", name, "method", methods[work->verb], "url", buf_cstr(&url),
	                    "headers", headers(work->verb != VERB_DELETE));
	if (work->verb == VERB_SEEN)
		json_object_set_new(request, "body", json_pack("{s:b}", "isRead", 1));
	if (work->verb == VERB_MOVE)
		json_object_set_new(request, "body", json_pack("{s:s}", "destinationId", work->folder_id));
	return request;
}

static char *make_batch(const struct work *work, struct task *const *tasks, size_t n)
{
	json_t *list = json_array(), *batch;
	char *text;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, make_request(work, tasks[i]->id, i));
	batch = json_pack("{s:o}", "requests", list);
	text = json_dumps(batch, JSON_COMPACT);
	json_decref(batch);
	must(text != NULL);
	return text;
}

static int send_batch(const struct work *work, struct task *const *tasks, size_t n, struct graph_batch_answer *answers,
                      struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	char *text CLEANUP(freep) = make_batch(work, tasks, n);
	struct http_answer answer;

	graph_batch_url(work->gr->graph, &url);
	int r = graph_do(work->gr->graph,
	                 &(struct graph_request){.method = "POST",
	                                         .url = buf_cstr(&url),
	                                         .content_type = "application/json",
	                                         .body = str_of(text)},
	                 work->arena, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return graph_refused(work->gr->graph, &answer, "acknowledgement", err);
	return graph_batch_read(answer.body, n, work->arena, answers, err);
}

/* ---------------------------------------------------------------- answers */

/* 404 to a move may be the target's: then it is made again, and what wasn't found asked once more. */
static int check_target(struct work *work, bool *ret_anew, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct http_answer answer;

	graph_url(work->gr->graph, &url);
	buf_add(&url, STR("/mailFolders/"));
	graph_add_segment(&url, str_of(work->folder_id));
	int r = graph_do(work->gr->graph, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, work->arena,
	                 &answer, err);
	if (r < 0)
		return r;
	if (answer.status / 100 == 2)
		return 0;
	if (answer.status != 404 || work->made_anew) {
		r = graph_refused(work->gr->graph, &answer, "folder to move to", err);
		if (err && answer.status == 404)
			err->scope = SCOPE_FOLDER;
		return r;
	}
	*ret_anew = true;
	work->made_anew = true;
	free(work->folder_id);
	work->folder_id = NULL;
	return graph_folder_find(work->gr->graph, work->folder, true, &work->folder_id, err);
}

struct verdict {
	bool any_missing;
	int64_t wait_ms; /* the longest that was asked for; -1: nobody asked */
};

static bool is_busy(const struct graph_batch_answer *a)
{
	return a->status == 0 || graph_is_busy(a->status, &a->fault);
}

/* What one request of a batch is refused for is believed of the account only where it can't be of the message. */
static bool concerns_all(const struct graph_batch_answer *a)
{
	return a->status == 401 || a->status == 429 || graph_is_busy(0, &a->fault);
}

/* Fails where it concerns all; otherwise the refusal is noted, and the task is left. */
static int refuse(struct work *work, struct task *task, const struct graph_batch_answer *a, struct error *err)
{
	struct error fault;
	int r = graph_refused_as(work->gr->graph, a->status, a->retry_after_ms, &a->fault, "acknowledgement", &fault);

	if (!concerns_all(a))
		fault.scope = SCOPE_FOLDER;
	if (a->status == 0 || (a->status == 404 && !graph_is_no_mailbox(&a->fault)))
		fault.retry = RETRY_LATER;
	if (concerns_all(a)) {
		if (err)
			*err = fault;
		return r;
	}
	if (!work->refusal.code)
		work->refusal = fault;
	task->done = true;
	return 0;
}

static int judge(struct work *work, struct task *const *tasks, const struct graph_batch_answer *answers, size_t n,
                 struct verdict *ret, struct error *err)
{
	int r = 0;

	*ret = (struct verdict){.wait_ms = -1};
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct graph_batch_answer *a = &answers[i];

		if (is_busy(a)) {
			ret->wait_ms = MAX(ret->wait_ms, a->retry_after_ms > 0 ? a->retry_after_ms : WAIT_EMPTY_MS);
		} else if (graph_is_gone(a->status, &a->fault)) {
			ret->any_missing = true;
			tasks[i]->done = true;
		} else if (a->status / 100 == 2) {
			tasks[i]->done = true;
		} else {
			r = refuse(work, tasks[i], a, err);
		}
	}
	return r;
}

static void forget_missing(struct task *const *tasks, const struct graph_batch_answer *answers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (graph_is_gone(answers[i].status, &answers[i].fault))
			tasks[i]->done = false;
}

/* ---------------------------------------------------------------- all of it */

static size_t choose(struct task *tasks, size_t n, struct task **ret_chosen)
{
	size_t most = fault_batch(GRAPH_BATCH_COUNT), count = 0;

	for (size_t i = 0; i < n && count < most; i++)
		if (!tasks[i].done)
			ret_chosen[count++] = &tasks[i];
	return count;
}

/* Those that are busy still are left, the others go on. */
static int leave_busy(struct work *work, struct task *const *tasks, const struct graph_batch_answer *answers, size_t n,
                      struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (is_busy(&answers[i]))
			r = refuse(work, tasks[i], &answers[i], err);
	return r;
}

static int wait_or_leave(struct work *work, struct task *const *tasks, const struct graph_batch_answer *answers,
                         size_t n, int64_t wait_ms, int *rounds, struct error *err)
{
	if (wait_ms < 0)
		return 0;
	if (wait_ms > work->gr->wait_max_ms || *rounds >= ROUNDS_MAX)
		return leave_busy(work, tasks, answers, n, err);
	++*rounds;
	poll(NULL, 0, (int)wait_ms);
	return 0;
}

static int run(struct work *work, struct task *tasks, size_t n, struct error *err)
{
	struct task *chosen[GRAPH_BATCH_COUNT];
	struct graph_batch_answer answers[GRAPH_BATCH_COUNT];
	struct verdict verdict;
	int rounds = 0, r = 0;
	size_t count;

	while (r == 0 && (count = choose(tasks, n, chosen)) > 0) {
		bool anew = false;

		fault_step("graph-batch-before");
		r = send_batch(work, chosen, count, answers, err);
		fault_step("graph-batch-after");
		if (r == 0)
			r = judge(work, chosen, answers, count, &verdict, err);
		if (r == 0 && verdict.any_missing && work->verb == VERB_MOVE)
			r = check_target(work, &anew, err);
		if (anew)
			forget_missing(chosen, answers, count);
		if (r == 0)
			r = wait_or_leave(work, chosen, answers, count, verdict.wait_ms, &rounds, err);
	}
	if (r == 0 && work->refusal.code) {
		if (err)
			*err = work->refusal;
		return work->refusal.code;
	}
	return r;
}

static int compare_uids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The ids of those that are in the folder still, as far as the last look knows. */
static int find_tasks(struct graph_receiver *gr, const uint32_t *uids, size_t n, struct arena *arena,
                      struct task *ret_tasks, struct error *err)
{
	struct named named[GRAPH_NAMES_AT_ONCE];
	uint32_t *ascending = ARENA_ARRAY(arena, uint32_t, n);
	int count = 0;

	memcpy(ascending, uids, n * sizeof *uids);
	qsort(ascending, n, sizeof *ascending, compare_uids);
	for (size_t at = 0; at < n; at += ARRAY_LEN(named)) {
		int found = names_these(gr->names, ascending + at, MIN(n - at, ARRAY_LEN(named)), named, err);

		if (found < 0)
			return found;
		for (int i = 0; i < found; i++)
			ret_tasks[count++] = (struct task){.id = arena_str(arena, named[i].name)};
	}
	return count;
}

/* Numbers given under another uidvalidity say nothing any more. */
static int look_first(struct graph_receiver *gr, struct error *err)
{
	uint32_t before = names_uidvalidity(gr->names);
	int r = gr->looked ? 0 : graph_look(gr, err);

	return r < 0 ? r : names_uidvalidity(gr->names) == before;
}

static int tell(struct work *work, const uint32_t *uids, size_t n, struct error *err)
{
	struct graph_receiver *gr = work->gr;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct task *tasks = ARENA_ARRAY(arena, struct task, n);
	int r = look_first(gr, err);

	work->arena = arena;
	if (r > 0)
		r = find_tasks(gr, uids, n, arena, tasks, err);
	if (r > 0 && work->verb == VERB_MOVE && !work->folder_id) {
		int found = graph_folder_find(gr->graph, work->folder, true, &work->folder_id, err);

		r = found < 0 ? found : r;
	}
	return r <= 0 ? r : run(work, tasks, (size_t)r, err);
}

int graph_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err)
{
	static const enum verb verbs[] = {
	        [AFTER_SEEN] = VERB_SEEN, [AFTER_DELETE] = VERB_DELETE, [AFTER_MOVE] = VERB_MOVE};
	struct graph_receiver *gr = (struct graph_receiver *)r;
	struct work work = {.gr = gr, .folder = gr->after_folder, .folder_id = gr->after_folder_id};

	if (gr->after == AFTER_LEAVE || n == 0)
		return 0;
	work.verb = verbs[gr->after];
	if (work.verb == VERB_MOVE && (!work.folder || !*work.folder))
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "no folder is set to move messages to");
	int rc = tell(&work, uids, n, err);
	gr->after_folder_id = work.folder_id;
	return rc;
}

/* Everything was confirmed when _begin returned. */
int graph_acknowledge_end(struct receiver *r, struct error *err)
{
	(void)r;
	(void)err;
	return 0;
}

int graph_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err)
{
	struct work work = {.gr = (struct graph_receiver *)r, .verb = VERB_MOVE, .folder = folder};
	int rc = n ? tell(&work, uids, n, err) : 0;

	free(work.folder_id);
	return rc;
}
