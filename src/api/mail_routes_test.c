/* Cases, messages, answers, outbox, ledger and search as the API gives them, with mail that was really taken in. */
#include "api/test_api.h"

#include "base/clock.h"
#include "cases/search_index.h"
#include "intake/test_office.h"
#include "mime/message.h"
#include "store/messages.h"
#include "store/outbox.h"

#include "base/test.h"

static const char set_up[] =
        "accounts:\n"
        "  support:\n"
        "    name: Support\n"
        "    send: {address: support@example.com, aliases: [help@example.com], display_name: Support, host: "
        "mail.example.com}\n"
        "    receive: {host: mail.example.com, user: support, password: pw}\n"
        "  sales:\n"
        "    name: Sales\n"
        "    send: {address: sales@example.com, host: mail.example.com}\n"
        "    receive: {host: mail.example.com, user: sales, password: pw}\n"
        "case_types:\n"
        "  request:\n"
        "    name: Request\n"
        "    number_mask: 'SUP-{number:5}'\n"
        "    statuses: [{id: open, name: Open}, {id: done, name: Done, resolved: true}]\n"
        "    fields: [{id: order, name: Order}]\n"
        "templates:\n"
        "  ack: {name: Ack, subject: 'Re: {{message.subject}} [{{case.number}}]', text: 'Dear {{contact.name}}, "
        "{{text}} Order {{field.order}}. "
        "Yours, {{account.name}}'}\n"
        "rules:\n"
        "  support:\n"
        "    name: Support\n"
        "    branches:\n"
        "      - {activity: create-case, case_type: request, map: [{target: order, source: 'regex:body:order "
        "(\\S+)'}]}\n"
        "listeners:\n"
        "  inbox: {name: Inbox, account: support, rule: support}\n"
        "  sales: {name: Sales, account: sales, rule: support}\n";

struct desk {
	struct office office;
	struct test_api *api;
	struct test_caller seller, reader;
};

static void open_desk(struct desk *desk, struct store *store)
{
	open_office_with(&desk->office, store, set_up);
	desk->api = test_api_new(store);
	test_caller_init(&desk->seller, "sam",
	                 RIGHT_BIT(RIGHT_CASES_READ) | RIGHT_BIT(RIGHT_CASES_WRITE) | RIGHT_BIT(RIGHT_MAIL_SEND) |
	                         RIGHT_BIT(RIGHT_OUTBOX_READ) | RIGHT_BIT(RIGHT_LISTENERS_READ),
	                 "sales", ACCOUNT_SEND);
	test_caller_init(&desk->reader, "rita", RIGHT_BIT(RIGHT_CASES_READ) | RIGHT_BIT(RIGHT_CASES_WRITE), "support",
	                 ACCOUNT_READ);
}

static void close_desk(struct desk *desk)
{
	test_api_free(desk->api);
	close_office(&desk->office);
}

static struct test_answer *get(struct desk *desk, const char *what)
{
	return test_api_call(desk->api, &test_administrator, what, NULL);
}

/* The answer's status, with its body where that isn't the one wanted. */
static void check_status(const struct test_answer *answer, int want)
{
	if (answer->status != want)
		print_error("%d: " STR_FMT "\n", answer->status, STR_ARG(answer->body));
	assert_int_equal(answer->status, want);
}

#define CALL(name, desk, caller, ...) \
	struct test_answer *name CLEANUP(test_answer_freep) = test_api_call((desk)->api, caller, __VA_ARGS__)
#define GET(name, desk, what) struct test_answer *name CLEANUP(test_answer_freep) = get(desk, what)

static const char *line(struct desk *desk, const char *format, int64_t id)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(1));
	struct str rest = str_of(format), piece;

	assert_true(str_split(&rest, '#', &piece));
	buf_printf(&out, STR_FMT "%lld" STR_FMT, STR_ARG(piece), (long long)id, STR_ARG(rest));
	return arena_cstr(desk->office.arena, buf_str(&out));
}

/* ---------------------------------------------------------------- cases */

static void take_three(struct desk *desk)
{
	struct office *o = &desk->office;

	must_become(o, mail(o, "anna", "1", "Printer smokes", "", "It smokes. order A17"), "created");
	must_become(o, mail(o, "bob", "2", "Invoice", "", "Please send it."), "created");
	assert_ok(take_in_at(o, "sales", mail(o, "carl", "3", "Offer", "", "How much?")), &o->err);
}

