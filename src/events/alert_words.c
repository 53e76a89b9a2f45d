/* See alert_words.h. */
#include "events/alert_words.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/event_kinds.h"

#include <jansson.h>

#define MOST_SHOWN   40  /* subjects in one mail */
#define MOST_OF_TEXT 400 /* bytes of a text from outside */

/* clang-format off */
const struct alert_word alert_words[] = {
	{"listener.failed", "listener.works", true, "listener",
	 "Listener {subject} can't read its mailbox", "Listener {subject} can't read its mailbox ({count} times)",
	 "Listener {subject} reads its mailbox again",
	 "Nothing is lost: the mail waits on its server, and the listener tries again by itself. If it lasts, test the account (hauspost "
	 "test ACCOUNT, or \"Test connectivity\" in the Studio): it says what is wrong and which setting to look at.",
	 "/listeners/{subject}"},
	{"sender.failed", "sender.works", true, "sender",
	 "Account {subject} can't send", "Account {subject} can't send ({count} times)", "Account {subject} sends again",
	 "Nothing is lost: letters wait in the outbox and are tried again by themselves, for five days. If it lasts, test the account "
	 "(hauspost test {subject}, or \"Test connectivity\" in the Studio).",
	 "/accounts/{subject}"},
	{"inlet.failed", "inlet.works", true, "inlet",
	 "Inlet {subject} can't be opened", "Inlet {subject} can't be opened ({count} times)", "Inlet {subject} is open again",
	 "The mail server keeps what it has for it, and comes back. See that no other program uses the inlet's address, and that the "
	 "folder of its socket exists.",
	 "/inlets/{subject}"},
	{"webhook.disabled", NULL, true, "webhook",
	 "Webhook {subject} was switched off", "Webhook {subject} was switched off ({count} times)", NULL,
	 "Mend its endpoint, then save the webhook (any change enables it). 'hauspost webhooks replay {subject} --after EVENT' sends "
	 "what it missed.",
	 "/webhooks/{subject}"},
	{"message.parked", NULL, true, "listener",
	 "A mail for listener {subject} could not be handled", "{count} mails for listener {subject} could not be handled", NULL,
	 "They are kept whole. 'hauspost ledger list parked' says why; once that is mended, 'hauspost ledger retry' handles them.",
	 "/ledger"},
	{"message.held", NULL, true, "listener",
	 "A mail for listener {subject} waits for a decision", "{count} mails for listener {subject} wait for a decision", NULL,
	 "Their senders are not proven to be who they say. 'hauspost ledger list held' shows them; release or discard each.",
	 "/ledger"},
	{"outbox.uncertain", NULL, true, NULL,
	 "It isn't known whether a letter of account {subject} was sent", "It isn't known whether {count} letters of account {subject} were sent",
	 NULL,
	 "The connection broke at the last moment, so it is never repeated by itself. Look into the Sent folder or ask the recipient, "
	 "then send it again (hauspost outbox requeue) or leave it.",
	 "/outbox"},
	{"expiry.warning", NULL, true, "what",
	 "{subject} runs out", "{subject} runs out", NULL,
	 "Get a new one in time and put it in its place: what uses it stops when it ends.",
	 "/expiring"},
	{"outbox.failed", NULL, false, NULL,
	 "A letter of account {subject} can't be sent", "{count} letters of account {subject} can't be sent", NULL,
	 "The server refused it for good, or it was tried for five days. The outbox shows the server's words.",
	 "/outbox"},
	{"account.throttled", "account.resumed", false, NULL,
	 "The provider of account {subject} asks to slow down", "The provider of account {subject} asks to slow down ({count} times)",
	 "Account {subject} goes on", "It goes on by itself after the time that the provider asked for.", "/accounts/{subject}"},
	{"loop.opened", "loop.closed", false, "name",
	 "Automatic answers to {subject} are stopped", "Automatic answers to {subject} are stopped ({count} times)",
	 "Automatic answers to {subject} pass again", "Two machines seem to answer each other. 'hauspost loops' shows it.", "/events"},
	{"alert.test", NULL, false, "alert",
	 "This is a test", "This is a test", NULL, "Nothing is wrong: somebody tried whether alerts arrive.", "/alerts/{subject}"},
	{NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL},
};

