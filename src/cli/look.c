/* hauspost cases, ledger, outbox: looking at what became of mail, and acting on it. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cases/case_work.h"
#include "listen/session.h"
#include "send/outbox_runner.h"
#include "store/ledger.h"
#include "store/messages.h"

#include <getopt.h>
#include <stdio.h>

#define LIST_MAX 1000

/* A number from the command line; false after telling how the command is used. */
static bool read_number(const struct command *command, const char *text, uint64_t *ret)
{
	if (str_to_uint(str_of(text), INT64_MAX, ret))
		return true;
	cli_usage(command, "'%s' is not a number", text);
	return false;
}

/* ---------------------------------------------------------------- cases */

static json_t *case_json(const struct stored_case *c)
{
	json_t *fields = json_loadb(c->fields.p, c->fields.n, 0, NULL);

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "id", (json_int_t)c->id, "type", c->type, "number",
			 c->number, "status", c->status, "subject", cli_json_str(c->subject), "previous", (json_int_t)c->previous_id,
			 "created_at", (json_int_t)c->created_at, "updated_at", (json_int_t)c->updated_at, "messages",
			 (json_int_t)c->message_count, "fields", fields ? fields : json_object());
}

static int list_cases(struct cli *cli, struct db *db, struct arena *arena, struct error *err)
{
	struct stored_case *list;
	int n = case_list(db, 0, LIST_MAX, arena, &list, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, case_json(&list[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		char when[24];

		printf("%-16s %-10s %s  %2lld  " STR_FMT "\n", list[i].number, list[i].status, cli_time(list[i].updated_at, when),
		       (long long)list[i].message_count, STR_ARG(list[i].subject));
	}
	if (n == 0)
		puts("no cases");
	else if (n == LIST_MAX)
		printf("(the newest %d)\n", n);
	return 0;
}

/* By number, or by id. */
static int find_case(struct db *db, const char *name, struct arena *arena, struct stored_case *ret, struct error *err)
{
	uint64_t id;
	int r = case_find_number(db, str_of(name), arena, ret, err);

	if (r == 0 && str_to_uint(str_of(name), INT64_MAX, &id))
		r = case_get(db, (int64_t)id, arena, ret, err);
	return r == 0 ? fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no case %s; 'hauspost cases list' shows them", name) : r;
}

static json_t *message_json(const struct stored_message *m)
{
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o}", "id", (json_int_t)m->id, "direction", m->direction,
			 "message_id", cli_json_str(m->message_ident), "from", cli_json_str(m->from_address), "to",
			 cli_json_str(m->to_text), "subject", cli_json_str(m->subject), "automatic", m->automatic, "created_at",
			 (json_int_t)m->created_at, "evidence", cli_json_str(m->evidence), "text", cli_json_str(m->body_text));
}

static void print_conversation(const struct stored_case *c, const struct stored_message *messages, int n)
{
	char when[24];

	printf("%s  %s  " STR_FMT "\n", c->number, c->status, STR_ARG(c->subject));
	printf("opened %s, account %s, type %s", cli_time(c->created_at, when), c->account, c->type);
	if (c->fields.n > 2)
		printf(", fields " STR_FMT, STR_ARG(c->fields));
	putchar('\n');
	for (int i = 0; i < n; i++) {
		const struct stored_message *m = &messages[i];

		printf("\n%s %s  %s " STR_FMT "\n", strcmp(m->direction, "in") == 0 ? "<--" : "-->", cli_time(m->created_at, when),
		       strcmp(m->direction, "in") == 0 ? "from" : "to",
		       STR_ARG(strcmp(m->direction, "in") == 0 ? m->from_address : m->to_text));
		printf("    " STR_FMT "%s%s%s\n", STR_ARG(m->subject), strcmp(m->automatic, "none") ? "  [" : "",
		       strcmp(m->automatic, "none") ? m->automatic : "", strcmp(m->automatic, "none") ? "]" : "");
		if (m->evidence.n)
			printf("    why here: " STR_FMT, STR_ARG(m->evidence));
		printf("\n" STR_FMT "\n", STR_ARG(str_trim(m->body_text)));
	}
}

