/* What mail does to cases: open one, join one, re-open one. Everything here runs in the caller's transaction. */
#ifndef CASES_CASE_WORK_H
#define CASES_CASE_WORK_H

#include "cases/threading.h"
#include "rules/rule.h"
#include "store/cases.h"

struct case_opening {
	const struct case_type *type;
	const struct field_value *values;
	size_t value_count;
	struct str subject;
	int64_t contact_id;
	const char *account;
	int64_t previous_id; /* the case this one follows; 0: none */
	int64_t at;
	bool is_cancelled; /* it is over from the start */
	bool is_ours;      /* by a mail of ours: the contact is to answer */
};

/* Takes the next number of the type's mask and stores the case, with one message counted. */
int case_open(struct db *db, struct arena *arena, const struct case_opening *opening, struct stored_case *ret_case,
              struct error *err) NODISCARD;

/* What a reply finds: the case open, resolved but young enough to be re-opened, or too old. */
enum case_reach { CASE_OPEN, CASE_REOPENS, CASE_TOO_OLD };
enum case_reach case_reach(const struct case_type *type, const struct stored_case *c, int64_t at);

/* Counts one more message, after which it is our turn if a person wrote it; with `reopen` the status becomes the type's
 * reopened status. *c is brought up to date. */
int case_join(struct db *db, const struct case_type *type, struct stored_case *c, bool reopen, bool by_person,
              int64_t at, struct error *err) NODISCARD;

/* The statuses of a type: its own, or open and resolved where it names none. */
const struct case_status *case_statuses(const struct case_type *type, size_t *ret_count);

/* The status with that id, NULL where the type doesn't know it. */
const struct case_status *case_status_find(const struct case_type *type, const char *id);

#endif
