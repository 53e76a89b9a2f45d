/* See operator_links.h. */
#include "cli/operator_links.h"

#include "api/credentials.h"
#include "base/clock.h"
#include "store/credentials.h"

#include <stdio.h>

int operator_link_url(const struct cli *cli, struct arena *arena, const char *token, const char **ret_url,
                      struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	const char *url = "";
	int r = store_connect(cli->store, &db, err);

	if (r == 0)
		r = api_url_get(db, arena, &url, err);
	if (r < 0)
		return r;
	*ret_url = link_url(arena, *url ? url : "http://127.0.0.1:8025", token);
	return 0;
}

struct first {
	struct work work;
	const struct cli *cli;
	const char *url;
	bool has_operators;
	char token[ACCESS_TOKEN_LEN + 1];
};

static int run_first(struct work *work, struct db *db, struct error *err)
{
	struct first *first = (struct first *)work;
	struct setup *setup CLEANUP(setup_freep) = NULL;
	const void *const *records;
	int r = api_url_put(db, first->url, err);

	if (r == 0)
		r = setup_load(db, &first->cli->sealer, &setup, err);
	if (r < 0)
		return r;
	first->has_operators = setup_list(setup, &operator_type, &records) > 0;
	return first->has_operators ? 0 : link_issue(db, "", cli_author(), clock_now_ms(), first->token, err);
}

int operator_links_serve(const struct cli *cli, const char *url, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct first first = {.work.run = run_first, .cli = cli, .url = url};
	int r = store_do(cli->store, &first.work, err);

	if (r < 0 || first.has_operators)
		return r;
	printf("There is no operator yet. The first administrator signs in within 24 hours, once, at\n%s\n",
	       link_url(arena, url, first.token));
	fflush(stdout);
	return 0;
}
