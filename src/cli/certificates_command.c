/* hauspost certificates: whose mail can be encrypted. */
#include "cli/cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "cli/text.h"
#include "security/smime_certificate.h"
#include "store/certificates.h"

#include <getopt.h>
#include <stdio.h>

struct request {
	struct work work;
	struct arena *arena;
	const char *verb, *address, *fingerprint;
	struct smime_certificate read;
	int changed;
};

/* ---------------------------------------------------------------- looking */

static json_t *certificate_json(const struct stored_certificate *c)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:b, s:s, s:o, s:I, s:I}", "address",
	                 cli_json_str(c->address), "fingerprint", cli_json_str(c->fingerprint), "subject",
	                 cli_json_str(c->subject), "issuer", cli_json_str(c->issuer), "serial", cli_json_str(c->serial),
	                 "valid_from", (json_int_t)c->valid_from, "expires_at", (json_int_t)c->expires_at, "expired",
	                 c->expires_at <= clock_now_ms(), "source", c->source, "truststore",
	                 cli_json_str(c->truststore), "message", (json_int_t)c->message_id, "since",
	                 (json_int_t)c->since);
}

static void print_certificate(const struct stored_certificate *c)
{
	struct buf line CLEANUP(buf_done) = BUF_INIT(KIB(16));
	bool expired = c->expires_at <= clock_now_ms();
	char when[24];

	line_column(&line, c->address, 36);
	buf_printf(&line, "%s %.10s  %s  ", expired ? "EXPIRED" : "until  ", cli_time(c->expires_at, when),
	           strcmp(c->source, "person") == 0 ? "added  " : "learned");
	line_column(&line, str_slice(c->fingerprint, 0, 16), 16);
	line_column(&line, c->subject, 0);
	line_put(&line);
}

static int look(struct cli *cli, struct db *db, const struct request *q, size_t limit, struct error *err)
{
	struct stored_certificate *list;
	int n = certificate_list(db, str_of(q->address ? q->address : ""), limit, q->arena, &list, err);

	if (n < 0)
		return n;
	if (n == 0 && q->address)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no certificate of %s", q->address);
	if (cli->json) {
		json_t *all = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(all, certificate_json(&list[i]));
		cli_print_json(all);
		return 0;
	}
	for (int i = 0; i < n; i++)
		print_certificate(&list[i]);
	if (n == 0)
		puts("no certificates");
	cli_say_more(n, limit);
	return 0;
}

/* ---------------------------------------------------------------- changing */

static int add(struct request *q, struct db *db, struct error *err)
{
	const struct smime_certificate *c = &q->read;
	int64_t now = clock_now_ms();
	int r = 0;

	for (size_t i = 0; i < c->address_count && r >= 0; i++) {
		const struct stored_certificate stored = {
		        .address = c->addresses[i],
		        .fingerprint = c->fingerprint,
		        .subject = c->subject,
		        .issuer = c->issuer,
		        .serial = c->serial,
		        .valid_from = c->valid_from,
		        .expires_at = c->expires_at,
		        .source = "person",
		        .since = now,
		        .der = c->der,
		};

		r = certificate_put(db, q->arena, &stored, err);
		q->changed += r > 0;
	}
	return MIN(r, 0);
}

static int run_change(struct work *work, struct db *db, struct error *err)
{
	struct request *q = (struct request *)(void *)work;

	q->changed = 0;
	if (strcmp(q->verb, "add") == 0)
		return add(q, db, err);
	q->changed = certificate_forget(db, q->arena, str_of(q->address), str_of(q->fingerprint ? q->fingerprint : ""),
	                                clock_now_ms(), err);
	return MIN(q->changed, 0);
}

