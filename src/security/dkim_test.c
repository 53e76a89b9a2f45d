/* DKIM: the RFCs' own examples, what signatures and keys can be wrong in, and hundreds of mutations. */
#include "security/dkim.h"

#include "base/buf.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/test.h"

/* ---------------------------------------------------------------- the RFCs' examples */

#define LETTER                                                                                         \
	"From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\n" \
	"Subject: Is dinner ready?\r\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                 \
	"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n"                         \
	"Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n"

/* RFC 8463 appendix A.3 */
#define ED25519_FIELD                                                     \
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"   \
	" d=football.example.com; i=@football.example.com;\r\n"           \
	" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"         \
	" subject : date : message-id : from : subject : date;\r\n"       \
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"           \
	" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n" \
	" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
#define RSA_FIELD                                                         \
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"       \
	" d=football.example.com; i=@football.example.com;\r\n"           \
	" q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"   \
	" date : message-id : from : subject : date;\r\n"                 \
	" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"           \
	" b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n" \
	" DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n" \
	" dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"

static const char ed25519_key[] = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
static const char rsa_key[] =
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/"
        "J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOT"
        "IKT+l/K4w3QIDAQAB";

/* RFC 6376 appendix A.2 */
static const char simple_mail[] = "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
                                  "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
                                  "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
                                  "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                  "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
                                  "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
                                  "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
                                  "      4bmp/YzhwvcubU4=;\r\n"
                                  "Received: from client1.football.example.com  [192.0.2.1]\r\n"
                                  "      by submitserver.example.com with SUBMISSION;\r\n"
                                  "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n" LETTER;
static const char simple_key[] =
        "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b"
        "4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckc"
        "Q2QIDAQAB";

static const struct dkim_options when = {.now_s = 1528637999};

/* The first signature after a look-up that finds `key`. */
static struct dkim_signature check(struct arena *arena, struct str raw, const char *key)
{
	struct dkim *dkim = dkim_read(arena, raw, &when);
	struct str record = str_of(key);

	assert_true(dkim->count > 0);
	if (dkim->signatures[0].key_name.n)
		dkim_verify(dkim, 0, DKIM_KEY_FOUND, &record, 1);
	return dkim->signatures[0];
}

