/* Hauspost's reading of a mail beside GMime's: over generated mails and those of the shared corpus. Every difference
 * has to be one of a kind that the table of differences.c explains. HAUSPOST_CORPUS or the first argument names the
 * folder of the corpus; a further argument is the number of one generated mail to be printed with its differences. */
#include "differences.h"
#include "reading.h"

#include "base/file.h"

#include "base/test.h"

#include <ftw.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#ifdef __SANITIZE_ADDRESS__
#define MAILS 4000
#else
#define MAILS 20000
#endif
#define SHOWN_MAX 40 /* unexplained differences that are printed */

static const char *corpus;
static size_t compared, unexplained;
static bool is_alone; /* one mail is looked at: everything is shown */

/* ---------------------------------------------------------------- comparing */

/* Where the two part, with a little before it; controls and bytes beyond ASCII that aren't text made visible. */
static struct str excerpt(struct arena *arena, struct str s, size_t at)
{
	struct str copy = arena_str(arena, str_slice(s, at > 40 ? at - 40 : 0, at + 120));

	copy.n = str_make_printable((char *)(uintptr_t)copy.p, copy.n, false);
	return copy;
}

static void show(const struct difference *d, const char *kind)
{
	size_t at = 0;

	if (!is_alone && (kind || unexplained > SHOWN_MAX))
		return;
	while (at < d->ours.n && at < d->theirs.n && d->ours.p[at] == d->theirs.p[at])
		at++;
	print_message("%s: %s%s%s\n  ours  \"" STR_FMT "\"\n  GMime \"" STR_FMT "\"\n", d->where,
	              aspect_word(d->aspect), kind ? ", " : "", kind ? kind : "",
	              STR_ARG(excerpt(d->arena, d->ours, at)), STR_ARG(excerpt(d->arena, d->theirs, at)));
}

static void judge(struct difference *d)
{
	const char *kind;

	if (str_eq(d->ours, d->theirs))
		return;
	kind = difference_explain(d);
	unexplained += !kind;
	show(d, kind);
}

static void judge_as(struct difference *d, enum aspect aspect, struct str ours, struct str theirs)
{
	d->aspect = aspect;
	d->ours = ours;
	d->theirs = theirs;
	judge(d);
}

static void compare(const char *where, struct str raw)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, raw, NULL);
	struct reading ours = read_ours(arena, m), theirs = read_gmime(arena, raw);
	struct difference d = {.arena = arena, .where = where, .m = m, .all_ours = &ours, .all_theirs = &theirs};
	struct str our_types = reading_types(arena, &ours), their_types = reading_types(arena, &theirs);

	compared++;
	judge_as(&d, ASPECT_SUBJECT, ours.subject, theirs.subject);
	judge_as(&d, ASPECT_FROM, ours.from, theirs.from);
	judge_as(&d, ASPECT_TO, ours.to, theirs.to);
	judge_as(&d, ASPECT_TREE, our_types, their_types);
	for (size_t i = 0; i < ours.count && str_eq(our_types, their_types); i++) {
		d.leaf = i;
		judge_as(&d, ASPECT_BYTES, ours.leaves[i].bytes, theirs.leaves[i].bytes);
		/* A text is a matter of the charset only where the bytes are the same. */
		if (str_eq(ours.leaves[i].bytes, theirs.leaves[i].bytes))
			judge_as(&d, ASPECT_TEXT, ours.leaves[i].text, theirs.leaves[i].text);
		judge_as(&d, ASPECT_NAME, ours.leaves[i].name, theirs.leaves[i].name);
	}
}

/* ---------------------------------------------------------------- the mails */

static void differences_of_generated_mail_are_explained(void **state UNUSED)
{
	compared = unexplained = 0;
	for (uint64_t n = 0; n < MAILS; n++) {
		struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1));
		char where[40];

		snprintf(where, sizeof where, "generated mail %llu", (unsigned long long)n);
		generate_mail(n, &raw);
		assert_false(raw.failed);
		compare(where, buf_str(&raw));
	}
	differences_print("generated mail", compared);
	assert_int_equal(unexplained, 0);
}

static int each_file(const char *path, const struct stat *st, int type, struct FTW *ftw UNUSED)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;

	if (type != FTW_F || st->st_size == 0 || strstr(path, "/crisp-erp/") || strstr(path, "/talon/"))
		return 0; /* those are bodies without a header */
	assert_ok(file_read(path, &raw, &err), &err);
	compare(path, buf_str(&raw));
	return 0;
}

static void differences_of_the_corpus_are_explained(void **state UNUSED)
{
	char folder[4096];
	struct stat st;

	snprintf(folder, sizeof folder, "%s/mail", corpus ? corpus : "");
	if (stat(folder, &st) != 0) {
		print_message("no corpus at %s (HAUSPOST_CORPUS names another place): not compared\n", folder);
		skip();
	}
	compared = unexplained = 0;
	assert_int_equal(nftw(folder, each_file, 20, FTW_PHYS), 0);
	differences_print("the corpus", compared);
	assert_int_equal(unexplained, 0);
}

static int show_one(const char *number)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1));
	uint64_t n;

	if (!str_to_uint(str_of(number), UINT64_MAX, &n))
		return 2;
	generate_mail(n, &raw);
	fwrite(raw.p, 1, raw.n, stdout);
	printf("\n==== %zu bytes\n", raw.n);
	is_alone = true;
	compare("this mail", buf_str(&raw));
	return unexplained > 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(differences_of_generated_mail_are_explained),
	        cmocka_unit_test(differences_of_the_corpus_are_explained),
	};
	int failed;

	g_mime_init();
	corpus = getenv("HAUSPOST_CORPUS");
	if (!corpus && argc > 1)
		corpus = argv[1];
	failed = argc > 2 ? show_one(argv[2]) : cmocka_run_group_tests_name("mime/gmime", tests, NULL, NULL);
	g_mime_shutdown();
	return failed;
}
