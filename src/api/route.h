/* What the API is made of: routes, requests, answers. A group of resources is one file with a table of routes and a
 * handler each; the server (server.h) finds the route, knows the caller, reads the body, and turns a handler's failure
 * into problem+json. The table is also what the OpenAPI description is made of, so what it says is what is done.
 *
 *	static int get_case(struct request *request, struct answer *answer, struct error *err)
 *	{
 *		…
 *		return answer_record(answer, &case_view_type, &view, err);
 *	}
 *
 *	const struct route case_routes[] = {
 *		{API_GET, "/api/v1/cases/{case}", "getCase", "Cases", "One case", .right = RIGHT_CASES_READ,
 *		 .answer = &case_view_type, .handle = get_case},
 *		{0},
 *	};
 *
 * What goes in and out as JSON is a record (record/record.h), described once as a table of fields: `struct case_view`
 * with case_view_type. Handlers run on the server's threads, side by side: they keep nothing but what is in `request`.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/caller.h"
#include "api/target.h"
#include "base/arena.h"
#include "base/buf.h"
#include "record/record.h"
#include "store/store.h"

#define ROUTE_MAX_PARAMETERS 4
#define ROUTE_BODY_MAX       MIB(1) /* of a JSON body, unless the route says otherwise */
#define PAGE_DEFAULT         50     /* items of a list */
#define PAGE_MAX             500

struct request;
struct answer;
struct serve;
struct setup;

enum api_method { API_NONE, API_GET, API_POST, API_PUT, API_PATCH, API_DELETE }; /* HEAD is answered as GET */

const char *api_method_name(enum api_method method); /* "GET" */
enum api_method api_method_find(struct str name);    /* API_NONE where it is none of ours */

enum query_kind { QUERY_TEXT, QUERY_INT, QUERY_BOOL, QUERY_TIME /* RFC 3339 */ };

struct route_query {
	const char *name;
	enum query_kind kind;
	const char *help;
	const char *const *words; /* TEXT: the only ones allowed, NULL-terminated; NULL: any */
};

struct route {
	enum api_method method;
	const char *path; /* "/api/v1/cases/{case}": a {name} stands for one segment, percent-decoded */
	const char *id;   /* operationId: "getCase" */
	const char *tag;  /* its group in the description: "Cases" */
	const char *summary;
	enum right right;
	uint64_t own_rights; /* bits: any of these is enough for what is the caller's own; the handler sees to that */
	const struct record_type *body;   /* JSON; NULL: none */
	const char *body_type;            /* media type of a body that isn't JSON by a record; NULL */
	uint64_t body_max;                /* bytes; 0: ROUTE_BODY_MAX */
	bool spools;                      /* the body goes into a file (request->body_fd), not into memory */
	const struct record_type *answer; /* JSON; NULL: see answer_type */
	bool is_list;            /* {"items": […], "next": "…" or null}; `limit` and `cursor` come by themselves */
	const char *answer_type; /* media type of another answer; both NULL: 204 */
	int status;              /* of success; 0: 200, or 204 */
	const struct route_query *query; /* ends with a name of NULL; NULL: none */
	bool others_query;               /* who sends browsers here adds to the query: what isn't known is no fault */
	bool needs_revision;             /* If-Match with the revision is required */
	bool without_csrf;               /* changes something, and comes before there is a session */
	bool without_store; /* handled even where the store can't be reached: db and setup may then be NULL */
	bool is_quick; /* answered as nobody, without store and set-up, on the thread that reads sockets: never waits */
	const void *ctx; /* the handler's own */
	int (*handle)(struct request *request, struct answer *answer, struct error *err);
	const char *description; /* longer than the summary; may be NULL */
};

/* ---------------------------------------------------------------- what a handler is given */

struct request {
	const struct route *route;
	struct api *api;
	struct serve *serve; /* the listeners beside us; NULL: none */
	const char *url;     /* as people reach us, "https://mail.example.com", without a slash at the end */
	struct caller caller;
	struct arena *arena; /* lives until the answer is sent */
	struct db *db;       /* this thread's connection: for reading; changes go through store_do() */
	struct store *store;
	const struct sealer *sealer;
	const struct setup *setup;                   /* the set-up as it was when the request came */
	struct target target;                        /* path (as sent) and query */
	struct str parameters[ROUTE_MAX_PARAMETERS]; /* decoded, in the path's order */
	struct str body;                             /* whole; empty where it spools */
	json_t *json;                                /* the body, parsed, where the route has a record for it */
	int body_fd;                                 /* at its start; -1: none */
	uint64_t body_size;
	const char *client; /* the address it comes from, after trusted proxies */
	bool is_secure;     /* over TLS, as far as we or the proxy know */
	bool by_cookie;     /* the caller is known by a cookie: changes need the CSRF header (checked by the server) */
	bool caller_is_known; /* set by who calls: sign_in_caller() isn't asked */
	size_t limit;         /* of a list: 1 to PAGE_MAX */
	int64_t if_revision;  /* of If-Match; -1: none, -2: "*" */
	/* Of the server: a NUL-terminated value, or NULL. */
	const char *(*header_of)(const struct request *request, const char *name);
	void *connection;
};

