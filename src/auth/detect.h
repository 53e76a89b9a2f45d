/* From an address alone to the servers of its mail (FEATURES PR6, PR7), and why. Asked one after the other, until one
 * answers; what needs the network is asked side by side:
 *
 *	1. the domains of own and built-in providers
 *	2. the domain's MX: who hosts it (provider.mx)
 *	3. SRV records (RFC 6186, 8314)
 *	4. autoconfig documents, by HTTPS alone: over plain HTTP anybody on the way could say where a password goes
 *
 * What was found is a provider that is known by its id, or a new record. */
#ifndef AUTH_DETECT_H
#define AUTH_DETECT_H

#include "net/dns.h"
#include "setup/setup.h"

#define DETECT_MAX_STEPS 8
#define DETECT_MAX_TODO  12

enum detect_source { DETECT_NOTHING, DETECT_DOMAINS, DETECT_MX, DETECT_SRV, DETECT_AUTOCONFIG };

/* "domains", "mx", "srv", "autoconfig"; "nothing" */
const char *detect_source_word(enum detect_source source);

enum detect_outcome { STEP_FOUND, STEP_NONE, STEP_FAILED }; /* FAILED: might be otherwise later */

const char *detect_outcome_word(enum detect_outcome outcome); /* "found", "none", "failed" */

struct detect_step {
	enum detect_source source;
	enum detect_outcome outcome;
	struct str text; /* what was asked and what came, one line */
	int64_t took_ms;
};

struct detect_options {
	const char *address;
	const struct setup *setup; /* own providers; NULL: none */
	struct dns *dns;
	int64_t deadline_ms; /* monotonic: by then it has ended */
	/* Fetches a document over HTTPS; `ctx` as given. Called by several threads at once. NULL: autoconfig isn't
	 * asked (detect_fetch() in detect_fetch.h is the one of the program). */
	int (*fetch)(void *ctx, const char *url, int64_t deadline_ms, struct arena *arena, struct str *ret_body,
	             struct error *err);
	void *fetch_ctx;
	const char *autoconfig_url; /* asked instead of the domain's two places; NULL: those */
};

/* In the arena, but for the provider where it is known. */
struct detection {
	const char *address;
	struct str domain;               /* lower case */
	enum detect_source source;       /* who answered */
	const struct provider *provider; /* NULL where nothing was found */
	bool is_known;                   /* an own or built-in one: it need not be written into the set-up */
	struct detect_step steps[DETECT_MAX_STEPS];
	size_t step_count;
	struct str todo[DETECT_MAX_TODO]; /* what a person has to do or should look at */
	size_t todo_count;
};

/* E_INVALID where it isn't an address; 0 also where nothing was found. */
int detect(const struct detect_options *options, struct arena *arena, struct detection *ret_detection,
           struct error *err) NODISCARD;

/* The set-up document that `hauspost apply` takes: the account with its fields filled in, and the provider where it
 * isn't known. The password is asked for in the environment ($MAIL_PASSWORD). The caller owns it; NULL where nothing
 * was found. */
json_t *detect_document(const struct detection *detection) NODISCARD;

/* All of it for programs, as `hauspost detect --json` and the API give it: {"address", "source", "provider", "known",
 * "setup": `document` (may be NULL), "steps", "todo"}. The caller owns it. */
json_t *detect_json(const struct detection *detection, json_t *document) NODISCARD;

#endif
