/* hauspost webhooks: how they stand, what was delivered, sending it again; and the kinds of events there are. */
#include "cli/cli.h"

#include "base/clock.h"
#include "cli/text.h"
#include "store/event_kinds.h"
#include "events/replay.h"
#include "events/webhooks.h"
#include "security/webhook_sign.h"

#include <getopt.h>
#include <stdio.h>

struct request {
	const char *verb, *id;
	uint64_t delivery, after;
	size_t limit;
	bool all, has_after;
};

/* ---------------------------------------------------------------- how they stand */

static int show_state(const struct cli *cli, struct db *db, const struct webhook *w, struct arena *arena,
                      struct error *err)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	struct webhook_state state;
	int64_t waiting = 0;
	int r = webhook_standing(db, w->id, clock_now_ms(), arena, &state, err);
	const char *word;

	if (r == 0)
		r = delivery_waiting(db, w->id, &waiting, err);
	if (r < 0)
		return r;
	word = !w->enabled ? "off" : state.disabled_at ? "disabled" : state.failing_since ? "failing" : "works";
	if (cli->json) {
		cli_print_json(json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "id", w->id, "url", w->url, "state", word,
		                         "waiting", (json_int_t)waiting, "delivered_at", (json_int_t)state.delivered_at,
		                         "reason", state.reason));
		return 0;
	}
	line_column(&line, str_of(w->id), 20);
	buf_printf(&line, "%-9s %6lld waiting  %s", word, (long long)waiting, w->url);
	if (state.reason[0])
		buf_printf(&line, "  (%s)", state.reason);
	line_put(&line);
	return 0;
}

static int list_all(const struct cli *cli, struct db *db, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const void *const *list;
	size_t n = setup_list(cli->setup, &webhook_type, &list);
	int r = 0;

	if (n == 0 && !cli->json)
		puts("there is no webhook; 'hauspost help webhook' shows what one needs");
	for (size_t i = 0; i < n && r == 0; i++)
		r = show_state(cli, db, list[i], arena, err);
	return r;
}

/* ---------------------------------------------------------------- deliveries */

static void show_delivery(const struct cli *cli, const struct delivery *d)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char when[24];

	if (cli->json) {
		cli_print_json(json_pack("{s:I, s:I, s:s, s:s, s:I, s:I, s:s}", "id", (json_int_t)d->id, "event",
		                         (json_int_t)d->event_number, "kind", d->event_kind, "state", d->state, "tries",
		                         (json_int_t)d->tries, "status", (json_int_t)d->status, "reason", d->reason));
		return;
	}
	buf_printf(&line, "%8lld  %s  %-9s  %-22s %2lld tr%s", (long long)d->id, cli_time(d->created_at, when),
	           d->state, d->event_kind, (long long)d->tries, d->tries == 1 ? "y" : "ies");
	if (d->reason[0])
		buf_printf(&line, "  %s", d->reason);
	line_put(&line);
}

static int list_deliveries(const struct cli *cli, struct db *db, const struct request *q, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct delivery *list;
	int n = delivery_list(db, q->id, NULL, 0, q->limit, arena, &list, err);

	for (int i = 0; i < n; i++)
		show_delivery(cli, &list[i]);
	if (n >= 0 && !cli->json)
		cli_say_more(n, q->limit);
	return MIN(n, 0);
}

static int replay(const struct cli *cli, const struct request *q, const struct webhook *w, struct error *err)
{
	int64_t n = q->delivery ? webhook_replay(cli->store, q->id, (int64_t)q->delivery, err)
	                        : webhook_replay_since(cli->store, cli->setup, w, (int64_t)q->after, q->all, err);

	if (n < 0)
		return (int)n;
	if (n == 0 && q->delivery)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "webhook %s has no delivery %llu, or it is just being sent",
		            q->id, (unsigned long long)q->delivery);
	if (cli->json)
		cli_print_json(json_pack("{s:I}", "count", (json_int_t)n));
	else
		printf("%lld deliver%s again, as soon as 'hauspost serve' runs\n", (long long)n,
		       n == 1 ? "y is sent" : "ies are sent");
	return 0;
}

/* ---------------------------------------------------------------- what needs no store */

static int show_kinds(const struct cli *cli)
{
	json_t *all = json_object();

	for (const struct event_kind *kind = event_kinds; kind->name; kind++) {
		if (cli->json)
			json_object_set_new(all, kind->name, event_kind_schema(kind));
		else
			printf("%-22s %s\n", kind->name, kind->help);
	}
	if (cli->json)
		cli_print_json(all);
	else
		json_decref(all);
	return EXIT_OK;
}

