/* See alerts.h. */
#include "events/alerts.h"

#include "base/clock.h"
#include "events/alert_words.h"
#include "events/cloud_event.h"
#include "store/event_kinds.h"
#include "intake/letter.h"
#include "store/event_data.h"
#include "store/status.h"

#define SETTLE_MS  SECONDS_MS(2)
#define PATIENT_MS HOURS_MS(1) /* so long a mail waits for an account that can't send; then it waits in the outbox */

/* ---------------------------------------------------------------- what is noted */

static const char *text_of(const json_t *data, const char *field)
{
	const char *text = field ? json_string_value(json_object_get(data, field)) : NULL;

	return text ? text : "";
}

/* About a letter that is an alert itself: it would go round for ever. */
static int is_about_alert(struct db *db, const struct stored_event *event, const json_t *data, struct error *err)
{
	int64_t outbox = json_integer_value(json_object_get(data, "outbox"));

	if (alert_never_tells(event->kind))
		return 1; /* perhaps, where alerts come to a mailbox that is read here */
	return outbox ? alert_is_letter(db, outbox, err) : 0;
}

/* What it is about, so that what is about the same is counted together. */
static const char *subject_of(const struct stored_event *event, const struct alert_word *word, const json_t *data,
                              struct arena *arena)
{
	const struct event_kind *kind = event_kind_find(event->kind);

	if (word && word->field)
		return text_of(data, word->field);
	if (word || (kind && kind->subject && strcmp(kind->subject, "message") == 0))
		return event->account;
	return event_subject(event, data, arena);
}

static bool is_told(const struct setup *setup, const struct alert *alert, const struct stored_event *event,
                    const struct alert_item *item, bool is_wanted)
{
	if (!alert->enabled)
		return false;
	if (strcmp(event->kind, "alert.test") == 0)
		return strcmp(item->subject, alert->id) == 0;
	return is_wanted && alert_takes_account(setup, alert, event->account);
}

/* What failed is over, whether or not it is told: an alert may have been switched off or changed meanwhile. */
static int note_end(struct db *db, const struct setup *setup, const struct alert *alert,
                    const struct stored_event *event, const struct alert_word *word, struct alert_item *item,
                    struct error *err)
{
	int r = alert_failure_end(db, alert->id, word->kind, item->subject, &item->began_at, err);

	if (r <= 0 || !is_told(setup, alert, event, item, alert_wants(alert, event->kind)))
		return MIN(r, 0);
	/* Who isn't told of the failure asked for its end by name. */
	return !alert->recovered && alert_wants(alert, word->kind) ? 0 : alert_add(db, alert->id, item, err);
}

static int note_for(struct db *db, const struct setup *setup, const struct alert *alert,
                    const struct stored_event *event, const json_t *data, struct arena *arena, struct error *err)
{
	const struct alert_word *end = alert_word_ended_by(event->kind), *word = end ? end : alert_word_of(event->kind);
	bool begins = !end && word && word->ends, is_wanted = alert_wants(alert, event->kind);
	struct alert_item item = {.kind = event->kind,
	                          .subject = subject_of(event, word, data, arena),
	                          .account = event->account,
	                          .number = event->number,
	                          .at = event->at,
	                          .data = event->data};
	int r;

	if (end)
		return note_end(db, setup, alert, event, end, &item, err);
	if (!is_told(setup, alert, event, &item, is_wanted || (begins && alert_wants(alert, word->ends))))
		return 0;
	r = is_about_alert(db, event, data, err);
	if (r != 0)
		return MIN(r, 0);
	if (begins)
		r = alert_failure_begin(db, alert->id, word->kind, item.subject, event->at, err);
	return r < 0 || (begins && !is_wanted) ? r : alert_add(db, alert->id, &item, err);
}

static bool is_off(const struct setup *setup, const char *kind, const char *id)
{
	const struct listener *listener = strcmp(kind, "listener") == 0 ? setup_listener(setup, id) : NULL;
	const struct inlet *inlet = strcmp(kind, "inlet") == 0 ? setup_inlet(setup, id) : NULL;
	const struct account *account = strcmp(kind, "account") == 0 ? setup_account(setup, id) : NULL;

	return (listener && !listener->enabled) || (inlet && !inlet->enabled) || (account && !account->send.enabled);
}

