/* mime: every mail of the shared corpus gives a message that keeps message.h's promises. HAUSPOST_CORPUS or the first
 * argument names the folder; without it the test is skipped (77). */
#include "mime/classify.h"
#include "mime/message.h"

#include "base/file.h"

#include "base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *corpus;
static size_t mails, odd;

static void check(struct str raw)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, raw, NULL);
	struct classification c = message_classify(arena, m);

	assert_true(str_is_utf8(m->subject) && str_is_utf8(m->from.name) && str_is_utf8(m->from.address));
	assert_true(str_is_utf8(message_body_text(arena, m)));
	assert_true(str_is_utf8(message_body_html(arena, m)));
	assert_true(str_is_utf8(c.evidence));
	for (size_t i = 0; i < m->part_count; i++) {
		struct buf content CLEANUP(buf_done) = BUF_INIT(raw.n);

		assert_true(m->parts[i]->raw.p >= raw.p && m->parts[i]->raw.p + m->parts[i]->raw.n <= raw.p + raw.n);
		assert_true(part_decode(m->parts[i], &content));
		assert_int_equal(content.n, part_decoded_size(m->parts[i]));
		assert_true(str_is_utf8(m->parts[i]->filename));
		assert_true(str_is_utf8(part_text(arena, m, m->parts[i])));
	}
	odd += m->notice_count > 0;
}

static int each_file(const char *path, const struct stat *st, int type, struct FTW *ftw UNUSED)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;

	if (type != FTW_F || st->st_size == 0)
		return 0;
	assert_ok(file_read(path, &raw, &err), &err);
	check(buf_str(&raw));
	mails++;
	return 0;
}

static void every_mail_of_the_corpus_is_a_message(void **state UNUSED)
{
	char folder[4096];

	snprintf(folder, sizeof folder, "%s/mail", corpus);
	assert_int_equal(nftw(folder, each_file, 20, FTW_PHYS), 0);
	print_message("%zu mails, %zu of them with notices\n", mails, odd);
	assert_true(mails >= 500);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_mail_of_the_corpus_is_a_message)};
	struct stat st;

	corpus = getenv("HAUSPOST_CORPUS");
	if (!corpus && argc > 1)
		corpus = argv[1];
	if (!corpus || stat(corpus, &st) != 0) {
		fprintf(stderr, "skipped: no corpus at %s (set HAUSPOST_CORPUS)\n",
		        corpus ? corpus : "HAUSPOST_CORPUS");
		return 77;
	}
	return cmocka_run_group_tests_name("mime/corpus", tests, NULL, NULL);
}
