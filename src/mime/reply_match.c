/* See reply_parts.h: the forms in which a quote or a signature begins. Each looks at a bounded number of lines. */
#include "reply_parts.h"

#define ATTRIBUTION_LINES 5
#define ATTRIBUTION_MAX   600 /* bytes of the lines together */
#define DATE_SOON         30  /* a date that begins later isn't what the line begins with */
#define BLOCK_LINES       40

/* ---------------------------------------------------------------- lines */

bool reply_is_rule(struct str folded)
{
	size_t n = 0;

	for (size_t i = 0; i < folded.n; i++) {
		if (folded.p[i] == ' ')
			continue;
		if (!memchr("-_=*#~", folded.p[i], 6))
			return false;
		n++;
	}
	return n >= 3;
}

static size_t next_text(const struct reply_lines *lines, size_t at)
{
	while (at < lines->count && lines->items[at].is_blank)
		at++;
	return at;
}

static bool marked_follows(const struct reply_lines *lines, size_t at)
{
	at = next_text(lines, at);
	return at < lines->count && (lines->items[at].is_marked || str_starts(lines->items[at].folded, STR("|")));
}

static bool is_after_gap(const struct reply_lines *lines, size_t at)
{
	return at == 0 || lines->items[at - 1].is_blank || lines->items[at - 1].is_marked ||
	       reply_is_rule(lines->items[at - 1].folded);
}

/* Without dashes, stars and the like at both ends; false where there are none at the beginning. */
static bool unframed(struct str folded, struct str *ret_words)
{
	size_t from = 0, to = folded.n;

	while (from < to && memchr("-_=*#~<> |", folded.p[from], 10))
		from++;
	while (to > from && memchr("-_=*#~<> |:", folded.p[to - 1], 11))
		to--;
	*ret_words = str_slice(folded, from, to);
	return from >= 2;
}

/* ---------------------------------------------------------------- "On … wrote:" */

/* What is known of one or more lines as one text. */
struct joined {
	struct str text;
	size_t date; /* SIZE_MAX: none */
	bool has_mail, is_mail_in_brackets, ends_colon, has_verb, verb_at_end, has_prefix, is_framed;
};

static bool is_open_bracket(struct str text)
{
	size_t open = 0, closed = 0;

	for (size_t i = 0; i < text.n; i++) {
		open += text.p[i] == '<' || text.p[i] == '(';
		closed += text.p[i] == '>' || text.p[i] == ')';
	}
	return open > closed;
}

/* "<a@b>:", "(a@b) wrote:" and "[mailto:a@b]:" */
static bool has_bracketed_mail(struct str text)
{
	bool is_open = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '<' || c == '(' || c == '[')
			is_open = true;
		else if (c == '>' || c == ')' || c == ']')
			is_open = false;
		else if (c == '@' && is_open)
			return true;
	}
	return false;
}

static struct joined joined_look(struct str text)
{
	struct joined j = {.text = text, .date = SIZE_MAX};
	ptrdiff_t date = reply_date_find(text);
	struct str words;

	if (date >= 0)
		j.date = (size_t)date;
	j.has_mail = str_find_char(text, '@') > 0;
	j.is_mail_in_brackets = j.has_mail && has_bracketed_mail(text);
	j.is_framed = unframed(text, &words) && text.n - words.n >= 6;
	j.has_prefix = reply_prefix(words) > 0;
	while (text.n && memchr("-_* ", text.p[text.n - 1], 4))
		text.n--;
	j.ends_colon = text.n && text.p[text.n - 1] == ':';
	/* Most lines can't be one whatever their words are. */
	if (!j.ends_colon && !j.is_framed && !(date >= 0 && (j.has_prefix || j.has_mail)))
		return j;
	j.has_verb = reply_has_verb(j.text, &j.verb_at_end);
	if (!j.has_verb && j.has_mail && reply_has_weak_verb_at_end(words))
		j.has_verb = j.verb_at_end = true;
	return j;
}

static bool has_date(const struct joined *j)
{
	return j->date != SIZE_MAX;
}

static bool begins_with_date(const struct joined *j)
{
	return has_date(j) && (j->date <= DATE_SOON || j->has_prefix || reply_starts_weekday(j->text));
}