static void check_list(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	take_three(&desk);
	GET(all, &desk, "GET /api/v1/cases");
	check_status(all, 200);
	assert_int_equal(json_array_size(test_json(all, "items")), 3);
	assert_string_equal(test_text(all, "items/0/number"), "SUP-00003");
	assert_string_equal(test_text(all, "items/2/contact_address"), "anna@example.org");
	assert_string_equal(test_text(all, "items/2/fields/order"), "A17");
	assert_false(test_has(all, "next"));
	GET(first, &desk, "GET /api/v1/cases?limit=2&sort=created");
	assert_string_equal(test_text(first, "items/1/number"), "SUP-00002");
	GET(second, &desk,
	    arena_printf(desk.office.arena, "GET /api/v1/cases?limit=2&sort=created&cursor=%s",
	                 test_text(first, "next"))
	            .p);
	assert_int_equal(json_array_size(test_json(second, "items")), 1);
	assert_string_equal(test_text(second, "items/0/number"), "SUP-00001");
	GET(one, &desk, "GET /api/v1/cases?address=Bob@example.org&status=open&type=request&open=true&account=support");
	assert_string_equal(test_text(one, "items/0/subject"), "Invoice");
	GET(none, &desk, "GET /api/v1/cases?open=false");
	assert_int_equal(json_array_size(test_json(none, "items")), 0);
	GET(later, &desk, "GET /api/v1/cases?updated_since=2100-01-01T00:00:00Z");
	check_status(later, 200);
	close_desk(&desk);
}

static void check_strangers(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	take_three(&desk);
	CALL(own, &desk, &desk.seller.caller, "GET /api/v1/cases", NULL);
	assert_int_equal(json_array_size(test_json(own, "items")), 1);
	assert_string_equal(test_text(own, "items/0/number"), "SUP-00003");
	CALL(other, &desk, &desk.seller.caller, "GET /api/v1/cases/SUP-00001", NULL);
	check_status(other, 404);
	CALL(named, &desk, &desk.seller.caller, "GET /api/v1/cases?account=support", NULL);
	assert_int_equal(json_array_size(test_json(named, "items")), 0);
	CALL(messages, &desk, &desk.seller.caller, "GET /api/v1/cases/SUP-00001/messages", NULL);
	check_status(messages, 404);
	CALL(reply, &desk, &desk.seller.caller, "POST /api/v1/cases/SUP-00001/reply", "{\"text\": \"x\"}");
	check_status(reply, 404);
	CALL(reads, &desk, &desk.reader.caller, "POST /api/v1/cases/SUP-00001/reply", "{\"text\": \"x\"}");
	check_status(reads, 403);
	CALL(patch, &desk, &desk.reader.caller, "PATCH /api/v1/cases/SUP-00001", "{\"status\": \"done\"}");
	check_status(patch, 403);
	CALL(ledger, &desk, &desk.seller.caller, "GET /api/v1/ledger", NULL);
	assert_int_equal(json_array_size(test_json(ledger, "items")), 1);
	assert_string_equal(test_text(ledger, "items/0/listener"), "sales");
	close_desk(&desk);
}

static void check_change(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	take_three(&desk);
	GET(before, &desk, "GET /api/v1/cases/SUP-00001");
	assert_string_equal(test_text(before, "statuses/1/id"), "done");
	assert_string_equal(test_text(before, "from/1"), "help@example.com");
	const char *match = arena_printf(desk.office.arena, "If-Match: %s", test_header(before, "ETag")).p;
	CALL(wrong, &desk, &test_administrator, "PATCH /api/v1/cases/SUP-00001", "{\"status\": \"away\"}");
	check_status(wrong, 400);
	assert_string_equal(test_text(wrong, "path"), "status");
	CALL(done, &desk, &test_administrator, "PATCH /api/v1/cases/SUP-00001", "{\"status\": \"done\"}", match);
	check_status(done, 200);
	assert_true(json_is_true(test_json(done, "resolved")));
	CALL(again, &desk, &test_administrator, "PATCH /api/v1/cases/SUP-00001", "{\"status\": \"open\"}", match);
	check_status(again, 412);
	assert_int_equal(
	        count(&desk.office, "SELECT COUNT(*) FROM event WHERE kind = 'case.status' AND author = 'anna'"), 1);
	GET(none, &desk, "GET /api/v1/cases/nothing");
	check_status(none, 404);
	close_desk(&desk);
}

/* ---------------------------------------------------------------- the conversation */

