/* Signatures of webhooks. What others make of them: tests/test_api_events.py. */
#include "security/webhook_sign.h"

#include "base/test.h"

/* The example of the libraries of Standard Webhooks. */
static void the_known_secret_gives_the_known_signature(void **state UNUSED)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(500);
	struct error err;

	assert_ok(webhook_sign(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek",
	                       1614265330, STR("{\"test\": 2432232314}"), &out, &err),
	          &err);
	assert_str(buf_str(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

/* The key is that of RFC 8032 §7.1, test 1. */
static void several_secrets_give_several_signatures(void **state UNUSED)
{
	static const struct str key = STR_INIT("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
	struct buf out CLEANUP(buf_done) = BUF_INIT(500), public CLEANUP(buf_done) = BUF_INIT(100);
	struct error err;

	assert_ok(webhook_sign(STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "evt_1", 1, STR("{}"), &out, &err), &err);
	assert_ok(webhook_sign(key, "evt_1", 1, STR("{}"), &out, &err), &err);
	assert_true(str_starts(buf_str(&out), STR("v1,")));
	assert_true(str_find(buf_str(&out), STR(" v1a,")) == 3 + 44);
	assert_int_equal(out.n, 3 + 44 + 1 + 4 + 88);
	assert_ok(webhook_public_key(key, &public, &err), &err);
	assert_str(buf_str(&public), "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

static void new_ones_are_of_use(void **state UNUSED)
{
	struct buf secret CLEANUP(buf_done) = BUF_INIT(100), key CLEANUP(buf_done) = BUF_INIT(100);
	struct buf out CLEANUP(buf_done) = BUF_INIT(500);
	struct error err;

	webhook_new_secret(&secret);
	webhook_new_key(&key);
	assert_int_equal(secret.n, 6 + 44);
	assert_ok(webhook_sign(buf_str(&secret), "evt_1", 1, STR("{}"), &out, &err), &err);
	assert_ok(webhook_sign(buf_str(&key), "evt_1", 1, STR("{}"), &out, &err), &err);
	assert_int_equal(webhook_sign(STR("whsec_no base64"), "evt_1", 1, STR("{}"), &out, &err), E_INVALID);
	assert_int_equal(webhook_sign(STR("whsk_AAAA"), "evt_1", 1, STR("{}"), &out, &err), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_known_secret_gives_the_known_signature),
	        cmocka_unit_test(several_secrets_give_several_signatures),
	        cmocka_unit_test(new_ones_are_of_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
