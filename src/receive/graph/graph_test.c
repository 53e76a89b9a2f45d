/* The receiver over Graph against conversations that are written down. */
#include "receive/graph/graph.h"
#include "receive/names_memory.h"

#include "auth/test_graph.h"

#define INBOX                                                                                                    \
	{                                                                                                        \
		"GET", "/v1.0/users/ann%40b.test/mailFolders/inbox", .status = 200, .answer = "{\"id\":\"F/1\"}" \
	}
#define FIRST "/mailFolders/F%2F1/messages/delta?$select=id,receivedDateTime,isRead"
#define LINK  "https://graph.microsoft.com/v1.0/"
#define MESSAGE(id, at, read) \
	"{\"id\":\"" id "\",\"receivedDateTime\":\"2026-11-21T08:00:0" at "Z\",\"isRead\":" read "}"
#define GONE(id)          "{\"@removed\":{\"reason\":\"deleted\"},\"id\":\"" id "\"}"
#define PAGE(items, link) "{\"value\":[" items "],\"@odata." link "\"}"
#define BATCH(items)      "{\"responses\":[" items "]}"

static struct receiver *open_receiver(struct graph_script *script, const struct receiver_options *options)
{
	struct receiver_options all = *options;
	struct receiver *r;
	struct error err = {0};

	if (!all.folder)
		all.folder = "INBOX";
	assert_ok(graph_receiver_begin(&all, graph_script_open(script), &r, &err), &err);
	return r;
}

static void expect_next(struct receiver *r, enum incoming_kind kind, uint32_t uid, const char *raw)
{
	struct incoming *in CLEANUP(incoming_freep) = NULL;
	struct error err = {0};

	assert_ok(receiver_next(r, &in, &err), &err);
	assert_non_null(in);
	assert_int_equal(in->kind, kind);
	assert_int_equal(in->uid, uid);
	if (raw)
		assert_str(in->raw, raw);
}

static int scan(struct receiver *r, uint32_t uid)
{
	struct error err = {0};
	int n = receiver_scan(r, (struct position){1, uid}, &err);

	assert_ok(n, &err);
	return n;
}

static void end(struct receiver *r, const struct graph_script *script)
{
	assert_int_equal(script->at, script->n);
	receiver_close(r);
}

/* ---------------------------------------------------------------- looking */

static void pages_are_gathered_oldest_first(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200,
	         .answer = PAGE(MESSAGE("C", "3", "false") "," MESSAGE("B", "2", "true"), "nextLink\":\"" LINK "n1")},
	        {"GET", "/n1", .status = 200,
	         .answer = PAGE(MESSAGE("A", "1", "false") "," MESSAGE("X", "0", "false") "," GONE("X"),
	                        "deltaLink\":\"" LINK "d1")},
	        {"GET", "/messages/A/$value", .status = 200, .answer = "Subject: A\r\n\r\n"},
	        {"GET", "/messages/B/$value", .status = 200, .answer = "Subject: B\r\n\r\n"},
	        {"GET", "/messages/C/$value", .status = 404, .answer = "{\"error\":{\"code\":\"ErrorItemNotFound\"}}"},
	        {"GET", "/d1", .status = 200,
	         .answer = PAGE(GONE("B") "," MESSAGE("A", "1", "true"), "deltaLink\":\"" LINK "d2")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});

	(void)state;
	assert_int_equal(scan(r, 0), 3);
	expect_next(r, INCOMING_WHOLE, 1, "Subject: A\r\n\r\n");
	expect_next(r, INCOMING_WHOLE, 2, "Subject: B\r\n\r\n");
	expect_next(r, INCOMING_GONE, 3, NULL);
	assert_int_equal(scan(r, 3), 0);
	end(r, &script);
}

static void forgotten_delta_looks_at_everything_and_imports_nothing(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200,
	         .answer = PAGE(MESSAGE("A", "1", "false") "," MESSAGE("B", "2", "false"), "deltaLink\":\"" LINK "d1")},
	        {"GET", "/d1", .status = 410, .answer = "{\"error\":{\"code\":\"syncStateNotFound\"}}"},
	        {"GET", FIRST, .status = 200,
	         .answer =
	                 PAGE(MESSAGE("C", "3", "false") "," MESSAGE("B", "2", "false") "," MESSAGE("A", "1", "false"),
	                      "deltaLink\":\"" LINK "d2")},
	        {"GET", "/messages/C/$value", .status = 200, .answer = "C"},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(scan(r, 2), 1);
	expect_next(r, INCOMING_WHOLE, 3, "C");
	assert_int_equal(receiver_uidvalidity(r), 1);
	end(r, &script);
}

