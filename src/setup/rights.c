/* See rights.h. */
#include "setup/rights.h"

#include "base/error.h"

static const struct {
	const char *name, *label;
} words[RIGHT_COUNT] = {
        /* clang-format off */
	[RIGHT_NONE]             = {"none", "Nothing"},
	[RIGHT_SIGNED]           = {"signed", "Be signed in"},
	[RIGHT_PROVIDERS_MANAGE] = {"providers.manage", "Change providers"},
	[RIGHT_ACCOUNTS_READ]    = {"accounts.read", "See accounts"},
	[RIGHT_ACCOUNTS_MANAGE]  = {"accounts.manage", "Change and test accounts, keystores, authentication profiles"},
	[RIGHT_LISTENERS_READ]   = {"listeners.read", "See listeners and the ledger"},
	[RIGHT_LISTENERS_MANAGE] = {"listeners.manage", "Change, start and stop listeners"},
	[RIGHT_RULES_READ]       = {"rules.read", "See service rules, case types and templates"},
	[RIGHT_RULES_MANAGE]     = {"rules.manage", "Change service rules, case types and templates"},
	[RIGHT_CASES_READ]       = {"cases.read", "Read cases"},
	[RIGHT_CASES_WRITE]      = {"cases.write", "Answer cases and set their status"},
	[RIGHT_MAIL_SEND]        = {"mail.send", "Send new mail"},
	[RIGHT_MAIL_INGEST]      = {"mail.ingest", "Upload mail to be handled"},
	[RIGHT_OUTBOX_READ]      = {"outbox.read", "See the outbox"},
	[RIGHT_OUTBOX_MANAGE]    = {"outbox.manage", "Retry and cancel what waits in the outbox"},
	[RIGHT_LEDGER_MANAGE]    = {"ledger.manage", "Retry mail that failed, release what is held"},
	[RIGHT_EVENTS_READ]      = {"events.read", "Follow events"},
	[RIGHT_WEBHOOKS_MANAGE]  = {"webhooks.manage", "Change webhooks and alerts"},
	[RIGHT_METRICS_READ]     = {"metrics.read", "Read metrics"},
	[RIGHT_OPERATORS_MANAGE] = {"operators.manage", "Change operators, their roles and tokens"},
	[RIGHT_AUDIT_READ]       = {"audit.read", "Read the audit trail"},
	[RIGHT_MAILBOXES_OWN]    = {"mailboxes.own", "Set up mailboxes of one's own"},
        /* clang-format on */
};

const char *right_name(enum right right)
{
	return words[right].name;
}

const char *right_label(enum right right)
{
	return words[right].label;
}

bool right_parse(struct str name, enum right *ret)
{
	for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++) {
		if (str_eq(name, str_of(words[right].name))) {
			*ret = (enum right)right;
			return true;
		}
	}
	return false;
}

#define B(right)      RIGHT_BIT(RIGHT_##right)
#define ALL_RIGHTS    (RIGHT_BIT(RIGHT_COUNT) - 1)
#define OBSERVES      (B(NONE) | B(SIGNED) | B(LISTENERS_READ) | B(OUTBOX_READ) | B(EVENTS_READ) | B(METRICS_READ))
#define READS_SETUP   (B(ACCOUNTS_READ) | B(RULES_READ))
#define WORKS_ON_MAIL (B(CASES_READ) | B(CASES_WRITE) | B(MAIL_SEND) | B(OUTBOX_READ) | B(EVENTS_READ))

const struct role roles[] = {
        /* clang-format off */
	{ROLE_ADMINISTRATOR, "Administrator", "Everything", ALL_RIGHTS},
	{"provider-manager", "Provider manager", "Providers, and accounts at them",
	 OBSERVES | READS_SETUP | B(PROVIDERS_MANAGE) | B(ACCOUNTS_MANAGE)},
	{"listener-administrator", "Listener administrator", "Listeners, service rules, the ledger and the outbox; reads accounts",
	 OBSERVES | READS_SETUP | B(LISTENERS_MANAGE) | B(RULES_MANAGE) | B(LEDGER_MANAGE) | B(OUTBOX_MANAGE) | B(MAIL_INGEST)},
	{"listener-observer", "Listener observer", "Sees listeners, ledger, outbox and events, and changes nothing", OBSERVES | READS_SETUP},
	{"agent", "Agent", "Reads and answers the cases of the accounts given", B(NONE) | B(SIGNED) | WORKS_ON_MAIL},
	{ROLE_MAILBOX_USER, "Personal mailbox user", "Sets up mailboxes of one's own and works with their mail",
	 B(NONE) | B(SIGNED) | WORKS_ON_MAIL | B(MAILBOXES_OWN)},
	{NULL, NULL, NULL, 0},
        /* clang-format on */
};

const struct role *role_find(struct str name)
{
	for (const struct role *role = roles; role->name; role++)
		if (str_eq(name, str_of(role->name)))
			return role;
	return NULL;
}
