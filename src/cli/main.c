/* hauspost: reads the global options, finds the command, runs it. */
#include "cli/cli.h"

#include "base/log.h"
#include "base/mem.h"
#include "record/nearest.h"
#include "security/process.h"
#include "security/tls.h"

#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
const struct command *const commands[] = {
	&serve_command,
	&status_command,
	&pause_command,
	&resume_command,
	&trace_command,
	&apply_command,
	&export_command,
	&list_command,
	&show_command,
	&delete_command,
	&run_command,
	&ingest_command,
	&backfill_command,
	&send_command,
	&cases_command,
	&search_command,
	&message_command,
	&ledger_command,
	&outbox_command,
	&suppressions_command,
	&loops_command,
	&automatic_mail_command,
	&providers_command,
	&import_command,
	&detect_command,
	&inspect_command,
	&profile_command,
	&operator_command,
	&test_command,
	&keys_command,
	&keystores_command,
	&certificates_command,
	&expiring_command,
	&webhooks_command,
	&events_command,
	&alerts_command,
	&openapi_command,
	&doctor_command,
	&version_command,
	NULL,
};
/* clang-format on */

static const char intro[] =
        "hauspost reads mailboxes, turns mail into cases, answers, and sends what you want to say.\n"
        "\n"
        "usage: hauspost [--home DIR] [--store URL] [--json] [-v] COMMAND [ARGUMENTS]\n"
        "\n";

static const char outro[] =
        "\n"
        "  --home DIR     where the store and its key live ($HAUSPOST_HOME; else /var/lib/hauspost\n"
        "                 for root, ~/.local/share/hauspost for others)\n"
        "  --store URL    another store: postgresql://USER@HOST/DATABASE or sqlite:FILE ($HAUSPOST_STORE)\n"
        "  --json         answers as JSON\n"
        "  -v             log more (-q: errors only)\n"
        "\n"
        "'hauspost COMMAND --help' tells arguments and options of a command, 'hauspost help records' every key of\n"
        "the set-up file. To begin: write a set-up file (docs/examples/support.yaml is one, docs/setup.md explains\n"
        "it), then 'hauspost apply setup.yaml' and 'hauspost serve'.\n";

static void print_help(FILE *out)
{
	fputs(intro, out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
	fputs(outro, out);
}

static void print_command_help(const struct command *command)
{
	printf("usage: hauspost %s%s%s\n\n%s.\n%s%s", command->name, command->arguments[0] ? " " : "",
	       command->arguments, command->summary, command->help[0] ? "\n" : "", command->help);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static char *default_home(void)
{
	const char *home = getenv("HAUSPOST_HOME"), *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
	struct buf path CLEANUP(buf_done) = BUF_INIT(4096);

	if (home && *home)
		return mem_strdup(home);
	if (geteuid() == 0 || (!data && !user))
		return mem_strdup("/var/lib/hauspost");
	if (data && *data)
		buf_printf(&path, "%s/hauspost", data);
	else
		buf_printf(&path, "%s/.local/share/hauspost", user ? user : "");
	return buf_take(&path);
}

/* Removes "--json" wherever it stands before "--": it is global, and people write it last. */
static bool take_json(int *argc, char **argv)
{
	bool found = false;
	int n = 1;

	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			found = true;
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			while (i < *argc)
				argv[n++] = argv[i++];
			break;
		}
		argv[n++] = argv[i];
	}
	argv[n] = NULL;
	*argc = n;
	return found;
}