static const char with_files[] =
        "From: Anna <anna@example.org>\r\nTo: help@example.com\r\nMessage-ID: <f1@example.org>\r\n"
        "Subject: With files\r\nDate: Sat, 21 Nov 2026 07:39:31 +0000\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
        "--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
        "--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        "<p onclick=\"x()\">Look <img src=\"cid:pic\"><img "
        "src=\"http://tracker.example/x.gif\"></p><script>bad()</script>\r\n"
        "--r\r\nContent-Type: image/png\r\nContent-ID: <pic>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n"
        "--r--\r\n"
        "--m\r\nContent-Type: text/html\r\nContent-Disposition: attachment; "
        "filename=\"ev\xc3\xadl.html\"\r\n\r\n<script>1</script>\r\n"
        "--m--\r\n";

static void check_conversation(struct store *store)
{
	struct desk desk;
	struct office *o = &desk.office;

	open_desk(&desk, store);
	must_become(o, mail(o, "anna", "1", "Printer", "", "It smokes.\r\n\r\n> you wrote\r\n> this"), "created");
	must_become(o,
	            mail(o, "anna", "4", "Re: Printer", "In-Reply-To: <1@example.org>\r\n",
	                 "More smoke.\r\n\r\nOn Sat, 21 Nov 2026, Support wrote:\r\n> Is it on?\r\n"),
	            "updated");
	GET(all, &desk, "GET /api/v1/cases/SUP-00001/messages");
	check_status(all, 200);
	assert_int_equal(json_array_size(test_json(all, "items")), 2);
	assert_string_equal(test_text(all, "items/1/text"), "More smoke.");
	assert_string_equal(test_text(all, "items/1/preview"), "More smoke.");
	assert_string_equal(test_text(all, "items/1/quoted/0/kind"), "quote");
	assert_true(json_array_size(test_json(all, "items/1/evidence")) > 0);
	assert_string_equal(test_text(all, "items/0/no_answer"), "no-response");
	GET(newest, &desk, "GET /api/v1/cases/SUP-00001/messages?newest_first=true&limit=1");
	assert_string_equal(test_text(newest, "items/0/subject"), "Re: Printer");
	GET(older, &desk,
	    arena_printf(o->arena, "GET /api/v1/cases/SUP-00001/messages?newest_first=true&cursor=%s",
	                 test_text(newest, "next"))
	            .p);
	assert_string_equal(test_text(older, "items/0/subject"), "Printer");
	GET(why, &desk, line(&desk, "GET /api/v1/messages/#/why", test_number(all, "items/1/id")));
	check_status(why, 200);
	assert_string_equal(test_text(why, "outcome"), "updated");
	assert_true(json_array_size(test_json(why, "events")) > 0);
	close_desk(&desk);
}

static void check_files(struct store *store)
{
	struct desk desk;
	struct office *o = &desk.office;
	int64_t id;

	open_desk(&desk, store);
	must_become(o, str_of(with_files), "created");
	GET(all, &desk, "GET /api/v1/cases/SUP-00001/messages");
	id = test_number(all, "items/0/id");
	assert_true(json_is_true(test_json(all, "items/0/html")));
	assert_int_equal(json_array_size(test_json(all, "items/0/attachments")), 2);
	GET(html, &desk, line(&desk, "GET /api/v1/messages/#/html", id));
	check_status(html, 200);
	assert_true(str_find(html->body, STR("data:image/png;base64,iVBORw0K")) > 0);
	assert_true(str_find(html->body, STR("script")) < 0 && str_find(html->body, STR("onclick")) < 0);
	assert_true(str_find(html->body, STR("tracker")) < 0);
	assert_string_equal(test_header(html, "X-Hauspost-Blocked-Images"), "1");
	assert_non_null(strstr(test_header(html, "Content-Security-Policy"), "default-src 'none'; img-src data:;"));
	assert_non_null(strstr(test_header(html, "Content-Security-Policy"), "sandbox"));
	/* It has our origin: then nothing may run or be sent in it. */
	assert_null(strstr(test_header(html, "Content-Security-Policy"), "script"));
	assert_null(strstr(test_header(html, "Content-Security-Policy"), "allow-forms"));
	GET(remote, &desk, line(&desk, "GET /api/v1/messages/#/html?images=1", id));
	assert_true(str_find(remote->body, STR("http://tracker.example/x.gif")) > 0);
	assert_string_equal(test_header(remote, "Referrer-Policy"), "no-referrer");
	GET(picture, &desk, line(&desk, "GET /api/v1/messages/#/attachments/1", id));
	assert_string_equal(picture->type, "image/png");
	assert_non_null(strstr(test_header(picture, "Content-Disposition"), "inline"));
	assert_int_equal(picture->body.n, 6);
	GET(evil, &desk, line(&desk, "GET /api/v1/messages/#/attachments/2", id));
	assert_non_null(strstr(test_header(evil, "Content-Disposition"), "attachment; filename=\"ev_l.html\""));
	assert_non_null(strstr(test_header(evil, "Content-Security-Policy"), "sandbox"));
	assert_string_equal(test_header(evil, "X-Content-Type-Options"), "nosniff");
	GET(none, &desk, line(&desk, "GET /api/v1/messages/#/attachments/3", id));
	check_status(none, 404);
	GET(raw, &desk, line(&desk, "GET /api/v1/messages/#/raw", id));
	assert_str(raw->body, with_files);
	CALL(other, &desk, &desk.seller.caller, line(&desk, "GET /api/v1/messages/#/raw", id), NULL);
	check_status(other, 404);
	GET(nobody, &desk, "GET /api/v1/messages/99999");
	check_status(nobody, 404);
	close_desk(&desk);
}

