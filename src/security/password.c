/* See password.h. */
#include "security/password.h"

#include "base/random.h"

#include <argon2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* RFC 9106 §4, second recommended option, with one lane: a server's cores have other work. It is above OWASP's minimum
 * (19 MiB, two passes). */
#define MEMORY_KIB 65536
#define PASSES     3
#define SALT_BYTES 16
#define HASH_BYTES 32

static _Atomic uint32_t memory_kib = MEMORY_KIB, passes = PASSES;
static atomic_uint_fast64_t work_done;

void password_set_cost(uint32_t memory, uint32_t count)
{
	memory_kib = memory ? memory : MEMORY_KIB;
	passes = count ? count : PASSES;
}

uint64_t password_work(void)
{
	return work_done;
}

/* ---------------------------------------------------------------- a new one */

/* The longest-known ones that are long enough; whoever guesses begins here. */
static const char *const well_known[] = {
        "1234567890",
        "0123456789",
        "123456789a",
        "12345678910",
        "1q2w3e4r5t",
        "qwertyuiop",
        "qwerty1234",
        "qwerty12345",
        "password12",
        "password123",
        "password1234",
        "passwort123",
        "iloveyou12",
        "letmein123",
        "administrator",
        "welcome1234",
        "changeme123",
        "hauspost123",
        "correcthorsebatterystaple",
};

static size_t letters_in(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool is_one_letter(struct str s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] != s.p[0])
			return false;
	return true;
}

int password_accept(struct str password, const char *operator_id, const char *name, struct error *err)
{
	bool known = is_one_letter(password) || str_eq_nocase(password, str_of(operator_id)) ||
	             str_eq_nocase(password, str_of(name));

	if (password.n > PASSWORD_MAX_BYTES || !str_is_utf8(password) ||
	    memchr(password.p ? password.p : "", 0, password.n))
		return fail(err, E_INVALID, RETRY_NEVER, "is longer than %d bytes, or isn't UTF-8 text",
		            PASSWORD_MAX_BYTES);
	if (letters_in(password) < PASSWORD_MIN_LETTERS)
		return fail(err, E_INVALID, RETRY_NEVER, "has fewer than %d characters", PASSWORD_MIN_LETTERS);
	for (size_t i = 0; i < ARRAY_LEN(well_known); i++)
		known = known || str_eq_nocase(password, str_of(well_known[i]));
	return known ? fail(err, E_INVALID, RETRY_NEVER,
	                    "is one of those that are tried first; take several words that don't belong "
	                    "together")
	             : 0;
}

/* ---------------------------------------------------------------- few at a time */

static pthread_mutex_t turns = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_is_free = PTHREAD_COND_INITIALIZER;
static int at_work, waiting;

static int begin_turn(struct error *err)
{
	bool full;

	pthread_mutex_lock(&turns);
	full = at_work >= PASSWORD_AT_ONCE && waiting >= PASSWORD_WAITING;
	if (!full) {
		waiting++;
		while (at_work >= PASSWORD_AT_ONCE)
			pthread_cond_wait(&turn_is_free, &turns);
		waiting--;
		at_work++;
	}
	pthread_mutex_unlock(&turns);
	if (!full)
		return 0;
	fail(err, E_THROTTLED, RETRY_LATER, "too many sign in at this moment: try again in a few seconds");
	if (err)
		err->retry_after_ms = 2000;
	return E_THROTTLED;
}

static void end_turn(void)
{
	pthread_mutex_lock(&turns);
	at_work--;
	pthread_cond_signal(&turn_is_free);
	pthread_mutex_unlock(&turns);
	work_done++;
}

/* ---------------------------------------------------------------- hashing */

int password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE], struct error *err)
{
	unsigned char salt[SALT_BYTES];
	int r = begin_turn(err);

	if (r < 0)
		return r;
	random_bytes(salt, sizeof salt);
	r = argon2id_hash_encoded(passes, memory_kib, 1, password.p ? password.p : "", password.n, salt, sizeof salt,
	                          HASH_BYTES, ret_hash, PASSWORD_HASH_SIZE);
	end_turn();
	must(r == ARGON2_OK || r == ARGON2_MEMORY_ALLOCATION_ERROR);
	return r == ARGON2_OK ? 0
	                      : fail(err, E_THROTTLED, RETRY_LATER, "there isn't enough memory to hash a password now");
}

/* What is checked where there is no hash: of the parameters that are used now, and of no password. */
static void stand_in(char ret_hash[PASSWORD_HASH_SIZE])
{
	snprintf(ret_hash, PASSWORD_HASH_SIZE,
	         "$argon2id$v=19$m=%u,t=%u,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	         (unsigned)memory_kib, (unsigned)passes);
}

int password_check(struct str password, const char *hash, bool *ret_right, struct error *err)
{
	char other[PASSWORD_HASH_SIZE];
	struct str tried = str_slice(password, 0, PASSWORD_MAX_BYTES + 1);
	int r = begin_turn(err);

	if (r < 0)
		return r;
	stand_in(other);
	r = argon2id_verify(*hash ? hash : other, tried.p ? tried.p : "", tried.n);
	end_turn();
	if (r != ARGON2_OK && r != ARGON2_VERIFY_MISMATCH)
		return fail(err, r == ARGON2_MEMORY_ALLOCATION_ERROR ? E_THROTTLED : E_STORE, RETRY_LATER,
		            "the password can't be checked: %s", argon2_error_message(r));
	*ret_right = r == ARGON2_OK && *hash;
	return 0;
}

bool password_is_outdated(const char *hash)
{
	char now[PASSWORD_HASH_SIZE];

	snprintf(now, sizeof now, "$argon2id$v=19$m=%u,t=%u,p=1$", (unsigned)memory_kib, (unsigned)passes);
	return !str_starts(str_of(hash), str_of(now));
}
