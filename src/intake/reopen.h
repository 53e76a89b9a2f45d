/* Mail that was encrypted and couldn't be opened when it came (no key, a lost one), opened with the keys that its
 * account has now: its text, subject, files and S/MIME result are written over what was stored; case and decisions
 * stay. */
#ifndef INTAKE_REOPEN_H
#define INTAKE_REOPEN_H

#include "base/arena.h"
#include "setup/setup.h"
#include "store/store.h"

struct reopened {
	bool is_open;       /* it is now */
	struct str summary; /* of its S/MIME, as it is now */
};

/* E_NOT_FOUND where there is no such message, its account isn't set up, or it isn't encrypted. */
int intake_reopen(struct store *store, const struct setup *setup, int64_t message_id, struct arena *arena,
                  struct reopened *ret, struct error *err) NODISCARD;

#endif
