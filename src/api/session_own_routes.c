/* What a signed-in operator does with what he signs in with: the password, the second factor. Each asks for the
 * password once more, and begins a session anew: whoever got hold of the old one has nothing. */
#include "api/change.h"
#include "api/routes.h"
#include "api/second_factor.h"
#include "api/session_view.h"
#include "api/sign_in_password.h"
#include "base/clock.h"
#include "security/password.h"
#include "setup/setup.h"

static const char *own_object(const struct request *request)
{
	return arena_printf(request->arena, "operators/%s", request->caller.operator_id).p;
}

static const struct operator_record *own_record(const struct request *request)
{
	return setup_operator(request->setup, request->caller.operator_id);
}

/* A program's token is for what it was given for; it must not be a way to take over the operator. */
static int check_person(const struct request *request, struct error *err)
{
	return request->caller.kind == CALLER_OPERATOR && own_record(request)
	               ? 0
	               : fail(err, E_REFUSED, RETRY_NEVER, "only the operator may do that, signed in by a session");
}

/* All other sessions end, and this one goes on under a new name. */
static int renew(const struct request *request, struct db *db, char token[ACCESS_TOKEN_LEN + 1], struct error *err)
{
	const char *operator_id = request->caller.operator_id;
	int r = session_end_all(db, operator_id, 0, err);

	return r < 0 ? r : sign_in_begin(request, db, operator_id, "password", token, err);
}

/* ---------------------------------------------------------------- the password */

struct password_body {
	struct secret password, new_password;
};

static const struct field password_fields[] = {
        FIELD_SECRET(struct password_body, password, "Password", .max = 1000),
        FIELD_SECRET(struct password_body, new_password, "New password", .max = 1000, .required = true),
};

static const struct record_type password_type =
        RECORD_TYPE("password", "password", struct password_body, password_fields, "Password");

struct password_change {
	char hash[PASSWORD_HASH_SIZE], token[ACCESS_TOKEN_LEN + 1];
};

static int change_password(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct password_change *change = ctx;
	int r = credential_set_password(db, request->caller.operator_id, change->hash, clock_now_ms(), err);

	if (r == 0)
		r = request_audit(request, db, "", "password.changed", own_object(request), "", err);
	return r < 0 ? r : renew(request, db, change->token, err);
}

static int set_password(struct request *request, const struct password_body *body, char token[ACCESS_TOKEN_LEN + 1],
                        struct error *err)
{
	const struct operator_record *op = own_record(request);
	struct password_change change;
	int r = sign_in_prove(request, secret_reveal(&body->password), NULL, err);

	if (r == 0 && password_accept(secret_reveal(&body->new_password), op->id, op->name, err) < 0)
		r = error_prefix(err, "new_password");
	if (r == 0)
		r = password_hash(secret_reveal(&body->new_password), change.hash, err);
	if (r == 0)
		r = request_change(request, change_password, &change, err);
	if (r == 0)
		memcpy(token, change.token, sizeof change.token);
	return r;
}

static int post_password(struct request *request, struct answer *answer, struct error *err)
{
	char token[ACCESS_TOKEN_LEN + 1];
	void *body;
	int r = check_person(request, err);

	if (r == 0)
		r = request_record(request, &body, err);
	if (r < 0)
		return r;
	r = set_password(request, body, token, err);
	record_done(&password_type, body);
	return r < 0 ? r : session_answer_new(request, answer, own_record(request), token, err);
}

/* ---------------------------------------------------------------- the second factor */

struct factor_body {
	struct secret password;
	const char *code;
};

static const struct field factor_fields[] = {
        FIELD_SECRET(struct factor_body, password, "Password", .max = 1000),
        FIELD_TEXT(struct factor_body, code, "Code", .max = 40,
                   .help = "Of the new key, to confirm it; to remove it, of the present one, or a recovery code"),
};

static const struct record_type factor_type =
        RECORD_TYPE("second_factor", "second_factors", struct factor_body, factor_fields, "Second factor");

struct factor_view {
	const char *key, *uri;
	bool confirmed;
	struct text_list recovery_codes;
	const char *csrf;
};

/* clang-format off */
static const struct field factor_view_fields[] = {
	FIELD_BOOL(struct factor_view, confirmed, "Confirmed", .help = "It is asked for at every sign-in from now on"),
	FIELD_TEXT(struct factor_view, key, "Key", .help = "To type into an authenticator program"),
	FIELD_TEXT(struct factor_view, uri, "URI", .help = "The same as otpauth: URI, for a QR code"),
	FIELD_TEXTS(struct factor_view, recovery_codes, "Recovery codes", .help = "Each good once, where the telephone is lost; shown this once"),
	FIELD_TEXT(struct factor_view, csrf, "CSRF token", .help = "Of the session that goes on, where it was confirmed"),
};
/* clang-format on */

static const struct record_type factor_view_type = RECORD_TYPE("second_factor_view", "second_factor_views",
                                                               struct factor_view, factor_view_fields, "Second factor");

static int put_pending(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	return credential_set_pending(db, request->caller.operator_id, ctx, err);
}

