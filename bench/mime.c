/* Messages a second of the mail parser, beside GMime where that is there.
 *
 *	mime_bench [CORPUS/mail]
 *
 * Each set is parsed whole by one and the other in turns; what is asked of a message is the same: its tree, its subject
 * and senders decoded, its text as UTF-8. Hauspost classifies it as well, and in a third figure takes its reply out.
 *Sets: the mails of a folder, and generated ones of 4 KiB (plain, quoted-printable, base64, alternative with a small
 *file) from people, from senders that nobody answers, and such as look like bounces. Medians of CPU time of this
 *process. */
#include "mime/classify.h"
#include "mime/message.h"
#include "mime/reply.h"

#include "base/file.h"
#include "base/mem.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#if HAVE_GMIME
#include <gmime/gmime.h>
#endif

#define MAILS_MAX 4000
#define ROUNDS    9    /* of each figure, whose median is shown */
#define SECONDS   0.15 /* at least, for each round */

struct set {
	const char *name;
	struct str mails[MAILS_MAX];
	size_t count, bytes;
};

static struct set folder = {.name = "folder"}, people = {.name = "4 KiB, people"},
                  machines = {.name = "4 KiB, no-reply"}, lookalikes = {.name = "4 KiB, like bounces"};

/* ---------------------------------------------------------------- sets */

static void set_add(struct set *set, struct str mail)
{
	if (set->count == MAILS_MAX)
		return;
	set->mails[set->count++] = str_new(str_dup(mail), mail.n);
	set->bytes += mail.n;
}

static int each_file(const char *path, const struct stat *st, int type, struct FTW *ftw UNUSED)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct error err;

	if (type == FTW_F && st->st_size && file_read(path, &raw, &err) == 0)
		set_add(&folder, buf_str(&raw));
	return 0;
}

enum writer { PERSON, MACHINE, LOOKALIKE };

static void add_head(struct buf *out, int i, enum writer writer)
{
	static const char *const locals[] = {"ann", "no-reply+", "postmaster"};
	static const char *const subjects[] = {"=?UTF-8?B?w4RuZGVydW5nIGRlciBSZWNobnVuZw==?=", "Your invoice",
	                                       "Your parcel could not be delivered"};

	buf_printf(
	        out,
	        "Return-Path: <%s%d@customer.test>\r\nReceived: from mx.customer.test (mx.customer.test "
	        "[192.0.2.%d])\r\n"
	        "\tby mail.example.test with ESMTPS id %08d\r\n\tfor <support@example.test>; Sat, 21 Nov 2026 09:00:00 "
	        "+0000\r\n"
	        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.test; "
	        "s=s1;\r\n\tbh=abcdefghijklmnop; b=qrstuvwxyz\r\n"
	        "From: =?UTF-8?Q?Ann_M=C3=BCller?= <%s%d@customer.test>\r\nTo: \"Support\" <support@example.test>\r\n"
	        "Subject: %s %d\r\nMessage-ID: <%d.token@customer.test>\r\n"
	        "References: <a@example.test> <b@example.test>\r\nDate: Sat, 21 Nov 2026 10:00:00 "
	        "+0100\r\nMIME-Version: 1.0\r\n",
	        locals[writer], i, i % 250, i, locals[writer], i, subjects[writer], i, i);
}

static void add_lines(struct buf *out, const char *line, size_t bytes)
{
	for (size_t start = out->n; out->n < start + bytes;)
		buf_add_cstr(out, line);
}

