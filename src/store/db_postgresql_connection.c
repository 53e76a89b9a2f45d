/* See db_postgresql_connection.h. */
#include "store/db_postgresql_connection.h"

#include "base/mem.h"

#include <poll.h>
#include <stdio.h>

/* ---------------------------------------------------------------- errors */

/* libpq's words, on one line. */
static void say_why(const PGconn *conn, char *ret_text, size_t size)
{
	size_t n;

	snprintf(ret_text, size, "%s", PQerrorMessage(conn));
	n = strlen(ret_text);
	while (n && is_space(ret_text[n - 1]))
		ret_text[--n] = '\0';
	for (char *p = ret_text; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
}

void postgresql_drop(struct postgresql_db *p)
{
	PQfinish(p->conn);
	p->conn = NULL;
	p->pending_count = 0;
}

int postgresql_fail_lost(struct postgresql_db *p, struct error *err)
{
	struct error own;
	char why[160];

	say_why(p->conn, why, sizeof why);
	fail(&own, E_STORE, RETRY_LATER, "store %s: connection lost: %s", p->db.name,
	     why[0] ? why : "closed by the server");
	postgresql_drop(p);
	db_set_lost(&p->db, &own);
	if (err)
		*err = own;
	return own.code;
}

/* The classes of SQLSTATE that matter here; the first that fits. */
static const struct {
	const char *prefix;
	int code;
	enum retry retry;
	const char *advice;
} states[] = {
        /* clang-format off */
	{"23505", E_CONFLICT, RETRY_NEVER, ""},
	{"23", E_STORE, RETRY_NEVER, ""},
	{"22021", E_INVALID, RETRY_NEVER, ""},
	{"25006", E_STORE, RETRY_LATER, ": it is read-only (a standby?)"},
	{"40", E_STORE, RETRY_LATER, ""},    /* deadlock, serialization */
	{"53100", E_STORE, RETRY_LATER, ": free some space on the database's disk"},
	{"53", E_STORE, RETRY_LATER, ""},    /* memory, connections */
	{"54", E_LIMIT, RETRY_NEVER, ""},
	{"55P03", E_IN_USE, RETRY_LATER, ""},
	{"57", E_STORE, RETRY_LATER, ""},    /* shutting down, cancelled */
	{"58", E_STORE, RETRY_LATER, ""},    /* its disk */
	{"08P01", E_INVALID, RETRY_NEVER, ""},
	{"08", E_STORE, RETRY_LATER, ""},
	{"42501", E_STORE, RETRY_NEVER, ": grant it to the user of the URL"},
	{"", E_STORE, RETRY_NEVER, ""},
        /* clang-format on */
};

int postgresql_fail(struct postgresql_db *p, const PGresult *result, const char *sql, struct error *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	char excerpt[DB_EXCERPT_LEN + 1];
	size_t i = 0;

	if (!state)
		state = "";
	db_excerpt(sql, excerpt);
	while (strncmp(state, states[i].prefix, strlen(states[i].prefix)) != 0)
		i++;
	return fail(err, states[i].code, states[i].retry, "store %s: %s%s [%s] (%s)", p->db.name,
	            said ? said : PQresultErrorMessage(result), states[i].advice, state, excerpt);
}

/* ---------------------------------------------------------------- connecting */

static void ignore_notice(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

int postgresql_connect(struct postgresql_db *p, struct error *err)
{
	/* What stands before dbname are presets that the URL may change, what stands behind is fixed. */
	static const char *const keys[] = {"connect_timeout",
	                                   "tcp_user_timeout",
	                                   "keepalives_idle",
	                                   "fallback_application_name",
	                                   "dbname",
	                                   "client_encoding",
	                                   NULL};
	const char *const values[] = {"10", "30000", "30", "hauspost", p->url, "UTF8", NULL};
	char why[160];

	for (size_t i = 0; i < p->statements.size; i++)
		if (p->statements.entries[i].key)
			((struct statement *)p->statements.entries[i].value)->is_prepared = false;
	postgresql_drop(p);
	p->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(p->conn) != CONNECTION_OK) {
		say_why(p->conn, why, sizeof why);
		return fail(err, E_STORE, RETRY_LATER, "can't connect to store %s: %s", p->db.name, why);
	}
	PQsetNoticeProcessor(p->conn, ignore_notice, NULL);
	must(PQenterPipelineMode(p->conn) == 1);
	return 0;
}

/* An idle connection that the server has closed says so on its socket. */
static bool is_dead(struct postgresql_db *p)
{
	struct pollfd fd = {.fd = PQsocket(p->conn), .events = POLLIN};

	if (PQstatus(p->conn) != CONNECTION_OK)
		return true;
	while (poll(&fd, 1, 0) > 0) /* first its last words, then the end */
		if (!PQconsumeInput(p->conn) || PQstatus(p->conn) != CONNECTION_OK)
			return true;
	return false;
}

int postgresql_ensure(struct postgresql_db *p, struct error *err)
{
	return is_dead(p) ? postgresql_connect(p, err) : 0;
}

/* ---------------------------------------------------------------- its name */

char *postgresql_name(const char *url)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	const char *host = "", *database = "";
	char name[200];

	if (!options)
		return NULL;
	for (PQconninfoOption *o = options; o->keyword; o++) {
		if (strcmp(o->keyword, "host") == 0 && o->val)
			host = o->val;
		if (strcmp(o->keyword, "dbname") == 0 && o->val)
			database = o->val;
	}
	snprintf(name, sizeof name, "postgresql://%s/%s", host, database);
	PQconninfoFree(options);
	return mem_strdup(name);
}
