/* From raw bytes to an item ready for the committer. See item.h. */
#include "intake/item.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "intake/sender.h"
#include "intake/bounced.h"
#include "intake/learn.h"
#include "intake/oversize.h"
#include "intake/smime_text.h"
#include "store/meta.h"

#include <sys/mman.h>

#define FINGERPRINT_KEY "fingerprint-key" /* in meta */
#define MAX_STORED_TEXT KIB(256)          /* body text kept beside the raw mail, for lists and search */
#define SLICE           MIB(1)            /* of a mapped message in memory at a time */
#define MAX_PACKED      MIB(4)            /* larger mail is compressed piece by piece while it is stored */

/* 1 found, 0 none. */
static int find_key(struct db *db, unsigned char key[FINGERPRINT_KEY_BYTES], struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(64), stored CLEANUP(buf_done) = BUF_INIT(KIB(1));
	int r = meta_get(db, FINGERPRINT_KEY, &stored, err);

	if (r <= 0)
		return r;
	if (!base64_decode(&text, buf_str(&stored)) || text.n != FINGERPRINT_KEY_BYTES)
		return fail(err, E_STORE, RETRY_NEVER,
		            "the store's fingerprint key (meta, fingerprint-key) is damaged");
	memcpy(key, text.p, text.n);
	return 1;
}

/* The key is made once per store, so that no run has to wait for the right to write; a second process that makes one at
 * the same time loses, and reads the winner's. */
static int fingerprint_key(struct db *db, unsigned char key[FINGERPRINT_KEY_BYTES], struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(64);
	unsigned char fresh[FINGERPRINT_KEY_BYTES];
	int r = find_key(db, key, err);

	if (r != 0)
		return MIN(r, 0);
	random_bytes(fresh, sizeof fresh);
	base64_encode(&text, str_new(fresh, sizeof fresh));
	r = meta_put_first(db, FINGERPRINT_KEY, buf_str(&text), err);
	if (r == 0)
		r = find_key(db, key, err);
	if (r == 0)
		return fail(err, E_STORE, RETRY_LATER, "the store keeps no fingerprint key");
	return MIN(r, 0);
}

int intake_place_init(struct intake_place *place, const struct intake_options *options, struct error *err)
{
	const struct listener *listener = options->listener;
	struct db *db CLEANUP(db_closep) = NULL;
	int r;

	*place = (struct intake_place){
	        .store = options->store,
	        .setup = options->setup,
	        .listener = listener,
	        .account = setup_account(options->setup, listener->account),
	        .rule = setup_rule(options->setup, listener->rule),
	        .folder_id = options->folder_id,
	        .uidvalidity = options->uidvalidity,
	        .careful = options->careful,
	        .look_up = options->careful || options->refetch,
	};
	if (!place->account || !place->rule)
		return fail(err, E_INVALID, RETRY_NEVER, "listener %s: account or service rule is missing",
		            listener->id);
	r = store_connect(options->store, &db, err);
	return r < 0 ? r : fingerprint_key(db, place->fingerprint_key, err);
}

/* Gives the pages of a mapped message back to the system up to `upto`; they come again from the file when touched. */
static void give_back(void *ctx, const char *upto)
{
	const struct incoming *incoming = ctx;
	size_t n;

	/* The content of a file inside another part may lie in the arena. */
	if (upto < incoming->raw.p || upto > incoming->raw.p + incoming->raw.n)
		return;
	n = (size_t)(upto - incoming->raw.p) & ~(size_t)4095;
	if (n)
		madvise((void *)(uintptr_t)incoming->raw.p, n, MADV_DONTNEED);
}

/* What makes two copies of a mail the same mail: its identity and its body, not the trace headers that each way adds.
 */
