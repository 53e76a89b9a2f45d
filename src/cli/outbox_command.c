/* hauspost outbox: what waits to be sent, was sent, or could not be. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/delivery.h"
#include "cli/text.h"
#include "listen/sent_folder.h"
#include "send/outbox_runner.h"
#include "store/automatic_mail.h"
#include "store/outbox_cancel.h"
#include "store/sent_copies.h"

#include <getopt.h>
#include <stdio.h>

static const char *const states[] = {"queued",    "later",   "sending",    "sent",      "failed",
                                     "uncertain", "bounced", "suppressed", "cancelled", NULL};

/* It would go out, but automatic mail is switched off. */
static bool is_stopped(const struct outbox_row *row, bool automatic_mail_on)
{
	return !automatic_mail_on && strcmp(row->kind, "answer") == 0 &&
	       (strcmp(row->state, "queued") == 0 || strcmp(row->state, "later") == 0);
}

static json_t *outbox_json(const struct outbox_row *row, bool automatic_mail_on)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:o}", "id", (json_int_t)row->id,
	                 "account", row->account, "kind", row->kind, "state", row->state, "waits_for",
	                 is_stopped(row, automatic_mail_on) ? "automatic-mail" : "", "case", (json_int_t)row->case_id,
	                 "message", (json_int_t)row->message_id, "tries", (json_int_t)row->tries, "code",
	                 (json_int_t)row->code, "reply", row->reply, "next_try_at", (json_int_t)row->next_try_at,
	                 "sent_at", (json_int_t)row->sent_at, "recipients", delivery_json(row));
}

static void print_outbox_row(const struct outbox_row *row, bool automatic_mail_on)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char when[24];

	buf_printf(&line, "%-6lld %s  ", (long long)row->id, cli_time(row->created_at, when));
	line_column(&line, str_of(row->account), 12);
	buf_printf(&line, "%-9s to %s%s", row->state, row->recipient_count ? row->recipients[0].address : "nobody",
	           row->recipient_count > 1 ? " and others" : "");
	if (is_stopped(row, automatic_mail_on))
		buf_add(&line, STR("  waits: automatic mail is off"));
	if (row->reply[0] && strcmp(row->state, "suppressed") != 0 && strcmp(row->state, "cancelled") != 0)
		buf_printf(&line, "  %s", row->reply);
	line_put(&line);
	if (strcmp(row->state, "queued") != 0 && strcmp(row->state, "sending") != 0)
		print_delivery(row, "           ");
}

/* ---------------------------------------------------------------- the copy in the Sent folder */

static json_t *with_copy(struct db *db, json_t *row, int64_t id, struct arena *arena)
{
	struct sent_copy copy;
	struct error err;

	if (sent_copy_get(db, id, arena, &copy, &err) > 0)
		json_object_set_new(row, "sent_copy",
		                    json_pack("{s:s, s:I, s:s}", "state", copy.state, "tries", (json_int_t)copy.tries,
		                              "reason", copy.reason));
	return row;
}

/* Only where it isn't as it should be. */
static void print_copy(struct db *db, int64_t id, struct arena *arena)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct sent_copy copy;
	struct error err;

	if (sent_copy_get(db, id, arena, &copy, &err) <= 0 || strcmp(copy.state, "done") == 0 || !copy.tries)
		return;
	buf_printf(&line, "      copy in the Sent folder: %s, %lld tries: %s",
	           strcmp(copy.state, "failed") == 0 ? "given up" : "waits", (long long)copy.tries, copy.reason);
	line_put(&line);
}

static int list_outbox(struct cli *cli, struct db *db, const char *state, size_t limit, struct arena *arena,
                       struct error *err)
{
	struct outbox_row *rows;
	bool is_on;
	int n = automatic_mail_is_on(db, &is_on, err);

	if (n == 0)
		n = outbox_list(db, state, limit, arena, &rows, err);
	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, with_copy(db, outbox_json(&rows[i], is_on), rows[i].id, arena));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		print_outbox_row(&rows[i], is_on);
		print_copy(db, rows[i].id, arena);
	}
	if (n == 0)
		puts(state ? "no rows in this state" : "the outbox is empty");
	cli_say_more(n, limit);
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

	if (due_at <= clock_now_ms() && outbox_send_account(flush->options, account, &flush->counts, &err) < 0 &&
	    !flush->first.code)
		flush->first = err;
}

static void file_copies(void *ctx, const char *account, int64_t due_at)
{
	struct flush *flush = ctx;
	const struct sent_folder_options options = {.store = flush->options->store, .setup = flush->options->setup};
	struct error err = {0};

	if (due_at <= clock_now_ms() && sent_folder_file(&options, account, &err) < 0 && !flush->first.code)
		flush->first = err;
}

static int flush_outbox(struct cli *cli, struct db *db, struct error *err)
{
	const struct outbox_options options = {.store = cli->store, .setup = cli->setup, .claim = cli_claim()};
	struct flush flush = {.options = &options};
	int64_t orphans, uncertain;
	int r = cli_lock(cli, err);

	if (r < 0)
		return r;
	orphans = outbox_recover(&options, err);
	cli_follow_events(cli);
	r = orphans < 0 ? (int)orphans : outbox_accounts(db, flush_account, &flush, err);
	if (r >= 0)
		r = sent_copies_accounts(db, file_copies, &flush, err);
	cli_follow_events(cli);
	if (r < 0)
		return r;
	uncertain = flush.counts.uncertain + orphans;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I, s:I, s:I, s:I}", "sent", (json_int_t)flush.counts.sent, "later",
		                         (json_int_t)flush.counts.later, "failed", (json_int_t)flush.counts.failed,
		                         "uncertain", (json_int_t)uncertain, "suppressed",
		                         (json_int_t)flush.counts.suppressed));
	else
		printf("%lld sent, %lld later, %lld failed, %lld uncertain, %lld suppressed\n",
		       (long long)flush.counts.sent, (long long)flush.counts.later, (long long)flush.counts.failed,
		       (long long)uncertain, (long long)flush.counts.suppressed);
	if (flush.first.code) {
		*err = flush.first;
		return flush.first.code;
	}
	return EXIT_OK;
}

