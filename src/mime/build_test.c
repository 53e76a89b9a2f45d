/* mime: what is built reads back as it was meant, and nothing breaks out of its field. */
#include "mime/build.h"

#include "base/test.h"

static const struct address ann = {STR_INIT("Ann M\xc3\xbcller, Dr."), STR_INIT("ann@example.com")};
static const struct address plain = {STR_INIT(""), STR_INIT("support@example.org")};

static struct draft letter(void)
{
	return (struct draft){
	        .from = ann,
	        .to = &plain,
	        .to_count = 1,
	        .subject = STR("Gr\xc3\xbc\xc3\x9f"
	                       "e aus Bonn"),
	        .message_id = STR("token@example.com"),
	        .date = INT64_C(1795246771000),
	        .text = STR("Hello\n.\nFrom here\n"),
	};
}

/* The rules of build.h that hold for every mail: CRLF only, lines of at most 998 octets, 7 bits. */
static void assert_wire(struct str mail)
{
	size_t start = 0;

	for (size_t i = 0; i < mail.n; i++) {
		assert_true((unsigned char)mail.p[i] < 0x80);
		assert_int_equal(mail.p[i] == '\r', i + 1 < mail.n && mail.p[i + 1] == '\n');
		if (mail.p[i] == '\n') {
			assert_true(i - start <= 999);
			start = i + 1;
		}
	}
	assert_int_equal(start, mail.n);
}

static const struct message *build(struct arena *arena, const struct draft *draft)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct error err;
	const struct message *m;

	assert_ok(draft_build(draft, &out, &err), &err);
	assert_wire(buf_str(&out));
	m = message_parse(arena, arena_str(arena, buf_str(&out)), NULL);
	assert_int_equal(m->notice_count, 0);
	return m;
}

static void a_letter_reads_back(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct draft d = letter();
	struct str references[30];
	static const struct draft_header headers[] = {{"Auto-Submitted", STR_INIT("auto-replied")}};

	for (size_t i = 0; i < ARRAY_LEN(references); i++)
		references[i] = arena_printf(arena, "r%zu@example.com", i);
	d.references = references;
	d.reference_count = ARRAY_LEN(references);
	d.in_reply_to = references[29];
	d.headers = headers;
	d.header_count = 1;
	const struct message *m = build(arena, &d);
	assert_str(m->from.name, "Ann M\xc3\xbcller, Dr.");
	assert_str(m->from.address, "ann@example.com");
	assert_str(m->to.items[0].address, "support@example.org");
	assert_true(str_eq(m->subject, d.subject));
	assert_str(m->message_id, "token@example.com");
	assert_true(m->date == d.date);
	assert_int_equal(m->reference_count, 20);
	assert_str(m->references[0], "r0@example.com");
	assert_str(m->references[19], "r29@example.com");
	assert_str(m->in_reply_to[0], "r29@example.com");
	assert_str(header_text(arena, message_header(m, "auto-submitted")), "auto-replied");
	assert_str(message_body_text(arena, m), "Hello\n.\nFrom here\n");
}

static void an_international_domain_needs_no_smtputf8(void **state UNUSED)
{
	static const struct address to = {STR_INIT("Bob"), STR_INIT("bob@m\xc3\xbcller.de")},
	                            none = {STR_INIT(""), STR_INIT("bob@m\xc3\xbcller_.-de")};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct draft d = letter();
	struct error err;

	d.to = &to;
	assert_str(build(arena, &d)->to.items[0].address, "bob@xn--mller-kva.de");
	d.to = &none;
	assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	assert_non_null(strstr(err.text, "no international name"));
}

/* RFC 6532: raw in the one field that needs it, everything else as for any server. */
static void a_local_part_beyond_ascii_stands_as_it_is(void **state UNUSED)
{
	static const struct address to[] = {{STR_INIT("J\xc3\xbcrgen"), STR_INIT("j\xc3\xbcrgen@m\xc3\xbcller.de")},
	                                    {STR_INIT(""), STR_INIT("bob@m\xc3\xbcller.de")}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct draft d = letter();
	struct error err;
	size_t high = 0;

	d.to = to;
	d.to_count = ARRAY_LEN(to);
	assert_ok(draft_build(&d, &out, &err), &err);
	const struct message *m = message_parse(arena, buf_str(&out), NULL);
	for (size_t i = 0; i < out.n; i++)
		high += (unsigned char)out.p[i] > 0x7f;
	assert_int_equal(high, 4);
	assert_int_equal(m->notice_count, 0);
	assert_str(m->to.items[0].name, "J\xc3\xbcrgen");
	assert_str(m->to.items[0].address, "j\xc3\xbcrgen@m\xc3\xbcller.de");
	assert_str(m->to.items[1].address, "bob@xn--mller-kva.de");
}

static void every_text_survives(void **state UNUSED)
{
	char long_line[5000];
	memset(long_line, 'x', sizeof long_line);
	long_line[sizeof long_line - 1] = '\n';
	const struct str texts[] = {
	        STR("a = b \n\ttab\t\n"),
	        STR("\xc3\xa4 \n.\nFrom me \xe2\x82\xac\n"),
	        STR("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82, \xd0\xbc\xd0\xb8\xd1\x80\n"),
	        STR("--=_\n"),
	        str_new(long_line, sizeof long_line),
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct draft d = letter();

		d.text = texts[i];
		assert_true(str_eq(message_body_text(arena, build(arena, &d)), texts[i]));
		d.html = texts[i];
		assert_true(str_eq(message_body_html(arena, build(arena, &d)), texts[i]));
	}
}

static void every_subject_survives(void **state UNUSED)
{
	static const struct str subjects[] = {
	        STR_INIT(""),
	        STR_INIT("plain words"),
	        STR_INIT("  blanks  inside "),
	        STR_INIT("=?utf-8?Q?literal?="),
	        STR_INIT("tab\there"),
	        STR_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c"
	                 "\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"),
	        STR_INIT("a subject so long that it has to be folded over more than one line of the header, plain "
	                 "though"),
	        STR_INIT("Umlaut \xc3\xa4 in a subject so long that it has to be folded over more than one line"),
	};

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct draft d = letter();
		const struct message *m;

		d.subject = subjects[i];
		m = build(arena, &d);
		if (i == 2)
			assert_str(m->subject, "blanks  inside");
		else if (i == 4)
			assert_str(m->subject, "tab here");
		else
			assert_true(str_eq(m->subject, subjects[i]));
	}
}