/* Enough to be believed with nothing known of the lines around. */
static bool is_attribution(const struct joined *j, bool after_gap)
{
	if (j->is_framed && j->has_verb && j->verb_at_end)
		return true;
	if (j->ends_colon && begins_with_date(j) && (j->is_mail_in_brackets || (j->has_mail && j->has_prefix)))
		return true;
	if (j->ends_colon && j->has_verb && j->has_mail && (has_date(j) || (after_gap && j->verb_at_end)))
		return true;
	if (j->ends_colon && j->has_verb && begins_with_date(j) && (j->verb_at_end || j->has_prefix))
		return true;
	/* "Ann Lee/Sales/Example wrote on 03/12/2019 10:11:12 AM:" */
	if (j->ends_colon && j->has_verb && has_date(j) && after_gap && !is_digit(j->text.p[0]) &&
	    j->text.n - j->date <= 40)
		return true;
	return j->verb_at_end && begins_with_date(j) && (j->has_prefix || j->has_mail);
}

/* What is enough in front of lines with quote marks. */
static bool is_attribution_of_marked(const struct joined *j)
{
	return (j->ends_colon && (j->has_verb || (j->has_mail && j->is_mail_in_brackets))) ||
	       (begins_with_date(j) && j->is_mail_in_brackets) || (j->verb_at_end && has_date(j));
}

/* May another line belong to the attribution that has `text` so far? */
static bool may_join(struct str text, const struct reply_lines *lines, size_t at)
{
	const struct reply_line *line = &lines->items[at];
	bool is_open = is_open_bracket(text);

	if (line->is_blank)
		return at + 1 < lines->count && str_starts(lines->items[at + 1].folded, STR("<"));
	return line->folded.n && text.n + line->folded.n < ATTRIBUTION_MAX && (!line->is_marked || is_open);
}

static bool may_begin(const struct reply_line *line)
{
	return line->folded.n && (!line->is_marked) &&
	       (line->has_digit || line->has_mail || line->ends_colon || line->folded.p[0] == '-');
}

/* Can the line begin one at all? `first` is the line alone. */
static bool is_beginning(const struct joined *first)
{
	return first->ends_colon || has_date(first) || first->has_mail || first->has_prefix || first->is_framed;
}

static bool goes_on(const struct joined *first)
{
	return begins_with_date(first) || first->has_prefix || str_find_char(first->text, '<') >= 0;
}

/* Without a look for a later beginning. */
static size_t attribution_from(const struct reply_lines *lines, size_t at)
{
	char text[ATTRIBUTION_MAX + 1];
	size_t n = 0;
	struct joined first = {0}, j;

	for (size_t i = at; i < lines->count && i < at + ATTRIBUTION_LINES; i++) {
		struct str line = lines->items[i].folded;

		if (i > at && (!goes_on(&first) || !may_join(str_new(text, n), lines, i)))
			break;
		if (line.n == 0)
			continue;
		if (n + 1 + line.n > ATTRIBUTION_MAX)
			break;
		if (n)
			text[n++] = ' ';
		memcpy(text + n, line.p, line.n);
		n += line.n;
		j = joined_look(str_new(text, n));
		if (i == at) {
			if (!is_beginning(&j))
				break;
			first = j;
			first.text = line;
		}
		if (is_attribution(&j, is_after_gap(lines, at)) ||
		    (is_attribution_of_marked(&j) && !is_open_bracket(j.text) && marked_follows(lines, i + 1)))
			return i + 1;
		if (lines->items[i].ends_colon)
			break;
	}
	return 0;
}

static bool has_letter(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_alpha(text.p[i]) || (unsigned char)text.p[i] >= 0x80)
			return true;
	return false;
}

/* "my answer On Wed, 4 Apr 2012 at 3:59, Ann wrote:" in one line: where the attribution begins, 0 where it is all of
 * the line. */
static size_t shared_line(const struct reply_line *line)
{
	static const char *const words[] = {" On ", " Am ", " Le ", " El ", " Il ", " Op ", " Em ", " Den "};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		ptrdiff_t at = str_find(line->text, str_of(words[i]));
		struct str before = str_slice(line->text, 0, at > 0 ? (size_t)at : 0), after;

		if (!has_letter(before) || str_find_char(before, '@') >= 0)
			continue;
		after = str_slice(line->text, before.n + strlen(words[i]), before.n + strlen(words[i]) + 20);
		for (size_t k = 0; k < after.n; k++)
			if (is_digit(after.p[k]))
				return before.n;
	}
	return 0;
}

size_t reply_attribution_at(const struct reply_lines *lines, size_t at, size_t *ret_kept)
{
	const struct reply_line *line = &lines->items[at];
	size_t end = may_begin(line) ? attribution_from(lines, at) : 0;

	if (!end)
		return 0;
	*ret_kept = 0;
	if (reply_prefix(line->folded) && line->has_digit)
		return end;
	/* "We meet at 10:30" may be what stands above the attribution, not its beginning. */
	for (size_t later = at + 1; later < end; later++) {
		const struct reply_line *l = &lines->items[later];

		if (may_begin(l) && reply_prefix(l->folded) && l->has_digit && attribution_from(lines, later))
			return 0;
	}
	*ret_kept = shared_line(line);
	return end;
}

