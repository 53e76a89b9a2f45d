/* See threading_search.h. Each source of evidence in turn, each bounded. */
#include "cases/threading_search.h"

#include "base/clock.h"
#include "mime/subject.h"
#include "mime/thread_index.h"
#include "rules/number_mask.h"
#include "security/token.h"
#include "store/cases.h"
#include "store/threads.h"

#define OLDEST_IDS  5  /* of the References that are looked at; clients that cut them keep the first */
#define IDS_BEHIND  10 /* looked at behind the first that is known, for conflicts */
#define MAX_ADDRESS 50
#define MAX_INNER   3
#define TOPIC_CASES 20
#define TOPIC_DAYS  60
#define TOPIC_LEAST 4 /* bytes */

/* One finding of a kind for a case is enough. */
static struct evidence *add(struct search *s, const struct evidence *evidence)
{
	struct threading *t = s->threading;

	for (size_t i = 0; i < t->found_count; i++)
		if (t->found[i].kind == evidence->kind && t->found[i].case_id == evidence->case_id)
			return NULL;
	if (t->found_count == THREADING_MAX_FOUND)
		return NULL;
	t->found[t->found_count] = *evidence;
	return &t->found[t->found_count++];
}

/* ---------------------------------------------------------------- tokens */

static char *lower_copy(struct arena *arena, struct str s)
{
	char *copy = arena_cstr(arena, s);

	for (size_t i = 0; i < s.n; i++)
		copy[i] = ascii_lower(copy[i]);
	return copy;
}

static bool is_looked_up(const struct search *s, struct str token)
{
	for (size_t i = 0; i < s->token_count; i++)
		if (str_eq(s->tokens[i], token))
			return true;
	return false;
}

/* `kind`: what a token is that was made for somebody else. 1: it is one of ours; 0: not. */
static int look_at_token(struct search *s, struct str token, enum evidence_kind kind, struct error *err)
{
	struct stored_token stored;
	struct thread_keys keys;
	bool is_bound;
	int r;

	token = str_new(lower_copy(s->arena, token), token.n);
	if (s->token_count == THREADING_MAX_TOKENS || is_looked_up(s, token))
		return 0;
	s->tokens[s->token_count++] = token;
	r = thread_token_find(s->db, token, s->arena, &stored, err);
	if (r > 0)
		r = thread_keys_get(s->db, &keys, err) < 0 ? -1 : 1;
	if (r <= 0)
		return r;
	if (!token_is_genuine(keys.keys[0], keys.count, token, stored.address))
		return 0;
	is_bound = str_eq_nocase(stored.address, s->message->from.address);
	add(s, &(struct evidence){.kind = is_bound ? EVIDENCE_TOKEN : kind,
	                          .value = token,
	                          .case_id = stored.case_id,
	                          .made_for = is_bound ? STR("") : stored.address,
	                          .is_ours = true});
	return 1;
}

static bool is_token_char(char c)
{
	return is_alpha(c) || is_digit(c);
}

/* Words of a token's length and letters; that they are ours the store tells. A stretch of that length is looked at from
 * behind: a character that no token has rules out all before it, so that few are looked at. */
size_t threading_tokens_in(struct str text, struct str *ret_tokens, size_t max)
{
	size_t n = 0;

	for (size_t at = 0; n < max && at + TOKEN_LEN <= text.n;) {
		size_t end = at + TOKEN_LEN;

		while (end > at && is_token_char(text.p[end - 1]))
			end--;
		if (end > at) {
			at = end;
			continue;
		}
		end = at + TOKEN_LEN;
		while (end < text.n && is_token_char(text.p[end]))
			end++;
		if (end - at == TOKEN_LEN && token_has_shape(str_slice(text, at, end)))
			ret_tokens[n++] = str_slice(text, at, end);
		at = end + 1;
	}
	return n;
}

static int look_at_tokens_in(struct search *s, struct str text, enum evidence_kind kind, struct error *err)
{
	struct str tokens[THREADING_MAX_TOKENS];
	size_t n = threading_tokens_in(text, tokens, ARRAY_LEN(tokens));
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++)
		r = look_at_token(s, tokens[i], kind, err);
	return MIN(r, 0);
}

