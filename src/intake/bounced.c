/* See bounced.h. */
#include "intake/bounced.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/random.h"
#include "intake/no_answer.h"
#include "mime/idna.h"
#include "security/token.h"
#include "send/sent_copy.h"
#include "store/cases.h"
#include "store/suppressions.h"

#include <jansson.h>

#define MAX_AGE        HOURS_MS(24 * 30) /* between our mail and a report that is believed */
#define WEAK_AGE       HOURS_MS(24 * 10) /* the same where only the address fits */
#define MAX_TEXT_IDS   5
#define MAX_WEAK       5
#define MAX_DIAGNOSTIC 1000

/* ---------------------------------------------------------------- is it a report? */

void bounced_read(struct item *item, const struct bounces *bounces)
{
	struct delivery_report report = {.bounces = *bounces, .receipt = message_receipt(item->arena, item->message)};
	const struct bounces *b = bounces;
	enum bounce_reason first = b->count ? b->recipients[0].reason : REASON_UNDEFINED;

	if (b->is_bounce || item->automatic.kind == AUTO_DELIVERY_REPORT)
		report.kind = REPORT_BOUNCE;
	else if (first == REASON_FEEDBACK)
		report.kind = REPORT_COMPLAINT;
	else if (first == REASON_DELIVERED)
		report.kind = REPORT_DELIVERY;
	else if (report.receipt.found)
		report.kind = REPORT_RECEIPT;
	else
		return;
	item->report = ARENA_NEW(item->arena, struct delivery_report);
	*item->report = report;
	/* A person may have been taken for the writer: what is a report now isn't answered. */
	if (item->automatic.kind == AUTO_NONE)
		item->automatic =
		        (struct classification){.kind = report.kind == REPORT_COMPLAINT ? AUTO_COMPLAINT
		                                        : report.kind == REPORT_RECEIPT ? AUTO_READ_RECEIPT
		                                                                        : AUTO_DELIVERY_REPORT,
		                                .evidence = b->evidence};
}

/* ---------------------------------------------------------------- which mail? */

struct search {
	struct item *item;
	struct db *db;
	struct bounced *bounced;
};

static void add_evidence(struct search *s, struct str line)
{
	s->bounced->evidence =
	        arena_printf(s->item->arena, STR_FMT STR_FMT "\n", STR_ARG(s->bounced->evidence), STR_ARG(line));
}

/* 1: it names mail of ours, and *bounced says which. */
static int try_id(struct search *s, const char *what, struct str ident, struct error *err)
{
	struct bounced *b = s->bounced;
	struct arena *arena = s->item->arena;
	int64_t id, now = clock_now_ms();
	int r;

	ident = item_text(s->item, ident);
	if (!ident.n || !str_is_utf8(ident))
		return 0;
	r = outbox_find_ident(s->db, ident, &id, err);
	if (r > 0)
		r = outbox_get(s->db, id, arena, &b->row, err);
	if (r <= 0)
		return r;
	b->case_id = b->row.case_id;
	b->is_sure = now - b->row.created_at <= MAX_AGE;
	add_evidence(s, arena_printf(arena, "won: %s names our mail: " STR_FMT " -> outbox row %lld%s", what,
	                             STR_ARG(ident), (long long)id,
	                             b->is_sure ? "" : ", too long ago: nothing is changed"));
	return 1;
}

static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c);
}

static bool is_domain_char(char c)
{
	return is_alpha(c) || is_digit(c) || c == '.' || c == '-';
}

/* The Message-ID of ours around the '@' at `at`: its token has the length of an answer's or of a
 * letter's. Empty where it is none. */
static struct str id_around(struct str text, size_t at)
{
	size_t start = at, end = at + 1;

	while (start > 0 && at - start <= TOKEN_LEN && is_token_char(text.p[start - 1]))
		start--;
	while (end < text.n && end - at <= 255 && is_domain_char(text.p[end]))
		end++;
	while (end > at + 1 && text.p[end - 1] == '.')
		end--;
	/* Mail that a person sends has the shorter ones. */
	return at - start == TOKEN_LEN || at - start == RANDOM_TOKEN_LEN ? str_slice(text, start, end) : STR("");
}

static struct str without_quote_mark(struct str line)
{
	bool quoted = false;

	for (; line.n && line.p[0] == '>'; quoted = true)
		line = str_slice(line, 1, line.n);
	return quoted && line.n && line.p[0] == ' ' ? str_slice(line, 1, line.n) : line;
}

