/* A person's consent, from a terminal: OAuth's authorization code with PKCE and a redirect to this machine (RFC 6749
 * §4.1, RFC 7636, RFC 8252 §7.3). */
#ifndef CLI_CONSENT_H
#define CLI_CONSENT_H

#include "cli/cli.h"

struct consent_options {
	bool paste; /* the address that the browser ends at is read from standard input */
	int port;   /* of the redirect; 0: any */
	bool trace;
};

/* Prints the address to open, waits for the answer (at most ten minutes), exchanges the code and stores the tokens;
 * says what happened. */
int consent(struct cli *cli, const struct authentication_profile *profile, const struct consent_options *options,
            struct error *err) NODISCARD;

#endif
