/* What servers' refusals mean, recognised by codes and well-known words. */
#ifndef PROBE_WORDS_H
#define PROBE_WORDS_H

#include "base/str.h"
#include "probe/causes.h"

enum words_step {
	WORDS_GREETING = 1 << 0,
	WORDS_LOGIN = 1 << 1,
	WORDS_FOLDER = 1 << 2,
	WORDS_SENDER = 1 << 3,
	WORDS_RECIPIENT = 1 << 4,
	WORDS_TLS = 1 << 5, /* the answer to STARTTLS */
	WORDS_ENVELOPE = WORDS_SENDER | WORDS_RECIPIENT,
	WORDS_ANY = WORDS_GREETING | WORDS_LOGIN | WORDS_FOLDER | WORDS_ENVELOPE,
};

/* The cause that a server's words name; CAUSE_UNKNOWN where they name none. `code` is SMTP's, 0 for other protocols.
 * `said` may be several lines joined. */
enum cause words_cause(enum words_step step, int code, struct str said);

/* What is known of the provider behind a host or an address. */
struct provider_words {
	const char *domain;       /* "gmail.com": the host's or address's end */
	bool app_passwords;       /* a refused password usually is the account's own */
	const char *app_password; /* how to get one; NULL: nothing to add */
};
const struct provider_words *words_provider(struct str host, struct str user);

#endif