static void make_fingerprint(struct item *item)
{
	const struct message *m = item->message;
	struct fingerprint *f = fingerprint_begin(item->place->fingerprint_key);
	struct str body = m->root->body;

	fingerprint_add(f, m->message_id);
	fingerprint_add(f, STR("\n"));
	fingerprint_add(f, m->from.address);
	fingerprint_add(f, STR("\n"));
	fingerprint_add(f, m->subject);
	fingerprint_add(f, STR("\n"));
	fingerprint_add(f, str_new(&m->date, sizeof m->date));
	for (size_t at = 0; at < body.n; at += SLICE) {
		struct str slice = str_slice(body, at, at + SLICE);

		fingerprint_add(f, slice);
		if (item->incoming && item->incoming->mapped)
			give_back(item->incoming, slice.p + slice.n);
	}
	fingerprint_end(f, item->fingerprint);
}

struct str item_cut(struct str text, size_t max)
{
	if (text.n <= max)
		return text;
	while (max && ((unsigned char)text.p[max] & 0xc0) == 0x80)
		max--;
	return str_slice(text, 0, max);
}

struct str item_text(struct item *item, struct str text)
{
	struct str copy;
	size_t n = 0;

	if (!text.p)
		return STR("");
	if (str_find_char(text, '\0') < 0)
		return text;
	copy = arena_str(item->arena, text);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i])
			((char *)(uintptr_t)copy.p)[n++] = text.p[i];
	return str_new(copy.p, n);
}

struct str item_lower(struct item *item, struct str text)
{
	struct str copy = arena_str(item->arena, item_text(item, text));

	for (size_t i = 0; i < copy.n; i++)
		((char *)(uintptr_t)copy.p)[i] = ascii_lower(copy.p[i]);
	return copy;
}

/* Counted here rather than in the transaction: it reads every byte of them. */
static void measure_attachments(struct item *item)
{
	const struct message *m = item->message;

	item->attachment_sizes = ARENA_ARRAY(item->arena, uint64_t, m->attachment_count);
	for (size_t i = 0; i < m->attachment_count; i++) {
		struct str body = m->attachments[i]->body;

		item->attachment_sizes[i] = message_part_size(m, m->attachments[i]);
		if (item->incoming && item->incoming->mapped)
			give_back(item->incoming, body.p + body.n);
	}
}

/* From here on the message is what was inside; its tree and the raw bytes stay as they came. */
static void open_smime(struct item *item, struct message *m)
{
	struct smime_account smime CLEANUP(smime_account_close) = {0};
	const struct smime_report *report = NULL;

	if (smime_is_needed(m)) {
		struct smime_place place;

		smime_account_open(&smime, item->place->setup, item->place->account);
		place = smime_account_place(&smime, item->ledger.received_at);
		place.done_with = m->limits.done_with;
		place.ctx = m->limits.ctx;
		report = smime_read(item->arena, m, &place);
	}
	item->message = report ? report->message : m;
	learn_read(item, report);
	item->smime = report ? item_text(item, smime_text(item->arena, report)) : STR("");
}

static void understand(struct item *item)
{
	struct message_limits limits = {.max_text = MIB(1)};
	struct bounces bounces;

	if (item->incoming && item->incoming->mapped) {
		limits.done_with = give_back;
		limits.ctx = item->incoming;
	}
	open_smime(item, message_parse(item->arena, item->raw, &limits));
	bounces = message_bounces(item->arena, item->message);
	item->automatic = message_classify_with(item->arena, item->message, &bounces);
	bounced_read(item, &bounces);
	item->body_text = item_cut(item_text(item, message_body_text(item->arena, item->message)), MAX_STORED_TEXT);
	measure_attachments(item);
	make_fingerprint(item);
	sender_verify(item, &limits);
	item->ledger.parsed_at = clock_now_ms();
	item->ledger.message_ident = item_text(item, item->message->message_id);
	item->ledger.content_hash = str_new(item->fingerprint, sizeof item->fingerprint);
	item->ledger.content_key = ledger_content_key(item->ledger.content_hash);
}

struct item *item_new_unread(const struct intake_place *place, struct incoming *incoming)
{
	struct item *item = mem_new(1, sizeof *item);

