/* What answers on a port: a connection that asks for nothing but the server's abilities. No user and no password ever
 * leave here, and certificates are not judged: what is found is advice, never a connection to be used. */
#ifndef PROBE_SNIFF_H
#define PROBE_SNIFF_H

#include "net/watch.h"

enum sniff_speaks {
	SPEAKS_NOTHING, /* connected, and nothing came */
	SPEAKS_IMAP,
	SPEAKS_POP3,
	SPEAKS_SMTP,
	SPEAKS_HTTP,
	SPEAKS_SSH,
	SPEAKS_FTP,
	SPEAKS_TLS, /* it answers plain text with a TLS alert */
	SPEAKS_OTHER,
};

struct sniff_place {
	const char *host;
	int port;
	bool tls; /* from the first byte */
};

struct sniff {
	struct sniff_place place;
	bool connected;
	bool secured;         /* by `tls`, or by STARTTLS where that was asked for */
	struct tls_peer peer; /* where secured */
	enum sniff_speaks speaks;
	struct str greeting;  /* its first line, cut at 200 bytes */
	struct str abilities; /* what it offers, separated by spaces or commas */
	bool starttls;        /* it offers STARTTLS or STLS */
	bool login;           /* it offers a way to log in by password */
};

/* The protocol of a greeting; SPEAKS_OTHER where it is none of these. */
enum sniff_speaks sniff_greeting(struct str line);

const char *sniff_name(enum sniff_speaks speaks); /* "IMAP", "a web server" … */

/* Looks at all places side by side, each for at most `timeout_ms`; at most 8. Strings live in the arena. */
void sniff_all(const struct sniff_place *places, size_t n, int timeout_ms, struct arena *arena, struct sniff *ret);

/* As sniff_all() for one place, turning a plain connection to TLS by STARTTLS where that is offered, to see its
 * certificate. */
void sniff_certificate(struct sniff_place place, int timeout_ms, struct arena *arena, struct sniff *ret);

#endif
