/* See tokens.h: the cache in memory. Each profile (and each user of it, where it has users) is an entry; each
 * connection that asks has a source, which remembers the token it was given, so that a refusal is about that one. */
#include "auth/tokens.h"

#include "auth/tokens_parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "security/jwt.h"

#include <jansson.h>
#include <stdio.h>

#define RENEW_BEFORE_MS  MINUTES_MS(5)
#define GOOD_MS          MINUTES_MS(1)
#define FINAL_FAULT_MS   MINUTES_MS(1) /* how long a refusal is given to others without asking again */
#define FIRST_FAULT_MS   SECONDS_MS(5)
#define LONGEST_FAULT_MS MINUTES_MS(5)
#define LONGEST_WAIT_MS  HOURS_MS(1) /* that an endpoint may ask for */
#define CLOCK_BACK_MS    MINUTES_MS(5)

struct source {
	struct token_source base; /* first: what sessions hold */
	struct source *next;
	struct entry *entry;
	char *who;     /* owned */
	int64_t given; /* generation; under the entry's lock */
};

/* ---------------------------------------------------------------- times */

/* A token that lives shortly is renewed in its last quarter. */
static bool is_due(int64_t renewed_at, int64_t expires_at, int64_t now)
{
	return now >= expires_at - MIN(RENEW_BEFORE_MS, (expires_at - renewed_at) / 4);
}

/* A clock that went back says nothing about when the token expires. */
bool token_is_good(int64_t renewed_at, int64_t expires_at, int64_t now)
{
	return now < expires_at - MIN(GOOD_MS, (expires_at - renewed_at) / 10) && now > renewed_at - CLOCK_BACK_MS;
}

/* ---------------------------------------------------------------- giving */

static bool has_good(const struct entry *e, int64_t now)
{
	return secret_is_set(&e->access) && token_is_good(e->renewed_at, e->expires_at, now);
}

/* Where there is a transcript it says why there may be no request in it. */
static void tell_given(const struct entry *e, const struct token_wish *wish)
{
	char line[200];

	if (!wish->transcript)
		return;
	snprintf(line, sizeof line, "-- authentication profile %.64s: a token that is good for another %lld s",
	         e->profile.id, (long long)(e->expires_at - clock_now_ms()) / 1000);
	wish->transcript(wish->transcript_ctx, line);
}

static int give(struct source *source, const struct token_wish *wish, struct secret *ret_token)
{
	tell_given(source->entry, wish);
	secret_copy(ret_token, &source->entry->access);
	source->given = source->entry->generation;
	return 0;
}

static bool may_ask(const struct entry *e, int64_t now)
{
	return now >= e->not_before || e->not_before - now > LONGEST_WAIT_MS;
}

static void note_fault(struct entry *e, const struct error *fault, int64_t wait_ms)
{
	int64_t now = clock_now_ms();
	int64_t pause = fault->retry == RETRY_NEVER ? FINAL_FAULT_MS : FIRST_FAULT_MS << MIN(e->failures, 10);

	pause = MIN(pause, LONGEST_FAULT_MS);
	e->fault = *fault;
	e->failures++;
	e->not_before = now + MAX(pause, MIN(wait_ms, LONGEST_WAIT_MS));
}

/* Lets the lock go while it asks. */
static int renew(struct entry *e, const struct token_wish *wish, struct error *err)
{
	int64_t generation = e->generation, wait_ms = -1;
	struct fresh fresh = {0};
	int r;

	e->renewing = true;
	pthread_mutex_unlock(&e->lock);
	r = entry_renew(e, generation, wish, &fresh, &wait_ms, err);
	pthread_mutex_lock(&e->lock);
	e->renewing = false;
	pthread_cond_broadcast(&e->renewed);
	if (r < 0) {
		note_fault(e, err, wait_ms);
		return r;
	}
	secret_done(&e->access);
	e->access = fresh.access;
	e->generation = fresh.generation;
	e->expires_at = fresh.expires_at;
	e->renewed_at = fresh.renewed_at;
	e->fault = (struct error){0};
	e->failures = 0;
	e->not_before = 0;
	return 0;
}

static int get_locked(struct source *source, const struct token_wish *wish, struct secret *ret_token, struct error *err)
{
	struct entry *e = source->entry;

	for (;;) {
		int64_t now = clock_now_ms();
		bool bad = wish->refused && source->given == e->generation;
		bool good = has_good(e, now) && !bad;
		int r;

		if (good && (!is_due(e->renewed_at, e->expires_at, now) || e->renewing || !may_ask(e, now)))
			return give(source, wish, ret_token);
		if (e->renewing) {
			pthread_cond_wait(&e->renewed, &e->lock);
			continue;
		}
		if (e->fault.code && !may_ask(e, now)) {
			*err = e->fault;
			return err->code;
		}
		r = renew(e, wish, err);
		if (r < 0 && has_good(e, clock_now_ms()) && !bad) {
			log_warning("oauth", "authentication profile %s: %s; the old token is good for a while",
			            e->profile.id, err->text);
			return give(source, wish, ret_token);
		}
		return r < 0 ? r : give(source, wish, ret_token);
	}
}

