/* See streams.h. */
#include "events/streams.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "events/cloud_event.h"
#include "setup/setup.h"
#include "store/lock.h"
#include "store/sessions.h"

#include <stdlib.h>

LOCK_NAME(streams_lock);

#define PENDING_MAX   KIB(512) /* a page of large events */
#define PENDING_FULL  KIB(32)  /* enough for now */
#define PAGES_AT_ONCE 20
#define KEPT_ROOM     KIB(4) /* a buffer larger than that is given back once it was read */

struct entry {
	int64_t number, case_id;
	char *kind, *account, *frame; /* one allocation, at `kind` */
	size_t size;
};

struct stream_client {
	struct streams *streams;
	struct stream_options options;
	struct stream_client *next, *before;
	int64_t position; /* everything up to this number was handled */
	struct buf pending;
	size_t taken;                          /* of pending */
	bool is_ended;                         /* nothing comes after what is pending */
	bool wants_page;                       /* is behind, and asked the follower */
	int64_t reviewed;                      /* the set-up with which it was asked whether it may go on */
	bool owes_states;                      /* is to be told that states have changed */
	int64_t began_at, sent_at, stalled_at; /* stalled_at: since when something lies there; 0 */
};

struct streams {
	char *source;
	void (*hurry)(void *ctx);
	void *ctx;
	int64_t review_at; /* the follower's, monotonic */
	pthread_mutex_t mutex;
	struct entry ring[STREAM_RING] GUARDED_BY(streams_lock);
	size_t first GUARDED_BY(streams_lock), count GUARDED_BY(streams_lock), bytes GUARDED_BY(streams_lock);
	int64_t last GUARDED_BY(streams_lock);
	bool is_ending GUARDED_BY(streams_lock);
	struct stream_client *clients GUARDED_BY(streams_lock);
	size_t client_count GUARDED_BY(streams_lock);
};

static void lock(struct streams *s) ACQUIRES(streams_lock);
static void unlock(struct streams *s) RELEASES(streams_lock);

TRUSTED static void lock(struct streams *s)
{
	pthread_mutex_lock(&s->mutex);
}

TRUSTED static void unlock(struct streams *s)
{
	pthread_mutex_unlock(&s->mutex);
}

struct streams *streams_new(const char *source, void (*hurry)(void *ctx), void *ctx)
{
	struct streams *s = mem_new(1, sizeof *s);

	s->source = mem_strdup(source);
	s->hurry = hurry;
	s->ctx = ctx;
	pthread_mutex_init(&s->mutex, NULL);
	return s;
}

/* ---------------------------------------------------------------- the newest, in memory */

static struct entry *entry_at(struct streams *s, size_t i) REQUIRES(streams_lock)
{
	return &s->ring[(s->first + i) % STREAM_RING];
}

static void drop_oldest(struct streams *s) REQUIRES(streams_lock)
{
	struct entry *e = entry_at(s, 0);

	s->bytes -= e->size;
	free(e->kind);
	*e = (struct entry){0};
	s->first = (s->first + 1) % STREAM_RING;
	s->count--;
}

static void add_frame(struct buf *out, int64_t number, struct str text)
{
	buf_printf(out, "id: %lld\ndata: ", (long long)number);
	buf_add(out, text);
	buf_add(out, STR("\n\n"));
}

static void push(struct streams *s, const struct stored_event *event, struct str text) REQUIRES(streams_lock)
{
	size_t kind_n = strlen(event->kind) + 1, account_n = strlen(event->account) + 1;
	struct buf frame CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct entry *e;

	add_frame(&frame, event->number, text);
	while (s->count && (s->count == STREAM_RING || s->bytes + frame.n > STREAM_RING_BYTES))
		drop_oldest(s);
	s->count++;
	e = entry_at(s, s->count - 1);
	e->number = event->number;
	e->case_id = event->case_id;
	e->size = frame.n;
	e->kind = mem_new(1, kind_n + account_n + frame.n + 1);
	e->account = e->kind + kind_n;
	e->frame = e->account + account_n;
	memcpy(e->kind, event->kind, kind_n);
	memcpy(e->account, event->account, account_n);
	memcpy(e->frame, buf_cstr(&frame), frame.n);
	s->bytes += e->size;
	s->last = event->number;
}

/* Is everything behind this position in memory? */
static bool is_live(struct streams *s, int64_t position) REQUIRES(streams_lock)
{
	return position >= s->last || (s->count && position >= entry_at(s, 0)->number - 1);
}

