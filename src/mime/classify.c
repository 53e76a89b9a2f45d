/* See classify.h. The signs are tried from the surest to the weakest; the first that holds names the kind and is the
 * evidence, the others are kept beside it. */
#include "mime/classify.h"

#include "base/cursor.h"
#include "mime/auto_subject.h"
#include "mime/bounce.h"
#include "mime/subject.h"

#define MOST_HOPS 60 /* RFC 5321 §6.3 has servers give up at 100 */

struct signs {
	struct arena *arena;
	const struct message *m;
	const struct bounces *bounces; /* NULL: not known yet */
	struct str local;              /* of the sender's address */
	enum auto_subject subject;     /* as it stands */
	enum auto_subject topic;       /* without "Re:" */
	struct classification found;
};

static bool found(struct signs *s, enum auto_kind kind, struct str evidence)
{
	struct classification *c = &s->found;

	if (c->kind == AUTO_NONE) {
		c->kind = kind;
		c->evidence = evidence;
	}
	if (c->sign_count < CLASSIFY_MAX_SIGNS)
		c->signs[c->sign_count++] = evidence;
	return true;
}

/* At most about 120 bytes, whole characters. */
static struct str cut(struct str s)
{
	if (s.n > 120)
		for (s.n = 120; s.n && !str_is_utf8(s); s.n--)
			;
	return s;
}

/* "Precedence: bulk" */
static bool found_header(struct signs *s, enum auto_kind kind, const struct header *header)
{
	struct str value = cut(header_raw_text(s->arena, header));

	return found(s, kind, arena_printf(s->arena, STR_FMT ": " STR_FMT, STR_ARG(header->name), STR_ARG(value)));
}

static struct str value_of(const struct header *header)
{
	return header ? str_trim(header->value) : STR_NULL;
}

static struct str local_part(struct str address)
{
	ptrdiff_t at = str_find_char(address, '@');

	return at < 0 ? address : str_slice(address, 0, (size_t)at);
}

static bool is_one_of(struct str s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(s, str_of(words[i])))
			return true;
	return false;
}

/* ---------------------------------------------------------------- senders */

static bool is_daemon(struct str local)
{
	static const char *const names[] = {"mailer-daemon", "mailerdaemon",  "mail-daemon",
	                                    "maildaemon",    "mailer_daemon", "mail.daemon",
	                                    "mailer-deamon", "mdaemon",       "mail-deamon"};

	return is_one_of(local, names, ARRAY_LEN(names));
}

/* Addresses behind which nobody reads. */
static bool is_unread(struct str local)
{
	static const char *const names[] = {
	        "noreply",      "no-reply",     "no_reply",      "no.reply",       "donotreply",      "do-not-reply",
	        "do_not_reply", "do.not.reply", "nobody",        "nepasrepondre",  "ne-pas-repondre", "noresponder",
	        "no-responder", "keineantwort", "keine-antwort", "nichtantworten", "noresponse",      "no-response",
	        "unattended",   "devnull",      "autoresponder", "auto-responder", "autoreply",       "auto-reply",
	        "bounce",       "bounces"};
	static const char *const starts[] = {"noreply",      "no-reply", "no_reply", "donotreply", "do-not-reply",
	                                     "do_not_reply", "bounce+",  "bounces+", "bounce-",    "bounces-"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts_nocase(local, str_of(starts[i])))
			return true;
	return is_one_of(local, names, ARRAY_LEN(names));
}

/* A person in Reply-To who isn't the sender: a web form writes in a visitor's name. */
static bool has_other_reply_to(const struct message *m)
{
	struct str reply, local;

	if (!m->reply_to.count)
		return false;
	reply = m->reply_to.items[0].address;
	local = local_part(reply);
	return reply.n && !str_eq_nocase(reply, m->from.address) && !is_unread(local) && !is_daemon(local) &&
	       !str_eq_nocase(local, STR("postmaster"));
}

/* ---------------------------------------------------------------- reports */

