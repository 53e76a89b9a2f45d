/* hauspost alerts: who is told by mail of what needs a person, how that stands, and trying it. */
#include "cli/cli.h"

#include "cli/text.h"
#include "events/alerts.h"

#include <getopt.h>
#include <stdio.h>

/* ---------------------------------------------------------------- how they stand */

static void add_line(const struct alert *alert, const struct alert_state *state)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char when[24];

	line_column(&line, str_of(alert->id), 20);
	buf_printf(&line, "%-4s %lld mail%s so far", alert->enabled ? "on" : "off", (long long)state->mails,
	           state->mails == 1 ? "" : "s");
	if (state->mailed_at)
		buf_printf(&line, ", the last %s", cli_time(state->mailed_at, when));
	if (state->waiting)
		buf_printf(&line, ", %lld wait%s for the next", (long long)state->waiting,
		           state->waiting == 1 ? "s" : "");
	buf_add_cstr(&line, "  to");
	for (size_t i = 0; i < alert->to.count; i++)
		buf_printf(&line, "%s %s", i ? "," : "", alert->to.items[i]);
	line_put(&line);
}

static int list_alerts(const struct cli *cli, struct db *db, struct error *err)
{
	json_t *json CLEANUP(json_decrefp) = json_array();
	const void *const *list;
	size_t n = setup_list(cli->setup, &alert_type, &list);

	for (size_t i = 0; i < n; i++) {
		const struct alert *alert = list[i];
		struct alert_state state;
		int r = alert_state_get(db, alert->id, &state, err);

		if (r < 0)
			return r;
		if (!cli->json)
			add_line(alert, &state);
		json_array_append_new(json,
		                      json_pack("{s:s, s:b, s:I, s:I, s:I}", "id", alert->id, "enabled", alert->enabled,
		                                "mails", (json_int_t)state.mails, "mailed_at",
		                                (json_int_t)state.mailed_at, "waiting", (json_int_t)state.waiting));
	}
	if (cli->json)
		cli_print_json(json_incref(json));
	else if (n == 0)
		puts("there is no alert; 'hauspost help alert' shows what one needs");
	return 0;
}

/* ---------------------------------------------------------------- trying one */

struct testing {
	struct work work;
	const char *alert, *author;
};

static int run_testing(struct work *work, struct db *db, struct error *err)
{
	const struct testing *testing = (const struct testing *)(const void *)work;

	return alert_try(db, testing->alert, testing->author, err);
}

/* Nothing is kept of a first run that was undone. */
static void test_again(struct work *work UNUSED)
{
}

static int test_alert(struct cli *cli, const char *id, struct error *err)
{
	struct testing testing = {
	        .work = {.run = run_testing, .again = test_again}, .alert = id, .author = cli_author()};
	const struct alert *alert = setup_alert(cli->setup, id);
	int r;

	if (!alert)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no alert %s; 'hauspost list alerts' shows them",
		            id);
	if (!alert->enabled)
		return fail(err, E_CONFLICT, RETRY_NEVER, "alert %s is off (enabled: false)", id);
	r = store_do(cli->store, &testing.work, err);
	if (r < 0)
		return r;
	cli_follow_events(cli);
	if (!cli->json)
		printf("a test mail goes out through account %s ('hauspost serve' or 'outbox flush' sends it)\n",
		       alert->account);
	return 0;
}

/* ---------------------------------------------------------------- the command */

static int do_request(struct cli *cli, const char *id, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(cli->store, &db, err);

	if (r < 0)
		return r;
	return id ? test_alert(cli, id, err) : list_alerts(cli, db, err);
}

static int run_alerts(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{NULL, 0, NULL, 0}};
	static const char *const verbs[] = {"list", "test", NULL};
	const char *verb, *id;
	struct error err;
	int c = getopt_long(argc, argv, ":", options, NULL), r;

	if (c != -1)
		return cli_wrong_option(cli, &alerts_command, c, argv);
	verb = optind < argc ? argv[optind++] : "list";
	id = optind < argc ? argv[optind++] : NULL;
	if (!cli_one_of(cli, &alerts_command, "alerts", verb, verbs))
		return EXIT_USAGE;
	if (optind < argc || (strcmp(verb, "test") == 0) != (id != NULL))
		return cli_usage(cli, &alerts_command, "list takes nothing, test takes the id of an alert");
	r = cli_load(cli, &err);
	if (r == 0)
		r = do_request(cli, id, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command alerts_command = {
        .name = "alerts",
        .arguments = "[list | test ID]",
        .summary = "Mail to administrators about what needs a person",
        .help = "  list     how each alert stands\n"
                "  test ID  a test mail, to its receivers\n"
                "\n"
                "An alert is a record of the set-up: 'hauspost help alert' lists its keys.\n",
        .run = run_alerts,
};
