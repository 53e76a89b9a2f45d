/* The vault seals secrets for the store with AES-256-GCM. A sealed value is text, "v1:KEYID:BASE64(nonce|cipher|tag)";
 * its context (the place it belongs to) is authenticated, so it opens nowhere else. Keys come from a key file (one
 * "KEYID BASE64KEY" per line, newest first; made 0600 on first use) or from a systemd credential of the same form. */
#ifndef SECURITY_VAULT_H
#define SECURITY_VAULT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "record/record.h"

struct vault;

/* Opens $CREDENTIALS_DIRECTORY/hauspost-keys where that exists, else the file at `path`. A missing file is made when
 * `create`, else an error that says what to do. A file that others may read or write is refused (mode must be 0600 or
 * 0400). */
int vault_open(const char *path, bool create, struct vault **ret_vault, struct error *err) NODISCARD;
void vault_free(struct vault *vault);
DEFINE_CLEANUP(struct vault *, vault_free)

/* A value sealed with a key that another process made since is opened, too, and the newest key in the file is sealed
 * with: the key file is read again. These two are thread-safe. */
int vault_seal(struct vault *vault, const char *context, struct str plain, struct buf *out,
               struct error *err) NODISCARD;
int vault_unseal(struct vault *vault, const char *context, struct str sealed, struct secret *ret_plain,
                 struct error *err) NODISCARD;

/* True where `sealed` was sealed with the newest key. */
bool vault_is_current(const struct vault *vault, struct str sealed);

/* Adds a new newest key to the file (older ones stay, to open what they sealed). Refused for a credential. */
int vault_add_key(struct vault *vault, struct error *err) NODISCARD;

/* Forgets all but the newest key, once everything is sealed with it. */
int vault_drop_old_keys(struct vault *vault, struct error *err) NODISCARD;

const char *vault_key_id(const struct vault *vault); /* of the newest key */

/* The record table's view of the vault; borrowed, lives as long as it. */
struct sealer vault_sealer(struct vault *vault);

#endif
