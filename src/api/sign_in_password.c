/* See sign_in_password.h. */
#include "api/sign_in_password.h"

#include "api/change.h"
#include "api/second_factor.h"
#include "base/clock.h"
#include "security/password.h"
#include "setup/setup.h"
#include "store/attempts.h"

#include <arpa/inet.h>
#include <stdio.h>

static const struct attempt_policy operator_policy = {
        .free = 5, .first_ms = SECONDS_MS(10), .longest_ms = MINUTES_MS(15)};
/* Many people may come from one address. */
static const struct attempt_policy address_policy = {
        .free = 30, .first_ms = SECONDS_MS(10), .longest_ms = MINUTES_MS(15)};

struct attempt {
	const struct operator_record *op; /* NULL: there is none, or not enabled */
	const char *name;                 /* under which failures are counted */
	char address[INET6_ADDRSTRLEN];
	struct credential credential;
	const char *rehashed; /* NULL: the hash is good */
	struct factor_check factor;
	const char *method, *failure;
	int64_t now, until;
	bool closed, used_up, has_code; /* has_code: one that was looked at */
	char token[ACCESS_TOKEN_LEN + 1];
};

/* ---------------------------------------------------------------- who it may be */

static const struct operator_record *find_by_address(const struct setup *setup, const char *email)
{
	const void *const *records;
	size_t n = setup_list(setup, &operator_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct operator_record *op = records[i];

		if (*op->email && str_eq_nocase(str_of(op->email), str_of(email)))
			return op;
	}
	return NULL;
}

