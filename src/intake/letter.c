/* See letter.h. */
#include "intake/letter.h"

#include "base/clock.h"
#include "base/mail_address.h"
#include "cases/case_work.h"
#include "cases/thread_marks.h"
#include "mime/classify.h"
#include "mime/html_text.h"
#include "send/carry.h"
#include "send/protect.h"
#include "setup/signing.h"
#include "store/event_data.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/threads.h"

#define MAX_STORED_TEXT KIB(256)

struct posting {
	struct work work;
	const struct letter *letter;
	struct arena *arena;
	const char *from;
	struct thread_marks marks;
	struct str text, html;
	struct stored_message stored;
	struct str mime; /* as built, before it is protected: what it says, for us */
	struct packed packed;
	const char **recipients; /* of the envelope, each once */
	size_t recipient_count;
	struct stored_attachment *files;
	size_t file_count;
	int64_t contact_id;
	struct letter_result result;
};

static void posting_done(struct posting *p)
{
	packed_done(&p->packed);
}

/* ---------------------------------------------------------------- checks */

static bool is_known(const struct posting *p, struct str address)
{
	for (size_t i = 0; i < p->recipient_count; i++)
		if (str_eq_nocase(str_of(p->recipients[i]), address))
			return true;
	return false;
}

static int add_recipients(struct posting *p, const char *field, const struct address *list, size_t count,
                          struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *wrong = mail_address_fault(list[i].address);

		if (wrong)
			return fail(err, E_INVALID, RETRY_NEVER, "%s/%zu: \"%.*s\" %s", field, i + 1,
			            (int)MIN(list[i].address.n, (size_t)80), list[i].address.p, wrong);
		if (is_known(p, list[i].address))
			continue;
		if (p->recipient_count == LETTER_RECIPIENTS_MAX)
			return fail(err, E_LIMIT, RETRY_NEVER, "%s/%zu: a mail goes to at most %d addresses", field,
			            i + 1, LETTER_RECIPIENTS_MAX);
		p->recipients[p->recipient_count++] = arena_cstr(p->arena, list[i].address);
	}
	return 0;
}

static int check_texts(const struct letter *l, struct error *err)
{
	if (l->text.n > LETTER_TEXT_MAX || l->html.n > LETTER_TEXT_MAX)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: longer than %zu bytes",
		            l->text.n > LETTER_TEXT_MAX ? "text" : "html", LETTER_TEXT_MAX);
	if (!str_trim(l->text).n && !str_trim(l->html).n && !l->file_count)
		return fail(err, E_INVALID, RETRY_NEVER, "text: is missing, and there is neither html nor a file");
	if (l->file_count > LETTER_FILES_MAX)
		return fail(err, E_LIMIT, RETRY_NEVER, "attachments: more than %d", LETTER_FILES_MAX);
	if (l->key && (!*l->key || strlen(l->key) > LETTER_KEY_MAX))
		return fail(err, E_INVALID, RETRY_NEVER, "idempotency_key: 1 to %d bytes", LETTER_KEY_MAX);
	return 0;
}

/* The status that the case gets, or why it can't. */
static int check_status(const struct letter *l, struct error *err)
{
	const struct case_type *type = l->opens ? l->opens : l->c ? setup_case_type(l->setup, l->c->type) : NULL;

	if (!l->status || (type && case_status_find(type, l->status)))
		return 0;
	return fail(err, E_INVALID, RETRY_NEVER, "close_as_status: %s has no status %.64s",
	            type ? type->id : "a mail without a case", l->status);
}

static int check_letter(struct posting *p, struct error *err)
{
	const struct letter *l = p->letter;
	int r = check_texts(l, err);

	if (r == 0 && (!l->account->send.enabled || !l->account->send.address[0]))
		r = fail(err, E_INVALID, RETRY_NEVER, "account: %s doesn't send (send/enabled, send/address)",
		         l->account->id);
	p->from = l->from ? account_own_address(l->account, str_of(l->from)) : l->account->send.address;
	if (r == 0 && !p->from)
		r = fail(err, E_INVALID, RETRY_NEVER,
		         "from: \"%.80s\" is no address of account %s (send/address, "
		         "send/aliases)",
		         l->from, l->account->id);
	p->recipients = ARENA_ARRAY(p->arena, const char *, LETTER_RECIPIENTS_MAX);
	if (r == 0)
		r = add_recipients(p, "to", l->to, l->to_count, err);
	if (r == 0)
		r = add_recipients(p, "cc", l->cc, l->cc_count, err);
	if (r == 0)
		r = add_recipients(p, "bcc", l->bcc, l->bcc_count, err);
	if (r == 0 && !p->recipient_count)
		r = fail(err, E_INVALID, RETRY_NEVER, "to: nobody is named whom it goes to");
	return r < 0 ? r : check_status(l, err);
}

