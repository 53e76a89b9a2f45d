/* See tokens_parts.h: a renewal, from the store's row to the endpoint and back to the store. */
#include "auth/tokens_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define LEASE_POLL_MS 100
#define MAX_SEALED    KIB(128)

static void wipe_buf(struct buf *buf)
{
	mem_wipe_free(buf->p, buf->size);
}

/* ---------------------------------------------------------------- what is sealed in a row */

void opened_done(struct opened *opened)
{
	secret_done(&opened->access);
	secret_done(&opened->refresh);
	free(opened->grant);
	free(opened->scope);
	*opened = (struct opened){0};
}

const char *token_context(const struct token_row *row, char *room, size_t size)
{
	snprintf(room, size, "token/%s/%.600s", row->profile, row->subject);
	return room;
}

static void set_member(const json_t *object, const char *name, struct secret *secret)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text && *text)
		secret_set(secret, str_of(text));
}

static char *text_member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return mem_strdup(text ? text : "");
}

int opened_read(const struct sealer *sealer, const struct token_row *row, struct opened *ret, struct error *err)
{
	struct secret plain CLEANUP(secret_done) = {0};
	json_error_t ignored;
	char context[700];
	json_t *object;
	int r = sealer->open(sealer->ctx, token_context(row, context, sizeof context), str_of(row->sealed), &plain,
	                     err);

	if (r < 0)
		return r;
	object = json_loadb(plain.p, plain.n, 0, &ignored);
	*ret = (struct opened){.grant = text_member(object, "grant"), .scope = text_member(object, "scope")};
	set_member(object, "access", &ret->access);
	set_member(object, "refresh", &ret->refresh);
	json_decref(object);
	return 0;
}

/* The JSON text is put together by hand, so that it can be wiped; tokens are one word of printable ASCII. */
static void add_member(struct buf *text, const char *name, struct str value)
{
	buf_printf(text, "%s\"%s\":\"", text->n > 1 ? "," : "", name);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c == '"' || c == '\\')
			buf_add_char(text, '\\');
		if (c >= 0x20 && c < 0x7f)
			buf_add_char(text, (char)c);
	}
	buf_add_char(text, '"');
}

int tokens_row(const struct entry *entry, const struct oauth_tokens *tokens, const struct secret *refresh, int64_t now,
               struct arena *arena, struct token_row *row, struct error *err)
{
	struct buf text CLEANUP(wipe_buf) = BUF_INIT(MAX_SEALED), sealed CLEANUP(buf_done) = BUF_INIT(2 * MAX_SEALED);
	const struct secret *kept = secret_is_set(&tokens->refresh) ? &tokens->refresh : refresh;
	const struct sealer *sealer = &entry->tokens->sealer;
	char context[700];
	int r;

	(void)!buf_room(&text, MAX_SEALED - 1);
	buf_add_char(&text, '{');
	add_member(&text, "grant", str_of(entry->grant));
	add_member(&text, "access", secret_reveal(&tokens->access));
	if (kept && secret_is_set(kept))
		add_member(&text, "refresh", secret_reveal(kept));
	add_member(&text, "scope", str_of(tokens->scope ? tokens->scope : ""));
	buf_add_char(&text, '}');
	must(!text.failed);
	r = sealer->seal(sealer->ctx, token_context(row, context, sizeof context), buf_str(&text), &sealed, err);
	if (r < 0)
		return r;
	row->sealed = arena_cstr(arena, buf_str(&sealed));
	row->renewed_at = now;
	row->expires_at = now + tokens->lifetime_ms;
	if (tokens->refresh_lifetime_ms)
		row->refresh_expires_at = now + tokens->refresh_lifetime_ms;
	else if (secret_is_set(&tokens->refresh))
		row->refresh_expires_at = 0;
	row->has_refresh = kept && secret_is_set(kept);
	return 0;
}

/* ---------------------------------------------------------------- the store's connection */

int tokens_db(struct tokens *tokens, struct db **ret_db, struct error *err)
{
	int r = 0;

	pthread_mutex_lock(&tokens->db_lock);
	if (!tokens->db)
		r = store_connect(tokens->store, &tokens->db, err);
	if (r < 0)
		pthread_mutex_unlock(&tokens->db_lock);
	else
		*ret_db = tokens->db;
	return r;
}

void tokens_db_done(struct tokens *tokens)
{
	pthread_mutex_unlock(&tokens->db_lock);
}

/* *row stays empty where there is none. */
static int load_row(struct entry *entry, struct arena *arena, struct token_row *row, struct error *err)
{
	struct db *db = NULL;
	int r = tokens_db(entry->tokens, &db, err);

	*row = (struct token_row){.profile = entry->profile.id, .subject = entry->subject, .sealed = "", .fault = ""};
	if (r < 0)
		return r;
	r = token_get(db, entry->profile.id, entry->subject, arena, row, err);
	tokens_db_done(entry->tokens);
	return MIN(r, 0);
}