static bool wants(const struct stream_client *c, const char *kind, const char *account, int64_t case_id)
{
	return !c->options.wants || c->options.wants(c->options.ctx, kind, account, case_id);
}

/* ---------------------------------------------------------------- clients */

/* Who begins with what comes is told where that is, so that he misses nothing though he comes back before the first
 * event. */
static void add_beginning(struct stream_client *c)
{
	buf_add(&c->pending, STR("retry: 2000\n"));
	if (c->options.after < 0 || c->options.is_restored)
		buf_printf(&c->pending, "id: %lld\n", (long long)c->position);
	if (c->options.is_restored)
		buf_printf(&c->pending, "event: restored\ndata: {\"after\":%lld,\"last\":%lld}\n",
		           (long long)c->options.after, (long long)c->position);
	buf_add_char(&c->pending, '\n');
}

int stream_join(struct streams *s, const struct stream_options *options, struct stream_client **ret_client,
                struct error *err)
{
	struct stream_client *c = mem_new(1, sizeof *c);
	bool is_full;

	c->streams = s;
	c->options = *options;
	buf_init(&c->pending, PENDING_MAX);
	c->began_at = c->sent_at = clock_mono_ms();
	lock(s);
	c->position = options->after < 0 || options->is_restored ? s->last : options->after;
	add_beginning(c);
	is_full = s->client_count >= STREAM_MOST;
	if (!is_full) {
		c->next = s->clients;
		if (c->next)
			c->next->before = c;
		s->clients = c;
		s->client_count++;
		c->is_ended = s->is_ending;
	}
	unlock(s);
	if (is_full) {
		buf_done(&c->pending);
		free(c);
		return fail(err, E_LIMIT, RETRY_LATER, "there are %d event streams already", STREAM_MOST);
	}
	*ret_client = c;
	return 0;
}

void stream_leave(struct stream_client *c)
{
	struct streams *s = c ? c->streams : NULL;

	if (!s)
		return;
	lock(s);
	if (c->before)
		c->before->next = c->next;
	else
		s->clients = c->next;
	if (c->next)
		c->next->before = c->before;
	s->client_count--;
	unlock(s);
	buf_done(&c->pending);
	free(c);
}

size_t streams_count(struct streams *s)
{
	size_t n;

	lock(s);
	n = s->client_count;
	unlock(s);
	return n;
}

/* From memory, where the client is live. */
static void fill(struct streams *s, struct stream_client *c) REQUIRES(streams_lock)
{
	size_t i = 0;

	if (c->is_ended || c->position >= s->last)
		return;
	if (c->position >= entry_at(s, 0)->number)
		i = (size_t)(c->position - entry_at(s, 0)->number) + 1;
	for (; i < s->count && c->pending.n < PENDING_FULL; i++) {
		const struct entry *e = entry_at(s, i);

		if (wants(c, e->kind, e->account, e->case_id))
			buf_add(&c->pending, str_new(e->frame, e->size));
		c->position = e->number;
	}
}

/* What is left of pending, into the room. */
static ssize_t hand_out(struct stream_client *c, char *room, size_t size)
{
	size_t n = MIN(size, c->pending.n - c->taken);

	memcpy(room, c->pending.p + c->taken, n);
	c->taken += n;
	c->sent_at = clock_mono_ms();
	if (c->taken == c->pending.n) {
		if (c->pending.size > KEPT_ROOM) {
			buf_done(&c->pending);
			buf_init(&c->pending, PENDING_MAX);
		}
		buf_clear(&c->pending);
		c->taken = 0;
	}
	return (ssize_t)n;
}

ssize_t stream_read(struct stream_client *c, char *room, size_t size)
{
	struct streams *s = c->streams;
	bool hurry = false;
	ssize_t n = 0;

	lock(s);
	c->stalled_at = 0;
	if (c->pending.n == 0) {
		if (c->owes_states && !c->is_ended)
			buf_add(&c->pending, STR("event: states\ndata: {}\n\n"));
		c->owes_states = false;
		if (is_live(s, c->position))
			fill(s, c);
		else if (!c->is_ended && !c->wants_page)
			hurry = c->wants_page = true;
	}
	if (c->pending.n)
		n = hand_out(c, room, size);
	else if (c->is_ended)
		n = -1;
	unlock(s);
	if (hurry)
		s->hurry(s->ctx);
	return n;
}

/* ---------------------------------------------------------------- the follower's side */

