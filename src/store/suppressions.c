/* See suppressions.h. */
#include "store/suppressions.h"

#include "base/clock.h"
#include "base/mail_address.h"
#include "store/cases.h"

#include <jansson.h>

#define DAYS_MS(n) HOURS_MS(24 * (n))

#define COLUMNS                                                                                                  \
	"address, account, reason, class, status, note, message_id, since, until, count, counted_from, active, " \
	"author"

static const char by_mail[] = "mail"; /* the author where no person decided */

/* ---------------------------------------------------------------- rows */

static const char *text_of(struct db_rows *rows, int column, struct arena *arena)
{
	return arena_cstr(arena, db_col_str(rows, column));
}

static void read_row(struct db_rows *rows, struct arena *arena, struct suppression *ret)
{
	*ret = (struct suppression){
	        .address = text_of(rows, 0, arena),
	        .account = text_of(rows, 1, arena),
	        .reason = text_of(rows, 2, arena),
	        .class = text_of(rows, 3, arena),
	        .status = text_of(rows, 4, arena),
	        .note = text_of(rows, 5, arena),
	        .message_id = db_col_int(rows, 6),
	        .since = db_col_int(rows, 7),
	        .until = db_col_int(rows, 8),
	        .count = db_col_int(rows, 9),
	        .counted_from = db_col_int(rows, 10),
	        .is_active = db_col_int(rows, 11) != 0,
	        .author = text_of(rows, 12, arena),
	};
}

/* Empty where it is too long to be an address. */
static struct str key_of(struct arena *arena, struct str address)
{
	char room[MAIL_ADDRESS_MAX];

	return address.n <= sizeof room ? arena_str(arena, mail_address_key(address, room)) : STR("");
}

static int get_row(struct db *db, struct str key, const char *account, struct arena *arena, struct suppression *ret,
                   struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db, "SELECT " COLUMNS " FROM suppression WHERE address = $1 AND account = $2",
	                 DB_ARGS(DB_STR(key), DB_TEXT(account)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		read_row(rows, arena, ret);
	return r;
}

static int put_row(struct db *db, const struct suppression *s, struct error *err)
{
	return db_exec(db,
	               "INSERT INTO suppression (" COLUMNS
	               ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
	               "ON CONFLICT (address, account) DO UPDATE SET reason = $3, class = $4, status = $5, note = $6, "
	               "message_id = $7, since = $8, until = $9, count = $10, counted_from = $11, active = $12, "
	               "author = $13",
	               DB_ARGS(DB_TEXT(s->address), DB_TEXT(s->account), DB_TEXT(s->reason), DB_TEXT(s->class),
	                       DB_TEXT(s->status), DB_TEXT(s->note), s->message_id ? DB_INT(s->message_id) : DB_NULL,
	                       DB_INT(s->since), s->until ? DB_INT(s->until) : DB_NULL, DB_INT(s->count),
	                       DB_INT(s->counted_from), DB_INT(s->is_active), DB_TEXT(s->author)),
	               err);
}

static int tell(struct db *db, struct arena *arena, const char *kind, const struct suppression *s, int64_t case_id,
                int64_t at, struct error *err)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "address", s->address, "account", s->account,
	                           "reason", s->reason, "class", s->class, "status", s->status, "author", s->author);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct str data = arena_str(arena, text ? str_of(text) : STR("{}"));

	free(text);
	json_decref(object);
	return event_add(db,
	                 &(struct new_event){.kind = kind,
	                                     .account = s->account,
	                                     .author = s->author,
	                                     .case_id = case_id,
	                                     .message_id = s->message_id,
	                                     .data = data,
	                                     .at = at},
	                 err);
}

/* ---------------------------------------------------------------- asking */

static bool is_effective(const struct suppression *s, int64_t now)
{
	return s->is_active && (!s->until || s->until > now);
}

int suppression_find(struct db *db, struct str address, const char *account, int64_t now, struct arena *arena,
                     struct suppression *ret_suppression, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 /* Not "account = '' OR account = $2": of that SQLite makes a table for each question. */
	                 "SELECT " COLUMNS
	                 " FROM suppression WHERE address = $1 AND NOT (account <> '' AND account <> $2) AND "
	                 "active = 1 AND (until IS NULL OR until > $3) ORDER BY account LIMIT 1",
	                 DB_ARGS(DB_STR(key_of(arena, address)), DB_TEXT(account), DB_INT(now)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		read_row(rows, arena, ret_suppression);
	return r;
}

int suppression_of_row(struct db *db, int64_t outbox_id, const char *account, int64_t now, struct arena *arena,
                       void (*each)(void *ctx, size_t position, const struct suppression *suppression), void *ctx,
                       struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int n = 0, r;

	r = db_query(db,
	             "SELECT s.address, s.account, reason, class, s.status, note, message_id, since, until, count, "
	             "counted_from, active, author, position FROM (SELECT address_key AS address, position FROM "
	             "outbox_recipient WHERE outbox_id = $1) r JOIN suppression s ON s.address = r.address AND "
	             "(s.account = '' OR s.account = $2) WHERE active = 1 AND (until IS NULL OR until > $3) ORDER BY "
	             "position, s.account",
	             DB_ARGS(DB_INT(outbox_id), DB_TEXT(account), DB_INT(now)), &rows, err);
	while (r >= 0 && (r = db_next(rows, err)) > 0) {
		struct suppression s;

		read_row(rows, arena, &s);
		each(ctx, (size_t)db_col_int(rows, 13), &s);
		n++;
	}
	return r < 0 ? r : n;
}

static int read_list(struct db_rows *rows, size_t max, struct arena *arena, struct suppression **ret_list,
                     struct error *err)
{
	struct suppression *list = ARENA_ARRAY(arena, struct suppression, max);
	size_t n = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0)
		read_row(rows, arena, &list[n++]);
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}

