/* hauspost send: a new message into the outbox. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "mime/build.h"
#include "mime/classify.h"
#include "send/protect.h"
#include "setup/signing.h"
#include "store/messages.h"
#include "store/outbox.h"

#include <getopt.h>
#include <stdio.h>

#define MAX_TEXT       MIB(10)
#define MAX_RECIPIENTS 100

struct letter {
	struct work work;
	struct arena *arena;
	const struct account *account;
	struct address to[MAX_RECIPIENTS];
	size_t to_count;
	const char *subject, *key;
	const struct setup *setup;
	struct buf text, mime, finished;
	struct stored_message stored;
	struct packed packed;
	int64_t outbox_id;
};

static int build_letter(struct letter *l, struct error *err)
{
	const struct account_send *send = &l->account->send;
	const char *at = strrchr(send->address, '@');
	struct address reply_to = {STR_NULL, str_of(send->reply_to)};
	char token[RANDOM_TOKEN_LEN + 1];

	random_token(token);
	l->stored = (struct stored_message){
	        .direction = "out",
	        .account = l->account->id,
	        .message_ident = arena_printf(l->arena, "%s@%s", token, at && at[1] ? at + 1 : "localhost"),
	        .from_address = str_of(send->address),
	        .from_name = str_of(send->display_name),
	        .to_text = l->to[0].address,
	        .subject = str_of(l->subject),
	        .automatic = auto_kind_word(AUTO_NONE),
	        .date = clock_now_ms(),
	        .created_at = clock_now_ms(),
	        .evidence = STR(""),
	        .body_text = buf_str(&l->text),
	};
	const struct draft draft = {
	        .from = {str_of(send->display_name), str_of(send->address)},
	        .to = l->to,
	        .to_count = l->to_count,
	        .reply_to = &reply_to,
	        .reply_to_count = send->reply_to[0] ? 1 : 0,
	        .subject = str_of(l->subject),
	        .message_id = l->stored.message_ident,
	        .date = l->stored.date,
	        .text = buf_str(&l->text),
	        .is_signed = account_signs(l->account),
	};
	return draft_build(&draft, &l->mime, err);
}

/* In the transaction, since certificates are in the store. */
static int finish_letter(struct letter *l, struct db *db, struct error *err)
{
	struct str *recipients = ARENA_ARRAY(l->arena, struct str, l->to_count);
	const struct protect_options options = {.db = db,
	                                        .setup = l->setup,
	                                        .account = l->account,
	                                        .recipients = recipients,
	                                        .recipient_count = l->to_count,
	                                        .at = clock_now_ms()};
	int r = 0;

	for (size_t i = 0; i < l->to_count; i++)
		recipients[i] = l->to[i].address;
	buf_clear(&l->finished);
	buf_add(&l->finished, buf_str(&l->mime));
	if (mail_protect_is_needed(l->account))
		r = mail_protect(&options, &l->finished, err);
	if (r == 0)
		r = provider_takes_size(setup_provider(l->setup, l->account->provider), l->finished.n, err);
	l->stored.size = l->finished.n;
	packed_done(&l->packed);
	packed_make(&l->packed, buf_str(&l->finished));
	return r;
}

static int run_letter(struct work *work, struct db *db, struct error *err)
{
	struct letter *l = (struct letter *)(void *)work;
	struct outbox_recipient *recipients = ARENA_ARRAY(l->arena, struct outbox_recipient, l->to_count);
	struct outbox_row row = {
	        .account = l->account->id,
	        .kind = "message",
	        .answer_to = "",
	        .envelope_from = l->account->send.address,
	        .state = "queued",
	        .next_try_at = l->stored.created_at,
	        .reply = "",
	        .created_at = l->stored.created_at,
	        .idempotency_key = l->key,
	        .recipients = recipients,
	        .recipient_count = l->to_count,
	};
	int r = db_new_id(db, &l->stored.id, err);

	for (size_t i = 0; i < l->to_count; i++)
		recipients[i] = (struct outbox_recipient){
		        .address = arena_cstr(l->arena, l->to[i].address), .state = "queued", .reply = ""};
	if (r == 0)
		r = finish_letter(l, db, err);
	if (r == 0)
		r = message_insert(db, &l->stored, err);
	if (r == 0)
		r = raw_insert(db, l->stored.id, &l->packed, err);
	if (r == 0)
		r = db_new_id(db, &row.id, err);
	row.message_id = l->stored.id;
	l->outbox_id = row.id;
	return r < 0 ? r : outbox_insert(db, &row, err);
}

