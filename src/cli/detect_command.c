/* hauspost detect: from an address to the set-up of its account. */
#include "cli/cli.h"

#include "auth/detect.h"
#include "auth/detect_fetch.h"
#include "base/clock.h"
#include "cli/text.h"

#include <getopt.h>
#include <stdio.h>

#define WHOLE_MS SECONDS_MS(14)

/* ---------------------------------------------------------------- answers */

/* As comments, so that the whole of it is a file that apply takes. */
static void print_steps(const struct detection *d)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(8));

	if (d->provider) {
		buf_printf(&line, "# %s: %s, found by %s", d->address, d->provider->name,
		           detect_source_word(d->source));
		line_put(&line);
	}
	for (size_t i = 0; i < d->step_count; i++) {
		buf_printf(&line, "# %-6s  " STR_FMT " (%lld ms)", detect_outcome_word(d->steps[i].outcome),
		           STR_ARG(d->steps[i].text), (long long)d->steps[i].took_ms);
		line_put(&line);
	}
	for (size_t i = 0; i < d->todo_count; i++) {
		buf_printf(&line, "# to do   " STR_FMT, STR_ARG(d->todo[i]));
		line_put(&line);
	}
}

static void print_page(const struct detection *d, json_t *document)
{
	struct buf yaml CLEANUP(buf_done) = BUF_INIT(MIB(1));

	print_steps(d);
	if (!document) {
		puts("# nothing found: ask the mail host for its IMAP and SMTP servers and write them into the "
		     "account");
		return;
	}
	if (!d->provider->oauth.required)
		puts("# apply    MAIL_PASSWORD=… hauspost apply FILE");
	yaml_write(document, &yaml);
	lines_put(buf_str(&yaml));
}

/* ---------------------------------------------------------------- the command */

static int run(struct cli *cli, const char *address, const char *autoconfig, const char *truststore)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct detect_fetch how = {.truststore = truststore, .allow_private = autoconfig != NULL};
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct detection found;
	struct error err;

	/* Without a store there are the built-in providers. */
	if (cli_load(cli, &err) < 0 && !cli->no_store)
		return cli_fail(cli, &err);
	cli->no_store = false;
	const struct detect_options options = {.address = address,
	                                       .setup = cli->setup,
	                                       .dns = dns_of_process(),
	                                       .deadline_ms = clock_mono_ms() + WHOLE_MS,
	                                       .fetch = detect_fetch,
	                                       .fetch_ctx = &how,
	                                       .autoconfig_url = autoconfig};
	if (detect(&options, arena, &found, &err) < 0)
		return cli_fail(cli, &err);
	document = detect_document(&found);
	if (cli->json)
		cli_print_json(detect_json(&found, document));
	else
		print_page(&found, document);
	return found.provider ? EXIT_OK : EXIT_FAILED;
}

static int run_detect(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"autoconfig", required_argument, NULL, 'a'},
	                                        {"truststore", required_argument, NULL, 't'},
	                                        {NULL, 0, NULL, 0}};
	const char *autoconfig = NULL, *truststore = NULL;
	int c;

	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == 'a')
			autoconfig = optarg;
		else if (c == 't')
			truststore = optarg;
		else
			return cli_wrong_option(cli, &detect_command, c, argv);
	}
	if (argc - optind != 1)
		return cli_usage(cli, &detect_command, "detect takes one address");
	if (autoconfig && !str_starts(str_of(autoconfig), STR("https://")))
		return cli_usage(cli, &detect_command, "--autoconfig is an address that begins with https://");
	return run(cli, argv[optind], autoconfig, truststore);
}

const struct command detect_command = {
        .name = "detect",
        .arguments = "ADDRESS [--autoconfig URL] [--truststore FILE]",
        .summary = "Find the servers of an address, and print the set-up for it",
        .help = "  --autoconfig URL   a company's own configuration server, instead of the domain's public places; it "
                "may "
                "be\n"
                "                     in a private network\n"
                "  --truststore FILE  CA certificates (PEM) for it, instead of the system's\n"
                "\n"
                "Asked in turn, until one answers: the domains of known providers, the domain's MX, SRV records (RFC "
                "6186),\n"
                "autoconfig documents by HTTPS. It says what each answered; what it prints can be applied.\n",
        .run = run_detect,
};
