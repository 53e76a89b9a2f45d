/* See answer.h. RFC 3834 is the law for automatic answers. */
#include "intake/answer.h"

#include "base/clock.h"
#include "base/mail_address.h"
#include "cases/letter_values.h"
#include "cases/thread_marks.h"
#include "intake/blocked.h"
#include "intake/breaker.h"
#include "intake/no_answer.h"
#include "intake/sender.h"
#include "intake/written_to.h"
#include "mime/build.h"
#include "rules/render.h"
#include "send/carry.h"
#include "send/protect.h"
#include "setup/signing.h"
#include "store/automatic_mail.h"
#include "store/outbox.h"
#include "store/suppressions.h"

#define MAX_ANSWER MIB(1)

/* The first response that fits; `default` fits everything. NULL where none does. */
static const struct response *find_response(const struct service_rule *rule, enum response_when when)
{
	const struct response *all = rule->responses.items;

	for (size_t i = 0; i < rule->responses.count; i++)
		if (all[i].when == (int)when || all[i].when == WHEN_DEFAULT)
			return &all[i];
	return NULL;
}

/* RFC 5322 §3.6.2: an answer goes to Reply-To where there is one. */
static struct address answer_address(const struct message *m)
{
	return m->reply_to.count && m->reply_to.items[0].address.n ? m->reply_to.items[0] : m->from;
}

/* Ours, that it goes out from. */
static const char *our_address(const struct item *item)
{
	return address_written_to(item->place->account, item->message);
}

/* Why no answer may go out; NO_ANSWER_COUNT where one may. `template_id` "": none is meant to. */
static enum no_answer why_not(struct item *item, const char *template_id, struct address to,
                              const struct template **ret_template)
{
	const struct intake_place *place = item->place;

	if (item->is_blocked)
		return NO_ANSWER_BLOCKED;
	if (item->is_stranger)
		return NO_ANSWER_STRANGER;
	if (!*template_id)
		return NO_ANSWER_NO_RESPONSE;
	*ret_template = setup_template(place->setup, template_id);
	if (!*ret_template)
		return NO_ANSWER_NO_TEMPLATE;
	if (!place->account->send.enabled || !place->account->send.address[0])
		return NO_ANSWER_ACCOUNT_SILENT;
	if (item->automatic.kind != AUTO_NONE)
		return NO_ANSWER_AUTOMATIC;
	if (str_find_char(to.address, '@') <= 0)
		return NO_ANSWER_NO_ADDRESS;
	if (!item->automatic.answer_allowed)
		return NO_ANSWER_UNWANTED;
	if (setup_owns_address(place->setup, to.address))
		return NO_ANSWER_OWN_ADDRESS;
	if (is_never_answered(place->setup, to.address) || blocked_by(place->setup, item->message->from.address))
		return NO_ANSWER_BLOCKED;
	return sender_is_refused(item) ? NO_ANSWER_UNAUTHENTICATED : NO_ANSWER_COUNT;
}

static int is_suppressed(struct item *item, struct db *db, const char *to, struct error *err)
{
	struct suppression suppression;
	int r = suppression_find(db, str_of(to), item->place->account->id, clock_now_ms(), item->arena, &suppression,
	                         err);

	if (r > 0)
		no_answer(item, NO_ANSWER_SUPPRESSED,
		          arena_printf(item->arena, "the address is suppressed: " STR_FMT,
		                       STR_ARG(suppression_text(item->arena, &suppression)))
		                  .p);
	return r;
}

/* The same, as far as the store has to be asked. 1: the answer may go out; 0: not, and the reason is noted. */
static int is_due(struct item *item, struct db *db, const char *to, int64_t case_id, bool is_new_case,
                  struct error *err)
{
	int64_t sent;
	bool is_on;
	int r = automatic_mail_is_on(db, &is_on, err);

