/* A message as the API shows it, with all that belongs to it. See mail_view.h. */
#include "api/mail_view.h"

#include "mime/quote_pieces.h"
#include "store/automatic_mail.h"
#include "store/held.h"
#include "store/outbox_reports.h"
#include "store/sent_copies.h"

#define MAX_FIRST   (MIB(1) + KIB(64))
#define PREVIEW_MAX 160 /* bytes */

/* ---------------------------------------------------------------- its text */

/* What is new on one line. */
static const char *preview_of(struct str text, struct arena *arena)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(PREVIEW_MAX + 8);
	size_t n;

	for (size_t i = 0; i < text.n && line.n < PREVIEW_MAX; i++) {
		bool blank = is_space(text.p[i]);

		if (!blank)
			buf_add_char(&line, text.p[i]);
		else if (line.n && line.p[line.n - 1] != ' ')
			buf_add_char(&line, ' ');
	}
	n = line.n;
	while (n && !str_is_utf8(str_new(line.p, n))) /* cut within a character */
		n--;
	return arena_cstr(arena, str_trim(str_new(line.p, n)));
}

static void set_text(struct message_view *view, const struct reply *reply, struct arena *arena)
{
	struct quote_piece *pieces;
	size_t count = quote_pieces(arena, reply, &pieces), n = 0;
	struct quoted_view *quoted = ARENA_ARRAY(arena, struct quoted_view, count + 1);

	for (size_t i = 0; i < count; i++) {
		if (!pieces[i].is_left_out)
			continue;
		quoted[n++] = (struct quoted_view){.text = arena_cstr(arena, pieces[i].text),
		                                   .kind = pieces[i].is_quote ? "quote" : "signature",
		                                   .lines = (int64_t)pieces[i].lines};
	}
	view->quoted = (struct record_list){quoted, n};
	view->text = arena_cstr(arena, reply->reply);
	view->preview = preview_of(reply->reply, arena);
	view->is_interleaved = reply->is_interleaved;
}

/* Read again from the mail itself, which knows more of what was quoted than the text that was kept; what S/MIME opened
 * is there as text alone. */
static int read_text(struct db *db, const struct stored_message *m, struct arena *arena, struct message_view *view,
                     struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_FIRST);
	const struct message *parsed = NULL;
	struct reply reply;
	const struct header *cc;
	int r = raw_get_first(db, m->id, &raw, err);

	if (r < 0)
		return r;
	if (r > 0)
		parsed = message_parse(arena, arena_str(arena, buf_str(&raw)), NULL);
	cc = parsed ? message_header(parsed, "Cc") : NULL;
	view->cc = cc ? arena_cstr(arena, header_text(arena, cc)) : "";
	view->has_html = parsed && parsed->html;
	if (parsed && !m->smime.n)
		reply = message_reply(arena, parsed);
	else
		reply = reply_of_text(arena, m->body_text);
	set_text(view, &reply, arena);
	return 0;
}

/* ---------------------------------------------------------------- what belongs to it */

