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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_examples_of_the_standards_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
