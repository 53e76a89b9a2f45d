/* hauspost apply, export, list, show, delete: the set-up. */
#include "cli/cli.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/keystore_list.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_SETUP_FILE MIB(16)
#define KINDS                                                                                            \
	"Kinds: providers, templates, case_types, keystores, authentication_profiles, accounts, rules, " \
	"listeners, blocks,\ninlets, operators, identity_providers, webhooks, alerts (or each in the singular).\n"

/* Into an empty store, or what would be done where there is none yet: that is made for a document without mistakes
 * only. */
static int preview(struct cli *cli, const json_t *document, struct buf *report, struct error *err)
{
	struct vault *vault CLEANUP(vault_freep) = NULL;
	struct buf keys CLEANUP(buf_done) = BUF_INIT(4200);
	struct sealer sealer;

	buf_printf(&keys, "%s/keys", cli->home);
	if (access(buf_cstr(&keys), F_OK) < 0)
		return setup_preview(NULL, document, report, err);
	if (vault_open(buf_cstr(&keys), false, &vault, err) < 0)
		return err->code = E_STORE;
	sealer = vault_sealer(vault);
	return setup_preview(&sealer, document, report, err);
}

static int connect_to(struct cli *cli, bool create, struct db **ret_db, struct error *err)
{
	int r = cli_open(cli, create, err);

	return r < 0 ? r : store_connect(cli->store, ret_db, err);
}

/* Where files named in the set-up file are looked for. */
static const char *folder_of(const char *path, char *room, size_t size)
{
	const char *slash = strrchr(path, '/');

	snprintf(room, size, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	return slash == path ? "/" : room;
}

int cli_read_document(const char *path, json_t **ret_document, struct error *err)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(MAX_SETUP_FILE);
	char folder[4096];
	int r = file_read(path, &text, err);

	if (r == 0)
		r = yaml_read(buf_str(&text), path, ret_document, err);
	if (r == 0)
		r = keystores_read_files(*ret_document, folder_of(path, folder, sizeof folder), err);
	if (r == 0)
		r = logos_read_files(*ret_document, folder_of(path, folder, sizeof folder), err);
	return r < 0 ? r : setup_resolve_secrets(*ret_document, err);
}

/* ---------------------------------------------------------------- apply */

static void show_applied(const struct cli *cli, int changes, bool dry_run, const struct buf *report)
{
	if (cli->json) {
		cli_print_json(json_pack("{s:i, s:b, s:s}", "changed", changes, "dry_run", dry_run, "report",
		                         buf_cstr(report)));
		return;
	}
	lines_put(buf_str(report));
	if (changes == 0)
		puts("nothing to change");
	else if (dry_run)
		printf("%d record%s would change; without --dry-run it is done\n", changes, changes == 1 ? "" : "s");
}

static int apply_document(struct cli *cli, const json_t *document, bool dry_run, struct buf *report, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = dry_run ? cli_open(cli, false, err) : cli_open_newest(cli, err);

	if (r == 0)
		r = store_connect(cli->store, &db, err);
	if (cli->no_store) {
		r = preview(cli, document, report, err);
		if (r < 0 || dry_run) {
			cli->no_store = false;
			return r;
		}
		buf_clear(report);
		r = connect_to(cli, true, &db, err);
	}
	return r < 0 ? r : setup_apply(db, &cli->sealer, document, cli_author(), dry_run, report, err);
}

static int run_apply(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"dry-run", no_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	struct buf report CLEANUP(buf_done) = BUF_INIT(MAX_SETUP_FILE);
	json_t *document = NULL;
	bool dry_run = false;
	struct error err;
	int c, r;

	while ((c = getopt_long(argc, argv, ":n", options, NULL)) != -1) {
		if (c != 'n')
			return cli_wrong_option(cli, &apply_command, c, argv);
		dry_run = true;
	}
	if (argc - optind != 1)
		return cli_usage(cli, &apply_command, "apply takes one file ('-' for standard input)");
	r = cli_read_document(argv[optind], &document, &err);
	if (r == 0)
		r = apply_document(cli, document, dry_run, &report, &err);
	json_decref(document);
	if (r < 0)
		return cli_fail(cli, &err);
	show_applied(cli, r, dry_run, &report);
	return EXIT_OK;
}

const struct command apply_command = {
        .name = "apply",
        .arguments = "FILE [--dry-run]",
        .summary = "Take over a set-up file (YAML); all of it or nothing",
        .help = "  -n, --dry-run  only show what would change\n"
                "\n"
                "Records in the file are created or replaced; others stay as they are. The first apply makes the store "
                "and its key file.\n",
        .run = run_apply,
};

/* ---------------------------------------------------------------- export, show */

static void print_document(const struct cli *cli, json_t *document)
{
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(MAX_SETUP_FILE);

	if (cli->json) {
		cli_print_json(document);
		return;
	}
	yaml_write(document, &yaml);
	fputs(buf_cstr(&yaml), stdout);
	json_decref(document);
}

static int export_and_print(struct cli *cli, const char *kind, const char *id, enum secret_form form, bool whole)
{
	struct db *db CLEANUP(db_closep) = NULL;
	json_t *document = NULL;
	struct error err;
	int r = connect_to(cli, false, &db, &err);

	if (r == 0)
		r = setup_export(db, &cli->sealer, kind, id, form, whole, &document, &err);
	if (r < 0)
		return cli_fail(cli, &err);
	print_document(cli, document);
	return EXIT_OK;
}

