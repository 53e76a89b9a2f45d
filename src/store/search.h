/* The full-text index, as stored: a document for each message and each case, under its id. Texts are folded words
 * (mime/fold.h) with a space between them; cases/search.h makes them, and what is looked for. On SQLite it is an FTS5
 * table that keeps no texts, on PostgreSQL a tsvector with our own positions: both find the same. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

#define SEARCH_TEXT_MAX KIB(100) /* of a document's text: a tsvector takes 1 MiB */

struct search_doc {
	int64_t id, case_id; /* case_id 0: none */
	const char *account;
	bool is_case;
	struct str subject, sender, recipients, body; /* folded */
};

/* Writes a document; nothing where there is one under its id already. */
int search_put(struct db *db, const struct search_doc *doc, struct error *err) NODISCARD;

/* Takes one out; `doc` must be as it was written. */
int search_take(struct db *db, const struct search_doc *doc, struct error *err) NODISCARD;

/* 1: it is there; 0: not. */
int search_has(struct db *db, int64_t id, struct error *err) NODISCARD;

/* Forgets all of it. */
int search_clear(struct db *db, struct error *err) NODISCARD;

/* Ids of messages and cases, above `after`, that have no document, up to `max`, in no order. Returns their number. */
int search_missing(struct db *db, int64_t *ret_ids, size_t max, struct error *err) NODISCARD;

/* Ids of messages and cases above `after`, up to `upto`, ascending, at most `max`. Returns their number. */
int search_ids(struct db *db, int64_t after, int64_t upto, int64_t *ret_ids, size_t max, struct error *err) NODISCARD;

/* The largest id of a message or a case; 0: there is none. */
int search_last_id(struct db *db, int64_t *ret_id, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- looking for */

enum search_field { SEARCH_ANY, SEARCH_SUBJECT, SEARCH_SENDER, SEARCH_RECIPIENTS };

/* A word or a phrase: any of its forms. */
#define SEARCH_FORMS_MAX  2
#define SEARCH_PHRASE_MAX 12
struct search_term {
	enum search_field field;
	bool is_not, is_prefix; /* is_prefix: of the last word */
	struct search_form {
		struct str words[SEARCH_PHRASE_MAX]; /* folded */
		size_t count;
	} forms[SEARCH_FORMS_MAX];
	size_t form_count;
	int64_t case_id; /* instead of words: the documents of this case */
};

/* All of the terms; one at least isn't is_not. */
struct search_group {
	const struct search_term *terms;
	size_t count;
};

struct search_wish {
	const struct search_group *groups; /* any of them */
	size_t group_count;
	bool all_accounts;
	const char *const *accounts; /* else those */
	size_t account_count;
	bool only_cases; /* documents of cases alone */
};

struct search_hit {
	int64_t id;
	int64_t score; /* higher is better; comparable within an answer */
};

/* The newest documents that fit, up to `max`, newest first. Returns their number. */
int search_find(struct db *db, const struct search_wish *wish, size_t max, struct arena *arena,
                struct search_hit **ret_hits, struct error *err) NODISCARD;

#endif
