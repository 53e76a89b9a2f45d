/* UIDs by SEARCH: see session.h. A folder of a million messages answers with one line of eight megabytes, so that
 * this line is read number by number; everything that comes in between goes the usual way. ESEARCH (RFC 4731) is
 * asked for where it is known: its answer is ranges. */
#include "receive/imap/session.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

void imap_uids_donep(struct imap_uids *uids)
{
	free(uids->p);
}

static int compare_uids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void imap_uids_sort(struct imap_uids *uids)
{
	size_t n = 0;

	if (uids->n)
		qsort(uids->p, uids->n, sizeof *uids->p, compare_uids);
	for (size_t i = 0; i < uids->n; i++)
		if (i == 0 || uids->p[i] != uids->p[i - 1])
			uids->p[n++] = uids->p[i];
	uids->n = n;
}

/* ---------------------------------------------------------------- one number after the other */

static int add_range(struct imap_uids *found, uint64_t from, uint64_t to, struct error *err)
{
	if (from > to) {
		uint64_t swap = from;

		from = to;
		to = swap;
	}
	if (from == 0 || to > UINT32_MAX)
		return fail(err, E_PROTOCOL, RETRY_LATER, "a SEARCH answer with a number that is no UID");
	if (to - from >= IMAP_MESSAGES_MAX - found->n)
		return fail(err, E_LIMIT, RETRY_LATER, "the folder has more than %d messages", IMAP_MESSAGES_MAX);
	for (uint64_t uid = from; uid <= to; uid++) {
		ARRAY_ROOM(found->p, found->n, found->size);
		found->p[found->n++] = (uint32_t)uid;
	}
	return 0;
}

/* The answer's words, as they come: numbers and ranges count, words such as ALL or (MODSEQ 5) don't. */
struct numbers {
	uint64_t from, value;
	int digits;  /* of `value` so far */
	bool ranged; /* "from:" stands before it */
	bool ignore; /* within parentheses or quotes, or a word */
	int depth;
};

static int end_number(struct numbers *now, struct imap_uids *found, struct error *err)
{
	int r = 0;

	if (now->digits && !now->ignore && now->depth == 0)
		r = add_range(found, now->ranged ? now->from : now->value, now->value, err);
	*now = (struct numbers){.depth = now->depth};
	return r;
}

static int take_byte(struct numbers *now, char c, struct imap_uids *found, struct error *err)
{
	if (is_digit(c)) {
		now->value = now->value * 10 + (uint64_t)(c - '0');
		if (++now->digits > 10)
			return fail(err, E_PROTOCOL, RETRY_LATER, "a SEARCH answer with a number that is no UID");
		return 0;
	}
	if (c == ':' && now->digits && !now->ranged) {
		now->ranged = true;
		now->from = now->value;
		now->value = 0;
		now->digits = 0;
		return 0;
	}
	if (c == ' ' || c == ',' || c == '\r' || c == '\n')
		return end_number(now, found, err);
	if (c == '(' || c == ')') {
		int r = end_number(now, found, err);

		now->depth = MAX(0, now->depth + (c == '(' ? 1 : -1));
		return r;
	}
	now->ignore = true;
	return 0;
}

static int read_byte(struct imap *imap, char *ret, struct error *err)
{
	struct str byte;
	int r = stream_read_some(imap->stream, 1, &byte, err);

	if (r < 0)
		return r;
	*ret = byte.p[0];
	return 0;
}

static int read_numbers(struct imap *imap, struct imap_uids *found, struct error *err)
{
	struct numbers now = {0};
	char c;
	int r;

	stream_step(imap->stream, "list", 0); /* a long line may take its time as long as bytes come */
	do {
		r = read_byte(imap, &c, err);
		if (r == 0)
			r = take_byte(&now, c, found, err);
	} while (r == 0 && c != '\n');
	return r;
}

/* ---------------------------------------------------------------- the answer among others */

static bool is_search(struct str head)
{
	return str_eq_nocase(head, STR("* SEARCH ")) || str_eq_nocase(head, STR("* ESEARCH "));
}

static int read_response(struct imap *imap, struct imap_uids *found, struct error *err)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(IMAP_LINE_MAX);
	char c;

	stream_step(imap->stream, "list", imap->options.step_timeout_ms);
	do {
		int r = read_byte(imap, &c, err);
		if (r < 0)
			return r;
		buf_add_char(&line, c);
		if (line.failed)
			return fail(err, E_LIMIT, RETRY_LATER, "list: a line of more than %d bytes arrived",
			            IMAP_LINE_MAX);
		if (c == ' ' && is_search(buf_str(&line)))
			return read_numbers(imap, found, err);
	} while (c != '\n');
	imap_reader_take(&imap->reader, str_trim(buf_str(&line)));
	int r = imap_file_response(imap, err);
	imap_reader_take(&imap->reader, STR_NULL);
	return r;
}

int imap_search(struct imap *imap, const char *text, struct imap_uids *found, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r = imap_send_plain(imap, text, &command, err);

	if (r < 0)
		return r;
	while (command.status == STATUS_PENDING)
		if (read_response(imap, found, err) < 0)
			return imap_break(imap, err);
	if (command.status != STATUS_OK)
		return imap_refused(imap, &command, "list", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	imap_uids_sort(found);
	return 0;
}

/* `keys`: what is searched for. Returns how many there are. */
static int list_found(struct imap *imap, const char *keys, void (*each)(void *ctx, uint32_t uid), void *ctx,
                      struct error *err)
{
	struct imap_uids found CLEANUP(imap_uids_donep) = {0};
	struct buf text CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r = imap_usable(imap, err);

	buf_printf(&text, "UID SEARCH %s%s", imap->capabilities & CAP_ESEARCH ? "RETURN (ALL) " : "", keys);
	if (r == 0)
		r = imap_search(imap, buf_cstr(&text), &found, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < found.n; i++)
		each(ctx, found.p[i]);
	return (int)found.n;
}

int imap_list(struct receiver *receiver, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err)
{
	return list_found((struct imap *)receiver, "ALL", each, ctx, err);
}

/* " SINCE 21-Nov-2026", RFC 3501's date. */
static void add_day(struct buf *keys, const char *key, int64_t at)
{
	char date[40];

	if (!at)
		return;
	clock_format_rfc5322(at, date); /* "Sat, 21 Nov 2026 …" */
	date[7] = date[11] = '-';
	buf_printf(keys, "%s%s %.11s", keys->n ? " " : "", key, date + 5);
}

int imap_search_days(struct receiver *receiver, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                     void *ctx, struct error *err)
{
	struct buf keys CLEANUP(buf_done) = BUF_INIT(200);

	add_day(&keys, "SINCE", since);
	add_day(&keys, "BEFORE", before);
	return list_found((struct imap *)receiver, keys.n ? buf_cstr(&keys) : "ALL", each, ctx, err);
}
