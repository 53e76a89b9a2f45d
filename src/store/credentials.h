/* What operators sign in with: the hash of a password, the key of a second factor, recovery codes, one-time links. All
 * changes are made within the caller's transaction. Hashes of random tokens are SHA-256 in hexadecimal. */
#ifndef STORE_CREDENTIALS_H
#define STORE_CREDENTIALS_H

#include "base/arena.h"
#include "store/db.h"

struct credential {
	const char *password_hash; /* security/password.h; "": none, no sign-in by password */
	int64_t password_at;
	const char *factor;         /* sealed; "": none */
	const char *factor_pending; /* sealed; shown to the operator and not yet confirmed */
	int64_t factor_step;        /* of the last code that was used */
};

/* 1 found, 0 none: *ret_credential is then empty. */
int credential_get(struct db *db, const char *operator_id, struct arena *arena, struct credential *ret_credential,
                   struct error *err) NODISCARD;

int credential_set_password(struct db *db, const char *operator_id, const char *hash, int64_t at,
                            struct error *err) NODISCARD;

/* The same password under other parameters: 1; 0 where it was changed meanwhile. */
int credential_rehash(struct db *db, const char *operator_id, const char *before, const char *hash,
                      struct error *err) NODISCARD;

/* The second factor: a key is pending until a code of it was seen. */
int credential_set_pending(struct db *db, const char *operator_id, const char *sealed, struct error *err) NODISCARD;
/* 1; 0 where it is another than `sealed` that waits by now: the code was of that one. */
int credential_confirm_factor(struct db *db, const char *operator_id, const char *sealed, int64_t step,
                              struct error *err) NODISCARD;
int credential_remove_factor(struct db *db, const char *operator_id, struct error *err) NODISCARD;

/* 1 where no code of this step or a later one was used before; it is now. Of two at once only one gets it. */
int credential_use_step(struct db *db, const char *operator_id, int64_t step, struct error *err) NODISCARD;

/* Replaces all codes. */
int recovery_codes_set(struct db *db, const char *operator_id, const char *const *hashes, size_t n,
                       struct error *err) NODISCARD;
int recovery_code_use(struct db *db, const char *operator_id, const char *hash, int64_t at,
                      struct error *err) NODISCARD; /* 1: it is used up now */
int recovery_codes_left(struct db *db, const char *operator_id, int64_t *ret_count, struct error *err) NODISCARD;

/* Everything by which an operator could come in: credentials, sessions, tokens, links. */
int credentials_forget(struct db *db, const char *operator_id, struct error *err) NODISCARD;

/* Every sealed key, to be sealed anew; returns their number. credential_reseal() replaces one that is still the same.
 */
struct sealed_factor {
	const char *operator_id, *sealed;
	bool pending;
};
int credentials_sealed(struct db *db, struct arena *arena, struct sealed_factor **ret_list,
                       struct error *err) NODISCARD;
int credential_reseal(struct db *db, const char *operator_id, bool pending, const char *before, const char *sealed,
                      struct error *err) NODISCARD;

/* ---------------------------------------------------------------- one-time links */

struct sign_in_link {
	const char *operator_id; /* "": makes the first administrator */
	const char *created_by;
	int64_t created_at, expires_at;
};

/* An operator has one link at most: an older one is of no use any more. */
int link_put(struct db *db, const char *hash, const struct sign_in_link *link, struct error *err) NODISCARD;
int link_get(struct db *db, const char *hash, int64_t now, struct arena *arena, struct sign_in_link *ret_link,
             struct error *err) NODISCARD;                                               /* 1 found and valid, 0 */
int link_use(struct db *db, const char *hash, int64_t now, struct error *err) NODISCARD; /* 1: it is used up now */

/* Where people reach the API and the Studio, as the last `serve` was told: for links. "" where it isn't known. */
int api_url_put(struct db *db, const char *url, struct error *err) NODISCARD;
int api_url_get(struct db *db, struct arena *arena, const char **ret_url, struct error *err) NODISCARD;

#endif
