/* Who vouches for a mail, with a DNS that is a table. */
#include "trust/trust.h"

#include "base/test.h"

/* The signed letters of RFC 8463 appendix A.3 (by the very domain) and RFC 6376 appendix A.2 (by the one above). */
#define LETTER                                                                                         \
	"From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n" \
	"Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                 \
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"                         \
	"Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n"
#define SIGNED                                                            \
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"   \
	" d=football.example.com; i=@football.example.com;\r\n"           \
	" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"         \
	" subject : date : message-id : from : subject : date;\r\n"       \
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"           \
	" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n" \
	" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
#define SIGNED_BY_EXAMPLE                                                   \
	"DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n" \
	"      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n" \
	"      h=Received : From : To : Subject : Date : Message-ID;\r\n"   \
	"      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"        \
	"      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"  \
	"      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"    \
	"      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"    \
	"      4bmp/YzhwvcubU4=;\r\n"                                       \
	"Received: from client1.football.example.com  [192.0.2.1]\r\n"      \
	"      by submitserver.example.com with SUBMISSION;\r\n"            \
	"      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
#define ED25519_KEY "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define RSA_KEY                                                                                                        \
	"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3" \
	"b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/"                                                   \
	"NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ"                                                        \
	"2QIDAQAB"
#define KEY_NAME       "brisbane._domainkey.football.example.com"
#define KEY_NAME_ABOVE "brisbane._domainkey.example.com"
#define AR             "Authentication-Results: mx.ours; "

/* ---------------------------------------------------------------- a DNS that is a table */

struct zone {
	const char *name, *text; /* text "!": no server answers */
};

static void look_up(void *ctx, struct arena *arena, const struct dns_question *questions, size_t n,
                    int64_t deadline_ms UNUSED, struct dns_answer *ret_answers)
{
	const struct zone *zone = ctx;

	for (size_t i = 0; i < n; i++) {
		struct dns_answer *answer = &ret_answers[i];

		*answer = (struct dns_answer){.status = DNS_NONE, .texts = ARENA_ARRAY(arena, struct str, 4)};
		for (size_t k = 0; zone[k].name; k++) {
			if (strcmp(zone[k].name, questions[i].name) != 0)
				continue;
			answer->status = strcmp(zone[k].text, "!") == 0 ? DNS_UNREACHABLE : DNS_FOUND;
			if (answer->status == DNS_FOUND)
				answer->texts[answer->count++] = str_of(zone[k].text);
		}
	}
}

static const struct trust_result *check(struct arena *arena, const char *mail, const struct zone *zone)
{
	static const char *const ids[] = {"mx.ours"};
	const struct trust_options options = {
	        .authserv_ids = ids,
	        .authserv_id_count = 1,
	        .look_up = zone ? look_up : NULL,
	        .ctx = (void *)(uintptr_t)zone,
	        .now_s = 1528637999,
	};

	return trust_check(arena, message_parse(arena, str_of(mail), NULL), &options);
}

struct expected {
	const char *mail;
	struct zone zone[4];
	const char *state, *dmarc;
	bool is_refused;
	const char *by, *reason;
};

static void check_all(const struct expected *cases, size_t n, bool with_dns)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct trust_result *r = check(arena, cases[i].mail, with_dns ? cases[i].zone : NULL);

		assert_str(r->reason, cases[i].reason);
		assert_string_equal(trust_state_word(r->state), cases[i].state);
		assert_string_equal(dmarc_result_word(r->dmarc), cases[i].dmarc);
		assert_int_equal(r->is_refused, cases[i].is_refused);
		assert_str(r->by, cases[i].by);
	}
}

/* ---------------------------------------------------------------- the tests */

