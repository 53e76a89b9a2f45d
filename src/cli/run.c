/* hauspost run, ingest: reading mail now, in this process. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "intake/item.h"
#include "listen/session.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

/* ---------------------------------------------------------------- run */

struct progress {
	bool on_terminal;
	int64_t shown_at, started_at;
};

static void show_progress(void *ctx, int64_t done, int64_t total, const struct intake_counts *counts)
{
	struct progress *p = ctx;
	int64_t now = clock_mono_ms();

	if (!p->on_terminal || (now - p->shown_at < 200 && done < total))
		return;
	p->shown_at = now;
	fprintf(stderr, "\r%lld of %lld messages, %lld cases opened, %lld updated, %.1f MB, %lld/s ", (long long)done,
	        (long long)total, (long long)counts->created, (long long)(counts->updated + counts->reopened),
	        (double)counts->bytes / 1e6, (long long)(done * 1000 / MAX(now - p->started_at, 1)));
	if (done == total)
		fputc('\n', stderr);
}

static void show_transcript(void *ctx UNUSED, const char *line)
{
	char *copy CLEANUP(freep) = mem_strdup(line);

	copy[str_make_printable(copy, strlen(copy), false)] = '\0';
	fprintf(stderr, "%s\n", copy);
}

static void print_counts(const struct cli *cli, const struct intake_counts *c)
{
	if (cli->json) {
		cli_print_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "messages",
		                         (json_int_t)c->messages, "created", (json_int_t)c->created, "updated",
		                         (json_int_t)c->updated, "reopened", (json_int_t)c->reopened, "filed",
		                         (json_int_t)c->filed, "discarded", (json_int_t)c->discarded, "duplicates",
		                         (json_int_t)c->duplicates, "seen_before", (json_int_t)c->seen_before, "failed",
		                         (json_int_t)c->failed, "parked", (json_int_t)c->parked, "held",
		                         (json_int_t)c->held, "answers", (json_int_t)c->answers));
		return;
	}
	if (c->messages == 0) {
		puts("no new messages");
		return;
	}
	printf("%lld messages: %lld cases opened, %lld updated, %lld re-opened, %lld filed, %lld discarded, %lld "
	       "duplicates\n",
	       (long long)c->messages, (long long)c->created, (long long)c->updated, (long long)c->reopened,
	       (long long)c->filed, (long long)c->discarded, (long long)(c->duplicates + c->seen_before));
	if (c->failed || c->parked)
		printf("%lld failed and will be tried again, %lld parked: hauspost ledger list\n", (long long)c->failed,
		       (long long)c->parked);
	if (c->held)
		printf("%lld held until somebody decides: hauspost ledger list held\n", (long long)c->held);
	if (c->answers)
		printf("%lld answers wait in the outbox: hauspost outbox flush (or serve) sends them\n",
		       (long long)c->answers);
}

static int read_once(struct cli *cli, const struct listener *listener, bool trace, struct intake_counts *counts,
                     struct error *err)
{
	struct session *session CLEANUP(session_closep) = NULL;
	struct progress progress = {.on_terminal = isatty(STDERR_FILENO) && !cli->json && !trace,
	                            .started_at = clock_mono_ms()};
	const struct session_options options = {
	        .store = cli->store,
	        .setup = cli->setup,
	        .listener = listener,
	        .progress = show_progress,
	        .transcript = trace ? show_transcript : NULL,
	        .ctx = &progress,
	};
	int r = session_open(&options, &session, err);

	if (r == 0)
		r = session_read(session, counts, err);
	if (r == 0)
		r = intake_retry_due(cli->store, cli->setup, listener->id, err);
	if (r >= 0 || !is_store_fault(err))
		cli_follow_events(cli);
	return r < 0 ? r : 0;
}

static int run_run(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"once", no_argument, NULL, 'o'}, {"trace", no_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
	const struct listener *listener;
	struct intake_counts counts = {0};
	bool once = false, trace = false;
	struct error err;
	int c, r;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'o')
			once = true;
		else if (c == 't')
			trace = true;
		else
			return cli_wrong_option(cli, &run_command, c, argv);
	}
	if (argc - optind != 1 || !once)
		return cli_usage(cli, &run_command,
		                 "run takes a listener and --once ('hauspost serve' runs all of them for good)");
	r = cli_load(cli, &err);
	if (r == 0)
		r = cli_lock(cli, &err);
	if (r < 0)
		return cli_fail(cli, &err);
	listener = setup_listener(cli->setup, argv[optind]);
	if (!listener) {
		fail(&err, E_NOT_FOUND, RETRY_NEVER, "there is no listener %s; 'hauspost list listeners' shows them",
		     argv[optind]);
		return cli_fail(cli, &err);
	}
	r = read_once(cli, listener, trace, &counts, &err);
	if (r < 0) {
		if (counts.messages && !cli->json)
			print_counts(cli, &counts);
		return cli_fail(cli, &err);
	}
	print_counts(cli, &counts);
	return EXIT_OK;
}

