/* Look-ups against a server in this process that answers well and badly. */
#include "net/dns.h"

#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/test.h"

/* ---------------------------------------------------------------- the server */

enum kind {
	TEXT,       /* one record of `text`; two pieces where it has a '|' */
	NO_NAME,    /* NXDOMAIN */
	NO_RECORD,  /* an answer without records */
	TROUBLE,    /* SERVFAIL */
	ALIAS,      /* CNAME to `text`, and nothing more */
	ALIAS_FULL, /* CNAME to `text` with its record "end" */
	LOOP,       /* CNAME to itself */
	CUT,        /* TC over UDP, `text` over TCP */
	SILENCE,
	FORGED,    /* first an answer with another id, then one to another question, then the right one */
	NO_EDNS,   /* FORMERR as long as there is EDNS */
	GARBAGE,   /* a record that runs over the end */
	BACKWARDS, /* a name that points at itself */
};

static const struct zone {
	const char *name;
	enum kind kind;
	const char *text;
} zone[] = {
        {"good.test", TEXT, "v=DKIM1; p=abc"},
        {"pieces.test", TEXT, "v=DKIM1;| p=abc"},
        {"none.test", NO_NAME, ""},
        {"empty.test", NO_RECORD, ""},
        {"trouble.test", TROUBLE, ""},
        {"alias.test", ALIAS, "alias2.test"},
        {"alias2.test", ALIAS, "good.test"},
        {"full.test", ALIAS_FULL, "elsewhere.test"},
        {"dangling.test", ALIAS, "none.test"},
        {"loop.test", LOOP, ""},
        {"ping.test", ALIAS, "pong.test"},
        {"pong.test", ALIAS, "ping.test"},
        {"cut.test", CUT, "long"},
        {"silent.test", SILENCE, ""},
        {"forged.test", FORGED, "right"},
        {"old.test", NO_EDNS, "plain"},
        {"garbage.test", GARBAGE, ""},
        {"backwards.test", BACKWARDS, ""},
};

struct server {
	int udp, tcp, stop[2];
	char address[40];
	pthread_t thread;
	atomic_int questions, others; /* others: about later.test */
	bool is_deaf;
};

struct message {
	unsigned char p[1024];
	size_t n;
};

static void add16(struct message *m, unsigned value)
{
	m->p[m->n++] = (unsigned char)(value >> 8);
	m->p[m->n++] = (unsigned char)value;
}

static void add_name(struct message *m, const char *name)
{
	struct str rest = str_of(name), label;

	while (str_split(&rest, '.', &label)) {
		m->p[m->n++] = (unsigned char)label.n;
		memcpy(m->p + m->n, label.p, label.n);
		m->n += label.n;
	}
	m->p[m->n++] = 0;
}

/* `owner` NULL: a pointer to the question. */
static void add_record(struct message *m, const char *owner, unsigned type, const struct message *data)
{
	if (owner)
		add_name(m, owner);
	else
		add16(m, 0xc00c);
	add16(m, type);
	add16(m, 1);
	add16(m, 0);
	add16(m, 300);
	add16(m, (unsigned)data->n);
	memcpy(m->p + m->n, data->p, data->n);
	m->n += data->n;
	m->p[7]++;
}

static void add_text(struct message *m, const char *owner, const char *text)
{
	struct message data = {.n = 0};
	struct str rest = str_of(text), piece;

	while (str_split(&rest, '|', &piece)) {
		data.p[data.n++] = (unsigned char)piece.n;
		memcpy(data.p + data.n, piece.p, piece.n);
		data.n += piece.n;
	}
	add_record(m, owner, 16, &data);
}

static void add_alias(struct message *m, const char *to)
{
	struct message data = {.n = 0};

	add_name(&data, to);
	add_record(m, NULL, 5, &data);
}

/* Header and question of the answer; the name is written to `name`. */
static struct message begin_answer(const struct message *in, char name[256])
{
	struct message out = {.n = 12};
	size_t at = 12, n = 0;

	while (in->p[at]) {
		if (n)
			name[n++] = '.';
		memcpy(name + n, in->p + at + 1, in->p[at]);
		n += in->p[at];
		at += 1u + in->p[at];
	}
	name[n] = '\0';
	at += 5;
	memcpy(out.p, in->p, at);
	out.n = at;
	memset(out.p + 6, 0, 6);
	out.p[2] |= 0x80;
	return out;
}

