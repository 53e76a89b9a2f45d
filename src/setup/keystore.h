/* A keystore in the set-up (FEATURES SX1): certificates and private keys under a name, used to decrypt S/MIME mail or
 *as the CA certificates that signatures are checked against. The record holds the file's content, sealed like a
 *password, so that a set-up needs no file beside it:
 *
 *	keystores:
 *	  company: { name: Company keys, file: company.p12, password: { file: /run/secrets/p12 } }
 *
 * `file` is read when the set-up is applied and becomes `content`. */
#ifndef SETUP_KEYSTORE_H
#define SETUP_KEYSTORE_H

#include "record/record.h"
#include "security/keystore.h"

struct setup;

struct keystore_record {
	const char *id, *name;
	struct secret content; /* base64 of a PKCS#12 or PEM file, or the PEM text itself */
	struct secret password;
	struct secret key_password; /* of the private keys in it, where it is another one */
};

extern const struct record_type keystore_type;

struct keystore_source keystore_record_source(const struct keystore_record *record); /* borrowed */

/* Opens it; the error's text begins with the place ("keystores/company/password: …"). */
int keystore_record_open(const struct keystore_record *record, struct keystore **ret_keystore,
                         struct error *err) NODISCARD;

/* Calls `each` for every field that names the keystore: "accounts/support/send/smime/keystore". */
void keystore_each_use(const struct setup *setup, const char *id, void (*each)(void *ctx, const char *place),
                       void *ctx);

/* E_CONFLICT where a field names it that isn't a reference alone (truststores). */
int keystore_check_unused(const struct setup *setup, const char *id, struct error *err) NODISCARD;

/* Lets accounts' tls.trust and profiles' trust point to the record that the truststore names. For setup_load(). */
void keystores_link(struct setup *setup);

/* All keystores open, and those of accounts hold what they are used for. Part of setup_check(). */
int keystores_check(const struct setup *setup, struct error *err) NODISCARD;

/* Appends a line for each entry that has expired: worth a warning, since old mail needs old keys. */
void keystore_warnings(const struct keystore_record *record, int64_t now, struct buf *report);

/* Replaces `file` in the keystores of a document by the file's content; relative paths begin at `folder`. For a
 * document from whoever runs the program, as setup_resolve_secrets(). */
int keystores_read_files(json_t *document, const char *folder, struct error *err) NODISCARD;

#endif
