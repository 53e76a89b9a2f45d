/* hauspost loops: with whom the conversation was stopped, because a machine seems to answer a machine. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/text.h"
#include "intake/breaker.h"
#include "store/breakers.h"
#include "store/cases.h"

#include <getopt.h>
#include <stdio.h>

static json_t *breaker_json(const struct stored_breaker *b)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "scope", b->scope, "name", b->name, "state",
	                 breaker_state_now(b), "reason", b->reason, "opened", (json_int_t)b->level, "open_until",
	                 (json_int_t)b->open_until, "answers_of_the_day", (json_int_t)b->letters, "updated_at",
	                 (json_int_t)b->updated_at);
}

static void print_breaker(const struct stored_breaker *b)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char when[24];

	buf_printf(&line, "%-9s until %s  %s", breaker_state_now(b), cli_time(b->open_until, when),
	           strcmp(b->scope, "case") == 0 ? "case id " : "");
	line_column(&line, str_of(b->name), 0);
	if (b->reason[0])
		buf_printf(&line, ": %s", b->reason);
	line_put(&line);
}

static int list_loops(struct cli *cli, struct db *db, bool all, size_t limit, struct arena *arena, struct error *err)
{
	struct stored_breaker *list;
	int n = breaker_list(db, all, NULL, limit, arena, &list, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *array = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(array, breaker_json(&list[i]));
		cli_print_json(array);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_breaker(&list[i]);
	if (n == 0)
		puts("no loops");
	cli_say_more(n, limit);
	return 0;
}

/* An address, or the number of a case. */
static int reset_loop(struct cli *cli, struct db *db, const char *name, struct arena *arena, struct error *err)
{
	int r = breaker_reset(cli->store, db, name, cli_author(), arena, err);

	if (r < 0)
		return r;
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "nothing is known of %s; 'hauspost loops list --all' shows addresses and cases", name);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "scope", strchr(name, '@') ? "address" : "case", "reset", name));
	else
		printf("%s gets answers again\n", name);
	return 0;
}

static int run_loops(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"all", no_argument, NULL, 'a'}, {"limit", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	size_t limit = CLI_LIMIT;
	bool all = false, is_reset;
	struct error err;
	int c, r;

	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c != 'a' && c != 'n')
			return cli_wrong_option(cli, &loops_command, c, argv);
		if (c == 'n' && !cli_limit(cli, &loops_command, optarg, &limit))
			return EXIT_USAGE;
		all |= c == 'a';
	}
	argc -= optind;
	argv += optind;
	is_reset = argc == 2 && strcmp(argv[0], "reset") == 0;
	if (!is_reset && !(argc == 0 || (argc == 1 && strcmp(argv[0], "list") == 0)))
		return cli_usage(cli, &loops_command, "loops list, or loops reset ADDRESS");
	r = cli_open(cli, false, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = is_reset ? reset_loop(cli, db, argv[1], arena, &err) : list_loops(cli, db, all, limit, arena, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command loops_command = {
        .name = "loops",
        .arguments = "[list [--all] [--limit N] | reset ADDRESS]",
        .summary = "With whom automatic answers are stopped, as with a machine; let them go on",
        .help = "  list           open: no answers until then; half-open: the next answer is a trial (UTC)\n"
                "  --all          those that are closed, too\n"
                "  reset          forgets what is known of an address (or of a case, by its number)\n"
                "  -n, --limit N  at most so many (1000)\n",
        .run = run_loops,
};
