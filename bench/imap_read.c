/* Reads a folder over IMAP or POP3 and throws the messages away, or acknowledges them: for measuring the receiver
 *alone, and for trying it on a real server (tests/test_imap.py, tests/test_pop3.py).
 *
 *	imap_read [-p imap|pop3] [-s none|starttls|tls] [-c CA.pem] [-f FOLDER] [-a leave|seen|delete|move] [-m FOLDER]
 *[-u UID]
 * [-d MECHANISM,…] [-x BYTES] [-vtli] HOST PORT USER PASSWORD
 *
 * -x is the largest message in bytes, -v names each message, -t shows the dialogue, -u begins behind a UID, -l lists
 * UIDs, -i waits for news once, -d disables mechanisms. */
#include "auth/sasl.h"
#include "receive/receiver.h"

#include "base/clock.h"
#include "base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct args {
	struct receiver_options options;
	const struct receiver_ops *ops;
	struct position from;
	bool verbose, list, idle;
};

static void show(void *ctx UNUSED, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void print_uid(void *ctx UNUSED, uint32_t uid)
{
	printf("uid %u\n", uid);
}

static int word_of(const char *word, const char *const words[], int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	fprintf(stderr, "imap_read: %s is not known\n", word);
	exit(2);
}

static void disable(struct login *login, const char *names)
{
	struct str rest = str_of(names), name;

	while (str_split(&rest, ',', &name)) {
		int mechanism = sasl_mechanism_find(name);

		if (mechanism < 0) {
			fprintf(stderr, "imap_read: %s disables nothing\n", names);
			exit(2);
		}
		login->disabled |= SASL_BIT(mechanism);
	}
}

/* What is asked for; false where it isn't known. */
static bool take_switch(int c, struct args *a)
{
	switch (c) {
	case 't':
		a->options.transcript = show;
		return true;
	case 'v':
		return a->verbose = true;
	case 'l':
		return a->list = true;
	case 'i':
		return a->idle = true;
	default:
		return false;
	}
}

static bool take_option(int c, const char *value, struct args *a)
{
	static const char *const protocols[] = {"imap", "pop3"};
	static const char *const securities[] = {"none", "starttls", "tls"}, *const afters[] = {"leave", "seen",
	                                                                                        "delete", "move"};
	struct receiver_options *o = &a->options;

	if (c == 'p')
		a->ops = receiver_ops_of((enum receive_protocol)word_of(value, protocols, 2));
	else if (c == 'x')
		o->max_message_bytes = strtoull(value, NULL, 10);
	else if (c == 's')
		o->security = (enum security)word_of(value, securities, 3);
	else if (c == 'c')
		o->stream.policy.truststore = value;
	else if (c == 'f')
		o->folder = value;
	else if (c == 'a')
		o->after = (enum after)word_of(value, afters, 4);
	else if (c == 'm')
		o->after_folder = value;
	else if (c == 'u')
		a->from.uid = (uint32_t)strtoul(value, NULL, 10);
	else if (c == 'd')
		disable(&o->login, value);
	else
		return take_switch(c, a);
	return true;
}

static void parse_args(int argc, char **argv, struct args *a, struct secret *password)
{
	struct receiver_options *o = &a->options;
	int c;

	a->ops = &imap_receiver;
	o->folder = "INBOX";
	o->login.allow_insecure = true;
	while ((c = getopt(argc, argv, "p:s:c:f:a:m:u:x:d:vtli")) != -1)
		if (!take_option(c, optarg, a))
			exit(2);
	if (argc - optind != 4) {
		fprintf(stderr, "imap_read: HOST PORT USER PASSWORD are needed\n");
		exit(2);
	}
	o->stream.host = argv[optind];
	o->stream.port = (int)strtol(argv[optind + 1], NULL, 10);
	o->stream.policy.lowest = TLS_1_2;
	o->login.user = argv[optind + 2];
	secret_set(password, str_of(argv[optind + 3]));
	o->login.password = password;
}

static int failed(const struct error *err)
{
	static const char *const retries[] = {"never", "later", "now"}, *const scopes[] = {"account", "folder",
	                                                                                   "message"};

	printf("error %s %s %s: %s\n", error_word(err->code), retries[err->retry], scopes[err->scope], err->text);
	return 1;
}

static void print_message(const struct incoming *in)
{
	static const char *const kinds[] = {"whole", "too-large", "failed", "gone"};

	printf("%s %u %llu %zu%s%s\n", kinds[in->kind], in->uid, (unsigned long long)in->size, in->raw.n,
	       in->seen ? " seen" : "", in->received_at ? " dated" : "");
}

/* Acknowledges in the manner of the listener: the confirmation of one batch is awaited after the next has been read. */
static int read_all(struct receiver *r, const struct args *a, struct error *err)
{
	uint32_t uids[100];
	struct incoming *in;
	size_t n = 0, count = 0, bytes = 0;
	int rc;

	rc = receiver_scan(r, a->from, err);
	while (rc >= 0 && (rc = receiver_next(r, &in, err)) > 0) {
		if (a->verbose)
			print_message(in);
		uids[n++] = in->uid;
		count++;
		bytes += in->raw.n;
		incoming_free(in);
		if (n == ARRAY_LEN(uids)) {
			rc = receiver_acknowledge_begin(r, uids, n, err);
			n = 0;
		}
	}
	if (rc >= 0)
		rc = receiver_acknowledge_begin(r, uids, n, err);
	if (rc >= 0)
		rc = receiver_acknowledge_end(r, err);
	if (rc >= 0)
		printf("read %zu messages, %zu bytes\n", count, bytes);
	return rc;
}

static int wait_for_news(struct receiver *r, struct error *err)
{
	struct pollfd socket = {.fd = receiver_fd(r), .events = POLLIN};
	int rc = receiver_idle_start(r, err);

	printf("idle %d\n", rc);
	fflush(stdout);
	if (rc == 0)
		return receiver_noop(r, err);
	if (rc == 1) {
		do
			rc = poll(&socket, 1, 20000) > 0 ? receiver_idle_ready(r, err) : 1;
		while (rc == 0);
	}
	return rc < 0 ? rc : receiver_idle_stop(r, err);
}

int main(int argc, char **argv)
{
	struct receiver *r CLEANUP(receiver_closep) = NULL;
	struct secret password CLEANUP(secret_done) = {0};
	int64_t began = clock_mono_us();
	struct rusage used;
	struct args a = {0};
	struct error err;
	int rc;

	parse_args(argc, argv, &a, &password);
	rc = receiver_open(a.ops, &a.options, &r, &err);
	if (rc < 0)
		return failed(&err);
	a.from.uidvalidity = receiver_uidvalidity(r);
	if (read_all(r, &a, &err) < 0)
		return failed(&err);
	if (a.list && receiver_list(r, print_uid, NULL, &err) < 0)
		return failed(&err);
	if (a.idle) {
		rc = wait_for_news(r, &err);
		if (rc < 0)
			return failed(&err);
		printf("news %d\n", rc);
		a.from.uid = 0;
		if (read_all(r, &a, &err) < 0)
			return failed(&err);
	}
	getrusage(RUSAGE_SELF, &used);
	fprintf(stderr, "%.3f s, %.3f s CPU, %ld KB\n", (double)(clock_mono_us() - began) / 1e6,
	        (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	                (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
	        used.ru_maxrss);
	return 0;
}
