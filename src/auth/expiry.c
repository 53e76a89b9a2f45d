/* See expiry.h. */
#include "auth/expiry.h"

#include "base/clock.h"
#include "security/keystore.h"
#include "setup/personal.h"
#include "setup/signing.h"
#include "setup/users.h"
#include "store/certificates.h"
#include "store/event_data.h"

#include <stdlib.h>

#define DAY HOURS_MS(24)

struct expiry_list {
	struct arena *arena;
	struct expiry *items;
	size_t count, size;
	int64_t from, until; /* what ends between these; signers always */
};

static void expiry_add(struct expiry_list *list, const struct expiry *expiry)
{
	bool is_due = expiry->expires_at < list->until && (expiry->expires_at >= list->from || expiry->is_signer);

	if (!is_due || list->count == EXPIRY_MAX)
		return;
	ARENA_ROOM(list->arena, list->items, list->count, list->size);
	list->items[list->count++] = *expiry;
}

int64_t expiry_days(const struct expiry *expiry, int64_t now)
{
	int64_t left = expiry->expires_at - now;

	return left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);
}

/* ---------------------------------------------------------------- keystores */

static void add_use(void *ctx, const char *place)
{
	struct buf *uses = ctx;

	buf_printf(uses, "%s%s", uses->n ? " " : "", place);
}

/* Does some account sign with that entry of that keystore, in the way it would choose it now? */
static bool signs_with(const struct setup *setup, const char *keystore_id, const struct keystore_entry *entry,
                       int64_t now)
{
	const void *const *records;
	size_t n = setup_list(setup, &account_type, &records);

	for (size_t i = 0; i < n; i++) {
		const struct account *account = records[i];
		const struct account_send_smime *s = &account->send.smime;

		if (account_signs(account) && strcmp(s->keystore, keystore_id) == 0 &&
		    account_signer_is(setup, account, entry, now))
			return true;
	}
	return false;
}

static void add_keystore(struct expiry_list *list, const struct setup *setup, const struct keystore_record *record,
                         int64_t now)
{
	struct keystore *keystore CLEANUP(keystore_freep) = NULL;
	struct buf uses CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct keystore_entry *entries;
	const char *used_by;
	struct error ignored;
	size_t n;

	if (keystore_record_open(record, &keystore, &ignored) < 0)
		return;
	keystore_each_use(setup, record->id, add_use, &uses);
	used_by = arena_cstr(list->arena, buf_str(&uses));
	n = keystore_entries(keystore, &entries);
	for (size_t i = 0; i < n; i++) {
		const struct keystore_entry *e = &entries[i];

		if (!e->expires_at || e->expires_at >= list->until)
			continue;
		const struct expiry expiry = {
		        .kind = e->has_key ? "key" : "certificate",
		        .what = arena_printf(list->arena, "keystores/%s/%s", record->id, e->alias).p,
		        .text = arena_cstr(list->arena, str_of(e->subject)),
		        .expires_at = e->expires_at,
		        .used_by = used_by,
		        .account = "",
		        .is_signer = e->has_key && signs_with(setup, record->id, e, now),
		};
		expiry_add(list, &expiry);
	}
}

/* ---------------------------------------------------------------- learned certificates */

static int add_learned(struct expiry_list *list, struct db *db, struct error *err)
{
	struct stored_certificate *found;
	int n = certificate_expiring(db, list->from, list->until, EXPIRY_MAX, list->arena, &found, err);

	for (int i = 0; i < n; i++) {
		const struct stored_certificate *c = &found[i];
		const struct expiry expiry = {
		        .kind = "learned",
		        .what = arena_printf(list->arena, "certificates/" STR_FMT "/%.16s", STR_ARG(c->address),
		                             c->fingerprint.p)
		                        .p,
		        .text = c->subject.p ? c->subject.p : "",
		        .expires_at = c->expires_at,
		        .used_by = "",
		        .account = c->account,
		};

		expiry_add(list, &expiry);
	}
	return MIN(n, 0);
}

/* ---------------------------------------------------------------- secrets and tokens */

/* Which accounts log in by the profile. */
static const char *profile_users(const struct setup *setup, const char *profile, struct arena *arena)
{
	struct buf uses CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct users users = setup_users(setup, &authentication_profile_type, profile);

	for (size_t i = 0; i < users.count && !uses.failed; i++) {
		const struct account *a = users_at(&users, i);

		if (strcmp(a->send.profile, profile) == 0)
			buf_printf(&uses, "%saccounts/%s/send/profile", uses.n ? " " : "", a->id);
		if (strcmp(a->receive.profile, profile) == 0)
			buf_printf(&uses, "%saccounts/%s/receive/profile", uses.n ? " " : "", a->id);
	}
	return arena_cstr(arena, buf_str(&uses));
}

struct profiles {
	struct expiry_list *list;
	const struct setup *setup;
};

static void add_profile(void *ctx, const struct authentication_profile *profile, const char *what, const char *user,
                        int64_t expires_at)
{
	const struct profiles *p = ctx;
	const struct expiry expiry = {
	        .kind = strstr(what, "secret") ? "secret" : "token",
	        .what = arena_printf(p->list->arena, "authentication_profiles/%s/%s%s%s", profile->id, what,
	                             *user ? "/" : "", user)
	                        .p,
	        .text = what,
	        .expires_at = expires_at,
	        .used_by = expires_at < p->list->until ? profile_users(p->setup, profile->id, p->list->arena) : "",
	        .account = "",
	};

	expiry_add(p->list, &expiry);
}