static int read_files(struct db *db, int64_t id, struct arena *arena, struct message_view *view, struct error *err)
{
	struct stored_attachment *files;
	struct attachment_view *list;
	int n = attachment_list(db, id, arena, &files, err);

	if (n < 0)
		return n;
	list = ARENA_ARRAY(arena, struct attachment_view, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		list[i] = (struct attachment_view){
		        .number = i + 1,
		        .name = arena_cstr(arena, files[i].name),
		        .type = arena_cstr(arena, files[i].type),
		        .content_id = arena_cstr(arena, files[i].content_ident),
		        .size = (int64_t)files[i].size,
		        .is_inline = files[i].content_ident.n && !str_eq(files[i].disposition, STR("attachment")),
		};
	view->attachments = (struct record_list){list, (size_t)n};
	return 0;
}

struct record_list recipient_views(const struct outbox_row *row, struct arena *arena)
{
	struct recipient_view *list = ARENA_ARRAY(arena, struct recipient_view, row->recipient_count + 1);

	for (size_t i = 0; i < row->recipient_count; i++) {
		const struct outbox_recipient *r = &row->recipients[i];

		list[i] = (struct recipient_view){
		        .address = r->address,
		        .state = r->state,
		        .reply = r->reply,
		        .status = r->status,
		        .reason = r->reason,
		        .diagnostic = r->diagnostic,
		        .mta = r->mta,
		        .code = r->code,
		        .reported_at = r->reported_at,
		        .report_id = r->report_id,
		};
	}
	return (struct record_list){list, row->recipient_count};
}

static int read_delivery(struct db *db, int64_t id, struct arena *arena, struct message_view *view, struct error *err)
{
	struct outbox_row row = {.id = 0};
	int r = outbox_of_message(db, id, arena, &row, err);

	if (r < 0 || !row.id)
		return r;
	view->outbox_id = row.id;
	view->state = row.state;
	view->written_by = row.operator_id;
	view->sent_at = row.sent_at;
	view->recipients = recipient_views(&row, arena);
	return 0;
}

static int read_fate(struct db *db, int64_t id, struct arena *arena, struct message_view *view, struct error *err)
{
	struct message_fate fate;
	struct str sender = STR("");
	int r = conversation_fate(db, id, arena, &fate, err);

	if (r >= 0)
		r = authentication_get(db, id, arena, &sender, err);
	if (r < 0)
		return r;
	view->outcome = fate.outcome;
	view->answer = fate.answer;
	view->no_answer = fate.answer_code;
	if (sender.n)
		view->sender = json_loadb(sender.p, sender.n, 0, NULL);
	return 0;
}

static struct text_list lines_of(struct str text, struct arena *arena)
{
	struct str rest = str_trim(text), line;
	struct text_list list = {0};
	size_t size = 0;

	while (rest.n && str_split(&rest, '\n', &line)) {
		ARENA_ROOM(arena, list.items, list.count, size);
		list.items[list.count++] = arena_cstr(arena, line);
	}
	return list;
}

int message_view_read(struct db *db, const struct stored_message *m, const char *case_number, struct arena *arena,
                      struct message_view *ret_view, struct error *err)
{
	struct message_view view = {
	        .id = m->id,
	        .case_id = m->case_id,
	        .case_number = case_number,
	        .direction = m->direction,
	        .account = m->account,
	        .message_ident = arena_cstr(arena, m->message_ident),
	        .from_address = arena_cstr(arena, m->from_address),
	        .from_name = arena_cstr(arena, m->from_name),
	        .to = arena_cstr(arena, m->to_text),
	        .subject = arena_cstr(arena, m->subject),
	        .automatic = m->automatic,
	        .date = m->date,
	        .created_at = m->created_at,
	        .size = (int64_t)m->size,
	        .evidence = lines_of(m->evidence, arena),
	        .outcome = "",
	        .answer = "",
	        .no_answer = "",
	        .state = "",
	};
	int r = read_text(db, m, arena, &view, err);

	if (r == 0)
		r = read_files(db, m->id, arena, &view, err);
	if (r == 0)
		r = strcmp(m->direction, "out") == 0 ? read_delivery(db, m->id, arena, &view, err)
		                                     : read_fate(db, m->id, arena, &view, err);
	if (r < 0)
		return r;
	if (m->smime.n)
		view.smime = json_loadb(m->smime.p, m->smime.n, 0, NULL);
	*ret_view = view;
	return 0;
}

void message_view_done(struct message_view *view)
{
	json_decref(view->sender);
	json_decref(view->smime);
	view->sender = view->smime = NULL;
}

/* ---------------------------------------------------------------- outbox and ledger */

static bool waits_for_switch(const struct outbox_row *row, bool is_on)
{
	return !is_on && strcmp(row->kind, "answer") == 0 &&
	       (strcmp(row->state, "queued") == 0 || strcmp(row->state, "later") == 0);
}

int outbox_view_read(struct db *db, const struct outbox_row *row, bool automatic_mail_is_on, struct arena *arena,
                     struct outbox_view *ret_view, struct error *err)
{
	struct stored_message m = {.subject = STR("")};
	struct sent_copy copy = {.state = "", .reason = ""};
	int r = message_get(db, row->message_id, arena, &m, err);

	if (r >= 0)
		r = sent_copy_get(db, row->id, arena, &copy, err);
	if (r < 0)
		return r;
	*ret_view = (struct outbox_view){
	        .id = row->id,
	        .message_id = row->message_id,
	        .case_id = row->case_id,
	        .tries = row->tries,
	        .code = row->code,
	        .next_try_at =
	                strcmp(row->state, "queued") == 0 || strcmp(row->state, "later") == 0 ? row->next_try_at : 0,
	        .created_at = row->created_at,
	        .sent_at = row->sent_at,
	        .account = row->account,
	        .kind = row->kind,
	        .state = row->state,
	        .waits_for = waits_for_switch(row, automatic_mail_is_on) ? "automatic-mail" : "",
	        .reply = row->reply,
	        .subject = arena_cstr(arena, m.subject),
	        .from = arena_cstr(arena, m.from_address),
	        .message_ident = row->message_ident,
	        .copy_state = copy.state,
	        .copy_reason = copy.reason,
	        .written_by = row->operator_id,
	        .recipients = recipient_views(row, arena),
	};
	return 0;
}

static int wanted_case(struct db *db, int64_t ledger_id, struct arena *arena, const char **ret_number,
                       struct error *err)
{
	struct stored_case c;
	int64_t id = 0;
	int r = held_wanted_case(db, ledger_id, &id, err);

	if (r > 0 && id)
		r = case_get(db, id, arena, &c, err);
	*ret_number = r > 0 && id ? c.number : "";
	return MIN(r, 0);
}

/* Mail that wasn't handled is kept, and no message yet. */
static int read_kept(struct db *db, int64_t id, struct arena *arena, struct stored_message *m, struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_FIRST);
	const struct message *parsed;
	int r = raw_get_first(db, id, &raw, err);

	if (r <= 0)
		return r;
	parsed = message_parse(arena, arena_str(arena, buf_str(&raw)), NULL);
	m->subject = parsed->subject;
	m->from_address = parsed->from.address;
	return 0;
}

