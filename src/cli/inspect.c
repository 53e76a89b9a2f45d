/* See inspect.h. */
#include "cli/inspect.h"

#include "base/clock.h"
#include "cases/threading.h"
#include "mime/bounce.h"
#include "mime/charset.h"
#include "mime/classify.h"
#include "mime/message.h"
#include "mime/reply.h"
#include "mime/subject.h"
#include "mime/thread_index.h"

#include <jansson.h>
#include <openssl/evp.h>

/* ---------------------------------------------------------------- JSON */

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

static void add_reply(json_t *object, const struct reply *reply)
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

static json_t *object_of(struct arena *arena, const struct message *m, const char *file)
{
	struct classification c = message_classify(arena, m);
	struct reply reply = message_reply(arena, m);
	struct bounces b = message_bounces(arena, m);
	json_t *object = json_object(), *leaves = json_array();

	json_object_set_new(object, "file", json_string(file));
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
	json_object_set_new(object, "body_text", text(message_body_text(arena, m)));
	json_object_set_new(object, "body_html", text(message_body_html(arena, m)));
	add_reply(object, &reply);
	json_object_set_new(object, "attachments", attachments(arena, m));
	add_leaves(arena, m, leaves);
	json_object_set_new(object, "parts", leaves);
	json_object_set_new(object, "kind", json_string(auto_kind_word(c.kind)));
	json_object_set_new(object, "evidence", text(c.evidence));
	json_object_set_new(object, "signs", texts(c.signs, c.sign_count));
	json_object_set_new(object, "answer_allowed", json_boolean(c.answer_allowed));
	json_object_set_new(object, "auto", json_boolean(c.kind != AUTO_NONE));
	set_bounces(object, &b);
	json_object_set_new(object, "thread", thread_json(arena, m));
	json_object_set_new(object, "notices", texts(m->notices, m->notice_count));
	return object;
}

static int add_bytes(const char *bytes, size_t n, void *out)
{
	buf_add(out, str_new(bytes, n));
	return 0;
}

/* Takes `object`. */
static int dump(json_t *object, const char *file, struct buf *out, struct error *err)
{
	int rc = json_dump_callback(object, add_bytes, out, JSON_COMPACT);

	json_decref(object);
	buf_add_char(out, '\n');
	if (rc < 0 || out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: the description is longer than %zu bytes", file, out->max);
	return 0;
}

int inspect_message(struct str raw, const char *file, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, raw, NULL);

	return dump(object_of(arena, m, file), file, out, err);
}

/* ---------------------------------------------------------------- for people */

static void add_address(struct buf *out, const struct address *a)
{
	if (a->name.n)
		buf_printf(out, STR_FMT " <" STR_FMT ">", STR_ARG(a->name), STR_ARG(a->address));
	else
		buf_add(out, a->address);
}

static void add_addresses(struct buf *out, const char *label, const struct address_list *list)
{
	if (!list->count)
		return;
	buf_printf(out, "%-10s ", label);
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_add(out, STR(", "));
		add_address(out, &list->items[i]);
	}
	buf_add_char(out, '\n');
}

static void add_head(struct arena *arena, struct buf *out, const struct message *m)
{
	struct classification c = message_classify(arena, m);
	struct thread_index index = thread_index_of(arena, m);
	char iso[32] = "none";

	if (m->date)
		clock_format_iso(m->date, iso);
	add_addresses(out, "From", &m->from_list);
	add_addresses(out, "Reply-To", &m->reply_to);
	add_addresses(out, "To", &m->to);
	add_addresses(out, "Cc", &m->cc);
	buf_printf(out, "%-10s " STR_FMT "\n", "Subject", STR_ARG(m->subject));
	buf_printf(out, "%-10s %s\n", "Date", iso);
	buf_printf(out, "%-10s " STR_FMT "\n", "Message-ID", STR_ARG(m->message_id));
	buf_printf(out, "%-10s %s", "Kind", auto_kind_word(c.kind));
	for (size_t i = 0; i < c.sign_count; i++)
		buf_printf(out, "%s" STR_FMT, i ? "; " : ", by ", STR_ARG(c.signs[i]));
	buf_printf(out, "; an automatic answer is %s\n", c.answer_allowed ? "allowed" : "not allowed");
	if (index.root.n)
		buf_printf(out, "%-10s " STR_FMT ", %zu answers\n", "Thread", STR_ARG(index.root), index.answers);
}

static void add_recipient(struct buf *out, const struct bounce_recipient *r)
{
	buf_printf(out, "  " STR_FMT ": %s, %s%s", STR_ARG(r->address.n ? r->address : STR("somebody")),
	           bounce_reason_word(r->reason), r->is_hard ? "hard" : "soft", r->is_temporary ? ", temporary" : "");
	if (r->status.n || r->code.n)
		buf_printf(out, " (" STR_FMT "%s" STR_FMT ")", STR_ARG(r->code), r->code.n && r->status.n ? " " : "",
		           STR_ARG(r->status));
	if (r->evidence.n)
		buf_printf(out, ", by " STR_FMT, STR_ARG(r->evidence));
	buf_add_char(out, '\n');
	if (r->original.n)
		buf_printf(out, "    sent to " STR_FMT "\n", STR_ARG(r->original));
	if (r->remote_mta.n)
		buf_printf(out, "    refused by " STR_FMT "\n", STR_ARG(r->remote_mta));
	if (r->diagnostic.n)
		buf_printf(out, "    " STR_FMT "\n", STR_ARG(r->diagnostic));
}

