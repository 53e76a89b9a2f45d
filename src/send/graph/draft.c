/* A mail over Graph's limit for one request: its MIME without the large files becomes a draft, which keeps every field
 * of its header (Message-ID, In-Reply-To, References among them, which the JSON form can't set); the files are
 * attached, in one request below 3 MB, by an upload session above; then it is sent.
 *
 * Nothing has left before the last step. A draft that an earlier try left behind is found by its Message-ID and deleted
 * first, so that none is sent twice or stays. */
#include "send/graph/graph.h"

#include "base/base64.h"
#include "base/fault.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>

#define LEFTOVERS_MAX 50

/* One mail's way. `settled`: the item has its outcome. */
struct sending {
	struct graph_sender *gs;
	struct outgoing *item;
	struct arena *arena;
	struct str draft_id; /* empty: none is there */
	bool settled;
};

static void json_freep(json_t **json)
{
	json_decref(*json);
}

static struct str text_of(const json_t *object, const char *name)
{
	const json_t *text = json_object_get(object, name);

	return json_is_string(text) ? str_new(json_string_value(text), json_string_length(text)) : STR("");
}

/* A draft that isn't there: right after it was made, where its server doesn't know it yet, or since somebody deleted
 * it. Another is made when the mail is tried again. */
static bool is_missing(const struct sending *s, const struct http_answer *answer)
{
	struct graph_fault fault = graph_fault_of(answer->body, s->arena);

	return answer->status == 404 && !graph_is_no_mailbox(&fault);
}

/* A step before the last: where it fails, nothing was sent. 0: its answer is a 2xx. */
static int step(struct sending *s, const struct graph_request *request, const char *name,
                struct http_answer *ret_answer, struct error *err)
{
	struct error fault;
	int r = graph_do(s->gs->graph, request, s->arena, ret_answer, &fault);

	if (r < 0) {
		if (err)
			*err = fault;
		s->settled = true;
		return graph_settle_failed(s->item, false, &fault);
	}
	if (ret_answer->status / 100 == 2)
		return 0;
	s->settled = true;
	if (ret_answer->status == 403) { /* the permission to send is enough for the others */
		graph_settle(s->item, OUTCOME_FAILED,
		             arena_printf(s->arena,
		                          "%s: HTTP 403: a mail above 3 MB needs the permission Mail.ReadWrite beside "
		                          "Mail.Send",
		                          name)
		                     .p);
		return 0;
	}
	if (is_missing(s, ret_answer)) {
		graph_settle(s->item, OUTCOME_LATER, arena_printf(s->arena, "%s: HTTP 404: it isn't there", name).p);
		return 0;
	}
	r = graph_settle_by(s->gs, s->item, ret_answer, name, err);
	if (s->item->outcome == OUTCOME_UNCERTAIN) /* a draft isn't a mail on its way */
		graph_settle(s->item, OUTCOME_LATER, s->item->answer);
	return r;
}

static void message_url(const struct sending *s, struct str id, const char *below, struct buf *url)
{
	graph_url(s->gs->graph, url);
	buf_add(url, STR("/messages/"));
	graph_add_segment(url, id);
	buf_add_cstr(url, below);
}

/* Drafts are deleted as well as that goes: what stays is found the next time. */
static void delete_draft(struct sending *s, struct str id)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	struct http_answer answer;
	struct error ignored;

	message_url(s, id, "", &url);
	(void)!graph_do(s->gs->graph, &(struct graph_request){.method = "DELETE", .url = buf_cstr(&url)}, s->arena,
	                &answer, &ignored);
}

/* ---------------------------------------------------------------- leftovers */

static int remove_leftovers(struct sending *s, struct str message_id, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX), literal CLEANUP(buf_done) = BUF_INIT(KIB(2));
	struct http_answer answer;

	buf_printf(&literal, "<" STR_FMT ">", STR_ARG(message_id));
	graph_url(s->gs->graph, &url);
	buf_add(&url, STR("/mailFolders/drafts/messages?$select=id&$filter=internetMessageId%20eq%20"));
	graph_add_literal(&url, buf_str(&literal));
	int r = step(s, &(struct graph_request){.method = "GET", .url = buf_cstr(&url)}, "looking for an older draft",
	             &answer, err);
	if (r < 0 || s->settled)
		return r;
	json_t *json CLEANUP(json_freep) = json_loadb(answer.body.p, answer.body.n, 0, NULL);
	const json_t *list = json_object_get(json, "value"), *draft;
	size_t i;
	json_array_foreach (list, i, draft) {
		if (i < LEFTOVERS_MAX && text_of(draft, "id").n)
			delete_draft(s, text_of(draft, "id"));
	}
	return 0;
}