static int show_case(struct cli *cli, struct db *db, const char *name, struct arena *arena, struct error *err)
{
	struct stored_message *messages;
	struct stored_case c;
	int n = find_case(db, name, arena, &c, err);

	if (n > 0)
		n = message_list(db, c.id, arena, &messages, err);
	if (n < 0)
		return n;
	if (cli->json) {
		json_t *object = case_json(&c), *list = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(list, message_json(&messages[i]));
		json_object_set_new(object, "conversation", list);
		cli_print_json(object);
		return 0;
	}
	print_conversation(&c, messages, n);
	return 0;
}

struct set_status {
	struct work work;
	int64_t case_id;
	const char *status;
	bool resolved;
};

static int run_set_status(struct work *work, struct db *db, struct error *err)
{
	struct set_status *s = (struct set_status *)(void *)work;
	int64_t now = clock_now_ms();
	int r = case_set_status(db, s->case_id, s->status, s->resolved ? now : 0, now, err);

	return r < 0 ? r : event_insert(db, "case.status", s->case_id, 0, STR("{}"), now, err);
}

static int set_status(struct cli *cli, struct db *db, const char *name, const char *status, struct arena *arena, struct error *err)
{
	struct set_status set = {.work = {.run = run_set_status}, .status = status};
	const struct case_status *known;
	const struct case_type *type;
	struct stored_case c;
	int r = find_case(db, name, arena, &c, err);

	if (r < 0)
		return r;
	type = setup_case_type(cli->setup, c.type);
	known = type ? case_status_find(type, status) : NULL;
	if (!known)
		return fail(err, E_INVALID, RETRY_NEVER, "case type %s has no status %s", c.type, status);
	set.case_id = c.id;
	set.resolved = known->resolved;
	r = store_do(cli->store, &set.work, err);
	if (r == 0 && !cli->json)
		printf("%s is now %s\n", c.number, status);
	return r;
}

static int run_cases(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	const char *verb = argc > 1 ? argv[1] : "list";
	struct error err;
	int r;

	if (!((strcmp(verb, "list") == 0 && argc <= 2) || (strcmp(verb, "show") == 0 && argc == 3) ||
	      (strcmp(verb, "status") == 0 && argc == 4)))
		return cli_usage(&cases_command, "cases list, cases show NUMBER, or cases status NUMBER STATUS");
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(verb, "list") == 0	? list_cases(cli, db, arena, &err)
		    : strcmp(verb, "show") == 0 ? show_case(cli, db, argv[2], arena, &err)
						: set_status(cli, db, argv[2], argv[3], arena, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command cases_command = {
	.name = "cases",
	.arguments = "[list | show NUMBER | status NUMBER STATUS]",
	.summary = "List cases, read one, change its status",
	.help = "  show tells of each message why it belongs to the case\n",
	.run = run_cases,
};

/* ---------------------------------------------------------------- ledger */

static json_t *ledger_json(const struct ledger_row *row)
{
	return json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I}", "id", (json_int_t)row->id,
			 "listener", row->listener, "uid", (json_int_t)row->uid, "state", row->state, "outcome", row->outcome, "answer",
			 row->answer, "category", row->category, "reason", row->reason, "tries", (json_int_t)row->tries, "case",
			 (json_int_t)row->case_id, "message", (json_int_t)row->message_id, "message_id",
			 cli_json_str(row->message_ident), "received_at", (json_int_t)row->received_at, "committed_at",
			 (json_int_t)row->committed_at, "acknowledged_at", (json_int_t)row->acknowledged_at, "next_try_at",
			 (json_int_t)row->next_try_at);
}

static void print_ledger_row(const struct ledger_row *row)
{
	char when[24];

	printf("%-8lld %s %-12s uid %-8u %-12s %-11s", (long long)row->id, cli_time(row->received_at, when), row->listener, row->uid,
	       row->state, row->outcome);
	if (row->category[0])
		printf(" %s: %s", row->category, row->reason);
	else if (row->answer[0])
		printf(" answer: %s", row->answer);
	putchar('\n');
}

