/* Fuzz target: any bytes as a keystore, with the seeds' password. What was opened can be described. */
#include "security/keystore.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secret password CLEANUP(secret_done) = {0};
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries, *found;
	struct error err = {0};
	char use[48];
	size_t n;

	secret_set(&password, STR("secret"));
	if (keystore_open(str_new(data, size), &password, &keystore, &err) < 0) {
		must(err.code && err.text[0]);
		return 0;
	}
	n = keystore_entries(keystore, &entries);
	must(n > 0 && n <= 2 * KEYSTORE_MAX_ENTRIES);
	for (size_t i = 0; i < n; i++) {
		must(str_is_utf8(str_of(entries[i].alias)) && str_is_utf8(str_of(entries[i].subject)));
		keystore_use_text(&entries[i], use);
		must(use[0] && strlen(use) < sizeof use);
	}
	must(keystore_find(keystore, entries[n - 1].alias, &found, &err) == 0);
	return 0;
}
