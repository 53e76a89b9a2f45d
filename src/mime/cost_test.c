/* mime: what reading a mail costs, counted rather than timed: how often the heap is asked, and how the work grows with
 * the mail. */
#include "mime/classify.h"
#include "mime/message.h"
#include "mime/reply.h"

#include "base/test.h"

#include <stdlib.h>
#include <time.h>

/* ---------------------------------------------------------------- counting the heap */

static size_t asked;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_reallocarray(void *p, size_t count, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_reallocarray(void *p, size_t count, size_t n);

void *__wrap_malloc(size_t n)
{
	asked++;
	return __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	asked++;
	return __real_calloc(count, n);
}

void *__wrap_reallocarray(void *p, size_t count, size_t n)
{
	asked++;
	return __real_reallocarray(p, count, n);
}

/* An arena whose newest block has room for any small mail: what is asked for then is none of the arena's. */
static struct arena *roomy_arena(void)
{
	struct arena *arena = arena_new();

	while (arena_size(arena) < MIB(3))
		arena_bytes(arena, KIB(32))[0] = '\0';
	return arena;
}

/* Head and tail of a mail around 3 KB of text. */
static const struct kind {
	const char *head, *tail;
} kinds[] = {
        {"Content-Type: text/plain\n\n", ""},
        {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n", "=C3=A4\n"},
        {"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\nR3L832UK\n", ""},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n",
         "\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"},
};

static struct str small_mail(struct arena *arena, const struct kind *kind)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1));

	buf_add(&raw, STR("From: =?utf-8?Q?Ann_M=C3=BCller?= <ann@example.com>\n"
	                  "To: a@example.org, \"B\" <b@example.org>\n"
	                  "Subject: =?utf-8?B?w4RuZGVydW5n?= of it\nReferences: <a@x> <b@x>\n"));
	buf_add_cstr(&raw, kind->head);
	for (int i = 0; i < 60; i++)
		buf_add(&raw, STR("The invoice is not what we agreed on last week.\n"));
	buf_add_cstr(&raw, kind->tail);
	return arena_str(arena, buf_str(&raw));
}

static void a_small_mail_asks_the_heap_at_most_once(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct arena *arena CLEANUP(arena_freep) = roomy_arena();
		struct str raw = small_mail(arena, &kinds[i]);
		size_t before;

		/* Once before: the tables of phrases and iconv's descriptors stay for all mails. */
		(void)message_classify(arena, message_parse(arena, raw, NULL));
		before = asked;
		const struct message *m = message_parse(arena, raw, NULL);
		struct str text = message_body_text(arena, m);
		struct classification c = message_classify(arena, m);
		struct reply reply = message_reply(arena, m);

		assert_true(text.n && reply.reply.n && c.answer_allowed);
		assert_true(asked - before <= 1);
	}
}

/* ---------------------------------------------------------------- how the work grows */

struct hostile {
	const char *name, *start, *again, *end; /* `again` until the mail is as large as wanted */
};

#define MULTI "Content-Type: multipart/mixed; boundary=b\n\n"