static bool fill_answer(const struct zone *z, const struct message *in, bool is_tcp, struct message *out)
{
	bool edns = in->p[11] > 0;

	switch (z->kind) {
	case TEXT:
	case FORGED:
		add_text(out, NULL, z->text);
		return true;
	case NO_EDNS:
		if (edns)
			out->p[3] |= 1;
		else
			add_text(out, NULL, z->text);
		return true;
	case NO_NAME:
	case TROUBLE:
		out->p[3] |= z->kind == NO_NAME ? 3 : 2;
		return true;
	case ALIAS_FULL:
		add_alias(out, z->text);
		add_text(out, z->text, "end");
		return true;
	case ALIAS:
	case LOOP:
		add_alias(out, z->kind == LOOP ? z->name : z->text);
		return true;
	case CUT:
		if (is_tcp)
			add_text(out, NULL, z->text);
		else
			out->p[2] |= 2;
		return true;
	case GARBAGE:
		add_text(out, NULL, "x");
		out->n--;
		return true;
	case BACKWARDS:
		add16(out, 0xc000 | (unsigned)out->n);
		out->p[7]++;
		return true;
	case NO_RECORD:
		return true;
	case SILENCE:
		break;
	}
	return false;
}

static const struct zone *zone_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(zone); i++)
		if (str_eq_nocase(str_of(zone[i].name), str_of(name)))
			return &zone[i];
	return &zone[2];
}

static void serve_udp(struct server *s)
{
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	struct message in, out;
	char name[256];
	ssize_t n = recvfrom(s->udp, in.p, sizeof in.p, 0, (struct sockaddr *)&from, &size);
	const struct zone *z;

	if (n < 17)
		return;
	in.n = (size_t)n;
	out = begin_answer(&in, name);
	atomic_fetch_add(strcmp(name, "later.test") == 0 ? &s->others : &s->questions, 1);
	z = zone_find(name);
	if (s->is_deaf || !fill_answer(z, &in, false, &out))
		return;
	if (z->kind == FORGED) {
		struct message wrong = out;

		wrong.p[0] ^= 1;
		sendto(s->udp, wrong.p, wrong.n, 0, (struct sockaddr *)&from, size);
		wrong.p[0] ^= 1;
		wrong.p[13] ^= 1; /* another name */
		sendto(s->udp, wrong.p, wrong.n, 0, (struct sockaddr *)&from, size);
	}
	sendto(s->udp, out.p, out.n, 0, (struct sockaddr *)&from, size);
}

static void serve_tcp(struct server *s)
{
	struct message in = {.n = 0}, out;
	char name[256], length[2];
	int fd = accept(s->tcp, NULL, NULL);

	while (in.n < 2 || in.n < 2u + (unsigned)(in.p[0] << 8 | in.p[1])) {
		ssize_t n = recv(fd, in.p + in.n, sizeof in.p - in.n, 0);

		assert_true(n > 0);
		in.n += (size_t)n;
	}
	memmove(in.p, in.p + 2, in.n - 2);
	out = begin_answer(&in, name);
	fill_answer(zone_find(name), &in, true, &out);
	length[0] = (char)(out.n >> 8);
	length[1] = (char)out.n;
	assert_int_equal(send(fd, length, 2, 0), 2);
	assert_int_equal(send(fd, out.p, out.n, 0), out.n);
	close(fd);
}

static void *run_server(void *arg)
{
	struct server *s = arg;

	for (;;) {
		struct pollfd polls[3] = {{.fd = s->udp, .events = POLLIN},
		                          {.fd = s->tcp, .events = POLLIN},
		                          {.fd = s->stop[0], .events = POLLIN}};

		poll(polls, 3, -1);
		if (polls[2].revents && !polls[0].revents)
			return NULL;
		if (polls[0].revents)
			serve_udp(s);
		if (polls[1].revents)
			serve_tcp(s);
	}
}

