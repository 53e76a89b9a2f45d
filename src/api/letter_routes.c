/* Answers, forwarded mail, new mail (FEATURES CA6): all go through the outbox. */
#include "api/mail_access.h"
#include "api/routes.h"
#include "base/base64.h"
#include "intake/correspond.h"
#include "intake/letter.h"
#include "intake/opened_mail.h"

#define BODY_MAX  MIB(28) /* files in base64: 20 MiB of them */
#define EMPTY_MAX 50      /* names that a preview tells of */

struct file_body {
	const char *name, *type, *content;
	int64_t message, number;
};

enum forward_form { FORWARD_ATTACHMENT, FORWARD_INLINE };

/* What all of them take; each route's type shows what it heeds. */
struct letter_body {
	const char *account, *case_type; /* of new mail */
	const char *text, *html, *subject, *from, *template, *close_as_status, *idempotency_key;
	struct text_list to, cc, bcc;
	struct record_list attachments; /* of struct file_body */
	int64_t message;
	int form; /* enum forward_form */
	bool quote;
};

static const struct field file_fields[] = {
        FIELD_TEXT(struct file_body, name, "Name", .max = 255),
        FIELD_TEXT(struct file_body, type, "Media type", .max = 120, .example = "application/pdf",
                   .help = "application/octet-stream where absent"),
        FIELD_TEXT(struct file_body, content, "Content", .multiline = true, .max = BODY_MAX,
                   .example = "SGVsbG8=", .help = "In base64"),
        FIELD_INT(struct file_body, message, "Message", .help = "Instead of content: the message whose file it is"),
        FIELD_INT(struct file_body, number, "Number", .low = 1, .high = 10000, .preset = 0,
                  .help = "… and the file's number"),
};

#define TEXT_FIELDS                                                                                                    \
	FIELD_TEXT(struct letter_body, text, "Text", .multiline = true, .max = LETTER_TEXT_MAX),                       \
	        FIELD_TEXT(struct letter_body, html, "HTML", .multiline = true, .max = LETTER_TEXT_MAX,                \
	                   .help = "Beside the text, which is made of it where it is absent"),                         \
	        FIELD_TEXT(struct letter_body, subject, "Subject", .max = 900),                                        \
	        FIELD_TEXT(struct letter_body, from, "From", .max = 320, .example = "support@example.com",             \
	                   .help = "One of the account's addresses; preset: the one that was written to"),             \
	        FIELD_TEXTS(struct letter_body, to, "To", .max = LETTER_RECIPIENTS_MAX,                                \
	                    .example = "Ann <ann@example.com>",                                                        \
	                    .help = "\"Ann <ann@example.com>\"; preset of an answer: who wrote"),                      \
	        FIELD_TEXTS(struct letter_body, cc, "Cc", .max = LETTER_RECIPIENTS_MAX, .example = "ann@example.com"), \
	        FIELD_TEXTS(struct letter_body, bcc, "Bcc", .max = LETTER_RECIPIENTS_MAX,                              \
	                    .example = "ann@example.com"),                                                             \
	        FIELD_LIST(struct letter_body, attachments, struct file_body, file_fields, "Attachments",              \
	                   .max = LETTER_FILES_MAX),                                                                   \
	        FIELD_TEXT(struct letter_body, idempotency_key, "Idempotency key", .max = 128,                         \
	                   .help = "The same key again gives the same answer, and no second mail")

#define TEMPLATE_FIELD                                                                         \
	FIELD_TEXT(struct letter_body, template, "Template", .max = 64, .example = "received", \
	           .help = "Filled for this; the text takes the place of {{text}} in it, or stands above")
#define CASE_LETTER_FIELDS                                                                                      \
	FIELD_INT(struct letter_body, message, "Message", .help = "Of the case; 0: the last one that came in"), \
	        FIELD_TEXT(struct letter_body, close_as_status, "Status", .max = 64, .example = "resolved",     \
	                   .help = "That the case gets with it")

