/* A service rule tried with a message that is typed, uploaded or stored: what would become of it, and why. Nothing is
 * kept. */
#include "api/routes.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "intake/trial.h"
#include "mime/build.h"
#include "setup/setup.h"
#include "store/messages.h"

#define MAX_RAW MIB(1)

/* ---------------------------------------------------------------- what is asked */

struct trial_order {
	json_t *rule;
	const char *rule_id, *listener, *account;
	int64_t stored;
	const char *raw;
	struct typed_mail {
		const char *from, *to, *subject, *text, *in_reply_to;
	} mail;
};

/* clang-format off */
static const struct field mail_fields[] = {
	FIELD_TEXT(struct typed_mail, from, "From", .max = 320, .example = "Ann <ann@example.com>"),
	FIELD_TEXT(struct typed_mail, to, "To", .max = 320, .example = "support@example.com", .help = "Empty: the account's address"),
	FIELD_TEXT(struct typed_mail, subject, "Subject", .max = 900),
	FIELD_TEXT(struct typed_mail, text, "Text", .multiline = true, .max = 200000),
	FIELD_TEXT(struct typed_mail, in_reply_to, "Answer to", .max = 900, .help = "A Message-ID, without <>"),
};

static const struct field order_fields[] = {
	FIELD_JSON(struct trial_order, rule, "Rule", .help = "One that isn't stored, as for PUT /api/v1/rules/{id}"),
	FIELD_TEXT(struct trial_order, rule_id, "Stored rule", .max = 64, .example = "support", .help = "Instead of that; empty: the listener's"),
	FIELD_TEXT(struct trial_order, listener, "Listener", .max = 64, .example = "support", .help = "As whose mail it is handled"),
	FIELD_TEXT(struct trial_order, account, "Account", .max = 64, .example = "support", .help = "Whose mail it is, where no listener is named"),
	FIELD_SECTION(struct trial_order, mail, mail_fields, "Typed mail"),
	FIELD_TEXT(struct trial_order, raw, "Uploaded mail", .max = MAX_RAW / 3 * 4 + 8, .example = "U3ViamVjdDogT3JkZXI6IHBhcGVyDQoNClR3byBib3hlcywgcGxlYXNlLg==", .help = "A whole mail in base64, instead"),
	FIELD_INT(struct trial_order, stored, "Stored message", .help = "The id of a message, instead"),
};
/* clang-format on */

static const struct record_type order_type =
        RECORD_TYPE("rule_trial", "rule_trials", struct trial_order, order_fields, "Trial of a rule",
                    .example = "{\"listener\": \"support\", \"mail\": {\"from\": \"Ann <ann@example.com>\", "
                               "\"subject\": \"Order: paper\", \"text\": \"Two boxes, please.\"}}");

/* ---------------------------------------------------------------- what is answered */

struct value_view {
	const char *target, *value, *source;
};

struct trial_view {
	const char *state, *outcome, *case_number, *fault, *branch, *case_type, *activity, *mapping_error;
	const char *automatic, *answer_subject, *answer_text, *no_answer;
	bool answered, rule_run;
	struct text_list signs, threading, trace;
	struct record_list values;
};

/* clang-format off */
static const struct field value_fields[] = {
	FIELD_TEXT(struct value_view, target, "Field"),
	FIELD_TEXT(struct value_view, value, "Value"),
	FIELD_TEXT(struct value_view, source, "Source"),
};

static const struct field view_fields[] = {
	FIELD_TEXT(struct trial_view, state, "State", .help = "committed, acknowledged, held, failed"),
	FIELD_TEXT(struct trial_view, outcome, "Outcome", .help = "created, updated, reopened, filed, discarded …"),
	FIELD_TEXT(struct trial_view, case_number, "Case", .help = "That would be opened or joined"),
	FIELD_TEXT(struct trial_view, fault, "Fault", .help = "Why it fails or is held"),
	FIELD_TEXT(struct trial_view, automatic, "Written by", .help = "none: a person; auto-reply, newsletter …"),
	FIELD_TEXTS(struct trial_view, signs, "Signs of a machine"),
	FIELD_TEXTS(struct trial_view, threading, "What was found of cases"),
	FIELD_BOOL(struct trial_view, rule_run, "It came to its rule", .help = "Mail by machines, reports and blocked senders doesn't"),
	FIELD_TEXT(struct trial_view, branch, "Branch"),
	FIELD_TEXT(struct trial_view, activity, "Activity"),
	FIELD_TEXT(struct trial_view, case_type, "Case type"),
	FIELD_LIST(struct trial_view, values, struct value_view, value_fields, "Values"),
	FIELD_TEXT(struct trial_view, mapping_error, "Mapping error"),
	FIELD_TEXTS(struct trial_view, trace, "Step by step"),
	FIELD_BOOL(struct trial_view, answered, "It is answered"),
	FIELD_TEXT(struct trial_view, answer_subject, "Answer's subject"),
	FIELD_TEXT(struct trial_view, answer_text, "Answer's text"),
	FIELD_TEXT(struct trial_view, no_answer, "Why no answer", .help = "automatic, own-mail, no-response …: as in the ledger"),
};
/* clang-format on */

