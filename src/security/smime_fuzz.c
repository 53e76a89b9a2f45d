/* Fuzz target: any bytes as a CMS structure, opened with keys that fit the seeds, and as a detached signature. Nothing
 * is claimed of a structure without a reason, and what is shown of it is UTF-8. */
#include "security/smime.h"
#include "test_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct keystore *keystore(const char *pem)
{
	struct keystore *opened = NULL;

	must(keystore_open(str_of(pem), NULL, &opened, NULL) == 0);
	return opened;
}

static void check(const struct smime_layer *layer)
{
	bool well = layer->status == SMIME_VALID || layer->status == SMIME_DECRYPTED;

	must(well == (layer->reason.n == 0) && str_is_utf8(layer->reason) && str_is_utf8(layer->algorithm));
	must(layer->status != SMIME_VALID || layer->signer_count > 0);
	for (size_t i = 0; i < layer->signer_count; i++)
		must(str_is_utf8(layer->signers[i].subject) && str_is_utf8(layer->signers[i].algorithm));
	for (size_t i = 0; i < layer->recipient_count; i++)
		must(str_is_utf8(layer->recipients[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keystore *keys, *trust;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf der CLEANUP(buf_done) = BUF_INIT(SMIME_MAX_BYTES);
	struct smime_layer layer;
	struct str inside;

	keys = keys ? keys : keystore(desk_pem);
	trust = trust ? trust : keystore(ca_pem);
	struct smime_place place = {.keys = keys, .trust = trust, .at = 1795000000000};
	buf_add(&der, str_new(data, size));
	if (smime_open(arena, &place, &der, &layer, &inside))
		must(inside.n <= size && (inside.n == 0 || inside.p));
	check(&layer);
	smime_verify(arena, &place, STR("Content-Type: text/plain\r\n\r\nhi\r\n"), str_new(data, size), &layer);
	check(&layer);
	return 0;
}
