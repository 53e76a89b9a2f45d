/* Mail that came back: whom it did not reach, why, and whether trying again makes sense.
 *
 * Read are delivery reports (RFC 3464, 6522, 6533) in all their sloppy forms, the prose that servers write instead,
 * Amazon's JSON notifications, complaints (RFC 5965) and notes of absence. `is_bounce` is true for failures and delays
 * only; complaints and notes of absence have recipients with their reason all the same.
 *
 * How the reason is found, first hit wins:
 *	1. the kind of the mail: "feedback", "vacation", "delivered"
 *	2. an enhanced status that leaves no doubt (x.2.2, x.1.6, x.7.26 …), where the words don't say something
 *	   special
 *	3. the words of the diagnostic, in the order of the table in bounce_phrases.c
 *	4. the enhanced status (RFC 3463 and IANA's registry), 5. the SMTP code and the command it answered
 *	6. the words of the whole report, 7. the action
 * "Unknown user" is believed to be that only where the server said so to RCPT TO or with a status x.1.y: said after
 * DATA it means that a filter refused the mail for this recipient.
 *
 * Linear time; at most 256 KiB of prose and 1 MiB of fields are read, at most 10,000 recipients kept. */
#ifndef MIME_BOUNCE_H
#define MIME_BOUNCE_H

#include "mime/message.h"

/* The classes are those that sisimai publishes. */
enum bounce_reason {
	REASON_UNDEFINED,
	REASON_USERUNKNOWN,
	REASON_HOSTUNKNOWN,
	REASON_HASMOVED,
	REASON_NOTACCEPT,
	REASON_MAILBOXFULL,
	REASON_SUSPEND,
	REASON_EXCEEDLIMIT,
	REASON_MESGTOOBIG,
	REASON_SYSTEMFULL,
	REASON_REJECTED, /* the sender was */
	REASON_BLOCKED,  /* the sending host was */
	REASON_FILTERED,
	REASON_SPAMDETECTED,
	REASON_POLICYVIOLATION,
	REASON_AUTHFAILURE,
	REASON_REQUIREPTR,
	REASON_BADREPUTATION,
	REASON_NORELAYING,
	REASON_NOTCOMPLIANTRFC,
	REASON_SECURITYERROR,
	REASON_VIRUSDETECTED,
	REASON_FAILEDSTARTTLS,
	REASON_CONTENTERROR,
	REASON_SPEEDING,
	REASON_TOOMANYCONN,
	REASON_EXPIRED,
	REASON_NETWORKERROR,
	REASON_SYSTEMERROR,
	REASON_MAILERERROR,
	REASON_SYNTAXERROR,
	REASON_ONHOLD,
	REASON_FEEDBACK,
	REASON_VACATION,
	REASON_DELIVERED
};

struct bounce_recipient {
	struct str address;    /* final recipient; empty where the report doesn't tell */
	struct str original;   /* as the mail was sent to; empty where the same or not told */
	struct str status;     /* "5.1.1" (RFC 3463); empty where none was given */
	struct str code;       /* SMTP: "550"; empty where none */
	struct str diagnostic; /* what the server said, unfolded, at most 2,000 bytes */
	struct str remote_mta;
	struct str action; /* "failed", "delayed", "delivered", "relayed", "expanded"; "failed" where only prose says so
	                    */
	enum bounce_reason reason;
	bool is_hard;        /* the address is no good: not to be tried again */
	bool is_temporary;   /* delayed, or failed with a status 4.x.x */
	struct str evidence; /* what the reason was taken from: "words \"mailbox full\"" */
};

struct bounces {
	bool is_bounce;
	bool is_temporary; /* every recipient's trouble is */
	struct bounce_recipient *recipients;
	size_t count;
	struct str reporting_mta;
	struct str envelope_id;   /* RFC 3461: what the sender called the mail in its ENVID; empty where not told */
	struct str feedback_type; /* of a complaint, lower case: "abuse", "not-spam" …; empty where not told */
	struct str evidence;      /* why this is a bounce, a complaint or a note of absence; empty where it is none */

	/* The mail that came back, as far as it was enclosed; empty strings otherwise. */
	struct str original_message_id; /* without <> */
	struct str original_first_id;   /* the sender's own, where a provider put another in its place and kept it:
	                                   X-Google-Original-Message-ID and the like */
	struct str original_from, original_to;
	struct str original_subject;
};

/* What an SMTP answer of 4xx or 5xx means: status, code, reason, is_hard, is_temporary, evidence. `to_rcpt`: it
 * answered RCPT TO, not the mail as a whole. */
struct bounce_recipient bounce_of_answer(struct arena *arena, int code, struct str words, bool to_rcpt);

/* What a failure says of the address itself:
 *	ADDRESS_DEAD      it is no good: is_hard, for good, and by a status or words rather than by a bare SMTP code
 *	ADDRESS_TROUBLED  for the time being: mailbox full or disabled, host not to be reached for days, refused by a
 *	                  filter as if unknown; what looks dead but isn't sure
 *	ADDRESS_UNJUDGED  nothing: it is the mail, its sender or the sending host that was refused, or it isn't known */
enum address_verdict { ADDRESS_UNJUDGED, ADDRESS_TROUBLED, ADDRESS_DEAD };

enum address_verdict bounce_verdict(const struct bounce_recipient *recipient);

struct bounces message_bounces(struct arena *arena, const struct message *m);

const char *bounce_reason_word(enum bounce_reason reason); /* "userunknown" … */

#endif