/* ---------------------------------------------------------------- the draft */

static int make_draft(struct sending *s, struct str mime, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX), body CLEANUP(buf_done) = BUF_INIT(GRAPH_POST_MAX);
	struct http_answer answer;

	base64_encode(&body, mime);
	graph_url(s->gs->graph, &url);
	buf_add(&url, STR("/messages"));
	int r = step(
	        s,
	        &(struct graph_request){
	                .method = "POST", .url = buf_cstr(&url), .content_type = "text/plain", .body = buf_str(&body)},
	        "draft", &answer, err);
	if (r < 0 || s->settled)
		return r;
	json_t *json CLEANUP(json_freep) = json_loadb(answer.body.p, answer.body.n, 0, NULL);
	s->draft_id = arena_str(s->arena, text_of(json, "id"));
	if (s->draft_id.n)
		return 0;
	graph_settle(s->item, OUTCOME_LATER, "the server made a draft and gives no id for it");
	s->settled = true;
	return 0;
}

/* ---------------------------------------------------------------- files */

static json_t *text_json(struct str text)
{
	json_t *json = json_stringn(text.p, text.n);

	return json ? json : json_string("");
}

/* What both ways of attaching say about a file. */
static json_t *describe(const struct graph_file *file)
{
	json_t *json = json_pack("{s:o, s:o}", "name", text_json(file->name), "contentType", text_json(file->type));

	if (file->content_id.n) {
		json_object_set_new(json, "contentId", text_json(file->content_id));
		json_object_set_new(json, "isInline", json_true());
	}
	return json;
}

/* POSTs a JSON value (taken over) below the draft. */
static int post_json(struct sending *s, const char *below, json_t *json, struct http_answer *ret_answer,
                     struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);
	char *text CLEANUP(freep) = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	must(text != NULL);
	message_url(s, s->draft_id, below, &url);
	return step(s,
	            &(struct graph_request){.method = "POST",
	                                    .url = buf_cstr(&url),
	                                    .content_type = "application/json",
	                                    .body = str_of(text)},
	            "attachment", ret_answer, err);
}

static int attach_small(struct sending *s, const struct graph_file *file, struct str content, struct error *err)
{
	struct buf encoded CLEANUP(buf_done) = BUF_INIT(GRAPH_POST_MAX + 4);
	json_t *json = describe(file);
	struct http_answer answer;

	base64_encode(&encoded, content);
	json_object_set_new(json, "@odata.type", json_string("#microsoft.graph.fileAttachment"));
	json_object_set_new(json, "contentBytes", text_json(buf_str(&encoded)));
	return post_json(s, "/attachments", json, &answer, err);
}

/* An upload's fault is this mail's alone: it goes to another host than all else. */
static void settle_upload(struct sending *s, const char *words)
{
	graph_settle(s->item, OUTCOME_LATER, words);
	s->settled = true;
}

/* Does the server wait for another piece than the one that comes next ("nextExpectedRanges": ["2097152"], or with an
 * end behind a dash)? Behind the last, for any. */
static bool wants_another(struct str answer, size_t next, size_t total)
{
	json_t *json CLEANUP(json_freep) = json_loadb(answer.p ? answer.p : "", answer.n, 0, NULL);
	const json_t *first = json_array_get(json_object_get(json, "nextExpectedRanges"), 0);
	struct str range = str_of(json_string_value(first)), from;
	uint64_t at = 0;

	if (!first)
		return false;
	return next == total || !str_split(&range, '-', &from) || !str_to_uint(from, UINT64_MAX, &at) || at != next;
}

