/* See peers.h. */
#include "api/peers.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

#include <pthread.h>
#include <time.h>

#define TICK_MS 250

struct address_count {
	size_t connections;
};

struct peers {
	struct peers_options options;
	pthread_t watcher;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	/* guarded by lock */
	struct peer *first;
	size_t count;
	struct map *addresses; /* of struct address_count, those that are limited */
	bool stopping;
};

/* ---------------------------------------------------------------- deadlines */

/* The server then finds the connection closed, and ends it. What waits to be sent is dropped: a client that doesn't
 * read would keep it in the kernel's memory. */
static void cut_off(const struct peer *peer)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	(void)setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	shutdown(peer->fd, SHUT_RDWR);
}

static void cut_off_late(struct peers *peers)
{
	int64_t now = clock_mono_ms();

	pthread_mutex_lock(&peers->lock);
	for (struct peer *peer = peers->first; peer; peer = peer->next) {
		int64_t deadline = atomic_load(&peer->deadline_ms);

		if (deadline == 0 || now < deadline)
			continue;
		cut_off(peer);
		atomic_store(&peer->deadline_ms, 0);
	}
	pthread_mutex_unlock(&peers->lock);
}

static bool wait_for_tick(struct peers *peers)
{
	int64_t at_us = clock_mono_us() + TICK_MS * 1000;
	struct timespec until = {.tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000};
	bool stopping;
	int r = 0;

	pthread_mutex_lock(&peers->lock);
	while (!peers->stopping && r == 0)
		r = pthread_cond_timedwait(&peers->stopped, &peers->lock, &until);
	stopping = peers->stopping;
	pthread_mutex_unlock(&peers->lock);
	return !stopping;
}

static void *watch(void *arg)
{
	struct peers *peers = arg;

	while (wait_for_tick(peers)) {
		cut_off_late(peers);
		if (peers->options.tick)
			peers->options.tick(peers->options.ctx);
	}
	return NULL;
}

void peer_give(struct peer *peer, int64_t ms)
{
	atomic_store(&peer->deadline_ms, ms ? clock_mono_ms() + ms : 0);
}

/* ---------------------------------------------------------------- begin, end */

struct peers *peers_new(const struct peers_options *options)
{
	struct peers *peers = mem_new(1, sizeof *peers);
	pthread_condattr_t monotonic;

	peers->options = *options;
	peers->addresses = map_new();
	must(pthread_mutex_init(&peers->lock, NULL) == 0 && pthread_condattr_init(&monotonic) == 0);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	must(pthread_cond_init(&peers->stopped, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	must(pthread_create(&peers->watcher, NULL, watch, peers) == 0);
	return peers;
}

void peers_stop(struct peers *peers)
{
	bool first;

	pthread_mutex_lock(&peers->lock);
	first = !peers->stopping;
	peers->stopping = true;
	pthread_cond_signal(&peers->stopped);
	pthread_mutex_unlock(&peers->lock);
	if (first)
		pthread_join(peers->watcher, NULL);
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	peers_stop(peers);
	must(!peers->first);
	map_free(peers->addresses);
	pthread_cond_destroy(&peers->stopped);
	pthread_mutex_destroy(&peers->lock);
	free(peers);
}

/* ---------------------------------------------------------------- who comes and goes */

static bool is_limited(const struct peers *peers, const unsigned char address[16])
{
	return !address_is_loopback(address) && !proxies_trust(peers->options.proxies, address);
}

/* What is counted: an IPv6 customer has a whole /64 to come from. */
static struct str counted_part(const unsigned char address[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}; /* an IPv4 address */

	return str_new(address, memcmp(address, mapped, sizeof mapped) == 0 ? 16 : 8);
}

bool peers_may_come(struct peers *peers, const unsigned char address[16])
{
	const struct address_count *count;
	bool may;

	if (!is_limited(peers, address))
		return true;
	pthread_mutex_lock(&peers->lock);
	count = map_get(peers->addresses, counted_part(address));
	may = !count || count->connections < peers->options.per_address;
	pthread_mutex_unlock(&peers->lock);
	return may;
}

static void count_locked(struct peers *peers, const unsigned char address[16])
{
	struct address_count *count = map_get(peers->addresses, counted_part(address));

	if (!count) {
		count = mem_new(1, sizeof *count);
		map_set(peers->addresses, counted_part(address), count);
	}
	count->connections++;
}

static void uncount_locked(struct peers *peers, const unsigned char address[16])
{
	struct address_count *count = map_get(peers->addresses, counted_part(address));

	if (--count->connections > 0)
		return;
	map_set(peers->addresses, counted_part(address), NULL);
	free(count);
}

struct peer *peers_add(struct peers *peers, int fd, const unsigned char address[16])
{
	struct peer *peer = mem_new(1, sizeof *peer);

	peer->fd = fd;
	memcpy(peer->address, address, sizeof peer->address);
	peer->is_counted = is_limited(peers, address);
	atomic_init(&peer->deadline_ms, 0);
	pthread_mutex_lock(&peers->lock);
	peer->next = peers->first;
	if (peers->first)
		peers->first->previous = peer;
	peers->first = peer;
	peers->count++;
	if (peer->is_counted)
		count_locked(peers, address);
	pthread_mutex_unlock(&peers->lock);
	return peer;
}

void peers_remove(struct peers *peers, struct peer *peer)
{
	pthread_mutex_lock(&peers->lock);
	if (peer->previous)
		peer->previous->next = peer->next;
	else
		peers->first = peer->next;
	if (peer->next)
		peer->next->previous = peer->previous;
	peers->count--;
	if (peer->is_counted)
		uncount_locked(peers, peer->address);
	pthread_mutex_unlock(&peers->lock);
	free(peer);
}

size_t peers_count(struct peers *peers)
{
	size_t n;

	pthread_mutex_lock(&peers->lock);
	n = peers->count;
	pthread_mutex_unlock(&peers->lock);
	return n;
}
