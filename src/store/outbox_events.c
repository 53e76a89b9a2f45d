/* See outbox_events.h. */
#include "store/outbox_events.h"

#include "base/clock.h"
#include "store/event_data.h"

#define MOST_TOLD 10 /* recipients that an event names */

static bool is_one_of(const char *state, const char *states)
{
	struct str rest = str_of(states), word;

	while (str_split(&rest, ' ', &word))
		if (str_eq(word, str_of(state)))
			return true;
	return false;
}

bool outbox_any_is(const struct outbox_row *row, const char *states)
{
	for (size_t i = 0; i < row->recipient_count; i++)
		if (is_one_of(row->recipients[i].state, states))
			return true;
	return false;
}

static json_t *recipients_in(const struct outbox_row *row, const char *states)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->recipient_count && json_array_size(list) < MOST_TOLD; i++) {
		const struct outbox_recipient *r = &row->recipients[i];

		if (is_one_of(r->state, states))
			json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "address", r->address, "code",
			                                      (json_int_t)r->code, "reply", r->reply));
	}
	return list;
}

int outbox_tell(struct db *db, const struct outbox_row *row, const char *kind, const char *states, struct error *err)
{
	const struct new_event event = {.kind = kind,
	                                .account = row->account,
	                                .case_id = row->case_id,
	                                .message_id = row->message_id,
	                                .at = clock_now_ms()};

	return event_add_data(db, &event,
	                      json_pack("{s:I, s:I, s:o}", "outbox", (json_int_t)row->id, "tries",
	                                (json_int_t)row->tries, "recipients", recipients_in(row, states)),
	                      err);
}
