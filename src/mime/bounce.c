/* See bounce.h. First the cheap question whether this may be a report at all; then its text and its fields are read
 * (bounce_text.c, report.c, bounce_prose.c, bounce_json.c) and brought together, recipient by recipient
 * (bounce_recipients.c). */
#include "bounce_gather.h"

/* Nobody but a mail system gathers as many; a person who forwards a bounce has 3 or 4. */
#define POINTS_NEEDED 5

/* ---------------------------------------------------------------- who writes */

static struct str local_part(struct str address)
{
	ptrdiff_t at = str_find_char(address, '@');

	return at < 0 ? address : str_slice(address, 0, (size_t)at);
}

static bool contains(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_find_nocase(s, str_of(words[i])) >= 0)
			return true;
	return false;
}

static int sender_points(const struct message *m)
{
	static const char *const daemons[] = {"mailer-daemon", "mailerdaemon", "mail-daemon",   "maildaemon",
	                                      "mailer_daemon", "mail.daemon",  "mailer-deamon", "mdaemon"};
	static const char *const masters[] = {"postmaster", "post_master", "mail.delivery", "maildelivery"};
	static const char *const names[] = {"mail delivery",        "mail deliver",  "mailer daemon",
	                                    "mailer-daemon",        "ndr ",          "delivery subsystem",
	                                    "system administrator", "undeliverable", "microsoft outlook"};
	static const char *const managers[] = {"-admin", "-owner", "-bounces", "-request", "majordomo", "listserv"};
	static const char *const refusals[] = {"not member", "not a member", "not subscribed", "moderator approval",
	                                       "rejected"};
	static const char *const unread[] = {"no-reply", "noreply", "donotreply", "do-not-reply", "mailer", "bounce"};
	struct str local = local_part(m->from.address);

	if (contains(local, daemons, ARRAY_LEN(daemons)) || contains(m->from.name, daemons, ARRAY_LEN(daemons)))
		return 4;
	if (contains(local, masters, ARRAY_LEN(masters)) || contains(m->from.name, names, ARRAY_LEN(names)))
		return 3;
	if (contains(local_part(m->return_path), daemons, ARRAY_LEN(daemons)) || m->has_null_return_path)
		return 3;
	if (!m->from.address.n)
		return 2;
	if (contains(local, managers, ARRAY_LEN(managers)) && contains(m->subject, refusals, ARRAY_LEN(refusals)))
		return 3;
	return contains(local, unread, ARRAY_LEN(unread)) ? 1 : 0;
}

static int header_points(const struct message *m)
{
	static const char *const answers[] = {"re:", "fwd:", "fw:", "aw:", "wg:", "tr:", "rv:", "sv:"};
	static const char *const subjects[] = {
	        /* clang-format off */
		"undeliver", "delivery status notification", "delivery notification", "delivery fail", "failed delivery", "delivery has failed", "failure notice", "failure delivery", "returned mail", "mail system error", "delivery report", "delivery error", "could not be delivered", "error sending your mail", "mail failure", "mail failed", "message delayed", "delayed 24 hours", "delayed mail", "non-deliver", "nondeliver", "bounce notification", "not delivered", "warning: message", "warning: could not send", "returned to sender",
		"unzustellbar", "nicht zustellbar", "non remis", "échec de la remise", "no se puede entregar", "non recapitabile", "onbestelbaar", "não é possível entregar", "недостав", "не доставлено", "配信不能", "配信できません", "メールエラー", "传递失败", "退信", "系统退信",
	        /* clang-format on */
	};

	bool is_answer = contains(str_slice(m->subject, 0, 5), answers, ARRAY_LEN(answers));

	return (!is_answer && contains(str_slice(m->subject, 0, 300), subjects, ARRAY_LEN(subjects)) ? 2 : 0) +
	       (message_header(m, "X-Failed-Recipients") || message_header(m, "X-Bounced-Address") ? 4 : 0) +
	       (m->from.address.n && str_find_nocase(m->from.address, STR("amazonaws.com")) > 0 ? 1 : 0);
}

/* ---------------------------------------------------------------- the whole */

static bool has_report_part(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (bounce_part_is(m->parts[i], "message", "delivery-status") ||
		    bounce_part_is(m->parts[i], "message", "global-delivery-status") ||
		    bounce_part_is(m->parts[i], "message", "xdelivery-status"))
			return true;
	return false;
}

static bool is_failure(const struct bounces *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (!bounce_is_done(b->recipients[i].action))
			return true;
	return false;
}

static void conclude(struct gathering *g)
{
	struct bounces *b = &g->b;

	b->is_temporary = b->is_bounce && b->count;
	for (size_t i = 0; i < b->count; i++)
		b->is_temporary =
		        b->is_temporary && (b->recipients[i].is_temporary || bounce_is_done(b->recipients[i].action));
}

