/* Fuzz target: a key record, a NUL, and a message whose signatures are checked with it. */
#include "security/dkim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_make_sense(const struct dkim *dkim, const struct dkim_signature *s, struct str raw)
{
	must(s->result != DKIM_UNCHECKED || s->key_name.n);
	must(s->result == DKIM_UNCHECKED || s->reason.n);
	must(s->key_name.n < 254);
	must(dkim->body_at <= raw.n);
	must(!dkim->from || (dkim->from >= raw.p && dkim->from < raw.p + raw.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct str raw = str_new(data, size), record = STR("");
	ptrdiff_t nul = str_find_char(raw, '\0');
	struct dkim *dkim;

	if (nul >= 0) {
		record = str_slice(raw, 0, (size_t)nul);
		raw = str_slice(raw, (size_t)nul + 1, raw.n);
	}
	dkim = dkim_read(arena, raw, &(struct dkim_options){.now_s = 1528637999});
	for (size_t i = 0; i < dkim->count; i++) {
		must_make_sense(dkim, &dkim->signatures[i], raw);
		if (!dkim->signatures[i].key_name.n)
			continue;
		dkim_verify(dkim, i, DKIM_KEY_FOUND, &record, 1);
		must(dkim->signatures[i].result != DKIM_UNCHECKED);
		must_make_sense(dkim, &dkim->signatures[i], raw);
	}
	return 0;
}
