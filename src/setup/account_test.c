/* What a connection really uses; values checked one by one. */
#include "setup/account.h"

#include "setup/check.h"

#include "base/test.h"

struct case_of {
	const char *account, *provider; /* YAML; provider NULL: none */
	const char *result;             /* host:port security user timeout, or the error */
};

static void *record_of(struct arena *arena, const struct record_type *type, const char *yaml)
{
	struct error err = {0};
	json_t *json CLEANUP(json_decrefp) = NULL;
	void *record = NULL;

	assert_ok(yaml_read(str_of(yaml), "test", &json, &err), &err);
	assert_ok(record_read(type, json, "test", NULL, arena, &record, &err), &err);
	return record;
}

static void check_cases(const struct case_of *cases, size_t n,
                        int (*connect)(const struct account *account, const struct provider *provider,
                                       struct account_connection *ret, struct error *err))
{
	for (size_t i = 0; i < n; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(1));
		struct account *account = record_of(arena, &account_type, cases[i].account);
		struct provider *provider =
		        cases[i].provider ? record_of(arena, &provider_type, cases[i].provider) : NULL;
		struct account_connection c;
		struct error err = {0};

		if (connect(account, provider, &c, &err) < 0) {
			assert_int_equal(err.code, E_INVALID);
			buf_add_cstr(&text, err.text);
		} else {
			buf_printf(&text, "%s:%d %d %s " STR_FMT " %d", c.host, c.port, (int)c.security, c.user,
			           STR_ARG(secret_reveal(c.password)), c.timeout_ms);
		}
		assert_string_equal(buf_cstr(&text), cases[i].result);
		record_done(&account_type, account);
	}
}

static void receivers_resolve(void **state UNUSED)
{
	static const char provider[] = "{id: p, login: address, receive: {host: imap.p}}";
	static const struct case_of cases[] = {
	        {"{id: a, receive: {host: h, user: u, password: p}}", NULL, "h:993 2 u p 60000"},
	        {"{id: a, receive: {host: h, user: u, password: p, security: starttls}}", NULL, "h:143 1 u p 60000"},
	        /* the port alone says it */
	        {"{id: a, receive: {host: h, user: u, password: p, port: 993}}", NULL, "h:993 2 u p 60000"},
	        {"{id: a, receive: {host: h, user: u, password: p, port: 143}}", NULL, "h:143 1 u p 60000"},
	        {"{id: a, receive: {protocol: pop3, host: h, user: u, password: p, port: 995}}", NULL,
	         "h:995 2 u p 60000"},
	        {"{id: a, receive: {protocol: pop3, host: h, user: u, password: p, port: 110}}", NULL,
	         "h:110 1 u p 60000"},
	        {"{id: a, receive: {host: h, user: u, password: p, port: 143, security: none, allow_insecure_login: "
	         "true}}",
	         NULL, "h:143 0 u p 60000"},
	        {"{id: a, receive: {user: u, password: p}}",
	         "{id: p, receive: {host: imap.p, port: 143}, pop3: {host: pop.p, port: 110}}",
	         "imap.p:143 1 u p 60000"},
	        {"{id: a, receive: {protocol: pop3, user: u, password: p}}",
	         "{id: p, receive: {host: imap.p, port: 143}, pop3: {host: pop.p, port: 110}}",
	         "pop.p:110 1 u p 60000"},
	        {"{id: a, receive: {host: h, user: u, password: p, port: 1993, timeout_s: 5}}", NULL,
	         "h:1993 2 u p 5000"},
	        {"{id: a, receive: {host: h, user: u, password: p, advanced: {mail.imap.timeout: '500'}}}", NULL,
	         "h:993 2 u p 500"},
	        {"{id: a, send: {user: s, password: sp}, receive: {host: h, use_sender_login: true}}", NULL,
	         "h:993 2 s sp 60000"},
	        {"{id: a, send: {address: me@p.org}, receive: {password: p}}", provider,
	         "imap.p:993 2 me@p.org p 60000"},
	        {"{id: a, send: {address: me@p.org}, receive: {password: p}}",
	         "{id: p, login: local-part, receive: {host: imap.p, security: starttls, port: 999}}",
	         "imap.p:999 1 me p 60000"},
	        {"{id: a, send: {address: me@p.org}, receive: {user: x, password: p, host: own}}",
	         "{id: p, login: address, receive: {host: imap.p, security: none, port: 999}}", "own:993 2 x p 60000"},
	        {"{id: a, receive: {enabled: false}}", NULL, "account a: receive/enabled is false"},
	        {"{id: a, receive: {host: h, password: p}}", NULL, "account a: receive/user is missing"},
	        {"{id: a, receive: {host: h, user: u}}", NULL, "account a: receive/password is missing"},
	        {"{id: a, receive: {host: h, use_sender_login: true}}", NULL, "account a: send/user is missing"},
	        {"{id: a, send: {user: u}, receive: {host: h, use_sender_login: true}}", NULL,
	         "account a: send/password is missing"},
	};

	check_cases(cases, ARRAY_LEN(cases), account_receive_connection);
}