static void wake(struct stream_client *c)
{
	if (!c->stalled_at)
		c->stalled_at = clock_mono_ms();
	if (c->options.wake)
		c->options.wake(c->options.ctx);
}

void streams_begin(struct streams *s, int64_t last)
{
	lock(s);
	s->last = last;
	unlock(s);
}

int64_t streams_last(struct streams *s)
{
	int64_t last;

	lock(s);
	last = s->last;
	unlock(s);
	return last;
}

bool streams_skip(struct streams *s, int64_t last)
{
	bool alone;

	lock(s);
	alone = s->client_count == 0;
	if (alone && last > s->last) {
		while (s->count)
			drop_oldest(s);
		s->last = last;
	}
	unlock(s);
	return alone;
}

void streams_publish(struct streams *s, const struct stored_event *events, size_t n)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str *texts = ARENA_ARRAY(arena, struct str, n);

	for (size_t i = 0; i < n; i++)
		texts[i] = cloud_event(&events[i], s->source, arena);
	lock(s);
	for (size_t i = 0; i < n; i++)
		if (events[i].number > s->last)
			push(s, &events[i], texts[i]);
	for (struct stream_client *c = s->clients; c; c = c->next) {
		bool any = false;

		for (size_t i = 0; i < n && !any; i++)
			any = events[i].number > c->position &&
			      wants(c, events[i].kind, events[i].account, events[i].case_id);
		if (any)
			wake(c);
	}
	unlock(s);
}

static void end(struct stream_client *c)
{
	c->is_ended = true;
	wake(c);
}

/* ---------------------------------------------------------------- who may go on */

#define REVIEWED_AT_ONCE 20 /* with the lock held */

/* False: all were looked at. */
static bool review_some(struct streams *s, const struct setup *setup, int64_t revision)
{
	int n = 0;

	lock(s);
	for (struct stream_client *c = s->clients; c && n < REVIEWED_AT_ONCE; c = c->next) {
		if (c->is_ended || c->reviewed == revision)
			continue;
		c->reviewed = revision;
		n++;
		if (c->options.holds && !c->options.holds(c->options.ctx, setup))
			end(c);
	}
	unlock(s);
	return n == REVIEWED_AT_ONCE;
}

/* Each once; those who share one end together. */
static size_t list_credentials(struct streams *s, struct arena *arena, struct stream_credential **ret)
{
	struct stream_credential *list;
	size_t n = 0;

	lock(s);
	list = ARENA_ARRAY(arena, struct stream_credential, s->client_count + 1);
	for (struct stream_client *c = s->clients; c; c = c->next)
		if (c->options.credential.id && !c->is_ended)
			list[n++] = c->options.credential;
	unlock(s);
	*ret = list;
	return n;
}

static void end_of(struct streams *s, const struct stream_credential *credential)
{
	lock(s);
	for (struct stream_client *c = s->clients; c; c = c->next)
		if (c->options.credential.id == credential->id &&
		    c->options.credential.is_token == credential->is_token && !c->is_ended)
			end(c);
	unlock(s);
}

static int review_credentials(struct streams *s, struct db *db, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stream_credential *list;
	int64_t now = clock_now_ms();
	size_t n = list_credentials(s, arena, &list);

	for (size_t i = 0; i < n; i++) {
		int r = list[i].is_token ? api_token_lasts(db, list[i].id, now, err)
		                         : session_lasts(db, list[i].id, now, err);

		if (r < 0)
			return r;
		if (r == 0)
			end_of(s, &list[i]);
	}
	return 0;
}

int streams_review(struct streams *s, struct db *db, const struct setup *setup, struct error *err)
{
	int64_t now = clock_mono_ms();

	while (review_some(s, setup, setup_loaded_revision(setup)))
		;
	if (now < s->review_at)
		return 0;
	s->review_at = now + STREAM_REVIEW_MS;
	return review_credentials(s, db, err);
}

/* ---------------------------------------------------------------- who is slow, or had his time */

/* Lock held: that it is there, and whether it still takes anything. */
static void look_after(struct stream_client *c, int64_t now)
{
	if (c->is_ended)
		return;
	if (c->stalled_at && now - c->stalled_at > STREAM_STALLED_MS) {
		metric_count(METRIC_STREAMS_DROPPED, 1, NULL);
		buf_add(&c->pending, STR("event: slow\ndata: {\"reason\":\"nothing was read for a minute\"}\n\n"));
		end(c);
	} else if (now - c->began_at > STREAM_LIFE_MS) {
		end(c);
	} else if (!c->stalled_at && c->pending.n == 0 && now - c->sent_at >= STREAM_HEARTBEAT_MS) {
		buf_add(&c->pending, STR(":\n\n"));
		wake(c);
	}
}

