/* The whole at work: accounts beside each other, an orderly end. */
#include "listen/serve.h"

#include "base/clock.h"
#include "net/dialogue/dialogue.h"
#include "setup/setup.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/test_store.h"

#include <pthread.h>
#include <sched.h>

#include "base/test.h"

static const char script[] =
        "== silent\nsilence\n"
        "== sends\nS: 220 x\nC: EHLO <*>\nS: 250 x\nC: MAIL <*>\nS: 250 ok\nC: RCPT <*>\nS: 250 ok\nC: DATA\n"
        "S: 354 go\nC-until: .\nS: 250 taken\nC: QUIT\n";

static int seal_plainly(void *ctx UNUSED, const char *context UNUSED, struct str plain, struct buf *out,
                        struct error *err UNUSED)
{
	buf_add(out, plain);
	return 0;
}

static int open_plainly(void *ctx UNUSED, const char *context UNUSED, struct str sealed, struct secret *ret,
                        struct error *err UNUSED)
{
	secret_set(ret, sealed);
	return 0;
}

static const struct sealer sealer = {NULL, seal_plainly, open_plainly};

static void set_up(struct db *db, int silent_port, int port)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct error err;
	json_t *document = NULL;
	struct str text = arena_printf(arena,
	                               "accounts:\n"
	                               "  a: {name: A, send: {address: a@x, host: 127.0.0.1, port: %d, security: none, "
	                               "timeout_s: 3}, receive: {enabled: false}}\n"
	                               "  b: {name: B, send: {address: b@x, host: 127.0.0.1, port: %d, security: "
	                               "none}, receive: {enabled: false}}\n",
	                               silent_port, port);

	assert_ok(yaml_read(text, "set-up", &document, &err), &err);
	assert_ok(setup_apply(db, &sealer, document, "tester", false, &report, &err), &err);
	json_decref(document);
}

static void queue(struct db *db, int64_t id, const char *account)
{
	struct outbox_recipient recipient = {.address = "ann@example.org", .state = "queued", .reply = ""};
	const struct outbox_row row = {.id = id,
	                               .account = account,
	                               .message_id = id,
	                               .kind = "message",
	                               .answer_to = "",
	                               .envelope_from = "x@x",
	                               .state = "queued",
	                               .next_try_at = 1,
	                               .reply = "",
	                               .created_at = clock_now_ms(),
	                               .recipients = &recipient,
	                               .recipient_count = 1};
	struct packed packed;
	struct error err;

	packed_make(&packed, STR("Subject: hi\r\n\r\nhello\r\n"));
	assert_ok(raw_insert(db, id, &packed, &err), &err);
	assert_ok(outbox_insert(db, &row, &err), &err);
	packed_done(&packed);
}

static void *run(void *serve)
{
	serve_run(serve);
	return NULL;
}

/* Until account b's message is sent; false after two seconds. */
static bool is_sent_soon(struct db *db)
{
	int64_t until = clock_mono_ms() + 2000, n = 0;
	struct error err;

	while (n == 0 && clock_mono_ms() < until) {
		assert_int_equal(db_query_int(db, "SELECT COUNT(*) FROM outbox WHERE account = 'b' AND state = 'sent'",
		                              DB_NO_ARGS, &n, &err),
		                 1);
		sched_yield();
	}
	return n == 1;
}

static void check_slow_server(struct store *store)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("serve", script);
	const struct serve_options options = {.store = store, .sealer = &sealer, .workers = 2, .claim = "me"};
	struct db *db CLEANUP(db_closep) = NULL;
	struct player *silent, *sends;
	struct serve *serve = NULL;
	int silent_port, port;
	pthread_t thread;
	struct error err;
	bool sent;

	assert_ok(store_connect(store, &db, &err), &err);
	silent = player_listen(dialogue_find(set, "silent"), NULL, &silent_port);
	sends = player_listen(dialogue_find(set, "sends"), NULL, &port);
	set_up(db, silent_port, port);
	queue(db, 1, "a");
	queue(db, 2, "b");
	assert_ok(serve_start(&options, &serve, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run, serve), 0);
	sent = is_sent_soon(db);
	serve_stop(serve);
	pthread_join(thread, NULL);
	player_finish(silent);
	player_finish(sends);
	assert_true(sent);
}

static void a_silent_server_holds_up_no_other_account(void **state UNUSED)
{
	test_store_each(check_slow_server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_silent_server_holds_up_no_other_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
