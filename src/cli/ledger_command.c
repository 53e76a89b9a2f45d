/* hauspost ledger: what became of each message on the server, and why. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/ledger_held.h"
#include "cli/text.h"
#include "intake/no_answer.h"
#include "intake/set_aside.h"
#include "listen/session.h"
#include "store/ledger.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char *const states[] = {"received", "failed", "parked", "held", "committed", "acknowledged", NULL};

static json_t *ledger_json(const struct ledger_row *row)
{
	return json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I}", "id",
	                 (json_int_t)row->id, "listener", row->listener, "uid", (json_int_t)row->uid, "state",
	                 row->state, "outcome", row->outcome, "answer", row->answer, "no_answer", row->answer_code,
	                 "category", row->category, "reason", row->reason, "tries", (json_int_t)row->tries, "case",
	                 (json_int_t)row->case_id, "message", (json_int_t)row->message_id, "message_id",
	                 cli_json_str(row->message_ident), "received_at", (json_int_t)row->received_at, "committed_at",
	                 (json_int_t)row->committed_at, "acknowledged_at", (json_int_t)row->acknowledged_at,
	                 "next_try_at", (json_int_t)row->next_try_at);
}

/* On a terminal, which cuts what is long, the reason has a line of its own: it is what people look for. */
static void print_ledger_row(const struct ledger_row *row)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char when[24];

	buf_printf(&line, "%-6lld %s  ", (long long)row->id, cli_time(row->received_at, when));
	line_column(&line, str_of(row->listener), 12);
	buf_printf(&line, "uid %-6u %-12s %-9s  ", row->uid, row->state, row->outcome);
	if (isatty(STDOUT_FILENO)) {
		line_put(&line);
		buf_add(&line, STR("       "));
	}
	if (row->category[0])
		buf_printf(&line, "%s: %s", row->category, row->reason);
	else if (row->answer[0] && strcmp(row->answer, "queued") != 0)
		buf_printf(&line, "no answer (%s): %s", row->answer_code, row->answer);
	else if (isatty(STDOUT_FILENO))
		buf_clear(&line);
	if (line.n)
		line_put(&line);
}

static int list_ledger(struct cli *cli, struct db *db, const char *state, const char *no_answer, size_t limit,
                       struct arena *arena, struct error *err)
{
	struct ledger_row *rows;
	int n = no_answer ? ledger_list_unanswered(db, no_answer, limit, arena, &rows, err)
	                  : ledger_list(db, state, limit, arena, &rows, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, ledger_json(&rows[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_ledger_row(&rows[i]);
	if (n == 0)
		puts(state ? "no rows in this state" : no_answer ? "no rows with this reason" : "no rows");
	cli_say_more(n, limit);
	return 0;
}

static int retry_ledger(struct cli *cli, int64_t id, struct error *err)
{
	int64_t tried;
	int good = set_aside_retry(cli->store, cli->setup, id, &tried, err);

	if (good < 0)
		return good;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:i}", "tried", (json_int_t)tried, "handled", good));
	else
		printf("%lld brought back; %d handled\n", (long long)tried, good);
	return 0;
}

static void print_gap(void *ctx, uint32_t uid)
{
	const struct cli *cli = ctx;

	if (!cli->json)
		printf("gap: uid %u is on the server and not in the ledger\n", uid);
}

/* The exit code tells: 0 only without gaps. */
static int verify_ledger(struct cli *cli, const char *id, struct error *err)
{
	struct session *session CLEANUP(session_closep) = NULL;
	struct session_options options = {
	        .store = cli->store, .setup = cli->setup, .listener = setup_listener(cli->setup, id)};
	struct verify_counts counts;
	int r;

	if (!options.listener)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no listener %s; 'hauspost list listeners' shows them", id);
	r = session_open(&options, &session, err);
	if (r < 0)
		return r;
	r = session_verify(session, print_gap, cli, &counts, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I, s:I}", "on_server", (json_int_t)counts.on_server, "unread",
		                         (json_int_t)counts.unread, "gaps", (json_int_t)counts.gaps));
	else
		printf("%lld messages on the server, %lld not read yet, %lld gaps\n", (long long)counts.on_server,
		       (long long)counts.unread, (long long)counts.gaps);
	return counts.gaps ? EXIT_FAILED : EXIT_OK;
}

