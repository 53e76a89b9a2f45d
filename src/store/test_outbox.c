/* See test_outbox.h. */
#include "store/test_outbox.h"

#include "store/messages.h"

#include "base/test.h"

static int64_t add_message(struct db *db, const char *account, const char *ident)
{
	struct stored_message message = {.direction = "out",
	                                 .account = account,
	                                 .message_ident = str_of(ident),
	                                 .automatic = "none",
	                                 .evidence = STR("")};
	struct error err;

	assert_ok(db_new_id(db, &message.id, &err), &err);
	assert_ok(message_insert(db, &message, &err), &err);
	return message.id;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

int64_t test_outbox_add(struct db *db, const struct outbox_row *row, const char *ident)
{
	struct outbox_recipient one = {.address = "ann@customer.test", .state = row->state, .reply = ""};
	struct outbox_row whole = *row;
	struct error err;

	whole.kind = row->kind ? row->kind : "message";
	whole.answer_to = or_empty(row->answer_to);
	whole.envelope_from = or_empty(row->envelope_from);
	whole.reply = or_empty(row->reply);
	if (!row->recipient_count) {
		whole.recipients = &one;
		whole.recipient_count = 1;
	}
	if (ident && !row->message_id)
		whole.message_id = add_message(db, row->account, ident);
	if (!row->id)
		assert_ok(db_new_id(db, &whole.id, &err), &err);
	assert_ok(outbox_insert(db, &whole, &err), &err);
	return whole.id;
}
