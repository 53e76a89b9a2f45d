/* See bounce_prose.h. One walk over the lines, up to where the mail that came back begins. A line is a recipient's
 * when it begins with an address and stands no deeper than the first such line, when it is a sendmail result ("550
 * <ann@example.com>... User unknown"), or when the address follows a phrase ("could not be delivered to"). What stands
 * below, up to the next recipient, speaks of it. */
#include "bounce_prose.h"

#include "bounce_words.h"

#include <pthread.h>

#define TEXT_MAX       KIB(256)
#define RECIPIENTS_MAX 1000
#define LINE_MAX_READ  1000

/* ---------------------------------------------------------------- where the original begins */

/* "--- Below this line is a copy of the message." */
static const char *const plain[] = {
        "copy of the message",      "copy of your message",           "copy of the original message",
        "original message follows", "header of the original message", "headers of the original message",
        "original message headers", "message headers follow",         "message header follows",
        "unsent message follows",   "unsent message below",           "copy of the mail",
        "bounced e-mail:",          "original e-mail follows"};

/* The same, but only in a line of dashes. */
static const char *const dashed[] = {"original message",  "returned message", "original mail",  "unsent message",
                                     "returned mail",     "message header",   "message text",   "original headers",
                                     "forwarded message", "copy of message",  "元のメッセージ", "ursprüngliche",
                                     "message d'origine"};

/* Sentences that say that mail was not delivered. */
static const char *const openings[] = {
        /* clang-format off */
	"could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "was not delivered", "wasn't delivered", "not delivered to", "could not deliver", "couldn't deliver", "unable to deliver", "wasn't able to deliver",
	"failed to deliver", "has been delayed", "not yet been delivered", "has not been delivered", "did not reach", "didn't reach", "didn't receive this message", "did not receive this message", "delivery failed", "delivery to the following", "delevery to the following", "delivery has failed", "delivery failure", "error delivering", "trouble delivering", "undeliverable", "undelivered", "attempting to deliver", "trying to deliver",
	"returned permanent errors", "permanent fatal errors", "delivery problems", "delivery errors", "transient non-fatal errors", "transcript of session follows", "was rejected by a remote mail server", "returned below", "error message below", "you are not a member", "are not a member of", "not allowed to post", "awaits moderator approval", "unknown user:", "invalid final delivery userid", "your message was rejected", "your email was rejected", "failure reasons",
	"konnte nicht zugestellt", "nicht zugestellt werden", "n'a pas pu être", "no se pudo entregar", "non è stato possibile", "não pôde ser entregue", "не может быть доставлено", "送信できません", "配信できません", "送信に失敗", "无法", "無法", "kunde inte levereras", "kunne ikke leveres", "niet worden afgeleverd", "nie można dostarczyć",
        /* clang-format on */
};

static struct phrase_index plain_index, dashed_index, openings_index;
static pthread_once_t indexes_once = PTHREAD_ONCE_INIT;

static void index_fill(struct phrase_index *index, const char *const *phrases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		phrase_index_add(index, phrases[i]);
	phrase_index_finish(index);
}

static void indexes_prepare(void)
{
	index_fill(&plain_index, plain, ARRAY_LEN(plain));
	index_fill(&dashed_index, dashed, ARRAY_LEN(dashed));
	index_fill(&openings_index, openings, ARRAY_LEN(openings));
}

static bool is_dashed(struct str line)
{
	return str_starts(line, STR("---")) || str_starts(line, STR("***")) || str_starts(line, STR("___")) ||
	       str_starts(line, STR("==="));
}

/* `line` is lower case. */
static bool is_marker(struct str line)
{
	if (phrase_index_find(&plain_index, line))
		return true;
	if (is_dashed(line))
		return phrase_index_find(&dashed_index, line) != 0;
	return str_eq(line, STR("original message:")) || str_eq(line, STR("original message"));
}

/* A trace field or an mbox line at the start of a line: the header of a mail. */
static bool is_mail_start(struct str line)
{
	static const char *const starts[] = {
	        "Received:", "Return-Path:", "X-Received:", "DKIM-Signature:", "From MAILER-DAEMON ", "Delivered-To:"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts_nocase(line, str_of(starts[i])))
			return true;
	return false;
}

/* ---------------------------------------------------------------- addresses in lines */

static bool is_address_byte(char c)
{
	return (unsigned char)c > ' ' && str_find_char(STR("<>()[]\",;:\\"), c) < 0;
}

static bool is_domain_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

