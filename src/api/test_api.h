/* Routes called by unit tests as the server calls them, without sockets: path, right, CSRF, query, body and answer go
 *the same way.
 *
 *	static void check_list(struct store *store)
 *	{
 *		struct test_api *api CLEANUP(test_api_freep) = test_api_new(store);
 *		struct test_answer *answer CLEANUP(test_answer_freep) =
 *			test_api_call(api, &test_administrator, "GET /api/v1/accounts?limit=2", NULL);
 *
 *		assert_int_equal(answer->status, 200);
 *		assert_string_equal(test_text(answer, "items/0/id"), "support");
 *	}
 *
 *	test_store_each(check_list);
 */
#ifndef API_TEST_API_H
#define API_TEST_API_H

#include "api/router.h"

/* Every right, every account; "anna". Callers of tests have no session that could end. */
extern const struct caller test_administrator;

/* One with the given rights (RIGHT_BIT()s; RIGHT_NONE and RIGHT_SIGNED go without saying) on one account ("": none),
 * which may be read, and more by ACCOUNT_SEND, ACCOUNT_MANAGE (which includes sending). */
struct test_caller {
	struct caller caller;
	struct caller_account account;
};
const struct caller *test_caller_init(struct test_caller *test, const char *operator_id, uint64_t rights,
                                      const char *account, enum account_right right);

struct test_api;

/* With all routes of the program. Secrets are sealed by plain_sealer. */
struct test_api *test_api_new(struct store *store) NODISCARD;
void test_api_free(struct test_api *api);
DEFINE_CLEANUP(struct test_api *, test_api_free)

void test_api_add(struct test_api *api, const struct route *routes); /* more routes, of a test's own */
struct db *test_api_db(struct test_api *api);                        /* what handlers read with */
const struct router *test_api_router(const struct test_api *api);

struct test_answer {
	int status;
	const char *type; /* media type, "" for none */
	struct str body;  /* of a file, too; of a stream: what was waited for */
	json_t *json;     /* the body where it is JSON, else NULL */
	const struct answer *answer;
};

/* `what` is a method, a space and path with query. `body` may be NULL; with one, and without a Content-Type among the
 * headers, it is application/json. More arguments are headers ("If-Match: \"1\""), ended by NULL (test_api_call() adds
 * it). `caller` NULL: found by the request's headers, as in life. A header Cookie makes the given caller one known by a
 * cookie; X-Forwarded-For is who the client is. */
#define test_api_call(api, caller, what, ...) test_api_call_with(api, caller, what, __VA_ARGS__, NULL)
struct test_answer *test_api_call_with(struct test_api *api, const struct caller *caller, const char *what,
                                       const char *body, ...) NODISCARD;
void test_answer_free(struct test_answer *answer);
DEFINE_CLEANUP(struct test_answer *, test_answer_free)

const char *test_header(const struct test_answer *answer, const char *name); /* NULL where there is none */

/* Reads an answer's stream until `text` has come, or its end (NULL), for at most ten seconds; false where it didn't.
 * answer->body is what came so far. */
bool test_stream_wait(struct test_answer *answer, const char *text) NODISCARD;

/* A value of the JSON by its path, "items/0/id"; a missing one fails the test. */
json_t *test_json(const struct test_answer *answer, const char *path);
const char *test_text(const struct test_answer *answer, const char *path);
int64_t test_number(const struct test_answer *answer, const char *path);
bool test_has(const struct test_answer *answer, const char *path); /* there, and not null */

#endif
