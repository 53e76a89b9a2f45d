/* See ledger_held.h. */
#include "cli/ledger_held.h"

#include "base/clock.h"
#include "intake/intake.h"
#include "store/cases.h"
#include "store/held.h"
#include "store/ledger.h"

#include <stdio.h>

struct decision {
	struct work work;
	int64_t id, message_id;
	bool release, tell_server;
	int found; /* out */
};

static int run_decision(struct work *work, struct db *db, struct error *err)
{
	struct decision *d = (struct decision *)(void *)work;
	int64_t now = clock_now_ms();
	char data[48];

	d->found = d->release ? held_release(db, d->id, now, err) : held_discard(db, d->id, d->tell_server, now, err);
	if (d->found <= 0)
		return d->found;
	snprintf(data, sizeof data, "{\"ledger\":%lld}", (long long)d->id);
	return event_add(db,
	                 &(struct new_event){.kind = d->release ? "message.released" : "message.discarded",
	                                     .author = cli_author(),
	                                     .message_id = d->message_id,
	                                     .data = str_of(data),
	                                     .at = now},
	                 err);
}

/* What became of it after all. */
static int print_outcome(const struct cli *cli, struct db *db, int64_t id, struct arena *arena, struct error *err)
{
	struct stored_case c = {.number = ""};
	struct ledger_row row;
	int r = ledger_get(db, id, arena, &row, err);

	if (r > 0 && row.case_id)
		r = case_get(db, row.case_id, arena, &c, err);
	if (r < 0)
		return r;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:s, s:s, s:s, s:s}", "ledger", (json_int_t)id, "state", row.state,
		                         "outcome", row.outcome, "case", c.number, "reason", row.reason));
	else if (*row.category && !*row.outcome)
		printf("%lld: %s: %s: %s\n", (long long)id, row.state, row.category, row.reason);
	else
		printf("%lld: %s%s%s\n", (long long)id, row.outcome, *c.number ? " " : "", c.number);
	return 0;
}

int ledger_decide(struct cli *cli, struct db *db, int64_t id, bool release, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct decision d = {.work = {.run = run_decision}, .id = id, .release = release};
	const struct listener *listener;
	struct ledger_row row;
	int r = ledger_get(db, id, arena, &row, err);

	if (r < 0)
		return r;
	if (r > 0) {
		listener = setup_listener(cli->setup, row.listener);
		d.message_id = row.message_id;
		d.tell_server = row.folder_id && listener && listener->after != AFTER_LEAVE;
		r = store_do(cli->store, &d.work, err);
	}
	if (r == 0 && d.found == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER,
		            "ledger row %lld is not held; 'hauspost ledger list held' shows those that are",
		            (long long)id);
	if (r == 0 && release)
		r = intake_retry_due(cli->store, cli->setup, NULL, err);
	return r < 0 ? r : print_outcome(cli, db, id, arena, err);
}
