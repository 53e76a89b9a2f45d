/* The one log-in of IMAP, SMTP and POP3: which mechanism (RFC 4422), its exchange of challenges and responses, and what
 * follows from a refusal. The protocol moves the lines:
 *
 *	static const struct sasl_peer peer = {begin, respond, read, command};
 *
 *	sasl_offer_add(&smtp->offer, name)            for each mechanism that the server names
 *	sasl_log_in(&(struct sasl_options){
 *		.login = &options->login, .stream = stream, .host = host, .port = port,
 *		.offer = &smtp->offer, .max_initial = 400, .peer = &peer, .ctx = smtp}, err)
 *
 * The rules:
 * - The strongest of what is offered and not disabled: SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS (where TLS can be bound),
 *   SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN, the protocol's own command; with tokens OAUTHBEARER, XOAUTH2
 *   and no password.
 * - Without TLS nothing that helps to find out a password leaves (CRAM and SCRAM can be tested against guesses), unless
 *   login.allow_insecure; a token never.
 * - A mechanism that the server can't do after all gives way to the next. A refused password isn't tried again, in
 *   whatever dress: accounts get locked for that. A refused token is asked for anew once and tried once more.
 * - SCRAM: the server must prove that it knows the password as well; 4,096 to 600,000 iterations (RFC 7677 §4).
 *   Where TLS could be bound and the server offers no -PLUS, it is told so ("y"): it notices if somebody removed them.
 *   Bound is tls-exporter (RFC 9266) on TLS 1.3; on TLS 1.2 tls-unique with the extended master secret (RFC 7627),
 *   else tls-server-end-point (RFC 5929). A server that doesn't know it is asked with another kind.
 * - User and password go as they are, but for SCRAM, which prepares them by SASLprep (RFC 4013).
 *
 * Errors: E_INSECURE, E_UNSUPPORTED (nothing in common), E_INVALID (credentials missing or impossible), E_PROTOCOL (a
 * challenge that is none), E_AUTH and what the protocol says of a refusal, errors of the stream and of the source of
 * tokens. After an error the connection is of no further use. */
#ifndef AUTH_SASL_H
#define AUTH_SASL_H

#include "auth/login.h"
#include "net/stream.h"
#include "setup/mechanism.h"

/* What a server offers; all 0: nothing yet. */
struct sasl_offer {
	uint32_t mechanisms; /* SASL_BIT() of ours */
	bool other_plus;     /* a -PLUS that isn't ours: it can bind channels */
	char other[80];      /* names that aren't ours, for error texts */
};

/* One name ("PLAIN", "scram-sha-1"; "COMMAND" isn't one: set the bit). */
void sasl_offer_add(struct sasl_offer *offer, struct str name);

enum sasl_answer_kind {
	SASL_CHALLENGE, /* "+ TEXT", "334 TEXT" */
	SASL_DONE,      /* logged in */
	SASL_REFUSED,   /* no to user, password or token, or not now: `fault` */
	SASL_CANNOT,    /* no to the mechanism (504, BAD): nothing was checked; `fault` where no other is left */
};

struct sasl_answer {
	enum sasl_answer_kind kind;
	struct str text;    /* SASL_CHALLENGE: the base64 as it came; valid until the next call */
	struct error fault; /* in the protocol's words: code E_AUTH and RETRY_NEVER for a refused password or token */
};

/* What a protocol does. All return 0, or negative where the connection failed. Buffers behind the views are wiped by
 * the engine; what is sent goes through stream_write_secret(). */
struct sasl_peer {
	/* Sends "AUTHENTICATE name", with the initial response behind it unless initial.p is NULL ("=" is an empty
	 * one). */
	int (*begin)(void *ctx, const char *name, struct str initial, struct error *err);
	/* Sends a line: base64, nothing, or "*", which cancels. */
	int (*respond)(void *ctx, struct str line, struct error *err);
	int (*read)(void *ctx, struct sasl_answer *ret_answer, struct error *err);
	/* Logs in by the protocol's own command, as a whole, its answer included (no SASL_CHALLENGE). NULL: there is
	 * none. */
	int (*command)(void *ctx, struct str user, struct str password, struct sasl_answer *ret_answer,
	               struct error *err);
};

struct sasl_options {
	const struct login *login;
	const struct stream *stream; /* is it TLS, what binds it */
	const char *host;            /* OAUTHBEARER names both */
	int port;
	const struct sasl_offer *offer;
	bool command_first; /* the own command goes before PLAIN and LOGIN: it saves round trips */
	size_t max_initial; /* characters of an initial response; 0: the server takes none. A longer one is sent when
	                       the server asks for it */
	const struct sasl_peer *peer;
	void *ctx;
};

int sasl_log_in(const struct sasl_options *options, struct error *err) NODISCARD;

/* The nonce of all SCRAM exchanges from now on, NULL for random ones again: tests with recorded dialogues only. */
void sasl_fix_nonce(const char *nonce);

#endif
