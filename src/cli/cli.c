/* See cli.h. */
#include "cli/cli.h"

#include "auth/tokens.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/records.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* ---------------------------------------------------------------- errors */

static int exit_code_of(const struct cli *cli, const struct error *err)
{
	switch (err->code) {
	case E_INVALID:
	case E_CONFLICT:
		return EXIT_SETUP;
	case E_NOT_FOUND:
		return cli->no_store ? EXIT_STORE : err->scope == SCOPE_FOLDER ? EXIT_PROVIDER : EXIT_FAILED;
	case E_STORE:
	case E_IN_USE:
	case -ENOSPC:
	case -EDQUOT:
	case -EROFS:
	case -EFBIG:
		return EXIT_STORE;
	case E_AUTH:
	case E_TLS:
	case E_TIMEOUT:
	case E_CLOSED:
	case E_CONNECT:
	case E_PROTOCOL:
	case E_INSECURE:
	case E_THROTTLED:
	case E_REFUSED:
	case E_UNSUPPORTED:
		return EXIT_PROVIDER;
	default:
		return EXIT_FAILED;
	}
}

static void print_fault(const struct cli *cli, const char *text, const char *category)
{
	if (cli->json) {
		json_t *object = json_pack("{s:s, s:s}", "error", text, "category", category);
		char *line = object ? json_dumps(object, JSON_COMPACT) : NULL;

		fprintf(stderr, "%s\n", line ? line : "{\"error\":\"(not printable)\"}");
		free(line);
		json_decref(object);
	} else {
		fprintf(stderr, "hauspost: %s\n", text);
	}
}

int cli_fail(const struct cli *cli, const struct error *err)
{
	print_fault(cli, err->text, error_word(err->code));
	return exit_code_of(cli, err);
}

int cli_usage(const struct cli *cli, const struct command *command, const char *fmt, ...)
{
	char text[900];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text - 300, fmt, ap);
	va_end(ap);
	n = str_make_printable(text, strlen(text), false);
	snprintf(text + n, sizeof text - n, "; usage: hauspost %s%s%s ('hauspost %s --help' tells more)", command->name,
	         command->arguments[0] ? " " : "", command->arguments, command->name);
	print_fault(cli, text, "usage");
	return EXIT_USAGE;
}

int cli_wrong_option(const struct cli *cli, const struct command *command, int answer, char **argv)
{
	static const char *const global[] = {"--home", "--store", "--verbose", "--quiet"};
	const char *word = argv[optind - 1];

	if (answer == ':')
		return cli_usage(cli, command, "option %s needs a value", word);
	for (size_t i = 0; i < ARRAY_LEN(global); i++)
		if (strncmp(word, global[i], strlen(global[i])) == 0)
			return cli_usage(cli, command, "%s stands before the command", global[i]);
	if (optopt > 0 && optopt < 0x7f && strncmp(word, "--", 2) != 0)
		return cli_usage(cli, command, "there is no option -%c", optopt);
	return cli_usage(cli, command, "there is no option %.100s%s", word, optopt ? " with a value" : "");
}

