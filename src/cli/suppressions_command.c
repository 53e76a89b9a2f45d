/* hauspost suppressions: addresses that get no mail, and why. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/text.h"
#include "store/suppressions.h"

#include <getopt.h>
#include <stdio.h>

#define MAX_REASON 500

struct request {
	struct work work;
	struct arena *arena;
	const char *verb, *address;
	const char *account; /* NULL: not said */
	const char *reason;
	int removed;
};

/* ---------------------------------------------------------------- looking */

static json_t *suppression_json(const struct suppression *s, int64_t now)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:s}", "address", s->address,
	                 "account", s->account, "reason", s->reason, "class", s->class, "status", s->status, "note",
	                 s->note, "message", (json_int_t)s->message_id, "since", (json_int_t)s->since, "until",
	                 (json_int_t)s->until, "count", (json_int_t)s->count, "active",
	                 (int)(s->is_active && (!s->until || s->until > now)), "author", s->author);
}

static void print_line(const struct suppression *s)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char when[24];

	line_column(&line, str_of(s->address), 36);
	buf_printf(&line, "%s  %-11s", cli_time(s->since, when), s->reason);
	if (s->status[0])
		buf_printf(&line, " %s", s->status);
	if (s->class[0])
		buf_printf(&line, " %s", s->class);
	if (s->account[0])
		buf_printf(&line, " (account %s)", s->account);
	if (s->until)
		buf_printf(&line, " until %s", cli_time(s->until, when));
	line_put(&line);
}

static void print_whole(const struct suppression *s, int64_t now)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	bool active = s->is_active && (!s->until || s->until > now);
	char when[24];

	buf_printf(&line, "%s: %s, account %s", s->address, active ? "gets no mail" : "gets mail",
	           s->account[0] ? s->account : "any");
	line_put(&line);
	buf_printf(&line, "  %s%s %s %s, since %s", active ? "" : "was: ", s->reason, s->status, s->class,
	           cli_time(s->since, when));
	if (s->until)
		buf_printf(&line, ", until %s", cli_time(s->until, when));
	buf_printf(&line, ", counted %lld, by %s", (long long)s->count, s->author);
	line_put(&line);
	if (s->note[0]) {
		buf_printf(&line, "  %s", s->note);
		line_put(&line);
	}
	if (s->message_id) {
		buf_printf(&line, "  reported by message %lld ('hauspost message raw %lld' shows it)",
		           (long long)s->message_id, (long long)s->message_id);
		line_put(&line);
	}
}

static int look(struct cli *cli, struct db *db, const struct request *q, size_t limit, struct error *err)
{
	struct suppression *list;
	int64_t now = clock_now_ms();
	int n = suppression_list(db, str_of(q->address ? q->address : ""), now, limit, q->arena, &list, err);

	if (n < 0)
		return n;
	if (n == 0 && q->address)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "%s isn't suppressed; 'hauspost suppressions list' shows who is", q->address);
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, suppression_json(&list[i], now));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		if (q->address)
			print_whole(&list[i], now);
		else
			print_line(&list[i]);
	}
	if (n == 0)
		puts("no address is suppressed");
	if (!q->address)
		cli_say_more(n, limit);
	return 0;
}

/* ---------------------------------------------------------------- changing */

static int run_change(struct work *work, struct db *db, struct error *err)
{
	struct request *q = (struct request *)(void *)work;
	int64_t now = clock_now_ms();

	if (strcmp(q->verb, "add") == 0)
		return suppression_add(db, q->arena, str_of(q->address), q->account ? q->account : "", q->reason,
		                       "person", now, err);
	q->removed = suppression_remove(db, q->arena, str_of(q->address), q->account, "person", now, err);
	return MIN(q->removed, 0);
}

