/* See provider.h. */
#include "setup/provider.h"

#include "setup/account.h"
#include "setup/check.h"
#include "setup/logo.h"
#include "setup/words.h"

const char *const security_words[] = {"none", "starttls", "tls", NULL};
const char *const send_protocol_words[] = {"smtp", "graph", NULL};
const char *const receive_protocol_words[] = {"imap", "pop3", "graph", "maildir", NULL};
static const char *const login_words[] = {"typed", "local-part", "address", "local-part.domain", NULL};
static const char *const send_login_words[] = {"same", "typed", "local-part", "address", "local-part.domain", NULL};
static const char *const app_password_words[] = {"no", "needed", "with-2fa", NULL};

static int receive_security(const void *base)
{
	return security_of_port(((const struct provider_receive *)base)->port);
}

static int pop3_security(const void *base)
{
	return security_of_port(((const struct provider_pop3 *)base)->port);
}

static int send_security(const void *base)
{
	return security_of_port(((const struct provider_send *)base)->port);
}

/* clang-format off */
static const struct field receive_fields[] = {
	FIELD_BOOL(struct provider_receive, enabled, "Download mail", .preset = true,
		   .help = "Accounts of this provider may receive"),
	FIELD_ENUM(struct provider_receive, protocol, receive_protocol_words, "Protocol"),
	FIELD_TEXT(struct provider_receive, host, "Server", .max = 253, .check = check_host, .example = "imap.example.com",
		   .help = "Name of the IMAP or POP3 server, such as imap.example.com"),
	FIELD_INT(struct provider_receive, port, "Port", .low = 1, .high = 65535,
		  .help = "0: by security, 993 for tls and 143 otherwise; with POP3 995 and 110"),
	FIELD_ENUM(struct provider_receive, security, security_words, "Connection security", .preset = SECURITY_TLS,
		   .preset_by = receive_security,
		   .help = "Left out, starttls with port 143 or 110. tls encrypts from the start, starttls after the greeting, none not at all"),
};

static const struct field pop3_fields[] = {
	FIELD_TEXT(struct provider_pop3, host, "Server", .max = 253, .check = check_host, .example = "pop.example.com",
		   .help = "Name of the POP3 server; empty: none"),
	FIELD_INT(struct provider_pop3, port, "Port", .low = 1, .high = 65535,
		  .help = "0: by security, 995 for tls and 110 otherwise"),
	FIELD_ENUM(struct provider_pop3, security, security_words, "Connection security", .preset = SECURITY_TLS,
		   .preset_by = pop3_security, .help = "Left out, starttls with port 110"),
};

static const struct field send_fields[] = {
	FIELD_BOOL(struct provider_send, enabled, "Allow sending", .preset = true,
		   .help = "Accounts of this provider may send"),
	FIELD_ENUM(struct provider_send, protocol, send_protocol_words, "Protocol"),
	FIELD_ENUM(struct provider_send, login, send_login_words, "User name",
		   .help = "same: as the provider's rule says; else a rule of its own for sending"),
	FIELD_TEXT(struct provider_send, host, "Server", .max = 253, .check = check_host, .example = "smtp.example.com",
		   .help = "Name of the SMTP server, such as smtp.example.com"),
	FIELD_INT(struct provider_send, port, "Port", .low = 1, .high = 65535,
		  .help = "0: by security, 587 for starttls, 465 for tls, 25 for none"),
	FIELD_ENUM(struct provider_send, security, security_words, "Connection security", .preset = SECURITY_STARTTLS,
		   .preset_by = send_security,
		   .help = "Left out, tls with port 465. tls encrypts from the start, starttls after the greeting, none not at all"),
	FIELD_INT(struct provider_send, timeout_s, "Time-out", .low = 1, .high = 3600, .preset = 40,
		  .help = "Seconds without an answer before the connection is given up"),
};

static const struct field oauth_fields[] = {
	FIELD_TEXT_AS(struct provider_oauth, template_name, "template", "Template", .max = 64,
		      .help = "The template that authentication profiles for this provider begin with, such as microsoft or "
			      "google; empty: no OAuth"),
	FIELD_TEXTS(struct provider_oauth, scopes, "Scopes", .max = 20, .help = "What a token must permit"),
	FIELD_BOOL(struct provider_oauth, required, "Only OAuth", .help = "The provider takes no passwords any more"),
};

static const struct field folders_fields[] = {
	FIELD_TEXT(struct provider_folders, sent, "Sent", .max = 255,
		   .help = "Names as people see them; empty: the folder that the server marks so"),
	FIELD_TEXT(struct provider_folders, drafts, "Drafts", .max = 255),
	FIELD_TEXT(struct provider_folders, junk, "Junk", .max = 255),
	FIELD_TEXT(struct provider_folders, trash, "Trash", .max = 255),
	FIELD_TEXT(struct provider_folders, archive, "Archive", .max = 255),
};

