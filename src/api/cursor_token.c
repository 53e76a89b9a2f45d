/* See cursor_token.h. Inside: "NUMBER:TEXT" and four bytes of checksum, in base64url. */
#include "api/cursor_token.h"

#include "base/base64.h"
#include "base/cursor.h"
#include "security/jwt.h"

#define CHECKSUM_LEN 4

/* FNV-1a: guards against accidents; nothing here is a secret or a right. */
static void checksum(struct str bytes, char ret[CHECKSUM_LEN])
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < bytes.n; i++)
		hash = (hash ^ (unsigned char)bytes.p[i]) * 16777619U;
	for (size_t i = 0; i < CHECKSUM_LEN; i++)
		ret[i] = (char)(hash >> (8 * i) & 0xff);
}

const char *cursor_token(int64_t number, struct str text, struct arena *arena)
{
	struct buf inside CLEANUP(buf_done) = BUF_INIT(CURSOR_TEXT_MAX + 40);
	struct buf token CLEANUP(buf_done) = BUF_INIT(CURSOR_TEXT_MAX * 2);
	char sum[CHECKSUM_LEN];

	must(text.n <= CURSOR_TEXT_MAX);
	buf_printf(&inside, "%lld:", (long long)number);
	buf_add(&inside, text);
	checksum(buf_str(&inside), sum);
	buf_add(&inside, str_new(sum, sizeof sum));
	base64url_encode(&token, buf_str(&inside));
	return arena_cstr(arena, buf_str(&token));
}

/* RFC 4648 §5 without padding. */
static bool decode(struct str token, struct buf *out)
{
	struct buf plain CLEANUP(buf_done) = BUF_INIT(CURSOR_TEXT_MAX * 2);

	for (size_t i = 0; i < token.n; i++) {
		char c = token.p[i];

		if (c == '+' || c == '/' || c == '=')
			return false;
		buf_add_char(&plain, (char)(c == '-' ? '+' : c == '_' ? '/' : c));
	}
	while (plain.n % 4 != 0)
		buf_add_char(&plain, '=');
	return !plain.failed && base64_decode(out, buf_str(&plain)) && !out->failed;
}

bool cursor_token_read(struct str token, struct arena *arena, int64_t *ret_number, struct str *ret_text)
{
	struct buf inside CLEANUP(buf_done) = BUF_INIT(CURSOR_TEXT_MAX + 40);
	char sum[CHECKSUM_LEN];
	struct str content, text;
	ptrdiff_t colon;
	int64_t number;

	if (token.n > CURSOR_TEXT_MAX * 2 - 4 || !decode(token, &inside) || inside.n < CHECKSUM_LEN)
		return false;
	content = str_slice(buf_str(&inside), 0, inside.n - CHECKSUM_LEN);
	checksum(content, sum);
	if (memcmp(sum, inside.p + content.n, CHECKSUM_LEN) != 0)
		return false;
	colon = str_find_char(content, ':');
	if (colon < 0 || !str_to_int(str_slice(content, 0, (size_t)colon), &number))
		return false;
	text = str_slice(content, (size_t)colon + 1, content.n);
	if (!str_is_utf8(text) || str_find_char(text, '\0') >= 0)
		return false;
	*ret_number = number;
	*ret_text = arena_str(arena, text);
	return true;
}