/* What an account leaves to its provider, POP3 beside IMAP among it. */
static void receivers_of_providers_resolve(void **state UNUSED)
{
	static const struct case_of cases[] = {
	        {"{id: a, receive: {user: u, password: p}}", NULL,
	         "account a: receive/host is missing and there is no provider"},
	        {"{id: a, receive: {user: u, password: p}}", "{id: p}",
	         "account a: receive/host is missing and provider p has no server to receive from"},
	        {"{id: a, receive: {user: u, password: p}}", "{id: p, receive: {enabled: false, host: h}}",
	         "account a: receive/host is missing and provider p has no server to receive from"},
	        {"{id: a, receive: {protocol: pop3, user: u, password: p}}",
	         "{id: p, receive: {host: imap.p}, pop3: {host: pop.p}}", "pop.p:995 2 u p 60000"},
	        {"{id: a, receive: {protocol: pop3, user: u, password: p, port: 1995}}",
	         "{id: p, receive: {host: imap.p}, pop3: {host: pop.p, security: starttls}}", "pop.p:1995 1 u p 60000"},
	        {"{id: a, receive: {user: u, password: p}}", "{id: p, receive: {host: imap.p}, pop3: {host: pop.p}}",
	         "imap.p:993 2 u p 60000"},
	        {"{id: a, receive: {user: u, password: p}}", "{id: p, pop3: {host: pop.p, security: starttls}}",
	         "pop.p:110 1 u p 60000"},
	        {"{id: a, receive: {user: u, password: p}}",
	         "{id: p, receive: {protocol: pop3, host: pop.p}, pop3: {host: other.p}}", "pop.p:995 2 u p 60000"},
	        {"{id: a, receive: {protocol: pop3, user: u, password: p}}", "{id: p, receive: {host: imap.p}}",
	         "account a: receive/host is missing and provider p has no POP3 server to receive from"},
	        {"{id: a, receive: {user: u, password: p}}", "{id: p, receive: {enabled: false}, pop3: {host: pop.p}}",
	         "account a: receive/host is missing and provider p has no server to receive from"},
	};

	check_cases(cases, ARRAY_LEN(cases), account_receive_connection);
}

static void senders_resolve(void **state UNUSED)
{
	static const struct case_of cases[] = {
	        {"{id: a, send: {host: h, address: a@b}}", NULL, "h:587 1   40000"},
	        {"{id: a, send: {host: h, address: a@b, security: tls, user: u, password: p}}", NULL,
	         "h:465 2 u p 40000"},
	        {"{id: a, send: {host: h, address: a@b, security: none, timeout_s: 7}}", NULL, "h:25 0   7000"},
	        {"{id: a, send: {host: h, address: a@b, port: 465}}", NULL, "h:465 2   40000"},
	        {"{id: a, send: {host: h, address: a@b, port: 587}}", NULL, "h:587 1   40000"},
	        {"{id: a, send: {host: h, address: a@b, port: 587, security: tls}}", NULL, "h:587 2   40000"},
	        {"{id: a, send: {host: h, address: a@b, port: 25}}", NULL, "h:25 1   40000"},
	        {"{id: a, send: {address: a@b}}", "{id: p, send: {host: smtp.p, port: 465}}", "smtp.p:465 2   40000"},
	        {"{id: a, send: {address: me@p.org, password: p}}",
	         "{id: p, login: local-part, send: {host: smtp.p, timeout_s: 9}}", "smtp.p:587 1 me p 9000"},
	        {"{id: a, send: {address: me@p.org, password: p}}",
	         "{id: p, login: local-part.domain, send: {host: smtp.p}}", "smtp.p:587 1 me.p.org p 40000"},
	        {"{id: a, send: {address: me@p.org, password: p}}",
	         "{id: p, login: local-part, send: {host: smtp.p, login: address}}", "smtp.p:587 1 me@p.org p 40000"},
	        {"{id: a, send: {address: me@p.org, password: p}}",
	         "{id: p, login: local-part, send: {host: smtp.p, login: typed}}",
	         "account a: send/user is missing, although there is a password"},
	        {"{id: a, send: {address: me@p.org}}", "{id: p, login: address, send: {host: smtp.p, port: 2525}}",
	         "smtp.p:2525 1   40000"},
	        {"{id: a, send: {address: a@b}}", NULL, "account a: send/host is missing and there is no provider"},
	        {"{id: a, send: {address: a@b}}", "{id: p}",
	         "account a: send/host is missing and provider p has no server to send with"},
	        {"{id: a, send: {host: h}}", NULL, "account a: send/address is missing"},
	        {"{id: a, send: {host: h, address: a@b, user: u}}", NULL, "account a: send/password is missing"},
	        {"{id: a, send: {host: h, address: a@b, password: p}}", NULL,
	         "account a: send/user is missing, although there is a password"},
	        {"{id: a, send: {enabled: false}}", NULL, "account a: send/enabled is false"},
	};

	check_cases(cases, ARRAY_LEN(cases), account_send_connection);
}