/* ---------------------------------------------------------------- header blocks */

struct block {
	unsigned labels; /* bits of enum header_label */
	bool has_mail, has_date;
};

static bool block_has(const struct block *block, enum header_label label)
{
	return block->labels & 1U << label;
}

static bool block_is_header(const struct block *b)
{
	bool from = block_has(b, LABEL_FROM), to = block_has(b, LABEL_TO), subject = block_has(b, LABEL_SUBJECT);
	bool sent = block_has(b, LABEL_SENT), date = sent || block_has(b, LABEL_DATE);

	if (from && date && to)
		return sent || subject || b->has_mail;
	if (from && subject)
		return date || to || b->has_mail;
	return b->has_mail && b->has_date && ((from && date) || (date && to));
}

static void block_add(struct block *block, const struct reply_line *line, enum header_label label)
{
	block->labels |= 1U << label;
	block->has_mail |= line->has_mail;
	block->has_date |= reply_date_find(line->folded) >= 0;
}

/* "Name: …" above the first label: a web form's, not a mail's header. */
static bool is_in_form(const struct reply_lines *lines, size_t at)
{
	const struct reply_line *line = at ? &lines->items[at - 1] : NULL;
	ptrdiff_t colon = line ? str_find_char(str_slice(line->folded, 0, 25), ':') : -1;

	return colon > 0 && !line->ends_colon && (size_t)colon + 1 < line->folded.n &&
	       line->folded.p[colon + 1] == ' ' && reply_label(line->folded) == LABEL_NONE &&
	       !reply_is_mobile_signature(line->folded);
}

size_t reply_header_block_at(const struct reply_lines *lines, size_t at)
{
	struct block block = {0};
	enum header_label label = reply_label(lines->items[at].folded);
	size_t end = at, folds = 0;

	if (label == LABEL_NONE || label == LABEL_CC || is_in_form(lines, at))
		return 0;
	for (size_t i = at; i < lines->count && i < at + BLOCK_LINES; i++) {
		const struct reply_line *line = &lines->items[i];

		label = reply_label(line->folded);
		if (label != LABEL_NONE) {
			block_add(&block, line, label);
			end = i + 1;
			folds = 0;
		} else if (line->is_blank) {
			/* HTML paragraphs: one blank line between each two fields. */
			if (i + 1 >= lines->count || reply_label(lines->items[i + 1].folded) == LABEL_NONE)
				break;
		} else if (++folds > 3 || line->is_marked) {
			break;
		} else {
			block.has_mail |= line->has_mail;
		}
	}
	return block_is_header(&block) ? end : 0;
}

/* ---------------------------------------------------------------- lines between rules */

bool reply_original_at(const struct reply_lines *lines, size_t at)
{
	struct str words, folded = lines->items[at].folded;
	bool is_framed = unframed(folded, &words);
	size_t next;

	if ((!is_framed && words.n > 60) || !reply_is_original(words))
		return false;
	next = next_text(lines, at + 1);
	return (is_framed && folded.n - words.n >= 4) ||
	       (words.n + 4 > folded.n && next < lines->count && reply_header_block_at(lines, next));
}

bool reply_forwarded_at(const struct reply_lines *lines, size_t at)
{
	struct str words, folded = lines->items[at].folded;
	bool is_framed = unframed(folded, &words);
	size_t next = next_text(lines, at + 1);

	return reply_is_forwarded(words) && (is_framed || (next < lines->count && reply_header_block_at(lines, next)));
}

bool reply_own_line_at(const struct reply_lines *lines, size_t at)
{
	struct str words, folded = lines->items[at].folded;

	return ((unframed(folded, &words) && folded.n - words.n >= 4) || str_starts(folded, STR("reply above")) ||
	        str_starts(folded, STR("please reply above"))) &&
	       reply_has_own_line(folded);
}

/* ---------------------------------------------------------------- quote marks */

static bool starts_small(const struct reply_line *line)
{
	struct str text = str_trim(line->text);

	/* Folding changes capitals alone at the beginning of a word. */
	return text.n && line->folded.n && text.p[0] == line->folded.p[0] &&
	       (is_alpha(text.p[0]) || (unsigned char)text.p[0] >= 0x80);
}

/* An unmarked line between two marked ones that a client broke off the first one, or a link it put on a line of its
 * own. */
