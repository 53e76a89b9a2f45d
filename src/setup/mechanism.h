/* The ways to log in, as an account names them. What they do is auth/sasl.h's. */
#ifndef SETUP_MECHANISM_H
#define SETUP_MECHANISM_H

#include "base/str.h"

/* The order is that of preference: by a password the strongest first, then those that carry a token. */
enum sasl_mechanism {
	SASL_SCRAM_SHA_256_PLUS, /* RFC 5802, 7677: both sides prove the password, within this very TLS connection */
	SASL_SCRAM_SHA_1_PLUS,
	SASL_SCRAM_SHA_256, /* both sides prove the password, neither sends it */
	SASL_SCRAM_SHA_1,
	SASL_CRAM_MD5,    /* RFC 2195: the client alone proves it */
	SASL_PLAIN,       /* RFC 4616: the password goes to the server */
	SASL_LOGIN,       /* the same in two steps, from before PLAIN */
	SASL_COMMAND,     /* the same by the protocol's own command: LOGIN of IMAP, USER and PASS of POP3 */
	SASL_OAUTHBEARER, /* RFC 7628: an access token */
	SASL_XOAUTH2,     /* the same, as Google and Microsoft had it before */
};

#define SASL_MECHANISMS (SASL_XOAUTH2 + 1)
#define SASL_BIT(m)     (UINT32_C(1) << (m))

#define SASL_MECHANISM_NAMES                                                                                  \
	"SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN, COMMAND, " \
	"OAUTHBEARER, XOAUTH2"

/* "SCRAM-SHA-256-PLUS" …; SASL_COMMAND is "COMMAND". */
const char *sasl_mechanism_name(enum sasl_mechanism mechanism);

/* The mechanism of that name in any case of letters; -1 where there is none of ours. */
int sasl_mechanism_find(struct str name);

#endif
