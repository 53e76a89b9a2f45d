/* DNS messages (RFC 1035 §4), without a network: the question's bytes, and what an answer says. Private to src/net. */
#ifndef NET_DNS_MESSAGE_H
#define NET_DNS_MESSAGE_H

#include "base/arena.h"
#include "net/dns.h"

#define DNS_MAX_NAME     254 /* bytes of a name as text, with the NUL */
#define DNS_QUESTION_MAX 300
#define DNS_UDP_SIZE     1232 /* what we take in one datagram: fits every path without fragments */
#define DNS_MAX_CHAIN    8    /* aliases (CNAME) followed, in all */

/* The bytes of a question, at most DNS_QUESTION_MAX; 0 where `name` can't be a domain name. `edns`: tell our size. */
size_t dns_question_make(char out[DNS_QUESTION_MAX], uint16_t id, const char *name, enum dns_type type, bool edns);

enum dns_verdict {
	DNS_SAYS_FOUND,
	DNS_SAYS_NONE,
	DNS_SAYS_ALIAS,    /* the answer ends at `alias`: ask for that */
	DNS_SAYS_CUT,      /* ask again over TCP */
	DNS_SAYS_NO_EDNS,  /* ask again without EDNS */
	DNS_SAYS_TROUBLE,  /* the server can't or won't: ask another */
	DNS_SAYS_NOT_OURS, /* not an answer to this question: go on waiting */
};

struct dns_reading {
	struct str texts[DNS_MAX_RECORDS]; /* in the arena */
	size_t count;
	uint32_t ttl; /* of what was found, the shortest on the way */
	char alias[DNS_MAX_NAME];
	unsigned hops; /* aliases followed in this message */
	const char *reason;
};

enum dns_verdict dns_answer_read(struct arena *arena, struct str message, uint16_t id, const char *name,
                                 enum dns_type type, struct dns_reading *ret);

#endif