/* "support+TOKEN@example.com", wherever the envelope's recipient may stand. */
static int look_at_addresses(struct search *s, struct error *err)
{
	static const char *const envelope[] = {"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"};
	const struct address_list *lists[] = {&s->message->to, &s->message->cc};
	size_t left = MAX_ADDRESS;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t k = 0; k < lists[i]->count && left-- > 0 && r >= 0; k++)
			if (str_find_char(lists[i]->items[k].address, '+') >= 0)
				r = look_at_tokens_in(s, lists[i]->items[k].address, EVIDENCE_ADDRESS_TOKEN, err);
	for (size_t i = 0; i < ARRAY_LEN(envelope) && r >= 0; i++) {
		const struct header *header = message_header(s->message, envelope[i]);

		if (header && str_find_char(header->value, '+') >= 0)
			r = look_at_tokens_in(s, str_slice(header->value, 0, KIB(2)), EVIDENCE_ADDRESS_TOKEN, err);
	}
	return r;
}

/* Our own field comes back in mail that holds ours as a whole: bounces, forwards as attachment. */
static int look_at_own_header(struct search *s, struct error *err)
{
	const struct message *m = s->message;
	const struct header *header = message_header(m, "X-Hauspost-Ref");
	int inner = 0, r = 0;

	if (header)
		r = look_at_tokens_in(s, str_slice(header->value, 0, 200), EVIDENCE_HEADER_TOKEN, err);
	for (size_t i = 0; i < m->part_count && inner < MAX_INNER && r >= 0; i++) {
		if (!m->parts[i]->inner)
			continue;
		inner++;
		header = message_header(m->parts[i]->inner, "X-Hauspost-Ref");
		if (header)
			r = look_at_tokens_in(s, str_slice(header->value, 0, 200), EVIDENCE_HEADER_TOKEN, err);
	}
	return r;
}

/* ---------------------------------------------------------------- Message-IDs */

struct answered {
	struct str id;
	enum evidence_kind kind;
};

static size_t add_id(struct answered ids[THREADING_MAX_IDS], size_t n, struct str id, enum evidence_kind kind)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(ids[i].id, id))
			return n;
	if (id.n && n < THREADING_MAX_IDS)
		ids[n++] = (struct answered){id, kind};
	return n;
}

/* The ids that the mail answers, nearest first, each once; of very many the newest and the oldest. */
static size_t answered_ids(const struct message *m, struct answered ids[THREADING_MAX_IDS])
{
	size_t n = 0, newest = THREADING_MAX_IDS - OLDEST_IDS, oldest = MIN(m->reference_count, (size_t)OLDEST_IDS);

	for (size_t i = 0; i < m->in_reply_to_count && n < newest; i++)
		n = add_id(ids, n, m->in_reply_to[i], EVIDENCE_IN_REPLY_TO);
	for (size_t i = m->reference_count; i > 0 && n < newest && m->reference_count - i < 2 * newest; i--)
		n = add_id(ids, n, m->references[i - 1], EVIDENCE_REFERENCE);
	for (size_t i = oldest; i > 0; i--)
		n = add_id(ids, n, m->references[i - 1], EVIDENCE_REFERENCE);
	return n;
}

/* 1: known. */
static int look_at_id(struct search *s, const struct answered *answered, struct error *err)
{
	ptrdiff_t at = str_find_char(answered->id, '@');
	struct str local = at < 0 ? answered->id : str_slice(answered->id, 0, (size_t)at);
	int64_t case_id;
	bool is_ours;
	int r = token_has_shape(local) ? look_at_token(s, local, answered->kind, err) : 0;

	if (r != 0)
		return r;
	r = case_find_message(s->db, answered->id, &case_id, &is_ours, err);
	if (r > 0)
		add(s, &(struct evidence){
		               .kind = answered->kind, .value = answered->id, .case_id = case_id, .is_ours = is_ours});
	return r;
}

static int look_at_ids(struct search *s, struct error *err)
{
	struct answered ids[THREADING_MAX_IDS];
	size_t n = answered_ids(s->message, ids), last = n;

	for (size_t i = 0; i < n && i <= last; i++) {
		int r = look_at_id(s, &ids[i], err);

		if (r < 0)
			return r;
		if (r > 0 && last == n)
			last = i + IDS_BEHIND;
	}
	return 0;
}

/* ---------------------------------------------------------------- Thread-Index, number, topic */

