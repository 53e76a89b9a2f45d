/* hauspost cases: what became of mail, case by case. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cases/case_work.h"
#include "cli/delivery.h"
#include "cli/text.h"
#include "store/messages.h"
#include "store/outbox_reports.h"

#include <getopt.h>
#include <stdio.h>

static json_t *case_json(const struct stored_case *c)
{
	json_t *fields = json_loadb(c->fields.p, c->fields.n, 0, NULL);

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "id", (json_int_t)c->id, "type", c->type,
	                 "number", c->number, "status", c->status, "subject", cli_json_str(c->subject), "previous",
	                 (json_int_t)c->previous_id, "created_at", (json_int_t)c->created_at, "updated_at",
	                 (json_int_t)c->updated_at, "messages", (json_int_t)c->message_count, "fields",
	                 fields ? fields : json_object());
}

static void print_case(const struct stored_case *c)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	char when[24];

	line_column(&line, str_of(c->number), 15);
	line_column(&line, str_of(c->status), 10);
	buf_printf(&line, "%s  %3lld  ", cli_time(c->updated_at, when), (long long)c->message_count);
	line_column(&line, c->subject, 0);
	line_put(&line);
}

static int list_cases(struct cli *cli, struct db *db, size_t limit, struct arena *arena, struct error *err)
{
	struct stored_case *list;
	int n = case_list(db, 0, limit, arena, &list, err);

	if (n < 0)
		return n;
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, case_json(&list[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_case(&list[i]);
	if (n == 0)
		puts("no cases");
	cli_say_more(n, limit);
	return 0;
}

/* By number, or by id. */
static int find_case(struct db *db, const char *name, struct arena *arena, struct stored_case *ret, struct error *err)
{
	uint64_t id;
	int r = case_find_number(db, str_of(name), arena, ret, err);

	if (r == 0 && str_to_uint(str_of(name), INT64_MAX, &id))
		r = case_get(db, (int64_t)id, arena, ret, err);
	return r == 0 ? fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no case %s; 'hauspost cases list' shows them",
	                     name)
	              : r;
}

/* A message of a case; of one of ours what became of it (id 0: it isn't in the outbox). */
struct shown {
	struct stored_message message;
	struct outbox_row row;
};

static json_t *message_json(const struct shown *shown)
{
	const struct stored_message *m = &shown->message;
	json_t *object = json_pack(
	        "{s:I, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o}", "id", (json_int_t)m->id, "direction",
	        m->direction, "message_id", cli_json_str(m->message_ident), "from", cli_json_str(m->from_address), "to",
	        cli_json_str(m->to_text), "subject", cli_json_str(m->subject), "automatic", m->automatic, "created_at",
	        (json_int_t)m->created_at, "evidence", cli_json_str(m->evidence), "text", cli_json_str(m->body_text));

	if (shown->row.id)
		json_object_set_new(object, "delivery", delivery_json(&shown->row));
	return object;
}

/* One finding a line; the first won. */
static void print_evidence(struct str evidence, struct buf *line)
{
	struct str rest = str_trim(evidence), finding;

	for (const char *before = "    why here: "; str_split(&rest, '\n', &finding); before = "              ") {
		buf_add_cstr(line, before);
		line_column(line, finding, 0);
		line_put(line);
	}
}

static void print_message(const struct shown *shown)
{
	const struct stored_message *m = &shown->message;
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(64));
	bool in = strcmp(m->direction, "in") == 0;
	char when[24];

	buf_printf(&line, "%s %s  %s ", in ? "<--" : "-->", cli_time(m->created_at, when), in ? "from" : "to");
	line_column(&line, in ? m->from_address : m->to_text, 0);
	buf_printf(&line, "  [message %lld]", (long long)m->id);
	putchar('\n');
	line_put(&line);
	buf_add(&line, STR("    "));
	line_column(&line, m->subject, 0);
	if (strcmp(m->automatic, "none") != 0)
		buf_printf(&line, "  [%s]", m->automatic);
	line_put(&line);
	if (m->evidence.n)
		print_evidence(m->evidence, &line);
	print_delivery(&shown->row, "    delivery: ");
	putchar('\n');
	lines_put(str_trim(m->body_text));
	putchar('\n');
}