static void look_that_breaks_off_changes_nothing(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200, .answer = PAGE(MESSAGE("A", "1", "false"), "nextLink\":\"" LINK "n1")},
	        {"GET", "/n1", .status = 429, .retry_after_ms = 5000},
	        {"GET", FIRST, .status = 200, .answer = PAGE(MESSAGE("A", "1", "false"), "deltaLink\":\"" LINK "d1")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});
	struct error err = {0};

	(void)state;
	assert_int_equal(receiver_scan(r, (struct position){0}, &err), E_THROTTLED);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_int_equal(err.retry_after_ms, 5000);
	assert_int_equal(scan(r, 0), 1);
	end(r, &script);
}

static void pages_with_nothing_new_have_an_end(void **state)
{
	static struct graph_line lines[1003] = {INBOX};
	struct graph_script script = {.lines = lines};
	struct error err = {0};

	(void)state;
	for (script.n = 1; script.n < ARRAY_LEN(lines); script.n++)
		lines[script.n] =
		        (struct graph_line){"GET", script.n == 1 ? FIRST : "/n1", .status = 200,
		                            .answer = PAGE(MESSAGE("A", "1", "false"), "nextLink\":\"" LINK "n1")};
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});
	assert_int_equal(receiver_scan(r, (struct position){0}, &err), E_PROTOCOL);
	assert_int_equal(err.retry, RETRY_LATER);
	end(r, &script);
}

static void link_to_another_host_is_refused(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200, .answer = PAGE("", "nextLink\":\"https://evil.test/v1.0/n1")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});
	struct error err = {0};

	(void)state;
	assert_int_equal(receiver_scan(r, (struct position){0}, &err), E_INSECURE);
	end(r, &script);
}

/* ---------------------------------------------------------------- messages */

static void too_large_comes_with_its_header_and_size(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200, .answer = PAGE(MESSAGE("A", "1", "false"), "deltaLink\":\"" LINK "d1")},
	        {"GET", "/messages/A/$value", .status = 200, .answer = "Subject: long\r\n\r\nbody body body body"},
	        {"GET", "0x0E08')", .status = 200,
	         .answer = "{\"id\":\"A\",\"singleValueExtendedProperties\":[{\"id\":\"Integer "
	                   "0xe08\",\"value\":\"123456\"}]}"},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){.max_message_bytes = 20});
	struct incoming *in CLEANUP(incoming_freep) = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 1);
	assert_int_equal(receiver_next(r, &in, &err), 1);
	assert_int_equal(in->kind, INCOMING_TOO_LARGE);
	assert_int_equal(in->size, 123456);
	assert_str(in->raw, "Subject: long\r\n\r\n");
	end(r, &script);
}

static void faults_of_one_message_are_its_own(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", FIRST, .status = 200,
	         .answer = PAGE(MESSAGE("A", "1", "false") "," MESSAGE("B", "2", "false"), "deltaLink\":\"" LINK "d1")},
	        {"GET", "/messages/A/$value", .status = 500,
	         .answer = "{\"error\":{\"code\":\"ErrorContentConversionFailed\"}}"},
	        {"GET", "/messages/B/$value", .status = 503, .retry_after_ms = 2000},
	        {"GET", "/mailFolders/F%2F1", .status = 503, .retry_after_ms = 2000},
	        {"GET", "/messages/B/$value", .status = 200, .answer = "B"},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){0});
	struct incoming *in = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(receiver_next(r, &in, &err), 1);
	assert_int_equal(in->kind, INCOMING_FAILED);
	assert_int_equal(in->fault->retry, RETRY_LATER);
	incoming_free(in);
	assert_int_equal(receiver_next(r, &in, &err), E_THROTTLED);
	assert_int_equal(err.scope, SCOPE_ACCOUNT);
	expect_next(r, INCOMING_WHOLE, 2, "B");
	end(r, &script);
}

