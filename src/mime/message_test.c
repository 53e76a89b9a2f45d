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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fields_of_a_letter_are_read),
	        cmocka_unit_test(the_tree_has_every_part_in_order),
	        cmocka_unit_test(bodies_and_attachments_are_told_apart),
	};
	return cmocka_run_group_tests_name("mime/message", tests, NULL, NULL);
}