static void the_senders_profile_is_taken_over(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct account *account =
	        record_of(arena, &account_type,
	                  "{id: a, send: {user: s, profile: company}, receive: {host: h, use_sender_login: true}}");
	struct account_connection c;
	struct error err = {0};

	assert_ok(account_receive_connection(account, NULL, &c, &err), &err);
	assert_string_equal(c.profile, "company");
	assert_string_equal(c.user, "s");
	assert_null(c.password);
	record_done(&account_type, account);
}

static void advanced_settings_reach_the_connection(void **state UNUSED)
{
	static const char yaml[] =
	        "{id: a, send: {address: a@b.org, host: h, disabled_mechanisms: [cram-md5], advanced: "
	        "{connect_timeout_ms: "
	        "'700', mail.smtp.localhost: me.example, mail.smtp.auth.plain.disable: 'true', tls_versions: '1.3'}}}";
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	const struct account *account = record_of(arena, &account_type, yaml);
	struct account_connection c;
	struct error err;

	assert_ok(account_send_connection(account, NULL, &c, &err), &err);
	assert_int_equal(c.connect_timeout_ms, 700);
	assert_int_equal(c.timeout_ms, 40000);
	assert_string_equal(c.helo_name, "me.example");
	assert_int_equal(c.advanced.disabled, SASL_BIT(SASL_CRAM_MD5) | SASL_BIT(SASL_PLAIN));
	assert_true(c.advanced.has_versions && c.advanced.lowest == 3);
}

static void a_statement_that_does_not_hold_is_refused(void **state UNUSED)
{
	static const struct {
		const char *yaml, *want;
	} cases[] = {
	        {"{id: a, send: {host: h, security: none, advanced: {mail.smtp.starttls.required: 'true'}}}",
	         "send/advanced: TLS is required there, and security is none"},
	        {"{id: a, receive: {host: h, advanced: {fetchsise: '1'}}}", "receive/advanced/fetchsise: unknown key"},
	        {"{id: a, send: {host: h, helo_name: x, advanced: {helo_name: y}}}", "is said in send/helo_name, too"},
	        {"{id: a, send: {host: h, disabled_mechanisms: [KERBEROS]}}", "is not one of SCRAM-SHA-256-PLUS"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		json_t *json CLEANUP(json_decrefp) = NULL;
		struct error err = {0};
		void *record;

		assert_ok(yaml_read(str_of(cases[i].yaml), "test", &json, &err), &err);
		assert_int_equal(record_read(&account_type, json, "test", NULL, arena, &record, &err), E_INVALID);
		if (!strstr(err.text, cases[i].want))
			print_error("%s\n", err.text);
		assert_non_null(strstr(err.text, cases[i].want));
	}
}

static void values_are_checked(void **state UNUSED)
{
	static const struct {
		const char *(*check)(const char *value);
		const char *value;
		bool good;
	} cases[] = {
	        {check_host, "mail.example.com", true},
	        {check_host, "10.0.0.1", true},
	        {check_host, "2001:db8::1", true},
	        {check_host, "localhost", true},
	        {check_host, "", false},
	        {check_host, "imap://mail", false},
	        {check_host, "mail:993", false},
	        {check_host, "[::1]", false},
	        {check_host, "a b", false},
	        {check_host, "-a", false},
	        {check_host, "m\xc3\xbcller.de", false},
	        {check_address, "a@b", true},
	        {check_address, "first.last+tag@sub.example.com", true},
	        {check_address, "j\xc3\xb6rg@example.com", true},
	        {check_address, "a", false},
	        {check_address, "@b", false},
	        {check_address, "a@", false},
	        {check_address, "a@b@c", false},
	        {check_address, "a@b.", false},
	        {check_address, "<a@b>", false},
	        {check_address, "a@b, c@d", false},
	        {check_address, "a b@c", false},
	        {check_absolute_path, "/a", true},
	        {check_absolute_path, "a", false},
	        {check_https_url, "https://example.com/a?b=c#d", true},
	        {check_https_url, "http://example.com/", false},
	        {check_https_url, "https://", false},
	        {check_https_url, "https://a.test/@b", true},
	        {check_https_url, "https://user:pw@a.test/", false},
	        {check_https_url, "https://a b", false},
	        {check_https_url, "https://a\"onclick=", false},
	        {check_pattern, "a.*b", true},
	        {check_pattern, "*", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(cases[i].check(cases[i].value) == NULL, cases[i].good);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(receivers_resolve),
	        cmocka_unit_test(receivers_of_providers_resolve),
	        cmocka_unit_test(senders_resolve),
	        cmocka_unit_test(the_senders_profile_is_taken_over),
	        cmocka_unit_test(advanced_settings_reach_the_connection),
	        cmocka_unit_test(a_statement_that_does_not_hold_is_refused),
	        cmocka_unit_test(values_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