/* What of an event's data is shown, and as what. */
static const struct {
	const char *field, *label;
	bool is_time;
} details[] = {
	{"error", "Why", false}, {"reason", "Why", false}, {"category", "Why", false}, {"text", "What", false},
	{"used_by", "Used by", false}, {"expires_at", "Ends", true}, {"address", "Address", false}, {"by", "By", false},
};
/* clang-format on */

const struct alert_word *alert_word_of(const char *kind)
{
	for (const struct alert_word *word = alert_words; word->kind; word++)
		if (strcmp(word->kind, kind) == 0)
			return word;
	return NULL;
}

const struct alert_word *alert_word_ended_by(const char *kind)
{
	for (const struct alert_word *word = alert_words; word->kind; word++)
		if (word->ends && strcmp(word->ends, kind) == 0)
			return word;
	return NULL;
}

static bool names(const struct alert *alert, const char *kind)
{
	for (size_t i = 0; i < alert->events.count; i++)
		if (event_kind_fits(alert->events.items[i], kind))
			return true;
	return false;
}

bool alert_wants(const struct alert *alert, const char *kind)
{
	const struct alert_word *end = alert_word_ended_by(kind), *word = end ? end : alert_word_of(kind);

	if (alert->events.count == 0)
		return word && word->needs_person;
	return names(alert, kind) || (end && names(alert, end->kind));
}

/* ---------------------------------------------------------------- words */

/* Texts from outside: one line, cut, nothing that acts on a screen. */
static void add_outside(struct buf *out, struct str text)
{
	char room[MOST_OF_TEXT];
	size_t n = MIN(text.n, sizeof room);

	if (n)
		memcpy(room, text.p, n);
	while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	buf_add(out, str_new(room, str_make_printable(room, n, false)));
	if (n < text.n)
		buf_add_cstr(out, " …");
}

static void add_filled(struct buf *out, const char *template, const struct alert_item *item)
{
	struct str rest = str_of(template);

	while (rest.n) {
		if (str_starts(rest, STR("{subject}"))) {
			add_outside(out, str_of(*item->subject ? item->subject : "(several)"));
			rest = str_slice(rest, 9, rest.n);
		} else if (str_starts(rest, STR("{count}"))) {
			buf_printf(out, "%lld", (long long)item->count);
			rest = str_slice(rest, 7, rest.n);
		} else {
			buf_add_char(out, rest.p[0]);
			rest = str_slice(rest, 1, rest.n);
		}
	}
}

static void add_headline(struct buf *out, const struct alert_item *item)
{
	const struct alert_word *word = alert_word_of(item->kind), *end = alert_word_ended_by(item->kind);
	const struct event_kind *kind = event_kind_find(item->kind);

	if (word || end) {
		add_filled(out, end ? end->over : item->count > 1 ? word->all : word->one, item);
		return;
	}
	buf_printf(out, "%s: %s", item->kind, kind ? kind->help : "it happened");
	if (*item->subject) {
		buf_add_cstr(out, ": ");
		add_outside(out, str_of(item->subject));
	}
	if (item->count > 1)
		buf_printf(out, " (%lld times)", (long long)item->count);
}

/* "2026-11-21 08:00 UTC" */
static void add_time(struct buf *out, int64_t at)
{
	char iso[32];

	clock_format_iso(at, iso);
	buf_printf(out, "%.10s %.5s UTC", iso, iso + 11);
}

static void add_span(struct buf *out, int64_t ms)
{
	int64_t minutes = MAX(ms, 0) / MINUTES_MS(1);

	if (minutes < 1)
		buf_add_cstr(out, "less than a minute");
	else if (minutes < 120)
		buf_printf(out, "%lld minute%s", (long long)minutes, minutes == 1 ? "" : "s");
	else if (minutes < 48 * 60)
		buf_printf(out, "%lld hours", (long long)(minutes / 60));
	else
		buf_printf(out, "%lld days", (long long)(minutes / 60 / 24));
}

