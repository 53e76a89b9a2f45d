/* S/MIME of a mail (RFC 8551): its signatures verified, its encrypted content opened, signatures inside encryption and
 * the reverse up to four deep ("triple wrap").
 *
 *	const struct smime_report *smime = smime_read(arena, m, &place);
 *	if (smime)
 *		m = smime->message;
 *
 * What was opened is a message tree of its own: where it was the whole mail, its text is the mail's; where it stood
 * among other parts, it is an attachment. It is never put together with text from outside, which could carry it away
 * when shown (as HTML) or quoted. What can't be opened or doesn't hold is told, and is no failure of the mail. */
#ifndef INTAKE_SMIME_H
#define INTAKE_SMIME_H

#include "mime/message.h"
#include "security/smime.h"
#include "setup/setup.h"

#define SMIME_DEPTH_MAX 4  /* of structures in each other */
#define SMIME_PARTS_MAX 20 /* structures of a mail that are looked at */

/* What the signature over the whole mail is worth. */
enum smime_verdict {
	VERDICT_UNSIGNED,      /* only encrypted, or signed in parts */
	VERDICT_GOOD,          /* valid, and the signer is who From names */
	VERDICT_OTHER_ADDRESS, /* valid, but of somebody else than From names */
	VERDICT_UNTRUSTED,
	VERDICT_WEAK,
	VERDICT_CHANGED,
	VERDICT_DAMAGED, /* there is a signature that can't be read */
};

struct smime_found {
	struct smime_layer layer;
	struct str number; /* of the part, see part_number() */
	bool is_whole;     /* it covers everything but the header; false: a part among others */
	bool matches_from; /* signed: a signer speaks for every address in From */
};

struct smime_report {
	struct smime_found found[SMIME_PARTS_MAX]; /* from outside to inside */
	size_t count;
	enum smime_verdict verdict;
	bool is_encrypted, is_opened;  /* the whole mail */
	struct str summary;            /* one line for people */
	const struct message *message; /* what to show: a copy, see mime/opened.h */
};

/* Has it anything of S/MIME at all? */
bool smime_is_needed(const struct message *m);

/* NULL where the mail has nothing of S/MIME. Everything lives in the arena. */
const struct smime_report *smime_read(struct arena *arena, struct message *m, const struct smime_place *place);

/* The keystores of an account's S/MIME, opened. What can't be opened stands in the place as the reason why; a mail
 * doesn't wait for it. */
struct smime_account {
	struct keystore *keys, *trust; /* owned */
	char keys_fault[240], trust_fault[240];
};

void smime_account_open(struct smime_account *smime, const struct setup *setup, const struct account *account);
void smime_account_close(struct smime_account *smime);
struct smime_place smime_account_place(const struct smime_account *smime, int64_t at);

#endif