/* ---------------------------------------------------------------- answers */

/* The mail that was built, as its recipient reads it. */
static const struct message *written(struct desk *desk, const struct test_answer *answer)
{
	struct buf raw CLEANUP(buf_done) = BUF_INIT(MIB(8));
	struct office *o = &desk->office;

	check_status(answer, 201);
	assert_int_equal(raw_get(o->db, test_number(answer, "message"), &raw, &o->err), 1);
	return message_parse(o->arena, arena_str(o->arena, buf_str(&raw)), NULL);
}

static void check_reply(struct store *store)
{
	struct desk desk;
	struct office *o = &desk.office;
	const struct message *m;
	struct outbox_row row;

	open_desk(&desk, store);
	must_become(o, str_of(with_files), "created");
	CALL(reply, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply",
	     "{\"text\": \"Switch it off.\", \"cc\": [\"Boss <boss@example.net>\"], \"quote\": true, "
	     "\"close_as_status\": \"done\","
	     "\"idempotency_key\": \"k1\", \"attachments\": [{\"name\": \"a.txt\", \"type\": \"text/plain\", "
	     "\"content\": \"aGVsbG8=\"},"
	     "{\"message\": 0, \"content\": \"AAEC\"}]}");
	m = written(&desk, reply);
	assert_str(m->from.address, "help@example.com");
	assert_str(m->to.items[0].address, "anna@example.org");
	assert_str(m->cc.items[0].address, "boss@example.net");
	assert_str(m->subject, "Re: With files [SUP-00001]");
	assert_str(m->in_reply_to[0], "f1@example.org");
	assert_str(m->references[0], "f1@example.org");
	assert_int_equal(m->attachment_count, 2);
	assert_true(str_find(message_body_text(o->arena, m), STR("> Look")) > 0);
	assert_int_equal(outbox_get(o->db, test_number(reply, "outbox"), o->arena, &row, &o->err), 1);
	assert_int_equal(row.recipient_count, 2);
	CALL(again, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply",
	     "{\"text\": \"Switch it off.\", \"idempotency_key\": \"k1\"}");
	assert_int_equal(test_number(again, "outbox"), test_number(reply, "outbox"));
	assert_string_equal(test_text(again, "case_number"), "SUP-00001");
	assert_int_equal(count(o, "SELECT COUNT(*) FROM outbox"), 1);
	GET(now, &desk, "GET /api/v1/cases/SUP-00001");
	assert_string_equal(test_text(now, "status"), "done");
	assert_int_equal(test_number(now, "messages"), 2);
	GET(conversation, &desk, "GET /api/v1/cases/SUP-00001/messages");
	assert_string_equal(test_text(conversation, "items/1/state"), "queued");
	assert_string_equal(test_text(conversation, "items/1/recipients/1/address"), "boss@example.net");
	assert_string_equal(test_text(conversation, "items/1/attachments/0/name"), "a.txt");
	/* An answer to it joins the case, and its writer has a part in it. */
	must_become(o,
	            mail(o, "anna", "9", "Re: whatever",
	                 arena_printf(o->arena, "In-Reply-To: <" STR_FMT ">\r\n", STR_ARG(m->message_id)).p, "Thanks"),
	            "reopened");
	close_desk(&desk);
}

