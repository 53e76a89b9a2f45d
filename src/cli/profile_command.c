/* hauspost profile: authentication profiles, their tokens and consents. No token is ever printed. */
#include "cli/cli.h"

#include "auth/tokens.h"
#include "base/clock.h"
#include "cli/consent.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>

#define MAX_ROWS 1000

static int find_profile(const struct cli *cli, const char *id, const struct authentication_profile **ret_profile,
                        struct error *err)
{
	*ret_profile = setup_authentication_profile(cli->setup, id);
	if (*ret_profile)
		return 0;
	return fail(err, E_NOT_FOUND, RETRY_NEVER,
	            "there is no authentication profile %.64s; 'hauspost list authentication_profiles' shows them", id);
}

/* ---------------------------------------------------------------- show */

static json_t *row_json(const struct token_row *row, const char *scope, int64_t refresh_expires_at)
{
	return json_pack("{s:s, s:I, s:I, s:b, s:I, s:s, s:s, s:I, s:b}", "user", row->subject, "renewed_at",
	                 (json_int_t)row->renewed_at, "expires_at", (json_int_t)row->expires_at, "has_refresh_token",
	                 row->has_refresh, "refresh_expires_at", (json_int_t)refresh_expires_at, "scope", scope,
	                 "fault", row->fault, "fault_at", (json_int_t)row->fault_at, "person_must_act",
	                 row->fault_is_final);
}

static void print_row(const struct token_row *row, const char *scope, int64_t refresh_expires_at)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char since[24], until[24];

	if (*row->subject) {
		buf_add_cstr(&line, "user ");
		line_column(&line, str_of(row->subject), 0);
		buf_add_cstr(&line, ": ");
	}
	if (row->generation)
		buf_printf(&line, "access token since %s, expires %s", cli_time(row->renewed_at, since),
		           cli_time(row->expires_at, until));
	else
		buf_add_cstr(&line, "no token yet");
	if (*scope)
		buf_printf(&line, "; scopes %s", scope);
	if (row->has_refresh)
		buf_printf(&line, "; refresh token%s%s", refresh_expires_at ? ", unused good until " : "",
		           refresh_expires_at ? cli_time(refresh_expires_at, until) : "");
	line_put(&line);
	if (!*row->fault)
		return;
	buf_clear(&line);
	buf_printf(&line, "  %s: %s%s", cli_time(row->fault_at, since), row->fault,
	           row->fault_is_final ? "" : " (it will be tried again)");
	line_put(&line);
}

static void print_profile(const struct authentication_profile *p, struct arena *arena)
{
	struct oauth_endpoints endpoints;
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));

	authentication_profile_endpoints(p, arena, &endpoints);
	buf_printf(&line, "authentication profile %s: token endpoint %s; scopes %s", p->id,
	           *endpoints.token ? endpoints.token : "of the service account",
	           *endpoints.scope ? endpoints.scope : "(the provider's)");
	if (*p->secret_expires_at)
		buf_printf(&line, "; client secret expires %s", p->secret_expires_at);
	line_put(&line);
}

static int show_rows(const struct cli *cli, const struct authentication_profile *profile, struct db *db,
                     struct arena *arena, struct error *err)
{
	json_t *array CLEANUP(json_decrefp) = json_array();
	struct token_row *rows = NULL;
	int n = token_list(db, profile->id, MAX_ROWS, arena, &rows, err);

	if (n < 0)
		return n;
	if (!cli->json)
		print_profile(profile, arena);
	for (int i = 0; i < n; i++) {
		int64_t refresh_expires_at = authentication_profile_refresh_expires(profile, &rows[i]);
		const char *scope = "";
		struct error fault;

		if (tokens_scope(&rows[i], &cli->sealer, arena, &scope, &fault) < 0)
			rows[i].fault = arena_printf(arena, "%s", fault.text).p;
		if (cli->json)
			json_array_append_new(array, row_json(&rows[i], scope, refresh_expires_at));
		else
			print_row(&rows[i], scope, refresh_expires_at);
	}
	if (n == 0 && !cli->json)
		puts(profile->grant == GRANT_AUTHORIZATION_CODE ? "nobody has consented yet: hauspost profile authorize"
		                                                : "no token yet");
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:O}", "profile", profile->id, "tokens", array));
	return 0;
}

