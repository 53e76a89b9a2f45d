/* hauspost serve */
#include "cli/cli.h"

#include "base/log.h"
#include "events/events.h"
#include "listen/serve.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static struct serve *running;
static volatile sig_atomic_t stops;

/* The first signal stops in order; the second at once, which is safe at any time. */
static void on_signal(int number)
{
	if (stops++)
		_exit(128 + number);
	if (running)
		serve_stop(running);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* One descriptor for each mailbox: as many as the system allows, not as many as it gives unasked (often 1,024). */
static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_warning("cli", "the limit of open files stays: %s", strerrordesc_np(errno));
}

static void say_ready(void *ctx, size_t listeners)
{
	const struct cli *cli = ctx;

	printf("hauspost %s serves %zu listener%s from %s; Ctrl-C stops\n", HAUSPOST_VERSION, listeners,
	       listeners == 1 ? "" : "s", cli->home);
	fflush(stdout);
}

static int run_serve(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"workers", required_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
	struct serve_options serve = {.claim = cli_claim(), .ready = say_ready, .ctx = cli};
	struct events_options follow = {.claim = cli_claim()};
	struct events *events = NULL;
	struct error err;
	uint64_t workers = 16;
	int c, r;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'w')
			return cli_wrong_option(cli, &serve_command, c, argv);
		if (!str_to_uint(str_of(optarg), 1000, &workers) || workers == 0)
			return cli_usage(cli, &serve_command, "--workers takes a number from 1 to 1000");
	}
	if (optind < argc)
		return cli_usage(cli, &serve_command, "serve takes no arguments, not '%s'", argv[optind]);
	r = cli_open_newest(cli, &err);
	if (r == 0)
		r = cli_lock(cli, &err);
	serve.store = follow.store = cli->store;
	serve.sealer = follow.sealer = &cli->sealer;
	serve.workers = (int)workers;
	catch_signals();
	raise_file_limit();
	if (r == 0)
		r = events_start(&follow, &events, &err);
	if (r == 0)
		r = serve_start(&serve, &running, &err);
	if (r < 0) {
		events_stop(events);
		return cli_fail(cli, &err);
	}
	if (stops)
		serve_stop(running);
	serve_run(running);
	events_stop(events);
	return EXIT_OK;
}

const struct command serve_command = {
        .name = "serve",
        .arguments = "[--workers N]",
        .summary = "Run all listeners and send the outbox until stopped",
        .help = "  --workers N    threads for mailbox sessions that are at work (16); waiting mailboxes need none\n"
                "\n"
                "Changes made by 'hauspost apply' are taken up within a second or two. The first Ctrl-C (or SIGTERM) "
                "lets what\n"
                "is being committed finish; a second one stops at once, which is safe, too.\n",
        .run = run_serve,
};