static void check_refused_replies(struct store *store)
{
	static const struct {
		const char *body, *path;
		int status;
	} cases[] = {
	        {"{}", "text", 400},
	        {"{\"text\": \"x\", \"to\": [\"nobody\"]}", "to/1", 400},
	        {"{\"text\": \"x\", \"from\": \"boss@example.net\"}", "from", 400},
	        {"{\"text\": \"x\", \"close_as_status\": \"away\"}", "close_as_status", 400},
	        {"{\"text\": \"x\", \"template\": \"none\"}", "template", 400},
	        {"{\"text\": \"x\", \"attachments\": [{\"content\": \"?\"}]}", "attachments/1/content", 400},
	        {"{\"text\": \"x\", \"subject\": \"a\\r\\nBcc: b@example.net\"}", "subject", 400},
	        {"{\"text\": \"x\", \"texts\": \"y\"}", "texts", 400},
	        {"{\"text\": \"x\", \"message\": 4711}", NULL, 404},
	        {"{\"text\": \"x\", \"attachments\": [{\"message\": 4711, \"number\": 1}]}", NULL, 404},
	};
	struct desk desk;

	open_desk(&desk, store);
	take_three(&desk);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CALL(answer, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", cases[i].body);
		check_status(answer, cases[i].status);
		if (cases[i].path)
			assert_string_equal(test_text(answer, "path"), cases[i].path);
	}
	assert_int_equal(count(&desk.office, "SELECT COUNT(*) FROM outbox"), 0);
	close_desk(&desk);
}