/* Does the line, or the one that it continues, name older mails of the conversation than the one that came back? */
static bool names_older_mail(struct str line, bool before)
{
	line = without_quote_mark(line);
	if (before && line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		return true;
	line = str_trim(line);
	return str_starts_nocase(line, STR("References:")) || str_starts_nocase(line, STR("In-Reply-To:"));
}

/* Some systems write our Message-ID into their prose, or the whole mail. */
static int look_in_text(struct search *s, struct error *err)
{
	struct str rest = s->item->body_text, line;
	int left = MAX_TEXT_IDS, r = 0;
	bool older = false;

	while (r == 0 && left && str_split(&rest, '\n', &line)) {
		older = names_older_mail(line, older);
		for (size_t at = 0; r == 0 && left && !older && at < line.n; at++) {
			struct str ident = line.p[at] == '@' ? id_around(line, at) : STR("");

			if (!ident.n)
				continue;
			left--;
			r = try_id(s, "the text", ident, err);
		}
	}
	return r;
}

/* Only the nearest: those behind it are older mails of the conversation, which didn't come back. */
static int look_at_references(struct search *s, struct error *err)
{
	const struct message *m = s->item->message;
	int r = m->in_reply_to_count ? try_id(s, "In-Reply-To", m->in_reply_to[0], err) : 0;

	if (r == 0 && m->reference_count)
		r = try_id(s, "References", m->references[m->reference_count - 1], err);
	return r;
}

/* Whoever knows an address of a customer can write such a report: it is told, and that is all. */
static int look_for_address(struct search *s, int64_t *ret_row, struct error *err)
{
	const struct delivery_report *report = s->item->report;
	bool is_receipt = report->kind == REPORT_RECEIPT;
	size_t n = is_receipt ? 1 : MIN(report->bounces.count, (size_t)MAX_WEAK);
	int64_t newest = 0;

	for (size_t i = 0; i < n; i++) {
		struct str address = item_lower(s->item, is_receipt ? report->receipt.recipient
		                                                    : report->bounces.recipients[i].address);
		int64_t id;
		int r = address.n ? outbox_find_address(s->db, address, clock_now_ms() - WEAK_AGE, &id, err) : 0;

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		newest = newest ? newest : id;
		add_evidence(s, arena_printf(s->item->arena,
		                             "weak: no id of ours, only the address: our newest mail to " STR_FMT
		                             " is outbox row %lld; nothing is changed",
		                             STR_ARG(address), (long long)id));
	}
	*ret_row = newest;
	return 0;
}

static const char *why_no_answer(struct item *item, const struct bounced *b, int64_t weak_row)
{
	if (b->is_sure)
		return "a report on mail of ours gets no answer";
	if (b->row.id)
		return "a report gets no answer; the mail that it names is too old";
	return weak_row ? arena_printf(item->arena,
	                               "a report gets no answer; it knows no id of ours, only an address (outbox row "
	                               "%lld)",
	                               (long long)weak_row)
	                          .p
	                : "a report gets no answer; it names no mail of ours";
}

int bounced_match(struct item *item, struct db *db, const struct threading *threading, struct bounced *ret_bounced,
                  struct error *err)
{
	const struct delivery_report *report = item->report;
	struct bounced bounced = {.evidence = STR("")};
	struct search s = {item, db, &bounced};
	int64_t weak_row = 0;
	int r = try_id(&s, "ENVID", report->bounces.envelope_id, err);

	if (r == 0)
		r = try_id(&s, "the returned mail's Message-ID", report->bounces.original_message_id, err);
	if (r == 0)
		r = try_id(&s, "the returned mail's first Message-ID", report->bounces.original_first_id, err);
	if (r == 0)
		r = try_id(&s, "Original-Message-ID", report->receipt.original_message_id, err);
	if (r == 0)
		r = look_at_references(&s, err);
	if (r == 0)
		r = look_in_text(&s, err);
	if (r == 0) {
		bounced.case_id = threading->case_id;
		bounced.evidence = threading_text(item->arena, threading);
		r = look_for_address(&s, &weak_row, err);
	}
	if (r < 0)
		return r;
	no_answer(item, NO_ANSWER_REPORT, why_no_answer(item, &bounced, weak_row));
	*ret_bounced = bounced;
	return 0;
}

/* ---------------------------------------------------------------- what does it say of whom? */

enum told { TOLD_NOTHING, TOLD_BOUNCED, TOLD_DELAYED, TOLD_DELIVERED, TOLD_PASSED_ON, TOLD_COMPLAINED };

/* One recipient's part of a report, brought to a recipient of the row. */
struct notice {
	enum told told;
	struct str address, original, status, diagnostic, mta;
	const char *reason;
	enum address_verdict verdict;
};

/* RFC 5965 §7.3, RFC 6591, RFC 6430: of the kinds of feedback these say "no more". Amazon tells none where it is one.
 */
static bool is_complaint(struct str feedback_type)
{
	return !feedback_type.n || str_eq(feedback_type, STR("abuse")) || str_starts(feedback_type, STR("opt-out"));
}

static enum told told_of(const struct bounces *b, const struct bounce_recipient *r)
{
	if (r->reason == REASON_FEEDBACK)
		return is_complaint(b->feedback_type) ? TOLD_COMPLAINED : TOLD_NOTHING;
	if (str_eq(r->action, STR("delivered")))
		return TOLD_DELIVERED;
	if (str_eq(r->action, STR("relayed")) || str_eq(r->action, STR("expanded")))
		return TOLD_PASSED_ON;
	return str_eq(r->action, STR("delayed")) ? TOLD_DELAYED : b->is_bounce ? TOLD_BOUNCED : TOLD_NOTHING;
}

static struct notice notice_of(struct item *item, size_t i)
{
	const struct bounces *b = &item->report->bounces;
	const struct receipt *receipt = &item->report->receipt;
	struct notice n = {
	        .address = STR(""), .original = STR(""), .status = STR(""), .diagnostic = STR(""), .reason = ""};

	n.mta = b->reporting_mta;
	if (item->report->kind == REPORT_RECEIPT) {
		n.told = receipt->is_displayed ? TOLD_DELIVERED : TOLD_NOTHING;
		n.address = receipt->recipient;
		n.reason = receipt->is_displayed ? "displayed" : "";
	} else if (!b->count) { /* it names nobody, but says that mail failed */
		n.told = b->is_bounce ? TOLD_BOUNCED : TOLD_NOTHING;
		n.reason = bounce_reason_word(REASON_UNDEFINED);
	} else {
		const struct bounce_recipient *r = &b->recipients[i];

		n.told = told_of(b, r);
		n.address = r->address;
		n.original = r->original;
		n.status = r->status;
		n.diagnostic = r->diagnostic;
		n.reason = bounce_reason_word(r->reason);
		n.verdict = bounce_verdict(r);
	}
	return n;
}

static size_t notice_count(const struct delivery_report *report)
{
	return report->kind == REPORT_RECEIPT ? 1 : MAX(report->bounces.count, (size_t)1);
}

/* The state that a recipient comes into; NULL where the report changes nothing. */
static const char *state_after(const char *old, enum told told)
{
	bool had_it = strcmp(old, "sent") == 0 || strcmp(old, "uncertain") == 0 || strcmp(old, "delayed") == 0;

	switch (told) {
	case TOLD_NOTHING:
		return NULL;
	case TOLD_BOUNCED:
		return strcmp(old, "bounced") == 0 || strcmp(old, "suppressed") == 0 ? NULL : "bounced";
	case TOLD_DELAYED:
		return had_it ? "delayed" : NULL;
	case TOLD_DELIVERED:
	case TOLD_COMPLAINED:
		return had_it ? "delivered" : NULL;
	case TOLD_PASSED_ON:
		return strcmp(old, "uncertain") == 0 ? "sent" : NULL;
	}
	return NULL;
}

/* ---------------------------------------------------------------- effects */

struct effects {
	struct item *item;
	struct db *db;
	const struct bounced *bounced;
	struct map *by_address; /* lower case → recipient of the row */
	bool was_uncertain;
	int64_t now;
};

/* Reports name an address as it was written in the envelope: small differences in letters, and the domain in ASCII. */
static struct str address_key(struct item *item, struct str address)
{
	struct buf ascii CLEANUP(buf_done) = BUF_INIT(KIB(2));

	idna_put_address(&ascii, address);
	return item_lower(item, ascii.failed ? address : buf_str(&ascii));
}

static struct map *recipients_by_address(struct item *item, const struct outbox_row *row)
{
	struct map *map = map_new();

	for (size_t i = 0; i < row->recipient_count; i++)
		(void)map_set(map, address_key(item, str_of(row->recipients[i].address)), &row->recipients[i]);
	return map;
}

/* A mail that was forwarded comes back with an address that we never wrote to: where ours is the only one it is meant,
 * but isn't proven to be no good. */
static struct outbox_recipient *recipient_of(const struct effects *e, const struct notice *n, bool *ret_is_named)
{
	const struct outbox_row *row = &e->bounced->row;
	struct outbox_recipient *found = map_get(e->by_address, address_key(e->item, n->address));

	if (!found && n->original.n)
		found = map_get(e->by_address, address_key(e->item, n->original));
	*ret_is_named = found != NULL;
	if (!found && row->recipient_count == 1 && notice_count(e->item->report) == 1)
		found = &row->recipients[0];
	return found;
}

static const char *text_of(struct item *item, struct str text)
{
	return arena_cstr(item->arena, str_is_utf8(text) ? item_text(item, item_cut(text, MAX_DIAGNOSTIC)) : STR(""));
}

/* 1: it is suppressed now. */
static int suppress(const struct effects *e, const struct notice *n, const struct outbox_recipient *to, bool is_named,
                    struct error *err)
{
	const struct outbox_row *row = &e->bounced->row;
	const struct suppression_cause cause = {
	        .address = str_of(to->address),
	        .account = row->account,
	        .class = n->reason,
	        .status = text_of(e->item, n->status),
	        .note = text_of(e->item, n->diagnostic),
	        .message_id = e->item->ledger.message_id,
	        .case_id = row->case_id,
	        .at = e->now,
	};

	if (n->told == TOLD_COMPLAINED && (is_named || !n->address.n))
		return suppression_complaint(e->db, e->item->arena, &cause, err);
	if (n->told != TOLD_BOUNCED || !is_named)
		return 0;
	if (n->verdict == ADDRESS_DEAD)
		return suppression_hard_bounce(e->db, e->item->arena, &cause, err);
	return n->verdict == ADDRESS_TROUBLED ? suppression_soft_bounce(e->db, e->item->arena, &cause, err) : 0;
}

static int tell(const struct effects *e, const struct notice *n, const struct outbox_recipient *to, bool suppressed,
                struct error *err)
{
	const char *kind = n->told == TOLD_COMPLAINED ? "mail.complaint"
	                   : n->told == TOLD_BOUNCED  ? "mail.bounced"
	                   : n->told == TOLD_DELAYED  ? "mail.delayed"
	                                              : "mail.delivered";
	const struct outbox_row *row = &e->bounced->row;
	json_t *object = json_pack("{s:I, s:s, s:s, s:s, s:s, s:b}", "outbox", (json_int_t)row->id, "address",
	                           to->address, "status", to->status, "reason", to->reason, "diagnostic",
	                           to->diagnostic, "suppressed", (int)suppressed);
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	struct str data = arena_str(e->item->arena, text ? str_of(text) : STR("{}"));

	free(text);
	json_decref(object);
	return event_add(e->db,
	                 &(struct new_event){.kind = kind,
	                                     .account = row->account,
	                                     .case_id = row->case_id,
	                                     .message_id = e->item->ledger.message_id,
	                                     .data = data,
	                                     .at = e->now},
	                 err);
}

/* One recipient. A second report of the same failure changes nothing and counts for nothing. */
static int take_notice(struct effects *e, const struct notice *n, struct error *err)
{
	bool is_named;
	struct outbox_recipient *to = recipient_of(e, n, &is_named);
	const char *state = to ? state_after(to->state, n->told) : NULL;
	int r = 0, suppressed;

	if (!to || (!state && n->told != TOLD_COMPLAINED))
		return 0;
	e->was_uncertain |= strcmp(to->state, "uncertain") == 0;
	to->state = state ? state : to->state;
	to->status = text_of(e->item, n->status);
	to->reason = n->reason;
	to->diagnostic = text_of(e->item, n->diagnostic);
	to->mta = text_of(e->item, n->mta);
	to->reported_at = e->now;
	to->report_id = e->item->ledger.message_id;
	r = outbox_note_report(e->db, e->bounced->row.id, (size_t)(to - e->bounced->row.recipients), to, err);
	if (r < 0)
		return r;
	suppressed = suppress(e, n, to, is_named, err);
	return suppressed < 0 ? suppressed : tell(e, n, to, suppressed > 0, err);
}

static bool may_be_split(const struct item *item, const struct outbox_row *row)
{
	const struct account *account = setup_account(item->place->setup, row->account);
	const struct provider *provider = account ? setup_provider(item->place->setup, account->provider) : NULL;
	int64_t most = provider ? provider->limits.recipients_per_message : 0;

	return most > 0 && row->recipient_count > (size_t)most;
}

/* The mail that was in doubt did leave, it turns out. */
static int owe_copy(const struct effects *e, struct error *err)
{
	struct outbox_row row;
	int r = outbox_get(e->db, e->bounced->row.id, e->item->arena, &row, err);

	return r <= 0 ? r : sent_copy_owe(e->item->place->setup, e->db, &row, e->now, err);
}

int bounced_apply(struct item *item, struct db *db, const struct bounced *bounced, struct error *err)
{
	struct map *by_address CLEANUP(map_freep) = recipients_by_address(item, &bounced->row);
	struct effects e = {item, db, bounced, by_address, false, clock_now_ms()};
	int r = 0;

	if (!bounced->is_sure)
		return 0;
	for (size_t i = 0; r == 0 && i < notice_count(item->report); i++) {
		const struct notice n = notice_of(item, i);

		r = take_notice(&e, &n, err);
	}
	/* A report proves the one transaction that it tells of, and such a letter may have had several. */
	if (r == 0 && e.was_uncertain && !may_be_split(item, &bounced->row))
		r = outbox_resolve_uncertain(db, bounced->row.id, e.now, err);
	if (r == 0)
		r = outbox_follow(db, bounced->row.id, bounced->row.created_at, err);
	return r < 0 || !e.was_uncertain ? r : owe_copy(&e, err);
}
