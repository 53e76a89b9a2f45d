/* A keystore as PEM: blocks of certificates and keys in any order. What `openssl pkcs12` writes before a block
 * ("friendlyName: …") is its alias. */
#include "keystore_open.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#define BEGIN     "-----BEGIN "
#define BLOCK_MAX KIB(256)

struct block {
	struct str label; /* "CERTIFICATE" */
	struct str text;  /* with both marks */
	struct str name;
};

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static struct str name_before(struct str text)
{
	static const struct str field = STR_INIT("friendlyName:");
	struct str line, found = STR("");

	while (str_split(&text, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, field))
			found = str_trim(str_slice(line, field.n, line.n));
	}
	return found;
}

/* The next whole block at or behind *at. */
static bool block_next(struct str bytes, size_t *at, struct block *ret)
{
	struct str rest = str_slice(bytes, *at, bytes.n);
	ptrdiff_t begin = str_find(rest, STR(BEGIN)), dashes, end;
	struct str behind;

	if (begin < 0)
		return false;
	ret->name = name_before(str_slice(rest, 0, (size_t)begin));
	behind = str_slice(rest, (size_t)begin + STR(BEGIN).n, rest.n);
	dashes = str_find(str_slice(behind, 0, 80), STR("-----"));
	end = str_find(behind, STR("-----END "));
	if (dashes < 0 || end < dashes)
		return false;
	ret->label = str_slice(behind, 0, (size_t)dashes);
	behind = str_slice(behind, (size_t)end + 9, behind.n);
	dashes = str_find(str_slice(behind, 0, 80), STR("-----"));
	if (dashes < 0)
		return false;
	end = behind.p + dashes + 5 - rest.p;
	ret->text = str_slice(rest, (size_t)begin, (size_t)end);
	*at += (size_t)end;
	return ret->text.n <= BLOCK_MAX;
}

static int give_password(char *room, int size, int for_writing UNUSED, void *ctx)
{
	const struct secret *password = ctx;
	struct str value = password ? secret_reveal(password) : STR("");

	if (!value.p || value.n == 0 || value.n > (size_t)size)
		return -1;
	memcpy(room, value.p, value.n);
	return (int)value.n;
}

static bool is_encrypted(const struct block *block)
{
	return str_starts(block->label, STR("ENCRYPTED")) ||
	       str_find(str_slice(block->text, 0, 200), STR("Proc-Type: 4,ENCRYPTED")) >= 0;
}

static int read_key(struct loose *loose, const struct block *block, const struct secret *password, struct error *err)
{
	BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(block->text.p, (int)block->text.n);
	EVP_PKEY *key = PEM_read_bio_PrivateKey_ex(bio, NULL, give_password, (void *)(uintptr_t)password,
	                                           keystore_library(), NULL);

	if (!key && is_encrypted(block))
		return keystore_password_failed(password, err);
	ERR_clear_error();
	if (!key)
		return fail(err, E_INVALID, RETRY_NEVER, "private key %zu is damaged", loose->key_count + 1);
	return loose_add_key(loose, key, block->name, err);
}

static int read_cert(struct loose *loose, const struct block *block, struct error *err)
{
	BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(block->text.p, (int)block->text.n);
	X509 *cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);

	ERR_clear_error();
	if (!cert)
		return fail(err, E_INVALID, RETRY_NEVER, "certificate %zu is damaged", loose->cert_count + 1);
	return loose_add_cert(loose, cert, block->name, err);
}

int keystore_read_pem(struct loose *loose, struct str bytes, const struct keystore_words *words, struct error *err)
{
	struct block block;
	size_t at = 0;

	while (block_next(bytes, &at, &block)) {
		int r = 0;

		if (str_ends_nocase(block.label, STR("PRIVATE KEY")))
			r = read_key(loose, &block, keystore_key_word(words), err);
		else if (str_ends_nocase(block.label, STR("CERTIFICATE")))
			r = read_cert(loose, &block, err);
		if (r < 0)
			return r;
	}
	if (str_find(str_slice(bytes, at, bytes.n), STR(BEGIN)) >= 0)
		return fail(err, E_INVALID, RETRY_NEVER, "the PEM block at byte %zu has no end", at);
	return 0;
}
