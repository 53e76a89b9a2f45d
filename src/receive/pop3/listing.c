/* What is in the mailbox: see session.h. UIDL says what is there, LIST how large it is; what one of them leaves out,
 * the other has. Message numbers are the server's for this session; ours come from the names. */
#include "receive/pop3/session.h"

#include "base/cursor.h"
#include "base/map.h"
#include "base/mem.h"

#include <limits.h>

enum {
	LINES_MAX = 2 * POP3_MESSAGES_MAX, /* some servers list one twice */
	LISTING_STEPS = 10,                /* times the time of a step: ten minutes unless set */
};

/* ---------------------------------------------------------------- LIST and UIDL */

static int compare_numbers(const void *a, const void *b)
{
	const struct pop3_mail *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* The message with this number, made where it is new. Servers list in order; one that doesn't costs a search. */
static struct pop3_mail *mail_at(struct pop3 *pop3, uint32_t number)
{
	const struct pop3_mail key = {.number = number};
	struct pop3_mail *found = NULL;

	if (pop3->mail_count && number <= pop3->mails[pop3->mail_count - 1].number)
		found = bsearch(&key, pop3->mails, pop3->mail_count, sizeof key, compare_numbers);
	if (found)
		return found;
	ARRAY_ROOM(pop3->mails, pop3->mail_count, pop3->mail_size);
	pop3->mails[pop3->mail_count] = key;
	return &pop3->mails[pop3->mail_count++];
}

/* A line's number, and what stands behind it. */
static int read_number(struct pop3 *pop3, const char *step, struct str line, uint32_t *ret_number, struct str *ret_rest,
                       struct error *err)
{
	struct str word = STR_NULL, rest = str_trim(line);
	uint64_t number = 0;

	str_split(&rest, ' ', &word);
	if (!str_to_uint(word, UINT32_MAX, &number) || number == 0) {
		fail(err, E_PROTOCOL, RETRY_LATER, "%s: a line without a message's number: " STR_FMT, step,
		     STR_ARG(str_slice(line, 0, 80)));
		return pop3_break(pop3, err);
	}
	if (pop3->mail_count >= POP3_MESSAGES_MAX) {
		fail(err, E_LIMIT, RETRY_LATER, "%s: the mailbox has more than %d messages", step, POP3_MESSAGES_MAX);
		return pop3_break(pop3, err);
	}
	*ret_number = (uint32_t)number;
	*ret_rest = str_trim(rest);
	return 0;
}

static int take_size(struct pop3 *pop3, struct str line, struct error *err)
{
	uint32_t number = 0;
	struct str rest, word = STR_NULL;
	uint64_t size = 0;
	int r = read_number(pop3, "list", line, &number, &rest, err);

	if (r < 0)
		return r;
	str_split(&rest, ' ', &word);
	if (!str_to_uint(word, INT64_MAX, &size))
		size = 0;
	mail_at(pop3, number)->size = size;
	return 0;
}

/* RFC 1939 §7: 1 to 70 characters from 0x21 to 0x7e. Longer ones are taken as far as they can be kept; what isn't such
 * a name at all is none. */
static bool is_name(struct str text)
{
	bool good = text.n && text.n <= POP3_NAME_MAX;

	for (size_t i = 0; i < text.n && good; i++)
		good = text.p[i] > 0x20 && text.p[i] < 0x7f;
	return good;
}

static int take_name(struct pop3 *pop3, struct str line, struct error *err)
{
	uint32_t number = 0;
	struct pop3_mail *mail;
	struct str rest;
	int r = read_number(pop3, "uidl", line, &number, &rest, err);

	if (r < 0)
		return r;
	mail = mail_at(pop3, number);
	if (is_name(rest) && !mail->name.n)
		mail->name = arena_str(pop3->texts, rest);
	return 0;
}

/* A server that lists out of order may have had a message made twice: the first is kept. */
static void put_in_order(struct pop3 *pop3)
{
	size_t n = 0;

	if (pop3->mail_count)
		qsort(pop3->mails, pop3->mail_count, sizeof *pop3->mails, compare_numbers);
	for (size_t i = 0; i < pop3->mail_count; i++)
		if (n == 0 || pop3->mails[n - 1].number != pop3->mails[i].number)
			pop3->mails[n++] = pop3->mails[i];
	pop3->mail_count = n;
}

/* A listing that is refused though not needed is left empty; unless that passes: names of our own would be others than
 * those of before, and all mail new. */
static int read_listing(struct pop3 *pop3, const char *step, bool is_needed,
                        int (*take_line)(struct pop3 *, struct str, struct error *), struct error *err)
{
	struct pop3_reply reply;
	struct str line;
	int r = pop3_read_reply(pop3, step, &reply, err);

	if (r < 0)
		return r;
	if (!reply.ok) {
		if (!is_needed)
			return pop3_check_passing(pop3, &reply, step, err);
		pop3_refused(&reply, step, SCOPE_ACCOUNT, E_REFUSED, RETRY_LATER, err);
		return pop3_break(pop3, err);
	}
	/* A large mailbox may take its time, but not for ever: each line alone would be in time. */
	stream_step(pop3->stream, step, MIN(pop3->options.step_timeout_ms, INT_MAX / LISTING_STEPS) * LISTING_STEPS);
	for (size_t lines = 1; (r = pop3_read_line(pop3, &line, err)) > 0; lines++) {
		if (lines > LINES_MAX) {
			fail(err, E_LIMIT, RETRY_LATER, "%s: the list has more than %d lines", step, LINES_MAX);
			return pop3_break(pop3, err);
		}
		r = take_line(pop3, line, err);
		if (r < 0)
			return r;
	}
	put_in_order(pop3);
	return r;
}

static int read_listings(struct pop3 *pop3, struct error *err)
{
	/* A server without CAPA may have UIDL all the same; one that has it and refuses leaves the names to us. */
	bool asks_uidl = (pop3->capabilities & POP3_CAP_UIDL) || !pop3->has_capabilities;
	bool asks_together = pop3_is_pipelined(pop3);
	int r = pop3_send(pop3, err, "LIST");

	if (r == 0 && asks_uidl && asks_together)
		r = pop3_send(pop3, err, "UIDL");
	if (r == 0)
		r = read_listing(pop3, "list", true, take_size, err);
	if (r == 0 && asks_uidl && !asks_together)
		r = pop3_send(pop3, err, "UIDL");
	if (r == 0 && asks_uidl)
		r = read_listing(pop3, "uidl", false, take_name, err);
	return r;
}

/* ---------------------------------------------------------------- names and numbers */

/* Some servers give two messages one name: then the name says nothing. */
static void drop_doubled_names(struct pop3 *pop3)
{
	struct map *firsts CLEANUP(map_freep) = map_new();
	bool *doubled CLEANUP(freep) = mem_new(MAX(pop3->mail_count, 1), sizeof *doubled);

	for (size_t i = 0; i < pop3->mail_count; i++) {
		struct pop3_mail *first =
		        pop3->mails[i].name.n ? map_set(firsts, pop3->mails[i].name, &pop3->mails[i]) : NULL;

		if (first)
			doubled[i] = doubled[first - pop3->mails] = true;
	}
	for (size_t i = 0; i < pop3->mail_count; i++)
		if (doubled[i])
			pop3->mails[i].name = STR_NULL;
}

static int compare_uids(const void *a, const void *b)
{
	const struct pop3_mail *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static int number_mails(struct pop3 *pop3, struct error *err)
{
	size_t n = pop3->mail_count;
	struct str *names CLEANUP(freep) = mem_new(MAX(n, 1), sizeof *names);
	uint32_t *uids CLEANUP(freep) = mem_new(MAX(n, 1), sizeof *uids);
	const struct names_look look = {.names = names, .count = n, .complete = !pop3->any_waits, .ret_uids = uids};
	int r;

	for (size_t i = 0; i < n; i++)
		names[i] = pop3->mails[i].name;
	r = names_look(pop3->names, &look, err);
	if (r < 0)
		return pop3_break(pop3, err);
	for (size_t i = 0; i < n; i++)
		pop3->mails[i].uid = uids[i];
	if (n)
		qsort(pop3->mails, n, sizeof *pop3->mails, compare_uids);
	return 0;
}

int pop3_list_mailbox(struct pop3 *pop3, struct error *err)
{
	int r = read_listings(pop3, err);

	if (r < 0)
		return r;
	drop_doubled_names(pop3);
	r = pop3_name_unnamed(pop3, err);
	return r < 0 ? r : number_mails(pop3, err);
}

struct pop3_mail *pop3_find(struct pop3 *pop3, uint32_t uid)
{
	const struct pop3_mail key = {.uid = uid};

	return pop3->mail_count ? bsearch(&key, pop3->mails, pop3->mail_count, sizeof key, compare_uids) : NULL;
}
