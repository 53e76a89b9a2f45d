/* The sender over Graph against conversations that are written down. */
#include "send/graph/graph.h"

#include "auth/test_graph.h"
#include "base/base64.h"
#include "base/mem.h"

#define ACCEPTED                                                           \
	{                                                                  \
		"POST", "/v1.0/users/ann%40b.test/sendMail", .status = 202 \
	}
#define HEADER \
	"From: ann@b.test\r\nTo: Bob <bob@c.test>\r\nCc: carl@c.test\r\nMessage-ID: <m1@b.test>\r\nSubject: Hi\r\n"
#define MAIL HEADER "\r\nHello.\r\n"

struct desk {
	struct graph_script script;
	struct sender *sender;
	struct arena *arena;
	struct recipient recipients[4];
	struct outgoing item;
	struct error err;
	int marks;
	bool mark_fails;
};

static int mark(void *ctx, struct outgoing *item, struct error *err)
{
	struct desk *d = ctx;

	(void)item;
	d->marks++;
	return d->mark_fails ? fail(err, E_CONFLICT, RETRY_NEVER, "not queued any more") : 0;
}

static void desk_open(struct desk *d, const struct graph_line *lines, size_t n, const char *mime)
{
	*d = (struct desk){.script = {.lines = lines, .n = n}, .arena = arena_new()};
	const struct sender_options options = {.before_dot = mark, .before_dot_ctx = d};
	static const char *const addresses[] = {"bob@c.test", "carl@c.test"};

	d->sender = graph_sender_begin(&options, graph_script_open(&d->script));
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		d->recipients[i] = (struct recipient){.address = addresses[i], .answer = ""};
	d->item = (struct outgoing){.id = 1,
	                            .envelope_from = "ann@b.test",
	                            .recipients = d->recipients,
	                            .recipient_count = ARRAY_LEN(addresses),
	                            .mime = str_of(mime),
	                            .arena = d->arena};
}

static int desk_send(struct desk *d)
{
	struct outgoing *items[] = {&d->item};

	return sender_send(d->sender, items, 1, &d->err);
}

static void desk_close(struct desk *d)
{
	assert_int_equal(d->script.at, d->script.n);
	sender_close(d->sender);
	arena_free(d->arena);
}

/* ---------------------------------------------------------------- what an answer means */

static void answers_have_their_outcomes(void **state)
{
	static const struct {
		struct graph_line line;
		enum outcome outcome;
		int code; /* of sender_send() */
	} cases[] = {
	        {{.status = 202}, OUTCOME_SENT, 0},
	        {{.status = 400, .answer = "{\"error\":{\"code\":\"ErrorInvalidRecipients\"}}"}, OUTCOME_FAILED, 0},
	        {{.status = 403, .answer = "{\"error\":{\"code\":\"ErrorSendAsDenied\"}}"}, OUTCOME_FAILED, 0},
	        {{.status = 413}, OUTCOME_FAILED, 0},
	        {{.status = 409}, OUTCOME_LATER, 0},
	        {{.status = 403, .answer = "{\"error\":{\"code\":\"ErrorAccessDenied\"}}"}, OUTCOME_LATER, E_AUTH},
	        {{.status = 404, .answer = "{\"error\":{\"code\":\"ErrorInvalidUser\"}}"}, OUTCOME_LATER, E_NOT_FOUND},
	        {{.status = 429, .retry_after_ms = 9000}, OUTCOME_LATER, E_THROTTLED},
	        {{.status = 503}, OUTCOME_LATER, E_REFUSED},
	        {{.status = 500, .answer = "{\"error\":{\"code\":\"ErrorServerBusy\"}}"}, OUTCOME_LATER, E_REFUSED},
	        {{.status = 500}, OUTCOME_UNCERTAIN, E_REFUSED},
	        {{.status = 504}, OUTCOME_UNCERTAIN, E_REFUSED},
	        {{.status = 504, .retry_after_ms = 1000}, OUTCOME_UNCERTAIN, E_THROTTLED},
	        {{.code = E_CLOSED}, OUTCOME_UNCERTAIN, E_CLOSED},
	        {{.code = E_TIMEOUT}, OUTCOME_UNCERTAIN, E_TIMEOUT},
	        {{.code = E_CONNECT, .not_started = true}, OUTCOME_LATER, E_CONNECT},
	        {{.code = E_TLS, .not_started = true}, OUTCOME_LATER, E_TLS},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct graph_line line = cases[i].line;
		struct desk d;

		line.method = "POST";
		line.url_end = "/sendMail";
		desk_open(&d, &line, 1, MAIL);
		int code = desk_send(&d);
		if (code != cases[i].code || d.item.outcome != cases[i].outcome)
			print_error("case %zu: %d, outcome %d: %s\n", i, code, d.item.outcome, d.item.answer);
		assert_int_equal(code, cases[i].code);
		assert_int_equal(d.item.outcome, cases[i].outcome);
		assert_int_equal(d.recipients[1].outcome, cases[i].outcome);
		assert_int_equal(d.err.retry_after_ms, cases[i].code ? line.retry_after_ms : 0);
		assert_int_equal(d.marks, 1);
		desk_close(&d);
	}
}