/* ---------------------------------------------------------------- building */

/* To and Cc, as the conversation shows them. */
static struct str shown_recipients(struct posting *p)
{
	const struct letter *l = p->letter;
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));

	for (size_t i = 0; i < l->to_count + l->cc_count; i++) {
		const struct address *a = i < l->to_count ? &l->to[i] : &l->cc[i - l->to_count];

		buf_printf(&line, "%s" STR_FMT, i ? ", " : "", STR_ARG(a->address));
	}
	return arena_str(p->arena, buf_str(&line));
}

static struct str stored_text(struct posting *p)
{
	size_t n = MIN(p->text.n, MAX_STORED_TEXT);

	while (n && n < p->text.n && ((unsigned char)p->text.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(p->text, 0, n);
}

static int make_marks(struct posting *p, struct db *db, struct error *err)
{
	const struct letter *l = p->letter;
	const struct thread_marks_options options = {
	        .account = l->account,
	        .from = p->from,
	        .to = str_of(p->recipients[0]),
	        .answered = l->is_forward ? NULL : l->answered,
	        .topic = l->subject,
	        .at = clock_now_ms(),
	};
	int r = thread_marks_make(db, p->arena, &options, &p->marks, err);

	p->stored = (struct stored_message){
	        .direction = "out",
	        .account = l->account->id,
	        .message_ident = p->marks.message_ident,
	        .from_address = str_of(p->from),
	        .from_name = str_of(l->account->send.display_name),
	        .to_text = shown_recipients(p),
	        .subject = l->subject,
	        .automatic = auto_kind_word(AUTO_NONE),
	        .date = options.at,
	        .created_at = options.at,
	        .evidence = STR(""),
	};
	return r;
}

/* What the answered mail was an answer to, and itself. */
static struct str *references_of(struct posting *p, size_t *ret_count)
{
	const struct message *m = p->letter->answered;
	struct str *references = ARENA_ARRAY(p->arena, struct str, m->reference_count + 1);
	size_t n = m->reference_count;

	if (n)
		memcpy(references, m->references, n * sizeof *references);
	if (m->message_id.n)
		references[n++] = m->message_id;
	*ret_count = n;
	return references;
}

static int build(struct posting *p, struct buf *out, struct error *err)
{
	const struct letter *l = p->letter;
	const struct account_send *send = &l->account->send;
	struct buf text CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX + KIB(4)),
	                html CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX + KIB(4));
	struct draft_header headers[ARRAY_LEN(p->marks.headers) + LETTER_HEADERS_MAX];
	struct address reply_to =
	        p->marks.reply_to.address.n ? p->marks.reply_to : (struct address){STR_NULL, str_of(send->reply_to)};
	struct draft draft = {
	        .from = {str_of(send->display_name), str_of(p->from)},
	        .to = l->to,
	        .cc = l->cc,
	        .to_count = l->to_count,
	        .cc_count = l->cc_count,
	        .reply_to = &reply_to,
	        .reply_to_count = reply_to.address.n ? 1 : 0,
	        .subject = l->subject,
	        .message_id = p->marks.message_ident,
	        .date = p->stored.date,
	        .headers = headers,
	        .header_count = p->marks.header_count + l->header_count,
	        .attachments = l->files,
	        .attachment_count = l->file_count,
	        .is_signed = account_signs(l->account),
	};

