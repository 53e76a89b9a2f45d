/* See mail_text.h. */
#include "cli/mail_text.h"

#include "mime/quote_pieces.h"

#define MAX_READ MIB(16) /* of a mail that is read again for its text */

int mail_reply(struct db *db, const struct stored_message *message, struct arena *arena, struct reply *ret_reply,
               struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_READ);
	int r = message->size <= MAX_READ ? raw_get(db, message->id, &raw, err) : 0;

	if (r < 0)
		return r;
	/* Copied: the message's views lie in its bytes. */
	*ret_reply = r > 0 ? message_reply(arena, message_parse(arena, arena_str(arena, buf_str(&raw)), NULL))
	                   : reply_of_text(arena, message->body_text);
	return 0;
}

static void show_fold(struct page *page, int indent, const struct quote_piece *piece)
{
	const char *what = piece->is_quote ? (piece->lines == 1 ? "quoted line" : "quoted lines")
	                                   : (piece->lines == 1 ? "line of a signature" : "lines of a signature");

	page_printf(page, PAGE_DIM, "%*s[… %zu %s]", indent, "", piece->lines, what);
	page_line_end(page);
}

void mail_show_text(struct page *page, struct arena *arena, const struct reply *reply, int indent, bool is_full)
{
	struct quote_piece *pieces;
	size_t count = quote_pieces(arena, reply, &pieces);

	if (!count) {
		page_printf(page, PAGE_DIM, "%*sno text", indent, "");
		page_line_end(page);
	}
	for (size_t i = 0; i < count; i++) {
		if (i)
			page_line_end(page);
		if (pieces[i].is_left_out && !is_full)
			show_fold(page, indent, &pieces[i]);
		else
			page_lines(page, pieces[i].is_left_out ? PAGE_DIM : PAGE_PLAIN, indent, pieces[i].text);
	}
}
