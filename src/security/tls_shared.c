/* See tls_shared.h. */
#include "security/tls_shared.h"

#include "base/base.h"

#include <openssl/x509.h>
#include <pthread.h>

#define DIGEST_SIZE 32

struct known {
	unsigned char digest[DIGEST_SIZE]; /* of the whole certificate */
	X509 *cert;                        /* a reference; NULL: nothing yet */
	uint64_t used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock */
static struct known all[TLS_SHARED_MAX];
static uint64_t uses;

/* The place of this certificate, or the one that was used least recently. */
static struct known *place_locked(const unsigned char *digest)
{
	struct known *oldest = all;

	for (size_t i = 0; i < TLS_SHARED_MAX; i++) {
		if (all[i].cert && memcmp(all[i].digest, digest, DIGEST_SIZE) == 0)
			return &all[i];
		if (all[i].used < oldest->used)
			oldest = &all[i];
	}
	return oldest;
}

/* The copy that is known, with a reference for the caller; `cert` itself where it is the first. */
static X509 *known_copy(X509 *cert)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct known *known;

	if (X509_digest(cert, EVP_sha256(), digest, &n) != 1 || n != DIGEST_SIZE) {
		X509_up_ref(cert);
		return cert;
	}
	pthread_mutex_lock(&lock);
	known = place_locked(digest);
	if (!known->cert || memcmp(known->digest, digest, DIGEST_SIZE) != 0) {
		X509_free(known->cert);
		X509_up_ref(cert);
		known->cert = cert;
		memcpy(known->digest, digest, DIGEST_SIZE);
	}
	known->used = ++uses;
	X509_up_ref(known->cert);
	cert = known->cert;
	pthread_mutex_unlock(&lock);
	return cert;
}

/* What the connection keeps is this very stack: OpenSSL takes the server's certificate out of it after the
 * verification. Where that should ever be otherwise, nothing is shared. */
int tls_shared_verify(X509_STORE_CTX *store, void *arg UNUSED)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	STACK_OF(X509) *chain = ssl ? SSL_get_peer_cert_chain(ssl) : NULL;

	if (!chain || chain != X509_STORE_CTX_get0_untrusted(store))
		return X509_verify_cert(store);
	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *sent = sk_X509_value(chain, i), *copy = known_copy(sent);

		if (X509_STORE_CTX_get0_cert(store) == sent)
			X509_STORE_CTX_set_cert(store, copy);
		sk_X509_set(chain, i, copy);
		X509_free(sent);
	}
	return X509_verify_cert(store);
}

void tls_shared_forget(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < TLS_SHARED_MAX; i++) {
		X509_free(all[i].cert);
		all[i] = (struct known){0};
	}
	pthread_mutex_unlock(&lock);
}