static int send_letter(struct cli *cli, struct letter *l, const char *account, const char *path, struct error *err)
{
	int r = cli_load(cli, err);

	if (r < 0)
		return r;
	l->account = setup_account(cli->setup, account);
	if (!l->account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no account %s; 'hauspost list accounts' shows them", account);
	if (!l->account->send.enabled || !l->account->send.address[0])
		return fail(err, E_INVALID, RETRY_NEVER, "account %s doesn't send (send/enabled, send/address)",
		            account);
	r = file_read(path, &l->text, err);
	if (r == 0 && !str_is_utf8(buf_str(&l->text)))
		r = fail(err, E_INVALID, RETRY_NEVER, "%s: the text is not UTF-8", path);
	if (r == 0)
		r = build_letter(l, err);
	if (r < 0)
		return r;
	l->setup = cli->setup;
	l->work.run = run_letter;
	r = store_do(cli->store, &l->work, err);
	packed_done(&l->packed);
	return r;
}

static int read_arguments(struct cli *cli, struct letter *l, int argc, char **argv, const char **ret_account)
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
			*ret_account = optarg;
		} else if (c == 's') {
			l->subject = optarg;
		} else if (c == 'k') {
			l->key = optarg;
		} else if (c == 't') {
			struct address_list list = address_list_parse(l->arena, str_of(optarg));

			if (list.count == 0 || l->to_count + list.count > MAX_RECIPIENTS)
				return cli_usage(cli, &send_command, "--to %s: not an address, or more than %d", optarg,
				                 MAX_RECIPIENTS);
			for (size_t i = 0; i < list.count; i++) {
				if (str_find_char(list.items[i].address, '@') <= 0)
					return cli_usage(cli, &send_command,
					                 "--to %s: an address has the form name@domain", optarg);
				l->to[l->to_count++] = list.items[i];
			}
		} else {
			return cli_wrong_option(cli, &send_command, c, argv);
		}
	}
	if (!*ret_account || !l->to_count || !l->subject)
		return cli_usage(cli, &send_command, "send needs --account, --to and --subject");
	if (argc - optind > 1)
		return cli_usage(cli, &send_command, "send takes one text file ('-' for standard input)");
	return EXIT_OK;
}

static int run_send(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct letter letter = {.arena = arena,
	                        .text = BUF_INIT(MAX_TEXT),
	                        .mime = BUF_INIT(4 * MAX_TEXT),
	                        .finished = BUF_INIT(8 * MAX_TEXT)};
	const char *account = NULL;
	struct error err;
	int r = read_arguments(cli, &letter, argc, argv, &account);

	if (r != EXIT_OK)
		return r;
	r = send_letter(cli, &letter, account, optind < argc ? argv[optind] : "-", &err);
	buf_done(&letter.text);
	buf_done(&letter.mime);
	buf_done(&letter.finished);
	if (r == E_CONFLICT && letter.key) {
		if (cli->json)
			cli_print_json(json_pack("{s:s, s:b}", "key", letter.key, "duplicate", true));
		else
			printf("a message with the key %s is in the outbox already\n", letter.key);
		return EXIT_OK;
	}
	if (r < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I, s:b}", "outbox", (json_int_t)letter.outbox_id, "message",
		                         (json_int_t)letter.stored.id, "duplicate", false));
	else
		printf("queued as outbox row %lld; serve sends it, or 'hauspost outbox flush' now\n",
		       (long long)letter.outbox_id);
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
