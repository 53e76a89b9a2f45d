/* Advanced settings: what each key comes to, and what is refused with which words. */
#include "setup/advanced.h"

#include "base/test.h"

#define MAX_PAIRS 4

/* "key=value" texts as settings; returns advanced_read()'s answer. */
static int read_settings(enum advanced_side side, const char *const *texts, struct advanced *ret, struct error *err)
{
	static char room[MAX_PAIRS][200];
	struct text_pair items[MAX_PAIRS];
	struct text_pairs pairs = {items, 0};
	struct text_list none = {NULL, 0};

	for (; pairs.count < MAX_PAIRS && texts[pairs.count]; pairs.count++) {
		const char *text = texts[pairs.count], *sign = strchr(text, '=');
		size_t n = (size_t)(sign - text);

		memcpy(room[pairs.count], text, n);
		room[pairs.count][n] = '\0';
		items[pairs.count] = (struct text_pair){room[pairs.count], sign + 1};
	}
	return advanced_read(side, &pairs, &none, ret, err);
}

static struct advanced good(enum advanced_side side, const char *first, const char *second)
{
	const char *texts[] = {first, second, NULL};
	struct advanced advanced;
	struct error err;

	assert_ok(read_settings(side, texts, &advanced, &err), &err);
	return advanced;
}

static void each_key_comes_to_something(void **state UNUSED)
{
	assert_int_equal(good(ADVANCED_SEND, "connect_timeout_ms=2500", NULL).connect_timeout_ms, 2500);
	assert_int_equal(good(ADVANCED_SEND, "mail.smtp.connectiontimeout=2500", NULL).connect_timeout_ms, 2500);
	assert_int_equal(good(ADVANCED_RECEIVE, "mail.imaps.timeout=100", NULL).timeout_ms, 100);
	assert_int_equal(good(ADVANCED_SEND, "mail.smtp.auth.plain.disable=true", NULL).disabled, SASL_BIT(SASL_PLAIN));
	assert_int_equal(good(ADVANCED_SEND, "auth.plain.disable=true", "auth.login.disable=true").disabled,
	                 SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN));
	assert_int_equal(
	        good(ADVANCED_RECEIVE, "mail.imap.auth.login.disable=true", "mail.imap.auth.plain.disable=false")
	                .disabled,
	        SASL_BIT(SASL_LOGIN));
	assert_int_equal(good(ADVANCED_SEND, "mail.smtp.auth.ntlm.disable=true", NULL).disabled, 0);
	assert_int_equal(good(ADVANCED_SEND, "mail.smtp.auth.mechanisms=LOGIN plain", NULL).disabled,
	                 (SASL_BIT(SASL_MECHANISMS) - 1) & ~(SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN)));
	assert_true(good(ADVANCED_SEND, "mail.smtp.starttls.required=true", NULL).require_tls);
	assert_true(
	        good(ADVANCED_SEND, "mail.smtp.starttls.enable=true", "mail.smtp.starttls.required=true").require_tls);
	assert_string_equal(good(ADVANCED_SEND, "mail.smtp.localhost=mx.example", NULL).helo_name, "mx.example");
	assert_true(good(ADVANCED_SEND, "pipelining=false", NULL).no_pipelining);
	assert_true(good(ADVANCED_SEND, "chunking=false", NULL).no_chunking);
	assert_int_equal(good(ADVANCED_RECEIVE, "mail.imap.fetchsize=65536", NULL).batch_bytes, 65536);
	assert_int_equal(good(ADVANCED_RECEIVE, "batch_messages=7", NULL).batch_count, 7);
	good(ADVANCED_SEND, "mail.smtps.ssl.checkserveridentity=true", NULL);
}

static void versions_are_a_range(void **state UNUSED)
{
	struct advanced a = good(ADVANCED_SEND, "mail.smtp.ssl.protocols=TLSv1.2 TLSv1.3", NULL);

	assert_true(a.has_versions && a.lowest == 2 && a.highest == 3);
	a = good(ADVANCED_SEND, "tls_versions=1.2", NULL);
	assert_true(a.has_versions && a.lowest == 2 && a.highest == 2);
	a = good(ADVANCED_SEND, "tls_versions=TLSv1.1,TLSv1.2, TLSv1", NULL);
	assert_true(a.has_versions && a.lowest == 0 && a.highest == 2);
}

