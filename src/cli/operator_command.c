/* hauspost operator: who may sign in, one-time links, tokens of programs. */
#include "cli/cli.h"

#include "api/credentials.h"
#include "base/clock.h"
#include "cli/operator_links.h"
#include "cli/text.h"
#include "store/audit.h"
#include "store/credentials.h"

#include <getopt.h>
#include <stdio.h>

#define MAX_WORDS 64

struct words {
	const char *items[MAX_WORDS];
	size_t count;
};

struct operation {
	struct work work;
	struct cli *cli;
	struct arena *arena;
	const char *verb, *id; /* id: of the operator; revoke: the token's number */
	const char *name, *email, *label;
	struct words roles, rights, accounts;
	uint64_t days;
	bool wants_token, without_factor;
	int64_t token_id;
	char secret[API_TOKEN_LEN + 1]; /* what is shown once */
};

/* ---------------------------------------------------------------- the record */

static json_t *texts_of(const struct words *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->count; i++)
		json_array_append_new(list, json_string(words->items[i]));
	return list;
}

/* "support", "support:send", "support:manage" (which includes sending) */
static json_t *accounts_of(const struct words *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->count; i++) {
		struct str rest = str_of(words->items[i]), id, right;

		str_split(&rest, ':', &id);
		right = rest;
		json_array_append_new(list, json_pack("{s:s%, s:b, s:b}", "account", id.p, id.n, "send",
		                                      (int)(right.n > 0), "manage", (int)str_eq(right, STR("manage"))));
	}
	return list;
}

static int apply(const struct operation *q, json_t *record, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *document CLEANUP(json_decrefp) = json_pack("{s:{s:o}}", "operators", q->id, record);
	int r = document ? 0 : fail(err, E_INVALID, RETRY_NEVER, "operator: names are UTF-8 text");

	if (r == 0)
		r = store_connect(q->cli->store, &db, err);
	return r < 0 ? r : setup_apply(db, &q->cli->sealer, document, cli_author(), false, NULL, err);
}

static int add_record(const struct operation *q, struct error *err)
{
	json_t *record;
	int r;

	if (setup_operator(q->cli->setup, q->id))
		return fail(err, E_CONFLICT, RETRY_NEVER, "there is an operator %s already", q->id);
	record = json_pack("{s:o, s:o, s:o}", "roles", texts_of(&q->roles), "rights", texts_of(&q->rights), "accounts",
	                   accounts_of(&q->accounts));
	if (q->name)
		json_object_set_new(record, "name", json_string(q->name));
	if (q->email)
		json_object_set_new(record, "email", json_string(q->email));
	r = apply(q, record, err);
	return MIN(r, 0);
}

