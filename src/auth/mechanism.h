/* One exchange by one mechanism, without a server: responses to challenges, both raw. sasl.c chooses and moves them.
 * Only the auth folder uses this. */
#ifndef AUTH_MECHANISM_H
#define AUTH_MECHANISM_H

#include "base/buf.h"
#include "base/error.h"
#include "security/channel_binding.h"
#include "security/digest.h"
#include "setup/mechanism.h"

#define SASL_SECRET_MAX   KIB(16) /* a user and password, or a token */
#define SASL_RESPONSE_MAX (2 * SASL_SECRET_MAX)

struct scram {
	enum digest digest;
	char nonce[40]; /* ours; "": not begun */
	struct buf gs2; /* "p=tls-exporter,," and, where bound, the binding's bytes: what c= repeats */
	struct buf auth_message;
	unsigned char server_signature[DIGEST_MAX];
};

struct exchange {
	enum sasl_mechanism mechanism;
	struct str user, secret; /* the password or token; borrowed */
	const char *host;
	int port;
	struct channel_binding binding; /* *-PLUS; type NULL: none */
	bool could_bind;                /* TLS could be bound, the server can't: gs2 flag "y" */
	/* set by the exchange: */
	int step;
	bool wrong_binding; /* the server doesn't know this type of binding */
	bool proven;        /* the server needs no more proof that it is the right one */
	struct scram scram;
	char complaint[160]; /* what an error challenge says of a token; "": none came */
};

void exchange_done(struct exchange *exchange);

/* Must the client speak first? */
bool exchange_is_client_first(const struct exchange *exchange);

/* Are challenges base64 that must be read (for LOGIN and PLAIN they are words for people)? */
bool exchange_reads_challenges(const struct exchange *exchange);

/* Writes the response to `challenge` into `out`, which is empty; the first call of a mechanism whose client speaks
 * first has no challenge. `out` has room for SASL_RESPONSE_MAX. */
int exchange_respond(struct exchange *exchange, struct str challenge, struct buf *out, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- scram.c */

int scram_respond(struct exchange *exchange, struct str challenge, struct buf *out, struct error *err) NODISCARD;
void scram_done(struct scram *scram);

/* ---------------------------------------------------------------- bearer.c */

int oauthbearer_respond(struct exchange *exchange, struct str challenge, struct buf *out, struct error *err) NODISCARD;
int xoauth2_respond(struct exchange *exchange, struct str challenge, struct buf *out, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- saslprep.c */

/* Appends `text` as RFC 4013 prepares it for a comparison. False (nothing appended) where it holds what no prepared
 * text may (control characters, mixed directions), or isn't UTF-8. */
bool saslprep(struct str text, struct buf *out) NODISCARD;

/* Appends a user's name with "," as "=2C" and "=" as "=3D" (RFC 5801 §4). */
void sasl_put_name(struct buf *out, struct str name);

#endif