const char *request_header(const struct request *request, const char *name); /* NULL: absent */
const char *request_query(const struct request *request, const char *name);  /* NULL: absent; checked by its kind */

/* Values of the query; `ret` stays as it is where they are absent. What isn't of its kind was refused before. */
bool request_query_int(const struct request *request, const char *name, int64_t *ret);
bool request_query_bool(const struct request *request, const char *name);
bool request_query_time(const struct request *request, const char *name, int64_t *ret_ms);

/* A parameter that is a number ("/messages/{message}"): E_NOT_FOUND where it is none. */
int request_id(const struct request *request, int parameter, const char *what, int64_t *ret_id,
               struct error *err) NODISCARD;

/* The body by the route's record; E_INVALID names the path. Sealed secrets are refused. Where the record has secrets
 * the caller owns them: record_done(). */
int request_record(struct request *request, void **ret_record, struct error *err) NODISCARD;

/* Cursors are opaque for callers: one number and one text of ours (the last item's keys). Absent: returns 0 and leaves
 * both. */
int request_cursor(const struct request *request, int64_t *ret_number, struct str *ret_text,
                   struct error *err) NODISCARD;

/* ---------------------------------------------------------------- what it answers */

/* A body that comes bit by bit (events, the steps of a test). */
struct stream_body {
	/* Never blocks: bytes, 0 nothing now (asked again after stream_wake()), -1 the end. */
	ssize_t (*read)(struct stream_body *stream, char *room, size_t size);
	/* Once, when it ended or the client left; on a thread of the server's. */
	void (*done)(struct stream_body *stream);
	struct stream_wake *wake; /* set by answer_stream() */
};

/* From any thread, until done() was called: `read` is asked again, soon, on a thread of the server's. Never blocks for
 * long, and may be called from within `read`. */
void stream_wake(struct stream_body *stream);

/* Who is told: the server's connection, or a test. */
struct stream_wake {
	void (*wake)(struct stream_wake *wake);
};

#define ANSWER_MAX_HEADERS 12

struct answer_header {
	const char *name, *value;
};

struct answer {
	int status;          /* 0: the route's; set it before failing to choose the problem's */
	const char *type;    /* media type; NULL: none */
	struct buf body;     /* at most 64 MiB */
	struct str constant; /* sent instead of the body where it isn't empty: lives for ever */
	int fd;              /* -1, or a file that is sent instead of the body; closed after */
	uint64_t fd_size;
	struct stream_body *stream; /* NULL, or instead of both */
	struct answer_header headers[ANSWER_MAX_HEADERS];
	size_t header_count;
	struct arena *arena;      /* the request's */
	struct stream_wake *wake; /* the server's, for the stream */
};

void answer_init(struct answer *answer, struct arena *arena, struct stream_wake *wake);

/* Texts must live in the request's arena or for ever. Names and values with line ends abort: check before. */
void answer_header(struct answer *answer, const char *name, const char *value);

/* The record as JSON, with every field; secrets masked. */
int answer_record(struct answer *answer, const struct record_type *type, const void *record,
                  struct error *err) NODISCARD;

/* A list: begin, each record, end. `next` of answer_list_end(): has_more tells whether a cursor is given. */
void answer_list_begin(struct answer *answer);
int answer_list_add(struct answer *answer, const struct record_type *type, const void *record,
                    struct error *err) NODISCARD;
void answer_list_end(struct answer *answer, bool has_more, int64_t cursor_number, struct str cursor_text);

/* A list that is in memory whole: the cursor is how many came before. Each item is asked for once:
 *	if (request_page(request, &page, err) < 0) … for (…) if (page_takes(&page)) answer_list_add(…);
 *answer_page_end() */
struct list_page {
	int64_t first; /* of the page */
	int64_t limit, seen;
};
int request_page(const struct request *request, struct list_page *ret_page, struct error *err) NODISCARD;
bool page_takes(struct list_page *page);
void answer_page_end(struct answer *answer, const struct list_page *page);

/* Takes the JSON over. */
void answer_json(struct answer *answer, json_t *json);
void answer_text(struct answer *answer, const char *type, struct str text);

/* To be called before anything may wake the stream. The answer owns it: done() is called even where the handler fails
 * afterwards. */
void answer_stream(struct answer *answer, const char *type, struct stream_body *stream);

void answer_etag(struct answer *answer, int64_t revision); /* ETag: "7" */

/* A file name in Content-Disposition (RFC 6266, RFC 8187); `type` is inline or attachment. */
void answer_disposition(struct answer *answer, const char *type, struct str filename);

void answer_done(struct answer *answer);
const char *answer_header_value(const struct answer *answer, const char *name); /* NULL where it isn't set */

/* The words of a status: "Not Found". */
const char *status_phrase(int status);

/* problem+json (RFC 9457) of a failure, in the place of whatever the answer held: status by the error's code unless the
 * handler chose one; "detail" is its text, "path" the record path at its beginning, "code" the error's word, "retry"
 * never, later or now. Headers stay. */
void answer_problem(struct answer *answer, const struct error *err);
int problem_status(const struct error *err);

#endif
