/* What a message shows once parts of it were opened. */
#include "mime/opened.h"

#include "base/test.h"

#define MIXED(content)                                                                   \
	"Subject: ...\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: " \
	"text/plain\n\nouter\n--b\n" content "\n--b--\n"
#define SECRET                                                                                                       \
	"Subject: real\nContent-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/plain\n\nsecret\n--i\n" \
	"Content-Type: application/pdf; name=a.pdf\n\nPDF\n--i--\n"

static struct message *parse(struct arena *arena, const char *text)
{
	return message_parse(arena, str_of(text), NULL);
}

static void the_whole_takes_the_place_of_the_body(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message *m =
	        parse(arena, "Subject: ...\nFrom: a@b.c\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nx");
	struct opened opened = {m->root, parse(arena, SECRET), true};
	const struct message *shown = message_opened(arena, m, &opened, 1);

	assert_str(message_body_text(arena, shown), "secret");
	assert_int_equal(shown->attachment_count, 1);
	assert_str(shown->attachments[0]->filename, "a.pdf");
	assert_str(part_number(arena, shown->attachments[0]), "1.2");
	assert_str(shown->subject, "real");
	assert_str(shown->from.address, "a@b.c");
	assert_ptr_equal(shown->root, m->root);
	assert_str(m->attachments[0]->filename, "smime.p7m");
}

static void a_subject_that_says_something_stays(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message *m = parse(arena, "Subject: outer\nContent-Type: application/pkcs7-mime\n\nx");
	struct opened opened = {m->root, parse(arena, SECRET), true};

	assert_str(message_opened(arena, m, &opened, 1)->subject, "outer");
}

static void a_wrapped_mail_is_unwrapped(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message *m = parse(arena, "Content-Type: application/pkcs7-mime\n\nx");
	struct opened opened = {m->root, parse(arena, "Content-Type: message/rfc822\n\n" SECRET), true};
	const struct message *shown = message_opened(arena, m, &opened, 1);

	assert_str(message_body_text(arena, shown), "secret");
	assert_int_equal(shown->attachment_count, 1);
}

static void a_part_among_others_is_a_message_of_its_own(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message *m = parse(arena, MIXED("Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx"));
	struct opened opened = {m->parts[2], parse(arena, SECRET), false};
	const struct message *shown = message_opened(arena, m, &opened, 1);

	assert_str(message_body_text(arena, shown), "outer");
	assert_str(shown->subject, "...");
	assert_int_equal(shown->attachment_count, 1);
	assert_str(shown->attachments[0]->filename, "smime.eml");
	assert_str(part_type(arena, shown->attachments[0]), "message/rfc822");
	assert_str(part_number(arena, shown->attachments[0]), "2.1");
	assert_int_equal(part_decoded_size(shown->attachments[0]), strlen(SECRET));
	assert_str(message_body_text(arena, shown->attachments[0]->inner), "secret");
}

static void a_signature_is_no_file(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct message *m = parse(arena, MIXED("Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"));
	struct opened opened = {.part = m->parts[2]};

	assert_int_equal(m->attachment_count, 1);
	assert_int_equal(message_opened(arena, m, &opened, 1)->attachment_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_whole_takes_the_place_of_the_body),
	        cmocka_unit_test(a_subject_that_says_something_stays),
	        cmocka_unit_test(a_wrapped_mail_is_unwrapped),
	        cmocka_unit_test(a_part_among_others_is_a_message_of_its_own),
	        cmocka_unit_test(a_signature_is_no_file),
	};

	return cmocka_run_group_tests_name("mime/opened", tests, NULL, NULL);
}
