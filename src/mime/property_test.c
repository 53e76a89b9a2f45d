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
	        "Content-Type: multipart/appledouble; boundary=\"a\"; boundary=b\n",
	        "Content-Transfer-Encoding: x-uuencode\n",
	        "Content-Disposition: attachment; filename=\"a\n",
	        "\xff\xfe",
	};
	size_t n = 1 + (size_t)any_below(40);

	for (size_t i = 0; i < n; i++)
		if (any_below(50))
			buf_add(out, str_of(pieces[any_below(ARRAY_LEN(pieces))]));
		else
			buf_add_char(out, '\0');
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

static void same_addresses(const struct address_list *list, const struct address *meant, size_t count)
{
	assert_int_equal(list->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_same(list->items[i].name, meant[i].name);
		assert_same(list->items[i].address, meant[i].address);
	}
}

static void same_fields(struct arena *arena, const struct message *m, const struct draft *draft)
{
	assert_same(m->subject, draft->subject);
	same_addresses(&m->from_list, &draft->from, 1);
	same_addresses(&m->to, draft->to, draft->to_count);
	same_addresses(&m->cc, draft->cc, draft->cc_count);
	same_addresses(&m->reply_to, draft->reply_to, draft->reply_to_count);
	assert_same(m->message_id, draft->message_id);
	assert_int_equal(m->in_reply_to_count, draft->in_reply_to.n > 0);
	if (m->in_reply_to_count)
		assert_same(m->in_reply_to[0], draft->in_reply_to);
	assert_int_equal(m->reference_count, draft->reference_count);
	for (size_t i = 0; i < m->reference_count; i++)
		assert_same(m->references[i], draft->references[i]);
	assert_true(m->date == draft->date);
	for (size_t i = 0; i < draft->header_count; i++)
		assert_same(header_text(arena, message_header(m, draft->headers[i].name)), draft->headers[i].value);
}

static void same_files(struct arena *arena, const struct message *m, const struct draft *draft)
{
	assert_int_equal(m->attachment_count, draft->attachment_count);
	for (size_t i = 0; i < draft->attachment_count; i++) {
		struct buf content CLEANUP(buf_done) = BUF_INIT(MIB(1));
		const struct draft_attachment *meant = &draft->attachments[0];

		/* Inline ones stand beside the HTML, before the others: names are told apart. */
		for (size_t k = 0; k < draft->attachment_count; k++)
			if (str_eq(m->attachments[i]->filename, draft->attachments[k].name))
				meant = &draft->attachments[k];
		assert_same(m->attachments[i]->filename, meant->name);
		assert_true(part_decode(m->attachments[i], &content));
		assert_true(str_eq(buf_str(&content), meant->content));
		assert_same(part_type(arena, m->attachments[i]), meant->type);
		assert_same(m->attachments[i]->content_id, meant->content_id);
	}
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
	same_fields(arena, m, draft);
	text = message_body_text(arena, m);
	assert_same(str_trim(text), str_trim(draft->text));
	assert_true(str_eq(str_trim(message_body_html(arena, m)), str_trim(draft->html)));
	same_files(arena, m, draft);
}

#define ANY_MAX 4

/* What a draft points to. */
struct any_draft {
	struct address to[ANY_MAX], cc[ANY_MAX], reply_to[ANY_MAX];
	struct str references[ANY_MAX];
	struct draft_header header;
	struct draft_attachment files[ANY_MAX];
};

static void any_addresses(struct arena *arena, struct address *items)
{
	for (size_t i = 0; i < ANY_MAX; i++)
		items[i] = (struct address){any_below(3) ? any_name(arena) : STR(""),
		                            arena_printf(arena, "box%zu+%u@example.org", i, (unsigned)any_below(1000))};
}

static void any_files(struct arena *arena, struct draft_attachment *files, bool with_html)
{
	static const char *const types[] = {"application/octet-stream", "image/png", "application/pdf", "text/csv"};

	for (size_t i = 0; i < ANY_MAX; i++) {
		bool is_inline = with_html && any_below(3) == 0;

		files[i] = (struct draft_attachment){
		        .name = arena_printf(arena, "\xc3\xa4 file %zu's.bin", i),
		        .type = str_of(is_inline ? "image/png" : types[any_below(ARRAY_LEN(types))]),
		        .content = any_bytes(arena, 5000),
		        .content_id = is_inline ? arena_printf(arena, "cid%zu@example.com", i) : STR(""),
		};
	}
}

static void what_is_built_reads_back(void **state UNUSED)
{
	seed = 42;
	for (int i = 0; i < 2000; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct any_draft any;
		struct str words = any_text(arena, 100, true);
		struct draft draft = {
		        .from = {any_name(arena), STR("ann@example.com")},
		        .to = any.to,
		        .to_count = 1 + (size_t)any_below(ANY_MAX - 1),
		        .cc = any.cc,
		        .cc_count = (size_t)any_below(ANY_MAX),
		        .reply_to = any.reply_to,
		        .reply_to_count = (size_t)any_below(2),
		        .subject = any_text(arena, 30, false),
		        .message_id = STR("token@example.com"),
		        .in_reply_to = any_below(2) ? STR("parent@example.org") : STR(""),
		        .references = any.references,
		        .reference_count = (size_t)any_below(ANY_MAX),
		        .date = INT64_C(1000) * (int64_t)any_below(2000000000),
		        .text = any_text(arena, 200, true),
		        .html = any_below(2) ? arena_printf(arena, "<p>" STR_FMT "</p>", STR_ARG(words)) : STR(""),
		        .headers = &any.header,
		        .header_count = (size_t)any_below(2),
		        .attachments = any.files,
		        .attachment_count = (size_t)any_below(ANY_MAX),
		        .allow_8bit = any_below(4) == 0,
		};

		any_addresses(arena, any.to);
		any_addresses(arena, any.cc);
		any_addresses(arena, any.reply_to);
		any_files(arena, any.files, draft.html.n > 0);
		for (size_t k = 0; k < ANY_MAX; k++)
			any.references[k] = arena_printf(arena, "r%zu.%u@example.org", k, (unsigned)any_below(1000));
		any.header = (struct draft_header){"X-Case", any_text(arena, 20, false)};
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
