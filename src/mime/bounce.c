/* See bounce.h. First the cheap question whether this may be a report at all; then its text and its fields are read
 * (report.c, bounce_prose.c, bounce_json.c) and brought together, recipient by recipient. */
#include "mime/bounce.h"

#include "base/map.h"
#include "bounce_json.h"
#include "bounce_prose.h"
#include "bounce_reason.h"
#include "mime/charset.h"
#include "mime/report.h"

#define TEXT_MAX       KIB(256)
#define DIAGNOSTIC_MAX 2000

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

static bool is_type(const struct part *part, const char *type, const char *subtype)
{
	return str_eq(part->type, str_of(type)) && (!subtype || str_eq(part->subtype, str_of(subtype)));
}

/* ---------------------------------------------------------------- what is written */

static bool is_original_part(const struct part *part)
{
	return is_type(part, "message", "rfc822") || is_type(part, "message", "global") ||
	       is_type(part, "message", "global-headers") || is_type(part, "text", "rfc822-headers") ||
	       is_type(part, "text", "rfc822");
}

static void add_text(struct buf *text, struct str more)
{
	buf_add(text, str_slice(more, 0, TEXT_MAX - MIN((size_t)TEXT_MAX, text->n)));
	if (text->n < TEXT_MAX)
		buf_add_char(text, '\n');
}

/* All that isn't the original: text parts; the body itself where the declared multipart has no parts. */
static struct str text_of(struct gathering *g)
{
	const struct message *m = g->m;
	struct buf text CLEANUP(buf_done) = BUF_INIT(TEXT_MAX + 1);

	for (size_t i = 0; i < m->part_count && text.n < TEXT_MAX; i++) {
		const struct part *part = m->parts[i];

		if (is_original_part(part))
			g->original_part = g->original_part ? g->original_part : part;
		else if (is_type(part, "text", "plain") || is_type(part, "text", "delivery-status"))
			add_text(&text, part_text(g->arena, m, part));
		else if (is_type(part, "multipart", NULL) && !part->first_child)
			add_text(&text, charset_guess_utf8(g->arena, str_slice(part->body, 0, TEXT_MAX)));
	}
	/* Newsletters are HTML alone as well, and turning them into text takes its time. */
	if (!str_trim(buf_str(&text)).n && g->sender >= 3)
		add_text(&text, message_body_text(g->arena, m));
	return arena_str(g->arena, buf_str(&text));
}

/* ---------------------------------------------------------------- the original */

static struct str first_address(const struct address_list *list)
{
	return list->count ? list->items[0].address : STR("");
}

static struct str first_id(struct arena *arena, const struct message *original)
{
	const struct part *root = original->root;

	for (size_t i = 0; i < root->header_count; i++) {
		struct str id;

		if (!str_ends_nocase(root->headers[i].name, STR("-Original-Message-ID")))
			continue;
		id = str_trim(header_raw_text(arena, &root->headers[i]));
		return id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>' ? str_slice(id, 1, id.n - 1) : id;
	}
	return STR("");
}

static void original_take(struct gathering *g, const struct message *original)
{
	g->b.original_message_id = original->message_id;
	g->b.original_first_id = first_id(g->arena, original);
	g->b.original_from = original->from.address;
	g->b.original_to = first_address(&original->to);
	g->b.original_subject = original->subject;
}

/* Where a header begins in what stands behind "Below is a copy": at the first line that looks like a field. */
static struct str header_start(struct str text)
{
	struct str rest = text;

	for (int lines = 0; lines < 30 && rest.n; lines++) {
		struct str line = rest, before = rest;
		size_t at = 0;

		(void)str_split(&rest, '\n', &line);
		while (at < line.n && (unsigned char)line.p[at] > ' ' && line.p[at] != ':' && line.p[at] != '@')
			at++;
		if (at > 1 && at < line.n && line.p[at] == ':' && line.p[0] >= 'A' && line.p[0] <= 'z')
			return before;
	}
	return STR("");
}

