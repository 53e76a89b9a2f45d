/* See search_query.h. */
#include "cases/search_query.h"

#include "cases/search.h"
#include "mime/fold.h"
#include "store/cases.h"

#define PREFIX_MIN 2 /* letters: shorter ones are words */
#define NO_CASE    (-1)

struct reader {
	struct str rest;
	struct arena *arena;
	struct db *db;
	struct search_term *terms;
	size_t n; /* of all groups */
};

/* ---------------------------------------------------------------- words */

/* Ä as AE, and the reverse: which of the two a mail has is its writer's choice. */
static struct str other_spelling(struct arena *arena, struct str raw)
{
	static const struct {
		const char *from, *to;
	} pairs[] = {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"},
	             {"Ö", "oe"}, {"Ü", "ue"}, {"å", "aa"}, {"Å", "aa"}},
	  back[] = {{"ae", "a"}, {"oe", "o"}, {"ue", "u"}};
	struct buf out CLEANUP(buf_done) = BUF_INIT(4 * SEARCH_QUERY_MAX);
	bool spelled_out = false;

	for (int pass = 0; pass < 2 && !spelled_out; pass++) {
		buf_clear(&out);
		for (size_t at = 0; at < raw.n;) {
			struct str here = str_slice(raw, at, raw.n);
			size_t n = pass ? ARRAY_LEN(back) : ARRAY_LEN(pairs), i = 0;

			while (i < n && !str_starts_nocase(here, str_of(pass ? back[i].from : pairs[i].from)))
				i++;
			if (i < n) {
				buf_add_cstr(&out, pass ? back[i].to : pairs[i].to);
				at += strlen(pass ? back[i].from : pairs[i].from);
				spelled_out = true;
			} else {
				buf_add_char(&out, raw.p[at++]);
			}
		}
	}
	return spelled_out ? arena_str(arena, buf_str(&out)) : STR_NULL;
}

static void fold_form(struct arena *arena, struct str raw, struct search_form *form)
{
	struct fold fold = {.text = raw};

	while (form->count < SEARCH_PHRASE_MAX && fold_next(&fold))
		form->words[form->count++] = arena_str(arena, fold.word);
}

static bool same_form(const struct search_form *a, const struct search_form *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = str_eq(a->words[i], b->words[i]);
	return same;
}

static void fill_forms(struct arena *arena, struct str raw, struct search_term *term)
{
	struct str other = other_spelling(arena, raw);

	fold_form(arena, raw, &term->forms[0]);
	term->form_count = term->forms[0].count > 0;
	if (!term->form_count || !other.n)
		return;
	fold_form(arena, other, &term->forms[1]);
	if (term->forms[1].count && !same_form(&term->forms[0], &term->forms[1]))
		term->form_count = 2;
}

/* ---------------------------------------------------------------- one term */

static bool take_field(struct reader *in, enum search_field *ret_field, bool *ret_is_case)
{
	static const struct {
		const char *name;
		enum search_field field;
		bool is_case;
	} fields[] = {{"from:", SEARCH_SENDER, false},
	              {"to:", SEARCH_RECIPIENTS, false},
	              {"cc:", SEARCH_RECIPIENTS, false},
	              {"subject:", SEARCH_SUBJECT, false},
	              {"case:", SEARCH_ANY, true}};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!str_starts_nocase(in->rest, str_of(fields[i].name)))
			continue;
		in->rest = str_slice(in->rest, strlen(fields[i].name), in->rest.n);
		*ret_field = fields[i].field;
		*ret_is_case = fields[i].is_case;
		return true;
	}
	return false;
}

/* A phrase in quotes, or up to the next space. */
static struct str take_text(struct reader *in)
{
	bool quoted = in->rest.n && in->rest.p[0] == '"';
	size_t from = quoted ? 1 : 0, n = from;
	struct str text;

	while (n < in->rest.n && (quoted ? in->rest.p[n] != '"' : !is_space(in->rest.p[n])))
		n++;
	text = str_slice(in->rest, from, n);
	in->rest = str_slice(in->rest, quoted && n < in->rest.n ? n + 1 : n, in->rest.n);
	return text;
}

