/* S/MIME of a mail as a whole: what is looked at, and what stands on the message, on both databases. Mail that opens is
 * made by other programs (tests/test_smime.py). */
#include "intake/smime.h"

#include "intake/test_office.h"
#include "store/messages.h"

#include "base/test.h"

#define STRUCTURE "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n"

static void check_stored(struct store *store)
{
	struct stored_message message;
	struct office o;

	open_office(&o, store);
	must_become(&o, mail(&o, "ann", "a1", "Closed", STRUCTURE, "nothing that could be read"), "created");
	assert_int_equal(message_get(o.db, newest_row(&o).message_id, o.arena, &message, &o.err), 1);
	assert_true(str_find(message.smime, STR("\"verdict\":\"unsigned\"")) >= 0);
	assert_true(str_find(message.smime, STR("cut short")) >= 0);
	must_become(&o, mail(&o, "ann", "a2", "Plain", "", "hello"), "created");
	assert_int_equal(message_get(o.db, newest_row(&o).message_id, o.arena, &message, &o.err), 1);
	assert_str(message.smime, "");
	close_office(&o);
}

static void a_mail_that_does_not_open_is_a_case_all_the_same(void **state UNUSED)
{
	test_store_each(check_stored);
}

static const struct smime_report *read_mail(struct arena *arena, struct str raw)
{
	struct smime_place place = {.at = 1795000000000};

	return smime_read(arena, message_parse(arena, raw, NULL), &place);
}

static void only_so_many_structures_are_looked_at(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(2));
	const struct smime_report *report;

	buf_add(&raw, STR("From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"));
	for (int i = 0; i < 5000; i++)
		buf_add(&raw, STR("--b\r\n" STRUCTURE "\r\nx\r\n"));
	buf_add(&raw, STR("--b--\r\n"));
	report = read_mail(arena, buf_str(&raw));
	assert_int_equal(report->count, SMIME_PARTS_MAX);
	assert_int_equal(report->message->attachment_count, 5000);
	assert_false(report->is_encrypted);
}

static void what_is_signed_by_nobody_knows_is_told(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const char mail_text[] = "From: a@b.c\r\nContent-Type: multipart/signed; boundary=b; "
	                                "protocol=\"application/pkcs7-signature\"\r\n\r\n"
	                                "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: "
	                                "application/pkcs7-signature\r\n\r\n"
	                                "not base64 of anything\r\n--b--\r\n";
	const struct smime_report *report = read_mail(arena, str_of(mail_text));

	assert_int_equal(report->verdict, VERDICT_DAMAGED);
	assert_int_equal(report->count, 1);
	assert_true(report->found[0].is_whole);
	assert_true(str_starts(report->summary, STR("signature without value: ")));
	assert_str(message_body_text(arena, report->message), "hello");
}

/* PGP's signatures have the same form and another type. */
static void other_signatures_are_not_ours(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	static const char mail_text[] = "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
	                                "Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n";

	assert_null(read_mail(arena, str_of(mail_text)));
	assert_null(read_mail(arena, STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_mail_that_does_not_open_is_a_case_all_the_same),
	        cmocka_unit_test(only_so_many_structures_are_looked_at),
	        cmocka_unit_test(what_is_signed_by_nobody_knows_is_told),
	        cmocka_unit_test(other_signatures_are_not_ours),
	};

	return cmocka_run_group_tests_name("intake/smime", tests, NULL, NULL);
}
