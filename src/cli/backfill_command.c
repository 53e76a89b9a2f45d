/* hauspost backfill: a window of the past, without duplicates. */
#include "cli/cli.h"

#include "base/clock.h"
#include "listen/session.h"

#include <getopt.h>
#include <stdio.h>

static void print_backfill(const struct cli *cli, const struct backfill_window *days, const struct backfill_counts *b,
                           const struct intake_counts *c)
{
	if (cli->json) {
		cli_print_json(json_pack("{s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I}", "in_window",
		                         (json_int_t)b->in_window, "known", (json_int_t)b->known, "unread",
		                         (json_int_t)b->unread, "missing", (json_int_t)b->missing, "dry_run",
		                         days->dry_run, "created", (json_int_t)c->created, "updated",
		                         (json_int_t)(c->updated + c->reopened), "filed", (json_int_t)c->filed,
		                         "duplicates", (json_int_t)(c->duplicates + c->seen_before)));
		return;
	}
	printf("%lld messages in these days: %lld handled before, %lld %s", (long long)b->in_window,
	       (long long)b->known, (long long)b->missing, days->dry_run ? "would be read" : "read");
	if (b->unread)
		printf(", %lld not read yet (as new mail)", (long long)b->unread);
	putchar('\n');
	if (!days->dry_run && b->missing)
		printf("%lld cases opened, %lld updated, %lld filed, %lld duplicates, %lld failed or parked\n",
		       (long long)c->created, (long long)(c->updated + c->reopened), (long long)c->filed,
		       (long long)(c->duplicates + c->seen_before), (long long)(c->failed + c->parked));
}

static int read_window(const struct session_options *options, const struct backfill_window *window,
                       struct backfill_counts *found, struct intake_counts *counts, struct error *err)
{
	struct session *session CLEANUP(session_closep) = NULL;
	int r = session_open(options, &session, err);

	return r < 0 ? r : session_backfill(session, window, found, counts, err);
}

/* A message at which the server hangs up stands before no other: it is found out, and passed over. Each round leaves
 * fewer missing, or it ends. */
static int read_all(const struct session_options *options, const struct backfill_window *days,
                    struct backfill_counts *ret_found, struct intake_counts *counts, struct error *err)
{
	struct backfill_window window = *days;
	struct backfill_counts found = {0};
	int64_t missing = INT64_MAX;
	int r = read_window(options, &window, &found, counts, err);

	*ret_found = found;
	while (r < 0 && session_broke_off(err) && found.missing > 0 && found.missing < missing) {
		if (window.one_by_one)
			missing = found.missing;
		window.one_by_one = true;
		r = read_window(options, &window, &found, counts, err);
	}
	return r;
}

static int backfill(struct cli *cli, const char *id, const struct backfill_window *days, struct error *err)
{
	struct backfill_counts found = {0};
	struct intake_counts counts = {0};
	struct session_options options = {0};
	int r = cli_load(cli, err);

	if (r == 0)
		r = cli_lock(cli, err);
	if (r < 0)
		return r;
	options.store = cli->store;
	options.setup = cli->setup;
	options.listener = setup_listener(cli->setup, id);
	if (!options.listener)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no listener %s; 'hauspost list listeners' shows them", id);
	r = read_all(&options, days, &found, &counts, err);
	if (r == 0)
		print_backfill(cli, days, &found, &counts);
	return r;
}

static int run_backfill(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"since", required_argument, NULL, 's'},
	                                        {"until", required_argument, NULL, 'u'},
	                                        {"dry-run", no_argument, NULL, 'd'},
	                                        {NULL, 0, NULL, 0}};
	struct backfill_window days = {0};
	struct error err;
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		int64_t *day = c == 's' ? &days.since : &days.before;

		if (c == 'd')
			days.dry_run = true;
		else if (c != 's' && c != 'u')
			return cli_wrong_option(cli, &backfill_command, c, argv);
		else if (!clock_parse_day(optarg, day))
			return cli_usage(cli, &backfill_command, "'%s' is no day such as 2026-11-21", optarg);
	}
	if (argc - optind != 1 || !days.since)
		return cli_usage(cli, &backfill_command, "backfill takes a listener and --since DAY");
	if (days.before)
		days.before += HOURS_MS(24); /* --until is a day that still counts */
	if (days.before && days.before <= days.since)
		return cli_usage(cli, &backfill_command, "--until is before --since");
	return backfill(cli, argv[optind], &days, &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command backfill_command = {
        .name = "backfill",
        .arguments = "LISTENER --since DAY [--until DAY] [--dry-run]",
        .summary = "Read mail of former days that was never handled",
        .help = "  --since DAY    the first day, such as 2026-11-01, as the mail server counts days\n"
                "  --until DAY    the last day\n"
                "  --dry-run      only says how many there are\n"
                "\n"
                "For mail that 'since' of the listener passed over. What the ledger knows is left alone, and what came "
                "another\n"
                "way before is recorded as a duplicate. It takes the home folder: not beside 'hauspost serve'.\n",
        .run = run_backfill,
};