static void the_examples_of_the_standards_pass(void **state UNUSED)
{
	static const struct {
		const char *mail, *key, *key_name;
	} examples[] = {
	        {ED25519_FIELD LETTER, ed25519_key, "brisbane._domainkey.football.example.com"},
	        {RSA_FIELD LETTER, rsa_key, "test._domainkey.football.example.com"},
	        {simple_mail, simple_key, "brisbane._domainkey.example.com"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct dkim_signature s = check(arena, str_of(examples[i].mail), examples[i].key);

		assert_string_equal(s.reason.p, i ? "good signature, with a weak key of 1024 bits" : "good signature");
		assert_int_equal(s.result, DKIM_PASS);
		assert_str(s.key_name, examples[i].key_name);
	}
}

/* ---------------------------------------------------------------- what can be wrong */

/* `text` with the first `from` in it replaced. */
static struct str with(struct arena *arena, const char *text, const char *from, const char *to)
{
	ptrdiff_t at = str_find(str_of(text), str_of(from));

	assert_true(at >= 0);
	return arena_printf(arena, "%.*s%s%s", (int)at, text, to, text + at + strlen(from));
}

static void faults_of_a_signature_are_named(void **state UNUSED)
{
	/* clang-format off */
	static const struct {
		const char *from, *to;
		enum dkim_result result;
		const char *reason;
	} cases[] = {
		{"v=1", "v=2", DKIM_PERMERROR, "it is of another version (v=)"},
		{"v=1; ", "", DKIM_PERMERROR, "the tag v= is missing"},
		{"v=1; ", "v=1; v=1; ", DKIM_PERMERROR, "the tag v= stands in it twice"},
		{"v=1; ", "v=1; nonsense; ", DKIM_PERMERROR, "it is not a list of tags"},
		{"v=1; ", "v=1; 1=1; ", DKIM_PERMERROR, "it is not a list of tags"},
		{"a=rsa-sha256", "a=rsa-sha1", DKIM_PERMERROR, "rsa-sha1 doesn't count any more (RFC 8301)"},
		{"a=rsa-sha256", "a=rsa-md5", DKIM_PERMERROR, "the algorithm (a=) is none that is known"},
		{"c=relaxed/relaxed", "c=strict", DKIM_PERMERROR, "the canonicalisation (c=) is none that is known"},
		{"c=relaxed/relaxed", "c=relaxed", DKIM_FAIL, "the signature doesn't fit: the header was changed on the way, or the key is another"},
		{"d=football.example.com", "d=com", DKIM_PERMERROR, "the signing domain (d=) is no domain name"},
		{"d=football.example.com", "d=a..b", DKIM_PERMERROR, "the signing domain (d=) is no domain name"},
		{"d=football.example.com", "d=other.example", DKIM_PERMERROR, "the identity (i=) is not within the signing domain (d=)"},
		{"i=@football.example.com", "i=@xfootball.example.com", DKIM_PERMERROR, "the identity (i=) is not within the signing domain (d=)"},
		{"i=@football.example.com", "i=x", DKIM_PERMERROR, "the identity (i=) is not within the signing domain (d=)"},
		{"s=test", "s=te/st", DKIM_PERMERROR, "the selector (s=) can't be part of a domain name"},
		{"q=dns/txt", "q=http", DKIM_PERMERROR, "the key is not to be had from the DNS (q=)"},
		{"t=1528637909", "t=x", DKIM_PERMERROR, "a time in it (t= or x=) is no number"},
		{"t=1528637909", "t=1538637909", DKIM_NEUTRAL, "it was made in the future (t=)"},
		{"t=1528637909", "t=1528637909; x=1528637909", DKIM_PERMERROR, "it expires (x=) before it was made (t=)"},
		{"t=1528637909", "t=1528637909; x=1528637919", DKIM_FAIL, "the signature has expired (x=)"},
		{"h=from : to : subject", "h=to : subject", DKIM_FAIL, "the signature doesn't fit: the header was changed on the way, or the key is another"},
		{"h=from : to : subject :\r\n date : message-id : from :", "h=to : subject :\r\n date : message-id :", DKIM_PERMERROR,
		 "it doesn't sign the From field (h=)"},
		{"h=from : to : subject :\r\n date : message-id : from : subject : date", "h=", DKIM_PERMERROR, "it signs no header field (h=)"},
		{"bh=2jUSOH9N", "bh=2jUSOH9M", DKIM_FAIL, "the body was changed on the way (bh=)"},
		{"bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=", "bh=2jUS", DKIM_PERMERROR, "the hash of the body (bh=) is none"},
		{"b=F45d", "b=F45!", DKIM_PERMERROR, "the signature itself (b=) is no base64"},
		{"b=F45d", "b=F45=", DKIM_PERMERROR, "the signature itself (b=) is no base64"},
		{"b=F45d", "b=G45d", DKIM_FAIL, "the signature doesn't fit: the header was changed on the way, or the key is another"},
		{"t=1528637909", "l=10000; t=1528637909", DKIM_PERMERROR, "it signs more of the body than there is (l=)"},
		{"t=1528637909", "l=10; t=1528637909", DKIM_FAIL, "the body was changed on the way (bh=)"},
		{"t=1528637909", "l=-1; t=1528637909", DKIM_PERMERROR, "the length of the body (l=) is no number"},
		{"ready?", "ready!", DKIM_FAIL, "the signature doesn't fit: the header was changed on the way, or the key is another"},
		{"hungry", "angry", DKIM_FAIL, "the body was changed on the way (bh=)"},
		{"From: Joe", "Subject: more\r\nFrom: Joe", DKIM_FAIL, "the signature doesn't fit: the header was changed on the way, or the key is another"},
	};
	/* clang-format on */
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str raw = with(arena, RSA_FIELD LETTER, cases[i].from, cases[i].to);
		struct dkim_signature s = check(arena, raw, rsa_key);

		assert_str(s.reason, cases[i].reason);
		assert_int_equal(s.result, cases[i].result);
	}
}

