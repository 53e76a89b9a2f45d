/* See test_store.h. */
#include "store/test_store.h"

#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

#define NOBODY 65534 /* postgres refuses to run as root */

static char folder[64]; /* "" until made */
static pid_t owner;     /* who made it, and removes it */
static pid_t guardian;  /* the process that stops PostgreSQL when this one has gone */
static int guardian_pipe = -1;
static int url_count;
static char urls[64][160];

static int seal_plainly(void *ctx UNUSED, const char *context UNUSED, struct str plain, struct buf *out,
                        struct error *err UNUSED)
{
	buf_add(out, plain);
	return 0;
}

static int open_plainly(void *ctx UNUSED, const char *context UNUSED, struct str sealed, struct secret *ret,
                        struct error *err UNUSED)
{
	secret_set(ret, sealed);
	return 0;
}

const struct sealer plain_sealer = {.seal = seal_plainly, .open = open_plainly};

/* ---------------------------------------------------------------- the folder */

static int remove_one(const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *ftw UNUSED)
{
	return remove(path);
}

static void clean_up(void)
{
	if (getpid() != owner)
		return;
	if (guardian_pipe >= 0)
		close(guardian_pipe);
	if (guardian > 0)
		waitpid(guardian, NULL, 0);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_store_folder(void)
{
	if (!folder[0]) {
		const char *tmp = getenv("TMPDIR");

		snprintf(folder, sizeof folder, "%.30s/hauspost-store-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		must(mkdtemp(folder) != NULL);
		must(chmod(folder, 0755) == 0);
		owner = getpid();
		atexit(clean_up);
	}
	return folder;
}

/* ---------------------------------------------------------------- the cluster */

static const char *postgresql_folder(void)
{
	static char bin[200];
	glob_t found;

	if (!bin[0] && glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0) {
		snprintf(bin, sizeof bin, "%s", found.gl_pathv[found.gl_pathc - 1]);
		*strrchr(bin, '/') = '\0';
		globfree(&found);
	}
	return bin[0] ? bin : NULL;
}

static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	must(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
}

/* Runs a program of PostgreSQL (or one named by its path) with what it says going to a file; true where it succeeded.
 */
static bool run(const char *const argv[])
{
	int status = -1;
	pid_t pid = fork();

	must(pid >= 0);
	if (pid == 0) {
		char log[100], program[240];
		int fd;

		snprintf(log, sizeof log, "%s/pg/log", folder);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		if (fd >= 0 && dup2(fd, 1) == 1 && dup2(fd, 2) == 2 && chdir("/") == 0) {
			snprintf(program, sizeof program, "%s%s%s", argv[0][0] == '/' ? "" : postgresql_folder(),
			         argv[0][0] == '/' ? "" : "/", argv[0]);
			execv(program, (char *const *)(uintptr_t)argv);
		}
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* `./dev test` makes one cluster (HAUSPOST_TEST_CLUSTER) for all to copy: that takes a tenth of the time. */
static bool make_cluster(const char *data)
{
	const char *made = getenv("HAUSPOST_TEST_CLUSTER");

	if (made && made[0])
		return run((const char *[]){"/bin/cp", "-R", made, data, NULL});
	return run((const char *[]){"initdb", "-D", data, "-U", "hauspost", "-A", "trust", "-E", "UTF8", "--locale=C",
	                            "--no-sync", "--no-instructions", NULL});
}

static bool start_cluster(void)
{
	char data[100], options[300];

	snprintf(data, sizeof data, "%s/pg/data", folder);
	snprintf(options, sizeof options,
	         "-k %s/pg -c listen_addresses='' -c fsync=off -c full_page_writes=off -c shared_buffers=16MB "
	         "-c max_connections=60 -c max_wal_size=200MB -c autovacuum=off",
	         folder);
	return make_cluster(data) &&
	       run((const char *[]){"pg_ctl", "-D", data, "-w", "-t", "60", "-s", "-o", options, "start", NULL});
}

/* Lives until the pipe from the test ends: at its exit, or when it is killed. */
static NORETURN void guard(int from_test, int to_test)
{
	char data[100], byte;
	bool started;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	become_nobody();
	started = start_cluster();
	must(write(to_test, started ? "+" : "-", 1) == 1);
	close(to_test);
	while (read(from_test, &byte, 1) < 0 && errno == EINTR)
		;
	snprintf(data, sizeof data, "%s/pg/data", folder);
	if (started)
		run((const char *[]){"pg_ctl", "-D", data, "-m", "immediate", "-s", "stop", NULL});
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	_exit(0);
}

static void show_log(void)
{
	char path[100];
	struct buf text CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct error err;

	snprintf(path, sizeof path, "%s/pg/log", folder);
	if (file_read(path, &text, &err) == 0)
		print_error("%s\n", buf_cstr(&text));
}

static void start_guardian(void)
{
	int to_guardian[2], from_guardian[2];
	char path[100], answer = '-';

	snprintf(path, sizeof path, "%s/pg", test_store_folder());
	must(mkdir(path, 0700) == 0);
	if (geteuid() == 0)
		must(chown(path, NOBODY, NOBODY) == 0);
	must(pipe2(to_guardian, O_CLOEXEC) == 0 && pipe2(from_guardian, O_CLOEXEC) == 0);
	guardian = fork();
	must(guardian >= 0);
	if (guardian == 0) {
		close(to_guardian[1]);
		close(from_guardian[0]);
		guard(to_guardian[0], from_guardian[1]);
	}
	close(to_guardian[0]);
	close(from_guardian[1]);
	guardian_pipe = to_guardian[1];
	must(read(from_guardian[0], &answer, 1) == 1);
	close(from_guardian[0]);
	if (answer != '+')
		show_log();
	must(answer == '+');
}

static void make_database(int number)
{
	char where[160], sql[80];
	PGconn *conn;
	PGresult *result;

	snprintf(where, sizeof where, "host=%s/pg user=hauspost dbname=postgres", folder);
	conn = PQconnectdb(where);
	if (PQstatus(conn) != CONNECTION_OK)
		print_error("%s", PQerrorMessage(conn));
	must(PQstatus(conn) == CONNECTION_OK);
	snprintf(sql, sizeof sql, "CREATE DATABASE t%d", number);
	result = PQexec(conn, sql);
	must(PQresultStatus(result) == PGRES_COMMAND_OK);
	PQclear(result);
	PQfinish(conn);
}

/* ---------------------------------------------------------------- stores */

const char *test_store_url(enum db_kind kind)
{
	int number = url_count++;

	must((size_t)number < ARRAY_LEN(urls));
	if (kind == DB_SQLITE) {
		snprintf(urls[number], sizeof urls[number], "sqlite:%s/t%d.db", test_store_folder(), number);
		return urls[number];
	}
	if (!postgresql_folder())
		return NULL;
	if (!guardian)
		start_guardian();
	make_database(number);
	snprintf(urls[number], sizeof urls[number], "postgresql://hauspost@/t%d?host=%s/pg", number, folder);
	return urls[number];
}

void test_store_each_url(void (*test)(const char *url))
{
	const char *url;

	print_message("    on SQLite\n");
	test(test_store_url(DB_SQLITE));
	url = test_store_url(DB_POSTGRESQL);
	print_message(url ? "    on PostgreSQL\n"
	                  : "    SKIPPED on PostgreSQL: /usr/lib/postgresql/*/bin/initdb is missing\n");
	if (url)
		test(url);
}

static void (*store_test)(struct store *store);

static void open_and_test(const char *url)
{
	struct store *store;
	struct error err;

	assert_ok(store_open(&(struct store_options){.url = url, .create = true}, &store, &err), &err);
	store_test(store);
	store_close(store);
}

void test_store_each(void (*test)(struct store *store))
{
	store_test = test;
	test_store_each_url(open_and_test);
}
