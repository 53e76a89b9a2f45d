/* See reopen.h. */
#include "intake/reopen.h"

#include "base/clock.h"
#include "cases/search_index.h"
#include "intake/smime_text.h"
#include "store/cases.h"
#include "store/messages.h"

#define MAX_RAW  MIB(256)
#define MAX_TEXT MIB(1)

struct reopening {
	struct work work;
	struct arena *arena;
	struct stored_message stored;
	const struct smime_report *report;
};

/* PostgreSQL refuses NULs. */
static struct str plain(struct arena *arena, struct str text, size_t max)
{
	struct str copy = arena_str(arena, str_slice(text, 0, max));
	char *p = (char *)(uintptr_t)copy.p;

	for (size_t i = 0; i < copy.n; i++)
		if (!p[i])
			p[i] = ' ';
	while (copy.n && !str_is_utf8(copy) && copy.n + 4 > max)
		copy.n--;
	return str_is_utf8(copy) ? copy : STR("");
}

/* ---------------------------------------------------------------- writing it over */

static int write_files(const struct reopening *o, struct db *db, struct error *err)
{
	const struct message *m = o->report->message;
	int r = attachments_forget(db, o->stored.id, err);

	for (size_t i = 0; i < m->attachment_count && r == 0; i++) {
		const struct part *part = m->attachments[i];
		const struct stored_attachment a = {
		        .part = part_number(o->arena, part),
		        .name = plain(o->arena, part->filename, KIB(4)),
		        .type = plain(o->arena, part_type(o->arena, part), KIB(1)),
		        .content_ident = plain(o->arena, part->content_id, KIB(1)),
		        .disposition = plain(o->arena, part->disposition, KIB(1)),
		        .size = message_part_size(m, part),
		};

		r = attachment_insert(db, o->stored.id, (int64_t)i, &a, err);
	}
	return r;
}

static int run_reopening(struct work *work, struct db *db, struct error *err)
{
	const struct reopening *o = (const struct reopening *)(const void *)work;
	const struct message *m = o->report->message;
	struct str text = plain(o->arena, message_body_text(o->arena, m), MAX_TEXT);
	struct str subject = plain(o->arena, m->subject, KIB(4));
	int r = search_unindex(db, o->arena, o->stored.id, err);

	if (r == 0)
		r = message_rewrite(db, o->stored.id, subject, text, smime_text(o->arena, o->report), err);
	if (r == 0)
		r = search_index(db, o->arena, o->stored.id, err);
	if (r == 0)
		r = write_files(o, db, err);
	return r < 0 ? r
	             : event_insert(db, "message.opened", o->stored.case_id, o->stored.id, STR("{}"), clock_now_ms(),
	                            err);
}

/* ---------------------------------------------------------------- one message */

static int not_found(int64_t id, const char *what, struct error *err)
{
	return fail(err, E_NOT_FOUND, RETRY_NEVER, "message %lld %s", (long long)id, what);
}

/* What it is with the keys of now; 1 where it has anything of S/MIME. */
static int read_again(struct reopening *o, const struct setup *setup, struct str raw, struct error *err)
{
	const struct account *account = setup_account(setup, o->stored.account);
	struct smime_account smime CLEANUP(smime_account_close) = {0};
	struct smime_place place;

	if (!account)
		return not_found(o->stored.id, "belongs to an account that isn't set up any more", err);
	smime_account_open(&smime, setup, account);
	place = smime_account_place(&smime, o->stored.created_at);
	o->report = smime_read(o->arena, message_parse(o->arena, raw, NULL), &place);
	if (!o->report || !o->report->is_encrypted)
		return not_found(o->stored.id, "isn't encrypted", err);
	return 0;
}

int intake_reopen(struct store *store, const struct setup *setup, int64_t message_id, struct arena *arena,
                  struct reopened *ret, struct error *err)
{
	struct reopening o = {.work.run = run_reopening, .arena = arena};
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MAX_RAW);
	struct db *db CLEANUP(db_closep) = NULL;
	int r = store_connect(store, &db, err);

	if (r == 0)
		r = message_get(db, message_id, arena, &o.stored, err);
	if (r > 0)
		r = raw_get(db, message_id, &raw, err);
	if (r <= 0)
		return r < 0 ? r : not_found(message_id, "is not in the store", err);
	r = read_again(&o, setup, buf_str(&raw), err);
	if (r == 0 && o.report->is_opened)
		r = store_do(store, &o.work, err);
	if (r < 0)
		return r;
	*ret = (struct reopened){o.report->is_opened, o.report->summary};
	return 0;
}
