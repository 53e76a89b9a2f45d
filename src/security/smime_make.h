/* Makes S/MIME (RFC 8551): one CMS structure around the bytes of an entity, the reverse of smime.h.
 *
 *	smime_signer_find(keys, "", sender, now, &entry, err);
 *	smime_sign(keys, entry, content, &signature, err);       for multipart/signed
 *	smime_encrypt(&sealing, content, &der, err);             for application/pkcs7-mime
 *
 * `content` has CRLF line ends and is 7-bit: what leaves is what was signed. Thread-safe. */
#ifndef SECURITY_SMIME_MAKE_H
#define SECURITY_SMIME_MAKE_H

#include "base/buf.h"
#include "security/keystore.h"

enum smime_cipher { SMIME_AES_256_CBC, SMIME_AES_256_GCM }; /* EnvelopedData, AuthEnvelopedData */

/* The entry that signs for `address`: that of the alias, whatever it names; of a blank one the first that can sign, has
 * its key, names the address and is valid at `at`. Fails with E_NOT_FOUND (no such entry; it can't sign; nobody speaks
 * for the address), E_INVALID (expired, or not valid yet). */
int smime_signer_find(const struct keystore *keystore, const char *alias, struct str address, int64_t at,
                      const struct keystore_entry **ret_entry, struct error *err) NODISCARD;

/* The first that can open what is encrypted for it, best one that names the address, valid at `at`. NULL: none. */
const struct keystore_entry *smime_reader_find(const struct keystore *keystore, struct str address, int64_t at);

/* Appends a detached signature: SHA-256, the time, the certificate and those of its issuers in the keystore but for
 * the root. */
int smime_sign(const struct keystore *keystore, const struct keystore_entry *entry, struct str content, struct buf *der,
               struct error *err) NODISCARD;

struct smime_sealing {
	enum smime_cipher cipher;
	const struct str *certificates; /* of the recipients, in DER */
	size_t count;
	const struct keystore *own; /* we, so that our copy can be read */
	const struct keystore_entry *own_entry;
};

int smime_encrypt(const struct smime_sealing *sealing, struct str content, struct buf *der,
                  struct error *err) NODISCARD;

#endif
