/* See bounce_reason.h and, for the order of precedence, bounce.h. */
#include "bounce_reason.h"

#include "base/cursor.h"
#include "bounce_words.h"

#include <pthread.h>

/* ---------------------------------------------------------------- words */

/* A word as it counts: without quotes and brackets. */
static struct str word_bare(struct str word)
{
	while (word.n && str_find_char(STR("<>\"'`([{#"), word.p[0]) >= 0)
		word = str_slice(word, 1, word.n);
	while (word.n && str_find_char(STR("<>\"'`)]}"), word.p[word.n - 1]) >= 0)
		word.n--;
	return word;
}

static bool word_next(struct cursor *c, struct str *ret_word)
{
	size_t start;

	while (!cursor_end(c) && is_space(c->p[c->at]))
		c->at++;
	start = c->at;
	while (!cursor_end(c) && !is_space(c->p[c->at]))
		c->at++;
	*ret_word = str_new(c->p + start, c->at - start);
	return c->at > start;
}

/* "550" */
static bool is_code(struct str s)
{
	return s.n >= 3 && (s.p[0] == '2' || s.p[0] == '4' || s.p[0] == '5') && s.p[1] >= '0' && s.p[1] <= '7' &&
	       is_digit(s.p[2]) && (s.n == 3 || s.p[3] == '-' || s.p[3] == ':');
}

