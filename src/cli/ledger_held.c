/* See ledger_held.h. */
#include "cli/ledger_held.h"

#include "intake/set_aside.h"
#include "store/cases.h"
#include "store/ledger.h"

#include <stdio.h>

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
	int r = set_aside_decide(cli->store, cli->setup, db, id, release ? DECIDE_RELEASE : DECIDE_DISCARD,
	                         cli_author(), err);

	return r < 0 ? r : print_outcome(cli, db, id, arena, err);
}
