/* Reports on mail of ours (private to this folder): bounces, delays, successes (RFC 3464), complaints (RFC 5965), read
 * receipts (RFC 8098). Which row of the outbox does one speak of, and what does that change?
 *
 * Anybody can write such a mail. Only one that knows an unguessable name of ours (the ENVID that the SMTP server was
 * given, or the Message-ID, each with 128 random bits) changes anything: a recipient's state, the row's, the list of
 * suppressed addresses, and only for the recipients of that mail and within 30 days of it. One that merely names an
 * address that we wrote to is noted on the message and changes nothing.
 *
 * A report joins the case of the mail that it speaks of, without re-opening it; it is never answered, and opens no
 * case, whatever the listener's rule. */
#ifndef INTAKE_BOUNCED_H
#define INTAKE_BOUNCED_H

#include "cases/threading.h"
#include "intake/item.h"
#include "mime/bounce.h"
#include "mime/receipt.h"
#include "store/outbox_reports.h"

enum report_kind { REPORT_BOUNCE, REPORT_DELIVERY, REPORT_COMPLAINT, REPORT_RECEIPT };

/* What a mail says of other mail, as read from it. */
struct delivery_report {
	enum report_kind kind;
	struct bounces bounces;
	struct receipt receipt;
};

/* Looks whether the item's message, of which `bounces` is what message_bounces() found, is a report: sets item->report,
 * or leaves it NULL. Needs no database. */
void bounced_read(struct item *item, const struct bounces *bounces);

/* What it speaks of. */
struct bounced {
	struct outbox_row row; /* with recipients; id 0: it fits no mail of ours */
	bool is_sure;          /* it knows our name for the mail, and is in time */
	int64_t case_id;       /* where the report belongs; 0: nowhere */
	struct str evidence;   /* for people, a line per finding */
};

/* Reads only. `threading` is what is known of the mail otherwise. */
int bounced_match(struct item *item, struct db *db, const struct threading *threading, struct bounced *ret_bounced,
                  struct error *err) NODISCARD;

/* What the report changes, when its message has its id. */
int bounced_apply(struct item *item, struct db *db, const struct bounced *bounced, struct error *err) NODISCARD;

#endif
