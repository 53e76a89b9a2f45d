/* See park.h. One lock guards the heap. Only the thread in park_wait() takes things out, so that an event which was
 * fetched can't outlive its thing. */
#include "listen/park.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct park {
	int epoll, wake;
	pthread_mutex_t lock;
	struct parked **heap; /* [1…count], earliest due_at first */
	size_t count, size;
	bool stopped;
	struct epoll_event events[64];
	int event_count, next_event;
};

struct park *park_new(void)
{
	struct park *park = mem_new(1, sizeof *park);
	struct epoll_event event = {.events = EPOLLIN};

	park->epoll = epoll_create1(EPOLL_CLOEXEC);
	park->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(park->epoll >= 0 && park->wake >= 0);
	must(epoll_ctl(park->epoll, EPOLL_CTL_ADD, park->wake, &event) == 0);
	pthread_mutex_init(&park->lock, NULL);
	return park;
}

void park_free(struct park *park)
{
	if (!park)
		return;
	close(park->epoll);
	close(park->wake);
	pthread_mutex_destroy(&park->lock);
	free(park->heap);
	free(park);
}

/* ---------------------------------------------------------------- the heap; lock held */

static void put(struct park *park, size_t slot, struct parked *thing)
{
	park->heap[slot] = thing;
	thing->slot = slot;
}

static void sift_up(struct park *park, size_t slot, struct parked *thing)
{
	for (; slot > 1 && park->heap[slot / 2]->due_at > thing->due_at; slot /= 2)
		put(park, slot, park->heap[slot / 2]);
	put(park, slot, thing);
}

static void sift_down(struct park *park, size_t slot, struct parked *thing)
{
	for (size_t child; (child = slot * 2) <= park->count; slot = child) {
		if (child < park->count && park->heap[child + 1]->due_at < park->heap[child]->due_at)
			child++;
		if (park->heap[child]->due_at >= thing->due_at)
			break;
		put(park, slot, park->heap[child]);
	}
	put(park, slot, thing);
}

static void heap_add(struct park *park, struct parked *thing)
{
	if (park->count + 2 > park->size) {
		park->size = park->size ? park->size * 2 : 64;
		park->heap = mem_resize(park->heap, park->size, sizeof *park->heap);
	}
	sift_up(park, ++park->count, thing);
}

static void heap_remove(struct park *park, struct parked *thing)
{
	struct parked *last = park->heap[park->count--];
	size_t slot = thing->slot;

	thing->slot = 0;
	if (last == thing)
		return;
	if (slot > 1 && park->heap[slot / 2]->due_at > last->due_at)
		sift_up(park, slot, last);
	else
		sift_down(park, slot, last);
}

/* ---------------------------------------------------------------- parking */

static void wake(struct park *park)
{
	uint64_t one = 1;

	if (write(park->wake, &one, sizeof one) < 0)
		must(errno == EAGAIN); /* awake already */
}

void park_add(struct park *park, struct parked *thing, int fd, int64_t due_at)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = thing};
	bool earliest;

	thing->fd = fd;
	thing->due_at = due_at;
	pthread_mutex_lock(&park->lock);
	heap_add(park, thing);
	earliest = thing->slot == 1;
	if (fd >= 0)
		must(epoll_ctl(park->epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	pthread_mutex_unlock(&park->lock);
	if (earliest)
		wake(park);
}

/* Lock held. */
static void take_out(struct park *park, struct parked *thing)
{
	heap_remove(park, thing);
	if (thing->fd >= 0)
		must(epoll_ctl(park->epoll, EPOLL_CTL_DEL, thing->fd, NULL) == 0);
	/* An event of it that is fetched but not yet looked at must not be met: the thing may be gone by then. */
	for (int i = park->next_event; i < park->event_count; i++)
		if (park->events[i].data.ptr == thing)
			park->events[i].data.ptr = NULL;
}

void park_hurry(struct park *park, struct parked *thing)
{
	pthread_mutex_lock(&park->lock);
	if (thing->slot) {
		thing->due_at = 0;
		sift_up(park, thing->slot, thing);
	}
	pthread_mutex_unlock(&park->lock);
	wake(park);
}

/* The next thing that is ready or due; NULL where there is none yet, with the time to wait. Lock held. */
static struct parked *pick(struct park *park, enum park_reason *ret_reason, int *ret_wait_ms)
{
	int64_t now = clock_mono_ms();

	while (park->next_event < park->event_count) {
		struct parked *thing = park->events[park->next_event++].data.ptr;

		if (!thing || !thing->slot)
			continue;
		take_out(park, thing);
		*ret_reason = PARK_READY;
		return thing;
	}
	if (park->count && park->heap[1]->due_at <= now) {
		struct parked *thing = park->heap[1];

		take_out(park, thing);
		*ret_reason = PARK_DUE;
		return thing;
	}
	*ret_wait_ms = park->count ? (int)MIN(park->heap[1]->due_at - now, INT64_C(3600000)) : -1;
	return NULL;
}

enum park_reason park_wait(struct park *park, struct parked **ret_thing)
{
	for (;;) {
		enum park_reason reason = PARK_STOPPED;
		struct epoll_event events[ARRAY_LEN(park->events)];
		struct parked *thing = NULL;
		int wait_ms = 0, n;
		bool stopped;
		uint64_t count;

		pthread_mutex_lock(&park->lock);
		stopped = __atomic_load_n(&park->stopped, __ATOMIC_ACQUIRE);
		if (!stopped)
			thing = pick(park, &reason, &wait_ms);
		pthread_mutex_unlock(&park->lock);
		if (stopped)
			return PARK_STOPPED;
		if (thing) {
			*ret_thing = thing;
			return reason;
		}
		n = epoll_wait(park->epoll, events, ARRAY_LEN(events), wait_ms);
		must(n >= 0 || errno == EINTR);
		if (read(park->wake, &count, sizeof count) < 0)
			must(errno == EAGAIN);
		pthread_mutex_lock(&park->lock);
		park->event_count = MAX(n, 0);
		park->next_event = 0;
		for (int i = 0; i < park->event_count; i++)
			park->events[i] = events[i];
		pthread_mutex_unlock(&park->lock);
	}
}

struct parked *park_take(struct park *park)
{
	struct parked *thing = NULL;

	pthread_mutex_lock(&park->lock);
	if (park->count) {
		thing = park->heap[1];
		take_out(park, thing);
	}
	pthread_mutex_unlock(&park->lock);
	return thing;
}

void park_stop(struct park *park)
{
	__atomic_store_n(&park->stopped, true, __ATOMIC_RELEASE);
	wake(park);
}