int suppression_list(struct db *db, struct str address, int64_t now, size_t max, struct arena *arena,
                     struct suppression **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r;

	if (!address.n)
		return suppression_page(db, NULL, now, max, arena, ret_list, err);
	r = db_query(db, "SELECT " COLUMNS " FROM suppression WHERE address = $1 ORDER BY account LIMIT $2",
	             DB_ARGS(DB_STR(key_of(arena, address)), DB_INT(max)), &rows, err);
	return r < 0 ? r : read_list(rows, max, arena, ret_list, err);
}

int suppression_page(struct db *db, const struct suppression *after, int64_t now, size_t max, struct arena *arena,
                     struct suppression **ret_list, struct error *err)
{
	static const struct suppression before_all = {.address = "", .account = "", .since = INT64_MAX};
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	const struct suppression *last = after ? after : &before_all;
	int r = db_query(
	        db,
	        "SELECT " COLUMNS " FROM suppression WHERE active = 1 AND (until IS NULL OR until > $1) "
	        "AND (since < $2 OR (since = $2 AND (address, account) > ($3, $4))) "
	        "ORDER BY since DESC, address, account LIMIT $5",
	        DB_ARGS(DB_INT(now), DB_INT(last->since), DB_TEXT(last->address), DB_TEXT(last->account), DB_INT(max)),
	        &rows, err);

	return r < 0 ? r : read_list(rows, max, arena, ret_list, err);
}

struct str suppression_text(struct arena *arena, const struct suppression *s)
{
	char since[32];

	clock_format_iso(s->since, since);
	return arena_printf(arena, "%s%s%s%s%s since %.10s", s->reason, s->status[0] ? " " : "", s->status,
	                    s->class[0] ? " " : "", s->class, since);
}

/* ---------------------------------------------------------------- what mail does */

/* The entry as it stands, or a new one that isn't active. 1 where there was one; 0 where not; E_… */
static int open_row(struct db *db, struct arena *arena, struct str key, const char *account, int64_t at,
                    struct suppression *ret, struct error *err)
{
	int r = get_row(db, key, account, arena, ret, err);

	if (r == 0)
		*ret = (struct suppression){.address = key.p,
		                            .account = account,
		                            .reason = "",
		                            .class = "",
		                            .status = "",
		                            .note = "",
		                            .counted_from = at,
		                            .author = by_mail};
	return r;
}

static void take_cause(struct suppression *s, const char *reason, const struct suppression_cause *cause)
{
	s->reason = reason;
	s->class = cause->class;
	s->status = cause->status;
	s->note = cause->note;
	s->message_id = cause->message_id;
	s->since = cause->at;
	s->author = by_mail;
}

static int put_and_tell(struct db *db, struct arena *arena, const struct suppression *s, const char *kind,
                        int64_t case_id, int64_t at, struct error *err)
{
	int r = put_row(db, s, err);

	return r < 0 ? r : tell(db, arena, kind, s, case_id, at, err);
}

int suppression_hard_bounce(struct db *db, struct arena *arena, const struct suppression_cause *cause,
                            struct error *err)
{
	struct str key = key_of(arena, cause->address);
	struct suppression s;
	int r = key.n ? open_row(db, arena, key, "", cause->at, &s, err) : 0;

	/* What else was on its way when the first came back says nothing new; a soft one's end comes before its time.
	 */
	if (r < 0 || !key.n || (is_effective(&s, cause->at) && strcmp(s.reason, "soft-bounce") != 0))
		return MIN(r, 0);
	s.count = strcmp(s.reason, "hard-bounce") == 0 ? s.count + 1 : 1;
	take_cause(&s, "hard-bounce", cause);
	s.until = 0;
	s.is_active = true;
	r = put_and_tell(db, arena, &s, "suppression.added", cause->case_id, cause->at, err);
	return r < 0 ? r : 1;
}

int suppression_soft_bounce(struct db *db, struct arena *arena, const struct suppression_cause *cause,
                            struct error *err)
{
	struct str key = key_of(arena, cause->address);
	struct suppression s;
	int r = key.n ? open_row(db, arena, key, "", cause->at, &s, err) : 0;