static int list_ledger(struct cli *cli, struct db *db, const char *state, struct arena *arena, struct error *err)
{
	struct ledger_row *rows;
	int n = ledger_list(db, state, LIST_MAX, arena, &rows, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, ledger_json(&rows[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_ledger_row(&rows[i]);
	if (n == 0)
		puts("no rows");
	return 0;
}

struct retry {
	struct work work;
	int64_t id, n;
};

static int run_retry(struct work *work, struct db *db, struct error *err)
{
	struct retry *retry = (struct retry *)(void *)work;

	retry->n = ledger_retry(db, retry->id, clock_now_ms(), err);
	return retry->n < 0 ? (int)retry->n : 0;
}

static int retry_ledger(struct cli *cli, int64_t id, struct error *err)
{
	struct retry retry = {.work = {.run = run_retry}, .id = id};
	int good, r = store_do(cli->store, &retry.work, err);

	if (r < 0)
		return r;
	if (id && retry.n == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
			    "ledger row %lld is not parked or failed, or its mail is not kept here ('hauspost ledger list' shows)",
			    (long long)id);
	good = intake_retry_due(cli->store, cli->setup, NULL, err);
	if (good < 0)
		return good;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:i}", "tried", (json_int_t)retry.n, "handled", good));
	else
		printf("%lld tried again, %d handled\n", (long long)retry.n, good);
	return 0;
}

static void print_gap(void *ctx, uint32_t uid)
{
	const struct cli *cli = ctx;

	if (!cli->json)
		printf("gap: uid %u is on the server and not in the ledger\n", uid);
}

/* The exit code tells: 0 only without gaps. */
static int verify_ledger(struct cli *cli, const char *id, struct error *err)
{
	struct session *session CLEANUP(session_closep) = NULL;
	struct session_options options = {.store = cli->store, .setup = cli->setup, .listener = setup_listener(cli->setup, id)};
	int64_t on_server = 0, gaps;
	int r;

	if (!options.listener)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no listener %s; 'hauspost list listeners' shows them", id);
	r = session_open(&options, &session, err);
	if (r < 0)
		return r;
	gaps = session_verify(session, print_gap, cli, &on_server, err);
	if (gaps < 0)
		return (int)gaps;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I}", "on_server", (json_int_t)on_server, "gaps", (json_int_t)gaps));
	else
		printf("%lld messages on the server, %lld gaps\n", (long long)on_server, (long long)gaps);
	return gaps ? EXIT_FAILED : EXIT_OK;
}

static int run_ledger(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"state", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	const char *state = NULL, *verb;
	struct error err;
	uint64_t id = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 's')
			return cli_usage(&ledger_command, NULL);
		state = optarg;
	}
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!((strcmp(verb, "list") == 0 && argc <= 1) || (strcmp(verb, "retry") == 0 && argc <= 2) ||
	      (strcmp(verb, "verify") == 0 && argc == 2)))
		return cli_usage(&ledger_command, "ledger list, ledger retry [ROW], or ledger verify LISTENER");
	if (strcmp(verb, "retry") == 0 && argc == 2 && !read_number(&ledger_command, argv[1], &id))
		return EXIT_USAGE;
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(verb, "list") == 0	 ? list_ledger(cli, db, state, arena, &err)
		    : strcmp(verb, "retry") == 0 ? retry_ledger(cli, (int64_t)id, &err)
						 : verify_ledger(cli, argv[1], &err);
	return r < 0 ? cli_fail(cli, &err) : r;
}

const struct command ledger_command = {
	.name = "ledger",
	.arguments = "[list [--state STATE] | retry [ROW] | verify LISTENER]",
	.summary = "What became of each message, and why",
	.help = "  --state STATE    only rows that are received, failed, parked, committed or acknowledged\n"
		"  retry            handles parked mail again (all of it, or one row), from the copy kept in the store\n"
		"  verify           compares the server's messages with the ledger; exit code 0 means no gaps\n",
	.run = run_ledger,
};

/* ---------------------------------------------------------------- outbox */

static json_t *outbox_json(const struct outbox_row *row)
{
	json_t *recipients = json_array();

	for (size_t i = 0; i < row->recipient_count; i++) {
		const struct outbox_recipient *r = &row->recipients[i];

		json_array_append_new(recipients, json_pack("{s:s, s:s, s:I, s:s}", "address", r->address, "state", r->state, "code",
							    (json_int_t)r->code, "reply", r->reply));
	}
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:o}", "id", (json_int_t)row->id, "account",
			 row->account, "kind", row->kind, "state", row->state, "case", (json_int_t)row->case_id, "message",
			 (json_int_t)row->message_id, "tries", (json_int_t)row->tries, "code", (json_int_t)row->code, "reply",
			 row->reply, "next_try_at", (json_int_t)row->next_try_at, "sent_at", (json_int_t)row->sent_at, "recipients",
			 recipients);
}