/* What was deleted or switched off doesn't fail any more, and nobody will tell so. */
static int note_end_of_part(struct db *db, const struct setup *setup, const struct stored_event *event,
                            const json_t *data, struct error *err)
{
	static const char *const kinds[][2] = {
	        {"listener", "listener.failed"}, {"account", "sender.failed"}, {"inlet", "inlet.failed"}};
	bool deleted = strcmp(event->kind, "record.deleted") == 0, changed = strcmp(event->kind, "record.changed") == 0;
	const char *kind = text_of(data, "kind"), *id = text_of(data, "id");

	if (!deleted && !(changed && is_off(setup, kind, id)))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kind, kinds[i][0]) == 0)
			return alert_failure_drop(db, kinds[i][1], id, err);
	return 0;
}

static int note_event(struct db *db, const struct setup *setup, const struct stored_event *event, struct error *err)
{
	const void *const *alerts;
	size_t n = setup_list(setup, &alert_type, &alerts);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	json_t *data CLEANUP(json_decrefp) = json_loadb(event->data.p, event->data.n, 0, NULL);
	int r = note_end_of_part(db, setup, event, data, err);

	for (size_t i = 0; i < n && r >= 0; i++)
		r = note_for(db, setup, alerts[i], event, data, arena, err);
	return MIN(r, 0);
}

int alerts_note(struct db *db, const struct setup *setup, const struct stored_event *events, size_t n,
                struct error *err)
{
	const void *const *alerts;
	size_t count = setup_list(setup, &alert_type, &alerts);
	int r = 0;

	for (size_t i = 0; i < n && count && r == 0; i++)
		r = note_event(db, setup, &events[i], err);
	return r;
}

/* ---------------------------------------------------------------- the mail */

struct setting_aside {
	struct work work;
	const char *alert;
};

static int run_setting_aside(struct work *work, struct db *db, struct error *err)
{
	return alert_set_aside(db, ((const struct setting_aside *)(const void *)work)->alert, err);
}

/* Nothing is kept of a first run that was undone. */
static void set_aside_again(struct work *work UNUSED)
{
}

struct told {
	const char *alert;
	const struct alert_item *items;
	size_t n;
};

/* With the letter, or not at all. */
static int note_mailed(void *ctx, struct db *db, int64_t outbox_id, struct error *err)
{
	const struct told *told = ctx;
	int r = alert_mailed(db, told->alert, told->items, told->n, outbox_id, clock_now_ms(), err);

	return r ? MIN(r, 0)
	         : fail(err, E_CONFLICT, RETRY_LATER, "alert %s: another process has written this mail", told->alert);
}

static int write_mail(const struct alerts_mailing *m, const struct alert *alert, const struct account *account,
                      const struct alert_item *items, size_t n, struct arena *arena, struct error *err)
{
	static const struct draft_header headers[] = {
	        {"Auto-Submitted", STR_INIT("auto-generated")},
	        {"X-Auto-Response-Suppress", STR_INIT("All")},
	};
	struct buf subject CLEANUP(buf_done) = BUF_INIT(KIB(4)), text CLEANUP(buf_done) = BUF_INIT(KIB(256));
	struct told told = {alert->id, items, n};
	struct address *to = ARENA_ARRAY(arena, struct address, alert->to.count);
	struct letter letter = {.setup = m->setup,
	                        .account = account,
	                        .to = to,
	                        .to_count = alert->to.count,
	                        .kind = "alert",
	                        .headers = headers,
	                        .header_count = ARRAY_LEN(headers),
	                        .along = note_mailed,
	                        .ctx = &told};
	struct letter_result result;

	for (size_t i = 0; i < alert->to.count; i++)
		to[i] = (struct address){.address = str_of(alert->to.items[i])};
	alert_compose(alert, items, n, m->studio, &subject, &text);
	letter.subject = buf_str(&subject);
	letter.text = buf_str(&text);
	return letter_send(m->store, m->db, &letter, arena, &result, err);
}

/* Who sends it; NULL: nobody can at the moment, and it isn't too late yet. */
static int choose_account(const struct alerts_mailing *m, const struct alert *alert, int64_t waited_ms,
                          const struct account **ret_account, struct error *err)
{
	const struct account *first = setup_account(m->setup, alert->account),
	                     *other = setup_account(m->setup, alert->other_account);
	int r = status_is_failing(m->db, "sender", alert->account, err);

	if (r < 0)
		return r;
	*ret_account = r == 0 || (!other && waited_ms > PATIENT_MS) ? first : other;
	return 0;
}

