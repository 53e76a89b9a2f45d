/* hauspost keystores: what keystores hold, who uses them, and the record in DNS that a DKIM key needs. */
#include "cli/cli.h"

#include "cli/keystore_list.h"
#include "security/dkim_sign.h"
#include "setup/signing.h"

#include <stdio.h>

static int show_one(struct cli *cli, const char *id, struct error *err)
{
	const struct keystore_record *record = setup_keystore(cli->setup, id);

	if (!record)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no keystore %s; 'hauspost keystores' shows them",
		            id);
	return show_keystore(cli, record);
}

/* What to write into DNS, as a zone's file has it (texts of at most 255 bytes). */
static void print_record(const struct account *account, const struct account_signing *signing, struct str text)
{
	printf("%s._domainkey.%s. IN TXT (", account->send.dkim.selector, signing->dkim_domain);
	for (size_t at = 0; at < text.n; at += 250) {
		struct str piece = str_slice(text, at, at + 250);

		printf(" \"" STR_FMT "\"", STR_ARG(piece));
	}
	puts(" )");
}

static int show_dkim(struct cli *cli, const char *id, struct error *err)
{
	struct account_signing signing CLEANUP(account_signing_close) = {0};
	const struct account *account = setup_account(cli->setup, id);
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(8));
	int r;

	if (!account)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no account %s; 'hauspost list accounts' shows them", id);
	if (!account_has_dkim(account))
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "account %s doesn't sign with DKIM (send/dkim/selector)",
		            id);
	r = account_dkim_open(cli->setup, account, &signing, err);
	if (r < 0)
		return r;
	const struct dkim_signer signer = {signing.dkim_domain, account->send.dkim.selector, signing.dkim_keys,
	                                   signing.dkim_entry};
	r = dkim_record(&signer, &text, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:s}", "domain", signing.dkim_domain, "selector",
		                         account->send.dkim.selector, "record", buf_cstr(&text)));
	else
		print_record(account, &signing, buf_str(&text));
	return 0;
}

static int run_keystores(struct cli *cli, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "list";
	bool lists = strcmp(verb, "list") == 0, shows = strcmp(verb, "show") == 0, dkim = strcmp(verb, "dkim") == 0;
	struct error err;
	int r;

	if (!(lists && argc <= 2) && !((shows || dkim) && argc == 3))
		return cli_usage(cli, &keystores_command, "keystores list, show ID, or dkim ACCOUNT");
	r = cli_load(cli, &err);
	if (r == 0 && lists)
		return list_keystores(cli);
	if (r == 0)
		r = dkim ? show_dkim(cli, argv[2], &err) : show_one(cli, argv[2], &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command keystores_command = {
        .name = "keystores",
        .arguments = "[list | show ID | dkim ACCOUNT]",
        .summary = "Certificates and keys: alias, what for, until when, used by whom",
        .help = "  list           all keystores of the set-up with their entries, the first to be used first\n"
                "  show ID        one of them\n"
                "  dkim ACCOUNT   the record that DNS must have for the account's DKIM key\n",
        .run = run_keystores,
};
