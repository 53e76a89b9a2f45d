/* The set-up as requests see it: one snapshot for all, renewed when a record was changed. Thread-safe. */
#ifndef API_SETUP_SHARE_H
#define API_SETUP_SHARE_H

#include "listen/shared_setup.h"

struct setup_share;

struct setup_share *setup_share_new(const struct sealer *sealer) NODISCARD;
void setup_share_free(struct setup_share *share); /* NULL is fine */

/* The newest snapshot, held for the caller (shared_release()). Whether there is a newer one in the store is looked up
 * four times a second at most, and after setup_share_doubt(): who changed something reads it back at once. */
int setup_share_get(struct setup_share *share, struct db *db, struct shared_setup **ret_shared,
                    struct error *err) NODISCARD;

/* Something may have been changed through us. */
void setup_share_doubt(struct setup_share *share);

#endif
