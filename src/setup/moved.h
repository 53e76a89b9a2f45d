/* What apply says about accounts that read or send by another protocol, or read from another server, than before
 * (FEATURES AC10): mail in flight.
 *
 *	n = moved_places(setup, arena, &before);     … records change …
 *	moved_warnings(db, setup, before, n, report, err)
 *
 * Private to src/setup. */
#ifndef SETUP_MOVED_H
#define SETUP_MOVED_H

#include "setup/setup.h"

/* How an account is connected, after its provider. */
struct moved_place {
	const char *account;
	int receive_protocol, send_protocol;
	const char *receive_host; /* "" where it doesn't receive */
};

/* Those of all accounts; texts are the set-up's, which keeps them when records are replaced. Returns their number. */
size_t moved_places(const struct setup *setup, struct arena *arena, struct moved_place **ret_places);

/* Appends "accounts/ID: warning: …" lines where there is mail in flight that a change concerns. */
int moved_warnings(struct db *db, const struct setup *setup, const struct moved_place *before, size_t n,
                   struct buf *report, struct error *err) NODISCARD;

#endif
