/* One profile's tokens in memory, shared by tokens.c and tokens_renew.c. Only these use this. */
#ifndef AUTH_TOKENS_PARTS_H
#define AUTH_TOKENS_PARTS_H

#include "auth/tokens.h"
#include "base/alive.h"
#include "store/lock.h"

struct tokens {
	struct store *store;
	struct sealer sealer;
	char by[ALIVE_NAME_SIZE]; /* names this process in leases */
	pthread_mutex_t lock;
	struct entry *entries; /* under lock; never shrinks: sessions hold sources */
	pthread_mutex_t db_lock;
	struct db *db; /* under db_lock; NULL until needed */
};

/* What was got and couldn't be stored yet. */
struct unsaved {
	struct arena *arena; /* of the row; NULL: nothing */
	struct token_row row;
	struct secret access;
};

/* A profile as it was set up when it was first asked for; a changed one is another entry. */
struct entry {
	struct entry *next;
	struct tokens *tokens;
	struct arena *arena;
	struct authentication_profile profile; /* a copy */
	struct keystore_record keystore;       /* a copy; id NULL: none */
	struct keystore_record trust;          /* the profile's, a copy; id NULL: none */
	const char *subject;                   /* of the row */
	const char *user;
	char identity[65]; /* of all that stands in the profile */
	char grant[65];    /* of what stored tokens belong to */

	/* of the thread that renews */
	struct http *http;
	struct unsaved unsaved;

	pthread_mutex_t lock;
	pthread_cond_t renewed;
	/* under lock */
	bool renewing;
	struct secret access;
	int64_t generation, expires_at, renewed_at; /* Unix ms */
	int64_t not_before;                         /* after a failure; Unix ms */
	int failures;
	struct error fault; /* of the last try; code 0: none */
	struct source *sources;
};

/* Copies what it needs of the set-up. Not among the cache's entries yet. */
struct entry *entry_new(struct tokens *tokens, const struct setup *setup, const struct authentication_profile *profile,
                        const char *user) NODISCARD;
void entry_free(struct entry *entry);
DEFINE_CLEANUP(struct entry *, entry_free)

/* What a successful renewal brings. */
struct fresh {
	struct secret access;
	int64_t generation, expires_at, renewed_at;
};

/* Gets a token that is newer than `generation`: from the store where another process put one, else from the endpoint.
 * *ret_wait_ms: for how long the endpoint doesn't want to be asked again; -1: it didn't say. The wish's transcript
 * hears of it. */
int entry_renew(struct entry *entry, int64_t generation, const struct token_wish *wish, struct fresh *ret_fresh,
                int64_t *ret_wait_ms, struct error *err) NODISCARD;

/* A consent to the profile stands in the store: what was got or refused before it counts no more. */
void tokens_consented(struct tokens *tokens, const char *profile);

/* Good for use still, at this time. */
bool token_is_good(int64_t renewed_at, int64_t expires_at, int64_t now);

/* What a row holds. */
struct opened {
	struct secret access, refresh;
	char *grant, *scope; /* owned; "" */
};

/* What a row's text is sealed for. */
const char *token_context(const struct token_row *row, char *room, size_t size);

void opened_done(struct opened *opened);
int opened_read(const struct sealer *sealer, const struct token_row *row, struct opened *ret_opened,
                struct error *err) NODISCARD;

/* The connection of the cache, locked until tokens_db_done(). */
int tokens_db(struct tokens *tokens, struct db **ret_db, struct error *err) NODISCARD;
void tokens_db_done(struct tokens *tokens);

/* Seals what `tokens` are into `row` (in the arena), with the times that follow. `refresh`: where there is no new one.
 */
int tokens_row(const struct entry *entry, const struct oauth_tokens *tokens, const struct secret *refresh, int64_t now,
               struct arena *arena, struct token_row *row, struct error *err) NODISCARD;

#endif