static void refused_token_is_renewed_and_the_mail_goes_once(void **state)
{
	static const struct graph_line lines[] = {{"POST", "/sendMail", .status = 401}, ACCEPTED};
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), MAIL);
	assert_int_equal(desk_send(&d), 0);
	assert_int_equal(d.item.outcome, OUTCOME_SENT);
	assert_int_equal(d.marks, 1);
	desk_close(&d);
}

static void without_the_mark_nothing_leaves(void **state)
{
	struct desk d;

	(void)state;
	desk_open(&d, NULL, 0, MAIL);
	d.mark_fails = true;
	assert_int_equal(desk_send(&d), E_CONFLICT);
	assert_int_equal(d.item.outcome, OUTCOME_PENDING);
	desk_close(&d);
}

/* ---------------------------------------------------------------- who gets it */

static void make(struct desk *d, struct graph_letter *letter)
{
	assert_ok(graph_letter_make(&d->item, d->arena, letter, &d->err), &d->err);
}

static void envelope_alone_becomes_bcc(void **state)
{
	struct graph_letter letter;
	struct desk d;

	(void)state;
	desk_open(&d, NULL, 0, MAIL);
	d.recipients[2] = (struct recipient){.address = "hidden@d.test"};
	d.item.recipient_count = 3;
	make(&d, &letter);
	assert_str(buf_str(&letter.mime), "Bcc: <hidden@d.test>\r\n" MAIL);
	graph_letter_done(&letter);
	desk_close(&d);
}

static void who_has_it_already_is_taken_out(void **state)
{
	struct graph_letter letter;
	struct desk d;

	(void)state;
	desk_open(&d, NULL, 0, MAIL);
	d.recipients[1].outcome = OUTCOME_SENT;
	make(&d, &letter);
	assert_str(buf_str(&letter.mime), "From: ann@b.test\r\nMessage-ID: <m1@b.test>\r\nSubject: Hi\r\n"
	                                  "To: Bob <bob@c.test>\r\n\r\nHello.\r\n");
	graph_letter_done(&letter);
	desk_close(&d);
}

static void address_that_is_two_is_refused_alone(void **state)
{
	static const char *const addresses[] = {
	        "a@b.test, c@d.test", "a@b.test\r\nBcc: c@d.test", "<a@b.test", "a@b.test>", "nobody", ""};
	static const struct graph_line lines[] = {{"POST", "/sendMail", .status = 202}};
	struct desk d;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		desk_open(&d, lines, ARRAY_LEN(lines), MAIL);
		d.recipients[0].address = addresses[i];
		assert_ok(desk_send(&d), &d.err);
		assert_int_equal(d.recipients[0].outcome, OUTCOME_FAILED);
		assert_non_null(strstr(d.recipients[0].answer, "no address"));
		assert_int_equal(d.recipients[1].outcome, OUTCOME_SENT);
		desk_close(&d);

		desk_open(&d, NULL, 0, MAIL);
		d.recipients[0].address = addresses[i];
		d.item.recipient_count = 1;
		assert_ok(desk_send(&d), &d.err);
		assert_int_equal(d.item.outcome, OUTCOME_FAILED);
		desk_close(&d);
	}
}

