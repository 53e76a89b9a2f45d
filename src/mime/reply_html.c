/* See reply_parts.h. Elements that mail clients put around quotes and signatures are found by their class, id or style,
 * and a line with a hint alone is put in front of them before the page is turned into text. */
#include "reply_parts.h"

#include "html_text.h"

#define TAG_MAX 1024 /* bytes of a tag that are looked at */

/* clang-format off */
static const struct {
	const char *word;
	enum line_hint hint;
} marks[] = {
	{"gmail_quote", HINT_QUOTE}, {"gmail_attr", HINT_QUOTE}, {"yahoo_quoted", HINT_QUOTE}, {"yahoo-quoted", HINT_QUOTE}, {"moz-cite-prefix", HINT_QUOTE}, {"moz-email-headers-table", HINT_QUOTE},
	{"divrplyfwdmsg", HINT_QUOTE}, {"appendonsend", HINT_QUOTE}, {"stopspelling", HINT_QUOTE}, {"zwchr", HINT_QUOTE}, {"outlookmessageheader", HINT_QUOTE}, {"protonmail_quote", HINT_QUOTE},
	{"tutanota_quote", HINT_QUOTE}, {"mail-editor-reference-message-container", HINT_QUOTE}, {"ms-outlook-mobile-reference-message", HINT_QUOTE}, {"aolmsgpart", HINT_QUOTE}, {"aolreplacedbody", HINT_QUOTE},
	{"zmail_extra", HINT_QUOTE}, {"freshdesk_quote", HINT_QUOTE}, {"front-blockquote", HINT_QUOTE}, {"hcsig_quote", HINT_QUOTE}, {"mozquote", HINT_QUOTE}, {"original-message", HINT_QUOTE},
	{"gmail_signature", HINT_SIGNATURE}, {"moz-signature", HINT_SIGNATURE}, {"ms-outlook-mobile-signature", HINT_SIGNATURE}, {"applemailsignature", HINT_SIGNATURE}, {"protonmail_signature_block", HINT_SIGNATURE},
	{"id=\"signature\"", HINT_SIGNATURE}, {"id=signature", HINT_SIGNATURE}, {"lineBreakAtBeginningOfSignature", HINT_SIGNATURE}, {"tutanota_signature", HINT_SIGNATURE},
};

/* The colours of the line that Outlook and Windows Mail draw above a quote. */
static const char *const borders[] = {"#b5c4df", "#e1e1e1", "rgb(229, 229, 229)", "rgb(181, 196, 223)", "rgb(225, 225, 225)", "#e5e5e5"};
static const char *const elements[] = {"div", "hr", "span", "p", "table", "td", "blockquote", "section"};
/* clang-format on */

static bool has_border(struct str tag)
{
	if (str_find_nocase(tag, STR("border-top")) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(borders); i++)
		if (str_find_nocase(tag, str_of(borders[i])) >= 0)
			return true;
	return false;
}

static enum line_hint hint_of_tag(struct str tag)
{
	size_t n = 0;
	bool is_element = false;

	while (n < tag.n && (is_alpha(tag.p[n]) || is_digit(tag.p[n])))
		n++;
	for (size_t i = 0; i < ARRAY_LEN(elements) && !is_element; i++)
		is_element = str_eq_nocase(str_slice(tag, 0, n), str_of(elements[i]));
	if (!is_element || tag.n < n + 5)
		return HINT_NONE;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_find_nocase(tag, str_of(marks[i].word)) >= 0)
			return marks[i].hint;
	return has_border(tag) ? HINT_QUOTE : HINT_NONE;
}

/* Behind the '>' of the tag that begins at `at`; a '>' in quotes doesn't count. */
static size_t tag_end(struct str html, size_t at)
{
	char quote = '\0';

	for (; at < html.n; at++) {
		char c = html.p[at];

		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '>')
			return at + 1;
		else if ((c == '"' || c == '\'') && html.p[at - 1] == '=')
			quote = c;
	}
	return html.n;
}

static size_t comment_end(struct str html, size_t at)
{
	ptrdiff_t end = str_find(str_slice(html, at + 2, html.n), STR("-->"));

	return end < 0 ? html.n : at + 2 + (size_t)end + 3;
}

struct str reply_html_text(struct arena *arena, struct str html)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(html.n * 8 + 64);

	for (size_t at = 0; at < html.n;) {
		const char *open = memchr(html.p + at, '<', html.n - at);
		size_t start = open ? (size_t)(open - html.p) : html.n, end = start;
		enum line_hint hint = HINT_NONE;

		buf_add(&out, str_slice(html, at, start));
		if (start < html.n && str_starts(str_slice(html, start, html.n), STR("<!--")))
			end = comment_end(html, start);
		else if (start < html.n)
			end = tag_end(html, start + 1);
		if (end - start > 6 && is_alpha(html.p[start + 1]))
			hint = hint_of_tag(str_slice(html, start + 1, MIN(end, start + TAG_MAX)));
		if (hint != HINT_NONE)
			buf_add(&out, hint == HINT_QUOTE ? STR("<div>" HINT_QUOTE_MARK "</div>")
			                                 : STR("<div>" HINT_SIGNATURE_MARK "</div>"));
		buf_add(&out, str_slice(html, start, end));
		at = end;
	}
	return html_to_text(arena, buf_str(&out));
}
