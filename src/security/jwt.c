/* See jwt.h. */
#include "security/jwt.h"

#include "base/base64.h"
#include "base/mem.h"
#include "security/keystore_open.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define MAX_JWT KIB(32)

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

UNUSED static void key_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

UNUSED static void digest_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

/* ---------------------------------------------------------------- encoding */

void base64url_encode(struct buf *out, struct str bytes)
{
	size_t from = out->n;

	base64_encode(out, bytes);
	if (out->failed)
		return;
	while (out->n > from && out->p[out->n - 1] == '=')
		out->p[--out->n] = '\0';
	for (size_t i = from; i < out->n; i++)
		out->p[i] = out->p[i] == '+' ? '-' : out->p[i] == '/' ? '_' : out->p[i];
}

void pkce_challenge(struct str verifier, struct buf *out)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(EVP_Digest(verifier.p, verifier.n, hash, &n, EVP_sha256(), NULL) == 1);
	base64url_encode(out, str_new(hash, n));
}

void sha256_hex(struct str bytes, char ret_hex[65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(EVP_Digest(bytes.p ? bytes.p : "", bytes.n, hash, &n, EVP_sha256(), NULL) == 1 && n == 32);
	for (unsigned i = 0; i < n; i++) {
		ret_hex[2 * i] = digits[hash[i] >> 4];
		ret_hex[2 * i + 1] = digits[hash[i] & 15];
	}
	ret_hex[64] = '\0';
}

/* ---------------------------------------------------------------- signing */

static int append_signature(EVP_PKEY *key, struct buf *jwt, struct error *err)
{
	EVP_MD_CTX *ctx CLEANUP(digest_freep) = EVP_MD_CTX_new();
	unsigned char signature[2048];
	size_t n = sizeof signature;

	must(ctx != NULL);
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_size(key) > (int)sizeof signature)
		return fail(err, E_INVALID, RETRY_NEVER, "the key is no RSA key, which RS256 needs");
	if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &n, (const unsigned char *)jwt->p, jwt->n) != 1) {
		ERR_clear_error();
		return fail(err, E_INVALID, RETRY_NEVER, "the key can't sign");
	}
	buf_add_char(jwt, '.');
	base64url_encode(jwt, str_new(signature, n));
	return 0;
}

static int sign(EVP_PKEY *key, struct str header, struct str claims, struct secret *ret_jwt, struct error *err)
{
	struct buf jwt = BUF_INIT(MAX_JWT);
	int r;

	base64url_encode(&jwt, header);
	buf_add_char(&jwt, '.');
	base64url_encode(&jwt, claims);
	r = jwt.failed ? 0 : append_signature(key, &jwt, err);
	if (r == 0 && jwt.failed)
		r = fail(err, E_LIMIT, RETRY_NEVER, "the assertion is longer than %zu bytes", MAX_JWT);
	if (r == 0)
		secret_set(ret_jwt, buf_str(&jwt));
	mem_wipe_free(jwt.p, jwt.size);
	return r;
}

/* An encrypted key must not ask for its password at the terminal. */
static int no_password(char *to, int size, int writing, void *ctx)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

/* A key id stands in JSON: what needs no escape there. */
static bool is_key_id(const char *kid)
{
	for (const char *p = kid; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f || *p == '"' || *p == '\\')
			return false;
	return strlen(kid) <= 200;
}

int jwt_sign_pem(const struct secret *pem, const char *kid, struct str claims, struct secret *ret_jwt,
                 struct error *err)
{
	struct str text = secret_reveal(pem);
	struct buf header CLEANUP(buf_done) = BUF_INIT(KIB(1));
	EVP_PKEY *key CLEANUP(key_freep) = NULL;
	BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(text.n ? text.p : "", (int)MIN(text.n, KIB(64)));

	must(bio != NULL);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	ERR_clear_error();
	if (!key)
		return fail(err, E_INVALID, RETRY_NEVER, "the private key is no PEM key without password");
	buf_add_cstr(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (*kid && is_key_id(kid))
		buf_printf(&header, ",\"kid\":\"%s\"", kid);
	buf_add_char(&header, '}');
	return sign(key, buf_str(&header), claims, ret_jwt, err);
}

static void add_thumbprint(struct buf *header, const char *name, X509 *cert, const EVP_MD *digest)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(X509_digest(cert, digest, hash, &n) == 1);
	buf_printf(header, ",\"%s\":\"", name);
	base64url_encode(header, str_new(hash, n));
	buf_add_char(header, '"');
}

int jwt_sign_keystore(const struct keystore *keystore, const char *alias, struct str claims, struct secret *ret_jwt,
                      struct error *err)
{
	struct buf header CLEANUP(buf_done) = BUF_INIT(KIB(1));
	const struct keystore_entry *entries, *entry = NULL;
	const struct keystore_item *item;
	int r = keystore_find(keystore, alias, &entry, err);

	if (r < 0)
		return r;
	keystore_entries(keystore, &entries);
	item = &keystore_items(keystore)[entry - entries];
	if (!item->key)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%.80s\" is a certificate without its private key",
		            entry->alias);
	buf_add_cstr(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (item->cert) {
		add_thumbprint(&header, "x5t", item->cert, EVP_sha1());
		add_thumbprint(&header, "x5t#S256", item->cert, EVP_sha256());
	}
	buf_add_char(&header, '}');
	return sign(item->key, buf_str(&header), claims, ret_jwt, err);
}