static void original_read(struct gathering *g)
{
	const struct part *part = g->original_part;
	const struct message *original = part ? part->inner : NULL;

	if (part && !original)
		original = message_parse(g->arena, header_start(part_text(g->arena, g->m, part)), NULL);
	if (!original && g->prose.original.n)
		original = message_parse(g->arena, header_start(str_slice(g->prose.original, 0, TEXT_MAX)), NULL);
	if (original)
		original_take(g, original);
}

/* ---------------------------------------------------------------- recipients */

static struct bounce_recipient *recipient_new(struct gathering *g)
{
	struct bounces *b = &g->b;
	struct str none = STR("");

	ARENA_ROOM(g->arena, b->recipients, b->count, g->size);
	b->recipients[b->count] = (struct bounce_recipient){none, none, none, none, none, none, none, 0, 0, 0, none};
	return &b->recipients[b->count++];
}

/* One line, at most DIAGNOSTIC_MAX bytes, whole characters. */
static struct str flat(struct arena *arena, struct str text)
{
	struct str copy = arena_str(arena, str_trim(str_slice(text, 0, DIAGNOSTIC_MAX)));
	char *p = (char *)(uintptr_t)copy.p;
	size_t n = 0;

	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)p[i] > ' ' || (n && p[n - 1] != ' '))
			p[n++] = (unsigned char)p[i] > ' ' ? p[i] : ' ';
	copy.n = n;
	while (copy.n && !str_is_utf8(copy))
		copy.n--;
	return arena_str(arena, copy);
}

static bool is_general(struct str status)
{
	return !status.n || str_eq(str_slice(status, 1, status.n), STR(".0.0"));
}

/* The status of the server's own words counts before the one of the field, which is often a guess. */
static struct str best_status(struct str said, struct str field, struct str written)
{
	if (said.n && (!is_general(said) || is_general(field)))
		return said;
	if (!is_general(field))
		return field;
	if (!is_general(written))
		return written;
	return field.n ? field : written;
}

static const struct reason_phrase *phrase_in(struct gathering *g, struct str text)
{
	return text.n ? reason_phrase_find(reason_words(g->arena, str_slice(text, 0, DIAGNOSTIC_MAX * 2))) : NULL;
}

/* `block` is what the prose says of this recipient, or all of it where there is one recipient only. */
static void recipient_decide(struct gathering *g, struct bounce_recipient *r, struct str comment, struct str block)
{
	struct str said_code, said_status, code, status;
	struct reason_facts facts = {.action = r->action};

	reason_codes(r->diagnostic, &said_code, &said_status);
	reason_codes(block, &code, &status);
	r->status = best_status(said_status, r->status, status);
	r->code = said_code.n ? said_code : code;
	facts.status = r->status;
	facts.code = r->code;
	facts.command = reason_command(r->diagnostic);
	if (facts.command == COMMAND_NONE)
		facts.command = reason_command(block);
	facts.said = phrase_in(
	        g, comment.n ? arena_printf(g->arena, STR_FMT " " STR_FMT, STR_ARG(r->diagnostic), STR_ARG(comment))
	                     : r->diagnostic);
	facts.written = facts.said ? NULL : phrase_in(g, block);
	if (!facts.said && !facts.written)
		facts.written = g->written;
	reason_decide(g->arena, &facts, r);
}

