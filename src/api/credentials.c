/* See credentials.h. */
#include "api/credentials.h"

#include "api/sign_in.h"
#include "base/clock.h"
#include "store/credentials.h"

#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- what an operator may do */

void caller_of_operator(const struct setup *setup, const struct operator_record *op, struct arena *arena,
                        struct caller *ret_caller)
{
	struct account_access *access;
	struct caller_account *accounts;
	size_t n;

	*ret_caller = (struct caller){.kind = CALLER_OPERATOR, .operator_id = op->id, .author = op->id};
	ret_caller->rights = operator_rights(op);
	ret_caller->new_accounts = operator_sees_all(op);
	ret_caller->all_accounts = operator_accounts(setup, op, arena, &access, &n);
	accounts = ARENA_ARRAY(arena, struct caller_account, n);
	for (size_t i = 0; i < n; i++)
		accounts[i] = (struct caller_account){access[i].id, access[i].send, access[i].manage};
	ret_caller->accounts = accounts;
	ret_caller->account_count = n;
}

/* ---------------------------------------------------------------- sessions */

int session_issue(struct db *db, struct session *session, int64_t now, char ret_token[ACCESS_TOKEN_LEN + 1],
                  struct error *err)
{
	char hash[ACCESS_TOKEN_HASH_LEN + 1];
	int r = session_purge(db, now, now - SESSION_IDLE_MS, err);

	if (r == 0)
		r = db_new_id(db, &session->id, err);
	access_token_make(ret_token);
	access_token_hash(str_of(ret_token), hash);
	session->token_hash = hash;
	session->created_at = session->seen_at = now;
	session->expires_at = now + SESSION_LIFE_MS;
	if (r == 0)
		r = session_insert(db, session, err);
	session->token_hash = NULL;
	return r;
}

void session_csrf(struct str token, char ret_csrf[ACCESS_TOKEN_LEN + 1])
{
	access_token_derive(token, "csrf", ret_csrf);
}

const char *session_cookie_name(bool is_secure)
{
	return is_secure ? "__Host-" SESSION_COOKIE : SESSION_COOKIE;
}

void session_set_cookie(const struct request *request, struct answer *answer, const char *token)
{
	answer_header(answer, "Set-Cookie",
	              arena_printf(answer->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
	                           session_cookie_name(request->is_secure), token, request->is_secure ? "; Secure" : "",
	                           *token ? "" : "; Max-Age=0")
	                      .p);
}

/* "a=1; b=2" (RFC 6265 §4.2.1) */
struct str request_cookie(const struct request *request, const char *name)
{
	struct str rest = str_of(request_header(request, "Cookie")), pair, key;

	while (str_split(&rest, ';', &pair)) {
		pair = str_trim(pair);
		if (str_split(&pair, '=', &key) && str_eq(key, str_of(name)) && pair.p)
			return pair;
	}
	return STR("");
}

/* ---------------------------------------------------------------- tokens of programs */

/* All that the creator has, by name: what a token hands on is never more than what it has now. */
static void name_rights(const struct caller *creator, struct buf *out)
{
	for (int right = RIGHT_SIGNED + 1; right < RIGHT_COUNT; right++)
		if (caller_may(creator, (enum right)right))
			buf_printf(out, "%s%s", out->n ? " " : "", right_name((enum right)right));
}

static void name_accounts(const struct caller *creator, struct buf *out)
{
	for (size_t i = 0; i < creator->account_count; i++)
		buf_printf(out, "%s%s", i ? " " : "", creator->accounts[i].id);
	if (creator->account_count == 0)
		buf_add_char(out, '-'); /* no id: nobody's, where "" would be everybody's */
}

