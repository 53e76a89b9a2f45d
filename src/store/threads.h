/* What finds the case of a mail besides Message-IDs: the tokens of our mails, the roots of Thread-Index, who has a part
 * in a case, and the keys that tokens are made with. */
#ifndef STORE_THREADS_H
#define STORE_THREADS_H

#include "base/arena.h"
#include "store/db.h"

#define THREAD_KEY_BYTES 32
#define THREAD_KEYS_MAX  8 /* a token is good until its key was followed by so many others */

/* The keys of the store, the newest first. */
struct thread_keys {
	unsigned char keys[THREAD_KEYS_MAX][THREAD_KEY_BYTES];
	size_t count;
};

/* Reads them; makes the first where there is none yet. */
int thread_keys_get(struct db *db, struct thread_keys *ret_keys, struct error *err) NODISCARD;

/* Puts a new key before the others; the oldest of THREAD_KEYS_MAX goes. */
int thread_keys_add(struct db *db, struct error *err) NODISCARD;

struct stored_token {
	int64_t case_id, message_id;
	struct str address; /* whom the mail went to, lower case */
};

int thread_token_insert(struct db *db, struct str token, const struct stored_token *stored,
                        struct error *err) NODISCARD;

/* 1 found, 0 none. */
int thread_token_find(struct db *db, struct str token, struct arena *arena, struct stored_token *ret_token,
                      struct error *err) NODISCARD;

/* The root belongs to the case from now on, if it belonged to none or to the case that this one follows (`previous_id`,
 * may be 0): nobody takes another's conversation over by naming its root. */
int thread_root_insert(struct db *db, struct str root, int64_t case_id, int64_t previous_id,
                       struct error *err) NODISCARD;

/* 1 found, 0 none. */
int thread_root_find(struct db *db, struct str root, int64_t *ret_case_id, struct error *err) NODISCARD;

/* Addresses of any case; longer ones than mail knows are cut. */
int case_add_participant(struct db *db, int64_t case_id, struct str address, struct error *err) NODISCARD;

/* 1: has a part in it, by this address or another of the same contact; 0: has none. */
int case_has_participant(struct db *db, int64_t case_id, struct str address, struct error *err) NODISCARD;

struct participant_case {
	int64_t id;
	struct str subject;
};

/* The unresolved cases that the address has a part in and that changed since `since`, newest first, up to `max`.
 * Returns their number. */
int cases_of_participant(struct db *db, struct str address, int64_t since, size_t max, struct arena *arena,
                         struct participant_case **ret_cases, struct error *err) NODISCARD;

#endif
