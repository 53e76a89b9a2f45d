/* See smime_text.h. */
#include "intake/smime_text.h"

#include "base/clock.h"

#include <stdlib.h>

#define SUMMARY_MAX 1000

const char *smime_verdict_word(enum smime_verdict verdict)
{
	static const char *const words[] = {
	        [VERDICT_UNSIGNED] = "unsigned",   [VERDICT_GOOD] = "good", [VERDICT_OTHER_ADDRESS] = "other-address",
	        [VERDICT_UNTRUSTED] = "untrusted", [VERDICT_WEAK] = "weak", [VERDICT_CHANGED] = "changed",
	        [VERDICT_DAMAGED] = "damaged",
	};

	return words[verdict];
}

static const char *kind_word(enum smime_kind kind)
{
	return kind == SMIME_SIGNED ? "signed" : kind == SMIME_ENCRYPTED ? "encrypted" : "other";
}

/* ---------------------------------------------------------------- one line */

static struct str signer_name(const struct smime_layer *layer)
{
	const struct smime_signer *signer = layer->signer_count ? &layer->signers[0] : NULL;

	if (!signer)
		return STR("somebody");
	return signer->address_count ? signer->addresses[0] : signer->subject.n ? signer->subject : STR("somebody");
}

static void say_signed(struct buf *out, const struct smime_found *found)
{
	const struct smime_layer *layer = &found->layer;
	struct str who = signer_name(layer);

	switch (layer->status) {
	case SMIME_VALID:
		buf_printf(out, "signed by " STR_FMT "%s, vouched for by " STR_FMT, STR_ARG(who),
		           found->matches_from ? "" : ", who is not the sender", STR_ARG(layer->signers[0].trusted_by));
		return;
	case SMIME_UNTRUSTED:
		buf_printf(out, "signed by " STR_FMT ", not trusted: " STR_FMT, STR_ARG(who), STR_ARG(layer->reason));
		return;
	case SMIME_WEAK:
		buf_printf(out, "signed by " STR_FMT ", which proves nothing: " STR_FMT, STR_ARG(who),
		           STR_ARG(layer->reason));
		return;
	case SMIME_CHANGED:
		buf_printf(out, "the signature is not valid: " STR_FMT, STR_ARG(layer->reason));
		return;
	case SMIME_DECRYPTED:
	case SMIME_NO_KEY:
	case SMIME_DAMAGED:
	case SMIME_UNSUPPORTED:
		buf_printf(out, "signature without value: " STR_FMT, STR_ARG(layer->reason));
		return;
	}
}

static void say(struct buf *out, const struct smime_found *found)
{
	const struct smime_layer *layer = &found->layer;

	if (!found->is_whole)
		buf_printf(out, "part " STR_FMT ": ", STR_ARG(found->number));
	if (layer->kind == SMIME_SIGNED) {
		say_signed(out, found);
	} else if (layer->kind == SMIME_OTHER) {
		buf_printf(out, "not opened: " STR_FMT, STR_ARG(layer->reason));
	} else {
		buf_printf(out, "encrypted with " STR_FMT "%s", STR_ARG(layer->algorithm),
		           layer->is_weak ? " (not safe any more)" : "");
		if (layer->status == SMIME_DECRYPTED)
			buf_printf(out, ", opened with key " STR_FMT, STR_ARG(layer->key_alias));
		else
			buf_printf(out, ", not opened: " STR_FMT, STR_ARG(layer->reason));
	}
}

struct str smime_summary(struct arena *arena, const struct smime_report *report)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));
	size_t n;

	for (size_t i = 0; i < report->count; i++) {
		if (i)
			buf_add(&out, STR("; "));
		say(&out, &report->found[i]);
	}
	n = MIN(out.n, (size_t)SUMMARY_MAX);
	while (n && n < out.n && ((unsigned char)out.p[n] & 0xc0) == 0x80)
		n--;
	return arena_str(arena, str_slice(buf_str(&out), 0, n));
}

/* ---------------------------------------------------------------- JSON */

static json_t *text(struct str s)
{
	json_t *value = json_stringn(s.p ? s.p : "", s.n);

	return value ? value : json_string("");
}

static json_t *texts(const struct str *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, text(items[i]));
	return array;
}

static json_t *moment(int64_t at)
{
	char iso[32];

	if (!at)
		return json_null();
	clock_format_iso(at, iso);
	return json_string(iso);
}

