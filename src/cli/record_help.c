/* hauspost help records: the reference of the set-up file, from the record tables themselves. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static void print_type(const struct record_type *type)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64));

	record_help(type, &out);
	fputs(buf_cstr(&out), stdout);
}

bool print_record_help(const struct cli *cli, const char *topic)
{
	const struct record_type *only = setup_type_find(topic);
	json_t *all;

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
