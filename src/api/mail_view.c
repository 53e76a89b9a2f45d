/* See mail_view.h. */
#include "api/mail_view.h"

#include "cases/case_work.h"

/* ---------------------------------------------------------------- the record types */

static const struct field status_fields[] = {
        FIELD_TEXT(struct status_view, id, "ID"),
        FIELD_TEXT(struct status_view, name, "Name"),
        FIELD_BOOL(struct status_view, resolved, "Resolved"),
};

#define CASE_FIELDS                                                                                                 \
	FIELD_INT(struct case_view, id, "ID"), FIELD_TEXT(struct case_view, number, "Number"),                      \
	        FIELD_TEXT(struct case_view, type, "Case type"), FIELD_TEXT(struct case_view, status, "Status"),    \
	        FIELD_BOOL(struct case_view, resolved, "Resolved"),                                                 \
	        FIELD_TEXT(struct case_view, waits_for, "Whose turn it is",                                         \
	                   .help = "us: the contact wrote last; contact: we did; empty: it is resolved"),           \
	        FIELD_TEXT(struct case_view, subject, "Subject"), FIELD_TEXT(struct case_view, account, "Account"), \
	        FIELD_TEXT(struct case_view, contact_address, "Contact's address"),                                 \
	        FIELD_TEXT(struct case_view, contact_name, "Contact's name"),                                       \
	        FIELD_INT_AS(struct case_view, message_count, "messages", "Messages"),                              \
	        FIELD_TIME(struct case_view, created_at, "Opened"),                                                 \
	        FIELD_TIME(struct case_view, updated_at, "Last change"),                                            \
	        FIELD_TIME(struct case_view, resolved_at, "Resolved at"),                                           \
	        FIELD_INT_AS(struct case_view, previous_id, "previous", "The case it follows",                      \
	                     .help = "Its id; 0: none"),                                                            \
	        FIELD_TEXT(struct case_view, type_name, "Case type's name"),                                        \
	        FIELD_TEXT(struct case_view, status_name, "Status' name"),                                          \
	        FIELD_JSON(struct case_view, fields, "Fields", .help = "The case type's own")

static const struct field case_fields[] = {CASE_FIELDS};
const struct record_type case_view_type =
        RECORD_TYPE("case_summary", "cases", struct case_view, case_fields, "Case in a list");

static const struct field case_detail_fields[] = {
        CASE_FIELDS,
        FIELD_TEXT(struct case_view, previous_number, "Number of the case it follows"),
        FIELD_LIST(struct case_view, statuses, struct status_view, status_fields, "Statuses it may get"),
        FIELD_TEXTS(struct case_view, from, "Our addresses that an answer may come from"),
        FIELD_BOOL(struct case_view, may_write, "Whether you may answer it"),
};
const struct record_type case_detail_type = RECORD_TYPE("case", "cases", struct case_view, case_detail_fields, "Case");

static const struct field attachment_fields[] = {
        FIELD_INT(struct attachment_view, number, "Number", .help = "From 1, as in its path"),
        FIELD_TEXT(struct attachment_view, name, "Name"),
        FIELD_TEXT(struct attachment_view, type, "Media type"),
        FIELD_TEXT(struct attachment_view, content_id, "Content-ID"),
        FIELD_INT(struct attachment_view, size, "Size", .help = "Bytes"),
        FIELD_BOOL_AS(struct attachment_view, is_inline, "inline", "Shown in the text"),
};

static const struct field quoted_fields[] = {
        FIELD_TEXT(struct quoted_view, kind, "Kind", .help = "quote or signature"),
        FIELD_INT(struct quoted_view, lines, "Lines"),
        FIELD_TEXT(struct quoted_view, text, "Text", .multiline = true),
};

static const struct field recipient_fields[] = {
        FIELD_TEXT(struct recipient_view, address, "Address"),
        FIELD_TEXT(struct recipient_view, state, "State",
                   .help = "queued, sending, later, sent, failed, uncertain, delayed, delivered, bounced, suppressed, "
                           "cancelled"),
        FIELD_INT(struct recipient_view, code, "Code", .help = "Of the server's answer"),
        FIELD_TEXT(struct recipient_view, reply, "The server's answer"),
        FIELD_TEXT(struct recipient_view, status, "Enhanced status", .help = "5.1.1 (RFC 3463)"),
        FIELD_TEXT(struct recipient_view, reason, "Reason", .help = "userunknown …"),
        FIELD_TEXT(struct recipient_view, diagnostic, "What a report says"),
        FIELD_TEXT(struct recipient_view, mta, "Who reports"),
        FIELD_TIME(struct recipient_view, reported_at, "Reported at"),
        FIELD_INT_AS(struct recipient_view, report_id, "report", "The report", .help = "A message's id; 0: none"),
};

