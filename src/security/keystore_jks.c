/* A keystore as Java wrote it up to version 8 (JKS; keytool -storetype JKS does still): big-endian numbers, entries
 * with alias and time, private keys hidden by a stream of SHA-1 digests, and over all of it a digest that begins with
 * the password. Newer files named .jks are PKCS#12, which the content shows. */
#include "keystore_open.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "security/der.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>

#define DIGEST        20 /* SHA-1 */
#define ELEMENTS_MAX  2000
#define CHAIN_MAX     20
#define PASSWORD_MAX  1000 /* UTF-16 units */
#define WHITENER      "Mighty Aphrodite"
#define PROTECTOR_OID "1.3.6.1.4.1.42.2.17.1.1"

enum { TAG_KEY = 1, TAG_CERTIFICATE = 2 };

struct jks {
	struct loose *loose;
	struct cursor in;
	uint32_t version;
	const struct keystore_words *words;
};

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

static int damaged(const char *what, struct error *err)
{
	ERR_clear_error();
	return fail(err, E_INVALID, RETRY_NEVER, "%s is damaged or cut short", what);
}

/* ---------------------------------------------------------------- numbers and texts */

static bool take_number(struct cursor *c, size_t bytes, uint32_t *ret)
{
	struct str raw;
	uint32_t n = 0;

	if (!cursor_bytes(c, bytes, &raw))
		return false;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (unsigned char)raw.p[i];
	*ret = n;
	return true;
}

static bool take_text(struct cursor *c, struct str *ret)
{
	uint32_t n;

	return take_number(c, 2, &n) && cursor_bytes(c, n, ret);
}

static bool take_block(struct cursor *c, struct str *ret)
{
	uint32_t n;

	return take_number(c, 4, &n) && cursor_bytes(c, n, ret);
}

/* ---------------------------------------------------------------- the password */

/* Java's characters, big-endian; false where the password isn't UTF-8 or too long. */
static bool utf16_of(const struct secret *password, struct buf *out)
{
	struct str text = password ? secret_reveal(password) : STR_NULL;

	if (!str_is_utf8(text) || !buf_room(out, 4 * (size_t)PASSWORD_MAX))
		return false;
	for (size_t i = 0; i < text.n;) {
		unsigned char c = (unsigned char)text.p[i];
		size_t more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		uint32_t code = more == 0 ? c : c & (0x3fu >> more);

		for (size_t k = 1; k <= more; k++)
			code = code << 6 | ((unsigned char)text.p[i + k] & 0x3f);
		i += more + 1;
		if (code > 0xffff) {
			uint32_t high = 0xd800 + ((code - 0x10000) >> 10);

			buf_add_char(out, (char)(high >> 8));
			buf_add_char(out, (char)high);
			code = 0xdc00 + ((code - 0x10000) & 0x3ff);
		}
		buf_add_char(out, (char)(code >> 8));
		buf_add_char(out, (char)code);
	}
	return !out->failed;
}

static void sha1(struct str a, struct str b, struct str c, unsigned char digest[DIGEST])
{
	EVP_MD_CTX *ctx CLEANUP(EVP_MD_CTX_freep) = EVP_MD_CTX_new();

	must(ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 && EVP_DigestUpdate(ctx, a.p ? a.p : "", a.n) == 1 &&
	     EVP_DigestUpdate(ctx, b.p ? b.p : "", b.n) == 1 && EVP_DigestUpdate(ctx, c.p ? c.p : "", c.n) == 1 &&
	     EVP_DigestFinal_ex(ctx, digest, NULL) == 1);
}

/* Without a password nothing is checked, as Java does for a file of certificates alone. */
static int check_digest(struct str bytes, const struct secret *password, struct error *err)
{
	struct buf word CLEANUP(wipe_buf) = BUF_INIT(4 * PASSWORD_MAX);
	unsigned char digest[DIGEST];

	if (!password || !secret_is_set(password) || !secret_reveal(password).n)
		return 0;
	if (!utf16_of(password, &word))
		return keystore_password_failed(password, err);
	sha1(buf_str(&word), STR(WHITENER), str_slice(bytes, 0, bytes.n - DIGEST), digest);
	if (CRYPTO_memcmp(digest, bytes.p + bytes.n - DIGEST, DIGEST) != 0)
		return fail(err, E_AUTH, RETRY_NEVER, "the password doesn't open it, or the file was changed");
	return 0;
}