/* A report that another system passed on inside its own: what is inside counts. */
static bool nested(struct gathering *g)
{
	const struct message *inner = g->original_part ? g->original_part->inner : NULL;
	struct str start;

	if (g->report.count || g->prose.count)
		return false;
	if (inner && has_report_part(inner)) {
		g->m = inner;
		return true;
	}
	if (inner || !g->prose.original.n)
		return false;
	start = str_slice(bounce_header_start(g->prose.original), 0, BOUNCE_TEXT_MAX);
	inner = message_parse(g->arena, str_starts_nocase(start, STR("From ")) ? STR("") : start, NULL);
	if (sender_points(inner) < 4 && !has_report_part(inner))
		return false;
	g->m = inner;
	return true;
}

static void read_all(struct gathering *g, struct str text)
{
	g->report = message_report(g->arena, g->m);
	if (!g->report.found && !g->report.count)
		g->report = report_of_text(g->arena, text);
	g->prose = prose_read(g->arena, text);
}

/* Parcels are "not delivered" too, and people ask about bounces and quote them. */
static bool is_convincing(const struct gathering *g)
{
	bool names_somebody = g->report.count || g->prose.count || message_header(g->m, "X-Failed-Recipients");
	bool has_original = g->original_part || g->prose.original.n;

	if (g->report.found && (g->sender || bounce_part_is(g->m->root, "multipart", "report")))
		return true;
	if (g->points < POINTS_NEEDED || g->sender >= 4)
		return g->points >= POINTS_NEEDED;
	return g->sender >= 3 ? names_somebody || has_original : g->sender && names_somebody && has_original;
}

/* Of a sender who is hardly a mail system only the mail that came back convinces, or a notification: most have neither,
 * and their prose needn't be read. */
static bool is_worth_reading(struct gathering *g, struct str text)
{
	return g->sender >= 3 || has_report_part(g->m) || g->original_part || str_starts(str_trim(text), STR("{")) ||
	       prose_may_hold_original(g->arena, text);
}

static void report_read_whole(struct gathering *g)
{
	struct bounces *b = &g->b;
	struct str text = bounce_text(g);

	if (!is_worth_reading(g, text))
		return;
	read_all(g, text);
	if (bounce_notification(g, g->prose.text))
		return;
	if (nested(g)) {
		g->original_part = NULL;
		g->sender = 4;
		read_all(g, bounce_text(g));
	}
	g->points += (g->prose.has_opening ? 2 : 0) + (g->prose.count ? 1 : 0) +
	             (g->original_part || g->prose.original.n ? 1 : 0) + (g->report.count ? 3 : 0);
	if (!is_convincing(g))
		return;
	g->written = reason_phrase_find(reason_words(g->arena, str_slice(g->prose.text, 0, KIB(16))));
	if (!g->written)
		g->written = bounce_phrase_in(g, g->m->subject);
	bounce_original(g);
	b->reporting_mta = g->report.reporting_mta;
	b->envelope_id = g->report.envelope_id;
	if (g->report.count)
		bounce_from_report(g);
	else
		bounce_from_prose(g);
	b->is_bounce = b->count ? is_failure(b) : g->report.found || g->prose.has_opening;
	b->evidence = g->report.found   ? STR("a message/delivery-status part")
	              : g->report.count ? STR("fields of a delivery report in the text")
	                                : STR("a mail system writes that mail was not delivered");
}

struct bounces message_bounces(struct arena *arena, const struct message *m)
{
	struct str none = STR("");
	struct gathering g = {.arena = arena,
	                      .m = m,
	                      .b = {.reporting_mta = none,
	                            .envelope_id = none,
	                            .feedback_type = none,
	                            .evidence = none,
	                            .original_message_id = none,
	                            .original_first_id = none,
	                            .original_from = none,
	                            .original_to = none,
	                            .original_subject = none}};
	const struct part *feedback = bounce_feedback_part(m);
	bool is_report = has_report_part(m);

	if (feedback) {
		bounce_complaint(&g, feedback);
		return g.b;
	}
	g.sender = sender_points(m);
	if (message_header(m, "X-Failed-Recipients"))
		g.sender = MAX(g.sender, 3);
	g.points = g.sender + header_points(m) + (bounce_part_is(m->root, "multipart", "report") ? 2 : 0);
	if (is_report || g.points)
		report_read_whole(&g);
	if (!g.b.is_bounce && !g.b.count && bounce_is_absence(&g))
		bounce_absence(&g);
	conclude(&g);
	return g.b;
}