/* UDP and TCP on the same port. */
static void start(struct server *s, bool is_deaf)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;

	*s = (struct server){.is_deaf = is_deaf};
	do {
		if (s->tcp)
			close(s->tcp);
		at.sin_port = 0;
		s->tcp = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(bind(s->tcp, (struct sockaddr *)&at, sizeof at), 0);
		assert_int_equal(getsockname(s->tcp, (struct sockaddr *)&at, &size), 0);
		if (s->udp)
			close(s->udp);
		s->udp = socket(AF_INET, SOCK_DGRAM, 0);
	} while (bind(s->udp, (struct sockaddr *)&at, sizeof at) != 0);
	assert_int_equal(listen(s->tcp, 10), 0);
	assert_int_equal(pipe(s->stop), 0);
	snprintf(s->address, sizeof s->address, "127.0.0.1:%d", ntohs(at.sin_port));
	assert_int_equal(pthread_create(&s->thread, NULL, run_server, s), 0);
}

static void stop(struct server *s)
{
	assert_int_equal(write(s->stop[1], "x", 1), 1);
	pthread_join(s->thread, NULL);
	close(s->udp);
	close(s->tcp);
	close(s->stop[0]);
	close(s->stop[1]);
}

/* ---------------------------------------------------------------- the tests */

