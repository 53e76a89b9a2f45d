/* One-time passwords by time (RFC 6238, SHA-1, 30 seconds, six digits: what all authenticator programs do), and
 * recovery codes for when the telephone is lost. */
#ifndef SECURITY_TOTP_H
#define SECURITY_TOTP_H

#include "base/buf.h"
#include "base/str.h"

#define TOTP_KEY_BYTES 20 /* RFC 4226 §4 R6 */
#define TOTP_KEY_LEN   32 /* as base32 */
#define TOTP_STEP_MS   30000
#define TOTP_DIGITS    6
#define RECOVERY_CODES 10
#define RECOVERY_LEN   19 /* "abcd-efgh-ijkl-mnop" */

/* RFC 4226 §5.3, `digits` from 6 to 8. */
void hotp(struct str key, uint64_t counter, int digits, char ret_code[9]);

/* Whether `code` (spaces in it are skipped) belongs to this time, or to the step before or after; *ret_step is what
 * must grow from code to code, so that none is taken twice. Every candidate is compared, whichever fits. */
bool totp_check(struct str key, struct str code, int64_t now_ms, int64_t *ret_step) NODISCARD;

/* The key as people type it: RFC 4648 base32, upper case. */
void totp_key_text(const unsigned char key[TOTP_KEY_BYTES], char ret_text[TOTP_KEY_LEN + 1]);

/* "otpauth://totp/ISSUER:NAME?secret=…&issuer=…": for a QR code. */
void totp_uri(struct buf *out, const char *issuer, const char *name, const char *key_text);

/* 80 random bits. */
void recovery_code_make(char ret_code[RECOVERY_LEN + 1]);

/* What is hashed of a typed code: 16 lower-case letters and digits, without hyphens and spaces; false where it can't be
 * one. */
bool recovery_code_plain(struct str typed, char ret_plain[17]) NODISCARD;

#endif
