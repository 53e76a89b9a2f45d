/* hauspost expiring: the calendar of what runs out. */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/expiring.h"
#include "cli/text.h"
#include "auth/expiry.h"

#include <getopt.h>
#include <stdio.h>

#define DAYS_PRESET 90
#define DAYS_MAX    36500

static json_t *expiry_json(const struct expiry *e, int64_t now)
{
	char iso[32];

	clock_format_iso(e->expires_at, iso);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:b}", "kind", e->kind, "what", e->what, "text", e->text,
	                 "expires", iso, "expires_at", (json_int_t)e->expires_at, "days",
	                 (json_int_t)expiry_days(e, now), "used_by", e->used_by, "signs", (int)e->is_signer);
}

void expiry_text(const struct expiry *e, int64_t now, char *ret_text, size_t size)
{
	int64_t days = expiry_days(e, now);
	char iso[32];

	clock_format_iso(e->expires_at, iso);
	if (days < 0)
		snprintf(ret_text, size, "EXPIRED %.10s", iso);
	else
		snprintf(ret_text, size, "%.10s, in %lld day%s", iso, (long long)days, days == 1 ? "" : "s");
}

static void print_expiry(const struct expiry *e, int64_t now)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char text[64];

	expiry_text(e, now, text, sizeof text);
	line_column(&line, str_of(text), 26);
	line_column(&line, str_of(e->kind), 11);
	line_column(&line, str_of(e->what), 40);
	line_column(&line, str_of(*e->used_by ? e->used_by : "-"), 0);
	line_put(&line);
}

static int show(struct cli *cli, int days, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct expiry *list;
	int64_t now = clock_now_ms();
	int n = store_connect(cli->store, &db, err);

	if (n == 0)
		n = expiry_list(cli->setup, db, now, days, arena, &list, err);
	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, expiry_json(&list[i], now));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_expiry(&list[i], now);
	if (n == 0)
		printf("nothing expires within %d days\n", days);
	return 0;
}

static int run_expiring(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"days", required_argument, NULL, 'd'}, {NULL, 0, NULL, 0}};
	uint64_t days = DAYS_PRESET;
	struct error err;
	int c, r;

	while ((c = getopt_long(argc, argv, ":d:", options, NULL)) != -1) {
		if (c != 'd')
			return cli_wrong_option(cli, &expiring_command, c, argv);
		if (!cli_number(cli, &expiring_command, optarg, &days))
			return EXIT_USAGE;
	}
	if (optind < argc || days > DAYS_MAX)
		return cli_usage(cli, &expiring_command, "expiring takes --days N (at most %d) alone", DAYS_MAX);
	r = cli_load(cli, &err);
	if (r == 0)
		r = show(cli, (int)days, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command expiring_command = {
        .name = "expiring",
        .arguments = "[--days N]",
        .summary = "What runs out soon: certificates and keys, and who uses them",
        .help = "  -d, --days N   within so many days (90); what has expired is shown for a month, and for as long as "
                "an\n"
                "                 account signs with it\n"
                "\n"
                "serve tells of each 30, 7 and 1 days before, and when it has expired, once: in its log and as an "
                "event.\n",
        .run = run_expiring,
};
