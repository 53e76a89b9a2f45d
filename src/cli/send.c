/* hauspost send: a new message into the outbox. */
#include "cli/cli.h"

#include "base/file.h"
#include "base/mail_address.h"
#include "base/mem.h"
#include "intake/letter.h"

#include <getopt.h>
#include <stdio.h>

struct order {
	struct arena *arena;
	struct address to[LETTER_RECIPIENTS_MAX];
	size_t to_count;
	const char *account, *subject, *key;
};

static int send_letter(struct cli *cli, const struct order *o, const char *path, struct letter_result *ret,
                       struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(LETTER_TEXT_MAX);
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_load(cli, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r < 0)
		return r;
	struct letter letter = {.setup = cli->setup,
	                        .account = setup_account(cli->setup, o->account),
	                        .to = o->to,
	                        .to_count = o->to_count,
	                        .subject = str_of(o->subject),
	                        .key = o->key,
	                        .author = cli_author()};
	if (!letter.account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no account %s; 'hauspost list accounts' shows them", o->account);
	r = file_read(path, &text, err);
	if (r == 0 && !str_is_utf8(buf_str(&text)))
		r = fail(err, E_INVALID, RETRY_NEVER, "%s: the text is not UTF-8", path);
	letter.text = buf_str(&text);
	return r < 0 ? r : letter_send(cli->store, db, &letter, o->arena, ret, err);
}

static int read_arguments(struct cli *cli, struct order *l, int argc, char **argv)
{
	static const struct option options[] = {
	        {"account", required_argument, NULL, 'a'},
	        {"to", required_argument, NULL, 't'},
	        {"subject", required_argument, NULL, 's'},
	        {"key", required_argument, NULL, 'k'},
	        {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, ":a:t:s:", options, NULL)) != -1) {
		if (c == 'a') {
			l->account = optarg;
		} else if (c == 's') {
			l->subject = optarg;
		} else if (c == 'k') {
			l->key = optarg;
		} else if (c == 't') {
			struct address_list list = address_list_parse(l->arena, str_of(optarg));

			if (list.count == 0 || l->to_count + list.count > LETTER_RECIPIENTS_MAX)
				return cli_usage(cli, &send_command, "--to %s: not an address, or more than %d", optarg,
				                 LETTER_RECIPIENTS_MAX);
			for (size_t i = 0; i < list.count; i++) {
				const char *wrong = mail_address_fault(list.items[i].address);

				if (wrong)
					return cli_usage(cli, &send_command, "--to %s: %s", optarg, wrong);
				l->to[l->to_count++] = list.items[i];
			}
		} else {
			return cli_wrong_option(cli, &send_command, c, argv);
		}
	}
	if (!l->account || !l->to_count || !l->subject)
		return cli_usage(cli, &send_command, "send needs --account, --to and --subject");
	if (argc - optind > 1)
		return cli_usage(cli, &send_command, "send takes one text file ('-' for standard input)");
	return EXIT_OK;
}

static void print_result(const struct cli *cli, const struct order *o, const struct letter_result *result)
{
	if (cli->json && result->is_duplicate)
		cli_print_json(json_pack("{s:s, s:b}", "key", o->key, "duplicate", true));
	else if (cli->json)
		cli_print_json(json_pack("{s:I, s:I, s:b}", "outbox", (json_int_t)result->outbox_id, "message",
		                         (json_int_t)result->message_id, "duplicate", false));
	else if (result->is_duplicate)
		printf("a message with the key %s is in the outbox already\n", o->key);
	else
		printf("queued as outbox row %lld; serve sends it, or 'hauspost outbox flush' now\n",
		       (long long)result->outbox_id);
}

static int run_send(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct order order = {.arena = arena};
	struct letter_result result;
	struct error err;
	int r = read_arguments(cli, &order, argc, argv);

	if (r != EXIT_OK)
		return r;
	r = send_letter(cli, &order, optind < argc ? argv[optind] : "-", &result, &err);
	if (r < 0)
		return cli_fail(cli, &err);
	print_result(cli, &order, &result);
	return EXIT_OK;
}

const struct command send_command = {
        .name = "send",
        .arguments = "--account A --to ADDRESS… --subject TEXT [--key KEY] [FILE|-]",
        .summary = "Put a new message into the outbox",
        .help = "  -a, --account A      the account it goes out from\n"
                "  -t, --to ADDRESS     a recipient, may be repeated; \"Name <name@domain>\" is fine\n"
                "  -s, --subject TEXT\n"
                "  --key KEY            idempotency key: a second send with the same key does nothing\n"
                "\n"
                "The text (UTF-8) is read from FILE or standard input.\n",
        .run = run_send,
};
