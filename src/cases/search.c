/* See search.h. */
#include "cases/search.h"

#include "cases/search_query.h"
#include "mime/fold.h"
#include "store/messages.h"

#include <stdlib.h>

#define SNIPPET_BEFORE 60 /* bytes before the first hit */
#define SNIPPET_BYTES  220
#define PIECES_MAX     60
#define SCAN_MAX       KIB(64) /* of a text that is looked through for the hit */

/* Of more accounts than a query can name all are looked through, and others' left out of what was found. */
static struct search_wish wish_of(const struct search_group *groups, size_t count, const struct page_accounts *accounts)
{
	return (struct search_wish){.groups = groups,
	                            .group_count = count,
	                            .all_accounts = accounts->all || accounts->count > PAGES_ACCOUNTS_MAX,
	                            .accounts = accounts->names,
	                            .account_count = accounts->count};
}

static bool is_middle(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* At a character's border. */
static struct str str_cut(struct str s, size_t max)
{
	size_t n = MIN(s.n, max);

	while (n && n < s.n && is_middle(s.p[n]))
		n--;
	return str_slice(s, 0, n);
}

/* ---------------------------------------------------------------- hits in a text */

static bool is_word_of(struct str word, const struct search_form *form, bool is_prefix)
{
	for (size_t i = 0; i < form->count; i++)
		if (str_eq(word, form->words[i]) ||
		    (is_prefix && i + 1 == form->count && str_starts(word, form->words[i])))
			return true;
	return false;
}

static bool is_hit(struct str word, const struct search_wish *wish)
{
	for (size_t g = 0; g < wish->group_count; g++) {
		for (size_t i = 0; i < wish->groups[g].count; i++) {
			const struct search_term *term = &wish->groups[g].terms[i];

			for (size_t f = 0; f < term->form_count && !term->is_not; f++)
				if (is_word_of(word, &term->forms[f], term->is_prefix))
					return true;
		}
	}
	return false;
}

/* Cuts `text` into pieces, those that were looked for apart. */
static size_t cut_pieces(struct arena *arena, struct str text, const struct search_wish *wish,
                         struct search_piece **ret_pieces)
{
	struct search_piece *pieces = ARENA_ARRAY(arena, struct search_piece, PIECES_MAX + 2);
	struct fold fold = {.text = text};
	size_t n = 0, done = 0;

	while (n < PIECES_MAX && fold_next(&fold)) {
		if (!is_hit(fold.word, wish))
			continue;
		if (fold.from > done)
			pieces[n++] = (struct search_piece){str_slice(text, done, fold.from), false};
		pieces[n++] = (struct search_piece){str_slice(text, fold.from, fold.to), true};
		done = fold.to;
	}
	if (done < text.n)
		pieces[n++] = (struct search_piece){str_slice(text, done, text.n), false};
	*ret_pieces = pieces;
	return n;
}

/* Some words around the first hit (or the begin), on one line. */
static struct str snippet(struct arena *arena, struct str text, const struct search_wish *wish)
{
	struct fold fold = {.text = str_slice(text, 0, SCAN_MAX)};
	size_t from = 0, to;
	char *copy;

	while (fold_next(&fold)) {
		if (is_hit(fold.word, wish)) {
			from = fold.from > SNIPPET_BEFORE ? fold.from - SNIPPET_BEFORE : 0;
			break;
		}
	}
	while (from && from < text.n && (is_middle(text.p[from]) || !is_space(text.p[from - 1])) &&
	       fold.from - from < 2 * SNIPPET_BEFORE)
		from--;
	while (from < text.n && is_middle(text.p[from]))
		from++;
	to = MIN(text.n, from + SNIPPET_BYTES);
	while (to > from && to < text.n && is_middle(text.p[to]))
		to--;
	copy = arena_cstr(arena, str_slice(text, from, to));
	for (char *p = copy; *p; p++)
		if (is_space(*p))
			*p = ' ';
	return str_new(copy, to - from);
}

/* ---------------------------------------------------------------- what was found */

/* 1: read; 0: it is gone. */
static int read_message(struct db *db, int64_t id, const struct search_wish *wish, struct arena *arena,
                        struct search_result *ret, struct error *err)
{
	struct stored_message m;
	struct stored_case c = {.number = "", .status = ""};
	int r = message_get(db, id, arena, &m, err);

	if (r > 0 && m.case_id && case_get(db, m.case_id, arena, &c, err) < 0)
		return err->code;
	if (r <= 0)
		return r;
	*ret = (struct search_result){.id = id,
	                              .case_id = m.case_id,
	                              .case_number = c.number,
	                              .case_status = c.status,
	                              .account = m.account,
	                              .direction = m.direction,
	                              .subject = m.subject,
	                              .from_address = m.from_address,
	                              .from_name = m.from_name,
	                              .at = m.created_at};
	ret->subject_piece_count = cut_pieces(arena, m.subject, wish, &ret->subject_pieces);
	ret->piece_count = cut_pieces(arena, snippet(arena, m.body_text, wish), wish, &ret->pieces);
	return 1;
}

static int read_case(struct db *db, int64_t id, const struct search_wish *wish, struct arena *arena,
                     struct search_result *ret, struct error *err)
{
	struct listed_case l;
	int r = case_find(db, arena_printf(arena, "%lld", (long long)id), arena, &l, err);

	if (r <= 0 || l.c.id != id)
		return MIN(r, 0);
	*ret = (struct search_result){.is_case = true,
	                              .id = id,
	                              .case_id = id,
	                              .case_number = l.c.number,
	                              .case_status = l.c.status,
	                              .account = l.c.account,
	                              .direction = "",
	                              .subject = l.c.subject,
	                              .from_address = l.contact_address,
	                              .from_name = l.contact_name,
	                              .at = l.c.updated_at};
	ret->subject_piece_count = cut_pieces(arena, l.c.subject, wish, &ret->subject_pieces);
	ret->piece_count = str_eq(l.c.fields, STR("{}"))
	                           ? 0
	                           : cut_pieces(arena, snippet(arena, l.c.fields, wish), wish, &ret->pieces);
	return 1;
}

static int by_score(const void *a, const void *b)
{
	const struct search_hit *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

/* A case whose first mail was found as well says nothing more. 1: so it is. */
static int is_told_by_mail(struct db *db, int64_t case_id, const struct search_hit *hits, size_t count,
                           struct error *err)
{
	int64_t first;
	int r = message_first(db, case_id, &first, err);

	for (size_t i = 0; r > 0 && i < count; i++)
		if (hits[i].id == first)
			return 1;
	return MIN(r, 0);
}

/* 1: to be shown; 0: not. */
static int read_result(struct db *db, int64_t id, const struct search_hit *hits, size_t count,
                       const struct search_wish *wish, struct arena *arena, struct search_result *ret,
                       struct error *err)
{
	int r = read_message(db, id, wish, arena, ret, err);

	if (r != 0)
		return r;
	r = is_told_by_mail(db, id, hits, count, err);
	if (r != 0)
		return MIN(r, 0);
	return read_case(db, id, wish, arena, ret, err);
}

int search_run(struct db *db, struct str query, const struct page_accounts *accounts, size_t *offset, size_t max,
               struct arena *arena, struct search_result **ret_results, struct error *err)
{
	struct search_result *results = ARENA_ARRAY(arena, struct search_result, max + 1);
	const struct search_group *groups;
	struct search_wish wish;
	struct search_hit *hits = NULL;
	size_t count, n = 0, at = *offset;
	int found, r = search_query_read(db, query, arena, &groups, &count, err);

	if (r < 0)
		return r;
	wish = wish_of(groups, count, accounts);
	found = search_find(db, &wish, SEARCH_BEST, arena, &hits, err);
	if (found > 0)
		qsort(hits, (size_t)found, sizeof *hits, by_score);
	for (; found > 0 && at < (size_t)found && n < max && r >= 0; at++) {
		r = read_result(db, hits[at].id, hits, (size_t)found, &wish, arena, &results[n], err);
		if (r > 0 && page_accounts_have(accounts, results[n].account))
			results[n++].score = hits[at].score;
	}
	*offset = found > 0 && at < (size_t)found ? at : 0;
	*ret_results = results;
	return found < 0 ? found : r < 0 ? r : (int)n;
}

int search_cases(struct db *db, struct str query, const struct page_accounts *accounts, size_t max, struct arena *arena,
                 int64_t **ret_ids, struct error *err)
{
	int64_t *ids = ARENA_ARRAY(arena, int64_t, max + 1);
	const struct search_group *groups;
	struct search_wish wish;
	struct search_hit *hits;
	struct listed_case exact;
	size_t count, n = 0;
	int found, r = case_find(db, str_trim(str_cut(query, 80)), arena, &exact, err);

	if (r > 0)
		ids[n++] = exact.c.id;
	if (r >= 0)
		r = search_query_read(db, query, arena, &groups, &count, err);
	if (r < 0)
		return r;
	wish = wish_of(groups, count, accounts);
	wish.only_cases = true;
	found = search_find(db, &wish, max, arena, &hits, err);
	for (int i = 0; i < found && n < max; i++)
		if (!n || hits[i].id != ids[0])
			ids[n++] = hits[i].id;
	*ret_ids = ids;
	return found < 0 ? found : (int)n;
}
