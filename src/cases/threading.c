/* See threading.h. */
#include "cases/threading.h"

#include "rules/number_mask.h"
#include "store/cases.h"

static void add_finding(struct arena *arena, struct threading *t, enum evidence_kind kind, struct str value,
                        int64_t case_id)
{
	struct evidence *found = ARENA_ARRAY(arena, struct evidence, t->found_count + 1);

	if (t->found_count)
		memcpy(found, t->found, t->found_count * sizeof *found);
	found[t->found_count] = (struct evidence){kind, value, case_id};
	t->found = found;
	t->found_count++;
	if (!t->case_id)
		t->case_id = case_id;
}

/* The ids that the mail answers, nearest first, each once. */
static size_t answered_ids(const struct message *m, struct str ids[THREADING_MAX_IDS])
{
	size_t n = 0;

	for (size_t i = 0; i < m->in_reply_to_count + m->reference_count && n < THREADING_MAX_IDS; i++) {
		struct str id = i < m->in_reply_to_count
		                        ? m->in_reply_to[i]
		                        : m->references[m->reference_count - 1 - (i - m->in_reply_to_count)];
		bool known = id.n == 0;

		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(ids[k], id);
		if (!known)
			ids[n++] = id;
	}
	return n;
}

/* Stops at the first id that is known: the older ones lead to the same conversation or to one it grew out of. */
static int look_at_ids(struct db *db, struct arena *arena, const struct message *m, struct threading *t,
                       struct error *err)
{
	struct str ids[THREADING_MAX_IDS];
	size_t n = answered_ids(m, ids);

	for (size_t i = 0; i < n && !t->case_id; i++) {
		int64_t case_id;
		bool is_ours;
		int r = case_find_message(db, ids[i], &case_id, &is_ours, err);

		if (r < 0)
			return r;
		if (r > 0)
			add_finding(arena, t, is_ours ? EVIDENCE_REPLY_TO_OURS : EVIDENCE_REPLY_TO_KNOWN, ids[i],
			            case_id);
	}
	return 0;
}

static int look_for_number(struct db *db, struct arena *arena, const char *mask, struct str subject,
                           struct threading *t, int *left, struct error *err)
{
	struct str number;
	size_t at = 0;

	while (*left > 0 && number_mask_find(arena, mask, subject, &at, &number)) {
		struct stored_case found;
		int r;

		--*left;
		r = case_find_number(db, number, arena, &found, err);

		if (r < 0)
			return r;
		if (r > 0)
			add_finding(arena, t, EVIDENCE_NUMBER_IN_SUBJECT, number, found.id);
	}
	return 0;
}

static int look_at_subject(struct db *db, struct arena *arena, const struct setup *setup, const struct message *m,
                           struct threading *t, struct error *err)
{
	struct str subject = str_slice(m->subject, 0, THREADING_MAX_SUBJECT);
	int left = THREADING_MAX_NUMBERS; /* a subject made of numbers must not keep the store busy */
	const void *const *types;
	size_t n = setup_list(setup, &case_type_type, &types);

	for (size_t i = 0; i < n; i++) {
		const struct case_type *type = types[i];
		int r = look_for_number(db, arena, type->number_mask, subject, t, &left, err);

		for (size_t k = 0; r == 0 && k < type->old_masks.count; k++)
			r = look_for_number(db, arena, type->old_masks.items[k], subject, t, &left, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int threading_decide(struct db *db, struct arena *arena, const struct setup *setup, const struct message *message,
                     struct threading *ret_threading, struct error *err)
{
	struct threading t = {0};
	int64_t case_id;
	bool is_ours = false;
	int r = message->message_id.n ? case_find_message(db, message->message_id, &case_id, &is_ours, err) : 0;

	if (r < 0)
		return r;
	t.is_our_own = r > 0 && is_ours;
	if (t.is_our_own)
		add_finding(arena, &t, EVIDENCE_REPLY_TO_OURS, message->message_id, case_id);
	if (!t.case_id) {
		r = look_at_ids(db, arena, message, &t, err);
		if (r < 0)
			return r;
	}
	r = look_at_subject(db, arena, setup, message, &t, err);
	if (r < 0)
		return r;
	*ret_threading = t;
	return 0;
}

static const char *evidence_words(enum evidence_kind kind)
{
	switch (kind) {
	case EVIDENCE_REPLY_TO_OURS:
		return "answers our message";
	case EVIDENCE_REPLY_TO_KNOWN:
		return "answers a message of the case";
	case EVIDENCE_NUMBER_IN_SUBJECT:
		return "case number in the subject";
	}
	return "";
}

struct str threading_text(struct arena *arena, const struct threading *threading)
{
	struct str text = STR("");

	for (size_t i = 0; i < threading->found_count; i++) {
		const struct evidence *e = &threading->found[i];

		text = arena_printf(arena, STR_FMT "%s: %s: " STR_FMT " -> case id %lld\n", STR_ARG(text),
		                    i ? "also" : "won", evidence_words(e->kind), STR_ARG(e->value),
		                    (long long)e->case_id);
	}
	return text;
}