	if (r < 0 || !key.n || is_effective(&s, cause->at) || strcmp(s.reason, "hard-bounce") == 0)
		return MIN(r, 0);
	if (cause->at - s.counted_from > DAYS_MS(SUPPRESSION_SOFT_DAYS) || s.is_active) {
		s.count = 0;
		s.counted_from = cause->at;
	}
	s.count++;
	take_cause(&s, "soft-bounce", cause);
	s.is_active = s.count >= SUPPRESSION_SOFT;
	s.until = s.is_active ? cause->at + DAYS_MS(SUPPRESSION_SOFT_HOLD_DAYS) : 0;
	r = s.is_active ? put_and_tell(db, arena, &s, "suppression.added", cause->case_id, cause->at, err)
	                : put_row(db, &s, err);
	return r < 0 ? r : s.is_active;
}

int suppression_complaint(struct db *db, struct arena *arena, const struct suppression_cause *cause, struct error *err)
{
	struct str key = key_of(arena, cause->address);
	struct suppression s;
	int r = key.n ? open_row(db, arena, key, cause->account, cause->at, &s, err) : 0;

	if (r < 0 || !key.n || is_effective(&s, cause->at))
		return MIN(r, 0);
	s.count++;
	take_cause(&s, "complaint", cause);
	s.until = 0;
	s.is_active = true;
	r = put_and_tell(db, arena, &s, "suppression.added", cause->case_id, cause->at, err);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- what lifts it */

/* Of a bounce only: 1 where it was lifted. */
static int lift(struct db *db, struct arena *arena, struct suppression *s, int64_t case_id, int64_t at,
                struct error *err)
{
	bool hard = strcmp(s->reason, "hard-bounce") == 0;
	int r;

	if (!s->is_active || (!hard && strcmp(s->reason, "soft-bounce") != 0))
		return 0;
	s->is_active = false;
	if (!hard)
		s->count = 0;
	r = put_and_tell(db, arena, s, "suppression.lifted", case_id, at, err);
	return r < 0 ? r : 1;
}

int suppression_alive(struct db *db, struct arena *arena, struct str address, int64_t case_id, int64_t at,
                      struct error *err)
{
	struct str key = key_of(arena, address);
	struct suppression s;
	int r = key.n ? get_row(db, key, "", arena, &s, err) : 0;

	if (r <= 0 || (strcmp(s.reason, "hard-bounce") == 0 && s.count > SUPPRESSION_LIFTS))
		return MIN(r, 0);
	return lift(db, arena, &s, case_id, at, err);
}

struct lifting {
	struct arena *arena;
	struct suppression *list;
	size_t n, size;
};

static void remember(void *ctx, size_t position UNUSED, const struct suppression *s)
{
	struct lifting *lifting = ctx;

	ARENA_ROOM(lifting->arena, lifting->list, lifting->n, lifting->size);
	lifting->list[lifting->n++] = *s;
}

int suppression_lift_row(struct db *db, struct arena *arena, int64_t outbox_id, const char *author, int64_t at,
                         struct error *err)
{
	struct lifting lifting = {.arena = arena};
	int r = suppression_of_row(db, outbox_id, "", at, arena, remember, &lifting, err), lifted = 0;

	for (size_t i = 0; r >= 0 && i < lifting.n; i++) {
		lifting.list[i].author = author;
		r = lift(db, arena, &lifting.list[i], 0, at, err);
		lifted += r > 0;
	}
	return r < 0 ? r : lifted;
}

/* ---------------------------------------------------------------- what people do */

int suppression_add(struct db *db, struct arena *arena, struct str address, const char *account, const char *note,
                    const char *author, int64_t at, struct error *err)
{
	struct str key = key_of(arena, address);
	const struct suppression s = {
	        .address = key.p,
	        .account = account,
	        .reason = "manual",
	        .class = "",
	        .status = "",
	        .note = note,
	        .since = at,
	        .counted_from = at,
	        .is_active = true,
	        .author = author,
	};
	const char *wrong = mail_address_fault(address);
	int r;

	if (wrong)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%.*s\" %s", (int)MIN(address.n, (size_t)80), address.p,
		            wrong);
	r = put_row(db, &s, err);
	return r < 0 ? r : tell(db, arena, "suppression.added", &s, 0, at, err);
}

int suppression_remove(struct db *db, struct arena *arena, struct str address, const char *account, const char *author,
                       int64_t at, struct error *err)
{
	struct suppression *list;
	int removed = 0, n = suppression_list(db, address, at, 1000, arena, &list, err), r = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		if (account && strcmp(account, list[i].account) != 0)
			continue;
		r = db_exec(db, "DELETE FROM suppression WHERE address = $1 AND account = $2",
		            DB_ARGS(DB_TEXT(list[i].address), DB_TEXT(list[i].account)), err);
		list[i].author = author;
		if (r >= 0)
			r = tell(db, arena, "suppression.removed", &list[i], 0, at, err);
		removed++;
	}
	return n < 0 ? n : r < 0 ? r : removed;
}