/* The stored record with another word for `disabled`. */
static int set_disabled(const struct operation *q, bool disabled, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *document CLEANUP(json_decrefp) = NULL, *record;
	int r = store_connect(q->cli->store, &db, err);

	if (r == 0)
		r = setup_export(db, &q->cli->sealer, "operator", q->id, SECRETS_MASKED, false, &document, err);
	if (r < 0)
		return r;
	record = json_object_get(json_object_get(document, "operators"), q->id);
	json_object_set_new(record, "disabled", json_boolean(disabled));
	r = apply(q, json_incref(record), err);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- what is kept beside it */

static int note(const struct operation *q, struct db *db, const char *action, const char *detail, struct error *err)
{
	struct audit_entry entry = {.at = clock_now_ms(),
	                            .author = cli_author(),
	                            .action = action,
	                            .object = arena_printf(q->arena, "operators/%s", q->id).p,
	                            .detail = detail,
	                            .address = "",
	                            .agent = "hauspost operator"};

	return audit_add(db, &entry, err);
}

static int run_link(struct work *work, struct db *db, struct error *err)
{
	struct operation *q = (struct operation *)work;
	int r = link_issue(db, q->id, cli_author(), clock_now_ms(), q->secret, err);

	if (r == 0 && q->without_factor)
		r = credential_remove_factor(db, q->id, err);
	if (r == 0)
		r = note(q, db, "invitation", q->without_factor ? "second factor removed" : "", err);
	return r;
}

static int make_token(struct operation *q, const struct operator_record *op, struct db *db, struct error *err)
{
	const struct text_list rights = {q->rights.items, q->wants_token ? 0 : q->rights.count};
	const struct text_list accounts = {q->accounts.items, q->wants_token ? 0 : q->accounts.count};
	struct api_token token = {.operator_id = q->id, .name = q->label, .created_by = cli_author()};
	int64_t now = clock_now_ms();
	struct caller caller;
	int r;

	caller_of_operator(q->cli->setup, op, q->arena, &caller);
	r = api_token_scope(&caller, &rights, &accounts, q->arena, &token, err);
	token.expires_at = q->days ? now + HOURS_MS(24) * (int64_t)q->days : 0;
	if (r == 0)
		r = api_token_issue(db, &token, now, q->secret, err);
	q->token_id = token.id;
	return r < 0 ? r : note(q, db, "token.created", q->label, err);
}

static int run_token(struct work *work, struct db *db, struct error *err)
{
	struct operation *q = (struct operation *)work;

	return make_token(q, setup_operator(q->cli->setup, q->id), db, err);
}

static int run_revoke(struct work *work, struct db *db, struct error *err)
{
	struct operation *q = (struct operation *)work;
	struct api_token token;
	int r = api_token_get(db, q->token_id, q->arena, &token, err);

	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no token %lld; 'hauspost operator tokens' lists them", (long long)q->token_id);
	if (r > 0)
		r = api_token_delete(db, q->token_id, err);
	q->id = r > 0 ? token.operator_id : "";
	return r < 0 ? r : note(q, db, "token.revoked", token.name, err);
}

static int run_sign_out(struct work *work, struct db *db, struct error *err)
{
	struct operation *q = (struct operation *)work;
	int r = session_end_all(db, q->id, 0, err);

	return r < 0 ? r : note(q, db, "sign-out.everywhere", "", err);
}

static int change(struct operation *q, int (*run)(struct work *, struct db *, struct error *), struct error *err)
{
	q->work = (struct work){.run = run};
	return store_do(q->cli->store, &q->work, err);
}

/* ---------------------------------------------------------------- telling */

static int say_link(const struct operation *q, struct error *err)
{
	const char *url = "";
	int r = operator_link_url(q->cli, q->arena, q->secret, &url, err);

	if (r < 0)
		return r;
	if (q->cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "operator", q->id, "link", url));
	else
		printf("%s sets a password within 24 hours, once, at\n%s\n", *q->id ? q->id : "The first administrator",
		       url);
	return 0;
}

static void say_token(const struct operation *q)
{
	if (q->cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:I}", "operator", q->id, "token", q->secret, "id",
		                         (json_int_t)q->token_id));
	else
		printf("%s\nThis is the only time that the token is shown ('hauspost operator revoke %lld' ends it).\n",
		       q->secret, (long long)q->token_id);
}

static void print_operator(const struct operator_record *op)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));

	line_column(&line, str_of(op->id), 24);
	line_column(&line, str_of(op->disabled ? "disabled" : ""), 8);
	for (size_t i = 0; i < op->roles.count; i++)
		buf_printf(&line, "%s%s", i ? ", " : "", op->roles.items[i]);
	if (op->name[0])
		buf_printf(&line, "  %s", op->name);
	line_put(&line);
}

static int list_operators(struct operation *q, struct error *err UNUSED)
{
	const void *const *records;
	size_t n = setup_list(q->cli->setup, &operator_type, &records);
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct operator_record *op = records[i];
		json_t *json = NULL;

		if (!q->cli->json)
			print_operator(op);
		else if (record_write(&operator_type, op, "operators", SECRETS_MASKED, true, NULL, &json, err) == 0)
			json_array_append_new(all, json);
	}
	if (q->cli->json)
		cli_print_json(json_incref(all));
	else if (n == 0)
		puts("there is no operator; 'hauspost operator add NAME --role administrator' makes the first");
	json_decref(all);
	return 0;
}

static void print_token(const struct cli *cli, const struct api_token *t, json_t *all)
{
	char created[24], used[24], ends[24];

	if (cli->json)
		json_array_append_new(all, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "id",
		                                     (json_int_t)t->id, "operator", t->operator_id, "name", t->name,
		                                     "prefix", t->prefix, "rights", t->rights, "accounts", t->accounts,
		                                     "created_at", (json_int_t)t->created_at, "expires_at",
		                                     (json_int_t)t->expires_at, "used_at", (json_int_t)t->used_at));
	else
		printf("%-8lld %s…  %-16s %-16s made %s, used %s, ends %s\n", (long long)t->id, t->prefix,
		       t->operator_id, t->name, cli_time(t->created_at, created), cli_time(t->used_at, used),
		       t->expires_at ? cli_time(t->expires_at, ends) : "never");
}

