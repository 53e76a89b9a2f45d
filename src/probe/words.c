/* See words.h. The first entry that fits counts: the more special stand first. The words are those that the services
 * named are known to send; "any" are those of several servers' sources. */
#include "probe/words.h"

struct entry {
	unsigned steps;
	int low, high;    /* of SMTP's code; 0, 0: any, also none */
	struct str words; /* contained, whatever the letters' case; empty: the code alone decides */
	enum cause cause;
	const char *source; /* whose words they are */
};

/* clang-format off */
#define W(steps, words, cause, source) {steps, 0, 0, STR_INIT(words), cause, source}
#define C(steps, low, high, words, cause, source) {steps, low, high, STR_INIT(words), cause, source}

static const struct entry entries[] = {
	/* Microsoft */
	W(WORDS_LOGIN, "SmtpClientAuthentication is disabled", CAUSE_SMTP_AUTH_OFF, "Exchange Online, 535 5.7.139"),
	W(WORDS_LOGIN, "basic authentication is disabled", CAUSE_BASIC_AUTH_OFF, "Exchange Online and outlook.com, 535 5.7.139"),
	W(WORDS_LOGIN, "BasicAuthBlocked", CAUSE_BASIC_AUTH_OFF, "Exchange Online, IMAP and POP"),
	W(WORDS_LOGIN, "security defaults policy", CAUSE_ACCESS_POLICY, "Exchange Online, 535 5.7.139"),
	W(WORDS_LOGIN, "did not meet the criteria to be authenticated", CAUSE_ACCESS_POLICY, "Exchange Online, conditional access"),
	W(WORDS_LOGIN, "user is authenticated but not connected", CAUSE_ACCESS_OFF, "Exchange: no IMAP for, or no rights on, the mailbox"),
	W(WORDS_LOGIN | WORDS_ENVELOPE, "SendAsDenied", CAUSE_SENDER_REFUSED, "Exchange Online, 5.2.252"),
	W(WORDS_ENVELOPE, "5.7.60 ", CAUSE_SENDER_REFUSED, "Exchange: no permission to send as this sender"),
	W(WORDS_ENVELOPE, "send as this sender", CAUSE_SENDER_REFUSED, "Exchange"),
	W(WORDS_ENVELOPE, "5.7.57 ", CAUSE_LOGIN_REQUIRED, "Exchange: client not authenticated to send mail"),
	W(WORDS_ENVELOPE, "5.7.54 ", CAUSE_LOGIN_REQUIRED, "Exchange: unable to relay"),
	/* Google */
	W(WORDS_LOGIN, "application-specific password required", CAUSE_APP_PASSWORD, "Gmail, 534 5.7.9 and IMAP"),
	W(WORDS_LOGIN, "InvalidSecondFactor", CAUSE_APP_PASSWORD, "Gmail, 534 5.7.9"),
	W(WORDS_LOGIN, "web login required", CAUSE_WEB_LOGIN, "Gmail, IMAP"),
	W(WORDS_LOGIN, "log in via your web browser", CAUSE_WEB_LOGIN, "Gmail, 534 5.7.14 and IMAP"),
	W(WORDS_LOGIN, "log in with your web browser", CAUSE_WEB_LOGIN, "Gmail, 534 5.7.9 WebLoginRequired"),
	W(WORDS_LOGIN, "not enabled for IMAP", CAUSE_ACCESS_OFF, "Gmail, IMAP"),
	W(WORDS_LOGIN, "not enabled for POP", CAUSE_ACCESS_OFF, "Gmail, POP3"),
	W(WORDS_LOGIN, "IMAP access is disabled", CAUSE_ACCESS_OFF, "Google Workspace: disabled for your domain"),
	W(WORDS_LOGIN, "command or bandwidth limits", CAUSE_THROTTLED, "Gmail, IMAP: account exceeded"),
	W(WORDS_ANY, "too many simultaneous connections", CAUSE_THROTTLED, "Gmail, IMAP"),
	/* OAuth, whoever says it */
	W(WORDS_LOGIN, "insufficient_scope", CAUSE_TOKEN_SCOPE, "RFC 6750, RFC 7628"),
	W(WORDS_LOGIN, "invalid_scope", CAUSE_TOKEN_SCOPE, "RFC 6749"),
	W(WORDS_LOGIN, "mail.google.com", CAUSE_TOKEN_SCOPE, "Gmail: the error challenge names the scope it wants"),
	W(WORDS_LOGIN, "eyJzdGF0dXMi", CAUSE_TOKEN_REFUSED, "XOAUTH2: {\"status\" of the error challenge, base64"),
	W(WORDS_LOGIN, "invalid_token", CAUSE_TOKEN_REFUSED, "RFC 6750, RFC 7628"),
	W(WORDS_LOGIN, "token was refused", CAUSE_TOKEN_REFUSED, "our own log-in"),
	/* app passwords */
	W(WORDS_LOGIN, "app password", CAUSE_APP_PASSWORD, "Fastmail, Zoho, any"),
	W(WORDS_LOGIN, "app-specific password", CAUSE_APP_PASSWORD, "iCloud, Zoho"),
	W(WORDS_LOGIN, "application specific password", CAUSE_APP_PASSWORD, "any"),
	W(WORDS_LOGIN, "application password", CAUSE_APP_PASSWORD, "mail.ru"),
	/* access switched off */
	W(WORDS_LOGIN, "yet to enable IMAP", CAUSE_ACCESS_OFF, "Zoho, IMAP"),
	W(WORDS_LOGIN, "yet to enable POP", CAUSE_ACCESS_OFF, "Zoho, POP3"),
	W(WORDS_LOGIN, "does not have access rights to this service", CAUSE_ACCESS_OFF, "Yandex, 535 5.7.8"),
	W(WORDS_LOGIN, "IMAP is disabled", CAUSE_ACCESS_OFF, "Yandex, any"),
	W(WORDS_LOGIN, "POP is disabled", CAUSE_ACCESS_OFF, "any"),
	W(WORDS_LOGIN, "POP3 is disabled", CAUSE_ACCESS_OFF, "any"),
	W(WORDS_LOGIN, "protocol is disabled", CAUSE_ACCESS_OFF, "Dovecot with such a passdb, any"),
	W(WORDS_LOGIN, "access to this service is disallowed", CAUSE_ACCESS_OFF, "any"),
	/* the state of the account */
	W(WORDS_LOGIN, "[EXPIRED]", CAUSE_PASSWORD_EXPIRED, "RFC 5530"),
	W(WORDS_LOGIN, "password expired", CAUSE_PASSWORD_EXPIRED, "Dovecot"),
	W(WORDS_LOGIN, "password has expired", CAUSE_PASSWORD_EXPIRED, "any"),
	W(WORDS_LOGIN, "is locked", CAUSE_ACCOUNT_LOCKED, "Exchange Online: user is locked; any"),
	W(WORDS_LOGIN, "account locked", CAUSE_ACCOUNT_LOCKED, "any"),
	W(WORDS_LOGIN, "been locked", CAUSE_ACCOUNT_LOCKED, "Yahoo, any"),
	W(WORDS_LOGIN, "temporarily locked", CAUSE_ACCOUNT_LOCKED, "any"),
	W(WORDS_ANY, "mailbox disabled", CAUSE_MAILBOX_DISABLED, "any"),
	W(WORDS_ANY, "mailbox is disabled", CAUSE_MAILBOX_DISABLED, "any"),
	W(WORDS_ANY, "account is disabled", CAUSE_MAILBOX_DISABLED, "Exchange, any"),
	W(WORDS_LOGIN, "account disabled", CAUSE_MAILBOX_DISABLED, "any"),
	W(WORDS_LOGIN, "user disabled", CAUSE_MAILBOX_DISABLED, "Dovecot"),
	W(WORDS_ANY, "suspended", CAUSE_MAILBOX_DISABLED, "any"),
	W(WORDS_ANY, "account inactive", CAUSE_MAILBOX_DISABLED, "any"),
	C(WORDS_ENVELOPE, 500, 599, "5.2.1", CAUSE_MAILBOX_DISABLED, "RFC 3463"),
	/* too much at once */
	W(WORDS_ANY, "[LIMIT]", CAUSE_THROTTLED, "RFC 5530"),
	W(WORDS_ANY, "[THROTTLED]", CAUSE_THROTTLED, "Exchange, Zimbra"),
	W(WORDS_ANY, "maximum number of connections", CAUSE_THROTTLED, "Dovecot, mail_max_userip_connections"),
	W(WORDS_ANY, "too many login", CAUSE_THROTTLED, "Gmail 454 4.7.0, any"),
	W(WORDS_ANY, "too many bad auth", CAUSE_THROTTLED, "Yahoo, 535 5.7.0 (#AUTH005)"),
	W(WORDS_ANY, "too many failed", CAUSE_THROTTLED, "any"),
	W(WORDS_ANY, "too many connections", CAUSE_THROTTLED, "Postfix 421 4.7.0, Exim"),
	W(WORDS_ANY, "too many concurrent", CAUSE_THROTTLED, "Exchange, GMX, Exim"),
	W(WORDS_ANY, "too many errors", CAUSE_THROTTLED, "Postfix"),
	W(WORDS_ANY, "rate limit", CAUSE_THROTTLED, "any"),
	W(WORDS_ANY, "throttled", CAUSE_THROTTLED, "Exchange, Yahoo"),
	W(WORDS_ANY, "sending quota", CAUSE_THROTTLED, "several providers"),
	W(WORDS_ANY, "try again in", CAUSE_THROTTLED, "several providers"),
	/* only over TLS */
	W(WORDS_ANY, "[PRIVACYREQUIRED]", CAUSE_LOGIN_NEEDS_TLS, "RFC 5530"),
	W(WORDS_ANY, "issue a STARTTLS", CAUSE_LOGIN_NEEDS_TLS, "RFC 3207; Gmail, Postfix: 530 5.7.0 Must issue a STARTTLS command first"),
	W(WORDS_ANY, "STARTTLS is required", CAUSE_LOGIN_NEEDS_TLS, "any"),
	W(WORDS_LOGIN, "plaintext authentication disallowed", CAUSE_LOGIN_NEEDS_TLS, "Dovecot"),
	W(WORDS_LOGIN, "cleartext authentication", CAUSE_LOGIN_NEEDS_TLS, "Dovecot 2.4"),
	W(WORDS_LOGIN, "encryption required", CAUSE_LOGIN_NEEDS_TLS, "RFC 4954, 538 5.7.11"),
	C(WORDS_LOGIN, 538, 538, "", CAUSE_LOGIN_NEEDS_TLS, "RFC 4954"),
	/* no log-in here */
	W(WORDS_LOGIN, "authentication not enabled", CAUSE_LOGIN_NOT_OFFERED, "Postfix, 503 5.5.1"),
	W(WORDS_LOGIN, "when not advertised", CAUSE_LOGIN_NOT_OFFERED, "Exim, 503 AUTH command used when not advertised"),
	/* block lists */
	W(WORDS_ANY, "spamhaus", CAUSE_BLOCKED_BY_ADDRESS, "any with that list"),
	W(WORDS_ANY, "block list", CAUSE_BLOCKED_BY_ADDRESS, "Exchange Online: 550 5.7.511, 5.7.606"),
	W(WORDS_ANY, "blocklist", CAUSE_BLOCKED_BY_ADDRESS, "any"),
	W(WORDS_ANY, "blacklist", CAUSE_BLOCKED_BY_ADDRESS, "any"),
	W(WORDS_ANY, "dnsbl", CAUSE_BLOCKED_BY_ADDRESS, "any"),
	W(WORDS_ANY, "blocked using", CAUSE_BLOCKED_BY_ADDRESS, "Postfix reject_rbl_client, 554 5.7.1"),
	W(WORDS_ANY, "listed at", CAUSE_BLOCKED_BY_ADDRESS, "Exim"),
	W(WORDS_ANY, "barracuda", CAUSE_BLOCKED_BY_ADDRESS, "any with that list"),
	W(WORDS_ANY, "poor reputation", CAUSE_BLOCKED_BY_ADDRESS, "GMX, Cisco"),
	W(WORDS_ANY, "bad reputation", CAUSE_BLOCKED_BY_ADDRESS, "any"),
	W(WORDS_ANY, "banned sending IP", CAUSE_BLOCKED_BY_ADDRESS, "Exchange Online, 550 5.7.606"),
	W(WORDS_ANY, "IP address has been blocked", CAUSE_BLOCKED_BY_ADDRESS, "any"),
	W(WORDS_ANY, "client host rejected", CAUSE_BLOCKED_BY_ADDRESS, "Postfix"),
	/* who may send what */
	W(WORDS_ENVELOPE, "not owned by", CAUSE_SENDER_REFUSED, "Postfix reject_sender_login_mismatch, 553 5.7.1"),
	W(WORDS_ENVELOPE, "not allowed to send", CAUSE_SENDER_REFUSED, "several providers"),
	W(WORDS_ENVELOPE, "not permitted to send", CAUSE_SENDER_REFUSED, "several providers"),
	W(WORDS_ENVELOPE, "sender address rejected", CAUSE_SENDER_REFUSED, "Postfix"),
	W(WORDS_ENVELOPE, "sender address is not allowed", CAUSE_SENDER_REFUSED, "GMX, IONOS: 550"),
	W(WORDS_ENVELOPE, "relaying disallowed as", CAUSE_SENDER_REFUSED, "Zoho, 553"),
	W(WORDS_ENVELOPE, "must be same as authorization user", CAUSE_SENDER_REFUSED, "QQ, 163: 501, 553"),
	W(WORDS_ENVELOPE, "not one of your addresses", CAUSE_SENDER_REFUSED, "iCloud, 550 5.7.0"),
	W(WORDS_ENVELOPE, "relay access denied", CAUSE_LOGIN_REQUIRED, "Postfix, 554 5.7.1"),
	W(WORDS_ENVELOPE, "relay not permitted", CAUSE_LOGIN_REQUIRED, "Exim, 550"),
	W(WORDS_ENVELOPE, "relaying denied", CAUSE_LOGIN_REQUIRED, "Sendmail, 550 5.7.1"),
	W(WORDS_ENVELOPE, "unable to relay", CAUSE_LOGIN_REQUIRED, "Exchange"),
	W(WORDS_ENVELOPE, "authentication required", CAUSE_LOGIN_REQUIRED, "RFC 4954; Gmail, Postfix, OpenSMTPD"),
	W(WORDS_ENVELOPE, "authentication is required", CAUSE_LOGIN_REQUIRED, "any"),
	C(WORDS_ENVELOPE, 530, 530, "", CAUSE_LOGIN_REQUIRED, "RFC 4954"),
	/* put off, size, room */
	W(WORDS_ENVELOPE, "greylist", CAUSE_GREYLISTED, "postgrey, Exim, any"),
	W(WORDS_ENVELOPE, "graylist", CAUSE_GREYLISTED, "any"),
	W(WORDS_ENVELOPE, "grey list", CAUSE_GREYLISTED, "any"),
	W(WORDS_ANY, "[OVERQUOTA]", CAUSE_OVER_QUOTA, "RFC 5530"),
	W(WORDS_ANY, "over quota", CAUSE_OVER_QUOTA, "Dovecot, any"),
	W(WORDS_ANY, "quota exceeded", CAUSE_OVER_QUOTA, "Dovecot LMTP, any"),
	W(WORDS_ENVELOPE, "mailbox full", CAUSE_OVER_QUOTA, "any"),
	W(WORDS_ENVELOPE, "mailbox is full", CAUSE_OVER_QUOTA, "any"),
	W(WORDS_ENVELOPE, ".2.2 ", CAUSE_OVER_QUOTA, "RFC 3463, 4.2.2 and 5.2.2"),
	W(WORDS_ENVELOPE, "5.3.4", CAUSE_MESSAGE_SIZE, "RFC 3463"),
	W(WORDS_ENVELOPE, "size exceeds", CAUSE_MESSAGE_SIZE, "RFC 1870; Postfix, Exim"),
	C(WORDS_ENVELOPE, 552, 552, "", CAUSE_MESSAGE_SIZE, "RFC 1870"),
	/* IMAP's codes */
	W(WORDS_LOGIN, "[AUTHENTICATIONFAILED]", CAUSE_PASSWORD_REFUSED, "RFC 5530"),
	W(WORDS_LOGIN, "[UNAVAILABLE]", CAUSE_LOGIN_UNAVAILABLE, "RFC 5530"),
	W(WORDS_LOGIN, "[INUSE]", CAUSE_SERVER_BUSY, "RFC 5530"),
	W(WORDS_LOGIN, "[SERVERBUG]", CAUSE_SERVER_BUSY, "RFC 5530"),
	W(WORDS_LOGIN, "[CONTACTADMIN]", CAUSE_ACCOUNT_LOCKED, "RFC 5530"),
	W(WORDS_LOGIN, "[SYS/TEMP]", CAUSE_LOGIN_UNAVAILABLE, "POP3, RFC 3206"),
	W(WORDS_LOGIN, "[SYS/PERM]", CAUSE_ACCOUNT_LOCKED, "POP3, RFC 3206"),
	W(WORDS_LOGIN, "[IN-USE]", CAUSE_THROTTLED, "POP3, RFC 2449: another session has the mailbox"),
	W(WORDS_LOGIN, "[LOGIN-DELAY]", CAUSE_THROTTLED, "POP3, RFC 2449"),
	W(WORDS_LOGIN, "[AUTH]", CAUSE_PASSWORD_REFUSED, "POP3, RFC 3206"),
	W(WORDS_FOLDER, "[NOPERM]", CAUSE_FOLDER_NO_RIGHTS, "RFC 5530; Dovecot, Cyrus"),
	W(WORDS_FOLDER, "permission denied", CAUSE_FOLDER_NO_RIGHTS, "Cyrus, Dovecot"),
	W(WORDS_FOLDER, "[NONEXISTENT]", CAUSE_FOLDER_MISSING, "RFC 5530"),
	W(WORDS_FOLDER, "[UNAVAILABLE]", CAUSE_SERVER_BUSY, "RFC 5530"),
	W(WORDS_FOLDER, "[SERVERBUG]", CAUSE_SERVER_BUSY, "RFC 5530"),
	W(WORDS_FOLDER, "[INUSE]", CAUSE_SERVER_BUSY, "RFC 5530"),
	/* codes alone */
	C(WORDS_ANY, 421, 421, "", CAUSE_SERVER_BUSY, "RFC 5321 §3.8"),
	C(WORDS_GREETING, 400, 499, "", CAUSE_SERVER_BUSY, "RFC 5321"),
	C(WORDS_GREETING, 500, 599, "", CAUSE_SERVICE_REFUSED, "RFC 5321 §3.1"),
	C(WORDS_LOGIN, 454, 454, "", CAUSE_LOGIN_UNAVAILABLE, "RFC 4954"),
	C(WORDS_LOGIN, 400, 499, "", CAUSE_LOGIN_UNAVAILABLE, "RFC 4954"),
	C(WORDS_LOGIN, 504, 504, "", CAUSE_NO_MECHANISM, "RFC 4954"),
	C(WORDS_LOGIN, 500, 599, "", CAUSE_PASSWORD_REFUSED, "RFC 4954, 535"),
	C(WORDS_RECIPIENT, 450, 451, "", CAUSE_GREYLISTED, "RFC 6647"),
	C(WORDS_ENVELOPE, 400, 499, "", CAUSE_SERVER_BUSY, "RFC 5321"),
	C(WORDS_SENDER, 500, 599, "", CAUSE_SENDER_REFUSED, "RFC 5321"),
	C(WORDS_RECIPIENT, 500, 599, "", CAUSE_RECIPIENT_REFUSED, "RFC 5321"),
};

