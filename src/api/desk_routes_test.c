/* Whose turn it is in a case, and what agents choose from, with mail that was really taken in. */
#include "api/test_api.h"

#include "intake/test_office.h"
#include "mime/message.h"
#include "store/messages.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    name: Support\n"
        "    send: {address: support@example.com, host: mail.example.com}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "  sales:\n"
        "    name: Sales\n"
        "    send: {address: sales@example.com, aliases: [offers@example.com], host: mail.example.com}\n"
        "    receive: {host: mail.example.com, user: sales, password: pw}\n"
        "case_types:\n"
        "  request:\n"
        "    name: Request\n"
        "    number_mask: 'SUP-{number:5}'\n"
        "    statuses: [{id: open, name: Open}, {id: done, name: Done, resolved: true}]\n"
        "templates:\n"
        "  ack: {name: Ack, text: 'It is {{case.number}}.'}\n"
        "  new: {name: New, subject: 'For {{contact.name}}',"
        " text: \"Dear {{contact.name}},\\n\\n{{text}}\\n\\n{{account.name}} ({{case.number}})\"}\n"
        "rules:\n"
        "  support: {name: Support, branches: [{name: all mail, activity: create-case, case_type: request}]}\n"
        "listeners:\n"
        "  inbox: {name: Inbox, account: support, rule: support}\n"
        "  sales: {name: Sales, account: sales, rule: support}\n";

struct desk {
	struct office office;
	struct test_api *api;
	struct test_caller seller;
};

static void open_desk(struct desk *desk, struct store *store)
{
	struct office *o = &desk->office;

	open_office_with(o, store, set_up);
	desk->api = test_api_new(store);
	test_caller_init(&desk->seller, "sam", RIGHT_BIT(RIGHT_CASES_READ), "sales", ACCOUNT_READ);
	must_become(o, mail(o, "anna", "1", "Printer smokes", "", "It smokes."), "created");
	must_become(o, mail(o, "bob", "2", "Invoice", "", "Please send it."), "created");
	assert_ok(take_in_at(o, "sales", mail(o, "carl", "3", "Offer", "", "How much?")), &o->err);
}

static void close_desk(struct desk *desk)
{
	test_api_free(desk->api);
	close_office(&desk->office);
}

#define CALL(name, desk, caller, ...) \
	struct test_answer *name CLEANUP(test_answer_freep) = test_api_call((desk)->api, caller, __VA_ARGS__)
#define GET(name, desk, what) CALL(name, desk, &test_administrator, what, NULL)

/* The last mail by a person says whose turn it is; what a machine writes doesn't, and a case that is done waits for
 * nobody. */