static int list_tokens(struct operation *q, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *all CLEANUP(json_decrefp) = json_array();
	struct api_token *tokens;
	int n, r = store_connect(q->cli->store, &db, err);

	if (r < 0)
		return r;
	n = api_token_list(db, q->id, 0, CLI_LIMIT, q->arena, &tokens, err);
	for (int i = 0; i < n; i++)
		print_token(q->cli, &tokens[i], all);
	if (n >= 0 && q->cli->json)
		cli_print_json(json_incref(all));
	return MIN(n, 0);
}

/* ---------------------------------------------------------------- the verbs */

static int reload(struct operation *q, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(q->cli->store, &db, err);

	setup_free(q->cli->setup);
	q->cli->setup = NULL;
	return r < 0 ? r : setup_load(db, &q->cli->sealer, &q->cli->setup, err);
}

static int do_add(struct operation *q, struct error *err)
{
	int r = add_record(q, err);

	if (r == 0)
		r = reload(q, err);
	if (r == 0)
		r = change(q, q->wants_token ? run_token : run_link, err);
	if (r == 0 && q->wants_token)
		say_token(q);
	return r == 0 && !q->wants_token ? say_link(q, err) : r;
}

/* Without an operator: the first administrator's, as long as there is none. */
static int do_link(struct operation *q, struct error *err)
{
	const void *const *records;
	int r;

	if (!q->id && setup_list(q->cli->setup, &operator_type, &records) > 0)
		return fail(
		        err, E_INVALID, RETRY_NEVER,
		        "which operator? 'hauspost operator list' shows them; the first administrator is made already");
	q->id = q->id ? q->id : "";
	r = change(q, run_link, err);
	return r < 0 ? r : say_link(q, err);
}

static int do_token(struct operation *q, struct error *err)
{
	int r = change(q, run_token, err);

	if (r == 0)
		say_token(q);
	return r;
}

static int say_done(const struct operation *q, const char *what)
{
	if (q->cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "operator", q->id, "done", q->verb));
	else
		printf("%s %s\n", q->id, what);
	return 0;
}

static int do_disable(struct operation *q, struct error *err)
{
	int r = set_disabled(q, true, err);

	if (r == 0)
		r = change(q, run_sign_out, err);
	return r < 0 ? r : say_done(q, "can't sign in any more; sessions and tokens are of no use");
}

static int do_enable(struct operation *q, struct error *err)
{
	int r = set_disabled(q, false, err);

	return r < 0 ? r : say_done(q, "may sign in");
}

static int do_sign_out(struct operation *q, struct error *err)
{
	int r = change(q, run_sign_out, err);

	return r < 0 ? r : say_done(q, "is signed out everywhere");
}

static int do_revoke(struct operation *q, struct error *err)
{
	uint64_t id;
	int r;

	if (!str_to_uint(str_of(q->id), INT64_MAX, &id))
		return fail(err, E_INVALID, RETRY_NEVER, "'%.64s' is not a token's number", q->id);
	q->token_id = (int64_t)id;
	r = change(q, run_revoke, err);
	return r < 0 ? r : say_done(q, "has one token less");
}