static void every_kind_of_answer_is_understood(void **state UNUSED)
{
	static const struct {
		const char *name;
		enum dns_status status;
		const char *text, *reason;
	} cases[] = {
	        {"good.test", DNS_FOUND, "v=DKIM1; p=abc", ""},
	        {"GOOD.test", DNS_FOUND, "v=DKIM1; p=abc", ""},
	        {"pieces.test", DNS_FOUND, "v=DKIM1; p=abc", ""},
	        {"none.test", DNS_NONE, "", "there is no such name"},
	        {"empty.test", DNS_NONE, "", "the name has no such record"},
	        {"trouble.test", DNS_UNREACHABLE, "", "the name server has trouble (SERVFAIL)"},
	        {"alias.test", DNS_FOUND, "v=DKIM1; p=abc", ""},
	        {"full.test", DNS_FOUND, "end", ""},
	        {"dangling.test", DNS_NONE, "", "there is no such name"},
	        {"loop.test", DNS_UNREACHABLE, "", "its aliases (CNAME) go in a circle or too far"},
	        {"ping.test", DNS_UNREACHABLE, "", "its aliases (CNAME) go in a circle or too far"},
	        {"cut.test", DNS_FOUND, "long", ""},
	        {"forged.test", DNS_FOUND, "right", ""},
	        {"old.test", DNS_FOUND, "plain", ""},
	        {"garbage.test", DNS_UNREACHABLE, "", "the answer makes no sense"},
	        {"backwards.test", DNS_UNREACHABLE, "", "the answer makes no sense"},
	        {"a..test", DNS_NONE, "", "that is not a domain name"},
	        {"", DNS_NONE, "", "that is not a domain name"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns_question questions[ARRAY_LEN(cases)];
	struct dns_answer answers[ARRAY_LEN(cases)];
	struct dns *dns CLEANUP(dns_freep) = NULL;
	struct server server;
	struct error err;

	start(&server, false);
	assert_ok(dns_new(server.address, &dns, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		questions[i] = (struct dns_question){cases[i].name, DNS_TXT};
	dns_look_up(dns, arena, questions, ARRAY_LEN(cases), clock_mono_ms() + 20000, answers);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(answers[i].reason.p ? answers[i].reason.p : "", cases[i].reason);
		assert_int_equal(answers[i].status, cases[i].status);
		assert_int_equal(answers[i].count, cases[i].status == DNS_FOUND);
		if (answers[i].count)
			assert_str(answers[i].texts[0], cases[i].text);
	}
	stop(&server);
}

static void what_was_found_is_not_asked_for_again(void **state UNUSED)
{
	const struct dns_question questions[] = {{"good.test", DNS_TXT}, {"none.test", DNS_TXT}};
	const struct dns_question later = {"later.test", DNS_TXT};
	int asked = 0;
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns *dns CLEANUP(dns_freep) = NULL;
	struct dns_answer answers[2];
	struct server server;
	struct error err;

	start(&server, false);
	assert_ok(dns_new(server.address, &dns, &err), &err);
	for (int i = 0; i < 3; i++) {
		dns_look_up(dns, arena, questions, 2, clock_mono_ms() + 20000, answers);
		assert_int_equal(answers[0].status, DNS_FOUND);
		assert_str(answers[0].texts[0], "v=DKIM1; p=abc");
		assert_int_equal(answers[1].status, DNS_NONE);
		assert_str(answers[1].reason, "there is no such name");
		if (i > 0)
			continue;
		/* with its answer, what was asked before has been seen */
		dns_look_up(dns, arena, &later, 1, clock_mono_ms() + 20000, answers);
		asked = atomic_load(&server.questions);
		assert_true(asked >= 2);
	}
	stop(&server);
	assert_int_equal(atomic_load(&server.questions), asked);
}

/* All of them together take no longer than the deadline, and a dead server is left alone for a while. */
static void silence_ends_with_the_deadline(void **state UNUSED)
{
	const struct dns_question questions[] = {
	        {"a.test", DNS_TXT}, {"b.test", DNS_TXT}, {"c.test", DNS_TXT}, {"d.test", DNS_TXT}};
	const struct dns_question later = {"later.test", DNS_TXT};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns *dns CLEANUP(dns_freep) = NULL;
	struct dns_answer answers[4];
	struct server server;
	struct error err;
	int64_t began;

	start(&server, true);
	assert_ok(dns_new(server.address, &dns, &err), &err);
	began = clock_mono_ms();
	dns_look_up(dns, arena, questions, 4, began + 300, answers);
	assert_in_range(clock_mono_ms() - began, 300, 20000);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(answers[i].status, DNS_UNREACHABLE);
		assert_str(answers[i].reason, "no name server answers");
	}
	dns_look_up(dns, arena, &later, 1, clock_mono_ms() + 3600 * 1000, answers);
	assert_int_equal(answers[0].status, DNS_UNREACHABLE);
	assert_str(answers[0].reason, "no name server has answered for a while");
	stop(&server); /* when it has seen what was sent to it */
	assert_true(atomic_load(&server.questions) >= 4);
	assert_int_equal(atomic_load(&server.others), 0);
}

static void the_next_server_is_asked(void **state UNUSED)
{
	const struct dns_question question = {"good.test", DNS_TXT};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dns *dns CLEANUP(dns_freep) = NULL;
	struct dns_answer answer;
	struct server dead, alive;
	struct error err;
	char both[100];

	start(&dead, true);
	start(&alive, false);
	snprintf(both, sizeof both, "%s, %s", dead.address, alive.address);
	assert_ok(dns_new(both, &dns, &err), &err);
	dns_look_up(dns, arena, &question, 1, clock_mono_ms() + 20000, &answer);
	assert_int_equal(answer.status, DNS_FOUND);
	stop(&dead);
	stop(&alive);
}

static void addresses_of_servers_are_read(void **state UNUSED)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
	        {"192.0.2.1", true},    {"192.0.2.1:5353", true},   {"2001:db8::1", true},  {"[2001:db8::1]:53", true},
	        {"[::1]", true},        {"127.0.0.1, ::1", true},   {"example.org", false}, {"192.0.2.1:0", false},
	        {"192.0.2.1:x", false}, {"192.0.2.1:70000", false}, {"[::1", false},        {"", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct dns *dns CLEANUP(dns_freep) = NULL;
		struct error err;

		assert_int_equal(dns_new(cases[i].text, &dns, &err) == 0, cases[i].good);
	}
}

static void *look_up_often(void *arg)
{
	static const struct dns_question questions[] = {
	        {"good.test", DNS_TXT}, {"none.test", DNS_TXT}, {"alias.test", DNS_TXT}, {"cut.test", DNS_TXT}};

	for (int i = 0; i < 20; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct dns_answer answers[4];

		dns_look_up(arg, arena, questions, 4, clock_mono_ms() + 20000, answers);
		assert_int_equal(answers[0].status, DNS_FOUND);
		assert_int_equal(answers[1].status, DNS_NONE);
		assert_int_equal(answers[2].status, DNS_FOUND);
		assert_int_equal(answers[3].status, DNS_FOUND);
	}
	return NULL;
}

static void many_threads_share_it(void **state UNUSED)
{
	struct dns *dns CLEANUP(dns_freep) = NULL;
	pthread_t threads[4];
	struct server server;
	struct error err;

	start(&server, false);
	assert_ok(dns_new(server.address, &dns, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_up_often, dns), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_kind_of_answer_is_understood),
	        cmocka_unit_test(what_was_found_is_not_asked_for_again),
	        cmocka_unit_test(silence_ends_with_the_deadline),
	        cmocka_unit_test(the_next_server_is_asked),
	        cmocka_unit_test(addresses_of_servers_are_read),
	        cmocka_unit_test(many_threads_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
