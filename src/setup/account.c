/* See account.h. */
#include "setup/account.h"

#include "setup/account_graph.h"
#include "setup/check.h"
#include "setup/operator.h"
#include "setup/words.h"

#include <stdio.h>

static const char *const reply_token_words[] = {"off", "plus", NULL};
static const char *const answer_envelope_words[] = {"address", "none", NULL};
static const char *const tls_version_words[] = {"1.0", "1.1", "1.2", "1.3", NULL};
#define TLS_PRESET 2 /* "1.2" */
static const char *const encrypt_words[] = {"never", "when-possible", "required", NULL};
static const char *const cipher_words[] = {"aes-256-cbc", "aes-256-gcm", NULL};

static int send_security(const void *base)
{
	return security_of_port(((const struct account_send *)base)->port);
}

static int receive_security(const void *base)
{
	return security_of_port(((const struct account_receive *)base)->port);
}

/* clang-format off */
static const struct field tls_fields[] = {
	FIELD_ENUM(struct account_tls, lowest, tls_version_words, "Lowest TLS version", .preset = TLS_PRESET),
	FIELD_TEXT(struct account_tls, truststore, "CA certificates", .check = check_truststore, .example = "/etc/ssl/certs/ca-certificates.crt",
		   .directs = true, .help = "The path of a PEM file, or the id of a keystore; empty: those of the system"),
	FIELD_BOOL(struct account_tls, verify, "Verify the server's certificate", .preset = true,
		   .directs = true, .help = "Without it anybody on the way can read along and change mail"),
};

static const struct field send_smime_fields[] = {
	FIELD_REF(struct account_send_smime, keystore, "keystore", "Keystore", .help = "Whose key signs; empty: nothing is signed"),
	FIELD_TEXT(struct account_send_smime, alias, "Alias", .max = 200,
		   .help = "The key in it; empty: the first whose certificate names the address"),
	FIELD_BOOL(struct account_send_smime, sign, "Sign", .preset = true,
		   .help = "Every mail, where there is a keystore. What can't be signed isn't sent"),
	FIELD_ENUM(struct account_send_smime, encrypt, encrypt_words, "Encrypt",
		   .help = "when-possible: where there is a certificate for every recipient; required: mail without it isn't sent"),
	FIELD_ENUM(struct account_send_smime, cipher, cipher_words, "Cipher",
		   .help = "aes-256-gcm shows every change, but not all mail programs read it"),
};

static const struct field dkim_fields[] = {
	FIELD_TEXT(struct account_dkim, selector, "Selector", .max = 63,
		   .help = "The key's name in DNS: SELECTOR._domainkey.DOMAIN; empty: we don't sign (most providers do)"),
	FIELD_TEXT(struct account_dkim, domain, "Domain", .max = 253, .check = check_host, .example = "example.com", .help = "Empty: that of the address"),
	FIELD_REF(struct account_dkim, keystore, "keystore", "Keystore", .help = "Whose key signs, RSA or Ed25519"),
	FIELD_TEXT(struct account_dkim, alias, "Alias", .max = 200, .help = "The key in it; empty: the first"),
	FIELD_SECRET(struct account_dkim, key, "Private key", .max = 16384, .stays = true, .help = "In PEM, instead of a keystore"),
};
#define LOGIN_FIELDS(T)                                                                                              \
	FIELD_TEXTS(T, disabled_mechanisms, "Disabled mechanisms", .max = SASL_MECHANISMS, .check = check_mechanism, .example = "PLAIN",  \
		    .help = "Ways to log in that are not to be used although the server offers them: PLAIN, LOGIN, "      \
			    "CRAM-MD5, SCRAM-SHA-256 …; COMMAND is the protocol's own"),                                    \
	FIELD_PAIRS(T, advanced, "Advanced settings", .max = 40,                                                      \
		    .help = "Keys and values: docs/advanced-settings.md")

