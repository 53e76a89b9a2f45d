/* An authentication profile (FEATURES SX2; Pega's name): how accounts get OAuth 2.0 access tokens instead of sending a
 * password. Accounts name one in send/profile and receive/profile.
 *
 *	authentication_profiles:
 *	  company:
 *	    template: microsoft
 *	    tenant: contoso.onmicrosoft.com
 *	    grant: client-credentials
 *	    client_id: 11111111-2222-3333-4444-555555555555
 *	    client_secret: { file: /run/secrets/graph }
 *
 * A template fills in endpoints and scopes that are left empty. */
#ifndef SETUP_AUTHENTICATION_PROFILE_H
#define SETUP_AUTHENTICATION_PROFILE_H

#include "record/record.h"
#include "store/tokens.h"

struct setup;

enum oauth_template {
	OAUTH_TEMPLATE_NONE,            /* "none" */
	OAUTH_TEMPLATE_MICROSOFT,       /* "microsoft": IMAP, POP and SMTP of Microsoft 365 and Outlook.com */
	OAUTH_TEMPLATE_MICROSOFT_GRAPH, /* "microsoft-graph" */
	OAUTH_TEMPLATE_GOOGLE,          /* "google" */
	OAUTH_TEMPLATE_YAHOO,           /* "yahoo" */
	OAUTH_TEMPLATE_FASTMAIL,        /* "fastmail" */
};

enum oauth_grant {
	GRANT_CLIENT_CREDENTIALS, /* "client-credentials": RFC 6749 §4.4 */
	GRANT_PASSWORD,           /* "password": §4.3 */
	GRANT_JWT_BEARER,         /* "jwt-bearer": RFC 7523 §2.1 */
	GRANT_AUTHORIZATION_CODE, /* "authorization-code": §4.1 with PKCE (RFC 7636) */
	GRANT_REFRESH_TOKEN,      /* "refresh-token": §6, with a token that was got elsewhere */
};

/* How the client proves itself at the token endpoint. */
enum oauth_client {
	CLIENT_POST,        /* "post": client_secret in the body */
	CLIENT_BASIC,       /* "basic": HTTP Basic */
	CLIENT_CERTIFICATE, /* "certificate": a signed assertion, RFC 7523 §2.2 (private_key_jwt) */
	CLIENT_NONE,        /* "none": a public client */
};

struct authentication_profile {
	const char *id, *name;
	int template_id; /* enum oauth_template */
	const char *tenant;
	int grant; /* enum oauth_grant */
	const char *client_id;
	int client; /* enum oauth_client */
	struct secret client_secret;
	const char *secret_expires_at; /* "2027-01-31"; "": unknown */
	const char *keystore, *key_alias;
	const char *token_endpoint, *authorization_endpoint; /* "": the template's */
	struct text_list scopes;                             /* none: the template's */
	const char *audience, *resource;
	const char *user;
	struct secret password;
	const char *issuer, *subject;
	struct secret service_account; /* JSON text */
	struct secret refresh_token;
	bool allow_private_network;
	const char *truststore;
	int64_t timeout_s;
	const struct keystore_record *trust; /* that truststore names; the snapshot sets it. NULL: none */
};

extern const struct record_type authentication_profile_type;

/* What a profile really uses, after its template. */
struct oauth_endpoints {
	const char *token, *authorization; /* authorization: "" where there is none */
	const char *scope;                 /* joined by spaces; "" */
	const char *authorization_extra;   /* further parameters of the authorization request, "&name=value…" */
};

/* In the arena. */
void authentication_profile_endpoints(const struct authentication_profile *profile, struct arena *arena,
                                      struct oauth_endpoints *ret_endpoints);

/* Fails (E_AUTH) where a secret of the profile can't be opened. */
int authentication_profile_opened(const struct authentication_profile *profile, struct error *err) NODISCARD;

/* When the client secret expires, as Unix ms at the end of that day (UTC); 0: unknown. */
int64_t authentication_profile_secret_expires(const struct authentication_profile *profile);

/* When a stored refresh token can't be used any more, by the server's word or the provider's limit of inactivity; 0:
 * unknown, or there is none. */
int64_t authentication_profile_refresh_expires(const struct authentication_profile *profile,
                                               const struct token_row *row);

/* Calls `each` for what expires of profiles: client secrets with a date ("client secret"), consents that end or lie
 * unused ("refresh token"). `what` is static text; `user` is whose tokens they are, mostly "". */
int authentication_profiles_each_expiry(const struct setup *setup, struct db *db,
                                        void (*each)(void *ctx, const struct authentication_profile *profile,
                                                     const char *what, const char *user, int64_t expires_at),
                                        void *ctx, struct error *err) NODISCARD;

#endif
