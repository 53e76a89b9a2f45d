/* One-time links: the first administrator, who makes himself, and operators who were invited or lost their password. */
#include "api/change.h"
#include "api/routes.h"
#include "api/session_view.h"
#include "api/sign_in_password.h"
#include "base/clock.h"
#include "security/password.h"
#include "setup/setup.h"
#include "store/credentials.h"

struct link_body {
	const char *token, *operator_id, *name, *email, *code;
	struct secret password;
};

/* clang-format off */
static const struct field link_fields[] = {
	FIELD_TEXT(struct link_body, token, "Token of the link", .required = true, .max = 100),
	FIELD_TEXT_AS(struct link_body, operator_id, "operator", "Operator ID", .max = 64, .help = "Of the first administrator; else the link says it"),
	FIELD_TEXT(struct link_body, name, "Name", .max = 200, .help = "Of the first administrator"),
	FIELD_TEXT(struct link_body, email, "E-mail address", .max = 254, .help = "Of the first administrator"),
	FIELD_SECRET(struct link_body, password, "Password", .max = 1000, .required = true),
	FIELD_TEXT(struct link_body, code, "Code", .max = 40, .help = "Of the second factor, or a recovery code, where the operator has one"),
};
/* clang-format on */

static const struct record_type link_type =
        RECORD_TYPE("sign_in_link", "sign_in_links", struct link_body, link_fields, "One-time link");

/* ---------------------------------------------------------------- what a link is for */

static int no_link(struct error *err)
{
	return fail(err, E_NOT_FOUND, RETRY_NEVER,
	            "the link isn't good, or not any more: it works once, within 24 hours; ask for a new one "
	            "('hauspost operator link ID')");
}

/* The first administrator's is of no use once there is an operator, one of an operator who is gone or disabled neither.
 */
static int find_link(const struct request *request, struct db *db, const struct setup *setup, const char *token,
                     struct sign_in_link *ret_link, struct error *err)
{
	char hash[ACCESS_TOKEN_HASH_LEN + 1];
	const struct operator_record *op;
	const void *const *records;
	bool good;
	int r;

	access_token_hash(str_of(token), hash);
	r = link_get(db, hash, clock_now_ms(), request->arena, ret_link, err);
	if (r < 0)
		return r;
	op = r ? setup_operator(setup, ret_link->operator_id) : NULL;
	good = r && (*ret_link->operator_id ? op && !op->disabled : setup_list(setup, &operator_type, &records) == 0);
	return good ? 0 : no_link(err);
}

struct check_body {
	const char *token;
};

static const struct field check_fields[] = {
        FIELD_TEXT(struct check_body, token, "Token of the link", .required = true, .max = 100),
};

static const struct record_type check_type =
        RECORD_TYPE("sign_in_link_check", "sign_in_link_checks", struct check_body, check_fields, "One-time link");

struct link_view {
	bool first;
	const char *operator_id, *name;
	int64_t expires_at;
};

static const struct field view_fields[] = {
        FIELD_BOOL(struct link_view, first, "Makes the first administrator"),
        FIELD_TEXT_AS(struct link_view, operator_id, "operator", "Operator ID", .help = "Empty: to be chosen"),
        FIELD_TEXT(struct link_view, name, "Name"),
        FIELD_TIME(struct link_view, expires_at, "Good until"),
};

static const struct record_type link_view_type =
        RECORD_TYPE("sign_in_link_view", "sign_in_link_views", struct link_view, view_fields, "One-time link");

static int post_check(struct request *request, struct answer *answer, struct error *err)
{
	struct link_view view = {.name = ""};
	struct sign_in_link link;
	struct check_body *body;
	void *record;
	int r = request_record(request, &record, err);

	if (r < 0)
		return r;
	body = record;
	r = find_link(request, request->db, request->setup, body->token, &link, err);
	if (r < 0)
		return r;
	view.first = !*link.operator_id;
	view.operator_id = link.operator_id;
	view.expires_at = link.expires_at;
	if (!view.first)
		view.name = setup_operator(request->setup, link.operator_id)->name;
	return answer_record(answer, &link_view_type, &view, err);
}

/* ---------------------------------------------------------------- using it */

struct link_use {
	const struct link_body *body;
	const char *operator_id;
	char hash[PASSWORD_HASH_SIZE], token[ACCESS_TOKEN_LEN + 1];
	bool has_factor;     /* whose code was checked */
	struct setup *setup; /* as it is after it */
};

/* Looked at again within the transaction: of two who use one link at once, one is too late. */
static int use_up(const struct request *request, struct db *db, struct link_use *use, struct sign_in_link *ret_link,
                  struct error *err)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	char hash[ACCESS_TOKEN_HASH_LEN + 1];
	int r = setup_load(db, request->sealer, &setup, err);

	if (r == 0)
		r = find_link(request, db, setup, use->body->token, ret_link, err);
	if (r < 0)
		return r;
	access_token_hash(str_of(use->body->token), hash);
	r = link_use(db, hash, clock_now_ms(), err);
	return r == 0 ? no_link(err) : MIN(r, 0);
}