	if (r < 0)
		return r;
	if (!is_on) {
		no_answer(item, NO_ANSWER_SWITCHED_OFF, NULL);
		return 0;
	}
	r = outbox_count_answers(db, to, clock_now_ms() - HOURS_MS(1), &sent, err);
	if (r < 0)
		return r;
	if (sent >= item->place->account->send.answers_per_hour) {
		no_answer(item, NO_ANSWER_BUDGET, NULL);
		return 0;
	}
	r = is_suppressed(item, db, to, err);
	return r != 0 ? MIN(r, 0) : breaker_ask(item, db, to, case_id, is_new_case, err);
}

static const char *key_cstr(struct arena *arena, struct str address)
{
	char room[MAIL_ADDRESS_MAX];

	return arena_cstr(arena, mail_address_key(address, room));
}

/* Answers go out in clear: what the sender had encrypted, in this mail or an earlier one of the case, stays out of
 * them.
 */
static struct str public_subject(const struct item *item, struct str subject)
{
	return item->message->hides_subject ? STR("...") : subject;
}

static struct str public_topic(const struct item *item, struct str subject)
{
	return item->hides_topic ? STR("...") : public_subject(item, subject);
}

/* Only an account that can open mail has cases with such subjects. */
static int look_at_topic(struct item *item, struct db *db, const struct stored_case *c, struct error *err)
{
	const struct account *account = item->place->account;

	item->hides_topic = false;
	if (!c || (!*account->receive.smime.keystore && !*account->send.smime.keystore))
		return 0;
	return message_case_hides_subject(db, c->id, &item->hides_topic, err);
}

/* Rounded up: what is above a limit doesn't read as if it were just that. */
static struct str size_text(struct item *item)
{
	uint64_t tenths = (item->ledger.size * 10 + MIB(1) - 1) / MIB(1);

	return arena_printf(item->arena, "%llu.%llu MB", (unsigned long long)(tenths / 10),
	                    (unsigned long long)(tenths % 10));
}

/* The values a template may name. */
static size_t template_values(struct item *item, const struct stored_case *c, struct address to,
                              struct render_value **ret_values)
{
	const struct message *m = item->message;
	bool is_too_large = item->incoming && item->incoming->kind == INCOMING_TOO_LARGE;
	const struct letter_facts facts = {
	        .account = item->place->account,
	        .our_address = our_address(item),
	        .c = c,
	        .case_subject = c ? public_topic(item, c->subject) : STR(""),
	        .contact = to,
	        .message_subject = public_subject(item, m->subject),
	        .message_from = m->from.address,
	        .message_date = m->date ? m->date : item->ledger.received_at,
	        .message_size = is_too_large ? size_text(item) : STR(""),
	        .message_limit = is_too_large ? arena_printf(item->arena, "%lld MB",
	                                                     (long long)item->place->listener->max_message_mb)
	                                      : STR(""),
	        .text = STR(""),
	};

	return letter_values(item->arena, &facts, ret_values);
}

static int build_answer(struct item *item, const struct template *template, const struct stored_case *c,
                        struct address to, const struct thread_marks *marks, struct stored_message *stored,
                        struct buf *mime, struct error *err)
{
	struct draft_header headers[2 + ARRAY_LEN(marks->headers)] = {
	        {"Auto-Submitted", STR_INIT("auto-replied")},
	        {"X-Auto-Response-Suppress", STR_INIT("All")},
	};
	const struct account_send *send = &item->place->account->send;
	struct buf subject CLEANUP(buf_done) = BUF_INIT(KIB(2)), text CLEANUP(buf_done) = BUF_INIT(MAX_ANSWER),
	                   html CLEANUP(buf_done) = BUF_INIT(MAX_ANSWER);
	struct arena *arena = item->arena;
	struct str *references = ARENA_ARRAY(arena, struct str, item->message->reference_count + 1);
	size_t reference_count = item->message->reference_count;
	struct render_value *values;
	size_t n = template_values(item, c, to, &values);

