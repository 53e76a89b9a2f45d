/* Operators who sign in, for tests: Anna is an administrator, Bob an agent of account support. */
#ifndef API_TEST_OPERATORS_H
#define API_TEST_OPERATORS_H

#include "api/credentials.h"
#include "api/test_api.h"

#define ANNAS_PASSWORD "seven brown otters"
#define BOBS_PASSWORD  "nine grey herons"

struct test_operators {
	struct test_api *api;
	struct db *db;
};

/* Accounts sales and support; operators anna, bob and dora, who is disabled; hashes are cheap. */
void test_operators_init(struct test_operators *test, struct store *store);
void test_operators_done(struct test_operators *test);

/* Applies a set-up document, JSON with ' for ". */
void test_operators_apply(struct test_operators *test, const char *document);

/* What a browser keeps: the cookie and the CSRF token as headers. */
struct test_browser {
	char cookie[200], csrf[200];
};

/* Takes both over from an answer. */
void test_browser_take(struct test_browser *browser, const struct test_answer *answer);

/* Signs in; fails the test unless that is what comes of it. */
void test_sign_in(struct test_operators *test, const char *operator_id, const char *password,
                  struct test_browser *ret_browser);

/* Signed in without a password: by a session made in the store. */
void test_enter(struct test_operators *test, const char *operator_id, struct test_browser *ret_browser);

/* As test_api_call() with the browser's headers; `body` JSON with ' for ", or NULL. */
struct test_answer *test_browse(struct test_operators *test, const struct test_browser *browser, const char *what,
                                const char *body) NODISCARD;

/* POST /api/v1/session from an address. */
struct test_answer *test_try(struct test_operators *test, const char *operator_id, const char *password,
                             const char *code, const char *address) NODISCARD;

#endif
