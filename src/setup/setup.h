/* The set-up as a whole: all records, read from the store into one unchanging snapshot; one text file in, one text
 * file out.
 *
 * The set-up file is YAML (or JSON): an object of plurals, each an object of records by id:
 *
 *	accounts:
 *	  support:
 *	    name: Support
 *	    receive: { host: imap.example.com, user: support, password: … }
 *	listeners:
 *	  support: { account: support, rule: support }
 *
 * (the `id` inside a record may be left out: it is the key). */
#ifndef SETUP_SETUP_H
#define SETUP_SETUP_H

#include "record/record.h"
#include "setup/account.h"
#include "setup/alert.h"
#include "setup/authentication_profile.h"
#include "setup/block.h"
#include "setup/case_type.h"
#include "setup/identity_provider.h"
#include "setup/inlet.h"
#include "setup/keystore.h"
#include "setup/listener.h"
#include "setup/logo.h"
#include "setup/operator.h"
#include "setup/provider.h"
#include "setup/service_rule.h"
#include "setup/template.h"
#include "setup/webhook.h"
#include "store/db.h"

/* Every kind of record, in the order in which they refer to each other. NULL-terminated. */
extern const struct record_type *const setup_types[];
const struct record_type *setup_type_find(const char *kind_or_plural); /* NULL where there is none */

struct setup;

/* Reads everything; secrets are opened with `sealer`. One that can't be opened costs its account alone:
 * account_…_connection() tells. The snapshot owns its records; pointers into it live as long as it. */
int setup_load(struct db *db, const struct sealer *sealer, struct setup **ret_setup, struct error *err) NODISCARD;
void setup_free(struct setup *setup);
DEFINE_CLEANUP(struct setup *, setup_free)

/* NULL where there is no such record. */
const void *setup_find(const struct setup *setup, const struct record_type *type, const char *id);
#define setup_account(s, id)   ((const struct account *)setup_find((s), &account_type, (id)))
#define setup_listener(s, id)  ((const struct listener *)setup_find((s), &listener_type, (id)))
#define setup_inlet(s, id)     ((const struct inlet *)setup_find((s), &inlet_type, (id)))
#define setup_rule(s, id)      ((const struct service_rule *)setup_find((s), &service_rule_type, (id)))
#define setup_case_type(s, id) ((const struct case_type *)setup_find((s), &case_type_type, (id)))
#define setup_keystore(s, id)  ((const struct keystore_record *)setup_find((s), &keystore_type, (id)))
#define setup_authentication_profile(s, id) \
	((const struct authentication_profile *)setup_find((s), &authentication_profile_type, (id)))
#define setup_identity_provider(s, id) \
	((const struct identity_provider *)setup_find((s), &identity_provider_type, (id)))
#define setup_operator(s, id) ((const struct operator_record *)setup_find((s), &operator_type, (id)))
#define setup_webhook(s, id)  ((const struct webhook *)setup_find((s), &webhook_type, (id)))
#define setup_alert(s, id)    ((const struct alert *)setup_find((s), &alert_type, (id)))
#define setup_template(s, id) ((const struct template *)setup_find((s), &template_type, (id)))

/* An own record or, where there is none, a built-in one (catalogue.h); NULL where there is neither. */
const struct provider *setup_provider(const struct setup *setup, const char *id);

/* Whether a reference to it leads somewhere. */
bool setup_has(const struct setup *setup, const struct record_type *type, const char *id);

/* The records of a kind in the order of their ids; returns their number. */
size_t setup_list(const struct setup *setup, const struct record_type *type, const void *const **ret_records);

/* True for the addresses and aliases of our accounts, with or without a +part. */
bool setup_owns_address(const struct setup *setup, struct str address);

/* Counts every change to any record: a running process that sees another number loads anew. */
int setup_revision(struct db *db, int64_t *ret_revision, struct error *err) NODISCARD;
int64_t setup_loaded_revision(const struct setup *setup);

/* Replaces secrets given by reference ({file: /PATH}, {env: NAME}) in a document by what they stand for; see
 * record_resolve_secrets(). For `hauspost apply`, before setup_apply(); never for a document from the network. */
int setup_resolve_secrets(json_t *document, struct error *err) NODISCARD;

/* Applies a set-up document: records in it are created or replaced, others stay. All or nothing, in one
 * transaction; references must exist afterwards, cross-record rules hold (two listeners on one folder of one
 * account: refused). Appends to `report` one line per record ("accounts/support: created", "…: unchanged",
 * "listeners/x: changed" and its differences). `dry_run` changes nothing. Returns the number of records that
 * differ. */
int setup_apply(struct db *db, const struct sealer *sealer, const json_t *document, const char *by, bool dry_run,
                struct buf *report, struct error *err) NODISCARD;

/* Whether somebody may change a record; `before` and `after` are NULL where there is none. */
typedef int setup_may(void *ctx, const struct setup *setup, const struct record_type *type, const void *before,
                      const void *after, struct error *err);

/* As setup_apply(), for somebody who may not change everything: what they may not makes it fail. */
struct application {
	const json_t *document;
	const char *by;
	bool dry_run;
	setup_may *may; /* asked for each record, also where it would stay as it is: see struct edit; may be NULL */
	void *ctx;
	const char *mailbox; /* whose parts the records are, for events; NULL: by what uses them */
};
int setup_apply_for(struct db *db, const struct sealer *sealer, const struct application *application,
                    struct buf *report, struct error *err) NODISCARD;

/* What setup_apply() would do to an empty store, found without one: for a first apply, which must not leave a store
 * behind when the document is wrong. */
int setup_preview(const struct sealer *sealer, const json_t *document, struct buf *report, struct error *err) NODISCARD;

/* The set-up as it would be with the document applied, for tests of what isn't stored. `db` and `sealer` may be NULL:
 * there is no store yet. Nothing is written. */
int setup_imagine(struct db *db, const struct sealer *sealer, const json_t *document, struct setup **ret_setup,
                  struct error *err) NODISCARD;

/* Writes the whole set-up (`kind` and `id` NULL), a kind, or one record as a document that setup_apply() takes. */
int setup_export(struct db *db, const struct sealer *sealer, const char *kind, const char *id, enum secret_form form,
                 bool whole, json_t **ret_document, struct error *err) NODISCARD;

/* Refused (E_CONFLICT) while another record refers to it, and an account while its mail waits in the outbox: nobody
 * could send that any more. */
int setup_delete(struct db *db, const struct sealer *sealer, const char *kind, const char *id, const char *by,
                 struct error *err) NODISCARD;

/* As above, with the mail of an account that waits: cancelled (store/outbox_cancel.h). Mail that is being sent at the
 * moment is waited for: E_CONFLICT, RETRY_LATER. Returns how many letters that were. */
int64_t setup_delete_with_mail(struct db *db, const struct sealer *sealer, const char *kind, const char *id,
                               const char *by, struct error *err) NODISCARD;

/* Seals every secret with the newest key, those of earlier versions of the records, too; returns how many versions were
 * rewritten. */
int setup_reseal(struct db *db, const struct sealer *sealer, struct error *err) NODISCARD;

#endif
