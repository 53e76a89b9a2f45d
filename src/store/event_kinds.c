/* See event_kinds.h. */
#include "store/event_kinds.h"

#include "base/str.h"

#include <stdio.h>

#define NEAR 3 /* letters that differ, at most */

/* clang-format off */
static const struct event_field none[] = {{NULL, NULL, NULL}};

const struct event_field event_common[] = {
	{"account",     "string",  "Whose mail it is about; missing where it is nobody's"},
	{"case_id",     "integer", "The case"},
	{"case_number", "string",  "Its number"},
	{"message_id",  "integer", "The message"},
	{"author",      "string",  "Who did it; missing where Hauspost did"},
	{NULL, NULL, NULL},
};

static const struct event_field mail_in[] = {
	{"ledger",     "integer", "Its row in the ledger"},
	{"listener",   "string",  "What read it"},
	{"latency_ms", "integer", "From its arrival at the server (where that is known) to now"},
	{"rule",       "string",  "The rule whose branch decided; missing where it didn't come to one"},
	{"branch",     "string",  "The branch's name, or its place where it has none"},
	{NULL, NULL, NULL},
};

static const struct event_field set_aside[] = {
	{"ledger",   "integer", "Its row in the ledger"},
	{"category", "string",  "Why, as a word"},
	{"listener", "string",  "What read it"},
	{NULL, NULL, NULL},
};

static const struct event_field decided[] = {
	{"ledger", "integer", "Its row in the ledger"},
	{NULL, NULL, NULL},
};

static const struct event_field written[] = {
	{"outbox", "integer", "Its row in the outbox"},
	{NULL, NULL, NULL},
};

static const struct event_field status[] = {
	{"status",   "string",  "The new status"},
	{"resolved", "boolean", "Whether the work is done with it"},
	{NULL, NULL, NULL},
};

static const struct event_field mail_out[] = {
	{"outbox",     "integer", "Its row in the outbox"},
	{"tries",      "integer", "How often it was tried"},
	{"recipients", "array",   "Those it concerns, at most ten: address, code and reply of the server"},
	{NULL, NULL, NULL},
};

static const struct event_field report[] = {
	{"outbox",     "integer", "The row in the outbox of the mail reported on"},
	{"address",    "string",  "The recipient"},
	{"status",     "string",  "Enhanced status (RFC 3463)"},
	{"reason",     "string",  "What it means, as a word"},
	{"diagnostic", "string",  "The server's words"},
	{"suppressed", "boolean", "Whether the address gets no more mail"},
	{NULL, NULL, NULL},
};

static const struct event_field suppressed[] = {
	{"address", "string", "Which gets no mail, or may again"},
	{"reason",  "string", "hard-bounce, soft-bounce, complaint, manual"},
	{"class",   "string", "What was reported, as a word"},
	{"status",  "string", "Enhanced status (RFC 3463)"},
	{NULL, NULL, NULL},
};

static const struct event_field certificate[] = {
	{"address",     "string",  "Whose certificate"},
	{"fingerprint", "string",  "SHA-256, hexadecimal"},
	{"subject",     "string",  "Its subject"},
	{"issuer",      "string",  "Its issuer"},
	{"expires_at",  "integer", "Unix ms"},
	{NULL, NULL, NULL},
};

static const struct event_field throttled[] = {
	{"reason", "string",  "The provider's words"},
	{"until",  "integer", "Unix ms"},
	{NULL, NULL, NULL},
};

static const struct event_field listener_state[] = {
	{"listener", "string", "Which"},
	{"state",    "string", "How it stands now"},
	{"error",    "string", "What went wrong; empty where it works again"},
	{NULL, NULL, NULL},
};

static const struct event_field sender_state[] = {
	{"sender", "string", "The account that sends"},
	{"state",  "string", "How it stands now"},
	{"error",  "string", "What went wrong; empty where it works again"},
	{NULL, NULL, NULL},
};

static const struct event_field inlet_state[] = {
	{"inlet", "string", "Which"},
	{"state", "string", "How it stands now"},
	{"error", "string", "What went wrong; empty where it works again"},
	{NULL, NULL, NULL},
};

static const struct event_field listener_paused[] = {
	{"listener", "string", "Which"},
	{"by",       "string", "Who did it"},
	{NULL, NULL, NULL},
};

static const struct event_field account_paused[] = {
	{"by", "string", "Who did it"},
	{NULL, NULL, NULL},
};