	if (!render(template->subject, RENDER_LINE, values, n, &subject) ||
	    !render(template->text, RENDER_TEXT, values, n, &text) ||
	    !render(template->html, RENDER_HTML, values, n, &html))
		return fail_scope(err, SCOPE_MESSAGE, E_LIMIT, RETRY_NEVER, "template %s: the filled text is too long",
		                  template->id);
	stored->body_text = arena_str(arena, buf_str(&text));
	thread_marks_sign(marks, &text, &html);
	memcpy(headers + 2, marks->headers, marks->header_count * sizeof *headers);
	if (reference_count)
		memcpy(references, item->message->references, reference_count * sizeof *references);
	if (item->message->message_id.n)
		references[reference_count++] = item->message->message_id;
	const struct draft draft = {
	        .from = {str_of(send->display_name), str_of(our_address(item))},
	        .to = &to,
	        .to_count = 1,
	        .reply_to = &marks->reply_to,
	        .reply_to_count = marks->reply_to.address.n ? 1 : 0,
	        .subject = buf_str(&subject),
	        .message_id = marks->message_ident,
	        .in_reply_to = item->message->message_id,
	        .references = references,
	        .reference_count = reference_count,
	        .date = stored->created_at,
	        .text = buf_str(&text),
	        .html = buf_str(&html),
	        .headers = headers,
	        .header_count = 2 + marks->header_count,
	        .is_signed = account_signs(item->place->account),
	};
	stored->subject = arena_str(arena, buf_str(&subject));
	return draft_build(&draft, mime, err);
}

static const char *envelope_from(const struct item *item)
{
	bool is_null = item->place->account->send.answer_envelope == ANSWER_ENVELOPE_NONE;

	return is_null ? "" : our_address(item);
}

/* Message, raw mail and outbox row of the answer. */
static int store_answer(struct item *item, struct db *db, struct stored_message *stored, struct str mime,
                        const char *to, struct error *err)
{
	struct outbox_recipient recipient = {.address = to, .state = "queued", .reply = ""};
	struct packed packed;
	struct outbox_row row = {
	        .account = item->place->account->id,
	        .message_id = stored->id,
	        .case_id = stored->case_id,
	        .kind = "answer",
	        .answer_to = key_cstr(item->arena, str_of(to)),
	        .envelope_from = envelope_from(item),
	        .state = "queued",
	        .next_try_at = stored->created_at,
	        .reply = "",
	        .created_at = stored->created_at,
	        .recipients = &recipient,
	        .recipient_count = 1,
	};
	int r;

	stored->size = mime.n;
	r = message_insert(db, stored, err);
	if (r < 0)
		return r;
	packed_make(&packed, mime);
	r = raw_insert(db, stored->id, &packed, err);
	packed_done(&packed);
	if (r == 0 && stored->case_id)
		r = case_count_message(db, stored->case_id, err);
	if (r == 0)
		r = db_new_id(db, &row.id, err);
	return r < 0 ? r : outbox_insert(db, &row, err);
}

/* The answer as a mail; the reason stands in the ledger where there can't be one (0), 1: it is there. */
static int make_answer(struct item *item, struct db *db, const struct template *template, const struct stored_case *c,
                       struct address to, struct thread_marks *marks, struct stored_message *stored, struct buf *mime,
                       struct error *err)
{
	const struct account *account = item->place->account;
	const struct thread_marks_options options = {
	        .account = account,
	        .from = our_address(item),
	        .to = to.address,
	        .answered = item->message,
	        .topic = public_topic(item, item_text(item, c ? c->subject : item->message->subject)),
	        .at = clock_now_ms()};
	struct error unwritable;
	int r = thread_marks_make(db, item->arena, &options, marks, err);