static const struct verb {
	const char *name;
	int (*run)(struct operation *q, struct error *err);
	bool needs_id, needs_operator; /* that there is already */
} verbs[] = {
        {"list", list_operators, false, false}, {"add", do_add, true, false},
        {"link", do_link, false, true},         {"token", do_token, true, true},
        {"tokens", list_tokens, false, true},   {"revoke", do_revoke, true, false},
        {"disable", do_disable, true, true},    {"enable", do_enable, true, true},
        {"sign-out", do_sign_out, true, true},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* ---------------------------------------------------------------- the command */

static bool add_word(struct words *words, const char *word)
{
	if (words->count == MAX_WORDS)
		return false;
	words->items[words->count++] = word;
	return true;
}

static int read_options(struct cli *cli, int argc, char **argv, struct operation *q)
{
	static const struct option options[] = {{"name", required_argument, NULL, 'n'},
	                                        {"email", required_argument, NULL, 'e'},
	                                        {"role", required_argument, NULL, 'r'},
	                                        {"right", required_argument, NULL, 'R'},
	                                        {"account", required_argument, NULL, 'a'},
	                                        {"label", required_argument, NULL, 'l'},
	                                        {"days", required_argument, NULL, 'd'},
	                                        {"token", no_argument, NULL, 't'},
	                                        {"without-second-factor", no_argument, NULL, 'w'},
	                                        {NULL, 0, NULL, 0}};
	bool fits = true;
	int c;

	while (fits && (c = getopt_long(argc, argv, ":a:", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			q->name = optarg;
			break;
		case 'e':
			q->email = optarg;
			break;
		case 'l':
			q->label = optarg;
			break;
		case 'r':
			fits = add_word(&q->roles, optarg);
			break;
		case 'R':
			fits = add_word(&q->rights, optarg);
			break;
		case 'a':
			fits = add_word(&q->accounts, optarg);
			break;
		case 't':
			q->wants_token = true;
			break;
		case 'w':
			q->without_factor = true;
			break;
		case 'd':
			if (!str_to_uint(str_of(optarg), 3650, &q->days) || !q->days)
				return cli_usage(cli, &operator_command, "--days takes a number from 1 to 3650");
			break;
		default:
			return cli_wrong_option(cli, &operator_command, c, argv);
		}
	}
	return fits ? EXIT_OK : cli_usage(cli, &operator_command, "at most %d roles, rights or accounts", MAX_WORDS);
}

static int open_setup(struct cli *cli, bool create, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_open(cli, create, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	return r < 0 ? r : setup_load(db, &cli->sealer, &cli->setup, err);
}

static int run_operator(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct operation q = {.cli = cli, .arena = arena, .label = "command line"};
	const struct verb *verb;
	struct error err;
	int r = read_options(cli, argc, argv, &q);

	if (r != EXIT_OK)
		return r;
	argc -= optind;
	argv += optind;
	q.verb = argc ? argv[0] : "list";
	q.id = argc > 1 ? argv[1] : NULL;
	verb = find_verb(q.verb);
	if (!verb || argc > 2 || (verb->needs_id && !q.id))
		return cli_usage(cli, &operator_command, "operator list, or a verb and an operator's ID");
	if (q.id && record_id_check(str_of(q.id)))
		return cli_usage(cli, &operator_command, "\"%.64s\" %s", q.id, record_id_check(str_of(q.id)));
	r = open_setup(cli, verb->run == do_add, &err);
	if (r == 0 && verb->needs_operator && q.id && !setup_operator(cli->setup, q.id))
		r = fail(&err, E_NOT_FOUND, RETRY_NEVER, "there is no operator %s; 'hauspost operator list' shows them",
		         q.id);
	if (r == 0)
		r = verb->run(&q, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command operator_command = {
        .name = "operator",
        .arguments = "[list | add ID --role ROLE... [OPTIONS] | link [ID] | token ID | tokens [ID] | revoke NUMBER | "
                     "disable ID | enable ID | sign-out ID]",
        .summary = "Who may sign in, one-time links, tokens of programs",
        .help = "  list               the operators\n"
                "  add ID             a new one; prints a link by which a password is set, or a token\n"
                "  link ID            a new link, where a password is lost; the password stays good until then.\n"
                "                     Without ID: the first administrator's, as long as there is no operator\n"
                "  token ID           a token for a program, with the operator's rights or fewer; shown once\n"
                "  tokens [ID]        the tokens there are\n"
                "  revoke NUMBER      ends a token\n"
                "  disable, enable ID whether the operator may sign in\n"
                "  sign-out ID        ends all sessions\n"
                "  --role ROLE        add: administrator, provider-manager, listener-administrator,\n"
                "                     listener-observer, agent, mailbox-user; may stand more than once\n"
                "  --right RIGHT      add: one more right; token: only this one (cases.read …)\n"
                "  -a, --account A    add: only this account (A:send, A:manage for more than reading); token: only "
                "this\n"
                "  --name, --email    add: of the person\n"
                "  --token            add: prints a token instead of a link\n"
                "  --label TEXT       token: what it is for\n"
                "  --days N           token: ends after so many days (without: never)\n"
                "  --without-second-factor  link: where the telephone is lost, too\n"
                "\n"
                "As soon as there are operators, one of them must be an administrator who isn't disabled.\n",
        .run = run_operator,
};