static bool report_parts(struct signs *s)
{
	static const struct {
		const char *subtype;
		enum auto_kind kind;
	} reports[] = {
	        {"delivery-status", AUTO_DELIVERY_REPORT},
	        {"global-delivery-status", AUTO_DELIVERY_REPORT},
	        {"disposition-notification", AUTO_READ_RECEIPT},
	        {"global-disposition-notification", AUTO_READ_RECEIPT},
	        {"feedback-report", AUTO_COMPLAINT},
	};
	const struct message *m = s->m;

	for (size_t i = 0; i < m->part_count; i++)
		for (size_t k = 0; k < ARRAY_LEN(reports) && str_eq(m->parts[i]->type, STR("message")); k++)
			if (str_eq(m->parts[i]->subtype, str_of(reports[k].subtype)))
				return found(s, reports[k].kind,
				             arena_printf(s->arena, "a message/%s part", reports[k].subtype));
	if (str_eq(m->root->type, STR("multipart")) && str_eq(m->root->subtype, STR("report")))
		return found(s, AUTO_DELIVERY_REPORT, STR("Content-Type: multipart/report"));
	return false;
}

static bool delivery_signs(struct signs *s)
{
	const struct header *header = message_header(s->m, "X-Failed-Recipients");
	bool is_postmaster = str_eq_nocase(s->local, STR("postmaster"));

	if (header)
		return found_header(s, AUTO_DELIVERY_REPORT, header);
	if (is_daemon(s->local) || is_daemon(local_part(s->m->return_path)))
		return found(s, AUTO_DELIVERY_REPORT,
		             arena_printf(s->arena, "sender " STR_FMT, STR_ARG(cut(s->m->from.address))));
	if ((is_postmaster || s->m->has_null_return_path || !s->m->from.address.n ||
	     message_header(s->m, "Auto-Submitted")) &&
	    s->topic == AUTO_SUBJECT_BOUNCE)
		return found(s, AUTO_DELIVERY_REPORT,
		             arena_printf(s->arena, "subject \"" STR_FMT "\"", STR_ARG(cut(s->m->subject))));
	return false;
}

/* Reports in prose, from whoever. */
static bool bounce_signs(struct signs *s)
{
	struct bounces b = s->bounces ? *s->bounces : message_bounces(s->arena, s->m);

	return b.is_bounce && found(s, AUTO_DELIVERY_REPORT, b.evidence);
}

static bool complaint_signs(struct signs *s)
{
	const struct header *header = message_header(s->m, "Feedback-Type");

	if (!header)
		header = message_header(s->m, "X-HmXmrOriginalRecipient"); /* Outlook.com's complaints */
	return header && found_header(s, AUTO_COMPLAINT, header);
}

/* ---------------------------------------------------------------- replies by machines */

static bool is_away(enum auto_subject subject)
{
	return subject == AUTO_SUBJECT_AWAY || subject == AUTO_SUBJECT_AWAY_WORD;
}

static enum auto_kind reply_kind(struct signs *s)
{
	return is_away(s->topic) ? AUTO_OUT_OF_OFFICE : AUTO_REPLY;
}

/* Auto-Submitted (RFC 3834 §5): its first word; parameters and comments may follow. */
static struct str auto_submitted_word(const struct header *header)
{
	struct str value = value_of(header);
	size_t end = 0;

	while (end < value.n && !is_space(value.p[end]) && value.p[end] != ';' && value.p[end] != '(')
		end++;
	return str_slice(value, 0, end);
}

/* There may be several of them, one for each step. */
static bool delivered_to_responder(struct signs *s)
{
	const struct part *root = s->m->root;

	for (size_t i = 0; i < root->header_count; i++)
		if (str_eq_nocase(root->headers[i].name, STR("Delivered-To")) &&
		    str_starts_nocase(value_of(&root->headers[i]), STR("autoresponder")))
			return found_header(s, reply_kind(s), &root->headers[i]);
	return false;
}

/* "Preference" is what a widespread responder writes by mistake. */
static bool precedence_of_reply(struct signs *s)
{
	static const char *const names[] = {"Precedence", "X-Precedence", "Preference"};
	static const char *const words[] = {"auto_reply", "auto-reply", "autoreply"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct header *header = message_header(s->m, names[i]);

		if (is_one_of(value_of(header), words, ARRAY_LEN(words)))
			return found_header(s, reply_kind(s), header);
	}
	return false;
}

