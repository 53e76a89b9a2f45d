/* For fuzz targets: a source of tokens, as a profile's cache is one. It gives a token, and once another where the
 * server refuses that. */
#ifndef AUTH_TEST_TOKENS_H
#define AUTH_TEST_TOKENS_H

#include "auth/login.h"
#include "base/mem.h"

struct test_tokens {
	struct token_source source;
	int given;     /* in one log-in: two at most */
	bool has_more; /* false: no other is to be had for one that is refused */
};

static inline int test_tokens_get(struct token_source *source, const struct token_wish *wish, struct secret *ret_token,
                                  struct error *err)
{
	struct test_tokens *tokens =
	        (struct test_tokens *)(void *)((char *)source - offsetof(struct test_tokens, source));

	must(++tokens->given <= 2 && wish->refused == (tokens->given == 2));
	if (wish->refused && !tokens->has_more)
		return fail(err, E_AUTH, RETRY_NEVER, "no other token");
	secret_set(ret_token, wish->refused ? STR("two") : STR("one"));
	return 0;
}

#define TEST_TOKENS(more)                                              \
	{                                                              \
		.source = {.get = test_tokens_get}, .has_more = (more) \
	}

#endif
