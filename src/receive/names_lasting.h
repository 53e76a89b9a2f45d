/* Names that the store keeps (store/names.h). */
#ifndef RECEIVE_NAMES_LASTING_H
#define RECEIVE_NAMES_LASTING_H

#include "receive/names.h"
#include "store/store.h"

/* Of the folder with this row. `source` says whose names these are (protocol, user, server): where it isn't the one
 * they were given under, everything is forgotten and uidvalidity is another, so that no other server's message is taken
 * for one that was handled. `deletes`: what is done with is deleted from the server, so its going is no renaming.
 * Holds no connection to the store between calls. */
int names_lasting_new(struct store *store, int64_t folder_id, const char *source, bool deletes,
                      struct receiver_names **ret_names, struct error *err) NODISCARD;

#endif
