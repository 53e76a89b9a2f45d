/* See build.h. Everything is checked before the first byte is written; then the header, then the body from the outside
 * in: mixed (attachments) around alternative (text, HTML) around related (HTML, what its cid: links name). */
#include "mime/build.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/mail_address.h"
#include "base/random.h"
#include "encode.h"
#include "mime/idna.h"

#define LINE_MAX_OCTETS 998
#define REFERENCES_MAX  20
#define ID_MAX          900

struct builder {
	const struct draft *draft;
	struct buf *out;
};

/* ---------------------------------------------------------------- checks */

static int check_value(const char *field, struct str value, struct error *err)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
			return fail(err, E_INVALID, RETRY_NEVER,
			            "%s: a line break or NUL at byte %zu is not allowed there", field, i);
	if (!str_is_utf8(value))
		return fail(err, E_INVALID, RETRY_NEVER, "%s: not valid UTF-8", field);
	return 0;
}

/* A domain beyond ASCII must be one that the name system knows: servers without SMTPUTF8 get it in ASCII. */
static const char *domain_fault(struct str address)
{
	struct buf ascii CLEANUP(buf_done) = BUF_INIT(2 * MAIL_ADDRESS_MAX);
	struct str domain = mail_address_domain(address);

	return str_is_ascii(domain) || idna_put_domain(&ascii, domain) ? NULL
	                                                               : "has a domain that is no international name";
}

static int check_address(const char *field, const struct address *a, struct error *err)
{
	const char *wrong = mail_address_fault(a->address);
	int rc = check_value(field, a->name, err);

	if (rc < 0)
		return rc;
	if (!wrong)
		wrong = domain_fault(a->address);
	return wrong ? fail(err, E_INVALID, RETRY_NEVER, "%s: \"%.*s\" %s", field,
	                    (int)MIN(a->address.n, (size_t)MAIL_ADDRESS_MAX), a->address.p ? a->address.p : "", wrong)
	             : 0;
}

static int check_addresses(const char *field, const struct address *list, size_t count, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = check_address(field, &list[i], err);
	return rc;
}

static int check_header(const struct draft_header *header, struct error *err)
{
	size_t n = strlen(header->name);

	for (size_t i = 0; i < n; i++)
		if (header->name[i] <= ' ' || header->name[i] > '~' || header->name[i] == ':')
			n = 0;
	if (n == 0 || n > 70)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "header name \"%.70s\": only printable ASCII without ':' is allowed", header->name);
	return check_value(header->name, header->value, err);
}

static bool is_type(struct str type)
{
	ptrdiff_t slash = str_find_char(type, '/');

	for (size_t i = 0; i < type.n; i++)
		if (type.p[i] <= ' ' || type.p[i] > '~' || strchr("()<>@,;:\\\"[]?=", type.p[i]) ||
		    (type.p[i] == '/' && (ptrdiff_t)i != slash))
			return false;
	return slash > 0 && (size_t)slash + 1 < type.n && type.n <= 120;
}

static int check_attachment(const struct draft_attachment *a, struct error *err)
{
	int rc = check_value("attachment name", a->name, err);

	if (rc == 0)
		rc = check_value("attachment content id", a->content_id, err);
	if (rc < 0)
		return rc;
	if (!is_type(a->type) || str_starts_nocase(a->type, STR("multipart/")))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "attachment \"" STR_FMT "\": \"" STR_FMT "\" is not a media type", STR_ARG(a->name),
		            STR_ARG(a->type));
	for (size_t i = 0; i < a->content_id.n; i++)
		if (a->content_id.p[i] <= ' ' || a->content_id.p[i] > '~' || strchr("<>", a->content_id.p[i]) ||
		    i > ID_MAX)
			return fail(err, E_INVALID, RETRY_NEVER, "attachment \"" STR_FMT "\": not a content id",
			            STR_ARG(a->name));
	return 0;
}

static bool is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~' || id.p[i] == '<' || id.p[i] == '>')
			return false;
	return id.n > 0 && id.n <= ID_MAX;
}

