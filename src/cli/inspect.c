/* See inspect.h. */
#include "cli/inspect.h"

#include "cli/inspect_smime.h"
#include "mime/charset.h"

struct inspected inspect_read(struct arena *arena, struct str raw, const char *file)
{
	struct inspected mail = {.arena = arena, .file = file, .raw = raw};
	struct message *received;
	struct str html;

	received = message_parse(arena, raw, NULL);
	mail.received = received;
	mail.smime = inspect_smime(arena, received);
	mail.message = mail.smime ? mail.smime->message : received;
	mail.bounces = message_bounces(arena, mail.message);
	mail.kind = message_classify_with(arena, mail.message, &mail.bounces);
	mail.reply = message_reply(arena, mail.message);
	html = message_body_html(arena, mail.message);
	if (html.n)
		mail.html = html_sanitise(arena, html, NULL);
	return mail;
}

/* ---------------------------------------------------------------- a body alone */

static bool is_message(const struct message *m)
{
	return message_header(m, "MIME-Version") || message_header(m, "Message-ID");
}

/* Begins with a tag, a comment or an XML declaration, and closes some element. */
static bool is_html(struct str bytes)
{
	struct str start = str_trim(bytes);

	return start.n > 2 && start.p[0] == '<' && (is_alpha(start.p[1]) || start.p[1] == '!' || start.p[1] == '?') &&
	       str_find_char(str_slice(start, 0, KIB(4)), '>') > 0 &&
	       (str_find(start, STR("</")) > 0 || str_find_nocase(start, STR("<br")) >= 0);
}

static struct reply reply_of_body(struct arena *arena, struct str bytes)
{
	const struct message *m = message_parse(arena, bytes, NULL);

	if (is_message(m))
		return message_reply(arena, m);
	bytes = charset_guess_utf8(arena, bytes);
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_slice(bytes, 3, bytes.n);
	return is_html(bytes) ? reply_of_html(arena, bytes) : reply_of_text(arena, bytes);
}

int inspect_body_json(struct str bytes, const char *file, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply reply = reply_of_body(arena, bytes);
	json_t *object = json_pack("{s:s}", "file", file);

	inspect_add_reply(object, &reply);
	return inspect_dump(object, file, out, err);
}

int inspect_body_page(struct str bytes, const char *file, struct page *page, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply reply = reply_of_body(arena, bytes);

	inspect_show_file(page, file, bytes.n);
	inspect_show_text(page, arena, &reply, true);
	inspect_show_cut(page, &reply);
	return inspect_page_end(page, file, err);
}
