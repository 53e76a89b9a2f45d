/* See smime.h: which structures a mail has, one in the other. */
#include "intake/smime.h"

#include "intake/smime_text.h"
#include "mime/opened.h"

struct reading {
	struct arena *arena;
	const struct smime_place *place;
	const struct message *m; /* the mail, for its From */
	struct smime_report *report;
	struct opened opened[SMIME_PARTS_MAX];
	size_t opened_count;
	const struct part *followed[SMIME_PARTS_MAX];
	size_t followed_count;
};

/* ---------------------------------------------------------------- which parts */

static bool is_application(const struct part *part, struct str subtype, struct str old_subtype)
{
	return str_eq(part->type, STR("application")) &&
	       (str_eq(part->subtype, subtype) || str_eq(part->subtype, old_subtype));
}

static bool is_signature(const struct part *part)
{
	return is_application(part, STR("pkcs7-signature"), STR("x-pkcs7-signature"));
}

/* RFC 8551 §3.1.2: the signed part, then the signature. */
static bool is_signed(const struct part *part)
{
	const struct part *first = part->first_child;

	return str_eq(part->type, STR("multipart")) && str_eq(part->subtype, STR("signed")) && first && first->next &&
	       is_signature(first->next);
}

/* Some gateways lose the type and keep the name (RFC 8551 §3.2.1). */
static bool is_structure(const struct part *part)
{
	return is_application(part, STR("pkcs7-mime"), STR("x-pkcs7-mime")) ||
	       (is_application(part, STR("octet-stream"), STR("octet-stream")) &&
	        str_ends_nocase(part->filename, STR(".p7m")));
}

/* ---------------------------------------------------------------- one structure */

static bool speaks_for_sender(const struct reading *reading, const struct smime_signer *signer)
{
	const struct address_list *from = &reading->m->from_list;
	size_t n = 0;

	for (size_t i = 0; i < from->count; i++) {
		if (!smime_signer_has(signer, from->items[i].address))
			return false;
		n++;
	}
	return n > 0;
}

static struct smime_found *found_new(struct reading *reading, const struct part *part, bool is_whole)
{
	struct smime_report *report = reading->report;
	struct smime_found *found;

	if (report->count == SMIME_PARTS_MAX)
		return NULL;
	found = &report->found[report->count++];
	reading->followed[reading->followed_count++] = part;
	*found = (struct smime_found){.number = part_number(reading->arena, part), .is_whole = is_whole};
	return found;
}

static void finish(const struct reading *reading, struct smime_found *found)
{
	for (size_t i = 0; i < found->layer.signer_count; i++)
		found->matches_from |= speaks_for_sender(reading, &found->layer.signers[i]);
}

static void too_large(struct smime_layer *layer, enum smime_kind kind)
{
	*layer = (struct smime_layer){.kind = kind,
	                              .status = SMIME_DAMAGED,
	                              .reason = STR("it is larger than 64 MiB, which is the most that is opened")};
}

static bool decode(const struct part *part, struct buf *der)
{
	uint64_t n = part_decoded_size(part);

	buf_init(der, SMIME_MAX_BYTES);
	return n <= SMIME_MAX_BYTES && buf_room(der, n + 1) && part_decode(part, der);
}

static void verify(struct reading *reading, struct part *part, struct smime_found *found)
{
	struct part *signature = part->first_child->next;
	struct buf der CLEANUP(buf_done) = {0};

	if (decode(signature, &der))
		smime_verify(reading->arena, reading->place, part->first_child->raw, buf_str(&der), &found->layer);
	else
		too_large(&found->layer, SMIME_SIGNED);
	finish(reading, found);
	/* One that can't be read stays among the attachments, for whoever wants to look into it. */
	if (found->layer.status != SMIME_DAMAGED && found->layer.status != SMIME_UNSUPPORTED)
		reading->opened[reading->opened_count++] = (struct opened){.part = signature};
}

/* NULL where nothing came out of it. */
static struct message *open_structure(struct reading *reading, struct part *part, struct smime_found *found)
{
	struct message *inside = NULL;
	struct buf der CLEANUP(buf_done) = {0};
	struct str content;

	if (!decode(part, &der)) {
		too_large(&found->layer, SMIME_OTHER);
		return NULL;
	}
	if (smime_open(reading->arena, reading->place, &der, &found->layer, &content)) {
		struct message_limits limits = reading->m->limits;

		limits.done_with = NULL;
		limits.ctx = NULL;
		inside = message_parse(reading->arena, content, &limits);
	}
	finish(reading, found);
	return inside;
}

/* ---------------------------------------------------------------- one in the other */