/* ---------------------------------------------------------------- a person decides */

struct requeue {
	struct work work;
	int64_t id;
	int done;
};

/* Nobody would send it. */
static int check_account(struct cli *cli, struct db *db, int64_t id, struct arena *arena, struct error *err)
{
	struct outbox_row row;
	int r = outbox_get(db, id, arena, &row, err);

	if (r > 0 && !setup_account(cli->setup, row.account))
		return fail(err, E_CONFLICT, RETRY_NEVER,
		            "outbox row %lld is of account %s, which was deleted: create that again first",
		            (long long)id, row.account);
	return MIN(r, 0);
}

static int run_requeue(struct work *work, struct db *db, struct error *err)
{
	struct requeue *requeue = (struct requeue *)(void *)work;

	requeue->done = outbox_requeue(db, requeue->id, clock_now_ms(), err);
	return requeue->done < 0 ? requeue->done : 0;
}

static int requeue_outbox(struct cli *cli, struct db *db, int64_t id, struct arena *arena, struct error *err)
{
	struct requeue requeue = {.work = {.run = run_requeue}, .id = id};
	int r = check_account(cli, db, id, arena, err);

	if (r == 0)
		r = store_do(cli->store, &requeue.work, err);
	if (r < 0)
		return r;
	if (!requeue.done)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "outbox row %lld is not failed, bounced, suppressed, uncertain or waiting "
		            "('hauspost "
		            "outbox list' shows)",
		            (long long)id);
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", "queued"));
	else
		printf("row %lld is queued again\n", (long long)id);
	return 0;
}

static int run_cancel(struct work *work, struct db *db, struct error *err)
{
	struct requeue *cancel = (struct requeue *)(void *)work;

	cancel->done = outbox_cancel(db, cancel->id, "cancelled", cli_author(), clock_now_ms(), err);
	return cancel->done < 0 ? cancel->done : 0;
}

static int cancel_outbox(struct cli *cli, int64_t id, struct error *err)
{
	struct requeue cancel = {.work = {.run = run_cancel}, .id = id};
	int r = store_do(cli->store, &cancel.work, err);

	if (r < 0)
		return r;
	if (!cancel.done)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "outbox row %lld doesn't wait to be sent ('hauspost outbox list' shows)", (long long)id);
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", "cancelled"));
	else
		printf("row %lld is cancelled\n", (long long)id);
	return 0;
}

/* ---------------------------------------------------------------- the command */

static int run_verb(struct cli *cli, struct db *db, const char *verb, int64_t id, struct arena *arena,
                    struct error *err)
{
	if (strcmp(verb, "flush") == 0)
		return flush_outbox(cli, db, err);
	return strcmp(verb, "cancel") == 0 ? cancel_outbox(cli, id, err) : requeue_outbox(cli, db, id, arena, err);
}

static bool is_row_verb(const char *verb)
{
	return strcmp(verb, "requeue") == 0 || strcmp(verb, "cancel") == 0;
}

static int run_outbox(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"state", required_argument, NULL, 's'}, {"limit", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	const char *state = NULL, *verb;
	struct error err;
	size_t limit = CLI_LIMIT;
	uint64_t id = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c != 's' && c != 'n')
			return cli_wrong_option(cli, &outbox_command, c, argv);
		if (c == 'n' && !cli_limit(cli, &outbox_command, optarg, &limit))
			return EXIT_USAGE;
		if (c == 's' && !cli_one_of(cli, &outbox_command, "state", optarg, states))
			return EXIT_USAGE;
		state = c == 's' ? optarg : state;
	}
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!((strcmp(verb, "list") == 0 && argc <= 1) || (strcmp(verb, "flush") == 0 && argc == 1) ||
	      (is_row_verb(verb) && argc == 2)))
		return cli_usage(cli, &outbox_command,
		                 "outbox list, outbox flush, outbox requeue ROW, or outbox cancel ROW");
	if (argc == 2 && !cli_number(cli, &outbox_command, argv[1], &id))
		return EXIT_USAGE;
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(verb, "list") == 0 ? list_outbox(cli, db, state, limit, arena, &err)
		                              : run_verb(cli, db, verb, (int64_t)id, arena, &err);
	return r < 0 ? cli_fail(cli, &err) : r;
}

const struct command outbox_command = {
        .name = "outbox",
        .arguments = "[list [--state STATE] [--limit N] | flush | requeue ROW | cancel ROW]",
        .summary = "What waits to be sent, was sent, or could not be",
        .help = "  --state STATE    only rows that are queued, later, sending, sent, failed, uncertain, bounced,\n"
                "                   suppressed or cancelled\n"
                "  -n, --limit N    at most so many, the newest (1000)\n"
                "  flush            sends now what is due ('hauspost serve' does so by itself)\n"
                "  cancel ROW       a message that waits is not sent\n"
                "  requeue ROW      sends a failed, bounced, suppressed or uncertain message once more to "
                "those\n"
                "                   who don't have it: your decision, it may arrive twice; ends suppressions that\n"
                "                   came of bounces\n",
        .run = run_outbox,
};
