/* Answers of servers as they were seen. */
#include "auth/throttle.h"

#include "base/clock.h"

#include "base/test.h"

static const struct {
	int code;
	const char *words;
	bool is_throttling;
	int64_t wait_ms;
} answers[] = {
        /* Gmail */
        {0, "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", true, HOURS_MS(1)},
        {0, "[ALERT] Too many simultaneous connections. (Failure)", true, MINUTES_MS(1)},
        {421, "4.7.0 Too many login attempts, please try again later.", true, MINUTES_MS(15)},
        {454, "4.7.0 Too many login attempts, please try again later. x - gsmtp", true, MINUTES_MS(15)},
        {550, "5.4.5 Daily user sending limit exceeded. x - gsmtp", true, HOURS_MS(1)},
        {421, "4.7.28 Our system has detected an unusual rate of mail", true, MINUTES_MS(15)},
        {452, "4.5.3 Your message has too many recipients.", false, 0},
        {450, "4.2.1 The user you are trying to contact is receiving mail too quickly.", false, 0},
        {0, "[ALERT] Web login required. Too many login attempts", true, MINUTES_MS(15)},
        /* Microsoft */
        {0, "Connection is closed. 13", true, 0},
        {0, "Server Unavailable. 15", true, 0},
        {0, "User is authenticated but not connected.", true, 0},
        {0, "Request is throttled. Suggested Backoff Time: 299961 milliseconds", true, 299961},
        {0, "[THROTTLED] Suggested Backoff Time (300000 milliseconds)", true, 300000},
        {432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", true, MINUTES_MS(1)},
        {550, "5.1.90 Your message can't be sent because you've reached your daily limit", true, HOURS_MS(1)},
        {421, "4.3.2 Service not available, closing transmission channel", true, 0},
        {421, "4.3.2 The maximum number of concurrent server connections has exceeded a limit", true, MINUTES_MS(1)},
        {452, "4.5.3 Too many recipients (AS780090)", false, 0},
        /* Yahoo */
        {0, "[LIMIT] LOGIN Rate limit hit.", true, MINUTES_MS(5)},
        {421, "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints", true, HOURS_MS(4)},
        /* others */
        {0, "[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", true,
         MINUTES_MS(1)},
        {450, "4.7.1 Error: too much mail from 192.0.2.1", true, MINUTES_MS(5)},
        {451, "4.7.1 Rate limit; try again in 10 minutes", true, MINUTES_MS(10)},
        {421, "too many messages in this session", false, 0},
        /* what only looks like a code, or a time */
        {450, "4.7.1 Client host [85.1.90.12] rejected", false, 0},
        {550, "5.7.1 Client host [85.1.90.12] rejected", false, 0},
        {550, "5.7.1 Client host [5.1.90.12] rejected", false, 0},
        {450, "4.7.1 Client host [94.7.28.5] rejected", false, 0},
        {450, "4.7.1 Client host [94.7.28.5] rejected: 4.7.28.", true, MINUTES_MS(15)},
        {550,
         "5.4.5 Daily user sending limit exceeded. For more see https://example.com/mail/answer/166852 "
         "h12-20020a05600c350c - gsmtp",
         true, HOURS_MS(1)},
        /* nothing of the kind */
        {450, "4.7.1 Greylisted, slow down and try again in 300 seconds", false, 0},
        {550, "5.1.1 No such user", false, 0},
        {421, "4.3.2 Going down for maintenance", false, 0},
        {535, "5.7.8 Username and Password not accepted", false, 0},
        {0, "[AUTHENTICATIONFAILED] Authentication failed.", false, 0},
        {0, "", false, 0},
};

static void answers_are_recognised(void **state UNUSED)
{
	int wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		int64_t wait_ms = 0;
		bool is = throttle_recognise(answers[i].code, str_of(answers[i].words), &wait_ms);

		wrong += is != answers[i].is_throttling || wait_ms != answers[i].wait_ms;
		if (is != answers[i].is_throttling || wait_ms != answers[i].wait_ms)
			print_error("%s: %d, %lld ms\n", answers[i].words, is, (long long)wait_ms);
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *words;
	int64_t ms;
} times[] = {
        {"(300000 milliseconds)", 300000},
        {"try again in 5 minutes", MINUTES_MS(5)},
        {"retry after 60s.", 60000},
        {"wait 1 hour", HOURS_MS(1)},
        {"4.7.0 busy, 30 sec", 30000},
        {"2147483647 hours", HOURS_MS(24)},
        {"99999999999999999999999999 ms", HOURS_MS(24)},
        {"4.7.0 slow down", 0},
        {"0 seconds", 0},
        {"error 15", 0},
        {"x5s", 0},
        {"answer/166852 hours", 0},
        {"166852 h12-20 x", 0},
        {"5 s-12", 0},
        {"12 hours; 5 s", HOURS_MS(12)},
        {"192.0.2.5 s", 0},
        {"5", 0},
        {"", 0},
};

static void times_in_words_are_read(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		int64_t ms = throttle_wait_in_words(str_of(times[i].words));

		if (ms != times[i].ms)
			print_error("%s:\n", times[i].words);
		assert_int_equal(ms, times[i].ms);
	}
}

static void an_error_becomes_one_of_the_account(void **state UNUSED)
{
	struct error err;

	fail_scope(&err, SCOPE_MESSAGE, E_REFUSED, RETRY_NEVER, "MAIL: 550");
	assert_false(throttle_judge(550, STR("5.7.1 no"), &err));
	assert_int_equal(err.code, E_REFUSED);
	assert_true(throttle_judge(450, STR("rate limit, 7 seconds"), &err));
	assert_int_equal(err.code, E_THROTTLED);
	assert_int_equal(err.retry, RETRY_LATER);
	assert_int_equal(err.scope, SCOPE_ACCOUNT);
	assert_int_equal(err.retry_after_ms, 7000);
	assert_string_equal(err.text, "MAIL: 550");
	assert_true(throttle_judge(450, STR("rate limit"), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(answers_are_recognised),
	        cmocka_unit_test(times_in_words_are_read),
	        cmocka_unit_test(an_error_becomes_one_of_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