static bool reply_signs(struct signs *s)
{
	static const char *const names[] = {"X-Autoreply",        "X-Auto-Reply",        "X-Autorespond",
	                                    "X-Autoresponder",    "X-Autoresponse",      "X-AutoReply-From",
	                                    "X-Mail-Autoreply",   "X-Auto-Reply-From",   "X-Vacation",
	                                    "X-Autoreply-Domain", "X-Facilita-Autoreply"};
	const struct header *header = message_header(s->m, "Auto-Submitted");
	struct str word = auto_submitted_word(header);

	if (header && (str_starts_nocase(word, STR("auto-replied")) || str_eq_nocase(word, STR("vacation"))))
		return found_header(s, reply_kind(s), header);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		header = message_header(s->m, names[i]);
		if (header && !str_eq_nocase(value_of(header), STR("no")))
			return found_header(s, reply_kind(s), header);
	}
	header = message_header(s->m, "X-Autogenerated");
	if (header && str_starts_nocase(value_of(header), STR("reply")))
		return found_header(s, reply_kind(s), header);
	return delivered_to_responder(s) || precedence_of_reply(s);
}

/* A subject alone is a weak sign: people write of their holidays, and answer to such mail ("Re: Automatic reply"). So
 * it counts only at the very start, and where it is one that people use only in the answer to something. */
static bool subject_signs(struct signs *s)
{
	bool is_answer = s->m->in_reply_to_count || s->m->reference_count || s->m->has_null_return_path ||
	                 message_header(s->m, "X-Auto-Response-Suppress") || message_header(s->m, "Precedence");
	struct str evidence;

	if (s->subject == AUTO_SUBJECT_NONE || s->subject == AUTO_SUBJECT_BOUNCE)
		return false;
	evidence = arena_printf(s->arena, "subject \"" STR_FMT "\"", STR_ARG(cut(s->m->subject)));
	if (s->subject == AUTO_SUBJECT_REPLY)
		return found(s, AUTO_REPLY, evidence);
	if (is_answer || str_starts_nocase(s->m->subject, STR("out of office")))
		return found(s, AUTO_OUT_OF_OFFICE, evidence);
	return false;
}

/* ---------------------------------------------------------------- lists, newsletters, other machines */

static bool list_signs(struct signs *s)
{
	static const char *const names[] = {"List-Post",         "List-Id",      "Mailing-List", "X-Mailing-List",
	                                    "X-Mailman-Version", "List-Archive", "X-ML-Name"};
	const struct header *header = message_header(s->m, "List-Unsubscribe");

	if (header && !message_header(s->m, "List-Post") && !message_header(s->m, "X-Mailman-Version"))
		return found_header(s, AUTO_NEWSLETTER, header);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if ((header = message_header(s->m, names[i])) != NULL)
			return found_header(s, AUTO_LIST, header);
	header = message_header(s->m, "List-Unsubscribe");
	return header && found_header(s, AUTO_LIST, header);
}

static bool precedence_signs(struct signs *s)
{
	static const char *const names[] = {"Precedence", "X-Precedence"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct header *header = message_header(s->m, names[i]);
		struct str value = value_of(header);

		if (str_eq_nocase(value, STR("list")))
			return found_header(s, AUTO_LIST, header);
		if (str_eq_nocase(value, STR("bulk")))
			return found_header(s, AUTO_GENERATED, header);
		/* Web forms send this in a customer's name. */
		if (str_eq_nocase(value, STR("junk")) && !has_other_reply_to(s->m))
			return found_header(s, AUTO_GENERATED, header);
	}
	return false;
}

/* Mail that went round, or through a program that marks what it has seen. */
static bool loop_signs(struct signs *s)
{
	static const char *const names[] = {"X-Loop", "X-RT-Loop-Prevention", "X-OTRS-Loop", "X-Zammad-Loop",
	                                    "X-Loop-Detect"};
	const struct part *root = s->m->root;
	size_t hops = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct header *header = message_header(s->m, names[i]);

		if (header && !str_eq_nocase(value_of(header), STR("no")))
			return found_header(s, AUTO_LOOP, header);
	}
	for (size_t i = 0; i < root->header_count; i++)
		hops += str_eq_nocase(root->headers[i].name, STR("Received"));
	return hops >= MOST_HOPS && found(s, AUTO_LOOP, arena_printf(s->arena, "%zu Received fields", hops));
}

