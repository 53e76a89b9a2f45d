/* An alert (FEATURES OP3): who is told by mail of what needs a person, such as a listener that fails, and when it works
 * again. */
#ifndef SETUP_ALERT_H
#define SETUP_ALERT_H

#include "record/record.h"

struct alert {
	const char *id, *name;
	bool enabled;
	struct text_list to;       /* addresses */
	const char *account;       /* whose sending takes the mail */
	const char *other_account; /* takes it while the first can't send; "": none */
	struct text_list events;   /* "listener.failed", "outbox.*"; none: what needs a person (events/alert_words.h) */
	struct text_list accounts; /* none: all but personal mailboxes, and what is nobody's */
	bool recovered;            /* also when it works again */
	int64_t interval_minutes;  /* one mail at most in so many */
};

extern const struct record_type alert_type;

struct setup;

/* Accounts exist and may send; no event is named that is never told. */
int alerts_check(const struct setup *setup, struct error *err) NODISCARD;

/* Mail to oneself would cause it: a mail about it could go round for ever. */
bool alert_never_tells(const char *event_kind);

/* Is it told of what concerns this account ("": nobody)? Of a personal mailbox only where it is named. */
bool alert_takes_account(const struct setup *setup, const struct alert *alert, const char *account);

#endif
