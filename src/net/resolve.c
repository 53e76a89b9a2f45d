/* See connect.h. A look-up runs on a detached thread that shares one counted job with who asked; whoever lets go last
 * frees it. The number of such threads is bounded: with a dead name server, thousands of mailboxes wait for a slot
 * instead. */
#include "net/connect.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define MAX_LOOKUPS       64
#define LOOKUP_STACK_SIZE KIB(512)

struct lookup {
	char *host;
	char service[8];
	struct addrinfo *found;
	int rc, errnum; /* of getaddrinfo() */
	int holders;    /* under lock */
	bool done;      /* under lock */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed; /* on the monotonic clock */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int running; /* under lock */

static void make_condition(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
}

static const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
};

static void lookup_release(struct lookup *job)
{
	bool last;

	pthread_mutex_lock(&lock);
	last = --job->holders == 0;
	pthread_mutex_unlock(&lock);
	if (!last)
		return;
	if (job->found)
		freeaddrinfo(job->found);
	free(job->host);
	free(job);
}
DEFINE_CLEANUP(struct lookup *, lookup_release)

/* ---------------------------------------------------------------- the helper thread */

/* AI_ADDRCONFIG hides "localhost" and literals on a machine that has loopback only; then the plain question is asked.
 */
static int ask(struct lookup *job)
{
	struct addrinfo plain = hints;
	int rc = getaddrinfo(job->host, job->service, &hints, &job->found);

	if (rc == 0)
		return 0;
	plain.ai_flags = AI_NUMERICSERV;
	return getaddrinfo(job->host, job->service, &plain, &job->found);
}

static void *run_lookup(void *arg)
{
	struct lookup *job = arg;
	int rc = ask(job), errnum = errno;

	pthread_mutex_lock(&lock);
	job->rc = rc;
	job->errnum = errnum;
	job->done = true;
	running--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	lookup_release(job);
	return NULL;
}

/* ---------------------------------------------------------------- the asking side */

static bool wait_until(int64_t deadline_ms)
{
	struct timespec at = {.tv_sec = deadline_ms / 1000, .tv_nsec = deadline_ms % 1000 * 1000000};

	return pthread_cond_timedwait(&changed, &lock, &at) != ETIMEDOUT;
}

static int start_thread(struct lookup *job)
{
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, LOOKUP_STACK_SIZE);
	rc = pthread_create(&thread, &attr, run_lookup, job);
	pthread_attr_destroy(&attr);
	return rc;
}

/* Under lock: starts the thread when a slot is free and waits for its end. False at the deadline. */
static bool run_bounded(struct lookup *job, int64_t deadline_ms, int *ret_errnum)
{
	*ret_errnum = 0;
	if (clock_mono_ms() >= deadline_ms)
		return false;
	while (running >= MAX_LOOKUPS)
		if (!wait_until(deadline_ms))
			return false;
	running++;
	job->holders++;
	*ret_errnum = start_thread(job);
	if (*ret_errnum) {
		running--;
		job->holders--;
		return false;
	}
	while (!job->done)
		if (!wait_until(deadline_ms))
			return job->done;
	return true;
}

static int name_fault(const struct lookup *job, struct error *err)
{
	if (job->rc == EAI_SYSTEM)
		return fail(err, E_CONNECT, RETRY_LATER, "host %.80s: look-up failed: %s", job->host,
		            strerrordesc_np(job->errnum));
	if (job->rc == EAI_NODATA)
		return fail(err, E_CONNECT, RETRY_LATER, "host %.80s: the name exists, but it has no address",
		            job->host);
	if (job->rc == EAI_NONAME)
		return fail(err, E_CONNECT, RETRY_LATER, "host %.80s: no such name (is it spelled right?)", job->host);
	if (job->rc == EAI_AGAIN)
		return fail(err, E_CONNECT, RETRY_LATER, "host %.80s: the name server doesn't answer", job->host);
	return fail(err, E_CONNECT, RETRY_LATER, "host %.80s: %s", job->host, gai_strerror(job->rc));
}

/* First the preferred address, then the families in turn, each in its order (RFC 8305 §4). */
static int order_addresses(const struct addrinfo *found, struct address *ret)
{
	const struct addrinfo *same = found, *other = found;
	int family = found->ai_family, n = 0;

	while ((same || other) && n < MAX_ADDRESSES) {
		const struct addrinfo **next = n % 2 == 0 ? &same : &other;
		bool want_same = n % 2 == 0;

		for (int both = 0; both < 2; both++) {
			while (*next && ((*next)->ai_family == family) != want_same)
				*next = (*next)->ai_next;
			if (*next)
				break;
			next = want_same ? &other : &same; /* one family is used up: go on with the other */
			want_same = !want_same;
		}
		if (!*next)
			break;
		memcpy(&ret[n].sa, (*next)->ai_addr, (*next)->ai_addrlen);
		ret[n++].len = (*next)->ai_addrlen;
		*next = (*next)->ai_next;
	}
	return n;
}

/* Addresses written as numbers need neither thread nor name server. */
static int resolve_literal(const char *host, const char *service, struct address *ret)
{
	struct addrinfo numeric = hints, *found = NULL;
	int n;

	numeric.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(host, service, &numeric, &found) != 0)
		return 0;
	n = order_addresses(found, ret);
	freeaddrinfo(found);
	return n;
}

int resolve_host(const char *host, int port, int64_t deadline_ms, struct address ret_addresses[MAX_ADDRESSES],
                 struct error *err)
{
	struct lookup *job CLEANUP(lookup_releasep) = NULL;
	int errnum, n;
	bool done;

	must(port > 0 && port <= 65535);
	pthread_once(&once, make_condition);
	job = mem_new(1, sizeof *job);
	job->holders = 1;
	job->host = mem_strdup(host);
	snprintf(job->service, sizeof job->service, "%d", port);
	n = resolve_literal(host, job->service, ret_addresses);
	if (n > 0)
		return n;
	pthread_mutex_lock(&lock);
	done = run_bounded(job, deadline_ms, &errnum);
	pthread_mutex_unlock(&lock);
	if (errnum)
		return fail_errno(err, errnum, "host %.80s: look-up", host);
	if (!done)
		return fail(err, E_TIMEOUT, RETRY_LATER, "host %.80s: the name look-up took too long", host);
	if (job->rc != 0)
		return name_fault(job, err);
	return order_addresses(job->found, ret_addresses);
}
