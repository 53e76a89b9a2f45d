/* See certificates.h. */
#include "store/certificates.h"

#include "base/mail_address.h"
#include "store/cases.h"

#include <jansson.h>

#define COLUMNS                                                                                                   \
	"address, fingerprint, subject, issuer, serial, valid_from, expires_at, source, message_id, since, der, " \
	"truststore"
#define ACCOUNT ", COALESCE((SELECT account FROM message WHERE id = message_id), '')"

/* ---------------------------------------------------------------- rows */

static struct str text_of(struct db_rows *rows, int column, struct arena *arena)
{
	return arena_str(arena, db_col_str(rows, column));
}

static void read_row(struct db_rows *rows, struct arena *arena, struct stored_certificate *ret)
{
	*ret = (struct stored_certificate){
	        .address = text_of(rows, 0, arena),
	        .fingerprint = text_of(rows, 1, arena),
	        .subject = text_of(rows, 2, arena),
	        .issuer = text_of(rows, 3, arena),
	        .serial = text_of(rows, 4, arena),
	        .valid_from = db_col_int(rows, 5),
	        .expires_at = db_col_int(rows, 6),
	        .source = text_of(rows, 7, arena).p,
	        .message_id = db_col_int(rows, 8),
	        .since = db_col_int(rows, 9),
	        .der = text_of(rows, 10, arena),
	        .truststore = text_of(rows, 11, arena),
	        .account = text_of(rows, 12, arena).p,
	};
}

static int read_rows(struct db_rows *rows, size_t max, struct arena *arena, struct stored_certificate **ret_list,
                     struct error *err)
{
	struct stored_certificate *list = NULL;
	size_t n = 0, size = 0;
	int r = 0;

	while (n < max && (r = db_next(rows, err)) > 0) {
		ARENA_ROOM(arena, list, n, size);
		read_row(rows, arena, &list[n++]);
	}
	if (r < 0)
		return r;
	*ret_list = list;
	return (int)n;
}

/* Empty where it is too long to be an address. */
static struct str key_of(struct arena *arena, struct str address)
{
	char room[MAIL_ADDRESS_MAX];

	return address.n <= sizeof room ? arena_str(arena, mail_address_key(address, room)) : STR("");
}

static int tell(struct db *db, struct arena *arena, const char *kind, const struct stored_certificate *c, int64_t at,
                struct error *err)
{
	json_t *object = json_pack(
	        "{s:s%, s:s%, s:s%, s:s%, s:I}", "address", c->address.p, c->address.n, "fingerprint", c->fingerprint.p,
	        c->fingerprint.n, "subject", c->subject.p ? c->subject.p : "", c->subject.n, "issuer",
	        c->issuer.p ? c->issuer.p : "", c->issuer.n, "expires_at", (json_int_t)c->expires_at);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct str data = arena_str(arena, text ? str_of(text) : STR("{}"));

	free(text);
	json_decref(object);
	return event_insert(db, kind, 0, c->message_id, data, at, err);
}

/* ---------------------------------------------------------------- learning */

/* 1: goes in; 0: nothing to do. What a person said stands for every truststore. */
static int standing(struct db *db, const struct stored_certificate *c, struct error *err)
{
	int64_t known;
	int r = db_query_int(
	        db,
	        "SELECT 1 FROM certificate WHERE address = $1 AND fingerprint = $2 AND "
	        "(source = 'person' OR (source = $3 AND truststore = $4)) LIMIT 1",
	        DB_ARGS(DB_STR(c->address), DB_STR(c->fingerprint), DB_TEXT(c->source), DB_STR(c->truststore)), &known,
	        err);

	return r < 0 ? r : r == 0;
}

/* The learned ones of its truststore beyond the newest few; those that a person's stands for. */
static int drop_old(struct db *db, const struct stored_certificate *c, struct error *err)
{
	if (strcmp(c->source, "person") == 0)
		return db_exec(db,
		               "DELETE FROM certificate WHERE address = $1 AND fingerprint = $2 AND source = 'mail'",
		               DB_ARGS(DB_STR(c->address), DB_STR(c->fingerprint)), err);
	return db_exec(db,
	               "DELETE FROM certificate WHERE address = $1 AND source = 'mail' AND truststore = $3 AND "
	               "fingerprint NOT IN (SELECT fingerprint FROM certificate WHERE address = $1 AND source = 'mail' "
	               "AND truststore = $3 ORDER BY valid_from DESC, fingerprint LIMIT $2)",
	               DB_ARGS(DB_STR(c->address), DB_INT(CERTIFICATES_PER_ADDRESS), DB_STR(c->truststore)), err);
}