static const struct field message_fields[] = {
        FIELD_INT(struct message_view, id, "ID"),
        FIELD_INT_AS(struct message_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_TEXT(struct message_view, case_number, "Case's number"),
        FIELD_TEXT(struct message_view, direction, "Direction", .help = "in or out"),
        FIELD_TEXT(struct message_view, account, "Account"),
        FIELD_TEXT_AS(struct message_view, message_ident, "message_id", "Message-ID"),
        FIELD_TEXT_AS(struct message_view, from_address, "from", "From"),
        FIELD_TEXT(struct message_view, from_name, "Sender's name"),
        FIELD_TEXT(struct message_view, to, "To"),
        FIELD_TEXT(struct message_view, cc, "Cc"),
        FIELD_TEXT(struct message_view, subject, "Subject"),
        FIELD_TEXT(struct message_view, automatic, "Kind of automatic mail", .help = "none: a person's"),
        FIELD_TIME(struct message_view, date, "Date"),
        FIELD_TIME(struct message_view, created_at, "Came or was written"),
        FIELD_INT(struct message_view, size, "Size", .help = "Bytes"),
        FIELD_TEXT(struct message_view, preview, "Preview", .help = "The text's beginning on one line"),
        FIELD_TEXT(struct message_view, text, "Text", .multiline = true, .help = "What is new in it"),
        FIELD_LIST(struct message_view, quoted, struct quoted_view, quoted_fields, "Quotes and signatures, in order"),
        FIELD_BOOL_AS(struct message_view, is_interleaved, "interleaved", "Something new stands behind a quote"),
        FIELD_BOOL_AS(struct message_view, has_html, "html", "Has HTML"),
        FIELD_LIST(struct message_view, attachments, struct attachment_view, attachment_fields, "Attachments"),
        FIELD_TEXTS(struct message_view, evidence, "Why it belongs to the case"),
        FIELD_TEXT(struct message_view, outcome, "What became of it", .help = "created, updated, reopened, filed …"),
        FIELD_TEXT(struct message_view, answer, "Automatic answer", .help = "queued, or why there is none"),
        FIELD_TEXT(struct message_view, no_answer, "Why there is no answer", .help = "A code: docs/answers.md"),
        FIELD_JSON(struct message_view, sender, "Who vouches for the sender"),
        FIELD_JSON(struct message_view, smime, "S/MIME"),
        FIELD_INT_AS(struct message_view, outbox_id, "outbox", "Outbox row", .help = "Of one of ours; 0: none"),
        FIELD_TEXT(struct message_view, state, "State in the outbox"),
        FIELD_TEXT(struct message_view, written_by, "Written by",
                   .help = "Of one of ours: the operator; empty: a machine"),
        FIELD_TIME(struct message_view, sent_at, "Sent at"),
        FIELD_LIST(struct message_view, recipients, struct recipient_view, recipient_fields, "Recipients"),
};
const struct record_type message_view_type =
        RECORD_TYPE("message", "messages", struct message_view, message_fields, "Message");

static const struct field outbox_fields[] = {
        FIELD_INT(struct outbox_view, id, "ID"),
        FIELD_TEXT(struct outbox_view, account, "Account"),
        FIELD_TEXT(struct outbox_view, kind, "Kind", .help = "answer (automatic), message, or alert"),
        FIELD_TEXT(struct outbox_view, written_by, "Written by", .help = "The operator; empty: a machine"),
        FIELD_TEXT(struct outbox_view, state, "State"),
        FIELD_TEXT(struct outbox_view, waits_for, "Waits for", .help = "automatic-mail: it is switched off"),
        FIELD_TEXT(struct outbox_view, from, "From"),
        FIELD_TEXT(struct outbox_view, subject, "Subject"),
        FIELD_TEXT_AS(struct outbox_view, message_ident, "message_id", "Message-ID"),
        FIELD_INT_AS(struct outbox_view, message_id, "message", "Message"),
        FIELD_INT_AS(struct outbox_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_INT(struct outbox_view, tries, "Tries"),
        FIELD_INT(struct outbox_view, code, "Code of the last try"),
        FIELD_TEXT(struct outbox_view, reply, "The server's answer"),
        FIELD_TIME(struct outbox_view, created_at, "Written"),
        FIELD_TIME(struct outbox_view, next_try_at, "Next try"),
        FIELD_TIME(struct outbox_view, sent_at, "Sent"),
        FIELD_TEXT(struct outbox_view, copy_state, "Copy in the Sent folder",
                   .help = "due, filing, done, failed; or none"),
        FIELD_TEXT(struct outbox_view, copy_reason, "Why the copy isn't there"),
        FIELD_LIST(struct outbox_view, recipients, struct recipient_view, recipient_fields, "Recipients"),
};
const struct record_type outbox_view_type =
        RECORD_TYPE("outbox_row", "outbox", struct outbox_view, outbox_fields, "Outbox row");

static const struct field ledger_fields[] = {
        FIELD_INT(struct ledger_view, id, "ID"),
        FIELD_TEXT(struct ledger_view, listener, "Listener"),
        FIELD_INT(struct ledger_view, uid, "UID"),
        FIELD_TEXT(struct ledger_view, state, "State"),
        FIELD_TEXT(struct ledger_view, outcome, "What became of it"),
        FIELD_TEXT(struct ledger_view, answer, "Automatic answer"),
        FIELD_TEXT(struct ledger_view, no_answer, "Why there is no answer"),
        FIELD_TEXT(struct ledger_view, category, "Category of the failure"),
        FIELD_TEXT(struct ledger_view, reason, "Reason of the failure"),
        FIELD_INT(struct ledger_view, tries, "Tries"),
        FIELD_INT_AS(struct ledger_view, case_id, "case", "Case", .help = "Its id; 0: none"),
        FIELD_INT_AS(struct ledger_view, message_id, "message", "Message", .help = "Its id; 0: none"),
        FIELD_INT(struct ledger_view, duplicate_of, "Duplicate of", .help = "A ledger row; 0: none"),
        FIELD_TEXT_AS(struct ledger_view, message_ident, "message_id", "Message-ID"),
        FIELD_TEXT(struct ledger_view, subject, "Subject"),
        FIELD_TEXT(struct ledger_view, from, "From"),
        FIELD_TEXT(struct ledger_view, wanted_case, "The case that held mail wants to join"),
        FIELD_INT(struct ledger_view, size, "Size", .help = "Bytes"),
        FIELD_TIME(struct ledger_view, received_at, "Received"),
        FIELD_TIME(struct ledger_view, parsed_at, "Understood"),
        FIELD_TIME(struct ledger_view, mapped_at, "The rule was applied"),
        FIELD_TIME(struct ledger_view, activity_at, "The case was found or opened"),
        FIELD_TIME(struct ledger_view, response_at, "An answer was decided on"),
        FIELD_TIME(struct ledger_view, committed_at, "Handled"),
        FIELD_TIME(struct ledger_view, acknowledged_at, "The server was told"),
        FIELD_TIME(struct ledger_view, parked_at, "Parked"),
        FIELD_TIME(struct ledger_view, next_try_at, "Next try"),
};
const struct record_type ledger_view_type =
        RECORD_TYPE("ledger_row", "ledger", struct ledger_view, ledger_fields, "Ledger row");

/* ---------------------------------------------------------------- cases */

struct record_list status_views(const struct case_type *type, struct arena *arena)
{
	size_t n;
	const struct case_status *all = case_statuses(type, &n);
	struct status_view *statuses = ARENA_ARRAY(arena, struct status_view, n);

	for (size_t i = 0; i < n; i++)
		statuses[i] = (struct status_view){all[i].id, all[i].name, all[i].resolved};
	return (struct record_list){statuses, n};
}

struct text_list account_senders(const struct account *account, struct arena *arena)
{
	size_t count = 1 + account->send.aliases.count;
	const char **from = ARENA_ARRAY(arena, const char *, count);

	if (!account->send.enabled || !account->send.address[0])
		return (struct text_list){0};
	from[0] = account->send.address;
	for (size_t i = 1; i < count; i++)
		from[i] = account->send.aliases.items[i - 1];
	return (struct text_list){from, count};
}

static void add_names(struct case_view *view, const struct setup *setup)
{
	const struct case_type *type = setup_case_type(setup, view->type);
	const struct case_status *status = type ? case_status_find(type, view->status) : NULL;

	view->type_name = type ? type->name : "";
	view->status_name = status ? status->name : "";
}

static void add_choices(struct case_view *view, const struct setup *setup, struct arena *arena)
{
	const struct case_type *type = setup_case_type(setup, view->type);
	const struct account *account = setup_account(setup, view->account);

	if (type)
		view->statuses = status_views(type, arena);
	if (account)
		view->from = account_senders(account, arena);
}

struct case_view case_view_of(const struct listed_case *listed, const struct setup *setup, bool is_whole,
                              struct arena *arena)
{
	const struct stored_case *c = &listed->c;
	struct case_view view = {
	        .id = c->id,
	        .number = c->number,
	        .type = c->type,
	        .status = c->status,
	        .resolved = c->resolved_at != 0,
	        .waits_for = c->resolved_at ? "" : c->waits_for,
	        .subject = arena_cstr(arena, c->subject),
	        .account = c->account,
	        .contact_address = arena_cstr(arena, listed->contact_address),
	        .contact_name = arena_cstr(arena, listed->contact_name),
	        .message_count = c->message_count,
	        .created_at = c->created_at,
	        .updated_at = c->updated_at,
	        .resolved_at = c->resolved_at,
	        .previous_id = c->previous_id,
	        .type_name = "",
	        .status_name = "",
	        .previous_number = "",
	};

	view.fields = str_eq(c->fields, STR("{}")) ? json_object()
	                                           : json_loadb(c->fields.p ? c->fields.p : "", c->fields.n, 0, NULL);
	add_names(&view, setup);
	if (is_whole)
		add_choices(&view, setup, arena);
	return view;
}

void case_view_done(struct case_view *view)
{
	json_decref(view->fields);
	view->fields = NULL;
}