static const struct event_field loop[] = {
	{"scope",      "string",  "address or case"},
	{"name",       "string",  "The address, or the case's id"},
	{"reason",     "string",  "What opened it"},
	{"open_until", "integer", "Unix ms"},
	{NULL, NULL, NULL},
};

static const struct event_field by[] = {
	{"by", "string", "Who did it"},
	{NULL, NULL, NULL},
};

static const struct event_field expiry[] = {
	{"what",       "string",  "What runs out"},
	{"kind",       "string",  "certificate, token, secret …"},
	{"text",       "string",  "For people"},
	{"expires_at", "integer", "Unix ms"},
	{"days",       "integer", "Left"},
	{"used_by",    "string",  "Who needs it"},
	{"signs",      "boolean", "Whether mail is signed with it"},
	{NULL, NULL, NULL},
};

static const struct event_field record[] = {
	{"kind",     "string",  "Kind of record: account, listener …"},
	{"id",       "string",  "Its id"},
	{"by",       "string",  "Who did it"},
	{NULL, NULL, NULL},
};

static const struct event_field alert[] = {
	{"alert", "string", "Which"},
	{NULL, NULL, NULL},
};

static const struct event_field webhook[] = {
	{"webhook", "string", "Which"},
	{"reason",  "string", "Why"},
	{NULL, NULL, NULL},
};

const struct event_kind event_kinds[] = {
	{"case.created",          "A mail opened a case",                                         "case",     mail_in},
	{"case.updated",          "A mail joined a case",                                         "case",     mail_in},
	{"case.reopened",         "A mail joined a resolved case and opened it again",            "case",     mail_in},
	{"case.stranger",         "What joined was by somebody without a part in the case; after case.updated or case.reopened", "case", mail_in},
	{"case.status",           "Somebody set a case's status",                                 "case",     status},
	{"message.filed",         "A mail was kept and changed no case: automatic, a report, our own", "message", mail_in},
	{"message.held",          "A mail waits for a person's decision",                         "message",  set_aside},
	{"message.parked",        "A mail could not be handled and was set aside",                "message",  set_aside},
	{"message.released",      "Somebody let a held mail pass",                                "message",  decided},
	{"message.discarded",     "Somebody discarded a held mail",                               "message",  decided},
	{"message.opened",        "An encrypted mail could be opened after all",                  "message",  none},
	{"message.written",       "Somebody wrote a mail: it waits in the outbox",                "message",  written},
	{"outbox.requeued",       "Somebody has a mail sent once more",                           "message",  written},
	{"outbox.cancelled",      "Somebody stopped a mail that waited",                          "message",  written},
	{"outbox.sent",           "A mail was taken by the server",                               "message",  mail_out},
	{"outbox.delayed",        "A mail waits for long",                                        "message",  mail_out},
	{"outbox.failed",         "A mail can't be sent",                                         "message",  mail_out},
	{"outbox.suppressed",     "A mail was not sent: its recipients get none",                 "message",  mail_out},
	{"outbox.uncertain",      "It isn't known whether a mail was sent; it is not repeated",   "message",  mail_out},
	{"outbox.copy-failed",    "The copy for the Sent folder could not be filed",              "message",  written},
	{"mail.bounced",          "A report says that a mail could not be delivered",             "message",  report},
	{"mail.delayed",          "A report says that a mail is late",                            "message",  report},
	{"mail.delivered",        "A report says that a mail was delivered",                      "message",  report},
	{"mail.complaint",        "A recipient called a mail spam",                               "message",  report},
	{"suppression.added",     "An address gets no more mail",                                 "address",  suppressed},
	{"suppression.lifted",    "An address gets mail again: it was heard from",                "address",  suppressed},
	{"suppression.removed",   "Somebody lets an address get mail again",                      "address",  suppressed},
	{"certificate.learned",   "A correspondent's certificate came with a signed mail",        "address",  certificate},
	{"certificate.added",     "Somebody added a correspondent's certificate",                 "address",  certificate},
	{"certificate.forgotten", "Somebody removed a correspondent's certificate",               "address",  certificate},
	{"account.throttled",     "The provider asked to slow down",                              "account",  throttled},
	{"account.resumed",       "The account goes on",                                          "account",  throttled},
	{"account.paused",        "Somebody paused an account",                                   "account",  account_paused},
	{"account.unpaused",      "Somebody let an account go on",                                "account",  account_paused},
	{"listener.paused",       "Somebody paused a listener",                                   "listener", listener_paused},
	{"listener.unpaused",     "Somebody let a listener go on",                                "listener", listener_paused},
	{"listener.failed",       "A listener that worked fails; told once",                      "listener", listener_state},
	{"listener.works",        "It works again",                                               "listener", listener_state},
	{"sender.failed",         "Sending for an account fails; told once",                      "sender",   sender_state},
	{"sender.works",          "It works again",                                               "sender",   sender_state},
	{"inlet.failed",          "An inlet can't be opened; told once",                          "inlet",    inlet_state},
	{"inlet.works",           "It is open again",                                             "inlet",    inlet_state},
	{"loop.opened",           "A circuit breaker stops automatic answers",                    "name",     loop},
	{"loop.closed",           "It lets them pass again",                                      "name",     loop},
	{"loop.reset",            "Somebody reset it",                                            "name",     loop},
	{"automatic-mail.on",     "Somebody let automatic mail go out",                           NULL,       by},
	{"automatic-mail.off",    "Somebody stopped all automatic mail",                          NULL,       by},
	{"expiry.warning",        "Something runs out soon",                                      "what",     expiry},
	{"record.created",        "A record of the set-up was made",                              "id",       record},
	{"record.changed",        "A record of the set-up was changed",                           "id",       record},
	{"record.deleted",        "A record of the set-up was deleted",                           "id",       record},
	{"webhook.disabled",      "A webhook gets no more events: its endpoint is gone, or failed for long", "webhook", webhook},
	{"webhook.test",          "Somebody tries a webhook; it alone gets this",                 "webhook",  webhook},
	{"alert.test",            "Somebody tries an alert; it alone mails this",                 "alert",    alert},
	{NULL, NULL, NULL, NULL},
};
/* clang-format on */