/* Whatever one message is answered steadily, the next comes. */
static void no_message_blocks_the_next(void **state)
{
	static const struct {
		int status;
		const char *answer;
		bool asks_folder;
	} cases[] = {
	        {200, "", false},
	        {404, "<html>no route</html>", false},
	        {504, "", false},
	        {503, "", true},
	        {403, "{\"error\":{\"code\":\"ErrorAccessDenied\"}}", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct graph_line lines[5] = {
		        INBOX,
		        {"GET", FIRST, .status = 200,
		         .answer = PAGE(MESSAGE("A", "1", "false") "," MESSAGE("B", "2", "false"),
		                        "deltaLink\":\"" LINK "d1")},
		        {"GET", "/messages/A/$value", .status = cases[i].status, .answer = cases[i].answer},
		};
		struct graph_script script = {.lines = lines, .n = 3};
		struct incoming *in CLEANUP(incoming_freep) = NULL;
		struct error err = {0};

		if (cases[i].asks_folder)
			lines[script.n++] = (struct graph_line){"GET", "/mailFolders/F%2F1", .status = 200,
			                                        .answer = "{\"id\":\"F/1\"}"};
		lines[script.n++] = (struct graph_line){"GET", "/messages/B/$value", .status = 200, .answer = "B"};
		struct receiver *r = open_receiver(&script, &(struct receiver_options){0});
		assert_int_equal(scan(r, 0), 2);
		assert_ok(receiver_next(r, &in, &err), &err);
		assert_int_equal(in->kind, INCOMING_FAILED);
		assert_int_equal(in->fault->retry, RETRY_LATER);
		assert_int_equal(in->fault->scope, SCOPE_MESSAGE);
		expect_next(r, INCOMING_WHOLE, 2, "B");
		end(r, &script);
	}
}

/* ---------------------------------------------------------------- folders */

static void folders_are_found_level_by_level(void **state)
{
	static const struct graph_line lines[] = {
	        INBOX,
	        {"GET", "/mailFolders/F%2F1/childFolders?$filter=displayName%20eq%20%27Bob%27%27s%27", .status = 200,
	         .answer = "{\"value\":[{\"id\":\"other\",\"displayName\":\"BOB'S\"}],\"@odata.nextLink\":\"" LINK
	                   "n\"}"},
	        {"GET", "/n", .status = 200, .answer = "{\"value\":[{\"id\":\"bobs\",\"displayName\":\"Bob's\"}]}"},
	        {"GET", "/mailFolders/bobs/childFolders?$filter=displayName%20eq%20%27New%27", .status = 200,
	         .answer = "{\"value\":[]}"},
	        {"POST", "/mailFolders/bobs/childFolders", "{\"displayName\":\"New\"}", .status = 201,
	         .answer = "{\"id\":\"new\"}"},
	        {"GET", "/mailFolders?$filter=displayName%20eq%20%27Lost%27", .status = 200,
	         .answer = "{\"value\":[]}"},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct graph *graph CLEANUP(graph_closep) = graph_script_open(&script);
	char *id = NULL;
	struct error err = {0};

	(void)state;
	assert_ok(graph_folder_find(graph, "inbox/Bob's/New", true, &id, &err), &err);
	assert_string_equal(id, "new");
	free(id);
	assert_int_equal(graph_folder_find(graph, "Lost", false, &id, &err), E_NOT_FOUND);
	assert_int_equal(err.scope, SCOPE_FOLDER);
	assert_int_equal(script.at, script.n);
}

static void note_folder(void *ctx, struct str name)
{
	buf_add(ctx, name);
	buf_add(ctx, STR(", "));
}

#define FIELDS "?$select=id,displayName,childFolderCount&$top=200"

static void folders_are_listed_as_paths(void **state)
{
	static const struct graph_line lines[] = {
	        {"GET", "/mailFolders" FIELDS, .status = 200,
	         .answer = "{\"value\":[{\"id\":\"i\",\"displayName\":\"Posteingang\",\"childFolderCount\":2},"
	                   "{\"id\":\"s\",\"displayName\":\"Sent\",\"childFolderCount\":0}],"
	                   "\"@odata.nextLink\":\"" LINK "n\"}"},
	        {"GET", "/n", .status = 200,
	         .answer = "{\"value\":[{\"id\":\"a\",\"displayName\":\"Archive\",\"childFolderCount\":1}]}"},
	        {"GET", "/mailFolders/i/childFolders" FIELDS, .status = 200,
	         .answer = "{\"value\":[{\"id\":\"d\",\"displayName\":\"Done\",\"childFolderCount\":0}]}"},
	        {"GET", "/mailFolders/a/childFolders" FIELDS, .status = 403}, /* then that is all that is known */
	        {"GET", "/mailFolders?$filter=displayName%20eq%20%27Lost%27", .status = 200,
	         .answer = "{\"value\":[]}"},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct buf names CLEANUP(buf_done) = BUF_INIT(KIB(1));
	const struct receiver_options options = {
	        .folder = "Lost", .list_folders = note_folder, .list_folders_ctx = &names};
	struct receiver *r = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(graph_receiver_begin(&options, graph_script_open(&script), &r, &err), E_NOT_FOUND);
	assert_string_equal(buf_cstr(&names), "Posteingang, Sent, Archive, Posteingang/Done, ");
	assert_int_equal(script.at, script.n);
}

/* ---------------------------------------------------------------- telling */

#define TWO_MESSAGES                                                                                    \
	INBOX,                                                                                          \
	{                                                                                               \
		"GET", FIRST, .status = 200,                                                            \
		              .answer = PAGE(MESSAGE("A", "1", "false") "," MESSAGE("B", "2", "false"), \
		                             "deltaLink\":\"" LINK "d1")                                \
	}

static void single_answers_of_a_batch_count(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"POST", "/v1.0/$batch", "\"isRead\":true", .status = 200,
	         .answer =
	                 BATCH("{\"id\":\"1\",\"status\":503,\"headers\":{},\"body\":null},"
	                       "{\"id\":\"0\",\"status\":404,\"body\":{\"error\":{\"code\":\"ErrorItemNotFound\"}}}")},
	        {"POST", "/v1.0/$batch", "/messages/B\"", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":200}")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){.after = AFTER_SEEN});
	const uint32_t uids[] = {2, 1};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_ok(receiver_acknowledge(r, uids, 2, &err), &err);
	end(r, &script);
}

