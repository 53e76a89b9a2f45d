/* See breaker.h. */
#include "intake/breaker.h"

#include "base/clock.h"
#include "intake/item.h"
#include "intake/likeness.h"
#include "intake/no_answer.h"
#include "mime/reply.h"
#include "store/breakers.h"
#include "store/cases.h"
#include "store/outbox.h"

#include <jansson.h>

#define REMEMBERED  8 /* letters */
#define DAY         HOURS_MS(24)
#define QUIET       HOURS_MS(6) /* mail of the same kind keeps it open for so long */
#define QUICK       MINUTES_MS(5)
#define STEADY      SECONDS_MS(30)
#define STEADY_RUN  4 /* mails in a row, this one included */
#define LIKE_RUN    3
#define TRIPS_FROM  3 /* answers within a day: after fewer of them no sign can be seen */
#define FORGET      (2 * DAY)
#define MEMORY_MAX  KIB(4)
#define NO_REACTION (-1)

/* An answer that went out, and the mail that it answered. */
struct letter {
	int64_t at;
	int64_t reaction; /* ms between our letter before and the mail; NO_REACTION: there was none */
	bool is_like;     /* the mail was like one before */
	struct likeness likeness;
};

struct circuit {
	struct stored_breaker row;
	struct letter letters[REMEMBERED]; /* oldest first */
	size_t count;
};

/* The mail in question. */
struct reaction {
	int64_t now;
	struct likeness likeness;
};

/* ---------------------------------------------------------------- memory as text: "at reaction like sketch;" */

static bool read_letter(struct str text, struct letter *ret)
{
	struct letter letter = {0};
	struct str at, reaction, like;
	int64_t is_like;

	if (!str_split(&text, ' ', &at) || !str_split(&text, ' ', &reaction) || !str_split(&text, ' ', &like) ||
	    !str_to_int(at, &letter.at) || !str_to_int(reaction, &letter.reaction) || !str_to_int(like, &is_like) ||
	    !likeness_read(text, &letter.likeness))
		return false;
	letter.is_like = is_like != 0;
	*ret = letter;
	return true;
}

/* What can't be read is forgotten: the worst that comes of it is an answer more. */
static void read_memory(struct circuit *c)
{
	struct str rest = c->row.memory, one;

	while (c->count < REMEMBERED && str_split(&rest, ';', &one))
		if (read_letter(one, &c->letters[c->count]))
			c->count++;
}

static void write_memory(struct circuit *c, struct buf *out)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct letter *l = &c->letters[i];

		buf_printf(out, "%lld %lld %d ", (long long)l->at, (long long)l->reaction, l->is_like);
		likeness_write(&l->likeness, out);
		buf_add_char(out, ';');
	}
	c->row.memory = buf_str(out);
}

/* 1 found, 0 none: a closed one. */
static int load(struct db *db, struct arena *arena, const char *scope, const char *name, struct circuit *ret,
                struct error *err)
{
	int r;

	*ret = (struct circuit){
	        .row = {.scope = scope, .name = name, .state = "closed", .reason = "", .memory = STR("")}};
	r = breaker_get(db, scope, name, arena, &ret->row, err);
	read_memory(ret);
	return r;
}

static int save(struct db *db, struct circuit *c, int64_t now, struct error *err)
{
	struct buf memory CLEANUP(buf_done) = BUF_INIT(MEMORY_MAX);

	write_memory(c, &memory);
	c->row.updated_at = now;
	return breaker_put(db, &c->row, err);
}

/* ---------------------------------------------------------------- signs */

static bool is_like_one(const struct circuit *c, const struct reaction *mail, int64_t since)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->letters[i].at > since &&
		    likeness_compare(&c->letters[i].likeness, &mail->likeness) >= LIKENESS_ALIKE)
			return true;
	return false;
}

static int64_t reaction_time(const struct circuit *c, int64_t now)
{
	return c->count ? MAX(now - c->letters[c->count - 1].at, (int64_t)0) : NO_REACTION;
}

/* The mail repeats what was said before, and most that came lately did. */
static bool repeats(const struct circuit *c, const struct reaction *mail)
{
	size_t likes = 1, lately = 1;

	if (!is_like_one(c, mail, mail->now - DAY))
		return false;
	for (size_t i = 0; i < c->count; i++) {
		lately += c->letters[i].at > mail->now - DAY;
		likes += c->letters[i].at > mail->now - DAY && c->letters[i].is_like;
	}
	return likes >= LIKE_RUN && 2 * likes >= lately;
}

