/* A provider (FEATURES PR1-PR10): the servers an organisation's or the world's mail host has, how one logs in there and
 * how much it bears, so that an account need not repeat them. Those that everybody knows are built in: catalogue.h. */
#ifndef SETUP_PROVIDER_H
#define SETUP_PROVIDER_H

#include "record/record.h"

enum security { SECURITY_NONE, SECURITY_STARTTLS, SECURITY_TLS }; /* "none", "starttls", "tls" */

/* "typed", "local-part", "address", "local-part.domain": anna@example.com logs in as anna.example.com */
enum login_rule { LOGIN_TYPED, LOGIN_LOCAL_PART, LOGIN_ADDRESS, LOGIN_DOTTED };

/* What stands where a password is asked for: "no" special one, "needed", or "with-2fa": where the mailbox has two-step
 * verification. */
enum app_password { APP_PASSWORD_NO, APP_PASSWORD_NEEDED, APP_PASSWORD_WITH_2FA };

struct provider {
	const char *id, *name;
	struct text_list domains;
	struct text_list mx; /* suffixes of the MX hosts of domains that are hosted there: "google.com" */
	int login;           /* enum login_rule */
	struct provider_receive {
		bool enabled; /* "download emails" */
		int protocol; /* enum receive_protocol, account.h */
		const char *host;
		int64_t port; /* 0: by security */
		int security; /* enum security */
	} receive;
	struct provider_pop3 {
		const char *host; /* "": none is offered beside `receive` */
		int64_t port;     /* 0: by security */
		int security;
	} pop3;
	struct provider_send {
		bool enabled; /* "allow sending" */
		int protocol; /* enum send_protocol */
		int login;    /* 0: as above; else enum login_rule + 1, for the sender alone */
		const char *host;
		int64_t port; /* 0: by security */
		int security;
		int64_t timeout_s; /* 40 */
	} send;
	struct provider_oauth {
		const char *template_name; /* of an authentication profile: "microsoft"; "": OAuth isn't offered */
		struct text_list scopes;
		bool required; /* passwords aren't taken at all */
	} oauth;
	struct provider_folders {
		const char *sent, *drafts, *junk, *trash, *archive; /* "": as the server marks them (RFC 6154) */
	} folders;
	bool files_sent; /* puts what it sends into the Sent folder by itself */
	struct provider_limits {
		int64_t connections;            /* at once, for one account */
		int64_t messages_per_hour;      /* sent */
		int64_t messages_per_day;       /* sent */
		int64_t recipients_per_message; /* To, Cc and Bcc together */
		int64_t recipients_per_day;
		int64_t message_mb;         /* one mail as it goes out */
		int64_t send_mb_per_day;    /* all mail that goes out */
		int64_t receive_mb_per_day; /* all mail that is fetched */
	} limits;                           /* of one account; 0 is none that is known */
	int app_password;                   /* enum app_password */
	const char *help_url;
	const char *note; /* what a person has to do before it works */
	const char *logo; /* base64 of a PNG, JPEG or SVG (logo.h); "": none */
};

extern const struct record_type provider_type;

/* Fails with E_LIMIT where it takes no mail of so many bytes (limits/message_mb). NULL takes any. */
int provider_takes_size(const struct provider *provider, uint64_t bytes, struct error *err) NODISCARD;

#endif
