/* See correspond.h. */
#include "intake/correspond.h"

#include "base/clock.h"
#include "cases/letter_values.h"
#include "intake/letter.h"
#include "intake/written_to.h"
#include "mime/html_text.h"

#define MAX_FIRST   (MIB(1) + KIB(64))
#define MAX_FORWARD MIB(35) /* of a mail that is forwarded: base64 makes a third more of it */
#define MAX_QUOTED  KIB(256)

/* ---------------------------------------------------------------- the mail that is answered */

static int read_message(struct db *db, int64_t id, struct arena *arena, struct correspondence *co, struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_FIRST);
	int r = message_get(db, id, arena, &co->row, err);

	if (r > 0 && co->row.case_id != co->c->id)
		r = 0;
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message: case %s has no message %lld", co->c->number,
		            (long long)id);
	if (r > 0)
		r = raw_get_first(db, id, &raw, err);
	if (r > 0)
		co->answered = message_parse(arena, arena_str(arena, buf_str(&raw)), NULL);
	return MIN(r, 0);
}

/* Who wrote, or Reply-To; of a mail of ours, those it went to. */
static void choose_recipients(struct correspondence *co, struct arena *arena)
{
	const struct message *m = co->answered;
	struct address *to;

	if (!m)
		return;
	if (strcmp(co->row.direction, "out") == 0) {
		co->to = m->to.items;
		co->to_count = MIN(m->to.count, (size_t)LETTER_RECIPIENTS_MAX);
	} else if (m->reply_to.count) {
		co->to = m->reply_to.items;
		co->to_count = MIN(m->reply_to.count, (size_t)LETTER_RECIPIENTS_MAX);
	} else if (m->from.address.n) {
		to = ARENA_NEW(arena, struct address);
		*to = m->from;
		co->to = to;
		co->to_count = 1;
	}
}

static const char *choose_from(const struct correspondence *co)
{
	const char *own = NULL;

	if (co->row.id && strcmp(co->row.direction, "out") == 0)
		own = account_own_address(co->account, co->row.from_address);
	else if (co->answered)
		own = address_written_to(co->account, co->answered);
	return own ? own : co->account->send.address;
}

static struct str topic_of(const struct correspondence *co)
{
	if (co->answered && co->answered->subject.n)
		return letter_plain_subject(co->answered->subject);
	return co->hides_topic ? STR("...") : letter_plain_subject(co->c->subject);
}

/* Its number stands in it, so that an answer without any mark of ours is found. */
static struct str answer_subject(const struct correspondence *co, struct arena *arena)
{
	struct str topic = topic_of(co);

	if (str_find_nocase(topic, str_of(co->c->number)) >= 0)
		return arena_printf(arena, "Re: " STR_FMT, STR_ARG(topic));
	return arena_printf(arena, "Re: " STR_FMT " [%s]", STR_ARG(topic), co->c->number);
}

int correspond_begin(struct db *db, const struct setup *setup, const struct stored_case *c, int64_t message_id,
                     struct arena *arena, struct correspondence *ret, struct error *err)
{
	struct correspondence co = {.setup = setup, .c = c};
	int r = message_id ? 1 : message_to_answer(db, c->id, &message_id, err);

	if (r > 0)
		r = read_message(db, message_id, arena, &co, err);
	if (r == 0)
		r = message_case_hides_subject(db, c->id, &co.hides_topic, err);
	if (r < 0)
		return r;
	co.account = co.row.id ? setup_account(setup, co.row.account) : NULL;
	co.account = co.account ? co.account : setup_account(setup, c->account);
	if (!co.account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "case %s: its account %s isn't set up any more", c->number,
		            c->account);
	choose_recipients(&co, arena);
	co.from = choose_from(&co);
	co.subject = answer_subject(&co, arena);
	*ret = co;
	return 0;
}

/* ---------------------------------------------------------------- templates */

int correspond_fill(const struct correspondence *co, const struct template *template, struct str written,
                    struct arena *arena, struct filled_template *ret, struct error *err)
{
	const struct message *m = co->answered;
	const struct letter_facts facts = {
	        .account = co->account,
	        .our_address = co->from,
	        .c = co->c,
	        .case_subject = !co->c            ? STR("")
	                        : co->hides_topic ? STR("...")
	                                          : co->c->subject,
	        .contact = co->to_count ? co->to[0] : (struct address){STR(""), STR("")},
	        .message_subject = m ? m->subject : STR(""),
	        .message_from = m ? m->from.address : STR(""),
	        .message_date = m && m->date ? m->date
	                        : co->row.id ? co->row.created_at
	                                     : clock_now_ms(),
	        .text = written,
	};
	bool has_text = strstr(template->text, "{{text}}") != NULL,
	     has_html = strstr(template->html, "{{text}}") != NULL;
	struct buf subject CLEANUP(buf_done) = BUF_INIT(KIB(4)), text CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX),
	                   html CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX);
	struct render_value *values;
	size_t n = letter_values(arena, &facts, &values);

	if (written.n && !has_text)
		buf_printf(&text, STR_FMT "\n\n", STR_ARG(str_trim(written)));
	if (written.n && !has_html && template->html[0])
		buf_add(&html, html_from_text(arena, str_trim(written)));
	if (!render(template->subject, RENDER_LINE, values, n, &subject) ||
	    !render(template->text, RENDER_TEXT, values, n, &text) ||
	    !render(template->html, RENDER_HTML, values, n, &html) || text.failed || html.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "template: %s, filled, is too long", template->id);
	ret->subject = arena_str(arena, buf_str(&subject));
	ret->text = arena_str(arena, buf_str(&text));
	ret->html = arena_str(arena, buf_str(&html));
	return 0;
}

