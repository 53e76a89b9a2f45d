/* Who asks us to slow down, and for how long: the words that Gmail, Exchange, Yahoo, Dovecot and others use, in IMAP,
 *POP3 and SMTP alike, and what RFC 5530 and 9051 have response codes for.
 *
 *	fail(err, E_REFUSED, RETRY_NEVER, "MAIL: the server answers …");
 *	if (throttle_judge(550, STR("5.4.5 Daily user sending limit exceeded"), err)) …
 *
 * A word in a refusal counts for the account as a whole: reading and sending wait together (RE14). What concerns one
 *mail or one correspondent (greylisting, too many recipients in one mail, a recipient who gets mail too fast) doesn't.
 */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "base/error.h"
#include "base/str.h"

/* True where a refusal means "slow down". `code`: SMTP's reply code, 0 elsewhere. *ret_wait_ms: how long, at least; 0:
 * it isn't said and not known, so that tries may follow in growing distances. */
bool throttle_recognise(int code, struct str words, int64_t *ret_wait_ms);

/* Where the words mean it: *err (may be NULL), which was written by fail(), becomes E_THROTTLED, RETRY_LATER,
 * SCOPE_ACCOUNT with its wait; its text stays. */
bool throttle_judge(int code, struct str words, struct error *err);

/* A time said in words: "(300000 milliseconds)", "try again in 5 minutes", "after 60 s". 0 where there is none; bounded
 * by a day. */
int64_t throttle_wait_in_words(struct str words);

#endif