static int get(struct token_source *base, const struct token_wish *wish, struct secret *ret_token, struct error *err)
{
	struct source *source = (struct source *)(void *)base;
	struct secret token = {0};
	struct error fault;
	int r;

	pthread_mutex_lock(&source->entry->lock);
	r = get_locked(source, wish, &token, &fault);
	pthread_mutex_unlock(&source->entry->lock);
	if (r < 0) {
		if (err)
			*err = fault;
		return error_prefix(err, "authentication profile %.64s", source->entry->profile.id);
	}
	*ret_token = token;
	return 0;
}

void tokens_consented(struct tokens *tokens, const char *profile)
{
	pthread_mutex_lock(&tokens->lock);
	for (struct entry *e = tokens->entries; e; e = e->next) {
		if (strcmp(e->profile.id, profile) != 0)
			continue;
		pthread_mutex_lock(&e->lock);
		secret_done(&e->access);
		e->fault = (struct error){0};
		e->failures = 0;
		e->not_before = 0;
		pthread_mutex_unlock(&e->lock);
	}
	pthread_mutex_unlock(&tokens->lock);
}

/* ---------------------------------------------------------------- entries */

static void copy_record(const struct record_type *type, const void *from, void *to, struct arena *arena)
{
	memcpy(to, from, type->size);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		void *member = (char *)to + field->offset;

		must(field->kind != FIELD_KIND_SECTION && field->kind != FIELD_KIND_LIST &&
		     field->kind != FIELD_KIND_PAIRS);
		if (field->kind == FIELD_KIND_TEXT) {
			const char **text = member;

			*text = arena_cstr(arena, str_of(*text));
		} else if (field->kind == FIELD_KIND_SECRET) {
			memset(member, 0, sizeof(struct secret));
			secret_copy(member, (const struct secret *)(const void *)((const char *)from + field->offset));
		} else if (field->kind == FIELD_KIND_TEXTS) {
			struct text_list *list = member;
			const char **items = ARENA_ARRAY(arena, const char *, list->count);

			for (size_t k = 0; k < list->count; k++)
				items[k] = arena_cstr(arena, str_of(list->items[k]));
			list->items = items;
		}
	}
}

static void digest_secret(struct buf *text, const struct secret *secret)
{
	char hex[65];

	sha256_hex(secret_is_set(secret) ? secret_reveal(secret) : STR(""), hex);
	buf_printf(text, "%s\n", hex);
}

/* What stored tokens belong to: other tokens are never sent to, or used with, anything else. */
static void digest_grant(struct entry *e)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(128));
	const struct authentication_profile *p = &e->profile;
	struct oauth_endpoints endpoints;

	authentication_profile_endpoints(p, e->arena, &endpoints);
	buf_printf(&text, "%d\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", p->grant, endpoints.token, p->client_id, endpoints.scope,
	           p->audience, p->resource, p->issuer, e->subject);
	digest_secret(&text, &p->refresh_token);
	if (p->grant == GRANT_PASSWORD || p->grant == GRANT_JWT_BEARER) {
		buf_printf(&text, "%s\n%s\n", p->user, p->subject);
		digest_secret(&text, &p->service_account);
	}
	must(!text.failed);
	sha256_hex(buf_str(&text), e->grant);
}

static void digest_identity(struct entry *e)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(256));
	const struct authentication_profile *p = &e->profile;
	json_t *json = NULL;
	char *dump;

	must(record_write(&authentication_profile_type, p, "", SECRETS_OMITTED, false, NULL, &json, NULL) == 0);
	dump = json_dumps(json, JSON_COMPACT);
	must(dump != NULL);
	buf_printf(&text, "%s\n%s\n%s\n", dump, e->subject, e->user);
	digest_secret(&text, &p->client_secret);
	digest_secret(&text, &p->password);
	digest_secret(&text, &p->service_account);
	digest_secret(&text, &p->refresh_token);
	digest_secret(&text, &e->keystore.content);
	digest_secret(&text, &e->keystore.password);
	digest_secret(&text, &e->keystore.key_password);
	digest_secret(&text, &e->trust.content);
	digest_secret(&text, &e->trust.password);
	must(!text.failed);
	sha256_hex(buf_str(&text), e->identity);
	free(dump);
	json_decref(json);
}

