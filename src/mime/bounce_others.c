/* Complaints, absences, and notifications of a provider. See bounce_gather.h. */
#include "bounce_gather.h"

#include "bounce_json.h"

const struct part *bounce_feedback_part(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (bounce_part_is(m->parts[i], "message", "feedback-report"))
			return m->parts[i];
	return NULL;
}

static void complaint_add(struct gathering *g, struct str address)
{
	struct bounce_recipient *r = bounce_recipient_new(g);

	r->address = address;
	r->reason = REASON_FEEDBACK;
	r->evidence = g->b.evidence;
}

/* RFC 5965 §3.2: Original-Rcpt-To may stand there more than once. */
void bounce_complaint(struct gathering *g, const struct part *part)
{
	struct str rest = part_text(g->arena, g->m, part), line, name = STR("original-rcpt-to:");
	struct str type = STR("feedback-type:"), id = STR("original-envelope-id:");

	g->b.evidence = STR("a message/feedback-report part");
	for (rest = str_slice(rest, 0, BOUNCE_TEXT_MAX); g->b.count < 1000 && str_split(&rest, '\n', &line);) {
		if (str_starts_nocase(line, name)) {
			struct address_list list =
			        address_list_parse(g->arena, arena_str(g->arena, str_slice(line, name.n, line.n)));
			if (list.count && list.items[0].address.n)
				complaint_add(g, list.items[0].address);
		} else if (str_starts_nocase(line, type) && !g->b.feedback_type.n) {
			g->b.feedback_type = bounce_lower(g->arena, str_trim(str_slice(line, type.n, line.n)));
		} else if (str_starts_nocase(line, id) && !g->b.envelope_id.n) {
			g->b.envelope_id = str_trim(str_slice(line, id.n, line.n));
		}
	}
	(void)bounce_text(g);
	bounce_original(g);
	if (!g->b.count)
		complaint_add(g, g->b.original_to.n ? g->b.original_to : STR(""));
}

bool bounce_is_absence(struct gathering *g)
{
	static const char *const names[] = {"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply",
	                                    "X-Vacation"};
	const struct header *header = message_header(g->m, "Auto-Submitted");
	struct str value = header ? str_trim(header->value) : STR("");

	if (str_starts_nocase(value, STR("auto-replied")) || str_starts_nocase(value, STR("vacation")) ||
	    str_starts_nocase(g->m->subject, STR("auto reply:")) ||
	    str_starts_nocase(g->m->subject, STR("auto-reply:")))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (message_header(g->m, names[i]))
			return true;
	header = message_header(g->m, "Precedence");
	return header && str_eq_nocase(str_trim(header->value), STR("auto_reply"));
}

void bounce_absence(struct gathering *g)
{
	struct bounce_recipient *r = bounce_recipient_new(g);

	g->b.evidence = STR("an automatic answer");
	r->address = g->m->from.address;
	r->reason = REASON_VACATION;
	r->evidence = g->b.evidence;
}

bool bounce_notification(struct gathering *g, struct str text)
{
	struct notification n = notification_read(g->arena, text);

	if (n.kind == NOTIFICATION_NONE)
		return false;
	g->b.evidence = STR("a notification of Amazon SES");
	g->b.reporting_mta = n.reporting_mta;
	g->b.original_message_id = n.message_id;
	g->b.original_from = n.from;
	g->b.original_to = n.to;
	g->b.original_subject = n.subject;
	for (size_t i = 0; i < n.count; i++) {
		struct bounce_recipient *r = bounce_recipient_new(g);

		r->address = n.recipients[i].address;
		r->status = n.recipients[i].status;
		r->diagnostic = n.recipients[i].diagnostic;
		r->action = n.kind == NOTIFICATION_DELIVERY ? STR("delivered") : n.recipients[i].action;
		bounce_recipient_decide(g, r, STR(""), STR(""));
		if (n.kind == NOTIFICATION_DELIVERY)
			r->reason = REASON_DELIVERED;
		if (n.kind == NOTIFICATION_COMPLAINT)
			r->reason = REASON_FEEDBACK;
		if (n.kind != NOTIFICATION_BOUNCE) {
			r->is_hard = r->is_temporary = false;
			r->evidence = g->b.evidence;
		}
		r->is_temporary = r->is_temporary || (n.is_transient && n.kind == NOTIFICATION_BOUNCE);
	}
	g->b.is_bounce = n.kind == NOTIFICATION_BOUNCE;
	return true;
}
