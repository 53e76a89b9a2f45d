/* hauspost test: is the account right? */
#include "cli/cli.h"

#include "base/mail_address.h"
#include "base/mem.h"
#include "cli/test_page.h"
#include "mime/message.h"

#include <getopt.h>
#include <stdio.h>

struct request {
	const char *account, *file, *send_to;
	bool sender, receiver; /* neither: both, as far as they are set up */
	bool trace;
	enum page_color color;
};

/* ---------------------------------------------------------------- the command line */

static const struct option options[] = {
        {"sender", no_argument, NULL, 's'},
        {"receiver", no_argument, NULL, 'r'},
        {"file", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"trace", no_argument, NULL, 'T'},
        {"color", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
};

/* name@domain and nothing else. */
static bool is_address(const char *text)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct address_list list = address_list_parse(arena, str_of(text));

	return list.count == 1 && !mail_address_fault(str_of(text));
}

static int read_options(struct cli *cli, int argc, char **argv, struct request *ret)
{
	int c;

	while ((c = getopt_long(argc, argv, ":f:", options, NULL)) != -1) {
		switch (c) {
		case 's':
			ret->sender = true;
			break;
		case 'r':
			ret->receiver = true;
			break;
		case 'f':
			ret->file = optarg;
			break;
		case 't':
			ret->send_to = optarg;
			break;
		case 'T':
			ret->trace = true;
			break;
		case 'c':
			if (!page_color_parse(optarg, &ret->color))
				return cli_usage(cli, &test_command, "--color is auto, never or always");
			break;
		default:
			return cli_wrong_option(cli, &test_command, c, argv);
		}
	}
	ret->account = argv[optind];
	if (argc - optind > 1 || (argc == optind && !ret->file))
		return cli_usage(cli, &test_command,
		                 "test takes one account (or -f FILE for all accounts in the file)");
	if (ret->send_to && ret->receiver && !ret->sender)
		return cli_usage(cli, &test_command, "--to is about the sender");
	if (ret->send_to && !is_address(ret->send_to))
		return cli_usage(cli, &test_command, "--to %.200s: an address has the form name@domain", ret->send_to);
	return EXIT_OK;
}

/* ---------------------------------------------------------------- what is tested */

/* With a file, a store isn't needed: a new set-up can be tried before it is applied. */
static int load(struct cli *cli, const struct request *request, json_t **ret_document, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r;

	if (!request->file)
		return cli_load(cli, err);
	r = cli_read_document(request->file, ret_document, err);
	if (r < 0)
		return r;
	r = cli_open(cli, false, err);
	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r < 0 && !cli->no_store)
		return r;
	cli->no_store = false;
	return setup_imagine(db, db ? &cli->sealer : NULL, *ret_document, &cli->setup, err);
}

static bool test_side(struct cli *cli, const struct request *request, const struct account *account, bool sends)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct test_page page = {
	        .json = cli->json, .trace = request->trace, .color = request->color, .account = account->id};
	struct probe_result result;
	struct probe_options probe = {
	        .store = cli->store,
	        .setup = cli->setup,
	        .account = account,
	        .send_to = sends ? request->send_to : NULL,
	        .step = test_page_step,
	        .fault = test_page_fault,
	        .transcript = request->trace ? test_page_transcript : NULL,
	        .ctx = &page,
	};

	test_page_begin(&page, sends);
	if (sends)
		probe_sender(&probe, arena, &result);
	else
		probe_receiver(&probe, arena, &result);
	test_page_result(&page, sends, &result);
	return result.ok;
}

/* Returns the number of sides that were tested; counts those that failed. */
static int test_account(struct cli *cli, const struct request *request, const struct account *account, int *failed)
{
	bool both = !request->sender && !request->receiver;
	bool sends = both ? probe_has_sender(account) : request->sender;
	bool receives = both && !request->send_to ? probe_has_receiver(cli->setup, account) : request->receiver;

	if (sends)
		*failed += !test_side(cli, request, account, true);
	if (sends && receives && !cli->json)
		putchar('\n');
	if (receives)
		*failed += !test_side(cli, request, account, false);
	return sends + receives;
}

static int test_accounts(struct cli *cli, const struct request *request, const json_t *document, int *failed,
                         struct error *err)
{
	const struct account *account = request->account ? setup_account(cli->setup, request->account) : NULL;
	const char *id;
	json_t *value;
	int tested = 0;

	if (request->account && !account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no account \"%.64s\"", request->account);
	if (account)
		return test_account(cli, request, account, failed);
	json_object_foreach (json_object_get(document, account_type.plural), id, value) {
		if (tested && !cli->json)
			putchar('\n');
		tested += test_account(cli, request, setup_account(cli->setup, id), failed);
	}
	return tested;
}

static int run_test(struct cli *cli, int argc, char **argv)
{
	struct request request = {.color = PAGE_COLOR_AUTO};
	json_t *document = NULL;
	int failed = 0, code = read_options(cli, argc, argv, &request), r;
	struct error err;

	if (code != EXIT_OK)
		return code;
	r = load(cli, &request, &document, &err);
	if (r >= 0)
		r = test_accounts(cli, &request, document, &failed, &err);
	json_decref(document);
	if (r == 0)
		r = fail(&err, E_INVALID, RETRY_NEVER, "nothing to test: the account neither sends nor receives");
	if (r < 0)
		return cli_fail(cli, &err);
	return failed ? EXIT_PROVIDER : EXIT_OK;
}

const struct command test_command = {
        .name = "test",
        .arguments = "ACCOUNT [--sender|--receiver] [-f FILE] [--to ADDRESS] [--trace]",
        .summary = "Try an account's connections, and say what is wrong and what would work",
        .help = "  --sender        only the sender\n"
                "  --receiver      only the receiver\n"
                "  -f, --file FILE test what this set-up file says, without storing it ('-': standard input);\n"
                "                  without ACCOUNT all accounts in it\n"
                "  --to ADDRESS    really send a mail there (else nothing is sent)\n"
                "  --trace         show what client and server say, secrets blanked\n"
                "  --color WHEN    auto (default), never or always\n"
                "\n"
                "Each step is shown with the time it took: look-up, connection, TLS and certificates, greeting, "
                "abilities,\n"
                "log-in, then the listeners' folders, or whether a mail from the account's address would be taken. The "
                "last\n"
                "line names the security that was really used. No mail is read or changed. docs/connectivity.md "
                "explains\n"
                "every cause by its name. Exit code 5 where something failed.\n",
        .run = run_test,
};