static const struct field send_fields[] = {
	FIELD_BOOL(struct account_send, enabled, "Send mail", .preset = true),
	FIELD_ENUM(struct account_send, protocol, send_protocol_words, "Protocol", .directs = true),
	FIELD_TEXT(struct account_send, address, "Address", .max = 254, .check = check_address, .example = "support@example.com",
		   .help = "The address mail is sent from"),
	FIELD_TEXTS(struct account_send, aliases, "Aliases", .max = 200, .check = check_address, .example = "help@example.com",
		    .help = "Further addresses whose mail comes to this mailbox; answers go out from the one that was written to"),
	FIELD_TEXT(struct account_send, display_name, "Display name", .max = 200,
		   .help = "What recipients see beside the address"),
	FIELD_TEXT(struct account_send, reply_to, "Reply-to address", .max = 254, .check = check_address, .example = "support@example.com",
		   .help = "Where answers shall go; empty: to the address"),
	FIELD_ENUM(struct account_send, reply_token, reply_token_words, "Token in Reply-To",
		   .help = "plus: answers go to name+TOKEN@domain, which leads them to their case whatever else was lost; the mail "
			   "server must deliver such addresses to the mailbox"),
	FIELD_BOOL(struct account_send, reference_line, "Reference line",
		   .help = "A short line at the end of our mails, by which answers find their case where the provider changes "
			   "Message-IDs"),
	FIELD_TEXT(struct account_send, user, "User ID", .max = 255,
		   .directs = true, .help = "Empty: by the provider's rule, else no login"),
	FIELD_SECRET(struct account_send, password, "Password"),
	FIELD_REF(struct account_send, profile, "authentication_profile", "Authentication profile",
		  .help = "OAuth 2.0 tokens instead of a password"),
	FIELD_TEXT(struct account_send, host, "Server", .max = 253, .check = check_host, .example = "smtp.example.com", .directs = true, .help = "Empty: the provider's"),
	FIELD_INT(struct account_send, port, "Port", .low = 1, .high = 65535,
		  .directs = true, .help = "0: the provider's, else by security: 587 for starttls, 465 for tls, 25 for none"),
	FIELD_ENUM(struct account_send, security, security_words, "Connection security", .preset = SECURITY_STARTTLS,
		   .preset_by = send_security, .directs = true,
		   .help = "Left out, tls with port 465. Where no server is given here, the provider's counts"),
	FIELD_BOOL(struct account_send, allow_insecure_login, "Allow the password over plain text",
		   .directs = true, .help = "Insecure: anybody on the way can read the password"),
	FIELD_INT(struct account_send, timeout_s, "Time-out", .high = 3600,
		  .help = "Seconds without an answer before the connection is given up; 0: the provider's, else 40"),
	FIELD_SECTION(struct account_send, tls, tls_fields, "TLS"),
	FIELD_TEXT(struct account_send, helo_name, "Name in EHLO", .max = 253, .check = check_host, .example = "mail.example.com",
		   .help = "Empty: the name of this machine"),
	FIELD_TEXT(struct account_send, sent_copy, "Copy of sent mail", .preset_text = SENT_COPY_OFF, .max = 255,
		   .help = "off; auto: in the mailbox's Sent folder, unless the provider files it itself; else a folder, named "
			   "as a listener's is. Filed over IMAP"),
	FIELD_INT(struct account_send, answers_per_hour, "Automatic answers per hour", .low = 1, .high = 1000, .preset = 3,
		  .help = "At most so many go out to one address in an hour"),
	FIELD_ENUM(struct account_send, answer_envelope, answer_envelope_words, "Envelope sender of automatic answers",
		   .help = "address: ours, so that reports come back and dead addresses are noticed; none: nobody, so that "
			   "nothing can answer them (many submission servers refuse it)"),
	FIELD_SECTION(struct account_send, smime, send_smime_fields, "S/MIME of outgoing mail"),
	FIELD_SECTION(struct account_send, dkim, dkim_fields, "DKIM signature"),
	LOGIN_FIELDS(struct account_send),
};

static const struct field smime_fields[] = {
	FIELD_REF(struct account_smime, keystore, "keystore", "Keystore",
		  .help = "Whose keys decrypt mail; empty: encrypted mail stays closed"),
	FIELD_REF(struct account_smime, truststore, "keystore", "Truststore",
		  .help = "The keystore with the CA certificates that signatures are checked against; empty: those of the system"),
};

