/* Passwords of operators as Argon2id hashes (RFC 9106), in the form of its reference:
 * "$argon2id$v=19$m=65536,t=3,p=1$…". The parameters stand in the hash, so those of older hashes stay readable.
 *
 * A hash takes 64 MiB and a tenth of a second or two: at most PASSWORD_AT_ONCE are made at a time, and few wait for
 * their turn, so that a flood of sign-ins takes neither the memory nor the threads. */
#ifndef SECURITY_PASSWORD_H
#define SECURITY_PASSWORD_H

#include "base/error.h"
#include "base/str.h"

#define PASSWORD_MIN_LETTERS 10
#define PASSWORD_MAX_BYTES   256
#define PASSWORD_HASH_SIZE   128 /* bytes, with the NUL */
#define PASSWORD_AT_ONCE     2
#define PASSWORD_WAITING     2

/* Whether it may become a password: E_INVALID says what is wrong with it ("has fewer than 10 characters").
 * `operator_id` and `name` are what it must not consist of. */
int password_accept(struct str password, const char *operator_id, const char *name, struct error *err) NODISCARD;

/* E_THROTTLED (RETRY_LATER) where too many wait already. */
int password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE], struct error *err) NODISCARD;

/* *ret_right tells whether it is the password. Where there is no hash ("") the same work is done for nothing, so that
 * the time doesn't tell. E_THROTTLED as above. */
int password_check(struct str password, const char *hash, bool *ret_right, struct error *err) NODISCARD;

/* The hash was made with other parameters than are used now: make a new one while the password is at hand. */
bool password_is_outdated(const char *hash);

/* How many hashes this process has computed. */
uint64_t password_work(void);

/* Cheaper parameters: tests only. 0, 0 takes it back. */
void password_set_cost(uint32_t memory_kib, uint32_t passes);

#endif