static const struct field reply_fields[] = {
        TEXT_FIELDS,
        TEMPLATE_FIELD,
        CASE_LETTER_FIELDS,
        FIELD_BOOL(struct letter_body, quote, "Quote", .help = "What is answered stands below the text"),
};
static const struct record_type reply_type =
        RECORD_TYPE("reply", "replies", struct letter_body, reply_fields, "Answer in a case",
                    .example = "{\"text\": \"Please switch it off, and on again.\", \"quote\": true}");

static const char *const forms[] = {"attachment", "inline", NULL};
static const struct field forward_fields[] = {
        TEXT_FIELDS,
        CASE_LETTER_FIELDS,
        FIELD_ENUM_AS(struct letter_body, form, "as", forms, "As",
                      .help = "A file, or below the text with its own files"),
};
static const struct record_type forward_type =
        RECORD_TYPE("forward", "forwards", struct letter_body, forward_fields, "Forwarded mail of a case",
                    .example = "{\"to\": [\"Anna Berg <anna@example.com>\"], \"text\": \"Can you look into this?\"}");

static const struct field mail_fields[] = {
        FIELD_TEXT(struct letter_body, account, "Account", .required = true, .max = 64, .example = "support"),
        TEXT_FIELDS,
        TEMPLATE_FIELD,
        FIELD_TEXT(struct letter_body, case_type, "Case type", .max = 64, .example = "request",
                   .help = "A case of it is opened; empty: none"),
        FIELD_TEXT(struct letter_body, close_as_status, "Status", .max = 64, .example = "resolved",
                   .help = "Of the case that is opened"),
};
static const struct record_type mail_type =
        RECORD_TYPE("new_mail", "mail", struct letter_body, mail_fields, "New mail",
                    .example = "{\"account\": \"support\", \"to\": [\"Ann <ann@example.com>\"], \"subject\": \"Your "
                               "order\", \"text\": \"It is on its way.\"}");

static const struct field preview_fields[] = {
        FIELD_TEXT(struct letter_body, text, "Text", .multiline = true, .max = LETTER_TEXT_MAX),
        TEMPLATE_FIELD,
        FIELD_INT(struct letter_body, message, "Message", .help = "Of the case; 0: the last one that came in"),
        FIELD_BOOL(struct letter_body, quote, "Quote"),
};
static const struct record_type preview_type =
        RECORD_TYPE("preview_wish", "previews", struct letter_body, preview_fields, "What is to be previewed",
                    .example = "{\"template\": \"received\"}");

static const struct field mail_preview_fields[] = {
        FIELD_TEXT(struct letter_body, account, "Account", .required = true, .max = 64, .example = "support"),
        FIELD_TEXT(struct letter_body, template, "Template", .required = true, .max = 64, .example = "received"),
        FIELD_TEXT(struct letter_body, text, "Text", .multiline = true, .max = LETTER_TEXT_MAX),
        FIELD_TEXT(struct letter_body, subject, "Subject", .max = 900, .help = "Instead of the template's"),
        FIELD_TEXT(struct letter_body, from, "From", .max = 320, .example = "support@example.com",
                   .help = "One of the account's addresses"),
        FIELD_TEXTS(struct letter_body, to, "To", .max = LETTER_RECIPIENTS_MAX, .example = "Ann <ann@example.com>",
                    .help = "As far as it is typed: what is no address yet is left out"),
};
static const struct record_type mail_preview_type =
        RECORD_TYPE("mail_preview_wish", "mail_previews", struct letter_body, mail_preview_fields,
                    "New mail that is to be previewed");

/* ---------------------------------------------------------------- answers */

struct letter_view {
	int64_t outbox_id, message_id, case_id;
	const char *case_number;
};

