/* See dmarc.h. */
#include "trust/dmarc.h"

#include <libpsl.h>
#include <pthread.h>

#define MAX_RECORD KIB(4)
#define MAX_TAGS   50

/* ---------------------------------------------------------------- the record */

static bool read_policy(struct str word, enum dmarc_policy *ret)
{
	static const char *const words[] = {"none", "quarantine", "reject"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq_nocase(word, str_of(words[i]))) {
			*ret = (enum dmarc_policy)i;
			return true;
		}
	return false;
}

struct reading {
	struct dmarc_record record;
	bool has_policy, has_subdomain_policy, has_reports;
};

static void read_tag(struct reading *r, struct str name, struct str value)
{
	uint64_t percent;

	if (str_eq(name, STR("p")))
		r->has_policy = read_policy(value, &r->record.policy);
	else if (str_eq(name, STR("sp")))
		r->has_subdomain_policy = read_policy(value, &r->record.subdomain_policy);
	else if (str_eq(name, STR("rua")))
		r->has_reports = value.n > 0;
	else if (str_eq(name, STR("adkim")))
		r->record.strict_dkim = str_eq_nocase(value, STR("s"));
	else if (str_eq(name, STR("aspf")))
		r->record.strict_spf = str_eq_nocase(value, STR("s"));
	else if (str_eq(name, STR("pct")) && str_to_uint(value, 100, &percent))
		r->record.percent = (unsigned)percent;
}

bool dmarc_record_parse(struct str text, struct dmarc_record *ret)
{
	struct reading r = {.record.percent = 100};
	struct str rest = text, spec, name;
	size_t tags = 0;

	if (text.n > MAX_RECORD)
		return false;
	while (tags < MAX_TAGS && str_split(&rest, ';', &spec)) {
		struct str value = spec;
		bool has_value = str_find_char(spec, '=') >= 0;

		str_split(&value, '=', &name);
		name = str_trim(name);
		value = str_trim(value);
		if (tags++ == 0 && (!str_eq(name, STR("v")) || !str_eq(value, STR("DMARC1"))))
			return false;
		if (has_value)
			read_tag(&r, name, value);
	}
	/* Without a policy, but with an address for reports, the domain only watches. */
	if (!r.has_policy && !r.has_reports)
		return false;
	if (!r.has_policy)
		r.record.policy = r.record.subdomain_policy = DMARC_ASKS_NOTHING;
	else if (!r.has_subdomain_policy)
		r.record.subdomain_policy = r.record.policy;
	*ret = r.record;
	return true;
}

enum dmarc_policy dmarc_policy_of(const struct dmarc_record *record, bool is_subdomain)
{
	enum dmarc_policy policy = is_subdomain ? record->subdomain_policy : record->policy;

	return record->percent == 0 && policy != DMARC_ASKS_NOTHING ? policy - 1 : policy;
}

const char *dmarc_policy_word(enum dmarc_policy policy)
{
	switch (policy) {
	case DMARC_ASKS_NOTHING:
		return "none";
	case DMARC_ASKS_QUARANTINE:
		return "quarantine";
	case DMARC_ASKS_REJECT:
		return "reject";
	}
	return "";
}

/* ---------------------------------------------------------------- which domains belong together */

/* The list of the system, which is newer than that built into the library; either is read-only and lives for good. */
static psl_ctx_t *suffixes;

static void load_suffixes(void)
{
	suffixes = psl_latest(NULL);
}

struct str domain_organisational(struct arena *arena, struct str domain)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *found;

	pthread_once(&once, load_suffixes);
	if (!suffixes || !domain.n || str_find_char(domain, '\0') >= 0)
		return domain;
	found = psl_registrable_domain(suffixes, arena_cstr(arena, domain));
	return found ? arena_str(arena, str_of(found)) : domain;
}

bool domains_align(struct arena *arena, struct str a, struct str b, bool strict)
{
	if (!a.n || !b.n)
		return false;
	if (str_eq_nocase(a, b))
		return true;
	return !strict && str_eq_nocase(domain_organisational(arena, a), domain_organisational(arena, b));
}
