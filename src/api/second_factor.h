/* The second factor of an operator: a TOTP key, sealed in the store, and recovery codes. */
#ifndef API_SECOND_FACTOR_H
#define API_SECOND_FACTOR_H

#include "api/route.h"
#include "security/totp.h"
#include "store/credentials.h"

/* Makes a key and seals it for the operator; *ret_sealed is in the arena. */
int factor_make(const struct sealer *sealer, const char *operator_id, struct arena *arena,
                char ret_key_text[TOTP_KEY_LEN + 1], const char **ret_sealed, struct error *err) NODISCARD;

enum factor_answer {
	FACTOR_WRONG,
	FACTOR_CODE,     /* a code of the authenticator; its step is to be used up */
	FACTOR_RECOVERY, /* perhaps a recovery code: `hash` is to be used up */
};

struct factor_check {
	enum factor_answer answer;
	int64_t step;
	char hash[65];
};

/* What a typed code is, against a sealed key. E_STORE where the key can't be opened. */
int factor_check(const struct sealer *sealer, const char *operator_id, const char *sealed, struct str typed,
                 int64_t now, struct factor_check *ret_check, struct error *err) NODISCARD;

/* Uses the code up, within the caller's transaction: 1; 0 where it was used before, or is none of the operator's. */
int factor_use(struct db *db, const char *operator_id, const struct factor_check *check, int64_t now,
               struct error *err) NODISCARD;

/* New recovery codes, in the arena, and their hashes. */
void recovery_codes_make(struct arena *arena, const char **ret_codes, const char **ret_hashes);

/* Seals every key anew with the newest key of the vault; returns how many. */
int factors_reseal(struct db *db, const struct sealer *sealer, struct error *err) NODISCARD;

#endif
