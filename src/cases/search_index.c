/* See search_index.h. */
#include "cases/search_index.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "mime/fold.h"
#include "store/cases.h"
#include "store/messages.h"
#include "store/search.h"

#include <jansson.h>

#define BLOCK       1000 /* ids that a connection takes at once */
#define BLOCKS      64   /* that are followed */
#define PENDING_MAX 20000
#define SWEEP_EVERY HOURS_MS(24)
#define SHORT_MAX   KIB(4) /* of subject, sender, recipients */

/* ---------------------------------------------------------------- documents */

static struct str folded(struct arena *arena, struct str text, size_t max)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(max);

	(void)!fold_text(text, &out);
	return arena_str(arena, buf_str(&out));
}

static struct str two(struct arena *arena, struct str a, struct str b)
{
	return arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(a), STR_ARG(b));
}

/* 1: made; 0: there is no such message. */
static int message_doc(struct db *db, int64_t id, struct arena *arena, struct search_doc *ret, struct error *err)
{
	struct stored_message m;
	int r = message_get(db, id, arena, &m, err);

	if (r <= 0)
		return r;
	*ret = (struct search_doc){.id = id,
	                           .case_id = m.case_id,
	                           .account = m.account,
	                           .subject = folded(arena, m.subject, SHORT_MAX),
	                           .sender = folded(arena, two(arena, m.from_name, m.from_address), SHORT_MAX),
	                           .recipients = folded(arena, m.to_text, SHORT_MAX),
	                           .body = folded(arena, m.body_text, SEARCH_TEXT_MAX)};
	return 1;
}

/* The values of its fields. */
static struct str field_text(struct arena *arena, const struct stored_case *c)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *fields = json_loadb(c->fields.p ? c->fields.p : "", c->fields.n, 0, NULL), *value;
	const char *name;

	json_object_foreach (fields, name, value)
		if (json_is_string(value))
			buf_printf(&out, "%s\n", json_string_value(value));
	json_decref(fields);
	return arena_str(arena, buf_str(&out));
}

static int case_doc(struct db *db, int64_t id, struct arena *arena, struct search_doc *ret, struct error *err)
{
	struct stored_case c;
	struct str address = STR(""), name = STR("");
	int r = case_get(db, id, arena, &c, err);

	if (r > 0 && c.contact_id && contact_get(db, c.contact_id, arena, &address, &name, err) < 0)
		return err->code;
	if (r <= 0)
		return r;
	*ret = (struct search_doc){
	        .id = id,
	        .case_id = id,
	        .account = c.account,
	        .is_case = true,
	        .subject = folded(arena, c.subject, SHORT_MAX),
	        .sender = folded(arena, two(arena, name, address), SHORT_MAX),
	        .body = folded(arena, two(arena, str_of(c.number), field_text(arena, &c)), SEARCH_TEXT_MAX)};
	return 1;
}

int search_unindex(struct db *db, struct arena *arena, int64_t message_id, struct error *err)
{
	struct search_doc doc;
	int r = message_doc(db, message_id, arena, &doc, err);

	return r <= 0 ? r : search_take(db, &doc, err);
}

int search_index(struct db *db, struct arena *arena, int64_t message_id, struct error *err)
{
	struct search_doc doc;
	int r = message_doc(db, message_id, arena, &doc, err);

	return r <= 0 ? r : search_put(db, &doc, err);
}

/* ---------------------------------------------------------------- what there is to do */

struct search_follower {
	struct store *store;
	int64_t last_block;       /* -1: not begun */
	int64_t position[BLOCKS]; /* the last id seen of block b, at b % BLOCKS */
	int64_t sweep_at;         /* monotonic ms */
	int64_t *pending;
	size_t pending_count, pending_done;
};

struct search_follower *search_follower_new(struct store *store)
{
	struct search_follower *f = mem_new(1, sizeof *f);

	f->store = store;
	f->last_block = -1;
	f->pending = mem_new(PENDING_MAX, sizeof *f->pending);
	return f;
}

void search_follower_free(struct search_follower *f)
{
	free(f->pending);
	free(f);
}

static int64_t block_of(int64_t id)
{
	return (id - 1) / BLOCK;
}

static void widen(struct search_follower *f, int64_t last_id)
{
	int64_t upto = last_id ? block_of(last_id) : 0;

	for (int64_t block = MAX(f->last_block + 1, upto - BLOCKS + 1); block <= upto; block++)
		f->position[block % BLOCKS] = block * BLOCK;
	f->last_block = MAX(f->last_block, upto);
}