const struct command run_command = {
        .name = "run",
        .arguments = "LISTENER --once [--trace]",
        .summary = "Read a listener's folder to the end, then stop",
        .help = "  --trace        show the conversation with the server (secrets blanked)\n",
        .run = run_run,
};

/* ---------------------------------------------------------------- ingest */

#define MAX_INGEST MIB(256)

/* One mail: what became of it in one line, or why not. */
static int ingest_file(struct cli *cli, const struct listener *listener, const char *path)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_INGEST);
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	char outcome[32], number[64];
	struct error err;
	int r = file_read(path, &raw, &err);

	if (r == 0 && raw.n == 0)
		r = fail(&err, -ENODATA, RETRY_NEVER, "%s is empty: that is no mail", name);
	if (r < 0)
		return cli_fail(cli, &err);
	r = intake_one(cli->store, cli->setup, listener, buf_str(&raw), outcome, number, &err);
	if (r < 0 && err.code != E_REFUSED) {
		error_prefix(&err, "%s", name);
		cli_fail(cli, &err);
		return EXIT_TEMPORARY; /* not stored: whoever pipes must keep it */
	}
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s}", "file", path, "outcome", r < 0 ? "kept" : outcome,
		                         r < 0 ? "reason" : "case", r < 0 ? err.text : number));
	else if (r < 0)
		printf("%s: kept, not handled: %s\n", name, err.text);
	else
		printf("%s: %s%s%s\n", name, outcome, number[0] ? " " : "", number);
	return EXIT_OK;
}

static int ingest_all(struct cli *cli, const struct listener *listener, char **paths)
{
	int code = EXIT_OK;

	if (!*paths)
		return ingest_file(cli, listener, "-");
	for (; *paths; paths++) {
		int one = ingest_file(cli, listener, *paths);

		code = one == EXIT_TEMPORARY || code == EXIT_OK ? one : code;
		if (one == EXIT_TEMPORARY)
			break;
	}
	return code;
}

static int run_ingest(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"listener", required_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
	const struct listener *listener;
	const char *id = NULL;
	struct error err;
	int c, r;

	while ((c = getopt_long(argc, argv, ":l:", options, NULL)) != -1) {
		if (c != 'l')
			return cli_wrong_option(cli, &ingest_command, c, argv);
		id = optarg;
	}
	if (!id)
		return cli_usage(cli, &ingest_command,
		                 "ingest needs --listener: its rule says what becomes of the mail");
	r = cli_load(cli, &err);
	if (r < 0) {
		c = cli_fail(cli, &err);
		return c == EXIT_STORE || err.retry == RETRY_LATER ? EXIT_TEMPORARY
		                                                   : c; /* the mail's sender can't help it */
	}
	listener = setup_listener(cli->setup, id);
	if (!listener) {
		fail(&err, E_NOT_FOUND, RETRY_NEVER, "there is no listener %s; 'hauspost list listeners' shows them",
		     id);
		return cli_fail(cli, &err);
	}
	c = ingest_all(cli, listener, argv + optind);
	if (c != EXIT_TEMPORARY) /* a store that can't be written now can't be written for this either */
		cli_follow_events(cli);
	return c;
}

const struct command ingest_command = {
        .name = "ingest",
        .arguments = "--listener L [FILE…|-]",
        .summary = "Handle mail from files or standard input",
        .help = "  -l, --listener L   the listener whose rule and account apply\n"
                "\n"
                "Each file is one message, and so is standard input. A mailbox file (mbox) with many has to be split "
                "first.\n"
                "\n"
                "Exit code 75 (temporary failure) means that a mail was not stored and should be offered again, as a "
                "mail server's pipe\n"
                "does. Example for Postfix's master.cf:\n"
                "  hauspost unix - n n - 4 pipe user=hauspost argv=/usr/bin/hauspost ingest --listener support\n",
        .run = run_ingest,
};