static int show_secret(const struct cli *cli)
{
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT(200);

	must(buf_room(&secret, 100));
	webhook_new_secret(&secret);
	if (cli->json)
		cli_print_json(json_pack("{s:s}", "secret", buf_cstr(&secret)));
	else
		puts(buf_cstr(&secret));
	return EXIT_OK;
}

/* ---------------------------------------------------------------- the command */

/* An exit code, or -1 to go on. */
static int read_request(const struct cli *cli, struct request *q, int argc, char **argv)
{
	static const struct option options[] = {{"after", required_argument, NULL, 'a'},
	                                        {"all", no_argument, NULL, 'A'},
	                                        {"limit", required_argument, NULL, 'l'},
	                                        {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'a' && !cli_number(cli, &webhooks_command, optarg, &q->after))
			return EXIT_USAGE;
		if (c == 'l' && !cli_limit(cli, &webhooks_command, optarg, &q->limit))
			return EXIT_USAGE;
		if (c != 'a' && c != 'A' && c != 'l')
			return cli_wrong_option(cli, &webhooks_command, c, argv);
		q->has_after |= c == 'a';
		q->all |= c == 'A';
	}
	q->verb = optind < argc ? argv[optind++] : "list";
	q->id = optind < argc ? argv[optind++] : NULL;
	if (optind < argc && !cli_number(cli, &webhooks_command, argv[optind++], &q->delivery))
		return EXIT_USAGE;
	return -1;
}

static int check_request(const struct cli *cli, const struct request *q)
{
	static const char *const verbs[] = {"list", "deliveries", "replay", "test", "secret", "events", NULL};
	bool takes_id =
	        strcmp(q->verb, "deliveries") == 0 || strcmp(q->verb, "replay") == 0 || strcmp(q->verb, "test") == 0;

	if (!cli_one_of(cli, &webhooks_command, "webhooks", q->verb, verbs))
		return EXIT_USAGE;
	if (takes_id != (q->id != NULL))
		return cli_usage(cli, &webhooks_command, takes_id ? "%s takes the id of a webhook" : "%s takes no id",
		                 q->verb);
	if (strcmp(q->verb, "replay") == 0 && !q->delivery == !q->has_after)
		return cli_usage(cli, &webhooks_command, "replay takes the number of a delivery, or --after EVENT");
	return -1;
}

static int do_request(struct cli *cli, const struct request *q, struct error *err)
{
	const struct webhook *w = q->id ? setup_webhook(cli->setup, q->id) : NULL;
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(cli->store, &db, err);

	if (r < 0)
		return r;
	if (q->id && !w)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "there is no webhook %s; 'hauspost list webhooks' shows them", q->id);
	if (!q->id)
		return list_all(cli, db, err);
	if (strcmp(q->verb, "deliveries") == 0)
		return list_deliveries(cli, db, q, err);
	if (strcmp(q->verb, "replay") == 0)
		return replay(cli, q, w, err);
	r = webhook_test(cli->store, w, cli_author(), err);
	if (r == 0 && !cli->json)
		puts("an event webhook.test goes to it, as soon as 'hauspost serve' runs");
	return r;
}

static int run_webhooks(struct cli *cli, int argc, char **argv)
{
	struct request q = {.limit = 50};
	struct error err;
	int r = read_request(cli, &q, argc, argv);

	if (r < 0)
		r = check_request(cli, &q);
	if (r >= 0)
		return r;
	if (strcmp(q.verb, "events") == 0)
		return show_kinds(cli);
	if (strcmp(q.verb, "secret") == 0)
		return show_secret(cli);
	r = cli_load(cli, &err);
	if (r == 0)
		r = do_request(cli, &q, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command webhooks_command = {
        .name = "webhooks",
        .arguments = "[list | deliveries ID | replay ID (DELIVERY | --after EVENT) | test ID | secret | events]",
        .summary = "What webhooks were told, and telling it again",
        .help = "  list              how each one stands\n"
                "  deliveries ID     what was sent to it, newest first (--limit N)\n"
                "  replay ID N       sends delivery N again\n"
                "  replay ID --after EVENT  what failed of events behind this number; with --all, everything\n"
                "  test ID           an event webhook.test, for it alone\n"
                "  secret            a new secret to put into a record\n"
                "  events            the kinds of events there are; with --json, JSON Schemas of their data\n"
                "\n"
                "A webhook is a record of the set-up: 'hauspost help webhook' lists its keys.\n",
        .run = run_webhooks,
};