static void what_does_not_count_changes_nothing(void **state UNUSED)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
	        {"From: Joe SixPack", "FROM:\t Joe\r\n   SixPack "},
	        {"Subject: Is", "X-New: field\r\nSubject: Is"},
	        {"Are you hungry", "Are  \t you hungry"},
	        {"yet?\r\n", "yet? \t \r\n"},
	        {"Joe.\r\n", "Joe.\r\n\r\n \r\n\r\n"},
	        {"Joe.\r\n", "Joe."},
	        {"b=F45dVWDfMb", "b=F45dVW\r\n\t DfMb"},
	        {"DKIM-Signature: v=1;", "dkim-signature:v=1 ;"},
	};
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str raw = with(arena, RSA_FIELD LETTER, cases[i].from, cases[i].to);
		struct dkim_signature s = check(arena, raw, rsa_key);

		if (i == ARRAY_LEN(cases) - 1)
			assert_int_equal(s.result, DKIM_FAIL); /* its own white space counts: "1 ;" */
		else
			assert_string_equal(s.reason.p, "good signature, with a weak key of 1024 bits");
	}
}

static void faults_of_a_key_are_named(void **state UNUSED)
{
	/* clang-format off */
	static const struct {
		const char *record, *reason;
	} cases[] = {
		{"", "the key record has no key (p=)"},
		{"p", "the key record can't be read: it is not a list of tags"},
		{"v=DKIM1; p=", "the key has been revoked (p= is empty)"},
		{"v=DKIM2; p=AAAA", "the key record is of another version"},
		{"p=AAAA; v=DKIM1", "the key record is of another version"},
		{"v=DKIM1; h=sha1; p=AAAA", "the key is not for sha256 (h=)"},
		{"v=DKIM1; s=tlsrpt; p=AAAA", "the key is not for mail (s=)"},
		{"v=DKIM1; p=AAAA", "the key is of another kind than the signature (k=)"},
		{"v=DKIM1; k=ed25519; p=AAAA", "the key (p=) is no Ed25519 key"},
		{"v=DKIM1; k=ed25519; p=A", "the key (p=) is no base64"},
		{"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS=7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "the key (p=) is no base64"},
		{"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=; p=", "the key record can't be read: the tag p= stands in it twice"},
		{"v=DKIM1; k=ed25519; p=21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		 "the signature doesn't fit: the header was changed on the way, or the key is another"},
		{"v=DKIM1; k=ed25519; t=y; p=21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "bad signature, but the domain is testing DKIM (t=y)"},
		{"k=ed25519; s=email; h=sha1:sha256; t=s; n=note; p= 11qYAYKxCrfVS/7TyWQHOg7hcvPa piMlrwIaaPcHURo=", "good signature"},
	};
	/* clang-format on */
	struct arena *arena CLEANUP(arena_freep) = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_str(check(arena, STR(ED25519_FIELD LETTER), cases[i].record).reason, cases[i].reason);
}

static struct str rsa_record(struct arena *arena, unsigned bits)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);
	unsigned char *der = NULL, *text;
	int n = i2d_PUBKEY(key, &der);
	struct str record;

	assert_true(n > 0);
	text = (unsigned char *)arena_bytes(arena, (size_t)n * 2);
	EVP_EncodeBlock(text, der, n);
	record = arena_printf(arena, "v=DKIM1; p=%s", (const char *)text);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return record;
}

static void keys_that_are_too_small_do_not_count(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dkim_signature s = check(arena, STR(RSA_FIELD LETTER), rsa_record(arena, 768).p);

	assert_int_equal(s.result, DKIM_PERMERROR);
	assert_str(s.reason, "an RSA key of 768 bits doesn't count (1024 to 8192 do)");
	assert_int_equal(check(arena, STR(RSA_FIELD LETTER), rsa_record(arena, 1024).p).result, DKIM_FAIL);
}

static void states_of_a_key_are_results(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct dkim *dkim = dkim_read(arena, STR(ED25519_FIELD LETTER), &when);
	struct str two[] = {STR("v=spf1 -all"),
	                    STR("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")};

	assert_int_equal(dkim->signatures[0].result, DKIM_UNCHECKED);
	dkim_verify(dkim, 0, DKIM_KEY_UNREACHABLE, NULL, 0);
	assert_string_equal(dkim_result_word(dkim->signatures[0].result), "temperror");
	dkim_verify(dkim, 0, DKIM_KEY_NONE, NULL, 0);
	assert_string_equal(dkim_result_word(dkim->signatures[0].result), "permerror");
	dkim_verify(dkim, 0, DKIM_KEY_FOUND, two, 2);
	assert_string_equal(dkim_result_word(dkim->signatures[0].result), "pass");
}

static void signatures_are_bounded(void **state UNUSED)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct buf many CLEANUP(buf_done) = BUF_INIT(MIB(4));
	struct dkim *dkim;

	for (int i = 0; i < 50; i++)
		buf_add(&many, STR(ED25519_FIELD));
	buf_add(&many, STR(LETTER));
	dkim = dkim_read(arena, buf_str(&many), &when);
	assert_int_equal(dkim->count, DKIM_MAX_SIGNATURES);
	assert_int_equal(dkim->left_out, 50 - DKIM_MAX_SIGNATURES);
	buf_clear(&many);
	for (int i = 0; i < 6000; i++)
		buf_add(&many, STR("X: y\r\n"));
	buf_add(&many, STR(ED25519_FIELD LETTER));
	assert_int_equal(dkim_read(arena, buf_str(&many), &when)->count, 0);
	buf_clear(&many);
	buf_add(&many, STR(ED25519_FIELD));
	for (int i = 0; i < 6000; i++)
		buf_add(&many, STR("X: y\r\n"));
	buf_add(&many, STR(LETTER));
	assert_str(dkim_read(arena, buf_str(&many), &when)->signatures[0].reason,
	           "the message has too many header fields");
}