static void print_conversation(const struct stored_case *c, const struct shown *messages, int n)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(256));
	char when[24];

	buf_printf(&line, "%s  %s  ", c->number, c->status);
	line_column(&line, c->subject, 0);
	line_put(&line);
	buf_printf(&line, "opened %s, account %s, type %s", cli_time(c->created_at, when), c->account, c->type);
	if (c->fields.n > 2) {
		buf_add(&line, STR(", fields "));
		line_column(&line, c->fields, 0);
	}
	line_put(&line);
	for (int i = 0; i < n; i++)
		print_message(&messages[i]);
}

/* The messages of the case, and what became of ours. */
static int load_conversation(struct db *db, int64_t case_id, struct arena *arena, struct shown **ret_shown,
                             struct error *err)
{
	struct stored_message *messages;
	struct shown *shown;
	int n = message_list(db, case_id, arena, &messages, err), r = 0;

	if (n < 0)
		return n;
	shown = ARENA_ARRAY(arena, struct shown, (size_t)n);
	for (int i = 0; i < n && r >= 0; i++) {
		shown[i].message = messages[i];
		if (strcmp(messages[i].direction, "out") == 0)
			r = outbox_of_message(db, messages[i].id, arena, &shown[i].row, err);
	}
	if (r < 0)
		return r;
	*ret_shown = shown;
	return n;
}

static int show_case(struct cli *cli, struct db *db, const char *name, struct arena *arena, struct error *err)
{
	struct shown *messages;
	struct stored_case c;
	int n = find_case(db, name, arena, &c, err);

	if (n > 0)
		n = load_conversation(db, c.id, arena, &messages, err);
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

static int refuse_status(const char *type_id, const struct case_type *type, const char *status, struct error *err)
{
	struct buf known CLEANUP(buf_done) = BUF_INIT(KIB(1));
	size_t n = 0;
	const struct case_status *all = type ? case_statuses(type, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		buf_printf(&known, "%s%s", i ? ", " : ": it has ", all[i].id);
	return fail(err, E_INVALID, RETRY_NEVER, "case type %s has no status %.64s%s", type_id, status,
	            buf_cstr(&known));
}

static int set_status(struct cli *cli, struct db *db, const char *name, const char *status, struct arena *arena,
                      struct error *err)
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
		return refuse_status(c.type, type, status, err);
	set.case_id = c.id;
	set.resolved = known->resolved;
	r = store_do(cli->store, &set.work, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "number", c.number, "status", status));
	else
		printf("%s is now %s\n", c.number, status);
	return 0;
}

static int do_cases(struct cli *cli, int argc, char **argv, size_t limit, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_load(cli, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (r < 0)
		return r;
	if (argc == 0 || strcmp(argv[0], "list") == 0)
		return list_cases(cli, db, limit, arena, err);
	if (strcmp(argv[0], "show") == 0)
		return show_case(cli, db, argv[1], arena, err);
	return set_status(cli, db, argv[1], argv[2], arena, err);
}

static int run_cases(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	size_t limit = CLI_LIMIT;
	const char *verb;
	struct error err;
	int c;

	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c != 'n')
			return cli_wrong_option(cli, &cases_command, c, argv);
		if (!cli_limit(cli, &cases_command, optarg, &limit))
			return EXIT_USAGE;
	}
	argc -= optind;
	argv += optind;
	verb = argc ? argv[0] : "list";
	if (!((strcmp(verb, "list") == 0 && argc <= 1) || (strcmp(verb, "show") == 0 && argc == 2) ||
	      (strcmp(verb, "status") == 0 && argc == 3)))
		return cli_usage(cli, &cases_command, "cases list, cases show NUMBER, or cases status NUMBER STATUS");
	return do_cases(cli, argc, argv, limit, &err) < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command cases_command = {
        .name = "cases",
        .arguments = "[list [--limit N] | show NUMBER | status NUMBER STATUS]",
        .summary = "List cases, read one, change its status",
        .help = "  list      the newest first: number, status, last change (UTC), messages, subject\n"
                "  show      the conversation; tells of each message why it belongs to the case, and of ours\n"
                "            who didn't get it\n"
                "  status    sets a status of the case's type\n"
                "  -n, --limit N  at most so many (1000)\n",
        .run = run_cases,
};
