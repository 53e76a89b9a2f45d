/* A person's consent as OAuth's authorization code with PKCE has it (RFC 6749 §4.1, RFC 7636): the address to open in a
 *browser, what the browser comes back with, the exchange for tokens. Who waits for the browser is the caller's
 *business: a terminal (RFC 8252), the API.
 *
 *	struct authorization a CLEANUP(authorization_done) = {0};
 *	if (authorization_begin(&a, profile, "http://127.0.0.1:4711/", err) < 0) …
 *	show(authorization_address(&a));
 *	r = authorization_read(&a, query, err);                      1: the code is there
 *	r = authorization_finish(&a, store, setup, …);
 */
#ifndef AUTH_AUTHORIZATION_H
#define AUTH_AUTHORIZATION_H

#include "auth/tokens.h"
#include "base/random.h"

#define AUTHORIZATION_MAX_QUERY KIB(32) /* of what the browser comes back with */

struct authorization {
	struct arena *arena;
	const struct authentication_profile *profile; /* borrowed */
	struct oauth_endpoints endpoints;
	char state[RANDOM_TOKEN_LEN + 1];
	struct secret verifier, code;
	const char *redirect_uri; /* in the arena */
};

/* Fails where the profile needs no consent, or where its secrets can't be opened. authorization_done() in either case.
 */
int authorization_begin(struct authorization *a, const struct authentication_profile *profile, const char *redirect_uri,
                        struct error *err) NODISCARD;
void authorization_done(struct authorization *a);

/* For a redirect that is known later than the begin. */
void authorization_redirect(struct authorization *a, const char *redirect_uri);

/* Lives as long as the authorization. */
const char *authorization_address(const struct authorization *a);

/* The query of the redirect ("code=…&state=…"): 1 with the code, 0 where it isn't an answer to this request at all,
 * negative where the provider, or the person, said no. */
int authorization_read(struct authorization *a, struct str query, struct error *err) NODISCARD;

/* Exchanges the code and stores the tokens, in the place of any there were. `transcript` may be NULL. *ret_tokens is
 * the caller's: oauth_tokens_done(). */
int authorization_finish(const struct authorization *a, struct store *store, const struct setup *setup,
                         void (*transcript)(void *ctx, const char *line), void *ctx, struct oauth_tokens *ret_tokens,
                         struct error *err) NODISCARD;

/* A value of a query, decoded, in the arena; "" where it is absent. */
struct str query_parameter(struct arena *arena, struct str query, const char *name);

#endif
