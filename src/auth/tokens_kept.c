/* See tokens.h: what is kept in the store, beyond what sessions need of it. */
#include "auth/tokens.h"

#include "auth/tokens_parts.h"
#include "base/clock.h"

#define MAX_ROWS 100000

/* ---------------------------------------------------------------- consent */

/* The lease makes the row where there is none; who is asking at this moment is waited for no longer than it takes. */
static int put_consent(const struct entry *e, struct db *db, const struct oauth_tokens *oauth, struct arena *arena,
                       struct error *err)
{
	struct token_row row = {.profile = e->profile.id, .subject = e->subject, .sealed = "", .fault = ""};
	int64_t now = clock_now_ms();
	int r = token_lease(db, e->profile.id, e->subject, e->tokens->by, now, now + 1000, err);

	if (r >= 0)
		r = token_get(db, e->profile.id, e->subject, arena, &row, err);
	if (r < 0)
		return r;
	row.refresh_expires_at = 0;
	r = tokens_row(e, oauth, NULL, now, arena, &row, err);
	return r < 0 ? r : token_put(db, &row, e->tokens->by, err);
}

int tokens_store(struct store *store, const struct setup *setup, const struct authentication_profile *profile,
                 const struct oauth_tokens *oauth, struct error *err)
{
	struct tokens *tokens = store_companion(store);
	struct entry *e CLEANUP(entry_freep) = entry_new(tokens, setup, profile, "");
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db = NULL;
	int r = tokens_db(tokens, &db, err);

	if (r < 0)
		return r;
	for (int tries = 0; tries < 5 && r == 0; tries++)
		r = put_consent(e, db, oauth, arena, err);
	tokens_db_done(tokens);
	if (r == 0)
		return fail(err, E_CONFLICT, RETRY_LATER, "another process changes the tokens all the time");
	if (r > 0)
		tokens_consented(tokens, profile->id);
	return MIN(r, 0);
}

/* ---------------------------------------------------------------- keys */

/* What can't be opened stays as it is: it was of no use before. */
static int reseal(struct db *db, const struct sealer *sealer, const struct token_row *row, struct error *err)
{
	struct buf sealed CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct secret plain CLEANUP(secret_done) = {0};
	char context[700];
	int r = sealer->open(sealer->ctx, token_context(row, context, sizeof context), str_of(row->sealed), &plain,
	                     err);

	if (r < 0)
		return 0;
	r = sealer->seal(sealer->ctx, context, secret_reveal(&plain), &sealed, err);
	return r < 0 ? r : token_reseal(db, row, buf_cstr(&sealed), err);
}

int tokens_reseal(struct db *db, const struct sealer *sealer, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct token_row *rows = NULL;
	int n = token_list(db, NULL, MAX_ROWS, arena, &rows, err), count = 0;

	for (int i = 0; i < n; i++) {
		int r = *rows[i].sealed ? reseal(db, sealer, &rows[i], err) : 0;

		if (r < 0)
			return r;
		count += r;
	}
	return n < 0 ? n : count;
}

/* ---------------------------------------------------------------- asking */

int tokens_scope(const struct token_row *row, const struct sealer *sealer, struct arena *arena, const char **ret_scope,
                 struct error *err)
{
	struct opened opened CLEANUP(opened_done) = {0};
	int r = *row->sealed ? opened_read(sealer, row, &opened, err) : 0;

	if (r < 0)
		return r;
	*ret_scope = arena_cstr(arena, str_of(opened.scope ? opened.scope : ""));
	return 0;
}
