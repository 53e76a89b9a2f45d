/* See api.h. */
#include "api/api.h"

#include "api/listening.h"
#include "api/server_start.h"
#include "api/slow.h"
#include "base/clock.h"
#include "base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define WORKERS      8
#define LAST_WORDS_S 3 /* answers under way when it is stopped have so long */

const struct api_limits api_limits_usual = {
        .connections = 2048,
        .per_address = 256,
        .header_bytes = (int)KIB(16),
        .header_ms = 20000,
        .idle_ms = 75000,
        .grace_ms = 30000,
        .bytes_per_s = (int)KIB(4),
        .bodies_bytes = MIB(64),
        .spools = 32,
};

static void on_tick(void *ctx)
{
	streaming_drop_gone(ctx);
}

static void api_free(struct api *api)
{
	peers_free(api->peers);
	workers_free(api->workers);
	setup_share_leave(api->setup);
	router_free(api->router);
	pthread_mutex_destroy(&api->streams_lock);
	free(api);
}

static struct api *api_new(const struct api_options *options)
{
	struct api *api = mem_new(1, sizeof *api);

	api->store = options->store;
	api->sealer = options->sealer;
	atomic_init(&api->serve, NULL);
	api->limits = options->limits ? *options->limits : api_limits_usual;
	must(pthread_mutex_init(&api->streams_lock, NULL) == 0);
	return api;
}

/* URL and proxies; the URL goes without saying where it isn't given. */
static int settle_site(struct api *api, const struct api_options *options, const struct listening *listening,
                       struct error *err)
{
	char url[100];
	int r;

	snprintf(url, sizeof url, "http://%s:%d", listening->host, listening->port);
	r = site_init(&api->site, options->url && *options->url ? options->url : url, err);
	if (r == 0 && options->trusted_proxies && *options->trusted_proxies)
		return proxies_parse(&api->proxies, options->trusted_proxies, err);
	if (r == 0 && api->site.is_https)
		proxies_add_loopback(&api->proxies);
	return r;
}

static int start_threads(struct api *api, const struct api_options *options, int fd, struct error *err)
{
	const struct peers_options peers = {
	        .per_address = (size_t)api->limits.per_address,
	        .proxies = &api->proxies,
	        .tick = on_tick,
	        .ctx = api,
	};

	api->router = router_new();
	if (options->more_routes)
		router_add(api->router, options->more_routes);
	api->setup = setup_share_join(options->setup, api->sealer);
	api->workers = workers_new(api->store, options->threads ? options->threads : WORKERS);
	api->peers = peers_new(&peers);
	return server_start(api, fd, err);
}

int api_start(const struct api_options *options, struct api **ret_api, struct error *err)
{
	struct listening listening;
	struct api *api;
	int r = listening_open(options->address, &listening, err);

	if (r < 0)
		return r;
	api = api_new(options);
	api->port = listening.port;
	r = settle_site(api, options, &listening, err);
	if (r == 0)
		r = start_threads(api, options, listening.fd, err);
	if (r < 0) {
		close(listening.fd);
		api_free(api);
		return r;
	}
	*ret_api = api;
	return 0;
}

void api_set_serve(struct api *api, struct serve *serve)
{
	atomic_store(&api->serve, serve);
}

/* Answers that are complete may still have to be read by who asked. */
static void wait_for_last_words(struct api *api)
{
	int64_t until = clock_mono_ms() + SECONDS_MS(LAST_WORDS_S);

	while (atomic_load(&api->exchanges) > 0 && clock_mono_ms() < until)
		(void)poll(NULL, 0, 5);
}

void api_stop(struct api *api)
{
	if (!api)
		return;
	server_quiesce(api);
	atomic_store(&api->stopping, true);
	workers_stop(api->workers);
	streaming_drop_all(api);
	wait_for_last_words(api);
	streaming_drop_all(api); /* those that began since */
	slow_wait_all();
	peers_stop(api->peers);
	server_stop(api);
	api_free(api);
}

const char *api_url(const struct api *api)
{
	return api->site.url;
}

int api_port(const struct api *api)
{
	return api->port;
}