static int check_ids(const struct draft *d, struct error *err)
{
	int rc = check_value("In-Reply-To", d->in_reply_to, err);

	for (size_t i = 0; i < d->reference_count && rc == 0; i++)
		rc = check_value("References", d->references[i], err);
	if (rc < 0)
		return rc;
	if (!is_id(d->message_id) || str_find_char(d->message_id, '@') <= 0)
		return fail(err, E_INVALID, RETRY_NEVER, "Message-ID: \"" STR_FMT "\" is not left@right without <>",
		            STR_ARG(d->message_id));
	return 0;
}

static int check_text(const char *field, struct str text, struct error *err)
{
	if (!str_is_utf8(text))
		return fail(err, E_INVALID, RETRY_NEVER, "%s: not valid UTF-8", field);
	if (text.n && memchr(text.p, '\0', text.n))
		return fail(err, E_INVALID, RETRY_NEVER, "%s: a NUL is not allowed there", field);
	return 0;
}

static int check_draft(const struct draft *d, struct error *err)
{
	int rc = check_address("From", &d->from, err);

	if (rc == 0)
		rc = check_addresses("To", d->to, d->to_count, err);
	if (rc == 0)
		rc = check_addresses("Cc", d->cc, d->cc_count, err);
	if (rc == 0)
		rc = check_addresses("Reply-To", d->reply_to, d->reply_to_count, err);
	if (rc == 0)
		rc = check_value("Subject", d->subject, err);
	if (rc == 0)
		rc = check_ids(d, err);
	if (rc == 0)
		rc = check_text("text", d->text, err);
	if (rc == 0)
		rc = check_text("HTML", d->html, err);
	for (size_t i = 0; i < d->header_count && rc == 0; i++)
		rc = check_header(&d->headers[i], err);
	for (size_t i = 0; i < d->attachment_count && rc == 0; i++)
		rc = check_attachment(&d->attachments[i], err);
	return rc;
}

/* ---------------------------------------------------------------- header */

static void add_text_field(struct buf *out, struct str name, struct str value)
{
	struct field field;

	field_start(&field, out, name);
	if (value.n)
		field_text(&field, value);
	else
		field_glue(&field, STR(" "));
	field_end(&field);
}

static void add_address_field(struct buf *out, struct str name, const struct address *list, size_t count)
{
	struct field field;

	if (!count)
		return;
	field_start(&field, out, name);
	for (size_t i = 0; i < count; i++) {
		struct buf bracketed CLEANUP(buf_done) = BUF_INIT(2 * ID_MAX);

		if (i)
			field_glue(&field, STR(","));
		if (list[i].name.n) {
			field_phrase(&field, list[i].name);
			buf_add_char(&bracketed, '<');
		}
		idna_put_address(&bracketed, list[i].address);
		if (list[i].name.n)
			buf_add_char(&bracketed, '>');
		field_piece(&field, buf_str(&bracketed));
	}
	field_end(&field);
}

static void add_id(struct field *field, struct str id)
{
	struct buf bracketed CLEANUP(buf_done) = BUF_INIT(ID_MAX + 2);

	/* Ids of other people's mail: one that would break the field is left out, the thread has others. */
	if (!is_id(id))
		return;
	buf_printf(&bracketed, "<" STR_FMT ">", STR_ARG(id));
	field_piece(field, buf_str(&bracketed));
}

static void add_ids(struct buf *out, struct str name, const struct str *ids, size_t count)
{
	struct field field;
	bool has_any = false;

	for (size_t i = 0; i < count; i++)
		has_any |= is_id(ids[i]);
	if (!has_any)
		return;
	field_start(&field, out, name);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || count - i < REFERENCES_MAX) /* the first names the thread */
			add_id(&field, ids[i]);
	field_end(&field);
}