static void check_turns(struct store *store)
{
	struct desk desk;
	struct office *o = &desk.office;

	open_desk(&desk, store);
	GET(begin, &desk, "GET /api/v1/desk");
	assert_int_equal(test_number(begin, "waiting_for_us"), 3);
	assert_int_equal(test_number(begin, "waiting_for_contact"), 0);
	assert_string_equal(test_text(begin, "case_types/0/statuses/1/name"), "Done");
	assert_string_equal(test_text(begin, "templates/0/id"), "ack");
	CALL(reply, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", "{\"text\": \"Off?\"}");
	assert_int_equal(reply->status, 201);
	GET(theirs, &desk, "GET /api/v1/cases?waits_for=contact");
	assert_int_equal(json_array_size(test_json(theirs, "items")), 1);
	assert_string_equal(test_text(theirs, "items/0/number"), "SUP-00001");
	assert_string_equal(test_text(theirs, "items/0/status_name"), "Open");
	must_become(o,
	            mail(o, "anna", "5", "Re: Printer smokes",
	                 "Auto-Submitted: auto-replied\r\nIn-Reply-To: <1@example.org>\r\n", "I am away."),
	            "filed");
	GET(both, &desk, "GET /api/v1/cases?open=true&limit=2");
	assert_int_equal(json_array_size(test_json(both, "items")), 2);
	assert_string_equal(test_text(both, "items/0/number"), "SUP-00001");
	assert_string_equal(test_text(both, "items/1/number"), "SUP-00003");
	GET(rest, &desk, arena_printf(o->arena, "GET /api/v1/cases?open=true&cursor=%s", test_text(both, "next")).p);
	assert_int_equal(json_array_size(test_json(rest, "items")), 1);
	assert_string_equal(test_text(rest, "items/0/number"), "SUP-00002");
	GET(away, &desk, "GET /api/v1/cases?waits_for=contact&account=support");
	assert_int_equal(json_array_size(test_json(away, "items")), 1);
	must_become(o, mail(o, "anna", "6", "Re: Printer smokes", "In-Reply-To: <1@example.org>\r\n", "Yes."),
	            "updated");
	GET(ours, &desk, "GET /api/v1/cases/SUP-00001");
	assert_string_equal(test_text(ours, "waits_for"), "us");
	CALL(done, &desk, &test_administrator, "PATCH /api/v1/cases/SUP-00001", "{\"status\": \"done\"}");
	assert_string_equal(test_text(done, "waits_for"), "");
	CALL(seen, &desk, &desk.seller.caller, "GET /api/v1/desk", NULL);
	assert_int_equal(test_number(seen, "waiting_for_us"), 1);
	assert_int_equal(json_array_size(test_json(seen, "accounts")), 1);
	assert_string_equal(test_text(seen, "accounts/0/from/1"), "offers@example.com");
	assert_true(json_is_false(test_json(seen, "accounts/0/may_write")));
	CALL(wrong, &desk, &test_administrator, "GET /api/v1/cases?waits_for=nobody", NULL);
	assert_int_equal(wrong->status, 400);
	close_desk(&desk);
}

/* Which rule and which of its branches decided stands with what happened. */
static void check_branch(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	GET(all, &desk, "GET /api/v1/cases/SUP-00001/messages");
	GET(why, &desk,
	    arena_printf(desk.office.arena, "GET /api/v1/messages/%lld/why", (long long)test_number(all, "items/0/id"))
	            .p);
	assert_string_equal(test_text(why, "events/0/data/rule"), "support");
	assert_string_equal(test_text(why, "events/0/data/branch"), "all mail");
	close_desk(&desk);
}

/* ---------------------------------------------------------------- writing */

/* The answer's status, with its body where that isn't the one wanted. */
static void check_status(const struct test_answer *answer, int want)
{
	if (answer->status != want)
		print_error("%d: " STR_FMT "\n", answer->status, STR_ARG(answer->body));
	assert_int_equal(answer->status, want);
}

static const char *line(struct desk *desk, const char *before, int64_t id, const char *behind)
{
	return arena_printf(desk->office.arena, "%s/%lld%s", before, (long long)id, behind).p;
}

static const struct message *written(struct desk *desk, const struct test_answer *answer)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(1));
	struct office *o = &desk->office;

	assert_int_equal(raw_get(o->db, test_number(answer, "message"), &raw, &o->err), 1);
	return message_parse(o->arena, arena_str(o->arena, buf_str(&raw)), NULL);
}

/* Who wrote a mail may stop it while it waits, as long as they may write for its account; nothing else, and nobody
 * else's. */
