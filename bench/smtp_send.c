/* Sends messages over one connection: for measuring the sender alone, and for trying log-ins on a real server
 * (tests/test_sasl.py).
 *
 *	smtp_send [-s none|starttls|tls] [-c CA.pem] [-u USER -p PASSWORD] [-d MECHANISM,…] [-f FROM] [-r TO] [-b BATCH]
 *[-t] HOST PORT COUNT FILE
 *
 * FILE is the message; COUNT may be 0 (only logs in); -b as many are handed to the sender at a time; -d disables
 * mechanisms; -t shows the dialogue. */
#include "auth/sasl.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "send/sender.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct args {
	struct sender_options options;
	const char *from, *to, *file;
	size_t count, batch;
};

static void show(void *ctx UNUSED, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void die(const char *what)
{
	fprintf(stderr, "smtp_send: %s\n", what);
	exit(2);
}

static enum security security_of(const char *word)
{
	static const char *const words[] = {"none", "starttls", "tls"};

	for (int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0)
			return (enum security)i;
	die("-s none, starttls or tls");
	return SECURITY_NONE;
}

static void disable(struct login *login, const char *names)
{
	struct str rest = str_of(names), name;

	while (str_split(&rest, ',', &name)) {
		int mechanism = sasl_mechanism_find(name);

		if (mechanism < 0)
			die("-d: no such mechanism");
		login->disabled |= SASL_BIT(mechanism);
	}
}

static void parse_options(int argc, char **argv, struct args *a, struct secret *password)
{
	struct sender_options *o = &a->options;
	int c;

	while ((c = getopt(argc, argv, "s:c:u:p:d:f:r:b:t")) != -1) {
		switch (c) {
		case 's':
			o->security = security_of(optarg);
			break;
		case 'c':
			o->stream.policy.truststore = optarg;
			break;
		case 'u':
			o->login.user = optarg;
			break;
		case 'p':
			secret_set(password, str_of(optarg));
			break;
		case 'd':
			disable(&o->login, optarg);
			break;
		case 'f':
			a->from = optarg;
			break;
		case 'r':
			a->to = optarg;
			break;
		case 'b':
			a->batch = (size_t)strtoul(optarg, NULL, 10);
			break;
		case 't':
			o->transcript = show;
			break;
		default:
			exit(2);
		}
	}
}

static void parse_args(int argc, char **argv, struct args *a, struct secret *password)
{
	*a = (struct args){.from = "a@example.com", .to = "b@example.com", .batch = 100};
	a->options.login = (struct login){.user = "", .password = password, .allow_insecure = true};
	a->options.stream.policy.lowest = TLS_1_2;
	parse_options(argc, argv, a, password);
	if (argc - optind != 4 || !a->batch)
		die("HOST PORT COUNT FILE are needed");
	a->options.stream.host = argv[optind];
	a->options.stream.port = (int)strtol(argv[optind + 1], NULL, 10);
	a->count = (size_t)strtoul(argv[optind + 2], NULL, 10);
	a->file = argv[optind + 3];
}

static int failed(const struct error *err)
{
	static const char *const retries[] = {"never", "later", "now"};

	printf("error %s %s: %s\n", error_word(err->code), retries[err->retry], err->text);
	return 1;
}

/* Returns how many were sent. */
static int send_batch(struct sender *sender, const struct args *a, struct str mime, size_t n, struct arena *arena,
                      struct error *err)
{
	struct outgoing *items = ARENA_ARRAY(arena, struct outgoing, n),
	                **list = ARENA_ARRAY(arena, struct outgoing *, n);
	struct recipient *recipients = ARENA_ARRAY(arena, struct recipient, n);
	int sent = 0, rc;

	for (size_t i = 0; i < n; i++) {
		recipients[i].address = a->to;
		items[i] = (struct outgoing){.envelope_from = a->from,
		                             .recipients = &recipients[i],
		                             .recipient_count = 1,
		                             .mime = mime,
		                             .arena = arena};
		list[i] = &items[i];
	}
	rc = sender_send(sender, list, n, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		sent += items[i].outcome == OUTCOME_SENT;
		if (items[i].outcome != OUTCOME_SENT)
			printf("refused %d %s\n", items[i].code, items[i].answer);
	}
	return rc < 0 ? rc : sent;
}

int main(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct secret password CLEANUP(secret_done) = {0};
	struct sender *sender CLEANUP(sender_closep) = NULL;
	struct buf mime CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct rusage used;
	struct error err;
	struct args a;
	size_t sent = 0;

	parse_args(argc, argv, &a, &password);
	if (file_read(a.file, &mime, &err) < 0 || sender_open(&smtp_sender, &a.options, &sender, &err) < 0)
		return failed(&err);
	for (size_t at = 0; at < a.count; at += a.batch) {
		int n = send_batch(sender, &a, buf_str(&mime), MIN(a.batch, a.count - at), arena, &err);

		if (n < 0)
			return failed(&err);
		sent += (size_t)n;
		arena_clear(arena);
	}
	printf("sent %zu\n", sent);
	getrusage(RUSAGE_SELF, &used);
	fprintf(stderr, "%.3f s CPU, %ld KB\n",
	        (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	                (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	        used.ru_maxrss);
	return sent == a.count ? 0 : 1;
}