static int take_lease(const struct entry *entry, struct db *db, struct error *err)
{
	int64_t now = clock_now_ms(), until = now + SECONDS_MS(entry->profile.timeout_s * 4 + 30);

	return token_lease(db, entry->profile.id, entry->subject, entry->tokens->by, now, until, err);
}

/* A process that died while it asked is not waited for: 1 where its lease is over now. */
static int end_dead_lease(const struct entry *entry, struct db *db, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const char *by;
	int r = token_lease_holder(db, entry->profile.id, entry->subject, arena, &by, err);

	if (r <= 0 || !alive_is_gone(by))
		return MIN(r, 0);
	return token_lease_over(db, entry->profile.id, entry->subject, by, err);
}

static int lease(struct entry *entry, struct error *err)
{
	struct db *db = NULL;
	int r = tokens_db(entry->tokens, &db, err);

	if (r < 0)
		return r;
	r = take_lease(entry, db, err);
	if (r == 0 && (r = end_dead_lease(entry, db, err)) > 0)
		r = take_lease(entry, db, err);
	tokens_db_done(entry->tokens);
	return r;
}

static void note_failure(struct entry *entry, const struct error *fault)
{
	struct error ignored;
	struct db *db = NULL;

	if (tokens_db(entry->tokens, &db, &ignored) < 0)
		return;
	(void)!token_failed(db, entry->profile.id, entry->subject, entry->tokens->by, fault ? fault->text : "",
	                    fault && fault->code == E_AUTH && fault->retry == RETRY_NEVER, clock_now_ms(), &ignored);
	tokens_db_done(entry->tokens);
}

static int put_row(struct entry *entry, const struct token_row *row, struct error *err)
{
	struct db *db = NULL;
	int r = tokens_db(entry->tokens, &db, err);

	if (r < 0)
		return r;
	fault_step("token before store");
	r = token_put(db, row, entry->tokens->by, err);
	tokens_db_done(entry->tokens);
	fault_step("token stored");
	return r;
}

/* ---------------------------------------------------------------- from the store */

/* 1 where the row has a token that is newer and good. */
static int take_from_row(struct entry *entry, const struct token_row *row, int64_t generation, struct fresh *ret)
{
	struct opened opened CLEANUP(opened_done) = {0};
	struct error ignored;

	if (!row->generation || row->generation == generation ||
	    !token_is_good(row->renewed_at, row->expires_at, clock_now_ms()) ||
	    opened_read(&entry->tokens->sealer, row, &opened, &ignored) < 0)
		return 0;
	if (strcmp(opened.grant, entry->grant) != 0 || !secret_is_set(&opened.access))
		return 0;
	secret_copy(&ret->access, &opened.access);
	ret->generation = row->generation;
	ret->expires_at = row->expires_at;
	ret->renewed_at = row->renewed_at;
	return 1;
}

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000L};

	nanosleep(&pause, NULL);
}

/* Until this process may ask: 0; or somebody else has brought a token meanwhile: 1. */
static int wait_for_lease(struct entry *entry, int64_t generation, struct arena *arena, struct token_row *row,
                          struct fresh *ret, struct error *err)
{
	int64_t deadline = clock_mono_ms() + SECONDS_MS(entry->profile.timeout_s * 4 + 45);
	int r;

