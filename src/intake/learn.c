/* See learn.h. */
#include "intake/learn.h"

#include "store/certificates.h"

static void teach(struct item *item, const struct smime_layer *layer, struct str from)
{
	for (size_t i = 0; i < layer->certificate_count; i++) {
		if (!smime_certificate_names(&layer->certificates[i], from))
			continue;
		item->learned = layer->certificates;
		item->learned_count = layer->certificate_count;
	}
}

void learn_read(struct item *item, const struct smime_report *report)
{
	const struct message *m = item->message;

	if (!report || report->verdict != VERDICT_GOOD || m->from_list.count != 1)
		return;
	for (size_t i = 0; i < report->count && !item->learned_count; i++)
		if (report->found[i].is_whole && report->found[i].matches_from &&
		    report->found[i].layer.status == SMIME_VALID)
			teach(item, &report->found[i].layer, m->from.address);
}

static int store_one(struct item *item, struct db *db, int64_t message_id, const struct smime_certificate *c,
                     struct error *err)
{
	const struct stored_certificate stored = {
	        .address = item_text(item, item->message->from.address),
	        .fingerprint = c->fingerprint,
	        .subject = item_text(item, c->subject),
	        .issuer = item_text(item, c->issuer),
	        .serial = item_text(item, c->serial),
	        .valid_from = c->valid_from,
	        .expires_at = c->expires_at,
	        .source = "mail",
	        .message_id = message_id,
	        .since = item->ledger.received_at,
	        .der = c->der,
	        .truststore = str_of(item->place->account->receive.smime.truststore),
	};

	return certificate_put(db, item->arena, &stored, err);
}

int learn_store(struct item *item, struct db *db, int64_t message_id, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < item->learned_count && r >= 0; i++)
		if (smime_certificate_names(&item->learned[i], item->message->from.address))
			r = store_one(item, db, message_id, &item->learned[i], err);
	return MIN(r, 0);
}
