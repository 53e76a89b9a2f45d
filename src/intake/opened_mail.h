/* A stored mail as people read it: with what S/MIME opens by the keys that its account has now. */
#ifndef INTAKE_OPENED_MAIL_H
#define INTAKE_OPENED_MAIL_H

#include "intake/smime.h"
#include "store/messages.h"

#define OPENED_MAIL_MAX MIB(256)

struct opened_mail {
	struct buf raw;
	const struct message *received; /* as it came */
	const struct message *message;  /* the same, or what was opened */
	struct smime_account keys;
};

/* `stored` needs id, account and created_at. E_NOT_FOUND where the mail isn't kept. Texts live in the arena and in
 * ret->raw: opened_mail_done() at the end. */
int opened_mail_read(struct db *db, const struct setup *setup, const struct stored_message *stored, struct arena *arena,
                     struct opened_mail *ret, struct error *err) NODISCARD;
void opened_mail_done(struct opened_mail *mail);

#endif
