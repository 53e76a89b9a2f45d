/* `hauspost ledger release` and `discard`: a person decides about held mail. */
#ifndef CLI_LEDGER_HELD_H
#define CLI_LEDGER_HELD_H

#include "cli/cli.h"

/* E_NOT_FOUND where the row isn't held. `release`: it is handled at once, as if its sender had been verified. */
int ledger_decide(struct cli *cli, struct db *db, int64_t id, bool release, struct error *err) NODISCARD;

#endif
