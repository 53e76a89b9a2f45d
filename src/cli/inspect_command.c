/* hauspost inspect: what is understood of a message file. */
#include "cli/cli.h"

#include "base/file.h"
#include "cli/inspect.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_INSPECT MIB(256)
#define MAX_PAGE    MIB(512)

struct wishes {
	bool is_body, is_full;
	enum page_color color;
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

static int run_inspect(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"body", no_argument, NULL, 'b'},
	                                        {"full", no_argument, NULL, 'f'},
	                                        {"color", required_argument, NULL, 'c'},
	                                        {NULL, 0, NULL, 0}};
	struct wishes wishes = {0};
	int c, code = EXIT_OK;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'b')
			wishes.is_body = true;
		else if (c == 'f')
			wishes.is_full = true;
		else if (c != 'c')
			return cli_wrong_option(cli, &inspect_command, c, argv);
		else if (!page_color_parse(optarg, &wishes.color))
			return cli_usage(cli, &inspect_command, "--color is auto, never or always");
	}
	if (optind == argc)
		return cli_usage(cli, &inspect_command, "inspect takes one or more message files");
	for (int i = optind; i < argc; i++) {
		int one = inspect_file(cli, &wishes, argv[i]);

		code = code ? code : one;
	}
	return code;
}

const struct command inspect_command = {
        .name = "inspect",
        .arguments = "[--body] [--full] [--color WHEN] FILEâ¦",
        .summary = "Show everything that is understood of a message file, and why",
        .help = "With --json: one JSON object a line. Nothing is stored; no store is needed; \"-\" is standard input.\n"
                "      --full        quotes and signatures are shown, not folded\n"
                "      --body        the files are bodies, text or HTML, and their replies are shown; a file that is\n"
                "                    a message after all is read as one\n"
                "      --color WHEN  auto (on a terminal, unless NO_COLOR is set), never, always\n",
        .run = run_inspect,
};