	if (r < 0)
		return r;
	*stored = (struct stored_message){
	        .direction = "out",
	        .case_id = c ? c->id : 0,
	        .account = account->id,
	        .message_ident = marks->message_ident,
	        .from_address = str_of(our_address(item)),
	        .from_name = str_of(account->send.display_name),
	        .to_text = to.address,
	        .automatic = auto_kind_word(AUTO_REPLY),
	        .date = options.at,
	        .created_at = options.at,
	        .evidence = STR(""),
	};
	if (build_answer(item, template, c, to, marks, stored, mime, &unwritable) == 0)
		return 1;
	no_answer(item, NO_ANSWER_UNWRITABLE,
	          arena_printf(item->arena, "no answer can be written: %s", unwritable.text).p);
	return 0;
}

/* Signed and encrypted as the account says: 1; 0: that can't be, and the reason is noted: it doesn't go without. */
static int protect_answer(struct item *item, struct db *db, struct address to, struct buf *mime, struct error *err)
{
	const struct protect_options options = {.db = db,
	                                        .setup = item->place->setup,
	                                        .account = item->place->account,
	                                        .recipients = &to.address,
	                                        .recipient_count = 1,
	                                        .at = clock_now_ms()};
	struct error fault;

	if (!mail_protect_is_needed(options.account) || mail_protect(&options, mime, &fault) == 0)
		return 1;
	if (is_store_fault(&fault))
		return fail(err, fault.code, fault.retry, "%s", fault.text);
	no_answer(item, NO_ANSWER_UNPROTECTED, arena_printf(item->arena, "no answer: %s", fault.text).p);
	return 0;
}

/* By the provider that is to send it. */
static bool is_taken(struct item *item, struct address to, struct str mime)
{
	const char *recipient = arena_cstr(item->arena, to.address);
	struct error fault;

	if (mail_can_go(item->place->setup, item->place->account, mime, &recipient, 1, &fault) == 0)
		return true;
	no_answer(item, NO_ANSWER_UNWRITABLE, arena_printf(item->arena, "no answer: %s", fault.text).p);
	return false;
}

static int queue(struct item *item, struct db *db, const char *template_id, const struct stored_case *c,
                 bool is_new_case, struct error *err)
{
	struct address to = answer_address(item->message);
	struct buf mime CLEANUP(buf_done) = BUF_INIT(8 * MAX_ANSWER);
	const struct template *template = NULL;
	struct stored_message stored;
	struct thread_marks marks;
	enum no_answer reason;
	int r;

	item->ledger.response_at = clock_now_ms();
	if (item->answered_before) {
		item->ledger.answer = "queued";
		return 0;
	}
	reason = why_not(item, template_id, to, &template);
	if (reason != NO_ANSWER_COUNT) {
		no_answer(item, reason, NULL);
		return 0;
	}
	r = is_due(item, db, key_cstr(item->arena, to.address), c ? c->id : 0, is_new_case, err);
	if (r > 0 && look_at_topic(item, db, c, err) < 0)
		return err->code;
	if (r > 0)
		r = make_answer(item, db, template, c, to, &marks, &stored, &mime, err);
	if (r > 0)
		r = protect_answer(item, db, to, &mime, err);
	if (r <= 0)
		return r;
	if (!is_taken(item, to, buf_str(&mime)))
		return 0;
	item->stage = "answer";
	r = db_new_id(db, &stored.id, err);
	if (r == 0)
		r = store_answer(item, db, &stored, buf_str(&mime), arena_cstr(item->arena, to.address), err);
	if (r == 0 && c)
		r = thread_marks_keep(db, &marks, c->id, stored.id, err);
	if (r < 0)
		return r;
	item->ledger.answer = "queued";
	item->ledger.answer_code = "";
	return 0;
}

int answer_queue(struct item *item, struct db *db, enum response_when when, const struct stored_case *c,
                 struct error *err)
{
	const struct response *response = find_response(item->place->rule, when);

	return queue(item, db, response ? response->template_id : "", c, when == WHEN_CREATED, err);
}

int answer_queue_template(struct item *item, struct db *db, const char *template_id, struct error *err)
{
	return queue(item, db, template_id, NULL, false, err);
}