static bool machine_signs(struct signs *s)
{
	static const struct {
		const char *name, *value; /* NULL: any */
	} headers[] = {
	        {"X-Autogenerated", NULL},
	        {"X-Auto-Generated", NULL},
	        {"X-FC-Machinegenerated", "true"},
	        {"X-AMAZON-MAIL-RELAY-TYPE", "notification"},
	        {"X-MS-Exchange-Generated-Message-Source", NULL},
	        {"X-POST-MessageClass", "9; Autoresponder"},
	        {"X-Cron-Env", NULL},
	        {"X-Auto-Response-Suppress", NULL},
	};
	const struct header *header = message_header(s->m, "Auto-Submitted");
	struct str word = auto_submitted_word(header);

	if (header && word.n && !str_eq_nocase(word, STR("no")))
		return found_header(s, AUTO_GENERATED, header);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		header = message_header(s->m, headers[i].name);
		if (header && !str_eq_nocase(value_of(header), STR("none")) &&
		    (!headers[i].value || str_eq_nocase(value_of(header), str_of(headers[i].value))))
			return found_header(s, AUTO_GENERATED, header);
	}
	return false;
}

static bool sender_signs(struct signs *s)
{
	if (s->m->has_null_return_path && str_eq_nocase(s->local, STR("postmaster")))
		return found(s, AUTO_DELIVERY_REPORT, STR("sender postmaster with Return-Path: <>"));
	if (s->m->has_null_return_path)
		return found(s, AUTO_GENERATED, STR("Return-Path: <>"));
	if (str_eq_nocase(s->local, STR("postmaster")) || (is_unread(s->local) && !has_other_reply_to(s->m)))
		return found(s, AUTO_GENERATED,
		             arena_printf(s->arena, "sender " STR_FMT, STR_ARG(cut(s->m->from.address))));
	return false;
}

/* Every group is asked, so that all signs are known; but the costly search for bounces in prose only where nothing else
 * has told. */
static bool any_sign(struct signs *s)
{
	static bool (*const groups[])(struct signs *) = {reply_signs, subject_signs, list_signs,  precedence_signs,
	                                                 loop_signs,  machine_signs, sender_signs};
	bool any = report_parts(s);

	any |= complaint_signs(s);
	any |= delivery_signs(s);
	any = any || bounce_signs(s);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		any |= groups[i](s);
	return any;
}

struct classification message_classify_with(struct arena *arena, const struct message *m, const struct bounces *bounces)
{
	struct signs s = {.arena = arena,
	                  .m = m,
	                  .bounces = bounces,
	                  .local = local_part(m->from.address),
	                  .found = {.evidence = STR("")}};
	bool is_answer;
	struct str topic = subject_topic(m->subject, &is_answer);

	s.topic = auto_subject_of(arena, topic);
	s.subject = is_answer ? AUTO_SUBJECT_NONE : s.topic;
	if (!any_sign(&s))
		/* Whom should an answer go to? */
		s.found.answer_allowed = m->from.address.n || (m->reply_to.count && m->reply_to.items[0].address.n);
	return s.found;
}

struct classification message_classify(struct arena *arena, const struct message *m)
{
	return message_classify_with(arena, m, NULL);
}

const char *auto_kind_word(enum auto_kind kind)
{
	static const char *const words[] = {
	        [AUTO_NONE] = "none",
	        [AUTO_REPLY] = "auto-reply",
	        [AUTO_OUT_OF_OFFICE] = "out-of-office",
	        [AUTO_DELIVERY_REPORT] = "delivery-report",
	        [AUTO_READ_RECEIPT] = "read-receipt",
	        [AUTO_COMPLAINT] = "complaint",
	        [AUTO_LIST] = "list",
	        [AUTO_NEWSLETTER] = "newsletter",
	        [AUTO_GENERATED] = "generated",
	        [AUTO_LOOP] = "loop",
	        [AUTO_OWN] = "own",
	};

	return (size_t)kind < ARRAY_LEN(words) ? words[kind] : "?";
}