/* What a report says of its recipients; nothing where the mail isn't one. */
static void add_bounces(struct arena *arena, struct buf *out, const struct message *m)
{
	struct bounces b = message_bounces(arena, m);

	if (!b.is_bounce && !b.count)
		return;
	buf_printf(out, "\n%s, by " STR_FMT "\n", b.is_bounce ? "Bounce" : "Report", STR_ARG(b.evidence));
	for (size_t i = 0; i < b.count; i++)
		add_recipient(out, &b.recipients[i]);
	if (b.original_message_id.n || b.original_subject.n)
		buf_printf(out, "  Original: \"" STR_FMT "\" <" STR_FMT ">\n", STR_ARG(b.original_subject),
		           STR_ARG(b.original_message_id));
}

static void add_tree(struct arena *arena, struct buf *out, const struct message *m, int indent)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *part = m->parts[i];
		struct str number = part_number(arena, part);
		int depth = indent;

		for (const struct part *p = part->parent; p; p = p->parent)
			depth++;
		buf_printf(out, "%*s" STR_FMT "%s" STR_FMT ", %llu bytes", depth * 2, "", STR_ARG(number),
		           number.n ? " " : "", STR_ARG(part_type(arena, part)),
		           (unsigned long long)part_decoded_size(part));
		if (part->filename.n)
			buf_printf(out, ", \"" STR_FMT "\"", STR_ARG(part->filename));
		buf_add_char(out, '\n');
		if (part->inner)
			add_tree(arena, out, part->inner, depth + 1);
	}
}

static void add_reply_text(struct buf *out, const struct reply *reply)
{
	buf_printf(out, "\nReply (%s%s" STR_FMT "%s)\n" STR_FMT "\n", reply_evidence_word(reply->evidence),
	           reply->evidence_line.n ? ": \"" : "", STR_ARG(str_slice(reply->evidence_line, 0, 120)),
	           reply->evidence_line.n ? "\"" : "", STR_ARG(reply->reply));
}

int inspect_for_people(struct str raw, const char *file, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, raw, NULL);
	struct reply reply = message_reply(arena, m);

	buf_printf(out, "=== %s, %zu bytes\n", file, raw.n);
	add_head(arena, out, m);
	add_bounces(arena, out, m);
	buf_add(out, STR("\nParts\n"));
	add_tree(arena, out, m, 1);
	buf_add(out, STR("\nBody\n"));
	buf_add(out, message_body_text(arena, m));
	buf_add(out, STR("\n"));
	if (reply.evidence != REPLY_WHOLE)
		add_reply_text(out, &reply);
	for (size_t i = 0; i < m->attachment_count; i++)
		buf_printf(out, "%s  " STR_FMT " (" STR_FMT ", %llu bytes)\n", i ? "" : "\nAttachments\n",
		           STR_ARG(m->attachments[i]->filename.n ? m->attachments[i]->filename : STR("without a name")),
		           STR_ARG(part_type(arena, m->attachments[i])),
		           (unsigned long long)part_decoded_size(m->attachments[i]));
	for (size_t i = 0; i < m->notice_count; i++)
		buf_printf(out, "%s  " STR_FMT "\n", i ? "" : "\nNotices\n", STR_ARG(m->notices[i]));
	buf_add_char(out, '\n');
	if (out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: the page is longer than %zu bytes", file, out->max);
	return 0;
}

/* ---------------------------------------------------------------- a body alone */

static bool is_message(const struct message *m)
{
	return message_header(m, "MIME-Version") || message_header(m, "Message-ID");
}

/* Begins with a tag, a comment or an XML declaration, and closes some element. */
static bool is_html(struct str bytes)
{
	struct str start = str_trim(bytes);

	return start.n > 2 && start.p[0] == '<' && (is_alpha(start.p[1]) || start.p[1] == '!' || start.p[1] == '?') &&
	       str_find_char(str_slice(start, 0, KIB(4)), '>') > 0 &&
	       (str_find(start, STR("</")) > 0 || str_find_nocase(start, STR("<br")) >= 0);
}

static struct reply reply_of_body(struct arena *arena, struct str bytes)
{
	const struct message *m = message_parse(arena, bytes, NULL);

	if (is_message(m))
		return message_reply(arena, m);
	bytes = charset_guess_utf8(arena, bytes);
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_slice(bytes, 3, bytes.n);
	return is_html(bytes) ? reply_of_html(arena, bytes) : reply_of_text(arena, bytes);
}

int inspect_body(struct str bytes, const char *file, bool as_json, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct reply reply = reply_of_body(arena, bytes);

	if (as_json) {
		json_t *object = json_pack("{s:s}", "file", file);

		add_reply(object, &reply);
		return dump(object, file, out, err);
	}
	buf_printf(out, "=== %s, %zu bytes\n", file, bytes.n);
	add_reply_text(out, &reply);
	if (out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "%s: the page is longer than %zu bytes", file, out->max);
	return 0;
}
