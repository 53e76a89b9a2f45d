/* hauspost import: providers as other programs describe them. */
#include "cli/cli.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/text.h"
#include "setup/ispdb.h"
#include "setup/xml.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#define MAX_FILES     10000
#define MAX_NAMESAKES 10

struct import {
	const struct cli *cli;
	const char *prefix;
	json_t *document;  /* {"providers": {…}} */
	json_t *providers; /* of the document */
	json_t *refused;   /* for JSON: {"file", "reason"} */
	struct buf notes;
	int files, refusals;
};

static void import_done(struct import *import)
{
	json_decref(import->document);
	json_decref(import->refused);
	buf_done(&import->notes);
}

/* ---------------------------------------------------------------- one file */

/* What apply would say of it, before it is among the others. */
static int check_records(const json_t *providers, struct error *err)
{
	const char *id;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)providers, id, value) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		json_t *record CLEANUP(json_decrefp) = json_copy(value);
		void *provider;

		json_object_set_new(record, "id", json_string(id));
		if (record_read(&provider_type, record, "", NULL, arena, &provider, err) < 0)
			return err->code;
		record_done(&provider_type, provider);
	}
	return 0;
}

static int merge(struct import *import, json_t *found, struct error *err)
{
	const char *id;
	json_t *value;

	json_object_foreach (found, id, value)
		if (json_object_get(import->providers, id))
			return fail(err, E_CONFLICT, RETRY_NEVER, "its id \"%s\" is in another file, too", id);
	json_object_update(import->providers, found);
	return 0;
}

/* "zoho.eu" of "folder/zoho.eu.xml" */
static const char *name_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct str name = str_of(slash ? slash + 1 : path);

	return arena_cstr(arena, str_slice(name, 0, str_ends_nocase(name, STR(".xml")) ? name.n - 4 : name.n));
}

/* "zoho.eu", then "zoho.eu-2" … */
static const char *other_id(struct arena *arena, const char *path, int turn)
{
	const char *name = name_of(arena, path);

	return turn == 1 ? name : arena_printf(arena, "%s-%d", name, turn).p;
}

/* `id`: instead of the document's; NULL: that. */
static int take_config(struct import *import, const struct ispdb *config, const char *id, struct error *err)
{
	struct buf notes CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *found CLEANUP(json_decrefp) = json_object();
	const struct ispdb_options options = {.prefix = import->prefix, .id = id};
	int r = ispdb_providers(config, &options, found, &notes, err);

	if (r > 0)
		r = check_records(found, err);
	if (r == 0)
		r = merge(import, found, err);
	if (r == 0)
		buf_add(&import->notes, buf_str(&notes));
	return r;
}

/* The database has several files of one id (a company's branches): the later ones are named as their files. */
static int import_file(struct import *import, const char *path, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf text CLEANUP(buf_done) = BUF_INIT(XML_MAX_BYTES);
	const struct ispdb *config;
	int r = file_read(path, &text, err);

	if (r == 0)
		r = ispdb_read(buf_str(&text), arena, &config, err);
	if (r == 0)
		r = take_config(import, config, NULL, err);
	for (int i = 1; r == E_CONFLICT && i < MAX_NAMESAKES; i++)
		r = take_config(import, config, other_id(arena, path, i), err);
	return r;
}

/* A file that can't be used is told, and the others go on. */
static void import_or_refuse(struct import *import, const char *path, const char *name)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));
	struct error err;

	import->files++;
	if (import_file(import, path, &err) == 0)
		return;
	import->refusals++;
	json_array_append_new(import->refused, json_pack("{s:s, s:s}", "file", name, "reason", err.text));
	if (import->cli->json)
		return;
	buf_printf(&line, "%s: refused: %s", name, err.text);
	line_put(&line);
}

/* ---------------------------------------------------------------- a folder */

static int is_xml(const struct dirent *entry)
{
	return str_ends_nocase(str_of(entry->d_name), STR(".xml"));
}

