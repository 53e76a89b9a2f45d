/* See classify.h. The signs are tried from the surest to the weakest; the first that holds names the kind and is the
 * evidence. */
#include "mime/classify.h"

#include "base/cursor.h"
#include "mime/bounce.h"

struct signs {
	struct arena *arena;
	const struct message *m;
	struct str local; /* of the sender's address */
	struct classification found;
};

static bool found(struct signs *s, enum auto_kind kind, struct str evidence)
{
	s->found.kind = kind;
	s->found.evidence = evidence;
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

/* ---------------------------------------------------------------- subjects */

/* Beginnings of subjects, lower case; looked for behind "Re:", "AW:" and the like as well. */
static const char *const away_subjects[] = {
        /* clang-format off */
	"out of office", "out of the office", "out-of-office", "i am out of", "i'm out of", "away from", "on vacation", "vacation", "on leave", "on annual leave", "holiday reply", "away:",
	"abwesenheitsnotiz", "abwesend", "abwesenheit", "ich bin abwesend", "nicht im büro", "urlaub", "automatische abwesenheit",
	"absence", "absent", "absence du bureau", "réponse automatique d'absence", "en congé", "je suis absent", "message d'absence",
	"fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "estoy de vacaciones", "fuori sede", "fuori ufficio", "assenza", "assente", "ferie",
	"afwezig", "niet aanwezig", "afwezigheid", "afwezigheidsbericht", "fora do escritório", "ausência", "fora do escritorio", "estou de férias",
	"frånvaro", "frånvarande", "ej på kontoret", "fravær", "fraværende", "ikke til stede", "poissa", "poissaolo", "lomalla",
	"nieobecność", "nieobecny", "poza biurem", "mimo kancelář", "nepřítomnost", "házon kívül", "távollét", "absenţă", "în concediu", "отсутств", "вне офиса", "нет на месте", "ofis dışında", "ofiste değil",
	"不在", "外出中", "休暇", "부재중", "외부", "外出", "休假", "מחוץ למשרד", "خارج المكتب",
        /* clang-format on */
};

static const char *const reply_subjects[] = {
        /* clang-format off */
	"automatic reply", "auto reply", "auto-reply", "autoreply", "auto:", "auto response", "auto-response", "autoresponse", "autoresponder", "automated reply", "automated response", "automatic response", "[auto-reply]", "[autoreply]", "(auto reply)",
	"automatische antwort", "automatische antwort:", "autom. antwort", "automatisch antwoord", "automatisches antworten", "réponse automatique", "reponse automatique", "respuesta automática", "respuesta automatica", "risposta automatica",
	"resposta automática", "resposta automatica", "autosvar", "automatiskt svar", "automatisk svar", "automaattinen vastaus", "automatická odpověď", "automatyczna odpowiedź", "odpowiedź automatyczna", "automatikus válasz", "răspuns automat", "автоматический ответ", "автоответ", "автоматична відповідь", "otomatik yanıt",
	"自動応答", "自動返信", "自动回复", "自動回覆", "자동 회신", "자동 응답", "תשובה אוטומטית", "رد تلقائي", "αυτόματη απάντηση",
        /* clang-format on */
};

static const char *const bounce_subjects[] = {
        /* clang-format off */
	"undelivered mail", "undeliverable", "undelivered", "delivery status notification", "mail delivery fail", "mail delivery system", "delivery failure", "delivery failed", "delivery has failed", "failure notice", "failure delivery", "returned mail", "mail could not be delivered", "delivery notification",
	"message delivery fail", "non-deliverable", "non deliverable", "nondeliverable", "warning: could not send", "warning: message", "mail system error", "delivery report", "delivery error", "delivery delay", "delayed mail", "mail failure", "error sending", "message could not be delivered", "permanent delivery failure", "there was an error sending", "メールエラー", "non-delivery", "nondelivery", "could not deliver", "rejected:",
	"unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "fehler bei der zustellung", "non remis", "échec de la remise", "no se puede entregar", "no se puede entregar", "non recapitabile", "onbestelbaar", "não é possível entregar", "olevererbart", "kan ikke leveres", "недоставленное", "配信不能", "配信できません", "배달되지 않음", "传递失败", "無法傳遞",
        /* clang-format on */
};

static struct str fold(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

/* Behind "re:", "aw:", "sv:" …: a short word and a colon, at most three of them. */
static struct str without_prefixes(struct str subject)
{
	static const char *const prefixes[] = {"re", "aw", "sv",  "antw", "ref", "fwd", "fw", "wg",
	                                       "tr", "rv", "odp", "vs",   "res", "rif", "ynt"};

	for (int i = 0; i < 3; i++) {
		ptrdiff_t colon = str_find_char(str_slice(subject, 0, 6), ':');

		if (colon < 0 || !is_one_of(str_slice(subject, 0, (size_t)colon), prefixes, ARRAY_LEN(prefixes)))
			break;
		subject = str_trim(str_slice(subject, (size_t)colon + 1, subject.n));
	}
	return subject;
}

static bool subject_is(struct signs *s, const char *const *starts, size_t count)
{
	struct str subject = without_prefixes(fold(s->arena, str_slice(s->m->subject, 0, 200)));

	for (size_t i = 0; i < count; i++)
		if (str_starts(subject, str_of(starts[i])))
			return true;
	return false;
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
	    subject_is(s, bounce_subjects, ARRAY_LEN(bounce_subjects)))
		return found(s, AUTO_DELIVERY_REPORT,
		             arena_printf(s->arena, "subject \"" STR_FMT "\"", STR_ARG(cut(s->m->subject))));
	return false;
}

/* Reports in prose, from whoever. */
static bool bounce_signs(struct signs *s)
{
	struct bounces b = message_bounces(s->arena, s->m);

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

static bool is_away(struct signs *s)
{
	return subject_is(s, away_subjects, ARRAY_LEN(away_subjects));
}

static enum auto_kind reply_kind(struct signs *s)
{
	return is_away(s) ? AUTO_OUT_OF_OFFICE : AUTO_REPLY;
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
	header = message_header(s->m, "Delivered-To");
	if (header && str_eq_nocase(value_of(header), STR("autoresponder")))
		return found_header(s, AUTO_REPLY, header);
	header = message_header(s->m, "Precedence");
	if (header &&
	    (str_eq_nocase(value_of(header), STR("auto_reply")) || str_eq_nocase(value_of(header), STR("auto-reply"))))
		return found_header(s, reply_kind(s), header);
	return false;
}

/* A subject alone is a weak sign; people write "vacation" too. So it counts only at the very start of an answer to
 * something, or where it is one that programs write. */
static bool subject_signs(struct signs *s)
{
	bool is_answer = s->m->in_reply_to_count || s->m->reference_count || s->m->has_null_return_path ||
	                 message_header(s->m, "X-Auto-Response-Suppress") || message_header(s->m, "Precedence");
	struct str evidence = arena_printf(s->arena, "subject \"" STR_FMT "\"", STR_ARG(cut(s->m->subject)));

	if (subject_is(s, reply_subjects, ARRAY_LEN(reply_subjects)))
		return found(s, AUTO_REPLY, evidence);
	if (str_starts_nocase(without_prefixes(s->m->subject), STR("out of office")) || (is_answer && is_away(s)))
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

static bool machine_signs(struct signs *s)
{
	static const struct {
		const char *name, *value; /* NULL: any */
	} headers[] = {
	        {"X-Autogenerated", NULL},
	        {"X-Auto-Generated", NULL},
	        {"X-FC-Machinegenerated", "true"},
	        {"X-Loop", NULL},
	        {"X-AMAZON-MAIL-RELAY-TYPE", "notification"},
	        {"X-Amazon-Mail-Relay-Type", "notification"},
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

struct classification message_classify(struct arena *arena, const struct message *m)
{
	struct signs s = {.arena = arena, .m = m, .local = local_part(m->from.address), .found = {.evidence = STR("")}};

	if (report_parts(&s) || complaint_signs(&s) || delivery_signs(&s) || bounce_signs(&s) || reply_signs(&s) ||
	    subject_signs(&s) || list_signs(&s) || precedence_signs(&s) || machine_signs(&s) || sender_signs(&s))
		return s.found;
	/* Whom should an answer go to? */
	s.found.answer_allowed = m->from.address.n || (m->reply_to.count && m->reply_to.items[0].address.n);
	return s.found;
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
	};

	return (size_t)kind < ARRAY_LEN(words) ? words[kind] : "?";
}