	item->place = place;
	item->arena = arena_new();
	item->incoming = incoming;
	item->raw = incoming->raw;
	item->case_number = "";
	item->ledger = (struct ledger_row){
	        .listener = place->listener->id,
	        .folder_id = place->folder_id,
	        .uidvalidity = place->uidvalidity,
	        .uid = incoming->uid,
	        .state = "received",
	        .outcome = "",
	        .answer = "",
	        .category = "",
	        .reason = "",
	        .size = incoming->size,
	        .received_at = clock_now_ms(),
	};
	return item;
}

struct item *item_new(const struct intake_place *place, struct incoming *incoming)
{
	struct item *item = item_new_unread(place, incoming);

	if (incoming->kind == INCOMING_TOO_LARGE)
		oversize_read(item);
	if (incoming->kind != INCOMING_WHOLE)
		return item;
	understand(item);
	if (!incoming->mapped)
		packed_make(&item->packed, item->raw);
	else if (item->raw.n <= MAX_PACKED)
		packed_make_mapped(&item->packed, item->raw, give_back, incoming);
	return item;
}

struct item *item_again(const struct intake_place *place, const struct ledger_row *row, char *raw, size_t n)
{
	struct item *item = mem_new(1, sizeof *item);

	item->place = place;
	item->arena = arena_new();
	item->raw = str_new(raw, n);
	item->raw_memory = raw;
	item->case_number = "";
	item->ledger = *row;
	item->ledger.listener = place->listener->id;
	item->ledger.outcome = item->ledger.category = item->ledger.reason = "";
	item->ledger.answer_code = "";
	item->ledger.answer = row->answer && strcmp(row->answer, "queued") == 0 ? "queued" : "";
	item->answered_before = item->ledger.answer[0] != '\0';
	item->has_row = item->is_kept = true;
	understand(item);
	return item;
}

void item_keep_start(struct item *item)
{
	struct item *start = ARENA_NEW(item->arena, struct item);

	*start = *item;
	item->start = start;
}

void item_restart(struct item *item)
{
	const struct item *start = item->start;
	struct packed packed = item->packed; /* perhaps stored and gone: it is packed anew then */
	struct work work = item->work;

	*item = *start;
	item->start = start;
	item->packed = packed;
	item->work = work;
}

void item_free(struct item *item)
{
	if (!item)
		return;
	packed_done(&item->packed);
	incoming_free(item->incoming);
	free(item->raw_memory);
	arena_free(item->arena);
	free(item);
}

/* Packs piece by piece, so that the compressed form of a very large mail is never in memory as a whole. */
static int store_large(struct item *item, struct db *db, int64_t message_id, struct error *err)
{
	size_t pieces = (item->raw.n + RAW_PIECE_BYTES - 1) / RAW_PIECE_BYTES;

	for (size_t i = 0; i < pieces; i++) {
		struct packed one;
		int r;

		packed_make(&one, str_slice(item->raw, i * RAW_PIECE_BYTES, (i + 1) * RAW_PIECE_BYTES));
		r = raw_insert_piece(db, message_id, i, pieces, str_new(one.pieces[0].p, one.pieces[0].n), err);
		packed_done(&one);
		give_back(item->incoming, item->raw.p + MIN((i + 1) * RAW_PIECE_BYTES, item->raw.n));
		if (r < 0)
			return r;
	}
	return 0;
}

int item_store_raw(struct item *item, struct db *db, int64_t message_id, struct error *err)
{
	int r;

	if (item->is_kept)
		return 0;
	if (!item->packed.count && item->incoming && item->incoming->mapped)
		return store_large(item, db, message_id, err);
	if (!item->packed.count)
		packed_make(&item->packed, item->raw);
	r = raw_insert(db, message_id, &item->packed, err);
	packed_done(&item->packed); /* a second try packs again: rare, and until then its memory serves others */
	return r;
}
