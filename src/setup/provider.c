/* See provider.h. */
#include "setup/provider.h"

#include "setup/account.h"
#include "setup/check.h"
#include "setup/words.h"

const char *const security_words[] = {"none", "starttls", "tls", NULL};
const char *const receive_protocol_words[] = {"imap", "graph", NULL};
static const char *const login_words[] = {"typed", "local-part", "address", NULL};

/* clang-format off */
static const struct field receive_fields[] = {
	FIELD_BOOL(struct provider_receive, enabled, "Download mail", .preset = true,
		   .help = "Accounts of this provider may receive"),
	FIELD_ENUM(struct provider_receive, protocol, receive_protocol_words, "Protocol"),
	FIELD_TEXT(struct provider_receive, host, "Server", .max = 253, .check = check_host,
		   .help = "Name of the IMAP server, such as imap.example.com"),
	FIELD_INT(struct provider_receive, port, "Port", .low = 1, .high = 65535,
		  .help = "0: by security, 993 for tls and 143 otherwise"),
	FIELD_ENUM(struct provider_receive, security, security_words, "Connection security", .preset = SECURITY_TLS,
		   .help = "tls encrypts from the start, starttls after the greeting, none not at all"),
};

static const struct field send_fields[] = {
	FIELD_BOOL(struct provider_send, enabled, "Allow sending", .preset = true,
		   .help = "Accounts of this provider may send"),
	FIELD_ENUM(struct provider_send, protocol, send_protocol_words, "Protocol"),
	FIELD_TEXT(struct provider_send, host, "Server", .max = 253, .check = check_host,
		   .help = "Name of the SMTP server, such as smtp.example.com"),
	FIELD_INT(struct provider_send, port, "Port", .low = 1, .high = 65535,
		  .help = "0: by security, 587 for starttls, 465 for tls, 25 for none"),
	FIELD_ENUM(struct provider_send, security, security_words, "Connection security", .preset = SECURITY_STARTTLS,
		   .help = "tls encrypts from the start, starttls after the greeting, none not at all"),
	FIELD_INT(struct provider_send, timeout_s, "Time-out", .low = 1, .high = 3600, .preset = 40,
		  .help = "Seconds without an answer before the connection is given up"),
};

static const struct field provider_fields[] = {
	FIELD_ID(struct provider, id, "Provider ID"),
	FIELD_TEXT(struct provider, name, "Name", .max = 200),
	FIELD_TEXTS(struct provider, domains, "Mail domains", .check = check_host,
		    .help = "What stands behind the @ of addresses at this provider"),
	FIELD_ENUM(struct provider, login, login_words, "User name",
		   .help = "Typed for each account, or taken from the sender's address: what stands before the @, or all of it"),
	FIELD_SECTION(struct provider, receive, receive_fields, "Receiving"),
	FIELD_SECTION(struct provider, send, send_fields, "Sending"),
};
/* clang-format on */

static int check_provider(const void *record, struct error *err)
{
	const struct provider *p = record;

	if (check_security_port("receive", p->receive.port, p->receive.security, err) < 0)
		return E_INVALID;
	return check_security_port("send", p->send.port, p->send.security, err);
}

const struct record_type provider_type =
        RECORD_TYPE("provider", "providers", struct provider, provider_fields, "Provider", .check = check_provider);
