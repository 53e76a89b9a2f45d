/* What the API shows of mail: cases, messages, the outbox, the ledger. Each view is a record type; times are Unix ms
 * here and RFC 3339 in JSON. Views borrow their texts from the arena. */
#ifndef API_MAIL_VIEW_H
#define API_MAIL_VIEW_H

#include "api/route.h"
#include "setup/setup.h"
#include "store/conversation.h"
#include "store/pages.h"

/* ---------------------------------------------------------------- cases */

struct status_view {
	const char *id, *name;
	bool resolved;
};

struct case_view {
	int64_t id;
	const char *number, *type, *status;
	bool resolved;
	const char *subject, *account, *contact_address, *contact_name;
	const char *waits_for; /* "": it is resolved */
	int64_t message_count, created_at, updated_at, resolved_at;
	int64_t previous_id; /* 0: follows none */
	json_t *fields;      /* owned: case_view_done() */
	const char *type_name, *status_name;
	/* Of one case alone, else empty: */
	const char *previous_number;
	struct record_list statuses; /* of struct status_view: those that it may get */
	struct text_list from;       /* our addresses that an answer may come from */
	bool may_write;              /* by the caller */
};

extern const struct record_type case_view_type;   /* as a list has it */
extern const struct record_type case_detail_type; /* with the rest */

/* `is_whole` false: as a list has it. */
struct case_view case_view_of(const struct listed_case *listed, const struct setup *setup, bool is_whole,
                              struct arena *arena);
void case_view_done(struct case_view *view);

/* The statuses of a type, as struct status_view. */
struct record_list status_views(const struct case_type *type, struct arena *arena);

/* The addresses that an account's mail may come from; none: it doesn't send. */
struct text_list account_senders(const struct account *account, struct arena *arena);

/* ---------------------------------------------------------------- messages */

struct attachment_view {
	int64_t number; /* from 1 */
	const char *name, *type, *content_id;
	int64_t size;
	bool is_inline; /* it stands in the text */
};

struct quoted_view {
	const char *text, *kind; /* "quote", "signature" */
	int64_t lines;
};

struct recipient_view {
	const char *address, *state, *reply, *status, *reason, *diagnostic, *mta;
	int64_t code, reported_at, report_id;
};

struct message_view {
	int64_t id, case_id;
	const char *case_number, *direction, *account, *message_ident;
	const char *from_address, *from_name, *to, *cc, *subject, *automatic, *preview, *text;
	bool is_interleaved, has_html;
	int64_t date, created_at, size;
	struct record_list quoted;                /* of struct quoted_view */
	struct record_list attachments;           /* of struct attachment_view */
	struct text_list evidence;                /* why it belongs to the case, the finding that decided first */
	const char *outcome, *answer, *no_answer; /* of one that came in */
	json_t *sender, *smime;                   /* owned: message_view_done() */
	/* Of one of ours: */
	int64_t outbox_id, sent_at;
	const char *state, *written_by;
	struct record_list recipients; /* of struct recipient_view */
};

extern const struct record_type message_view_type;

/* Reads what belongs to it. */
int message_view_read(struct db *db, const struct stored_message *message, const char *case_number, struct arena *arena,
                      struct message_view *ret_view, struct error *err) NODISCARD;
void message_view_done(struct message_view *view);

/* ---------------------------------------------------------------- outbox, ledger */

struct outbox_view {
	int64_t id, message_id, case_id, tries, code, next_try_at, created_at, sent_at;
	const char *account, *kind, *state, *waits_for, *reply, *subject, *from, *message_ident, *copy_state,
	        *copy_reason, *written_by;
	struct record_list recipients; /* of struct recipient_view */
};

extern const struct record_type outbox_view_type;

int outbox_view_read(struct db *db, const struct outbox_row *row, bool automatic_mail_is_on, struct arena *arena,
                     struct outbox_view *ret_view, struct error *err) NODISCARD;
struct record_list recipient_views(const struct outbox_row *row, struct arena *arena);

struct ledger_view {
	int64_t id, uid, tries, case_id, message_id, duplicate_of, size;
	const char *listener, *state, *outcome, *answer, *no_answer, *category, *reason, *message_ident;
	const char *subject, *from, *wanted_case; /* wanted_case: of held mail */
	int64_t received_at, parsed_at, mapped_at, activity_at, response_at, committed_at, acknowledged_at, next_try_at,
	        parked_at;
};

extern const struct record_type ledger_view_type;

int ledger_view_read(struct db *db, const struct ledger_row *row, struct arena *arena, struct ledger_view *ret_view,
                     struct error *err) NODISCARD;

#endif