/* ---------------------------------------------------------------- large mail */

/* multipart/mixed of a text and files of these sizes (bytes before base64). */
static char *large_mail(const char *type, const size_t *sizes, size_t n)
{
	struct buf mime = BUF_INIT(MIB(40)), content = BUF_INIT(MIB(20));

	buf_printf(&mime, HEADER "MIME-Version: 1.0\r\nContent-Type: %s; boundary=bb\r\n\r\n--bb\r\n\r\nHello.\r\n",
	           type);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&content);
		memset(buf_room(&content, sizes[i]), (int)('a' + i), sizes[i]);
		buf_added(&content, sizes[i]);
		buf_printf(&mime,
		           "--bb\r\nContent-Type: application/pdf; name=\"f%zu.pdf\"\r\nContent-Disposition: "
		           "attachment\r\n"
		           "Content-Transfer-Encoding: base64\r\n\r\n",
		           i);
		base64_encode(&mime, buf_str(&content));
		buf_add(&mime, STR("\r\n"));
	}
	buf_add(&mime, STR("--bb--\r\n"));
	buf_done(&content);
	return buf_take(&mime);
}

static void large_files_are_taken_out_and_the_rest_is_whole(void **state)
{
	static const size_t sizes[] = {1000000, 3500000, 900000, 2000000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 4);
	struct buf rest CLEANUP(buf_done) = BUF_INIT(MIB(40));
	struct graph_letter letter;
	struct graph_file *files;
	struct desk d;

	(void)state;
	desk_open(&d, NULL, 0, mime);
	make(&d, &letter);
	assert_int_equal(graph_letter_split(&letter, GRAPH_POST_MAX, d.arena, &files, &rest, &d.err), 2);
	assert_str(files[0].name, "f1.pdf");
	assert_str(files[1].name, "f3.pdf");
	assert_true(graph_posted_size(rest.n) <= GRAPH_POST_MAX);
	const struct message *m = message_parse(d.arena, buf_str(&rest), NULL);
	assert_int_equal(m->attachment_count, 2);
	assert_str(m->attachments[0]->filename, "f0.pdf");
	assert_int_equal(part_decoded_size(m->attachments[1]), 900000);
	assert_str(message_body_text(d.arena, m), "Hello.");
	assert_int_equal(m->notice_count, 0);
	assert_str(m->message_id, "m1@b.test");
	graph_letter_done(&letter);
	desk_close(&d);
}

/* What can't be taken apart is known before it is queued. */
static void sealed_mail_that_is_too_large_is_known_beforehand(void **state)
{
	static const struct {
		const char *type;
		size_t size;
		const char *words; /* NULL: it can be carried */
	} cases[] = {
	        {"multipart/signed", 2000000, NULL},
	        {"multipart/signed", 3000000,
	         "the mail is 4.0 MB, files encoded, and Microsoft Graph takes 3 MB at most of signed or encrypted "
	         "mail: "
	         "send fewer files, or by SMTP"},
	        {"multipart/mixed", 9000000, NULL},
	        {"multipart/alternative", 9000000,
	         "the mail's text alone is 12.0 MB, and Microsoft Graph takes 3 MB at most"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *mime CLEANUP(freep) = large_mail(cases[i].type, &cases[i].size, 1);
		struct error err = {0};
		struct desk d;

		desk_open(&d, NULL, 0, mime);
		if (cases[i].words) {
			assert_int_equal(sender_can_carry(&graph_sender, &d.item, &err), E_LIMIT);
			assert_string_equal(err.text, cases[i].words);
		} else
			assert_ok(sender_can_carry(&graph_sender, &d.item, &err), &err);
		assert_ok(sender_can_carry(&smtp_sender, &d.item, &err), &err);
		desk_close(&d);
	}
}

#define DRAFTS "/mailFolders/drafts/messages?$select=id&$filter=internetMessageId%20eq%20%27%3Cm1%40b.test%3E%27"

static void large_mail_goes_by_draft(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 200, .answer = "{\"value\":[{\"id\":\"OLD\"}]}"},
	        {"DELETE", "/messages/OLD", .status = 204},
	        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
	        {"POST", "/messages/D/attachments/createUploadSession", "\"size\":3500000", .status = 200,
	         .answer = "{\"uploadUrl\":\"https://up.test/s?authtoken=x\"}"},
	        {"PUT", "https://up.test/s?authtoken=x", .status = 200, .answer = "{}"},
	        {"PUT", "https://up.test/s?authtoken=x", .status = 201},
	        {"POST", "/messages/D/attachments", "\"name\":\"f3.pdf\"", .status = 201, .answer = "{\"id\":\"A\"}"},
	        {"POST", "/messages/D/send", .status = 202},
	};
	static const size_t sizes[] = {1000000, 3500000, 900000, 2000000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 4);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_ok(desk_send(&d), &d.err);
	assert_int_equal(d.item.outcome, OUTCOME_SENT);
	assert_int_equal(d.marks, 1);
	desk_close(&d);
}

