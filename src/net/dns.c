/* See dns.h: who is asked, and the questions under way. */
#include "net/dns.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "dns_cache.h"
#include "dns_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_SERVERS   4
#define MAX_TRIES     6
#define NONE_TTL_S    60
#define MAX_SILENT    4 /* questions without any answer, one after the other, until we stop asking for a while */
#define SILENT_MS     SECONDS_MS(30)
#define MAX_TCP_BYTES 65535

struct server {
	struct sockaddr_storage address;
	socklen_t length;
};

struct dns {
	struct server servers[MAX_SERVERS];
	size_t server_count;
	char fault[120]; /* where it can't look up anything: why */
	struct dns_cache *cache;
	atomic_int silent;
	_Atomic int64_t silent_until_ms;
};

/* ---------------------------------------------------------------- servers */

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53" */
static bool read_server(struct str text, struct server *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)&ret->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)&ret->address;
	struct str host = text;
	const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
	bool bracket = text.n && text.p[0] == '[';
	uint64_t port = 53;
	char name[64];

	if (colon && (bracket ? colon > text.p && colon[-1] == ']' : memchr(text.p, ':', text.n) == colon)) {
		if (!str_to_uint(str_slice(text, (size_t)(colon - text.p) + 1, text.n), 65535, &port) || !port)
			return false;
		host = str_slice(text, 0, (size_t)(colon - text.p));
	}
	if (bracket && host.n > 2 && host.p[host.n - 1] == ']')
		host = str_slice(host, 1, host.n - 1);
	if (!host.n || host.n >= sizeof name)
		return false;
	memcpy(name, host.p, host.n);
	name[host.n] = '\0';
	*ret = (struct server){0};
	if (inet_pton(AF_INET, name, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		ret->length = sizeof *v4;
		return true;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	ret->length = sizeof *v6;
	return inet_pton(AF_INET6, name, &v6->sin6_addr) == 1;
}

static int add_servers(struct dns *dns, struct str text, struct error *err)
{
	size_t at = 0;

	while (at < text.n) {
		size_t from = at;

		while (at < text.n && text.p[at] != ',' && !is_space(text.p[at]))
			at++;
		if (at > from && dns->server_count < MAX_SERVERS &&
		    !read_server(str_slice(text, from, at), &dns->servers[dns->server_count++]))
			return fail(err, E_INVALID, RETRY_NEVER,
			            "\"" STR_FMT "\" is not a name server's address (192.0.2.1 or 192.0.2.1:53)",
			            STR_ARG(str_slice(text, from, MIN(at, from + 80))));
		at++;
	}
	return 0;
}

/* As the system's own resolver: without a line (or a file) the server is this machine. Addresses with a zone
 * ("fe80::1%eth0") are passed over. */
static void read_resolv_conf(struct dns *dns)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct str rest, line;
	struct error err;

	if (file_read("/etc/resolv.conf", &text, &err) < 0)
		buf_clear(&text);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, STR("nameserver")) && line.n > 10 && is_space(line.p[10]) &&
		    dns->server_count < MAX_SERVERS &&
		    read_server(str_trim(str_slice(line, 11, line.n)), &dns->servers[dns->server_count]))
			dns->server_count++;
	}
	if (!dns->server_count && read_server(STR("127.0.0.1"), &dns->servers[0]))
		dns->server_count = 1;
}

int dns_new(const char *servers, struct dns **ret_dns, struct error *err)
{
	struct dns *dns CLEANUP(dns_freep) = mem_new(1, sizeof *dns);
	int r = 0;

	dns->cache = dns_cache_new();
	if (servers && *servers)
		r = add_servers(dns, str_of(servers), err);
	if (r < 0)
		return r;
	if (!dns->server_count)
		read_resolv_conf(dns);
	*ret_dns = take(dns);
	return 0;
}

void dns_free(struct dns *dns)
{
	if (!dns)
		return;
	dns_cache_free(dns->cache);
	free(dns);
}

static struct dns *of_process;

static void make_of_process(void)
{
	struct error err;

	if (dns_new(getenv("HAUSPOST_DNS"), &of_process, &err) == 0)
		return;
	of_process = mem_new(1, sizeof *of_process);
	of_process->cache = dns_cache_new();
	memcpy(of_process->fault, "$HAUSPOST_DNS doesn't name a server", sizeof "$HAUSPOST_DNS doesn't name a server");
}

struct dns *dns_of_process(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_of_process);
	return of_process;
}

/* ---------------------------------------------------------------- one question under way */

struct query {
	struct dns *dns;
	struct arena *arena;
	const struct dns_question *question;
	struct dns_answer *answer;
	char name[DNS_MAX_NAME]; /* asked for now: the question's, or what it is an alias of */
	unsigned hops;
	uint32_t ttl;
	uint16_t id;
	int fd; /* -1: done */
	bool is_tcp, edns, was_answered;
	int tries;
	int64_t try_until_ms;
	struct str reason;
	struct buf tcp;                  /* what came over TCP */
	char sent[2 + DNS_QUESTION_MAX]; /* the length before it is for TCP */
	size_t length, written;          /* of sent, in TCP's form */
};

