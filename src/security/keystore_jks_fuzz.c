/* Fuzz target: any bytes as a JKS whose digest fits, which mutated files never have: the structure, keys included, with
 * the seeds' password. */
#include "base/buf.h"
#include "security/keystore.h"

#include <openssl/evp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char password_utf16[] = "\0s\0e\0c\0r\0e\0t";

/* SHA-1 of the password, a phrase and the bytes. */
static void add_digest(struct buf *file)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
	     EVP_DigestUpdate(ctx, password_utf16, sizeof password_utf16 - 1) == 1 &&
	     EVP_DigestUpdate(ctx, "Mighty Aphrodite", 16) == 1 && EVP_DigestUpdate(ctx, file->p, file->n) == 1 &&
	     EVP_DigestFinal_ex(ctx, digest, &n) == 1);
	EVP_MD_CTX_free(ctx);
	buf_add(file, str_new(digest, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf file CLEANUP(buf_done) = BUF_INIT(KEYSTORE_MAX_BYTES);
	struct secret password CLEANUP(secret_done) = {0};
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries;
	struct error err = {0};

	buf_add(&file, STR("\xfe\xed\xfe\xed"));
	buf_add(&file, str_new(data, size));
	if (file.failed || file.n > KEYSTORE_MAX_BYTES - 20)
		return 0;
	add_digest(&file);
	secret_set(&password, STR("secret"));
	if (keystore_open(buf_str(&file), &password, &keystore, &err) < 0)
		must(err.code && err.text[0]);
	else
		must(keystore_entries(keystore, &entries) > 0);
	return 0;
}