/* ---------------------------------------------------------------- a private key */

/* What the algorithm hides: 20 bytes of salt, the key XOR a stream of digests, 20 bytes of digest. */
static bool uncover(struct str hidden, struct str word, struct buf *plain)
{
	struct str salt = str_slice(hidden, 0, DIGEST);
	size_t n = hidden.n - 2 * (size_t)DIGEST;
	unsigned char stream[DIGEST], check[DIGEST];
	struct str last = salt;
	char *room = buf_room(plain, n);

	if (!room)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i % DIGEST == 0) {
			sha1(word, last, STR(""), stream);
			last = str_new(stream, DIGEST);
		}
		room[i] = (char)(hidden.p[DIGEST + i] ^ stream[i % DIGEST]);
	}
	buf_added(plain, n);
	sha1(word, buf_str(plain), STR(""), check);
	OPENSSL_cleanse(stream, sizeof stream);
	return CRYPTO_memcmp(check, hidden.p + DIGEST + n, DIGEST) == 0;
}

static bool is_protector(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *oid;
	char text[80];

	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	return OBJ_obj2txt(text, sizeof text, oid, 1) > 0 && strcmp(text, PROTECTOR_OID) == 0;
}

static EVP_PKEY *key_of(struct str pkcs8)
{
	const unsigned char *p = (const unsigned char *)pkcs8.p;
	struct error ignored;
	PKCS8_PRIV_KEY_INFO *info =
	        der_check(pkcs8, ELEMENTS_MAX, &ignored) < 0 ? NULL : d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)pkcs8.n);
	EVP_PKEY *key = info ? EVP_PKCS82PKEY_ex(info, keystore_library(), NULL) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return key;
}

static bool opens(struct str hidden, const struct secret *password, struct buf *plain)
{
	struct buf word CLEANUP(wipe_buf) = BUF_INIT(4 * PASSWORD_MAX);

	if (!password || !secret_is_set(password))
		return false;
	buf_clear(plain);
	return utf16_of(password, &word) && uncover(hidden, buf_str(&word), plain);
}

/* With the keys' own password where there is one, else with the keystore's: each key may have either. */
static int open_key(struct jks *jks, struct str hidden, struct str alias, struct error *err)
{
	const struct secret *own = keystore_key_word(jks->words), *store = jks->words->store;
	struct buf plain CLEANUP(wipe_buf) = BUF_INIT(hidden.n);
	EVP_PKEY *key;

	if (hidden.n < 2 * (size_t)DIGEST)
		return damaged("a private key in it", err);
	if (!own || !secret_is_set(own))
		return keystore_password_failed(own, err);
	if (!opens(hidden, own, &plain) && !(own != store && opens(hidden, store, &plain)))
		return fail(err, E_AUTH, RETRY_NEVER, "the private key \"" STR_FMT "\" needs another password%s",
		            STR_ARG(str_slice(alias, 0, 80)),
		            own == store ? ": it has one of its own (key_password)" : "");
	key = key_of(buf_str(&plain));
	return key ? loose_add_key(jks->loose, key, alias, err) : damaged("a private key in it", err);
}

static int add_key(struct jks *jks, struct str der, struct str alias, struct error *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	const ASN1_OCTET_STRING *hidden = NULL;
	const X509_ALGOR *alg = NULL;
	struct error ignored;
	X509_SIG *sealed = der_check(der, ELEMENTS_MAX, &ignored) < 0 ? NULL : d2i_X509_SIG(NULL, &p, (long)der.n);
	int r;

	if (!sealed)
		return damaged("a private key in it", err);
	X509_SIG_get0(sealed, &alg, &hidden);
	if (!is_protector(alg))
		r = fail(err, E_UNSUPPORTED, RETRY_NEVER,
		         "the private key \"" STR_FMT "\" is encrypted in a way that isn't JKS's",
		         STR_ARG(str_slice(alias, 0, 80)));
	else
		r = open_key(jks, str_new(ASN1_STRING_get0_data(hidden), (size_t)ASN1_STRING_length(hidden)), alias,
		             err);
	X509_SIG_free(sealed);
	ERR_clear_error();
	return r;
}

