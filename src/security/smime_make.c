/* See smime_make.h. */
#include "security/smime_make.h"

#include "base/clock.h"
#include "keystore_open.h"
#include "smime_open.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define CHAIN_DEPTH 10

static void cms_freep(CMS_ContentInfo **cms)
{
	CMS_ContentInfo_free(*cms);
}

static void certs_freep(STACK_OF(X509) * *certs)
{
	sk_X509_pop_free(*certs, X509_free);
}

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

/* ---------------------------------------------------------------- which entry */

static bool names(const struct keystore_entry *entry, struct str address)
{
	for (size_t i = 0; i < entry->address_count; i++)
		if (str_eq_nocase(entry->addresses[i], address))
			return true;
	return false;
}

static bool is_valid(const struct keystore_entry *entry, int64_t at)
{
	return entry->valid_from <= at && at < entry->expires_at;
}

static int check_valid(const struct keystore_entry *entry, int64_t at, struct error *err)
{
	bool early = at < entry->valid_from;
	char day[32];

	if (is_valid(entry, at))
		return 0;
	clock_format_iso(early ? entry->valid_from : entry->expires_at, day);
	return fail(err, E_INVALID, RETRY_NEVER, "the certificate \"%.100s\" %s %.10s", entry->alias,
	            early ? "is not valid before" : "expired on", day);
}

static int find_by_address(const struct keystore *keystore, struct str address, int64_t at,
                           const struct keystore_entry **ret_entry, struct error *err)
{
	const struct keystore_entry *entries, *expired = NULL;
	size_t n = keystore_entries(keystore, &entries);

	for (size_t i = 0; i < n; i++) {
		if (!entries[i].has_key || !entries[i].can_sign || !names(&entries[i], address))
			continue;
		if (is_valid(&entries[i], at)) {
			*ret_entry = &entries[i];
			return 0;
		}
		expired = expired ? expired : &entries[i];
	}
	if (expired)
		return check_valid(expired, at, err);
	return fail(err, E_NOT_FOUND, RETRY_NEVER,
	            "it holds no key that signs mail of " STR_FMT "; an alias takes a key of another address",
	            STR_ARG(address));
}

int smime_signer_find(const struct keystore *keystore, const char *alias, struct str address, int64_t at,
                      const struct keystore_entry **ret_entry, struct error *err)
{
	const struct keystore_entry *entry;
	int r;

	if (!str_trim(str_of(alias)).n)
		return find_by_address(keystore, address, at, ret_entry, err);
	r = keystore_find(keystore, alias, &entry, err);
	if (r == 0 && (!entry->has_key || !entry->can_sign))
		r = fail(err, E_NOT_FOUND, RETRY_NEVER, "\"%.100s\" can't sign mail: %s", entry->alias,
		         !entry->has_key   ? "it is a certificate without its private key"
		         : *entry->subject ? "its certificate is meant for other uses"
		                           : "it is a private key without certificate");
	if (r == 0)
		r = check_valid(entry, at, err);
	if (r == 0)
		*ret_entry = entry;
	return r;
}

const struct keystore_entry *smime_reader_find(const struct keystore *keystore, struct str address, int64_t at)
{
	const struct keystore_entry *entries, *other = NULL;
	size_t n = keystore_entries(keystore, &entries);

	for (size_t i = 0; i < n; i++) {
		if (!entries[i].has_key || !entries[i].can_encrypt || !is_valid(&entries[i], at))
			continue;
		if (names(&entries[i], address))
			return &entries[i];
		other = other ? other : &entries[i];
	}
	return other;
}

/* ---------------------------------------------------------------- what went wrong */

static int openssl_failed(const char *what, struct error *err)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	fail(err, E_INVALID, RETRY_NEVER, "%s: %s", what, reason ? reason : "OpenSSL can't do it");
	ERR_clear_error();
	return E_INVALID;
}

static int put_der(CMS_ContentInfo *cms, struct buf *der, struct error *err)
{
	int n = i2d_CMS_ContentInfo(cms, NULL);
	char *room = n > 0 ? buf_room(der, (size_t)n) : NULL;
	unsigned char *p = (unsigned char *)room;

	if (!room)
		return fail(err, E_LIMIT, RETRY_NEVER, "the mail is too large for S/MIME");
	must(i2d_CMS_ContentInfo(cms, &p) == n);
	buf_added(der, (size_t)n);
	return 0;
}

/* ---------------------------------------------------------------- signing */

static X509 *issuer_in(const struct keystore *keystore, size_t count, X509 *cert)
{
	const struct keystore_item *items = keystore_items(keystore);

	for (size_t i = 0; i < count; i++)
		if (items[i].cert && items[i].cert != cert && X509_check_issued(items[i].cert, cert) == X509_V_OK)
			return items[i].cert;
	return NULL;
}