int ledger_view_read(struct db *db, const struct ledger_row *row, struct arena *arena, struct ledger_view *ret_view,
                     struct error *err)
{
	struct stored_message m = {.subject = STR("")};
	const char *wanted = "";
	int r = row->message_id ? message_get(db, row->message_id, arena, &m, err) : 0;

	if (r == 0 && row->message_id)
		r = read_kept(db, row->message_id, arena, &m, err);
	if (r >= 0 && strcmp(row->state, "held") == 0)
		r = wanted_case(db, row->id, arena, &wanted, err);
	if (r < 0)
		return r;
	*ret_view = (struct ledger_view){
	        .id = row->id,
	        .uid = row->uid,
	        .tries = row->tries,
	        .case_id = row->case_id,
	        .message_id = row->message_id,
	        .duplicate_of = row->duplicate_of,
	        .size = (int64_t)row->size,
	        .listener = row->listener,
	        .state = row->state,
	        .outcome = row->outcome,
	        .answer = row->answer,
	        .no_answer = row->answer_code ? row->answer_code : "",
	        .category = row->category,
	        .reason = row->reason,
	        .message_ident = arena_cstr(arena, row->message_ident),
	        .subject = arena_cstr(arena, m.subject),
	        .from = arena_cstr(arena, m.from_address),
	        .wanted_case = wanted,
	        .received_at = row->received_at,
	        .parsed_at = row->parsed_at,
	        .mapped_at = row->mapped_at,
	        .activity_at = row->activity_at,
	        .response_at = row->response_at,
	        .committed_at = row->committed_at,
	        .acknowledged_at = row->acknowledged_at,
	        .next_try_at = row->next_try_at,
	        .parked_at = row->parked_at,
	};
	return 0;
}
