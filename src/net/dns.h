/* DNS look-ups of our own (RFC 1035, 6891): several questions side by side, with one deadline for all of them.
 *
 *	struct dns_question ask[] = {{"_dmarc.example.com", DNS_TXT}, {"s1._domainkey.example.com", DNS_TXT}};
 *	struct dns_answer answers[2];
 *
 *	dns_look_up(dns, arena, ask, 2, clock_mono_ms() + 5000, answers);
 *
 * A look-up has an answer in any case: records, none, or that nothing could be learnt. Over UDP, each question from a
 * port and with an id of its own that nobody can guess; over TCP where the answer was cut off. The servers do the
 * recursion. Thread-safe: one struct dns serves the whole process. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/arena.h"
#include "base/error.h"

#define DNS_MAX_QUESTIONS 32 /* of one look-up */
#define DNS_MAX_RECORDS   16 /* of one answer; what is beyond is left out */

struct dns;

/* `servers`: addresses, with ports where they aren't 53, separated by commas or spaces ("192.0.2.1,
 * [2001:db8::1]:5353"); NULL or "": those of /etc/resolv.conf as it is now. E_INVALID where one isn't an address. */
int dns_new(const char *servers, struct dns **ret_dns, struct error *err) NODISCARD;
void dns_free(struct dns *dns);
DEFINE_CLEANUP(struct dns *, dns_free)

/* The one of this process, made at the first call from $HAUSPOST_DNS (as `servers` above) or /etc/resolv.conf. Never
 * NULL: where the variable makes no sense, every look-up says so. */
struct dns *dns_of_process(void);

enum dns_type { DNS_A = 1, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28, DNS_SRV = 33 }; /* numbers of the registry */

struct dns_question {
	const char *name; /* without the final dot */
	enum dns_type type;
};

enum dns_status {
	DNS_FOUND,
	DNS_NONE,        /* there is no such name, or it has no such record: true for everybody */
	DNS_UNREACHABLE, /* no server answered, or they could not say: may be otherwise later */
};

struct dns_answer {
	enum dns_status status;
	/* One for each record. TXT: its pieces joined; any bytes. The others as zone files have them: "192.0.2.1",
	 * "2001:db8::1"; "10 mx.example.com", "0 1 993 imap.example.com", for dns_service_read(). */
	struct str *texts;
	size_t count;
	struct str reason; /* where nothing was found: why, for people */
};

/* Fills ret_answers[0…n-1]; texts live in the arena. Waits until all are answered or `deadline_ms` (monotonic). What
 * was found stays in a cache for its TTL (an hour at most), what doesn't exist for a minute. When the servers have kept
 * silent several times, look-ups fail at once for half a minute. */
void dns_look_up(struct dns *dns, struct arena *arena, const struct dns_question *questions, size_t n,
                 int64_t deadline_ms, struct dns_answer *ret_answers);

/* What a record of MX (without weight and port) or SRV says. */
struct dns_service {
	unsigned priority; /* the lowest first */
	unsigned weight;   /* among equals, the share of each (RFC 2782) */
	unsigned port;
	struct str host; /* lower case, without the final dot; "." where there is no such service */
};

/* False where the text isn't one that dns_look_up() gives for the type. */
bool dns_service_read(struct str text, enum dns_type type, struct dns_service *ret) NODISCARD;

#endif
