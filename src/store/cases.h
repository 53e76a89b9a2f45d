/* Cases and the contacts they belong to, as stored. */
#ifndef STORE_CASES_H
#define STORE_CASES_H

#include "base/arena.h"
#include "store/db.h"
#include "store/events.h"

/* Who is to write next, by the last mail that a person wrote: what machines write leaves it as it is. */
#define CASE_WAITS_FOR_US      "us"
#define CASE_WAITS_FOR_CONTACT "contact"

struct stored_case {
	int64_t id;
	const char *type, *number, *status;
	int64_t resolved_at; /* 0: not resolved */
	struct str subject;
	int64_t contact_id;
	const char *account;
	int64_t previous_id; /* 0: none */
	struct str fields;   /* JSON object */
	int64_t created_at, updated_at, message_count;
	/* Whose turn it is: CASE_WAITS_… */
	const char *waits_for;
};

/* The columns that case_row() reads, of a table with the prefix `t` ("" or "c."). */
#define CASE_COLUMNS(t)                                                                                                \
	t "id, " t "type, " t "number, " t "status, " t "resolved_at, " t "subject, " t "contact_id, " t "account, " t \
	  "previous_id, " t "fields, " t "created_at, " t "updated_at, " t "message_count, " t "waits_for"
#define CASE_COLUMN_COUNT 14

struct db_rows;
struct stored_case case_row(struct db_rows *rows, struct arena *arena);

int case_insert(struct db *db, const struct stored_case *c, struct error *err) NODISCARD;

/* 1 found, 0 none; texts in the arena. */
int case_get(struct db *db, int64_t id, struct arena *arena, struct stored_case *ret_case, struct error *err) NODISCARD;
int case_updated_at(struct db *db, int64_t id, int64_t *ret_at, struct error *err) NODISCARD;
int case_find_number(struct db *db, struct str number, struct arena *arena, struct stored_case *ret_case,
                     struct error *err) NODISCARD;

/* The case of the message of ours with this Message-ID, else of the newest one, that belongs to a case; 1 found, 0
 * none. (What we sent may come back and be filed under the same id.) */
int case_find_message(struct db *db, struct str message_ident, int64_t *ret_case_id, bool *ret_is_ours,
                      struct error *err) NODISCARD;

/* One more message at `at`; a non-NULL status replaces the present one and clears resolved_at; `waits_for` NULL: as it
 * was. */
int case_touch(struct db *db, int64_t id, const char *status, const char *waits_for, int64_t at,
               struct error *err) NODISCARD;

/* One more message, of ours: the case doesn't change by it otherwise. */
int case_count_message(struct db *db, int64_t id, struct error *err) NODISCARD;

/* A person's decision; resolved_at 0: not resolved. */
int case_set_status(struct db *db, int64_t id, const char *status, int64_t resolved_at, int64_t at,
                    struct error *err) NODISCARD;

/* The event that tells of it. */
int case_tell_status(struct db *db, int64_t id, const char *status, bool resolved, const char *author, int64_t at,
                     struct error *err) NODISCARD;

/* Newest first, up to `max`, older than `before_id` (0: from the newest). Returns their number. */
int case_list(struct db *db, int64_t before_id, size_t max, struct arena *arena, struct stored_case **ret_cases,
              struct error *err) NODISCARD;

/* The contact with this address (any case), made where missing. */
int contact_for(struct db *db, struct str address, struct str name, int64_t at, int64_t *ret_contact_id,
                struct error *err) NODISCARD;

/* One of the contact's addresses and the name; 1 found, 0 none. */
int contact_get(struct db *db, int64_t id, struct arena *arena, struct str *ret_address, struct str *ret_name,
                struct error *err) NODISCARD;

#endif