static int list_outbox(struct cli *cli, struct db *db, const char *state, struct arena *arena, struct error *err)
{
	struct outbox_row *rows;
	int n = outbox_list(db, state, LIST_MAX, arena, &rows, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, outbox_json(&rows[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		const struct outbox_row *row = &rows[i];
		char when[24];

		printf("%-8lld %s %-9s to %s%s", (long long)row->id, cli_time(row->created_at, when), row->state,
		       row->recipient_count ? row->recipients[0].address : "nobody", row->recipient_count > 1 ? " and others" : "");
		if (row->reply[0])
			printf("  %s", row->reply);
		putchar('\n');
	}
	if (n == 0)
		puts("the outbox is empty");
	return 0;
}

struct flush {
	const struct outbox_options *options;
	struct outbox_counts counts;
	struct error first;
};

static void flush_account(void *ctx, const char *account, int64_t due_at)
{
	struct flush *flush = ctx;
	struct error err = {0};

	if (due_at <= clock_now_ms() && outbox_send_account(flush->options, account, &flush->counts, &err) < 0 && !flush->first.code)
		flush->first = err;
}

static int flush_outbox(struct cli *cli, struct db *db, struct error *err)
{
	const struct outbox_options options = {.store = cli->store, .setup = cli->setup, .claim = cli_claim()};
	struct flush flush = {.options = &options};
	int64_t orphans;
	int r = cli_lock(cli, err);

	if (r < 0)
		return r;
	orphans = outbox_recover(&options, err);
	r = orphans < 0 ? (int)orphans : outbox_accounts(db, flush_account, &flush, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I, s:I, s:I}", "sent", (json_int_t)flush.counts.sent, "later",
					 (json_int_t)flush.counts.later, "failed", (json_int_t)flush.counts.failed, "uncertain",
					 (json_int_t)(flush.counts.uncertain + orphans)));
	else
		printf("%lld sent, %lld later, %lld failed, %lld uncertain\n", (long long)flush.counts.sent, (long long)flush.counts.later,
		       (long long)flush.counts.failed, (long long)(flush.counts.uncertain + orphans));
	if (flush.first.code) {
		*err = flush.first;
		return flush.first.code;
	}
	return EXIT_OK;
}

struct requeue {
	struct work work;
	int64_t id;
	int done;
};

static int run_requeue(struct work *work, struct db *db, struct error *err)
{
	struct requeue *requeue = (struct requeue *)(void *)work;

	requeue->done = outbox_requeue(db, requeue->id, clock_now_ms(), err);
	return requeue->done < 0 ? requeue->done : 0;
}

static int requeue_outbox(struct cli *cli, int64_t id, struct error *err)
{
	struct requeue requeue = {.work = {.run = run_requeue}, .id = id};
	int r = store_do(cli->store, &requeue.work, err);

	if (r < 0)
		return r;
	if (!requeue.done)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "outbox row %lld is not failed, uncertain or waiting", (long long)id);
	if (!cli->json)
		printf("row %lld is queued again\n", (long long)id);
	return 0;
}

static int run_outbox(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"state", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	const char *state = NULL, *verb;
	struct error err;
	uint64_t id = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 's')
			return cli_usage(&outbox_command, NULL);
		state = optarg;
	}
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!((strcmp(verb, "list") == 0 && argc <= 1) || (strcmp(verb, "flush") == 0 && argc == 1) ||
	      (strcmp(verb, "requeue") == 0 && argc == 2)))
		return cli_usage(&outbox_command, "outbox list, outbox flush, or outbox requeue ROW");
	if (argc == 2 && !read_number(&outbox_command, argv[1], &id))
		return EXIT_USAGE;
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(verb, "list") == 0	 ? list_outbox(cli, db, state, arena, &err)
		    : strcmp(verb, "flush") == 0 ? flush_outbox(cli, db, &err)
						 : requeue_outbox(cli, (int64_t)id, &err);
	return r < 0 ? cli_fail(cli, &err) : r;
}

const struct command outbox_command = {
	.name = "outbox",
	.arguments = "[list [--state STATE] | flush | requeue ROW]",
	.summary = "What waits to be sent, was sent, or could not be",
	.help = "  --state STATE    only rows that are queued, later, sending, sent, failed or uncertain\n"
		"  flush            sends now what is due ('hauspost serve' does so by itself)\n"
		"  requeue ROW      sends a failed or uncertain message once more: your decision, it may arrive twice\n",
	.run = run_outbox,
};
