/* Mutexes that clang's -Wthread-safety checks. In C it can't name the mutex beside a field, so each kind of lock has a
 *name in its file, which stands for whichever object's:
 *
 *	LOCK_NAME(queue_lock);
 *	struct queue {
 *		pthread_mutex_t mutex;
 *		struct item *first GUARDED_BY(queue_lock);
 *	};
 *	static void lock(struct queue *q) ACQUIRES(queue_lock);
 *	TRUSTED static void lock(struct queue *q)
 *	{
 *		pthread_mutex_lock(&q->mutex);
 *	}
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/base.h"

#include <pthread.h>

struct CAPABILITY("mutex") lock_name {
	char unused;
};

#define LOCK_NAME(name) UNUSED static struct lock_name name

/* For the functions that take and release a mutex: they are what the checks rest on. */
#if defined(__clang__)
#define TRUSTED __attribute__((no_thread_safety_analysis))
#else
#define TRUSTED
#endif

#endif
