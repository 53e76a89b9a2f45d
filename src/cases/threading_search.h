/* Looks for everything that may tell a mail's case. Private to src/cases. */
#ifndef CASES_THREADING_SEARCH_H
#define CASES_THREADING_SEARCH_H

#include "cases/threading.h"

struct search {
	struct db *db;
	struct arena *arena;
	const struct setup *setup;
	const struct message *message;
	struct str body;
	struct threading *threading;             /* what is found goes here, in the order of the ranks */
	struct str tokens[THREADING_MAX_TOKENS]; /* looked up already */
	size_t token_count;
};

int threading_search(struct search *search, struct error *err) NODISCARD;

#endif