static bool take_star(struct reader *in, struct str *text)
{
	if (in->rest.n && in->rest.p[0] == '*') { /* behind a phrase */
		in->rest = str_slice(in->rest, 1, in->rest.n);
		return true;
	}
	if (!text->n || text->p[text->n - 1] != '*')
		return false;
	*text = str_slice(*text, 0, text->n - 1);
	return true;
}

/* By number or id; one that isn't there finds nothing. */
static int find_case(struct reader *in, struct str name, int64_t *ret_id, struct error *err)
{
	struct listed_case listed;
	int r = case_find(in->db, name, in->arena, &listed, err);

	if (r >= 0)
		*ret_id = r > 0 ? listed.c.id : NO_CASE;
	return MIN(r, 0);
}

/* Notes a term where there is anything to look for. */
static int take_term(struct reader *in, bool is_not, struct error *err)
{
	struct search_term *term = &in->terms[in->n];
	enum search_field field = SEARCH_ANY;
	bool is_case = false, is_prefix;
	struct str text;
	size_t last;

	(void)take_field(in, &field, &is_case);
	text = take_text(in);
	is_prefix = take_star(in, &text);
	if (in->n == SEARCH_TERMS_MAX || !text.n)
		return 0;
	*term = (struct search_term){.field = field, .is_not = is_not};
	if (is_case && str_is_utf8(text)) {
		in->n++;
		return find_case(in, text, &term->case_id, err);
	}
	fill_forms(in->arena, text, term);
	last = term->forms[0].count;
	term->is_prefix = is_prefix && last && term->forms[0].words[last - 1].n >= PREFIX_MIN;
	in->n += term->form_count > 0;
	return 0;
}

/* ---------------------------------------------------------------- the whole */

static bool take_word(struct reader *in, const char *word)
{
	size_t n = strlen(word);

	if (!str_starts(in->rest, str_of(word)) || (in->rest.n > n && !is_space(in->rest.p[n])))
		return false;
	in->rest = str_slice(in->rest, n, in->rest.n);
	return true;
}

/* The terms from `first` on are a group, unless there is nothing in it that is to be there. */
static void end_group(struct reader *in, size_t first, struct search_group *groups, size_t *count)
{
	bool positive = false;

	for (size_t i = first; i < in->n; i++)
		positive |= !in->terms[i].is_not;
	if (positive)
		groups[(*count)++] = (struct search_group){in->terms + first, in->n - first};
	else
		in->n = first;
}

int search_query_read(struct db *db, struct str text, struct arena *arena, const struct search_group **ret_groups,
                      size_t *ret_count, struct error *err)
{
	struct search_group *groups = ARENA_ARRAY(arena, struct search_group, SEARCH_TERMS_MAX + 1);
	struct reader in = {.rest = str_slice(text, 0, SEARCH_QUERY_MAX), .arena = arena, .db = db};
	size_t first = 0, count = 0;
	bool is_not = false;
	int r = 0;

	in.terms = ARENA_ARRAY(arena, struct search_term, SEARCH_TERMS_MAX + 1);
	while (r == 0 && (in.rest = str_trim(in.rest)).n && in.n < SEARCH_TERMS_MAX) {
		if (in.n > first && take_word(&in, "OR")) {
			end_group(&in, first, groups, &count);
			first = in.n;
			is_not = false;
		} else if (take_word(&in, "AND")) {
			continue;
		} else if (take_word(&in, "NOT") || (in.rest.p[0] == '-' && in.rest.n > 1 && !is_space(in.rest.p[1]))) {
			is_not = true;
			if (in.rest.n && in.rest.p[0] == '-')
				in.rest = str_slice(in.rest, 1, in.rest.n);
		} else {
			r = take_term(&in, is_not, err);
			is_not = false;
		}
	}
	end_group(&in, first, groups, &count);
	*ret_groups = groups;
	*ret_count = count;
	return r;
}