static void what_is_wrong_is_said(void **state UNUSED)
{
	static const struct {
		enum advanced_side side;
		const char *texts[3], *want;
	} cases[] = {
	        {ADVANCED_SEND,
	         {"conect_timeout_ms=1"},
	         "send/advanced/conect_timeout_ms: unknown key (did you mean connect_timeout_ms?)"},
	        {ADVANCED_RECEIVE,
	         {"mail.imap.conectiontimeout=1"},
	         "receive/advanced/mail.imap.conectiontimeout: unknown key (did you mean "
	         "mail.imap.connectiontimeout?)"},
	        {ADVANCED_SEND,
	         {"colour=blue"},
	         "send/advanced/colour: unknown key; 'hauspost help advanced' lists those there are"},
	        {ADVANCED_SEND,
	         {"mail.smtp.auth.gssapi.disable=true"},
	         "send/advanced/mail.smtp.auth.gssapi.disable: unknown key"},
	        {ADVANCED_SEND,
	         {"mail.imap.timeout=100"},
	         "send/advanced/mail.imap.timeout: is of another protocol than one to send with"},
	        {ADVANCED_SEND, {"fetchsize=100"}, "send/advanced/fetchsize: unknown key"},
	        {ADVANCED_RECEIVE, {"pipelining=false"}, "receive/advanced/pipelining: unknown key"},
	        {ADVANCED_SEND,
	         {"mail.smtp.timeout=forever"},
	         "\"forever\" is not a number of milliseconds (100 to 3600000)"},
	        {ADVANCED_SEND, {"timeout_ms=99"}, "is not a number"},
	        {ADVANCED_SEND,
	         {"timeout_ms=200", "mail.smtp.timeout=200"},
	         "send/advanced/mail.smtp.timeout: is said twice"},
	        {ADVANCED_SEND, {"mechanisms=PLAIN NTLM"}, "is not a list of mechanisms that we have"},
	        {ADVANCED_SEND, {"mechanisms= "}, "names no mechanism"},
	        {ADVANCED_SEND, {"mechanisms=PLAIN", "auth.plain.disable=true"}, "every way to log in is disabled"},
	        {ADVANCED_SEND, {"auth.plain.disable=yes"}, "\"yes\" is not true or false"},
	        {ADVANCED_SEND, {"mail.smtp.auth.ntlm.disable=false"}, "we never use this mechanism"},
	        {ADVANCED_SEND, {"tls_versions=SSLv3 TLSv1"}, "is not a list of TLSv1"},
	        {ADVANCED_SEND, {"tls_versions=TLSv1.1 TLSv1.3"}, "leaves out a version in between"},
	        {ADVANCED_SEND, {"tls_versions=TLSv1"}, "never enough"},
	        {ADVANCED_SEND, {"require_tls=false"}, "is not true: TLS is demanded by the field security"},
	        {ADVANCED_SEND, {"mail.smtp.ssl.checkserveridentity=false"}, "tls/verify says"},
	        {ADVANCED_SEND,
	         {"mail.smtp.localhost=not a host"},
	         "send/advanced/mail.smtp.localhost: \"not a host\" is"},
	        {ADVANCED_RECEIVE, {"batch_bytes=1"}, "is not a number of bytes"},
	        {ADVANCED_RECEIVE, {"batch_messages=0"}, "is not a number of messages"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct advanced advanced;
		struct error err = {0};

		assert_int_equal(read_settings(cases[i].side, cases[i].texts, &advanced, &err), E_INVALID);
		if (!strstr(err.text, cases[i].want))
			print_error("%s\n", err.text);
		assert_non_null(strstr(err.text, cases[i].want));
	}
}

static void every_key_of_the_table_is_explained(void **state UNUSED)
{
	assert_true(advanced_key_count <= 64);
	for (size_t i = 0; i < advanced_key_count; i++) {
		const struct advanced_key *key = &advanced_keys[i];

		assert_true((key->name || key->alias) && key->sides && *key->value && *key->help && key->apply);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_key_comes_to_something),
	        cmocka_unit_test(versions_are_a_range),
	        cmocka_unit_test(what_is_wrong_is_said),
	        cmocka_unit_test(every_key_of_the_table_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
