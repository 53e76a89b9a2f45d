/* hauspost events: what happened, newest first; and the follower's work for commands without one. */
#include "cli/cli.h"

#include "base/log.h"
#include "cli/text.h"
#include "events/events.h"
#include "store/event_kinds.h"
#include "store/events.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE 500

void cli_follow_events(struct cli *cli)
{
	struct error err;

	if (events_catch_up(cli->store, &cli->sealer, cli->setup, getenv("HAUSPOST_URL"), &err) < 0)
		log_warning("events", "what happened isn't told yet: %s", err.text);
}

/* ---------------------------------------------------------------- the list */

struct wanted {
	const char *kind; /* NULL: all */
	uint64_t after;
	bool has_after;
	size_t limit;
};

static json_t *event_json(const struct stored_event *e)
{
	json_t *data = json_loadb(e->data.p, e->data.n, 0, NULL);

	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:o}", "number", (json_int_t)e->number, "at",
	                 (json_int_t)e->at, "kind", e->kind, "account", e->account, "case", e->case_number, "author",
	                 e->author, "message", (json_int_t)e->message_id, "data", data ? data : json_object());
}

static void show_event(const struct stored_event *e)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char when[24];

	buf_printf(&line, "%8lld  %s  ", (long long)e->number, cli_time(e->at, when));
	line_column(&line, str_of(e->kind), 20);
	line_column(&line, str_of(e->account), 16);
	buf_printf(&line, "%s%s" STR_FMT, e->case_number, *e->case_number ? "  " : "", STR_ARG(e->data));
	line_put(&line);
}

/* Shows them, or puts them into the array `json`. Returns how many there were. */
static int list_events(const struct cli *cli, const struct wanted *wanted, json_t *json, struct error *err)
{
	struct event_query query = {.from = (int64_t)wanted->after, .descending = !wanted->has_after, .max = PAGE};
	struct db *db CLEANUP(db_closep) = NULL;
	size_t shown = 0;
	int n = PAGE, r = store_connect(cli->store, &db, err);

	while (r == 0 && n == PAGE && shown < wanted->limit) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct stored_event *list;

		n = events_list(db, &query, arena, &list, err);
		if (n < 0)
			return n;
		for (int i = 0; i < n && shown < wanted->limit; i++) {
			if (wanted->kind && !event_kind_fits(wanted->kind, list[i].kind))
				continue;
			if (cli->json)
				json_array_append_new(json, event_json(&list[i]));
			else
				show_event(&list[i]);
			shown++;
		}
		if (n > 0)
			query.from = list[n - 1].number;
	}
	return r < 0 ? r : (int)shown;
}

/* ---------------------------------------------------------------- the command */

static int run_events(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"kind", required_argument, NULL, 'k'},
	                                        {"after", required_argument, NULL, 'a'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        {NULL, 0, NULL, 0}};
	struct wanted wanted = {.limit = 50};
	struct error err;
	const char *wrong;
	json_t *json;
	int c, r;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'a' && !cli_number(cli, &events_command, optarg, &wanted.after))
			return EXIT_USAGE;
		if (c == 'l' && !cli_limit(cli, &events_command, optarg, &wanted.limit))
			return EXIT_USAGE;
		if (c != 'a' && c != 'k' && c != 'l')
			return cli_wrong_option(cli, &events_command, c, argv);
		wanted.has_after |= c == 'a';
		wanted.kind = c == 'k' ? optarg : wanted.kind;
	}
	if (optind < argc)
		return cli_usage(cli, &events_command, "events takes no argument, not '%s'", argv[optind]);
	wrong = wanted.kind ? event_filter_check(wanted.kind) : NULL;
	if (wrong)
		return cli_usage(cli, &events_command, "--kind: %s %s", wanted.kind, wrong);
	json = json_array();
	r = cli_load(cli, &err);
	if (r == 0)
		r = list_events(cli, &wanted, json, &err);
	if (r < 0) {
		json_decref(json);
		return cli_fail(cli, &err);
	}
	if (cli->json) {
		cli_print_json(json);
		return EXIT_OK;
	}
	json_decref(json);
	if (r == 0)
		puts("no events");
	cli_say_more(r, wanted.limit);
	return EXIT_OK;
}

const struct command events_command = {
        .name = "events",
        .arguments = "[--kind KIND] [--after NUMBER] [--limit N]",
        .summary = "What happened, newest first",
        .help = "  --kind KIND     only these: case.created, case.*; 'hauspost webhooks events' lists them\n"
                "  --after NUMBER  what came behind this one, oldest first\n",
        .run = run_events,
};
