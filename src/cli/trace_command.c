/* hauspost trace: what is said on the connections of a listener, an account or an inlet, while `hauspost serve` has
 * them. The two meet in the store. */
#include "cli/cli.h"

#include "base/clock.h"
#include "listen/status_facts.h"
#include "store/traces.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define LOOK_MS 300
#define LAST_MS SECONDS_MS(2) /* behind its end, until its last lines are in the store */

struct tracing_order {
	struct work work;
	enum trace_kind kind;
	const char *id;
	int64_t minutes; /* 0: off */
	int changed;
};

static volatile sig_atomic_t is_interrupted;

static void on_signal(int number UNUSED)
{
	is_interrupted = 1;
}

static int run_order(struct work *work, struct db *db, struct error *err)
{
	struct tracing_order *o = (struct tracing_order *)work;

	o->changed = trace_set(db, o->kind, o->id, o->minutes, cli_author(), "", clock_now_ms(), err);
	return MIN(o->changed, 0);
}

static int check_exists(const struct cli *cli, const struct tracing_order *o, struct error *err)
{
	const char *noun = trace_kind_word(o->kind);

	if (o->kind == TRACE_ACCOUNT    ? setup_account(cli->setup, o->id) != NULL
	    : o->kind == TRACE_LISTENER ? setup_listener(cli->setup, o->id) != NULL
	                                : setup_inlet(cli->setup, o->id) != NULL)
		return 0;
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s %s; 'hauspost list %ss' shows them", noun, o->id,
	            noun);
}

/* ---------------------------------------------------------------- showing */

static void show(const struct cli *cli, struct str text)
{
	struct str line;

	if (!cli->json)
		printf(STR_FMT, STR_ARG(text));
	while (cli->json && text.n && str_split(&text, '\n', &line))
		if (line.n)
			cli_print_json(json_pack("{s:o}", "line", cli_json_str(line)));
	fflush(stdout);
}

/* Shows what came behind *at, and tells how the trace stands: 1 there is one, 0 there is none. */
static int show_news(const struct cli *cli, const struct tracing_order *o, struct db *db, int64_t *at,
                     struct trace *ret_trace, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(2));
	int r = trace_find(db, o->kind, o->id, arena, ret_trace, err);

	if (r <= 0)
		return r;
	r = trace_read(db, o->kind, o->id, MIB(2), at, &text, err);
	show(cli, buf_str(&text));
	ret_trace->id = ret_trace->author = NULL; /* the arena's */
	return r < 0 ? r : 1;
}

static void warn_where_nobody_serves(struct cli *cli, struct db *db)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct status_facts facts;
	struct error err;

	if (status_gather(db, cli->setup, arena, &facts, &err) == 0 && !facts.is_running)
		fprintf(stderr, "hauspost: no 'hauspost serve' runs on this store: nothing comes until it does\n");
}

static int follow(struct cli *cli, const struct tracing_order *o, struct db *db, int64_t at, struct error *err)
{
	struct sigaction action = {.sa_handler = on_signal};
	struct trace trace;
	int r;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &action, NULL);
	do {
		r = show_news(cli, o, db, &at, &trace, err);
		if (r <= 0 || clock_now_ms() >= trace.until_at + LAST_MS || ferror(stdout))
			break;
		(void)usleep(LOOK_MS * 1000);
	} while (!is_interrupted);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- on, off, shown */

/* It ends with who looks at it, unless it was on before. */
static int watch(struct cli *cli, struct tracing_order *o, struct db *db, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct trace before = {0};
	int64_t now = clock_now_ms();
	int r = trace_find(db, o->kind, o->id, arena, &before, err);
	bool was_on = r > 0 && before.until_at > now;

	if (r >= 0)
		r = store_do(cli->store, &o->work, err);
	if (r < 0)
		return r;
	warn_where_nobody_serves(cli, db);
	r = follow(cli, o, db, was_on ? before.size : 0, err);
	o->minutes = 0;
	if (r == 0 && is_interrupted && !was_on)
		r = store_do(cli->store, &o->work, err);
	return r;
}

