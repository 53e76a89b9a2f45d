/* Credentials, links, sessions, tokens, attempts and the audit trail in both databases. */
#include "store/credentials.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/attempts.h"
#include "store/audit.h"
#include "store/sessions.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define NOW 1795000000000

static struct db *open_db(struct store *store)
{
	struct db *db = NULL;
	struct error err;

	assert_ok(store_connect(store, &db, &err), &err);
	return db;
}

/* ---------------------------------------------------------------- credentials */

static void check_factor(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = open_db(store);
	static const char *const codes[] = {"aa", "bb"};
	struct sealed_factor *sealed;
	struct credential c;
	struct error err;
	int64_t left = 0;

	assert_int_equal(credential_get(db, "anna", arena, &c, &err), 0);
	assert_string_equal(c.password_hash, "");
	assert_ok(credential_set_password(db, "anna", "hash", NOW, &err), &err);
	assert_ok(credential_set_pending(db, "anna", "sealed", &err), &err);
	assert_int_equal(credential_get(db, "anna", arena, &c, &err), 1);
	assert_string_equal(c.factor, "");
	assert_string_equal(c.factor_pending, "sealed");
	assert_int_equal(credential_confirm_factor(db, "anna", "another key", 7, &err), 0);
	assert_int_equal(credential_confirm_factor(db, "anna", "", 7, &err), 0);
	assert_int_equal(credential_confirm_factor(db, "anna", "sealed", 7, &err), 1);
	assert_int_equal(credential_confirm_factor(db, "anna", "", 8, &err), 0); /* none waits any more */
	assert_int_equal(credential_use_step(db, "anna", 7, &err), 0);
	assert_int_equal(credential_use_step(db, "anna", 8, &err), 1);
	assert_int_equal(credential_use_step(db, "anna", 8, &err), 0);
	assert_ok(credential_reseal(db, "anna", false, "sealed", "anew", &err), &err);
	assert_int_equal(credentials_sealed(db, arena, &sealed, &err), 1);
	assert_string_equal(sealed[0].sealed, "anew");
	assert_ok(recovery_codes_set(db, "anna", codes, 2, &err), &err);
	assert_int_equal(recovery_code_use(db, "anna", "aa", NOW, &err), 1);
	assert_int_equal(recovery_code_use(db, "anna", "aa", NOW, &err), 0);
	assert_int_equal(recovery_code_use(db, "bob", "bb", NOW, &err), 0);
	assert_ok(recovery_codes_left(db, "anna", &left, &err), &err);
	assert_int_equal(left, 1);
	assert_int_equal(credential_rehash(db, "anna", "other", "x", &err), 0);
	assert_int_equal(credential_rehash(db, "anna", "hash", "hash2", &err), 1);
	assert_ok(credential_remove_factor(db, "anna", &err), &err);
	assert_int_equal(credential_get(db, "anna", arena, &c, &err), 1);
	assert_string_equal(c.factor, "");
	assert_string_equal(c.password_hash, "hash2");
}

static void a_second_factor_counts_once(void **state UNUSED)
{
	test_store_each(check_factor);
}

static void check_links(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = open_db(store);
	struct sign_in_link link = {"anna", "root", NOW, NOW + 1000}, found;
	struct error err;

	assert_ok(link_put(db, "one", &link, &err), &err);
	assert_ok(link_put(db, "two", &link, &err), &err); /* takes the place of the first */
	assert_int_equal(link_get(db, "one", NOW, arena, &found, &err), 0);
	assert_int_equal(link_get(db, "two", NOW, arena, &found, &err), 1);
	assert_string_equal(found.operator_id, "anna");
	assert_int_equal(link_get(db, "two", NOW + 1000, arena, &found, &err), 0);
	assert_int_equal(link_use(db, "two", NOW + 1000, &err), 0);
	assert_int_equal(link_use(db, "two", NOW, &err), 1);
	assert_int_equal(link_use(db, "two", NOW, &err), 0);
}

static void a_link_is_good_once_and_for_a_time(void **state UNUSED)
{
	test_store_each(check_links);
}

/* ---------------------------------------------------------------- sessions and tokens */

static void check_sessions(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = open_db(store);
	struct session s = {.operator_id = "anna",
	                    .method = "password",
	                    .created_at = NOW,
	                    .seen_at = NOW,
	                    .expires_at = NOW + 1000,
	                    .address = "192.0.2.1",
	                    .agent = "Browser"},
	               *list;
	struct error err;

	for (int i = 1; i <= 3; i++) {
		char hash[8];

		snprintf(hash, sizeof hash, "h%d", i);
		s.id = i;
		s.token_hash = hash;
		s.seen_at = NOW + i;
		assert_ok(session_insert(db, &s, &err), &err);
	}
	assert_int_equal(session_find(db, "h2", arena, &s, &err), 1);
	assert_int_equal(s.id, 2);
	assert_string_equal(s.agent, "Browser");
	assert_int_equal(session_find(db, "h9", arena, &s, &err), 0);
	assert_ok(session_seen(db, 1, NOW + 100, &err), &err);
	assert_int_equal(session_list(db, "anna", 10, arena, &list, &err), 3);
	assert_int_equal(list[0].id, 1);
	assert_int_equal(session_end_all(db, "anna", 1, &err), 2);
	assert_ok(session_purge(db, NOW + 999, NOW + 99, &err), &err);
	assert_int_equal(session_find(db, "h1", arena, &s, &err), 1);
	assert_ok(session_purge(db, NOW + 999, NOW + 100, &err), &err);
	assert_int_equal(session_find(db, "h1", arena, &s, &err), 0);
}

