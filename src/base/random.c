/* See random.h. */
#include "random.h"

#include <errno.h>
#include <sys/random.h>

void random_bytes(void *p, size_t n)
{
	char *at = p;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		must(got > 0);
		at += got;
		n -= (size_t)got;
	}
}

uint64_t random_below(uint64_t below)
{
	uint64_t value, limit;

	must(below > 0);
	limit = UINT64_MAX - UINT64_MAX % below;
	do
		random_bytes(&value, sizeof value);
	while (value >= limit);
	return value % below;
}

void random_token(char ret_token[RANDOM_TOKEN_LEN + 1])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bytes[RANDOM_TOKEN_LEN];

	random_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < RANDOM_TOKEN_LEN; i++)
		ret_token[i] = digits[bytes[i] & 31];
	ret_token[RANDOM_TOKEN_LEN] = '\0';
}
