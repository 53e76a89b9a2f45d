/* mime: fields, the tree of parts, the bodies and the attachments of whole messages. */
#include "mime/message.h"

#include "base/test.h"

static const char letter[] = "Return-Path: <ann@example.com>\r\n"
                             "From: =?utf-8?Q?Ann_M=C3=BCller?= <ann@example.com>\r\n"
                             "To: Support <support@example.org>, \"Doe, John\" <john@example.org>\r\n"
                             "Cc: team: a@example.org, b@example.org;\r\n"
                             "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?iso-8859-1?Q?_aus?= Bonn\r\n"
                             "Date: Sat, 21 Nov 2026 08:39:31 +0100\r\n"
                             "Message-ID: <one@example.com>\r\n"
                             "References: <zero@example.com>\r\n <half@example.com>\r\n"
                             "In-Reply-To: <half@example.com>\r\n"
                             "MIME-Version: 1.0\r\n"
                             "Content-Type: multipart/mixed; boundary=\"outer\"\r\n"
                             "\r\n"
                             "preamble\r\n"
                             "--outer\r\n"
                             "Content-Type: multipart/alternative; boundary=inner\r\n"
                             "\r\n"
                             "--inner\r\n"
                             "Content-Type: text/plain; charset=iso-8859-1\r\n"
                             "Content-Transfer-Encoding: quoted-printable\r\n"
                             "\r\n"
                             "Gr=FC=DFe,=20=\r\n"
                             "Ann\r\n"
                             "--inner\r\n"
                             "Content-Type: text/html\r\n"
                             "\r\n"
                             "<p>Hello\r\n"
                             "--inner--\r\n"
                             "\r\n"
                             "--outer\r\n"
                             "Content-Type: application/pdf; name*0*=utf-8''r%C3%A9; name*1=sume.pdf\r\n"
                             "Content-Disposition: attachment\r\n"
                             "Content-Transfer-Encoding: base64\r\n"
                             "\r\n"
                             "aGVs\r\nbG8=\r\n"
                             "--outer\r\n"
                             "Content-Type: message/rfc822\r\n"
                             "\r\n"
                             "Subject: inside\r\n"
                             "\r\n"
                             "deep\r\n"
                             "--outer--\r\n"
                             "epilogue\r\n";

static void fields_of_a_letter_are_read(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, str_of(letter), NULL);

	assert_str(m->from.name, "Ann M\xc3\xbcller");
	assert_str(m->from.address, "ann@example.com");
	assert_int_equal(m->to.count, 2);
	assert_str(m->to.items[1].name, "Doe, John");
	assert_str(m->to.items[1].address, "john@example.org");
	assert_int_equal(m->cc.count, 2);
	assert_str(m->cc.items[0].address, "a@example.org");
	assert_str(m->subject, "Gr\xc3\xbc\xc3\x9f"
	                       "e aus Bonn");
	assert_str(m->message_id, "one@example.com");
	assert_int_equal(m->reference_count, 2);
	assert_str(m->references[1], "half@example.com");
	assert_str(m->in_reply_to[0], "half@example.com");
	assert_str(m->return_path, "ann@example.com");
	assert_false(m->has_null_return_path);
	assert_true(m->date == INT64_C(1795246771000));
	assert_int_equal(m->notice_count, 0);
}

static void the_tree_has_every_part_in_order(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, str_of(letter), NULL);
	static const char *const types[] = {"multipart/mixed", "multipart/alternative", "text/plain",
	                                    "text/html",       "application/pdf",       "message/rfc822"};
	static const char *const numbers[] = {"", "1", "1.1", "1.2", "2", "3"};

	assert_int_equal(m->part_count, ARRAY_LEN(types));
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		assert_str(part_type(arena, m->parts[i]), types[i]);
		assert_str(part_number(arena, m->parts[i]), numbers[i]);
		assert_int_equal(m->parts[i]->index, i);
	}
	assert_str(m->parts[4]->filename, "r\xc3\xa9sume.pdf");
	assert_non_null(m->parts[5]->inner);
	assert_str(m->parts[5]->inner->subject, "inside");
	assert_str(message_body_text(arena, m->parts[5]->inner), "deep");
}

