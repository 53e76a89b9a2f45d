/* See inspect.h: the JSON object. */
#include "cli/inspect.h"

#include "base/clock.h"
#include "cases/threading.h"
#include "cli/inspect_trust.h"
#include "mime/subject.h"
#include "mime/thread_index.h"

#include <openssl/evp.h>

static json_t *text(struct str s)
{
	return json_stringn(s.p ? s.p : "", s.n);
}

static json_t *addresses(const struct address_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].address.n)
			json_array_append_new(array, text(list->items[i].address));
	return array;
}

static json_t *texts(const struct str *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, text(items[i]));
	return array;
}

static json_t *attachments(struct arena *arena, const struct message *m)
{
	json_t *array = json_array();

	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct part *part = m->attachments[i];

		json_array_append_new(array, json_pack("{s:o, s:I, s:o}", "name", text(part->filename), "size",
		                                       (json_int_t)part_decoded_size(part), "type",
		                                       text(part_type(arena, part))));
	}
	return array;
}

/* White space is left out of the digest: line ends and what stands before them change on the way. */
static struct str without_space(struct arena *arena, struct str s)
{
	char *out = arena_bytes(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]) && s.p[i] != '\v' && s.p[i] != '\f')
			out[n++] = s.p[i];
	return str_new(out, n);
}

static struct str sha1_hex(struct arena *arena, struct str bytes)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[EVP_MAX_MD_SIZE * 2 + 1] = "";
	unsigned n = 0;

	must(EVP_Digest(bytes.p ? bytes.p : "", bytes.n, digest, &n, EVP_sha1(), NULL) == 1);
	for (unsigned i = 0; i < n; i++) {
		hex[i * 2] = "0123456789abcdef"[digest[i] >> 4];
		hex[i * 2 + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	return arena_str(arena, str_new(hex, n * 2));
}

/* The digest is of the bytes as they were sent, before any charset is applied: that tells a decoder's mistake from a
 * charset's. */
static json_t *leaf(struct arena *arena, const struct part *part)
{
	struct buf decoded CLEANUP(buf_done) = BUF_INIT(MIB(256));

	if (!part_decode(part, &decoded))
		buf_clear(&decoded);
	return json_pack("{s:o, s:I, s:o}", "type", text(part_type(arena, part)), "size",
	                 (json_int_t)part_decoded_size(part), "sha1",
	                 text(sha1_hex(arena, without_space(arena, buf_str(&decoded)))));
}

/* Leaves in order; those of an inner message stand in its place. */
static void add_leaves(struct arena *arena, const struct message *m, json_t *array)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];

		if (part->inner)
			add_leaves(arena, part->inner, array);
		else if (!part->first_child && !str_eq(part->type, STR("multipart")))
			json_array_append_new(array, leaf(arena, part));
	}
}

static json_t *bounced_recipients(const struct bounces *b)
{
	json_t *array = json_array();

	for (size_t i = 0; i < b->count; i++) {
		const struct bounce_recipient *r = &b->recipients[i];

		json_array_append_new(array,
		                      json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:o}", "recipient",
		                                text(r->address), "original", text(r->original), "action",
		                                text(r->action), "status", text(r->status), "code", text(r->code),
		                                "diagnostic", text(r->diagnostic), "remote_mta", text(r->remote_mta),
		                                "reason", bounce_reason_word(r->reason), "hard", (int)r->is_hard,
		                                "temporary", (int)r->is_temporary, "evidence", text(r->evidence)));
	}
	return array;
}

static void set_bounces(json_t *object, const struct bounces *b)
{
	json_t *recipients = json_array();

	for (size_t i = 0; i < b->count; i++)
		if (b->recipients[i].address.n)
			json_array_append_new(recipients, text(b->recipients[i].address));
	json_object_set_new(object, "is_bounce", json_boolean(b->is_bounce));
	json_object_set_new(object, "temporary", json_boolean(b->is_temporary));
	json_object_set_new(object, "bounces", bounced_recipients(b));
	json_object_set_new(object, "recipients", recipients);
	json_object_set_new(object, "bounce_evidence", text(b->evidence));
	json_object_set_new(object, "reporting_mta", text(b->reporting_mta));
	json_object_set_new(object, "original",
	                    json_pack("{s:o, s:o, s:o, s:o}", "message_id", text(b->original_message_id), "from",
	                              text(b->original_from), "to", text(b->original_to), "subject",
	                              text(b->original_subject)));
}

static json_t *date_text(int64_t at)
{
	char iso[32];

	if (!at)
		return json_null();
	clock_format_iso(at, iso);
	return json_string(iso);
}

