/* One message on its way through the intake (private to this folder). */
#ifndef INTAKE_ITEM_H
#define INTAKE_ITEM_H

#include "intake/intake.h"
#include "mime/classify.h"
#include "security/fingerprint.h"
#include "security/smime_certificate.h"
#include "store/ledger.h"
#include "store/messages.h"
#include "trust/trust.h"

/* What all items of a run share and none changes. */
struct intake_place {
	struct store *store;
	const struct setup *setup;
	const struct listener *listener;
	const struct account *account;
	const struct service_rule *rule;
	int64_t folder_id;
	uint32_t uidvalidity;
	bool careful; /* look every message up, and write it ahead */
	bool look_up; /* look every message up */
	unsigned char fingerprint_key[FINGERPRINT_KEY_BYTES];
};

struct item {
	struct work work; /* first: the committer's handle */
	const struct intake_place *place;
	struct intake_run *run; /* NULL outside a run */
	struct item *next;      /* in the run's list of finished items */

	struct arena *arena;
	struct incoming *incoming; /* owned; NULL for a retry */
	struct str raw;
	void *raw_memory; /* owned heap behind raw where there is no incoming */
	const struct message *message;
	struct classification automatic;
	struct delivery_report *report; /* what it reports of other mail; NULL: it is no report (bounced.h) */
	struct str body_text;
	struct str smime;                        /* JSON of what was found of S/MIME; empty */
	bool hides_topic;                        /* the case's subject came encrypted */
	const struct smime_certificate *learned; /* see learn.h */
	size_t learned_count;
	const struct trust_result *sender; /* NULL where the listener doesn't verify senders */
	unsigned char fingerprint[FINGERPRINT_BYTES];
	uint64_t *attachment_sizes; /* decoded, of message->attachments */
	struct packed packed;       /* empty for a very large message, and once stored */

	struct ledger_row ledger; /* filled as it goes; its times are the states it passed */
	struct ledger_row before; /* the same as the try that is being made began */
	bool has_row;             /* the ledger has the row already (a retry, or written ahead) */
	bool is_kept;             /* its raw bytes are in the store already, under ledger.message_id */
	bool passed_over;         /* the ledger shows it as handled: nothing was done */
	bool is_released;         /* a person let it pass: its sender isn't asked about any more */
	bool answered_before;     /* an automatic answer went out in an earlier try */
	bool is_stranger;         /* its sender has no part in the case that it joins */
	bool is_mute;             /* too large, and an answer couldn't be stored: it goes without */
	bool is_blocked;          /* its sender is on the block list: a case that comes of it is cancelled */
	const char *branch;       /* of the rule, that fitted: its name or place; NULL: it didn't come to one */
	const char *stage;        /* what was being done when it failed: the ledger's category */
	const char *case_number;  /* after the commit; "" */
	int result;
	struct error error;
	const struct item *start; /* as it was handed to the committer; in the arena */
};

/* Sets up the place: rule, account, fingerprint key. */
int intake_place_init(struct intake_place *place, const struct intake_options *options, struct error *err) NODISCARD;

/* Parses, classifies, fingerprints, packs: everything that needs no database. Takes incoming. */
struct item *item_new(const struct intake_place *place, struct incoming *incoming);

/* The same without looking into the message: for one that may have brought the process down. */
struct item *item_new_unread(const struct intake_place *place, struct incoming *incoming);

/* An item for a stored message that is tried again: raw is taken. */
struct item *item_again(const struct intake_place *place, const struct ledger_row *row, char *raw, size_t n);
void item_free(struct item *item);
DEFINE_CLEANUP(struct item *, item_free)

/* The two faces of the unit of work: decide and store; or record that it failed. */
int item_store(struct item *item, struct db *db, struct error *err) NODISCARD;
int item_store_failure(struct item *item, struct db *db, const struct error *cause, struct error *err) NODISCARD;

/* Remembers the item as it is, before it is handed to the committer; puts it back to that for a second item_store(). */
void item_keep_start(struct item *item);
void item_restart(struct item *item);

/* Parks the message unread, as one that ended the process `item->ledger.tries` times. */
int item_store_crashed(struct item *item, struct db *db, struct error *err) NODISCARD;

/* Stores the raw mail under `message_id`. */
int item_store_raw(struct item *item, struct db *db, int64_t message_id, struct error *err) NODISCARD;

/* The same under a new id where the mail isn't kept yet, for a row that stands for it. */
int item_keep_raw(struct item *item, struct db *db, struct error *err) NODISCARD;

/* The row is put in `state` ("parked", "held") with category and reason, an event "message.STATE" tells of it, and the
 * folder's position moves on. */
int item_set_aside(struct item *item, struct db *db, const char *state, const char *category, const char *reason,
                   struct error *err) NODISCARD;

/* Text as the store takes it: without NULs, which PostgreSQL refuses. */
struct str item_text(struct item *item, struct str text);

/* ASCII letters in lower case, as addresses are compared; without NULs. */
struct str item_lower(struct item *item, struct str text);

/* At most `max` bytes of it, cut at a character's border. */
struct str item_cut(struct str text, size_t max);

/* True for faults of the store rather than of the message: the run stops, the message is met again. */
bool is_store_fault(const struct error *err);

#endif