static void long_pauses_are_left_to_the_scheduler(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"POST", "/v1.0/$batch", "DELETE", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":204},"
	                         "{\"id\":\"1\",\"status\":429,\"headers\":{\"Retry-After\":\"120\"}}")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){.after = AFTER_DELETE});
	const uint32_t uids[] = {1, 2};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(receiver_acknowledge(r, uids, 2, &err), E_THROTTLED);
	assert_int_equal(err.retry_after_ms, 120000);
	end(r, &script);
}

static void refused_single_request_is_the_folders_fault(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"POST", "/v1.0/$batch", .status = 200,
	         .answer =
	                 BATCH("{\"id\":\"0\",\"status\":403,\"body\":{\"error\":{\"code\":\"ErrorAccessDenied\"}}}")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){.after = AFTER_SEEN});
	const uint32_t uids[] = {1};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(receiver_acknowledge(r, uids, 1, &err), E_AUTH);
	assert_int_equal(err.scope, SCOPE_FOLDER);
	end(r, &script);
}

/* The refused one is left to the next session, the others are told. */
static void refused_message_keeps_no_other_untold(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"POST", "/v1.0/$batch", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":500},"
	                         "{\"id\":\"1\",\"status\":503,\"headers\":{\"Retry-After\":\"1\"}}")},
	        {"POST", "/v1.0/$batch", "/messages/B\"", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":200}")},
	        {"POST", "/v1.0/$batch", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":404},"
	                         "{\"id\":\"1\",\"status\":503,\"headers\":{\"Retry-After\":\"120\"}}")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r = open_receiver(&script, &(struct receiver_options){.after = AFTER_SEEN});
	const uint32_t uids[] = {1, 2};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(receiver_acknowledge(r, uids, 2, &err), E_REFUSED);
	assert_int_equal(err.scope, SCOPE_FOLDER);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_true(receiver_acknowledge(r, uids, 2, &err) < 0);
	assert_int_equal(err.scope, SCOPE_FOLDER);
	assert_int_equal(err.retry, RETRY_LATER);
	end(r, &script);
}

/* Whether the folder is there isn't known while the server is busy. */
static void busy_server_says_nothing_of_the_target(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"GET", "displayName%20eq%20%27Done%27", .status = 200,
	         .answer = "{\"value\":[{\"id\":\"D1\",\"displayName\":\"Done\"}]}"},
	        {"POST", "/v1.0/$batch", .status = 200,
	         .answer =
	                 BATCH("{\"id\":\"0\",\"status\":404,\"body\":{\"error\":{\"code\":\"ErrorItemNotFound\"}}}")},
	        {"GET", "/mailFolders/D1", .status = 429},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r =
	        open_receiver(&script, &(struct receiver_options){.after = AFTER_MOVE, .after_folder = "Done"});
	const uint32_t uids[] = {1};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_int_equal(receiver_acknowledge(r, uids, 1, &err), E_THROTTLED);
	end(r, &script);
}