static int run_export(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"sealed", no_argument, NULL, 's'}, {"all-fields", no_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
	enum secret_form form = SECRETS_MASKED;
	bool whole = false;
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 's')
			form = SECRETS_SEALED;
		else if (c == 'a')
			whole = true;
		else
			return cli_wrong_option(cli, &export_command, c, argv);
	}
	if (argc - optind > 2)
		return cli_usage(cli, &export_command, "export takes a kind and an id at most");
	if (optind < argc && !setup_type_find(argv[optind]))
		return cli_wrong_kind(cli, &export_command, argv[optind]);
	return export_and_print(cli, optind < argc ? argv[optind] : NULL, optind + 1 < argc ? argv[optind + 1] : NULL,
	                        form, whole);
}

const struct command export_command = {
        .name = "export",
        .arguments = "[KIND [ID]] [--sealed] [--all-fields]",
        .summary = "Write the set-up as a file that apply takes",
        .help = "  --sealed       secrets in sealed form, of use with the same key file only (else masked: apply keeps "
                "what is stored)\n"
                "  --all-fields   fields that have their default value, too\n",
        .run = run_export,
};

static int run_show(struct cli *cli, int argc, char **argv)
{
	if (argc != 3)
		return cli_usage(cli, &show_command, "show takes a kind and an id");
	if (!setup_type_find(argv[1]))
		return cli_wrong_kind(cli, &show_command, argv[1]);
	return export_and_print(cli, argv[1], argv[2], SECRETS_MASKED, true);
}

const struct command show_command = {
        .name = "show",
        .arguments = "KIND ID",
        .summary = "Show one record with all its fields",
        .help = KINDS,
        .run = run_show,
};

/* ---------------------------------------------------------------- list, delete */

static void print_record_line(const struct record_type *type, const void *record)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));
	json_t *json = NULL;
	const char *name;
	struct error err;

	if (record_write(type, record, "", SECRETS_OMITTED, true, NULL, &json, &err) < 0)
		return;
	name = json_string_value(json_object_get(json, "name"));
	line_column(&line, str_of(record_id(type, record)), 24);
	line_column(&line, str_of(name ? name : ""), 0);
	line_put(&line);
	json_decref(json);
}

static int run_list(struct cli *cli, int argc, char **argv)
{
	const struct record_type *type = argc == 2 ? setup_type_find(argv[1]) : NULL;
	const void *const *records;
	struct error err;
	size_t n;

	if (argc > 2)
		return cli_usage(cli, &list_command, "list takes one kind");
	if (!type)
		return cli_wrong_kind(cli, &list_command, argc > 1 ? argv[1] : NULL);
	if (cli_load(cli, &err) < 0)
		return cli_fail(cli, &err);
	if (type == &keystore_type)
		return list_keystores(cli);
	n = setup_list(cli->setup, type, &records);
	if (cli->json) {
		json_t *ids = json_array();

		for (size_t i = 0; i < n; i++)
			json_array_append_new(ids, json_string(record_id(type, records[i])));
		cli_print_json(ids);
		return EXIT_OK;
	}
	for (size_t i = 0; i < n; i++)
		print_record_line(type, records[i]);
	if (n == 0)
		printf("no %s\n", type->plural);
	return EXIT_OK;
}

const struct command list_command = {
        .name = "list",
        .arguments = "KIND",
        .summary = "List the records of a kind (accounts, listeners, …)",
        .help = KINDS "Of keystores it tells what they hold: alias, use, expiry, subject, issuer; never a key.\n",
        .run = run_list,
};

static int64_t delete_record(struct cli *cli, const char *kind, const char *id, bool cancels_mail, struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = connect_to(cli, false, &db, err);

	if (r < 0)
		return r;
	return cancels_mail ? setup_delete_with_mail(db, &cli->sealer, kind, id, cli_author(), err)
	                    : setup_delete(db, &cli->sealer, kind, id, cli_author(), err);
}

static void show_deleted(const struct cli *cli, const char *kind, const char *id, int64_t cancelled)
{
	if (cli->json) {
		json_t *json = json_pack("{s:s, s:s}", "kind", kind, "deleted", id);

		if (cancelled)
			json_object_set_new(json, "cancelled_mail", json_integer(cancelled));
		cli_print_json(json);
		return;
	}
	printf("%s %s deleted\n", kind, id);
	if (cancelled)
		printf("%lld %s in the outbox cancelled\n", (long long)cancelled,
		       cancelled == 1 ? "letter" : "letters");
}

static int run_delete(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"cancel-mail", no_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
	bool cancels_mail = false;
	struct error err;
	int64_t cancelled;
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c != 'c')
			return cli_wrong_option(cli, &delete_command, c, argv);
		cancels_mail = true;
	}
	if (argc - optind != 2)
		return cli_usage(cli, &delete_command, "delete takes a kind and an id");
	if (!setup_type_find(argv[optind]))
		return cli_wrong_kind(cli, &delete_command, argv[optind]);
	cancelled = delete_record(cli, argv[optind], argv[optind + 1], cancels_mail, &err);
	if (cancelled < 0)
		return cli_fail(cli, &err);
	show_deleted(cli, setup_type_find(argv[optind])->kind, argv[optind + 1], cancelled);
	return EXIT_OK;
}

const struct command delete_command = {
        .name = "delete",
        .arguments = "KIND ID [--cancel-mail]",
        .summary = "Delete a record that no other refers to",
        .help = "  --cancel-mail  of an account: cancels its mail that waits in the outbox, which refuses the deletion "
                "otherwise\n"
                "\n" KINDS,
        .run = run_delete,
};
