/* Fuzz target: any bytes as a mail. Whatever is asked of the message afterwards must hold message.h's promises. */
#include "mime/classify.h"
#include "mime/message.h"
#include "mime/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str s)
{
	must(str_is_utf8(s));
	must(!s.p || s.p[s.n] == '\0');
}

static void check_within(struct str inner, struct str outer)
{
	must(inner.n == 0 || (inner.p >= outer.p && inner.p + inner.n <= outer.p + outer.n));
}

static void check_addresses(const struct address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		check_text(list->items[i].name);
		check_text(list->items[i].address);
	}
}

static void check_texts(const struct str *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_text(items[i]);
}

static void check_message(struct arena *arena, const struct message *m);

static void check_part(struct arena *arena, const struct message *m, const struct part *part)
{
	struct buf content CLEANUP(buf_done) = BUF_INIT(MIB(16));

	check_within(part->raw, m->raw);
	check_within(part->body, part->raw);
	check_text(part->type);
	check_text(part->subtype);
	check_text(part->charset);
	check_text(part->filename);
	check_text(part->content_id);
	check_text(part->disposition);
	must(part->type.n && part->subtype.n);
	must(!part->filename.n || !memchr(part->filename.p, '\0', part->filename.n));
	for (size_t i = 0; i < part->header_count; i++) {
		check_within(part->headers[i].name, part->raw);
		check_within(part->headers[i].value, part->raw);
		check_text(header_text(arena, &part->headers[i]));
		check_text(header_raw_text(arena, &part->headers[i]));
	}
	if (part_decode(part, &content))
		must(content.n == part_decoded_size(part));
	check_text(part_text(arena, m, part));
	check_text(part_number(arena, part));
	if (part->inner)
		check_message(arena, part->inner);
}

/* Files embedded in other parts are attachments without being parts of the message. */
static void check_attachment(struct arena *arena, const struct part *part)
{
	struct buf content CLEANUP(buf_done) = BUF_INIT(MIB(16));

	check_text(part->type);
	check_text(part->subtype);
	check_text(part->filename);
	check_text(part->content_id);
	must(part->type.n && part->subtype.n);
	if (part_decode(part, &content))
		must(content.n == part_decoded_size(part));
	check_text(part_number(arena, part));
}

static void check_message(struct arena *arena, const struct message *m)
{
	struct classification c = message_classify(arena, m);
	struct report report = message_report(arena, m);

	must(m->root == m->parts[0] && m->part_count > 0);
	for (size_t i = 0; i < m->part_count; i++) {
		must(m->parts[i]->index == (int)i);
		check_part(arena, m, m->parts[i]);
	}
	for (size_t i = 0; i < m->attachment_count; i++)
		check_attachment(arena, m->attachments[i]);
	check_addresses(&m->from_list);
	check_addresses(&m->sender);
	check_addresses(&m->to);
	check_addresses(&m->cc);
	check_addresses(&m->bcc);
	check_addresses(&m->reply_to);
	check_text(m->return_path);
	check_text(m->subject);
	check_text(m->message_id);
	check_texts(m->in_reply_to, m->in_reply_to_count);
	check_texts(m->references, m->reference_count);
	check_texts(m->notices, m->notice_count);
	check_text(message_body_text(arena, m));
	check_text(message_body_html(arena, m));
	check_text(c.evidence);
	must((c.kind == AUTO_NONE) == (c.evidence.n == 0));
	must(c.kind == AUTO_NONE || !c.answer_allowed);
	for (size_t i = 0; i < report.count; i++) {
		check_text(report.recipients[i].recipient);
		check_text(report.recipients[i].diagnostic);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message_limits small = {.max_parts = 20, .max_depth = 3, .max_headers = 10, .max_text = 200};

	check_message(arena, message_parse(arena, str_new(data, size), NULL));
	check_message(arena, message_parse(arena, str_new(data, size), &small));
	return 0;
}
