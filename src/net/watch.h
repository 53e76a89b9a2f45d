/* What a connection tells whoever watches it become one: each step as it is done, in words or as data. For tests that
 * people look at; nobody watches in daily work, and then it costs nothing. Called on the thread that uses the stream;
 * what an event points to lives during the call. */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include "security/tls_peer.h"

enum watch_kind {
	WATCH_RESOLVED,   /* text: the addresses, separated by ", " */
	WATCH_ATTEMPT,    /* an attempt to connect failed. text: the address; errnum */
	WATCH_CONNECTED,  /* text: the address */
	WATCH_SECURED,    /* peer: what the handshake agreed on, and the server's certificates */
	WATCH_TLS_FAILED, /* problem */
	/* told by protocols, with stream_tell(): */
	WATCH_GREETED, /* text: the greeting */
	WATCH_CAPABLE, /* text: what the server offers, separated by spaces; again after TLS and log-in */
	WATCH_LOGGING_IN,
	WATCH_LOGGED_IN,
	WATCH_SELECTED, /* text: what is known of the folder, for people */
};

struct watch_event {
	enum watch_kind kind;
	struct str text;
	int errnum;
	const struct tls_peer *peer;
	enum tls_problem problem;
};

struct stream_watch {
	void (*event)(void *ctx, const struct watch_event *event);
	void *ctx;
};

/* `watch` may be NULL. */
static inline void watch_tell(const struct stream_watch *watch, enum watch_kind kind, struct str text)
{
	if (watch)
		watch->event(watch->ctx, &(struct watch_event){.kind = kind, .text = text});
}

#endif
