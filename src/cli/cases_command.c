/* hauspost cases: what became of mail, case by case. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cases/case_work.h"
#include "store/messages.h"

#include <stdio.h>

#define LIST_MAX 1000

static json_t *case_json(const struct stored_case *c)
{
	json_t *fields = json_loadb(c->fields.p, c->fields.n, 0, NULL);

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "id", (json_int_t)c->id, "type", c->type,
	                 "number", c->number, "status", c->status, "subject", cli_json_str(c->subject), "previous",
	                 (json_int_t)c->previous_id, "created_at", (json_int_t)c->created_at, "updated_at",
	                 (json_int_t)c->updated_at, "messages", (json_int_t)c->message_count, "fields",
	                 fields ? fields : json_object());
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

		printf("%-16s %-10s %s  %2lld  " STR_FMT "\n", list[i].number, list[i].status,
		       cli_time(list[i].updated_at, when), (long long)list[i].message_count, STR_ARG(list[i].subject));
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
	return r == 0 ? fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no case %s; 'hauspost cases list' shows them",
	                     name)
	              : r;
}

static json_t *message_json(const struct stored_message *m)
{
	return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o}", "id", (json_int_t)m->id, "direction",
	                 m->direction, "message_id", cli_json_str(m->message_ident), "from",
	                 cli_json_str(m->from_address), "to", cli_json_str(m->to_text), "subject",
	                 cli_json_str(m->subject), "automatic", m->automatic, "created_at", (json_int_t)m->created_at,
	                 "evidence", cli_json_str(m->evidence), "text", cli_json_str(m->body_text));
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

		printf("\n%s %s  %s " STR_FMT "\n", strcmp(m->direction, "in") == 0 ? "<--" : "-->",
		       cli_time(m->created_at, when), strcmp(m->direction, "in") == 0 ? "from" : "to",
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
		r = strcmp(verb, "list") == 0   ? list_cases(cli, db, arena, &err)
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