static void add_header(const struct builder *b)
{
	const struct draft *d = b->draft;
	char date[40];

	clock_format_rfc5322(d->date, date);
	add_address_field(b->out, STR("From"), &d->from, 1);
	add_address_field(b->out, STR("To"), d->to, d->to_count);
	add_address_field(b->out, STR("Cc"), d->cc, d->cc_count);
	add_address_field(b->out, STR("Reply-To"), d->reply_to, d->reply_to_count);
	add_text_field(b->out, STR("Subject"), d->subject);
	buf_printf(b->out, "Date: %s\r\n", date);
	add_ids(b->out, STR("Message-ID"), &d->message_id, 1);
	add_ids(b->out, STR("In-Reply-To"), &d->in_reply_to, 1);
	add_ids(b->out, STR("References"), d->references, d->reference_count);
	for (size_t i = 0; i < d->header_count; i++)
		add_text_field(b->out, str_of(d->headers[i].name), d->headers[i].value);
	buf_add(b->out, STR("MIME-Version: 1.0\r\n"));
}

/* ---------------------------------------------------------------- leaves */

/* CRLF line ends, the last line ended. */
static void add_crlf(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = at;

		while (end < text.n && text.p[end] != '\r' && text.p[end] != '\n')
			end++;
		buf_add(out, str_slice(text, at, end));
		buf_add(out, STR("\r\n"));
		at = end + (end + 1 < text.n && text.p[end] == '\r' && text.p[end + 1] == '\n' ? 2 : 1);
	}
}

static bool has_long_line(struct str text)
{
	size_t start = 0;

	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '\n')
			continue;
		if (i - start > LINE_MAX_OCTETS)
			return true;
		start = i + 1;
	}
	return false;
}

