/* See digest.h. */
#include "security/digest.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const EVP_MD *algorithm_of(enum digest digest)
{
	switch (digest) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		break;
	}
	return EVP_sha256();
}

size_t digest_size(enum digest digest)
{
	switch (digest) {
	case DIGEST_MD5:
		return 16;
	case DIGEST_SHA1:
		return 20;
	case DIGEST_SHA256:
		break;
	}
	return 32;
}

static bool done(bool ok)
{
	if (!ok)
		ERR_clear_error();
	return ok;
}

bool digest_of(enum digest digest, struct str bytes, unsigned char ret[DIGEST_MAX])
{
	return done(EVP_Digest(bytes.p ? bytes.p : "", bytes.n, ret, NULL, algorithm_of(digest), NULL) == 1);
}

bool digest_hmac(enum digest digest, struct str key, struct str text, unsigned char ret[DIGEST_MAX])
{
	must(key.n <= INT32_MAX);
	return done(HMAC(algorithm_of(digest), key.p ? key.p : "", (int)key.n,
	                 (const unsigned char *)(text.p ? text.p : ""), text.n, ret, NULL) != NULL);
}

bool digest_pbkdf2(enum digest digest, struct str password, struct str salt, unsigned iterations,
                   unsigned char ret[DIGEST_MAX])
{
	must(password.n <= INT32_MAX && salt.n <= INT32_MAX && iterations > 0 && iterations <= INT32_MAX);
	return done(PKCS5_PBKDF2_HMAC(password.p ? password.p : "", (int)password.n,
	                              (const unsigned char *)(salt.p ? salt.p : ""), (int)salt.n, (int)iterations,
	                              algorithm_of(digest), (int)digest_size(digest), ret) == 1);
}

bool digest_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

/* ---------------------------------------------------------------- in pieces */

/* struct digesting is OpenSSL's context under a name of ours. */
static EVP_MD_CTX *context(struct digesting *digesting)
{
	return (EVP_MD_CTX *)(void *)digesting;
}

struct digesting *digest_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	return (struct digesting *)(void *)ctx;
}

void digest_add(struct digesting *digesting, struct str bytes)
{
	must(EVP_DigestUpdate(context(digesting), bytes.p, bytes.n) == 1);
}

void digest_end(struct digesting *digesting, unsigned char ret[DIGEST_MAX])
{
	must(EVP_DigestFinal_ex(context(digesting), ret, NULL) == 1);
	EVP_MD_CTX_free(context(digesting));
}
