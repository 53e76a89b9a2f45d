/* What lets somebody in, made and handed out: sessions with their cookies, API tokens, one-time links. Each is shown
 * once; the store has its hash. The functions with a `db` write within the caller's transaction. */
#ifndef API_CREDENTIALS_H
#define API_CREDENTIALS_H

#include "api/route.h"
#include "security/access_token.h"
#include "setup/operator.h"
#include "store/sessions.h"

#define SESSION_IDLE_MS HOURS_MS(2)  /* without a request */
#define SESSION_LIFE_MS HOURS_MS(12) /* whatever happens */
#define LINK_LIFE_MS    HOURS_MS(24)

#define API_TOKEN_PREFIX "hp_"
#define API_TOKEN_LEN    (3 + ACCESS_TOKEN_LEN)
#define API_TOKEN_SHOWN  9 /* letters of it that are kept, to recognise it */

/* What the operator may do, as CALLER_OPERATOR without a credential; texts of the set-up and the arena. */
void caller_of_operator(const struct setup *setup, const struct operator_record *op, struct arena *arena,
                        struct caller *ret_caller);

/* Fills in id, hash and times of `session` (operator, method, address and agent are the caller's), purges what has
 * expired. */
int session_issue(struct db *db, struct session *session, int64_t now, char ret_token[ACCESS_TOKEN_LEN + 1],
                  struct error *err) NODISCARD;

/* Sets the cookie, "" deletes it. Secure and with the prefix __Host- where the request came over TLS. */
void session_set_cookie(const struct request *request, struct answer *answer, const char *token);
const char *session_cookie_name(bool is_secure);

/* The session's CSRF token, which follows from the session's. */
void session_csrf(struct str token, char ret_csrf[ACCESS_TOKEN_LEN + 1]);

/* The value of a cookie, "" where there is none. Borrowed from the header. */
struct str request_cookie(const struct request *request, const char *name);

/* What a token may do, as it is stored: rights and accounts by name, each of which the creator must have himself; none
 * named: what the creator has. E_INVALID names the one that isn't his. */
int api_token_scope(const struct caller *creator, const struct text_list *rights, const struct text_list *accounts,
                    struct arena *arena, struct api_token *ret_token, struct error *err) NODISCARD;

/* Fills in id, hash, prefix and created_at of `token`; the rest is the caller's. */
int api_token_issue(struct db *db, struct api_token *token, int64_t now, char ret_token[API_TOKEN_LEN + 1],
                    struct error *err) NODISCARD;

/* `operator_id` "": the first administrator's. */
int link_issue(struct db *db, const char *operator_id, const char *created_by, int64_t now,
               char ret_token[ACCESS_TOKEN_LEN + 1], struct error *err) NODISCARD;

/* "https://mail.example.com/#/setup/TOKEN" */
const char *link_url(struct arena *arena, const char *url, const char *token);

#endif
