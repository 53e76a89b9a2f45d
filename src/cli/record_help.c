/* hauspost help records and advanced: the reference of the set-up file, from the tables themselves. */
#include "cli/cli.h"

#include "setup/advanced.h"

#include <stdio.h>
#include <string.h>

static void print_type(const struct record_type *type)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	record_help(type, &out);
	fputs(buf_cstr(&out), stdout);
}

/* ---------------------------------------------------------------- advanced settings */

static const char *sides_of(const struct advanced_key *key)
{
	return key->sides == ADVANCED_SEND ? "send" : key->sides == ADVANCED_RECEIVE ? "receive" : "send, receive";
}

static void print_advanced_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < advanced_key_count; i++) {
		const struct advanced_key *key = &advanced_keys[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "key", key->name ? key->name : "",
		                                      "alias", key->alias ? key->alias : "", "sides", sides_of(key),
		                                      "value", key->value, "help", key->help));
	}
	cli_print_json(list);
}

static void print_advanced(void)
{
	for (size_t i = 0; i < advanced_key_count; i++) {
		const struct advanced_key *key = &advanced_keys[i];

		if (key->name)
			printf("%s (%s): %s\n", key->name, sides_of(key), key->value);
		if (key->alias)
			printf("%smail.PROTOCOL.%s%s\n", key->name ? "    also " : "", key->alias,
			       key->name ? "" : ": true");
		printf("    %s\n", key->help);
	}
	puts("auth.MECHANISM.disable (send, receive): true or false\n    also mail.PROTOCOL.auth.MECHANISM.disable\n"
	     "    Don't log in by this mechanism; the field disabled_mechanisms says the same");
}

bool print_record_help(const struct cli *cli, const char *topic)
{
	const struct record_type *only = setup_type_find(topic);
	json_t *all;

	if (strcmp(topic, "advanced") == 0) {
		if (cli->json)
			print_advanced_json();
		else
			print_advanced();
		return true;
	}
	if (!only && strcmp(topic, "records") != 0)
		return false;
	all = json_object();
	for (size_t i = 0; setup_types[i]; i++) {
		if (only && setup_types[i] != only)
			continue;
		if (cli->json)
			json_object_set_new(all, setup_types[i]->plural, record_help_json(setup_types[i]));
		else
			print_type(setup_types[i]);
		if (!cli->json && !only && setup_types[i + 1])
			putchar('\n');
	}
	if (cli->json)
		cli_print_json(all);
	else
		json_decref(all);
	return true;
}
