/* Thunderbird's provider descriptions, good and bad, and the records they become. */
#include "setup/ispdb.h"

#include "setup/provider.h"

#include "base/test.h"

#define HEAD                 "<?xml version=\"1.0\"?><clientConfig version=\"1.1\"><emailProvider id=\"e.test\">"
#define DOMAIN               "<domain>e.test</domain>"
#define TAIL                 "</emailProvider></clientConfig>"
#define ADDRESS              "%EMAILADDRESS%"
#define LOCAL                "%EMAILLOCALPART%"
#define IN(t, h, p, s, u, a) SERVER("incoming", t, h, p, s, u, a)
#define OUT(h, p, s, u, a)   SERVER("outgoing", "smtp", h, p, s, u, a)
#define SERVER(w, t, h, p, s, u, a)                                                              \
	"<" w "Server type=\"" t "\"><hostname>" h "</hostname><port>" p "</port><socketType>" s \
	"</socketType><username>" u "</username><authentication>" a "</authentication></" w "Server>"
#define SMTP OUT("smtp.e.test", "465", "SSL", ADDRESS, "password-cleartext")

/* The records of a document as compact JSON with sorted keys; "error: …" where there are none. */
static void read_into(const char *xml, const struct ispdb_options *options, struct buf *out, struct buf *notes)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	json_t *providers = json_object();
	const struct ispdb *config;
	struct error err;
	int r = ispdb_read(str_of(xml), arena, &config, &err);

	if (r == 0)
		r = ispdb_providers(config, options, providers, notes, &err);
	if (r < 0) {
		buf_printf(out, "error: %s", err.text);
	} else {
		char *text = json_dumps(providers, JSON_SORT_KEYS | JSON_COMPACT);
		buf_add_cstr(out, text);
		free(text);
	}
	json_decref(providers);
}

static void expect(const char *xml, const char *wanted)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64)), notes CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct ispdb_options options = {0};

	read_into(xml, &options, &out, &notes);
	assert_string_equal(buf_cstr(&out), wanted);
}

static void best_servers_are_chosen(void **state UNUSED)
{
	expect(HEAD DOMAIN "<displayShortName>E</displayShortName>" IN("pop3", "pop.e.test", "995", "SSL", ADDRESS,
	                                                               "password-cleartext")
	               IN("imap", "plain.e.test", "143", "plain", ADDRESS, "password-cleartext")
	                       IN("imap", "start.e.test", "143", "STARTTLS", ADDRESS, "password-cleartext")
	                               IN("imap", "tls.e.test", "993", "SSL", ADDRESS, "password-cleartext")
	                                       IN("imap", "later.e.test", "993", "SSL", ADDRESS, "plain") SMTP TAIL,
	       "{\"e.test\":{\"domains\":[\"e.test\"],\"login\":\"address\",\"name\":\"E\",\"pop3\":{\"host\":\"pop.e."
	       "test\",\"port\":995,\"security\":\"tls\"},\"receive\":{\"host\":\"tls.e.test\",\"port\":993,"
	       "\"security\":\"tls\"},\"send\":{\"host\":\"smtp.e.test\",\"port\":465,\"security\":\"tls\"}}}");
}

static void pop3_alone_and_unknown_kinds_are_understood(void **state UNUSED)
{
	expect(HEAD DOMAIN IN("exchange", "x.e.test", "443", "SSL", ADDRESS, "OAuth2")
	               IN("imap", "gss.e.test", "993", "SSL", ADDRESS, "GSSAPI")
	                       IN("imap", "odd.e.test", "993", "quantum", ADDRESS, "plain")
	                               IN("pop3", "pop.e.test", "110", "STARTTLS", LOCAL, "password-encrypted") TAIL,
	       "{\"e.test\":{\"domains\":[\"e.test\"],\"login\":\"local-part\",\"name\":\"e.test\",\"pop3\":{\"host\":"
	       "\"pop.e.test\",\"port\":110,\"security\":\"starttls\"},\"send\":{\"enabled\":false}}}");
}

static void sender_may_log_in_otherwise(void **state UNUSED)
{
	expect(HEAD DOMAIN IN("imap", "i.e.test", "993", "SSL",
	                      LOCAL "."
	                            "%EMAILDOMAIN%",
	                      "plain") SMTP TAIL,
	       "{\"e.test\":{\"domains\":[\"e.test\"],\"login\":\"local-part.domain\",\"name\":\"e.test\",\"receive\":"
	       "{\"host\":\"i.e.test\",\"port\":993,\"security\":\"tls\"},\"send\":{\"host\":\"smtp.e.test\",\"login\":"
	       "\"address\",\"port\":465,\"security\":\"tls\"}}}");
}

