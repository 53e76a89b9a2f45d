/* See listener.h. */
#include "setup/listener.h"

#include "base/clock.h"
#include "setup/check.h"
#include "setup/special_use.h"

static const char *const after_words[] = {"leave", "seen", "delete", "move", NULL};
static const char *const duplicates_words[] = {"ignore", "handle", NULL};
static const char *const automatic_words[] = {"file", "discard", "handle", NULL};
static const char *const verify_words[] = {"off", "results", "on", NULL};

static const char *const source_words[] = {"mailbox", "inlet", NULL};

/* "support@example.com", "*@sales.example.com" */
static const char *check_recipient(const char *value)
{
	if (value[0] == '*' && value[1] == '@')
		return check_host(value + 2) ? "is no domain behind *@" : NULL;
	return check_address(value);
}

static const char *check_day(const char *value)
{
	int64_t at;

	return clock_parse_day(value, &at) ? NULL : "is no day such as 2026-11-21";
}

/* clang-format off */
static const struct field listener_fields[] = {
	FIELD_ID(struct listener, id, "Listener ID"),
	FIELD_TEXT(struct listener, name, "Name", .max = 200),
	FIELD_REF(struct listener, account, "account", "Account", .required = true, .help = "Whose mail is read"),
	FIELD_ENUM(struct listener, source, source_words, "Source",
		   .help = "The account's mailbox; or no mailbox: what a mail server hands in (inlets)"),
	FIELD_TEXTS(struct listener, addresses, "Addresses", .max = 500, .check = check_recipient, .example = "support@example.com",
		    .help = "Recipients whose mail, handed in by LMTP, is this listener's: support@example.com, *@example.com; with source inlet, "
			    "none means the account's address"),
	FIELD_TEXT(struct listener, folder, "Folder", .preset_text = "INBOX", .max = 255,
		   .help = "As the server lists it; a path such as Support/Orders, whatever the server's prefix and separator; or by its use: "
			   "\\Archive, \\Junk, \\Trash, \\Sent, \\Drafts, \\All, \\Flagged, \\Important"),
	FIELD_REF(struct listener, rule, "rule", "Service rule", .required = true, .help = "What is done with the mail"),
	FIELD_TEXT_AS(struct listener, operator_id, "operator", "Operator", .max = 64,
		      .help = "In whose name cases are opened and changed"),
	FIELD_BOOL(struct listener, enabled, "Enabled", .preset = true, .help = "false: it doesn't start"),
	FIELD_BOOL(struct listener, idle, "Wait with IDLE", .preset = true,
		   .help = "The server tells of new mail at once; false: only ask from time to time"),
	FIELD_INT(struct listener, idle_minutes, "IDLE is renewed after", .low = 1, .high = 29, .preset = 9, .help = "Minutes"),
	FIELD_INT(struct listener, poll_interval_s, "Polling interval", .low = 5, .high = 86400, .preset = 60,
		  .help = "Seconds; where there is no IDLE"),
	FIELD_INT(struct listener, batch, "Batch", .low = 1, .high = 1000, .preset = 100,
		  .help = "Messages asked for at once"),
	FIELD_TEXT(struct listener, since, "Mail since", .max = 10, .check = check_day, .example = "2026-11-21",
		   .help = "A day such as 2026-11-21: what came to the folder before it isn't read ('hauspost backfill' can fetch it later); empty: all"),
	FIELD_INT(struct listener, messages_per_run, "Messages per run", .high = 10000000, .help = "0: all"),
	FIELD_INT(struct listener, max_message_mb, "Largest message", .low = 1, .high = 1000, .preset = 50,
		  .help = "MB; larger ones are parked without being read"),
	FIELD_REF(struct listener, oversize_template, "template", "Answer to larger mail",
		  .help = "What their senders are told, such as {{message.size}} and {{message.limit}}, where mail by them is answered automatically at "
			  "all; empty: nothing"),
	FIELD_ENUM(struct listener, after, after_words, "Afterwards", .preset = AFTER_SEEN,
		   .help = "What happens on the server to a message that was handled"),
	FIELD_TEXT(struct listener, after_folder, "Move to", .max = 255, .help = "For \"move\"; named as folder is; created where missing"),
	FIELD_TEXT(struct listener, failed_folder, "Folder for failed messages", .max = 255,
		   .help = "Where parked messages are moved; named as folder is; empty: they stay"),
	FIELD_INT(struct listener, tries, "Tries", .low = 1, .high = 100, .preset = 3,
		  .help = "So often a message is tried before it is parked"),
	FIELD_INT(struct listener, retry_minutes, "Try again after", .low = 1, .high = 1440, .preset = 5, .help = "Minutes"),
	FIELD_INT(struct listener, backoff_s, "Back-off", .low = 1, .high = 3600, .preset = 5,
		  .help = "Seconds after a failed connection; doubled after each further one, until one succeeds"),
	FIELD_INT(struct listener, longest_backoff_s, "Longest back-off", .low = 1, .high = 86400, .preset = 900, .help = "Seconds"),
	FIELD_ENUM(struct listener, duplicates, duplicates_words, "The same mail again",
		   .help = "In another folder or account: ignored (and recorded), or handled as one more"),
	FIELD_ENUM(struct listener, automatic, automatic_words, "Automatic mail",
		   .help = "Mail by machines that belongs to no case: stored, discarded, or handled by the rule"),
	FIELD_ENUM(struct listener, verify_senders, verify_words, "Verify senders",
		   .help = "results: believe what the trusted servers say; on: also look up DKIM and DMARC in the DNS"),
	FIELD_TEXTS(struct listener, trusted_authserv_ids, "Trusted servers", .max = 20,
		    .help = "Whose Authentication-Results count, by the name they begin with (mx.example.com)"),
};
/* clang-format on */

/* \Archive has no case. */
static bool is_same(const char *a, const char *b)
{
	const struct special_use *use = special_use_find(str_of(a));

	return strcmp(a, b) == 0 || (use && use == special_use_find(str_of(b)));
}

static int check_listener(const void *record, struct error *err)
{
	const struct listener *l = record;

	if (!*l->folder)
		return fail(err, E_INVALID, RETRY_NEVER, "folder: must not be empty");
	if (l->after == AFTER_MOVE && !*l->after_folder)
		return fail(err, E_INVALID, RETRY_NEVER, "after_folder: is missing (after is move)");
	if (*l->after_folder && is_same(l->after_folder, l->folder))
		return fail(err, E_INVALID, RETRY_NEVER, "after_folder: is the folder that is read");
	if (*l->failed_folder && is_same(l->failed_folder, l->folder))
		return fail(err, E_INVALID, RETRY_NEVER, "failed_folder: is the folder that is read");
	if (l->longest_backoff_s < l->backoff_s)
		return fail(err, E_INVALID, RETRY_NEVER, "longest_backoff_s: is less than backoff_s");
	if (l->verify_senders == VERIFY_RESULTS && !l->trusted_authserv_ids.count)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "trusted_authserv_ids: is missing (verify_senders is results: whose?)");
	return 0;
}

const struct record_type listener_type = RECORD_TYPE(
        "listener", "listeners", struct listener, listener_fields, "Listener", .check = check_listener,
        .example = "{\"id\": \"support\", \"account\": \"support\", \"folder\": \"INBOX\", \"rule\": \"support\"}");
