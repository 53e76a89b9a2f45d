/* Who is signed in: sessions of operators in browsers, and API tokens of programs. Both are known by the SHA-256
 * (hexadecimal) of a random token alone. Changes are made within the caller's transaction. */
#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

#include "base/arena.h"
#include "store/db.h"

struct session {
	int64_t id;
	const char *token_hash;
	const char *operator_id;
	const char *method; /* password, second-factor, recovery-code, oidc, link */
	int64_t created_at, seen_at, expires_at;
	const char *address, *agent;
};

int session_insert(struct db *db, const struct session *session, struct error *err) NODISCARD;

/* 1 found, 0 none. Whether it has expired is the caller's to see. */
int session_find(struct db *db, const char *token_hash, struct arena *arena, struct session *ret_session,
                 struct error *err) NODISCARD;
int session_seen(struct db *db, int64_t id, int64_t at, struct error *err) NODISCARD;

/* Those of an operator, the last one used first. Returns their number. */
int session_list(struct db *db, const char *operator_id, size_t max, struct arena *arena, struct session **ret_sessions,
                 struct error *err) NODISCARD;

/* 1: it hasn't ended, and what was given for it may go on. */
int session_lasts(struct db *db, int64_t id, int64_t now, struct error *err) NODISCARD;

int session_end(struct db *db, int64_t id, struct error *err) NODISCARD; /* number ended: 0, 1 */
/* All of an operator but `except` (0: all); returns their number. */
int session_end_all(struct db *db, const char *operator_id, int64_t except, struct error *err) NODISCARD;
/* Rows of what expired, or wasn't seen since `idle_since`. */
int session_purge(struct db *db, int64_t now, int64_t idle_since, struct error *err) NODISCARD;

struct api_token {
	int64_t id;
	const char *token_hash, *prefix; /* prefix: the token's first letters, to recognise it */
	const char *operator_id;         /* whose rights it has at most */
	const char *name;
	const char *rights, *accounts; /* names, with spaces between; "": all of the operator's */
	const char *created_by;
	int64_t created_at, expires_at; /* expires_at 0: never */
	int64_t used_at;                /* 0: never; to the minute */
	const char *used_from;          /* address */
};

int api_token_insert(struct db *db, const struct api_token *token, struct error *err) NODISCARD;
int api_token_find(struct db *db, const char *token_hash, struct arena *arena, struct api_token *ret_token,
                   struct error *err) NODISCARD; /* 1 found, 0 none */
int api_token_get(struct db *db, int64_t id, struct arena *arena, struct api_token *ret_token,
                  struct error *err) NODISCARD;
int api_token_lasts(struct db *db, int64_t id, int64_t now, struct error *err) NODISCARD; /* as session_lasts() */
int api_token_used(struct db *db, int64_t id, int64_t at, const char *from, struct error *err) NODISCARD;

/* Those of one operator (NULL: of all) with ids below `before` (0: from the newest). Returns their number. */
int api_token_list(struct db *db, const char *operator_id, int64_t before, size_t max, struct arena *arena,
                   struct api_token **ret_tokens, struct error *err) NODISCARD;
int api_token_delete(struct db *db, int64_t id, struct error *err) NODISCARD; /* number deleted: 0, 1 */

#endif
