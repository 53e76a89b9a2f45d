/* hauspost pause, resume: what stands still until a person lets it go on. */
#include "cli/cli.h"

#include "base/clock.h"
#include "store/status.h"
#include "store/throttles.h"

#include <getopt.h>
#include <stdio.h>

struct pause {
	struct work work;
	const char *kind, *id;
	bool paused;
	int changed;
};

static int run_pause_work(struct work *work, struct db *db, struct error *err)
{
	struct pause *p = (struct pause *)(void *)work;

	int lifted = 0;

	p->changed = pause_set(db, p->kind, p->id, p->paused, cli_author(), clock_now_ms(), err);
	if (p->changed < 0 || p->paused || strcmp(p->kind, "account") != 0)
		return MIN(p->changed, 0);
	lifted = throttle_lift(db, p->id, clock_now_ms(), err);
	p->changed |= lifted > 0;
	return MIN(lifted, 0);
}

static int check_exists(const struct cli *cli, const char *kind, const char *id, struct error *err)
{
	bool is_account = strcmp(kind, "account") == 0;

	if (is_account ? setup_account(cli->setup, id) != NULL : setup_listener(cli->setup, id) != NULL)
		return 0;
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s %s; 'hauspost list %ss' shows them", kind, id, kind);
}

static int change(struct cli *cli, const char *kind, const char *id, bool paused, struct error *err)
{
	struct pause pause = {.work = {.run = run_pause_work}, .kind = kind, .id = id, .paused = paused};
	int r = cli_load(cli, err);

	if (r == 0 && paused) /* what is gone may still be let go */
		r = check_exists(cli, kind, id, err);
	if (r == 0)
		r = store_do(cli->store, &pause.work, err);
	if (r < 0)
		return r;
	if (!paused && !pause.changed && check_exists(cli, kind, id, err) < 0)
		return err->code;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:b, s:b}", kind, id, "paused", paused, "changed", pause.changed > 0));
	else if (!pause.changed)
		printf("%s %s %s already\n", kind, id, paused ? "is paused" : "isn't paused");
	else if (paused)
		printf("%s %s is paused: 'hauspost resume %s%s' lets it go on\n", kind, id,
		       strcmp(kind, "account") == 0 ? "--account " : "", id);
	else
		printf("%s %s goes on\n", kind, id);
	return 0;
}

static int run_either(struct cli *cli, const struct command *command, bool paused, int argc, char **argv)
{
	static const struct option options[] = {{"account", required_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
	const char *account = NULL;
	struct error err;
	int c;

	while ((c = getopt_long(argc, argv, ":a:", options, NULL)) != -1) {
		if (c != 'a')
			return cli_wrong_option(cli, command, c, argv);
		account = optarg;
	}
	if (argc - optind != !account)
		return cli_usage(cli, command, "%s takes one listener, or --account and an account", command->name);
	c = account ? change(cli, "account", account, paused, &err)
	            : change(cli, "listener", argv[optind], paused, &err);
	return c < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

static int run_pause(struct cli *cli, int argc, char **argv)
{
	return run_either(cli, &pause_command, true, argc, argv);
}

static int run_resume(struct cli *cli, int argc, char **argv)
{
	return run_either(cli, &resume_command, false, argc, argv);
}

const struct command pause_command = {
        .name = "pause",
        .arguments = "LISTENER | --account A",
        .summary = "Let a listener, or an account with all its mail, stand still",
        .help = "  -a, --account A  reading and sending of the account; its answers gather in the outbox\n"
                "\n"
                "A running 'hauspost serve' heeds it within a second or two: what was read is finished, then the "
                "connection\n"
                "is closed. It lasts until 'hauspost resume', whatever is restarted.\n",
        .run = run_pause,
};

const struct command resume_command = {
        .name = "resume",
        .arguments = "LISTENER | --account A",
        .summary = "Let go on what was paused",
        .help = "  -a, --account A  reading and sending of the account; it doesn't wait any more, either, because its "
                "provider asked\n"
                "                   to slow down\n",
        .run = run_resume,
};
