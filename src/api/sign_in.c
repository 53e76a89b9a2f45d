/* See sign_in.h. One look-up by a unique key for each request, and nothing is remembered between requests: what was
 * revoked, here or by another process, is of no use from the next request on. */
#include "api/sign_in.h"

#include "api/credentials.h"
#include "base/clock.h"
#include "base/mem.h"
#include "setup/setup.h"

#include <stdio.h>

#define SEEN_EVERY_MS MINUTES_MS(1) /* when a credential was used last is written so often */
#define MAX_WORDS     1000          /* rights or accounts of a token */

/* ---------------------------------------------------------------- noting that it was used */

struct seen {
	struct work work;
	bool is_token;
	int64_t id, at;
	char from[64];
};

static int note_seen(struct work *work, struct db *db, struct error *err)
{
	struct seen *seen = (struct seen *)work;

	return seen->is_token ? api_token_used(db, seen->id, seen->at, seen->from, err)
	                      : session_seen(db, seen->id, seen->at, err);
}

static void seen_done(struct work *work, int result UNUSED, const struct error *err UNUSED)
{
	free(work); /* a time that is off by a minute harms nobody */
}

static void was_seen(const struct request *request, bool is_token, int64_t id, int64_t before, int64_t now)
{
	struct seen *seen;

	if (now - before < SEEN_EVERY_MS)
		return;
	seen = mem_new(1, sizeof *seen);
	seen->work = (struct work){.run = note_seen, .done = seen_done};
	seen->is_token = is_token;
	seen->id = id;
	seen->at = now;
	snprintf(seen->from, sizeof seen->from, "%s", request->client);
	store_submit(request->store, &seen->work);
}

/* ---------------------------------------------------------------- the operator behind it */

static const struct operator_record *find_operator(const struct setup *setup, const char *id)
{
	const struct operator_record *op = setup_operator(setup, id);

	return op && !op->disabled ? op : NULL;
}

static void become(struct request *request, const struct operator_record *op, enum caller_kind kind, int64_t id)
{
	caller_of_operator(request->setup, op, request->arena, &request->caller);
	request->caller.kind = kind;
	request->caller.credential_id = id;
}

/* ---------------------------------------------------------------- a session */

static int by_session(struct request *request, struct str token, struct error *err)
{
	const struct operator_record *op;
	char hash[ACCESS_TOKEN_HASH_LEN + 1];
	struct session session;
	int64_t now = clock_now_ms();
	int r;

	access_token_hash(token, hash);
	r = session_find(request->db, hash, request->arena, &session, err);
	if (r < 0)
		return r;
	op = r ? find_operator(request->setup, session.operator_id) : NULL;
	if (!op || session.expires_at <= now || session.seen_at <= now - SESSION_IDLE_MS)
		return fail(err, E_AUTH, RETRY_NEVER, "the session has ended: sign in again");
	become(request, op, CALLER_OPERATOR, session.id);
	request->by_cookie = true;
	was_seen(request, false, session.id, session.seen_at, now);
	return 0;
}

/* ---------------------------------------------------------------- a token */

/* Never more than the operator's own, as they are now. */
static void narrow_rights(struct caller *caller, const char *rights)
{
	struct str rest = str_of(rights), word;
	uint64_t named = RIGHT_BIT(RIGHT_NONE) | RIGHT_BIT(RIGHT_SIGNED);
	enum right right;

	if (!*rights)
		return;
	while (str_split(&rest, ' ', &word))
		if (right_parse(word, &right))
			named |= RIGHT_BIT(right);
	caller->rights &= named;
}

static void narrow_accounts(struct caller *caller, const char *accounts, struct arena *arena)
{
	struct str rest = str_of(accounts), word;
	struct caller_account *list;
	size_t n = 0;

	if (!*accounts)
		return;
	list = ARENA_ARRAY(arena, struct caller_account, MAX_WORDS);
	/* In the order of their ids: so they are stored. */
	while (n < MAX_WORDS && str_split(&rest, ' ', &word)) {
		const char *id = arena_cstr(arena, word);

		if (caller_may_on(caller, id, ACCOUNT_READ))
			list[n++] = (struct caller_account){id, caller_may_on(caller, id, ACCOUNT_SEND),
			                                    caller_may_on(caller, id, ACCOUNT_MANAGE)};
	}
	caller->all_accounts = caller->new_accounts = false;
	caller->accounts = list;
	caller->account_count = n;
}

static void narrow(struct caller *caller, const char *rights, const char *accounts, struct arena *arena)
{
	narrow_rights(caller, rights);
	narrow_accounts(caller, accounts, arena);
	caller->only_rights = rights;
	caller->only_accounts = accounts;
}

void sign_in_again(const struct setup *setup, const struct caller *was, struct arena *arena, struct caller *ret)
{
	const struct operator_record *op = find_operator(setup, was->operator_id);

	*ret = caller_nobody;
	if (!op)
		return;
	caller_of_operator(setup, op, arena, ret);
	if (was->kind == CALLER_TOKEN)
		narrow(ret, was->only_rights ? was->only_rights : "", was->only_accounts ? was->only_accounts : "",
		       arena);
	ret->kind = was->kind;
	ret->credential_id = was->credential_id;
}

static int by_token(struct request *request, struct str value, struct error *err)
{
	const struct operator_record *op;
	char hash[ACCESS_TOKEN_HASH_LEN + 1];
	struct api_token token;
	int64_t now = clock_now_ms();
	int r;

	access_token_hash(value, hash);
	r = api_token_find(request->db, hash, request->arena, &token, err);
	if (r < 0)
		return r;
	op = r ? find_operator(request->setup, token.operator_id) : NULL;
	if (!op)
		return fail(err, E_AUTH, RETRY_NEVER, "the token isn't known, or was revoked");
	if (token.expires_at && token.expires_at <= now)
		return fail(err, E_AUTH, RETRY_NEVER, "the token %s… has expired", token.prefix);
	become(request, op, CALLER_TOKEN, token.id);
	request->caller.author = arena_printf(request->arena, "%s (token %s)", op->id, token.name).p;
	narrow(&request->caller, token.rights, token.accounts, request->arena);
	was_seen(request, true, token.id, token.used_at, now);
	return 0;
}

/* ---------------------------------------------------------------- any */

/* Plain HTTP's cookie isn't heeded over TLS: another host of the domain could have set it. */
int sign_in_caller(struct request *request, struct error *err)
{
	struct str header = str_of(request_header(request, "Authorization"));
	struct str cookie = request_cookie(request, session_cookie_name(request->is_secure));

	request->caller = caller_nobody;
	if (str_starts_nocase(header, STR("Bearer ")))
		return by_token(request, str_trim(str_slice(header, 7, header.n)), err);
	if (header.n)
		return fail(err, E_AUTH, RETRY_NEVER,
		            "Authorization takes Bearer and a token of Hauspost, nothing else");
	return cookie.n ? by_session(request, cookie, err) : 0;
}

bool sign_in_has_csrf(const struct request *request)
{
	struct str token = request_cookie(request, session_cookie_name(request->is_secure));
	char csrf[ACCESS_TOKEN_LEN + 1];

	session_csrf(token, csrf);
	return access_token_equal(str_of(request_header(request, CSRF_HEADER)), str_of(csrf));
}
