/* See throttle_words.h. Sources: the servers' own lists of errors, and what administrators report of them. */
#include "auth/throttle_words.h"

#define MINUTE 60
#define HOUR   3600
#define OTHER  .is_other = true

/* clang-format off */
const struct throttle_words throttle_words[] = {
	/* one mail or one correspondent: the others may go on */
	{400, 599, STR_INIT("receiving mail too quickly"), OTHER},        /* Gmail 450 4.2.1: the recipient */
	{400, 599, STR_INIT("receiving mail at a rate"), OTHER},
	{400, 599, STR_INIT("has too many recipients"), OTHER},           /* Gmail 452 4.5.3: this mail */
	{400, 599, STR_INIT("too many recipients"), OTHER},               /* Postfix, Exchange 452 4.5.3 */
	{400, 599, STR_INIT("domain policy size per transaction"), OTHER}, /* Gmail 452 4.5.3 */
	{400, 599, STR_INIT("greylist"), OTHER},
	{400, 599, STR_INIT("graylist"), OTHER},
	{400, 599, STR_INIT("grey-list"), OTHER},

	/* Gmail */
	{0, 0, STR_INIT("exceeded command or bandwidth limits"), .wait_s = HOUR},
	{0, 0, STR_INIT("bandwidth limit"), .wait_s = HOUR},
	{0, 0, STR_INIT("too many simultaneous connections"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many login attempts"), .wait_s = 15 * MINUTE},
	{0, 0, STR_INIT("too many failed login attempts"), .wait_s = 15 * MINUTE},
	{0, 0, STR_INIT("daily user sending limit"), .wait_s = HOUR}, /* 550 5.4.5: of the last 24 hours, so it may end soon */
	{0, 0, STR_INIT("daily sending quota"), .wait_s = HOUR},
	{0, 0, STR_INIT("daily sending limit"), .wait_s = HOUR},
	{0, 0, STR_INIT("web login required"), OTHER},                   /* a person must act */
	{421, 421, STR_INIT("unusual rate of"), .wait_s = 15 * MINUTE},   /* 4.7.28, unsolicited or not */
	{450, 452, STR_INIT("unusual rate of"), .wait_s = 15 * MINUTE},
	{400, 499, STR_INIT("4.7.28"), .wait_s = 15 * MINUTE},

	/* Exchange, Microsoft 365, Outlook.com */
	{0, 0, STR_INIT("suggested backoff time"), .wait_s = MINUTE},
	{0, 0, STR_INIT("request is throttled"), .wait_s = MINUTE},
	{0, 0, STR_INIT("connection is closed. 13"), .wait_s = 0},
	{0, 0, STR_INIT("server unavailable. 15"), .wait_s = 0},
	{0, 0, STR_INIT("user is authenticated but not connected"), .wait_s = 0},
	{400, 499, STR_INIT("storedrv.clientsubmit; sender thread limit exceeded"), .wait_s = MINUTE},
	{400, 499, STR_INIT("sender thread limit exceeded"), .wait_s = MINUTE},
	{400, 499, STR_INIT("concurrent connections limit exceeded"), .wait_s = MINUTE},
	{500, 599, STR_INIT("5.1.90"), .wait_s = HOUR},                   /* the day's recipients */
	{400, 599, STR_INIT("daily limit for message recipients"), .wait_s = HOUR},
	{400, 599, STR_INIT("submissionquotaexceeded"), .wait_s = HOUR},
	{400, 599, STR_INIT("message submission rate for this client has exceeded"), .wait_s = MINUTE},
	{400, 599, STR_INIT("exceeded the message rate limit"), .wait_s = MINUTE},
	{421, 421, STR_INIT("4.3.2 service not available"), .wait_s = 0},
	{421, 421, STR_INIT("4.3.2 the maximum number of concurrent"), .wait_s = MINUTE},
	{400, 499, STR_INIT("4.7.500"), .wait_s = 15 * MINUTE},           /* server busy: our address is slowed down */

	/* Yahoo, AOL */
	{0, 0, STR_INIT("rate limit hit"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("[tss04]"), .wait_s = 4 * HOUR},
	{421, 451, STR_INIT("[tss"), .wait_s = 30 * MINUTE},
	{0, 0, STR_INIT("[ts0"), .wait_s = 30 * MINUTE},

	/* Dovecot, Courier, Cyrus, Postfix, GMX, iCloud … */
	{0, 0, STR_INIT("mail_max_userip_connections"), .wait_s = MINUTE},
	{0, 0, STR_INIT("maximum number of connections"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many connections"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many open connections"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many concurrent"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many sessions"), .wait_s = MINUTE},
	{0, 0, STR_INIT("connection rate limit"), .wait_s = MINUTE},
	{0, 0, STR_INIT("rate limit exceeded"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("rate limited"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("rate limiting"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("throttled"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("throttling"), .wait_s = 5 * MINUTE},
	{0, 0, STR_INIT("too many requests"), .wait_s = MINUTE},
	{0, 0, STR_INIT("too many commands"), .wait_s = MINUTE},
	{0, 0, STR_INIT("sending limit exceeded"), .wait_s = HOUR},
	{0, 0, STR_INIT("sending quota exceeded"), .wait_s = HOUR},
	{0, 0, STR_INIT("hourly limit"), .wait_s = 15 * MINUTE},
	{0, 0, STR_INIT("daily limit"), .wait_s = HOUR},
	{400, 499, STR_INIT("rate limit"), .wait_s = 5 * MINUTE},
	{450, 452, STR_INIT("too many messages"), .wait_s = MINUTE}, /* with 421: of this connection */
	{400, 499, STR_INIT("too much mail"), .wait_s = 5 * MINUTE},
	{400, 499, STR_INIT("sending too fast"), .wait_s = 5 * MINUTE},
	{400, 499, STR_INIT("sending rate"), .wait_s = 5 * MINUTE},
	{400, 499, STR_INIT("slow down"), .wait_s = MINUTE},
};
/* clang-format on */

const size_t throttle_words_count = ARRAY_LEN(throttle_words);