static int read_file(struct request *q, const char *path, struct error *err)
{
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(2 * SMIME_CERTIFICATE_MAX_BYTES);
	int r = file_read(path, &bytes, err);

	if (r < 0)
		return r;
	r = smime_certificate_read(q->arena, buf_str(&bytes), &q->read, err);
	if (r == 0 && !q->read.can_encrypt)
		r = fail(err, E_INVALID, RETRY_NEVER, "mail can't be encrypted by it: it is meant for other uses");
	if (r == 0 && q->read.expires_at <= clock_now_ms())
		r = fail(err, E_INVALID, RETRY_NEVER, "it has expired");
	if (r == 0 && !q->read.address_count)
		r = fail(err, E_INVALID, RETRY_NEVER, "it names no mail address");
	return r < 0 ? error_prefix(err, "%s", path) : 0;
}

static int change(struct cli *cli, struct request *q, struct error *err)
{
	bool adds = strcmp(q->verb, "add") == 0;
	int r = adds ? read_file(q, q->address, err) : 0;

	if (r < 0)
		return r;
	q->work.run = run_change;
	r = store_do(cli->store, &q->work, err);
	if (r < 0)
		return r;
	if (!adds && !q->changed)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no such certificate of %s", q->address);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:i}", "change", q->verb, "certificates", q->changed));
	else if (adds)
		printf("mail to " STR_FMT " is encrypted by it\n", STR_ARG(q->read.addresses[0]));
	else
		printf("%d forgotten; the next signed mail of the address teaches its certificate again\n", q->changed);
	return 0;
}

/* ---------------------------------------------------------------- the command */

static bool is_well_formed(const struct request *q, int argc)
{
	if (strcmp(q->verb, "list") == 0)
		return argc <= 2;
	if (strcmp(q->verb, "add") == 0)
		return argc == 2;
	return strcmp(q->verb, "forget") == 0 && (argc == 2 || argc == 3);
}

static int read_limit(struct cli *cli, int argc, char **argv, size_t *ret_limit)
{
	static const struct option options[] = {{"limit", required_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, ":n:", options, NULL)) != -1) {
		if (c != 'n')
			return cli_wrong_option(cli, &certificates_command, c, argv);
		if (!cli_limit(cli, &certificates_command, optarg, ret_limit))
			return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int run_certificates(struct cli *cli, int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = NULL;
	struct request q = {.arena = arena};
	size_t limit = CLI_LIMIT;
	struct error err;
	int r = read_limit(cli, argc, argv, &limit);

	if (r != EXIT_OK)
		return r;
	argc -= optind;
	argv += optind;
	q.verb = argc ? argv[0] : "list";
	q.address = argc > 1 ? argv[1] : NULL;
	q.fingerprint = argc > 2 ? argv[2] : NULL;
	if (!is_well_formed(&q, argc) || (q.address && !str_is_utf8(str_of(q.address))))
		return cli_usage(cli, &certificates_command,
		                 "certificates list [ADDRESS], add FILE, or forget ADDRESS [FINGERPRINT]");
	r = cli_load(cli, &err);
	if (r == 0)
		r = store_connect(cli->store, &db, &err);
	if (r == 0)
		r = strcmp(q.verb, "list") == 0 ? look(cli, db, &q, limit, &err) : change(cli, &q, &err);
	return r < 0 ? cli_fail(cli, &err) : EXIT_OK;
}

const struct command certificates_command = {
        .name = "certificates",
        .arguments = "[list [ADDRESS] [--limit N] | add FILE | forget ADDRESS [FINGERPRINT]]",
        .summary = "Whose mail can be encrypted, and by which certificate",
        .help = "  list             all, or those of an address; the newest valid one is taken, one you added first\n"
                "  add FILE         a certificate in PEM or DER, for the addresses that it names; nobody checks who\n"
                "                   vouches for it but you\n"
                "  forget ADDRESS   its certificates, or those whose fingerprint begins so\n"
                "  -n, --limit N    at most so many (1000)\n"
                "\n"
                "Signed mail teaches the certificate of its sender where the signature holds, the account's "
                "truststore\n"
                "vouches for it, and it names the address in From.\n",
        .run = run_certificates,
};
