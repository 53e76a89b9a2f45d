/* See dkim_sign.h. */
#include "security/dkim_sign.h"

#include "base/base64.h"
#include "keystore_open.h"
#include "security/dkim_parts.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define MIN_RSA_BITS  1024 /* RFC 8301 §3.2 */
#define GOOD_RSA_BITS 2048
#define MAX_RSA_BITS  8192
#define MAX_SIGNATURE 1024 /* bytes, of such keys */
#define LINE_COLUMNS  72

DEFINE_CLEANUP(EVP_PKEY_CTX *, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

/* What of these a mail has is signed, and that there is no other. Not those that relays write. */
static const char *const signed_names[] = {
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
};

/* ---------------------------------------------------------------- the key */

static EVP_PKEY *key_of(const struct dkim_signer *signer)
{
	const struct keystore_entry *entries;
	size_t n = keystore_entries(signer->keys, &entries);

	must(signer->entry >= entries && signer->entry < entries + n);
	return keystore_items(signer->keys)[signer->entry - entries].key;
}

static bool is_ed25519(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "ED25519");
}

static int check_name(struct arena *arena, const char *what, const char *name, struct error *err)
{
	if (dkim_domain(arena, str_of(name)).n)
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER, "%s: \"%.80s\" is no name of letters, digits, '-' and '.'", what,
	            name);
}

int dkim_signer_check(const struct dkim_signer *signer, bool *ret_is_weak, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const EVP_PKEY *key = key_of(signer);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (check_name(arena, "domain", signer->domain, err) < 0 ||
	    check_name(arena, "selector", signer->selector, err) < 0)
		return E_INVALID;
	if (!key)
		return fail(err, E_INVALID, RETRY_NEVER, "\"%.80s\" is a certificate without its private key",
		            signer->entry->alias);
	if (!is_ed25519(key) && !EVP_PKEY_is_a(key, "RSA"))
		return fail(err, E_INVALID, RETRY_NEVER, "\"%.80s\" is a key of kind %s: DKIM takes RSA and Ed25519",
		            signer->entry->alias, EVP_PKEY_get0_type_name(key));
	if (!is_ed25519(key) && (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS))
		return fail(err, E_INVALID, RETRY_NEVER, "an RSA key of %d bits doesn't count (%d to %d do)", bits,
		            MIN_RSA_BITS, MAX_RSA_BITS);
	*ret_is_weak = !is_ed25519(key) && bits < GOOD_RSA_BITS;
	return 0;
}

/* RFC 8463 §3: Ed25519 signs the hash as if it were the message. */
static bool sign_hash(EVP_PKEY *key, const unsigned char hash[DKIM_HASH_BYTES], unsigned char *out, size_t *ret_n)
{
	size_t n = MAX_SIGNATURE;
	bool good;

	if (is_ed25519(key)) {
		EVP_MD_CTX *ctx CLEANUP(EVP_MD_CTX_freep) = EVP_MD_CTX_new();

		good = ctx && EVP_DigestSignInit_ex(ctx, NULL, NULL, keystore_library(), NULL, key, NULL) == 1 &&
		       EVP_DigestSign(ctx, out, &n, hash, DKIM_HASH_BYTES) == 1;
	} else {
		EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) =
		        EVP_PKEY_CTX_new_from_pkey(keystore_library(), key, NULL);

		good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
		       EVP_PKEY_sign(ctx, out, &n, hash, DKIM_HASH_BYTES) == 1;
	}
	ERR_clear_error();
	*ret_n = n;
	return good;
}

/* ---------------------------------------------------------------- the field */

/* Base64 or a list in lines; what it begins with stands there already. */
static void put_folded(struct buf *out, struct str text, size_t column)
{
	while (text.n) {
		size_t n = MIN(text.n, LINE_COLUMNS - MIN(column, (size_t)LINE_COLUMNS - 1));

		buf_add(out, str_slice(text, 0, n));
		text = str_slice(text, n, text.n);
		if (text.n)
			buf_add(out, STR("\r\n "));
		column = 1;
	}
}

static size_t count_fields(const struct dkim *dkim, struct str name)
{
	uint32_t hash = dkim_name_hash(name);
	size_t n = 0;

	for (size_t i = 0; i < dkim->field_count; i++)
		n += dkim->fields[i].name_hash == hash && str_eq_nocase(dkim->fields[i].name, name);
	return n;
}

