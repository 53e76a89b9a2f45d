/* hauspost keys, doctor, version. */
#include "cli/cli.h"

#include "api/second_factor.h"
#include "auth/tokens.h"
#include "base/clock.h"
#include "cli/expiring.h"
#include "base/mem.h"
#include "cli/text.h"
#include "probe/probe.h"
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
	if (tokens >= 0)
		tokens = factors_reseal(db, &cli->sealer, err);
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
	bool advise; /* an account failed */
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

/* The last word on a side: what it uses, or what is wrong with it. */
struct verdict {
	struct arena *arena;
	struct str text;
};

static void take_fault(void *ctx, const struct probe_fault *fault)
{
	struct verdict *verdict = ctx;

	if (!verdict->text.n)
		verdict->text = arena_printf(verdict->arena, "%s [%s]: %s", cause_text(fault->diagnosis.cause)->title,
		                             cause_text(fault->diagnosis.cause)->id, fault->err.text);
}

static void check_side(struct check *check, const struct account *account, bool sends)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct verdict verdict = {.arena = arena};
	struct probe_result result;
	struct probe_options options = {
	        .store = check->cli->store,
	        .setup = check->cli->setup,
	        .account = account,
	        .fault = take_fault,
	        .ctx = &verdict,
	        .no_advice = true,
	};
	bool good = sends ? probe_sender(&options, arena, &result) : probe_receiver(&options, arena, &result);
	char what[100];

	snprintf(what, sizeof what, "%s %s", account->id, sends ? "sends" : "receives");
	report(check, what, good, good ? result.closing.p : verdict.text.p);
	check->advise |= !good;
}

/* Only what somebody set up is checked: an account may be there for one side alone. */
static void check_accounts(struct check *check)
{
	const void *const *accounts;
	size_t n = setup_list(check->cli->setup, &account_type, &accounts);

	for (size_t i = 0; i < n; i++) {
		if (probe_has_receiver(check->cli->setup, accounts[i]))
			check_side(check, accounts[i], false);
		if (probe_has_sender(accounts[i]))
			check_side(check, accounts[i], true);
	}
	if (check->advise && !check->cli->json)
		puts("'hauspost test ACCOUNT' shows each step and what would work");
}

static void check_clock(struct check *check)
{
	char text[40];

	clock_format_rfc5322(clock_now_ms(), text);
	report(check, "clock", clock_now_ms() > clock_from_civil(2024, 1, 1, 0, 0, 0), text);
}

/* What has run out and is in use is a fault; what will soon is told. */
static void check_expiry(struct check *check)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct expiry *list = NULL;
	int64_t now = clock_now_ms();
	struct error err;
	int n = store_connect(check->cli->store, &db, &err);

	if (n == 0)
		n = expiry_list(check->cli->setup, db, now, EXPIRY_FIRST_DAYS, arena, &list, &err);
	if (n < 0)
		report(check, "expiry", false, err.text);
	for (int i = 0; i < n; i++) {
		char text[64];

		expiry_text(&list[i], now, text, sizeof text);
		if (*list[i].used_by)
			report(check, list[i].what, !list[i].is_signer || list[i].expires_at > now, text);
	}
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
	if (r == 0)
		check_expiry(&check);
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
