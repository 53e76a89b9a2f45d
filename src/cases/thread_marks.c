/* See thread_marks.h. */
#include "cases/thread_marks.h"

#include "base/mail_address.h"
#include "mime/idna.h"
#include "mime/subject.h"
#include "mime/thread_index.h"
#include "store/threads.h"

#define LOCAL_MAX 64 /* RFC 5321 §4.5.3.1.1 */
#define TOPIC_MAX 200

/* "support@example.com" → "example.com"; in ASCII, since the id of a mail is nothing else. */
static struct str domain_of(struct arena *arena, const char *address)
{
	struct buf ascii CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct str domain = mail_address_domain(str_of(address));

	if (str_is_ascii(domain) && domain.n)
		return domain;
	return idna_put_domain(&ascii, domain) && !ascii.failed ? arena_str(arena, buf_str(&ascii)) : STR("localhost");
}

/* name+TOKEN@domain; the plain address where that would be too long for mail, or has a plus already. */
static struct str reply_address(struct arena *arena, const struct account_send *send, const char *from,
                                struct str token)
{
	struct str base = str_of(send->reply_to[0] ? send->reply_to : from);
	ptrdiff_t at = str_find_char(base, '@');

	if (send->reply_token != REPLY_TOKEN_PLUS || at <= 0 || (size_t)at + 1 + token.n > LOCAL_MAX ||
	    str_find_char(str_slice(base, 0, (size_t)at), '+') >= 0)
		return str_of(send->reply_to);
	return arena_printf(arena, STR_FMT "+" STR_FMT STR_FMT, STR_ARG(str_slice(base, 0, (size_t)at)), STR_ARG(token),
	                    STR_ARG(str_slice(base, (size_t)at, base.n)));
}

static struct str cut(struct str s, size_t max)
{
	size_t n = MIN(s.n, max);

	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_slice(s, 0, n);
}

/* What Outlook shows of the conversation: the topic of the mail that is answered, else the subject. */
static struct str topic_of(struct arena *arena, const struct thread_marks_options *options)
{
	const struct header *header = options->answered ? message_header(options->answered, "Thread-Topic") : NULL;
	struct str topic = header ? header_text(arena, header) : options->topic;

	topic = cut(subject_topic(topic, NULL), TOPIC_MAX);
	for (size_t i = 0; i < topic.n; i++)
		if ((unsigned char)topic.p[i] < ' ')
			return STR("");
	return topic;
}

int thread_marks_make(struct db *db, struct arena *arena, const struct thread_marks_options *options,
                      struct thread_marks *ret_marks, struct error *err)
{
	const struct account_send *send = &options->account->send;
	const char *from = options->from ? options->from : send->address;
	struct thread_index parent = {0};
	struct thread_keys keys;
	struct thread_marks marks = {.to = options->to, .has_line = send->reference_line};
	char token[TOKEN_LEN + 1];
	struct str index, topic = topic_of(arena, options);
	int r = thread_keys_get(db, &keys, err);

	if (r < 0)
		return r;
	token_make(keys.keys[0], options->to, token);
	if (options->answered)
		parent = thread_index_of(arena, options->answered);
	index = thread_index_next(arena, &parent, options->at);
	marks.token = arena_str(arena, str_of(token));
	marks.root = thread_index_root(arena, index);
	marks.message_ident = arena_printf(arena, "%s@" STR_FMT, token, STR_ARG(domain_of(arena, from)));
	marks.reply_to.address = reply_address(arena, send, from, marks.token);
	marks.headers[marks.header_count++] = (struct draft_header){"X-Hauspost-Ref", marks.token};
	marks.headers[marks.header_count++] = (struct draft_header){"Thread-Index", index};
	if (topic.n)
		marks.headers[marks.header_count++] = (struct draft_header){"Thread-Topic", topic};
	*ret_marks = marks;
	return 0;
}

/* ---------------------------------------------------------------- the line */

/* Before the end of the body, where the HTML has one. */
static size_t end_of_body(struct str html)
{
	for (size_t i = html.n; i > 0; i--)
		if (html.p[i - 1] == '<' && str_starts_nocase(str_slice(html, i - 1, html.n), STR("</body")))
			return i - 1;
	return html.n;
}

void thread_marks_sign(const struct thread_marks *marks, struct buf *text, struct buf *html)
{
	struct buf signed_html CLEANUP(buf_done) = BUF_INIT(html->max);
	struct str whole = buf_str(html);
	size_t end = end_of_body(whole);

	if (!marks->has_line)
		return;
	if (text->n)
		buf_printf(text, "%s\n[ref:" STR_FMT "]\n", text->p[text->n - 1] == '\n' ? "" : "\n",
		           STR_ARG(marks->token));
	if (!html->n)
		return;
	buf_add(&signed_html, str_slice(whole, 0, end));
	buf_printf(&signed_html, "<p style=\"color:#999999;font-size:11px\">[ref:" STR_FMT "]</p>",
	           STR_ARG(marks->token));
	buf_add(&signed_html, str_slice(whole, end, whole.n));
	buf_clear(html);
	buf_add(html, buf_str(&signed_html));
	html->failed |= signed_html.failed;
}

int thread_marks_keep(struct db *db, const struct thread_marks *marks, int64_t case_id, int64_t message_id,
                      struct error *err)
{
	const struct stored_token stored = {.case_id = case_id, .message_id = message_id, .address = marks->to};
	int r = thread_token_insert(db, marks->token, &stored, err);

	if (r == 0)
		r = thread_root_insert(db, marks->root, case_id, 0, err);
	return r < 0 ? r : case_add_participant(db, case_id, marks->to, err);
}
