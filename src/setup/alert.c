/* See alert.h. */
#include "setup/alert.h"

#include "setup/check.h"
#include "setup/personal.h"

/* clang-format off */
static const struct field alert_fields[] = {
	FIELD_ID(struct alert, id, "Alert ID"),
	FIELD_TEXT(struct alert, name, "Name", .max = 200),
	FIELD_BOOL(struct alert, enabled, "Enabled", .preset = true),
	FIELD_TEXTS(struct alert, to, "To", .required = true, .max = 20, .check = check_address, .example = "admin@example.com", .help = "Who gets the mail"),
	FIELD_REF(struct alert, account, "account", "Sent by", .required = true, .help = "The account that sends it"),
	FIELD_REF(struct alert, other_account, "account", "Otherwise by",
		  .help = "The account that sends it while the first can't; without one the mail waits until it can"),
	FIELD_TEXTS(struct alert, events, "Events", .max = 60, .check = check_event_filter, .example = "listener.*",
	            .help = "Kinds: listener.failed, outbox.*; none: what needs a person (docs/events.md lists it). Not message.filed, which an alert's own mail can cause"),
	FIELD_TEXTS(struct alert, accounts, "Accounts", .max = 500, .check = check_id, .example = "support", .help = "Only what concerns these; none: all but personal mailboxes, and what concerns no account"),
	FIELD_BOOL(struct alert, recovered, "Tell of recoveries", .preset = true, .help = "Another mail when what failed works again"),
	FIELD_INT(struct alert, interval_minutes, "Interval", .low = 1, .high = 1440, .preset = 15,
		  .help = "Minutes between two mails: the first comes at once, what happens meanwhile comes together"),
};
/* clang-format on */

const struct record_type alert_type =
        RECORD_TYPE("alert", "alerts", struct alert, alert_fields, "Alert",
                    .example = "{\"id\": \"admin\", \"to\": [\"admin@example.com\"], \"account\": \"support\"}");

static int check_sender(const struct setup *setup, const struct alert *alert, const char *field, const char *id,
                        struct error *err)
{
	const struct account *account = setup_account(setup, id);

	if (!account) /* that references lead somewhere is looked at before */
		return 0;
	if (!account->send.enabled || !account->send.address[0])
		return fail(err, E_INVALID, RETRY_NEVER,
		            "alerts/%s/%s: account %s doesn't send (send/enabled, send/address)", alert->id, field, id);
	return 0;
}

bool alert_never_tells(const char *event_kind)
{
	return strcmp(event_kind, "message.filed") == 0;
}

/* What is named would look as if it were watched. */
static int check_events(const struct alert *alert, struct error *err)
{
	for (size_t i = 0; i < alert->events.count; i++) {
		const char *kind = alert->events.items[i];

		if (alert_never_tells(kind))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "alerts/%s/events/%zu: %s is never told: the alert's own mail could cause it, and "
			            "would go "
			            "round; of mail that comes in, name message.parked, message.held or case.created",
			            alert->id, i + 1, kind);
		if (strcmp(kind, "alert.test") == 0)
			return fail(
			        err, E_INVALID, RETRY_NEVER,
			        "alerts/%s/events/%zu: alert.test needs no naming: each alert mails its own tests, and "
			        "no other's; name what is watched, such as listener.failed, or nothing",
			        alert->id, i + 1);
	}
	return 0;
}

static int check_alert(const struct setup *setup, const struct alert *alert, struct error *err)
{
	if (check_sender(setup, alert, "account", alert->account, err) < 0 ||
	    check_sender(setup, alert, "other_account", alert->other_account, err) < 0)
		return E_INVALID;
	if (strcmp(alert->account, alert->other_account) == 0)
		return fail(err, E_INVALID, RETRY_NEVER, "alerts/%s/other_account: is the same account as account",
		            alert->id);
	if (check_events(alert, err) < 0)
		return E_INVALID;
	for (size_t i = 0; i < alert->accounts.count; i++)
		if (!setup_account(setup, alert->accounts.items[i]))
			return fail(err, E_INVALID, RETRY_NEVER, "alerts/%s/accounts/%zu: there is no account \"%s\"",
			            alert->id, i + 1, alert->accounts.items[i]);
	return 0;
}

int alerts_check(const struct setup *setup, struct error *err)
{
	const void *const *list;
	size_t n = setup_list(setup, &alert_type, &list);

	for (size_t i = 0; i < n; i++)
		if (check_alert(setup, list[i], err) < 0)
			return E_INVALID;
	return 0;
}

bool alert_takes_account(const struct setup *setup, const struct alert *alert, const char *account)
{
	for (size_t i = 0; i < alert->accounts.count; i++)
		if (strcmp(alert->accounts.items[i], account) == 0)
			return true;
	return alert->accounts.count == 0 && !personal_mailbox(setup, &account_type, account, NULL);
}