static const struct field receive_fields[] = {
	FIELD_BOOL(struct account_receive, enabled, "Receive mail", .preset = true),
	FIELD_ENUM(struct account_receive, protocol, receive_protocol_words, "Protocol", .directs = true),
	FIELD_TEXT(struct account_receive, path, "Path", .max = 1000, .check = check_absolute_path, .example = "/var/mail/support",
		   .help = "With protocol maildir: the Maildir on this machine, such as /var/mail/support"),
	FIELD_BOOL(struct account_receive, use_sender_login, "Use sender's ID and password",
		   .directs = true, .lends = "send", .help = "And its authentication profile"),
	FIELD_TEXT(struct account_receive, user, "User ID", .max = 255, .directs = true, .help = "Empty: by the provider's rule"),
	FIELD_SECRET(struct account_receive, password, "Password"),
	FIELD_REF(struct account_receive, profile, "authentication_profile", "Authentication profile",
		  .help = "OAuth 2.0 tokens instead of a password"),
	FIELD_TEXT(struct account_receive, host, "Server", .max = 253, .check = check_host, .example = "imap.example.com",
		   .directs = true, .help = "Empty: the provider's"),
	FIELD_INT(struct account_receive, port, "Port", .low = 1, .high = 65535,
		  .directs = true, .help = "0: the provider's, else by security: 993 for tls, 143 otherwise; with POP3 995 and 110"),
	FIELD_ENUM(struct account_receive, security, security_words, "Connection security", .preset = SECURITY_TLS,
		   .preset_by = receive_security, .directs = true,
		   .help = "Left out, starttls with port 143 or 110. Where no server is given here, the provider's counts"),
	FIELD_BOOL(struct account_receive, allow_insecure_login, "Allow the password over plain text",
		   .directs = true, .help = "Insecure: anybody on the way can read the password"),
	FIELD_INT(struct account_receive, timeout_s, "Time-out", .low = 1, .high = 3600, .preset = 60,
		  .help = "Seconds without an answer before the connection is given up"),
	FIELD_SECTION(struct account_receive, tls, tls_fields, "TLS"),
	FIELD_SECTION(struct account_receive, smime, smime_fields, "S/MIME of incoming mail"),
	LOGIN_FIELDS(struct account_receive),
};

static const struct field share_fields[] = {
	FIELD_TEXT_AS(struct account_share, operator_id, "operator", "Operator", .max = 64, .check = check_id, .example = "anna"),
	FIELD_TEXT(struct account_share, role, "Role", .max = 64, .check = check_id, .example = "agent", .help = "Instead of an operator: everybody who has it"),
	FIELD_BOOL(struct account_share, send, "Send as it"),
	FIELD_BOOL(struct account_share, manage, "Change it"),
};

static const struct field account_fields[] = {
	FIELD_ID(struct account, id, "Account ID"),
	FIELD_TEXT(struct account, name, "Account name", .max = 200),
	FIELD_REF(struct account, provider, "provider", "Provider",
		  .directs = true, .help = "Empty: everything about the servers is said here"),
	FIELD_TEXT(struct account, owner, "Owner", .max = 64, .check = check_id, .example = "anna",
		   .help = "The operator whose personal mailbox it is, and nobody else's unless shared; empty: nobody's"),
	FIELD_LIST(struct account, shares, struct account_share, share_fields, "Shared with", .max = 200,
		   .help = "Operators and roles that may read its mail, send as it, change it"),
	FIELD_SECTION(struct account, send, send_fields, "Sender"),
	FIELD_SECTION(struct account, receive, receive_fields, "Receiver"),
};
/* clang-format on */

/* ---------------------------------------------------------------- checks over several fields */

int security_of_port(int64_t port)
{
	if (port == 993 || port == 995 || port == 465)
		return SECURITY_TLS;
	return port == 143 || port == 110 ? SECURITY_STARTTLS : -1;
}

int check_security_port(const char *section, int64_t port, int security, struct error *err)
{
	bool tls_port = security_of_port(port) == SECURITY_TLS;
	bool clear_port = port == 143 || port == 110 || port == 25;

	if (tls_port && security != SECURITY_TLS)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/security: port %d speaks TLS from the start, so security must be tls", section,
		            (int)port);
	if (clear_port && security == SECURITY_TLS)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/security: port %d begins in plain text, so security must be starttls (or none)",
		            section, (int)port);
	return 0;
}

static int check_password_in_clear(const char *section, const char *host, int security, bool allowed,
                                   const struct secret *password, struct error *err)
{
	if (*host && security == SECURITY_NONE && secret_is_set(password) && !allowed)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/allow_insecure_login: must be true to send a password without TLS (security is none)",
		            section);
	return 0;
}

