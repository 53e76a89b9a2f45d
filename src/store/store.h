/* The store as a whole: where it is, its migrations, and the committers that write what sessions have ready. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/db.h"

struct store;

struct store_options {
	const char *url; /* see db_open() */
	bool create;  /* make and migrate what is missing; else a missing or old store is an error that says what to do
	               */
	bool migrate; /* bring an older store up to date (create does so, too) */
	int batch_count;    /* units of work of one transaction; 0: 100 */
	int batch_delay_ms; /* how long a first unit waits for company; 0: 5 */
	int committers;     /* PostgreSQL: connections that commit side by side; 0: 1, since large transactions that
	                     * touch the same rows in different order wait for each other. SQLite always has one */
};

/* Opens, checks the schema's version and migrates (each migration in a transaction, numbered, recorded with its time).
 * A store newer than this program is refused: "store … has schema 12, this program knows 9: install a newer hauspost".
 */
int store_open(const struct store_options *options, struct store **ret_store, struct error *err) NODISCARD;
void store_close(struct store *store); /* waits until everything submitted is committed */
DEFINE_CLEANUP(struct store *, store_close)

/* A connection of the caller's own (db_close), for reading and for small transactions of its own. */
int store_connect(struct store *store, struct db **ret_db, struct error *err) NODISCARD;

const char *store_url(const struct store *store); /* as given: may hold a password */
int store_schema_version(void);                   /* the newest this program knows */

/* Something that every user of the store may need and that lives as long as it: the token cache (auth/tokens.h). Set
 * once, before threads; freed by `release` before the store is closed. */
void store_set_companion(struct store *store, void *companion, void (*release)(void *companion));
void *store_companion(const struct store *store); /* NULL where there is none */

/* A unit of work for a committer: a message, an outbox answer, a ledger mark. Embedded in the caller's struct. Many
 * units are committed together, and one that fails harms no other; units with the same `lane` run in the order
 * submitted. */
struct work {
	/* Does the writing; on failure everything it wrote is undone. Runs on a committer's thread. */
	int (*run)(struct work *work, struct db *db, struct error *err);
	/* May be NULL: then it costs more. Puts the unit back to where it was before run, which is called once more:
	 * when a unit of the same batch, perhaps another, failed, and everything was undone. */
	void (*again)(struct work *work);
	/* May be NULL. After run failed and was undone: records the failure in the same transaction, so that nothing
	 * that was passed over is ever forgotten. When it succeeds the unit counts as committed (done gets 0). */
	int (*run_failed)(struct work *work, struct db *db, const struct error *cause, struct error *err);
	/* After the commit is durable (result 0), or after run or the commit failed (negative, err set). On a thread of
	 * the store's: be brief, don't submit-and-wait. */
	void (*done)(struct work *work, int result, const struct error *err);
	uint64_t lane;
	struct work *next; /* the committer's */
};

/* Hands it over; returns at once. The struct must live until done(), which must not be NULL here. */
void store_submit(struct store *store, struct work *work);

/* To be called before waiting for units of `lane` that were submitted: a batch isn't held open any longer in the hope
 * of more. */
void store_hurry(struct store *store, uint64_t lane);

/* Submits and waits for done (done may be NULL). Not from a committer's thread. */
int store_do(struct store *store, struct work *work, struct error *err) NODISCARD;

#endif
