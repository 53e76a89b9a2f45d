/* Lists among very many cases: fills a store, asks it through the API's own routes, and asks a running Hauspost.
 *
 *	case_list fill URL CASES            CASES cases with a message each, in an existing store
 *	case_list routes URL REQUESTS [TARGET …]  latencies of these, or of the queries below, without sockets
 *	case_list http HOST PORT TOKEN REQUESTS CONNECTIONS PATH     the same over HTTP, kept alive; prints JSON
 */
#include "api/router.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "setup/setup.h"
#include "store/search.h"
#include "store/store.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 100000

static void give_up(const struct error *err)
{
	fprintf(stderr, "case_list: %s\n", err->text);
	exit(1);
}

/* ---------------------------------------------------------------- filling */

static const char *const words[] = {"printer", "invoice",  "order",   "delivery", "password", "login",
                                    "refund",  "contract", "address", "warranty", "repair",   "monitor",
                                    "cable",   "account",  "renewal", "question"};

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* 19 of 20 are resolved, the open ones mostly among the newest; a fifth has another account. */
static int fill_one(struct db *db, int64_t i, int64_t n, int64_t now, uint64_t *seed, struct error *err)
{
	int64_t case_id, message_id, contact = i / 3 + 1, age = (n - i) * 1000;
	bool open = next(seed) % 20 == 0 || (n - i < n / 50 && next(seed) % 2 == 0);
	int64_t at = now - age, updated = at + (int64_t)(next(seed) % (uint64_t)(age + 1));
	char number[32], subject[80], address[64];
	const char *account = next(seed) % 5 ? "support" : "sales";
	int r = db_new_id(db, &case_id, err);

	if (r == 0)
		r = db_new_id(db, &message_id, err);
	if (r < 0)
		return r;
	snprintf(number, sizeof number, "SUP-%07lld", (long long)i);
	snprintf(subject, sizeof subject, "%s %s %llu", words[next(seed) % ARRAY_LEN(words)],
	         words[next(seed) % ARRAY_LEN(words)], (unsigned long long)(next(seed) % 100000));
	snprintf(address, sizeof address, "customer%lld@example.org", (long long)contact);
	contact += INT64_C(1) << 40;
	if (i % 3 == 0) {
		r = db_exec(db, "INSERT INTO contact (id, name, created_at) VALUES ($1, 'Customer', $2)",
		            DB_ARGS(DB_INT(contact), DB_INT(at)), err);
		if (r == 0)
			r = db_exec(db, "INSERT INTO contact_address (address, contact_id) VALUES ($1, $2)",
			            DB_ARGS(DB_TEXT(address), DB_INT(contact)), err);
	}
	if (r == 0)
		r = db_exec(db,
		            "INSERT INTO cases (id, type, number, status, resolved_at, subject, contact_id, account, "
		            "fields, "
		            "created_at, updated_at, message_count) VALUES ($1, 'request', $2, $3, $4, $5, $6, $7, "
		            "'{}', $8, "
		            "$9, 1)",
		            DB_ARGS(DB_INT(case_id), DB_TEXT(number), DB_TEXT(open ? "open" : "resolved"),
		                    open ? DB_NULL : DB_INT(updated), DB_TEXT(subject), DB_INT(contact),
		                    DB_TEXT(account), DB_INT(at), DB_INT(updated)),
		            err);
	if (r == 0)
		r = db_exec(db, "INSERT INTO case_participant (case_id, address) VALUES ($1, $2)",
		            DB_ARGS(DB_INT(case_id), DB_TEXT(address)), err);
	if (r == 0)
		r = db_exec(
		        db,
		        "INSERT INTO message (id, direction, case_id, account, message_ident, from_address, from_name, "
		        "to_text, subject, automatic, date, created_at, size, evidence, body_text) VALUES ($1, 'in', "
		        "$2, $3, "
		        "$4, $5, 'Customer', 'support@example.com', $6, 'none', $7, $7, 2000, '', $6)",
		        DB_ARGS(DB_INT(message_id), DB_INT(case_id), DB_TEXT(account), DB_TEXT(number),
		                DB_TEXT(address), DB_TEXT(subject), DB_INT(at)),
		        err);
	return r;
}

