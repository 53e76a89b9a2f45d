/* A session against scripted IMAP servers, on both databases. */
#include "listen/session.h"

#include "net/dialogue/dialogue.h"
#include "store/ledger.h"
#include "store/test_store.h"

#include "base/test.h"

#define OPENING                                                                                 \
	"S: * PREAUTH [CAPABILITY IMAP4rev1] hello\nC: <tag> SELECT \"INBOX\"\nS: * 3 EXISTS\n" \
	"S: * OK [UIDVALIDITY 7] ok\nS: <tag> OK [READ-WRITE] done\n"

static const char script[] =
        "== refuses\n" OPENING "C: <tag> UID STORE 1:2 +FLAGS.SILENT (\\Seen)\nS: <tag> NO you may not\n"
        "C: <tag> UID FETCH 4:* (UID RFC822.SIZE)\nS: <tag> OK\nC: <tag> LOGOUT\n"
        "== takes\n" OPENING "C: <tag> UID STORE 1:2 +FLAGS.SILENT (\\Seen)\nS: <tag> OK\nC: <tag> LOGOUT\n";

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

struct office {
	struct store *store;
	struct db *db;
	struct setup *setup;
	struct arena *arena;
	struct error err;
};

static void set_up(struct office *o, int port)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document = NULL;
	struct str text = arena_printf(
	        o->arena,
	        "accounts: {box: {name: Box, send: {enabled: false}, receive: {host: 127.0.0.1, port: %d, security: "
	        "none, "
	        "allow_insecure_login: true, user: anna, password: pw, timeout_s: 4}}}\n"
	        "case_types: {request: {name: Request, number_mask: 'R-{number}'}}\n"
	        "rules: {all: {name: All, branches: [{name: all, activity: create-case, case_type: request}]}}\n"
	        "listeners: {inbox: {name: Inbox, account: box, rule: all, after: seen}}\n",
	        port);

	assert_ok(yaml_read(text, "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &sealer, document, "tester", false, &report, &o->err), &o->err);
	json_decref(document);
	setup_free(take(o->setup));
	assert_ok(setup_load(o->db, &sealer, &o->setup, &o->err), &o->err);
}

/* Two messages were committed before, and the server has not heard of them. */
static void open_office(struct office *o, struct store *store)
{
	struct folder folder = {0};

	*o = (struct office){.store = store, .arena = arena_new()};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
	assert_ok(folder_open(o->db, "box", "INBOX", &folder, &o->err), &o->err);
	assert_ok(folder_advance(o->db, folder.id, 7, 3, &o->err), &o->err);
	for (uint32_t uid = 1; uid <= 2; uid++) {
		const struct ledger_row row = {.id = uid,
		                               .listener = "inbox",
		                               .folder_id = folder.id,
		                               .uidvalidity = 7,
		                               .uid = uid,
		                               .state = "committed",
		                               .outcome = "filed",
		                               .answer = "",
		                               .category = "",
		                               .reason = ""};

		assert_ok(ledger_insert(o->db, &row, &o->err), &o->err);
	}
}

static void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

static int64_t count_committed(struct office *o)
{
	int64_t n = -1;

	assert_int_equal(
	        db_query_int(o->db, "SELECT COUNT(*) FROM ledger WHERE state = 'committed'", DB_NO_ARGS, &n, &o->err),
	        1);
	return n;
}

static void play(struct office *o, const char *name, bool read)
{
	struct dialogue_set *set CLEANUP(dialogue_set_freep) = dialogue_set_parse("session", script);
	struct session *session = NULL;
	struct intake_counts counts = {0};
	struct player *player;
	int port;

	player = player_listen(dialogue_find(set, name), NULL, &port);
	set_up(o, port);
	const struct session_options options = {
	        .store = o->store, .setup = o->setup, .listener = setup_listener(o->setup, "inbox")};
	assert_ok(session_open(&options, &session, &o->err), &o->err);
	if (read)
		assert_ok(session_read(session, &counts, &o->err), &o->err);
	session_close(session);
	player_finish(player);
}

static void check_leftovers(struct store *store)
{
	struct office o;

	open_office(&o, store);
	play(&o, "refuses", true); /* it is read all the same, and asked once only */
	assert_int_equal(count_committed(&o), 2);
	play(&o, "takes", false);
	assert_int_equal(count_committed(&o), 0);
	close_office(&o);
}

static void a_server_that_takes_no_acknowledgements_is_read(void **state UNUSED)
{
	test_store_each(check_leftovers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_server_that_takes_no_acknowledgements_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
