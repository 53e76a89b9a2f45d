/* An identity provider (OpenID Connect Core 1.0): operators sign in with it instead of a password. It makes no
 *operator: who signs in is the operator whose oidc_subject it names, or whose e-mail address it has verified.
 *
 *	identity_providers:
 *	  company:
 *	    name: Example Inc.
 *	    issuer: https://login.example.com/realms/staff
 *	    client_id: hauspost
 *	    client_secret: { file: /run/secrets/oidc } */
#ifndef SETUP_IDENTITY_PROVIDER_H
#define SETUP_IDENTITY_PROVIDER_H

#include "record/record.h"

struct identity_provider {
	const char *id, *name;
	bool disabled;
	const char *issuer;
	const char *client_id;
	struct secret client_secret; /* not set: a public client, PKCE alone */
	struct text_list scopes;     /* besides openid; none: email */
	bool match_email;            /* preset true; false: only oidc_subject */
	bool allow_private_network;
	const char *truststore;
	int64_t timeout_s;
};

extern const struct record_type identity_provider_type;

#endif