	must(l->header_count <= LETTER_HEADERS_MAX);
	memcpy(headers, p->marks.headers, p->marks.header_count * sizeof *headers);
	if (l->header_count)
		memcpy(headers + p->marks.header_count, l->headers, l->header_count * sizeof *headers);
	p->html = l->html;
	p->text = str_trim(l->text).n || !l->html.n ? l->text : html_to_text(p->arena, l->html);
	buf_add(&text, p->text);
	buf_add(&html, p->html);
	thread_marks_sign(&p->marks, &text, &html);
	draft.text = buf_str(&text);
	draft.html = buf_str(&html);
	if (l->answered && !l->is_forward) {
		draft.in_reply_to = l->answered->message_id;
		draft.references = references_of(p, &draft.reference_count);
	}
	return draft_build(&draft, out, err);
}

/* Its files as the conversation counts them. */
static void list_files(struct posting *p)
{
	const struct message *m = message_parse(p->arena, p->mime, NULL);

	p->files = ARENA_ARRAY(p->arena, struct stored_attachment, m->attachment_count + 1);
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct part *part = m->attachments[i];

		p->files[p->file_count++] = (struct stored_attachment){
		        .part = part_number(p->arena, part),
		        .name = part->filename,
		        .type = part_type(p->arena, part),
		        .content_ident = part->content_id,
		        .disposition = part->disposition,
		        .size = part_decoded_size(part),
		};
	}
}

static int prepare(struct posting *p, struct db *db, struct error *err)
{
	struct buf mime CLEANUP(buf_done) = BUF_INIT(LETTER_MAX);
	struct str *recipients = ARENA_ARRAY(p->arena, struct str, p->recipient_count);
	const struct protect_options options = {.db = db,
	                                        .setup = p->letter->setup,
	                                        .account = p->letter->account,
	                                        .recipients = recipients,
	                                        .recipient_count = p->recipient_count,
	                                        .at = clock_now_ms()};
	int r = make_marks(p, db, err);

	for (size_t i = 0; i < p->recipient_count; i++)
		recipients[i] = str_of(p->recipients[i]);
	if (r == 0)
		r = build(p, &mime, err);
	if (r < 0)
		return r;
	p->mime = arena_str(p->arena, buf_str(&mime));
	list_files(p);
	if (mail_protect_is_needed(options.account))
		r = mail_protect(&options, &mime, err);
	if (r == 0)
		r = mail_can_go(options.setup, options.account, buf_str(&mime), p->recipients, p->recipient_count, err);
	if (r < 0)
		return r;
	p->stored.body_text = stored_text(p);
	p->stored.size = mime.n;
	packed_make(&p->packed, buf_str(&mime));
	return 0;
}

/* ---------------------------------------------------------------- the transaction */

/* 1: there is one with this key; 0: none. */
static int find_earlier(struct posting *p, struct db *db, struct error *err)
{
	struct outbox_row row;
	struct stored_case c = {.number = ""};
	int64_t id;
	int r = p->letter->key ? outbox_find_key(db, p->letter->key, &id, err) : 0;

	if (r > 0)
		r = outbox_get(db, id, p->arena, &row, err);
	if (r <= 0)
		return r;
	r = row.case_id ? case_get(db, row.case_id, p->arena, &c, err) : 0;
	if (r < 0)
		return r;
	p->result = (struct letter_result){row.id, row.message_id, row.case_id, c.number, true};
	return 1;
}

/* The case of the mail: the one it belongs to, or a new one; with its new status. */
static int write_case(struct posting *p, struct db *db, struct error *err)
{
	const struct letter *l = p->letter;
	const struct case_type *type = l->opens ? l->opens : l->c ? setup_case_type(l->setup, l->c->type) : NULL;
	const struct case_status *status = l->status && type ? case_status_find(type, l->status) : NULL;
	int64_t at = p->stored.created_at;
	struct stored_case c;
	int r = 0;

	if (l->opens) {
		struct case_opening opening = {
		        .type = l->opens, .subject = l->subject, .account = l->account->id, .at = at, .is_ours = true};

		r = contact_for(db, str_of(p->recipients[0]), l->to_count ? l->to[0].name : STR(""), at,
		                &opening.contact_id, err);
		if (r == 0)
			r = case_open(db, p->arena, &opening, &c, err);
	} else if (l->c) {
		c = *l->c;
		r = case_touch(db, c.id, NULL, l->is_forward ? NULL : CASE_WAITS_FOR_CONTACT, at, err);
	} else {
		return 0;
	}
	if (r < 0)
		return r;
	p->result.case_id = p->stored.case_id = c.id;
	p->result.case_number = c.number;
	if (!status)
		return 0;
	r = case_set_status(db, c.id, status->id, status->resolved ? at : 0, at, err);
	return r < 0 ? r : case_tell_status(db, c.id, status->id, status->resolved, l->author, at, err);
}

