/* Fuzz target: any bytes as a winmail.dat. What is read lies in the bytes or is valid UTF-8. */
#include "tnef.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct tnef_file files[8];
	struct str bytes = str_new(data, size);
	size_t count = tnef_read(arena, bytes, files, ARRAY_LEN(files));

	must(count <= ARRAY_LEN(files));
	for (size_t i = 0; i < count; i++) {
		must(str_is_utf8(files[i].name) && str_is_utf8(files[i].type) && str_is_utf8(files[i].content_id));
		must(files[i].content.n == 0 ||
		     (files[i].content.p >= bytes.p && files[i].content.p + files[i].content.n <= bytes.p + bytes.n));
	}
	return 0;
}