static void fill(const char *url, int64_t n)
{
	struct store_options options = {.url = url};
	struct store *store = NULL;
	struct db *db = NULL;
	uint64_t seed = 4711;
	int64_t now = clock_now_ms();
	struct error err;

	if (store_open(&options, &store, &err) < 0 || store_connect(store, &db, &err) < 0)
		give_up(&err);
	for (int64_t i = 0; i < n;) {
		if (db_begin(db, &err) < 0)
			give_up(&err);
		for (int64_t end = MIN(n, i + BATCH); i < end; i++)
			if (fill_one(db, i, n, now, &seed, &err) < 0)
				give_up(&err);
		if (db_commit(db, &err) < 0)
			give_up(&err);
	}
	db_close(db);
	store_close(store);
}

/* ---------------------------------------------------------------- figures */

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static double ms_at(const int64_t *us, size_t i)
{
	return (double)us[i] / 1e3;
}

static void print_figures(const char *name, int64_t *us, size_t n, int64_t total_us)
{
	qsort(us, n, sizeof *us, by_size);
	printf("{\"what\": \"%s\", \"requests\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
	       "\"per_second\": %.0f}\n",
	       name, n, ms_at(us, n / 2), ms_at(us, n * 99 / 100), ms_at(us, n - 1),
	       (double)n * 1e6 / (double)total_us);
	fflush(stdout);
}

/* On a busy machine the clock on the wall says more of the others. */
static int64_t cpu_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t sum(const int64_t *us, size_t n)
{
	int64_t total = 1;

	for (size_t i = 0; i < n; i++)
		total += us[i];
	return total;
}

/* ---------------------------------------------------------------- routes */

static const char *const queries[][2] = {
        {"first page", "/api/v1/cases"},
        {"open", "/api/v1/cases?open=true"},
        {"status", "/api/v1/cases?status=open&type=request"},
        {"account", "/api/v1/cases?account=sales"},
        {"account, open", "/api/v1/cases?account=sales&open=true"},
        {"contact", "/api/v1/cases?address=customer4711@example.org"},
        {"by time of opening", "/api/v1/cases?sort=created"},
        {"deep page", "/api/v1/cases?cursor="},
        {"one case", "/api/v1/cases/SUP-0004711"},
};

static const struct caller everybody = {.kind = CALLER_OPERATOR,
                                        .operator_id = "bench",
                                        .author = "bench",
                                        .rights = RIGHT_BIT(RIGHT_COUNT) - 1,
                                        .all_accounts = true};

static int stay_closed(void *ctx UNUSED, const char *context, struct str sealed UNUSED, struct secret *ret_plain UNUSED,
                       struct error *err)
{
	return fail(err, E_AUTH, RETRY_NEVER, "%s stays closed", context);
}

/* No list needs a secret. */
static const struct sealer blind = {.open = stay_closed, .keeps_unopened = true};

struct desk {
	struct store *store;
	struct db *db;
	struct setup *setup;
	struct router *router;
};

/* One request as the server makes it; returns the next page's cursor in *ret_next where that isn't NULL. */
static void ask(const struct desk *desk, const char *target, char ret_next[200])
{
	struct arena *arena = arena_new();
	struct request request = {.arena = arena,
	                          .db = desk->db,
	                          .store = desk->store,
	                          .setup = desk->setup,
	                          .caller = everybody,
	                          .caller_is_known = true,
	                          .body_fd = -1,
	                          .client = "127.0.0.1",
	                          .url = ""};
	struct answer answer;
	const char *allow, *next_at;
	struct error err;

	answer_init(&answer, arena, NULL);
	if (target_parse(str_of(target), arena, &request.target, &err) < 0 ||
	    router_find(desk->router, API_GET, request.target.path, arena, &request.route, request.parameters, &allow,
	                &err) < 0)
		give_up(&err);
	route_run(&request, &answer);
	if (answer.status != 200) {
		fprintf(stderr, "case_list: %s: %d: %s\n", target, answer.status, buf_cstr(&answer.body));
		exit(1);
	}
	next_at = strstr(buf_cstr(&answer.body), "\"next\":\"");
	if (ret_next && next_at)
		snprintf(ret_next, 200, "%.*s", (int)strcspn(next_at + 8, "\""), next_at + 8);
	answer_done(&answer);
	arena_free(arena);
}