static void large_mail_without_the_permission_fails_alone(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 403, .answer = "{\"error\":{\"code\":\"ErrorAccessDenied\"}}"},
	};
	static const size_t sizes[] = {3500000, 900000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 2);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_ok(desk_send(&d), &d.err);
	assert_int_equal(d.item.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(d.item.answer, "Mail.ReadWrite"));
	desk_close(&d);
}

static void failure_before_the_last_step_leaves_no_draft(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 200, .answer = "{\"value\":[]}"},
	        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
	        {"POST", "/messages/D/attachments/createUploadSession", .status = 504},
	        {"DELETE", "/messages/D", .status = 204},
	};
	static const size_t sizes[] = {3500000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 1);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_int_equal(desk_send(&d), E_REFUSED);
	assert_int_equal(d.item.outcome, OUTCOME_LATER);
	assert_int_equal(d.marks, 0);
	desk_close(&d);
}

/* The first mail goes by a draft, the second is small: what is wrong with the one's upload, which goes to another host,
 * holds up no other. */
static void upload_that_fails_is_tried_later_and_holds_up_nobody(void **state)
{
	static const struct {
		const char *session; /* the answer to createUploadSession */
		struct graph_line piece;
		const char *words;
	} cases[] = {
	        {"{}", {0}, "no address"},
	        {"{\"uploadUrl\":7}", {0}, "no address"},
	        {"not JSON", {0}, "no address"},
	        {"{\"uploadUrl\":\"https://up.test/s\"}", {.code = E_CONNECT}, "connection is lost"},
	        {"{\"uploadUrl\":\"https://up.test/s\"}", {.status = 404}, "answered with 404"},
	        {"{\"uploadUrl\":\"https://up.test/s\"}", {.status = 302}, "answered with 302"},
	        {"{\"uploadUrl\":\"https://up.test/s\"}",
	         {.status = 200, .answer = "{\"nextExpectedRanges\":[\"0-\"]}"},
	         "doesn't have"},
	};
	static const size_t sizes[] = {3100000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct graph_line lines[] = {
		        {"GET", DRAFTS, .status = 200},
		        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
		        {"POST", "/createUploadSession", .status = 200, .answer = cases[i].session},
		        cases[i].piece,
		        {"DELETE", "/messages/D", .status = 204},
		        ACCEPTED,
		};
		bool is_tried = cases[i].piece.status || cases[i].piece.code;
		struct recipient to = {.address = "bob@c.test", .answer = ""};
		struct outgoing small = {.id = 2, .recipients = &to, .recipient_count = 1, .mime = STR(MAIL)};
		struct desk d;

		lines[3].method = "PUT";
		lines[3].url_end = "https://up.test/s";
		if (!is_tried)
			memmove(&lines[3], &lines[4], 2 * sizeof *lines);
		desk_open(&d, lines, ARRAY_LEN(lines) - !is_tried, mime);
		small.arena = d.arena;
		assert_ok(sender_send(d.sender, (struct outgoing *[]){&d.item, &small}, 2, &d.err), &d.err);
		assert_int_equal(d.item.outcome, OUTCOME_LATER);
		assert_non_null(strstr(d.item.answer, cases[i].words));
		assert_int_equal(small.outcome, OUTCOME_SENT);
		desk_close(&d);
	}
}