static void add_generated(struct set *set, int i, enum writer writer)
{
	static const char words[] =
	        "Gr=C3=BC=C3=9Fe aus Bonn, the invoice =\r\nis not what we agreed on last week.\r\n";
	static const char base64[] = "R3LDvMOfZSBhdXMgQm9ubiwgdGhlIGludm9pY2UgaXMgbm90IHdoYXQgd2UgYWdyZWVk\r\n";
	static const char plain[] = "The invoice is not what we agreed on last week, please have a look.\r\n";
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	add_head(&out, i, writer);
	if (i % 4 == 0) {
		buf_add(&out, STR("Content-Type: text/plain; charset=utf-8\r\n\r\n"));
		add_lines(&out, plain, KIB(4) - out.n);
	} else if (i % 4 == 1) {
		buf_add(&out, STR("Content-Type: text/plain; charset=utf-8\r\n"
		                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
		add_lines(&out, words, KIB(4) - out.n);
	} else if (i % 4 == 2) {
		buf_add(&out,
		        STR("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"));
		add_lines(&out, base64, KIB(4) - out.n);
	} else {
		buf_add(&out, STR("Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\n"
		                  "Content-Type: multipart/alternative; boundary=\"a\"\r\n\r\n--a\r\n"
		                  "Content-Type: text/plain; charset=utf-8\r\n"
		                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
		add_lines(&out, words, 800);
		buf_add(&out, STR("\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n"
		                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>"));
		add_lines(&out, words, 1000);
		buf_add(&out, STR("\r\n--a--\r\n\r\n--m\r\nContent-Type: application/pdf; name=\"invoice.pdf\"\r\n"
		                  "Content-Disposition: attachment; filename=\"invoice.pdf\"\r\n"
		                  "Content-Transfer-Encoding: base64\r\n\r\n"));
		add_lines(&out, base64, 700);
		buf_add(&out, STR("\r\n--m--\r\n"));
	}
	set_add(set, buf_str(&out));
}

/* ---------------------------------------------------------------- readers */

static struct arena *fresh_arena(void)
{
	static struct arena *arena;

	if (!arena)
		arena = arena_new();
	arena_clear(arena);
	return arena;
}

static size_t read_hauspost(struct str raw)
{
	struct arena *arena = fresh_arena();
	const struct message *m = message_parse(arena, raw, NULL);

	return message_body_text(arena, m).n + m->subject.n + m->from.name.n +
	       (size_t)message_classify(arena, m).answer_allowed;
}

static size_t read_reply(struct str raw)
{
	struct arena *arena = fresh_arena();
	const struct message *m = message_parse(arena, raw, NULL);

	return message_reply(arena, m).reply.n + m->subject.n + (size_t)message_classify(arena, m).answer_allowed;
}

#if HAVE_GMIME
static size_t gmime_text(GMimeMessage *m)
{
	GMimePartIter *iter = g_mime_part_iter_new(GMIME_OBJECT(m));
	size_t n = 0;

	do {
		GMimeObject *part = g_mime_part_iter_get_current(iter);

		if (part && GMIME_IS_TEXT_PART(part)) {
			char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));

			n = text ? strlen(text) : 0;
			g_free(text);
			break;
		}
	} while (g_mime_part_iter_next(iter));
	g_mime_part_iter_free(iter);
	return n;
}

static size_t read_gmime(struct str raw)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
	size_t n = 0;

	if (m) {
		const char *subject = g_mime_message_get_subject(m);

		n = gmime_text(m) + (subject ? strlen(subject) : 0) +
		    (size_t)internet_address_list_length(g_mime_message_get_from(m));
		g_object_unref(m);
	}
	g_object_unref(parser);
	g_object_unref(stream);
	return n;
}
#endif

/* ---------------------------------------------------------------- measuring */

static double cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Microseconds of CPU a message. */
static double measure(const struct set *set, size_t (*read)(struct str raw))
{
	size_t sum = 0, rounds = 0;
	double start = cpu_now(), spent;

	do {
		for (size_t i = 0; i < set->count; i++)
			sum += read(set->mails[i]);
		rounds++;
		spent = cpu_now() - start;
	} while (spent < SECONDS);
	if (!sum) /* keeps what was read from being optimised away */
		fprintf(stderr, "mime_bench: nothing was read\n");
	return spent * 1e6 / (double)(rounds * set->count);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *times)
{
	qsort(times, ROUNDS, sizeof *times, by_size);
	return times[ROUNDS / 2];
}

static void print_set(const struct set *set)
{
	double ours[ROUNDS], reply[ROUNDS], theirs[ROUNDS] = {0};

	if (!set->count)
		return;
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = measure(set, read_hauspost);
		reply[i] = measure(set, read_reply);
#if HAVE_GMIME
		theirs[i] = measure(set, read_gmime);
#endif
	}
	printf("%-20s %4zu mails of %5zu bytes: %6.1f us, %6.0f/s", set->name, set->count, set->bytes / set->count,
	       median(ours), 1e6 / median(ours));
	if (median(theirs) > 0)
		printf("; GMime %6.1f us, ratio %.1f", median(theirs), median(theirs) / median(ours));
	printf("; with reply %.1f us\n", median(reply));
}

int main(int argc, char **argv)
{
#if HAVE_GMIME
	g_mime_init();
#endif
	if (argc > 1 && nftw(argv[1], each_file, 20, FTW_PHYS) != 0)
		fprintf(stderr, "mime_bench: %s can't be read\n", argv[1]);
	for (int i = 0; i < 400; i++) {
		add_generated(&people, i, PERSON);
		add_generated(&machines, i, MACHINE);
		add_generated(&lookalikes, i, LOOKALIKE);
	}
	print_set(&folder);
	print_set(&people);
	print_set(&machines);
	print_set(&lookalikes);
	return 0;
}