static const struct hostile hostiles[] = {
        {"empty parts", MULTI, "--b\n\n", ""},
        {"parts that end at once", MULTI, "--b--\n--b\n", ""},
        {"nested multiparts", "", MULTI "--b\n", ""},
        {"nested messages", "", "Content-Type: message/rfc822\n\n", ""},
        {"multiparts without a boundary", "", "Content-Type: multipart/mixed\n\n--x\n", ""},
        {"lines that are nearly delimiters", "Content-Type: multipart/mixed; boundary=-----------------x\n\n",
         "-------------------y\n", ""},
        {"dashes", MULTI, "--", ""},
        {"fields", "", "X: y\n", "\nbody"},
        {"lines that are no fields", "X: y\n", "-- z\nX: y\n", "\nbody"},
        {"own delimiters in a header", "Content-Type: multipart/mixed; boundary=bbbbbbbbb\n", "--bbbbbbbb\nX: y\n",
         "\n"},
        {"folds", "Subject: a", "\n a", "\n\nbody"},
        {"one word after the other", "Subject: ", "=?utf-8?Q?a?= ", "\n\nbody"},
        {"words that are never closed", "Subject: ", "=?utf-8?Q?a ", "\n\nbody"},
        {"words that are never closed, without blanks", "Subject: ", "=?utf-8?B?a", "\n\nbody"},
        {"beginnings of words", "Subject: ", "=?", "\n\nbody"},
        {"base64 words cut within groups", "Subject: ", "=?utf-8?B?w7?= ", "\n\nbody"},
        {"addresses", "To: ", "a@b,", "\n\nbody"},
        {"open quotes and angles", "To: ", "<(\"a@b, ", "\n\nbody"},
        {"names without an address", "To: ", "a, ", "\n\nbody"},
        {"names before one address", "To: ", "a ", "<a@b>\n\nbody"},
        {"at signs", "To: ", "@ ", "\n\nbody"},
        {"ids", "References: ", "<a@b>", "\n\nbody"},
        {"ids without an end", "References: ", "<a ", "\n\nbody"},
        {"parameters", "Content-Type: text/plain", "; a*0=b", "\n\nbody"},
        {"sections of one parameter", "Content-Disposition: a", "; filename*1*=%41", "\n\nbody"},
        {"comments", "Content-Type: ", "(", "\n\nbody"},
        {"bare CRs", "Subject: x\n\n", "a\r", ""},
        {"CRs alone", "Subject: x\r\r", "a\r", ""},
        {"a long line", "Subject: x\n\n", "abcdefgh", ""},
        {"soft line breaks", "Content-Transfer-Encoding: quoted-printable\n\n", "=\n", ""},
        {"escapes that are none", "Content-Transfer-Encoding: quoted-printable\n\n", "=x", ""},
        {"blanks at line ends", "Content-Transfer-Encoding: quoted-printable\n\n", " ", ""},
        {"paddings", "Content-Transfer-Encoding: base64\n\nAAAA", "=A", ""},
        {"padded groups", "Content-Transfer-Encoding: base64\n\n", "AA==\n", ""},
        {"beginnings of uuencode", "Subject: x\n\n", "begin 644 x\nM\n", ""},
        {"files inside a text", "Subject: x\n\n", "begin 644 x\n#0V%T\n`\nend\n", ""},
        {"wrong UTF-8", "Content-Type: text/plain; charset=utf-8\n\n", "\xc3\xc3", ""},
        {"escapes of ISO 2022", "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\033$B", ""},
        {"UTF-7", "Content-Type: text/plain; charset=utf-7\n\n", "+AGE-", ""},
        {"no charset", "Subject: x\n\n", "\xd0\xcf ", ""},
        {"tags", "Content-Type: text/html\n\n", "<div>", ""},
        {"quotes", "Subject: x\n\n", "> ", ""},
        {"quoted lines", "Subject: x\n\n", ">a\n", ""},
        {"attributions", "Subject: x\n\n", "On a wrote:\n", ""},
        {"lines of a report", "From: MAILER-DAEMON\nSubject: Undelivered\n\n", "<a@b.example>: 550 no\n", ""},
        {"appledouble", "Content-Type: multipart/appledouble; boundary=b\n\n",
         "--b\nContent-Type: application/applefile\n\nx\n", ""},
        {"digest", "Content-Type: multipart/digest; boundary=b\n\n", "--b\n\nSubject: x\n\ny\n", ""},
};

static void grow(const struct hostile *h, size_t n, struct buf *raw)
{
	buf_clear(raw);
	buf_add_cstr(raw, h->start);
	while (raw->n < n)
		buf_add_cstr(raw, h->again);
	buf_add_cstr(raw, h->end);
}

static double cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A sanitizer looks at whole ranges where the C library looks at their beginnings: time says nothing there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_TIMED false
#else
#define IS_TIMED true
#endif

/* Everything that is asked of a mail. The shortest of three tries: what else runs on the machine only makes it longer.
 */
static double work(struct str raw, size_t *ret_memory)
{
	double best = 1e9;

	for (int i = 0; i < (IS_TIMED ? 3 : 1); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		double start = cpu_now();
		const struct message *m = message_parse(arena, raw, NULL);
		struct str text = message_body_text(arena, m), html = message_body_html(arena, m);
		struct classification c = message_classify(arena, m);
		struct reply reply = message_reply(arena, m);

		best = MIN(best, cpu_now() - start);
		assert_true(str_is_utf8(text) && str_is_utf8(html) && str_is_utf8(reply.reply) && c.evidence.p);
		*ret_memory = arena_size(arena);
	}
	return best;
}

#define SMALL   KIB(64)
#define TIMES   8     /* as large is the large one */
#define FACTOR  24    /* as much work may it be; with squares it were 64 */
#define MEMORY  40    /* bytes of the arena for a byte of mail, at most */
#define NOTHING 0.002 /* seconds; less isn't measured well */

static void check_growth(const struct hostile *h, struct buf *raw)
{
	double small, large, most;
	size_t memory;

	/* A busy machine may slow one try down, not all of them. */
	for (int i = 0; i < (IS_TIMED ? 5 : 1); i++) {
		grow(h, SMALL, raw);
		small = work(buf_str(raw), &memory);
		grow(h, SMALL * TIMES, raw);
		large = work(buf_str(raw), &memory);
		most = MAX(small, NOTHING) * FACTOR;
		if (large <= most)
			break;
	}
	if (large > most || memory > raw->n * MEMORY)
		print_error("%s: %.1f ms, then %.1f ms and %zu KiB\n", h->name, small * 1e3, large * 1e3,
		            memory / 1024);
	assert_true(!IS_TIMED || large <= most);
	assert_true(memory <= raw->n * MEMORY);
}

static void work_and_memory_grow_with_the_mail(void **state UNUSED)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(2));

	for (size_t i = 0; i < ARRAY_LEN(hostiles); i++)
		check_growth(&hostiles[i], &raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_small_mail_asks_the_heap_at_most_once),
	        cmocka_unit_test(work_and_memory_grow_with_the_mail),
	};
	return cmocka_run_group_tests_name("mime/cost", tests, NULL, NULL);
}