/* ---------------------------------------------------------------- certificates */

static bool is_there(const struct loose *loose, X509 *cert)
{
	for (size_t i = 0; i < loose->cert_count; i++)
		if (X509_cmp(loose->certs[i].cert, cert) == 0)
			return true;
	return false;
}

/* `is_issuer`: of a key's chain; each key brings the same ones along. */
static int add_certificate(struct jks *jks, struct str alias, bool is_issuer, struct error *err)
{
	struct str type, der;
	const unsigned char *p;
	struct error ignored;
	X509 *cert;

	if ((jks->version == 2 && !take_text(&jks->in, &type)) || !take_block(&jks->in, &der))
		return damaged("a certificate in it", err);
	p = (const unsigned char *)der.p;
	cert = der_check(der, ELEMENTS_MAX, &ignored) < 0 ? NULL : d2i_X509(NULL, &p, (long)der.n);
	ERR_clear_error();
	if (!cert)
		return damaged("a certificate in it", err);
	if (is_issuer && is_there(jks->loose, cert)) {
		X509_free(cert);
		return 0;
	}
	return loose_add_cert(jks->loose, cert, is_issuer ? STR("") : alias, err);
}

/* ---------------------------------------------------------------- the whole */

static int read_key_entry(struct jks *jks, struct str alias, struct error *err)
{
	struct str hidden;
	uint32_t chain;
	int r;

	if (!take_block(&jks->in, &hidden) || !take_number(&jks->in, 4, &chain))
		return damaged("an entry of it", err);
	if (chain > CHAIN_MAX)
		return fail(err, E_LIMIT, RETRY_NEVER, "a private key in it has %u certificates; at most %d are read",
		            chain, CHAIN_MAX);
	r = add_key(jks, hidden, alias, err);
	for (uint32_t i = 0; i < chain && r == 0; i++)
		r = add_certificate(jks, alias, i > 0, err);
	return r;
}

static int read_entry(struct jks *jks, struct error *err)
{
	struct str alias, time;
	uint32_t tag;

	if (!take_number(&jks->in, 4, &tag) || !take_text(&jks->in, &alias) || !cursor_bytes(&jks->in, 8, &time))
		return damaged("an entry of it", err);
	if (tag == TAG_KEY)
		return read_key_entry(jks, alias, err);
	if (tag == TAG_CERTIFICATE)
		return add_certificate(jks, alias, false, err);
	return fail(err, E_UNSUPPORTED, RETRY_NEVER, "it has an entry of kind %u, which isn't JKS's", tag);
}

int keystore_read_jks(struct loose *loose, struct str bytes, const struct keystore_words *words, struct error *err)
{
	struct jks jks = {.loose = loose, .words = words};
	uint32_t magic, count;
	int r;

	if (bytes.n < 12 + DIGEST)
		return damaged("the file", err);
	r = check_digest(bytes, words->store, err);
	if (r < 0)
		return r;
	jks.in = cursor_of(str_slice(bytes, 0, bytes.n - DIGEST));
	if (!take_number(&jks.in, 4, &magic) || !take_number(&jks.in, 4, &jks.version) ||
	    !take_number(&jks.in, 4, &count) || jks.version < 1 || jks.version > 2)
		return fail(err, E_UNSUPPORTED, RETRY_NEVER, "it is a JKS of a version that isn't known");
	if (count > KEYSTORE_MAX_ENTRIES)
		return fail(err, E_LIMIT, RETRY_NEVER, "it has %u entries; at most %d are read", count,
		            KEYSTORE_MAX_ENTRIES);
	for (uint32_t i = 0; i < count && r == 0; i++)
		r = read_entry(&jks, err);
	return r < 0 || cursor_end(&jks.in) ? r : damaged("the end of it", err);
}
