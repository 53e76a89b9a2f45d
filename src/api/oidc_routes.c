/* Sign-in with an identity provider: the browser is sent there, and comes back with a code. */
#include "api/change.h"
#include "api/oidc.h"
#include "api/routes.h"
#include "api/session_view.h"
#include "api/sign_in_password.h"
#include "base/log.h"
#include "setup/setup.h"

#include <stdatomic.h>

#define CALLBACK    "/api/v1/session/oidc/callback"
#define COOKIE      "hauspost_oidc"
#define COOKIE_LIFE 600 /* seconds: so long a sign-in may take there */

static const char *cookie_name(const struct request *request)
{
	return request->is_secure ? "__Host-" COOKIE : COOKIE;
}

/* Lax: the browser comes back from another site. The value is "PROVIDER.SECRET"; an ID may have dots, the secret none.
 */
static void set_cookie(const struct request *request, struct answer *answer, const char *value)
{
	answer_header(answer, "Set-Cookie",
	              arena_printf(answer->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
	                           cookie_name(request), value, *value ? COOKIE_LIFE : 0,
	                           request->is_secure ? "; Secure" : "")
	                      .p);
}

static const char *redirect_uri(const struct request *request)
{
	return arena_printf(request->arena, "%s" CALLBACK, request->url).p;
}

static int go_to(struct answer *answer, const char *url, struct error *err)
{
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
			return fail(err, E_PROTOCOL, RETRY_NEVER, "identity provider: its endpoint is no URL");
	answer->status = 303;
	answer_header(answer, "Location", url);
	answer_header(answer, "Cache-Control", "no-store");
	return 0;
}

/* Anybody may ask, and a provider may take its time: most of the threads are for others. */
#define AT_ONCE 2

static atomic_int under_way;

static int take_turn(struct error *err)
{
	if (atomic_fetch_add(&under_way, 1) < AT_ONCE)
		return 0;
	atomic_fetch_sub(&under_way, 1);
	return fail(err, E_THROTTLED, RETRY_LATER, "too many sign in at this moment: try again in a few seconds");
}

static void end_turn(void)
{
	atomic_fetch_sub(&under_way, 1);
}

/* ---------------------------------------------------------------- there */

/* The one that is named; without a name the only one there is. */
static const struct identity_provider *find_provider(const struct request *request, const char *id)
{
	const struct identity_provider *found = NULL;
	const void *const *records;
	size_t n = setup_list(request->setup, &identity_provider_type, &records), enabled = 0;

	for (size_t i = 0; i < n; i++) {
		const struct identity_provider *p = records[i];

		if (p->disabled || (id && *id && strcmp(p->id, id) != 0))
			continue;
		enabled++;
		found = p;
	}
	return enabled == 1 ? found : NULL;
}

static int get_oidc(struct request *request, struct answer *answer, struct error *err)
{
	const struct identity_provider *p = find_provider(request, request_query(request, "provider"));
	char secret[ACCESS_TOKEN_LEN + 1];
	const char *url;
	int r;

	if (!p)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no such identity provider to sign in with");
	access_token_make(secret);
	r = take_turn(err);
	if (r < 0)
		return r;
	r = oidc_authorization_url(p, str_of(secret), redirect_uri(request), request->arena, &url, err);
	end_turn();
	if (r < 0)
		return r;
	set_cookie(request, answer, arena_printf(request->arena, "%s.%s", p->id, secret).p);
	return go_to(answer, url, err);
}

/* ---------------------------------------------------------------- and back */

static bool is_user(const struct identity_provider *p, const struct operator_record *op, const struct oidc_user *user)
{
	if (*op->oidc_subject)
		return strcmp(op->oidc_subject, user->subject) == 0;
	return p->match_email && *user->email && str_eq_nocase(str_of(op->email), str_of(user->email));
}

static const struct operator_record *find_operator(const struct request *request, const struct identity_provider *p,
                                                   const struct oidc_user *user)
{
	const void *const *records;
	size_t n = setup_list(request->setup, &operator_type, &records);

	for (size_t i = 0; i < n; i++)
		if (!((const struct operator_record *)records[i])->disabled && is_user(p, records[i], user))
			return records[i];
	return NULL;
}

struct arrival {
	const struct operator_record *op;
	const char *detail;
	char token[ACCESS_TOKEN_LEN + 1];
};

