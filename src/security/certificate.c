/* See certificate.h. */
#include "certificate.h"

#include "base/buf.h"
#include "base/clock.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <time.h>

#define NAME_MAX_BYTES 500
#define SERIAL_MAX     40 /* bytes; RFC 5280 allows 20 */
#define ADDRESSES_MAX  50

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

/* Printable UTF-8 in the arena, cut at a character's border. */
static struct str printable(struct arena *arena, struct str text)
{
	size_t n = MIN(text.n, (size_t)NAME_MAX_BYTES);
	struct str copy;

	while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	copy = arena_str(arena, str_slice(text, 0, n));
	n = str_make_printable((char *)(uintptr_t)copy.p, copy.n, false);
	return arena_str(arena, str_slice(copy, 0, n));
}

struct str certificate_name(struct arena *arena, const X509_NAME *name)
{
	BIO *bio CLEANUP(bio_freep) = BIO_new(BIO_s_mem());
	unsigned long flags = XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL |
	                      ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_DUMP_UNKNOWN;
	char *text = NULL;
	long n;

	must(bio != NULL);
	if (X509_NAME_entry_count(name) > 100 || X509_NAME_print_ex(bio, name, 0, flags) < 0)
		BIO_reset(bio);
	ERR_clear_error();
	n = BIO_get_mem_data(bio, &text);
	return printable(arena, str_new(text, n > 0 ? (size_t)n : 0));
}

/* The first of those that the name has. */
static const X509_NAME_ENTRY *short_entry(const X509_NAME *name)
{
	static const int nids[] = {NID_commonName, NID_organizationalUnitName, NID_organizationName};

	for (size_t i = 0; i < ARRAY_LEN(nids); i++) {
		int at = X509_NAME_get_index_by_NID(name, nids[i], -1);

		if (at >= 0)
			return X509_NAME_get_entry(name, at);
	}
	return NULL;
}

struct str certificate_short_name(struct arena *arena, const X509_NAME *name)
{
	const X509_NAME_ENTRY *entry = short_entry(name);
	unsigned char *text = NULL;
	struct str result = STR("");
	int n = entry ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry)) : 0;

	if (n > 0)
		result = printable(arena, str_new(text, (size_t)n));
	OPENSSL_free(text);
	ERR_clear_error();
	return result;
}

struct str certificate_serial(struct arena *arena, const ASN1_INTEGER *serial)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
	int n = MIN(ASN1_STRING_length(serial), SERIAL_MAX);
	const unsigned char *bytes = ASN1_STRING_get0_data(serial);

	for (int i = 0; i < n; i++)
		buf_printf(&text, "%s%02X", i ? ":" : "", bytes[i]);
	return arena_str(arena, buf_str(&text));
}

size_t certificate_addresses(struct arena *arena, X509 *cert, struct str **ret_addresses)
{
	STACK_OF(OPENSSL_STRING) *list = X509_get1_email(cert);
	int n = MIN(sk_OPENSSL_STRING_num(list), ADDRESSES_MAX);
	struct str *addresses = n > 0 ? ARENA_ARRAY(arena, struct str, (size_t)n) : NULL;

	for (int i = 0; i < n; i++)
		addresses[i] = printable(arena, str_of(sk_OPENSSL_STRING_value(list, i)));
	X509_email_free(list);
	ERR_clear_error();
	*ret_addresses = addresses;
	return n > 0 ? (size_t)n : 0;
}

bool certificate_key_signs(const EVP_PKEY *key)
{
	return key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS") || EVP_PKEY_is_a(key, "EC"));
}

bool certificate_key_opens(const EVP_PKEY *key)
{
	return key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC"));
}

bool certificate_is_for_mail(X509 *cert)
{
	uint32_t flags = X509_get_extension_flags(cert);

	return !(flags & EXFLAG_XKUSAGE) || (X509_get_extended_key_usage(cert) & (XKU_SMIME | XKU_ANYEKU));
}

int64_t certificate_time(const ASN1_TIME *time)
{
	struct tm tm;

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1) {
		ERR_clear_error();
		return 0;
	}
	return clock_from_civil((int64_t)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	                        tm.tm_sec);
}

struct str certificate_key(struct arena *arena, const EVP_PKEY *key)
{
	char group[80] = "";

	if (!key)
		return STR("unknown key");
	if (EVP_PKEY_is_a(key, "EC")) {
		const char *name = group;

		EVP_PKEY_get_group_name(key, group, sizeof group, NULL);
		name = strcmp(group, "prime256v1") == 0  ? "P-256"
		       : strcmp(group, "secp384r1") == 0 ? "P-384"
		       : strcmp(group, "secp521r1") == 0 ? "P-521"
		                                         : group;
		ERR_clear_error();
		return arena_printf(arena, "EC %s", name);
	}
	if (EVP_PKEY_is_a(key, "ED25519"))
		return STR("Ed25519");
	if (EVP_PKEY_is_a(key, "ED448"))
		return STR("Ed448");
	return arena_printf(arena, "%s %d", EVP_PKEY_get0_type_name(key) ? EVP_PKEY_get0_type_name(key) : "key",
	                    EVP_PKEY_get_bits(key));
}
