/* What the last step makes of a mail. What other programs read is tests/test_keystores.py's. */
#include "send/protect.h"

#include "base/clock.h"
#include "mime/build.h"
#include "security/smime_certificate.h"
#include "security/test_keys.h"
#include "setup/signing.h"
#include "store/certificates.h"
#include "store/test_store.h"

#include "base/test.h"

struct room {
	struct db *db;
	struct arena *arena;
	struct setup *setup;
	struct buf mime;
	struct error err;
};

static void open_room(struct room *r, struct store *store, const char *encrypt)
{
	struct buf report CLEANUP(buf_done) = BUF_INIT(KIB(64));
	json_t *document =
	        json_pack("{s:{s:{s:s}}, s:{s:{s:{s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s}}}}}", "keystores", "keys",
	                  "content", desk_pem, "accounts", "support", "send", "address", "support@example.test",
	                  "smime", "keystore", "keys", "encrypt", encrypt, "cipher", "aes-256-gcm", "dkim", "selector",
	                  "s", "keystore", "keys", "domain", "example.test");

	*r = (struct room){.arena = arena_new(), .mime = BUF_INIT(MIB(4))};
	assert_non_null(document);
	assert_ok(store_connect(store, &r->db, &r->err), &r->err);
	assert_ok(setup_apply(r->db, &plain_sealer, document, "tester", false, &report, &r->err), &r->err);
	assert_ok(setup_load(r->db, &plain_sealer, &r->setup, &r->err), &r->err);
	json_decref(document);
}

static void close_room(struct room *r)
{
	setup_free(r->setup);
	buf_done(&r->mime);
	db_close(r->db);
	arena_free(r->arena);
}

static void learn_by(struct room *r, const char *pem, const char *address, const char *truststore)
{
	struct smime_certificate c;
	struct stored_certificate stored;

	assert_ok(smime_certificate_read(r->arena, str_of(pem), &c, &r->err), &r->err);
	stored = (struct stored_certificate){.address = str_of(address),
	                                     .fingerprint = c.fingerprint,
	                                     .subject = c.subject,
	                                     .issuer = c.issuer,
	                                     .serial = c.serial,
	                                     .valid_from = c.valid_from,
	                                     .expires_at = c.expires_at,
	                                     .source = truststore ? "mail" : "person",
	                                     .der = c.der,
	                                     .truststore = str_of(truststore ? truststore : "")};
	assert_ok(certificate_put(r->db, r->arena, &stored, &r->err), &r->err);
}

static void learn(struct room *r, const char *pem, const char *address)
{
	learn_by(r, pem, address, NULL);
}

/* A mail to `to` alone, with an envelope of both; what mail_protect() answers. */
static int protect(struct room *r, const char *to, const char *also)
{
	const struct address address = {STR_NULL, str_of(to)};
	const struct str recipients[] = {str_of(to), str_of(also)};
	const struct account *account = setup_account(r->setup, "support");
	const struct draft draft = {
	        .from = {STR("Support"), STR("support@example.test")},
	        .to = &address,
	        .to_count = 1,
	        .subject = STR("A subject that is long enough to be folded over two lines, as it is with many"),
	        .message_id = STR("1@example.test"),
	        .date = 1700000000000,
	        .text = STR("Hello  \nFrom here\n"),
	        .html = STR("<p>Hello</p>"),
	        .is_signed = account_signs(account)};
	const struct protect_options options = {.db = r->db,
	                                        .setup = r->setup,
	                                        .account = account,
	                                        .recipients = recipients,
	                                        .recipient_count = *also ? 2 : 1,
	                                        .at = clock_now_ms()};

	buf_clear(&r->mime);
	assert_ok(draft_build(&draft, &r->mime, &r->err), &r->err);
	return mail_protect(&options, &r->mime, &r->err);
}

static bool has(const struct room *r, const char *text)
{
	return str_find(buf_str(&r->mime), str_of(text)) >= 0;
}

static void check_hidden(struct store *store)
{
	struct room r;

	open_room(&r, store, "required");
	learn(&r, anna_pem, "anna@customer.test");
	learn(&r, anna_pem, "boss@customer.test");
	assert_int_equal(protect(&r, "anna@customer.test", "boss@customer.test"), E_INVALID);
	assert_true(str_starts(str_of(r.err.text), STR("boss@customer.test isn't named in To or Cc")));
	assert_ok(protect(&r, "ANNA@customer.test", ""), &r.err);
	assert_true(has(&r, "smime-type=authEnveloped-data"));
	assert_false(has(&r, "Hello") || has(&r, "multipart/"));
	assert_true(str_starts(buf_str(&r.mime), STR("DKIM-Signature: v=1; a=rsa-sha256;")));
	assert_true(has(&r, "\r\nSubject: A subject that is"));
	close_room(&r);
}

static void a_hidden_recipient_is_not_named_by_encryption(void **state UNUSED)
{
	test_store_each(check_hidden);
}

static void check_possible(struct store *store)
{
	struct room r;

	open_room(&r, store, "when-possible");
	learn(&r, anna_pem, "anna@customer.test");
	assert_ok(protect(&r, "anna@customer.test", "bob@customer.test"), &r.err);
	assert_true(has(&r, "multipart/signed") && has(&r, "Hello =20\r\n=46rom here"));
	assert_ok(protect(&r, "anna@customer.test", ""), &r.err);
	assert_true(has(&r, "application/pkcs7-mime"));
	close_room(&r);
}

static void where_one_has_no_certificate_it_goes_in_clear(void **state UNUSED)
{
	test_store_each(check_possible);
}

static void check_voucher(struct store *store)
{
	struct room r;

	open_room(&r, store, "required");
	learn_by(&r, anna_pem, "anna@customer.test", "other-ca");
	assert_int_equal(protect(&r, "anna@customer.test", ""), E_NOT_FOUND);
	learn_by(&r, anna_pem, "anna@customer.test", "");
	assert_ok(protect(&r, "anna@customer.test", ""), &r.err);
	close_room(&r);
}

static void another_truststore_vouches_for_nobody_here(void **state UNUSED)
{
	test_store_each(check_voucher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_hidden_recipient_is_not_named_by_encryption),
	        cmocka_unit_test(another_truststore_vouches_for_nobody_here),
	        cmocka_unit_test(where_one_has_no_certificate_it_goes_in_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
