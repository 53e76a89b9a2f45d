/* One message: as it is understood, as it came, its HTML made safe, its files, and why it is where it is (FEATURES
 * CA5). What a stranger wrote is never shown as a page of ours: it comes as a download, or under a policy of its own
 * that runs nothing and knows no cookies. */
#include "api/mail_access.h"
#include "api/mail_view.h"
#include "api/routes.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "intake/no_answer.h"
#include "intake/opened_mail.h"
#include "mime/classify.h"
#include "mime/sanitise.h"
#include "receive/body.h"
#include "store/events.h"

#include <unistd.h>

#define MAX_HTML   MIB(32) /* with the images that are put into it */
#define MAX_IMAGE  MIB(8)
#define FILE_MAX   MIB(256)
#define MAX_EVENTS 100    /* shown of one message */
#define IN_MEMORY  MIB(4) /* larger bodies go through a file */

static int find(const struct request *request, struct accessed_message *ret, struct error *err)
{
	int64_t id;
	int r = request_id(request, 0, "message", &id, err);

	return r < 0 ? r : access_message(request, id, ret, err);
}

/* Kept mail that isn't handled is read for what it is. */
static void describe_kept(const struct request *request, struct accessed_message *found)
{
	struct opened_mail mail CLEANUP(opened_mail_done) = {0};
	struct stored_message *m = &found->m;
	struct error err;

	if (!found->is_kept_only || opened_mail_read(request->db, request->setup, m, request->arena, &mail, &err) < 0)
		return;
	m->subject = arena_str(request->arena, mail.message->subject);
	m->from_address = arena_str(request->arena, mail.message->from.address);
	m->from_name = arena_str(request->arena, mail.message->from.name);
	m->message_ident = arena_str(request->arena, mail.message->message_id);
	m->to_text = mail.message->to.count ? arena_str(request->arena, mail.message->to.items[0].address) : STR("");
	m->body_text = arena_str(request->arena, message_body_text(request->arena, mail.message));
}

static int get_message(struct request *request, struct answer *answer, struct error *err)
{
	struct accessed_message found;
	struct message_view view;
	int r = find(request, &found, err);

	if (r < 0)
		return r;
	describe_kept(request, &found);
	r = message_view_read(request->db, &found.m, found.case_number, request->arena, &view, err);
	if (r < 0)
		return r;
	r = answer_record(answer, &message_view_type, &view, err);
	message_view_done(&view);
	return r;
}

/* ---------------------------------------------------------------- as it came */

static int write_piece(void *ctx, struct str piece, struct error *err)
{
	return body_write(*(int *)ctx, piece, err);
}