static bool put_names(const struct dkim *dkim, struct buf *list)
{
	size_t names = 0;

	for (size_t i = 0; i < ARRAY_LEN(signed_names); i++) {
		size_t n = count_fields(dkim, str_of(signed_names[i])) + 1;

		names += n;
		for (; n && names <= DKIM_MAX_NAMES; n--)
			buf_printf(list, "%s%s", list->n ? ":" : "", signed_names[i]);
	}
	return names <= DKIM_MAX_NAMES && !list->failed;
}

/* Names may be broken behind a colon only. */
static void put_name_lines(struct buf *out, struct str list)
{
	size_t column = 3;
	struct str name;

	while (str_split(&list, ':', &name)) {
		if (column + name.n + 1 > LINE_COLUMNS) {
			buf_add(out, STR("\r\n  "));
			column = 2;
		}
		buf_add(out, name);
		buf_add(out, list.n ? STR(":") : STR(";"));
		column += name.n + 1;
	}
}

static void put_start(const struct dkim_signer *signer, const EVP_PKEY *key, struct dkim *dkim, int64_t now_s,
                      struct str names, struct buf *out)
{
	const struct dkim_options options = {.now_s = now_s};
	const struct dkim_tags tags = {.body_relaxed = true};
	const struct dkim_body *body = dkim_body_hash(dkim, &tags, &options);

	buf_printf(out, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n d=%s;\r\n s=%s; t=%lld; q=dns/txt;\r\n h=",
	           is_ed25519(key) ? "ed25519-sha256" : "rsa-sha256", signer->domain, signer->selector,
	           (long long)now_s);
	put_name_lines(out, names);
	buf_add(out, STR("\r\n bh="));
	base64_encode(out, str_new(body->hash, DKIM_HASH_BYTES));
	buf_add(out, STR(";\r\n b="));
}

static struct dkim_field field_of(struct str whole)
{
	size_t n = STR("DKIM-Signature").n;

	return (struct dkim_field){
	        .name = str_slice(whole, 0, n), .value = str_slice(whole, n + 1, whole.n), .whole = whole};
}

int dkim_sign(const struct dkim_signer *signer, struct str raw, int64_t now_s, struct buf *field, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf names CLEANUP(buf_done) = BUF_INIT(KIB(16)), text CLEANUP(buf_done) = BUF_INIT(KIB(32)),
	                 base64 CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct dkim dkim = {.arena = arena, .raw = raw};
	unsigned char hash[DKIM_HASH_BYTES], signature[MAX_SIGNATURE];
	struct dkim_tags tags = {.header_relaxed = true, .body_relaxed = true};
	EVP_PKEY *key = key_of(signer);
	struct dkim_field own;
	bool is_weak;
	size_t n;

	if (dkim_signer_check(signer, &is_weak, err) < 0)
		return E_INVALID;
	if (!dkim_fields_read(&dkim) || !put_names(&dkim, &names))
		return fail(err, E_LIMIT, RETRY_NEVER, "the mail has too many header fields for DKIM");
	put_start(signer, key, &dkim, now_s, buf_str(&names), &text);
	own = field_of(buf_str(&text));
	tags.h = buf_str(&names);
	tags.field = &own;
	if (!dkim_header_hash(&dkim, &tags, hash) || !sign_hash(key, hash, signature, &n))
		return fail(err, E_INVALID, RETRY_NEVER, "the key \"%.80s\" doesn't sign", signer->entry->alias);
	base64_encode(&base64, str_new(signature, n));
	put_folded(&text, buf_str(&base64), 3);
	buf_add(&text, STR("\r\n"));
	buf_add(field, buf_str(&text));
	return 0;
}

/* ---------------------------------------------------------------- the record */

int dkim_record(const struct dkim_signer *signer, struct buf *text, struct error *err)
{
	EVP_PKEY *key = key_of(signer);
	unsigned char *der = NULL, raw[32];
	size_t raw_n = sizeof raw;
	bool is_weak;
	int n;

	if (dkim_signer_check(signer, &is_weak, err) < 0)
		return E_INVALID;
	buf_printf(text, "v=DKIM1; k=%s; p=", is_ed25519(key) ? "ed25519" : "rsa");
	if (is_ed25519(key)) {
		must(EVP_PKEY_get_raw_public_key(key, raw, &raw_n) == 1);
		base64_encode(text, str_new(raw, raw_n));
		return 0;
	}
	n = i2d_PUBKEY(key, &der);
	base64_encode(text, str_new(der, n > 0 ? (size_t)n : 0));
	OPENSSL_free(der);
	ERR_clear_error();
	return 0;
}
