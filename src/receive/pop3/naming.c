/* Names for messages whose server has none for them (UIDL is optional), or has given one name to several: the digest of
 * the header and the size, by TOP; without TOP the digest of the whole message. Fields that servers write into the
 * header when a mail is read don't count. Copies of one mail get " 2", " 3" behind it, in the order of their numbers.
 */
#include "receive/pop3/session.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "security/digest.h"

#define HEADER_MAX KIB(256) /* what is longer is digested as it is */
#define AHEAD      50

/* ---------------------------------------------------------------- the digest of one message */

struct naming {
	struct digesting *digest;
	struct buf header;
	bool in_body;   /* the header has been digested */
	bool with_body; /* the body counts as well */
};

static bool is_written_by_servers(struct str line)
{
	static const struct str names[] = {STR_INIT("Status:"), STR_INIT("X-Status:"),      STR_INIT("X-Keywords:"),
	                                   STR_INIT("X-UID:"),  STR_INIT("X-UIDL:"),        STR_INIT("X-IMAP:"),
	                                   STR_INIT("Lines:"),  STR_INIT("Content-Length:")};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_starts_nocase(line, names[i]))
			return true;
	return false;
}

static void digest_header(struct naming *n)
{
	struct str rest = buf_str(&n->header), line;

	while (rest.n && str_split(&rest, '\n', &line))
		if (!is_written_by_servers(line)) {
			digest_add(n->digest, line);
			digest_add(n->digest, STR("\n"));
		}
	n->in_body = true;
	buf_clear(&n->header);
}

static void take_bytes(void *ctx, struct str bytes)
{
	struct naming *n = ctx;
	size_t before = n->header.n;
	ptrdiff_t end;

	if (n->in_body) {
		if (n->with_body)
			digest_add(n->digest, bytes);
		return;
	}
	buf_add(&n->header, bytes);
	if (n->header.failed) {
		digest_header(n);
		digest_add(n->digest, bytes);
		return;
	}
	before -= MIN(before, 3);
	end = str_find(str_slice(buf_str(&n->header), before, n->header.n), STR("\r\n\r\n"));
	if (end >= 0) {
		struct buf header = n->header;
		size_t length = before + (size_t)end + 2;

		if (n->with_body)
			bytes = str_slice(buf_str(&header), length, header.n);
		n->header.n = length;
		if (n->with_body)
			digest_add(n->digest, bytes);
		digest_header(n);
	}
}

static struct str finish_name(struct pop3 *pop3, struct naming *n, uint64_t size)
{
	unsigned char digest[DIGEST_MAX];
	struct buf hex CLEANUP(buf_done) = BUF_INIT(2 * DIGEST_MAX);

	if (!n->in_body)
		digest_header(n);
	digest_end(n->digest, digest);
	buf_done(&n->header);
	for (size_t i = 0; i < sizeof digest; i++)
		buf_printf(&hex, "%02x", digest[i]);
	/* a space is in no UIDL */
	return n->with_body ? arena_printf(pop3->texts, "whole %s", buf_cstr(&hex))
	                    : arena_printf(pop3->texts, "header %s %llu", buf_cstr(&hex), (unsigned long long)size);
}

/* TOP that is refused for now: by its whole text the message would get another name than it may have. It waits; but
 * where all are to slow down: negative. */
static int take_refused(struct pop3 *pop3, struct pop3_mail *mail, const struct pop3_reply *reply, struct error *err)
{
	struct error fault;

	if (pop3_refused(reply, "top", SCOPE_ACCOUNT, E_REFUSED, RETRY_NEVER, &fault) == E_THROTTLED)
		return pop3_check_passing(pop3, reply, "top", err);
	mail->must_wait = fault.retry == RETRY_LATER;
	return 0;
}

/* 1 named; 0 refused. */
static int read_name(struct pop3 *pop3, struct pop3_mail *mail, bool whole, struct error *err)
{
	struct naming naming = {.header = BUF_INIT(HEADER_MAX), .with_body = whole};
	struct pop3_reply reply;
	int r = pop3_read_reply(pop3, "top", &reply, err);

	if (r < 0 || !reply.ok)
		return r < 0 ? r : take_refused(pop3, mail, &reply, err);
	naming.digest = digest_begin();
	r = pop3_read_data(pop3, take_bytes, &naming, err);
	mail->name = finish_name(pop3, &naming, mail->size);
	return r < 0 ? r : 1;
}

/* ---------------------------------------------------------------- all of them */

static int ask(struct pop3 *pop3, const struct pop3_mail *mail, bool whole, struct error *err)
{
	return whole ? pop3_send(pop3, err, "RETR %u", mail->number) : pop3_send(pop3, err, "TOP %u 0", mail->number);
}

static bool is_unnamed(const struct pop3_mail *mail)
{
	return mail->name.n == 0;
}

/* One round over those without a name: several asked ahead. `list` are indexes of them. */
static int name_these(struct pop3 *pop3, const uint32_t *list, size_t n, bool whole, struct error *err)
{
	size_t asked = 0, ahead = pop3_is_pipelined(pop3) ? AHEAD : 1;

	for (size_t i = 0; i < n; i++) {
		int r = 0;

		while (r == 0 && asked < n && asked < i + ahead)
			r = ask(pop3, &pop3->mails[list[asked++]], whole, err);
		if (r == 0)
			r = read_name(pop3, &pop3->mails[list[i]], whole, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static size_t list_unnamed(const struct pop3 *pop3, uint32_t *list)
{
	size_t n = 0;

	for (size_t i = 0; i < pop3->mail_count; i++)
		if (is_unnamed(&pop3->mails[i]) && !pop3->mails[i].must_wait)
			list[n++] = (uint32_t)i;
	return n;
}

/* What can't be named now is left for the next connection. */
static void drop_unnamed(struct pop3 *pop3)
{
	size_t n = 0;

	for (size_t i = 0; i < pop3->mail_count; i++) {
		pop3->any_waits |= pop3->mails[i].must_wait;
		if (is_unnamed(&pop3->mails[i]))
			log_warning("receive", "the server neither names message %u nor hands it out: it waits",
			            pop3->mails[i].number);
		else
			pop3->mails[n++] = pop3->mails[i];
	}
	pop3->mail_count = n;
}

static void tell_copies_apart(struct pop3 *pop3, const uint32_t *list, size_t n)
{
	struct map *counts CLEANUP(map_freep) = map_new();

	for (size_t i = 0; i < n; i++) {
		struct pop3_mail *mail = &pop3->mails[list[i]];
		uintptr_t count = (uintptr_t)map_get(counts, mail->name) + 1;

		if (is_unnamed(mail))
			continue;
		map_set(counts, mail->name, (void *)count);
		if (count > 1)
			mail->name = arena_printf(pop3->texts, STR_FMT " %zu", STR_ARG(mail->name), (size_t)count);
	}
}

int pop3_name_unnamed(struct pop3 *pop3, struct error *err)
{
	uint32_t *all CLEANUP(freep) = mem_new(MAX(pop3->mail_count, 1), sizeof *all),
	              *list CLEANUP(freep) = mem_new(MAX(pop3->mail_count, 1), sizeof *list);
	size_t count = list_unnamed(pop3, all);
	bool has_top = (pop3->capabilities & POP3_CAP_TOP) || !pop3->has_capabilities;
	int r = 0;

	if (count && has_top)
		r = name_these(pop3, all, count, false, err);
	if (r == 0 && count)
		r = name_these(pop3, list, list_unnamed(pop3, list), true, err);
	if (r < 0)
		return r;
	tell_copies_apart(pop3, all, count);
	drop_unnamed(pop3);
	return 0;
}
