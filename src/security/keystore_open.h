/* What the readers of a keystore's formats hand over, and what src/security takes from an opened one. Private to
 * src/security. */
#ifndef SECURITY_KEYSTORE_OPEN_H
#define SECURITY_KEYSTORE_OPEN_H

#include "base/arena.h"
#include "security/keystore.h"

#include <openssl/x509.h>

/* One entry's OpenSSL side, in the order of keystore_entries(). Borrowed. */
struct keystore_item {
	X509 *cert;    /* NULL for a key without certificate */
	EVP_PKEY *key; /* NULL where there is none */
};

const struct keystore_item *keystore_items(const struct keystore *keystore);

/* One more keystore_free() is needed. */
void keystore_use(struct keystore *keystore);

/* Of content and password, by which it is shared; NULL where it wasn't opened so. */
#define KEYSTORE_DIGEST_SIZE 32
const unsigned char *keystore_digest(const struct keystore *keystore);
void keystore_set_digest(struct keystore *keystore, const unsigned char digest[KEYSTORE_DIGEST_SIZE]);

/* Everything in it as anchors of trust: borrowed. */
X509_STORE *keystore_trust(const struct keystore *keystore);

/* A library context with OpenSSL's old algorithms (RC2, single DES): keystores and mail of former years need them, TLS
 * must never have them. */
OSSL_LIB_CTX *keystore_library(void);

/* ---------------------------------------------------------------- reading a format */

/* What lies in a file, before keys have found their certificates. */
struct loose {
	struct arena *arena;
	struct loose_cert {
		X509 *cert;       /* owned */
		const char *name; /* friendlyName; "" */
		bool taken;       /* stands beside its key */
	} * certs;
	struct loose_key {
		EVP_PKEY *key; /* owned */
		const char *name;
	} * keys;
	size_t cert_count, cert_size, key_count, key_size;
};

/* Take the object; E_LIMIT above KEYSTORE_MAX_ENTRIES. */
int loose_add_cert(struct loose *loose, X509 *cert, struct str name, struct error *err) NODISCARD;
int loose_add_key(struct loose *loose, EVP_PKEY *key, struct str name, struct error *err) NODISCARD;

struct keystore_words {
	const struct secret *store, *key; /* either may be NULL or unset */
};

/* The password of private keys. */
const struct secret *keystore_key_word(const struct keystore_words *words);

int keystore_read_pem(struct loose *loose, struct str bytes, const struct keystore_words *words,
                      struct error *err) NODISCARD;
int keystore_read_pkcs12(struct loose *loose, struct str bytes, const struct keystore_words *words,
                         struct error *err) NODISCARD;
int keystore_read_jks(struct loose *loose, struct str bytes, const struct keystore_words *words,
                      struct error *err) NODISCARD;

/* "the password is wrong", or that one is needed; empties OpenSSL's error queue. */
int keystore_password_failed(const struct secret *password, struct error *err);

#endif
