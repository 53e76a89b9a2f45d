/* See channel_binding.h. */
#include "security/channel_binding.h"

#include <openssl/err.h>
#include <openssl/x509.h>

/* RFC 9266 §2 */
static bool bind_exporter(SSL *ssl, struct channel_binding *ret)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	const unsigned char nothing = 0;

	ret->type = "tls-exporter";
	ret->n = 32;
	return SSL_export_keying_material(ssl, ret->bytes, ret->n, label, sizeof label - 1, &nothing, 0, 1) == 1;
}

/* RFC 5929 §3: the first Finished message, which is the client's since sessions are never resumed. Without the extended
 * master secret two connections can be made to share it. */
static bool bind_unique(SSL *ssl, struct channel_binding *ret)
{
	bool shared = SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1;

	ret->type = "tls-unique";
	if (SSL_version(ssl) < TLS1_2_VERSION || shared || SSL_session_reused(ssl))
		return false;
	ret->n = SSL_get_finished(ssl, ret->bytes, sizeof ret->bytes);
	return ret->n > 0 && ret->n <= sizeof ret->bytes;
}

/* RFC 5929 §4: the certificate by the hash of its signature, MD5 and SHA-1 by SHA-256. */
static bool bind_end_point(SSL *ssl, struct channel_binding *ret)
{
	X509 *certificate = SSL_get0_peer_certificate(ssl);
	unsigned n = 0;
	int hash = NID_undef;
	const EVP_MD *digest;

	ret->type = "tls-server-end-point";
	if (!certificate || X509_get_signature_info(certificate, &hash, NULL, NULL, NULL) != 1 || hash == NID_undef)
		return false;
	digest = hash == NID_md5 || hash == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(hash);
	if (!digest || (size_t)EVP_MD_get_size(digest) > sizeof ret->bytes ||
	    X509_digest(certificate, digest, ret->bytes, &n) != 1)
		return false;
	ret->n = n;
	return true;
}

bool channel_binding_of(SSL *ssl, unsigned choice, struct channel_binding *ret_binding)
{
	bool (*const newer[])(SSL *, struct channel_binding *) = {bind_exporter, bind_unique},
	                                                    (*const older[])(SSL *, struct channel_binding *) = {
	                                                            bind_unique, bind_end_point};
	bool is_new = SSL_version(ssl) == TLS1_3_VERSION;
	struct channel_binding binding = {0};
	unsigned found = 0;

	for (size_t i = 0; i < 2; i++) {
		if (!(is_new ? newer : older)[i](ssl, &binding))
			continue;
		if (found++ == choice) {
			*ret_binding = binding;
			ERR_clear_error();
			return true;
		}
	}
	ERR_clear_error();
	return false;
}