static void check_own_mail(struct store *store)
{
	const uint64_t writes = RIGHT_BIT(RIGHT_CASES_READ) | RIGHT_BIT(RIGHT_CASES_WRITE);
	struct test_caller room, colleague, program, demoted;
	const struct caller *sam;
	struct desk desk;
	const char *cancel, *retry;

	open_desk(&desk, store);
	sam = test_caller_init(&room, "sam", writes, "sales", ACCOUNT_SEND);
	CALL(mine, &desk, sam, "POST /api/v1/cases/SUP-00003/reply", "{\"text\": \"Ten.\"}");
	cancel = line(&desk, "POST /api/v1/outbox", test_number(mine, "outbox"), "/cancel");
	retry = line(&desk, "POST /api/v1/outbox", test_number(mine, "outbox"), "/retry");
	GET(said, &desk, line(&desk, "GET /api/v1/messages", test_number(mine, "message"), ""));
	assert_string_equal(test_text(said, "written_by"), "sam");
	CALL(other, &desk, test_caller_init(&colleague, "sue", writes, "sales", ACCOUNT_SEND), cancel, NULL);
	check_status(other, 403);
	CALL(narrow, &desk, test_caller_init(&program, "sam", RIGHT_BIT(RIGHT_CASES_READ), "sales", ACCOUNT_SEND),
	     cancel, NULL);
	check_status(narrow, 403);
	assert_non_null(strstr(test_text(narrow, "detail"), "outbox.manage"));
	CALL(reads, &desk, test_caller_init(&demoted, "sam", writes, "sales", ACCOUNT_READ), cancel, NULL);
	check_status(reads, 403);
	CALL(gone, &desk, test_caller_init(&demoted, "sam", writes, "support", ACCOUNT_SEND), cancel, NULL);
	check_status(gone, 404);
	assert_ok(db_exec(desk.office.db, "UPDATE outbox SET state = 'uncertain'", DB_NO_ARGS, &desk.office.err),
	          &desk.office.err);
	CALL(doubt, &desk, sam, cancel, NULL);
	check_status(doubt, 409);
	assert_ok(db_exec(desk.office.db, "UPDATE outbox SET state = 'later'", DB_NO_ARGS, &desk.office.err),
	          &desk.office.err);
	CALL(hurry, &desk, sam, retry, NULL);
	check_status(hurry, 403);
	CALL(done, &desk, sam, cancel, NULL);
	check_status(done, 200);
	assert_string_equal(test_text(done, "state"), "cancelled");
	assert_string_equal(test_text(done, "written_by"), "sam");
	CALL(twice, &desk, sam, cancel, NULL);
	check_status(twice, 409);
	close_desk(&desk);
}

/* What a template makes of new mail is seen before it is sent, with what is typed so far. */
static void check_new_mail_preview(struct store *store)
{
	static const char begun[] = "{\"account\": \"support\", \"template\": \"new\", \"to\": [\"Zoe <zoe@exa\"]}";
	static const char typed[] = "{\"account\": \"support\", \"template\": \"new\", \"text\": \"See you.\","
	                            " \"to\": [\"Zoe <zoe@example.net>, Bo <bo@example.net>\"]}";
	struct test_caller room;
	struct desk desk;

	open_desk(&desk, store);
	CALL(early, &desk, &test_administrator, "POST /api/v1/mail/preview", begun);
	check_status(early, 200);
	CALL(seen, &desk, &test_administrator, "POST /api/v1/mail/preview", typed);
	check_status(seen, 200);
	assert_string_equal(test_text(seen, "subject"), "For Zoe");
	assert_string_equal(test_text(seen, "text"), "Dear Zoe,\n\nSee you.\n\nSupport ()");
	assert_string_equal(test_text(seen, "to/1"), "bo@example.net");
	assert_string_equal(test_text(seen, "empty/0"), "case.number");
	assert_false(test_has(seen, "empty/1"));
	CALL(sent, &desk, &test_administrator, "POST /api/v1/mail", typed);
	check_status(sent, 201);
	const struct message *m = written(&desk, sent);
	assert_str(m->subject, test_text(seen, "subject"));
	assert_str(str_trim(message_body_text(desk.office.arena, m)), test_text(seen, "text"));
	CALL(other, &desk, test_caller_init(&room, "sam", RIGHT_BIT(RIGHT_MAIL_SEND), "sales", ACCOUNT_SEND),
	     "POST /api/v1/mail/preview", typed);
	check_status(other, 404);
	CALL(none, &desk, &test_administrator, "POST /api/v1/mail/preview",
	     "{\"account\": \"support\", \"template\": \"lost\"}");
	check_status(none, 400);
	close_desk(&desk);
}

/* clang-format off */
#define EACH(name, check) static void name(void **state) { (void)state; test_store_each(check); }
EACH(whose_turn_it_is_follows_what_people_write, check_turns)
EACH(the_branch_that_decided_is_told, check_branch)
EACH(who_wrote_a_mail_may_stop_it_while_it_waits, check_own_mail)
EACH(new_mail_is_seen_as_it_is_sent, check_new_mail_preview)
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whose_turn_it_is_follows_what_people_write),
	        cmocka_unit_test(the_branch_that_decided_is_told),
	        cmocka_unit_test(who_wrote_a_mail_may_stop_it_while_it_waits),
	        cmocka_unit_test(new_mail_is_seen_as_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
