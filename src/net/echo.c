/* See echo.h. */
#include "net/echo.h"

#include "base/mem.h"

struct echo {
	struct secret sent[ECHO_SECRETS];
	size_t count; /* ever */
};

struct echo *echo_new(void)
{
	return mem_new(1, sizeof(struct echo));
}

void echo_free(struct echo *echo)
{
	if (!echo)
		return;
	for (size_t i = 0; i < ECHO_SECRETS; i++)
		secret_done(&echo->sent[i]);
	free(echo);
}

void echo_sent(struct echo *echo, struct str secret)
{
	secret = str_trim(secret);
	if (secret.n >= 2 && secret.p[0] == '"' && secret.p[secret.n - 1] == '"')
		secret = str_slice(secret, 1, secret.n - 1);
	if (secret.n >= ECHO_MIN)
		secret_set(&echo->sent[echo->count++ % ECHO_SECRETS], secret);
}

void echo_blank(const struct echo *echo, char *line, size_t n)
{
	for (size_t i = 0; i < ECHO_SECRETS; i++) {
		struct str secret = secret_reveal(&echo->sent[i]);
		size_t at = 0;
		ptrdiff_t found;

		while (secret.n && (found = str_find(str_new(line + at, n - at), secret)) >= 0) {
			memset(line + at + found, '*', secret.n);
			at += (size_t)found + secret.n;
		}
	}
}
