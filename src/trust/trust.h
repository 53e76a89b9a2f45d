/* Is a mail from whom it says? DKIM, DMARC and what trusted servers found out, put together for one message:
 *
 *	const struct trust_options options = {.look_up = trust_look_up_dns, .ctx = dns, .now_s = now};
 *	const struct trust_result *t = trust_check(arena, message, &options);
 *
 * Where a trusted server gives a DMARC result, that is taken, and nothing is looked up but a policy that it doesn't
 * name. Else DKIM signatures are verified here, SPF is taken from trusted servers (only they saw the connection), and
 * the domain's DMARC policy is looked up: all side by side, within a few seconds. What can't be looked up is a result,
 * never a failure.
 *
 * A signature that leaves the body's end unsigned (l=) vouches for nothing. Neither does any for a message that can be
 * read in two ways: several fields of which there may be one (From, Subject …), a header whose end is in doubt. */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include "mime/message.h"
#include "net/dns.h"
#include "security/dkim.h"
#include "trust/dmarc.h"

#include <jansson.h>

enum trust_state {
	TRUST_UNKNOWN,         /* it could not be found out, or nobody looked */
	TRUST_AUTHENTICATED,   /* the domain of From vouches for it */
	TRUST_UNAUTHENTICATED, /* nothing vouches for it */
};

enum dmarc_result {
	DMARC_NONE,
	DMARC_PASS,
	DMARC_FAIL,
	DMARC_TEMPERROR
}; /* none: the domain has no policy, or it isn't known */

struct trust_result {
	enum trust_state state;
	bool is_refused;   /* its domain demands that its mail is authenticated (quarantine, reject), and this is not */
	struct str domain; /* of the address in From; empty where there is none */
	struct str by;     /* what vouches: "DKIM signature of example.com", "mx.example.org: dmarc=pass"; else empty */
	struct str reason; /* a sentence; never empty */
	const struct dkim *dkim;
	struct str spf, spf_domain; /* a trusted server's result; empty where there is none */
	enum dmarc_result dmarc;
	bool has_policy;
	enum dmarc_policy policy; /* where has_policy */
	struct str policy_domain; /* where the policy was found; empty where a server named it */
	struct str server;        /* authserv-id whose results were used; empty where none were */
};

/* As dns_look_up(), whose `dns` is ctx: so that tests can have a DNS of their own. */
typedef void trust_look_up(void *ctx, struct arena *arena, const struct dns_question *questions, size_t n,
                           int64_t deadline_ms, struct dns_answer *ret_answers);

struct trust_options {
	const char *const *authserv_ids; /* trusted servers */
	size_t authserv_id_count;
	trust_look_up *look_up; /* NULL: nothing is looked up */
	void *ctx;
	int64_t now_s;                                  /* Unix seconds at which the mail came */
	int budget_ms;                                  /* for all look-ups together; 0: 5 s */
	void (*done_with)(void *ctx, const char *upto); /* as message_limits has it; may be NULL */
	void *done_ctx;
};

/* Never NULL; lives in the arena, and refers to the message. */
const struct trust_result *trust_check(struct arena *arena, const struct message *m,
                                       const struct trust_options *options) NODISCARD;

/* dns_look_up() in the form of options: ctx is a struct dns. */
trust_look_up trust_look_up_dns;

/* "unknown", "authenticated", "unauthenticated" */
const char *trust_state_word(enum trust_state state);
const char *dmarc_result_word(enum dmarc_result result);

/* {"result", "domain", "by", "reason", "refused", "dkim": [{"domain", "selector", "identity", "algorithm", "result",
 * "reason"}], "spf", "spf_domain", "dmarc", "policy", "policy_domain", "server"}; a new reference. */
json_t *trust_json(const struct trust_result *result) NODISCARD;

#endif