static void bodies_and_attachments_are_told_apart(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, str_of(letter), NULL);
	struct buf out CLEANUP(buf_done) = BUF_INIT(100);
	struct buf small CLEANUP(buf_done) = BUF_INIT(4);

	assert_str(message_body_text(arena, m), "Gr\xc3\xbc\xc3\x9f"
	                                        "e, Ann");
	assert_str(message_body_html(arena, m), "<p>Hello");
	assert_int_equal(m->attachment_count, 2);
	assert_ptr_equal(m->attachments[0], m->parts[4]);
	assert_int_equal(part_decoded_size(m->attachments[0]), 5);
	assert_true(part_decode(m->attachments[0], &out));
	assert_str(buf_str(&out), "hello");
	assert_false(part_decode(m->attachments[0], &small));
}

/* ---------------------------------------------------------------- odd mail */

static bool has_notice(const struct message *m, const char *words)
{
	for (size_t i = 0; i < m->notice_count; i++)
		if (str_find(m->notices[i], str_of(words)) >= 0)
			return true;
	return false;
}

static void odd_mail_is_a_message_all_the_same(void **state UNUSED)
{
	static const struct {
		const char *raw, *subject, *body;
		size_t parts;
		const char *notice; /* NULL: none */
	} cases[] = {
	        {"", "", "", 1, "no header"},
	        {"\n", "", "", 1, "no header"},
	        {"just text\nmore\n", "", "just text\nmore\n", 1, "empty line"},
	        {"Subject: only a header", "only a header", "", 1, NULL},
	        {"Subject: a\n\nbody", "a", "body", 1, NULL},
	        {"Subject: a\r\rmac\rlines\r", "a", "mac\nlines\n", 1, NULL},
	        {"Subject: a\r\n\r\nx\r\r\ny", "a", "x\ny", 1, NULL},
	        {"From ann Sat Nov 21\nSubject: mbox\n\nbody", "mbox", "body", 1, NULL},
	        {"Subject : blank\n\nbody", "blank", "body", 1, NULL},
	        {"Subject: a\njunk line\nX: y\n\nbody", "a", "body", 1, "not a field"},
	        {"Subject: a\nbody begins\nhere", "a", "body begins\nhere", 1, "empty line"},
	        {"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\nno parts", "a", "no parts", 1,
	         "never comes"},
	        {"Content-Type: multipart/mixed\n\n--x\n\none\n--x--\n", "", "one", 2, "guessed"},
	        {"Content-Type: multipart/mixed\n\n----\n------=_x\n\none\n------=_x--\n", "", "one", 2, "guessed"},
	        {"Content-Type: multipart/mixed\n\n--x--\n", "", "--x--\n", 1, "guessed"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none", "", "one", 2, "closing boundary"},
	        {"Content-Type: multipart/mixed; boundary=b\n--b\nSubject: x\n\none\n--b--\n", "", "one", 2,
	         "is missing"},
	        {"Content-Type: multipart/mixed; boundary=bb\n--b\nX: x\n\none\n--bb\n\ntwo\n--bb--\n", "", "two", 2,
	         "not a field"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n--b--\n", "", "", 2,
	         "behind its header"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--b--\nepilogue\n--b\n\nno", "", "one", 2,
	         NULL},
	        {"Content-Type: nonsense\n\nbody", "", "body", 1, NULL},
	        {"Content-Type: text/plain; charset=\"utf-8\n\nb\xc3\xa4", "", "b\xc3\xa4", 1, NULL},
	        {"Content-Type: TEXT/HTML\n\n<p>a<br>b", "", "a\nb", 1, NULL},
	        {"Content-Transfer-Encoding: base64 (x)\n\naGk=", "", "hi", 1, NULL},
	        {"Content-Transfer-Encoding: base64\n\nDear all, no base64\n", "", "Dear all, no base64\n", 1,
	         "a text is labelled base64 and isn't: taken as it was sent"},
	        {"Content-Transfer-Encoding: base64\n\naGVsbG8gaGVsbG8gaGVsbG8g aGVsbG8=", "",
	         "hello hello hello hello", 1, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct message *m = message_parse(arena, str_of(cases[i].raw), NULL);
		struct str body = message_body_text(arena, m);

		if (m->part_count != cases[i].parts || !str_eq(body, str_of(cases[i].body)) ||
		    !(cases[i].notice ? has_notice(m, cases[i].notice) : m->notice_count == 0))
			print_error("case %zu: %s\n" STR_FMT "\n" STR_FMT "\n", i, cases[i].raw, STR_ARG(body),
			            STR_ARG(m->notice_count ? m->notices[0] : STR("")));
		assert_str(m->subject, cases[i].subject);
		assert_str(body, cases[i].body);
		assert_int_equal(m->part_count, cases[i].parts);
		assert_true(cases[i].notice ? has_notice(m, cases[i].notice) : m->notice_count == 0);
	}
}

static void a_multipart_without_parts_is_shown_and_kept(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m =
	        message_parse(arena, STR("Content-Type: multipart/mixed; boundary=b\n\nall there is\n"), NULL);

	assert_str(part_type(arena, m->root), "multipart/mixed");
	assert_str(message_body_text(arena, m), "all there is\n");
	assert_int_equal(m->attachment_count, 1);
	assert_ptr_equal(m->attachments[0], m->root);
	assert_int_equal(part_decoded_size(m->root), 13);
}

static void of_two_content_types_the_last_counts(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena,
	                                        STR("Content-Type: multipart/mixed; boundary=b\n"
	                                            "Content-Type: text/plain; charset=utf-8\n\nbody\n"),
	                                        NULL);

	assert_str(part_type(arena, m->root), "text/plain");
	assert_int_equal(m->notice_count, 0);
}

static void a_closing_delimiter_glued_to_the_text_is_none_of_it(void **state UNUSED)
{
	static const struct {
		const char *raw, *body;
	} cases[] = {
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext--b--\n", "text"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext--c--\n", "text--c--\n"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext--b--\nmore\n", "text--b--\nmore\n"},
	        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n-b--", "-b--"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct message *m = message_parse(arena, str_of(cases[i].raw), NULL);

		assert_str(message_body_text(arena, m), cases[i].body);
		assert_int_equal(m->notice_count, i == 0 ? 0 : 1);
	}
}

/* Fields that should have been encoded, and texts in charsets that nobody or somebody wrong named. */
static void text_is_read_whatever_is_declared(void **state UNUSED)
{
	static const struct {
		const char *charset, *raw, *text;
	} cases[] = {
	        {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
	        {"iso-8859-1", "\x93na\xefve\x94", "\xe2\x80\x9cna\xc3\xafve\xe2\x80\x9d"}, /* windows-1252 in truth */
	        {"iso-8859-2",
	         "\xb3\xf3"
	         "d\xbc",
	         "\xc5\x82\xc3\xb3"
	         "d\xc5\xba"},
	        {"utf-7", "Gr+APw-n", "Gr\xc3\xbcn"},
	        {"hz-gb-2312", "a~{VPND~}~~b", "a\xe4\xb8\xad\xe6\x96\x87~b"},
	        {"iso-2022-jp", "\033$BF|K\\8l\033(B!", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e!"},
	        {"us-ascii", "\033$BF|K\\8l\033(B!", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e!"},
	        {"", "\033$)C\x0eGQ1[\x0f.", "\xed\x95\x9c\xea\xb8\x80."},
	        {"us-ascii", "Gr\xc3\xbcn", "Gr\xc3\xbcn"},
	        {"", "Gr\xfcn", "Gr\xc3\xbcn"},
	        {"gb2312", "\xd6\xd0\xce\xc4\x97\x6f", "\xe4\xb8\xad\xe6\x96\x87\xe6\xa2\xa0"}, /* gb18030 in truth */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str raw = arena_printf(
		        arena, "Subject: %s\nFrom: \"%s\" <a@b.c>\nContent-Type: text/plain%s%s\n\n%s", cases[i].raw,
		        cases[i].raw, *cases[i].charset ? "; charset=" : "", cases[i].charset, cases[i].raw);
		const struct message *m = message_parse(arena, raw, NULL);

		assert_str(message_body_text(arena, m), cases[i].text);
		assert_str(m->subject, cases[i].text);
		if (!strchr(cases[i].raw, '\\'))
			assert_str(m->from.name, cases[i].text);
	}
}

static void a_signature_is_an_attachment_only_by_name(void **state UNUSED)
{
	static const struct {
		const char *signature;
		size_t attachments;
	} cases[] = {
	        {"application/pgp-signature", 0},
	        {"application/pgp-signature; name=signature.asc", 1},
	        {"application/pkcs7-signature", 0},
	        {"signature/plain", 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str raw = arena_printf(arena,
		                              "Content-Type: multipart/signed; boundary=b\n\n--b\n\nbody\n--b\n"
		                              "Content-Type: %s\n\nsigned\n--b--\n",
		                              cases[i].signature);
		const struct message *m = message_parse(arena, raw, NULL);

		assert_int_equal(m->attachment_count, cases[i].attachments);
		assert_int_equal(m->part_count, 3);
	}
}

static void an_encoded_message_inside_is_opened(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	/* "Subject: in\n\ndeep\n" */
	const struct message *m =
	        message_parse(arena,
	                      STR("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
	                          "U3ViamVjdDogaW4KCmRlZXAK\n"),
	                      NULL);

	assert_non_null(m->root->inner);
	assert_str(m->root->inner->subject, "in");
	assert_str(message_body_text(arena, m->root->inner), "deep\n");
}

static void parts_of_a_digest_are_messages(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena,
	                                        STR("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: "
	                                            "one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n"),
	                                        NULL);

	assert_int_equal(m->part_count, 3);
	assert_str(m->parts[2]->inner->subject, "two");
	assert_str(m->parts[1]->inner->root->body, "1");
}

static void bodies_follow_rfc_8621(void **state UNUSED)
{
	static const struct {
		const char *types; /* of the children of a multipart/mixed; a alternative, r related, . up */
		size_t text, html, attachments;
	} cases[] = {
	        /* t text/plain, h text/html, i image, p pdf, T named text */
	        {"t", 1, 1, 0},   {"h", 1, 1, 0},   {"th", 2, 2, 0},      {"ti", 2, 2, 1},
	        {"tp", 1, 1, 1},  {"tT", 1, 1, 1},  {"ath.", 1, 1, 0},    {"ath.p", 1, 1, 1},
	        {"ah.", 1, 1, 0}, {"at.", 1, 1, 0}, {"atrhi..", 1, 1, 1}, {"rhi.", 1, 1, 1},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1));
		char open[8] = "m";
		size_t depth = 1;

		buf_add(&raw, STR("Content-Type: multipart/mixed; boundary=m0\n\n"));
		for (const char *c = cases[i].types; *c; c++) {
			if (*c == '.') {
				depth--;
				buf_printf(&raw, "\n--%c%zu--\n", open[depth], depth);
				continue;
			}
			buf_printf(&raw, "\n--%c%zu\n", open[depth - 1], depth - 1);
			if (*c == 'a' || *c == 'r') {
				buf_printf(&raw, "Content-Type: multipart/%s; boundary=%c%zu\n\n",
				           *c == 'a' ? "alternative" : "related", *c, depth);
				open[depth++] = *c;
				continue;
			}
			buf_printf(&raw, "Content-Type: %s\n\nx\n",
			           *c == 't'   ? "text/plain"
			           : *c == 'T' ? "text/plain; name=x"
			           : *c == 'h' ? "text/html"
			           : *c == 'i' ? "image/png"
			                       : "application/pdf");
		}
		buf_add(&raw, STR("\n--m0--\n"));
		const struct message *m = message_parse(arena, buf_str(&raw), NULL);
		if (m->text_body_count != cases[i].text || m->html_body_count != cases[i].html ||
		    m->attachment_count != cases[i].attachments)
			print_error("%s: %zu text, %zu html, %zu attachments\n", cases[i].types, m->text_body_count,
			            m->html_body_count, m->attachment_count);
		assert_int_equal(m->text_body_count, cases[i].text);
		assert_int_equal(m->html_body_count, cases[i].html);
		assert_int_equal(m->attachment_count, cases[i].attachments);
		assert_int_equal(m->notice_count, 0);
	}
}

/* ---------------------------------------------------------------- limits */

static void nesting_stops_at_its_limit(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(4));
	const struct message *m;
	const struct part *part;
	size_t depth = 0;

	for (int i = 0; i < 5000; i++)
		buf_printf(&raw, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	m = message_parse(arena, buf_str(&raw), NULL);
	for (part = m->root; part->first_child; part = part->first_child)
		depth++;
	assert_int_equal(depth, 50);
	assert_true(has_notice(m, "nested too deeply"));

	buf_clear(&raw);
	for (int i = 0; i < 5000; i++)
		buf_add(&raw, STR("Content-Type: message/rfc822\n\n"));
	depth = 0;
	for (m = message_parse(arena, buf_str(&raw), NULL); m->root->inner; m = m->root->inner)
		depth++;
	assert_int_equal(depth, 50);
	assert_true(arena_size(arena) < MIB(8));
}

static void parts_stop_at_their_limit(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(4));
	const struct message *m;

	buf_add(&raw, STR("Content-Type: multipart/mixed; boundary=b\n\n"));
	for (int i = 0; i < 20000; i++)
		buf_add(&raw, STR("--b\n\nx\n"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_int_equal(m->part_count, 10000);
	assert_true(has_notice(m, "too many parts"));
	assert_int_equal(m->text_body_count, 9999);
}

static void headers_stop_at_their_limit(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(8));
	const struct message *m;

	for (int i = 0; i < 20000; i++)
		buf_add(&raw, STR("To: a@b\n"));
	buf_add(&raw, STR("\nbody"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_int_equal(m->root->header_count, 10000);
	assert_true(has_notice(m, "too many header fields"));
	assert_true(has_notice(m, "too many fields with addresses"));
	assert_int_equal(m->to.count, 100);
	assert_str(message_body_text(arena, m), "body");
}

static void long_header_lines_are_read_whole(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(8));
	const struct message *m;

	buf_add(&raw, STR("Subject: "));
	for (int i = 0; i < 80000; i++)
		buf_add(&raw, STR("=?x?Q?a=41\n "));
	buf_add(&raw, STR("\nTo: "));
	for (int i = 0; i < 100000; i++)
		buf_add(&raw, STR("<(\"a@b, "));
	buf_add(&raw, STR("\nReferences: "));
	for (int i = 0; i < 200000; i++)
		buf_add(&raw, STR("<a@b>"));
	buf_add(&raw, STR("\n\nbody"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_str(message_body_text(arena, m), "body");
	assert_true(m->subject.n > 0);
	assert_int_equal(m->reference_count, 1000);
	assert_true(has_notice(m, "too many references"));
	assert_true(arena_size(arena) < MIB(64));
}

static void body_text_stops_at_its_limit(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message_limits limits = {.max_text = 10};
	const struct message *m = message_parse(arena, STR("A: b\n\n123456789\xc3\xa4\xc3\xa4"), &limits);
	struct str text = message_body_text(arena, m);

	assert_true(text.n <= 12 && str_is_utf8(text));
	assert_true(str_starts(text, STR("123456789")));
	assert_true(has_notice(m, "very long"));
}

static void released(void *ctx, const char *upto)
{
	const char **last = ctx;

	assert_true(upto >= *last);
	*last = upto;
}

static void the_raw_bytes_are_given_back_in_order(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(8));
	struct message_limits limits = {.done_with = released};
	const char *last;

	buf_add(&raw, STR("Subject: large\n\n"));
	while (raw.n < MIB(5))
		buf_add(&raw, STR("aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVs\n"));
	last = raw.p;
	limits.ctx = &last;
	assert_non_null(message_parse(arena, buf_str(&raw), &limits));
	assert_ptr_equal(last, raw.p + raw.n);
	assert_true(arena_size(arena) < MIB(1)); /* nothing of the body was copied */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fields_of_a_letter_are_read),
	        cmocka_unit_test(the_tree_has_every_part_in_order),
	        cmocka_unit_test(bodies_and_attachments_are_told_apart),
	        cmocka_unit_test(odd_mail_is_a_message_all_the_same),
	        cmocka_unit_test(a_multipart_without_parts_is_shown_and_kept),
	        cmocka_unit_test(of_two_content_types_the_last_counts),
	        cmocka_unit_test(a_closing_delimiter_glued_to_the_text_is_none_of_it),
	        cmocka_unit_test(text_is_read_whatever_is_declared),
	        cmocka_unit_test(a_signature_is_an_attachment_only_by_name),
	        cmocka_unit_test(an_encoded_message_inside_is_opened),
	        cmocka_unit_test(parts_of_a_digest_are_messages),
	        cmocka_unit_test(bodies_follow_rfc_8621),
	        cmocka_unit_test(nesting_stops_at_its_limit),
	        cmocka_unit_test(parts_stop_at_their_limit),
	        cmocka_unit_test(headers_stop_at_their_limit),
	        cmocka_unit_test(long_header_lines_are_read_whole),
	        cmocka_unit_test(body_text_stops_at_its_limit),
	        cmocka_unit_test(the_raw_bytes_are_given_back_in_order),
	};
	return cmocka_run_group_tests_name("mime/message", tests, NULL, NULL);
}
