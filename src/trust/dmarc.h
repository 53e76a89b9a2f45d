/* DMARC (RFC 7489): the record a domain publishes, and which domains belong together. */
#ifndef TRUST_DMARC_H
#define TRUST_DMARC_H

#include "base/arena.h"

enum dmarc_policy { DMARC_ASKS_NOTHING, DMARC_ASKS_QUARANTINE, DMARC_ASKS_REJECT }; /* p=none, quarantine, reject */

struct dmarc_record {
	enum dmarc_policy policy, subdomain_policy;
	bool strict_dkim, strict_spf; /* adkim=s, aspf=s: the very domain must be the same */
	unsigned percent;             /* pct=; 100 where it isn't given */
};

/* False where it isn't a DMARC record, or one that says nothing that can be used (RFC 7489 §6.6.3). */
bool dmarc_record_parse(struct str text, struct dmarc_record *ret);

/* What the domain asks for: of the record's own name, or of a name below it. pct=0 asks for one step less (it is how
 * domains try a policy out). Between 1 and 99 the policy counts for all mail: here it only means that a person looks.
 */
enum dmarc_policy dmarc_policy_of(const struct dmarc_record *record, bool is_subdomain);

/* "none", "quarantine", "reject" */
const char *dmarc_policy_word(enum dmarc_policy policy);

/* The domain that somebody registered, by the public suffix list ("mail.example.co.uk" → "example.co.uk"); the name
 * itself where it is a public suffix. `domain` is in lower case. */
struct str domain_organisational(struct arena *arena, struct str domain);

/* RFC 7489 §3.1: the same name, or (relaxed) the same organisational domain. */
bool domains_align(struct arena *arena, struct str a, struct str b, bool strict);

#endif
