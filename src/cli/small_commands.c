/* hauspost keys, doctor, version. */
#include "cli/cli.h"

#include "auth/connection.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/text.h"
#include "receive/receiver.h"
#include "send/sender.h"
#include "store/threads.h"

#include <stdio.h>
#include <unistd.h>

/* ---------------------------------------------------------------- keys */

/* Tokens in mail that went out are good as long as their key is one of the last. */
static int add_thread_key(struct work *work UNUSED, struct db *db, struct error *err)
{
	return thread_keys_add(db, err);
}

/* The new key first, then everything sealed with it, then the old keys go: stopped at any point, every secret can be
 * opened. */
static int rotate(struct cli *cli, struct error *err)
{
	struct work thread_key = {.run = add_thread_key};
	struct db *db CLEANUP(db_closep) = NULL;
	int n, tokens, r = cli_open(cli, false, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r == 0)
		r = vault_add_key(cli->vault, err);
	if (r < 0)
		return r;
	n = setup_reseal(db, &cli->sealer, err);
	tokens = n < 0 ? n : tokens_reseal(db, &cli->sealer, err);
	if (tokens < 0)
		return tokens;
	if (n >= 0)
		r = vault_drop_old_keys(cli->vault, err);
	if (n >= 0 && r == 0)
		r = store_do(cli->store, &thread_key, err);
	return n < 0 ? n : r < 0 ? r : n;
}

static int run_keys(struct cli *cli, int argc, char **argv)
{
	struct error err;
	int n;

	if (argc != 2 || strcmp(argv[1], "rotate") != 0)
		return cli_usage(cli, &keys_command,
		                 argc > 1 ? "keys can be rotated, no more" : "keys rotate is what there is");
	n = rotate(cli, &err);
	if (n < 0)
		return cli_fail(cli, &err);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:i}", "key", vault_key_id(cli->vault), "resealed", n));
	else
		printf("%d version%s of records sealed with the new key %s; back up %s/keys\n", n, n == 1 ? "" : "s",
		       vault_key_id(cli->vault), cli->home);
	return EXIT_OK;
}

const struct command keys_command = {
        .name = "keys",
        .arguments = "rotate",
        .summary = "Make a new key and seal all secrets with it",
        .help = "",
        .run = run_keys,
};

/* ---------------------------------------------------------------- doctor */

struct check {
	const struct cli *cli;
	json_t *results;
	bool failed;
};

static void report(struct check *check, const char *what, bool good, const char *text)
{
	check->failed |= !good;
	if (check->cli->json)
		json_array_append_new(check->results,
		                      json_pack("{s:s, s:b, s:s}", "check", what, "ok", good, "text", text));
	else
		printf("%-8s %-28s %s\n", good ? "ok" : "FAILED", what, text);
}

static void check_receiver(struct check *check, const struct account *account, const struct provider *provider)
{
	struct receiver *receiver CLEANUP(receiver_closep) = NULL;
	struct receiver_options options;
	struct account_connection connection;
	char what[100], text[100];
	struct error err;
	int r = account_receive_connection(account, provider, &connection, &err);

	snprintf(what, sizeof what, "%s receives", account->id);
	if (r == 0) {
		options = receiver_options_of(&connection);
		options.folder = "INBOX";
		r = tokens_login(check->cli->store, check->cli->setup, &connection, &options.login, &err);
	}
	if (r == 0)
		r = receiver_open(receiver_ops_of((enum receive_protocol)connection.protocol), &options, &receiver,
		                  &err);
	if (r == 0)
		connection_text(receive_protocol_name(connection.protocol), connection.security, text, sizeof text);
	report(check, what, r == 0, r == 0 ? text : err.text);
}

static void check_sender(struct check *check, const struct account *account, const struct provider *provider)
{
	struct sender *sender CLEANUP(sender_closep) = NULL;
	struct sender_options options;
	struct account_connection connection;
	char what[100], text[100];
	struct error err;
	int r = account_send_connection(account, provider, &connection, &err);

	snprintf(what, sizeof what, "%s sends", account->id);
	if (r == 0) {
		options = sender_options_of(&connection);
		options.helo_name = account->send.helo_name;
		r = tokens_login(check->cli->store, check->cli->setup, &connection, &options.login, &err);
	}
	if (r == 0)
		r = sender_open(sender_ops_of((enum send_protocol)connection.protocol), &options, &sender, &err);
	if (r == 0)
		connection_text(send_protocol_name(connection.protocol), connection.security, text, sizeof text);
	report(check, what, r == 0, r == 0 ? text : err.text);
}

/* Only what somebody set up is checked: an account may be there for one side alone. */
static bool receives(const struct setup *setup, const struct account *account)
{
	const void *const *listeners;
	size_t n = setup_list(setup, &listener_type, &listeners);

	for (size_t i = 0; i < n; i++)
		if (strcmp(((const struct listener *)listeners[i])->account, account->id) == 0)
			return true;
	return account->receive.host[0] || account->receive.profile[0] || secret_is_stored(&account->receive.password);
}

static void check_accounts(struct check *check)
{
	const void *const *accounts;
	size_t n = setup_list(check->cli->setup, &account_type, &accounts);

	for (size_t i = 0; i < n; i++) {
		const struct account *account = accounts[i];
		const struct provider *provider = setup_provider(check->cli->setup, account->provider);

		if (account->receive.enabled && receives(check->cli->setup, account))
			check_receiver(check, account, provider);
		if (account->send.enabled && account->send.address[0])
			check_sender(check, account, provider);
	}
}

static void check_clock(struct check *check)
{
	char text[40];

	clock_format_rfc5322(clock_now_ms(), text);
	report(check, "clock", clock_now_ms() > clock_from_civil(2024, 1, 1, 0, 0, 0), text);
}

static int run_doctor(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct check check = {.cli = cli};
	struct error err;
	int r;

	if (argc != 1)
		return cli_usage(cli, &doctor_command, "doctor takes no arguments, not '%s'", argv[1]);
	check.results = json_array();
	check_clock(&check);
	r = cli_load(cli, &err);
	report(&check, "store, keys and set-up", r == 0, r == 0 ? cli_store_name(cli, arena).p : err.text);
	if (r == 0)
		check_accounts(&check);
	if (cli->json)
		cli_print_json(take(check.results));
	json_decref(check.results);
	return check.failed ? EXIT_FAILED : EXIT_OK;
}

const struct command doctor_command = {
        .name = "doctor",
        .arguments = "",
        .summary = "Check clock, store, keys, and every account's log-in",
        .help = "",
        .run = run_doctor,
};

/* ---------------------------------------------------------------- version */

static int run_version(struct cli *cli, int argc, char **argv)
{
	if (argc > 1)
		return cli_usage(cli, &version_command, "version takes no arguments, not '%s'", argv[1]);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:i}", "version", HAUSPOST_VERSION, "schema", store_schema_version()));
	else
		printf("hauspost %s (store schema %d)\n", HAUSPOST_VERSION, store_schema_version());
	return EXIT_OK;
}

const struct command version_command = {
        .name = "version",
        .arguments = "",
        .summary = "Show the version",
        .help = "",
        .run = run_version,
};
