/* mime: what holds for every mail. The part tree covers the raw bytes exactly once: headers, bodies, and between them
 * the delimiters with preamble and epilogue. What is built reads back. Mails are generated from a fixed seed; those of
 * the shared corpus (HAUSPOST_CORPUS or the first argument) are tried as well where it is there. */
#include "mime/build.h"

#include "base/file.h"

#include "base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char *corpus;

/* xorshift64*: the same mails on every machine. */
static uint64_t seed;

static uint64_t any_below(uint64_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * UINT64_C(0x2545f4914f6cdd1d) >> 33) % n;
}

/* ---------------------------------------------------------------- every byte once */

/* Bytes between `from` and `to` that belong to no child: before the first delimiter, a delimiter, behind the last. */
static size_t gap(const char *from, const char *to, bool is_between)
{
	assert_true(to >= from);
	if (is_between) {
		struct str s = str_trim(str_new(from, (size_t)(to - from)));

		assert_true(str_starts(s, STR("--")));
		assert_true(str_find_char(s, '\n') < 0);
	}
	return (size_t)(to - from);
}

static size_t covered_message(const struct message *m);

static size_t covered(const struct part *part)
{
	const char *at = part->body.p;
	size_t n = (size_t)(part->body.p - part->raw.p); /* its header */

	assert_true(part->body.p >= part->raw.p);
	assert_ptr_equal(part->body.p + part->body.n, part->raw.p + part->raw.n);
	for (size_t i = 0; i < part->header_count; i++) {
		const struct header *h = &part->headers[i];

		assert_true(h->name.p >= (i ? h[-1].value.p + h[-1].value.n : part->raw.p));
		assert_true(h->value.p > h->name.p + h->name.n - 1);
		/* One that was cut off by a delimiter may reach into nothing. */
		assert_true(h->value.p + h->value.n <= part->body.p);
	}
	if (part->inner && part->inner->raw.p == part->body.p) {
		assert_int_equal(part->inner->raw.n, part->body.n);
		return n + covered_message(part->inner);
	}
	if (!part->first_child)
		return n + part->body.n;
	for (const struct part *child = part->first_child; child; child = child->next) {
		assert_ptr_equal(child->parent, part);
		n += gap(at, child->raw.p, child != part->first_child);
		n += covered(child);
		at = child->raw.p + child->raw.n;
	}
	return n + gap(at, part->body.p + part->body.n, false);
}

static size_t covered_message(const struct message *m)
{
	assert_int_equal(m->root->raw.n, m->raw.n);
	if (!m->raw.n) /* where it begins and ends at once says nothing */
		return 0;
	assert_ptr_equal(m->root->raw.p, m->raw.p);
	return covered(m->root);
}

static void check_coverage(struct str raw)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct message *m = message_parse(arena, raw, NULL);

	assert_int_equal(covered_message(m), raw.n);
}

/* ---------------------------------------------------------------- generated mails */

/* Pieces that parsers stumble over, strung together at random. */
static void odd_mail(struct buf *out)
{
	static const char *const pieces[] = {
	        "Content-Type: multipart/mixed; boundary=a\n",
	        "Content-Type: multipart/alternative; boundary=\"ab\"\r\n",
	        "Content-Type: multipart/digest; boundary=b\n",
	        "Content-Type: multipart/related\n",
	        "Content-Type: message/rfc822\n",
	        "Content-Type: text/html; charset=x\n",
	        "Content-Transfer-Encoding: base64\n",
	        "Content-Transfer-Encoding: quoted-printable\n",
	        "Subject: =?utf-8?q?a?=\n folded\n",
	        "\n",
	        "\n",
	        "\r\n",
	        "--a\n",
	        "--a\n",
	        "--a--\n",
	        "--ab\r\n",
	        "--ab--\r\n",
	        "--b\n",
	        "--b--",
	        "text\n",
	        "text without end",
	        "dGV4dA==\n",
	        "begin 644 x\n#0V%T\n`\nend\n",
	        "\r",
	        " \n",
	        "From x\n",
	        "-\n",
	};
	size_t n = 1 + (size_t)any_below(40);

	for (size_t i = 0; i < n; i++)
		buf_add(out, str_of(pieces[any_below(ARRAY_LEN(pieces))]));
}

static void every_byte_of_odd_mail_is_covered_once(void **state UNUSED)
{
	seed = 20261121;
	for (int i = 0; i < 20000; i++) {
		struct buf raw CLEANUP(buf_done) = BUF_INIT(KIB(64));

		odd_mail(&raw);
		check_coverage(buf_str(&raw));
	}
}

static int each_file(const char *path, const struct stat *st, int type, struct FTW *ftw UNUSED)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;

	if (type != FTW_F || st->st_size == 0)
		return 0;
	assert_ok(file_read(path, &raw, &err), &err);
	check_coverage(buf_str(&raw));
	return 0;
}