static bool is_broken_off(const struct reply_lines *lines, size_t at)
{
	const struct reply_line *line = &lines->items[at], *before = &lines->items[at - 1];

	if (line->is_blank || at + 1 >= lines->count || !lines->items[at + 1].is_marked)
		return false;
	if (str_find(line->folded, STR("://")) >= 0 && line->folded.n && memchr("<([h", line->folded.p[0], 4))
		return true;
	return before->text.n >= 60 && starts_small(line);
}

size_t reply_marked_end(const struct reply_lines *lines, size_t at)
{
	size_t end = at;
	char mark = lines->items[at].is_marked ? '>' : '|';

	for (size_t i = at; i < lines->count; i++) {
		const struct reply_line *line = &lines->items[i];

		if (line->is_marked || (mark == '|' && line->folded.n && line->folded.p[0] == '|'))
			end = i + 1;
		else if (!line->is_blank && !(i == end && is_broken_off(lines, i)))
			break;
	}
	return end;
}

/* ---------------------------------------------------------------- signatures */

/* Number of lines with text, up to `max` + 1; SIZE_MAX where one is too long for a signature or asks something. */
static size_t short_lines(const struct reply_lines *lines, size_t from, size_t to, size_t max)
{
	size_t n = 0;

	for (size_t i = from; i < to && n <= max; i++) {
		const struct reply_line *line = &lines->items[i];

		if (line->is_blank)
			continue;
		if (line->text.n > 90 || str_ends_nocase(line->folded, STR("?")) ||
		    str_starts(line->folded, STR("p.s")) || str_starts(line->folded, STR("ps")))
			return SIZE_MAX;
		n++;
	}
	return n;
}

static size_t text_lines(const struct reply_lines *lines, size_t from, size_t to, size_t max)
{
	size_t n = 0;

	for (size_t i = from; i < to && n <= max; i++)
		n += !lines->items[i].is_blank;
	return n;
}

static bool is_delimiter(const struct reply_lines *lines, size_t at, size_t to)
{
	const struct reply_line *line = &lines->items[at];
	bool is_dash = str_starts(line->text, STR("\xe2\x80\x94")); /* a line of em dashes */

	if (str_eq(line->text, STR("-- ")))
		return true; /* RFC 3676 §4.3 */
	if (line->hint == HINT_SIGNATURE || str_eq(line->folded, STR("--")) || str_eq(line->folded, STR("__")) ||
	    str_eq(line->folded, STR("___")) || (is_dash && reply_is_rule(line->folded)))
		return text_lines(lines, at + 1, to, 15) <= 15;
	return false;
}

static bool is_contact(const struct reply_line *line)
{
	size_t digits = 0;

	for (size_t i = 0; i < line->folded.n; i++)
		digits += is_digit(line->folded.p[i]);
	return line->has_mail || digits >= 6 || str_find(line->folded, STR("www.")) >= 0 ||
	       str_find(line->folded, STR("://")) >= 0;
}

/* Any rule, a name right below it, a few short lines to the end, and in them where to reach somebody. */
static bool is_card(const struct reply_lines *lines, size_t at, size_t to)
{
	const struct reply_line *name = at + 1 < to ? &lines->items[at + 1] : NULL;

	if (!reply_is_rule(lines->items[at].folded) || !is_after_gap(lines, at) || !name || name->is_blank ||
	    name->text.n > 40 || name->ends_colon || short_lines(lines, at + 1, to, 8) > 8)
		return false;
	for (size_t i = at + 1; i < to; i++)
		if (is_contact(&lines->items[i]))
			return true;
	return false;
}

/* A long rule and behind it a mailing list's address. */
static bool is_footer(const struct reply_lines *lines, size_t at, size_t to)
{
	size_t next = next_text(lines, at + 1);

	return lines->items[at].folded.n >= 20 && reply_is_rule(lines->items[at].folded) && next < to &&
	       reply_is_list_footer(lines->items[next].folded) && text_lines(lines, next, to, 8) <= 8;
}

static bool is_closing(const struct reply_lines *lines, size_t at, size_t to)
{
	return reply_is_closing(lines->items[at].folded) && short_lines(lines, at + 1, to, 9) <= 9;
}

size_t reply_signature_find(const struct reply_lines *lines, size_t from, size_t to, bool *ret_is_mobile)
{
	*ret_is_mobile = false;
	for (size_t i = from; i < to; i++) {
		const struct reply_line *line = &lines->items[i];

		if (line->is_blank && line->hint == HINT_NONE)
			continue;
		if (is_after_gap(lines, i) && reply_is_mobile_signature(line->folded)) {
			*ret_is_mobile = true;
			return i;
		}
		if (is_delimiter(lines, i, to) || is_card(lines, i, to) || is_footer(lines, i, to) ||
		    is_closing(lines, i, to))
			return i;
	}
	return to;
}
