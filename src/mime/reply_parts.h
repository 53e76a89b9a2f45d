/* What the files of the reply extraction share; nobody outside src/mime/reply*.c includes it. Lines are matched in
 * their folded form: lower case, composed, single blanks for all kinds of space, ASCII digits, colons, dashes and
 * apostrophes, without invisible marks. */
#ifndef MIME_REPLY_PARTS_H
#define MIME_REPLY_PARTS_H

#include "mime/reply.h"

enum line_hint {
	HINT_NONE,
	HINT_QUOTE,     /* a client's quote element begins here */
	HINT_SIGNATURE, /* a client's signature element begins here */
};

struct reply_line {
	struct str text;   /* without its line end */
	struct str folded; /* trimmed; empty for a blank line and for one that is too long to be looked at */
	bool is_blank;
	bool is_marked; /* begins with ">" */
	bool has_mail;  /* an address in it */
	bool has_digit;
	bool ends_colon; /* dashes behind it don't count */
	enum line_hint hint;
};

struct reply_lines {
	struct reply_line *items;
	size_t count;
	struct str text; /* the lines' text, and what was not looked at */
};

/* reply_lines.c */

/* A line's place in the text for people, which is `text` without the lines of hints (see reply_html.c). */
struct reply_lines reply_lines_read(struct arena *arena, struct str text, bool has_hints);
struct str reply_fold(struct arena *arena, struct str text);

/* Where a date, a time or a year begins in folded text; -1 where none does. */
ptrdiff_t reply_date_find(struct str folded);

/* reply_words.c: all on folded text. */

enum header_label {
	LABEL_NONE,
	LABEL_FROM,
	LABEL_SENT, /* never means anything else */
	LABEL_DATE,
	LABEL_TO,
	LABEL_CC,
	LABEL_SUBJECT,
};

/* "wrote", "schrieb" … as words of their own. `is_at_end`: nothing but a colon, dashes and brackets behind it. */
bool reply_has_verb(struct str folded, bool *ret_is_at_end);
bool reply_has_weak_verb_at_end(struct str folded); /* "sent": also means other things */

/* Begins with "on", "am", "le" … and a blank; its length, 0 where it doesn't. */
size_t reply_prefix(struct str folded);
bool reply_starts_weekday(struct str folded);

/* "From: …", "*Von:* …"; LABEL_NONE for any other line. */
enum header_label reply_label(struct str folded);

/* The words of "-----Original Message-----" without what stands around them. */
bool reply_is_original(struct str words);
bool reply_is_forwarded(struct str words); /* "forwarded message" */
bool reply_has_own_line(struct str folded);
bool reply_is_forward_subject(struct str folded); /* "fwd: …", "wg: …" */
bool reply_is_mobile_signature(struct str folded);
bool reply_is_closing(struct str folded); /* "best regards," */
bool reply_is_list_footer(struct str folded);

/* reply_match.c: what begins at a line. */

/* A line of nothing but dashes, underscores, equals signs, asterisks (three or more). */
bool reply_is_rule(struct str folded);

/* Both return the index behind the last line of what begins at `at`, 0 where it doesn't begin there. `*ret_kept` is the
 * number of bytes of line `at` that stand in front of an attribution in the same line. */
size_t reply_attribution_at(const struct reply_lines *lines, size_t at, size_t *ret_kept);
size_t reply_header_block_at(const struct reply_lines *lines, size_t at);
bool reply_original_at(const struct reply_lines *lines, size_t at);
bool reply_forwarded_at(const struct reply_lines *lines, size_t at);
bool reply_own_line_at(const struct reply_lines *lines, size_t at);

/* Behind the last line of the quote whose first marked line is `at`. */
size_t reply_marked_end(const struct reply_lines *lines, size_t at);

/* The first line in [from, to) of a signature that reaches to `to`; `to` where there is none. */
size_t reply_signature_find(const struct reply_lines *lines, size_t from, size_t to, bool *ret_is_mobile);

/* reply_html.c: the page as text; lines that hold a hint alone say what the next one is. */
struct str reply_html_text(struct arena *arena, struct str html);

#define HINT_QUOTE_MARK     "\xef\xb7\x90" /* U+FDD0 and U+FDD1: noncharacters, never in a mail's text */
#define HINT_SIGNATURE_MARK "\xef\xb7\x91"

#endif
