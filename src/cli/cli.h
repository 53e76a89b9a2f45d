/* What the commands share: the home folder, opening store and vault, output, exit codes. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/error.h"
#include "security/vault.h"
#include "setup/setup.h"
#include "store/store.h"

#include <jansson.h>

/* Documented in docs/exit-codes.md. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,     /* the request was understood and not fulfilled */
	EXIT_USAGE = 2,      /* the command line is wrong */
	EXIT_SETUP = 3,      /* a set-up file, record or id is wrong */
	EXIT_STORE = 4,      /* the store, its key or the disk */
	EXIT_PROVIDER = 5,   /* a mail server: network, TLS, log-in, protocol */
	EXIT_TEMPORARY = 75, /* ingest: try the same again later (sysexits EX_TEMPFAIL) */
};

struct cli {
	const char *home;      /* the folder */
	const char *store_url; /* owned; what --store, $HAUSPOST_STORE or the home folder says */
	bool json;
	struct store *store;
	struct vault *vault;
	struct sealer sealer;
	struct setup *setup; /* cli_load_setup() */
	bool no_store;       /* cli_open() found none */
	bool migrate;        /* cli_open() may bring an older store up to date */
	int lock_fd;         /* -1: not locked */
};

struct command {
	const char *name, *arguments, *summary;
	const char *help;                                   /* options and examples, lines */
	int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the command's name; returns the exit code */
};

extern const struct command *const commands[]; /* NULL-terminated, in the order of the help */

/* Prints "hauspost: TEXT" to standard error (as a JSON object with --json) and returns the exit code that fits. */
int cli_fail(const struct cli *cli, const struct error *err);

/* For a wrong command line: says what is wrong and how the command is used, in one line. Returns EXIT_USAGE. */
int cli_usage(const struct cli *cli, const struct command *command, const char *fmt, ...) PRINTF(3, 4);

/* As above, for what getopt_long() answered ('?' or ':': opterr is off, the option string begins with ':'). */
int cli_wrong_option(const struct cli *cli, const struct command *command, int answer, char **argv);

/* For a kind of record that there isn't: names those there are. Returns EXIT_USAGE. */
int cli_wrong_kind(const struct cli *cli, const struct command *command, const char *kind);

/* False after telling that `word` is none of the NULL-terminated `known`. */
bool cli_one_of(const struct cli *cli, const struct command *command, const char *what, const char *word,
                const char *const *known) NODISCARD;

/* Opens store and vault. `create`: make what is missing (apply alone does); else a missing store is E_NOT_FOUND
 * (cli->no_store), and the error says what to do. All other faults are E_STORE or E_IN_USE. */
int cli_open(struct cli *cli, bool create, struct error *err) NODISCARD;

/* cli_open() without create; an older store is brought up to date, which takes the home folder (cli_lock()). */
int cli_open_newest(struct cli *cli, struct error *err) NODISCARD;

/* cli_open_newest(); where there is no store yet, a new one is made (*ret_made). Where there is a key already, the
 * store that it was for is missing, and that isn't covered up by an empty one. */
int cli_open_or_make(struct cli *cli, bool *ret_made, struct error *err) NODISCARD;

/* cli_open() without create, and the set-up. */
int cli_load(struct cli *cli, struct error *err) NODISCARD;

/* Reads a set-up file ("-": standard input) with the files and secrets that it refers to. */
int cli_read_document(const char *path, json_t **ret_document, struct error *err) NODISCARD;

/* Takes the home folder for this process, as everything that reads mailboxes or sends must. E_IN_USE says who has it.
 */
int cli_lock(struct cli *cli, struct error *err) NODISCARD;

void cli_close(struct cli *cli);

/* What follows from events (numbers, deliveries, alerts) is done here and now, for commands that work without
 * `hauspost serve`. A fault is logged: whoever comes next does it. */
void cli_follow_events(struct cli *cli);

/* A number from the command line; false after telling how the command is used. */
bool cli_number(const struct cli *cli, const struct command *command, const char *text, uint64_t *ret_number) NODISCARD;

/* The value of --limit, 1 to 100000; false after telling how the command is used. */
#define CLI_LIMIT 1000 /* rows that a list shows unless asked for more */
bool cli_limit(const struct cli *cli, const struct command *command, const char *text, size_t *ret_limit) NODISCARD;

/* For people, after a list that stopped at its limit. */
void cli_say_more(int shown, size_t limit);

/* Prints a JSON value on one line and releases it. */
void cli_print_json(json_t *value);

/* Who did it, for histories: the name of the operating system's user. */
const char *cli_author(void);

/* A name for this process in the outbox: host, pid and a token. */
const char *cli_claim(void);

/* The store for people: where it is, without user and password. */
struct str cli_store_name(const struct cli *cli, struct arena *arena);

/* "2026-11-21 07:39:31" UTC, "-" for 0. */
const char *cli_time(int64_t at_ms, char room[24]);

/* 'hauspost help records' (or a kind of record: accounts, listeners …): the keys with values and defaults. False where
 * `topic` is neither. */
bool print_record_help(const struct cli *cli, const char *topic) NODISCARD;

/* A text view as JSON; invalid UTF-8 can't come from the store. */
json_t *cli_json_str(struct str s);

/* clang-format off */
extern const struct command
	serve_command,
	apply_command,
	export_command,
	list_command,
	show_command,
	delete_command,
	run_command,
	ingest_command,
	inspect_command,
	send_command,
	cases_command,
	search_command,
	message_command,
	ledger_command,
	outbox_command,
	suppressions_command,
	loops_command,
	automatic_mail_command,
	keys_command,
	doctor_command,
	version_command,
	keystores_command,
	certificates_command,
	expiring_command,
	providers_command,
	import_command,
	detect_command,
	profile_command,
	test_command,
	status_command,
	pause_command,
	resume_command,
	webhooks_command,
	events_command,
	alerts_command,
	backfill_command,
	operator_command,
	openapi_command,
	trace_command;
/* clang-format on */

#endif
