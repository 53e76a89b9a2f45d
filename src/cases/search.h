/* Full-text search over messages and cases (FEATURES CA9).
 *
 *	printer smoke            both words, in any form of capitals and accents ("müller" finds "Mueller", too)
 *	"paper jam"              next to each other
 *	print*                   words that begin so (two letters at least)
 *	toner OR ink -invoice    one of them, and not that one
 *	from:ann subject:"paper jam" to:support case:SUP-00017
 *
 * Every text is a query: what isn't understood is taken as words. */
#ifndef CASES_SEARCH_H
#define CASES_SEARCH_H

#include "base/arena.h"
#include "store/pages.h"

#define SEARCH_QUERY_MAX 1000 /* bytes that are looked at */
#define SEARCH_BEST      500  /* of the newest that fit, so many are ranked */

struct search_piece {
	struct str text;
	bool is_hit;
};

struct search_result {
	bool is_case; /* the case itself: its fields, its contact; else a message */
	int64_t id;   /* of the message or the case */
	int64_t score;
	int64_t case_id;                                             /* 0: none */
	const char *case_number, *case_status, *account, *direction; /* direction "" of a case */
	struct str subject, from_address, from_name;
	int64_t at;                                   /* Unix ms */
	struct search_piece *subject_pieces, *pieces; /* the text around the first hit, in order */
	size_t subject_piece_count, piece_count;
};

/* The best first, then the newest, from *offset on (0: the first page), which becomes the next page's; 0: there is
 * none. Returns their number, up to `max`. */
int search_run(struct db *db, struct str query, const struct page_accounts *accounts, size_t *offset, size_t max,
               struct arena *arena, struct search_result **ret_results, struct error *err) NODISCARD;

/* Ids of cases whose number, subject, fields or contact fit, the newest first. Returns their number. */
int search_cases(struct db *db, struct str query, const struct page_accounts *accounts, size_t max, struct arena *arena,
                 int64_t **ret_ids, struct error *err) NODISCARD;

#endif