static void query_end(struct query *q, enum dns_status status)
{
	q->answer->status = status;
	q->answer->reason = q->reason;
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
	buf_done(&q->tcp);
	if (status == DNS_FOUND)
		dns_cache_put(q->dns->cache, q->question, q->answer, q->ttl);
	else if (status == DNS_NONE)
		dns_cache_put(q->dns->cache, q->question, q->answer, NONE_TTL_S);
}

/* Each try has a socket of its own: the kernel picks a port that can't be foreseen, and a connected socket takes
 * nothing from another address. */
static bool open_socket(struct query *q)
{
	const struct server *server = &q->dns->servers[(size_t)q->tries % q->dns->server_count];
	int type = (q->is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;

	if (q->fd >= 0)
		close(q->fd);
	q->fd = socket(server->address.ss_family, type, 0);
	if (q->fd < 0)
		return false;
	return connect(q->fd, (const struct sockaddr *)(const void *)&server->address, server->length) == 0 ||
	       errno == EINPROGRESS;
}

static bool make_question(struct query *q)
{
	size_t n;

	random_bytes(&q->id, sizeof q->id);
	n = dns_question_make(q->sent + 2, q->id, q->name, q->question->type, q->edns);
	q->sent[0] = (char)(n >> 8);
	q->sent[1] = (char)n;
	q->length = n + 2;
	q->written = 0;
	return n > 0;
}

/* Starts a try at the server whose turn it is; one that can't be reached is passed over at once. */
static void query_try(struct query *q)
{
	static const int wait_ms[MAX_TRIES] = {1000, 1000, 2000, 2000, 4000, 4000};

	for (; q->tries < MAX_TRIES; q->tries++) {
		q->try_until_ms = clock_mono_ms() + wait_ms[q->tries] * (q->is_tcp ? 2 : 1);
		buf_clear(&q->tcp);
		if (!make_question(q)) {
			q->reason = STR("that is not a domain name");
			query_end(q, DNS_NONE);
			return;
		}
		if (!open_socket(q))
			continue;
		if (q->is_tcp || send(q->fd, q->sent + 2, q->length - 2, MSG_NOSIGNAL) == (ssize_t)q->length - 2)
			return;
	}
	query_end(q, DNS_UNREACHABLE);
}

static void query_next_try(struct query *q)
{
	q->is_tcp = false;
	q->tries++;
	query_try(q);
}

static void ask_for_alias(struct query *q, const struct dns_reading *reading)
{
	q->hops += reading->hops;
	if (q->hops > DNS_MAX_CHAIN) {
		q->reason = STR("its aliases (CNAME) go in a circle or too far");
		query_end(q, DNS_UNREACHABLE);
		return;
	}
	memcpy(q->name, reading->alias, sizeof q->name);
	q->tries = 0;
	q->is_tcp = false;
	query_try(q);
}

static void query_found(struct query *q, const struct dns_reading *reading)
{
	q->answer->texts = ARENA_ARRAY(q->arena, struct str, reading->count);
	memcpy(q->answer->texts, reading->texts, reading->count * sizeof *reading->texts);
	q->answer->count = reading->count;
	q->reason = STR("");
	query_end(q, DNS_FOUND);
}

/* What an answer leads to. */
static void query_take(struct query *q, struct str message)
{
	struct dns_reading reading;
	enum dns_verdict verdict = dns_answer_read(q->arena, message, q->id, q->name, q->question->type, &reading);

	if (verdict == DNS_SAYS_NOT_OURS) {
		if (q->is_tcp)
			query_next_try(q);
		return; /* forged, or late: the right one may still come */
	}
	q->was_answered = true;
	q->ttl = MIN(q->ttl, reading.ttl);
	q->reason = str_of(reading.reason);
	switch (verdict) {
	case DNS_SAYS_FOUND:
		query_found(q, &reading);
		return;
	case DNS_SAYS_NONE:
		query_end(q, DNS_NONE);
		return;
	case DNS_SAYS_ALIAS:
		ask_for_alias(q, &reading);
		return;
	case DNS_SAYS_CUT:
		if (q->is_tcp) {
			query_next_try(q);
		} else {
			q->is_tcp = true;
			query_try(q);
		}
		return;
	case DNS_SAYS_NO_EDNS:
		if (q->edns) {
			q->edns = false;
			query_try(q);
			return;
		}
		query_next_try(q);
		return;
	case DNS_SAYS_TROUBLE:
		query_next_try(q);
		return;
	case DNS_SAYS_NOT_OURS:
		return;
	}
}

/* ---------------------------------------------------------------- sockets that are ready */

static void udp_ready(struct query *q)
{
	char room[DNS_UDP_SIZE * 4];
	ssize_t n = recv(q->fd, room, sizeof room, 0);

	if (n > 0)
		query_take(q, str_new(room, (size_t)n));
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		query_next_try(q); /* nobody listens there */
}

static bool tcp_send(struct query *q)
{
	ssize_t n = send(q->fd, q->sent + q->written, q->length - q->written, MSG_NOSIGNAL);

	if (n > 0)
		q->written += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void tcp_ready(struct query *q)
{
	char room[KIB(4)];
	ssize_t n;
	size_t want;

	if (q->written < q->length) {
		if (!tcp_send(q))
			query_next_try(q);
		return;
	}
	n = recv(q->fd, room, sizeof room, 0);
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			query_next_try(q);
		return;
	}
	buf_add(&q->tcp, str_new(room, (size_t)n));
	if (q->tcp.failed) {
		query_next_try(q);
		return;
	}
	want = q->tcp.n < 2 ? 0 : (size_t)((unsigned char)q->tcp.p[0] << 8 | (unsigned char)q->tcp.p[1]);
	if (q->tcp.n >= 2 && q->tcp.n >= want + 2)
		query_take(q, arena_str(q->arena, str_slice(buf_str(&q->tcp), 2, want + 2)));
}

static void query_ready(struct query *q)
{
	if (q->is_tcp)
		tcp_ready(q);
	else
		udp_ready(q);
}

/* ---------------------------------------------------------------- all questions of a look-up */

static size_t fill_polls(struct query *queries, size_t n, struct pollfd *polls, struct query **ret_of, int64_t *until)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct query *q = &queries[i];

		if (q->fd < 0)
			continue;
		polls[count] =
		        (struct pollfd){.fd = q->fd, .events = q->is_tcp && q->written < q->length ? POLLOUT : POLLIN};
		ret_of[count++] = q;
		*until = MIN(*until, q->try_until_ms);
	}
	return count;
}