static bool is_root(X509 *cert)
{
	return (X509_get_extension_flags(cert) & EXFLAG_SS) != 0;
}

/* Whoever trusts the root has it. */
static void add_chain(CMS_ContentInfo *cms, const struct keystore *keystore, X509 *cert)
{
	const struct keystore_entry *entries;
	size_t n = keystore_entries(keystore, &entries);

	for (int depth = 0; depth < CHAIN_DEPTH && !is_root(cert); depth++) {
		cert = issuer_in(keystore, n, cert);
		if (!cert || is_root(cert))
			return;
		CMS_add1_cert(cms, cert);
	}
}

static const struct keystore_item *item_of(const struct keystore *keystore, const struct keystore_entry *entry)
{
	const struct keystore_entry *entries;
	size_t n = keystore_entries(keystore, &entries);

	must(entry >= entries && entry < entries + n);
	return &keystore_items(keystore)[entry - entries];
}

int smime_sign(const struct keystore *keystore, const struct keystore_entry *entry, struct str content, struct buf *der,
               struct error *err)
{
	const struct keystore_item *item = item_of(keystore, entry);
	BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(content.p, (int)content.n);
	unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL | CMS_STREAM;
	CMS_ContentInfo *cms CLEANUP(cms_freep) = NULL;

	if (content.n > SMIME_MAX_BYTES)
		return fail(err, E_LIMIT, RETRY_NEVER, "the mail is too large for S/MIME");
	ERR_clear_error();
	cms = CMS_sign_ex(NULL, NULL, NULL, NULL, flags, keystore_library(), NULL);
	if (!cms || !CMS_add1_signer(cms, item->cert, item->key, EVP_sha256(), flags))
		return openssl_failed("signing", err);
	add_chain(cms, keystore, item->cert);
	if (CMS_final(cms, bio, NULL, flags) != 1)
		return openssl_failed("signing", err);
	ERR_clear_error();
	return put_der(cms, der, err);
}

/* ---------------------------------------------------------------- encrypting */

static int add_certificate(STACK_OF(X509) * certs, X509 *cert, const char *whose, struct error *err)
{
	if (!cert || !smime_key_is_usable(X509_get0_pubkey(cert)) || sk_X509_push(certs, cert) <= 0) {
		X509_free(cert);
		ERR_clear_error();
		return fail(err, E_INVALID, RETRY_NEVER, "%s certificate can't be used", whose);
	}
	return 0;
}

static int collect(const struct smime_sealing *sealing, STACK_OF(X509) * certs, struct error *err)
{
	X509 *own = item_of(sealing->own, sealing->own_entry)->cert;
	int r = 0;

	for (size_t i = 0; i < sealing->count && r == 0; i++) {
		const unsigned char *p = (const unsigned char *)sealing->certificates[i].p;
		X509 *cert = d2i_X509(NULL, &p, (long)sealing->certificates[i].n);

		r = add_certificate(certs, cert, "a recipient's", err);
	}
	if (r == 0) {
		X509_up_ref(own);
		r = add_certificate(certs, own, "our own", err);
	}
	return r;
}

/* Elliptic curves: OpenSSL would derive the key with SHA-1 (RFC 8551 §2.3 asks for SHA-256). */
static bool add_recipients(CMS_ContentInfo *cms, STACK_OF(X509) * certs)
{
	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);
		unsigned flags = CMS_BINARY | CMS_KEY_PARAM;
		CMS_RecipientInfo *info = CMS_add1_recipient_cert(cms, cert, flags);
		EVP_PKEY_CTX *ctx = info ? CMS_RecipientInfo_get0_pkey_ctx(info) : NULL;

		if (!info)
			return false;
		if (ctx && EVP_PKEY_is_a(X509_get0_pubkey(cert), "EC") &&
		    EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) <= 0)
			return false;
	}
	return true;
}

int smime_encrypt(const struct smime_sealing *sealing, struct str content, struct buf *der, struct error *err)
{
	const EVP_CIPHER *cipher = sealing->cipher == SMIME_AES_256_GCM ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
	STACK_OF(X509) * certs CLEANUP(certs_freep) = sk_X509_new_null();
	BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(content.p, (int)content.n);
	unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_STREAM;
	CMS_ContentInfo *cms CLEANUP(cms_freep) = NULL;
	int r = collect(sealing, certs, err);

	if (r < 0)
		return r;
	if (content.n > SMIME_MAX_BYTES)
		return fail(err, E_LIMIT, RETRY_NEVER, "the mail is too large for S/MIME");
	ERR_clear_error();
	cms = CMS_encrypt_ex(NULL, NULL, cipher, flags, keystore_library(), NULL);
	if (!cms || !add_recipients(cms, certs) || CMS_final(cms, bio, NULL, CMS_BINARY) != 1)
		return openssl_failed("encrypting", err);
	ERR_clear_error();
	return put_der(cms, der, err);
}
