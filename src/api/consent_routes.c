/* "Sign in with …": a person's consent to an authentication profile, in the browser that the Studio runs in. The
 * provider sends the browser back to us; what makes sure that the answer belongs to the question is a state nobody can
 * guess, good once and for ten minutes, and where the question came from a session, a cookie: without it somebody could
 * be talked into giving away the own mailbox by a link. (The session's own cookie doesn't come along: it is
 * SameSite=Strict.) */
#include "api/record_kinds.h"
#include "api/routes.h"
#include "api/slow.h"
#include "auth/authorization.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "listen/serve.h"

#include <pthread.h>
#include <stdlib.h>

#define CONSENT_MS     MINUTES_MS(10)
#define CONSENT_COOKIE "hauspost_consent"
#define CALLBACK_PATH  "/api/v1/consent/callback"
#define MAX_PENDING    64

/* ---------------------------------------------------------------- what is asked and not answered yet */

struct pending {
	char *profile, *redirect_uri; /* owned; NULL: the place is free */
	char *back;                   /* owned: the Studio's page that it was asked on; NULL: not in the Studio */
	char state[RANDOM_TOKEN_LEN + 1], cookie[RANDOM_TOKEN_LEN + 1];
	bool needs_cookie;
	struct secret verifier;
	int64_t until_ms; /* monotonic */
};

static struct {
	pthread_mutex_t lock;
	struct pending list[MAX_PENDING];
} asked = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void pending_done(struct pending *p)
{
	secret_done(&p->verifier);
	free(p->profile);
	free(p->redirect_uri);
	free(p->back);
	*p = (struct pending){.profile = NULL};
}

/* Where all places are taken the oldest question goes. */
static void keep(const struct pending *p)
{
	size_t place = 0;

	pthread_mutex_lock(&asked.lock);
	for (size_t i = 0; i < MAX_PENDING; i++) {
		if (asked.list[i].profile && asked.list[i].until_ms < clock_mono_ms())
			pending_done(&asked.list[i]);
		if (!asked.list[i].profile ||
		    (asked.list[place].profile && asked.list[i].until_ms < asked.list[place].until_ms))
			place = i;
	}
	pending_done(&asked.list[place]);
	asked.list[place] = *p;
	pthread_mutex_unlock(&asked.lock);
}

static bool is_same(struct str a, struct str b)
{
	unsigned char difference = 0;

	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		difference |= (unsigned char)(a.p[i] ^ b.p[i]);
	return a.n == b.n && !difference;
}

/* The question with this state, which is no longer kept; false where there is none. */
static bool take_pending(struct str state, struct str cookie, struct pending *ret)
{
	bool found = false;

	pthread_mutex_lock(&asked.lock);
	for (size_t i = 0; i < MAX_PENDING && !found; i++) {
		struct pending *p = &asked.list[i];

		found = p->profile && p->until_ms >= clock_mono_ms() && is_same(state, str_of(p->state)) &&
		        (!p->needs_cookie || is_same(cookie, str_of(p->cookie)));
		if (found) {
			*ret = *p;
			*p = (struct pending){.profile = NULL};
		}
	}
	pthread_mutex_unlock(&asked.lock);
	return found;
}

/* ---------------------------------------------------------------- the question */

struct consent_view {
	const char *url, *redirect_uri;
};

/* clang-format off */
static const struct field consent_fields[] = {
	FIELD_TEXT(struct consent_view, url, "Address", .help = "To be opened in a browser by the mailbox's owner"),
	FIELD_TEXT(struct consent_view, redirect_uri, "Redirect",
	           .help = "Where the provider sends the browser back to: it must know this address of ours"),
};
/* clang-format on */

static const struct record_type consent_type =
        RECORD_TYPE("consent", "consents", struct consent_view, consent_fields, "Consent that is asked for");

struct own_search {
	const char *profile;
	bool found;
};

static int names_profile(void *ctx, const char *path UNUSED, const char *kind, const char *id)
{
	struct own_search *search = ctx;

	search->found = search->found ||
	                (strcmp(kind, authentication_profile_type.kind) == 0 && strcmp(id, search->profile) == 0);
	return 0;
}

static bool uses_profile(const struct account *account, const char *profile)
{
	struct own_search search = {.profile = profile};

	record_each_reference(&account_type, account, names_profile, &search);
	return search.found;
}

/* An owner of mailboxes consents for them; nobody for mailboxes of others. */
static int check_may(struct request *request, const struct authentication_profile *profile, struct error *err)
{
	const void *const *accounts;
	size_t n = setup_list(request->setup, &account_type, &accounts);
	bool found = false;

	for (size_t i = 0; i < n && !found; i++)
		found = uses_profile(accounts[i], profile->id);
	if (!caller_may(&request->caller, RIGHT_ACCOUNTS_MANAGE) &&
	    !(caller_may(&request->caller, RIGHT_MAILBOXES_OWN) && found))
		return fail(err, E_REFUSED, RETRY_NEVER, "%s may not do that: it takes the right %s",
		            request->caller.author, right_name(RIGHT_ACCOUNTS_MANAGE));
	return record_check_change(request, request->setup, &authentication_profile_type, profile, NULL, err);
}

