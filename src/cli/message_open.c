/* See message_open.h. */
#include "cli/message_open.h"

#include "cli/text.h"
#include "intake/reopen.h"
#include "store/messages.h"

#include <stdio.h>

#define AT_ONCE 500

struct opening {
	struct cli *cli;
	json_t *all; /* NULL: for people */
	int opened, closed;
};

static int open_one(struct opening *o, int64_t id, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct reopened result;
	int r = intake_reopen(o->cli->store, o->cli->setup, id, arena, &result, err);

	if (r < 0)
		return r;
	o->opened += result.is_open;
	o->closed += !result.is_open;
	if (o->all) {
		json_array_append_new(o->all, json_pack("{s:I, s:b, s:o}", "message", (json_int_t)id, "opened",
		                                        (int)result.is_open, "summary", cli_json_str(result.summary)));
		return 0;
	}
	buf_printf(&line, "%lld  %s  ", (long long)id, result.is_open ? "opened" : "closed");
	line_column(&line, result.summary, 0);
	line_put(&line);
	return 0;
}

static int open_all(struct opening *o, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int64_t ids[AT_ONCE], after = 0;
	int n, r = store_connect(o->cli->store, &db, err);

	if (r < 0)
		return r;
	do {
		n = messages_closed(db, after, ids, AT_ONCE, err);
		for (int i = 0; i < n && r == 0; i++) {
			r = open_one(o, ids[i], err);
			after = ids[i];
		}
	} while (n == AT_ONCE && r == 0);
	if (n == 0 && after == 0 && !o->all)
		puts("no message is closed");
	return n < 0 ? n : r;
}

int message_open(struct cli *cli, int count, char **ids)
{
	struct opening o = {.cli = cli};
	struct error err;
	int r = cli_load(cli, &err);

	if (r < 0)
		return cli_fail(cli, &err);
	o.all = cli->json ? json_array() : NULL;
	for (int i = 0; i < count && r == 0; i++) {
		uint64_t id = 0;

		r = str_to_uint(str_of(ids[i]), INT64_MAX, &id)
		            ? 0
		            : fail(&err, E_NOT_FOUND, RETRY_NEVER, "\"%.40s\" is no message's id", ids[i]);
		r = r < 0 ? r : open_one(&o, (int64_t)id, &err);
	}
	if (r == 0 && !count)
		r = open_all(&o, &err);
	if (o.all)
		cli_print_json(o.all);
	return r < 0 ? cli_fail(cli, &err) : o.closed && count ? EXIT_FAILED : EXIT_OK;
}