static int let_in(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct arrival *a = ctx;

	return sign_in_begin(request, db, a->op->id, "oidc", a->token, err);
}

static int note_stranger(const struct request *request, struct db *db, void *ctx, struct error *err)
{
	struct arrival *a = ctx;

	return request_audit(request, db, "?", "sign-in.failed", "", a->detail, err);
}

/* From the cookie: which provider was asked, and the secret. */
static int recall(const struct request *request, const struct identity_provider **ret_provider, struct str *ret_secret,
                  struct error *err)
{
	struct str cookie = request_cookie(request, cookie_name(request));
	const char *state = request_query(request, "state");
	size_t dot = cookie.n;

	while (dot > 0 && cookie.p[dot - 1] != '.')
		dot--;
	*ret_secret = str_slice(cookie, dot, cookie.n);
	*ret_provider = dot ? find_provider(request, arena_cstr(request->arena, str_slice(cookie, 0, dot - 1))) : NULL;
	return *ret_provider && state && oidc_is_state(*ret_secret, state)
	               ? 0
	               : fail(err, E_REFUSED, RETRY_NEVER,
	                      "this sign-in wasn't begun in this browser, or longer than ten minutes ago");
}

static int arrive(struct request *request, struct arrival *a, struct error *err)
{
	const char *code = request_query(request, "code"), *wrong = request_query(request, "error");
	const struct identity_provider *p;
	struct oidc_user user;
	struct str secret;
	int r = recall(request, &p, &secret, err);

	if (r == 0 && (wrong || !code))
		return fail(err, E_AUTH, RETRY_NEVER, "the identity provider says no: %.60s",
		            wrong ? wrong : "no code");
	if (r == 0)
		r = take_turn(err);
	if (r < 0)
		return r;
	r = oidc_exchange(p, secret, redirect_uri(request), str_of(code), request->arena, &user, err);
	end_turn();
	if (r < 0)
		return r;
	a->op = find_operator(request, p, &user);
	a->detail = arena_printf(request->arena, "%s: no operator has subject %s%s%s", p->id, user.subject,
	                         *user.email ? " or e-mail address " : "", user.email)
	                    .p;
	return request_change(request, a->op ? let_in : note_stranger, a, err);
}

/* A person looks at it: what went wrong is told by the Studio, which is where it goes in any case. */
static int get_callback(struct request *request, struct answer *answer, struct error *err)
{
	struct arrival a = {0};
	struct error fault;
	int r = arrive(request, &a, &fault);

	set_cookie(request, answer, "");
	if (r < 0 && r != E_REFUSED) /* that anybody may send, as often as he likes */
		log_warning("api", "sign-in with an identity provider: %s", fault.text);
	if (r == 0 && a.op)
		session_set_cookie(request, answer, a.token);
	return go_to(answer,
	             arena_printf(request->arena, "%s/%s", request->url,
	                          r < 0  ? r == E_REFUSED ? "#/sign-in?failed=state" : "#/sign-in?failed=provider"
	                          : a.op ? "#/"
	                                 : "#/sign-in?failed=unknown")
	                     .p,
	             err);
}

static const struct route_query oidc_query[] = {{"provider", QUERY_TEXT, "Its ID; the only one goes without", NULL},
                                                {0}};
static const struct route_query callback_query[] = {{"code", QUERY_TEXT, "Of the provider", NULL},
                                                    {"state", QUERY_TEXT, "Of ours, back again", NULL},
                                                    {"error", QUERY_TEXT, "Why there is no code", NULL},
                                                    {0}};

const struct route oidc_routes[] = {
        {API_GET, "/api/v1/session/oidc", "signInElsewhere", "Session", "To an identity provider, to sign in there",
         .right = RIGHT_NONE, .status = 303, .query = oidc_query, .handle = get_oidc},
        {API_GET, CALLBACK, "signInCallback", "Session", "Back from the identity provider", .right = RIGHT_NONE,
         .status = 303, .query = callback_query, .others_query = true, .handle = get_callback,
         .description =
                 "Goes on to the Studio: `#/` signed in, `#/sign-in?failed=` unknown (no operator is that user), "
                 "provider (it says no, or can't be believed) or state (not begun in this browser)."},
        {0},
};
