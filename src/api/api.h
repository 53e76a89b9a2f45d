/* The HTTP side of a running Hauspost: the REST API below /api/v1, health, metrics, events, and the Studio's files. */
#ifndef API_API_H
#define API_API_H

#include "record/record.h"
#include "store/store.h"

struct serve;

struct api_options {
	const char *address; /* "127.0.0.1:8025", "[::1]:8025", "*:8025"; port 0: any free one */
	const char *url; /* as people reach it ("https://mail.example.com"): for links, cookies, redirects; "": made of
	                  * the address */
	const char *trusted_proxies; /* addresses and networks whose X-Forwarded-For and -Proto are believed,
	                              * comma-separated; "": loopback where `url` is https */
	struct store *store;
	const struct sealer *sealer;
	struct serve *serve; /* the listeners beside it; NULL: none */
	int threads;         /* 0: 4 */
};

struct api;

/* Listens and answers on threads of its own; returns when it does. */
int api_start(const struct api_options *options, struct api **ret_api, struct error *err) NODISCARD;
void api_stop(struct api *api); /* ends connections; NULL is fine */

const char *api_url(const struct api *api);
int api_port(const struct api *api);

#endif
