/* See totp.h. */
#include "security/totp.h"

#include "base/random.h"
#include "security/digest.h"

#include <stdio.h>

#define WINDOW 1 /* steps before and after: clocks differ, and people type slowly (RFC 6238 §5.2) */

/* ---------------------------------------------------------------- codes */

void hotp(struct str key, uint64_t counter, int digits, char ret_code[9])
{
	static const uint32_t powers[] = {1000000, 10000000, 100000000};
	unsigned char text[8], mac[DIGEST_MAX];
	uint32_t value;

	must(digits >= 6 && digits <= 8);
	for (int i = 7; i >= 0; i--, counter >>= 8)
		text[i] = (unsigned char)counter;
	must(digest_hmac(DIGEST_SHA1, key, str_new(text, sizeof text), mac));
	const unsigned char *at = mac + (mac[19] & 0xf);
	value = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	snprintf(ret_code, 9, "%0*u", digits, (unsigned)(value % powers[digits - 6]));
}

static bool read_code(struct str typed, char ret_code[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n && i < 20; i++) {
		if (typed.p[i] == ' ')
			continue;
		if (!is_digit(typed.p[i]) || n == TOTP_DIGITS)
			return false;
		ret_code[n++] = typed.p[i];
	}
	ret_code[n] = '\0';
	return n == TOTP_DIGITS && typed.n <= 20;
}

bool totp_check(struct str key, struct str code, int64_t now_ms, int64_t *ret_step)
{
	char typed[TOTP_DIGITS + 1], right[9];
	int64_t step = now_ms / TOTP_STEP_MS, found = -1;

	if (!read_code(code, typed))
		return false;
	for (int64_t at = MAX(step - WINDOW, (int64_t)0); at <= step + WINDOW; at++) {
		hotp(key, (uint64_t)at, TOTP_DIGITS, right);
		if (digest_equal((unsigned char *)typed, (unsigned char *)right, TOTP_DIGITS))
			found = at;
	}
	if (found < 0)
		return false;
	*ret_step = found;
	return true;
}

/* ---------------------------------------------------------------- keys and recovery codes as text */

/* `n` is a multiple of 5. */
static void base32(const unsigned char *bytes, size_t n, const char *alphabet, char *text)
{
	for (size_t i = 0; i < n; i += 5) {
		uint64_t five = 0;

		for (size_t k = 0; k < 5; k++)
			five = five << 8 | bytes[i + k];
		for (int k = 0; k < 8; k++)
			*text++ = alphabet[five >> (35 - 5 * k) & 31];
	}
	*text = '\0';
}

void totp_key_text(const unsigned char key[TOTP_KEY_BYTES], char ret_text[TOTP_KEY_LEN + 1])
{
	base32(key, TOTP_KEY_BYTES, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ret_text);
}

static void add_escaped(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (is_alpha(*p) || is_digit(*p) || strchr("-._~", *p))
			buf_add_char(out, *p);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
	}
}

void totp_uri(struct buf *out, const char *issuer, const char *name, const char *key_text)
{
	buf_add_cstr(out, "otpauth://totp/");
	add_escaped(out, issuer);
	buf_add_char(out, ':');
	add_escaped(out, name);
	buf_printf(out, "?secret=%s&issuer=", key_text);
	add_escaped(out, issuer);
}

/* No letter that looks like a digit: what is read from paper. */
static const char readable[] = "abcdefghijkmnpqrstuvwxyz23456789";

void recovery_code_make(char ret_code[RECOVERY_LEN + 1])
{
	unsigned char bytes[10];
	char plain[17];

	random_bytes(bytes, sizeof bytes);
	base32(bytes, sizeof bytes, readable, plain);
	snprintf(ret_code, RECOVERY_LEN + 1, "%.4s-%.4s-%.4s-%.4s", plain, plain + 4, plain + 8, plain + 12);
}

bool recovery_code_plain(struct str typed, char ret_plain[17])
{
	size_t n = 0;

	for (size_t i = 0; i < typed.n && i < 40; i++) {
		char c = ascii_lower(typed.p[i]);

		if (c == '-' || c == ' ')
			continue;
		if ((!is_alpha(c) && !is_digit(c)) || n == 16)
			return false;
		ret_plain[n++] = c;
	}
	ret_plain[n] = '\0';
	return n == 16 && typed.n <= 40;
}
