/* What apply says of mail in flight when an account moves. */
#include "setup/setup.h"
#include "store/test_store.h"

#include "base/test.h"

static const char set_up[] = "providers: {host: {login: address, receive: {host: imap.first.example}}}\n"
                             "accounts:\n"
                             "  shop: {provider: host, send: {address: shop@example.com}, receive: {password: p}}\n"
                             "  idle: {receive: {host: h, user: u, password: p}}\n";

static void apply(struct db *db, const char *yaml, struct buf *report)
{
	json_t *document CLEANUP(json_decrefp) = NULL;
	struct error err;

	buf_clear(report);
	assert_ok(yaml_read(str_of(yaml), "set-up", &document, &err), &err);
	assert_ok(setup_apply(db, &plain_sealer, document, "tester", false, report, &err), &err);
}

static void exec(struct db *db, const char *sql)
{
	struct error err;

	assert_ok(db_exec(db, sql, DB_NO_ARGS, &err), &err);
}

static void add_mail(struct db *db)
{
	exec(db, "INSERT INTO folder (id, account, name) VALUES (900, 'shop', 'INBOX')");
	exec(db, "INSERT INTO ledger (id, listener, folder_id, uidvalidity, uid, state, outcome, answer, category, "
	         "reason, tries,"
	         " message_ident, content_key, size, received_at)"
	         " VALUES (901, 'l', 900, 1, 1, 'committed', '', '', '', '', 0, '', 0, 0, 0),"
	         " (902, 'l', 900, 1, 2, 'committed', '', '', '', '', 0, '', 0, 0, 0),"
	         " (903, 'l', 900, 1, 3, 'failed', '', '', '', '', 1, '', 0, 0, 0),"
	         " (904, 'l', 900, 1, 4, 'acknowledged', '', '', '', '', 0, '', 0, 0, 0)");
}

static void check_moves(struct store *store)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	struct db *db CLEANUP(db_closep) = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	apply(db, set_up, &report);
	add_mail(db);
	apply(db,
	      "accounts: {shop: {provider: host, name: Shop, send: {address: shop@example.com}, receive: {password: "
	      "p}}}",
	      &report);
	assert_null(strstr(buf_cstr(&report), "in flight"));
	apply(db, "accounts: {idle: {receive: {host: i, user: u, password: p}}}", &report);
	assert_null(strstr(buf_cstr(&report), "in flight"));
	/* Its provider moves, the account's record stays. */
	apply(db, "providers: {host: {login: address, receive: {host: imap.second.example}}}", &report);
	assert_non_null(strstr(buf_cstr(&report), "accounts/shop: warning: mail in flight: handled and not yet told to "
	                                          "imap.first.example: 2; after the change to imap.second.example"));
	assert_non_null(strstr(buf_cstr(&report), "from imap.first.example and to be tried again: 1;"));
}

static void apply_tells_of_mail_in_flight(void **state UNUSED)
{
	test_store_each(check_moves);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(apply_tells_of_mail_in_flight)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
