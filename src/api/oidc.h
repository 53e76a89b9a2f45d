/* Sign-in with an identity provider (OpenID Connect Core 1.0 §3.1: authorization code, with PKCE (RFC 7636), state and
 * nonce). Nothing is stored meanwhile: all three follow from one random secret that the browser keeps in a cookie, so
 * the answer is good in the browser alone that asked. */
#ifndef API_OIDC_H
#define API_OIDC_H

#include "base/arena.h"
#include "base/error.h"
#include "security/access_token.h"
#include "setup/identity_provider.h"

/* Where the browser is to go; in the arena. Fetches the provider's description. */
int oidc_authorization_url(const struct identity_provider *provider, struct str secret, const char *redirect_uri,
                           struct arena *arena, const char **ret_url, struct error *err) NODISCARD;

/* Whether `state` came from this secret. */
bool oidc_is_state(struct str secret, const char *state);

/* Who it is, as the provider says. */
struct oidc_user {
	const char *subject;
	const char *email; /* "": none, or not verified */
};

/* Exchanges the code, checks the ID token (signature, issuer, audience, times, nonce), and asks for the e-mail address
 * where the token doesn't say it. E_AUTH where the provider says no, or what it says can't be believed. */
int oidc_exchange(const struct identity_provider *provider, struct str secret, const char *redirect_uri,
                  struct str code, struct arena *arena, struct oidc_user *ret_user, struct error *err) NODISCARD;

/* The claims of an ID token, whose signature is good: for oidc_exchange() and its tests. */
int oidc_check_claims(const json_t *claims, const char *issuer, const char *client_id, const char *nonce,
                      int64_t now_ms, struct error *err) NODISCARD;

#endif