static struct str lower(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

static struct map *blocks_by_address(struct gathering *g)
{
	struct map *map = map_new();

	for (size_t i = 0; i < g->prose.count; i++)
		(void)map_set(map, lower(g->arena, g->prose.recipients[i].address), &g->prose.recipients[i]);
	return map;
}

static bool is_done(struct str action)
{
	return str_eq(action, STR("delivered")) || str_eq(action, STR("relayed")) || str_eq(action, STR("expanded"));
}

static void from_report(struct gathering *g)
{
	struct map *blocks CLEANUP(map_freep) = blocks_by_address(g);

	for (size_t i = 0; i < g->report.count; i++) {
		const struct report_recipient *from = &g->report.recipients[i];
		struct bounce_recipient *r = recipient_new(g);
		struct str key = lower(g->arena, from->recipient);
		/* Taken out: each block is read once, however often its recipient is named. */
		const struct prose_recipient *block = map_set(blocks, key, NULL);

		r->address = from->recipient;
		r->original =
		        from->original.n && !str_eq_nocase(from->original, from->recipient) ? from->original : STR("");
		r->status = from->status.n ? from->status : STR("");
		r->diagnostic = from->diagnostic.n ? from->diagnostic : STR("");
		r->remote_mta = from->remote_mta.n ? from->remote_mta : STR("");
		r->action = from->action.n ? from->action : STR("failed");
		if (is_done(r->action)) {
			r->reason = REASON_DELIVERED;
			r->evidence = arena_printf(g->arena, "action " STR_FMT, STR_ARG(r->action));
			continue;
		}
		recipient_decide(g, r, from->comment,
		                 g->report.count == 1 ? g->prose.text
		                 : block              ? block->block
		                                      : STR(""));
		if (!r->diagnostic.n && block)
			r->diagnostic = flat(g->arena, block->block);
	}
}

static void prose_recipient(struct gathering *g, struct str address, struct str block)
{
	struct bounce_recipient *r = recipient_new(g);

	r->address = arena_str(g->arena, address);
	r->action =
	        g->report.found || str_find_nocase(g->m->subject, STR("delay")) < 0 ? STR("failed") : STR("delayed");
	r->diagnostic = flat(g->arena, block);
	recipient_decide(g, r, STR(""), g->prose.count <= 1 ? g->prose.text : STR(""));
}

static void from_header(struct gathering *g, const char *name)
{
	const struct header *header = message_header(g->m, name);
	struct address_list list;

	if (!header || g->b.count)
		return;
	list = address_list_parse(g->arena, header_raw_text(g->arena, header));
	for (size_t i = 0; i < MIN(list.count, (size_t)1000); i++)
		if (list.items[i].address.n)
			prose_recipient(g, list.items[i].address, list.count == 1 ? g->prose.text : STR(""));
}

static void from_prose(struct gathering *g)
{
	for (size_t i = 0; i < g->prose.count; i++)
		prose_recipient(g, g->prose.recipients[i].address, g->prose.recipients[i].block);
	from_header(g, "X-Failed-Recipients");
	from_header(g, "X-Bounced-Address");
	if (!g->b.count && (g->prose.to.n || g->b.original_to.n))
		prose_recipient(g, g->b.original_to.n ? g->b.original_to : g->prose.to, g->prose.text);
}

/* ---------------------------------------------------------------- complaints, absence, notifications */

static const struct part *feedback_part(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (is_type(m->parts[i], "message", "feedback-report"))
			return m->parts[i];
	return NULL;
}

static void complaint_add(struct gathering *g, struct str address)
{
	struct bounce_recipient *r = recipient_new(g);

	r->address = address;
	r->reason = REASON_FEEDBACK;
	r->evidence = g->b.evidence;
}

/* RFC 5965 §3.2: Original-Rcpt-To may stand there more than once. */
static void complaint_read(struct gathering *g, const struct part *part)
{
	struct str rest = part_text(g->arena, g->m, part), line, name = STR("original-rcpt-to:");
	struct str type = STR("feedback-type:"), id = STR("original-envelope-id:");

	g->b.evidence = STR("a message/feedback-report part");
	for (rest = str_slice(rest, 0, TEXT_MAX); g->b.count < 1000 && str_split(&rest, '\n', &line);) {
		if (str_starts_nocase(line, name)) {
			struct address_list list =
			        address_list_parse(g->arena, arena_str(g->arena, str_slice(line, name.n, line.n)));
			if (list.count && list.items[0].address.n)
				complaint_add(g, list.items[0].address);
		} else if (str_starts_nocase(line, type) && !g->b.feedback_type.n) {
			g->b.feedback_type = lower(g->arena, str_trim(str_slice(line, type.n, line.n)));
		} else if (str_starts_nocase(line, id) && !g->b.envelope_id.n) {
			g->b.envelope_id = str_trim(str_slice(line, id.n, line.n));
		}
	}
	(void)text_of(g);
	original_read(g);
	if (!g->b.count)
		complaint_add(g, g->b.original_to.n ? g->b.original_to : STR(""));
}

static bool is_absence(struct gathering *g)
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

static void absence_read(struct gathering *g)
{
	struct bounce_recipient *r = recipient_new(g);

	g->b.evidence = STR("an automatic answer");
	r->address = g->m->from.address;
	r->reason = REASON_VACATION;
	r->evidence = g->b.evidence;
}

static bool notification_take(struct gathering *g, struct str text)
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
		struct bounce_recipient *r = recipient_new(g);

		r->address = n.recipients[i].address;
		r->status = n.recipients[i].status;
		r->diagnostic = n.recipients[i].diagnostic;
		r->action = n.kind == NOTIFICATION_DELIVERY ? STR("delivered") : n.recipients[i].action;
		recipient_decide(g, r, STR(""), STR(""));
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

/* ---------------------------------------------------------------- the whole */

static bool has_report_part(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (is_type(m->parts[i], "message", "delivery-status") ||
		    is_type(m->parts[i], "message", "global-delivery-status") ||
		    is_type(m->parts[i], "message", "xdelivery-status"))
			return true;
	return false;
}

static bool is_failure(const struct bounces *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (!is_done(b->recipients[i].action))
			return true;
	return false;
}

static void conclude(struct gathering *g)
{
	struct bounces *b = &g->b;

	b->is_temporary = b->is_bounce && b->count;
	for (size_t i = 0; i < b->count; i++)
		b->is_temporary =
		        b->is_temporary && (b->recipients[i].is_temporary || is_done(b->recipients[i].action));
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
	start = str_slice(header_start(g->prose.original), 0, TEXT_MAX);
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

	if (g->report.found && (g->sender || is_type(g->m->root, "multipart", "report")))
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
	struct str text = text_of(g);

	if (!is_worth_reading(g, text))
		return;
	read_all(g, text);
	if (notification_take(g, g->prose.text))
		return;
	if (nested(g)) {
		g->original_part = NULL;
		g->sender = 4;
		read_all(g, text_of(g));
	}
	g->points += (g->prose.has_opening ? 2 : 0) + (g->prose.count ? 1 : 0) +
	             (g->original_part || g->prose.original.n ? 1 : 0) + (g->report.count ? 3 : 0);
	if (!is_convincing(g))
		return;
	g->written = reason_phrase_find(reason_words(g->arena, str_slice(g->prose.text, 0, KIB(16))));
	if (!g->written)
		g->written = phrase_in(g, g->m->subject);
	original_read(g);
	b->reporting_mta = g->report.reporting_mta;
	b->envelope_id = g->report.envelope_id;
	if (g->report.count)
		from_report(g);
	else
		from_prose(g);
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
	const struct part *feedback = feedback_part(m);
	bool is_report = has_report_part(m);

	if (feedback) {
		complaint_read(&g, feedback);
		return g.b;
	}
	g.sender = sender_points(m);
	if (message_header(m, "X-Failed-Recipients"))
		g.sender = MAX(g.sender, 3);
	g.points = g.sender + header_points(m) + (is_type(m->root, "multipart", "report") ? 2 : 0);
	if (is_report || g.points)
		report_read_whole(&g);
	if (!g.b.is_bounce && !g.b.count && is_absence(&g))
		absence_read(&g);
	conclude(&g);
	return g.b;
}
