/* The ledger row of the message that is being handled: found, written, ended. All within the unit's transaction. */
#ifndef INTAKE_ROW_H
#define INTAKE_ROW_H

#include "intake/item.h"

/* The folder's position moves past the message. */
int item_advance(struct item *item, struct db *db, struct error *err) NODISCARD;

/* What is stored before the row itself may name it. */
int item_take_row_id(struct item *item, struct db *db, struct error *err) NODISCARD;

int item_write_row(struct item *item, struct db *db, struct error *err) NODISCARD;

/* The end of everything that went well. */
int item_finish(struct item *item, struct db *db, const char *outcome, struct error *err) NODISCARD;

/* Takes up the row that there may be already; `passed_over` where nothing is left to be done. */
int item_look_up(struct item *item, struct db *db, struct error *err) NODISCARD;

/* 1: its content was handled before, and so it is finished. */
int item_recognise(struct item *item, struct db *db, struct error *err) NODISCARD;

/* item_set_aside() as "parked". */
int item_park(struct item *item, struct db *db, const char *category, const char *reason, struct error *err) NODISCARD;

#endif
