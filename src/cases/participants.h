/* Who has a part in a case: those who wrote into it without being strangers, those whom they named in To, Cc or
 * Reply-To, and those we wrote to. */
#ifndef CASES_PARTICIPANTS_H
#define CASES_PARTICIPANTS_H

#include "mime/message.h"
#include "setup/setup.h"
#include "store/db.h"

#define PARTICIPANTS_MAX 30 /* of one mail */

/* Notes those of a mail that opened or joined the case, and the root of its Thread-Index; never our own addresses.
 * `previous_id`: the case that this one follows, 0: none. */
int case_note_mail(struct db *db, struct arena *arena, const struct setup *setup, int64_t case_id, int64_t previous_id,
                   const struct message *message, struct error *err) NODISCARD;

#endif
