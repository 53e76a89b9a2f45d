/* What came in a span of days. POP3 has no such search, and no date of arrival either: what is there is looked at by
 * TOP (RFC 1939 §7, optional), and counts by the uppermost Received field, which the server wrote when it took the
 * mail; else by Date. A message that tells no day counts as one of these days: read once too often is no harm, left out
 * is. See session.h. */
#include "receive/pop3/session.h"

#include "base/mem.h"
#include "mime/date.h"

#define HEADER_MAX KIB(64) /* where a header is longer, as much of it is looked at */
#define AHEAD      50

struct search {
	struct pop3 *pop3;
	int64_t since, before;
	void (*each)(void *ctx, uint32_t uid);
	void *ctx;
	size_t count, headers; /* of messages told; of headers read */
};

/* ---------------------------------------------------------------- the day of one message */

static void keep_header(void *ctx, struct str bytes)
{
	struct buf *header = ctx;

	buf_add(header, str_slice(bytes, 0, MIN(bytes.n, HEADER_MAX - header->n)));
}

/* The first field of that name with its folded lines, behind the colon; empty: there is none. */
static struct str find_field(struct str header, struct str name)
{
	struct str rest = header, line;

	while (rest.n && str_split(&rest, '\n', &line) && str_trim(line).n) {
		const char *begin = line.p + name.n, *end = line.p + line.n;

		if (!str_starts_nocase(line, name))
			continue;
		while (rest.n && (*rest.p == ' ' || *rest.p == '\t') && str_split(&rest, '\n', &line))
			end = line.p + line.n;
		return str_new(begin, (size_t)(end - begin));
	}
	return STR_NULL;
}

/* Unix ms; 0: it doesn't tell. */
static int64_t arrival(struct str header)
{
	int64_t at = date_of_received(find_field(header, STR("Received:")));

	return at ? at : date_parse(find_field(header, STR("Date:")));
}

/* ---------------------------------------------------------------- all of them */

static bool is_in(const struct search *search, int64_t at)
{
	return !at || (at >= search->since && (!search->before || at < search->before));
}

static int weigh(struct search *search, const struct pop3_mail *mail, struct error *err)
{
	struct buf header CLEANUP(buf_done) = BUF_INIT(HEADER_MAX);
	struct pop3_reply reply;
	int r = pop3_read_reply(search->pop3, "top", &reply, err);

	if (r == 0 && reply.ok) {
		r = pop3_read_data(search->pop3, keep_header, &header, err);
		search->headers++;
	}
	if (r == 0 && is_in(search, arrival(buf_str(&header)))) {
		search->each(search->ctx, mail->uid);
		search->count++;
	}
	return r;
}

static int weigh_all(struct search *search, struct error *err)
{
	struct pop3 *pop3 = search->pop3;
	size_t asked = 0, ahead = pop3_is_pipelined(pop3) ? AHEAD : 1;

	for (size_t i = 0; i < pop3->mail_count; i++) {
		int r = 0;

		for (; r == 0 && asked < pop3->mail_count && asked < i + ahead; asked++)
			r = pop3_send(pop3, err, "TOP %u 0", pop3->mails[asked].number);
		if (r == 0)
			r = weigh(search, &pop3->mails[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

int pop3_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                     void *ctx, struct error *err)
{
	struct search search = {(struct pop3 *)r, since, before, each, ctx, 0, 0};
	struct pop3 *pop3 = search.pop3;
	bool has_top = !pop3->has_capabilities || pop3->capabilities & POP3_CAP_TOP;
	int rc = pop3_forget_scan(pop3, err);

	if (rc == 0 && has_top)
		rc = weigh_all(&search, err);
	if (rc < 0)
		return rc;
	if (!has_top || (pop3->mail_count && !search.headers))
		return fail(err, E_UNSUPPORTED, RETRY_NEVER,
		            "POP3 has no search by date, and this server hands out no headers by which it could be "
		            "done here (TOP)");
	return (int)search.count;
}
