/* See opened_mail.h. */
#include "intake/opened_mail.h"

void opened_mail_done(struct opened_mail *mail)
{
	smime_account_close(&mail->keys);
	buf_done(&mail->raw);
}

int opened_mail_read(struct db *db, const struct setup *setup, const struct stored_message *stored, struct arena *arena,
                     struct opened_mail *ret, struct error *err)
{
	const struct account *account = setup_account(setup, stored->account);
	const struct smime_report *report = NULL;
	struct smime_place place;
	struct message *m;
	int r;

	buf_init(&ret->raw, OPENED_MAIL_MAX);
	r = raw_get(db, stored->id, &ret->raw, err);
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "message %lld isn't kept here", (long long)stored->id);
	if (r < 0)
		return r;
	m = message_parse(arena, buf_str(&ret->raw), NULL);
	if (account && smime_is_needed(m)) {
		smime_account_open(&ret->keys, setup, account);
		place = smime_account_place(&ret->keys, stored->created_at);
		report = smime_read(arena, m, &place);
	}
	ret->received = m;
	ret->message = report ? report->message : m;
	return 0;
}