/* A mailbox's profile is made for it and has its ID: its owner doesn't see profiles. */
static char *page_of(const struct request *request, const char *profile)
{
	const struct account *account = setup_account(request->setup, profile);
	bool is_mailbox = account && *account->owner;

	return mem_strdup(arena_printf(request->arena, "%s/#/%s%s", request->url ? request->url : "",
	                               is_mailbox ? "mailboxes" : "authentication_profiles/", is_mailbox ? "" : profile)
	                          .p);
}

static void remember(struct request *request, struct answer *answer, const struct authorization *a)
{
	struct pending p = {.profile = mem_strdup(a->profile->id),
	                    .redirect_uri = mem_strdup(a->redirect_uri),
	                    .back = request->by_cookie ? page_of(request, a->profile->id) : NULL,
	                    .needs_cookie = request->by_cookie,
	                    .until_ms = clock_mono_ms() + CONSENT_MS};

	memcpy(p.state, a->state, sizeof p.state);
	random_token(p.cookie);
	secret_copy(&p.verifier, &a->verifier);
	if (request->by_cookie)
		answer_header(answer, "Set-Cookie",
		              arena_printf(request->arena,
		                           CONSENT_COOKIE "=%s; Path=" CALLBACK_PATH
		                                          "; Max-Age=600; HttpOnly; SameSite=Lax%s",
		                           p.cookie, request->is_secure ? "; Secure" : "")
		                      .p);
	keep(&p);
}

static int begin_consent(struct request *request, struct answer *answer, struct error *err)
{
	struct authorization a CLEANUP(authorization_done) = {0};
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const struct authentication_profile *profile = setup_authentication_profile(request->setup, id);
	const char *redirect = arena_printf(request->arena, "%s" CALLBACK_PATH, request->url ? request->url : "").p;
	struct consent_view view;
	int r;

	if (!profile)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no authentication profile \"%.64s\"", id);
	r = check_may(request, profile, err);
	if (r >= 0)
		r = authorization_begin(&a, profile, redirect, err);
	if (r < 0)
		return r;
	remember(request, answer, &a);
	view = (struct consent_view){authorization_address(&a), a.redirect_uri};
	return answer_record(answer, &consent_type, &view, err);
}

/* ---------------------------------------------------------------- the answer */

struct consent_job {
	struct store *store;
	struct serve *serve;
	struct setup *setup; /* owned */
	struct pending pending;
	bool is_denied;
	char *query; /* owned */
};

static void free_job(void *ctx)
{
	struct consent_job *job = ctx;

	pending_done(&job->pending);
	setup_free(job->setup);
	mem_wipe_free(job->query, job->query ? strlen(job->query) : 0);
	free(job);
}

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		const char *entity = *text == '<'   ? "&lt;"
		                     : *text == '>' ? "&gt;"
		                     : *text == '&' ? "&amp;"
		                     : *text == '"' ? "&quot;"
		                                    : NULL;

		if (entity)
			buf_add_cstr(out, entity);
		else
			buf_add_char(out, *text);
	}
}

/* Without a script: the page may have none. Where there is nothing more to read, the Studio comes back by itself and
 * says the rest; `result` is its word for it. */
static void write_page(struct buf *page, const char *back, const char *result, bool by_itself, const char *text)
{
	buf_add_cstr(page, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hauspost</title>");
	if (back && by_itself) {
		buf_add_cstr(page, "<meta http-equiv=\"refresh\" content=\"0; url=");
		add_escaped(page, back);
		buf_printf(page, "?consent=%s\">", result);
	}
	buf_add_cstr(page, "<p>");
	add_escaped(page, text);
	if (back) {
		buf_add_cstr(page, "</p><p><a href=\"");
		add_escaped(page, back);
		buf_printf(page, "?consent=%s\">Back to Hauspost</a>", result);
	}
	buf_add_cstr(page, "</p></html>\n");
}

static int finish(struct consent_job *job, struct error *err)
{
	struct oauth_tokens tokens CLEANUP(oauth_tokens_done) = {0};
	struct authorization a CLEANUP(authorization_done) = {0};
	const struct authentication_profile *profile = setup_authentication_profile(job->setup, job->pending.profile);
	int r;

	if (!profile)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "authentication profile %s was deleted meanwhile",
		            job->pending.profile);
	r = authorization_begin(&a, profile, job->pending.redirect_uri, err);
	if (r < 0)
		return r;
	memcpy(a.state, job->pending.state, sizeof a.state);
	secret_copy(&a.verifier, &job->pending.verifier);
	r = authorization_read(&a, str_of(job->query), err);
	if (r == 0)
		return fail(err, E_PROTOCOL, RETRY_NEVER, "the browser came back without an answer");
	return r < 0 ? r : authorization_finish(&a, job->store, job->setup, NULL, NULL, &tokens, err);
}