/* ---------------------------------------------------------------- quotes */

static struct str attribution(const struct correspondence *co, struct arena *arena)
{
	const struct address *from = &co->answered->from;
	char date[40];

	clock_format_rfc5322(co->answered->date ? co->answered->date : co->row.created_at, date);
	return arena_printf(arena, "On %s, " STR_FMT " wrote:", date,
	                    STR_ARG(from->name.n ? from->name : from->address));
}

void correspond_quote(const struct correspondence *co, struct arena *arena, struct str *text, struct str *html)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX),
	               page CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX);
	struct str quoted, line, rest;

	if (!co->answered)
		return;
	quoted = str_trim(message_body_text(arena, co->answered));
	if (!quoted.n || quoted.n > MAX_QUOTED)
		return;
	buf_printf(&out, STR_FMT "\n\n" STR_FMT "\n", STR_ARG(*text), STR_ARG(attribution(co, arena)));
	for (rest = quoted; str_split(&rest, '\n', &line);)
		buf_printf(&out, line.n && line.p[0] == '>' ? ">" STR_FMT "\n" : "> " STR_FMT "\n", STR_ARG(line));
	if (!out.failed)
		*text = arena_str(arena, buf_str(&out));
	if (!html->n)
		return;
	buf_add(&page, *html);
	buf_add(&page, html_from_text(arena, attribution(co, arena)));
	buf_add(&page, STR("<blockquote type=\"cite\">"));
	buf_add(&page, html_from_text(arena, quoted));
	buf_add(&page, STR("</blockquote>"));
	if (!page.failed)
		*html = arena_str(arena, buf_str(&page));
}

/* ---------------------------------------------------------------- forwarding */

struct str correspond_forward_subject(const struct correspondence *co, struct arena *arena)
{
	return arena_printf(arena, "Fwd: " STR_FMT, STR_ARG(topic_of(co)));
}

static void add_header(struct buf *out, struct arena *arena, const struct message *m, const char *name)
{
	const struct header *header = message_header(m, name);

	if (header)
		buf_printf(out, "%s: " STR_FMT "\n", name, STR_ARG(header_text(arena, header)));
}

static void put_inline(const struct message *m, struct arena *arena, struct str *text)
{
	static const char *const names[] = {"From", "Date", "Subject", "To", "Cc"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX);

	buf_printf(&out, STR_FMT "\n\n---------- Forwarded message ----------\n", STR_ARG(str_trim(*text)));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_header(&out, arena, m, names[i]);
	buf_printf(&out, "\n" STR_FMT "\n", STR_ARG(str_trim(message_body_text(arena, m))));
	if (!out.failed)
		*text = arena_str(arena, buf_str(&out));
}

static int take_files(const struct message *m, struct arena *arena, struct draft_attachment *files, struct error *err)
{
	for (size_t i = 0; i < MIN(m->attachment_count, (size_t)LETTER_FILES_MAX); i++) {
		struct buf bytes CLEANUP(buf_done) = BUF_INIT(MAX_FORWARD);

		if (!part_decode(m->attachments[i], &bytes))
			return fail(err, E_LIMIT, RETRY_NEVER, "message: its file %zu is too large to be forwarded",
			            i + 1);
		files[i] = (struct draft_attachment){.name = m->attachments[i]->filename,
		                                     .type = part_type(arena, m->attachments[i]),
		                                     .content = arena_str(arena, buf_str(&bytes))};
	}
	return 0;
}

int correspond_forward(const struct correspondence *co, struct db *db, bool as_file, struct arena *arena,
                       struct str *text, struct draft_attachment **ret_files, size_t *ret_count, struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_FORWARD);
	struct draft_attachment *files = ARENA_ARRAY(arena, struct draft_attachment, LETTER_FILES_MAX);
	const struct message *m;
	int r = co->row.id ? raw_get(db, co->row.id, &raw, err) : 0;

	if (r < 0)
		return r;
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message: case %s has none to be forwarded", co->c->number);
	m = message_parse(arena, arena_str(arena, buf_str(&raw)), NULL);
	*ret_files = files;
	*ret_count = 1;
	if (as_file) {
		files[0] = (struct draft_attachment){
		        .name = STR("forwarded.eml"), .type = STR("message/rfc822"), .content = m->raw};
		return 0;
	}
	put_inline(m, arena, text);
	*ret_count = MIN(m->attachment_count, (size_t)LETTER_FILES_MAX);
	return take_files(m, arena, files, err);
}