static int change(struct cli *cli, struct request *q, struct error *err)
{
	bool adds = strcmp(q->verb, "add") == 0;
	int r;

	if (q->account && !setup_account(cli->setup, q->account))
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no account %s; 'hauspost list accounts' shows them", q->account);
	q->work.run = run_change;
	r = store_do(cli->store, &q->work, err);
	if (r < 0)
		return r;
	if (!adds && !q->removed)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "%s isn't suppressed; 'hauspost suppressions list' shows who is", q->address);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:b}", "address", q->address, "suppressed", (int)adds));
	else
		printf(adds ? "%s gets no mail from now on\n"
		            : "%s gets mail again; what was held back stays so ('hauspost outbox requeue ROW' sends "
		              "it)\n",
		       q->address);
	return 0;
}

/* ---------------------------------------------------------------- the command */

static bool is_well_formed(const char *verb, int argc, const struct request *q)
{
	if (strcmp(verb, "list") == 0)
		return argc <= 1 && !q->reason && !q->account;
	if (strcmp(verb, "show") == 0)
		return argc == 2 && !q->reason && !q->account;
	if (strcmp(verb, "add") == 0)
		return argc == 2 && q->reason;
	return strcmp(verb, "remove") == 0 && argc == 2 && !q->reason;
}

static int read_options(struct cli *cli, int argc, char **argv, struct request *q, size_t *limit)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'n'},
	                                        {"reason", required_argument, NULL, 'r'},
	                                        {"account", required_argument, NULL, 'a'},
	                                        {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, ":n:a:", options, NULL)) != -1) {
		if (c == 'n') {
			if (!cli_limit(cli, &suppressions_command, optarg, limit))
				return EXIT_USAGE;
		} else if (c == 'a') {
			q->account = optarg;
		} else if (c == 'r') {
			q->reason = optarg;
		} else {
			return cli_wrong_option(cli, &suppressions_command, c, argv);
		}
	}
	if (q->reason && (strlen(q->reason) > MAX_REASON || !str_is_utf8(str_of(q->reason))))
		return cli_usage(cli, &suppressions_command, "--reason is UTF-8 text of at most %d bytes", MAX_REASON);
	return EXIT_OK;
}

static int run_suppressions(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct request q = {.arena = arena};
	size_t limit = CLI_LIMIT;
	struct error err;
	int r = read_options(cli, argc, argv, &q, &limit);

	if (r != EXIT_OK)
		return r;
	argc -= optind;
	argv += optind;
	q.verb = argc ? argv[0] : "list";
	q.address = argc > 1 ? argv[1] : NULL;
	if (!is_well_formed(q.verb, argc, &q) || (q.address && !str_is_utf8(str_of(q.address))))
		return cli_usage(cli, &suppressions_command,
		                 "suppressions list, show ADDRESS, add ADDRESS --reason TEXT, or remove ADDRESS");
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(q.verb, "list") == 0 || strcmp(q.verb, "show") == 0 ? look(cli, db, &q, limit, &err)
		                                                               : change(cli, &q, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command suppressions_command = {
        .name = "suppressions",
        .arguments = "[list [--limit N] | show ADDRESS | add ADDRESS --reason TEXT [--account A] | remove ADDRESS "
                     "[--account A]]",
        .summary = "Addresses that get no mail: bounced, complained, or set by you",
        .help = "  list             who gets no mail now, the newest first\n"
                "  show ADDRESS     all that is known of an address, also what is over\n"
                "  add ADDRESS      no mail goes there any more\n"
                "  remove ADDRESS   mail goes there again; what was held back is sent by 'outbox requeue ROW'\n"
                "  --reason TEXT    why; for those who read it later\n"
                "  -a, --account A  mail of this account only (without: of all accounts)\n"
                "  -n, --limit N    at most so many (1000)\n"
                "\n"
                "Hard bounces (unknown mailbox or domain) and complaints add addresses by themselves, five soft\n"
                "bounces in two weeks do for a week. Mail from an address ends what came of bounces.\n",
        .run = run_suppressions,
};