/* An IPv6 customer has a whole /64. */
static void address_key(const char *client, char room[INET6_ADDRSTRLEN])
{
	struct in6_addr address;

	snprintf(room, INET6_ADDRSTRLEN, "%s", client ? client : "");
	if (inet_pton(AF_INET6, room, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
		return;
	memset(address.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &address, room, INET6_ADDRSTRLEN);
}

static void identify(const struct request *request, const char *typed, struct attempt *a)
{
	const struct operator_record *op =
	        strchr(typed, '@') ? find_by_address(request->setup, typed) : setup_operator(request->setup, typed);
	char hash[ACCESS_TOKEN_HASH_LEN + 1];

	a->op = op && !op->disabled ? op : NULL;
	a->now = clock_now_ms();
	/* What nobody is called may be anything: a hash of it. It holds no ':', so it is no operator's ID. */
	access_token_hash(str_of(typed), hash);
	a->name = op ? op->id : arena_printf(request->arena, ":%s", hash).p;
	address_key(request->client, a->address);
}

/* ---------------------------------------------------------------- the door */

static int knock(const struct request *request UNUSED, struct db *db, void *ctx, struct error *err)
{
	struct attempt *a = ctx;
	int r = attempts_purge(db, a->now, err);

	if (r == 0)
		r = attempt_begin(db, ATTEMPT_ADDRESS, a->address, &address_policy, a->now, &a->until, err);
	if (r > 0)
		r = attempt_begin(db, ATTEMPT_OPERATOR, a->name, &operator_policy, a->now, &a->until, err);
	a->closed = r == 0;
	return MIN(r, 0);
}

static int open_door(struct request *request, struct attempt *a, struct error *err)
{
	int64_t wait_ms;
	int r = request_change(request, knock, a, err);

	if (r < 0 || !a->closed)
		return r;
	wait_ms = MAX(a->until - a->now, (int64_t)1000);
	fail(err, E_THROTTLED, RETRY_LATER, "too many failed sign-ins: the next is possible in %lld seconds",
	     (long long)(wait_ms + 999) / 1000);
	if (err)
		err->retry_after_ms = wait_ms;
	return E_THROTTLED;
}

/* Nothing was decided, or only half of it: this one doesn't count. */
static int leave_door(const struct request *request UNUSED, struct db *db, void *ctx, struct error *err)
{
	struct attempt *a = ctx;
	int r = attempt_take_back(db, ATTEMPT_ADDRESS, a->address, a->now, err);

	return r < 0 ? r : attempt_take_back(db, ATTEMPT_OPERATOR, a->name, a->now, err);
}

static int note_failure(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const struct attempt *a = ctx;
	const char *object = a->op ? arena_printf(request->arena, "operators/%s", a->op->id).p : "";

	return request_audit(request, db, a->op ? a->op->id : "?", "sign-in.failed", object, a->failure, err);
}

static int failed(struct request *request, struct attempt *a, const char *failure, struct error *err)
{
	a->failure = failure;
	return request_change(request, note_failure, a, err);
}

/* ---------------------------------------------------------------- the password */

static int check_password(struct request *request, struct attempt *a, struct str password, bool *ret_right,
                          struct error *err)
{
	struct error ignored;
	int r = credential_get(request->db, a->name, request->arena, &a->credential, err);

	if (r < 0)
		return r;
	r = password_check(password, a->op ? a->credential.password_hash : "", ret_right, err);
	if (r == E_THROTTLED) /* that it doesn't count would be better, and isn't worth another failure */
		(void)!request_change(request, leave_door, a, &ignored);
	return r;
}

/* While the password is at hand; where there is no time for it now, the next sign-in does it. */
static void rehash(struct request *request, struct attempt *a, struct str password)
{
	char hash[PASSWORD_HASH_SIZE];
	struct error ignored;

	if (password_is_outdated(a->credential.password_hash) && password_hash(password, hash, &ignored) == 0)
		a->rehashed = arena_cstr(request->arena, str_of(hash));
}

/* ---------------------------------------------------------------- the code */

/* The password was right: whoever has no code at hand is asked for it, which is no failure. */
static int check_code(struct request *request, struct attempt *a, struct str code, struct error *err)
{
	int r;

	if (!*a->credential.factor)
		return 0;
	if (code.n == 0) {
		r = request_change(request, leave_door, a, err);
		return r < 0 ? r
		             : fail(err, E_INVALID, RETRY_NEVER,
		                    "code: this operator has a second factor; send its code");
	}
	r = factor_check(request->sealer, a->op->id, a->credential.factor, code, a->now, &a->factor, err);
	a->has_code = r == 0;
	if (r == 0)
		a->method = a->factor.answer == FACTOR_RECOVERY ? "recovery-code" : "second-factor";
	return r;
}

/* ---------------------------------------------------------------- in */

int sign_in_begin(const struct request *request, struct db *db, const char *operator_id, const char *method,
                  char ret_token[ACCESS_TOKEN_LEN + 1], struct error *err)
{
	const char *agent = request_header(request, "User-Agent");
	struct session session = {.operator_id = operator_id,
	                          .method = method,
	                          .address = request->client ? request->client : "",
	                          .agent = agent ? arena_cstr(request->arena, str_slice(str_of(agent), 0, 300)) : ""};
	int r;

	if (!str_is_utf8(str_of(session.agent)))
		session.agent = "";
	r = session_issue(db, &session, clock_now_ms(), ret_token, err);
	return r < 0 ? r
	             : request_audit(request, db, operator_id, "sign-in",
	                             arena_printf(request->arena, "operators/%s", operator_id).p, method, err);
}

static int let_in(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct attempt *a = ctx;
	struct credential now;
	int r = credential_get(db, a->op->id, request->arena, &now, err);

	if (r < 0)
		return r;
	/* Hashing takes its time: meanwhile the password may have been changed. */
	if (r > 0 && (strcmp(now.password_hash, a->credential.password_hash) != 0 ||
	              strcmp(now.factor, a->credential.factor) != 0))
		return fail(err, E_AUTH, RETRY_NEVER, "operator or password is wrong");
	r = a->has_code ? factor_use(db, a->op->id, &a->factor, a->now, err) : 1;

	a->used_up = r == 0;
	if (r <= 0)
		return r;
	r = attempt_forget(db, ATTEMPT_OPERATOR, a->name, err);
	if (r == 0)
		r = attempt_take_back(db, ATTEMPT_ADDRESS, a->address, a->now, err);
	if (r == 0 && a->rehashed)
		r = credential_rehash(db, a->op->id, a->credential.password_hash, a->rehashed, err);
	return r < 0 ? r : sign_in_begin(request, db, a->op->id, a->method, a->token, err);
}

int sign_in_password(struct request *request, const struct password_attempt *attempt,
                     const struct operator_record **ret_operator, char ret_token[ACCESS_TOKEN_LEN + 1],
                     struct error *err)
{
	struct attempt a = {.method = "password"};
	bool right = false;
	int r;

	identify(request, attempt->operator_id, &a);
	r = open_door(request, &a, err);
	if (r == 0)
		r = check_password(request, &a, attempt->password, &right, err);
	if (r == 0 && !right) {
		r = failed(request, &a, "password", err);
		return r < 0 ? r : fail(err, E_AUTH, RETRY_NEVER, "operator or password is wrong");
	}
	if (r == 0)
		r = check_code(request, &a, attempt->code, err);
	if (r < 0)
		return r;
	rehash(request, &a, attempt->password);
	r = request_change(request, let_in, &a, err);
	if (r == 0 && a.used_up) {
		r = failed(request, &a, "code", err);
		return r < 0 ? r : fail(err, E_INVALID, RETRY_NEVER, "code: is wrong, or was used before");
	}
	if (r < 0)
		return r;
	*ret_operator = a.op;
	memcpy(ret_token, a.token, sizeof a.token);
	return 0;
}

/* Nothing was begun: what was held against the name and the address isn't any more. */
static int forgive(const struct request *request UNUSED, struct db *db, void *ctx, struct error *err)
{
	struct attempt *a = ctx;
	int r = a->has_code ? factor_use(db, a->op->id, &a->factor, a->now, err) : 1;

	a->used_up = r == 0;
	if (r <= 0)
		return r;
	r = attempt_take_back(db, ATTEMPT_ADDRESS, a->address, a->now, err);
	return r < 0 ? r : attempt_forget(db, ATTEMPT_OPERATOR, a->name, err);
}

/* The last step: the code, if one was looked at, can be used once. */
static int let_pass(struct request *request, struct attempt *a, struct error *err)
{
	int r = request_change(request, forgive, a, err);

	if (r < 0 || !a->used_up)
		return r;
	r = failed(request, a, "code", err);
	return r < 0 ? r : fail(err, E_INVALID, RETRY_NEVER, "code: is wrong, or was used before");
}

int sign_in_prove(struct request *request, struct str password, const struct str *code, struct error *err)
{
	struct attempt a = {.method = ""};
	bool right = false;
	int r;

	identify(request, request->caller.operator_id, &a);
	r = open_door(request, &a, err);
	if (r == 0)
		r = check_password(request, &a, password, &right, err);
	if (r == 0 && !right) {
		r = failed(request, &a, "password", err);
		return r < 0 ? r : fail(err, E_INVALID, RETRY_NEVER, "password: is not your password");
	}
	if (r == 0 && code)
		r = check_code(request, &a, *code, err);
	return r < 0 ? r : let_pass(request, &a, err);
}

int sign_in_prove_code(struct request *request, const char *operator_id, struct str code, struct error *err)
{
	struct attempt a = {.method = ""};
	int r;

	identify(request, operator_id, &a);
	r = open_door(request, &a, err);
	if (r == 0)
		r = credential_get(request->db, a.name, request->arena, &a.credential, err);
	if (r >= 0)
		r = check_code(request, &a, code, err);
	return r < 0 ? r : let_pass(request, &a, err);
}
