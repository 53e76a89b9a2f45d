/* An office with one account that sends to scripted SMTP servers, for tests of the outbox. */
#ifndef SEND_TEST_OFFICE_H
#define SEND_TEST_OFFICE_H

#include "send/outbox_runner.h"

struct dialogue_set;

/* Where send_with() finds its servers; the test's. */
extern struct dialogue_set *office_dialogues;

struct office {
	struct store *store;
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
	struct outbox_counts counts;
	int64_t next_id;
	const char *limits; /* of the account's provider, YAML; NULL: none */
	bool reads;         /* the account has a mailbox: copies are filed there */
};

void open_office(struct office *o, struct store *store);
void close_office(struct office *o);

/* The set-up with the account's server there. */
void set_port(struct office *o, int port);

/* A message in the outbox, to ann and (where given) to one more; returns the row's id. */
int64_t queue(struct office *o, const char *second);

int send_all(struct office *o);
/* Sends with that dialogue's server. */
int send_with(struct office *o, const char *dialogue);
struct outbox_row row_of(struct office *o, int64_t id);
void run_sql(struct office *o, const char *sql, int64_t id);
int64_t number(struct office *o, const char *sql);

#endif
