/* What libmicrohttpd calls, and how it is started. Part of server.h. */
#ifndef API_SERVER_START_H
#define API_SERVER_START_H

#include "api/server.h"

/* Takes the listening socket over when it succeeds. */
int server_start(struct api *api, int fd, struct error *err) NODISCARD;

/* No new connections. */
void server_quiesce(struct api *api);

/* Ends what is left of them; nothing may be suspended any more. */
void server_stop(struct api *api);

#endif
