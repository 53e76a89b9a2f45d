/* hauspost automatic-mail: the one switch for all mail that no person wrote. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/automatic_mail.h"

#include <stdio.h>

struct turn {
	struct work work;
	bool on;
	const char *by;
};

static int run_turn(struct work *work, struct db *db, struct error *err)
{
	struct turn *turn = (struct turn *)(void *)work;

	return automatic_mail_set(db, turn->on, turn->by, clock_now_ms(), err);
}

static int show_state(struct cli *cli, struct db *db, struct error *err)
{
	int64_t waiting;
	bool is_on;
	int r = automatic_mail_is_on(db, &is_on, err);

	if (r == 0)
		r = automatic_mail_waiting(db, &waiting, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:I}", "on", is_on, "waiting", (json_int_t)waiting));
	else
		printf("automatic mail is %s; waiting in the outbox: %lld%s\n", is_on ? "on" : "off",
		       (long long)waiting, is_on ? "" : ", until it is on again");
	return 0;
}

static int run_automatic_mail(struct cli *cli, int argc, char **argv)
{
	struct turn turn = {.work = {.run = run_turn}, .by = cli_author()};
	struct db *db CLEANUP(db_closep) = NULL;
	const char *verb = argc > 1 ? argv[1] : "status";
	struct error err;
	int r;

	if (argc > 2 || (strcmp(verb, "on") != 0 && strcmp(verb, "off") != 0 && strcmp(verb, "status") != 0))
		return cli_usage(cli, &automatic_mail_command, "automatic-mail on, off, or status");
	r = cli_open(cli, false, &err);
	turn.on = strcmp(verb, "on") == 0;
	if (r == 0 && strcmp(verb, "status") != 0)
		r = store_do(cli->store, &turn.work, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = show_state(cli, db, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command automatic_mail_command = {
        .name = "automatic-mail",
        .arguments = "[on | off | status]",
        .summary = "Stop all automatic mail, or let it go on",
        .help = "It acts at once, also in a running serve. While it is off, mail is taken in as ever and gets no\n"
                "answer (reason: switched-off); answers that are in the outbox already wait there.\n",
        .run = run_automatic_mail,
};