/* Known, with as many words behind it as it takes? */
static bool is_verb(const char *verb, int argc)
{
	static const struct {
		const char *verb;
		int least, most; /* words, with the verb */
	} verbs[] = {{"list", 0, 2}, {"retry", 1, 2}, {"verify", 2, 2}, {"release", 2, 2}, {"discard", 2, 2}};

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verb, verbs[i].verb) == 0)
			return argc >= verbs[i].least && argc <= verbs[i].most;
	return false;
}

static int run_ledger(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"state", required_argument, NULL, 's'},
	        {"no-answer", required_argument, NULL, 'a'},
	        {"limit", required_argument, NULL, 'n'},
	        {NULL, 0, NULL, 0},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	const char *state = NULL, *no_answer = NULL, *verb;
	struct error err;
	size_t limit = CLI_LIMIT;
	uint64_t id = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c != 's' && c != 'n' && c != 'a')
			return cli_wrong_option(cli, &ledger_command, c, argv);
		if (c == 'n' && !cli_limit(cli, &ledger_command, optarg, &limit))
			return EXIT_USAGE;
		if (c == 's' && !cli_one_of(cli, &ledger_command, "state", optarg, states))
			return EXIT_USAGE;
		if (c == 'a' && !cli_one_of(cli, &ledger_command, "reason", optarg, no_answer_codes()))
			return EXIT_USAGE;
		state = c == 's' ? optarg : state;
		no_answer = c == 'a' ? optarg : no_answer;
	}
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!is_verb(verb, argc))
		return cli_usage(cli, &ledger_command,
		                 "ledger list, retry [ROW], release ROW, discard ROW, or verify LISTENER");
	if (strcmp(verb, "list") == 0 && argc == 2) {
		if (!cli_one_of(cli, &ledger_command, "state", argv[1], states))
			return EXIT_USAGE;
		state = argv[1];
	} else if (argc == 2 && strcmp(verb, "verify") != 0 && !cli_number(cli, &ledger_command, argv[1], &id)) {
		return EXIT_USAGE;
	}
	if (state && no_answer)
		return cli_usage(cli, &ledger_command, "a state and --no-answer don't go together");
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(verb, "list") == 0     ? list_ledger(cli, db, state, no_answer, limit, arena, &err)
		    : strcmp(verb, "retry") == 0  ? retry_ledger(cli, (int64_t)id, &err)
		    : strcmp(verb, "verify") == 0 ? verify_ledger(cli, argv[1], &err)
		                                  : ledger_decide(cli, db, (int64_t)id, *verb == 'r', &err);
	return r < 0 ? cli_fail(cli, &err) : r;
}

const struct command ledger_command = {
        .name = "ledger",
        .arguments = "[list [STATE | --no-answer REASON] [--limit N] | retry [ROW] | release ROW | discard ROW | "
                     "verify LISTENER]",
        .summary = "What became of each message, and why",
        .help = "  STATE            only rows that are received, failed, parked, held, committed or acknowledged\n"
                "                   (--state STATE is the same)\n"
                "  --no-answer REASON\n"
                "                   only mail that got no answer for this reason: loop, budget, blocked …\n"
                "                   (docs/answers.md lists them)\n"
                "  -n, --limit N    at most so many, the newest (1000)\n"
                "  retry            handles parked mail again (all of it, or one row), from the copy kept in the "
                "store\n"
                "  release          lets held mail pass, as if its sender had been verified\n"
                "  discard          throws held mail away ('hauspost message raw' still gives it out)\n"
                "  verify           compares the server's messages with the ledger; exit code 0 means no gaps\n",
        .run = run_ledger,
};
