/* hauspost message: a single mail, as it came in or goes out. */
#include "cli/cli.h"

#include "base/base64.h"
#include "base/mem.h"
#include "cli/text.h"
#include "store/messages.h"

#include <stdio.h>
#include <unistd.h>

#define MAX_RAW MIB(256)

static int read_raw(struct db *db, int64_t id, struct buf *raw, struct error *err)
{
	int r = raw_get(db, id, raw, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no message %lld; 'hauspost cases show NUMBER' and 'hauspost ledger list --json' "
		            "name them",
		            (long long)id);
	return r < 0 ? r : 0;
}

/* A file or a pipe gets the very bytes; a terminal what may stand on it. */
static void print_raw(const struct cli *cli, int64_t id, struct str raw)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(2 * MAX_RAW);

	if (cli->json) {
		base64_encode(&text, raw);
		cli_print_json(json_pack("{s:I, s:I, s:s}", "message", (json_int_t)id, "size", (json_int_t)raw.n,
		                         "raw_base64", buf_cstr(&text)));
	} else if (isatty(STDOUT_FILENO)) {
		lines_put(raw);
	} else {
		fwrite(raw.p ? raw.p : "", 1, raw.n, stdout);
	}
}

static int give_out(struct cli *cli, struct db *db, int64_t id, struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_RAW);
	int r = read_raw(db, id, &raw, err);

	if (r == 0)
		print_raw(cli, id, buf_str(&raw));
	return r;
}

static int run_message(struct cli *cli, int argc, char **argv)
{
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;
	uint64_t id;
	int r;

	if (argc < 3 || strcmp(argv[1], "raw") != 0 || (argc > 3 && !cli->json))
		return cli_usage(cli, &message_command,
		                 "message raw takes the id of one message (of several with --json)");
	for (int i = 2; i < argc; i++)
		if (!cli_number(cli, &message_command, argv[i], &id))
			return EXIT_USAGE;
	r = cli_open(cli, false, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	for (int i = 2; r == 0 && i < argc; i++)
		if (str_to_uint(str_of(argv[i]), INT64_MAX, &id))
			r = give_out(cli, db, (int64_t)id, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command message_command = {
        .name = "message",
        .arguments = "raw ID",
        .summary = "Give out a mail as it came in or goes out (for a .eml file)",
        .help = "  hauspost message raw 1001 > 1001.eml\n"
                "  hauspost message raw 1001 1002 --json     an object a line, the mail as base64\n"
                "\n"
                "'cases show' and the JSON of 'ledger list' and 'outbox list' name the ids of messages.\n",
        .run = run_message,
};
