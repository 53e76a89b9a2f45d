/* Who uses what, and whose it is then: right after every change, and no walk over all accounts for each question. */
#include "setup/users.h"

#include "setup/personal.h"
#include "setup/snapshot.h"
#include "store/test_store.h"

#include <stdio.h>

#include "base/test.h"

#define MANY 10000

static void put(struct setup *setup, const struct record_type *type, const char *json)
{
	json_t *document CLEANUP(json_decrefp) = json_loads(json, 0, NULL);
	struct error err;
	void *record;

	assert_non_null(document);
	assert_ok(record_read(type, document, type->plural, &plain_sealer, setup->arena, &record, &err), &err);
	setup_put(setup, type, record);
}

static void put_operator(struct setup *setup, const char *id)
{
	put(setup, &operator_type, arena_printf(setup->arena, "{\"id\":\"%s\"}", id).p);
}

static void put_profile(struct setup *setup, const char *id, const char *keystore)
{
	put(setup, &authentication_profile_type,
	    arena_printf(setup->arena,
	                 "{\"id\":\"%s\",\"template\":\"google\",\"client_id\":\"c\",\"client_secret\":\"s\","
	                 "\"truststore\":\"%s\"}",
	                 id, keystore)
	            .p);
}

static void put_account(struct setup *setup, const char *id, const char *owner, const char *profile)
{
	put(setup, &account_type,
	    arena_printf(setup->arena, "{\"id\":\"%s\",\"owner\":\"%s\",\"receive\":{\"profile\":\"%s\"}}", id, owner,
	                 profile)
	            .p);
}

/* "a b": those that use it together, "": somebody else does as well, or nobody. */
static const char *mailboxes(const struct setup *setup, const struct record_type *type, const char *id)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct account *mailbox = NULL;

	while ((mailbox = personal_mailbox(setup, type, id, mailbox)))
		buf_printf(&out, "%s%s", out.n ? " " : "", mailbox->id);
	return arena_cstr(setup->arena, buf_str(&out));
}

static void whose_it_is_follows_each_change(void **state UNUSED)
{
	struct setup *setup CLEANUP(setup_freep) = setup_new();

	put_operator(setup, "eva");
	put_profile(setup, "p", "keys");
	put_account(setup, "c", "eva", "p");
	put_account(setup, "a", "eva", "p");
	assert_string_equal(mailboxes(setup, &authentication_profile_type, "p"), "a c");
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "a c");
	put_account(setup, "b", "", "p"); /* the company's */
	assert_string_equal(mailboxes(setup, &authentication_profile_type, "p"), "");
	put_account(setup, "b", "eva", "p");
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "a b c");
	put_account(setup, "b", "max", "p"); /* who isn't there */
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "");
	put_operator(setup, "max");
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "a b c");
	put_account(setup, "a", "eva", "");
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "b c");
	put_profile(setup, "p", "others");
	assert_string_equal(mailboxes(setup, &keystore_type, "keys"), "");
	assert_string_equal(mailboxes(setup, &keystore_type, "others"), "b c");
	assert_string_equal(mailboxes(setup, &provider_type, "others"), "");
}

/* Each with a profile of its own, and all with the keys of one. */
static void thousands_of_profiles_are_one_walk(void **state UNUSED)
{
	struct setup *setup CLEANUP(setup_freep) = setup_new();
	const struct account *mailbox = NULL;
	size_t count = 0;
	char id[20];

	put_operator(setup, "eva");
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof id, "a%05d", i);
		put_profile(setup, id, "keys");
		put_account(setup, id, "eva", id);
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof id, "a%05d", i);
		assert_string_equal(mailboxes(setup, &authentication_profile_type, id), id);
		put_account(setup, id, "eva", id); /* as it was: nothing is looked for anew */
	}
	while ((mailbox = personal_mailbox(setup, &keystore_type, "keys", mailbox)))
		count++;
	assert_int_equal(count, MANY);
	assert_int_equal(users_index_steps(setup), MANY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whose_it_is_follows_each_change),
	        cmocka_unit_test(thousands_of_profiles_are_one_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