static bool is_due(const struct alerts_mailing *m, const struct alert *alert, const struct alert_state *state,
                   int64_t now)
{
	int64_t since_mail = now - state->mailed_at;

	if (!state->waiting)
		return false;
	if (!state->is_tried && state->mailed_at && since_mail >= 0 && since_mail < MINUTES_MS(alert->interval_minutes))
		return false;
	return m->at_once || now < state->first_at || now - state->first_at >= SETTLE_MS;
}

static int mail_alert(const struct alerts_mailing *m, const struct alert *alert, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct setting_aside aside = {.work = {.run = run_setting_aside, .again = set_aside_again}, .alert = alert->id};
	const struct account *account = NULL;
	struct alert_item *items;
	struct alert_state state;
	int64_t now = clock_now_ms();
	int n, r = alert_state_get(m->db, alert->id, &state, err);

	if (r < 0 || !is_due(m, alert, &state, now))
		return r;
	r = choose_account(m, alert, now - state.first_at, &account, err);
	if (r == 0 && account)
		r = store_do(m->store, &aside.work, err);
	if (r < 0 || !account)
		return r;
	n = alert_items(m->db, alert->id, arena, &items, err);
	if (n <= 0)
		return n;
	r = write_mail(m, alert, account, items, (size_t)n, arena, err);
	return r == E_CONFLICT ? 0 : r;
}

int alerts_mail(const struct alerts_mailing *mailing, struct error *err)
{
	const void *const *alerts;
	size_t n = setup_list(mailing->setup, &alert_type, &alerts);
	int first = 0, r = n ? alerts_wait(mailing->db, err) : 0;

	if (r <= 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		const struct alert *alert = alerts[i];
		struct error one;

		r = alert->enabled ? mail_alert(mailing, alert, &one) : 0;
		if (r < 0 && first == 0) {
			first = r;
			*err = one;
			error_prefix(err, "alert %s", alert->id);
		}
	}
	return first;
}

/* ---------------------------------------------------------------- how they stand */

int alert_try(struct db *db, const char *alert, const char *author, struct error *err)
{
	const struct new_event event = {.kind = "alert.test", .author = author, .at = clock_now_ms()};

	return event_add_data(db, &event, json_pack("{s:s}", "alert", alert), err);
}

static void read_kinds(const struct alert *alert, struct arena *arena, struct alert_standing *standing)
{
	size_t count = 0;

	while (event_kinds[count].name)
		count++;
	standing->kinds = ARENA_ARRAY(arena, const char *, count);
	for (size_t i = 0; i < count; i++) {
		const struct alert_word *word = alert_word_ended_by(event_kinds[i].name);

		if (alert_wants(alert, event_kinds[i].name) && !alert_never_tells(event_kinds[i].name) &&
		    !str_ends_nocase(str_of(event_kinds[i].name), STR(".test")) &&
		    !(word && alert_wants(alert, word->kind)))
			standing->kinds[standing->kind_count++] = event_kinds[i].name;
	}
}

static int read_sender(struct db *db, const struct alert *alert, struct alert_standing *standing, struct error *err)
{
	int r = status_is_failing(db, "sender", alert->account, err);

	standing->sender = alert->account;
	if (r > 0 && *alert->other_account) {
		standing->sender = alert->other_account;
		r = status_is_failing(db, "sender", alert->other_account, err);
	}
	standing->sender_fails = r > 0;
	return MIN(r, 0);
}

int alert_standing_get(struct db *db, const struct alert *alert, struct arena *arena, struct alert_standing *ret,
                       struct error *err)
{
	struct alert_standing standing = {.sender = ""};
	int n, r = alert_state_get(db, alert->id, &standing.state, err);

	if (r == 0)
		r = read_sender(db, alert, &standing, err);
	if (r < 0)
		return r;
	n = alert_failures(db, alert->id, ALERT_FAILURES_SHOWN, arena, &standing.failures, err);
	if (n < 0)
		return n;
	standing.failure_count = (size_t)n;
	read_kinds(alert, arena, &standing);
	if (standing.state.waiting)
		standing.next_at = MAX(standing.state.first_at + SETTLE_MS,
		                       standing.state.mailed_at && !standing.state.is_tried
		                               ? standing.state.mailed_at + MINUTES_MS(alert->interval_minutes)
		                               : 0);
	*ret = standing;
	return 0;
}
