/* See inspect.h: the page for people. It is a list of sections; each is a function that shows what it knows, or
 * nothing. */
#include "cli/inspect.h"

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/inspect_sections.h"
#include "cli/mail_text.h"

/* ---------------------------------------------------------------- head */

void inspect_show_file(struct page *page, const char *file, size_t bytes)
{
	char room[24];

	page_text(page, PAGE_BOLD, str_of(file));
	page_printf(page, PAGE_DIM, "  %s", page_size(bytes, room));
	page_line_end(page);
}

static void show_address(struct page *page, const struct address *a)
{
	if (a->name.n) {
		page_text(page, PAGE_PLAIN, a->name);
		page_text(page, PAGE_PLAIN, STR(" "));
	}
	page_printf(page, PAGE_PLAIN, a->name.n ? "<" STR_FMT ">" : STR_FMT, STR_ARG(a->address));
}

static void show_addresses(struct page *page, const char *label, const struct address_list *list)
{
	if (!list->count)
		return;
	page_label(page, label);
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			page_text(page, PAGE_PLAIN, STR(", "));
		show_address(page, &list->items[i]);
	}
	page_line_end(page);
}

/* The moment in UTC, and as the writer's clock had it. */
static void show_date(const struct inspected *mail, struct page *page)
{
	const struct header *written = message_header(mail->message, "Date");
	char when[24];

	page_label(page, "Date");
	if (mail->message->date)
		page_printf(page, PAGE_PLAIN, "%s UTC", cli_time(mail->message->date, when));
	else
		page_text(page, PAGE_NOTE, written ? STR("can't be read") : STR("none"));
	if (written)
		page_printf(page, PAGE_DIM, "  " STR_FMT, STR_ARG(header_raw_text(mail->arena, written)));
	page_line_end(page);
}

static void show_head(const struct inspected *mail, struct page *page)
{
	const struct message *m = mail->message;

	inspect_show_file(page, mail->file, mail->raw.n);
	page_line_end(page);
	show_addresses(page, "From", &m->from_list);
	show_addresses(page, "Sender", &m->sender);
	show_addresses(page, "Reply-To", &m->reply_to);
	show_addresses(page, "To", &m->to);
	show_addresses(page, "Cc", &m->cc);
	page_label(page, "Subject");
	page_text(page, m->subject.n ? PAGE_BOLD : PAGE_DIM, m->subject.n ? m->subject : STR("none"));
	page_line_end(page);
	show_date(mail, page);
	page_field(page, "Message-ID", m->message_id);
}

/* ---------------------------------------------------------------- kind */

static const char *kind_phrase(enum auto_kind kind)
{
	static const char *const phrases[] = {
	        [AUTO_NONE] = "written by a person: nothing says otherwise",
	        [AUTO_REPLY] = "an automatic reply",
	        [AUTO_OUT_OF_OFFICE] = "a note of absence (out of office)",
	        [AUTO_DELIVERY_REPORT] = "a delivery report",
	        [AUTO_READ_RECEIPT] = "a read receipt",
	        [AUTO_COMPLAINT] = "a complaint (marked as spam by its reader)",
	        [AUTO_LIST] = "from a mailing list",
	        [AUTO_NEWSLETTER] = "a newsletter",
	        [AUTO_GENERATED] = "sent by a machine",
	        [AUTO_LOOP] = "a mail that goes round",
	        [AUTO_OWN] = "a mail of our own, come back",
	};
	return (size_t)kind < ARRAY_LEN(phrases) && phrases[kind] ? phrases[kind] : auto_kind_word(kind);
}

static void show_header(const struct inspected *mail, struct page *page, const char *label, const char *name)
{
	const struct header *header = message_header(mail->message, name);

	if (header)
		page_field(page, label, header_text(mail->arena, header));
}

