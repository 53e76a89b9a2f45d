/* hauspost serve */
#include "cli/cli.h"

#include "api/api.h"
#include "base/log.h"
#include "cli/operator_links.h"
#include "events/events.h"
#include "listen/serve.h"
#include "setup/setup_share.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* SIGHUP: the terminal is gone, which stops in order. Where there is none it can only mean "read the set-up anew",
 * which happens by itself; and systemd would take an end by it for a wanted one and start nothing anew. nohup has it
 * ignored already. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal}, before;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!has_terminal())
		action.sa_handler = SIG_IGN;
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
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

/* ---------------------------------------------------------------- the command line */

#define USUAL_ADDRESS "127.0.0.1:8025"

struct serving {
	struct cli *cli;
	struct api *api; /* NULL: without */
	struct events *events;
	struct setup_share *setup;
	bool private_webhooks;
	uint64_t workers, keep_events;
	const char *http, *url, *proxies;
};

static const char *from_environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static int set_log_format(const char *word, struct error *err)
{
	static const char *const words[] = {"text", "json", "journald"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], word) == 0)
			return log_set_format((enum log_format)i, LOG_JOURNAL_SOCKET, err);
	return fail(err, E_INVALID, RETRY_NEVER, "it is text, json or journald, not '%.40s'", word);
}

/* An exit code, or -1 to go on. `ret_wrong` is room for what is wrong. */
static int read_options(struct serving *serving, int argc, char **argv, struct error *ret_wrong)
{
	static const struct option options[] = {
	        {"workers", required_argument, NULL, 'w'},     {"http", required_argument, NULL, 'h'},
	        {"url", required_argument, NULL, 'u'},         {"trusted-proxies", required_argument, NULL, 'p'},
	        {"keep-events", required_argument, NULL, 'k'}, {"log-format", required_argument, NULL, 'l'},
	        {"private-webhooks", no_argument, NULL, 'P'},  {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'h')
			serving->http = optarg;
		else if (c == 'u')
			serving->url = optarg;
		else if (c == 'p')
			serving->proxies = optarg;
		else if (c == 'l' && set_log_format(optarg, ret_wrong) < 0)
			return cli_usage(serving->cli, &serve_command, "--log-format: %s", ret_wrong->text);
		else if (c == 'l')
			continue;
		else if (c == 'P')
			serving->private_webhooks = true;
		else if (c == 'k' && str_to_uint(str_of(optarg), 3650, &serving->keep_events) && serving->keep_events)
			continue;
		else if (c == 'k')
			return cli_usage(serving->cli, &serve_command,
			                 "--keep-events takes a number of days, 1 to 3650");
		else if (c != 'w')
			return cli_wrong_option(serving->cli, &serve_command, c, argv);
		else if (!str_to_uint(str_of(optarg), 1000, &serving->workers) || serving->workers == 0)
			return cli_usage(serving->cli, &serve_command, "--workers takes a number from 1 to 1000");
	}
	if (optind < argc)
		return cli_usage(serving->cli, &serve_command, "serve takes no arguments, not '%s'", argv[optind]);
	return -1;
}

/* ---------------------------------------------------------------- begin, end */

static void say_ready(void *ctx, size_t listeners)
{
	const struct serving *serving = ctx;
	struct error err;

	printf("hauspost %s serves %zu listener%s from %s; Ctrl-C stops\n", HAUSPOST_VERSION, listeners,
	       listeners == 1 ? "" : "s", serving->cli->home);
	if (serving->api)
		printf("Studio and API: %s/\n", api_url(serving->api));
	fflush(stdout);
	if (serving->api && operator_links_serve(serving->cli, api_url(serving->api), &err) < 0)
		log_warning("cli", "no link for the first administrator: %s", err.text);
}

/* Requests may still look at the listeners: they end first. */
static void stop_api(void *ctx)
{
	struct serving *serving = ctx;

	api_stop(serving->api);
	serving->api = NULL;
}

static int start_api(struct serving *serving, struct error *err)
{
	const struct api_options options = {
	        .address = serving->http,
	        .url = serving->url,
	        .trusted_proxies = serving->proxies,
	        .store = serving->cli->store,
	        .sealer = &serving->cli->sealer,
	        .setup = serving->setup,
	};
	int r;

	if (strcmp(serving->http, "off") == 0)
		return 0;
	r = api_start(&options, &serving->api, err);
	if (r == E_IN_USE)
		error_prefix(err, "the Studio and the API: take another port (--http 127.0.0.1:PORT) or none (--http "
		                  "off)");
	return r < 0 && r != E_IN_USE ? error_prefix(err, "the Studio and the API") : r;
}