int cli_wrong_kind(const struct cli *cli, const struct command *command, const char *kind)
{
	struct buf known CLEANUP(buf_done) = BUF_INIT(KIB(1));

	for (size_t i = 0; setup_types[i]; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", setup_types[i]->plural);
	if (!kind)
		return cli_usage(cli, command, "which kind? There are %s", buf_cstr(&known));
	return cli_usage(cli, command, "'%.64s' is not a kind of record: there are %s", kind, buf_cstr(&known));
}

bool cli_one_of(const struct cli *cli, const struct command *command, const char *what, const char *word,
                const char *const *known)
{
	struct buf list CLEANUP(buf_done) = BUF_INIT(KIB(1));

	for (size_t i = 0; known[i]; i++) {
		if (strcmp(known[i], word) == 0)
			return true;
		buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
	}
	cli_usage(cli, command, "%s '%.64s' is not one of %s", what, word, buf_cstr(&list));
	return false;
}

bool cli_number(const struct cli *cli, const struct command *command, const char *text, uint64_t *ret_number)
{
	if (str_to_uint(str_of(text), INT64_MAX, ret_number))
		return true;
	cli_usage(cli, command, "'%.64s' is not a number", text);
	return false;
}

bool cli_limit(const struct cli *cli, const struct command *command, const char *text, size_t *ret_limit)
{
	uint64_t number;

	if (str_to_uint(str_of(text), 100000, &number) && number) {
		*ret_limit = (size_t)number;
		return true;
	}
	cli_usage(cli, command, "--limit takes a number from 1 to 100000, not '%.64s'", text);
	return false;
}

/* ---------------------------------------------------------------- store and vault */

static char *path_in_home(const struct cli *cli, const char *name)
{
	struct buf path CLEANUP(buf_done) = BUF_INIT(4096);

	buf_printf(&path, "%s/%s", cli->home, name);
	return buf_take(&path);
}

static char *choose_store(const struct cli *cli)
{
	const char *from_environment = getenv("HAUSPOST_STORE");
	struct buf url CLEANUP(buf_done) = BUF_INIT(4200);

	if (cli->store_url)
		return mem_strdup(cli->store_url);
	if (from_environment && *from_environment)
		return mem_strdup(from_environment);
	buf_printf(&url, "sqlite:%s/store.db", cli->home);
	return buf_take(&url);
}

/* A new key is made only for a store in which nothing is sealed yet: with another key the old secrets would be lost. */
static int has_records(struct store *store, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(store, &db, err);

	if (r == 0)
		r = records_any(db, err);
	return r;
}

int cli_open(struct cli *cli, bool create, struct error *err)
{
	char *url CLEANUP(freep) = choose_store(cli), *key CLEANUP(freep) = path_in_home(cli, "keys");
	struct store_options options = {.url = url, .create = create, .migrate = cli->migrate};
	int r = create ? file_make_folder(cli->home, err) : 0;

	if (r == 0)
		r = store_open(&options, &cli->store, err);
	cli->no_store = r == E_NOT_FOUND;
	if (cli->no_store)
		return r;
	if (r == 0)
		r = has_records(cli->store, err);
	if (r >= 0)
		r = vault_open(key, create && r == 0, &cli->vault, err);
	if (r < 0)
		return err->code = r == E_IN_USE ? E_IN_USE : E_STORE;
	cli->sealer = vault_sealer(cli->vault);
	tokens_attach(cli->store, &cli->sealer);
	return 0;
}

int cli_open_newest(struct cli *cli, struct error *err)
{
	int r = cli_open(cli, false, err);

	if (r != E_STORE || cli->store)
		return r;
	/* Perhaps it is only older than this program; nobody else may be at work with it then. */
	r = cli_lock(cli, err);
	if (r < 0)
		return r;
	cli->migrate = true;
	return cli_open(cli, false, err);
}

int cli_open_or_make(struct cli *cli, bool *ret_made, struct error *err)
{
	char *key CLEANUP(freep) = path_in_home(cli, "keys");
	int r = cli_open_newest(cli, err);

	if (r == 0 || !cli->no_store)
		return r;
	if (access(key, F_OK) == 0)
		return error_prefix(err, "%s is there, and the store it was for isn't", key);
	r = file_make_folder(cli->home, err);
	if (r == 0)
		r = cli_lock(cli, err); /* one of two that begin at once makes it */
	if (r == 0)
		r = cli_open(cli, true, err);
	*ret_made = r == 0;
	return r;
}

int cli_load(struct cli *cli, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_open(cli, false, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	return r < 0 ? r : setup_load(db, &cli->sealer, &cli->setup, err);
}

int cli_lock(struct cli *cli, struct error *err)
{
	char *path CLEANUP(freep) = path_in_home(cli, "lock");
	char owner[64] = "";

	if (cli->lock_fd >= 0)
		return 0;
	cli->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (cli->lock_fd < 0) {
		fail_errno(err, errno, "can't open %s", path);
		return err->code = E_STORE;
	}
	if (flock(cli->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		ssize_t n = pread(cli->lock_fd, owner, sizeof owner - 1, 0);

		owner[n > 0 ? n : 0] = '\0';
		close(cli->lock_fd);
		cli->lock_fd = -1;
		return fail(err, E_IN_USE, RETRY_LATER,
		            "%s is in use by another hauspost (%s); stop it first, or let it do the work", cli->home,
		            owner[0] ? owner : "process unknown");
	}
	snprintf(owner, sizeof owner, "process %d", (int)getpid());
	if (ftruncate(cli->lock_fd, 0) < 0 || pwrite(cli->lock_fd, owner, strlen(owner), 0) < 0) {
		fail_errno(err, errno, "can't write %s", path);
		return err->code = E_STORE;
	}
	return 0;
}

void cli_close(struct cli *cli)
{
	setup_free(cli->setup);
	store_close(cli->store);
	vault_free(cli->vault);
	fd_closep(&cli->lock_fd);
}

/* ---------------------------------------------------------------- output */

void cli_print_json(json_t *value)
{
	must(value != NULL);
	/* A terminal acts on some characters beyond ASCII. */
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY | (isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0U));
	putchar('\n');
	json_decref(value);
}

void cli_say_more(int shown, size_t limit)
{
	if (shown > 1 && (size_t)shown == limit)
		printf("(the newest %d; --limit N shows more)\n", shown);
}

const char *cli_author(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : "unknown";
}

const char *cli_claim(void)
{
	static char claim[128];
	char host[40] = "", token[RANDOM_TOKEN_LEN + 1];

	if (!claim[0]) {
		gethostname(host, sizeof host - 1);
		random_token(token);
		snprintf(claim, sizeof claim, "%s:%d:%.8s", host, (int)getpid(), token);
	}
	return claim;
}

struct str cli_store_name(const struct cli *cli, struct arena *arena)
{
	const char *url = store_url(cli->store), *host = strstr(url, "://"), *at = host ? strchr(host, '@') : NULL;
	const char *end = strchr(url, '?'); /* behind it: options, a password may be among them */
	int length = end ? (int)(end - url) : (int)strlen(url);

	if (at && (!end || at < end))
		return arena_printf(arena, "%.*s%.*s", (int)(host + 3 - url), url, (int)(length - (at + 1 - url)),
		                    at + 1);
	return arena_printf(arena, "%.*s", length, url);
}

const char *cli_time(int64_t at_ms, char room[24])
{
	char iso[32];

	if (!at_ms)
		return "-";
	clock_format_iso(at_ms, iso);
	snprintf(room, 24, "%.10s %.8s", iso, iso + 11);
	return room;
}

json_t *cli_json_str(struct str s)
{
	json_t *text = json_stringn(s.p ? s.p : "", s.n);

	return text ? text : json_string("");
}
