/* mime: which parts of a mail are its files. */
#include "mime/message.h"

#include "base/test.h"

/* "name type size;" of each attachment. */
static struct str listed(struct arena *arena, const struct message *m)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));

	for (size_t i = 0; i < m->attachment_count; i++) {
		buf_add(&out, m->attachments[i]->filename);
		buf_printf(&out, " " STR_FMT " %llu;", STR_ARG(part_type(arena, m->attachments[i])),
		           (unsigned long long)part_decoded_size(m->attachments[i]));
	}
	return arena_str(arena, buf_str(&out));
}

struct listing {
	const char *raw, *files, *text;
};

static void check(const struct listing *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct message *m = message_parse(arena, str_of(cases[i].raw), NULL);
		struct str files = listed(arena, m);

		if (!str_eq(files, str_of(cases[i].files)))
			print_error("case %zu: " STR_FMT "\n", i, STR_ARG(files));
		assert_str(files, cases[i].files);
		assert_str(str_trim(message_body_text(arena, m)), cases[i].text);
	}
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n--b\n"

static void a_damaged_text_is_shown_and_kept_as_a_file(void **state UNUSED)
{
	static const struct listing cases[] = {
	        {MIXED "\nwhole\n--b--\n", "", "whole"},
	        {MIXED "\nwhole\n--b\n\ncut o", " text/plain 5;", "whole\ncut o"},
	        {MIXED "Content-Type: text/html\n\n<p>cut o", " text/html 8;", "cut o"},
	        {MIXED "\nwhole\n--b\n", "", "whole"}, /* nothing was lost but the end */
	        {MIXED "\nwhole\n--b\n\n \n", "", "whole"},
	        {"Subject: no parts to be cut\n\ntext", "", "text"},
	        /* the inner multipart is cut by the outer one's delimiter, its text isn't */
	        {MIXED "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nwhole\n--b--\n", "", "whole"},
	        {MIXED "Content-Transfer-Encoding: base64\n\nIt is text.\n--b--\n", " text/plain 11;", "It is text."},
	        {MIXED "Content-Transfer-Encoding: base64\n\nSXQgaXM=\n--b--\n", "", "It is"},
	        {"Content-Transfer-Encoding: base64\n\nIt is text.\n", " text/plain 12;", "It is text."},
	};

	check(cases, ARRAY_LEN(cases));
}

#define DOUBLE "Content-Type: multipart/appledouble; boundary=b\n\n--b\n"
#define FORK(name) \
	"Content-Type: application/applefile" name "\nContent-Transfer-Encoding: base64\n\nAAUWBwACAAA=\n--b\n"

static void an_appledouble_is_one_file(void **state UNUSED)
{
	static const struct listing cases[] = {
	        {DOUBLE FORK("; name=\"%a.pdf\"") "Content-Type: application/pdf; name=a.pdf\n\nPDF\n--b--\n",
	         "a.pdf application/pdf 3;", ""},
	        {DOUBLE FORK("; name=\"._a.pdf\"") "Content-Type: application/pdf\n\nPDF\n--b--\n",
	         "a.pdf application/pdf 3;", ""},
	        {DOUBLE FORK("; name=a.jpg") "Content-Type: image/jpeg; name=a.jpg\nContent-Disposition: "
	                                     "inline\n\nJ\n--b--\n",
	         "a.jpg image/jpeg 1;", ""},
	        /* a text that travels so is a file, not something to read in passing */
	        {DOUBLE FORK("; name=a.txt") "\nfile\n--b--\n", "a.txt text/plain 4;", ""},
	        {DOUBLE "Content-Type: application/applefile; name=a\n\nfork\n--b--\n", "a application/applefile 4;",
	         ""},
	        {"Content-Type: application/applefile; name=a\n\nfork\n", "a application/applefile 5;", ""},
	        {MIXED "\nHello\n--b\nContent-Type: multipart/appledouble; boundary=c\n\n"
	               "--c\nContent-Type: application/applefile; name=a.sit\n\nfork\n"
	               "--c\nContent-Type: application/x-stuffit; name=a.sit\n\ndata\n--c--\n--b--\n",
	         "a.sit application/x-stuffit 4;", "Hello"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	check(cases, ARRAY_LEN(cases));
	assert_int_equal(message_parse(arena, str_of(cases[0].raw), NULL)->part_count, 3); /* both are parts */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_damaged_text_is_shown_and_kept_as_a_file),
	        cmocka_unit_test(an_appledouble_is_one_file),
	};
	return cmocka_run_group_tests_name("mime/attachments", tests, NULL, NULL);
}