/* What relays change: blanks at the end of a line, "From " at its beginning, a lone dot. */
static bool has_frail_line(struct str text)
{
	struct str line;

	while (str_split(&text, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (str_starts(line, STR("From ")) || str_starts(line, STR(".")) ||
		    (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t')))
			return true;
	}
	return false;
}

static size_t count_8bit(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += (unsigned char)text.p[i] > 0x7f;
	return n;
}

static void add_text_part(const struct builder *b, const char *subtype, struct str text)
{
	struct buf lines CLEANUP(buf_done) = BUF_INIT(text.n * 2 + 2);
	size_t high;
	bool is_ascii, is_long;

	add_crlf(&lines, text);
	high = count_8bit(buf_str(&lines));
	is_ascii = high == 0;
	is_long = has_long_line(buf_str(&lines)) || (b->draft->is_signed && has_frail_line(buf_str(&lines)));
	buf_printf(b->out, "Content-Type: text/%s; charset=%s\r\n", subtype, is_ascii ? "us-ascii" : "utf-8");
	if (!is_long && (is_ascii || b->draft->allow_8bit)) {
		buf_printf(b->out, "Content-Transfer-Encoding: %s\r\n\r\n", is_ascii ? "7bit" : "8bit");
		buf_add(b->out, buf_str(&lines));
	} else if (high * 4 < lines.n) {
		buf_add(b->out, STR("Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
		quoted_printable_encode(b->out, buf_str(&lines));
	} else {
		buf_add(b->out, STR("Content-Transfer-Encoding: base64\r\n\r\n"));
		base64_lines_encode(b->out, buf_str(&lines));
	}
}

/* RFC 2046 §5.2.1 lets a message travel only unencoded. */
static bool is_plain_message(const struct builder *b, const struct draft_attachment *a)
{
	return str_eq_nocase(a->type, STR("message/rfc822")) && !has_long_line(a->content) &&
	       !(a->content.n && memchr(a->content.p, '\0', a->content.n)) &&
	       (b->draft->allow_8bit || count_8bit(a->content) == 0);
}

static void add_attachment(const struct builder *b, const struct draft_attachment *a)
{
	bool is_message = str_starts_nocase(a->type, STR("message/")), is_plain = is_plain_message(b, a);
	struct field field;

	field_start(&field, b->out, STR("Content-Type"));
	field_piece(&field, is_message && !is_plain ? STR("application/octet-stream") : a->type);
	if (str_starts_nocase(a->type, STR("text/")))
		field_param(&field, "charset",
		            str_is_ascii(a->content)  ? STR("us-ascii")
		            : str_is_utf8(a->content) ? STR("utf-8")
		                                      : STR("unknown-8bit"));
	field_end(&field);
	field_start(&field, b->out, STR("Content-Disposition"));
	field_piece(&field, a->content_id.n ? STR("inline") : STR("attachment"));
	if (a->name.n)
		field_param(&field, "filename", a->name);
	field_end(&field);
	if (a->content_id.n)
		buf_printf(b->out, "Content-ID: <" STR_FMT ">\r\n", STR_ARG(a->content_id));
	if (is_plain) {
		buf_printf(b->out, "Content-Transfer-Encoding: %s\r\n\r\n", count_8bit(a->content) ? "8bit" : "7bit");
		add_crlf(b->out, a->content);
	} else {
		buf_add(b->out, STR("Content-Transfer-Encoding: base64\r\n\r\n"));
		base64_lines_encode(b->out, a->content);
	}
}

/* ---------------------------------------------------------------- multiparts */

struct multipart {
	const struct builder *builder;
	char boundary[RANDOM_TOKEN_LEN + 3];
};

/* "=_" occurs in neither base64 nor quoted-printable, the rest can't be guessed. */
static void multipart_start(struct multipart *mp, const struct builder *b, const char *subtype)
{
	mp->builder = b;
	memcpy(mp->boundary, "=_", 2);
	random_token(mp->boundary + 2);
	buf_printf(b->out, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", subtype, mp->boundary);
}

static void multipart_next(const struct multipart *mp)
{
	buf_printf(mp->builder->out, "--%s\r\n", mp->boundary);
}

static void multipart_part_end(const struct multipart *mp)
{
	buf_add(mp->builder->out, STR("\r\n"));
}

static void multipart_end(const struct multipart *mp)
{
	buf_printf(mp->builder->out, "--%s--\r\n", mp->boundary);
}

static size_t count_attachments(const struct draft *d, bool is_inline)
{
	size_t n = 0;

	for (size_t i = 0; i < d->attachment_count; i++)
		n += (d->attachments[i].content_id.n > 0 && d->html.n > 0) == is_inline;
	return n;
}

static void add_attachments(const struct multipart *mp, bool is_inline)
{
	const struct draft *d = mp->builder->draft;

	for (size_t i = 0; i < d->attachment_count; i++) {
		if ((d->attachments[i].content_id.n > 0 && d->html.n > 0) != is_inline)
			continue;
		multipart_next(mp);
		add_attachment(mp->builder, &d->attachments[i]);
		multipart_part_end(mp);
	}
}

static void add_html(const struct builder *b)
{
	struct multipart related;

	if (!count_attachments(b->draft, true)) {
		add_text_part(b, "html", b->draft->html);
		return;
	}
	multipart_start(&related, b, "related");
	multipart_next(&related);
	add_text_part(b, "html", b->draft->html);
	multipart_part_end(&related);
	add_attachments(&related, true);
	multipart_end(&related);
}

static void add_body(const struct builder *b)
{
	struct multipart alternative;

	if (!b->draft->html.n) {
		add_text_part(b, "plain", b->draft->text);
		return;
	}
	if (!b->draft->text.n) {
		add_html(b);
		return;
	}
	multipart_start(&alternative, b, "alternative");
	multipart_next(&alternative);
	add_text_part(b, "plain", b->draft->text);
	multipart_part_end(&alternative);
	multipart_next(&alternative);
	add_html(b);
	multipart_part_end(&alternative);
	multipart_end(&alternative);
}

int draft_build(const struct draft *draft, struct buf *out, struct error *err)
{
	struct builder b = {.draft = draft, .out = out};
	struct multipart mixed;
	int rc = check_draft(draft, err);

	if (rc < 0)
		return rc;
	add_header(&b);
	if (count_attachments(draft, false)) {
		multipart_start(&mixed, &b, "mixed");
		if (draft->text.n || draft->html.n) {
			multipart_next(&mixed);
			add_body(&b);
			multipart_part_end(&mixed);
		}
		add_attachments(&mixed, false);
		multipart_end(&mixed);
	} else {
		add_body(&b);
	}
	if (out->failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "the mail is larger than the %zu bytes allowed", out->max);
	return 0;
}