void streams_tell_states(struct streams *s)
{
	lock(s);
	for (struct stream_client *c = s->clients; c; c = c->next) {
		c->owes_states = !c->is_ended;
		if (c->owes_states)
			wake(c);
	}
	unlock(s);
}

/* What stands behind the oldest position of those who are behind, once for all who lack some of it. */
struct page {
	struct arena *arena;
	int64_t from;
	struct stored_event *events;
	struct str *texts;
	int n;
};

static int read_page(const struct streams *s, struct page *page, struct db *db, struct error *err)
{
	const struct event_query query = {.from = page->from, .max = STREAM_PAGE};

	page->n = events_list(db, &query, page->arena, &page->events, err);
	if (page->n < 0)
		return page->n;
	page->texts = ARENA_ARRAY(page->arena, struct str, (size_t)page->n);
	for (int i = 0; i < page->n; i++)
		page->texts[i] = cloud_event(&page->events[i], s->source, page->arena);
	return 0;
}

static bool is_behind(struct streams *s, const struct stream_client *c) REQUIRES(streams_lock)
{
	return c->wants_page && !c->is_ended && c->pending.n == 0 && !is_live(s, c->position);
}

/* False where nobody is behind. */
static bool find_oldest(struct streams *s, int64_t *ret_from) REQUIRES(streams_lock)
{
	int64_t from = INT64_MAX;

	for (struct stream_client *c = s->clients; c; c = c->next) {
		if (is_behind(s, c)) {
			from = MIN(from, c->position);
		} else if (c->wants_page) { /* it came up by itself */
			c->wants_page = false;
			wake(c);
		}
	}
	*ret_from = from;
	return from != INT64_MAX;
}

/* What the client lacks may be dropped already: then it is told. */
static void give_page(struct streams *s, struct stream_client *c, const struct page *page) REQUIRES(streams_lock)
{
	int i = 0;

	while (i < page->n && page->events[i].number <= c->position)
		i++;
	if (i < page->n && c->position > 0 && page->events[i].number > c->position + 1)
		buf_printf(&c->pending, "event: gap\ndata: {\"from\":%lld,\"to\":%lld}\n\n", (long long)c->position + 1,
		           (long long)page->events[i].number - 1);
	for (; i < page->n && c->pending.n < PENDING_FULL; i++) {
		if (wants(c, page->events[i].kind, page->events[i].account, page->events[i].case_id))
			add_frame(&c->pending, page->events[i].number, page->texts[i]);
		c->position = page->events[i].number;
	}
	if (page->n == 0)
		c->position = s->last;
	c->wants_page = c->pending.n == 0 && !is_live(s, c->position); /* nothing of it was for him */
	if (!c->wants_page)
		wake(c);
}

static void give_all(struct streams *s, const struct page *page) REQUIRES(streams_lock)
{
	int64_t end = page->n ? page->events[page->n - 1].number : INT64_MAX;

	for (struct stream_client *c = s->clients; c; c = c->next)
		if (is_behind(s, c) && c->position >= page->from && c->position < end)
			give_page(s, c, page);
}

int streams_serve(struct streams *s, struct db *db, int64_t now, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct page page = {.arena = arena};
	bool more;
	int r = 0;

	lock(s);
	for (struct stream_client *c = s->clients; c; c = c->next)
		look_after(c, now);
	more = find_oldest(s, &page.from);
	unlock(s);
	for (int i = 0; more && r == 0 && i < PAGES_AT_ONCE; i++) {
		arena_clear(arena);
		r = read_page(s, &page, db, err);
		if (r < 0)
			break;
		lock(s);
		give_all(s, &page);
		more = find_oldest(s, &page.from);
		unlock(s);
	}
	return r < 0 ? r : more;
}

void streams_end(struct streams *s)
{
	lock(s);
	s->is_ending = true;
	for (struct stream_client *c = s->clients; c; c = c->next)
		end(c);
	unlock(s);
}

void streams_free(struct streams *s)
{
	if (!s)
		return;
	lock(s);
	must(!s->clients);
	while (s->count)
		drop_oldest(s);
	unlock(s);
	pthread_mutex_destroy(&s->mutex);
	free(s->source);
	free(s);
}