/* Whether it was revoked isn't asked anywhere: that would tell the CA's server who reads which mail. */
static json_t *signer_json(const struct smime_signer *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:s}", "subject", text(s->subject),
	                 "issuer", text(s->issuer), "serial", text(s->serial), "addresses",
	                 texts(s->addresses, s->address_count), "algorithm", text(s->algorithm), "signed_at",
	                 moment(s->signed_at), "valid_from", moment(s->valid_from), "expires_at", moment(s->expires_at),
	                 "expired_when_signed", (int)s->expired_when_signed, "trusted_by", text(s->trusted_by),
	                 "revocation", "unknown");
}

static json_t *layer_json(const struct smime_found *found)
{
	const struct smime_layer *layer = &found->layer;
	json_t *object = json_pack("{s:o, s:b, s:s, s:s, s:o, s:o, s:b}", "part", text(found->number), "whole",
	                           (int)found->is_whole, "kind", kind_word(layer->kind), "status",
	                           smime_status_word(layer->status), "reason", text(layer->reason), "note",
	                           text(layer->note), "weak", (int)layer->is_weak);
	json_t *signers = json_array();

	if (layer->kind == SMIME_ENCRYPTED) {
		json_object_set_new(object, "algorithm", text(layer->algorithm));
		json_object_set_new(object, "authenticated", json_boolean(layer->is_authenticated));
		json_object_set_new(object, "key", text(layer->key_alias));
		json_object_set_new(object, "recipients", texts(layer->recipients, layer->recipient_count));
	}
	for (size_t i = 0; i < layer->signer_count; i++)
		json_array_append_new(signers, signer_json(&layer->signers[i]));
	if (layer->kind == SMIME_SIGNED) {
		json_object_set_new(object, "matches_from", json_boolean(found->matches_from));
		json_object_set_new(object, "signers", json_incref(signers));
	}
	json_decref(signers);
	return object;
}

json_t *smime_json(const struct smime_report *report)
{
	json_t *layers = json_array();

	for (size_t i = 0; i < report->count; i++)
		json_array_append_new(layers, layer_json(&report->found[i]));
	return json_pack("{s:s, s:o, s:b, s:b, s:b, s:o}", "verdict", smime_verdict_word(report->verdict), "summary",
	                 text(report->summary), "encrypted", (int)report->is_encrypted, "opened",
	                 (int)report->is_opened, "hides_subject", report->message && report->message->hides_subject,
	                 "layers", layers);
}

struct str smime_text(struct arena *arena, const struct smime_report *report)
{
	json_t *object = smime_json(report);
	char *dumped = json_dumps(object, JSON_COMPACT);
	struct str copy = arena_str(arena, str_of(dumped ? dumped : ""));

	free(dumped);
	json_decref(object);
	return copy;
}

/* ---------------------------------------------------------------- a page */

static void day(struct buf *out, const char *label, int64_t at)
{
	char iso[32];

	if (!at)
		return;
	clock_format_iso(at, iso);
	buf_printf(out, "%s%.10s", label, iso);
}

static void page_signer(struct buf *out, const struct smime_signer *s)
{
	char iso[32];

	if (!s->subject.n)
		return;
	buf_printf(out, "    " STR_FMT "\n      issued by " STR_FMT ", serial number " STR_FMT "\n     ",
	           STR_ARG(s->subject), STR_ARG(s->issuer), STR_ARG(s->serial));
	day(out, " valid from ", s->valid_from);
	day(out, " to ", s->expires_at);
	buf_printf(out, "; " STR_FMT, STR_ARG(s->algorithm));
	if (s->signed_at) {
		clock_format_iso(s->signed_at, iso);
		buf_printf(out, "; signed %s", iso);
	}
	buf_add(out, STR("; revocation unknown\n"));
	for (size_t i = 0; i < s->address_count; i++)
		buf_printf(out, "      for " STR_FMT "\n", STR_ARG(s->addresses[i]));
}

void smime_page(const struct smime_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct smime_found *found = &report->found[i];
		const struct smime_layer *layer = &found->layer;

		buf_add(out, STR("  "));
		say(out, found);
		buf_add_char(out, '\n');
		if (layer->note.n)
			buf_printf(out, "    " STR_FMT "\n", STR_ARG(layer->note));
		for (size_t k = 0; k < layer->signer_count; k++)
			page_signer(out, &layer->signers[k]);
		for (size_t k = 0; k < layer->recipient_count; k++)
			buf_printf(out, "    for " STR_FMT "\n", STR_ARG(layer->recipients[k]));
	}
}
