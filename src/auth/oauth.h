/* OAuth 2.0 as a client (RFC 6749, 7523, 7636): one question to a token endpoint, and its answer. What is kept of it
 * and when it is asked is tokens.h.
 *
 * What a refusal means is decided here. RETRY_NEVER with E_AUTH: a person must act, and the text says what to do.
 * RETRY_LATER: the endpoint, or something on the way to it, doesn't work for a while, which says nothing about the
 * credentials; anything that isn't OAuth's own refusal counts as that. */
#ifndef AUTH_OAUTH_H
#define AUTH_OAUTH_H

#include "net/http.h"
#include "setup/authentication_profile.h"
#include "setup/keystore.h"

#define OAUTH_MAX_TOKEN KIB(16)

struct oauth_tokens {
	struct secret access, refresh; /* refresh: not set where the server gave none */
	int64_t lifetime_ms;           /* of the access token from now on */
	int64_t refresh_lifetime_ms;   /* 0: not said */
	char *scope;                   /* owned; what was granted, NULL where not said */
};

void oauth_tokens_done(struct oauth_tokens *tokens);

/* What to ask for. Without `refresh` and `code` it is what the profile's grant gives by itself (client credentials,
 * password, JWT bearer). All borrowed. */
struct oauth_question {
	const struct authentication_profile *profile;
	const struct keystore_record *keystore; /* the profile's; NULL where it has none */
	const char *user;                       /* whose tokens: of password and JWT bearer; else "" */
	const struct secret *refresh;           /* NULL: not by refresh token */
	const struct secret *code;              /* NULL: not by authorization code; else with the two below */
	const struct secret *verifier;          /* of PKCE */
	const char *redirect_uri;
	void (*transcript)(void *ctx, const char *line); /* hears of the request, secrets blanked; NULL: nobody */
	void *transcript_ctx;
	int64_t clock_ahead_ms; /* added to this machine's time in assertions; 0 unless oauth_ask() found it wrong */
};

/* An HTTP client as this profile needs it: its truststore, time-out, and where it may go. http_free() it. */
struct http *oauth_http_new(const struct authentication_profile *profile) NODISCARD;

/* Asks. Where an assertion is refused and the server's clock shows another time (minutes to a day), once more with
 * that: a wrong clock here costs a warning. *ret_wait_ms: Retry-After; -1: none. *ret_tokens is the caller's:
 * oauth_tokens_done(). */
int oauth_ask(struct http *http, const struct oauth_question *question, struct oauth_tokens *ret_tokens,
              int64_t *ret_wait_ms, struct error *err) NODISCARD;

/* The form that oauth_ask() sends (a secret as a whole), and for HTTP Basic the user and password of it (else not set).
 * For its tests. */
int oauth_form(const struct oauth_question *question, struct arena *arena, struct secret *ret_form,
               struct secret *ret_basic_user, struct secret *ret_basic_password, struct error *err) NODISCARD;

/* Reads an endpoint's answer. `secrets` (n of them) were sent: words of the server that hold one are not repeated.
 * `host` is for errors. */
int oauth_read_answer(const struct http_answer *answer, const char *host, const struct secret *const *secrets, size_t n,
                      struct oauth_tokens *ret_tokens, struct error *err) NODISCARD;

/* What a token endpoint's refusal means, as an error: `code` is OAuth's ("invalid_grant"), `words` its description,
 * either may be "". */
int oauth_refused(const char *host, struct str code, struct str words, struct error *err);

/* Appends "name=value" with form encoding, and "&" before it where something stands there already. */
void oauth_add(struct buf *form, const char *name, struct str value);

/* A service account file of Google: the strings it needs. Secrets of the caller; texts in the arena. */
struct service_account {
	struct secret private_key;
	const char *client_email, *private_key_id, *token_uri;
};
int service_account_read(struct str json, struct arena *arena, struct service_account *ret_account,
                         struct error *err) NODISCARD;

#endif
