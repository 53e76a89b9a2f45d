/* Detection without a network: autoconfig documents from here, name servers that aren't there. What SRV and MX lead to
 * is tried in tests/test_providers.py. */
#include "auth/detect.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/test.h"

#define SERVER(w, t, h, p, s)                                                                                     \
	"<" w "Server type=\"" t "\"><hostname>" h "</hostname><port>" p "</port><socketType>" s                  \
	"</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></" w \
	"Server>"
#define CONFIG(servers) \
	"<clientConfig><emailProvider id=\"x\"><domain>x</domain>" servers "</emailProvider></clientConfig>"

/* What answers at the two places. */
struct web {
	const char *first, *second; /* bodies; NULL: 404 */
	atomic_int asked;
	char urls[2][300];
};

static int fetch(void *ctx, const char *url, int64_t deadline_ms, struct arena *arena, struct str *ret_body,
                 struct error *err)
{
	struct web *web = ctx;
	bool is_first = str_starts(str_of(url), STR("https://autoconfig."));
	const char *body = is_first ? web->first : web->second;

	assert_true(deadline_ms <= clock_mono_ms() + SECONDS_MS(10));
	atomic_fetch_add(&web->asked, 1);
	snprintf(web->urls[!is_first], sizeof web->urls[0], "%s", url);
	if (!body)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "HTTP status 404");
	*ret_body = arena_str(arena, str_of(body));
	return 0;
}

static void run(struct arena *arena, const char *address, struct web *web, struct detection *found)
{
	struct dns *dns CLEANUP(dns_freep) = NULL;
	struct error err;

	assert_ok(dns_new("127.0.0.1:1", &dns, &err), &err);
	const struct detect_options options = {.address = address,
	                                       .dns = dns,
	                                       .deadline_ms = clock_mono_ms() + SECONDS_MS(10),
	                                       .fetch = fetch,
	                                       .fetch_ctx = web};
	assert_ok(detect(&options, arena, found, &err), &err);
}

static char *document_of(const struct detection *found)
{
	json_t *document = detect_document(found);
	char *text = document ? json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS) : strdup("none");

	json_decref(document);
	return text;
}

static void known_domain_needs_no_network(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct web web = {0};
	struct detection found;
	char *text;

	run(arena, "Help.Desk+x@GMX.de", &web, &found);
	assert_int_equal(found.source, DETECT_DOMAINS);
	assert_int_equal(found.step_count, 1);
	assert_int_equal(web.asked, 0);
	text = document_of(&found);
	assert_string_equal(text,
	                    "{\"accounts\":{\"help.desk-x\":{\"name\":\"Help.Desk+x@GMX.de\",\"provider\":\"gmx\","
	                    "\"receive\":{\"use_sender_login\":true},\"send\":{\"address\":\"Help.Desk+x@GMX.de\","
	                    "\"password\":{\"env\":\"MAIL_PASSWORD\"}}}}}");
	free(text);
}

static void oauth_only_names_a_profile(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct web web = {0};
	struct detection found;
	char *text;

	run(arena, "a@outlook.com", &web, &found);
	text = document_of(&found);
	assert_non_null(strstr(text, "\"profile\":\"microsoft\""));
	assert_null(strstr(text, "password"));
	free(text);
	assert_non_null(strstr(found.todo[0].p, "authentication profile \"microsoft\""));
}

static void autoconfig_becomes_a_provider(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct web web = {.second = CONFIG(SERVER("incoming", "imap", "imap.%EMAILDOMAIN%", "993", "SSL")
	                                           SERVER("outgoing", "smtp", "smtp.else.test", "587", "STARTTLS"))};
	struct detection found;
	char *text;

	run(arena, "me&you@example.test", &web, &found);
	assert_int_equal(web.asked, 2);
	assert_string_equal(web.urls[0], "https://autoconfig.example.test/mail/config-v1.1.xml"
	                                 "?emailaddress=me%26you@example.test");
	assert_string_equal(web.urls[1], "https://example.test/.well-known/autoconfig/mail/config-v1.1.xml"
	                                 "?emailaddress=me%26you@example.test");
	assert_int_equal(found.source, DETECT_AUTOCONFIG);
	assert_false(found.is_known);
	text = document_of(&found);
	assert_string_equal(
	        text,
	        "{\"accounts\":{\"me-you\":{\"name\":\"me&you@example.test\",\"provider\":\"example.test\",\"receive\":"
	        "{"
	        "\"use_sender_login\":true},\"send\":{\"address\":\"me&you@example.test\",\"password\":{\"env\":\"MAIL_"
	        "PASSWORD\"}}}},\"providers\":{\"example.test\":{\"domains\":[\"example.test\"],\"login\":\"address\","
	        "\"name\":\"example.test\",\"receive\":{\"host\":\"imap.example.test\",\"port\":993},\"send\":{"
	        "\"host\":"
	        "\"smtp.else.test\",\"port\":587}}}}");
	free(text);
}

static void autoconfig_may_name_a_known_provider(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct web web = {.first = CONFIG(SERVER("incoming", "imap", "IMAP.gmail.com", "993", "SSL")
	                                          SERVER("outgoing", "smtp", "smtp.gmail.com", "465", "SSL"))};
	struct detection found;

	run(arena, "me@example.test", &web, &found);
	assert_true(found.is_known);
	assert_string_equal(found.provider->id, "google-workspace");
}

static void each_step_says_what_it_found(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct web web = {.first = "<html/>"};
	struct detection found;
	char *text;

	run(arena, "me@example.test", &web, &found);
	assert_int_equal(found.source, DETECT_NOTHING);
	assert_null(found.provider);
	assert_int_equal(found.step_count, 5);
	assert_str(found.steps[0].text, "no provider names the domain example.test");
	assert_str(found.steps[1].text, "MX of the domain: no name server answers");
	assert_int_equal(found.steps[1].outcome, STEP_FAILED);
	assert_str(found.steps[2].text, "SRV records: no name server answers");
	assert_non_null(strstr(found.steps[3].text.p, "is no mail configuration"));
	assert_non_null(strstr(found.steps[4].text.p, "HTTP status 404"));
	text = document_of(&found);
	assert_string_equal(text, "none");
	free(text);
}

static void what_is_no_address_is_refused(void **state UNUSED)
{
	static const char *const cases[] = {"example.test", "a@",      "a@b@c", "a@m\xc3\xbcller.de",
	                                    "a@b..de",      "a@b:c:d", ""};
	struct detection found;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		const struct detect_options options = {.address = cases[i]};

		assert_int_equal(detect(&options, arena, &found, &err), E_INVALID);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(known_domain_needs_no_network), cmocka_unit_test(oauth_only_names_a_profile),
	        cmocka_unit_test(autoconfig_becomes_a_provider), cmocka_unit_test(autoconfig_may_name_a_known_provider),
	        cmocka_unit_test(each_step_says_what_it_found),  cmocka_unit_test(what_is_no_address_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
