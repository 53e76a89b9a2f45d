/* A search as people write it, understood (private to this folder). */
#ifndef CASES_SEARCH_QUERY_H
#define CASES_SEARCH_QUERY_H

#include "store/search.h"

#define SEARCH_TERMS_MAX 32

/* Never fails; without a word to look for there are no groups. case: looks numbers up, which may fail as the store
 * does. Everything lives in the arena. */
int search_query_read(struct db *db, struct str text, struct arena *arena, const struct search_group **ret_groups,
                      size_t *ret_count, struct error *err) NODISCARD;

#endif
