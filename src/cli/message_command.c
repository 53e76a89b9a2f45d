/* hauspost message: a single mail, as it came in or goes out, and what is in it. */
#include "cli/cli.h"

#include "cli/inspect_smime.h"
#include "cli/message_open.h"
#include "cli/message_output.h"
#include "cli/text.h"
#include "store/cases.h"
#include "store/messages.h"

#include <getopt.h>
#include <stdio.h>

static const struct {
	const char *name;
	int (*give)(const struct cli *cli, const struct mail_request *request, struct error *err);
	bool takes_several, takes_file;
} verbs[] = {
        {.name = "show", .give = message_show, .takes_several = true},
        {.name = "raw", .give = message_raw, .takes_several = true},
        {.name = "text", .give = message_text},
        {.name = "html", .give = message_html},
        {.name = "attachment", .give = message_attachment, .takes_file = true},
};

/* With the account's keys as they are now: mail that couldn't be opened when it came may be by a later one. Without a
 * set-up that can be read the mail is shown as it is. */
static void use_keys(struct cli *cli, struct db *db, const struct stored_message *m)
{
	const struct account *account;
	struct error ignored;

	inspect_smime_done();
	if (!cli->setup && setup_load(db, &cli->sealer, &cli->setup, &ignored) < 0)
		return;
	account = setup_account(cli->setup, m->account);
	if (account)
		inspect_smime_use_account(cli->setup, account, m->created_at);
}

static int find_place(struct cli *cli, struct db *db, struct arena *arena, struct mail_request *request,
                      struct error *err)
{
	struct stored_message m;
	struct stored_case c = {.number = ""};
	int r = message_get(db, request->id, arena, &m, err);

	if (r > 0)
		use_keys(cli, db, &m);
	if (r > 0 && m.case_id)
		r = case_get(db, m.case_id, arena, &c, err);
	if (r < 0)
		return r;
	request->case_number = c.number;
	request->why = r > 0 ? m.evidence : STR("");
	return 0;
}

static int give_out(struct cli *cli, size_t verb, struct mail_request *request, const char *ident, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MESSAGE_MAX_RAW);
	struct db *db CLEANUP(db_closep) = NULL;
	uint64_t id;
	int r = store_connect(cli->store, &db, err);

	must(str_to_uint(str_of(ident), INT64_MAX, &id));
	request->id = (int64_t)id;
	if (r == 0)
		r = raw_get(db, request->id, &raw, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no message %lld; 'hauspost cases show NUMBER' and 'hauspost ledger list --json' "
		            "name them",
		            (long long)request->id);
	if (r > 0)
		r = find_place(cli, db, arena, request, err);
	if (r < 0)
		return r;
	request->raw = buf_str(&raw);
	return verbs[verb].give(cli, request, err);
}

static int give_all(struct cli *cli, size_t verb, struct mail_request *request, int argc, char **argv)
{
	struct error err;
	int r = cli_open(cli, false, &err);

	for (int i = 0; r == 0 && i < argc; i++)
		r = give_out(cli, verb, request, argv[i], &err);
	inspect_smime_done();
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

/* -1 after telling what is wrong, with the exit code in *ret_code. */
static int read_options(struct cli *cli, int argc, char **argv, struct mail_request *request, int *ret_code)
{
	static const struct option options[] = {
	        {"full", no_argument, NULL, 'f'},        {"reply", no_argument, NULL, 'r'},
	        {"remote", no_argument, NULL, 'R'},      {"output", required_argument, NULL, 'o'},
	        {"color", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
		if (c == 'f') {
			request->is_full = true;
		} else if (c == 'r') {
			request->only_reply = true;
		} else if (c == 'R') {
			request->allow_remote = true;
		} else if (c == 'o') {
			request->output = optarg;
		} else if (c != 'c') {
			*ret_code = cli_wrong_option(cli, &message_command, c, argv);
			return -1;
		} else if (!page_color_parse(optarg, &request->color)) {
			*ret_code = cli_usage(cli, &message_command, "--color is auto, never or always");
			return -1;
		}
	}
	return 0;
}

/* The verb's index; -1 after telling what is wrong. */
static int find_verb(struct cli *cli, int argc, char **argv, struct mail_request *request)
{
	size_t verb = 0;
	uint64_t number;

	while (argc && verb < ARRAY_LEN(verbs) && strcmp(argv[0], verbs[verb].name) != 0)
		verb++;
	if (argc < 2 || verb == ARRAY_LEN(verbs)) {
		cli_usage(cli, &message_command, "message %s takes the id of one message (of several with --json)",
		          argc && verb < ARRAY_LEN(verbs) ? argv[0] : "show, raw, text, html or attachment");
		return -1;
	}
	for (int i = 1; i < argc; i++)
		if (!cli_number(cli, &message_command, argv[i], &number))
			return -1;
	if (verbs[verb].takes_file && argc == 3) {
		request->file = (size_t)number;
		if (!request->file)
			cli_usage(cli, &message_command, "files are counted from 1");
		return request->file ? (int)verb : -1;
	}
	if (argc > 2 && (!verbs[verb].takes_several || !cli->json)) {
		cli_usage(cli, &message_command, "message %s takes the id of one message%s", argv[0],
		          verbs[verb].takes_file      ? " and the number of a file"
		          : verbs[verb].takes_several ? " (of several with --json)"
		                                      : "");
		return -1;
	}
	return (int)verb;
}

static int run_message(struct cli *cli, int argc, char **argv)
{
	struct mail_request request = {0};
	int verb, code;

	if (argc > 1 && strcmp(argv[1], "open") == 0)
		return message_open(cli, argc - 2, argv + 2);
	if (read_options(cli, argc, argv, &request, &code) < 0)
		return code;
	verb = find_verb(cli, argc - optind, argv + optind, &request);
	if (verb < 0)
		return EXIT_USAGE;
	return give_all(cli, (size_t)verb, &request, request.file ? 1 : argc - optind - 1, argv + optind + 1);
}

const struct command message_command = {
        .name = "message",
        .arguments = "show | raw | text | html | attachment | open ID [N]",
        .summary = "Give out a mail: as a page, as it came in or goes out, its text, its HTML, a file of it",
        .help = "  hauspost message show 1001                       what is understood of it, as 'inspect' shows it\n"
                "  hauspost message raw 1001 > 1001.eml             every byte\n"
                "  hauspost message open 1001                       an encrypted one, by a key that came later: its "
                "text and\n"
                "                                                   files are the case's; without an id all that are "
                "closed\n"
                "  hauspost message text 1001                       the text; with --reply without quotes\n"
                "  hauspost message html 1001 > 1001.html           made safe, for a browser; with --remote also the\n"
                "                                                   images of other servers\n"
                "  hauspost message attachment 1001                 the list of its files\n"
                "  hauspost message attachment 1001 2 -o offer.pdf  the second\n"
                "\n"
                "  -o, --output FILE  where to write instead of standard output; what is there is replaced\n"
                "      --full         show: quotes and signatures aren't folded\n"
                "      --color WHEN   show: auto (on a terminal, unless NO_COLOR is set), never, always\n"
                "\n"
                "With --json an object a line: show as 'inspect --json', raw and files as base64; raw and show take "
                "several\n"
                "ids. 'cases show' and the JSON of 'ledger list' and 'outbox list' name the ids of messages.\n",
        .run = run_message,
};