static void check_templates(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	take_three(&desk);
	CALL(preview, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/preview",
	     "{\"template\": \"ack\", \"text\": \"we look.\"}");
	check_status(preview, 200);
	assert_string_equal(test_text(preview, "text"), "Dear anna@example.org, we look. Order A17. Yours, Support");
	assert_string_equal(test_text(preview, "subject"), "Re: Printer smokes [SUP-00001]");
	assert_string_equal(test_text(preview, "to/0"), "anna@example.org");
	CALL(reply, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", "{\"template\": \"ack\"}");
	assert_str(written(&desk, reply)->subject, "Re: Printer smokes [SUP-00001]");
	close_desk(&desk);
}

static void check_forward(struct store *store)
{
	struct desk desk;
	const struct message *m;

	open_desk(&desk, store);
	must_become(&desk.office, str_of(with_files), "created");
	CALL(file, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/forward",
	     "{\"to\": [\"expert@example.net\"], \"text\": \"Please look\"}");
	m = written(&desk, file);
	assert_str(m->subject, "Fwd: With files");
	assert_int_equal(m->in_reply_to_count, 0);
	assert_int_equal(m->attachment_count, 1);
	assert_str(m->attachments[0]->filename, "forwarded.eml");
	CALL(inlined, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/forward",
	     "{\"to\": [\"expert@example.net\"], \"text\": \"Please look\", \"as\": \"inline\"}");
	m = written(&desk, inlined);
	assert_int_equal(m->attachment_count, 2);
	assert_true(str_find(message_body_text(desk.office.arena, m), STR("From: Anna <anna@example.org>")) > 0);
	CALL(nobody, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/forward", "{\"text\": \"x\"}");
	check_status(nobody, 400);
	assert_string_equal(test_text(nobody, "path"), "to");
	close_desk(&desk);
}

static void check_new_mail(struct store *store)
{
	struct desk desk;
	const struct message *m;

	open_desk(&desk, store);
	CALL(plain, &desk, &desk.seller.caller, "POST /api/v1/mail",
	     "{\"account\": \"sales\", \"to\": [\"Zoe <zoe@example.net>\"], \"subject\": \"Offer\", \"html\": "
	     "\"<p>Hi</p>\"}");
	m = written(&desk, plain);
	assert_str(m->from.address, "sales@example.com");
	assert_str(str_trim(message_body_text(desk.office.arena, m)), "Hi");
	assert_int_equal(test_number(plain, "case"), 0);
	CALL(opens, &desk, &test_administrator, "POST /api/v1/mail",
	     "{\"account\": \"support\", \"to\": [\"zoe@example.net\"], \"subject\": \"Visit\", \"text\": \"Hi\", "
	     "\"case_type\": "
	     "\"request\"}");
	(void)written(&desk, opens);
	assert_string_equal(test_text(opens, "case_number"), "SUP-00001");
	GET(one, &desk, "GET /api/v1/cases/SUP-00001");
	assert_string_equal(test_text(one, "contact_address"), "zoe@example.net");
	assert_int_equal(test_number(one, "messages"), 1);
	CALL(other, &desk, &desk.seller.caller, "POST /api/v1/mail",
	     "{\"account\": \"support\", \"to\": [\"zoe@example.net\"], \"subject\": \"x\", \"text\": \"x\"}");
	check_status(other, 404);
	CALL(no_subject, &desk, &test_administrator, "POST /api/v1/mail",
	     "{\"account\": \"support\", \"to\": [\"zoe@example.net\"], \"text\": \"x\"}");
	check_status(no_subject, 400);
	close_desk(&desk);
}

/* ---------------------------------------------------------------- outbox, suppressions, ledger */

static void check_outbox(struct store *store)
{
	struct desk desk;
	const char *row;

	open_desk(&desk, store);
	take_three(&desk);
	CALL(reply, &desk, &test_administrator, "POST /api/v1/cases/SUP-00001/reply", "{\"text\": \"Hi\"}");
	row = line(&desk, "/api/v1/outbox/#", test_number(reply, "outbox"));
	GET(list, &desk, "GET /api/v1/outbox?state=queued&account=support");
	assert_int_equal(json_array_size(test_json(list, "items")), 1);
	assert_string_equal(test_text(list, "items/0/subject"), "Re: Printer smokes [SUP-00001]");
	GET(waiting, &desk, "GET /api/v1/outbox?state=waiting&limit=1");
	assert_int_equal(test_number(waiting, "items/0/id"), test_number(reply, "outbox"));
	GET(undelivered, &desk, "GET /api/v1/outbox?state=undelivered");
	assert_int_equal(json_array_size(test_json(undelivered, "items")), 0);
	CALL(other, &desk, &desk.seller.caller, arena_printf(desk.office.arena, "GET %s", row).p, NULL);
	check_status(other, 404);
	CALL(cancelled, &desk, &test_administrator, arena_printf(desk.office.arena, "POST %s/cancel", row).p, NULL);
	check_status(cancelled, 200);
	assert_string_equal(test_text(cancelled, "state"), "cancelled");
	assert_string_equal(test_text(cancelled, "recipients/0/state"), "cancelled");
	CALL(twice, &desk, &test_administrator, arena_printf(desk.office.arena, "POST %s/cancel", row).p, NULL);
	check_status(twice, 409);
	CALL(retry, &desk, &test_administrator, arena_printf(desk.office.arena, "POST %s/retry", row).p, NULL);
	check_status(retry, 409);
	GET(wrong, &desk, "GET /api/v1/outbox?state=lost");
	check_status(wrong, 400);
	close_desk(&desk);
}

static void check_suppressions(struct store *store)
{
	struct desk desk;

	open_desk(&desk, store);
	CALL(added, &desk, &test_administrator, "POST /api/v1/suppressions",
	     "{\"address\": \"Gone@example.net\", \"note\": \"asked\"}");
	check_status(added, 201);
	assert_string_equal(test_text(added, "address"), "gone@example.net");
	GET(list, &desk, "GET /api/v1/suppressions");
	assert_string_equal(test_text(list, "items/0/author"), "anna");
	CALL(removed, &desk, &test_administrator, "DELETE /api/v1/suppressions/gone%40example.net", NULL);
	check_status(removed, 204);
	CALL(again, &desk, &test_administrator, "DELETE /api/v1/suppressions/gone%40example.net", NULL);
	check_status(again, 404);
	GET(loops, &desk, "GET /api/v1/loops?all=true");
	check_status(loops, 200);
	CALL(loop, &desk, &test_administrator, "DELETE /api/v1/loops/ann%40example.net", NULL);
	check_status(loop, 404);
	close_desk(&desk);
}

static void check_ingest(struct store *store)
{
	struct desk desk;
	const char *type = "Content-Type: message/rfc822";
	struct str raw;

	open_desk(&desk, store);
	raw = mail(&desk.office, "anna", "1", "Printer", "", "It smokes.");
	CALL(first, &desk, &test_administrator, "POST /api/v1/ingest?listener=inbox", raw.p, type);
	check_status(first, 200);
	assert_string_equal(test_text(first, "outcome"), "created");
	assert_string_equal(test_text(first, "case_number"), "SUP-00001");
	CALL(second, &desk, &test_administrator, "POST /api/v1/ingest?listener=inbox", raw.p, type);
	check_status(second, 200);
	assert_string_equal(test_text(second, "outcome"), "duplicate");
	assert_string_equal(test_text(second, "case_number"), "SUP-00001");
	assert_int_equal(test_number(second, "message"), test_number(first, "message"));
	CALL(nowhere, &desk, &test_administrator, "POST /api/v1/ingest?listener=none", raw.p, type);
	check_status(nowhere, 404);
	CALL(unnamed, &desk, &test_administrator, "POST /api/v1/ingest", raw.p, type);
	check_status(unnamed, 400);
	CALL(json, &desk, &test_administrator, "POST /api/v1/ingest?listener=inbox", "{}");
	check_status(json, 415);
	CALL(refused, &desk, &desk.seller.caller, "POST /api/v1/ingest?listener=sales", raw.p, type);
	check_status(refused, 403);
	GET(row, &desk, line(&desk, "GET /api/v1/ledger/#", test_number(first, "ledger")));
	assert_string_equal(test_text(row, "subject"), "Printer");
	CALL(retry, &desk, &test_administrator,
	     line(&desk, "POST /api/v1/ledger/#/retry", test_number(first, "ledger")), NULL);
	check_status(retry, 409);
	CALL(release, &desk, &test_administrator,
	     line(&desk, "POST /api/v1/held/#/release", test_number(first, "ledger")), NULL);
	check_status(release, 409);
	close_desk(&desk);
}

/* Puts the newest row of the ledger into a state, as if it had come to it. */
static int64_t set_aside(struct desk *desk, const char *state)
{
	struct office *o = &desk->office;
	int64_t id = newest_row(o).id;

	assert_ok(db_exec(o->db, "UPDATE ledger SET state = $2, outcome = '' WHERE id = $1",
	                  DB_ARGS(DB_INT(id), DB_TEXT(state)), &o->err),
	          &o->err);
	assert_ok(db_exec(o->db, "INSERT INTO held (ledger_id, case_id, at, decision) VALUES ($1, $2, 1, '')",
	                  DB_ARGS(DB_INT(id), DB_INT(newest_row(o).case_id)), &o->err),
	          &o->err);
	return id;
}

static void check_set_aside(struct store *store)
{
	struct desk desk;
	struct office *o = &desk.office;
	int64_t id;

	open_desk(&desk, store);
	must_become(o, mail(o, "anna", "1", "Printer", "", "It smokes."), "created");
	id = set_aside(&desk, "held");
	GET(held, &desk, "GET /api/v1/held?listener=inbox");
	assert_int_equal(test_number(held, "items/0/id"), id);
	assert_string_equal(test_text(held, "items/0/wanted_case"), "SUP-00001");
	CALL(other, &desk, &desk.seller.caller, "GET /api/v1/held", NULL);
	assert_int_equal(json_array_size(test_json(other, "items")), 0);
	CALL(unread, &desk, &test_administrator, line(&desk, "POST /api/v1/ledger/#/retry", id), NULL);
	check_status(unread, 409);
	CALL(discarded, &desk, &test_administrator, line(&desk, "POST /api/v1/held/#/discard", id), NULL);
	check_status(discarded, 200);
	assert_string_equal(test_text(discarded, "outcome"), "discarded");
	must_become(o, mail(o, "bob", "2", "Scanner", "", "It hums."), "created");
	id = set_aside(&desk, "parked");
	GET(parked, &desk, "GET /api/v1/ledger?state=parked");
	assert_int_equal(json_array_size(test_json(parked, "items")), 1);
	CALL(given_up, &desk, &test_administrator, line(&desk, "POST /api/v1/ledger/#/discard", id), NULL);
	check_status(given_up, 200);
	assert_string_equal(test_text(given_up, "state"), "acknowledged");
	GET(done, &desk, "GET /api/v1/ledger?state=done&limit=500");
	assert_int_equal(json_array_size(test_json(done, "items")),
	                 count(o, "SELECT COUNT(*) FROM ledger WHERE state IN ('committed', 'acknowledged')"));
	assert_int_equal(test_number(done, "items/0/id"),
	                 count(o, "SELECT MAX(id) FROM ledger WHERE state IN ('committed', 'acknowledged')"));
	assert_int_equal(count(o, "SELECT COUNT(*) FROM event WHERE kind = 'message.discarded' AND author = 'anna'"),
	                 2);
	CALL(refused, &desk, &desk.seller.caller, line(&desk, "POST /api/v1/ledger/#/discard", id), NULL);
	check_status(refused, 403);
	close_desk(&desk);
}

/* ---------------------------------------------------------------- search */

static void check_search(struct store *store)
{
	static const struct {
		const char *q;
		size_t hits;
	} cases[] = {
	        {"smokes", 1},
	        {"SMOKES", 1},
	        {"muller", 1},
	        {"M%C3%BCller", 2},
	        {"mueller", 2},
	        {"%22paper+jam%22", 1},
	        {"%22jam+paper%22", 0},
	        {"pap*", 1},
	        {"paper+-jam", 0},
	        {"smokes+OR+jam", 2},
	        {"from:bob", 1},
	        {"to:help", 0},
	        {"subject:paper", 0},
	        {"subject:printer", 1},
	        {"case:SUP-00002", 1},
	        {"case:SUP-99999", 0},
	        {"SUP-00001", 1},
	        {"A17", 1},
	        {"smokes+printer+anna", 1},
	        {"", 0},
	        {"-smokes", 0},
	        {"%22%22%22+*+%28+AND+NOT+OR+%3A+-+%5E+%7B%7D+%27%3B--", 0},
	        {"a*+b*+c*+%22", 0},
	        {"nothing+like+this", 0},
	};
	struct desk desk;
	struct office *o = &desk.office;

	open_desk(&desk, store);
	must_become(o, mail(o, "anna", "1", "Printer", "", "It smokes. order A17"), "created");
	must_become(o, mail(o, "bob", "2", "Something", "", "A paper jam, says M\xc3\xbcller."), "created");
	assert_ok(take_in_at(o, "sales", mail(o, "carl", "3", "Offer", "", "Mueller wants it.")), &o->err);
	assert_ok((int)search_catch_up(store, false, &o->err), &o->err);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		GET(found, &desk, arena_printf(o->arena, "GET /api/v1/search?q=%s", cases[i].q).p);
		check_status(found, 200);
		if (json_array_size(test_json(found, "items")) != cases[i].hits)
			FAIL_CASE("q=%s: " STR_FMT "\n", cases[i].q, STR_ARG(found->body));
	}
	GET(one, &desk, "GET /api/v1/search?q=smokes");
	assert_string_equal(test_text(one, "items/0/snippet/1/text"), "smokes");
	assert_true(json_is_true(test_json(one, "items/0/snippet/1/hit")));
	assert_string_equal(test_text(one, "items/0/case_number"), "SUP-00001");
	CALL(own, &desk, &desk.seller.caller, "GET /api/v1/search?q=M%C3%BCller", NULL);
	assert_int_equal(json_array_size(test_json(own, "items")), 1);
	assert_string_equal(test_text(own, "items/0/account"), "sales");
	GET(listed, &desk, "GET /api/v1/cases?q=printer");
	assert_string_equal(test_text(listed, "items/0/number"), "SUP-00001");
	GET(number, &desk, "GET /api/v1/cases?q=SUP-00002");
	assert_string_equal(test_text(number, "items/0/number"), "SUP-00002");
	close_desk(&desk);
}

#define EACH(name, check)                     \
	static void name(void **state UNUSED) \
	{                                     \
		test_store_each(check);       \
	}
/* clang-format off */
EACH(cases_are_listed_filtered_and_paged, check_list)
EACH(anothers_account_is_not_there, check_strangers)
EACH(a_status_is_set_unless_the_case_has_changed, check_change)
EACH(a_conversation_has_new_text_quotes_and_reasons, check_conversation)
EACH(html_and_files_come_safe, check_files)
EACH(a_reply_goes_into_the_outbox_once, check_reply)
EACH(a_wrong_reply_names_its_path_and_leaves_nothing, check_refused_replies)
EACH(a_template_is_filled_for_the_case, check_templates)
EACH(mail_is_forwarded_as_file_or_inline, check_forward)
EACH(new_mail_goes_out_with_or_without_a_case, check_new_mail)
EACH(outbox_rows_are_listed_and_cancelled, check_outbox)
EACH(suppressions_and_loops_are_kept, check_suppressions)
EACH(the_same_mail_handed_in_twice_is_one_message, check_ingest)
EACH(mail_that_was_set_aside_is_decided, check_set_aside)
EACH(search_finds_words_phrases_and_fields_of_ones_own_mail, check_search)
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(cases_are_listed_filtered_and_paged),
	        cmocka_unit_test(anothers_account_is_not_there),
	        cmocka_unit_test(a_status_is_set_unless_the_case_has_changed),
	        cmocka_unit_test(a_conversation_has_new_text_quotes_and_reasons),
	        cmocka_unit_test(html_and_files_come_safe),
	        cmocka_unit_test(a_reply_goes_into_the_outbox_once),
	        cmocka_unit_test(a_wrong_reply_names_its_path_and_leaves_nothing),
	        cmocka_unit_test(a_template_is_filled_for_the_case),
	        cmocka_unit_test(mail_is_forwarded_as_file_or_inline),
	        cmocka_unit_test(new_mail_goes_out_with_or_without_a_case),
	        cmocka_unit_test(outbox_rows_are_listed_and_cancelled),
	        cmocka_unit_test(suppressions_and_loops_are_kept),
	        cmocka_unit_test(the_same_mail_handed_in_twice_is_one_message),
	        cmocka_unit_test(mail_that_was_set_aside_is_decided),
	        cmocka_unit_test(search_finds_words_phrases_and_fields_of_ones_own_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
