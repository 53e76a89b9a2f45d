/* Fuzz target: any bytes as a provider's description. What comes of it is a record, or refused by the record table. */
#include "setup/ispdb.h"

#include "setup/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_records(struct arena *arena, json_t *providers)
{
	const char *id;
	json_t *value;

	json_object_foreach (providers, id, value) {
		void *record;
		struct error err;

		json_object_set_new(value, "id", json_string(id));
		if (record_read(&provider_type, value, id, NULL, arena, &record, &err) == 0)
			record_done(&provider_type, record);
		else
			must(err.text[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf notes CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *providers = json_object();
	const struct ispdb_options all = {0}, one = {.id = "one", .domain = STR("example.com")};
	const struct ispdb *config;
	struct error err;

	if (ispdb_read(str_new(data, size), arena, &config, &err) == 0) {
		(void)!ispdb_providers(config, &all, providers, &notes, &err);
		(void)!ispdb_providers(config, &one, providers, &notes, &err);
		read_records(arena, providers);
	}
	json_decref(providers);
	return 0;
}