static bool was_followed(const struct reading *reading, const struct part *part)
{
	for (size_t i = 0; i < reading->followed_count; i++)
		if (reading->followed[i] == part)
			return true;
	return false;
}

static void too_deep(struct smime_found *found)
{
	found->layer = (struct smime_layer){.kind = SMIME_OTHER,
	                                    .status = SMIME_UNSUPPORTED,
	                                    .reason = STR("it is nested too deep: at most 4 are opened")};
}

/* Takes up what came out of `part`. What is the whole mail is shown at every step; of what stands among other parts the
 * outermost place shows the innermost content. */
static void go_inside(struct reading *reading, struct part *part, struct message *inside, bool is_whole, size_t *place)
{
	inside->root->parent = part; /* for the numbers of its parts */
	part->embedded = inside->root;
	if (!is_whole && *place != SIZE_MAX) {
		reading->opened[*place].inside = inside;
		return;
	}
	*place = reading->opened_count;
	reading->opened[reading->opened_count++] = (struct opened){part, inside, is_whole};
}

/* From `part` inwards as long as one structure is all there is in the other. Returns the message that the innermost
 * content is part of: `m`, or one that was opened. */
static struct message *follow(struct reading *reading, struct message *m, struct part *part, bool is_whole)
{
	size_t place = SIZE_MAX;

	for (int depth = 0; is_signed(part) || is_structure(part); depth++) {
		struct smime_found *found = found_new(reading, part, is_whole);
		struct message *inside;

		if (!found)
			return m;
		if (depth == SMIME_DEPTH_MAX) {
			too_deep(found);
			return m;
		}
		if (is_signed(part)) {
			verify(reading, part, found);
			part = part->first_child;
			continue;
		}
		inside = open_structure(reading, part, found);
		if (!inside)
			return m;
		go_inside(reading, part, inside, is_whole, &place);
		m = inside;
		part = inside->root;
	}
	return m;
}

/* What stands among other parts: each for itself. */
static void follow_others(struct reading *reading, struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		struct part *part = m->parts[i];

		if ((is_signed(part) || is_structure(part)) && !was_followed(reading, part))
			follow(reading, m, part, false);
	}
}

bool smime_is_needed(const struct message *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (is_signed(m->parts[i]) || is_structure(m->parts[i]))
			return true;
	return false;
}

/* ---------------------------------------------------------------- what it all means */

static enum smime_verdict verdict_of(const struct smime_found *found)
{
	switch (found->layer.status) {
	case SMIME_VALID:
		return found->matches_from ? VERDICT_GOOD : VERDICT_OTHER_ADDRESS;
	case SMIME_UNTRUSTED:
		return VERDICT_UNTRUSTED;
	case SMIME_WEAK:
		return VERDICT_WEAK;
	case SMIME_CHANGED:
		return VERDICT_CHANGED;
	case SMIME_DECRYPTED:
	case SMIME_NO_KEY:
	case SMIME_DAMAGED:
	case SMIME_UNSUPPORTED:
		break;
	}
	return VERDICT_DAMAGED;
}

/* Of several signatures over the whole a good one is enough (a gateway's around the author's), unless one shows that
 * something was changed. */
static void conclude(struct smime_report *report)
{
	bool changed = false, closed = false;

	for (size_t i = 0; i < report->count; i++) {
		const struct smime_found *found = &report->found[i];
		enum smime_verdict one = verdict_of(found);

		if (!found->is_whole)
			continue;
		report->is_encrypted |= found->layer.kind == SMIME_ENCRYPTED;
		closed |= found->layer.kind == SMIME_ENCRYPTED && found->layer.status != SMIME_DECRYPTED;
		if (found->layer.kind != SMIME_SIGNED)
			continue;
		changed |= one == VERDICT_CHANGED;
		report->verdict = report->verdict == VERDICT_UNSIGNED ? one : MIN(one, report->verdict);
	}
	report->is_opened = report->is_encrypted && !closed;
	if (changed)
		report->verdict = VERDICT_CHANGED;
}

const struct smime_report *smime_read(struct arena *arena, struct message *m, const struct smime_place *place)
{
	struct reading reading = {.arena = arena, .place = place, .m = m};
	struct message *innermost;

	if (!smime_is_needed(m))
		return NULL;
	reading.report = ARENA_NEW(arena, struct smime_report);
	innermost = follow(&reading, m, m->root, true);
	follow_others(&reading, innermost);
	conclude(reading.report);
	reading.report->message = message_opened(arena, m, reading.opened, reading.opened_count);
	reading.report->summary = smime_summary(arena, reading.report);
	return reading.report;
}