	while ((r = lease(entry, err)) == 0) {
		if (clock_mono_ms() > deadline)
			return fail(err, E_IN_USE, RETRY_LATER, "another process asks for a token since long");
		pause_ms(LEASE_POLL_MS);
		r = load_row(entry, arena, row, err);
		if (r < 0)
			return r;
		if (take_from_row(entry, row, generation, ret))
			return 1;
	}
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- from the endpoint */

static int consent_missing(const struct entry *entry, const char *why, struct error *err)
{
	return fail(err, E_AUTH, RETRY_NEVER, "%s: hauspost profile authorize %s", why, entry->profile.id);
}

/* The refresh token to ask with: NULL where the grant needs none. */
static int choose_refresh(struct entry *entry, const struct token_row *row, struct opened *opened,
                          const struct secret **ret_refresh, struct error *err)
{
	bool by_consent = entry->profile.grant == GRANT_AUTHORIZATION_CODE;
	int r = 0;

	*ret_refresh = NULL;
	if (!by_consent && entry->profile.grant != GRANT_REFRESH_TOKEN)
		return 0;
	if (*row->sealed)
		r = opened_read(&entry->tokens->sealer, row, opened, err);
	if (r < 0 && by_consent)
		return error_prefix(err, "the tokens of the consent can't be opened");
	if (r == 0 && opened->grant && strcmp(opened->grant, entry->grant) == 0 && secret_is_set(&opened->refresh))
		*ret_refresh = &opened->refresh;
	else if (!by_consent)
		*ret_refresh = &entry->profile.refresh_token;
	else if (!row->generation)
		return consent_missing(entry, "nobody has consented yet", err);
	else if (strcmp(opened->grant, entry->grant) != 0)
		return consent_missing(entry, "the profile was changed since the consent", err);
	else
		return consent_missing(entry, "the token has expired and the server gave no refresh token", err);
	return 0;
}

static int ask(struct entry *entry, const struct secret *refresh, const struct token_wish *wish,
               struct oauth_tokens *ret_tokens, int64_t *ret_wait_ms, struct error *err)
{
	const struct oauth_question question = {
	        .profile = &entry->profile,
	        .keystore = entry->keystore.id ? &entry->keystore : NULL,
	        .user = entry->user,
	        .refresh = refresh,
	        .transcript = wish->transcript,
	        .transcript_ctx = wish->transcript_ctx,
	};

	if (!entry->http)
		entry->http = oauth_http_new(&entry->profile);
	return oauth_ask(entry->http, &question, ret_tokens, ret_wait_ms, err);
}

/* Committed before anybody uses it: 1, 0 where another process was faster; a failure leaves it in `unsaved`. */
static int save(struct entry *entry, struct fresh *ret, struct error *err)
{
	struct unsaved *u = &entry->unsaved;
	int r = put_row(entry, &u->row, err);

	if (r < 0)
		return error_prefix(err, "the token can't be stored");
	if (r > 0) {
		secret_copy(&ret->access, &u->access);
		ret->generation = u->row.generation + 1;
		ret->expires_at = u->row.expires_at;
		ret->renewed_at = u->row.renewed_at;
	}
	secret_done(&u->access);
	arena_free(take(u->arena));
	return r;
}

static int ask_and_save(struct entry *entry, const struct token_row *row, const struct token_wish *wish,
                        struct fresh *ret, int64_t *ret_wait_ms, struct error *err)
{
	struct opened opened CLEANUP(opened_done) = {0};
	struct oauth_tokens tokens CLEANUP(oauth_tokens_done) = {0};
	struct unsaved *u = &entry->unsaved;
	const struct secret *refresh;
	int r = choose_refresh(entry, row, &opened, &refresh, err);

	if (r == 0)
		r = ask(entry, refresh, wish, &tokens, ret_wait_ms, err);
	if (r < 0)
		return r;
	u->arena = arena_new();
	u->row = *row;
	u->row.profile = entry->profile.id;
	u->row.subject = entry->subject;
	secret_copy(&u->access, &tokens.access);
	r = tokens_row(entry, &tokens, refresh, clock_now_ms(), u->arena, &u->row, err);
	if (r < 0) {
		secret_done(&u->access);
		arena_free(take(u->arena));
		return r;
	}
	return save(entry, ret, err);
}

/* ---------------------------------------------------------------- the whole */

/* Under the lease. 1 with a token; 0: another process put one meanwhile, look again. */
static int renew_leased(struct entry *entry, int64_t generation, const struct token_wish *wish, struct arena *arena,
                        struct fresh *ret, int64_t *ret_wait_ms, struct error *err)
{
	struct token_row row;
	int r = load_row(entry, arena, &row, err);

	if (r == 0 && take_from_row(entry, &row, generation, ret))
		r = 1;
	else if (r == 0)
		return ask_and_save(entry, &row, wish, ret, ret_wait_ms, err);
	note_failure(entry, NULL);
	return r;
}

int entry_renew(struct entry *entry, int64_t generation, const struct token_wish *wish, struct fresh *ret,
                int64_t *ret_wait_ms, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct token_row row;
	int r;

	*ret_wait_ms = -1;
	if (entry->unsaved.arena && (r = save(entry, ret, err)) != 0)
		return r;
	r = load_row(entry, arena, &row, err);
	if (r < 0 || take_from_row(entry, &row, generation, ret))
		return r;
	for (int tries = 0; tries < 3; tries++) {
		r = wait_for_lease(entry, generation, arena, &row, ret, err);
		if (r != 0)
			return MIN(r, 0);
		r = renew_leased(entry, generation, wish, arena, ret, ret_wait_ms, err);
		if (r < 0)
			note_failure(entry, err);
		if (r != 0)
			return MIN(r, 0);
	}
	return fail(err, E_IN_USE, RETRY_LATER, "other processes change the tokens all the time");
}