struct entry *entry_new(struct tokens *tokens, const struct setup *setup, const struct authentication_profile *profile,
                        const char *user)
{
	const struct keystore_record *keystore = setup_keystore(setup, profile->keystore);
	bool of_user = profile->grant == GRANT_PASSWORD ? !*profile->user
	                                                : profile->grant == GRANT_JWT_BEARER && !*profile->subject;
	struct entry *e = mem_new(1, sizeof *e);

	e->tokens = tokens;
	e->arena = arena_new();
	copy_record(&authentication_profile_type, profile, &e->profile, e->arena);
	if (keystore)
		copy_record(&keystore_type, keystore, &e->keystore, e->arena);
	if (profile->trust) {
		copy_record(&keystore_type, profile->trust, &e->trust, e->arena);
		e->profile.trust = &e->trust;
	}
	e->user = of_user ? arena_cstr(e->arena, str_of(user)) : "";
	e->subject = e->user;
	digest_grant(e);
	digest_identity(e);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->renewed, NULL);
	return e;
}

void entry_free(struct entry *e)
{
	if (!e)
		return;
	for (struct source *source = e->sources, *next; source; source = next) {
		next = source->next;
		free(source->who);
		free(source);
	}
	http_free(e->http);
	record_done(&authentication_profile_type, &e->profile);
	if (e->keystore.id)
		record_done(&keystore_type, &e->keystore);
	if (e->trust.id)
		record_done(&keystore_type, &e->trust);
	secret_done(&e->access);
	secret_done(&e->unsaved.access);
	arena_free(e->unsaved.arena);
	arena_free(e->arena);
	pthread_mutex_destroy(&e->lock);
	pthread_cond_destroy(&e->renewed);
	free(e);
}

static struct entry *find_entry(struct tokens *tokens, const struct setup *setup,
                                const struct authentication_profile *profile, const char *user)
{
	struct entry *wanted CLEANUP(entry_freep) = entry_new(tokens, setup, profile, user);
	struct entry *found = tokens->entries;

	while (found && strcmp(found->identity, wanted->identity) != 0)
		found = found->next;
	if (!found) {
		wanted->next = tokens->entries;
		found = tokens->entries = take(wanted);
	}
	return found;
}

static struct token_source *find_source(struct entry *e, const char *who)
{
	struct source *source;

	pthread_mutex_lock(&e->lock);
	source = e->sources;
	while (source && strcmp(source->who, who) != 0)
		source = source->next;
	if (!source) {
		source = mem_new(1, sizeof *source);
		*source = (struct source){
		        .base = {.get = get}, .next = e->sources, .entry = e, .who = mem_strdup(who), .given = -1};
		e->sources = source;
	}
	pthread_mutex_unlock(&e->lock);
	return &source->base;
}

/* ---------------------------------------------------------------- the cache */

static void tokens_free(void *companion)
{
	struct tokens *tokens = companion;

	for (struct entry *e = tokens->entries, *next; e; e = next) {
		next = e->next;
		entry_free(e);
	}
	db_close(tokens->db);
	pthread_mutex_destroy(&tokens->lock);
	pthread_mutex_destroy(&tokens->db_lock);
	free(tokens);
}

void tokens_attach(struct store *store, const struct sealer *sealer)
{
	struct tokens *tokens = mem_new(1, sizeof *tokens);

	tokens->store = store;
	tokens->sealer = *sealer;
	alive_name(tokens->by);
	pthread_mutex_init(&tokens->lock, NULL);
	pthread_mutex_init(&tokens->db_lock, NULL);
	store_set_companion(store, tokens, tokens_free);
}

static int find(struct store *store, const struct setup *setup, const char *id, const char *user, const char *who,
                struct token_source **ret_source, struct error *err)
{
	const struct authentication_profile *profile = setup_authentication_profile(setup, id);
	struct tokens *tokens = store_companion(store);
	int r;

	if (!profile)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "authentication profile %s is not set up", id);
	r = authentication_profile_opened(profile, err);
	if (r < 0)
		return r;
	must(tokens != NULL);
	pthread_mutex_lock(&tokens->lock);
	*ret_source = find_source(find_entry(tokens, setup, profile, user), who);
	pthread_mutex_unlock(&tokens->lock);
	return 0;
}

int tokens_source(struct store *store, const struct setup *setup, const char *profile, const char *user,
                  struct token_source **ret_source, struct error *err)
{
	return find(store, setup, profile, user, "", ret_source, err);
}

int tokens_login(struct store *store, const struct setup *setup, const struct account_connection *connection,
                 struct login *login, struct error *err)
{
	char who[600];

	if (!*connection->profile)
		return 0;
	snprintf(who, sizeof who, "%s@%s:%d", connection->user, connection->host, connection->port);
	return find(store, setup, connection->profile, connection->user, who, &login->tokens, err);
}
