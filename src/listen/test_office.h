/* For tests of sessions: a mailbox "box" on a scripted server (net/dialogue/dialogue.h), a rule "all" that opens cases,
 * and whatever listeners a test wants. */
#ifndef LISTEN_TEST_OFFICE_H
#define LISTEN_TEST_OFFICE_H

#include "setup/setup.h"
#include "store/folders.h"
#include "store/store.h"

struct test_office {
	struct store *store;
	struct db *db;
	struct setup *setup; /* NULL before test_office_apply() */
	struct arena *arena;
	struct error err;
};

/* With a folder of the box that was read up to UID 3, under UIDVALIDITY 7. */
void test_office_open(struct test_office *o, struct store *store, const char *folder, struct folder *ret_folder);
void test_office_close(struct test_office *o);

/* The set-up with these listeners (as YAML within braces), the server at this port of this machine. */
void test_office_apply(struct test_office *o, const char *listeners, int port);

#endif