static void add_when(struct buf *out, const struct alert_item *item)
{
	if (item->began_at) {
		buf_add_cstr(out, "  At ");
		add_time(out, item->last_at);
		buf_add_cstr(out, ", after ");
		add_span(out, item->last_at - item->began_at);
		buf_add_cstr(out, ": it had failed since ");
		add_time(out, item->began_at);
	} else {
		buf_add_cstr(out, item->count > 1 || alert_word_of(item->kind) == NULL ? "  At " : "  Since ");
		add_time(out, item->at);
		if (item->count > 1) {
			buf_add_cstr(out, ", last at ");
			add_time(out, item->last_at);
		}
	}
	buf_add_char(out, '\n');
}

static void add_details(struct buf *out, const struct alert_item *item)
{
	json_t *data = json_loadb(item->data.p, item->data.n, 0, NULL);

	for (size_t i = 0; i < ARRAY_LEN(details); i++) {
		const json_t *value = json_object_get(data, details[i].field);

		if (details[i].is_time ? !json_is_integer(value) : json_string_length(value) == 0)
			continue;
		buf_printf(out, "  %s: ", details[i].label);
		if (details[i].is_time)
			add_time(out, json_integer_value(value));
		else
			add_outside(out, str_of(json_string_value(value)));
		buf_add_char(out, '\n');
	}
	json_decref(data);
}

static void add_item(struct buf *out, const struct alert_item *item, const char *studio)
{
	const struct alert_word *end = alert_word_ended_by(item->kind), *word = end ? end : alert_word_of(item->kind);

	add_headline(out, item);
	buf_add_char(out, '\n');
	add_when(out, item);
	add_details(out, item);
	if (word && !end && word->todo) {
		buf_add_cstr(out, "  What to do: ");
		add_filled(out, word->todo, item);
		buf_add_char(out, '\n');
	}
	if (*studio) {
		struct str url = str_of(studio);

		if (url.p[url.n - 1] == '/')
			url.n--;
		buf_printf(out, "  " STR_FMT "/#", STR_ARG(url));
		add_filled(out, !word ? "/events" : *item->subject ? word->page : "/", item);
		buf_add_char(out, '\n');
	}
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- the mail */

static size_t count_ends(const struct alert_item *items, size_t n)
{
	size_t ends = 0;

	for (size_t i = 0; i < n; i++)
		ends += items[i].began_at != 0;
	return ends;
}

static void write_subject(const struct alert_item *items, size_t n, struct buf *subject)
{
	size_t ends = count_ends(items, n);

	buf_add_cstr(subject, "[Hauspost] ");
	if (n == 1)
		add_headline(subject, &items[0]);
	else if (ends == n)
		buf_printf(subject, "%zu things work again", n);
	else if (ends)
		buf_printf(subject, "%zu thing%s to look at, %zu work%s again", n - ends, n - ends == 1 ? "" : "s",
		           ends, ends == 1 ? "s" : "");
	else
		buf_printf(subject, "%zu things to look at", n);
}

void alert_compose(const struct alert *alert, const struct alert_item *items, size_t n, const char *studio,
                   struct buf *subject, struct buf *text)
{
	write_subject(items, n, subject);
	for (size_t i = 0; i < MIN(n, (size_t)MOST_SHOWN); i++)
		add_item(text, &items[i], studio);
	if (n > MOST_SHOWN)
		buf_printf(text, "… and %zu more: 'hauspost events' shows them all.\n\n", n - MOST_SHOWN);
	buf_printf(text,
	           "-- \nHauspost sends this because of the alert \"%s\" of its set-up: at most one mail in %lld "
	           "minute%s, "
	           "what happens in between comes together.\n",
	           alert->id, (long long)alert->interval_minutes, alert->interval_minutes == 1 ? "" : "s");
}