static const struct field limits_fields[] = {
	FIELD_INT(struct provider_limits, connections, "Connections", .high = 1000,
		  .help = "At once, for one account; 0: as many as needed"),
	FIELD_INT(struct provider_limits, messages_per_hour, "Messages an hour", .high = 10000000,
		  .help = "Sent by one account; 0: no limit"),
	FIELD_INT(struct provider_limits, messages_per_day, "Messages a day", .high = 100000000,
		  .help = "Sent by one account in 24 hours; 0: no limit"),
	FIELD_INT(struct provider_limits, recipients_per_message, "Recipients of a message", .high = 100000,
		  .help = "0: no limit"),
	FIELD_INT(struct provider_limits, recipients_per_day, "Recipients a day", .high = 100000000,
		  .help = "0: no limit"),
	FIELD_INT(struct provider_limits, message_mb, "Size of a message", .high = 10000,
		  .help = "MB of one mail that is sent, files encoded; 0: what the server says"),
	FIELD_INT(struct provider_limits, send_mb_per_day, "MB sent a day", .high = 100000000, .help = "0: no limit"),
	FIELD_INT(struct provider_limits, receive_mb_per_day, "MB fetched a day", .high = 100000000,
		  .help = "0: no limit"),
};

static const struct field provider_fields[] = {
	FIELD_ID(struct provider, id, "Provider ID"),
	FIELD_TEXT(struct provider, name, "Name", .max = 200),
	FIELD_TEXTS(struct provider, domains, "Mail domains", .check = check_host, .example = "example.com",
		    .help = "What stands behind the @ of addresses at this provider"),
	FIELD_TEXTS(struct provider, mx, "MX hosts", .check = check_host, .example = "mx.example.com",
		    .help = "How the names of mail exchangers end whose domains are hosted here: google.com stands for "
			    "aspmx.l.google.com, too"),
	FIELD_ENUM(struct provider, login, login_words, "User name",
		   .help = "Typed for each account, or taken from the sender's address: what stands before the @, all of it, or "
			   "all of it with a dot for the @"),
	FIELD_SECTION(struct provider, receive, receive_fields, "Receiving"),
	FIELD_SECTION(struct provider, pop3, pop3_fields, "POP3 beside it"),
	FIELD_SECTION(struct provider, send, send_fields, "Sending"),
	FIELD_SECTION(struct provider, oauth, oauth_fields, "OAuth"),
	FIELD_SECTION(struct provider, folders, folders_fields, "Special folders"),
	FIELD_BOOL(struct provider, files_sent, "Files sent mail",
		   .help = "The provider puts what it sends into the Sent folder by itself"),
	FIELD_SECTION(struct provider, limits, limits_fields, "Limits"),
	FIELD_ENUM(struct provider, app_password, app_password_words, "App password",
		   .help = "Whether programs get a password of their own, always or with two-step verification"),
	FIELD_TEXT(struct provider, help_url, "Help", .max = 500, .check = check_https_url, .example = "https://example.com/help",
		   .help = "Where the provider explains access by IMAP, POP3 and SMTP"),
	FIELD_TEXT(struct provider, logo, "Logo", .max = LOGO_MAX_BYTES / 3 * 4 + 8, .check = logo_check, .example = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
		   .help = "PNG, JPEG or SVG of at most 64 KiB in base64; {file: PATH} reads one at apply, beginning at the "
			   "set-up file's folder, and takes an SVG's shapes without anything else"),
	FIELD_TEXT(struct provider, note, "Note", .max = 500, .help = "What a person has to do before it works"),
};
/* clang-format on */

static int check_provider(const void *record, struct error *err)
{
	const struct provider *p = record;

	if (p->receive.protocol == RECEIVE_MAILDIR)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "receive/protocol: a Maildir has no provider: it belongs to an account");

	if (check_security_port("receive", p->receive.port, p->receive.security, err) < 0 ||
	    check_security_port("pop3", p->pop3.port, p->pop3.security, err) < 0)
		return E_INVALID;
	if (!p->receive.enabled && !p->send.enabled)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "send/enabled: is false beside receive/enabled: one of the two must be true");
	if (p->oauth.required && !*p->oauth.template_name)
		return fail(err, E_INVALID, RETRY_NEVER, "oauth/required: needs oauth/template");
	return check_security_port("send", p->send.port, p->send.security, err);
}

const struct record_type provider_type =
        RECORD_TYPE("provider", "providers", struct provider, provider_fields, "Provider", .check = check_provider,
                    .example = "{\"id\": \"example\", \"name\": \"Example Mail\", \"domains\": [\"example.com\"], "
                               "\"receive\": {\"host\": \"imap.example.com\", \"port\": 993, \"security\": \"tls\"}, "
                               "\"send\": {\"host\": \"smtp.example.com\", \"port\": 465, \"security\": \"tls\"}}");

int provider_takes_size(const struct provider *provider, uint64_t bytes, struct error *err)
{
	const uint64_t mb = 1000 * 1000; /* as providers count */
	uint64_t most = provider ? (uint64_t)provider->limits.message_mb : 0;

	if (!most || bytes <= most * mb)
		return 0;
	return fail(err, E_LIMIT, RETRY_NEVER,
	            "the mail is %.1f MB, and provider %s takes %llu MB at most, files encoded (limits/message_mb)",
	            (double)bytes / (double)mb, provider->id, (unsigned long long)most);
}
