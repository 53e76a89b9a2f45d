/* See fingerprint.h. */
#include "security/fingerprint.h"

#include <openssl/evp.h>

/* struct fingerprint is OpenSSL's context under a name of ours. */
static EVP_CIPHER_CTX *context(struct fingerprint *f)
{
	return (EVP_CIPHER_CTX *)(void *)f;
}

struct fingerprint *fingerprint_begin(const unsigned char key[FINGERPRINT_KEY_BYTES])
{
	static const unsigned char
	        nonce[12]; /* fixed: the result is never shown, so that a repeated nonce gives nothing away */
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	must(ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1);
	return (struct fingerprint *)(void *)ctx;
}

void fingerprint_add(struct fingerprint *f, struct str bytes)
{
	while (bytes.n) {
		size_t n = MIN(bytes.n, MIB(512)); /* OpenSSL counts in int */
		int done;

		must(EVP_EncryptUpdate(context(f), NULL, &done, (const unsigned char *)bytes.p, (int)n) == 1);
		bytes = str_slice(bytes, n, bytes.n);
	}
}

void fingerprint_end(struct fingerprint *f, unsigned char ret[FINGERPRINT_BYTES])
{
	unsigned char nothing[16];
	int n;

	must(EVP_EncryptFinal_ex(context(f), nothing, &n) == 1);
	must(EVP_CIPHER_CTX_ctrl(context(f), EVP_CTRL_GCM_GET_TAG, FINGERPRINT_BYTES, ret) == 1);
	EVP_CIPHER_CTX_free(context(f));
}