/* An address at the start of `s`, perhaps in <>, "" or ''; *ret_end is behind it and its frame. */
static bool address_at(struct str s, struct str *ret_address, size_t *ret_end)
{
	size_t start = 0, at, domain;

	while (start < s.n && start < 2 && (s.p[start] == '<' || s.p[start] == '"' || s.p[start] == '\''))
		start++;
	for (at = start; at < s.n && at < start + 200 && is_address_byte(s.p[at]) && s.p[at] != '@'; at++)
		;
	if (at == start || at >= s.n || s.p[at] != '@')
		return false;
	for (domain = ++at; at < s.n && at < domain + 255 && is_domain_byte(s.p[at]); at++)
		;
	while (at > domain && s.p[at - 1] == '.')
		at--;
	if (at == domain)
		return false;
	*ret_address = str_slice(s, start, at);
	if (!str_is_utf8(*ret_address)) /* cut in a character */
		return false;
	while (at < s.n && (s.p[at] == '>' || s.p[at] == '"' || s.p[at] == '\''))
		at++;
	*ret_end = at;
	return true;
}

/* ---------------------------------------------------------------- the walk */

struct walk {
	struct arena *arena;
	struct prose *prose;
	size_t size;
	size_t indent;    /* of the first recipient line */
	size_t open_from; /* where the block of the last recipient begins */
	bool is_open;     /* lines go to the last recipient */
	size_t pending;   /* behind the last sendmail result */
	bool is_sender;   /* the line before ends in "sent by": the next address is no recipient */
};

static void block_close(struct walk *w, size_t at)
{
	if (w->is_open)
		w->prose->recipients[w->prose->count - 1].block = str_slice(w->prose->text, w->open_from, at);
	w->is_open = false;
}

static bool is_known(const struct walk *w, struct str address)
{
	/* The last few suffice: an address is repeated in its own block. */
	for (size_t i = w->prose->count; i > 0 && i + 4 > w->prose->count; i--)
		if (str_eq_nocase(w->prose->recipients[i - 1].address, address))
			return true;
	return false;
}

static void recipient_add(struct walk *w, struct str address, size_t block_from, size_t line_at)
{
	struct prose *p = w->prose;

	block_close(w, line_at);
	if (p->count == RECIPIENTS_MAX)
		return;
	ARENA_ROOM(w->arena, p->recipients, p->count, w->size);
	p->recipients[p->count++] = (struct prose_recipient){.address = address};
	w->open_from = block_from;
	w->is_open = true;
}

/* "  kijitora@example.jp: 550 no", "<a@b.example>:", ">>> a@b.example <a@b.example>", "* a@b.example" */
static bool leading_address(struct walk *w, struct str line, size_t indent, size_t at)
{
	struct str rest = line, address, behind;
	size_t end;

	while (rest.n && (rest.p[0] == '*' || rest.p[0] == '-' || rest.p[0] == '>') && rest.n > 1)
		rest = str_trim(str_slice(rest, 1, rest.n));
	if (!address_at(rest, &address, &end))
		return false;
	behind = str_trim(str_slice(rest, end, rest.n));
	if (w->prose->count && indent > w->indent)
		return false;
	/* Somebody's sentence, or the answer of a server that wraps. */
	if (behind.n && w->prose->count && str_find_char(STR(":[(,"), behind.p[0]) < 0 &&
	    !str_starts_nocase(behind, STR("on ")) && str_find_nocase(behind, STR("error_code")) < 0)
		return false;
	if (str_starts(behind, STR("...")) || is_known(w, address))
		return is_known(w, address);
	if (!w->prose->count)
		w->indent = indent;
	recipient_add(w, address, at, at);
	return true;
}

/* "550 <a@b.example>... User unknown", with the session above it. Its block ends here. */
static bool result_line(struct walk *w, struct str line, size_t at, size_t next)
{
	struct str rest, address;
	size_t end;

	if (line.n < 8 || !is_digit(line.p[0]) || !is_digit(line.p[1]) || !is_digit(line.p[2]) || line.p[3] != ' ')
		return false;
	rest = str_trim(str_slice(line, 4, line.n));
	if (rest.n > 6 && is_digit(rest.p[0]) && rest.p[1] == '.') {
		ptrdiff_t space = str_find_char(rest, ' ');
		rest = str_trim(str_slice(rest, space < 0 ? rest.n : (size_t)space, rest.n));
	}
	if (!address_at(rest, &address, &end) || !str_starts(str_slice(rest, end, rest.n), STR("...")))
		return false;
	if (!is_known(w, address))
		recipient_add(w, address, MIN(w->pending, at), at);
	block_close(w, next);
	w->pending = next;
	return true;
}

