/* cli: what inspect prints of a mail. */
#include "cli/inspect.h"

#include <jansson.h>

#include <stdio.h>

#include "base/test.h"

static const char mail[] =
        "From: Ann <ann@example.com>\nTo: b@example.org\nSubject: A \"quoted\" thing\nPrecedence: bulk\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nText body\n--b\n"
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n";

static int json_of(struct str raw, const char *file, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct inspected found = inspect_read(arena, raw, file);

	return inspect_json(&found, out, err);
}

static int page_of(struct str raw, bool is_full, struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct inspected found = inspect_read(arena, raw, "a.eml");
	struct page page = {.out = out};

	found.is_full = is_full;
	return inspect_page(&found, &page, err);
}

static void assert_has(const struct buf *out, const char *part)
{
	if (str_find(buf_str(out), str_of(part)) < 0) {
		print_error("missing \"%s\" in:\n%s\n", part, buf_cstr(out));
		assert_true(false);
	}
}

static void one_line_of_json_describes_a_mail(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	json_t *object;
	const char *type, *sha1;
	int size;

	assert_ok(json_of(str_of(mail), "a/b.eml", &out, &err), &err);
	assert_int_equal(str_find_char(buf_str(&out), '\n'), out.n - 1);
	object = json_loadb(out.p, out.n, 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "file")), "a/b.eml");
	assert_string_equal(json_string_value(json_object_get(object, "from_name")), "Ann");
	assert_string_equal(json_string_value(json_object_get(object, "subject")), "A \"quoted\" thing");
	assert_string_equal(json_string_value(json_object_get(object, "body_text")), "Text body");
	assert_true(json_is_true(json_object_get(object, "auto")));
	assert_true(json_is_false(json_object_get(object, "is_bounce")));
	assert_string_equal(json_string_value(json_object_get(object, "evidence")), "Precedence: bulk");
	assert_int_equal(json_array_size(json_object_get(object, "attachments")), 1);
	assert_int_equal(json_unpack(json_array_get(json_object_get(object, "parts"), 1), "{s:s, s:i, s:s}", "type",
	                             &type, "size", &size, "sha1", &sha1),
	                 0);
	assert_string_equal(type, "application/pdf");
	assert_int_equal(size, 5);
	assert_string_equal(sha1, "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
	json_decref(object);
}

static const char bounce[] =
        "From: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n\nI wasn't able to deliver your message.\n\n"
        "<cat@example.com>:\nRemote host said: 550 5.1.1 no such user\n\n--- Below this line is a copy of the "
        "message.\n\n"
        "Message-ID: <1@example.org>\nSubject: Food\n\nx\n";

