/* What is gathered while a report is read: shared by bounce.c, bounce_text.c, bounce_recipients.c and bounce_others.c.
 */
#ifndef MIME_BOUNCE_GATHER_H
#define MIME_BOUNCE_GATHER_H

#include "bounce_prose.h"
#include "bounce_reason.h"
#include "mime/bounce.h"
#include "mime/report.h"

#define BOUNCE_TEXT_MAX KIB(256)

struct gathering {
	struct arena *arena;
	const struct message *m;
	struct bounces b;
	size_t size;
	int points; /* of evidence that a machine reports a failure; see POINTS_NEEDED */
	struct report report;
	struct prose prose;
	int sender;                          /* how much the sender is a mail system: 4 surely, 0 not at all */
	const struct reason_phrase *written; /* in the whole prose, else in the subject */
	struct str original;
	const struct part *original_part;
};

/* `subtype` NULL: any. */
bool bounce_part_is(const struct part *part, const char *type, const char *subtype);

/* The text that isn't the original, which is noted on the way. */
struct str bounce_text(struct gathering *g);

/* Reads the mail that came back, or its header. */
void bounce_original(struct gathering *g);

/* Where a header begins in `text`, at the first line that looks like a field; empty where none does. */
struct str bounce_header_start(struct str text);

struct bounce_recipient *bounce_recipient_new(struct gathering *g);
struct str bounce_lower(struct arena *arena, struct str s);

/* Status, reason and class of one recipient; `block` is the prose about him, `comment` that of his status field. */
void bounce_recipient_decide(struct gathering *g, struct bounce_recipient *r, struct str comment, struct str block);

/* No failure: delivered, relayed or expanded. */
bool bounce_is_done(struct str action);

/* What is known to be written in such words; NULL: nothing. */
const struct reason_phrase *bounce_phrase_in(struct gathering *g, struct str text);

/* Recipients by the fields of a report, a header (X-Failed-Recipients), the prose. */
void bounce_from_report(struct gathering *g);
void bounce_from_header(struct gathering *g, const char *name);
void bounce_from_prose(struct gathering *g);

/* Complaints (RFC 5965), absences, notifications of Amazon SES. */
const struct part *bounce_feedback_part(const struct message *m);
void bounce_complaint(struct gathering *g, const struct part *part);
bool bounce_is_absence(struct gathering *g);
void bounce_absence(struct gathering *g);
bool bounce_notification(struct gathering *g, struct str text);

#endif