/* The address behind one of the phrases that introduce a recipient. */
static bool phrase_address(struct walk *w, struct str line, size_t indent, size_t at)
{
	static const char *const phrases[] = {
	        /* clang-format off */
		"be delivered to", "not delivered to", "deliver message to", "deliver mail to", "deliver your message to", "delivering your mail to", "delivering your message to", "delivering mail to", "delivery to", "delivered to the recipient", "unknown user:", "userid:", "undeliverable to", "recipient:", "recipients:", "recipient address:", "recipient name:", "rcpt to:", "mail address:", "email address:", "permanent errors:", "errors:", "mailbox for", "target address:", "failed recipient:", "failed address:", "to address:", "delivery failed:", "did not reach", "mailing list", "user <", "user:",
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		ptrdiff_t found = str_find_nocase(line, str_of(phrases[i]));
		struct str rest, address;
		size_t end;

		if (found < 0)
			continue;
		rest = str_trim(str_slice(line, (size_t)found + strlen(phrases[i]) - (phrases[i][5] == '<'), line.n));
		while (rest.n && (rest.p[0] == ':' || rest.p[0] == ' '))
			rest = str_slice(rest, 1, rest.n);
		if (!address_at(rest, &address, &end))
			continue;
		if (!is_known(w, address) && (!w->prose->count || phrases[i][strlen(phrases[i]) - 1] == ':')) {
			w->indent = w->prose->count ? w->indent : indent;
			recipient_add(w, address, MIN(w->pending, at), at);
		}
		return true;
	}
	return false;
}

/* "  To:      ann@example.com" of a description of the mail. */
static bool described_field(struct walk *w, struct str line)
{
	static const char *const names[] = {"From:", "Cc:",         "CC:",         "Subject:",    "Date:", "Sent:",
	                                    "Bcc:",  "Message-ID:", "Message-Id:", "Message-id:", "To:",   "T=["};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str address;
		size_t end;

		if (!str_starts(line, str_of(names[i])))
			continue;
		if (str_eq(str_of(names[i]), STR("To:")) && !w->prose->to.n &&
		    address_at(str_trim(str_slice(line, 3, line.n)), &address, &end))
			w->prose->to = address;
		return true;
	}
	return false;
}

static void line_read(struct walk *w, struct str raw, struct str lower, size_t at, size_t next)
{
	struct str line = str_trim(str_slice(raw, 0, LINE_MAX_READ));
	bool is_sender = w->is_sender;
	size_t indent = 0;

	if (line.n)
		w->is_sender = str_ends_nocase(line, STR("sent by")) || str_ends_nocase(line, STR("sent by:")) ||
		               str_ends_nocase(line, STR("message from")) || str_ends_nocase(line, STR("sender:"));
	while (indent < raw.n && is_space(raw.p[indent]))
		indent++;
	if (!w->prose->has_opening)
		w->prose->has_opening = phrase_index_find(&openings_index, lower) != 0;
	if (str_find_char(line, '@') < 0 || described_field(w, line))
		return;
	if (is_sender)
		return;
	if (result_line(w, line, at, next) || leading_address(w, line, indent, at))
		return;
	(void)phrase_address(w, line, indent, at);
}

static struct str lower_of(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, s);

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

struct prose prose_read(struct arena *arena, struct str text)
{
	struct prose prose = {.text = str_slice(text, 0, TEXT_MAX), .original = STR(""), .to = STR("")};
	struct walk walk = {.arena = arena, .prose = &prose};
	struct str lower = lower_of(arena, prose.text);
	size_t at = 0;

	must(pthread_once(&indexes_once, indexes_prepare) == 0);
	while (at < prose.text.n) {
		const char *eol = memchr(prose.text.p + at, '\n', prose.text.n - at);
		size_t end = eol ? (size_t)(eol - prose.text.p) : prose.text.n, next = eol ? end + 1 : end;
		struct str line = str_slice(prose.text, at, end);
		struct str low = str_trim(str_slice(lower, at, MIN(end, at + LINE_MAX_READ)));
		bool marks = is_marker(low);

		if (marks || is_mail_start(line)) {
			prose.original = str_slice(text, marks ? next : at, text.n);
			prose.text = str_slice(prose.text, 0, at);
			break;
		}
		line_read(&walk, line, low, at, next);
		at = next;
	}
	block_close(&walk, prose.text.n);
	return prose;
}

bool prose_may_hold_original(struct arena *arena, struct str text)
{
	struct str rest = str_slice(text, 0, TEXT_MAX), line;

	must(pthread_once(&indexes_once, indexes_prepare) == 0);
	if (phrase_index_find(&plain_index, lower_of(arena, rest)))
		return true;
	while (str_split(&rest, '\n', &line))
		if (is_mail_start(line) || is_dashed(str_trim(line)) ||
		    str_starts_nocase(str_trim(line), STR("original message")))
			return true;
	return false;
}
