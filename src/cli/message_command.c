/* hauspost message: a single mail, as it came in or goes out. */
#include "cli/cli.h"

#include "base/base64.h"
#include "base/mem.h"
#include "cli/text.h"
#include "store/cases.h"
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

/* ---------------------------------------------------------------- what is known of it */

static void print_line(const char *label, struct str value)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));

	buf_printf(&line, "%-10s ", label);
	line_column(&line, value, 0);
	line_put(&line);
}

static void print_known(const struct stored_message *m, const struct stored_case *c)
{
	struct str rest = str_trim(m->evidence), one;
	char when[24];

	print_line("From", m->from_address);
	print_line("To", m->to_text);
	print_line("Subject", m->subject);
	print_line(strcmp(m->direction, "in") == 0 ? "Received" : "Written", str_of(cli_time(m->created_at, when)));
	print_line("Message-ID", m->message_ident);
	print_line("Automatic", str_of(m->automatic));
	print_line("Case", str_of(c ? c->number : "none"));
	for (const char *label = "Why"; str_split(&rest, '\n', &one); label = "")
		print_line(label, one);
	putchar('\n');
	lines_put(str_trim(m->body_text));
	putchar('\n');
}

static json_t *evidence_json(struct str evidence)
{
	json_t *list = json_array();
	struct str rest = str_trim(evidence), one;

	while (str_split(&rest, '\n', &one))
		json_array_append_new(list, cli_json_str(one));
	return list;
}

static int show(struct cli *cli, struct db *db, int64_t id, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct stored_message m;
	struct stored_case c;
	int found = 0, r = message_get(db, id, arena, &m, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no message %lld", (long long)id);
	if (r > 0 && m.case_id)
		found = case_get(db, m.case_id, arena, &c, err);
	if (r < 0 || found < 0)
		return MIN(r, found);
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o}", "id",
		                         (json_int_t)m.id, "direction", m.direction, "case", found ? c.number : "",
		                         "from", cli_json_str(m.from_address), "to", cli_json_str(m.to_text), "subject",
		                         cli_json_str(m.subject), "message_id", cli_json_str(m.message_ident),
		                         "automatic", m.automatic, "created_at", (json_int_t)m.created_at, "evidence",
		                         evidence_json(m.evidence), "text", cli_json_str(m.body_text)));
	else
		print_known(&m, found ? &c : NULL);
	return 0;
}

/* ---------------------------------------------------------------- its bytes */

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
	bool is_show = argc > 1 && strcmp(argv[1], "show") == 0;
	struct error err;
	uint64_t id;
	int r;

	if (argc < 3 || (strcmp(argv[1], "raw") != 0 && !is_show) || (argc > 3 && !cli->json))
		return cli_usage(cli, &message_command,
		                 "message show and message raw take the id of one message (of several with --json)");
	for (int i = 2; i < argc; i++)
		if (!cli_number(cli, &message_command, argv[i], &id))
			return EXIT_USAGE;
	r = cli_open(cli, false, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	for (int i = 2; r == 0 && i < argc; i++)
		if (str_to_uint(str_of(argv[i]), INT64_MAX, &id))
			r = is_show ? show(cli, db, (int64_t)id, &err) : give_out(cli, db, (int64_t)id, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command message_command = {
        .name = "message",
        .arguments = "show ID | raw ID",
        .summary = "A mail and why it is in its case; or as it came in or goes out (for a .eml file)",
        .help = "  hauspost message show 1001\n"
                "  hauspost message raw 1001 > 1001.eml\n"
                "  hauspost message raw 1001 1002 --json     an object a line, the mail as base64\n"
                "\n"
                "'cases show' and the JSON of 'ledger list' and 'outbox list' name the ids of messages.\n",
        .run = run_message,
};