static void oauth_finds_its_template(void **state UNUSED)
{
	expect(HEAD DOMAIN IN("imap", "outlook.office365.com", "993", "SSL", ADDRESS, "OAuth2") TAIL,
	       "{\"e.test\":{\"domains\":[\"e.test\"],\"login\":\"address\",\"name\":\"e.test\",\"oauth\":{"
	       "\"required\":"
	       "true,\"scopes\":[],\"template\":\"microsoft\"},\"receive\":{\"host\":\"outlook.office365.com\","
	       "\"port\":"
	       "993,\"security\":\"tls\"},\"send\":{\"enabled\":false}}}");
	expect(HEAD DOMAIN IN(
	               "imap", "i.e.test", "993", "SSL", ADDRESS,
	               "OAuth2</authentication><authentication>plain") "</"
	                                                               "emailProvider><oAuth2><issuer>accounts.google."
	                                                               "com</issuer><scope>a b</scope></oAuth2>"
	                                                               "</clientConfig>",
	       "{\"e.test\":{\"domains\":[\"e.test\"],\"login\":\"address\",\"name\":\"e.test\",\"oauth\":{"
	       "\"required\":"
	       "false,\"scopes\":[\"a\",\"b\"],\"template\":\"google\"},\"receive\":{\"host\":\"i.e.test\",\"port\":"
	       "993,"
	       "\"security\":\"tls\"},\"send\":{\"enabled\":false}}}");
}

static void each_domain_has_its_record_where_hosts_name_it(void **state UNUSED)
{
	expect(HEAD "<domain>a.test</domain><domain>b.test</domain>" OUT("mx.%EMAILDOMAIN%", "465", "SSL", ADDRESS,
	                                                                 "plain") TAIL,
	       "{\"a.test\":{\"domains\":[\"a.test\"],\"login\":\"address\",\"name\":\"a.test\",\"receive\":{"
	       "\"enabled\":"
	       "false},\"send\":{\"host\":\"mx.a.test\",\"port\":465,\"security\":\"tls\"}},"
	       "\"b.test\":{\"domains\":[\"b.test\"],\"login\":\"address\",\"name\":\"b.test\",\"receive\":{"
	       "\"enabled\":"
	       "false},\"send\":{\"host\":\"mx.b.test\",\"port\":465,\"security\":\"tls\"}}}");
}

static void what_cannot_be_used_is_refused(void **state UNUSED)
{
	static const char *const cases[][2] = {
	        {"", "error: line 1: is not well-formed XML: no element found"},
	        {"<html/>", "error: is no mail configuration: it begins with <html>, not <clientConfig>"},
	        {"<clientConfig/>", "error: has no <emailProvider> with an id or a domain"},
	        {"<!DOCTYPE x [<!ENTITY a \"b\">]><clientConfig>&a;</clientConfig>",
	         "error: line 1: a document type (<!DOCTYPE>) is not permitted"},
	        {"<!DOCTYPE x SYSTEM \"http://e.test/x.dtd\"><clientConfig/>",
	         "error: line 1: a document type (<!DOCTYPE>) is not permitted"},
	        {"<clientConfig><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></clientConfig>",
	         "error: line 1: elements are nested too deeply"},
	        {HEAD DOMAIN TAIL,
	         "error: has no IMAP, POP3 or SMTP server that can be used (complete, with a known way to log in)"},
	        {HEAD DOMAIN IN("imap", "i.e.test", "0", "SSL", ADDRESS, "plain") TAIL,
	         "error: has no IMAP, POP3 or SMTP server that can be used (complete, with a known way to log in)"},
	        {HEAD DOMAIN, "error: line 1: is not well-formed XML: no element found"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect(cases[i][0], cases[i][1]);
}

static void one_address_gets_one_record(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(KIB(64)), notes CLEANUP(buf_done) = BUF_INIT(KIB(4));
	const struct ispdb_options options = {.prefix = "x-", .id = "mine", .domain = STR("b.test")};

	read_into(HEAD "<domain>a.test</domain>" OUT("mx.%EMAILDOMAIN%", "25", "plain", "fixed", "plain") TAIL,
	          &options, &out, &notes);
	assert_string_equal(
	        buf_cstr(&out),
	        "{\"x-mine\":{\"domains\":[\"b.test\"],\"login\":\"typed\",\"name\":\"x-mine\",\"receive\":{"
	        "\"enabled\":false},\"send\":{\"host\":\"mx.b.test\",\"port\":25,\"security\":\"none\"}}}");
	assert_string_equal(buf_cstr(&notes),
	                    "x-mine: send: only without TLS: passwords and mail can be read on the way\n"
	                    "x-mine: the user ID follows no known rule: it is typed for each account\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(best_servers_are_chosen),
	        cmocka_unit_test(pop3_alone_and_unknown_kinds_are_understood),
	        cmocka_unit_test(sender_may_log_in_otherwise),
	        cmocka_unit_test(oauth_finds_its_template),
	        cmocka_unit_test(each_domain_has_its_record_where_hosts_name_it),
	        cmocka_unit_test(what_cannot_be_used_is_refused),
	        cmocka_unit_test(one_address_gets_one_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
