/* A socket with a time limit (SO_RCVTIMEO) is interrupted where the process is stopped and goes on, even without a
 * handler (signal(7)): the call of it is repeated. Set errno to 0 before it. */
#ifndef NET_DIALOGUE_INTERRUPTED_H
#define NET_DIALOGUE_INTERRUPTED_H

#include "base/base.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/types.h>

static inline bool is_interrupted(ssize_t result)
{
	if (result > 0 || errno != EINTR)
		return false;
	ERR_clear_error();
	return true;
}

#endif