static const struct field letter_view_fields[] = {
        FIELD_INT_AS(struct letter_view, outbox_id, "outbox", "Outbox row"),
        FIELD_INT_AS(struct letter_view, message_id, "message", "Message"),
        FIELD_INT_AS(struct letter_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_TEXT(struct letter_view, case_number, "Case's number"),
};
static const struct record_type letter_view_type =
        RECORD_TYPE("letter", "letters", struct letter_view, letter_view_fields, "Mail that waits in the outbox");

struct preview_view {
	const char *subject, *text, *html, *from;
	struct text_list to, empty;
};

static const struct field preview_view_fields[] = {
        FIELD_TEXT(struct preview_view, from, "From"),
        FIELD_TEXTS(struct preview_view, to, "To"),
        FIELD_TEXT(struct preview_view, subject, "Subject"),
        FIELD_TEXT(struct preview_view, text, "Text", .multiline = true),
        FIELD_TEXT(struct preview_view, html, "HTML", .multiline = true),
        FIELD_TEXTS(
                struct preview_view, empty, "Empty",
                .help = "Of new mail: what the template names and isn't there, such as case.number; it stays empty"),
};
static const struct record_type preview_view_type =
        RECORD_TYPE("preview", "previews", struct preview_view, preview_view_fields, "Preview of an answer");

/* ---------------------------------------------------------------- reading the body */

static int read_addresses(struct arena *arena, const char *field, const struct text_list *texts,
                          const struct address **ret, size_t *ret_count, struct error *err)
{
	struct address *list = NULL;
	size_t n = 0, size = 0;

	for (size_t i = 0; i < texts->count; i++) {
		struct address_list some = address_list_parse(arena, str_of(texts->items[i]));

		if (!some.count)
			return fail(err, E_INVALID, RETRY_NEVER, "%s/%zu: \"%.80s\" is no address", field, i + 1,
			            texts->items[i]);
		for (size_t j = 0; j < some.count; j++) {
			ARENA_ROOM(arena, list, n, size);
			list[n++] = some.items[j];
		}
	}
	*ret = list;
	*ret_count = n;
	return 0;
}

/* A file of a stored message, which the caller may read. */
static int take_stored_file(const struct request *request, const struct file_body *file, size_t at,
                            struct draft_attachment *ret, struct error *err)
{
	struct opened_mail mail CLEANUP(opened_mail_done) = {0};
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(LETTER_MAX);
	struct accessed_message found;
	const struct part *part;
	int r = access_message(request, file->message, &found, err);

	if (r == 0)
		r = opened_mail_read(request->db, request->setup, &found.m, request->arena, &mail, err);
	if (r < 0)
		return error_prefix(err, "attachments/%zu/message", at + 1);
	if (file->number < 1 || (size_t)file->number > mail.message->attachment_count)
		return fail(err, E_INVALID, RETRY_NEVER, "attachments/%zu/number: message %lld has %zu files", at + 1,
		            (long long)file->message, mail.message->attachment_count);
	part = mail.message->attachments[file->number - 1];
	if (!part_decode(part, &bytes))
		return fail(err, E_LIMIT, RETRY_NEVER, "attachments/%zu: is too large", at + 1);
	*ret = (struct draft_attachment){.name = *file->name ? str_of(file->name)
	                                                     : arena_str(request->arena, part->filename),
	                                 .type = arena_str(request->arena, part_type(request->arena, part)),
	                                 .content = arena_str(request->arena, buf_str(&bytes))};
	return 0;
}

static int take_new_file(const struct request *request, const struct file_body *file, size_t at,
                         struct draft_attachment *ret, struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(BODY_MAX);

	if (!base64_decode(&bytes, str_of(file->content)))
		return fail(err, E_INVALID, RETRY_NEVER, "attachments/%zu/content: is not base64", at + 1);
	*ret = (struct draft_attachment){.name = str_of(file->name),
	                                 .type = str_of(*file->type ? file->type : "application/octet-stream"),
	                                 .content = arena_str(request->arena, buf_str(&bytes))};
	return 0;
}

/* Those of the body behind those that are there already (of a forwarded mail). */
static int take_files(const struct request *request, const struct letter_body *body, struct letter *letter,
                      struct error *err)
{
	const struct file_body *files = body->attachments.items;
	size_t before = letter->file_count, n = body->attachments.count;
	struct draft_attachment *all = ARENA_ARRAY(request->arena, struct draft_attachment, before + n + 1);
	int r = 0;

	if (before)
		memcpy(all, letter->files, before * sizeof *all);
	for (size_t i = 0; i < n && r == 0; i++)
		r = files[i].message ? take_stored_file(request, &files[i], i, &all[before + i], err)
		                     : take_new_file(request, &files[i], i, &all[before + i], err);
	letter->files = all;
	letter->file_count = before + n;
	return r;
}

static int fill_letter(const struct request *request, const struct letter_body *body, struct letter *letter,
                       struct error *err)
{
	const char *who = *request->caller.operator_id ? request->caller.operator_id : request->caller.author;
	int r = 0;

	letter->setup = request->setup;
	letter->author = request->caller.author;
	letter->operator_id = request->caller.operator_id;
	letter->from = *body->from ? body->from : letter->from;
	letter->subject = *body->subject ? str_of(body->subject) : letter->subject;
	letter->status = *body->close_as_status ? body->close_as_status : NULL;
	if (*body->idempotency_key)
		letter->key = arena_printf(request->arena, "%.60s/%s", who, body->idempotency_key).p;
	if (body->to.count)
		r = read_addresses(request->arena, "to", &body->to, &letter->to, &letter->to_count, err);
	if (r == 0)
		r = read_addresses(request->arena, "cc", &body->cc, &letter->cc, &letter->cc_count, err);
	if (r == 0)
		r = read_addresses(request->arena, "bcc", &body->bcc, &letter->bcc, &letter->bcc_count, err);
	return r < 0 ? r : take_files(request, body, letter, err);
}

static int fill_template(const struct request *request, const struct correspondence *co, const struct letter_body *body,
                         struct filled_template *ret, struct error *err)
{
	const struct template *template = setup_template(request->setup, body->template);

	if (!template)
		return fail(err, E_INVALID, RETRY_NEVER, "template: there is no template %s", body->template);
	if (body->html && *body->html)
		return fail(err, E_INVALID, RETRY_NEVER, "html: leave it out where a template is named");
	return correspond_fill(co, template, str_of(body->text), request->arena, ret, err);
}

static int send(struct request *request, struct answer *answer, const struct letter *letter, struct error *err)
{
	struct letter_result result;
	struct letter_view view;
	int r = letter_send(request->store, request->db, letter, request->arena, &result, err);

	if (r < 0)
		return r;
	view = (struct letter_view){result.outbox_id, result.message_id, result.case_id, result.case_number};
	if (result.is_duplicate)
		answer_header(answer, "Idempotent-Replayed", "true");
	return answer_record(answer, &letter_view_type, &view, err);
}

/* ---------------------------------------------------------------- in a case */

/* The case, and whom an answer goes to; both the case's account and that which writes must be the caller's to use. */
static int begin(const struct request *request, int64_t message, struct listed_case *listed, struct correspondence *co,
                 struct error *err)
{
	int r = access_case(request, 0, ACCOUNT_SEND, listed, err);

	if (r == 0)
		r = correspond_begin(request->db, request->setup, &listed->c, message, request->arena, co, err);
	return r < 0 ? r : caller_check_on(&request->caller, co->account->id, ACCOUNT_SEND, listed->c.number, err);
}

static int reply(struct request *request, struct answer *answer, struct error *err)
{
	struct letter letter = {0};
	struct filled_template filled;
	struct correspondence co;
	struct listed_case listed;
	struct letter_body *body;
	int r = request_record(request, (void **)&body, err);

	if (r == 0)
		r = begin(request, body->message, &listed, &co, err);
	if (r < 0)
		return r;
	filled = (struct filled_template){co.subject, str_of(body->text), str_of(body->html)};
	if (*body->template)
		r = fill_template(request, &co, body, &filled, err);
	if (r == 0 && body->quote)
		correspond_quote(&co, request->arena, &filled.text, &filled.html);
	letter = (struct letter){.account = co.account,
	                         .from = co.from,
	                         .to = co.to,
	                         .to_count = co.to_count,
	                         .subject = filled.subject,
	                         .text = filled.text,
	                         .html = filled.html,
	                         .answered = co.answered,
	                         .c = &listed.c};
	if (r == 0)
		r = fill_letter(request, body, &letter, err);
	return r < 0 ? r : send(request, answer, &letter, err);
}

static int forward(struct request *request, struct answer *answer, struct error *err)
{
	struct letter letter = {.is_forward = true};
	struct draft_attachment *files = NULL;
	struct correspondence co;
	struct listed_case listed;
	struct letter_body *body;
	int r = request_record(request, (void **)&body, err);

	if (r == 0)
		r = begin(request, body->message, &listed, &co, err);
	if (r < 0)
		return r;
	letter.account = co.account;
	letter.from = co.from;
	letter.c = &listed.c;
	letter.subject = correspond_forward_subject(&co, request->arena);
	letter.text = str_of(body->text);
	letter.html = body->form == FORWARD_INLINE ? STR("") : str_of(body->html);
	r = correspond_forward(&co, request->db, body->form == FORWARD_ATTACHMENT, request->arena, &letter.text, &files,
	                       &letter.file_count, err);
	letter.files = files;
	if (r == 0)
		r = fill_letter(request, body, &letter, err);
	return r < 0 ? r : send(request, answer, &letter, err);
}

static struct text_list addresses_of(const struct correspondence *co, struct arena *arena)
{
	const char **to = ARENA_ARRAY(arena, const char *, co->to_count + 1);

	for (size_t i = 0; i < co->to_count; i++)
		to[i] = arena_cstr(arena, co->to[i].address);
	return (struct text_list){to, co->to_count};
}

static int preview(struct request *request, struct answer *answer, struct error *err)
{
	struct filled_template filled;
	struct preview_view view;
	struct correspondence co;
	struct listed_case listed;
	struct letter_body *body;
	int r = request_record(request, (void **)&body, err);

	if (r == 0)
		r = begin(request, body->message, &listed, &co, err);
	if (r < 0)
		return r;
	filled = (struct filled_template){co.subject, str_of(body->text), STR("")};
	if (*body->template)
		r = fill_template(request, &co, body, &filled, err);
	if (r < 0)
		return r;
	if (body->quote)
		correspond_quote(&co, request->arena, &filled.text, &filled.html);
	view = (struct preview_view){.subject = arena_cstr(request->arena, filled.subject),
	                             .text = arena_cstr(request->arena, filled.text),
	                             .html = arena_cstr(request->arena, filled.html),
	                             .from = co.from,
	                             .to = addresses_of(&co, request->arena)};
	return answer_record(answer, &preview_view_type, &view, err);
}

/* ---------------------------------------------------------------- new mail */

static int new_mail(struct request *request, struct answer *answer, struct error *err)
{
	struct correspondence co = {.setup = request->setup};
	struct letter letter = {0};
	struct filled_template filled;
	struct letter_body *body;
	int r = request_record(request, (void **)&body, err);

	if (r == 0)
		r = access_sender(request, body->account, &co.account, err);
	if (r < 0)
		return r;
	letter.account = co.account;
	letter.text = str_of(body->text);
	letter.html = str_of(body->html);
	letter.opens = *body->case_type ? setup_case_type(request->setup, body->case_type) : NULL;
	if (*body->case_type && !letter.opens)
		return fail(err, E_INVALID, RETRY_NEVER, "case_type: there is no case type %s", body->case_type);
	r = fill_letter(request, body, &letter, err);
	if (r == 0 && *body->template) {
		co.from = letter.from ? letter.from : co.account->send.address;
		co.to = letter.to;
		co.to_count = letter.to_count;
		r = fill_template(request, &co, body, &filled, err);
		if (r < 0)
			return r;
		letter.subject = letter.subject.n ? letter.subject : filled.subject;
		letter.text = filled.text;
		letter.html = filled.html;
	}
	if (r == 0 && !letter.subject.n)
		r = fail(err, E_INVALID, RETRY_NEVER, "subject: is missing");
	return r < 0 ? r : send(request, answer, &letter, err);
}

/* What is typed and isn't an address yet is none. */
static void read_typed(const struct text_list *texts, struct arena *arena, struct correspondence *co)
{
	struct address *list = NULL;
	size_t size = 0;

	for (size_t i = 0; i < texts->count; i++) {
		struct address_list some = address_list_parse(arena, str_of(texts->items[i]));

		for (size_t j = 0; j < some.count; j++) {
			ARENA_ROOM(arena, list, co->to_count, size);
			list[co->to_count++] = some.items[j];
		}
	}
	co->to = list;
}

static void add_empty(const char *text, bool has_contact, struct arena *arena, struct text_list *list)
{
	static const char *const of_cases[] = {"case.", "field.", "message.subject", "message.from"};
	struct str rest = str_of(text);
	ptrdiff_t open, close;

	while (list->count < EMPTY_MAX && (open = str_find(rest, STR("{{"))) >= 0) {
		rest = str_slice(rest, (size_t)open + 2, rest.n);
		close = str_find(rest, STR("}}"));
		struct str name = close < 0 ? STR("") : str_trim(str_slice(rest, 0, (size_t)close));
		bool is_empty = !has_contact && str_starts(name, STR("contact."));

		for (size_t i = 0; i < ARRAY_LEN(of_cases); i++)
			is_empty = is_empty || str_starts(name, str_of(of_cases[i]));
		for (size_t i = 0; i < list->count; i++)
			is_empty = is_empty && !str_eq(str_of(list->items[i]), name);
		if (is_empty)
			list->items[list->count++] = arena_cstr(arena, name);
	}
}

/* Filled by what sends it: what is sent is what was seen. */
static int preview_mail(struct request *request, struct answer *answer, struct error *err)
{
	struct correspondence co = {.setup = request->setup};
	struct filled_template filled;
	struct letter_body *body;
	struct preview_view view;
	int r = request_record(request, (void **)&body, err);

	if (r == 0)
		r = access_sender(request, body->account, &co.account, err);
	if (r < 0)
		return r;
	co.from = *body->from ? body->from : co.account->send.address;
	read_typed(&body->to, request->arena, &co);
	r = fill_template(request, &co, body, &filled, err);
	if (r < 0)
		return r;
	view = (struct preview_view){
	        .subject = *body->subject ? body->subject : arena_cstr(request->arena, filled.subject),
	        .text = arena_cstr(request->arena, filled.text),
	        .html = arena_cstr(request->arena, filled.html),
	        .from = co.from,
	        .to = addresses_of(&co, request->arena),
	        .empty.items = ARENA_ARRAY(request->arena, const char *, EMPTY_MAX),
	};
	const struct template *template = setup_template(request->setup, body->template);
	add_empty(template->subject, co.to_count, request->arena, &view.empty);
	add_empty(template->text, co.to_count, request->arena, &view.empty);
	add_empty(template->html, co.to_count, request->arena, &view.empty);
	return answer_record(answer, &preview_view_type, &view, err);
}

/* ---------------------------------------------------------------- the routes */

const struct route letter_routes[] = {
        {API_POST, "/api/v1/cases/{case}/reply", "replyToCase", "Cases", "Answer in a case", .right = RIGHT_CASES_WRITE,
         .body = &reply_type, .body_max = BODY_MAX, .answer = &letter_view_type, .status = 201, .handle = reply},
        {API_POST, "/api/v1/cases/{case}/forward", "forwardFromCase", "Cases", "Forward a mail of a case",
         .right = RIGHT_CASES_WRITE, .body = &forward_type, .body_max = BODY_MAX, .answer = &letter_view_type,
         .status = 201, .handle = forward},
        {API_POST, "/api/v1/cases/{case}/preview", "previewReply", "Cases",
         "What an answer begins with: recipients, subject, a template filled", .right = RIGHT_CASES_WRITE,
         .body = &preview_type, .body_max = MIB(5), .answer = &preview_view_type, .handle = preview},
        {API_POST, "/api/v1/mail", "sendMail", "Mail", "Write new mail, with or without a case",
         .right = RIGHT_MAIL_SEND, .body = &mail_type, .body_max = BODY_MAX, .answer = &letter_view_type, .status = 201,
         .handle = new_mail},
        {API_POST, "/api/v1/mail/preview", "previewMail", "Mail", "What a template makes of new mail",
         .right = RIGHT_MAIL_SEND, .body = &mail_preview_type, .body_max = MIB(5), .answer = &preview_view_type,
         .handle = preview_mail},
        {0},
};
