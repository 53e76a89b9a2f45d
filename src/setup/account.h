/* An email account (FEATURES AC1-AC3, SE1-SE4, RE1): who we are at a provider, as sender and as receiver. */
#ifndef SETUP_ACCOUNT_H
#define SETUP_ACCOUNT_H

#include "setup/advanced.h"
#include "setup/provider.h"

/* "imap" (preset), "pop3", "graph", "maildir" */
enum receive_protocol { RECEIVE_IMAP, RECEIVE_POP3, RECEIVE_GRAPH, RECEIVE_MAILDIR };
enum send_protocol { SEND_SMTP, SEND_GRAPH }; /* "smtp" (preset), "graph" */

/* Our token in Reply-To, besides that in Message-ID. */
enum reply_token { REPLY_TOKEN_OFF, REPLY_TOKEN_PLUS }; /* "off" (preset), "plus": name+TOKEN@domain */

/* Where reports on automatic answers go (RFC 3834 §3.3): "address" (preset) to ours, "none" nowhere. */
enum answer_envelope { ANSWER_ENVELOPE_ADDRESS, ANSWER_ENVELOPE_NONE };

/* Whether outgoing mail is encrypted: "never" (preset), "when-possible" (there is a certificate for every recipient),
 * "required" (else the mail isn't sent). */
enum encrypt { ENCRYPT_NEVER, ENCRYPT_WHEN_POSSIBLE, ENCRYPT_REQUIRED };

struct keystore_record;

struct account_tls {
	int lowest;             /* "1.0" … "1.3", in the order of enum tls_version; preset 1.2 */
	const char *truststore; /* path of a PEM file of CA certificates, or a keystore's id; "": the system's */
	const struct keystore_record *trust; /* of such an id; the snapshot sets it. NULL: none */
	bool verify;                         /* preset true; false is shown, logged and audited */
};

struct account_share {
	const char *operator_id, *role; /* one of the two; the other is "" */
	bool send, manage;              /* reading goes with being named */
};

struct account {
	const char *id, *name;
	const char *provider; /* id; "": everything is said here */
	const char *owner;    /* operator whose personal mailbox it is; "": it is everybody's who may see accounts */
	struct record_list shares; /* of struct account_share: others who may use it */
	struct account_send {
		bool enabled;
		int protocol; /* enum send_protocol */
		const char *address, *display_name, *reply_to;
		struct text_list aliases; /* further addresses of the mailbox; answers go out from the one written to */
		int reply_token;          /* enum reply_token */
		bool reference_line;      /* preset false */
		const char *user;         /* "": by the provider's login rule, else none */
		struct secret password;
		const char *profile;       /* authentication profile: tokens instead of a password; "": none */
		const char *host;          /* "": the provider's */
		int64_t port;              /* 0: the provider's, else by security: 25 none, 587 starttls, 465 tls */
		int security;              /* preset starttls; the provider's where host is "" */
		bool allow_insecure_login; /* a password over plain text: flagged insecure wherever it is shown */
		int64_t timeout_s;         /* 0: the provider's, else 40 */
		struct account_tls tls;
		const char *helo_name;    /* "": this machine's name */
		const char *sent_copy;    /* "off", "auto", or a folder's name; see account_sent_copy() */
		int64_t answers_per_hour; /* automatic answers to one address; preset 3 */
		int answer_envelope;      /* enum answer_envelope */
		struct account_send_smime {
			const char *keystore; /* id; "": nothing is signed */
			const char *alias;    /* "": the first key that names the address */
			bool sign;            /* preset true */
			int encrypt;          /* enum encrypt */
			int cipher;           /* "aes-256-cbc" (preset), "aes-256-gcm", as enum smime_cipher */
		} smime;
		struct account_dkim {
			const char *selector;         /* "": no DKIM signature by us */
			const char *domain;           /* "": the address's */
			const char *keystore, *alias; /* of the key, or: */
			struct secret key;            /* in PEM */
		} dkim;
		struct text_list disabled_mechanisms;
		struct text_pairs advanced; /* advanced.h */
	} send;
	struct account_receive {
		bool enabled;
		int protocol;          /* enum receive_protocol */
		const char *path;      /* of a Maildir on this machine */
		bool use_sender_login; /* "Use sender's ID and password" (AC3), its profile as well */
		const char *user;
		struct secret password;
		const char *profile;
		const char *host;
		int64_t port; /* 0: the provider's, else by security: IMAP 143 none or starttls, 993 tls; POP3 110 and
		                 995 */
		int security; /* preset tls ("Use SSL/TLS" is on unless cleared); the provider's where host is "" */
		bool allow_insecure_login;
		int64_t timeout_s; /* 60 */
		struct account_tls tls;
		struct account_smime {
			const char *keystore;   /* id; "": encrypted mail stays closed */
			const char *truststore; /* id of the CA certificates; "": those of the system */
		} smime;
		struct text_list disabled_mechanisms;
		struct text_pairs advanced;
	} receive;
};

extern const struct record_type account_type;

/* The server that an account reads from: its own, else the one of its provider's that speaks its protocol (IMAP, where
 * it says none, is what the provider offers first). False where there is none. */
struct account_server {
	int protocol; /* enum receive_protocol */
	const char *host;
	int64_t port; /* 0: by security */
	int security;
};
bool account_receive_server(const struct account *account, const struct provider *provider, struct account_server *ret);

#define SENT_COPY_OFF  "off"
#define SENT_COPY_AUTO "auto"

/* Whether mail that the account sends is filed in a folder of its mailbox over IMAP: not where nobody wants it, where
 * it isn't an IMAP mailbox, and (auto) where the provider files it itself. Texts are borrowed. */
struct account_sent_copy {
	const char *folder; /* "\\Sent": where sent mail belongs */
	const char *hint;   /* the provider's name for that; "" */
};
bool account_sent_copy(const struct account *account, const struct provider *provider, struct account_sent_copy *ret);

/* "IMAP", "POP3", "Microsoft Graph": for people. */
const char *receive_protocol_name(int protocol);

/* The account's address or alias that this address is, with or without a +part, without case; NULL where it is none. */
const char *account_own_address(const struct account *account, struct str address);

/* Host, port, security, user and timeout after provider and defaults: what the connection really uses. Strings
 * borrowed from the two and from the struct itself: it can't be copied. */
struct account_connection {
	int protocol; /* enum receive_protocol or send_protocol */
	const char *host, *user;
	const struct secret *password; /* NULL where there is a profile */
	const char *profile;           /* authentication profile; "": by password */
	int port;
	enum security security;
	bool allow_insecure_login;
	int timeout_ms, connect_timeout_ms;
	const struct account_tls *tls;
	const char *helo_name; /* sending; "": this machine's name */
	struct advanced advanced;
	char room[256]; /* a user made of the address by the provider's rule */
};

/* Fails (E_INVALID, "account support: receive/host is missing and there is no provider") where something needed is
 * absent. */
int account_receive_connection(const struct account *account, const struct provider *provider,
                               struct account_connection *ret, struct error *err) NODISCARD;
int account_send_connection(const struct account *account, const struct provider *provider,
                            struct account_connection *ret, struct error *err) NODISCARD;

#endif
