/* See threading.h: what is found is weighed here. */
#include "cases/threading.h"

#include "cases/threading_search.h"
#include "store/cases.h"
#include "store/threads.h"

/* Stable, and short: THREADING_MAX_FOUND. */
static void sort_by_rank(struct threading *t)
{
	for (size_t i = 1; i < t->found_count; i++) {
		struct evidence e = t->found[i];
		size_t at = i;

		for (; at > 0 && t->found[at - 1].kind > e.kind; at--)
			t->found[at] = t->found[at - 1];
		t->found[at] = e;
	}
}

/* Whether the sender has a part in each case named; asked once for each. */
static int ask_for_participants(struct db *db, struct threading *t, struct str sender, struct error *err)
{
	for (size_t i = 0; i < t->found_count; i++) {
		struct evidence *e = &t->found[i];
		size_t before = 0;
		int r;

		while (t->found[before].case_id != e->case_id)
			before++;
		if (before < i) {
			e->is_participant = t->found[before].is_participant;
			continue;
		}
		r = sender.n ? case_has_participant(db, e->case_id, sender, err) : 0;
		if (r < 0)
			return r;
		/* We wrote to him in this case. */
		e->is_participant = r > 0 || e->kind == EVIDENCE_TOKEN;
	}
	return 0;
}

static const struct evidence *best_of_participant(const struct threading *t)
{
	for (size_t i = 0; i < t->found_count; i++)
		if (t->found[i].is_participant && !t->found[i].is_ambiguous)
			return &t->found[i];
	return NULL;
}

/* May somebody without a part in the case join it by this? */
static int lets_strangers_in(struct db *db, struct arena *arena, const struct setup *setup, const struct evidence *e,
                             struct error *err)
{
	const struct case_type *type;
	struct stored_case c;
	int r = case_get(db, e->case_id, arena, &c, err);

	if (r <= 0)
		return r;
	type = setup_case_type(setup, c.type);
	switch (type ? (enum strangers)type->strangers : STRANGERS_ANSWERS) {
	case STRANGERS_JOIN:
		return e->kind <= EVIDENCE_NUMBER;
	case STRANGERS_ANSWERS:
		return e->kind < EVIDENCE_NUMBER; /* numbers can be guessed */
	case STRANGERS_SEPARATE:
		return 0;
	}
	return 0;
}

/* 1 found, 0 none. */
static int best_of_stranger(struct db *db, struct arena *arena, const struct setup *setup, const struct threading *t,
                            const struct evidence **ret_best, struct error *err)
{
	for (size_t i = 0; i < t->found_count; i++) {
		int r = t->found[i].is_ambiguous ? 0 : lets_strangers_in(db, arena, setup, &t->found[i], err);

		if (r > 0)
			*ret_best = &t->found[i];
		if (r != 0)
			return r;
	}
	return 0;
}

static void let_win(struct threading *t, const struct evidence *best)
{
	struct evidence won = *best;
	size_t at = (size_t)(best - t->found);

	memmove(t->found + 1, t->found, at * sizeof won);
	t->found[0] = won;
	t->case_id = won.case_id;
	t->is_stranger = !won.is_participant && won.kind != EVIDENCE_OWN_MAIL;
	for (size_t i = 1; i < t->found_count; i++)
		t->is_conflict |= t->found[i].case_id != won.case_id;
}

/* The mail itself is one of ours. */
static int look_for_own(struct db *db, const struct message *m, struct threading *t, struct error *err)
{
	int64_t case_id;
	bool is_ours = false;
	int r = m->message_id.n ? case_find_message(db, m->message_id, &case_id, &is_ours, err) : 0;

	if (r <= 0 || !is_ours)
		return MIN(r, 0);
	t->is_our_own = true;
	t->found[t->found_count++] = (struct evidence){
	        .kind = EVIDENCE_OWN_MAIL, .value = m->message_id, .case_id = case_id, .is_ours = true};
	return 0;
}

int threading_decide(struct db *db, struct arena *arena, const struct setup *setup, const struct message *message,
                     struct str body, struct threading *ret_threading, struct error *err)
{
	struct threading t = {0};
	struct search search = {
	        .db = db, .arena = arena, .setup = setup, .message = message, .body = body, .threading = &t};
	const struct evidence *best = NULL;
	int r = threading_search(&search, err);

	if (r == 0 && t.found_count == THREADING_MAX_FOUND)
		t.found_count--; /* room for one more */
	if (r == 0)
		r = look_for_own(db, message, &t, err);
	if (r < 0)
		return r;
	sort_by_rank(&t);
	r = ask_for_participants(db, &t, message->from.address, err);
	if (r < 0)
		return r;
	best = t.is_our_own ? &t.found[0] : best_of_participant(&t);
	if (!best)
		r = best_of_stranger(db, arena, setup, &t, &best, err);
	if (r < 0)
		return r;
	if (best)
		let_win(&t, best);
	*ret_threading = t;
	return 0;
}

/* ---------------------------------------------------------------- in words */

static const char *evidence_words(const struct evidence *e)
{
	switch (e->kind) {
	case EVIDENCE_OWN_MAIL:
		return "it is our own message, come back (certain)";
	case EVIDENCE_TOKEN:
		return "answers our message, with the token made for the sender (certain)";
	case EVIDENCE_IN_REPLY_TO:
		return e->is_ours ? "In-Reply-To names our message (strong)"
		                  : "In-Reply-To names a message of the case (strong)";
	case EVIDENCE_REFERENCE:
		return e->is_ours ? "References names our message (strong)"
		                  : "References names a message of the case (strong)";
	case EVIDENCE_THREAD_INDEX:
		return "same conversation by Thread-Index (strong)";
	case EVIDENCE_ADDRESS_TOKEN:
		return "our token in the address written to (good)";
	case EVIDENCE_HEADER_TOKEN:
		return "our token in X-Hauspost-Ref (good)";
	case EVIDENCE_BODY_TOKEN:
		return "our token in the text (good)";
	case EVIDENCE_NUMBER:
		return "case number in the subject (weak)";
	case EVIDENCE_TOPIC:
		return "same topic as an open case of the sender (weak)";
	}
	return "";
}

static const char *role_of(const struct threading *t, size_t i)
{
	if (!t->case_id)
		return "not used";
	if (i == 0)
		return "won";
	return t->found[i].case_id == t->case_id ? "also" : "against";
}

static const char *why_unused(const struct threading *t, const struct evidence *e)
{
	if (e->is_ambiguous)
		return "; several cases fit";
	return e->is_participant || t->is_our_own ? "" : "; the sender has no part in that case";
}

struct str threading_text(struct arena *arena, const struct threading *t)
{
	struct str text = STR("");

	for (size_t i = 0; i < t->found_count; i++) {
		const struct evidence *e = &t->found[i];

		text = arena_printf(arena, STR_FMT "%s: %s: " STR_FMT " -> case id %lld%s" STR_FMT "%s\n",
		                    STR_ARG(text), role_of(t, i), evidence_words(e),
		                    STR_ARG(str_slice(e->value, 0, 300)), (long long)e->case_id,
		                    e->made_for.n ? "; made for " : "", STR_ARG(e->made_for), why_unused(t, e));
	}
	return text;
}
