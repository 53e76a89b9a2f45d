/* Messages in and out, as stored: what is known of them, their attachments, and the raw bytes, zstd-compressed in
 * pieces. */
#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/db.h"

struct stored_message {
	int64_t id;
	const char *direction; /* "in", "out" */
	int64_t case_id;       /* 0: none */
	const char *account;
	struct str message_ident; /* without <> */
	struct str from_address, from_name, to_text, subject;
	const char *automatic; /* auto_kind_word() */
	int64_t date, created_at;
	uint64_t size;
	struct str evidence;
	struct str body_text;
	struct str smime; /* JSON of its S/MIME (intake/smime_text.h); empty where it has none */
};

/* What is stored and looked up for a Message-ID: of absurdly long ones the beginning, so that an index takes it. */
struct str message_ident_key(struct str ident);

int message_insert(struct db *db, const struct stored_message *message, struct error *err) NODISCARD;
int message_get(struct db *db, int64_t id, struct arena *arena, struct stored_message *ret_message,
                struct error *err) NODISCARD;

/* The messages of a case, oldest first. Returns their number. */
int message_list(struct db *db, int64_t case_id, struct arena *arena, struct stored_message **ret_messages,
                 struct error *err) NODISCARD;

/* The same page by page, up to `max` behind `after_id` (0: from the begin); `newest_first` turns the order round. */
int message_page(struct db *db, int64_t case_id, int64_t after_id, bool newest_first, size_t max, struct arena *arena,
                 struct stored_message **ret_messages, struct error *err) NODISCARD;

/* Did the case's subject come encrypted, in one of its mails? It is not to be shown in clear ones. */
int message_case_hides_subject(struct db *db, int64_t case_id, bool *ret_hides, struct error *err) NODISCARD;

/* What an encrypted message is, once it can be opened. */
int message_rewrite(struct db *db, int64_t id, struct str subject, struct str body_text, struct str smime,
                    struct error *err) NODISCARD;

struct stored_attachment {
	struct str part, name, type, content_ident, disposition;
	uint64_t size;
};

int attachment_insert(struct db *db, int64_t message_id, int64_t position, const struct stored_attachment *attachment,
                      struct error *err) NODISCARD;

/* All of the message's; not the raw bytes. */
int attachments_forget(struct db *db, int64_t message_id, struct error *err) NODISCARD;

/* Raw mail compressed for the store: pieces of so many bytes of mail each, so that no step needs more memory than a few
 * of them. (Larger ones, as they were stored before, gain half a per cent, and fit no processor's cache.) */
#define RAW_PIECE_BYTES KIB(256)

struct packed {
	struct packed_piece {
		char *p; /* owned */
		size_t n;
	} * pieces;
	size_t count;
};

/* Compresses (base64 undone, then zstd). Thread-safe; CPU-bound, so done before the transaction. */
void packed_make(struct packed *packed, struct str raw);

/* The same for mail in a mapped file; `done_with` is told up to where its pages aren't needed any more. */
void packed_make_mapped(struct packed *packed, struct str raw, void (*done_with)(void *ctx, const char *upto),
                        void *ctx);
void packed_done(struct packed *packed);

int raw_insert(struct db *db, int64_t message_id, const struct packed *packed, struct error *err) NODISCARD;

/* One piece of `pieces`, for mail too large to be packed as a whole; in order from 0. */
int raw_insert_piece(struct db *db, int64_t message_id, size_t piece, size_t pieces, struct str data,
                     struct error *err) NODISCARD;

/* Appends the mail as it was; 1 found, 0 none. E_LIMIT where `out` can't take it. */
int raw_get(struct db *db, int64_t message_id, struct buf *out, struct error *err) NODISCARD;

/* Its first MiB alone, which has the header; 1 found, 0 none. */
#define RAW_FIRST_BYTES MIB(1) /* whole pieces */
int raw_get_first(struct db *db, int64_t message_id, struct buf *out, struct error *err) NODISCARD;

/* The mail as it was, piece after piece (at most 1 MiB each); `each` stops it by failing. 1 found, 0 none. */
int raw_each_piece(struct db *db, int64_t message_id, int (*each)(void *ctx, struct str piece, struct error *err),
                   void *ctx, struct error *err) NODISCARD;

/* The messages that came encrypted and are still closed, oldest first, above the id `after`. Returns their number. */
int messages_closed(struct db *db, int64_t after, int64_t *ret_ids, size_t max, struct error *err) NODISCARD;

/* The first message of a case. 1, or 0 where it has none. */
int message_first(struct db *db, int64_t case_id, int64_t *ret_id, struct error *err) NODISCARD;

/* The newest message that came in, or else the newest that went out: what an answer in this case answers. 1, or 0. */
int message_to_answer(struct db *db, int64_t case_id, int64_t *ret_id, struct error *err) NODISCARD;

/* Subject and text of the last message that went out in a case. 1, or 0 where none did. */
int message_last_sent(struct db *db, int64_t case_id, struct arena *arena, struct str *ret_subject,
                      struct str *ret_text, struct error *err) NODISCARD;

#endif
