/* See oversize.h. */
#include "intake/oversize.h"

#include "base/clock.h"
#include "cases/threading.h"
#include "intake/answer.h"
#include "intake/no_answer.h"
#include "intake/sender.h"

/* What makes it the same mail, under another number or in another folder. Never that of a mail that was read. */
static void make_fingerprint(struct item *item)
{
	const struct message *m = item->message;
	struct fingerprint *f = fingerprint_begin(item->place->fingerprint_key);
	const struct str texts[] = {m->message_id, m->from.address, m->subject};

	fingerprint_add(f, STR("too large\n"));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		fingerprint_add(f, texts[i]);
		fingerprint_add(f, STR("\n"));
	}
	fingerprint_add(f, str_new(&m->date, sizeof m->date));
	fingerprint_add(f, str_new(&item->ledger.size, sizeof item->ledger.size));
	fingerprint_end(f, item->fingerprint);
	item->ledger.content_hash = str_new(item->fingerprint, sizeof item->fingerprint);
	item->ledger.content_key = ledger_content_key(item->ledger.content_hash);
}

void oversize_read(struct item *item)
{
	const struct message_limits limits = {.max_text = 1};

	if (!*item->place->listener->oversize_template || !item->raw.n)
		return;
	item->message = message_parse(item->arena, str_slice(item->raw, 0, OVERSIZE_HEADER_MAX), &limits);
	item->automatic = message_classify(item->arena, item->message);
	item->body_text = STR("");
	item->smime = STR("");
	sender_verify(item, &limits);
	item->ledger.parsed_at = clock_now_ms();
	item->ledger.message_ident = item_text(item, item->message->message_id);
	make_fingerprint(item);
}

/* 1: this mail, or a copy of it, was met before: what was decided then holds, and is noted. */
static int was_met(struct item *item, struct db *db, struct error *err)
{
	bool told, elsewhere;
	int r = ledger_find_too_large(db, item->ledger.content_hash, item->ledger.id, &told, &elsewhere, err);

	if (r < 0 || (!told && !elsewhere))
		return r;
	if (told)
		item->ledger.answer = "queued";
	else
		no_answer(item, NO_ANSWER_DUPLICATE, NULL);
	return 1;
}

/* One of our own mails, or by one of our accounts. */
static int is_ours(struct item *item, struct db *db, bool *ret_ours, struct error *err)
{
	struct threading t;
	int r = threading_decide(db, item->arena, item->place->setup, item->message, STR(""), &t, err);

	if (r == 0)
		*ret_ours = t.is_our_own || setup_owns_address(item->place->setup, item->message->from.address);
	return r;
}

int oversize_answer(struct item *item, struct db *db, struct error *err)
{
	const char *template_id = item->place->listener->oversize_template;
	bool ours = false;
	int r;

	item->ledger.response_at = clock_now_ms();
	if (!*template_id)
		no_answer(item, NO_ANSWER_NO_RESPONSE, "the listener has no oversize_template");
	else if (!item->message)
		no_answer(item, NO_ANSWER_NO_ADDRESS, "the server gave no header of the mail");
	else if (item->raw.n >= OVERSIZE_HEADER_MAX)
		no_answer(item, NO_ANSWER_UNWANTED, "its header is too long to say whether it may be answered");
	else if (item->is_mute)
		no_answer(item, NO_ANSWER_UNWRITABLE, NULL);
	if (item->ledger.answer[0])
		return 0;
	r = was_met(item, db, err);
	if (r != 0)
		return MIN(r, 0);
	r = is_ours(item, db, &ours, err);
	if (r == 0 && ours)
		no_answer(item, NO_ANSWER_OWN_MAIL, NULL);
	return r < 0 || ours ? r : answer_queue_template(item, db, template_id, err);
}