static const struct record_type view_type =
        RECORD_TYPE("rule_trial_result", "rule_trial_results", struct trial_view, view_fields, "What became of it");

static const char *cstr(struct arena *arena, struct str text)
{
	return arena_cstr(arena, text);
}

static struct text_list texts_of(struct arena *arena, const struct str *texts, size_t n)
{
	struct text_list list = {ARENA_ARRAY(arena, const char *, n), n};

	for (size_t i = 0; i < n; i++)
		list.items[i] = cstr(arena, texts[i]);
	return list;
}

static struct text_list lines_of(struct arena *arena, struct str text)
{
	struct text_list list = {0};
	struct str line;
	size_t size = 0;

	while (str_split(&text, '\n', &line)) {
		if (!line.n)
			continue;
		ARENA_ROOM(arena, list.items, list.count, size);
		list.items[list.count++] = cstr(arena, line);
	}
	return list;
}

static struct record_list values_of(struct arena *arena, const struct rule_result *result)
{
	struct value_view *values = ARENA_ARRAY(arena, struct value_view, result->value_count);

	for (size_t i = 0; i < result->value_count; i++)
		values[i] = (struct value_view){result->values[i].target, cstr(arena, result->values[i].value),
		                                result->values[i].source};
	return (struct record_list){values, result->value_count};
}

static int answer_trial(struct request *request, struct answer *answer, const struct trial *trial, struct error *err)
{
	static const char *const activities[] = {"create-case", "file", "discard"};
	struct arena *arena = request->arena;
	const struct branch *branch = trial->rule.branch;
	const struct trial_view view = {
	        .state = trial->state,
	        .outcome = trial->outcome,
	        .case_number = trial->case_number,
	        .fault = cstr(arena, trial->fault),
	        .automatic = auto_kind_word(trial->automatic.kind),
	        .signs = texts_of(arena, trial->automatic.signs, trial->automatic.sign_count),
	        .threading = lines_of(arena, trial->threading),
	        .rule_run = trial->has_rule_run,
	        .branch = branch ? branch->name : "",
	        .activity = branch ? activities[branch->activity] : "",
	        .case_type = branch ? branch->case_type : "",
	        .values = values_of(arena, &trial->rule),
	        .mapping_error = cstr(arena, trial->rule.mapping_error),
	        .trace = texts_of(arena, trial->rule.trace, trial->rule.trace_count),
	        .answered = trial->answered,
	        .answer_subject = cstr(arena, trial->answer_subject),
	        .answer_text = cstr(arena, trial->answer_text),
	        .no_answer = trial->no_answer,
	};

	return answer_record(answer, &view_type, &view, err);
}

/* ---------------------------------------------------------------- the mail */

static int read_upload(const struct trial_order *order, struct buf *out, struct error *err)
{
	if (!base64_decode(out, str_of(order->raw)) || !out->n)
		return fail(err, E_INVALID, RETRY_NEVER, "raw: is not base64");
	return 0;
}