static int show(struct cli *cli, const struct authentication_profile *profile, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(cli->store, &db, err);

	return r < 0 ? r : show_rows(cli, profile, db, arena, err);
}

/* ---------------------------------------------------------------- test */

static int test(struct cli *cli, const struct authentication_profile *profile, const char *user, struct error *err)
{
	struct secret token CLEANUP(secret_done) = {0};
	struct token_source *source = NULL;
	int r = tokens_source(cli->store, cli->setup, profile->id, user, &source, err);

	if (r == 0)
		r = source->get(source, &(struct token_wish){0}, &token, err);
	if (r < 0)
		return r;
	if (!cli->json)
		printf("there is a token of %zu bytes\n", token.n);
	return show(cli, profile, err);
}

/* ---------------------------------------------------------------- the command */

struct profile_options {
	struct consent_options consent;
	const char *user;
};

static int read_options(struct cli *cli, int argc, char **argv, struct profile_options *ret)
{
	static const struct option options[] = {{"paste", no_argument, NULL, 'p'},
	                                        {"port", required_argument, NULL, 'o'},
	                                        {"user", required_argument, NULL, 'u'},
	                                        {"trace", no_argument, NULL, 't'},
	                                        {NULL, 0, NULL, 0}};
	uint64_t port;
	int c;

	*ret = (struct profile_options){.user = ""};
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'p')
			ret->consent.paste = true;
		else if (c == 'u')
			ret->user = optarg;
		else if (c == 't')
			ret->consent.trace = true;
		else if (c != 'o')
			return cli_wrong_option(cli, &profile_command, c, argv);
		else if (!str_to_uint(str_of(optarg), 65535, &port) || !port)
			return cli_usage(cli, &profile_command, "--port takes a number from 1 to 65535");
		else
			ret->consent.port = (int)port;
	}
	return 0;
}

static int run_profile(struct cli *cli, int argc, char **argv)
{
	static const char *const verbs[] = {"authorize", "show", "test", NULL};
	const struct authentication_profile *profile = NULL;
	struct profile_options options;
	struct error err;
	int r = read_options(cli, argc, argv, &options);

	if (r != 0)
		return r;
	if (argc - optind != 2)
		return cli_usage(cli, &profile_command, "profile takes a verb and the id of an authentication profile");
	if (!cli_one_of(cli, &profile_command, "verb", argv[optind], verbs))
		return EXIT_USAGE;
	r = cli_load(cli, &err);
	if (r == 0)
		r = find_profile(cli, argv[optind + 1], &profile, &err);
	if (r == 0 && strcmp(argv[optind], "authorize") == 0)
		r = consent(cli, profile, &options.consent, &err);
	else if (r == 0 && strcmp(argv[optind], "test") == 0)
		r = test(cli, profile, options.user, &err);
	else if (r == 0)
		r = show(cli, profile, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command profile_command = {
        .name = "profile",
        .arguments = "authorize|show|test PROFILE [OPTIONS]",
        .summary = "Consent to an authentication profile; look at its tokens, get one",
        .help = "  authorize      prints an address to open in a browser, waits until the browser comes back to this\n"
                "                 machine, stores the tokens\n"
                "  --paste        for a machine without browser: paste the address that the browser ends at\n"
                "  --port N       the browser comes back to http://127.0.0.1:N/ (else any free port)\n"
                "  --trace        show what is said to the token endpoint, without secrets\n"
                "  show           what is stored, and why the last try failed; never a token\n"
                "  test           gets a token\n"
                "  --user USER    of whom, where the grant has users (jwt-bearer, password)\n",
        .run = run_profile,
};
