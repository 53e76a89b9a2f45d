/* Set-up records as documents, every version kept: who changed what and when stays known. A counter tells running
 * processes that something changed. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "base/arena.h"
#include "store/db.h"

struct stored_record {
	const char *kind, *id;
	int64_t revision;    /* 1 for the first version of a record */
	struct str document; /* JSON; empty where this version is a deletion */
	const char *author;
	int64_t at; /* Unix ms */
};

/* The newest versions of what isn't deleted, in no order; `kind` NULL: all kinds. Texts live in the arena. Returns
 * their number. */
int records_list(struct db *db, const char *kind, struct arena *arena, struct stored_record **ret_records,
                 struct error *err) NODISCARD;

/* The newest version of one record, which may be a deletion; texts live in the arena. 1; 0 where there never was one.
 */
int records_newest(struct db *db, const char *kind, const char *id, struct arena *arena,
                   struct stored_record *ret_record, struct error *err) NODISCARD;

/* The number of its newest version, a deletion included; 0 where there never was one. */
int records_version(struct db *db, const char *kind, const char *id, int64_t *ret_revision,
                    struct error *err) NODISCARD;

/* All versions of one record, newest first. */
int records_history(struct db *db, const char *kind, const char *id, struct arena *arena,
                    struct stored_record **ret_records, struct error *err) NODISCARD;

/* Which versions are looked for; texts of NULL and times of 0 say nothing. */
struct record_search {
	const char *kind, *id, *author;
	int64_t from_at, until_at;         /* Unix ms, `until_at` exclusive */
	const struct stored_record *after; /* the last one seen: its at, kind, id, revision; NULL: from the newest */
};

/* Versions, deletions among them, newest first, at most `max`. Returns their number. */
int records_search(struct db *db, const struct record_search *search, size_t max, struct arena *arena,
                   struct stored_record **ret_records, struct error *err) NODISCARD;

/* One version: 1; 0 where there is none. */
int records_get_version(struct db *db, const char *kind, const char *id, int64_t revision, struct arena *arena,
                        struct stored_record *ret_record, struct error *err) NODISCARD;

/* All versions of all records that aren't deletions, in no order. */
int records_versions(struct db *db, struct arena *arena, struct stored_record **ret_records,
                     struct error *err) NODISCARD;

/* Gives a version another document of the same meaning (its secrets sealed anew). */
int records_rewrite(struct db *db, const struct stored_record *version, struct str document,
                    struct error *err) NODISCARD;

/* Stores a new version; an empty document is a deletion. In the caller's transaction, after records_begin_change(). */
int records_put(struct db *db, const char *kind, const char *id, struct str document, const char *author, int64_t at,
                struct error *err) NODISCARD;

/* Counts a change; until the transaction ends, others that change records wait. */
int records_begin_change(struct db *db, int64_t *ret_revision, struct error *err) NODISCARD;

/* The number of changes so far. */
int records_revision(struct db *db, int64_t *ret_revision, struct error *err) NODISCARD;

/* 1: some record was ever stored; 0: none. */
int records_any(struct db *db, struct error *err) NODISCARD;

#endif