static const struct provider_words providers[] = {
	{"gmail.com", true, "Google: myaccount.google.com/apppasswords (2-step verification must be on)"},
	{"googlemail.com", true, "Google: myaccount.google.com/apppasswords (2-step verification must be on)"},
	{"yahoo.com", true, "Yahoo: Account security, Generate app password"},
	{"yahoo.co.uk", true, "Yahoo: Account security, Generate app password"},
	{"yahoo.de", true, "Yahoo: Account security, Generate app password"},
	{"ymail.com", true, "Yahoo: Account security, Generate app password"},
	{"aol.com", true, "AOL: Account security, Generate app password"},
	{"icloud.com", true, "Apple: account.apple.com, Sign-In and Security, App-Specific Passwords"},
	{"me.com", true, "Apple: account.apple.com, Sign-In and Security, App-Specific Passwords"},
	{"mac.com", true, "Apple: account.apple.com, Sign-In and Security, App-Specific Passwords"},
	{"fastmail.com", true, "Fastmail: Settings, Privacy & Security, App passwords"},
	{"messagingengine.com", true, "Fastmail: Settings, Privacy & Security, App passwords"},
	{"yandex.com", true, "Yandex: id.yandex.com, App passwords; and IMAP must be switched on"},
	{"yandex.ru", true, "Yandex: id.yandex.ru, App passwords; and IMAP must be switched on"},
	{"mail.ru", true, "Mail.ru: account settings, passwords for external applications"},
	{"zoho.com", false, "Zoho: accounts.zoho.com, Security, App Passwords (with two-factor authentication)"},
	{"zoho.eu", false, "Zoho: accounts.zoho.eu, Security, App Passwords (with two-factor authentication)"},
};
/* clang-format on */

enum cause words_cause(enum words_step step, int code, struct str said)
{
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		const struct entry *entry = &entries[i];

		if (!(entry->steps & step) || (entry->high && (code < entry->low || code > entry->high)))
			continue;
		if (!entry->words.n || str_find_nocase(said, entry->words) >= 0)
			return entry->cause;
	}
	return CAUSE_UNKNOWN;
}

/* "imap.gmail.com" and "anna@gmail.com" belong to gmail.com, "notgmail.com" doesn't. */
static bool belongs(struct str name, struct str domain)
{
	char before;

	if (!str_ends_nocase(name, domain))
		return false;
	before = name.n > domain.n ? name.p[name.n - domain.n - 1] : '.';
	return before == '.' || before == '@';
}

const struct provider_words *words_provider(struct str host, struct str user)
{
	for (size_t i = 0; i < ARRAY_LEN(providers); i++)
		if (belongs(host, str_of(providers[i].domain)) || belongs(user, str_of(providers[i].domain)))
			return &providers[i];
	return NULL;
}
