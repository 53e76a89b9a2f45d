/* The other side of a TLS connection for people: what was agreed on, its certificates, and why a handshake failed. */
#ifndef SECURITY_TLS_PEER_H
#define SECURITY_TLS_PEER_H

#include "base/arena.h"

#include <openssl/ssl.h>

#define TLS_PEER_CHAIN_MAX 10
#define TLS_PEER_NAMES_MAX 30

struct tls_certificate {
	struct str subject, issuer;    /* the common name alone, else what comes nearest */
	struct str key;                /* "RSA 2048", "EC P-256" */
	int64_t not_before, not_after; /* Unix ms; 0 where it can't be read */
	struct str *names;             /* DNS names and addresses of the subjectAltName, at most TLS_PEER_NAMES_MAX */
	size_t name_count;
	bool self_signed; /* subject and issuer are the same */
};

struct tls_peer {
	struct str version, cipher;    /* "TLSv1.3", "TLS_AES_256_GCM_SHA384" */
	struct tls_certificate *chain; /* as sent: the server's own first */
	size_t chain_count;
	bool verified; /* false where nobody looked at the certificate */
};

/* After the handshake. Strings live in the arena. */
struct tls_peer tls_peer_of(SSL *ssl, struct arena *arena);

/* Why a handshake failed. */
enum tls_problem {
	TLS_PROBLEM_OTHER,
	TLS_PROBLEM_NOT_TLS, /* what answers doesn't speak TLS */
	TLS_PROBLEM_EXPIRED,
	TLS_PROBLEM_NOT_YET_VALID,
	TLS_PROBLEM_WRONG_NAME,
	TLS_PROBLEM_SELF_SIGNED,
	TLS_PROBLEM_UNKNOWN_CA,
	TLS_PROBLEM_CERTIFICATE,        /* something else about it */
	TLS_PROBLEM_VERSION,            /* only older versions than allowed */
	TLS_PROBLEM_NOTHING_IN_COMMON,  /* no cipher, group or signature */
	TLS_PROBLEM_CLIENT_CERTIFICATE, /* the server wants to see one of ours */
};

/* Of a connection whose tls_handshake_failed() was called. */
enum tls_problem tls_problem_of(SSL *ssl);

#endif
