/* See smime_certificate.h. */
#include "security/smime_certificate.h"

#include "base/buf.h"
#include "certificate.h"
#include "security/der.h"
#include "smime_open.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define ELEMENTS_MAX 2000

static void cert_freep(X509 **cert)
{
	X509_free(*cert);
}

UNUSED static void bio_freep(BIO **bio)
{
	BIO_free(*bio);
}

static bool can_encrypt(X509 *cert)
{
	return certificate_is_for_mail(cert) && X509_check_ca(cert) <= 0 &&
	       (X509_get_key_usage(cert) & (KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT)) &&
	       certificate_key_opens(X509_get0_pubkey(cert)) && smime_key_is_usable(X509_get0_pubkey(cert));
}

static struct str fingerprint_of(struct arena *arena, struct str der)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(EVP_MAX_MD_SIZE * 2);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	must(EVP_Digest(der.p, der.n, digest, &n, EVP_sha256(), NULL) == 1);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&text, "%02x", digest[i]);
	return arena_str(arena, buf_str(&text));
}

bool smime_certificate_of(struct arena *arena, X509 *cert, struct smime_certificate *ret)
{
	unsigned char *der = NULL;
	int n = i2d_X509(cert, &der);
	bool fits = n > 0 && (size_t)n <= SMIME_CERTIFICATE_MAX_BYTES;

	if (fits) {
		*ret = (struct smime_certificate){.der = arena_str(arena, str_new(der, (size_t)n))};
		ret->fingerprint = fingerprint_of(arena, ret->der);
		ret->subject = certificate_name(arena, X509_get_subject_name(cert));
		ret->issuer = certificate_name(arena, X509_get_issuer_name(cert));
		ret->serial = certificate_serial(arena, X509_get0_serialNumber(cert));
		ret->address_count = certificate_addresses(arena, cert, &ret->addresses);
		ret->valid_from = certificate_time(X509_get0_notBefore(cert));
		ret->expires_at = certificate_time(X509_get0_notAfter(cert));
		ret->can_encrypt = can_encrypt(cert);
	}
	OPENSSL_free(der);
	ERR_clear_error();
	return fits;
}

static X509 *read_any(struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	struct error ignored;

	if (str_find(bytes, STR("-----BEGIN ")) >= 0) {
		BIO *bio CLEANUP(bio_freep) = BIO_new_mem_buf(bytes.p, (int)bytes.n);

		return PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
	}
	return der_check(bytes, ELEMENTS_MAX, &ignored) < 0 ? NULL : d2i_X509(NULL, &p, (long)bytes.n);
}

int smime_certificate_read(struct arena *arena, struct str bytes, struct smime_certificate *ret_certificate,
                           struct error *err)
{
	X509 *cert CLEANUP(cert_freep) = NULL;

	if (bytes.n > 2 * SMIME_CERTIFICATE_MAX_BYTES)
		return fail(err, E_LIMIT, RETRY_NEVER, "it is too large for a certificate");
	cert = read_any(bytes);
	ERR_clear_error();
	if (!cert)
		return fail(err, E_INVALID, RETRY_NEVER, "it is no certificate in DER or PEM");
	if (!smime_certificate_of(arena, cert, ret_certificate))
		return fail(err, E_LIMIT, RETRY_NEVER, "it is too large for a certificate");
	return 0;
}

bool smime_certificate_names(const struct smime_certificate *certificate, struct str address)
{
	for (size_t i = 0; i < certificate->address_count; i++)
		if (str_eq_nocase(certificate->addresses[i], address))
			return true;
	return false;
}