static void measure(const struct desk *desk, const char *name, const char *target, size_t n)
{
	int64_t *us = mem_new(n, sizeof *us), *cpu_us = mem_new(n, sizeof *cpu_us), began = clock_mono_us();

	for (size_t i = 0; i < n; i++) {
		int64_t at = clock_mono_us(), cpu_at = cpu_now_us();

		ask(desk, target, NULL);
		us[i] = clock_mono_us() - at;
		cpu_us[i] = cpu_now_us() - cpu_at;
	}
	print_figures(name, us, n, clock_mono_us() - began);
	print_figures("  … processor time", cpu_us, n, sum(cpu_us, n));
	free(us);
	free(cpu_us);
}

static void measure_queries(const struct desk *desk, size_t n)
{
	char next_page[200] = "";

	for (int i = 0; i < 200; i++) { /* 100,000 cases down */
		char target[300];

		snprintf(target, sizeof target, "/api/v1/cases?limit=500&cursor=%s", next_page);
		ask(desk, target, next_page);
	}
	for (size_t q = 0; q < ARRAY_LEN(queries); q++) {
		char target[300];

		snprintf(target, sizeof target, "%s%s", queries[q][1],
		         strchr(queries[q][1], '=') && strstr(queries[q][1], "cursor=") ? next_page : "");
		measure(desk, queries[q][0], target, n);
	}
}

static void routes(const char *url, size_t n, char **targets, size_t count)
{
	struct store_options options = {.url = url};
	struct desk desk = {.router = router_new()};
	struct error err;

	if (store_open(&options, &desk.store, &err) < 0 || store_connect(desk.store, &desk.db, &err) < 0 ||
	    setup_load(desk.db, &blind, &desk.setup, &err) < 0)
		give_up(&err);
	for (size_t i = 0; i < count; i++)
		measure(&desk, targets[i], targets[i], n);
	if (!count)
		measure_queries(&desk, n);
	setup_free(desk.setup);
	db_close(desk.db);
	store_close(desk.store);
	router_free(desk.router);
}

/* ---------------------------------------------------------------- HTTP */

struct client {
	pthread_t thread;
	const char *request;
	int port;
	int64_t *us;
	size_t n;
};

static void *run_client(void *arg)
{
	struct client *client = arg;
	struct sockaddr_in to = {
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)client->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	size_t size = MIB(4);
	char *room = mem_new(size, 1);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	must(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	for (size_t i = 0; i < client->n; i++) {
		int64_t began = clock_mono_us();
		size_t have = 0, want = 0;

		must(write(fd, client->request, strlen(client->request)) > 0);
		while (!want || have < want) {
			ssize_t got = read(fd, room + have, size - have - 1);
			char *end, *length;

			must(got > 0);
			have += (size_t)got;
			room[have] = '\0';
			end = strstr(room, "\r\n\r\n");
			length = strcasestr(room, "content-length:");
			if (!want && end && length)
				want = (size_t)(end + 4 - room) + strtoul(length + 15, NULL, 10);
		}
		must(strncmp(room, "HTTP/1.1 200", 12) == 0);
		client->us[i] = clock_mono_us() - began;
	}
	close(fd);
	free(room);
	return NULL;
}

static void http(char **args)
{
	size_t n = strtoul(args[3], NULL, 10), count = strtoul(args[4], NULL, 10), each = n / count;
	struct client *clients = mem_new(count, sizeof *clients);
	int64_t *us = mem_new(each * count, sizeof *us), began;
	struct buf request = BUF_INIT(KIB(8));

	buf_printf(&request, "GET %s HTTP/1.1\r\nHost: %s:%s\r\nAuthorization: Bearer %s\r\n\r\n", args[5], args[0],
	           args[1], args[2]);
	began = clock_mono_us();
	for (size_t i = 0; i < count; i++) {
		clients[i] = (struct client){.request = buf_cstr(&request),
		                             .port = (int)strtol(args[1], NULL, 10),
		                             .us = us + i * each,
		                             .n = each};
		must(pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) == 0);
	}
	for (size_t i = 0; i < count; i++)
		pthread_join(clients[i].thread, NULL);
	print_figures(args[5], us, each * count, clock_mono_us() - began);
	buf_done(&request);
	free(us);
	free(clients);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "fill") == 0)
		fill(argv[2], strtoll(argv[3], NULL, 10));
	else if (argc >= 4 && strcmp(argv[1], "routes") == 0)
		routes(argv[2], strtoul(argv[3], NULL, 10), argv + 4, (size_t)argc - 4);
	else if (argc == 8 && strcmp(argv[1], "http") == 0)
		http(argv + 2);
	else
		return 2;
	return 0;
}
