/* cli: what inspect prints of a mail. */
#include "cli/inspect.h"

#include <jansson.h>

#include <stdio.h>

#include "base/test.h"

static const char mail[] =
        "From: Ann <ann@example.com>\nTo: b@example.org\nSubject: A \"quoted\" thing\nPrecedence: bulk\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nText body\n--b\n"
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n";

static void one_line_of_json_describes_a_mail(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	json_t *object;
	const char *type, *sha1;
	int size;

	assert_ok(inspect_message(str_of(mail), "a/b.eml", &out, &err), &err);
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
	static const char *const parts[] = {"Bounce, by", "cat@example.com: userunknown, hard (550 5.1.1), by words",
	                                    "Original: \"Food\" <1@example.org>"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;
	const char *recipient, *status, *reason;
	json_t *object;
	int hard;

	assert_ok(inspect_for_people(str_of(bounce), "b.eml", &out, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_true(str_find(buf_str(&out), str_of(parts[i])) >= 0);
	buf_clear(&out);
	assert_ok(inspect_message(str_of(bounce), "b.eml", &out, &err), &err);
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
	static const char *const parts[] = {"Ann <ann@example.com>", "generated, by Precedence: bulk",
	                                    "2 application/pdf, 5 bytes, \"a.pdf\"", "Text body"};
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1)), small CLEANUP(buf_done) = BUF_INIT(20);
	struct error err;

	assert_ok(inspect_for_people(str_of(mail), "a.eml", &out, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_true(str_find(buf_str(&out), str_of(parts[i])) >= 0);
	assert_int_equal(inspect_for_people(str_of(mail), "a.eml", &small, &err), E_LIMIT);
}

static const char *field_of_body(struct buf *out, const char *body, const char *field)
{
	static char value[100];
	struct error err;
	json_t *object;

	buf_clear(out);
	assert_ok(inspect_body(str_of(body), "b.txt", true, out, &err), &err);
	object = json_loadb(out->p, out->n, 0, NULL);
	assert_non_null(object);
	snprintf(value, sizeof value, "%s", json_string_value(json_object_get(object, field)));
	json_decref(object);
	return value;
}

static void a_body_alone_gives_its_reply(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(1)), page CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;

	assert_string_equal(field_of_body(&out, "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n", "reply_text"), "Yes.");
	assert_string_equal(field_of_body(&out, "Yes.\n\nOn 5 Mar 2024, Ann wrote:\n> Hi\n", "reply_evidence_line"),
	                    "On 5 Mar 2024, Ann wrote:");
	assert_string_equal(field_of_body(&out, "<p>Yes.</p><blockquote>Hi</blockquote>", "reply_text"), "Yes.");
	assert_string_equal(field_of_body(&out, "From: a@example.com\nMIME-Version: 1.0\n\nYes.\n> Hi\n", "reply_text"),
	                    "Yes.");
	assert_string_equal(field_of_body(&out, "From: Ann\nHello", "reply_evidence"), "whole");
	assert_ok(inspect_body(STR("Yes.\n> Hi\n"), "b.txt", false, &page, &err), &err);
	assert_true(str_find(buf_str(&page), STR("Reply (quote-marks: \"> Hi\")\nYes.")) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_line_of_json_describes_a_mail),
	        cmocka_unit_test(a_bounce_shows_its_recipients_and_reasons),
	        cmocka_unit_test(a_page_for_people_names_what_matters),
	        cmocka_unit_test(a_body_alone_gives_its_reply),
	};
	return cmocka_run_group_tests_name("cli/inspect", tests, NULL, NULL);
}