static int write_message(struct posting *p, struct db *db, struct error *err)
{
	int r = db_new_id(db, &p->stored.id, err);

	p->result.message_id = p->stored.id;
	if (r == 0)
		r = message_insert(db, &p->stored, err);
	if (r == 0)
		r = raw_insert(db, p->stored.id, &p->packed, err);
	for (size_t i = 0; i < p->file_count && r == 0; i++)
		r = attachment_insert(db, p->stored.id, (int64_t)i, &p->files[i], err);
	if (r < 0 || !p->stored.case_id)
		return r;
	r = thread_marks_keep(db, &p->marks, p->stored.case_id, p->stored.id, err);
	for (size_t i = 1; i < p->recipient_count && r == 0; i++)
		r = case_add_participant(db, p->stored.case_id, str_of(p->recipients[i]), err);
	return r;
}

static int write_row(struct posting *p, struct db *db, struct error *err)
{
	const struct letter *l = p->letter;
	struct outbox_recipient *recipients = ARENA_ARRAY(p->arena, struct outbox_recipient, p->recipient_count);
	struct outbox_row row = {
	        .account = l->account->id,
	        .message_id = p->stored.id,
	        .case_id = p->stored.case_id,
	        .kind = l->kind ? l->kind : "message",
	        .answer_to = "",
	        .envelope_from = p->from,
	        .state = "queued",
	        .next_try_at = p->stored.created_at,
	        .reply = "",
	        .created_at = p->stored.created_at,
	        .idempotency_key = l->key,
	        .operator_id = l->operator_id,
	        .recipients = recipients,
	        .recipient_count = p->recipient_count,
	};
	int r = db_new_id(db, &row.id, err);

	for (size_t i = 0; i < p->recipient_count; i++)
		recipients[i] = (struct outbox_recipient){.address = p->recipients[i], .state = "queued", .reply = ""};
	p->result.outbox_id = row.id;
	return r < 0 ? r : outbox_insert(db, &row, err);
}

static int write_event(struct posting *p, struct db *db, struct error *err)
{
	const struct new_event event = {.kind = "message.written",
	                                .account = p->letter->account->id,
	                                .author = p->letter->author,
	                                .case_id = p->stored.case_id,
	                                .message_id = p->stored.id,
	                                .at = p->stored.created_at};

	return event_add_data(db, &event, json_pack("{s:I}", "outbox", (json_int_t)p->result.outbox_id), err);
}

static int run_posting(struct work *work, struct db *db, struct error *err)
{
	struct posting *p = (struct posting *)(void *)work;
	int r;

	p->result = (struct letter_result){.case_number = ""};
	p->stored.case_id = 0;
	r = find_earlier(p, db, err);
	if (r != 0)
		return MIN(r, 0);
	r = write_case(p, db, err);
	if (r == 0)
		r = write_message(p, db, err);
	if (r == 0)
		r = write_row(p, db, err);
	if (r == 0)
		r = write_event(p, db, err);
	return r < 0 || !p->letter->along ? r : p->letter->along(p->letter->ctx, db, p->result.outbox_id, err);
}

int letter_send(struct store *store, struct db *db, const struct letter *letter, struct arena *arena,
                struct letter_result *ret_result, struct error *err)
{
	struct posting p CLEANUP(posting_done) = {.work = {.run = run_posting}, .letter = letter, .arena = arena};
	int r = check_letter(&p, err);

	if (r == 0)
		r = find_earlier(&p, db, err);
	if (r == 0)
		r = prepare(&p, db, err);
	if (r == 0 && !p.result.is_duplicate)
		r = store_do(store, &p.work, err);
	if (r < 0)
		return r;
	*ret_result = p.result;
	return 0;
}