static int read_stored(struct request *request, const struct trial_order *order, struct buf *out, struct error *err)
{
	const char *what = arena_printf(request->arena, "message %lld", (long long)order->stored).p;
	struct stored_message message;
	int r = message_get(request->db, order->stored, request->arena, &message, err);

	if (r < 0)
		return r;
	if (r == 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no %s", what);
	if (!caller_may(&request->caller, RIGHT_CASES_READ))
		return fail(err, E_REFUSED, RETRY_NEVER, "stored: it takes the right %s", right_name(RIGHT_CASES_READ));
	r = caller_check_on(&request->caller, message.account, ACCOUNT_READ, what, err);
	if (r >= 0)
		r = raw_get(request->db, order->stored, out, err);
	return r >= 0 && !out->n ? fail(err, E_NOT_FOUND, RETRY_NEVER, "%s isn't kept as it was", what) : r;
}

static int build_typed(struct request *request, const struct trial_order *order, const struct account *account,
                       struct buf *out, struct error *err)
{
	const struct typed_mail *mail = &order->mail;
	const struct address to = {.address = str_of(*mail->to ? mail->to : account->send.address)};
	const struct address_list from = address_list_parse(request->arena, str_of(mail->from));
	const struct draft draft = {
	        .from = from.count ? from.items[0] : (struct address){.address = STR("somebody@example.com")},
	        .to = &to,
	        .to_count = to.address.n ? 1 : 0,
	        .subject = str_of(mail->subject),
	        .message_id = arena_printf(request->arena, "trial-%lld@example.com", (long long)clock_mono_us()),
	        .in_reply_to = str_of(mail->in_reply_to),
	        .date = clock_now_ms(),
	        .text = str_of(mail->text),
	};

	return draft_build(&draft, out, err);
}

static int read_mail(struct request *request, const struct trial_order *order, const struct account *account,
                     struct buf *out, struct error *err)
{
	if (*order->raw)
		return read_upload(order, out, err);
	return order->stored ? read_stored(request, order, out, err) : build_typed(request, order, account, out, err);
}

/* ---------------------------------------------------------------- the rule and its listener */

static int imagine(struct request *request, struct trial_order *order, struct setup **ret_setup, struct error *err)
{
	json_t *document CLEANUP(json_decrefp) = NULL;
	const char *id = json_string_value(json_object_get(order->rule, "id"));

	if (!json_is_object(order->rule))
		return setup_load(request->db, request->sealer, ret_setup, err);
	order->rule_id = id && *id         ? arena_cstr(request->arena, str_of(id))
	                 : *order->rule_id ? order->rule_id
	                                   : "trial";
	document = json_pack("{s:{s:O}}", service_rule_type.plural, order->rule_id, order->rule);
	return setup_imagine(request->db, request->sealer, document, ret_setup, err);
}

/* The one named, else one as it would be made for the account. */
static int find_listener(const struct setup *setup, const struct trial_order *order, struct listener *ret,
                         struct error *err)
{
	const struct listener *named = *order->listener ? setup_listener(setup, order->listener) : NULL;
	const void *const *accounts;
	const char *account = order->account;

	if (*order->listener && !named)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "there is no listener \"%.64s\"", order->listener);
	if (!named && !*account && setup_list(setup, &account_type, &accounts) > 0)
		account = record_id(&account_type, accounts[0]);
	if (!named && !setup_account(setup, account))
		return fail(err, E_INVALID, RETRY_NEVER, "account: there is none: name a listener or an account");
	*ret = named ? *named
	             : (struct listener){.id = "trial",
	                                 .name = "",
	                                 .account = account,
	                                 .folder = "INBOX",
	                                 .rule = "",
	                                 .operator_id = "",
	                                 .since = "",
	                                 .after_folder = "",
	                                 .failed_folder = "",
	                                 .after = AFTER_LEAVE,
	                                 .tries = 3,
	                                 .retry_minutes = 5,
	                                 .max_message_mb = 50};
	if (*order->rule_id)
		ret->rule = order->rule_id;
	if (!setup_rule(setup, ret->rule))
		return fail(err, E_INVALID, RETRY_NEVER, "rule_id: there is no rule \"%.64s\"", ret->rule);
	return 0;
}

static int try_mail(struct request *request, struct answer *answer, struct trial_order *order,
                    const struct setup *setup, struct error *err)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(64));
	struct listener listener;
	struct trial trial;
	int r = find_listener(setup, order, &listener, err);

	if (r == 0)
		r = caller_check_on(&request->caller, listener.account, ACCOUNT_READ,
		                    arena_printf(request->arena, "account \"%.64s\"", listener.account).p, err);
	if (r == 0)
		r = read_mail(request, order, setup_account(setup, listener.account), &raw, err);
	if (r < 0)
		return r;
	const struct trial_options options = {.store = request->store,
	                                      .db = request->db,
	                                      .setup = setup,
	                                      .listener = &listener,
	                                      .raw = buf_str(&raw)};
	r = intake_trial(&options, &trial, err);
	if (r < 0)
		return r;
	r = answer_trial(request, answer, &trial, err);
	trial_done(&trial);
	return r;
}

static int try_rule(struct request *request, struct answer *answer, struct error *err)
{
	struct setup *setup CLEANUP(setup_freep) = NULL;
	void *order;
	int r = request_record(request, &order, err);

	if (r < 0)
		return r;
	r = imagine(request, order, &setup, err);
	if (r >= 0)
		r = try_mail(request, answer, order, setup, err);
	record_done(&order_type, order);
	return r;
}

const struct route rules_try_routes[] = {
        {.method = API_POST,
         .path = "/api/v1/rules/try",
         .id = "tryRule",
         .tag = "Rules",
         .summary = "What would become of a mail by a rule, and why; nothing is kept",
         .description = "The mail is typed, uploaded or a stored one; the rule is stored or a form's. It goes the "
                        "whole way of a mail "
                        "that arrives: classified, brought to its case, by the rule to its activity and answer.",
         .right = RIGHT_RULES_MANAGE,
         .body = &order_type,
         .body_max = MIB(4),
         .answer = &view_type,
         .handle = try_rule},
        {0},
};