static int switch_off(struct cli *cli, struct tracing_order *o, struct error *err)
{
	o->minutes = 0;
	if (store_do(cli->store, &o->work, err) < 0)
		return err->code;
	if (cli->json)
		cli_print_json(json_pack("{s:b}", "changed", o->changed > 0));
	else
		puts(o->changed ? "the trace is off" : "there is no trace on");
	return 0;
}

static int print_transcript(struct cli *cli, const struct tracing_order *o, struct db *db, struct error *err)
{
	struct trace trace;
	int64_t at = 0;
	int r = show_news(cli, o, db, &at, &trace, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "nobody traced %s %s within the last week",
		            trace_kind_word(o->kind), o->id);
	return MIN(r, 0);
}

enum trace_way { WAY_WATCH, WAY_OFF, WAY_SHOW };

static int go(struct cli *cli, struct tracing_order *o, enum trace_way way, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_load(cli, err);

	if (r == 0 && way == WAY_WATCH) /* of what is gone, the transcript may still be looked at */
		r = check_exists(cli, o, err);
	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r < 0)
		return r;
	if (way == WAY_OFF)
		return switch_off(cli, o, err);
	return way == WAY_SHOW ? print_transcript(cli, o, db, err) : watch(cli, o, db, err);
}

static void set_subject(struct tracing_order *o, enum trace_kind kind, const char *id, int *count)
{
	o->kind = kind;
	o->id = id;
	(*count)++;
}

static int run_trace(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"account", required_argument, NULL, 'a'}, {"inlet", required_argument, NULL, 'i'},
	        {"minutes", required_argument, NULL, 'm'}, {"off", no_argument, NULL, 'o'},
	        {"show", no_argument, NULL, 's'},          {NULL, 0, NULL, 0}};
	struct tracing_order order = {.work = {.run = run_order}, .minutes = TRACE_PRESET_MINUTES};
	enum trace_way way = WAY_WATCH;
	uint64_t minutes;
	struct error err;
	int c, subjects = 0;

	while ((c = getopt_long(argc, argv, ":a:i:", options, NULL)) != -1) {
		if (c == 'a' || c == 'i')
			set_subject(&order, c == 'a' ? TRACE_ACCOUNT : TRACE_INLET, optarg, &subjects);
		else if (c == 'o')
			way = WAY_OFF;
		else if (c == 's')
			way = WAY_SHOW;
		else if (c != 'm')
			return cli_wrong_option(cli, &trace_command, c, argv);
		else if (!str_to_uint(str_of(optarg), TRACE_MAX_MINUTES, &minutes) || !minutes)
			return cli_usage(cli, &trace_command, "--minutes takes a number from 1 to %d",
			                 TRACE_MAX_MINUTES);
		else
			order.minutes = (int64_t)minutes;
	}
	while (optind < argc)
		set_subject(&order, TRACE_LISTENER, argv[optind++], &subjects);
	if (subjects != 1)
		return cli_usage(cli, &trace_command,
		                 "trace takes one listener, or --account and an account, or --inlet and an inlet");
	return go(cli, &order, way, &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command trace_command = {
        .name = "trace",
        .arguments = "LISTENER | --account A | --inlet I [--minutes N] [--show] [--off]",
        .summary = "Show what is said on the connections of a listener, an account or an inlet",
        .help = "  -a, --account A  all of the account: its listeners, its sending, copies for its Sent folder, its "
                "tokens\n"
                "  -i, --inlet I    all that is handed in at the inlet, whosever it is\n"
                "      --minutes N  for so long (30; at most 1440); Ctrl-C ends it earlier\n"
                "      --show       what was said last, without switching anything on: kept for a week\n"
                "      --off        ends a trace that was begun elsewhere\n"
                "\n"
                "A running 'hauspost serve' makes the connections anew, so that the log-in is seen, too. \"C:\" is "
                "the client's,\n"
                "\"S:\" the server's; secrets are left out and mail is cut to its size. Whoever switches it on stands "
                "in the "
                "audit trail.\n",
        .run = run_trace,
};
