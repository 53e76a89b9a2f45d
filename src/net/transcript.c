/* See transcript.h. */
#include "net/transcript.h"

#include "base/mem.h"

#include <stdio.h>

#define MAX_LINE 1000 /* what goes beyond is cut: a transcript is for people */

struct transcript {
	void (*line)(void *ctx, const char *text);
	void *ctx;
	struct buf sent; /* the line being written */
	size_t bulk;     /* bytes of a mail sent in a row and not shown yet */
	size_t received; /* … received in a row */
};

struct transcript *transcript_new(void (*line)(void *ctx, const char *text), void *ctx)
{
	struct transcript *t = mem_new(1, sizeof *t);

	t->line = line;
	t->ctx = ctx;
	buf_init(&t->sent, MAX_LINE);
	return t;
}

static void show(struct transcript *t, char who, struct str text)
{
	char line[MAX_LINE + 8];
	int n = snprintf(line, sizeof line, "%c: %.*s", who, (int)MIN(text.n, (size_t)MAX_LINE), text.p ? text.p : "");

	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	t->line(t->ctx, line);
}

static void end_sent_line(struct transcript *t)
{
	if (t->sent.n)
		show(t, 'C', buf_str(&t->sent));
	buf_clear(&t->sent);
}

static void show_bulk(struct transcript *t, char who, size_t n)
{
	char text[40];

	snprintf(text, sizeof text, "<%zu bytes>", n);
	show(t, who, str_of(text));
}

/* A mail is written and read in many pieces and shown as one. */
static void end_bulk(struct transcript *t)
{
	if (t->bulk)
		show_bulk(t, 'C', t->bulk);
	if (t->received)
		show_bulk(t, 'S', t->received);
	t->bulk = t->received = 0;
}

void transcript_free(struct transcript *t)
{
	if (!t)
		return;
	end_bulk(t);
	buf_done(&t->sent);
	free(t);
}

static void add_sent(struct transcript *t, struct str piece)
{
	if (piece.n && piece.p[piece.n - 1] == '\r')
		piece.n--;
	buf_add(&t->sent, str_slice(piece, 0, MAX_LINE - t->sent.n));
}

void transcript_sent(struct transcript *t, struct str bytes)
{
	ptrdiff_t end;

	if (!t)
		return;
	end_bulk(t);
	while ((end = str_find_char(bytes, '\n')) >= 0) {
		add_sent(t, str_slice(bytes, 0, (size_t)end));
		end_sent_line(t);
		bytes = str_slice(bytes, (size_t)end + 1, bytes.n);
	}
	add_sent(t, bytes);
}

void transcript_sent_secret(struct transcript *t, struct str bytes)
{
	if (!t)
		return;
	end_bulk(t);
	if (!str_ends_nocase(buf_str(&t->sent), STR("<secret>"))) /* written in pieces */
		add_sent(t, STR("<secret>"));
	if (bytes.n && bytes.p[bytes.n - 1] == '\n')
		end_sent_line(t);
}

void transcript_sent_bulk(struct transcript *t, size_t n)
{
	if (!t)
		return;
	end_sent_line(t);
	if (t->received)
		end_bulk(t);
	t->bulk += n;
}

void transcript_received(struct transcript *t, struct str line)
{
	if (!t)
		return;
	end_bulk(t);
	end_sent_line(t);
	show(t, 'S', line);
}

void transcript_received_bulk(struct transcript *t, size_t n)
{
	if (!t || !n)
		return;
	end_sent_line(t);
	if (t->bulk)
		end_bulk(t);
	t->received += n;
}