static int start(struct serving *serving, struct error *err)
{
	struct cli *cli = serving->cli;
	const struct serve_options options = {
	        .store = cli->store,
	        .sealer = &cli->sealer,
	        .setup = serving->setup,
	        .workers = (int)serving->workers,
	        .claim = cli_claim(),
	        .ready = say_ready,
	        .stopping = stop_api,
	        .ctx = serving,
	};
	struct events_options follow = {
	        .store = cli->store,
	        .sealer = &cli->sealer,
	        .setup = serving->setup,
	        .keep_days = (int)serving->keep_events,
	        .allow_private = serving->private_webhooks,
	        .studio = strcmp(serving->http, "off") == 0 ? "" : serving->url,
	};
	int r = start_api(serving, err);

	follow.source = serving->api ? api_url(serving->api) : serving->url;
	if (r == 0)
		r = events_start(&follow, &serving->events, err);
	if (r == 0)
		r = serve_start(&options, &running, err);
	if (r < 0) {
		stop_api(serving);
		events_stop(serving->events);
	} else if (serving->api) {
		api_set_serve(serving->api, running);
	}
	return r;
}

/* Somebody who just wants to see it begins so; somebody who named the wrong folder must see that, too. */
static void say_made(const struct cli *cli)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	printf("There was no store: made a new, empty one: " STR_FMT "\n"
	       "Its key is %s/keys: back up both, apart from each other.\n",
	       STR_ARG(cli_store_name(cli, arena)), cli->home);
	fflush(stdout);
}

static int run_serve(struct cli *cli, int argc, char **argv)
{
	struct serving serving = {
	        .cli = cli,
	        .workers = 16,
	        .keep_events = EVENTS_KEEP_DAYS,
	        .http = from_environment("HAUSPOST_HTTP", USUAL_ADDRESS),
	        .url = from_environment("HAUSPOST_URL", ""),
	        .proxies = from_environment("HAUSPOST_TRUSTED_PROXIES", ""),
	};
	struct error err;
	bool made = false;
	int r = read_options(&serving, argc, argv, &err);

	if (r >= 0)
		return r;
	r = cli_open_or_make(cli, &made, &err);
	if (r == 0)
		r = cli_lock(cli, &err);
	if (r == 0 && made)
		say_made(cli);
	catch_signals();
	raise_file_limit();
	if (r == 0) {
		serving.setup = setup_share_join(NULL, &cli->sealer);
		r = start(&serving, &err);
		setup_share_leave(serving.setup); /* theirs from here on */
	}
	if (r < 0)
		return cli_fail(cli, &err);
	if (stops)
		serve_stop(running);
	serve_run(running);
	events_stop(serving.events);
	return EXIT_OK;
}

const struct command serve_command = {
        .name = "serve",
        .arguments = "[--http ADDRESS:PORT] [--url URL] [--trusted-proxies LIST] [--workers N] [--log-format FORMAT] "
                     "[--keep-events DAYS] "
                     "[--private-webhooks]",
        .summary = "Run all listeners and send the outbox until stopped",
        .help = "  --http ADDRESS:PORT     where the Studio and the API are (127.0.0.1:8025); *:PORT for every "
                "address, off "
                "for none\n"
                "  --url URL               as people reach them through a proxy: https://mail.example.com\n"
                "  --trusted-proxies LIST  whose X-Forwarded-For and -Proto are believed: 10.0.0.7,10.1.0.0/16 (where "
                "URL is\n"
                "                          https: proxies on this machine)\n"
                "  --workers N             threads for mailbox sessions that are at work (16); waiting mailboxes need "
                "none\n"
                "  --log-format FORMAT     text, json (an object a line), or journald (with fields for account, "
                "listener, "
                "message)\n"
                "  --keep-events DAYS      events and what was delivered to webhooks is forgotten then (30)\n"
                "  --private-webhooks      webhooks may go to this machine and private networks, and without TLS\n"
                "\n"
                "HAUSPOST_HTTP, HAUSPOST_URL and HAUSPOST_TRUSTED_PROXIES say the same in the environment.\n"
                "\n"
                "Where there is no store yet, it makes one, and the Studio leads on.\n"
                "\n"
                "Changes made by 'hauspost apply' are taken up within a second or two. The first Ctrl-C (or SIGTERM) "
                "lets what\n"
                "is being committed finish; a second one stops at once, which is safe, too.\n",
        .run = run_serve,
};