static void show_kind(const struct inspected *mail, struct page *page)
{
	const struct classification *c = &mail->kind;

	page_heading(page, "Recognised");
	page_label(page, "Kind");
	page_text(page, c->kind == AUTO_NONE ? PAGE_GOOD : PAGE_NOTE, str_of(kind_phrase(c->kind)));
	page_line_end(page);
	for (size_t i = 0; i < c->sign_count; i++)
		page_field(page, i ? "" : "Because of", c->signs[i]);
	page_label(page, "Answer");
	page_text(page, c->answer_allowed ? PAGE_GOOD : PAGE_NOTE,
	          c->answer_allowed ? STR("an automatic answer may go out") : STR("no automatic answer goes out"));
	page_line_end(page);
	show_header(mail, page, "List", "List-Id");
	show_header(mail, page, "Unsubscribe", "List-Unsubscribe");
}

/* ---------------------------------------------------------------- text */

void inspect_show_text(struct page *page, struct arena *arena, const struct reply *reply, bool is_full)
{
	page_heading(page, "Text");
	mail_show_text(page, arena, reply, 0, is_full);
}

static void show_text(const struct inspected *mail, struct page *page)
{
	inspect_show_text(page, mail->arena, &mail->reply, mail->is_full);
}

void inspect_show_cut(struct page *page, const struct reply *reply)
{
	static const char *const phrases[] = {
	        [REPLY_WHOLE] = "all of the text: no quote and no signature found",
	        [REPLY_FORWARD] = "all of the text: a forwarded message",
	        [REPLY_OWN_LINE] = "ends at the line \"write your reply above\"",
	        [REPLY_ATTRIBUTION] = "ends at the line that introduces a quote",
	        [REPLY_HEADER_BLOCK] = "ends at the header lines of a quoted message",
	        [REPLY_ORIGINAL_MESSAGE] = "ends at the mark of an original message",
	        [REPLY_QUOTE_MARKS] = "ends at lines that begin with \">\"",
	        [REPLY_HTML_QUOTE] = "ends at an element that a mail program puts around quotes",
	        [REPLY_SIGNATURE] = "ends at a signature",
	        [REPLY_MOBILE_SIGNATURE] = "ends at a phone's signature",
	};

	page_heading(page, "Reply");
	page_label(page, "Length");
	page_text(page, PAGE_PLAIN, str_of(phrases[reply->evidence]));
	page_line_end(page);
	page_field(page, "Line", str_slice(reply->evidence_line, 0, 200));
	if (reply->is_interleaved)
		page_field(page, "Answers", STR("stand between the quotes"));
	page_field(page, "Mark", str_of(reply_evidence_word(reply->evidence)));
}

static void show_cut(const struct inspected *mail, struct page *page)
{
	if (mail->reply.evidence != REPLY_WHOLE)
		inspect_show_cut(page, &mail->reply);
}

/* ---------------------------------------------------------------- the page */

/* Of a stored mail: where it went, and why. */
static void show_place(const struct inspected *mail, struct page *page)
{
	struct str rest = str_trim(mail->why), finding;

	if (!mail->case_number)
		return;
	page_heading(page, "Case");
	page_field(page, "Number", str_of(mail->case_number[0] ? mail->case_number : "none"));
	for (const char *label = "Why"; str_split(&rest, '\n', &finding); label = "")
		page_field(page, label, finding);
}

static void (*const sections[])(const struct inspected *mail, struct page *page) = {
        show_head,
        show_kind,
        show_place,
        inspect_section_trust,
        inspect_section_smime,
        inspect_section_thread,
        inspect_section_bounce,
        show_text,
        show_cut,
        inspect_section_attachments,
        inspect_section_html,
        inspect_section_structure,
        inspect_section_notices,
};

int inspect_page_end(struct page *page, const char *file, struct error *err)
{
	page_line_end(page);
	if (page->out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: the page is longer than %zu bytes", file, page->out->max);
	return 0;
}

int inspect_page(const struct inspected *mail, struct page *page, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		sections[i](mail, page);
	return inspect_page_end(page, mail->file, err);
}