static int add_right(const struct caller *creator, const char *name, struct buf *out, struct error *err)
{
	enum right right;

	if (!right_parse(str_of(name), &right))
		return fail(err, E_INVALID, RETRY_NEVER, "rights: \"%.64s\" is no right", name);
	if (!caller_may(creator, right))
		return fail(err, E_INVALID, RETRY_NEVER, "rights: %s is more than %s may do", name, creator->author);
	buf_printf(out, "%s%s", out->n ? " " : "", name);
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_accounts(const struct caller *creator, const struct text_list *accounts, struct arena *arena,
                        struct buf *out, struct error *err)
{
	const char **sorted = ARENA_ARRAY(arena, const char *, accounts->count);

	for (size_t i = 0; i < accounts->count; i++) {
		sorted[i] = accounts->items[i];
		if (record_id_check(str_of(sorted[i])) || !caller_may_on(creator, sorted[i], ACCOUNT_READ))
			return fail(err, E_INVALID, RETRY_NEVER, "accounts: there is no account \"%.64s\"", sorted[i]);
	}
	if (accounts->count)
		qsort(sorted, accounts->count, sizeof *sorted, compare_texts);
	for (size_t i = 0; i < accounts->count; i++)
		buf_printf(out, "%s%s", out->n ? " " : "", sorted[i]);
	return 0;
}

int api_token_scope(const struct caller *creator, const struct text_list *rights, const struct text_list *accounts,
                    struct arena *arena, struct api_token *ret_token, struct error *err)
{
	struct buf right_names CLEANUP(buf_done) = BUF_INIT(KIB(4)), ids CLEANUP(buf_done) = BUF_INIT(KIB(128));
	/* A token of one's own session may grow with its operator; every other has what its maker has now. */
	bool narrows = creator->kind == CALLER_TOKEN ||
	               (ret_token->operator_id && strcmp(ret_token->operator_id, creator->operator_id) != 0);
	int r = 0;

	for (size_t i = 0; r == 0 && i < rights->count; i++)
		r = add_right(creator, rights->items[i], &right_names, err);
	if (r == 0)
		r = add_accounts(creator, accounts, arena, &ids, err);
	if (r < 0)
		return r;
	if (rights->count == 0 && narrows)
		name_rights(creator, &right_names);
	if (accounts->count == 0 && narrows && !creator->all_accounts)
		name_accounts(creator, &ids);
	if (right_names.failed || ids.failed)
		return fail(err, E_LIMIT, RETRY_NEVER, "accounts: more than a token can name");
	ret_token->rights = arena_cstr(arena, buf_str(&right_names));
	ret_token->accounts = arena_cstr(arena, buf_str(&ids));
	return 0;
}

int api_token_issue(struct db *db, struct api_token *token, int64_t now, char ret_token[API_TOKEN_LEN + 1],
                    struct error *err)
{
	char random[ACCESS_TOKEN_LEN + 1], hash[ACCESS_TOKEN_HASH_LEN + 1], prefix[API_TOKEN_SHOWN + 1];
	int r = db_new_id(db, &token->id, err);

	access_token_make(random);
	snprintf(ret_token, API_TOKEN_LEN + 1, API_TOKEN_PREFIX "%s", random);
	snprintf(prefix, sizeof prefix, "%.*s", API_TOKEN_SHOWN, ret_token);
	access_token_hash(str_of(ret_token), hash);
	token->token_hash = hash;
	token->prefix = prefix;
	token->created_at = now;
	if (r == 0)
		r = api_token_insert(db, token, err);
	token->token_hash = token->prefix = NULL;
	return r;
}

/* ---------------------------------------------------------------- one-time links */

int link_issue(struct db *db, const char *operator_id, const char *created_by, int64_t now,
               char ret_token[ACCESS_TOKEN_LEN + 1], struct error *err)
{
	struct sign_in_link link = {operator_id, created_by, now, now + LINK_LIFE_MS};
	char hash[ACCESS_TOKEN_HASH_LEN + 1];

	access_token_make(ret_token);
	access_token_hash(str_of(ret_token), hash);
	return link_put(db, hash, &link, err);
}

const char *link_url(struct arena *arena, const char *url, const char *token)
{
	return arena_printf(arena, "%s/#/setup/%s", url, token).p;
}