/* What came into the last blocks since the last look; true where that filled the list. */
static int look(struct search_follower *f, struct db *db, struct error *err)
{
	int64_t last_id;
	int r = search_last_id(db, &last_id, err);

	if (r < 0)
		return r;
	widen(f, last_id);
	for (int64_t block = MAX(0, f->last_block - BLOCKS + 1); block <= f->last_block; block++) {
		int64_t *position = &f->position[block % BLOCKS];

		if (f->pending_count + BLOCK > PENDING_MAX)
			return 0;
		r = search_ids(db, *position, (block + 1) * BLOCK, f->pending + f->pending_count, BLOCK, err);
		if (r < 0)
			return r;
		f->pending_count += (size_t)r;
		if (r > 0)
			*position = f->pending[f->pending_count - 1];
	}
	return 0;
}

/* At the beginning the positions are noted first: what comes meanwhile is found in its block. */
static int find_more(struct search_follower *f, struct db *db, struct error *err)
{
	int r;

	f->pending_count = f->pending_done = 0;
	r = look(f, db, err);
	if (r < 0 || f->pending_count || clock_mono_ms() < f->sweep_at)
		return r;
	r = search_missing(db, f->pending, PENDING_MAX, err);
	if (r < 0)
		return r;
	f->pending_count = (size_t)r;
	if (f->pending_count < PENDING_MAX)
		f->sweep_at = clock_mono_ms() + SWEEP_EVERY;
	return 0;
}

/* ---------------------------------------------------------------- doing it */

struct indexing {
	struct work work;
	struct search_doc *docs;
	size_t count;
};

static int run_indexing(struct work *work, struct db *db, struct error *err)
{
	struct indexing *i = (struct indexing *)(void *)work;
	int r = 0;

	for (size_t at = 0; at < i->count && r == 0; at++)
		r = search_put(db, &i->docs[at], err);
	return r;
}

static void indexing_again(struct work *work)
{
	(void)work; /* it changes nothing of its own */
}

/* Reading and folding happen here; the committer only writes. */
static int prepare(struct search_follower *f, struct db *db, size_t max, struct arena *arena, struct indexing *ret,
                   struct error *err)
{
	ret->docs = ARENA_ARRAY(arena, struct search_doc, max);
	while (ret->count < max && f->pending_done < f->pending_count) {
		int64_t id = f->pending[f->pending_done];
		int r = search_has(db, id, err);

		if (r == 0) {
			r = message_doc(db, id, arena, &ret->docs[ret->count], err);
			if (r == 0)
				r = case_doc(db, id, arena, &ret->docs[ret->count], err);
			ret->count += r > 0;
		}
		if (r < 0)
			return r;
		f->pending_done++;
	}
	return 0;
}

int search_follow(struct search_follower *f, struct db *db, size_t max, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct indexing indexing = {.work = {.run = run_indexing, .again = indexing_again}};
	size_t begun = 0;
	int r = 0;

	do {
		if (f->pending_done == f->pending_count)
			r = find_more(f, db, err);
		begun = f->pending_done;
		if (r == 0)
			r = prepare(f, db, max, arena, &indexing, err);
	} while (r == 0 && !indexing.count && f->pending_count);
	if (r == 0 && indexing.count)
		r = store_do(f->store, &indexing.work, err);
	/* What passes is tried again; what never works mustn't hold up the others. */
	if (r < 0 && err->retry == RETRY_LATER)
		f->pending_done = begun;
	return r < 0 ? r : (int)indexing.count;
}

static int run_clear(struct work *work UNUSED, struct db *db, struct error *err)
{
	return search_clear(db, err);
}

int64_t search_catch_up(struct store *store, bool rebuild, struct error *err)
{
	struct search_follower *f CLEANUP(search_follower_freep) = search_follower_new(store);
	struct db *db CLEANUP(db_closep) = NULL;
	struct work clear = {.run = run_clear};
	int64_t all = 0;
	int n, r = store_connect(store, &db, err);

	if (r == 0 && rebuild)
		r = store_do(store, &clear, err);
	if (r < 0)
		return r;
	while ((n = search_follow(f, db, 500, err)) > 0)
		all += n;
	return n < 0 ? n : all;
}