static void own_checks_decide(void **state UNUSED)
{
	/* clang-format off */
	static const struct expected cases[] = {
		{SIGNED LETTER, {{KEY_NAME, ED25519_KEY}, {"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "authenticated", "pass", false, "DKIM signature of football.example.com", "football.example.com vouches for it"},
		{SIGNED LETTER, {{KEY_NAME, ED25519_KEY}},
		 "authenticated", "none", false, "DKIM signature of football.example.com", "football.example.com vouches for it"},
		{SIGNED_BY_EXAMPLE LETTER, {{KEY_NAME_ABOVE, RSA_KEY}, {"_dmarc.example.com", "v=DMARC1; p=reject"}},
		 "authenticated", "pass", false, "DKIM signature of example.com", "football.example.com vouches for it"},
		{SIGNED_BY_EXAMPLE LETTER, {{KEY_NAME_ABOVE, RSA_KEY}, {"_dmarc.example.com", "v=DMARC1; p=reject; adkim=s"}},
		 "unauthenticated", "fail", true, "", "it is signed by example.com alone, another domain; example.com asks for p=reject"},
		/* a policy of the domain above: sp= counts, and only where the domain has none of its own */
		{LETTER, {{"_dmarc.example.com", "v=DMARC1; p=reject; sp=none"}},
		 "unauthenticated", "fail", false, "", "it has no DKIM signature"},
		{LETTER, {{"_dmarc.example.com", "v=DMARC1; p=none; sp=quarantine"}},
		 "unauthenticated", "fail", true, "", "it has no DKIM signature; example.com asks for p=quarantine"},
		{LETTER, {{"_dmarc.example.com", "v=DMARC1; p=reject"}, {"_dmarc.football.example.com", "v=DMARC1; p=none"}},
		 "unauthenticated", "fail", false, "", "it has no DKIM signature"},
		/* two records are none; what isn't DMARC doesn't count */
		{LETTER, {{"_dmarc.football.example.com", "v=DMARC1; p=reject"}, {"_dmarc.football.example.com", "v=DMARC1; p=none"}},
		 "unauthenticated", "none", false, "", "it has no DKIM signature"},
		{LETTER, {{"_dmarc.football.example.com", "v=spf1 -all"}, {"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "it has no DKIM signature; football.example.com asks for p=reject"},
		{LETTER, {{NULL, NULL}}, "unauthenticated", "none", false, "", "it has no DKIM signature"},
		{SIGNED LETTER, {{"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "",
		 "DKIM signature of football.example.com: there is no such key; football.example.com asks for p=reject"},
		{SIGNED LETTER "more\r\n", {{KEY_NAME, ED25519_KEY}, {"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "DKIM signature of football.example.com: the body was changed on the way (bh=); "
		 "football.example.com asks for p=reject"},
		/* what can't be looked up is a result */
		{SIGNED LETTER, {{KEY_NAME, "!"}, {"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "unknown", "temperror", true, "", "DKIM signature of football.example.com: the key could not be looked up now; "
		 "football.example.com asks for p=reject"},
		{SIGNED LETTER, {{KEY_NAME, ED25519_KEY}, {"_dmarc.football.example.com", "!"}},
		 "authenticated", "none", false, "DKIM signature of football.example.com", "football.example.com vouches for it"},
		{LETTER, {{"_dmarc.football.example.com", "!"}},
		 "unknown", "temperror", false, "", "the policy of its domain could not be looked up"},
		{LETTER, {{"_dmarc.example.com", "!"}},
		 "unknown", "temperror", false, "", "the policy of its domain could not be looked up"},
		/* read in two ways */
		{"From: ceo@football.example.com\r\n" SIGNED LETTER, {{KEY_NAME, ED25519_KEY}, {"_dmarc.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "it has several From fields; example.com asks for p=reject"},
		{"Subject: Pay me\r\n" SIGNED LETTER, {{KEY_NAME, ED25519_KEY}, {"_dmarc.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "it has several Subject fields; example.com asks for p=reject"},
		{"From: <>\r\nSender: a@football.example.com\r\n\r\nx", {{"_dmarc.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "its From field names nobody; example.com asks for p=reject"},
		{"From: a@football.example.com, b@football.example.com\r\n\r\nx", {{"_dmarc.example.com", "v=DMARC1; p=reject"}},
		 "unauthenticated", "fail", true, "", "its From field names several senders; example.com asks for p=reject"},
		{"Subject: x\r\n\r\nx", {{NULL, NULL}}, "unauthenticated", "none", false, "",
		 "it has no sender whose domain could be asked"},
	};
	/* clang-format on */

	check_all(cases, ARRAY_LEN(cases), true);
}

static void trusted_servers_are_believed(void **state UNUSED)
{
	/* clang-format off */
	static const struct expected cases[] = {
		{AR "dmarc=pass (p=REJECT) header.from=football.example.com\r\n" LETTER, {{NULL, NULL}},
		 "authenticated", "pass", false, "mx.ours: dmarc=pass for football.example.com", "a trusted server has checked it"},
		{AR "dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=football.example.com\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", false, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dmarc=fail (p=REJECT dis=NONE)\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", true, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dmarc=fail action=none\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", false, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dmarc=fail action=oreject\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", true, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dmarc=fail\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", true, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dkim=pass header.d=example.com; spf=fail smtp.mailfrom=x@example.net\r\n" LETTER, {{NULL, NULL}},
		 "authenticated", "none", false, "mx.ours: dkim=pass for example.com", "football.example.com vouches for it"},
		{AR "dkim=pass header.i=@football.example.com\r\n" LETTER, {{NULL, NULL}},
		 "authenticated", "none", false, "mx.ours: dkim=pass for football.example.com", "football.example.com vouches for it"},
		{AR "spf=pass smtp.mailfrom=bounces@football.example.com\r\n" LETTER, {{NULL, NULL}},
		 "authenticated", "none", false, "mx.ours: spf=pass for football.example.com", "football.example.com vouches for it"},
		{AR "spf=pass smtp.mailfrom=football.example.com\r\n" LETTER, {{NULL, NULL}},
		 "authenticated", "none", false, "mx.ours: spf=pass for football.example.com", "football.example.com vouches for it"},
		/* about another sender, another domain, by another server, from below */
		{AR "dmarc=pass header.from=example.net\r\n" LETTER, {{NULL, NULL}},
		 "unknown", "none", false, "", "nothing was looked up in the DNS"},
		{AR "spf=pass smtp.mailfrom=x@example.net; dkim=pass header.d=example.net\r\n" LETTER, {{NULL, NULL}},
		 "unknown", "none", false, "", "nothing was looked up in the DNS"},
		{"Authentication-Results: mx.theirs; dmarc=pass\r\n" LETTER, {{NULL, NULL}},
		 "unknown", "none", false, "", "nothing was looked up in the DNS"},
		{AR "dmarc=fail\r\nReceived: x\r\n" AR "dmarc=pass\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", true, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
		{AR "dmarc=pass\r\nFrom: a@b.example\r\n" LETTER, {{NULL, NULL}},
		 "unauthenticated", "fail", true, "", "it has several From fields"},
	};
	/* clang-format on */

	check_all(cases, ARRAY_LEN(cases), false);
}

/* With look-ups as well: a server's word about DMARC counts, and its SPF result is weighed with the policy found. */
static void servers_and_own_checks_go_together(void **state UNUSED)
{
	/* clang-format off */
	static const struct expected cases[] = {
		{AR "spf=pass smtp.mailfrom=mail.football.example.com\r\n" LETTER, {{"_dmarc.football.example.com", "v=DMARC1; p=reject"}},
		 "authenticated", "pass", false, "mx.ours: spf=pass for mail.football.example.com", "football.example.com vouches for it"},
		{AR "spf=pass smtp.mailfrom=mail.football.example.com\r\n" LETTER, {{"_dmarc.football.example.com", "v=DMARC1; p=reject; aspf=s"}},
		 "unauthenticated", "fail", true, "", "it has no DKIM signature; football.example.com asks for p=reject"},
		{AR "dmarc=fail\r\n" SIGNED LETTER, {{KEY_NAME, ED25519_KEY}, {"_dmarc.football.example.com", "v=DMARC1; p=none"}},
		 "unauthenticated", "fail", false, "", "mx.ours says that it is not from football.example.com (dmarc=fail)"},
	};
	/* clang-format on */

	check_all(cases, ARRAY_LEN(cases), true);
}

static void the_result_is_written_as_json(void **state UNUSED)
{
	static const struct zone zone[] = {{KEY_NAME, ED25519_KEY}, {NULL, NULL}};
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	json_t *json = trust_json(check(arena, SIGNED LETTER, zone)), *dkim = json_object_get(json, "dkim");

	assert_string_equal(json_string_value(json_object_get(json, "result")), "authenticated");
	assert_string_equal(json_string_value(json_object_get(json, "spf")), "none");
	assert_int_equal(json_array_size(dkim), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(dkim, 0), "domain")),
	                    "football.example.com");
	assert_string_equal(json_string_value(json_object_get(json_array_get(dkim, 0), "result")), "pass");
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(own_checks_decide),
	        cmocka_unit_test(trusted_servers_are_believed),
	        cmocka_unit_test(servers_and_own_checks_go_together),
	        cmocka_unit_test(the_result_is_written_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