static int make_first(const struct request *request, struct db *db, const struct link_body *body, struct error *err)
{
	json_t *document CLEANUP(json_decrefp) =
	        json_pack("{s:{s:{s:s, s:s, s:[s]}}}", "operators", body->operator_id, "name", body->name, "email",
	                  body->email, "roles", ROLE_ADMINISTRATOR);
	int r;

	must(document);
	r = setup_apply(db, request->sealer, document, body->operator_id, false, NULL, err);
	return MIN(r, 0);
}

/* One that was set up since its code was asked for isn't gone around. */
static int check_factor(const struct request *request, struct db *db, const struct link_use *use, struct error *err)
{
	struct credential credential;
	int r = credential_get(db, use->operator_id, request->arena, &credential, err);

	if (r < 0 || use->has_factor || !*credential.factor)
		return MIN(r, 0);
	return fail(err, E_INVALID, RETRY_NEVER, "code: this operator has a second factor; send its code");
}

static int run_use(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct link_use *use = ctx;
	struct sign_in_link link;
	int r = use_up(request, db, use, &link, err);
	bool first = r == 0 && !*link.operator_id;

	if (r == 0)
		r = check_factor(request, db, use, err);
	if (first && r == 0)
		r = make_first(request, db, use->body, err);
	if (r == 0)
		r = credential_set_password(db, use->operator_id, use->hash, clock_now_ms(), err);
	if (r == 0)
		r = session_end_all(db, use->operator_id, 0, err);
	if (r >= 0)
		r = request_audit(request, db, use->operator_id, first ? "first-administrator" : "password.by-link",
		                  arena_printf(request->arena, "operators/%s", use->operator_id).p,
		                  first ? "" : link.created_by, err);
	if (r == 0)
		r = sign_in_begin(request, db, use->operator_id, "link", use->token, err);
	setup_free(take(use->setup));
	return r < 0 ? r : setup_load(db, request->sealer, &use->setup, err);
}

/* The operator of the link, or the one that the first administrator wants to be. */
static int check_body(const struct request *request, struct link_use *use, struct error *err)
{
	const struct link_body *body = use->body;
	const struct operator_record *op;
	struct sign_in_link link;
	const char *wrong;
	int r = find_link(request, request->db, request->setup, body->token, &link, err);

	if (r < 0)
		return r;
	op = setup_operator(request->setup, link.operator_id);
	use->operator_id = op ? op->id : body->operator_id;
	wrong = record_id_check(str_of(use->operator_id));
	if (wrong)
		return fail(err, E_INVALID, RETRY_NEVER, "operator: \"%.64s\" %s", use->operator_id, wrong);
	if (password_accept(secret_reveal(&body->password), use->operator_id, op ? op->name : body->name, err) < 0)
		return error_prefix(err, "password");
	return 0;
}

/* The link stands for the password alone. */
static int prove_factor(struct request *request, struct link_use *use, struct error *err)
{
	struct credential credential;
	int r = credential_get(request->db, use->operator_id, request->arena, &credential, err);

	if (r < 0)
		return r;
	use->has_factor = *credential.factor;
	return use->has_factor ? sign_in_prove_code(request, use->operator_id, str_of(use->body->code), err) : 0;
}

static int use_link(struct request *request, struct answer *answer, struct link_use *use, struct error *err)
{
	int r = check_body(request, use, err);

	if (r == 0)
		r = prove_factor(request, use, err);
	if (r == 0)
		r = password_hash(secret_reveal(&use->body->password), use->hash, err);
	if (r == 0)
		r = request_change(request, run_use, use, err);
	if (r < 0)
		return r;
	request->setup = use->setup; /* the operator may be new */
	return session_answer_new(request, answer, setup_operator(use->setup, use->operator_id), use->token, err);
}

static int post_link(struct request *request, struct answer *answer, struct error *err)
{
	const struct setup *before = request->setup;
	struct link_use use = {0};
	void *record;
	int r = request_record(request, &record, err);

	if (r < 0)
		return r;
	use.body = record;
	r = use_link(request, answer, &use, err);
	request->setup = before;
	setup_free(use.setup);
	record_done(&link_type, record);
	return r;
}

const struct route session_link_routes[] = {
        {API_POST, "/api/v1/session/setup", "useLink", "Session", "Set a password by a one-time link, and sign in",
         .right = RIGHT_NONE, .body = &link_type, .answer = &session_view_type, .without_csrf = true,
         .handle = post_link,
         .description =
                 "The link is `/#/setup/TOKEN`. That of the first administrator, which `hauspost serve` prints, "
                 "makes the operator as well. Where there is a second factor, the answer is 400 with the path `code` "
                 "until one is sent; the link stays good."},
        {API_POST, "/api/v1/session/setup/check", "checkLink", "Session", "What a one-time link is for",
         .right = RIGHT_NONE, .body = &check_type, .answer = &link_view_type, .without_csrf = true,
         .handle = post_check},
        {0},
};
