/* An email listener (FEATURES LI1, LI3, RE6-RE9): an account's folder, the service rule for what comes in, and how
 * to go about it. */
#ifndef SETUP_LISTENER_H
#define SETUP_LISTENER_H

#include "record/record.h"

/* Where its mail comes from: read from the account's mailbox, or handed in (inlet.h) for its addresses. */
enum mail_source { SOURCE_MAILBOX, SOURCE_INLET }; /* "mailbox" (preset), "inlet" */

enum after { AFTER_LEAVE, AFTER_SEEN, AFTER_DELETE, AFTER_MOVE }; /* "leave", "seen" (preset), "delete", "move" */

/* The same mail again, in another folder or account (LI8): recorded as a duplicate, or handled as one more. */
enum duplicates { DUPLICATES_IGNORE, DUPLICATES_HANDLE }; /* "ignore" (preset), "handle" */

/* What happens to automatic mail that belongs to no case (LI9). */
enum automatic {
	AUTOMATIC_FILE,
	AUTOMATIC_DISCARD,
	AUTOMATIC_HANDLE
}; /* "file" (preset: stored, no case), "discard", "handle" (by the rule) */

/* How the sender of a mail is verified (trust/trust.h). "off" costs nothing and is right where the DNS can't be
 * reached. */
enum verify_senders { VERIFY_OFF, VERIFY_RESULTS, VERIFY_ON }; /* "off" (preset), "results", "on" */

struct listener {
	const char *id, *name;
	int source;                            /* enum mail_source */
	const char *account, *folder;          /* folder preset "INBOX" */
	const char *rule;                      /* service rule */
	const char *operator_id;               /* "operator" in records: whom it runs as */
	bool enabled;                          /* preset true; false: startup blocked */
	bool idle;                             /* preset true; false: only poll */
	int64_t idle_minutes;                  /* IDLE is issued anew; preset 9, 1 to 29 */
	int64_t poll_interval_s;               /* preset 60, 5 to 86,400; where there is no IDLE */
	int64_t batch;                         /* messages of one FETCH; preset 100, 1 to 1,000 */
	const char *since;                     /* "2026-11-21": older mail isn't read; "": all */
	int64_t messages_per_run;              /* 0 (preset): all */
	int64_t max_message_mb;                /* preset 50 */
	const char *oversize_template;         /* what senders of larger mail are told; "" (preset): nothing */
	int after;                             /* enum after */
	const char *after_folder;              /* for "move" */
	const char *failed_folder;             /* where parked messages are moved; "": they stay */
	int64_t tries;                         /* of one message before it is parked; preset 3 */
	int64_t retry_minutes;                 /* between them; preset 5 */
	int64_t backoff_s;                     /* after a failed connection; doubled each time in a row; preset 5 */
	int64_t longest_backoff_s;             /* … up to; preset 900 */
	int duplicates;                        /* enum duplicates */
	int automatic;                         /* enum automatic */
	int verify_senders;                    /* enum verify_senders */
	struct text_list addresses;            /* for inlets: recipients whose mail is this listener's; "*@domain" */
	struct text_list trusted_authserv_ids; /* of servers whose Authentication-Results are believed; preset none */
};

extern const struct record_type listener_type;

#endif
