/* A keystore's content: certificates and private keys, read from PEM, PKCS#12 (PFX), Java's JKS or a single DER
 * certificate; the content says which. It serves as somebody's keys (S/MIME, DKIM) or as a truststore.
 *
 *	struct keystore *keys CLEANUP(keystore_freep) = NULL;
 *	if (keystore_open(bytes, &password, &keys, err) < 0) …
 *	n = keystore_entries(keys, &entries);
 *
 * Java's JCEKS is recognised and refused with the command that converts it. Unchanging once opened: threads may share
 * it. */
#ifndef SECURITY_KEYSTORE_H
#define SECURITY_KEYSTORE_H

#include "base/error.h"
#include "base/secret.h"

#define KEYSTORE_MAX_BYTES   KIB(700) /* of a keystore's file */
#define KEYSTORE_MAX_ENTRIES 2000

struct keystore;

struct keystore_entry {
	const char *alias;              /* friendlyName, else the common name, else a number; unique in the keystore */
	const char *subject;            /* "CN=Anna Example, O=Example"; "" for a key without certificate */
	const char *issuer, *serial;    /* "" likewise */
	int64_t valid_from, expires_at; /* Unix ms; 0 for a key without certificate */
	const struct str *addresses;    /* it speaks for */
	size_t address_count;
	size_t chain_length; /* certificates of its issuers that are in the keystore, too */
	bool has_key;        /* the private one */
	bool can_sign;       /* by what the certificate allows; with the key: to sign, else: to verify */
	bool can_encrypt;    /* with the key: to decrypt, else: to encrypt for its owner */
	bool is_ca;          /* others can be trusted by it */
};

/* Where the passwords may be NULL or unset. */
struct keystore_source {
	const struct secret *content;      /* base64 or PEM text; NULL: there is no keystore */
	const struct secret *password;     /* of the keystore */
	const struct secret *key_password; /* of the private keys in it, where it is another one */
};

/* Reads a keystore; `password` may be NULL or unset. Fails with E_AUTH (the password is wrong or missing), E_INVALID
 * (no such format, damaged, empty), E_UNSUPPORTED (JCEKS, an unknown cipher), E_LIMIT; the text names no keystore: the
 * caller does. */
int keystore_open(struct str bytes, const struct secret *password, struct keystore **ret_keystore,
                  struct error *err) NODISCARD;

/* The same with a password for the private keys (NULL or unset: the keystore's). */
int keystore_open_keys(struct str bytes, const struct secret *password, const struct secret *key_password,
                       struct keystore **ret_keystore, struct error *err) NODISCARD;

/* As above for the form in which set-ups hold it, base64 or PEM text; what was opened lately is shared, since a
 * password is slow on purpose. */
int keystore_open_shared(const struct keystore_source *source, struct keystore **ret_keystore,
                         struct error *err) NODISCARD;

/* Counted: every opened keystore is freed once. NULL is fine. */
void keystore_free(struct keystore *keystore);
DEFINE_CLEANUP(struct keystore *, keystore_free)

/* Those with a private key first, then in the order of the file. */
size_t keystore_entries(const struct keystore *keystore, const struct keystore_entry **ret_entries);

/* The entry with that alias (any case of ASCII letters); with a blank alias the first with a private key. Fails
 * (E_NOT_FOUND) naming the aliases there are. */
int keystore_find(const struct keystore *keystore, const char *alias, const struct keystore_entry **ret_entry,
                  struct error *err) NODISCARD;

/* "sign, decrypt", "encrypt", "trust": what the entry can be used for, in words. */
void keystore_use_text(const struct keystore_entry *entry, char ret_text[48]);

#endif