static int begin_factor(struct request *request, struct answer *answer, struct error *err)
{
	struct buf uri CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct factor_view view = {.csrf = ""};
	char key[TOTP_KEY_LEN + 1];
	const char *sealed;
	int r = factor_make(request->sealer, request->caller.operator_id, request->arena, key, &sealed, err);

	if (r == 0)
		r = request_change(request, put_pending, (void *)(uintptr_t)sealed, err);
	if (r < 0)
		return r;
	totp_uri(&uri, "Hauspost", request->caller.operator_id, key);
	view.key = key;
	view.uri = buf_cstr(&uri);
	return answer_record(answer, &factor_view_type, &view, err);
}

struct factor_change {
	const char *pending;
	int64_t step;
	const char *codes[RECOVERY_CODES], *hashes[RECOVERY_CODES];
	char token[ACCESS_TOKEN_LEN + 1];
};

static int confirm(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	const char *operator_id = request->caller.operator_id;
	struct factor_change *change = ctx;
	int r = credential_confirm_factor(db, operator_id, change->pending, change->step, err);

	if (r == 0)
		return fail(err, E_CONFLICT, RETRY_NEVER, "another key was begun meanwhile: begin again");
	if (r > 0)
		r = recovery_codes_set(db, operator_id, change->hashes, RECOVERY_CODES, err);
	if (r == 0)
		r = request_audit(request, db, "", "second-factor.added", own_object(request), "", err);
	return r < 0 ? r : renew(request, db, change->token, err);
}

static int confirm_factor(struct request *request, struct answer *answer, const char *pending, struct str code,
                          struct error *err)
{
	struct factor_view view = {.confirmed = true, .key = "", .uri = ""};
	struct factor_change change;
	struct factor_check check;
	char csrf[ACCESS_TOKEN_LEN + 1];
	int r;

	if (!*pending)
		return fail(err, E_CONFLICT, RETRY_NEVER, "no second factor waits for its code: begin without one");
	r = factor_check(request->sealer, request->caller.operator_id, pending, code, clock_now_ms(), &check, err);
	if (r == 0 && check.answer != FACTOR_CODE)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "code: is not that of the new key; is the telephone's clock right?");
	if (r < 0)
		return r;
	change.pending = pending;
	change.step = check.step;
	recovery_codes_make(request->arena, change.codes, change.hashes);
	r = request_change(request, confirm, &change, err);
	if (r < 0)
		return r;
	session_set_cookie(request, answer, change.token);
	session_csrf(str_of(change.token), csrf);
	view.csrf = csrf;
	view.recovery_codes = (struct text_list){change.codes, RECOVERY_CODES};
	return answer_record(answer, &factor_view_type, &view, err);
}

/* What both sides of it begin with: a person, who proves it. `removes` takes a code of the factor that there is. */
static int begin(struct request *request, bool removes, const char **ret_code, struct credential *ret_credential,
                 struct error *err)
{
	const struct factor_body *body;
	struct str code;
	void *record;
	int r = check_person(request, err);

	if (r == 0)
		r = request_record(request, &record, err);
	if (r < 0)
		return r;
	body = record;
	code = str_of(body->code);
	r = sign_in_prove(request, secret_reveal(&body->password), removes ? &code : NULL, err);
	*ret_code = body->code; /* the arena's */
	record_done(&factor_type, record);
	if (r == 0)
		r = credential_get(request->db, request->caller.operator_id, request->arena, ret_credential, err);
	return MIN(r, 0);
}

/* Another key in the place of one that counts would be a way around it. */
static int post_factor(struct request *request, struct answer *answer, struct error *err)
{
	struct credential credential;
	const char *code;
	int r = begin(request, false, &code, &credential, err);

	if (r < 0)
		return r;
	if (*credential.factor)
		return fail(err, E_CONFLICT, RETRY_NEVER,
		            "there is a second factor: remove it first, by one of its codes");
	return *code ? confirm_factor(request, answer, credential.factor_pending, str_of(code), err)
	             : begin_factor(request, answer, err);
}

static int remove_factor(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	int r = credential_remove_factor(db, request->caller.operator_id, err);

	if (r == 0)
		r = request_audit(request, db, "", "second-factor.removed", own_object(request), "", err);
	return r < 0 ? r : renew(request, db, ctx, err);
}

static int delete_factor(struct request *request, struct answer *answer, struct error *err)
{
	char token[ACCESS_TOKEN_LEN + 1];
	struct credential credential;
	const char *code;
	int r = begin(request, true, &code, &credential, err);

	if (r == 0)
		r = request_change(request, remove_factor, token, err);
	return r < 0 ? r : session_answer_new(request, answer, own_record(request), token, err);
}

const struct route session_own_routes[] = {
        {API_POST, "/api/v1/session/password", "changePassword", "Session", "Change one's password",
         .right = RIGHT_SIGNED, .body = &password_type, .answer = &session_view_type, .handle = post_password,
         .description = "All other sessions end."},
        {API_POST, "/api/v1/session/second-factor", "setSecondFactor", "Session",
         "Begin with a second factor, and confirm it", .right = RIGHT_SIGNED, .body = &factor_type,
         .answer = &factor_view_type, .handle = post_factor,
         .description =
                 "Without `code`: a new key, which counts as soon as one of its codes was sent in a second call. "
                 "That answers with recovery codes, shown this once; all other sessions end."},
        {API_DELETE, "/api/v1/session/second-factor", "removeSecondFactor", "Session", "Sign in without it again",
         .right = RIGHT_SIGNED, .body = &factor_type, .answer = &session_view_type, .handle = delete_factor,
         .description = "`code` is one that the authenticator shows now, or a recovery code."},
        {0},
};