/* What was refused up to now is tried again at once. */
static void wake_listeners(const struct consent_job *job)
{
	const void *const *records;
	size_t n = job->serve ? setup_list(job->setup, &listener_type, &records) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct listener *listener = records[i];
		const struct account *account = setup_account(job->setup, listener->account);

		if (account && uses_profile(account, job->pending.profile))
			serve_restart_listener(job->serve, listener->id);
	}
}

static void run_finish(struct slow *slow, void *ctx)
{
	struct buf page CLEANUP(buf_done) = BUF_INIT(KIB(8)), text CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct consent_job *job = ctx;
	struct error err;
	int r = finish(job, &err);

	if (r < 0) {
		buf_printf(&text, "It didn't work: %s", err.text);
		if (!job->is_denied)
			log_warning("api", "consent to authentication profile %s: %s", job->pending.profile, err.text);
	} else {
		buf_add_cstr(&text, "Thank you. Hauspost has its consent; this page can be closed.");
		wake_listeners(job);
	}
	write_page(&page, job->pending.back,
	           r == 0           ? "done"
	           : job->is_denied ? "denied"
	                            : "failed",
	           r == 0 || job->is_denied, buf_cstr(&text));
	slow_write(slow, buf_str(&page));
}

/* The value of our cookie among all that were sent. */
static struct str cookie_of(const struct request *request)
{
	const char *header = request_header(request, "Cookie");
	struct str rest = str_of(header), piece;

	while (str_split(&rest, ';', &piece)) {
		piece = str_trim(piece);
		if (str_starts(piece, STR(CONSENT_COOKIE "=")))
			return str_slice(piece, sizeof CONSENT_COOKIE, piece.n);
	}
	return STR_NULL;
}

/* A person looks at it: what to do is said by the Studio. */
static void send_back(struct request *request, struct answer *answer)
{
	const char *back = arena_printf(request->arena, "%s/#/mailboxes", request->url ? request->url : "").p;
	struct buf page CLEANUP(buf_done) = BUF_INIT(KIB(8));

	write_page(&page, back, "state", true,
	           "This consent isn't asked for, or not in this browser, or was answered already, or took longer than "
	           "ten minutes: begin anew.");
	answer_text(answer, "text/html; charset=utf-8", arena_str(request->arena, buf_str(&page)));
}

static int take_answer(struct request *request, struct answer *answer, struct error *err)
{
	struct buf query CLEANUP(buf_wipe) = BUF_INIT(AUTHORIZATION_MAX_QUERY);
	struct str state = str_of(target_value(&request->target, "state")),
	           refusal = str_of(target_value(&request->target, "error"));
	struct consent_job *job;
	struct pending pending;
	int r;

	answer_header(answer, "Referrer-Policy", "no-referrer");
	for (size_t i = 0; i < request->target.count; i++)
		oauth_add(&query, request->target.values[i].name, str_of(request->target.values[i].value));
	if (query.failed || !state.n || !take_pending(state, cookie_of(request), &pending)) {
		send_back(request, answer);
		return 0;
	}
	job = mem_new(1, sizeof *job);
	*job = (struct consent_job){.store = request->store,
	                            .serve = request->serve,
	                            .pending = pending,
	                            .is_denied = str_eq(refusal, STR("access_denied")),
	                            .query = buf_take(&query)};
	r = setup_load(request->db, request->sealer, &job->setup, err);
	if (r < 0) {
		free_job(job);
		return r;
	}
	return slow_answer(answer, "text/html; charset=utf-8", run_finish, free_job, job, err);
}

static const struct route_query callback_query[] = {{"code", QUERY_TEXT, "Of the provider", NULL},
                                                    {"state", QUERY_TEXT, "Of ours, back again", NULL},
                                                    {"error", QUERY_TEXT, "Why there is no code", NULL},
                                                    {0}};

const struct route consent_routes[] = {
        {.method = API_POST,
         .path = "/api/v1/authentication_profiles/{id}/consent",
         .id = "beginConsent",
         .tag = "Authentication profiles",
         .summary = "Ask the mailbox's owner for consent: the provider's address to open",
         .description = "For holders of accounts.manage, and for the owners of the mailboxes that use the profile.",
         .right = RIGHT_SIGNED,
         .answer = &consent_type,
         .handle = begin_consent},
        {.method = API_GET,
         .path = CALLBACK_PATH,
         .id = "finishConsent",
         .tag = "Authentication profiles",
         .summary = "Where the provider sends the browser back to",
         .right = RIGHT_NONE,
         .answer_type = "text/html",
         .description = "A page that leads back to the Studio, where it was begun there; it says what went wrong, too.",
         .query = callback_query,
         .others_query = true,
         .handle = take_answer},
        {0},
};