static void a_bounce_shows_its_recipients_and_reasons(void **state UNUSED)
{
	static const char *const parts[] = {
	        "Bounce\nBecause of",        "cat@example.com  there is no such address, hard",
	        "  Class      userunknown",  "  Status     5.1.1",
	        "  SMTP code  550",          "Original     Food",
	        "  ID         1@example.org"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	const char *recipient, *status, *reason;
	json_t *object;
	int hard;

	assert_ok(page_of(str_of(bounce), false, &out, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_has(&out, parts[i]);
	buf_clear(&out);
	assert_ok(json_of(str_of(bounce), "b.eml", &out, &err), &err);
	object = json_loadb(out.p, out.n, 0, NULL);
	assert_true(json_is_true(json_object_get(object, "is_bounce")));
	assert_true(json_is_false(json_object_get(object, "temporary")));
	assert_int_equal(json_unpack(object, "{s:[{s:s, s:s, s:s, s:b}]}", "bounces", "recipient", &recipient, "status",
	                             &status, "reason", &reason, "hard", &hard),
	                 0);
	assert_string_equal(recipient, "cat@example.com");
	assert_string_equal(status, "5.1.1");
	assert_string_equal(reason, "userunknown");
	assert_true(hard);
	assert_int_equal(json_array_size(json_object_get(object, "recipients")), 1);
	json_decref(object);
}

static void a_page_for_people_names_what_matters(void **state UNUSED)
{
	static const char *const parts[] = {"From         Ann <ann@example.com>",
	                                    "Kind         sent by a machine\nBecause of   Precedence: bulk",
	                                    "no automatic answer goes out",
	                                    "2 application/pdf  5 bytes  \"a.pdf\"",
	                                    "\nText\nText body\n",
	                                    "  1  a.pdf    5 bytes     application/pdf"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1)), small CLEANUP(buf_done) = BUF_INIT(20);
	struct error err;

	assert_ok(page_of(str_of(mail), false, &out, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_has(&out, parts[i]);
	assert_int_equal(page_of(str_of(mail), false, &small, &err), E_LIMIT);
}

static void quotes_are_folded_unless_all_is_wanted(void **state UNUSED)
{
	static const char answer[] =
	        "From: a@example.com\n\nYes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n>\n> Well?\n\nBye\n-- \nA.\n";
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;

	assert_ok(page_of(str_of(answer), false, &out, &err), &err);
	assert_has(&out, "\nText\nYes.\n\n[… 4 quoted lines]\n\nBye\n\n[… 2 lines of a signature]\n");
	assert_has(&out, "ends at the line that introduces a quote\nLine         On 5 Mar 2024, Ann wrote:\n");
	buf_clear(&out);
	assert_ok(page_of(str_of(answer), true, &out, &err), &err);
	assert_has(&out, "On 5 Mar 2024, Ann wrote:\n> Hi\n>\n> Well?\n\nBye\n\n--\nA.\n");
}

static void what_could_act_on_a_terminal_is_shown_as_what_it_is(void **state UNUSED)
{
	static const char nasty[] =
	        "From: \"a\x1b[2Jb\" <a@example.com>\nSubject: =?utf-8?Q?x=E2=80=AEgpj.exe=C2=9Bz?=\n"
	        "Content-Type: text/plain; charset=utf-8\n\nbell\x07 \xe2\x80\xaeover\xe2\x81\xa6 \xc2\x9b"
	        "31m\n";
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;

	assert_ok(page_of(str_of(nasty), false, &out, &err), &err);
	for (size_t i = 0; i < out.n; i++)
		assert_true((unsigned char)out.p[i] >= ' ' || out.p[i] == '\n');
	assert_true(str_find(buf_str(&out), STR("\xe2\x80\xae")) < 0 && str_find(buf_str(&out), STR("\xc2\x9b")) < 0);
	assert_has(&out, "bell⟨U+0007⟩ ⟨U+202E⟩over⟨U+2066⟩ ⟨U+009B⟩31m");
	assert_has(&out, "x⟨U+202E⟩gpj.exe");
}

static void html_is_there_safe_to_show(void **state UNUSED)
{
	static const char page[] = "From: a@example.com\nContent-Type: text/html\n\n<p onclick=x>Hi<img "
	                           "src=https://t.example/a><img src=cid:b>"
	                           "<script>x</script>\n";
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	const char *safe, *part;
	struct error err;
	json_t *object;
	int blocked;

	assert_ok(json_of(str_of(page), "p.eml", &out, &err), &err);
	object = json_loadb(out.p, out.n, 0, NULL);
	assert_int_equal(json_unpack(object, "{s:s, s:i, s:[s]}", "html_safe", &safe, "blocked_remote", &blocked,
	                             "html_parts", &part),
	                 0);
	assert_string_equal(safe, "<p>Hi<img><img src=\"cid:b\">\n</p>");
	assert_int_equal(blocked, 1);
	assert_string_equal(part, "b");
	assert_int_equal(json_array_size(json_object_get(object, "html_notices")), 3);
	json_decref(object);
	buf_clear(&out);
	assert_ok(page_of(str_of(page), false, &out, &err), &err);
	assert_has(&out, "Removed      1 remote image blocked\n             1 script removed\n");
}

static const char *field_of_body(struct buf *out, const char *body, const char *field)
{
	static char value[100];
	struct error err;
	json_t *object;

	buf_clear(out);
	assert_ok(inspect_body_json(str_of(body), "b.txt", out, &err), &err);
	object = json_loadb(out->p, out->n, 0, NULL);
	assert_non_null(object);
	snprintf(value, sizeof value, "%s", json_string_value(json_object_get(object, field)));
	json_decref(object);
	return value;
}

static void a_body_alone_gives_its_reply(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1)), page CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct page shown = {.out = &page};
	struct error err;

	assert_string_equal(field_of_body(&out, "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n", "reply_text"), "Yes.");
	assert_string_equal(field_of_body(&out, "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n", "reply_evidence_line"),
	                    "On 5 Mar 2024, Ann wrote:");
	assert_string_equal(field_of_body(&out, "<p>Yes.</p><blockquote>Hi</blockquote>", "reply_text"), "Yes.");
	assert_string_equal(field_of_body(&out, "From: a@example.com\nMIME-Version: 1.0\n\nYes.\n> Hi\n", "reply_text"),
	                    "Yes.");
	assert_string_equal(field_of_body(&out, "From: Ann\nHello", "reply_evidence"), "whole");
	assert_ok(inspect_body_page(STR("Yes.\n> Hi\n"), "b.txt", &shown, &err), &err);
	assert_has(&page, "Text\nYes.\n\n> Hi\n\nReply\n");
	assert_has(&page, "Line         > Hi\nMark         quote-marks\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_line_of_json_describes_a_mail),
	        cmocka_unit_test(a_bounce_shows_its_recipients_and_reasons),
	        cmocka_unit_test(a_page_for_people_names_what_matters),
	        cmocka_unit_test(quotes_are_folded_unless_all_is_wanted),
	        cmocka_unit_test(what_could_act_on_a_terminal_is_shown_as_what_it_is),
	        cmocka_unit_test(html_is_there_safe_to_show),
	        cmocka_unit_test(a_body_alone_gives_its_reply),
	};
	return cmocka_run_group_tests_name("cli/inspect", tests, NULL, NULL);
}
