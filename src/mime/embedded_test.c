/* mime: files without a MIME part of their own: uuencode and yEnc in a text, and those of a winmail.dat. */
#include "mime/message.h"
#include "tnef.h"

#include "base/test.h"

#define CAT   "begin 644 cat.txt\n#0V%T\n`\nend\n"
#define TEXT_ "Content-Type: text/plain\n"

static void blocks_in_a_text_are_files(void **state UNUSED)
{
	static const struct {
		const char *raw, *left, *names, *content;
	} cases[] = {
	        {TEXT_ "\nbefore\n" CAT "after\n", "before\nafter\n", "cat.txt;", "Cat"},
	        {"\n" CAT CAT, "", "cat.txt;cat.txt;", "CatCat"},
	        {"\nbegin 644 a b.txt\r\n#0V%T\r\n \r\nend\r\nx", "x", "a b.txt;", "Cat"},
	        {"\nbegin 644 cut.txt\n#0V%T\n", "", "cut.txt;", "Cat"},
	        {"\nbegin 644 ../../etc/passwd\n#0V%T\n`\nend\n", "", "passwd;", "Cat"},
	        {"Content-Transfer-Encoding: base64\n\nYmVnaW4gNjQ0IGIKIzBWJVQKYAplbmQK\n", "", "b;", "Cat"},
	        {"Content-Transfer-Encoding: quoted-printable\n\nbegin 644 q=3D\n#0V%T\n`\nend\nleft=\n", "left", "q=;",
	         "Cat"},
	        {"\n=ybegin line=128 size=3 name=y.bin\n\x6d\x8b=\xde\n=yend size=3\nrest", "rest", "y.bin;", "Cat"},
	        /* none of these is one */
	        {"\nbegin 644 times\nand then stop\n", "begin 644 times\nand then stop\n", "", ""},
	        {"\nto begin 644 x\n#0V%T\n`\nend\n", "to begin 644 x\n#0V%T\n`\nend\n", "", ""},
	        {"\nbegin at last\n#0V%T\n`\nend\n", "begin at last\n#0V%T\n`\nend\n", "", ""},
	        {"\nbegin 644 x\n#0V%T\nand so on\n", "begin 644 x\n#0V%T\nand so on\n", "", ""},
	        {"\n=ybegin nothing\nx\n", "=ybegin nothing\nx\n", "", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct buf names CLEANUP(buf_done) = BUF_INIT(1000), content CLEANUP(buf_done) = BUF_INIT(1000);
		const struct message *m = message_parse(arena, str_of(cases[i].raw), NULL);

		for (size_t k = 0; k < m->attachment_count; k++) {
			buf_add(&names, m->attachments[k]->filename);
			buf_add_char(&names, ';');
			assert_true(part_decode(m->attachments[k], &content));
			assert_str(part_number(arena, m->attachments[k]), k ? "2" : "1");
		}
		if (!str_eq(buf_str(&names), str_of(cases[i].names)))
			print_error("case %zu: " STR_FMT "\n", i, STR_ARG(buf_str(&names)));
		assert_str(buf_str(&names), cases[i].names);
		assert_str(buf_str(&content), cases[i].content);
		assert_str(message_body_text(arena, m), cases[i].left);
	}
}

/* Every line could begin a block and none does: still one pass. */
static void a_text_full_of_beginnings_is_read_once(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(32));
	const struct message *m;

	buf_add_char(&raw, '\n');
	for (int i = 0; i < 300000; i++)
		buf_add(&raw, STR("begin 644 x\n#0V%T\nno\n"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_int_equal(m->attachment_count, 0);
	buf_clear(&raw);
	buf_add_char(&raw, '\n');
	for (int i = 0; i < 300000; i++)
		buf_add(&raw, STR("=ybegin line=1 size=1 name=x\n"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_int_equal(m->attachment_count, 0);
}

/* ---------------------------------------------------------------- winmail.dat */

static void number(struct buf *out, size_t bytes, uint32_t value)
{
	for (size_t i = 0; i < bytes; i++)
		buf_add_char(out, (char)(value >> (8 * i)));
}

static void attribute(struct buf *out, char level, uint32_t id, struct str data)
{
	uint32_t sum = 0;

	buf_add_char(out, level);
	number(out, 4, id);
	number(out, 4, (uint32_t)data.n);
	buf_add(out, data);
	for (size_t i = 0; i < data.n; i++)
		sum += (unsigned char)data.p[i];
	number(out, 2, sum);
}

static void text_property(struct buf *out, uint32_t type, uint32_t id, struct str value)
{
	number(out, 2, type);
	number(out, 2, id);
	number(out, 4, 1);
	number(out, 4, (uint32_t)value.n);
	buf_add(out, value);
	for (size_t i = value.n; i % 4; i++)
		buf_add_char(out, '\0');
}

/* Two files: one with a short name and a long one in UTF-16, one with the short name alone. */
static void tnef_write(struct buf *out)
{
	struct buf properties CLEANUP(buf_done) = BUF_INIT(1000);

	number(out, 4, 0x223e9f78);
	number(out, 2, 1);
	attribute(out, 1, 0x00069007, STR("\xe3\x04\0\0\0\0\0\0")); /* windows-1251 */
	attribute(out, 2, 0x00069002, STR("\1\0\0\0\0\0\0\0\0\0\0\0\0\0"));
	attribute(out, 2, 0x00018010, STR("LONG~1.PNG\0"));
	attribute(out, 2, 0x0006800f, STR("picture"));
	number(&properties, 4, 4);
	number(&properties, 4, 0x0e200003); /* a number first */
	number(&properties, 4, 7);
	text_property(&properties, 31, 0x3707, STR("l\0\xf6\0n\0g\0.\0p\0n\0g\0\0\0"));
	text_property(&properties, 30, 0x370e, STR("image/png\0"));
	text_property(&properties, 30, 0x3712, STR("cid@x\0"));
	attribute(out, 2, 0x00069005, buf_str(&properties));
	attribute(out, 2, 0x00069002, STR("\1\0"));
	attribute(out, 2, 0x00018010, STR("\xf1\xf7\xb8\xf2.doc\0"));
	attribute(out, 2, 0x0006800f, STR("words"));
}

static void a_winmail_dat_is_replaced_by_its_files(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1)), content CLEANUP(buf_done) = BUF_INIT(100);
	const struct message *m;

	buf_add(&raw, STR("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\n"
	                  "Content-Type: application/ms-tnef; name=winmail.dat\n\n"));
	tnef_write(&raw);
	buf_add(&raw, STR("\n--b--\n"));
	m = message_parse(arena, buf_str(&raw), NULL);
	assert_int_equal(m->attachment_count, 2);
	assert_str(m->attachments[0]->filename, "l\xc3\xb6ng.png");
	assert_str(part_type(arena, m->attachments[0]), "image/png");
	assert_str(m->attachments[0]->content_id, "cid@x");
	assert_true(part_decode(m->attachments[0], &content));
	assert_str(buf_str(&content), "picture");
	assert_str(m->attachments[1]->filename, "\xd1\x81\xd1\x87\xd1\x91\xd1\x82.doc");
	assert_int_equal(part_decoded_size(m->attachments[1]), 5);
	assert_str(part_number(arena, m->attachments[1]), "2.2");
	assert_str(message_body_text(arena, m), "Hello");
}

static void a_cut_winmail_dat_gives_what_is_there(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct tnef_file files[2];
	size_t before = 0;

	tnef_write(&bytes);
	for (size_t n = 0; n <= bytes.n; n++) {
		size_t count = tnef_read(arena, str_slice(buf_str(&bytes), 0, n), files, ARRAY_LEN(files));

		assert_true(count >= before && count <= 2);
		before = count;
	}
	assert_int_equal(before, 2);
	assert_int_equal(tnef_read(arena, buf_str(&bytes), files, 1), 1);
	assert_int_equal(tnef_read(arena, STR("not TNEF at all"), files, 2), 0);
}

static void what_only_says_it_is_tnef_stays(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m =
	        message_parse(arena, STR("Content-Type: application/ms-tnef; name=winmail.dat\n\nPNG"), NULL);

	assert_int_equal(m->attachment_count, 1);
	assert_str(m->attachments[0]->filename, "winmail.dat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(blocks_in_a_text_are_files),
	        cmocka_unit_test(a_text_full_of_beginnings_is_read_once),
	        cmocka_unit_test(a_winmail_dat_is_replaced_by_its_files),
	        cmocka_unit_test(a_cut_winmail_dat_gives_what_is_there),
	        cmocka_unit_test(what_only_says_it_is_tnef_stays),
	};
	return cmocka_run_group_tests_name("mime/embedded", tests, NULL, NULL);
}
