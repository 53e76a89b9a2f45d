/* Lists page by page, for the API: filtered, in a fixed order, each page from behind the last one's last item (never
 * by counting off). Only what belongs to the accounts named. */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "base/arena.h"
#include "store/breakers.h"
#include "store/cases.h"
#include "store/ledger.h"
#include "store/outbox.h"
#include "store/suppressions.h"

#define PAGES_ACCOUNTS_MAX 1000 /* asked for one by one */

/* Whose; all: everybody's, `names` isn't looked at. */
struct page_accounts {
	bool all;
	const char *const *names;
	size_t count;
};

bool page_accounts_have(const struct page_accounts *accounts, const char *account);

enum case_order { CASES_BY_UPDATED, CASES_BY_CREATED /* in the order in which they were opened */ };

/* What isn't asked for is NULL or 0. */
struct case_filter {
	struct page_accounts accounts;
	const char *status, *type, *account;
	const char *waits_for; /* of those that aren't resolved */
	bool only_open, only_resolved;
	struct str contact_address; /* has a part in it; in any case. Of the newest CASE_IDS_MAX */
	int64_t updated_since;
	const int64_t *ids; /* only these; at most CASE_IDS_MAX */
	size_t id_count;
	enum case_order order;
	/* The last item of the page before; after_id 0: the first page. */
	int64_t after_at, after_id;
};

#define CASE_IDS_MAX 1000

/* A case with its contact. */
struct listed_case {
	struct stored_case c;
	struct str contact_address, contact_name; /* empty: none */
};

/* Newest first, up to `max`. Returns their number. */
int case_page(struct db *db, const struct case_filter *filter, size_t max, struct arena *arena,
              struct listed_case **ret_cases, struct error *err) NODISCARD;

/* How many that aren't resolved wait for us and for the contact, up to `max` each; one question to the store. */
struct case_waiting {
	int64_t for_us, for_contact;
};
int case_count_waiting(struct db *db, const struct page_accounts *accounts, int64_t max, struct case_waiting *ret,
                       struct error *err) NODISCARD;

/* One with its contact, by number or id: 1 found, 0 none. */
int case_find(struct db *db, struct str name, struct arena *arena, struct listed_case *ret_case,
              struct error *err) NODISCARD;

struct row_filter {
	struct page_accounts accounts;
	const char *account, *kind, *listener, *answer_code, *category;
	/* One, or a word for several: "waiting" (queued, later), "undelivered" (failed, bounced, suppressed), "done"
	 * (committed, acknowledged). */
	const char *state;
	int64_t case_id, message_id;
	int64_t after_id; /* 0: the first page */
};

/* Newest first, with recipients. Of the filter: account, state, kind, case_id, message_id. */
int outbox_page(struct db *db, const struct row_filter *filter, size_t max, struct arena *arena,
                struct outbox_row **ret_rows, struct error *err) NODISCARD;

/* Newest first. Of the filter: listener, state, answer_code, category, case_id, message_id; accounts' names are those
 * of listeners here. */
int ledger_page(struct db *db, const struct row_filter *filter, size_t max, struct arena *arena,
                struct ledger_row **ret_rows, struct error *err) NODISCARD;

#endif
