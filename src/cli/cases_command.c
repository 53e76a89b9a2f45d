/* hauspost cases: what became of mail, case by case. */
#include "cli/cli.h"

#include "cases/case_change.h"
#include "cli/cases_show.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>

static void print_case(const struct stored_case *c)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char when[24];

	line_column(&line, str_of(c->number), 15);
	line_column(&line, str_of(c->status), 10);
	buf_printf(&line, "%s  %3lld  ", cli_time(c->updated_at, when), (long long)c->message_count);
	line_column(&line, c->subject, 0);
	line_put(&line);
}

static int list_cases(struct cli *cli, struct db *db, size_t limit, struct arena *arena, struct error *err)
{
	struct stored_case *list;
	int n = case_list(db, 0, limit, arena, &list, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, case_json(&list[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_case(&list[i]);
	if (n == 0)
		puts("no cases");
	cli_say_more(n, limit);
	return 0;
}

/* By number, or by id. */
static int find_case(struct db *db, const char *name, struct arena *arena, struct stored_case *ret, struct error *err)
{
	uint64_t id;
	int r = case_find_number(db, str_of(name), arena, ret, err);

	if (r == 0 && str_to_uint(str_of(name), INT64_MAX, &id))
		r = case_get(db, (int64_t)id, arena, ret, err);
	return r == 0 ? fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no case %s; 'hauspost cases list' shows them",
	                     name)
	              : r;
}

static int show_case(struct cli *cli, struct db *db, const char *name, const struct conversation_options *options,
                     struct arena *arena, struct error *err)
{
	struct stored_case c;
	int r = find_case(db, name, arena, &c, err);

	return r < 0 ? r : case_show(cli, db, &c, options, err);
}

static int set_status(struct cli *cli, struct db *db, const char *name, const char *status, struct arena *arena,
                      struct error *err)
{
	struct stored_case c;
	int r = find_case(db, name, arena, &c, err);

	if (r >= 0)
		r = case_change_status(cli->store, cli->setup, &c, status, -1, cli_author(), err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "number", c.number, "status", status));
	else
		printf("%s is now %s\n", c.number, status);
	return 0;
}

struct wishes {
	size_t limit;
	struct conversation_options show;
};

static int do_cases(struct cli *cli, int argc, char **argv, const struct wishes *wishes, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_load(cli, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r < 0)
		return r;
	if (argc == 0 || strcmp(argv[0], "list") == 0)
		return list_cases(cli, db, wishes->limit, arena, err);
	if (strcmp(argv[0], "show") == 0)
		return show_case(cli, db, argv[1], &wishes->show, arena, err);
	return set_status(cli, db, argv[1], argv[2], arena, err);
}

/* False after telling what is wrong; *ret_code is the exit code. */
static bool read_options(struct cli *cli, int argc, char **argv, struct wishes *wishes, int *ret_code)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'n'},
	                                        {"full", no_argument, NULL, 'f'},
	                                        {"color", required_argument, NULL, 'c'},
	                                        {NULL, 0, NULL, 0}};
	int c;

	*ret_code = EXIT_USAGE;
	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c == 'f') {
			wishes->show.is_full = true;
		} else if (c == 'c') {
			if (!page_color_parse(optarg, &wishes->show.color)) {
				*ret_code = cli_usage(cli, &cases_command, "--color is auto, never or always");
				return false;
			}
		} else if (c != 'n') {
			*ret_code = cli_wrong_option(cli, &cases_command, c, argv);
			return false;
		} else if (!cli_limit(cli, &cases_command, optarg, &wishes->limit)) {
			return false;
		}
	}
	return true;
}

static int run_cases(struct cli *cli, int argc, char **argv)
{
	struct wishes wishes = {.limit = CLI_LIMIT};
	const char *verb;
	struct error err;
	int code;

	if (!read_options(cli, argc, argv, &wishes, &code))
		return code;
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!((strcmp(verb, "list") == 0 && argc <= 1) || (strcmp(verb, "show") == 0 && argc == 2) ||
	      (strcmp(verb, "status") == 0 && argc == 3)))
		return cli_usage(cli, &cases_command, "cases list, cases show NUMBER, or cases status NUMBER STATUS");
	return do_cases(cli, argc, argv, &wishes, &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command cases_command = {
        .name = "cases",
        .arguments = "[list [--limit N] | show [--full] NUMBER | status NUMBER STATUS]",
        .summary = "List cases, read one, change its status",
        .help = "  list      the newest first: number, status, last change (UTC), messages, subject\n"
                "  show      the conversation: what each message says that is new, its files, why it belongs to the\n"
                "            case, why it got no answer, and of ours who didn't get it\n"
                "  status    sets a status of the case's type\n"
                "  -n, --limit N     at most so many (1000)\n"
                "      --full        quotes and signatures are shown, not folded\n"
                "      --color WHEN  auto (on a terminal, unless NO_COLOR is set), never, always\n",
        .run = run_cases,
};
