/* The token cache: access tokens of authentication profiles, for every session and sender of a process. In memory, and
 * sealed in the store, where several processes share them.
 *
 *	tokens_attach(store, sealer);                                once, where the store was opened
 *	login = login_of(&connection);
 *	r = tokens_login(store, setup, &connection, &login, err);    login.tokens, where the account has a profile
 *
 * A token is renewed about five minutes before it expires, by one thread of one process (a lease in the store); the
 * others go on with the old one as long as it is good, and wait else. What a server gives in place of a refresh token
 *is committed before the new access token is used. A fault of the endpoint, or on the way to it, costs nothing while
 *the old token is good. A refusal is remembered for a minute, so that a hundred mailboxes don't ask a hundred times. */
#ifndef AUTH_TOKENS_H
#define AUTH_TOKENS_H

#include "auth/login.h"
#include "auth/oauth.h"
#include "setup/setup.h"
#include "store/store.h"
#include "store/tokens.h"

struct tokens;

/* Makes the cache of a store; it is freed with it. The sealer (copied) must live as long. */
void tokens_attach(struct store *store, const struct sealer *sealer);

/* Sets login->tokens where the connection has a profile; else does nothing. The source lives as long as the store.
 * E_NOT_FOUND where the profile isn't set up. Thread-safe. */
int tokens_login(struct store *store, const struct setup *setup, const struct account_connection *connection,
                 struct login *login, struct error *err) NODISCARD;

/* The same for a profile alone (`user`: whose tokens, of grants that have users; else ""). */
int tokens_source(struct store *store, const struct setup *setup, const char *profile, const char *user,
                  struct token_source **ret_source, struct error *err) NODISCARD;

/* Stores the tokens that a consent gave, in the place of any there were: `profile authorize`. */
int tokens_store(struct store *store, const struct setup *setup, const struct authentication_profile *profile,
                 const struct oauth_tokens *tokens, struct error *err) NODISCARD;

/* Seals all tokens with the newest key: `keys rotate`. Returns how many. */
int tokens_reseal(struct db *db, const struct sealer *sealer, struct error *err) NODISCARD;

/* What is granted, of a stored row ("" where the server didn't say); in the arena. */
int tokens_scope(const struct token_row *row, const struct sealer *sealer, struct arena *arena, const char **ret_scope,
                 struct error *err) NODISCARD;

#endif