static int look_at_thread_index(struct search *s, const struct thread_index *index, struct error *err)
{
	int64_t case_id;
	int r = index->root.n ? thread_root_find(s->db, index->root, &case_id, err) : 0;

	if (r > 0)
		add(s, &(struct evidence){.kind = EVIDENCE_THREAD_INDEX, .value = index->root, .case_id = case_id});
	return MIN(r, 0);
}

static int look_for_number(struct search *s, const char *mask, struct str subject, int *left, struct error *err)
{
	struct str number;
	size_t at = 0;

	while (*left > 0 && number_mask_find(s->arena, mask, subject, &at, &number)) {
		struct stored_case found;
		int r;

		--*left;
		r = case_find_number(s->db, number, s->arena, &found, err);
		if (r < 0)
			return r;
		if (r > 0)
			add(s, &(struct evidence){.kind = EVIDENCE_NUMBER, .value = number, .case_id = found.id});
	}
	return 0;
}

static int look_at_subject(struct search *s, struct error *err)
{
	struct str subject = str_slice(s->message->subject, 0, THREADING_MAX_SUBJECT);
	int left = THREADING_MAX_NUMBERS; /* a subject made of numbers must not keep the store busy */
	const void *const *types;
	size_t n = setup_list(s->setup, &case_type_type, &types);

	for (size_t i = 0; i < n; i++) {
		const struct case_type *type = types[i];
		int r = look_for_number(s, type->number_mask, subject, &left, err);

		for (size_t k = 0; r == 0 && k < type->old_masks.count; k++)
			r = look_for_number(s, type->old_masks.items[k], subject, &left, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Without prefixes, and without "[number]" at the end, which our own templates add. */
static struct str topic_of(struct str subject, bool *ret_is_answer)
{
	struct str topic = subject_topic(str_slice(subject, 0, THREADING_MAX_SUBJECT), ret_is_answer);

	for (size_t i = topic.n; topic.n && topic.p[topic.n - 1] == ']' && i > 0; i--)
		if (topic.p[i - 1] == '[') {
			topic = str_trim(str_slice(topic, 0, i - 1));
			break;
		}
	return topic;
}

/* The same subject alone says little: it counts only where the mail is an answer by its form, to an open case that the
 * sender has a part in, and where there is one such case only. */
static int look_at_topic(struct search *s, const struct thread_index *index, struct error *err)
{
	const struct message *m = s->message;
	const struct header *header = message_header(m, "Thread-Topic");
	struct evidence *first = NULL;
	struct participant_case *cases;
	struct str topic;
	bool is_answer;
	int n;

	topic = topic_of(m->subject, &is_answer);
	is_answer |= m->in_reply_to_count || m->reference_count || index->answers;
	if (header)
		topic = topic_of(header_text(s->arena, header), NULL);
	if (!is_answer || topic.n < TOPIC_LEAST || !m->from.address.n)
		return 0;
	n = cases_of_participant(s->db, m->from.address, clock_now_ms() - TOPIC_DAYS * HOURS_MS(24), TOPIC_CASES,
	                         s->arena, &cases, err);
	for (int i = 0; i < n; i++) {
		struct evidence *found;

		if (!str_eq_nocase(topic_of(cases[i].subject, NULL), topic))
			continue;
		found = add(s, &(struct evidence){.kind = EVIDENCE_TOPIC,
		                                  .value = topic,
		                                  .case_id = cases[i].id,
		                                  .is_ambiguous = first != NULL});
		if (first)
			first->is_ambiguous = true;
		first = first ? first : found;
	}
	return MIN(n, 0);
}

int threading_search(struct search *s, struct error *err)
{
	struct thread_index index = thread_index_of(s->arena, s->message);
	int r;

	s->threading->found = ARENA_ARRAY(s->arena, struct evidence, THREADING_MAX_FOUND);
	r = look_at_ids(s, err);
	if (r == 0)
		r = look_at_thread_index(s, &index, err);
	if (r == 0)
		r = look_at_addresses(s, err);
	if (r == 0)
		r = look_at_own_header(s, err);
	if (r == 0)
		r = look_at_tokens_in(s, s->body, EVIDENCE_BODY_TOKEN, err);
	if (r == 0)
		r = look_at_subject(s, err);
	if (r == 0 && s->threading->found_count == 0)
		r = look_at_topic(s, &index, err);
	return r;
}
