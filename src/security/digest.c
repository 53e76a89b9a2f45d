/* See digest.h. */
#include "security/digest.h"

#include <openssl/evp.h>

/* struct digest is OpenSSL's context under a name of ours. */
static EVP_MD_CTX *context(struct digest *digest)
{
	return (EVP_MD_CTX *)(void *)digest;
}

struct digest *digest_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	return (struct digest *)(void *)ctx;
}

void digest_add(struct digest *digest, struct str bytes)
{
	must(EVP_DigestUpdate(context(digest), bytes.p, bytes.n) == 1);
}

void digest_end(struct digest *digest, unsigned char ret[DIGEST_BYTES])
{
	must(EVP_DigestFinal_ex(context(digest), ret, NULL) == 1);
	EVP_MD_CTX_free(context(digest));
}
