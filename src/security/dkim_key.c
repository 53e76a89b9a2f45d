/* The key record (RFC 6376 §3.6.1, 8301, 8463) and the check of a signature with it. See dkim_parts.h. */
#include "security/dkim_parts.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define MIN_RSA_BITS  1024 /* RFC 8301 §3.2 */
#define GOOD_RSA_BITS 2048
#define MAX_RSA_BITS  8192
#define MAX_RECORD    KIB(8)

DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(EVP_PKEY_CTX *, EVP_PKEY_CTX_free)
DEFINE_CLEANUP(EVP_MD_CTX *, EVP_MD_CTX_free)

bool dkim_says(struct dkim_signature *s, enum dkim_result result, struct str reason)
{
	s->result = result;
	s->reason = reason;
	return false;
}

static bool bad_key(struct dkim_signature *s, const char *reason)
{
	return dkim_says(s, DKIM_PERMERROR, str_of(reason));
}

/* ---------------------------------------------------------------- what the record allows */

static bool check_record(struct dkim_signature *s, const struct dkim_tag_list *list)
{
	const struct str *v = dkim_tag(list, "v"), *h = dkim_tag(list, "h"), *k = dkim_tag(list, "k"),
	                 *service = dkim_tag(list, "s"), *t = dkim_tag(list, "t"), *p = dkim_tag(list, "p");

	if (v && (!str_eq(*v, STR("DKIM1")) || !str_eq(list->tags[0].name, STR("v"))))
		return bad_key(s, "the key record is of another version");
	if (!p)
		return bad_key(s, "the key record has no key (p=)");
	if (!p->n)
		return bad_key(s, "the key has been revoked (p= is empty)");
	if (h && !dkim_list_has(*h, "sha256"))
		return bad_key(s, "the key is not for sha256 (h=)");
	if (service && !dkim_list_has(*service, "*") && !dkim_list_has(*service, "email"))
		return bad_key(s, "the key is not for mail (s=)");
	if (!str_eq_nocase(k ? *k : STR("rsa"), s->tags->is_ed25519 ? STR("ed25519") : STR("rsa")))
		return bad_key(s, "the key is of another kind than the signature (k=)");
	if (t && dkim_list_has(*t, "s") && !str_eq(s->tags->identity_domain, s->tags->domain))
		return bad_key(s, "the key is not for subdomains (t=s), and the identity (i=) is in one");
	s->is_testing = t && dkim_list_has(*t, "y");
	return true;
}

/* ---------------------------------------------------------------- the key itself */

static bool read_key(struct arena *arena, struct dkim_signature *s, struct str p, EVP_PKEY **ret_key)
{
	struct str der;
	const unsigned char *at;

	if (!dkim_base64(arena, p, &der))
		return bad_key(s, "the key (p=) is no base64");
	at = (const unsigned char *)der.p;
	if (s->tags->is_ed25519) {
		*ret_key = der.n == 32 ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, at, 32) : NULL;
		return *ret_key || bad_key(s, "the key (p=) is no Ed25519 key");
	}
	*ret_key = d2i_PUBKEY(NULL, &at, (long)der.n);
	if (!*ret_key) {
		at = (const unsigned char *)der.p; /* the bare form, which the RFC's text allows, too */
		*ret_key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.n);
	}
	ERR_clear_error();
	if (!*ret_key || EVP_PKEY_get_base_id(*ret_key) != EVP_PKEY_RSA)
		return bad_key(s, "the key (p=) is no RSA key");
	return true;
}

static bool check_strength(struct arena *arena, struct dkim_signature *s, const EVP_PKEY *key)
{
	if (s->tags->is_ed25519)
		return true;
	s->key_bits = (unsigned)MAX(EVP_PKEY_get_bits(key), 0);
	s->is_weak = s->key_bits < GOOD_RSA_BITS;
	if (s->key_bits < MIN_RSA_BITS || s->key_bits > MAX_RSA_BITS)
		return dkim_says(s, DKIM_PERMERROR,
		                 arena_printf(arena, "an RSA key of %u bits doesn't count (%d to %d do)", s->key_bits,
		                              MIN_RSA_BITS, MAX_RSA_BITS));
	return true;
}

/* ---------------------------------------------------------------- the signature */

static bool rsa_fits(EVP_PKEY *key, struct str signature, const unsigned char hash[DKIM_HASH_BYTES])
{
	EVP_PKEY_CTX *ctx CLEANUP(EVP_PKEY_CTX_freep) = EVP_PKEY_CTX_new(key, NULL);

	return ctx && EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
	       EVP_PKEY_verify(ctx, (const unsigned char *)signature.p, signature.n, hash, DKIM_HASH_BYTES) == 1;
}

/* RFC 8463 §3: the hash is what Ed25519 signs. */
static bool ed25519_fits(EVP_PKEY *key, struct str signature, const unsigned char hash[DKIM_HASH_BYTES])
{
	EVP_MD_CTX *ctx CLEANUP(EVP_MD_CTX_freep) = EVP_MD_CTX_new();

	return ctx && signature.n == 64 && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	       EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n, hash, DKIM_HASH_BYTES) == 1;
}

static void check_signature(struct dkim *dkim, struct dkim_signature *s, EVP_PKEY *key)
{
	unsigned char hash[DKIM_HASH_BYTES];
	bool fits;

	if (!dkim_header_hash(dkim, s->tags, hash)) {
		bad_key(s, "it signs too many header fields (h=)");
		return;
	}
	fits = s->tags->is_ed25519 ? ed25519_fits(key, s->tags->b, hash) : rsa_fits(key, s->tags->b, hash);
	ERR_clear_error();
	if (fits && s->unsigned_bytes)
		dkim_says(s, DKIM_PASS,
		          arena_printf(dkim->arena, "good, but %llu bytes at the end of the body are not signed (l=)",
		                       (unsigned long long)s->unsigned_bytes));
	else if (fits && s->is_weak)
		dkim_says(s, DKIM_PASS,
		          arena_printf(dkim->arena, "good signature, with a weak key of %u bits", s->key_bits));
	else if (fits)
		dkim_says(s, DKIM_PASS,
		          s->is_testing ? STR("good signature, the domain is testing DKIM (t=y)")
		                        : STR("good signature"));
	else if (s->is_testing)
		dkim_says(s, DKIM_NEUTRAL, STR("bad signature, but the domain is testing DKIM (t=y)"));
	else
		dkim_says(s, DKIM_FAIL,
		          STR("the signature doesn't fit: the header was changed on the way, or the key is "
		              "another"));
}

void dkim_check_with_key(struct dkim *dkim, struct dkim_signature *s, struct str record)
{
	EVP_PKEY *key CLEANUP(EVP_PKEY_freep) = NULL;
	struct dkim_tag_list list;
	struct str fault;

	s->key_bits = 0;
	s->is_weak = s->is_testing = false;
	if (record.n > MAX_RECORD) {
		bad_key(s, "the key record is too long");
		return;
	}
	if (!dkim_tag_list_read(dkim->arena, record, &list, &fault)) {
		dkim_says(s, DKIM_PERMERROR,
		          arena_printf(dkim->arena, "the key record can't be read: " STR_FMT, STR_ARG(fault)));
		return;
	}
	if (check_record(s, &list) && read_key(dkim->arena, s, *dkim_tag(&list, "p"), &key) &&
	    check_strength(dkim->arena, s, key))
		check_signature(dkim, s, key);
}
