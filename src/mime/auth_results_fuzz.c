/* Fuzz target: any bytes as the value of Authentication-Results. */
#include "mime/auth_results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct auth_results all;

	if (!auth_results_parse(arena, str_new(data, size), &all))
		return 0;
	must(all.authserv_id.n > 0);
	for (size_t i = 0; i < all.count; i++) {
		must(all.results[i].method.n > 0 && all.results[i].result.n > 0);
		for (size_t k = 0; k < all.results[i].property_count; k++)
			must(all.results[i].properties[k].name.n > 0);
	}
	return 0;
}
