/* hauspost inspect: what is understood of a message file. */
#include "cli/cli.h"

#include "base/file.h"
#include "cli/inspect.h"
#include "cli/inspect_smime.h"
#include "cli/inspect_trust.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_INSPECT MIB(256)
#define MAX_PAGE    MIB(512)

struct wishes {
	bool is_body, is_full;
	enum page_color color;
	struct inspect_keys keys;
};

/* A terminal gets what may stand on it. */
static void put(const struct cli *cli, struct str out)
{
	if (cli->json && isatty(STDOUT_FILENO))
		lines_put(out);
	else
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
}

static int inspect_bytes(const struct cli *cli, const struct wishes *wishes, struct str raw, const char *path,
                         struct buf *out, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct page page = page_new(out, wishes->color);
	struct inspected mail;

	if (wishes->is_body)
		return cli->json ? inspect_body_json(raw, path, out, err) : inspect_body_page(raw, path, &page, err);
	mail = inspect_read(arena, raw, path);
	mail.is_full = wishes->is_full;
	return cli->json ? inspect_json(&mail, out, err) : inspect_page(&mail, &page, err);
}

static int inspect_file(struct cli *cli, const struct wishes *wishes, const char *path)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_INSPECT), out CLEANUP(buf_done) = BUF_INIT(MAX_PAGE);
	struct error err;
	int r = file_read(path, &raw, &err);

	if (r == 0)
		r = inspect_bytes(cli, wishes, buf_str(&raw), path, &out, &err);
	if (r < 0)
		return cli_fail(cli, &err);
	put(cli, buf_str(&out));
	return EXIT_OK;
}

static void take_key(struct inspect_keys *keys, int option, const char *value)
{
	*(option == 'k' ? &keys->keystore : option == 'p' ? &keys->password_file : &keys->truststore) = value;
}

/* -1 where the options are right; else the exit code, after telling what is wrong. */
static int read_options(struct cli *cli, int argc, char **argv, struct wishes *wishes)
{
	static const struct option options[] = {{"body", no_argument, NULL, 'b'},
	                                        {"full", no_argument, NULL, 'f'},
	                                        {"color", required_argument, NULL, 'c'},
	                                        {"keystore", required_argument, NULL, 'k'},
	                                        {"password-file", required_argument, NULL, 'p'},
	                                        {"truststore", required_argument, NULL, 's'},
	                                        INSPECT_TRUST_OPTIONS,
	                                        {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'b')
			wishes->is_body = true;
		else if (c == 'f')
			wishes->is_full = true;
		else if (c == 'k' || c == 'p' || c == 's')
			take_key(&wishes->keys, c, optarg);
		else if (c == 'c' && !page_color_parse(optarg, &wishes->color))
			return cli_usage(cli, &inspect_command, "--color is auto, never or always");
		else if (c != 'c' && !inspect_trust_option(c, optarg))
			return cli_wrong_option(cli, &inspect_command, c, argv);
	}
	if (optind == argc)
		return cli_usage(cli, &inspect_command, "inspect takes one or more message files");
	return -1;
}

static int run_inspect(struct cli *cli, int argc, char **argv)
{
	struct wishes wishes = {0};
	struct error err;
	int code = read_options(cli, argc, argv, &wishes);

	if (code >= 0)
		return code;
	if (inspect_smime_use(&wishes.keys, &err) < 0)
		return cli_fail(cli, &err);
	if (inspect_trust_open(&err) < 0)
		return cli_usage(cli, &inspect_command, "%s", err.text);
	code = EXIT_OK;
	for (int i = optind; i < argc; i++) {
		int one = inspect_file(cli, &wishes, argv[i]);

		code = code ? code : one;
	}
	inspect_smime_done();
	inspect_trust_close();
	return code;
}

const struct command inspect_command = {
        .name = "inspect",
        .arguments = "[--body] [--full] [--color WHEN] FILE…",
        .summary = "Show everything that is understood of a message file, and why",
        .help = "With --json: one JSON object a line. Nothing is stored; no store is needed; \"-\" is standard input.\n"
                "      --full        quotes and signatures are shown, not folded\n"
                "      --body        the files are bodies, text or HTML, and their replies are shown; a file that is\n"
                "                    a message after all is read as one\n"
                "      --color WHEN  auto (on a terminal, unless NO_COLOR is set), never, always\n"
                "      --keystore FILE, --password-file FILE\n"
                "                    S/MIME is decrypted with the keys of this file, PEM or PKCS#12, whose password is "
                "the\n"
                "                    first line of the other\n"
                "      --truststore FILE\n"
                "                    the CA certificates that S/MIME signatures are verified against, else the "
                "system's\n" INSPECT_TRUST_HELP,
        .run = run_inspect,
};