/* The global options; returns the index of the command in argv, or a negative exit code less one. */
static int read_options(int argc, char **argv, struct cli *cli, char **home)
{
	static const struct option options[] = {
	        {"home", required_argument, NULL, 'H'},
	        {"store", required_argument, NULL, 'S'},
	        {"help", no_argument, NULL, 'h'},
	        {"version", no_argument, NULL, 'V'},
	        {"verbose", no_argument, NULL, 'v'},
	        {"quiet", no_argument, NULL, 'q'},
	        {NULL, 0, NULL, 0},
	};
	struct error err;
	int c;

	opterr = 0; /* what is wrong is said here, in one line */
	while ((c = getopt_long(argc, argv, "+:hvqV", options, NULL)) != -1) {
		switch (c) {
		case 'H':
			if (!*optarg) { /* of a variable that isn't set: it would be the root of all files */
				fail(&err, E_INVALID, RETRY_NEVER, "--home is empty: it takes a folder");
				cli_fail(cli, &err);
				return -1 - EXIT_USAGE;
			}
			free(*home);
			*home = mem_strdup(optarg);
			break;
		case 'S':
			cli->store_url = optarg;
			break;
		case 'v':
			log_set_level(LOG_DEBUG);
			break;
		case 'q':
			log_set_level(LOG_ERROR);
			break;
		case 'V':
			printf("hauspost %s\n", HAUSPOST_VERSION);
			return -1 - EXIT_OK;
		case 'h':
			print_help(stdout);
			return -1 - EXIT_OK;
		default:
			fail(&err, E_INVALID, RETRY_NEVER,
			     c == ':' ? "option %s needs a value; 'hauspost --help' lists options and commands"
			              : "there is no option %s; 'hauspost --help' lists options and commands",
			     argv[optind - 1]);
			cli_fail(cli, &err);
			return -1 - EXIT_USAGE;
		}
	}
	return optind;
}

static const char *command_at(const void *words UNUSED, size_t i)
{
	return commands[i]->name;
}

/* Says what was meant: a kind of record, or a command that is written nearly so. */
static int no_command(const struct cli *cli, const char *name)
{
	const struct record_type *type = setup_type_find(name);
	const char *nearest = nearest_word(str_of(name), command_at, NULL, ARRAY_LEN(commands) - 1);
	struct error err;

	if (type)
		fail(&err, E_INVALID, RETRY_NEVER,
		     "there is no command '%.64s'; 'hauspost list %s' lists these records, 'hauspost help %s' their "
		     "keys",
		     name, type->plural, type->kind);
	else if (nearest)
		fail(&err, E_INVALID, RETRY_NEVER,
		     "there is no command '%.64s' (did you mean %s?); 'hauspost --help' lists them", name, nearest);
	else
		fail(&err, E_INVALID, RETRY_NEVER, "there is no command '%.64s'; 'hauspost --help' lists them", name);
	cli_fail(cli, &err);
	return EXIT_USAGE;
}

/* hauspost help [TOPIC]: a command, a kind of record. */
static int run_help(const struct cli *cli, const char *topic)
{
	const struct command *command = topic ? find_command(topic) : NULL;

	if (command)
		print_command_help(command);
	else if (!topic || strcmp(topic, "help") == 0 || topic[0] == '-')
		print_help(stdout);
	else if (!print_record_help(cli, topic))
		return no_command(cli, topic);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;

	if (argc == 0) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "help") == 0)
		return run_help(cli, argv[1]);
	command = find_command(argv[0]);
	if (!command)
		return no_command(cli, argv[0]);
	if (wants_help(argc, argv)) {
		print_command_help(command);
		return EXIT_OK;
	}
	optind = 0; /* getopt starts anew, with the command as argv[0] */
	return command->run(cli, argc, argv);
}

/* Nobody reads standard output any more: "| head". */
static bool reader_is_gone(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO};

	return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

/* The exit code, where all of the output could be written. A reader who is gone ends it without a word, as it ends
 * other programs. */
static int end_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (reader_is_gone()) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	fputs("hauspost: can't write the output\n", stderr);
	return code ? code : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	char *home CLEANUP(freep) = default_home();
	struct cli cli = {.lock_fd = -1};
	int at, code;

	setlocale(LC_CTYPE, "C.UTF-8"); /* widths of letters; nothing else depends on it */
	process_keep_secrets();
	umask(077); /* mail and keys are nobody else's */
	/* Memory is freed by other threads than took it, and many threads take turns at little work: few heaps keep it
	 * together. */
	mallopt(M_ARENA_MAX, 4);
	signal(SIGPIPE, SIG_IGN); /* TLS writes to a closed socket are errors, not the end */
	cli.json = take_json(&argc, argv);
	at = read_options(argc, argv, &cli, &home);
	if (at < 0)
		return -1 - at;
	cli.home = home;
	code = run(&cli, argc - at, argv + at);
	cli_close(&cli);
	tls_forget_contexts();
	return end_output(code);
}
