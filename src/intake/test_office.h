/* What the intake's tests share: a store with a set-up, mail for it, runs as a session makes them. */
#ifndef INTAKE_TEST_OFFICE_H
#define INTAKE_TEST_OFFICE_H

#include "intake/intake.h"
#include "store/ledger.h"
#include "store/test_store.h"

struct office {
	struct store *store;
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
	char outcome[32], number[64];
	int64_t folder_id;
};

void open_office(struct office *o, struct store *store);

/* With another set-up; it must have a listener `inbox`. */
void open_office_with(struct office *o, struct store *store, const char *set_up_yaml);

void close_office(struct office *o);

/* A mail from `from` (a local part at example.org). */
struct str mail(struct office *o, const char *from, const char *id, const char *subject, const char *more,
                const char *body);

int take_in(struct office *o, struct str raw);
int take_in_at(struct office *o, const char *listener, struct str raw);
void must_become(struct office *o, struct str raw, const char *outcome);

int64_t count(struct office *o, const char *sql);
struct ledger_row newest_row(struct office *o);

/* Runs of the listener `inbox`. */
struct intake_run *begin_run(struct office *o, uint32_t uidvalidity, bool careful);
struct intake_run *begin_run_again(struct office *o, uint32_t uidvalidity); /* for what could not be had before */
void submit(struct office *o, struct intake_run *run, uint32_t uid, struct str raw);
void submit_without_mail(struct office *o, struct intake_run *run, uint32_t uid, enum incoming_kind kind);
void end_run(struct office *o, struct intake_run *run);

#endif