static void every_byte_of_the_corpus_is_covered_once(void **state UNUSED)
{
	char folder[4096];
	struct stat st;

	snprintf(folder, sizeof folder, "%s/mail", corpus ? corpus : "");
	if (stat(folder, &st) != 0)
		skip();
	assert_int_equal(nftw(folder, each_file, 20, FTW_PHYS), 0);
}

/* ---------------------------------------------------------------- built and read back */

static struct str any_text(struct arena *arena, size_t max, bool with_lines)
{
	static const char *const words[] = {
	        "invoice",
	        "Stra\303\237e",
	        "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
	        "\xf0\x9f\x98\x80",
	        "a,b;c:d",
	        "\"quoted\"",
	        "=?not?a?word?=",
	        "--boundary",
	        "From",
	        ".",
	        "=3D",
	        "(comment)",
	        "\\back\\",
	        "100%",
	        "'single'",
	        "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylongword",
	};
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
	size_t n = (size_t)any_below(max) + 1;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(&out, with_lines && any_below(5) == 0 ? '\n' : ' ');
		buf_add(&out, str_of(words[any_below(ARRAY_LEN(words))]));
	}
	return arena_str(arena, buf_str(&out));
}

/* A name wholly in quotes would lose them: the reader takes them for somebody's syntax. */
static struct str any_name(struct arena *arena)
{
	struct str words = any_text(arena, 4, false);

	return arena_printf(arena, "N " STR_FMT, STR_ARG(words));
}

static struct str any_bytes(struct arena *arena, size_t max)
{
	size_t n = (size_t)any_below(max);
	char *out = arena_bytes(arena, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = (char)any_below(256);
	return str_new(out, n);
}

static void assert_same(struct str is, struct str meant)
{
	if (!str_eq(is, meant))
		print_error("is    " STR_FMT "\nmeant " STR_FMT "\n", STR_ARG(is), STR_ARG(meant));
	assert_true(str_eq(is, meant));
}

static void read_back(struct arena *arena, const struct draft *draft)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct error err;
	const struct message *m;
	struct str text;

	assert_ok(draft_build(draft, &out, &err), &err);
	check_coverage(buf_str(&out));
	m = message_parse(arena, buf_str(&out), NULL);
	assert_int_equal(m->notice_count, 0);
	assert_same(m->subject, draft->subject);
	assert_same(m->from.name, draft->from.name);
	assert_same(m->from.address, draft->from.address);
	assert_int_equal(m->to.count, draft->to_count);
	for (size_t i = 0; i < draft->to_count; i++)
		assert_same(m->to.items[i].name, draft->to[i].name);
	text = message_body_text(arena, m);
	assert_same(str_trim(text), str_trim(draft->text));
	assert_true(str_eq(str_trim(message_body_html(arena, m)), str_trim(draft->html)));
	assert_int_equal(m->attachment_count, draft->attachment_count);
	for (size_t i = 0; i < draft->attachment_count; i++) {
		struct buf content CLEANUP(buf_done) = BUF_INIT(MIB(1));

		assert_true(part_decode(m->attachments[i], &content));
		assert_true(str_eq(buf_str(&content), draft->attachments[i].content));
		assert_true(str_eq(m->attachments[i]->filename, draft->attachments[i].name));
	}
}

static void what_is_built_reads_back(void **state UNUSED)
{
	seed = 42;
	for (int i = 0; i < 2000; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct address to[3];
		struct draft_attachment files[3];
		struct draft draft = {
		        .from = {any_name(arena), STR("ann@example.com")},
		        .to = to,
		        .to_count = 1 + (size_t)any_below(3),
		        .subject = any_text(arena, 30, false),
		        .message_id = STR("token@example.com"),
		        .date = INT64_C(1795246771000),
		        .text = any_text(arena, 200, true),
		        .attachments = files,
		        .attachment_count = (size_t)any_below(4),
		        .allow_8bit = any_below(4) == 0,
		};

		if (any_below(2)) {
			struct str words = any_text(arena, 100, true);

			draft.html = arena_printf(arena, "<p>" STR_FMT "</p>", STR_ARG(words));
		}
		for (size_t k = 0; k < ARRAY_LEN(to); k++)
			to[k] = (struct address){any_name(arena), STR("to@example.org")};
		for (size_t k = 0; k < ARRAY_LEN(files); k++)
			files[k] = (struct draft_attachment){
			        .name = arena_printf(arena, "\xc3\xa4 file %zu's.bin", k),
			        .type = STR("application/octet-stream"),
			        .content = any_bytes(arena, 5000),
			};
		read_back(arena, &draft);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_byte_of_odd_mail_is_covered_once),
	        cmocka_unit_test(every_byte_of_the_corpus_is_covered_once),
	        cmocka_unit_test(what_is_built_reads_back),
	};

	corpus = getenv("HAUSPOST_CORPUS");
	if (!corpus && argc > 1)
		corpus = argv[1];
	return cmocka_run_group_tests_name("mime/property", tests, NULL, NULL);
}