int certificate_put(struct db *db, struct arena *arena, const struct stored_certificate *certificate, struct error *err)
{
	struct stored_certificate c = *certificate;
	int r;

	c.address = key_of(arena, c.address);
	if (!c.address.n)
		return 0;
	if (!c.truststore.n || strcmp(c.source, "person") == 0)
		c.truststore = STR("");
	r = standing(db, &c, err);
	if (r <= 0)
		return r;
	r = db_exec(db,
	            "INSERT INTO certificate (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
	            "ON CONFLICT (address, fingerprint, truststore) DO UPDATE SET source = $8, since = $10",
	            DB_ARGS(DB_STR(c.address), DB_STR(c.fingerprint), DB_STR(c.subject), DB_STR(c.issuer),
	                    DB_STR(c.serial), DB_INT(c.valid_from), DB_INT(c.expires_at), DB_TEXT(c.source),
	                    c.message_id ? DB_INT(c.message_id) : DB_NULL, DB_INT(c.since), DB_BLOB(c.der),
	                    DB_STR(c.truststore)),
	            err);
	if (r == 0)
		r = tell(db, arena, strcmp(c.source, "mail") == 0 ? "certificate.learned" : "certificate.added", &c,
		         c.since, err);
	if (r == 0)
		r = drop_old(db, &c, err);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- asking */

int certificate_for(struct db *db, struct str address, const char *truststore, int64_t at, struct arena *arena,
                    struct stored_certificate *ret, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS ACCOUNT
	                 " FROM certificate WHERE address = $1 AND valid_from <= $2 AND expires_at > $2 AND "
	                 "(source = 'person' OR truststore = $3) ORDER BY CASE WHEN source = 'person' THEN 0 ELSE 1 "
	                 "END, valid_from DESC, fingerprint LIMIT 1",
	                 DB_ARGS(DB_STR(key_of(arena, address)), DB_INT(at), DB_TEXT(truststore)), &rows, err);

	if (r == 0)
		r = db_next(rows, err);
	if (r > 0)
		read_row(rows, arena, ret);
	return r;
}

int certificate_list(struct db *db, struct str address, size_t max, struct arena *arena,
                     struct stored_certificate **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = address.n ? db_query(db,
	                             "SELECT " COLUMNS ACCOUNT
	                             " FROM certificate WHERE address = $1 ORDER BY valid_from DESC, "
	                             "fingerprint, truststore LIMIT $2",
	                             DB_ARGS(DB_STR(key_of(arena, address)), DB_INT(max)), &rows, err)
	                  : db_query(db,
	                             "SELECT " COLUMNS ACCOUNT " FROM certificate ORDER BY address, valid_from DESC, "
	                             "fingerprint, truststore LIMIT $1",
	                             DB_ARGS(DB_INT(max)), &rows, err);

	return r < 0 ? r : read_rows(rows, max, arena, ret_list, err);
}

int certificate_expiring(struct db *db, int64_t after, int64_t before, size_t max, struct arena *arena,
                         struct stored_certificate **ret_list, struct error *err)
{
	struct db_rows *rows CLEANUP(db_rows_freep) = NULL;
	int r = db_query(db,
	                 "SELECT " COLUMNS ACCOUNT
	                 " FROM certificate c WHERE expires_at >= $1 AND expires_at < $2 AND NOT "
	                 "EXISTS (SELECT 1 FROM certificate o "
	                 "WHERE o.address = c.address AND o.fingerprint = c.fingerprint AND o.truststore < "
	                 "c.truststore) ORDER BY "
	                 "expires_at, address LIMIT $3",
	                 DB_ARGS(DB_INT(after), DB_INT(before), DB_INT(max)), &rows, err);

	return r < 0 ? r : read_rows(rows, max, arena, ret_list, err);
}

/* ---------------------------------------------------------------- forgetting */

int certificate_forget(struct db *db, struct arena *arena, struct str address, struct str fingerprint, int64_t at,
                       struct error *err)
{
	struct stored_certificate *list;
	int n = certificate_list(db, address, 1000, arena, &list, err), gone = 0, r = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		if (!str_starts_nocase(list[i].fingerprint, fingerprint))
			continue;
		r = db_exec(db, "DELETE FROM certificate WHERE address = $1 AND fingerprint = $2 AND truststore = $3",
		            DB_ARGS(DB_STR(list[i].address), DB_STR(list[i].fingerprint), DB_STR(list[i].truststore)),
		            err);
		if (r == 0)
			r = tell(db, arena, "certificate.forgotten", &list[i], at, err);
		gone++;
	}
	return n < 0 ? n : r < 0 ? r : gone;
}

int expiry_warning_find(struct db *db, const char *what, int64_t expires_at, int64_t since, int64_t *ret_days,
                        struct error *err)
{
	return db_query_int(db, "SELECT days FROM expiry_warning WHERE what = $1 AND (expires_at = $2 OR at > $3)",
	                    DB_ARGS(DB_TEXT(what), DB_INT(expires_at), DB_INT(since)), ret_days, err);
}

int expiry_warning_put(struct db *db, const char *what, int64_t expires_at, int64_t days, int64_t at, struct error *err)
{
	return db_exec(
	        db,
	        "INSERT INTO expiry_warning (what, expires_at, days, at) VALUES ($1, $2, $3, $4) ON CONFLICT (what) DO "
	        "UPDATE SET expires_at = $2, days = $3, at = $4",
	        DB_ARGS(DB_TEXT(what), DB_INT(expires_at), DB_INT(days), DB_INT(at)), err);
}
