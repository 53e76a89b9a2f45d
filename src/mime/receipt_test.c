/* Read receipts as programs write them. */
#include "mime/receipt.h"

#include "base/test.h"

#define HEAD                                                                                              \
	"From: ann@example.org\r\nContent-Type: multipart/report; report-type=disposition-notification; " \
	"boundary=b\r\n\r\n"

static struct receipt receipt_of(struct arena *arena, const char *type, const char *fields)
{
	struct str raw = arena_printf(arena,
	                              HEAD "--b\r\nContent-Type: text/plain\r\n\r\nread\r\n--b\r\nContent-Type: %s"
	                                   "\r\n\r\n%s\r\n--b--\r\n",
	                              type, fields);

	return message_receipt(arena, message_parse(arena, raw, NULL));
}

static void a_receipt_names_mail_reader_and_what_was_done(void **state UNUSED)
{
	static const struct {
		const char *fields, *disposition, *recipient, *id;
		bool displayed;
	} cases[] = {
	        /* clang-format off */
		{"Final-Recipient: rfc822;ann@example.org\r\nOriginal-Message-ID: <x@y>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n", "displayed", "ann@example.org", "x@y", true},
		{"Original-Recipient: rfc822; ann@old.example\r\nFinal-Recipient: rfc822; ann@example.org\r\nOriginal-Message-ID:\r\n <x@y>\r\nDisposition: automatic-action/MDN-sent-automatically; Displayed/warning\r\n", "displayed", "ann@old.example", "x@y", true},
		{"Final-Recipient: ann@example.org\r\nOriginal-Message-ID: x@y\r\nDisposition: deleted\r\n", "deleted", "ann@example.org", "x@y", false},
		{"Disposition: manual-action/MDN-sent-manually; processed\r\n", "processed", "", "", true},
		{"nothing of the kind\r\n", "", "", "", false},
		{"", "", "", "", false},
	        /* clang-format on */
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct receipt r = receipt_of(arena, "message/disposition-notification", cases[i].fields);

		assert_true(r.found);
		assert_str(r.disposition, cases[i].disposition);
		assert_str(r.recipient, cases[i].recipient);
		assert_str(r.original_message_id, cases[i].id);
		assert_int_equal(r.is_displayed, cases[i].displayed);
	}
}

static void other_mail_is_no_receipt(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	assert_false(receipt_of(arena, "message/delivery-status", "Disposition: displayed\r\n").found);
	assert_false(message_receipt(arena, message_parse(arena, STR(""), NULL)).found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_receipt_names_mail_reader_and_what_was_done),
	        cmocka_unit_test(other_mail_is_no_receipt),
	};

	return cmocka_run_group_tests_name("mime/receipt", tests, NULL, NULL);
}
