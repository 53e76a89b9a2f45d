/* See cli.h. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

/* ---------------------------------------------------------------- errors */

static int exit_code_of(int code)
{
	switch (code) {
	case E_INVALID:
	case E_CONFLICT:
	case E_NOT_FOUND:
		return EXIT_SETUP;
	case E_STORE:
	case E_IN_USE:
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

int cli_fail(const struct cli *cli, const struct error *err)
{
	if (cli->json) {
		json_t *object = json_pack("{s:s, s:s}", "error", err->text, "category", error_word(err->code));
		char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

		fprintf(stderr, "%s\n", text ? text : "{\"error\":\"(not printable)\"}");
		free(text);
		json_decref(object);
	} else {
		fprintf(stderr, "hauspost: %s\n", err->text);
	}
	return exit_code_of(err->code);
}

int cli_usage(const struct command *command, const char *fmt, ...)
{
	va_list ap;

	if (fmt) {
		fputs("hauspost: ", stderr);
		va_start(ap, fmt);
		vfprintf(stderr, fmt, ap);
		va_end(ap);
		fputc('\n', stderr);
	}
	fprintf(stderr, "usage: hauspost %s %s\n'hauspost %s --help' tells more.\n", command->name, command->arguments,
	        command->name);
	return EXIT_USAGE;
}

bool cli_number(const struct command *command, const char *text, uint64_t *ret_number)
{
	if (str_to_uint(str_of(text), INT64_MAX, ret_number))
		return true;
	cli_usage(command, "'%s' is not a number", text);
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
	int64_t n = 0;
	int r = store_connect(store, &db, err);

	if (r == 0)
		r = db_query_int(db, "SELECT COUNT(*) FROM record", DB_NO_ARGS, &n, err);
	return r < 0 ? r : n > 0;
}

int cli_open(struct cli *cli, bool create, struct error *err)
{
	char *url CLEANUP(freep) = choose_store(cli), *key CLEANUP(freep) = path_in_home(cli, "keys");
	struct store_options options = {.url = url, .create = create};
	int r = create ? file_make_folder(cli->home, err) : 0;

	if (r == 0)
		r = store_open(&options, &cli->store, err);
	if (r == 0)
		r = has_records(cli->store, err);
	if (r >= 0)
		r = vault_open(key, create && r == 0, &cli->vault, err);
	if (r < 0)
		return r;
	cli->sealer = vault_sealer(cli->vault);
	return 0;
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

	cli->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (cli->lock_fd < 0)
		return fail_errno(err, errno, "can't open %s", path);
	if (flock(cli->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		ssize_t n = pread(cli->lock_fd, owner, sizeof owner - 1, 0);

		owner[n > 0 ? n : 0] = '\0';
		return fail(err, E_IN_USE, RETRY_LATER,
		            "%s is in use by another hauspost (%s); stop it first, or let it do the work", cli->home,
		            owner[0] ? owner : "process unknown");
	}
	snprintf(owner, sizeof owner, "process %d", (int)getpid());
	if (ftruncate(cli->lock_fd, 0) < 0 || pwrite(cli->lock_fd, owner, strlen(owner), 0) < 0)
		return fail_errno(err, errno, "can't write %s", path);
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
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
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