static int check_dkim(const struct account_dkim *d, struct error *err)
{
	bool has_key = secret_is_stored(&d->key);

	if (!*d->selector && (*d->keystore || has_key))
		return fail(err, E_INVALID, RETRY_NEVER, "send/dkim/selector: is missing: the key's name in DNS");
	if (*d->selector && (*d->keystore != '\0') == has_key)
		return fail(err, E_INVALID, RETRY_NEVER, "send/dkim: %s",
		            has_key ? "has a keystore and a key: one is enough" : "needs a keystore, or a key in PEM");
	return 0;
}

/* Tokens are for TLS alone: whoever reads one has the mailbox. */
static int check_profile(const char *section, const char *host, int security, const char *profile,
                         const struct secret *password, struct error *err)
{
	if (!*profile)
		return 0;
	if (*host && security == SECURITY_NONE)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/security: must be tls or starttls with an authentication profile", section);
	if (secret_is_stored(password))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/password: is not needed beside %s/profile; take one of them out", section, section);
	return 0;
}

static int check_profiles(const struct account *a, struct error *err)
{
	const struct account_receive *r = &a->receive;
	const char *profile = r->use_sender_login ? a->send.profile : r->profile;

	if (check_profile("send", a->send.host, a->send.security, a->send.profile, &a->send.password, err) < 0)
		return E_INVALID;
	if (r->use_sender_login && *r->profile)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "receive/profile: has no effect, since receive/use_sender_login takes send/profile");
	return check_profile("receive", r->host, r->security, profile,
	                     r->use_sender_login ? &a->send.password : &r->password, err);
}

static int check_advanced(const struct account *a, struct error *err)
{
	struct advanced send, receive;

	if (advanced_read(ADVANCED_SEND, &a->send.advanced, &a->send.disabled_mechanisms, &send, err) < 0 ||
	    advanced_read(ADVANCED_RECEIVE, &a->receive.advanced, &a->receive.disabled_mechanisms, &receive, err) < 0)
		return E_INVALID;
	if (send.helo_name && *a->send.helo_name)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "send/advanced: the name in EHLO is said in send/helo_name, too");
	if (*a->send.host && advanced_check_tls("send", &send, a->send.security, err) < 0)
		return E_INVALID;
	return *a->receive.host ? advanced_check_tls("receive", &receive, a->receive.security, err) : 0;
}

static int check_account(const void *record, struct error *err)
{
	const struct account *a = record;

	if (strcmp(a->send.sent_copy, SENT_COPY_OFF) != 0 && !a->receive.enabled)
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "send/sent_copy: needs receive/enabled: copies are filed in the account's mailbox over IMAP");
	const struct secret *receive_password = a->receive.use_sender_login ? &a->send.password : &a->receive.password;

	if (check_advanced(a, err) < 0)
		return E_INVALID;
	if (*a->send.host && check_security_port("send", a->send.port, a->send.security, err) < 0)
		return E_INVALID;
	if (*a->receive.host && check_security_port("receive", a->receive.port, a->receive.security, err) < 0)
		return E_INVALID;
	if (check_profiles(a, err) < 0 || account_graph_check(a, err) < 0)
		return E_INVALID;
	if (check_password_in_clear("send", a->send.host, a->send.security, a->send.allow_insecure_login,
	                            &a->send.password, err) < 0)
		return E_INVALID;
	if (check_dkim(&a->send.dkim, err) < 0 || account_shares_check(a, err) < 0)
		return E_INVALID;
	return check_password_in_clear("receive", a->receive.host, a->receive.security, a->receive.allow_insecure_login,
	                               receive_password, err);
}

const struct record_type account_type = RECORD_TYPE(
        "account", "accounts", struct account, account_fields, "Account", .check = check_account,
        .example =
                "{\"id\": \"support\", \"name\": \"Support\", \"send\": {\"address\": \"support@example.com\", "
                "\"display_name\": \"Example Support\", \"host\": \"smtp.example.com\", \"port\": 465, \"security\": "
                "\"tls\", \"user\": \"support@example.com\", \"password\": \"the mailbox's password\"}, \"receive\": "
                "{\"host\": \"imap.example.com\", \"port\": 993, \"security\": \"tls\", \"use_sender_login\": true}}");
