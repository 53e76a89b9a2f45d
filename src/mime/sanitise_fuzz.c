/* Fuzz target: any bytes as a page. What is written has nothing that isn't permitted, and sanitising it again changes
 * nothing. The first byte chooses whether remote images may stay. */
#include "sanitise_check.h"

#include "mime/sanitise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Pages are UTF-8. */
static struct str page_of(struct arena *arena, struct str bytes)
{
	struct str page = arena_str(arena, bytes);
	char *copy = arena_bytes(arena, bytes.n + 1);

	for (size_t i = 0; i < bytes.n; i++)
		copy[i] = bytes.p[i] & 0x7f;
	return str_is_utf8(page) ? page : str_new(copy, bytes.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct sanitise_options options = {.allow_remote = size && data[0] == '+', .max_bytes = KIB(64)};
	struct sanitised safe = html_sanitise(arena, page_of(arena, str_new(data, size)), &options);
	struct sanitised again = html_sanitise(arena, safe.html, &options);
	const char *wrong = check_page(safe.html, options.allow_remote);

	if (wrong)
		fprintf(stderr, "%s in: " STR_FMT "\n", wrong, STR_ARG(safe.html));
	must(!wrong);
	must(safe.html.n <= options.max_bytes);
	must(str_eq(safe.html, again.html));
	must(again.blocked_remote == 0);
	return 0;
}