static int import_folder(struct import *import, const char *folder, struct error *err)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_xml, alphasort);

	if (n < 0)
		return fail_errno(err, errno, "%s", folder);
	for (int i = 0; i < n; i++) {
		struct buf path CLEANUP(buf_done) = BUF_INIT(KIB(8));

		buf_printf(&path, "%s/%s", folder, entries[i]->d_name);
		if (i < MAX_FILES && !path.failed)
			import_or_refuse(import, buf_cstr(&path), entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return n ? 0 : fail(err, E_INVALID, RETRY_NEVER, "%s: holds no *.xml", folder);
}

/* ---------------------------------------------------------------- the command */

static int apply_found(struct cli *cli, const struct import *import, bool dry_run, struct buf *report,
                       struct error *err)
{
	struct db *db CLEANUP(db_closep) = NULL;
	int r = cli_open(cli, !dry_run, err);

	if (r < 0 && cli->no_store && dry_run) {
		cli->no_store = false;
		return setup_preview(NULL, import->document, report, err);
	}
	if (r == 0)
		r = store_connect(cli->store, &db, err);
	return r < 0 ? r : setup_apply(db, &cli->sealer, import->document, cli_author(), dry_run, report, err);
}

static void tell(const struct cli *cli, struct import *import, int changed, bool dry_run, const struct buf *report)
{
	size_t count = json_object_size(import->providers);

	if (cli->json) {
		cli_print_json(json_pack("{s:I, s:i, s:i, s:b, s:O, s:s, s:s}", "providers", (json_int_t)count, "files",
		                         import->files, "changed", changed, "dry_run", (int)dry_run, "refused",
		                         import->refused, "notes", buf_cstr(&import->notes), "report",
		                         buf_cstr(report)));
		return;
	}
	lines_put(buf_str(&import->notes));
	if (dry_run)
		lines_put(buf_str(report));
	printf("%zu provider%s of %d file%s, %d refused; %d record%s %s\n", count, count == 1 ? "" : "s", import->files,
	       import->files == 1 ? "" : "s", import->refusals, changed, changed == 1 ? "" : "s",
	       dry_run ? "would change" : "changed");
}

static int import_ispdb(struct cli *cli, const char *path, const char *prefix, bool dry_run)
{
	struct import import CLEANUP(import_done) = {.cli = cli, .prefix = prefix};
	struct buf report CLEANUP(buf_done) = BUF_INIT(MIB(16));
	struct stat st;
	struct error err;
	int r = 0;

	buf_init(&import.notes, MIB(1));
	import.document = json_pack("{s:{}}", provider_type.plural);
	import.providers = json_object_get(import.document, provider_type.plural);
	import.refused = json_array();
	if (stat(path, &st) < 0) {
		fail_errno(&err, errno, "can't open %s", path);
		return cli_fail(cli, &err);
	}
	if (S_ISDIR(st.st_mode))
		r = import_folder(&import, path, &err);
	else
		import_or_refuse(&import, path, path);
	if (r == 0)
		r = apply_found(cli, &import, dry_run, &report, &err);
	if (r < 0) {
		err.code = err.code == E_STORE || err.code == E_IN_USE ? err.code : E_INVALID;
		return cli_fail(cli, &err);
	}
	tell(cli, &import, r, dry_run, &report);
	return json_object_size(import.providers) ? EXIT_OK : EXIT_SETUP;
}

static int run_import(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	        {"dry-run", no_argument, NULL, 'n'}, {"prefix", required_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
	const char *prefix = "";
	bool dry_run = false;
	int c;

	while ((c = getopt_long(argc, argv, ":np:", options, NULL)) != -1) {
		if (c == 'n')
			dry_run = true;
		else if (c == 'p')
			prefix = optarg;
		else
			return cli_wrong_option(cli, &import_command, c, argv);
	}
	if (*prefix && record_id_check(str_of(prefix)))
		return cli_usage(cli, &import_command, "--prefix: \"%.64s\" %s", prefix,
		                 record_id_check(str_of(prefix)));
	if (argc - optind != 2 || strcmp(argv[optind], "ispdb") != 0)
		return cli_usage(cli, &import_command, "import takes the word ispdb and a file or folder");
	return import_ispdb(cli, argv[optind + 1], prefix, dry_run);
}

const struct command import_command = {
        .name = "import",
        .arguments = "ispdb FILE|FOLDER [--prefix TEXT] [--dry-run]",
        .summary = "Take over providers as Thunderbird describes them (autoconfig, ISPDB)",
        .help = "  ispdb PATH         a config-v1.1.xml, or a folder with such files (*.xml)\n"
                "  -p, --prefix TEXT  begins the ids of the records\n"
                "  -n, --dry-run      only show what would change\n"
                "\n"
                "Each file becomes a provider with its id, or several where servers' names contain the domain. A file "
                "that\n"
                "can't be used is told with the reason, and the others are taken. What stands under an id already is "
                "replaced.\n",
        .run = run_import,
};