static void the_structure_is_the_simplest_that_holds_it(void **state UNUSED)
{
	static const struct draft_attachment files[] = {
	        {.name = STR_INIT("r\xc3\xa9sum\xc3\xa9 of somebody with a name that goes on and on and on.pdf"),
	         .type = STR_INIT("application/pdf"),
	         .content = STR_INIT("%PDF\0\xff")},
	        {.name = STR_INIT("logo.png"),
	         .type = STR_INIT("image/png"),
	         .content = STR_INIT("PNG"),
	         .content_id = STR_INIT("logo@x")},
	        {.name = STR_INIT("old.eml"),
	         .type = STR_INIT("message/rfc822"),
	         .content = STR_INIT("Subject: old\n\nbody\n")},
	};
	static const char *const types[] = {
	        "multipart/mixed", "multipart/alternative", "text/plain",    "multipart/related", "text/html",
	        "image/png",       "application/pdf",       "message/rfc822"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct draft d = letter();
	const struct message *m;
	struct buf content CLEANUP(buf_done) = BUF_INIT(100);

	d.html = STR("<img src=\"cid:logo@x\">");
	d.attachments = files;
	d.attachment_count = ARRAY_LEN(files);
	m = build(arena, &d);
	assert_int_equal(m->part_count, ARRAY_LEN(types));
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		assert_str(part_type(arena, m->parts[i]), types[i]);
	assert_true(str_eq(m->parts[6]->filename, files[0].name));
	assert_true(part_decode(m->parts[6], &content));
	assert_true(str_eq(buf_str(&content), files[0].content));
	assert_str(m->parts[5]->content_id, "logo@x");
	assert_str(m->parts[7]->inner->subject, "old");
}

static void what_breaks_out_of_its_field_is_refused(void **state UNUSED)
{
	static const struct address bad[] = {
	        {STR_INIT("a\r\nBcc: x@y"), STR_INIT("a@example.com")},
	        {STR_INIT(""), STR_INIT("a@example.com\nBcc: x@y")},
	        {STR_INIT(""), STR_INIT("a@example.com> <b@example.com")},
	        {STR_INIT(""), STR_INIT("nobody")},
	        {STR_INIT(""), STR_INIT("a@")},
	        {STR_INIT(""), STR_INIT("gr\xfcn@example.com")},
	        {STR_INIT(""), STR_INIT("gr\xe2\x80\xa8n@example.com")}, /* a line separator */
	};
	static const struct draft_header headers[] = {
	        {"X-A", STR_INIT("b\nc")}, {"X A", STR_INIT("b")}, {"X:A", STR_INIT("b")}, {"", STR_INIT("b")}};
	static const struct draft_attachment files[] = {
	        {.name = STR_INIT("a\nb"), .type = STR_INIT("text/plain")},
	        {.name = STR_INIT("a"), .type = STR_INIT("text/plain\r\nX: y")},
	        {.name = STR_INIT("a"), .type = STR_INIT("multipart/mixed")},
	        {.name = STR_INIT("a"), .type = STR_INIT("image/png"), .content_id = STR_INIT("a> b")},
	};
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct draft d;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		d = letter();
		d.to = &bad[i];
		assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		d = letter();
		d.headers = &headers[i];
		d.header_count = 1;
		assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		d = letter();
		d.attachments = &files[i];
		d.attachment_count = 1;
		assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	}
	d = letter();
	d.subject = STR("a\nb");
	assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	d = letter();
	d.message_id = STR("");
	assert_int_equal(draft_build(&d, &out, &err), E_INVALID);
	assert_int_equal(out.n, 0);
}

static void a_mail_larger_than_its_buffer_is_an_error(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(100);
	struct draft d = letter();
	struct error err;

	assert_int_equal(draft_build(&d, &out, &err), E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_letter_reads_back),
	        cmocka_unit_test(an_international_domain_needs_no_smtputf8),
	        cmocka_unit_test(a_local_part_beyond_ascii_stands_as_it_is),
	        cmocka_unit_test(every_text_survives),
	        cmocka_unit_test(every_subject_survives),
	        cmocka_unit_test(the_structure_is_the_simplest_that_holds_it),
	        cmocka_unit_test(what_breaks_out_of_its_field_is_refused),
	        cmocka_unit_test(a_mail_larger_than_its_buffer_is_an_error),
	};
	return cmocka_run_group_tests_name("mime/build", tests, NULL, NULL);
}