/* ---------------------------------------------------------------- the list */

static int by_time(const void *a, const void *b)
{
	const struct expiry *x = a, *y = b;

	return x->expires_at != y->expires_at ? (x->expires_at > y->expires_at) - (x->expires_at < y->expires_at)
	                                      : strcmp(x->what, y->what);
}

int expiry_list(const struct setup *setup, struct db *db, int64_t now, int days, struct arena *arena,
                struct expiry **ret_list, struct error *err)
{
	struct expiry_list list = {.arena = arena, .from = now - EXPIRY_PAST_DAYS * DAY, .until = now + days * DAY};
	const void *const *records;
	size_t n = setup_list(setup, &keystore_type, &records);

	for (size_t i = 0; i < n; i++)
		add_keystore(&list, setup, records[i], now);
	struct profiles profiles = {&list, setup};
	if (add_learned(&list, db, err) < 0 ||
	    authentication_profiles_each_expiry(setup, db, add_profile, &profiles, err) < 0)
		return err->code;
	if (list.count)
		qsort(list.items, list.count, sizeof *list.items, by_time);
	*ret_list = list.items;
	return (int)list.count;
}

/* ---------------------------------------------------------------- warnings */

/* The warning that is due: 30, 7, 1 days before, 0 when it has ended; -1: none yet. */
static int64_t level_of(int64_t days)
{
	return days < 0 ? 0 : days < 1 ? 1 : days < 7 ? 7 : days < EXPIRY_FIRST_DAYS ? EXPIRY_FIRST_DAYS : -1;
}

/* 1: it hasn't been told yet, and is now remembered as told. A token's end moves on whenever it is renewed, and some
 * are short-lived for all their life: that is told once a month. */
static int remember(struct db *db, const struct expiry *e, int64_t level, int64_t now, struct error *err)
{
	bool moves = strcmp(e->kind, "token") == 0;
	int64_t told = INT64_MAX;
	int r = expiry_warning_find(db, e->what, e->expires_at, moves ? now - 30 * DAY : INT64_MAX, &told, err);

	if (r < 0 || (r > 0 && told <= level))
		return MIN(r, 0);
	r = expiry_warning_put(db, e->what, e->expires_at, level, now, err);
	return r < 0 ? r : 1;
}

struct telling {
	const struct setup *setup;
	struct db *db;
	struct arena *arena;
	int64_t now;
};

static int tell_one(const struct telling *t, const struct expiry *e, const char *account, const char *used_by,
                    struct error *err)
{
	const struct new_event event = {.kind = "expiry.warning", .account = account, .at = t->now};

	return event_add_data(t->db, &event,
	                      json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:b}", "what", e->what, "kind", e->kind, "text",
	                                e->text, "expires_at", (json_int_t)e->expires_at, "days",
	                                (json_int_t)expiry_days(e, t->now), "used_by", used_by, "signs",
	                                (int)e->is_signer),
	                      err);
}

/* Of the places that use it: those of one personal mailbox, or (NULL) those that are of none. */
static const char *uses_of(const struct telling *t, const struct expiry *e, const struct account *mailbox)
{
	struct buf uses CLEANUP(buf_done) = BUF_INIT(KIB(4));
	struct str rest = str_of(e->used_by), place;

	while (str_split(&rest, ' ', &place)) {
		const struct record_type *type = NULL;
		const void *record = record_at_place(t->setup, place, &type);
		const struct account *whose =
		        record ? personal_mailbox(t->setup, type, record_id(type, record), NULL) : NULL;

		while (whose && mailbox && whose != mailbox)
			whose = personal_mailbox(t->setup, type, record_id(type, record), whose);
		if (record && whose == mailbox)
			buf_printf(&uses, "%s" STR_FMT, uses.n ? " " : "", STR_ARG(place));
	}
	return arena_cstr(t->arena, buf_str(&uses));
}

static int tell(const struct telling *t, const struct expiry *e, struct error *err)
{
	const struct record_type *type = NULL;
	const void *record = record_at_place(t->setup, str_of(e->what), &type);
	const char *id = record ? record_id(type, record) : NULL;
	const struct account *mailbox = record ? personal_mailbox(t->setup, type, id, NULL) : NULL;
	int r = 0;

	if (!mailbox)
		return tell_one(t, e, e->account, record ? uses_of(t, e, NULL) : "", err);
	for (; mailbox && r == 0; mailbox = personal_mailbox(t->setup, type, id, mailbox))
		r = tell_one(t, e, mailbox->id, uses_of(t, e, mailbox), err);
	return r;
}

int expiry_warn(const struct setup *setup, struct db *db, int64_t now,
                void (*each)(void *ctx, const struct expiry *expiry, int64_t days), void *ctx, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct telling telling = {setup, db, arena, now};
	struct expiry *list;
	int n = expiry_list(setup, db, now, EXPIRY_FIRST_DAYS, arena, &list, err), told = 0, r = 0;

	for (int i = 0; i < n && r >= 0; i++) {
		int64_t days = expiry_days(&list[i], now), level = level_of(days);

		r = level < 0 ? 0 : remember(db, &list[i], level, now, err);
		if (r > 0) {
			told++;
			r = tell(&telling, &list[i], err);
			if (r == 0 && each)
				each(ctx, &list[i], days);
		}
	}
	return n < 0 ? n : r < 0 ? r : told;
}
