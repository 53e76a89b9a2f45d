/* The block list: the set-up's entries, and the addresses behind which nobody reads, which are never answered. */
#ifndef INTAKE_BLOCKED_H
#define INTAKE_BLOCKED_H

#include "setup/block.h"
#include "setup/setup.h"

/* The entry of the set-up that fits; of several the one that does most (cancel, ignore, no-answer). NULL where none
 * does. */
const struct block *blocked_by(const struct setup *setup, struct str address);

/* True where no automatic answer may go to it: by an entry, or since it is postmaster, noreply, no-reply, mail-daemon
 * or mailer-daemon at any domain. */
bool is_never_answered(const struct setup *setup, struct str address);

#endif
