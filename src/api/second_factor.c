/* See second_factor.h. */
#include "api/second_factor.h"

#include "base/base64.h"
#include "base/mem.h"
#include "base/random.h"
#include "security/access_token.h"

#include <stdio.h>

#define CONTEXT_SIZE 100

/* The place that a sealed key belongs to; an operator's ID has 64 letters at most. */
static const char *context_of(const char *operator_id, char room[CONTEXT_SIZE])
{
	snprintf(room, CONTEXT_SIZE, "operator/%.64s/second_factor", operator_id);
	return room;
}

/* ---------------------------------------------------------------- the key */

/* As base64: sealed are texts. */
static int seal_key(const struct sealer *sealer, const char *operator_id, const unsigned char key[TOTP_KEY_BYTES],
                    struct arena *arena, const char **ret_sealed, struct error *err)
{
	struct buf text = BUF_INIT(64), sealed CLEANUP(buf_done) = BUF_INIT(KIB(4));
	char room[CONTEXT_SIZE];
	int r;

	base64_encode(&text, str_new(key, TOTP_KEY_BYTES));
	r = sealer->seal(sealer->ctx, context_of(operator_id, room), buf_str(&text), &sealed, err);
	buf_wipe(&text);
	if (r == 0)
		*ret_sealed = arena_cstr(arena, buf_str(&sealed));
	return r;
}

static int open_key(const struct sealer *sealer, const char *operator_id, const char *sealed,
                    unsigned char ret_key[TOTP_KEY_BYTES], struct error *err)
{
	struct secret plain CLEANUP(secret_done) = {0};
	struct buf key = BUF_INIT(64);
	char room[CONTEXT_SIZE];
	int r = sealer->open(sealer->ctx, context_of(operator_id, room), str_of(sealed), &plain, err);

	if (r < 0)
		return error_prefix(err, "the second factor of operator %s can't be opened", operator_id);
	if (!base64_decode(&key, secret_reveal(&plain)) || key.n != TOTP_KEY_BYTES)
		r = fail(err, E_STORE, RETRY_NEVER, "the second factor of operator %s is damaged", operator_id);
	else
		memcpy(ret_key, key.p, TOTP_KEY_BYTES);
	buf_wipe(&key);
	return r;
}

int factor_make(const struct sealer *sealer, const char *operator_id, struct arena *arena,
                char ret_key_text[TOTP_KEY_LEN + 1], const char **ret_sealed, struct error *err)
{
	unsigned char key[TOTP_KEY_BYTES];
	int r;

	random_bytes(key, sizeof key);
	totp_key_text(key, ret_key_text);
	r = seal_key(sealer, operator_id, key, arena, ret_sealed, err);
	explicit_bzero(key, sizeof key);
	return r;
}

/* ---------------------------------------------------------------- codes */

int factor_check(const struct sealer *sealer, const char *operator_id, const char *sealed, struct str typed,
                 int64_t now, struct factor_check *ret_check, struct error *err)
{
	unsigned char key[TOTP_KEY_BYTES];
	char plain[17];
	int r;

	*ret_check = (struct factor_check){.answer = FACTOR_WRONG};
	if (recovery_code_plain(typed, plain)) {
		ret_check->answer = FACTOR_RECOVERY;
		access_token_hash(str_of(plain), ret_check->hash);
		return 0;
	}
	r = open_key(sealer, operator_id, sealed, key, err);
	if (r < 0)
		return r;
	if (totp_check(str_new(key, sizeof key), typed, now, &ret_check->step))
		ret_check->answer = FACTOR_CODE;
	explicit_bzero(key, sizeof key);
	return 0;
}

int factor_use(struct db *db, const char *operator_id, const struct factor_check *check, int64_t now, struct error *err)
{
	if (check->answer == FACTOR_WRONG)
		return 0;
	return check->answer == FACTOR_CODE ? credential_use_step(db, operator_id, check->step, err)
	                                    : recovery_code_use(db, operator_id, check->hash, now, err);
}

void recovery_codes_make(struct arena *arena, const char **ret_codes, const char **ret_hashes)
{
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char code[RECOVERY_LEN + 1], plain[17], hash[ACCESS_TOKEN_HASH_LEN + 1];

		recovery_code_make(code);
		must(recovery_code_plain(str_of(code), plain));
		access_token_hash(str_of(plain), hash);
		ret_codes[i] = arena_cstr(arena, str_of(code));
		ret_hashes[i] = arena_cstr(arena, str_of(hash));
	}
}

/* ---------------------------------------------------------------- sealed anew */

/* What can't be opened stays as it is: it was of no use before. */
static int reseal(struct db *db, const struct sealer *sealer, const struct sealed_factor *factor, struct arena *arena,
                  struct error *err)
{
	unsigned char key[TOTP_KEY_BYTES];
	const char *sealed = "";
	int r;

	if (open_key(sealer, factor->operator_id, factor->sealed, key, err) < 0)
		return 0;
	r = seal_key(sealer, factor->operator_id, key, arena, &sealed, err);
	explicit_bzero(key, sizeof key);
	if (r == 0)
		r = credential_reseal(db, factor->operator_id, factor->pending, factor->sealed, sealed, err);
	return r < 0 ? r : 1;
}

int factors_reseal(struct db *db, const struct sealer *sealer, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sealed_factor *factors;
	int n = credentials_sealed(db, arena, &factors, err), count = 0;

	for (int i = 0; i < n; i++) {
		int r = reseal(db, sealer, &factors[i], arena, err);

		if (r < 0)
			return r;
		count += r;
	}
	return n < 0 ? n : count;
}