const struct event_kind *event_kind_find(const char *name)
{
	for (const struct event_kind *kind = event_kinds; kind->name; kind++)
		if (strcmp(kind->name, name) == 0)
			return kind;
	return NULL;
}

bool event_kind_fits(const char *filter, const char *kind)
{
	struct str f = str_of(filter);

	if (str_eq(f, STR("*")))
		return true;
	if (f.n > 2 && f.p[f.n - 1] == '*' && f.p[f.n - 2] == '.')
		return str_starts(str_of(kind), str_slice(f, 0, f.n - 1));
	return strcmp(filter, kind) == 0;
}

/* The nearest kind or group ("case.*"); "" where none is near. In `room`. */
static void find_nearest(const char *filter, char *room, size_t size)
{
	int best = NEAR + 1;

	*room = '\0';
	for (const struct event_kind *kind = event_kinds; kind->name; kind++) {
		int place = (int)strcspn(kind->name, ".");
		char group[40];
		int whole = str_distance(str_of(filter), str_of(kind->name)), of_group;

		snprintf(group, sizeof group, "%.*s.*", place, kind->name);
		of_group = str_distance(str_of(filter), str_of(group));
		if (MIN(whole, of_group) < best)
			snprintf(room, size, "%s", whole <= of_group ? kind->name : group);
		best = MIN(best, MIN(whole, of_group));
	}
}

const char *event_filter_check(const char *filter)
{
	static _Thread_local char wrong[160];
	char nearest[40];

	for (const struct event_kind *kind = event_kinds; kind->name; kind++)
		if (event_kind_fits(filter, kind->name))
			return NULL;
	find_nearest(filter, nearest, sizeof nearest);
	if (!*nearest)
		return "is not a kind of event (\"case.created\", \"case.*\", \"*\"; docs/events.md lists them)";
	snprintf(wrong, sizeof wrong, "is not a kind of event (did you mean %s? docs/events.md lists them)", nearest);
	return wrong;
}

static void add_fields(json_t *properties, const struct event_field *fields)
{
	for (; fields->name; fields++)
		json_object_set_new(properties, fields->name,
		                    json_pack("{s:s, s:s}", "type", fields->type, "description", fields->help));
}

json_t *event_kind_schema(const struct event_kind *kind)
{
	json_t *properties = json_object();

	add_fields(properties, event_common);
	add_fields(properties, kind->data);
	return json_pack("{s:s, s:s, s:o}", "type", "object", "description", kind->help, "properties", properties);
}