/* 0: the server has this piece; -1: settled. */
static int upload_piece(struct sending *s, const char *url, struct str content, size_t at)
{
	struct str piece = str_slice(content, at, at + s->gs->limits.piece);
	struct http_answer answer;
	struct error fault;
	char range[80];

	snprintf(range, sizeof range, "bytes %zu-%zu/%zu", at, at + piece.n - 1, content.n);
	fault_step("graph before a piece of a file");
	int r = graph_upload(s->gs->graph, url, range, piece, s->arena, &answer, &fault);
	if (r == 0 && answer.status / 100 == 2 && !wants_another(answer.body, at + piece.n, content.n))
		return 0;
	if (r == 0 && answer.status / 100 == 2)
		fail(&fault, E_PROTOCOL, RETRY_LATER, "the upload of a file: the server doesn't have what it was sent");
	else if (r == 0)
		fail(&fault, E_REFUSED, RETRY_LATER, "the upload of a file was answered with %d", answer.status);
	settle_upload(s, fault.text);
	return -1;
}

static void upload(struct sending *s, const char *url, struct str content)
{
	if (!*url) {
		settle_upload(s, "the server opened an upload session and gives no address for it");
		return;
	}
	for (size_t at = 0; at < content.n; at += s->gs->limits.piece)
		if (upload_piece(s, url, content, at) < 0)
			return;
}

static int attach_large(struct sending *s, const struct graph_file *file, struct str content, struct error *err)
{
	json_t *about = describe(file);
	struct http_answer answer;

	json_object_set_new(about, "attachmentType", json_string("file"));
	json_object_set_new(about, "size", json_integer((json_int_t)content.n));
	int r = post_json(s, "/attachments/createUploadSession", json_pack("{s:o}", "AttachmentItem", about), &answer,
	                  err);
	if (r < 0 || s->settled)
		return r;
	json_t *json CLEANUP(json_freep) = json_loadb(answer.body.p, answer.body.n, 0, NULL);
	upload(s, arena_cstr(s->arena, text_of(json, "uploadUrl")), content);
	return 0;
}

static int attach(struct sending *s, const struct graph_file *file, struct error *err)
{
	struct buf content CLEANUP(buf_done) = BUF_INIT(GRAPH_MAIL_MAX);

	if (!part_decode(file->part, &content)) {
		graph_settle(s->item, OUTCOME_FAILED, "a file of the mail is too large");
		s->settled = true;
		return 0;
	}
	return content.n >= s->gs->limits.session ? attach_large(s, file, buf_str(&content), err)
	                                          : attach_small(s, file, buf_str(&content), err);
}

/* ---------------------------------------------------------------- the whole way */

static int post_draft(struct sending *s, struct error *err)
{
	struct buf url CLEANUP(buf_done) = BUF_INIT(GRAPH_URL_MAX);

	message_url(s, s->draft_id, "/send", &url);
	s->settled = true;
	return graph_post_finally(s->gs, s->item, &(struct graph_request){.method = "POST", .url = buf_cstr(&url)},
	                          err);
}

static int prepare_draft(struct sending *s, const struct graph_letter *letter, struct str mime,
                         const struct graph_file *files, int n, struct error *err)
{
	int r = letter->message->message_id.n ? remove_leftovers(s, letter->message->message_id, err) : 0;

	if (r == 0 && !s->settled)
		r = make_draft(s, mime, err);
	fault_step("graph draft made");
	for (int i = 0; i < n && r == 0 && !s->settled; i++)
		r = attach(s, &files[i], err);
	return r;
}

int graph_send_draft(struct graph_sender *gs, struct outgoing *item, const struct graph_letter *letter,
                     struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf mime CLEANUP(buf_done) = BUF_INIT(GRAPH_MAIL_MAX);
	struct sending s = {.gs = gs, .item = item, .arena = arena};
	struct graph_file *files;
	struct error fault;
	int n = graph_letter_split(letter, gs->limits.post, arena, &files, &mime, &fault);

	if (n < 0) {
		graph_settle(item, OUTCOME_FAILED, fault.text);
		return 0;
	}
	int r = prepare_draft(&s, letter, buf_str(&mime), files, n, err);
	if (r == 0 && !s.settled)
		r = post_draft(&s, err);
	if (s.draft_id.n && item->outcome != OUTCOME_SENT && item->outcome != OUTCOME_UNCERTAIN)
		delete_draft(&s, s.draft_id);
	return r;
}
