/* See access_token.h. */
#include "security/access_token.h"

#include "base/random.h"
#include "security/digest.h"
#include "security/jwt.h"

static void write_text(const unsigned char bytes[32], char ret_token[ACCESS_TOKEN_LEN + 1])
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(64);

	base64url_encode(&text, str_new(bytes, 32));
	must(text.n == ACCESS_TOKEN_LEN);
	memcpy(ret_token, text.p, ACCESS_TOKEN_LEN + 1);
}

void access_token_make(char ret_token[ACCESS_TOKEN_LEN + 1])
{
	unsigned char bytes[32];

	random_bytes(bytes, sizeof bytes);
	write_text(bytes, ret_token);
}

void access_token_hash(struct str token, char ret_hash[ACCESS_TOKEN_HASH_LEN + 1])
{
	sha256_hex(token, ret_hash);
}

void access_token_derive(struct str token, const char *use, char ret_token[ACCESS_TOKEN_LEN + 1])
{
	struct digesting *digesting = digest_begin();
	unsigned char hash[DIGEST_MAX];

	digest_add(digesting, str_of(use));
	digest_add(digesting, STR("\0"));
	digest_add(digesting, token);
	digest_end(digesting, hash);
	write_text(hash, ret_token);
}

bool access_token_equal(struct str a, struct str b)
{
	return a.n == b.n && digest_equal((const unsigned char *)a.p, (const unsigned char *)b.p, a.n);
}
