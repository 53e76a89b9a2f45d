/* What others are told of a row's end, and rows whose end nobody wrote down. See outbox_parts.h. */
#include "send/outbox_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/cases.h"

#include <jansson.h>

#define MOST_TOLD 10 /* recipients that an event names */

static struct str event_data(struct arena *arena, const struct outbox_row *row, const char *state)
{
	json_t *list = json_array(), *object;
	struct str data;
	char *text;

	for (size_t i = 0; i < row->recipient_count && json_array_size(list) < MOST_TOLD; i++) {
		const struct outbox_recipient *r = &row->recipients[i];

		if (strcmp(r->state, state) == 0)
			json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "address", r->address, "code",
			                                      (json_int_t)r->code, "reply", r->reply));
	}
	object = json_pack("{s:I, s:I, s:o}", "outbox", (json_int_t)row->id, "tries", (json_int_t)row->tries,
	                   "recipients", list);
	text = json_dumps(object, JSON_COMPACT);
	data = arena_str(arena, text ? str_of(text) : STR("{}"));
	free(text);
	json_decref(object);
	return data;
}

int outbox_tell(struct db *db, const struct outbox_row *row, const char *kind, const char *state, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	return event_add(db,
	                 &(struct new_event){.kind = kind,
	                                     .account = row->account,
	                                     .case_id = row->case_id,
	                                     .message_id = row->message_id,
	                                     .data = event_data(arena, row, state),
	                                     .at = clock_now_ms()},
	                 err);
}

/* ---------------------------------------------------------------- without an end */

struct recover {
	struct work work;
	const char *claim, *account; /* account NULL: whatever other processes left */
	int64_t n;
};

static int run_recover(struct work *work, struct db *db, struct error *err)
{
	struct recover *recover = (struct recover *)(void *)work;

	recover->n = recover->account ? outbox_own_orphans(db, recover->account, recover->claim, clock_now_ms(), err)
	                              : outbox_orphans(db, recover->claim, clock_now_ms(), err);
	return recover->n < 0 ? (int)recover->n : 0;
}

int outbox_recover_own(const struct outbox_options *options, const char *account, struct error *err)
{
	struct recover recover = {.work = {.run = run_recover}, .claim = options->claim, .account = account};
	int r = store_do(options->store, &recover.work, err);

	if (r == 0 && recover.n > 0)
		log_warning("outbox", "account %s: of %lld messages it isn't known whether they were sent", account,
		            (long long)recover.n);
	return r;
}

int64_t outbox_recover(const struct outbox_options *options, struct error *err)
{
	struct recover recover = {.work = {.run = run_recover}, .claim = options->claim};
	int r = store_do(options->store, &recover.work, err);

	return r < 0 ? r : recover.n;
}
