/* The inside of struct setup, for the files that build one. Private to src/setup. */
#ifndef SETUP_SNAPSHOT_H
#define SETUP_SNAPSHOT_H

#include "base/map.h"
#include "setup/setup.h"

#define SETUP_TYPE_COUNT 14

struct setup {
	struct arena *arena;
	int64_t revision;
	struct users_index *users; /* users.h */
	struct setup_kind {
		const struct record_type *type;
		struct map *by_id;    /* index into records, plus 1 */
		const void **records; /* by id, once sorted */
		size_t count, size;
	} kinds[SETUP_TYPE_COUNT];
};

struct setup *setup_new(void); /* empty */

struct setup_kind *setup_kind(const struct setup *setup, const struct record_type *type);

/* Puts a record of the snapshot's arena in, in the place of the one with its id; the old one's secrets are wiped. */
void setup_put(struct setup *setup, const struct record_type *type, void *record);

/* What must hold between records: references exist, folders have one listener, number masks differ, mappings fit
 * case types, keystores open, accounts can do what listeners need. */
int setup_check(const struct setup *setup, struct error *err) NODISCARD;

#endif