void inspect_add_reply(json_t *object, const struct reply *reply)
{
	json_object_set_new(object, "reply_text", text(reply->reply));
	json_object_set_new(object, "reply_evidence", json_string(reply_evidence_word(reply->evidence)));
	json_object_set_new(object, "reply_evidence_line", text(reply->evidence_line));
}

/* What may tell its case, besides the ids: only the store knows whose tokens they are. */
static json_t *thread_json(struct arena *arena, const struct message *m)
{
	struct thread_index index = thread_index_of(arena, m);
	struct str tokens[THREADING_MAX_TOKENS];
	size_t n = threading_tokens_in(message_body_text(arena, m), tokens, ARRAY_LEN(tokens));
	bool is_answer;
	struct str topic = subject_topic(m->subject, &is_answer);

	return json_pack("{s:o, s:o, s:b, s:I, s:o}", "topic", text(topic), "index_root", text(index.root), "is_answer",
	                 is_answer || m->in_reply_to_count || m->reference_count || index.answers, "index_answers",
	                 (json_int_t)index.answers, "tokens", texts(tokens, n));
}

static void add_safe_html(json_t *object, const struct sanitised *html)
{
	json_object_set_new(object, "html_safe", text(html->html));
	json_object_set_new(object, "html_as_text", json_boolean(html->as_text));
	json_object_set_new(object, "blocked_remote", json_integer((json_int_t)html->blocked_remote));
	json_object_set_new(object, "html_parts", texts(html->parts, html->part_count));
	json_object_set_new(object, "html_notices", texts(html->notices, html->notice_count));
}

static void add_head(json_t *object, const struct message *m)
{
	json_object_set_new(object, "from", text(m->from.address));
	json_object_set_new(object, "from_name", text(m->from.name));
	json_object_set_new(object, "to", addresses(&m->to));
	json_object_set_new(object, "cc", addresses(&m->cc));
	json_object_set_new(object, "reply_to", addresses(&m->reply_to));
	json_object_set_new(object, "subject", text(m->subject));
	json_object_set_new(object, "date", date_text(m->date));
	json_object_set_new(object, "message_id", text(m->message_id));
	json_object_set_new(object, "in_reply_to", texts(m->in_reply_to, m->in_reply_to_count));
	json_object_set_new(object, "references", texts(m->references, m->reference_count));
}

/* Where a stored mail went. */
static void add_place(json_t *object, const struct inspected *mail)
{
	json_t *why = json_array();
	struct str rest = str_trim(mail->why), finding;

	while (str_split(&rest, '\n', &finding))
		json_array_append_new(why, text(finding));
	json_object_set_new(object, "case", json_string(mail->case_number));
	json_object_set_new(object, "why", why);
}

static json_t *object_of(const struct inspected *mail)
{
	const struct message *m = mail->message;
	json_t *object = json_object(), *leaves = json_array();

	json_object_set_new(object, "file", json_string(mail->file));
	add_head(object, m);
	json_object_set_new(object, "body_text", text(message_body_text(mail->arena, m)));
	json_object_set_new(object, "body_html", text(message_body_html(mail->arena, m)));
	add_safe_html(object, &mail->html);
	inspect_add_reply(object, &mail->reply);
	json_object_set_new(object, "attachments", attachments(mail->arena, m));
	add_leaves(mail->arena, m, leaves);
	json_object_set_new(object, "parts", leaves);
	json_object_set_new(object, "kind", json_string(auto_kind_word(mail->kind.kind)));
	json_object_set_new(object, "evidence", text(mail->kind.evidence));
	json_object_set_new(object, "signs", texts(mail->kind.signs, mail->kind.sign_count));
	json_object_set_new(object, "answer_allowed", json_boolean(mail->kind.answer_allowed));
	json_object_set_new(object, "auto", json_boolean(mail->kind.kind != AUTO_NONE));
	set_bounces(object, &mail->bounces);
	json_object_set_new(object, "authentication", inspect_trust(mail->arena, mail->received));
	json_object_set_new(object, "smime", mail->smime ? smime_json(mail->smime) : json_null());
	json_object_set_new(object, "thread", thread_json(mail->arena, m));
	if (mail->case_number)
		add_place(object, mail);
	json_object_set_new(object, "notices", texts(m->notices, m->notice_count));
	return object;
}

static int add_bytes(const char *bytes, size_t n, void *out)
{
	buf_add(out, str_new(bytes, n));
	return 0;
}

int inspect_dump(json_t *object, const char *file, struct buf *out, struct error *err)
{
	int rc = json_dump_callback(object, add_bytes, out, JSON_COMPACT);

	json_decref(object);
	buf_add_char(out, '\n');
	if (rc < 0 || out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: the description is longer than %zu bytes", file, out->max);
	return 0;
}

int inspect_json(const struct inspected *mail, struct buf *out, struct error *err)
{
	return inspect_dump(object_of(mail), mail->file, out, err);
}