static void target_that_vanished_is_made_again(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	        {"GET", "displayName%20eq%20%27Done%27", .status = 200,
	         .answer = "{\"value\":[{\"id\":\"D1\",\"displayName\":\"Done\"}]}"},
	        {"POST", "/v1.0/$batch", "{\"destinationId\":\"D1\"}", .status = 200,
	         .answer =
	                 BATCH("{\"id\":\"0\",\"status\":404,\"body\":{\"error\":{\"code\":\"ErrorItemNotFound\"}}}")},
	        {"GET", "/mailFolders/D1", .status = 404, .answer = "{\"error\":{\"code\":\"ErrorItemNotFound\"}}"},
	        {"GET", "displayName%20eq%20%27Done%27", .status = 200, .answer = "{\"value\":[]}"},
	        {"POST", "/mailFolders", .status = 201, .answer = "{\"id\":\"D2\"}"},
	        {"POST", "/v1.0/$batch", "{\"destinationId\":\"D2\"}", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":201}")},
	};
	struct graph_script script = GRAPH_SCRIPT(lines);
	struct receiver *r =
	        open_receiver(&script, &(struct receiver_options){.after = AFTER_MOVE, .after_folder = "Done"});
	const uint32_t uids[] = {1};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	assert_ok(receiver_acknowledge(r, uids, 1, &err), &err);
	end(r, &script);
}

/* What left the folder since another session read it is none of ours: it isn't touched where it is now. */
static void what_left_the_folder_is_not_touched(void **state)
{
	static const struct graph_line lines[] = {
	        TWO_MESSAGES,
	};
	static const struct graph_line later[] = {
	        INBOX,
	        {"GET", "/d1", .status = 200, .answer = PAGE(GONE("A"), "deltaLink\":\"" LINK "d2")},
	        {"POST", "/v1.0/$batch", "/messages/B\"", .status = 200,
	         .answer = BATCH("{\"id\":\"0\",\"status\":204}")},
	};
	struct receiver_names *names CLEANUP(names_freep) = names_memory_new();
	struct graph_script script = GRAPH_SCRIPT(lines), second = GRAPH_SCRIPT(later);
	const struct receiver_options options = {.after = AFTER_DELETE, .names = names};
	struct receiver *r = open_receiver(&script, &options);
	const uint32_t uids[] = {1, 2};
	struct error err = {0};

	(void)state;
	assert_int_equal(scan(r, 0), 2);
	end(r, &script);
	r = open_receiver(&second, &options);
	assert_ok(receiver_acknowledge(r, uids, 2, &err), &err);
	end(r, &second);
}

/* ---------------------------------------------------------------- answers that are none */

static void nonsense_is_no_page(void **state)
{
	static const char *const bodies[] = {
	        "",
	        "{",
	        "[]",
	        "{\"value\":{}}",
	        "{\"value\":[1]}",
	        "{\"value\":[{\"id\":\"\"}]}",
	        "{\"value\":[{\"id\":\"a b\"}]}",
	        "{\"value\":[{\"id\":5}]}",
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct graph_page page;
		struct error err = {0};

		assert_int_equal(graph_page_read(str_of(bodies[i]), arena, &page, &err), E_PROTOCOL);
	}
}

static void times_are_read_strictly(void **state)
{
	(void)state;
	assert_int_equal(graph_time(STR("2026-11-21T07:39:31Z")), 1795246771000);
	assert_int_equal(graph_time(STR("2026-11-21T07:39:31.123Z")), 1795246771000);
	assert_int_equal(graph_time(STR("2026-13-21T07:39:31Z")), 0);
	assert_int_equal(graph_time(STR("2026-11-21")), 0);
	assert_int_equal(graph_time(STR("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pages_are_gathered_oldest_first),
	        cmocka_unit_test(forgotten_delta_looks_at_everything_and_imports_nothing),
	        cmocka_unit_test(look_that_breaks_off_changes_nothing),
	        cmocka_unit_test(pages_with_nothing_new_have_an_end),
	        cmocka_unit_test(link_to_another_host_is_refused),
	        cmocka_unit_test(too_large_comes_with_its_header_and_size),
	        cmocka_unit_test(faults_of_one_message_are_its_own),
	        cmocka_unit_test(no_message_blocks_the_next),
	        cmocka_unit_test(folders_are_found_level_by_level),
	        cmocka_unit_test(folders_are_listed_as_paths),
	        cmocka_unit_test(single_answers_of_a_batch_count),
	        cmocka_unit_test(long_pauses_are_left_to_the_scheduler),
	        cmocka_unit_test(refused_single_request_is_the_folders_fault),
	        cmocka_unit_test(refused_message_keeps_no_other_untold),
	        cmocka_unit_test(busy_server_says_nothing_of_the_target),
	        cmocka_unit_test(target_that_vanished_is_made_again),
	        cmocka_unit_test(what_left_the_folder_is_not_touched),
	        cmocka_unit_test(nonsense_is_no_page),
	        cmocka_unit_test(times_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
