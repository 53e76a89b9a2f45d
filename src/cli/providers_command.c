/* hauspost providers: those that are built in, and those of the set-up. */
#include "cli/cli.h"

#include "cli/text.h"
#include "setup/catalogue.h"

#include <stdio.h>

#define MAX_PAGE MIB(1)

struct listing {
	const struct cli *cli;
	struct str wanted; /* empty: all */
	struct str domain; /* of an address that is looked for; empty: none */
	json_t *rows;
	int shown;
};

/* ---------------------------------------------------------------- which */

static bool is_in(struct str text, struct str wanted)
{
	return str_find_nocase(text, wanted) >= 0;
}

static bool fits(const struct listing *listing, const struct provider *p)
{
	struct str wanted = listing->wanted;

	if (!wanted.n || is_in(str_of(p->id), wanted) || is_in(str_of(p->name), wanted) ||
	    is_in(str_of(p->receive.host), wanted) || is_in(str_of(p->send.host), wanted))
		return true;
	for (size_t i = 0; i < p->domains.count; i++)
		if (listing->domain.n ? str_eq_nocase(str_of(p->domains.items[i]), listing->domain)
		                      : is_in(str_of(p->domains.items[i]), wanted))
			return true;
	return false;
}

/* ---------------------------------------------------------------- lines */

static const char *receives_by(const struct provider *p)
{
	bool first = p->receive.enabled && (*p->receive.host || p->receive.protocol > RECEIVE_POP3);

	if (first && p->receive.protocol == RECEIVE_IMAP && *p->pop3.host)
		return "IMAP, POP3";
	if (first)
		return receive_protocol_name(p->receive.protocol);
	return p->receive.enabled && *p->pop3.host ? receive_protocol_name(RECEIVE_POP3) : "-";
}

static const char *logs_in_with(const struct provider *p)
{
	if (p->oauth.required)
		return "OAuth only";
	if (*p->oauth.template_name)
		return p->app_password ? "app password, OAuth" : "password, OAuth";
	return p->app_password == APP_PASSWORD_NEEDED     ? "app password"
	       : p->app_password == APP_PASSWORD_WITH_2FA ? "password (app password with 2FA)"
	                                                  : "password";
}

static json_t *row_json(const struct provider *p, bool is_own)
{
	json_t *domains = json_array();

	for (size_t i = 0; i < p->domains.count; i++)
		json_array_append_new(domains, json_string(p->domains.items[i]));
	return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:o}", "id", p->id, "name", p->name, "builtin",
	                 (int)!is_own, "receives", receives_by(p), "login", logs_in_with(p), "receive_host",
	                 *p->receive.host ? p->receive.host : p->pop3.host, "send_host", p->send.host, "domains",
	                 domains);
}

static bool list_one(void *ctx, const struct provider *p, bool is_own)
{
	struct listing *listing = ctx;
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));

	if (!fits(listing, p))
		return false;
	listing->shown++;
	if (listing->cli->json) {
		json_array_append_new(listing->rows, row_json(p, is_own));
		return false;
	}
	line_column(&line, str_of(p->id), 18);
	line_column(&line, str_of(is_own ? "own" : "built in"), 8);
	line_column(&line, str_of(receives_by(p)), 10);
	line_column(&line, str_of(logs_in_with(p)), 32);
	line_column(&line, str_of(p->name), 0);
	line_put(&line);
	return false;
}

static int list(const struct cli *cli, const char *wanted)
{
	struct listing listing = {.cli = cli, .wanted = str_of(wanted), .rows = json_array()};
	ptrdiff_t at = str_find_char(listing.wanted, '@');

	if (at >= 0)
		listing.domain = listing.wanted = str_slice(listing.wanted, (size_t)at + 1, listing.wanted.n);
	providers_each(cli->setup, list_one, &listing);
	if (cli->json)
		cli_print_json(take(listing.rows));
	else if (!listing.shown)
		printf("no provider fits; 'hauspost detect ADDRESS' asks the network\n");
	json_decref(listing.rows);
	return listing.shown || cli->json ? EXIT_OK : EXIT_FAILED;
}

/* ---------------------------------------------------------------- one */

/* As a document that apply takes: changed and applied it becomes an own record. */
static int show(const struct cli *cli, const char *id, struct error *err)
{
	const struct provider *own = cli->setup ? setup_find(cli->setup, &provider_type, id) : NULL;
	const struct provider *p = own ? own : catalogue_find(id);
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	json_t *record, *document;

	if (!p)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no provider \"%.64s\"; 'hauspost providers search TEXT' looks for one", id);
	if (record_write(&provider_type, p, p->id, SECRETS_OMITTED, false, NULL, &record, err) < 0)
		return err->code;
	json_object_del(record, "id");
	document = json_pack("{s:{s:o}}", provider_type.plural, p->id, record);
	if (cli->json) {
		cli_print_json(document);
		return 0;
	}
	yaml_write(document, &yaml);
	printf("# %s\n", own ? "of this set-up" : "built in; applied with changes it is yours, under the same id");
	fputs(buf_cstr(&yaml), stdout);
	json_decref(document);
	return 0;
}

/* ---------------------------------------------------------------- the command */

static int run_providers(struct cli *cli, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "list";
	bool shows = strcmp(verb, "show") == 0, searches = strcmp(verb, "search") == 0;
	struct error err;

	if (!shows && !searches && strcmp(verb, "list") != 0)
		return cli_usage(cli, &providers_command, "providers list, show ID or search TEXT, not '%.40s'", verb);
	if (argc != (shows || searches ? 3 : MIN(argc, 2)))
		return cli_usage(cli, &providers_command, "providers %s takes %s", verb,
		                 shows      ? "one id"
		                 : searches ? "one text"
		                            : "no more");
	/* Without a store there are the built-in ones. */
	if (cli_load(cli, &err) < 0 && !cli->no_store)
		return cli_fail(cli, &err);
	cli->no_store = false;
	if (shows)
		return show(cli, argv[2], &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
	return list(cli, searches ? argv[2] : "");
}

const struct command providers_command = {
        .name = "providers",
        .arguments = "[list | show ID | search TEXT]",
        .summary = "The providers that Hauspost knows, built in and your own",
        .help = "  list          all of them: how mail is received, how one logs in\n"
                "  show ID       one, as a document that apply takes\n"
                "  search TEXT   by id, name, server or domain; of an address by its domain\n"
                "\n"
                "An account may name a built-in provider as it is (provider: gmail). A record of your own with the "
                "same id\n"
                "takes its place; 'hauspost help provider' lists its keys.\n",
        .run = run_providers,
};
