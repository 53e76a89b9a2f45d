/* See keystore_list.h. */
#include "cli/keystore_list.h"

#include "base/clock.h"
#include "cli/text.h"
#include "security/keystore.h"

#include <stdio.h>

static json_t *day(int64_t at)
{
	char iso[32];

	if (!at)
		return json_null();
	clock_format_iso(at, iso);
	return json_stringn(iso, 10);
}

static json_t *entry_json(const struct keystore_entry *e)
{
	json_t *addresses = json_array();
	char use[48];

	for (size_t i = 0; i < e->address_count; i++)
		json_array_append_new(addresses, cli_json_str(e->addresses[i]));
	keystore_use_text(e, use);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:I, s:b, s:s, s:o}", "alias", e->alias, "subject",
	                 e->subject, "issuer", e->issuer, "serial", e->serial, "valid_from", day(e->valid_from),
	                 "expires", day(e->expires_at), "expired", e->expires_at && e->expires_at < clock_now_ms(),
	                 "chain", (json_int_t)e->chain_length, "has_key", (int)e->has_key, "use", use, "addresses",
	                 addresses);
}

static void add_use(void *ctx, const char *place)
{
	json_array_append_new(ctx, json_string(place));
}

static json_t *used_by(const struct setup *setup, const struct keystore_record *record)
{
	json_t *places = json_array();

	keystore_each_use(setup, record->id, add_use, places);
	return places;
}

static json_t *keystore_json(const struct setup *setup, const struct keystore_record *record)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries;
	json_t *list = json_array();
	struct error err = {0};
	size_t n;

	if (keystore_record_open(record, &keystore, &err) < 0)
		return json_pack("{s:s, s:s, s:o, s:s, s:o}", "id", record->id, "name", record->name, "used_by",
		                 used_by(setup, record), "fault", err.text, "entries", list);
	n = keystore_entries(keystore, &entries);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, entry_json(&entries[i]));
	return json_pack("{s:s, s:s, s:o, s:o}", "id", record->id, "name", record->name, "used_by",
	                 used_by(setup, record), "entries", list);
}

static void print_entry(const struct keystore_entry *e)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	char use[48], iso[32] = "-";

	keystore_use_text(e, use);
	if (e->expires_at)
		clock_format_iso(e->expires_at, iso);
	buf_add(&line, STR("  "));
	line_column(&line, str_of(e->alias), 24);
	line_column(&line, str_of(use), 20);
	buf_printf(&line, "%s %.10s  ", e->expires_at && e->expires_at < clock_now_ms() ? "EXPIRED" : "until", iso);
	line_column(&line, str_of(e->subject), 0);
	line_put(&line);
	if (!*e->issuer || strcmp(e->issuer, e->subject) == 0)
		return;
	buf_add(&line, STR("    issued by "));
	line_column(&line, str_of(e->issuer), 0);
	line_put(&line);
}

static void print_use(void *ctx UNUSED, const char *place)
{
	printf("  used by %s\n", place);
}

static void print_keystore(const struct setup *setup, const struct keystore_record *record)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	const struct keystore_entry *entries;
	struct error err = {0};
	size_t n;

	line_column(&line, str_of(record->id), 24);
	line_column(&line, str_of(record->name), 0);
	line_put(&line);
	keystore_each_use(setup, record->id, print_use, NULL);
	if (keystore_record_open(record, &keystore, &err) < 0) {
		buf_printf(&line, "  can't be opened: %s", err.text);
		line_put(&line);
		return;
	}
	n = keystore_entries(keystore, &entries);
	for (size_t i = 0; i < n; i++)
		print_entry(&entries[i]);
}

int show_keystore(const struct cli *cli, const struct keystore_record *record)
{
	if (cli->json)
		cli_print_json(keystore_json(cli->setup, record));
	else
		print_keystore(cli->setup, record);
	return 0;
}

int list_keystores(const struct cli *cli)
{
	const void *const *records;
	size_t n = setup_list(cli->setup, &keystore_type, &records);
	json_t *all = cli->json ? json_array() : NULL;

	for (size_t i = 0; i < n; i++) {
		if (all)
			json_array_append_new(all, keystore_json(cli->setup, records[i]));
		else
			print_keystore(cli->setup, records[i]);
	}
	if (all)
		cli_print_json(all);
	else if (n == 0)
		puts("no keystores");
	return EXIT_OK;
}
