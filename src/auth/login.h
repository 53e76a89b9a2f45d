/* How a connection proves who it is: what every receiver and sender is given, whatever its protocol. With `tokens` it
 * is OAuth (XOAUTH2, OAUTHBEARER, HTTP's Bearer) and no password is ever sent; else user and password. */
#ifndef AUTH_LOGIN_H
#define AUTH_LOGIN_H

#include "base/error.h"
#include "base/secret.h"

struct token_wish {
	bool refused; /* the server has just refused the token given before, so that one isn't given again */
	/* Hears of the token, and of the request for it where there is one: lines without secrets; NULL: nobody. */
	void (*transcript)(void *ctx, const char *line);
	void *transcript_ctx;
};

/* Where access tokens come from (a profile's cache, a test). Thread-safe; must outlive whoever was given it. */
struct token_source {
	/* A token that is good for at least another minute; from a cache where it can be, so it is asked for at every
	 * log-in. The owner calls secret_done(). Errors: E_AUTH, RETRY_NEVER where a person must act; RETRY_LATER where
	 * the endpoint is away for a while, which says nothing about the credentials. */
	int (*get)(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
	           struct error *err);
};

struct login {
	const char *user;              /* "": no log-in (SMTP only) */
	const struct secret *password; /* may be NULL where there are tokens */
	struct token_source *tokens;   /* NULL: by password */
	uint32_t disabled;   /* mechanisms that may not be used: 1 << enum sasl_mechanism (setup/mechanism.h) */
	bool allow_insecure; /* a password over an unencrypted connection is refused (E_INSECURE) unless set; a token
	                        never leaves in clear */
	void (*transcript)(void *ctx, const char *line); /* of the connection, for requests for tokens; NULL: none */
	void *transcript_ctx;
};

#endif