static void sessions_end(void **state UNUSED)
{
	test_store_each(check_sessions);
}

static void check_tokens(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = open_db(store);
	struct api_token t = {.id = 5,
	                      .token_hash = "h",
	                      .prefix = "hp_abc",
	                      .operator_id = "anna",
	                      .name = "ci",
	                      .rights = "cases.read",
	                      .accounts = "support",
	                      .created_by = "root",
	                      .created_at = NOW},
	                 *list;
	struct session session = {
	        .id = 1, .token_hash = "s", .operator_id = "anna", .method = "link", .address = "", .agent = ""};
	struct error err;

	assert_ok(api_token_insert(db, &t, &err), &err);
	t.id = 6;
	t.token_hash = "i";
	t.operator_id = "bob";
	assert_ok(api_token_insert(db, &t, &err), &err);
	assert_ok(api_token_used(db, 5, NOW + 1, "192.0.2.7", &err), &err);
	assert_int_equal(api_token_find(db, "h", arena, &t, &err), 1);
	assert_string_equal(t.used_from, "192.0.2.7");
	assert_string_equal(t.rights, "cases.read");
	assert_int_equal(api_token_list(db, NULL, 0, 10, arena, &list, &err), 2);
	assert_int_equal(api_token_list(db, NULL, 6, 10, arena, &list, &err), 1);
	assert_int_equal(api_token_list(db, "bob", 0, 10, arena, &list, &err), 1);
	assert_int_equal(api_token_delete(db, 6, &err), 1);
	assert_int_equal(api_token_delete(db, 6, &err), 0);
	assert_ok(session_insert(db, &session, &err), &err);
	assert_ok(credentials_forget(db, "anna", &err), &err);
	assert_int_equal(api_token_find(db, "h", arena, &t, &err), 0);
	assert_int_equal(session_find(db, "s", arena, &session, &err), 0);
}

static void tokens_go_with_their_operator(void **state UNUSED)
{
	test_store_each(check_tokens);
}

/* ---------------------------------------------------------------- attempts */

static int try_at(struct db *db, int64_t now, int64_t *ret_until)
{
	static const struct attempt_policy policy = {.free = 3, .first_ms = 1000, .longest_ms = 3000};
	struct error err;
	int r = attempt_begin(db, ATTEMPT_OPERATOR, "anna", &policy, now, ret_until, &err);

	assert_ok(r, &err);
	return r;
}

static void check_attempts(struct store *store)
{
	struct db *db CLEANUP(db_closep) = open_db(store);
	struct error err;
	int64_t until = 0, at = NOW;
	static const int64_t delays[] = {1000, 2000, 3000, 3000};

	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(db, at, &until), 1);
	for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
		assert_int_equal(try_at(db, at, &until), 1); /* the door closes behind this one */
		assert_int_equal(try_at(db, at, &until), 0);
		assert_int_equal(until, at + delays[i]);
		at = until;
	}
	/* One that ended well. */
	assert_int_equal(try_at(db, at, &until), 1);
	assert_ok(attempt_forget(db, ATTEMPT_OPERATOR, "anna", &err), &err);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(db, at, &until), 1);
	assert_ok(attempt_take_back(db, ATTEMPT_OPERATOR, "anna", at, &err), &err);
	assert_int_equal(try_at(db, at, &until), 1);
	/* A day later nothing is left. */
	at += HOURS_MS(25);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(db, at, &until), 1);
	assert_ok(attempts_purge(db, at + HOURS_MS(25), &err), &err);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_at(db, at, &until), 1);
}

static void failures_close_the_door_for_longer_and_longer(void **state UNUSED)
{
	test_store_each(check_attempts);
}

/* ---------------------------------------------------------------- audit */

static void check_audit(struct store *store)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct db *db CLEANUP(db_closep) = open_db(store);
	char *much CLEANUP(freep) = mem_new(2000, 1);
	struct audit_entry entry = {.at = NOW,
	                            .author = "anna",
	                            .action = "sign-in",
	                            .object = "operators/anna",
	                            .detail = much,
	                            .address = "192.0.2.1",
	                            .agent = "a\nb\x01"},
	                   *list;
	struct error err;

	memset(much, 'x', 1999);
	assert_ok(audit_add(db, &entry, &err), &err);
	entry.object = "operators/bob";
	assert_ok(audit_add(db, &entry, &err), &err);
	assert_int_equal(audit_list(db, "", 0, 0, 10, arena, &list, &err), 2);
	assert_int_equal(audit_list(db, "", list[0].at, list[0].id, 10, arena, &list, &err), 1);
	assert_int_equal(audit_list(db, "operators/anna", 0, 0, 10, arena, &list, &err), 1);
	assert_int_equal(strlen(list[0].detail), AUDIT_MAX_TEXT);
	assert_string_equal(list[0].agent, "a?b?");
}

static void audit_keeps_what_came_printable_and_short(void **state UNUSED)
{
	test_store_each(check_audit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_second_factor_counts_once),
	        cmocka_unit_test(a_link_is_good_once_and_for_a_time),
	        cmocka_unit_test(sessions_end),
	        cmocka_unit_test(tokens_go_with_their_operator),
	        cmocka_unit_test(failures_close_the_door_for_longer_and_longer),
	        cmocka_unit_test(audit_keeps_what_came_printable_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
