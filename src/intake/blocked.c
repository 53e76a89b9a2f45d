/* See blocked.h. */
#include "intake/blocked.h"

const struct block *blocked_by(const struct setup *setup, struct str address)
{
	const struct block *found = NULL;
	const void *const *blocks;
	size_t n = setup_list(setup, &block_type, &blocks);

	for (size_t i = 0; i < n && address.n; i++) {
		const struct block *block = blocks[i];

		if (block->enabled && block_fits((enum block_kind)block->kind, str_of(block->value), address) &&
		    (!found || block->action > found->action))
			found = block;
	}
	return found;
}

bool is_never_answered(const struct setup *setup, struct str address)
{
	static const char *const presets[] = {"postmaster", "noreply", "no-reply", "mail-daemon", "mailer-daemon"};

	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (block_fits(BLOCK_PART, str_of(presets[i]), address))
			return true;
	return blocked_by(setup, address) != NULL;
}
