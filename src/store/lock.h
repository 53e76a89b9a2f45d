/* A mutex that clang's -Wthread-safety understands. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/base.h"

#include <pthread.h>

#if defined(__clang__)
#define LOCK_ITSELF __attribute__((no_thread_safety_analysis))
#else
#define LOCK_ITSELF
#endif

struct CAPABILITY("mutex") lock {
	pthread_mutex_t mutex;
};

static inline void lock_init(struct lock *lock)
{
	must(pthread_mutex_init(&lock->mutex, NULL) == 0);
}

static inline void lock_done(struct lock *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}

ACQUIRES(lock) LOCK_ITSELF static inline void lock_take(struct lock *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

RELEASES(lock) LOCK_ITSELF static inline void lock_release(struct lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

#endif
