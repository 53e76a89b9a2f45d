/* The API's server on a real socket, with routes of its own and a client that may misbehave: for unit tests. */
#ifndef API_TEST_SERVER_H
#define API_TEST_SERVER_H

#include "api/api.h"
#include "base/buf.h"

#include <pthread.h>
#include <stdatomic.h>

#define PATIENCE_MS 30000 /* after which a test has failed */

struct server {
	struct store *store;
	struct api *api;
	int port;
};

/* Of a test group: one store for all. */
int test_server_open_store(void **state);
int test_server_close_store(void **state);

extern const struct api_limits short_limits; /* deadlines below a second */

struct server server_start_with(const char *url, const char *proxies, const struct api_limits *limits);
void server_end(struct server *server);

/* Its routes, all for everybody unless said:
 *   POST /t/note     gives back {"text": …}
 *   POST /t/file     counts a body of up to 3 MiB in a file
 *   POST /t/private  the same, up to 2000 MiB, for who is signed in
 *   GET /t/client    "ADDRESS secure|plain URL"
 *   GET /t/accounts  the ids of the set-up's accounts
 *   GET /t/much      16 MiB
 *   GET /t/gate      waits for test_gate
 *   GET /t/stream    hears what is said by say(); with ?endless much more */
extern pthread_mutex_t test_gate;
void say(void);
int hearers_now(void);
extern atomic_int hearers_left; /* how many streams have ended so far */

int dial(const struct server *server);

/* False where the other side has closed. */
bool tell(int fd, struct str text);

/* Reads until `want` is in it, the other side closes (false), or patience ends, which fails the test. */
bool listen_for(int fd, struct buf *heard, const char *want);

/* One request on a connection of its own; everything until the server closes. */
void ask(const struct server *server, const char *text, struct buf *heard);

#define HEARD     struct buf heard CLEANUP(buf_done) = BUF_INIT(MIB(32))
#define HOST      "Host: 127.0.0.1\r\n"
#define CLOSE     "Connection: close\r\n"
#define STARTS(s) (strncmp(buf_cstr(&heard), (s), strlen(s)) == 0)
#define HAS(s)    (strstr(buf_cstr(&heard), (s)) != NULL)
#define WAIT(cond)                                                      \
	do {                                                            \
		int64_t until_ = clock_mono_ms() + PATIENCE_MS;         \
		while (!(cond)) {                                       \
			assert_true(clock_mono_ms() < until_ && #cond); \
			(void)poll(NULL, 0, 2);                         \
		}                                                       \
	} while (0)

#endif