static int get_raw(struct request *request, struct answer *answer, struct error *err)
{
	struct accessed_message found;
	int fd CLEANUP(fd_closep) = -1;
	off_t size;
	int r = find(request, &found, err);

	if (r < 0)
		return r;
	fd = file_temporary(err);
	if (fd < 0)
		return fd;
	r = raw_each_piece(request->db, found.m.id, write_piece, &fd, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message %lld isn't kept here", (long long)found.m.id);
	size = r < 0 ? 0 : lseek(fd, 0, SEEK_END);
	if (r < 0 || size < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return r < 0 ? r : fail(err, E_STORE, RETRY_LATER, "message %lld can't be read", (long long)found.m.id);
	answer->fd = fd;
	fd = -1;
	answer->fd_size = (uint64_t)size;
	answer->type = "message/rfc822";
	answer_disposition(answer, "attachment", arena_printf(request->arena, "%lld.eml", (long long)found.m.id));
	answer_header(answer, "Content-Security-Policy", "default-src 'none'; sandbox");
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	return 0;
}

/* ---------------------------------------------------------------- its HTML */

static bool is_picture(const struct part *part)
{
	static const char *const kinds[] = {"png", "jpeg", "jpg", "gif", "webp"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(part->type, STR("image")) && str_eq(part->subtype, str_of(kinds[i])))
			return true;
	return false;
}

struct parts {
	struct arena *arena;
	const struct message *message;
	size_t left; /* bytes of pictures that still fit */
	size_t work; /* bytes that may still be looked at for them: a page may name one picture a million times */
};

/* The picture itself: the page is whole, and asks for nothing. */
static struct str embedded_part(void *ctx, struct str content_id)
{
	struct parts *parts = ctx;

	for (size_t i = 0; i < parts->message->attachment_count && parts->work > 0; i++) {
		const struct part *part = parts->message->attachments[i];
		bool is_it = str_eq(part->content_id, content_id) && is_picture(part);

		parts->work -= MIN(parts->work, 100 + (is_it ? part->body.n : 0));
		if (!is_it || !parts->work)
			continue;
		struct buf bytes CLEANUP(buf_done) = BUF_INIT(MIN(MAX_IMAGE, parts->left)),
		                 url CLEANUP(buf_done) = BUF_INIT(2 * MAX_IMAGE);

		if (!part_decode(part, &bytes))
			continue;
		parts->left -= bytes.n;
		buf_printf(&url, "data:image/" STR_FMT ";base64,", STR_ARG(part->subtype));
		base64_encode(&url, buf_str(&bytes));
		return url.failed ? STR_NULL : arena_str(parts->arena, buf_str(&url));
	}
	return STR_NULL;
}

/* Links open beside it, in a page that isn't held by this policy; nothing else leaves the frame. It has our origin, so
 * that the Studio can see how high it is; nothing runs in it that could make use of that: no script by the sandbox,
 * none by default-src, none that the sanitiser leaves. */
#define PAGE_POLICY(images)                                                                            \
	"default-src 'none'; img-src data:" images "; style-src 'unsafe-inline'; form-action 'none'; " \
	"base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups "             \
	"allow-popups-to-escape-sandbox"

static void add_policy(struct answer *answer, bool remote)
{
	answer_header(answer, "Content-Security-Policy", remote ? PAGE_POLICY(" https: http:") : PAGE_POLICY(""));
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	answer_header(answer, "Referrer-Policy", "no-referrer");
	answer_header(answer, "Cache-Control", "private, no-store");
}

static int get_html(struct request *request, struct answer *answer, struct error *err)
{
	struct opened_mail mail CLEANUP(opened_mail_done) = {0};
	struct accessed_message found;
	struct sanitised safe;
	struct str html;
	bool remote = request_query_bool(request, "images");
	int r = find(request, &found, err);

	if (r == 0)
		r = opened_mail_read(request->db, request->setup, &found.m, request->arena, &mail, err);
	if (r < 0)
		return r;
	struct parts parts = {request->arena, mail.message, MAX_HTML / 2, 8 * MAX_HTML};
	const struct sanitise_options options = {
	        .allow_remote = remote, .link_part = embedded_part, .ctx = &parts, .max_bytes = MAX_HTML};

	html = message_body_html(request->arena, mail.message);
	if (!html.n)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message %lld has no HTML", (long long)found.m.id);
	safe = html_sanitise(request->arena, html, &options);
	answer_text(answer, "text/html; charset=utf-8",
	            STR("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" "
	                "content=\"no-referrer\">\n<title></title>\n</head>\n<body>\n"));
	buf_add(&answer->body, safe.html);
	buf_add(&answer->body, STR("\n</body>\n</html>\n"));
	add_policy(answer, remote);
	answer_header(answer, "X-Hauspost-Blocked-Images", arena_printf(request->arena, "%zu", safe.blocked_remote).p);
	return 0;
}

/* ---------------------------------------------------------------- its files */

static int give_bytes(struct answer *answer, struct buf *bytes, struct error *err)
{
	int fd CLEANUP(fd_closep) = -1;
	int r;

	if (bytes->n <= IN_MEMORY) {
		buf_add(&answer->body, buf_str(bytes));
		return 0;
	}
	fd = file_temporary(err);
	r = fd < 0 ? fd : body_write(fd, buf_str(bytes), err);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = fail(err, E_STORE, RETRY_LATER, "the file can't be read");
	if (r < 0)
		return r;
	answer->fd = fd;
	fd = -1;
	answer->fd_size = bytes->n;
	return 0;
}

/* A type that stands in the header as it is: only what such a type is made of. */
static const char *safe_type(struct arena *arena, const struct part *part)
{
	struct str type = part_type(arena, part);

	for (size_t i = 0; i < type.n; i++)
		if (!is_alpha(type.p[i]) && !is_digit(type.p[i]) && !strchr("/.+-_", type.p[i]))
			return "application/octet-stream";
	return type.n < 128 ? arena_cstr(arena, type) : "application/octet-stream";
}

static int get_attachment(struct request *request, struct answer *answer, struct error *err)
{
	struct opened_mail mail CLEANUP(opened_mail_done) = {0};
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(FILE_MAX);
	struct accessed_message found;
	const struct part *part;
	int64_t number;
	int r = find(request, &found, err);

	if (r == 0)
		r = request_id(request, 1, "attachment", &number, err);
	if (r == 0)
		r = opened_mail_read(request->db, request->setup, &found.m, request->arena, &mail, err);
	if (r < 0)
		return r;
	if ((size_t)number > mail.message->attachment_count)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message %lld has %zu attachments", (long long)found.m.id,
		            mail.message->attachment_count);
	part = mail.message->attachments[number - 1];
	if (!part_decode(part, &bytes))
		return fail(err, E_LIMIT, RETRY_NEVER, "attachment %lld is larger than %zu bytes", (long long)number,
		            FILE_MAX);
	answer->type = safe_type(request->arena, part);
	answer_disposition(answer, is_picture(part) ? "inline" : "attachment", part->filename);
	answer_header(answer, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'self'; sandbox");
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	answer_header(answer, "Cache-Control", "private, no-store");
	return give_bytes(answer, &bytes, err);
}

/* ---------------------------------------------------------------- why */

struct why_view {
	int64_t message_id, case_id;
	const char *case_number, *outcome, *answer, *no_answer, *no_answer_text, *automatic;
	bool answer_allowed;
	struct text_list evidence, signs;
	struct record_list ledger; /* of struct ledger_view */
	json_t *sender, *smime, *events;
};

static const struct field why_fields[] = {
        FIELD_INT_AS(struct why_view, message_id, "message", "Message"),
        FIELD_INT_AS(struct why_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_TEXT(struct why_view, case_number, "Case's number"),
        FIELD_TEXT(struct why_view, outcome, "What became of it"),
        FIELD_TEXTS(struct why_view, evidence, "Why it belongs to the case", .help = "The finding that decided first"),
        FIELD_TEXT(struct why_view, answer, "Automatic answer"),
        FIELD_TEXT(struct why_view, no_answer, "Why there is none", .help = "A code: docs/answers.md"),
        FIELD_TEXT(struct why_view, no_answer_text, "The same in words"),
        FIELD_TEXT(struct why_view, automatic, "Kind of automatic mail"),
        FIELD_BOOL(struct why_view, answer_allowed, "It may be answered automatically"),
        FIELD_TEXTS(struct why_view, signs, "What told that it is automatic"),
        FIELD_JSON(struct why_view, sender, "Who vouches for the sender"),
        FIELD_JSON(struct why_view, smime, "S/MIME"),
        FIELD_JSON(struct why_view, events, "What happened since", .help = "Kind, time and data of each event"),
};
static const struct record_type why_type =
        RECORD_TYPE("decision", "decisions", struct why_view, why_fields, "Why a message is where it is");

static const char *words_of(const char *code)
{
	for (int i = 0; i < NO_ANSWER_COUNT; i++)
		if (strcmp(no_answer_code((enum no_answer)i), code) == 0)
			return no_answer_words((enum no_answer)i);
	return "";
}

static int read_signs(const struct request *request, const struct stored_message *m, struct why_view *view,
                      struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(2));
	struct classification kind;
	const char **signs;
	int r = raw_get_first(request->db, m->id, &raw, err);

	if (r <= 0)
		return r;
	kind = message_classify(request->arena,
	                        message_parse(request->arena, arena_str(request->arena, buf_str(&raw)), NULL));
	signs = ARENA_ARRAY(request->arena, const char *, CLASSIFY_MAX_SIGNS);
	for (size_t i = 0; i < kind.sign_count; i++)
		signs[i] = arena_cstr(request->arena, kind.signs[i]);
	view->signs = (struct text_list){signs, kind.sign_count};
	view->answer_allowed = kind.answer_allowed;
	return 0;
}

static int read_events(const struct request *request, int64_t message_id, struct why_view *view, struct error *err)
{
	struct stored_event *events;
	int n = events_of_message(request->db, view->case_id, message_id, MAX_EVENTS, request->arena, &events, err);
	char at[32];

	view->events = json_array();
	for (int i = 0; i < n; i++) {
		json_t *data = json_loadb(events[i].data.p ? events[i].data.p : "", events[i].data.n, 0, NULL);

		clock_format_iso(events[i].at, at);
		json_array_append_new(view->events, json_pack("{s:s, s:s, s:o}", "kind", events[i].kind, "at", at,
		                                              "data", data ? data : json_object()));
	}
	return MIN(n, 0);
}

static int get_why(struct request *request, struct answer *answer, struct error *err)
{
	struct accessed_message found;
	struct message_view message;
	struct why_view view;
	int r = find(request, &found, err);

	if (r == 0)
		r = message_view_read(request->db, &found.m, found.case_number, request->arena, &message, err);
	if (r < 0)
		return r;
	view = (struct why_view){.message_id = message.id,
	                         .case_id = message.case_id,
	                         .case_number = message.case_number,
	                         .outcome = message.outcome,
	                         .answer = message.answer,
	                         .no_answer = message.no_answer,
	                         .no_answer_text = words_of(message.no_answer),
	                         .automatic = message.automatic,
	                         .evidence = message.evidence,
	                         .sender = message.sender,
	                         .smime = message.smime};
	r = read_signs(request, &found.m, &view, err);
	if (r == 0)
		r = read_events(request, found.m.id, &view, err);
	if (r == 0)
		r = answer_record(answer, &why_type, &view, err);
	json_decref(view.events);
	message_view_done(&message);
	return r;
}

/* ---------------------------------------------------------------- the routes */

static const struct route_query html_query[] = {
        {"images", QUERY_BOOL, "true: images of other servers are loaded, which tells them that the mail is read",
         NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

const struct route message_routes[] = {
        {API_GET, "/api/v1/messages/{message}", "getMessage", "Messages", "One message", .right = RIGHT_CASES_READ,
         .answer = &message_view_type, .handle = get_message},
        {API_GET, "/api/v1/messages/{message}/raw", "getRawMessage", "Messages", "The mail as it came or went",
         .right = RIGHT_CASES_READ, .answer_type = "message/rfc822", .handle = get_raw},
        {API_GET, "/api/v1/messages/{message}/html", "getMessageHtml", "Messages", "Its HTML, safe to show in a frame",
         .right = RIGHT_CASES_READ, .answer_type = "text/html", .query = html_query, .handle = get_html,
         .description = "Sanitised, with its pictures inside, under a Content-Security-Policy of its own. "
                        "X-Hauspost-Blocked-Images counts the images of other servers that were left out."},
        {API_GET, "/api/v1/messages/{message}/attachments/{number}", "getAttachment", "Messages", "A file of a message",
         .right = RIGHT_CASES_READ, .answer_type = "*/*", .handle = get_attachment},
        {API_GET, "/api/v1/messages/{message}/why", "getMessageDecisions", "Messages",
         "Why it is in its case, and why it was answered or not", .right = RIGHT_CASES_READ, .answer = &why_type,
         .handle = get_why},
        {0},
};
