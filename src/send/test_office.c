/* See test_office.h. */
#include "send/test_office.h"

#include "base/clock.h"
#include "net/dialogue/dialogue.h"
#include "store/messages.h"
#include "store/test_store.h"

#include "base/test.h"

struct dialogue_set *office_dialogues;

void open_office(struct office *o, struct store *store)
{
	*o = (struct office){.store = store, .arena = arena_new(), .next_id = 1};
	assert_ok(store_connect(store, &o->db, &o->err), &o->err);
}

void close_office(struct office *o)
{
	setup_free(o->setup);
	db_close(o->db);
	arena_free(o->arena);
}

void set_port(struct office *o, int port)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(16));
	json_t *document = NULL;
	struct str text =
	        arena_printf(o->arena,
	                     "providers: {p: {name: P, send: {host: x}, receive: {enabled: false}, limits: {%s}}}\n"
	                     "accounts: {support: {name: S, provider: p, send: {address: support@example.com, "
	                     "host: 127.0.0.1, port: %d, security: none, timeout_s: 4%s}}}",
	                     o->limits ? o->limits : "", port,
	                     o->reads ? ", sent_copy: auto}, receive: {host: imap.example.com, user: u, password: p"
	                              : "}, receive: {enabled: false");

	assert_ok(yaml_read(text, "set-up", &document, &o->err), &o->err);
	assert_ok(setup_apply(o->db, &plain_sealer, document, "tester", false, &report, &o->err), &o->err);
	json_decref(document);
	setup_free(take(o->setup));
	assert_ok(setup_load(o->db, &plain_sealer, &o->setup, &o->err), &o->err);
}

/* A message in the outbox, to ann and (where given) to one more; returns the row's id. */
int64_t queue(struct office *o, const char *second)
{
	struct outbox_recipient recipients[2] = {{.address = "ann@example.org", .state = "queued", .reply = ""},
	                                         {.address = second, .state = "queued", .reply = ""}};
	int64_t now = clock_now_ms(), id = o->next_id++;
	struct packed packed;
	struct outbox_row row = {
	        .id = id,
	        .account = "support",
	        .message_id = id,
	        .kind = "message",
	        .answer_to = "",
	        .envelope_from = "support@example.com",
	        .state = "queued",
	        .next_try_at = now,
	        .reply = "",
	        .created_at = now,
	        .recipients = recipients,
	        .recipient_count = second ? 2 : 1,
	};

	packed_make(&packed, STR("Subject: hi\r\n\r\nhello\r\n"));
	assert_ok(db_begin(o->db, &o->err), &o->err);
	assert_ok(raw_insert(o->db, id, &packed, &o->err), &o->err);
	assert_ok(outbox_insert(o->db, &row, &o->err), &o->err);
	assert_ok(db_commit(o->db, &o->err), &o->err);
	packed_done(&packed);
	return id;
}

int send_all(struct office *o)
{
	const struct outbox_options options = {.store = o->store, .setup = o->setup, .claim = "me"};

	o->counts = (struct outbox_counts){0};
	return outbox_send_account(&options, "support", &o->counts, &o->err);
}

/* Sends with that dialogue's server. */
int send_with(struct office *o, const char *dialogue)
{
	struct player *player;
	int port, r;

	player = player_listen(dialogue_find(office_dialogues, dialogue), NULL, &port);
	set_port(o, port);
	r = send_all(o);
	player_finish(player);
	return r;
}

struct outbox_row row_of(struct office *o, int64_t id)
{
	struct outbox_row row = {0};

	assert_int_equal(outbox_get(o->db, id, o->arena, &row, &o->err), 1);
	return row;
}

void run_sql(struct office *o, const char *sql, int64_t id)
{
	assert_ok(db_exec(o->db, sql, DB_ARGS(DB_INT(id)), &o->err), &o->err);
}

int64_t number(struct office *o, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_query_int(o->db, sql, DB_NO_ARGS, &n, &o->err), 1);
	return n;
}