/* People don't answer a machine's letters within minutes, time after time at the same pace. */
static bool is_steady(const struct circuit *c, const struct reaction *mail)
{
	int64_t least = reaction_time(c, mail->now), most = least;

	if (c->count < STEADY_RUN)
		return false;
	for (size_t i = c->count - (STEADY_RUN - 1); i < c->count; i++) {
		if (c->letters[i].reaction == NO_REACTION)
			return false;
		least = MIN(least, c->letters[i].reaction);
		most = MAX(most, c->letters[i].reaction);
	}
	return most <= QUICK && most - least <= STEADY;
}

static const char *trips(const struct circuit *c, const struct reaction *mail)
{
	if (repeats(c, mail))
		return "mail after mail is alike";
	if (is_steady(c, mail))
		return "each answer is met by a mail at once";
	if (c->row.letters >= BREAKER_LETTERS_CAP && c->row.since > mail->now - DAY)
		return "too many answers within a day";
	return NULL;
}

/* ---------------------------------------------------------------- states */

static bool is_in_state(const struct circuit *c, const char *state)
{
	return strcmp(c->row.state, state) == 0;
}

static void open_circuit(struct circuit *c, const char *reason, int64_t now)
{
	static const int64_t periods[] = {DAY, 3 * DAY, 7 * DAY};

	c->row.open_until = now + periods[MIN(c->row.level, (int64_t)ARRAY_LEN(periods) - 1)];
	c->row.level++;
	c->row.state = "open";
	c->row.reason = reason;
}

static void close_circuit(struct circuit *c)
{
	c->row.state = "closed";
	c->row.reason = "";
	c->row.level = c->row.open_until = c->row.letters = 0;
	c->count = 0;
}

enum verdict { PASSES, STAYS_OPEN, OPENS, CLOSES };

static enum verdict judge(struct circuit *c, const struct reaction *mail)
{
	bool is_like = is_like_one(c, mail, 0);
	const char *reason;

	if (is_in_state(c, "open") && mail->now < c->row.open_until) {
		if (is_like)
			c->row.open_until = MAX(c->row.open_until, mail->now + QUIET);
		return STAYS_OPEN;
	}
	if (is_in_state(c, "open")) {
		c->row.state = "half-open";
		return PASSES;
	}
	if (is_in_state(c, "half-open")) {
		if (!is_like && reaction_time(c, mail->now) > QUICK) {
			close_circuit(c);
			return CLOSES;
		}
		open_circuit(c, "the answer after a pause was met in the same way", mail->now);
		return OPENS;
	}
	reason = trips(c, mail);
	if (!reason)
		return PASSES;
	open_circuit(c, reason, mail->now);
	return OPENS;
}

static void remember(struct circuit *c, const struct reaction *mail)
{
	struct letter letter = {
	        .at = mail->now,
	        .reaction = reaction_time(c, mail->now),
	        .is_like = is_like_one(c, mail, mail->now - DAY),
	        .likeness = mail->likeness,
	};

	if (c->count == REMEMBERED) {
		memmove(c->letters, c->letters + 1, (REMEMBERED - 1) * sizeof *c->letters);
		c->count--;
	}
	c->letters[c->count++] = letter;
	if (c->row.since <= mail->now - DAY) {
		c->row.since = mail->now;
		c->row.letters = 0;
	}
	c->row.letters++;
}

/* A correspondent without a circuit: what it would remember is made up from the outbox. */
static int recall(struct db *db, struct arena *arena, struct circuit *c, int64_t now, struct error *err)
{
	struct past_answer past[REMEMBERED];
	int n = breaker_past_answers(db, c->row.name, now - DAY, REMEMBERED, arena, past, err);

	for (int i = n - 1; i >= 0; i--) {
		struct reaction mail = {.now = past[i].at};

		if (!past[i].text.p)
			continue;
		mail.likeness = likeness_of(reply_of_text(arena, past[i].text).reply);
		remember(c, &mail);
	}
	return MIN(n, 0);
}

/* ---------------------------------------------------------------- the question */

