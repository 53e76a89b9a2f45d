/* Authentication-Results: what servers write, and whose word counts. */
#include "mime/auth_results.h"

#include "base/test.h"

static void what_servers_write_is_read(void **state UNUSED)
{
	static const struct {
		const char *value, *id;
		size_t count, at; /* at: the result that is looked at */
		const char *method, *result, *property, *text;
	} cases[] = {
	        {"example.com; none", "example.com", 0, 0, "", "", "", ""},
	        {"example.com 1; none", "example.com", 0, 0, "", "", "", ""},
	        {"example.com", "example.com", 0, 0, "", "", "", ""},
	        {"example.com; spf=pass smtp.mailfrom=example.net", "example.com", 1, 0, "spf", "pass", "smtp.mailfrom",
	         "example.net"},
	        {"mx.google.com; dkim=pass header.i=@a.example header.s=x header.b=AbC; spf=pass (google.com: domain "
	         "of "
	         "b=1@c.example designates 192.0.2.1 (yes)) smtp.mailfrom=\"b=1\"@c.example; dmarc=pass (p=REJECT "
	         "sp=NONE dis=NONE) header.from=a.example",
	         "mx.google.com", 3, 1, "spf", "pass", "smtp.mailfrom", "b=1@c.example"},
	        {"mx; dmarc=fail (p=REJECT sp=NONE) header.from=a.example", "mx", 1, 0, "dmarc", "fail", "header.from",
	         "a.example"},
	        {"foo.example.net (foobar) 1 (baz);\tdkim (Because I like it) / 1 (One yay) = (wait for it) fail"
	         " policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it)"
	         " 1362471462 (and by what?)",
	         "foo.example.net", 0, 0, "", "", "", ""}, /* RFC 8601 appendix B.7: space inside names; not read */
	        {"\"a;b\"; DKIM/1=Pass Header.D=\"x y\"", "a;b", 1, 0, "dkim", "pass", "header.d", "x y"},
	        {"srs.example; spf=softfail smtp.mailfrom=SRS0=ab=c=d.example=e@f.example;", "srs.example", 1, 0, "spf",
	         "softfail", "smtp.mailfrom", "SRS0=ab=c=d.example=e@f.example"},
	        {"a; dkim=pass; what is this; spf=pass", "a", 1, 0, "dkim", "pass", "header.d", ""},
	        {"a; dkim=pass reason=\"good (really)\" header.d=b.example", "a", 1, 0, "dkim", "pass", "header.d",
	         "b.example"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct auth_results all;

		assert_true(auth_results_parse(arena, str_of(cases[i].value), &all));
		assert_str(all.authserv_id, cases[i].id);
		assert_int_equal(all.count, cases[i].count);
		if (!all.count)
			continue;
		assert_str(all.results[cases[i].at].method, cases[i].method);
		assert_str(all.results[cases[i].at].result, cases[i].result);
		assert_str(auth_result_property(&all.results[cases[i].at], cases[i].property), cases[i].text);
	}
}

static void comments_and_reasons_are_kept(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct auth_results all;

	assert_true(
	        auth_results_parse(arena, STR("mx; dmarc=fail (p=REJECT (sic) dis=NONE) reason=\"no; pass\""), &all));
	assert_str(all.results[0].comment, "p=REJECT (sic) dis=NONE");
	assert_str(all.results[0].reason, "no; pass");
	assert_false(auth_results_parse(arena, STR("   "), &all));
	assert_false(auth_results_parse(arena, STR("(only a comment"), &all));
}

#define BODY "From: a@b.example\r\n\r\nx\r\n"

/* "mx.ours" is trusted. */
static void only_the_topmost_of_a_trusted_server_count(void **state UNUSED)
{
	static const struct {
		const char *mail;
		size_t count;
		const char *first; /* result of the first */
	} cases[] = {
	        {BODY, 0, ""},
	        {"Authentication-Results: mx.ours; dmarc=pass\r\n" BODY, 1, "pass"},
	        {"Authentication-Results: MX.Ours;\r\n dmarc=pass\r\n" BODY, 1, "pass"},
	        {"Authentication-Results: mx.theirs; dmarc=pass\r\n" BODY, 0, ""},
	        {"Authentication-Results: mx.ours.example; dmarc=pass\r\n" BODY, 0, ""},
	        /* what came with the mail stands below */
	        {"Authentication-Results: mx.ours; dmarc=fail\r\nReceived: from x by mx.ours\r\n"
	         "Authentication-Results: mx.ours; dmarc=pass\r\n" BODY,
	         1, "fail"},
	        {"Authentication-Results: mx.ours; dmarc=fail\r\nSubject: x\r\nAuthentication-Results: mx.ours; "
	         "dmarc=pass\r\n" BODY,
	         1, "fail"},
	        /* several filters of one server */
	        {"Received: by mx.ours\r\nAuthentication-Results: mx.ours; dmarc=fail\r\nReceived-SPF: pass\r\n"
	         "Authentication-Results: mx.ours; spf=pass\r\n" BODY,
	         2, "fail"},
	        {"Authentication-Results: mx.theirs; dmarc=pass\r\nAuthentication-Results: mx.ours; "
	         "dmarc=none\r\n" BODY,
	         1, "none"},
	};
	static const char *const ids[] = {"other", "mx.ours"};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct message *m = message_parse(arena, str_of(cases[i].mail), NULL);
		struct auth_results found[AUTH_RESULTS_MAX];
		size_t n = auth_results_trusted(arena, m, ids, 2, found);

		assert_int_equal(n, cases[i].count);
		if (n)
			assert_str(found[0].results[0].result, cases[i].first);
		assert_int_equal(auth_results_trusted(arena, m, NULL, 0, found), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_servers_write_is_read),
	        cmocka_unit_test(comments_and_reasons_are_kept),
	        cmocka_unit_test(only_the_topmost_of_a_trusted_server_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
