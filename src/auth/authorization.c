/* See authorization.h. */
#include "auth/authorization.h"

#include "base/mem.h"
#include "security/jwt.h"

#include <string.h>

/* ---------------------------------------------------------------- the request */

static void make_secrets(struct authorization *a)
{
	unsigned char random[48];
	struct buf text CLEANUP(buf_done) = BUF_INIT(100);

	random_bytes(random, sizeof random);
	base64url_encode(&text, str_new(random, sizeof random));
	secret_set(&a->verifier, buf_str(&text));
	explicit_bzero(random, sizeof random);
	explicit_bzero(text.p, text.n);
	random_token(a->state);
}

const char *authorization_address(const struct authorization *a)
{
	struct buf query CLEANUP(buf_done) = BUF_INIT(KIB(16)), challenge CLEANUP(buf_done) = BUF_INIT(100);
	const struct authentication_profile *p = a->profile;

	pkce_challenge(secret_reveal(&a->verifier), &challenge);
	oauth_add(&query, "response_type", STR("code"));
	oauth_add(&query, "client_id", str_of(p->client_id));
	oauth_add(&query, "redirect_uri", str_of(a->redirect_uri));
	oauth_add(&query, "scope", str_of(a->endpoints.scope));
	oauth_add(&query, "state", str_of(a->state));
	oauth_add(&query, "code_challenge", buf_str(&challenge));
	oauth_add(&query, "code_challenge_method", STR("S256"));
	if (*p->audience)
		oauth_add(&query, "audience", str_of(p->audience));
	if (*p->resource)
		oauth_add(&query, "resource", str_of(p->resource));
	buf_add_cstr(&query, a->endpoints.authorization_extra);
	must(!query.failed);
	return arena_printf(a->arena, "%s%c%s", a->endpoints.authorization,
	                    strchr(a->endpoints.authorization, '?') ? '&' : '?', query.p)
	        .p;
}

void authorization_redirect(struct authorization *a, const char *redirect_uri)
{
	a->redirect_uri = arena_cstr(a->arena, str_of(redirect_uri));
}

int authorization_begin(struct authorization *a, const struct authentication_profile *profile, const char *redirect_uri,
                        struct error *err)
{
	int r = authentication_profile_opened(profile, err);

	*a = (struct authorization){.arena = arena_new(), .profile = profile};
	if (r < 0)
		return r;
	if (profile->grant != GRANT_AUTHORIZATION_CODE)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "authentication profile %s needs no consent: its grant isn't authorization-code",
		            profile->id);
	authentication_profile_endpoints(profile, a->arena, &a->endpoints);
	make_secrets(a);
	authorization_redirect(a, redirect_uri);
	return 0;
}

void authorization_done(struct authorization *a)
{
	secret_done(&a->verifier);
	secret_done(&a->code);
	arena_free(a->arena);
	a->arena = NULL;
}

/* ---------------------------------------------------------------- what came back */

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct str decoded(struct arena *arena, struct str text)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(AUTHORIZATION_MAX_QUERY + 1);

	for (size_t i = 0; i < text.n; i++) {
		bool escaped = text.p[i] == '%' && i + 2 < text.n && hex_value(text.p[i + 1]) >= 0 &&
		               hex_value(text.p[i + 2]) >= 0;

		if (escaped) {
			buf_add_char(&out, (char)(hex_value(text.p[i + 1]) << 4 | hex_value(text.p[i + 2])));
			i += 2;
		} else {
			buf_add_char(&out, text.p[i] == '+' ? ' ' : text.p[i]);
		}
	}
	return arena_str(arena, buf_str(&out));
}

struct str query_parameter(struct arena *arena, struct str query, const char *name)
{
	struct str piece;

	while (str_split(&query, '&', &piece)) {
		ptrdiff_t equals = str_find_char(piece, '=');

		if (equals >= 0 && str_eq(str_slice(piece, 0, (size_t)equals), str_of(name)))
			return decoded(arena, str_slice(piece, (size_t)equals + 1, piece.n));
	}
	return STR("");
}

static bool is_same(struct str a, struct str b)
{
	unsigned char difference = 0;

	for (size_t i = 0; a.n == b.n && i < a.n; i++)
		difference |= (unsigned char)(a.p[i] ^ b.p[i]);
	return a.n == b.n && !difference;
}

/* The query of the redirect: 1 with the code, 0 where it isn't an answer to this request at all. */
int authorization_read(struct authorization *a, struct str query, struct error *err)
{
	struct str fault = query_parameter(a->arena, query, "error"), code = query_parameter(a->arena, query, "code");

	/* Whoever doesn't know the state isn't whom we asked (RFC 6749 §10.12). */
	if (!is_same(query_parameter(a->arena, query, "state"), str_of(a->state)))
		return 0;
	if (fault.n)
		return oauth_refused("the provider", fault, query_parameter(a->arena, query, "error_description"), err);
	if (!code.n)
		return fail(err, E_PROTOCOL, RETRY_NEVER, "the provider sent the browser back without a code");
	secret_set(&a->code, code);
	return 1;
}

/* ---------------------------------------------------------------- the exchange */

int authorization_finish(const struct authorization *a, struct store *store, const struct setup *setup,
                         void (*transcript)(void *ctx, const char *line), void *ctx, struct oauth_tokens *ret_tokens,
                         struct error *err)
{
	struct http *http CLEANUP(http_freep) = oauth_http_new(a->profile);
	const struct oauth_question question = {
	        .profile = a->profile,
	        .keystore = setup_keystore(setup, a->profile->keystore),
	        .user = "",
	        .code = &a->code,
	        .verifier = &a->verifier,
	        .redirect_uri = a->redirect_uri,
	        .transcript = transcript,
	        .transcript_ctx = ctx,
	};
	int64_t ignored;
	int r = oauth_ask(http, &question, ret_tokens, &ignored, err);

	return r < 0 ? r : tokens_store(store, setup, a->profile, ret_tokens, err);
}