static int tell(struct item *item, struct db *db, const struct circuit *c, const char *kind, int64_t case_id,
                int64_t now, struct error *err)
{
	json_t *data = json_pack("{s:s, s:s, s:s, s:I}", "scope", c->row.scope, "name", c->row.name, "reason",
	                         c->row.reason, "open_until", (json_int_t)c->row.open_until);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	int r = event_insert(db, kind, case_id, item->ledger.message_id, text ? str_of(text) : STR("{}"), now, err);

	free(text);
	json_decref(data);
	return r;
}

static void refuse(struct item *item, const struct circuit *c)
{
	char until[32];

	clock_format_iso(c->row.open_until, until);
	no_answer(item, NO_ANSWER_LOOP,
	          arena_printf(item->arena, "a loop: %s; answers to %s%s are stopped until %.16s UTC", c->row.reason,
	                       strcmp(c->row.scope, "case") == 0 ? "the case with id " : "", c->row.name, until)
	                  .p);
}

const char *breaker_correspondent(struct arena *arena, const char *address)
{
	struct str whole = str_of(address);
	ptrdiff_t plus = str_find_char(whole, '+'), at = str_find_char(whole, '@');

	if (plus <= 0 || at < plus)
		return address;
	return arena_printf(arena, STR_FMT STR_FMT, STR_ARG(str_slice(whole, 0, (size_t)plus)),
	                    STR_ARG(str_slice(whole, (size_t)at, whole.n)))
	        .p;
}

/* The circuits that the mail passes: the correspondent's, and the case's where it isn't a new one. Returns their
 * number; 0 where there is nothing to judge or to remember: the outbox will know of the first letters. */
static int load_all(struct item *item, struct db *db, const char *address, int64_t case_id, struct circuit *circuits,
                    struct error *err)
{
	const char *name = breaker_correspondent(item->arena, address);
	int64_t now = clock_now_ms(), answers = 0;
	int r = load(db, item->arena, "address", name, &circuits[0], err);

	if (r == 0 && name == address) {
		if (!case_id)
			r = outbox_count_answers(db, name, now - DAY, &answers, err);
		if (r == 0 && !case_id && answers < TRIPS_FROM)
			return 0;
		if (r == 0)
			r = recall(db, item->arena, &circuits[0], now, err);
		if (r == 0 && circuits[0].count == 0 && !case_id)
			return 0;
	}
	if (r >= 0 && case_id)
		r = load(db, item->arena, "case", arena_printf(item->arena, "%lld", (long long)case_id).p, &circuits[1],
		         err);
	return r < 0 ? r : case_id ? 2 : 1;
}

int breaker_ask(struct item *item, struct db *db, const char *address, int64_t case_id, bool is_new_case,
                struct error *err)
{
	struct reaction mail = {.now = clock_now_ms()};
	struct circuit circuits[2];
	enum verdict verdicts[2];
	const struct circuit *open = NULL;
	int n = load_all(item, db, address, is_new_case ? 0 : case_id, circuits, err), r = 0;

	if (n <= 0)
		return n < 0 ? n : 1;
	mail.likeness = likeness_of(message_reply(item->arena, item->message).reply);
	for (int i = 0; i < n; i++) {
		verdicts[i] = judge(&circuits[i], &mail);
		if ((verdicts[i] == OPENS || verdicts[i] == STAYS_OPEN) &&
		    (!open || circuits[i].row.open_until > open->row.open_until))
			open = &circuits[i];
	}
	for (int i = 0; i < n && r == 0; i++) {
		if (!open)
			remember(&circuits[i], &mail);
		else if (verdicts[i] == PASSES || verdicts[i] == CLOSES)
			continue; /* as if it had not been asked: the other one's time comes first */
		r = save(db, &circuits[i], mail.now, err);
		if (r == 0 && verdicts[i] == OPENS)
			r = tell(item, db, &circuits[i], "loop.opened", case_id, mail.now, err);
		if (r == 0 && verdicts[i] == CLOSES)
			r = tell(item, db, &circuits[i], "loop.closed", case_id, mail.now, err);
	}
	if (r < 0)
		return r;
	if (open)
		refuse(item, open);
	else if (mail.now % 64 == 0) /* now and then is often enough */
		r = breaker_forget(db, mail.now - FORGET, err);
	return r < 0 ? r : !open;
}
