/* The HTTP side of a running Hauspost: the REST API below /api/v1, health, metrics, events, and the Studio's files. */
#ifndef API_API_H
#define API_API_H

#include "record/record.h"
#include "store/store.h"

struct route;
struct serve;
struct setup_share;

struct api_options {
	const char *address; /* "127.0.0.1:8025", "[::1]:8025", "*:8025"; port 0: any free one */
	const char *url; /* as people reach it ("https://mail.example.com"): for links, cookies, redirects; "": made of
	                  * the address */
	const char *trusted_proxies; /* addresses and networks whose X-Forwarded-For and -Proto are believed,
	                              * comma-separated; "": loopback where `url` is https */
	struct store *store;
	const struct sealer *sealer;
	struct setup_share *setup;       /* that of the process; NULL: one of its own */
	int threads;                     /* that handlers run on; 0: 8 */
	const struct api_limits *limits; /* NULL: api_limits_usual */
	const struct route *more_routes; /* of a test; NULL */
};

/* What a client may take of us. */
struct api_limits {
	int connections;     /* in all */
	int per_address;     /* connections; loopback and trusted proxies count in all only */
	int header_bytes;    /* of one request, its line included; some more are for what the server keeps */
	int header_ms;       /* for the header, from the beginning of the connection */
	int idle_ms;         /* for the next request on a connection, and until a client reads on */
	int grace_ms;        /* bodies and answers have so long, and then must go on … */
	int bytes_per_s;     /* … at so many bytes a second */
	size_t bodies_bytes; /* bodies in memory, all together */
	int spools;          /* bodies in files, at once */
};

extern const struct api_limits api_limits_usual;

struct api;

/* Listens and answers on threads of its own; returns when it does. */
int api_start(const struct api_options *options, struct api **ret_api, struct error *err) NODISCARD;

/* The listeners beside it (request->serve); NULL: none, or none any more. */
void api_set_serve(struct api *api, struct serve *serve);

/* Takes no more requests, lets handlers that run end, and ends connections. NULL is fine. */
void api_stop(struct api *api);

const char *api_url(const struct api *api);
int api_port(const struct api *api);

#endif