/* Length of "5.1.1" at the start of `s`; 0 where it isn't one ("4.85.5.36" isn't, nor is "4.72"). */
static size_t status_length(struct str s)
{
	size_t at = 2, digits = 0;

	if (s.n < 5 || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5') || s.p[1] != '.' || !is_digit(s.p[2]))
		return 0;
	while (at < s.n && is_digit(s.p[at]))
		at++;
	if (at > 3 || at >= s.n || s.p[at++] != '.')
		return 0;
	while (at < s.n && is_digit(s.p[at]) && digits < 4) {
		at++;
		digits++;
	}
	if (!digits || digits > 3 ||
	    (at < s.n && (is_digit(s.p[at]) || (s.p[at] == '.' && at + 1 < s.n && is_digit(s.p[at + 1])))))
		return 0;
	return at;
}

void reason_codes(struct str text, struct str *ret_code, struct str *ret_status)
{
	struct cursor c = cursor_of(text);
	struct str word, code = STR(""), first_code = STR(""), status = STR(""), first_status = STR("");
	bool is_behind_code = false, is_pair = false;

	while (!is_pair && word_next(&c, &word)) {
		struct str bare = word_bare(word.p[0] == ':' ? str_slice(word, 1, word.n) : word);
		size_t n;

		while (bare.n && str_find_char(STR(",;:"), bare.p[bare.n - 1]) >= 0)
			bare.n--;
		if (is_code(bare)) {
			code = str_slice(bare, 0, 3);
			first_code = first_code.n ? first_code : code;
			bare = word_bare(str_slice(bare, bare.n > 3 ? 4 : 3, bare.n));
			is_behind_code = true;
			if (!bare.n)
				continue;
		}
		n = status_length(bare);
		if (n) {
			status = str_slice(bare, 0, n);
			first_status = first_status.n ? first_status : status;
			is_pair = is_behind_code && code.p[0] == status.p[0];
		}
		is_behind_code = false;
	}
	*ret_code = is_pair ? code : first_code;
	*ret_status = is_pair ? status : first_status;
}

static bool is_address(struct str word)
{
	ptrdiff_t at = str_find_char(word, '@');

	return at > 0 && (size_t)at + 1 < word.n && str_find(word, STR("://")) < 0;
}

/* The address is gone with what frames it, but its last punctuation stays: "<a@b.example>..." → "@...". */
static void address_add(struct buf *out, struct str word)
{
	size_t end = word.n;

	while (end && str_find_char(STR(".:,;"), word.p[end - 1]) >= 0)
		end--;
	buf_add_char(out, '@');
	if (end + 2 < word.n)
		buf_add(out, STR("..."));
	else if (end < word.n)
		buf_add_char(out, word.p[end]);
}

struct str reason_words(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct cursor c = cursor_of(text);
	struct str word;
	struct str copy;

	while (word_next(&c, &word)) {
		struct str bare = word_bare(word);

		if (!bare.n || (is_code(bare) && bare.n <= 3) || (is_code(bare) && bare.p[3] == '-' && bare.n <= 12) ||
		    (status_length(bare) && status_length(bare) + 1 >= bare.n))
			continue;
		if (out.n)
			buf_add_char(&out, ' ');
		if (is_address(bare))
			address_add(&out, bare);
		else
			buf_add(&out, word.p[0] == '(' ? word : bare);
	}
	copy = arena_str(arena, buf_str(&out));
	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

/* ---------------------------------------------------------------- phrases */

/* Phrase n of the index is row n of `rows`. */
static struct phrase_index words_index;
static struct reason_phrase rows[PHRASES_MAX];
static pthread_once_t words_once = PTHREAD_ONCE_INIT;

static void words_prepare(void)
{
	for (size_t i = 0; i < reason_list_count; i++)
		for (size_t k = 0; k < reason_lists[i].count; k++) {
			const struct reason_list *list = &reason_lists[i];

			phrase_index_add(&words_index, list->phrases[k]);
			rows[words_index.count] =
			        (struct reason_phrase){list->reason, list->is_weak, list->is_named, list->phrases[k]};
		}
	phrase_index_finish(&words_index);
}

const struct reason_phrase *reason_phrase_find(struct str words)
{
	size_t found;

	must(pthread_once(&words_once, words_prepare) == 0);
	found = phrase_index_find(&words_index, words);
	return found ? &rows[found] : NULL;
}

/* ---------------------------------------------------------------- commands */

/* "550 <ann@example.com>: User unknown": so do servers answer that speak of one recipient, that is to RCPT TO. */
static bool answers_rcpt(struct str text)
{
	static const char *const starts[] = {"550 <", "550: <"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		ptrdiff_t open = str_find(str_slice(text, 0, 400), str_of(starts[i])), close;
		struct str rest;

		if (open < 0)
			continue;
		rest = str_slice(text, (size_t)open + strlen(starts[i]), text.n);
		close = str_find_char(str_slice(rest, 0, 260), '>');
		if (close > 0 && str_starts(str_slice(rest, (size_t)close, rest.n), STR(">:")))
			return true;
	}
	return false;
}

enum smtp_command reason_command(struct str text)
{
	static const struct {
		enum smtp_command command;
		const char *text;
	} signs[] = {
	        {COMMAND_RCPT, "rcpt to"},
	        {COMMAND_RCPT, "rcpt_to"},
	        {COMMAND_RCPT, "smtp:rcpt"},
	        {COMMAND_RCPT, "rcpt command"},
	        {COMMAND_RCPT, "does not like recipient"},
	        {COMMAND_RCPT, "remote smtp server has rejected address"},
	        {COMMAND_MAIL, "mail from"},
	        {COMMAND_MAIL, "mail_from"},
	        {COMMAND_MAIL, "sender was rejected"},
	        {COMMAND_DATA, "end of data"},
	        {COMMAND_DATA, "final data"},
	        {COMMAND_DATA, "data command"},
	        {COMMAND_DATA, "after i sent the message"},
	        {COMMAND_DATA, "(data)"},
	        {COMMAND_DATA, ">>> data"},
	        {COMMAND_DATA, "\ndata\n"},
	        {COMMAND_CONNECT, "initial connection"},
	        {COMMAND_CONNECT, "refused to talk to me"},
	};
	ptrdiff_t last = -1;
	enum smtp_command command = COMMAND_NONE;

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		struct str rest = text, want = str_of(signs[i].text);
		size_t base = 0;
		ptrdiff_t at;

		while ((at = str_find_nocase(rest, want)) >= 0) {
			if ((ptrdiff_t)base + at > last) {
				last = (ptrdiff_t)base + at;
				command = signs[i].command;
			}
			base += (size_t)at + want.n;
			rest = str_slice(text, base, text.n);
		}
	}
	return command == COMMAND_NONE && answers_rcpt(text) ? COMMAND_RCPT : command;
}

/* ---------------------------------------------------------------- statuses and codes */

/* Subject and detail of a status (RFC 3463, 5248 and its registry; Microsoft's and Google's own). `is_sure`: outranks
 * weak phrases. */
static const struct {
	const char *text;
	enum bounce_reason reason;
	bool is_sure;
} statuses[] = {
        /* clang-format off */
	{"1.0", REASON_USERUNKNOWN, false}, {"1.1", REASON_USERUNKNOWN, false}, {"1.2", REASON_HOSTUNKNOWN, true},
	{"1.3", REASON_USERUNKNOWN, false}, {"1.4", REASON_FILTERED, false}, {"1.6", REASON_HASMOVED, true},
	{"1.7", REASON_REJECTED, true}, {"1.8", REASON_REJECTED, true}, {"1.9", REASON_SYSTEMERROR, false},
	{"1.10", REASON_NOTACCEPT, false},
	{"2.0", REASON_FILTERED, false}, {"2.1", REASON_SUSPEND, false}, {"2.2", REASON_MAILBOXFULL, true},
	{"2.3", REASON_EXCEEDLIMIT, true}, {"2.4", REASON_FILTERED, false},
	{"3.0", REASON_SYSTEMERROR, false}, {"3.1", REASON_SYSTEMFULL, false}, {"3.2", REASON_SYSTEMERROR, false},
	{"3.3", REASON_SYSTEMERROR, false}, {"3.4", REASON_MESGTOOBIG, true}, {"3.5", REASON_SYSTEMERROR, false},
	{"4.0", REASON_NETWORKERROR, false}, {"4.1", REASON_EXPIRED, false}, {"4.2", REASON_NETWORKERROR, false},
	{"4.3", REASON_SYSTEMERROR, false}, {"4.4", REASON_HOSTUNKNOWN, false}, {"4.5", REASON_TOOMANYCONN, false},
	{"4.6", REASON_NETWORKERROR, true}, {"4.7", REASON_EXPIRED, false},
	{"5.0", REASON_SYNTAXERROR, false}, {"5.1", REASON_SYNTAXERROR, false}, {"5.2", REASON_SYNTAXERROR, false},
	{"5.3", REASON_TOOMANYCONN, true}, {"5.4", REASON_SYNTAXERROR, false}, {"5.5", REASON_SYNTAXERROR, false},
	{"6.0", REASON_CONTENTERROR, false}, {"6.1", REASON_CONTENTERROR, false}, {"6.2", REASON_CONTENTERROR, false},
	{"6.3", REASON_CONTENTERROR, false}, {"6.5", REASON_CONTENTERROR, false}, {"6.6", REASON_CONTENTERROR, false},
	{"6.7", REASON_CONTENTERROR, false}, {"6.9", REASON_CONTENTERROR, false},
	{"7.0", REASON_SECURITYERROR, false}, {"7.1", REASON_REJECTED, false}, {"7.2", REASON_REJECTED, false},
	{"7.3", REASON_SECURITYERROR, false}, {"7.4", REASON_FAILEDSTARTTLS, false}, {"7.5", REASON_FAILEDSTARTTLS, false},
	{"7.7", REASON_CONTENTERROR, false}, {"7.8", REASON_SECURITYERROR, true}, {"7.9", REASON_POLICYVIOLATION, false},
	{"7.10", REASON_FAILEDSTARTTLS, true}, {"7.11", REASON_SECURITYERROR, false}, {"7.13", REASON_SUSPEND, true},
	{"7.14", REASON_SECURITYERROR, false}, {"7.17", REASON_HASMOVED, true}, {"7.18", REASON_HASMOVED, true},
	{"7.20", REASON_AUTHFAILURE, true}, {"7.21", REASON_AUTHFAILURE, true}, {"7.22", REASON_AUTHFAILURE, true},
	{"7.23", REASON_AUTHFAILURE, true}, {"7.24", REASON_AUTHFAILURE, true}, {"7.25", REASON_REQUIREPTR, true},
	{"7.26", REASON_AUTHFAILURE, true}, {"7.27", REASON_REJECTED, true}, {"7.28", REASON_SPEEDING, true},
	{"7.29", REASON_AUTHFAILURE, true}, {"7.30", REASON_FAILEDSTARTTLS, true}, {"7.32", REASON_AUTHFAILURE, true},
	{"7.40", REASON_AUTHFAILURE, true}, {"7.509", REASON_AUTHFAILURE, true}, {"7.57", REASON_SECURITYERROR, false},
	{"7.124", REASON_REJECTED, false}, {"7.133", REASON_REJECTED, false}, {"7.23x", REASON_SECURITYERROR, false},
	{"7.501", REASON_SPAMDETECTED, true}, {"7.502", REASON_SPAMDETECTED, true}, {"7.503", REASON_SPAMDETECTED, true},
	{"7.511", REASON_BLOCKED, true}, {"7.512", REASON_NOTCOMPLIANTRFC, true}, {"7.515", REASON_AUTHFAILURE, true},
	{"7.606", REASON_BLOCKED, true}, {"7.607", REASON_BLOCKED, true}, {"7.650", REASON_BADREPUTATION, true},
	{"7.705", REASON_SPEEDING, true}, {"7.708", REASON_BLOCKED, true}, {"7.750", REASON_SECURITYERROR, false},
        /* clang-format on */
};

static bool status_reason(struct str status, enum bounce_reason *ret_reason, bool *ret_is_sure)
{
	struct str detail = str_slice(status, 2, status.n);

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		if (str_eq(detail, str_of(statuses[i].text))) {
			*ret_reason = statuses[i].reason;
			*ret_is_sure = statuses[i].is_sure;
			return true;
		}
	return false;
}

/* RFC 5321 §4.2.3, and what servers made of it. */
static enum bounce_reason code_reason(struct str code, enum smtp_command command)
{
	static const struct {
		const char *code;
		enum bounce_reason reason;
	} codes[] = {
	        {"421", REASON_BLOCKED},       {"422", REASON_MAILBOXFULL},   {"450", REASON_ONHOLD},
	        {"451", REASON_SYSTEMERROR},   {"452", REASON_SYSTEMFULL},    {"500", REASON_SYNTAXERROR},
	        {"501", REASON_SYNTAXERROR},   {"502", REASON_SYNTAXERROR},   {"503", REASON_SYNTAXERROR},
	        {"504", REASON_SYNTAXERROR},   {"521", REASON_NOTACCEPT},     {"523", REASON_EXCEEDLIMIT},
	        {"525", REASON_SUSPEND},       {"530", REASON_SECURITYERROR}, {"534", REASON_SECURITYERROR},
	        {"535", REASON_SECURITYERROR}, {"538", REASON_SECURITYERROR}, {"542", REASON_USERUNKNOWN},
	        {"551", REASON_HASMOVED},      {"552", REASON_EXCEEDLIMIT},   {"555", REASON_SYNTAXERROR},
	        {"556", REASON_NOTACCEPT},
	};

	if (command == COMMAND_CONNECT)
		return REASON_BLOCKED;
	if (command == COMMAND_MAIL && str_starts(code, STR("55")))
		return REASON_REJECTED;
	if (command == COMMAND_RCPT && (str_eq(code, STR("550")) || str_eq(code, STR("553"))))
		return REASON_USERUNKNOWN;
	if (command == COMMAND_DATA && (str_eq(code, STR("550")) || str_eq(code, STR("554"))))
		return REASON_POLICYVIOLATION;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (str_eq(code, str_of(codes[i].code)))
			return codes[i].reason;
	return REASON_ONHOLD;
}

/* ---------------------------------------------------------------- deciding */

static bool is_known(struct str detail, struct str status)
{
	return status.n > 2 && str_starts(str_slice(status, 2, status.n), detail);
}

/* "User unknown" said after DATA, or with the status of a refusal, is a filter's: the address may well exist. */
static bool is_filter(const struct reason_facts *f)
{
	if (!f->code.n || is_known(STR("1."), f->status) || is_known(STR("4.1"), f->status))
		return false;
	if (f->command == COMMAND_DATA || is_known(STR("2.0"), f->status) || is_known(STR("7."), f->status))
		return true;
	return f->command != COMMAND_RCPT && str_eq(f->code, STR("550")) && !is_known(STR("3."), f->status) &&
	       !is_known(STR("5."), f->status) && !is_known(STR("2.1"), f->status);
}

static void found(struct arena *arena, struct bounce_recipient *r, enum bounce_reason reason, const char *what,
                  struct str detail)
{
	r->reason = reason;
	r->evidence = arena_printf(arena, "%s " STR_FMT, what, STR_ARG(detail));
}

static void said(struct arena *arena, struct bounce_recipient *r, const struct reason_phrase *phrase)
{
	r->reason = phrase->reason;
	r->evidence = arena_printf(arena, "words \"%s\"", phrase->text);
}

static void reason_find(struct arena *arena, const struct reason_facts *f, struct bounce_recipient *r)
{
	enum bounce_reason reason = REASON_UNDEFINED;
	bool is_sure = false, is_status = f->status.n && status_reason(f->status, &reason, &is_sure);

	if (is_status && is_sure && (!f->said || f->said->is_weak))
		found(arena, r, reason, "status", f->status);
	else if (f->said)
		said(arena, r, f->said);
	else if (is_status && reason != REASON_SYNTAXERROR && reason != REASON_EXPIRED &&
	         (reason != REASON_SYSTEMERROR || !f->written))
		found(arena, r, reason, "status", f->status);
	else if (f->written)
		said(arena, r, f->written);
	else if (f->code.n)
		found(arena, r, code_reason(f->code, f->command), "SMTP code", f->code);
	else if (is_status)
		found(arena, r, reason, "status", f->status);
	else if (str_eq(f->action, STR("delayed")) || str_eq(f->action, STR("expired")))
		found(arena, r, REASON_EXPIRED, "action", f->action);
	else
		r->evidence = STR("");
}

void reason_decide(struct arena *arena, const struct reason_facts *facts, struct bounce_recipient *r)
{
	const struct reason_phrase *phrase = facts->said ? facts->said : facts->written;
	bool is_named = phrase && phrase->is_named;

	r->reason = REASON_UNDEFINED;
	reason_find(arena, facts, r);
	if (r->reason == REASON_USERUNKNOWN && !is_named && is_filter(facts)) {
		r->reason = REASON_FILTERED;
		r->evidence = arena_printf(arena, STR_FMT "%s", STR_ARG(r->evidence),
		                           facts->command == COMMAND_DATA ? ", said after DATA"
		                                                          : ", not known to be said to RCPT TO");
	}
	r->is_temporary = str_eq(facts->action, STR("delayed")) || (facts->status.n && facts->status.p[0] == '4') ||
	                  (!facts->status.n && facts->code.n && facts->code.p[0] == '4');
	r->is_hard = r->reason == REASON_USERUNKNOWN || r->reason == REASON_HOSTUNKNOWN ||
	             r->reason == REASON_HASMOVED || (r->reason == REASON_NOTACCEPT && !r->is_temporary);
}

struct bounce_recipient bounce_of_answer(struct arena *arena, int code, struct str words, bool to_rcpt)
{
	struct str line = arena_printf(arena, "%d " STR_FMT, code, STR_ARG(str_slice(words, 0, KIB(2)))),
	           none = STR("");
	struct bounce_recipient r = {none, none, none, none, none, none, none, REASON_UNDEFINED, false, false, none};
	struct reason_facts facts = {.command = to_rcpt ? COMMAND_RCPT : COMMAND_DATA, .action = STR("failed")};

	reason_codes(line, &r.code, &r.status);
	r.code = arena_str(arena, r.code);
	r.status = arena_str(arena, r.status);
	r.diagnostic = line;
	facts.code = r.code;
	facts.status = r.status;
	facts.said = reason_phrase_find(reason_words(arena, line));
	reason_decide(arena, &facts, &r);
	return r;
}

enum address_verdict bounce_verdict(const struct bounce_recipient *r)
{
	static const enum bounce_reason passing[] = {REASON_NOTACCEPT, REASON_MAILBOXFULL, REASON_SUSPEND,
	                                             REASON_FILTERED, REASON_EXPIRED};

	if (r->is_hard)
		return r->is_temporary || str_starts(r->evidence, STR("SMTP code")) ? ADDRESS_TROUBLED : ADDRESS_DEAD;
	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (r->reason == passing[i])
			return ADDRESS_TROUBLED;
	return ADDRESS_UNJUDGED;
}

const char *bounce_reason_word(enum bounce_reason reason)
{
	static const char *const words[] = {
	        /* clang-format off */
		[REASON_UNDEFINED] = "undefined", [REASON_USERUNKNOWN] = "userunknown", [REASON_HOSTUNKNOWN] = "hostunknown",
		[REASON_HASMOVED] = "hasmoved", [REASON_NOTACCEPT] = "notaccept", [REASON_MAILBOXFULL] = "mailboxfull",
		[REASON_SUSPEND] = "suspend", [REASON_EXCEEDLIMIT] = "exceedlimit", [REASON_MESGTOOBIG] = "mesgtoobig",
		[REASON_SYSTEMFULL] = "systemfull", [REASON_REJECTED] = "rejected", [REASON_BLOCKED] = "blocked",
		[REASON_FILTERED] = "filtered", [REASON_SPAMDETECTED] = "spamdetected",
		[REASON_POLICYVIOLATION] = "policyviolation", [REASON_AUTHFAILURE] = "authfailure",
		[REASON_REQUIREPTR] = "requireptr", [REASON_BADREPUTATION] = "badreputation",
		[REASON_NORELAYING] = "norelaying", [REASON_NOTCOMPLIANTRFC] = "notcompliantrfc",
		[REASON_SECURITYERROR] = "securityerror", [REASON_VIRUSDETECTED] = "virusdetected",
		[REASON_FAILEDSTARTTLS] = "failedstarttls", [REASON_CONTENTERROR] = "contenterror",
		[REASON_SPEEDING] = "speeding", [REASON_TOOMANYCONN] = "toomanyconn", [REASON_EXPIRED] = "expired",
		[REASON_NETWORKERROR] = "networkerror", [REASON_SYSTEMERROR] = "systemerror",
		[REASON_MAILERERROR] = "mailererror", [REASON_SYNTAXERROR] = "syntaxerror", [REASON_ONHOLD] = "onhold",
		[REASON_FEEDBACK] = "feedback", [REASON_VACATION] = "vacation", [REASON_DELIVERED] = "delivered",
	        /* clang-format on */
	};

	return (size_t)reason < ARRAY_LEN(words) ? words[reason] : "?";
}