/* All pieces were taken, says the status; not all are there, says the answer. */
static void mail_does_not_go_without_the_end_of_its_file(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 200, .answer = "{\"value\":[{\"id\":\"\"},{}]}"},
	        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
	        {"POST", "/createUploadSession", .status = 200, .answer = "{\"uploadUrl\":\"https://up.test/s\"}"},
	        {"PUT", "/s", .status = 200, .answer = "{\"nextExpectedRanges\":[\"3276800\"]}"},
	        {"PUT", "/s", .status = 200, .answer = "{\"nextExpectedRanges\":[\"3276800-3499999\"]}"},
	        {"DELETE", "/messages/D", .status = 204},
	};
	static const size_t sizes[] = {3500000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 1);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_ok(desk_send(&d), &d.err);
	assert_int_equal(d.item.outcome, OUTCOME_LATER);
	assert_int_equal(d.marks, 0);
	desk_close(&d);
}

/* Right after a draft was made its server may not know it yet; and somebody may have deleted it. */
static void draft_that_is_not_there_is_made_anew_later(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 200, .answer = "{\"value\":[]}"},
	        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
	        {"POST", "/createUploadSession", .status = 404,
	         .answer = "{\"error\":{\"code\":\"ErrorItemNotFound\"}}"},
	        {"DELETE", "/messages/D", .status = 404},
	};
	static const size_t sizes[] = {3500000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 1);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_ok(desk_send(&d), &d.err);
	assert_int_equal(d.item.outcome, OUTCOME_LATER);
	desk_close(&d);
}

static void lost_answer_to_send_is_uncertain_and_the_draft_stays(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", DRAFTS, .status = 200, .answer = "{\"value\":[]}"},
	        {"POST", "/users/ann%40b.test/messages", .status = 201, .answer = "{\"id\":\"D\"}"},
	        {"POST", "/messages/D/attachments/createUploadSession", .status = 200,
	         .answer = "{\"uploadUrl\":\"https://up.test/s\"}"},
	        {"PUT", "/s", .status = 200},
	        {"PUT", "/s", .status = 201},
	        {"POST", "/messages/D/send", .code = E_CLOSED},
	};
	static const size_t sizes[] = {3500000};
	char *mime CLEANUP(freep) = large_mail("multipart/mixed", sizes, 1);
	struct desk d;

	(void)state;
	desk_open(&d, lines, ARRAY_LEN(lines), mime);
	assert_int_equal(desk_send(&d), E_CLOSED);
	assert_int_equal(d.item.outcome, OUTCOME_UNCERTAIN);
	desk_close(&d);
}

static void signed_mail_is_never_taken_apart(void **state)
{
	static const size_t sizes[] = {3500000};
	char *mime CLEANUP(freep) = large_mail("multipart/signed", sizes, 1);
	struct desk d;

	(void)state;
	desk_open(&d, NULL, 0, mime);
	assert_int_equal(desk_send(&d), 0);
	assert_int_equal(d.item.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(d.item.answer, "signed"));
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers_have_their_outcomes),
	        cmocka_unit_test(refused_token_is_renewed_and_the_mail_goes_once),
	        cmocka_unit_test(without_the_mark_nothing_leaves),
	        cmocka_unit_test(envelope_alone_becomes_bcc),
	        cmocka_unit_test(who_has_it_already_is_taken_out),
	        cmocka_unit_test(address_that_is_two_is_refused_alone),
	        cmocka_unit_test(large_mail_without_the_permission_fails_alone),
	        cmocka_unit_test(large_files_are_taken_out_and_the_rest_is_whole),
	        cmocka_unit_test(sealed_mail_that_is_too_large_is_known_beforehand),
	        cmocka_unit_test(large_mail_goes_by_draft),
	        cmocka_unit_test(failure_before_the_last_step_leaves_no_draft),
	        cmocka_unit_test(upload_that_fails_is_tried_later_and_holds_up_nobody),
	        cmocka_unit_test(mail_does_not_go_without_the_end_of_its_file),
	        cmocka_unit_test(draft_that_is_not_there_is_made_anew_later),
	        cmocka_unit_test(lost_answer_to_send_is_uncertain_and_the_draft_stays),
	        cmocka_unit_test(signed_mail_is_never_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