/* ---------------------------------------------------------------- mutations */

static bool is_blank_or_eol(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whichever letter is changed, of signature, header or body: nothing passes. */
static void no_changed_letter_passes(void **state UNUSED)
{
	static const char mail[] = ED25519_FIELD LETTER;
	size_t n = sizeof mail - 1, tried = 0;
	char copy[sizeof mail];

	for (size_t i = 0; i < n; i++) {
		struct arena *arena CLEANUP(arena_freep) = arena_new();
		struct str record = str_of(ed25519_key);
		struct dkim *dkim;

		if (is_blank_or_eol(mail[i]) || mail[i] == '=')
			continue;
		memcpy(copy, mail, sizeof copy);
		copy[i] ^= 2;
		dkim = dkim_read(arena, str_new(copy, n), &when);
		if (dkim->count && dkim->signatures[0].key_name.n)
			dkim_verify(dkim, 0, DKIM_KEY_FOUND, &record, 1);
		if (dkim->count && dkim->signatures[0].result == DKIM_PASS) {
			print_error("passes with byte %zu changed: %.40s\n", i, copy + i);
			assert_true(false);
		}
		tried++;
	}
	assert_true(tried > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_examples_of_the_standards_pass),
	        cmocka_unit_test(faults_of_a_signature_are_named),
	        cmocka_unit_test(what_does_not_count_changes_nothing),
	        cmocka_unit_test(faults_of_a_key_are_named),
	        cmocka_unit_test(keys_that_are_too_small_do_not_count),
	        cmocka_unit_test(states_of_a_key_are_results),
	        cmocka_unit_test(signatures_are_bounded),
	        cmocka_unit_test(no_changed_letter_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