static void run_queries(struct query *queries, size_t n, int64_t deadline_ms)
{
	struct pollfd polls[DNS_MAX_QUESTIONS];
	struct query *of[DNS_MAX_QUESTIONS];

	for (;;) {
		int64_t until = deadline_ms, now;
		size_t count = fill_polls(queries, n, polls, of, &until);

		now = clock_mono_ms();
		if (!count || now >= deadline_ms)
			return;
		if (poll(polls, count, (int)MAX(until - now, (int64_t)0)) < 0 && errno != EINTR)
			return;
		now = clock_mono_ms();
		for (size_t i = 0; i < count; i++) {
			if (polls[i].revents)
				query_ready(of[i]);
			else if (now >= of[i]->try_until_ms)
				query_next_try(of[i]);
		}
	}
}

/* `fault`: why nothing may be asked; "" where it may. */
static void query_begin(struct query *q, const char *fault)
{
	size_t n = strlen(q->question->name);

	*q->answer = (struct dns_answer){.status = DNS_UNREACHABLE};
	q->fd = -1;
	q->ttl = UINT32_MAX;
	q->edns = true;
	q->reason = STR("no name server answers");
	buf_init(&q->tcp, MAX_TCP_BYTES + 2);
	if (dns_cache_get(q->dns->cache, q->arena, q->question, q->answer))
		return;
	if (*fault) {
		q->answer->reason = str_of(fault);
		return;
	}
	if (n >= sizeof q->name) {
		q->answer->status = DNS_NONE;
		q->answer->reason = STR("that is not a domain name");
		return;
	}
	memcpy(q->name, q->question->name, n + 1);
	query_try(q);
}

/* Dead name servers would cost every mail the whole deadline. */
static const char *why_not_ask(struct dns *dns)
{
	if (dns->fault[0])
		return dns->fault;
	if (atomic_load(&dns->silent) >= MAX_SILENT && clock_mono_ms() < atomic_load(&dns->silent_until_ms))
		return "no name server has answered for a while";
	return "";
}

static void count_silence(struct dns *dns, const struct query *queries, size_t n)
{
	int silent = 0;

	for (size_t i = 0; i < n; i++) {
		if (queries[i].was_answered) {
			atomic_store(&dns->silent, 0);
			return;
		}
		silent += queries[i].answer->status == DNS_UNREACHABLE;
	}
	if (silent && atomic_fetch_add(&dns->silent, silent) + silent >= MAX_SILENT)
		atomic_store(&dns->silent_until_ms, clock_mono_ms() + SILENT_MS);
}

void dns_look_up(struct dns *dns, struct arena *arena, const struct dns_question *questions, size_t n,
                 int64_t deadline_ms, struct dns_answer *ret_answers)
{
	const char *fault = why_not_ask(dns);
	struct query *queries;

	must(n <= DNS_MAX_QUESTIONS);
	queries = ARENA_ARRAY(arena, struct query, n);
	for (size_t i = 0; i < n; i++) {
		queries[i] = (struct query){
		        .dns = dns, .arena = arena, .question = &questions[i], .answer = &ret_answers[i]};
		query_begin(&queries[i], fault);
	}
	run_queries(queries, n, deadline_ms);
	for (size_t i = 0; i < n; i++)
		if (queries[i].fd >= 0)
			query_end(&queries[i], DNS_UNREACHABLE);
	if (!*fault)
		count_silence(dns, queries, n);
}
