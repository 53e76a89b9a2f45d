/* See trust.h. */
#include "trust/trust.h"

#include "base/clock.h"
#include "mime/auth_results.h"

#define BUDGET_MS 5000

/* One message that is being looked at. */
struct check {
	struct arena *arena;
	const struct message *m;
	const struct trust_options *options;
	struct dkim *dkim;
	const char *ambiguous; /* why no signature can vouch for it; NULL where one can */
	struct auth_results servers[AUTH_RESULTS_MAX];
	size_t server_count;
	const struct auth_result *server_dmarc; /* NULL: no trusted server says anything */
	bool has_record, policy_unreachable;
	struct dmarc_record record;
	struct trust_result *result;
};

const char *trust_state_word(enum trust_state state)
{
	switch (state) {
	case TRUST_UNKNOWN:
		return "unknown";
	case TRUST_AUTHENTICATED:
		return "authenticated";
	case TRUST_UNAUTHENTICATED:
		return "unauthenticated";
	}
	return "";
}

const char *dmarc_result_word(enum dmarc_result result)
{
	switch (result) {
	case DMARC_NONE:
		return "none";
	case DMARC_PASS:
		return "pass";
	case DMARC_FAIL:
		return "fail";
	case DMARC_TEMPERROR:
		return "temperror";
	}
	return "";
}

void trust_look_up_dns(void *ctx, struct arena *arena, const struct dns_question *questions, size_t n,
                       int64_t deadline_ms, struct dns_answer *ret_answers)
{
	dns_look_up(ctx, arena, questions, n, deadline_ms, ret_answers);
}

static void decide(struct check *c, enum trust_state state, struct str by, struct str reason)
{
	c->result->state = state;
	c->result->by = by;
	c->result->reason = reason;
}

/* ---------------------------------------------------------------- whose mail is it? */

/* In lower case; empty where it is no name that the DNS could know. */
static struct str domain_of(struct arena *arena, struct str address)
{
	const char *at = address.n ? memrchr(address.p, '@', address.n) : NULL;
	struct str domain = at ? str_slice(address, (size_t)(at - address.p) + 1, address.n) : STR("");
	char *lower = arena_bytes(arena, domain.n + 1);

	if (domain.n > 253 || !str_is_ascii(domain))
		return STR("");
	for (size_t i = 0; i < domain.n; i++)
		lower[i] = ascii_lower(domain.p[i]);
	lower[domain.n] = '\0';
	return str_new(lower, domain.n);
}

/* Of these there is one at most (RFC 5322 §3.6, 2045 §3), and we go by the first. A signature covers the last: whoever
 * puts another above a mail that he was sent could say what he likes with it (RFC 6376 §8.15). */
static const char *find_repeated(const struct message *m)
{
	static const struct {
		const char *name, *fault;
	} fields[] = {
	        {"From", "it has several From fields"},
	        {"Subject", "it has several Subject fields"},
	        {"Reply-To", "it has several Reply-To fields"},
	        {"Content-Type", "it has several Content-Type fields"},
	        {"Content-Transfer-Encoding", "it has several Content-Transfer-Encoding fields"},
	        {"Message-ID", "it has several Message-ID fields"},
	        {"In-Reply-To", "it has several In-Reply-To fields"},
	        {"References", "it has several References fields"},
	};
	bool seen[ARRAY_LEN(fields)] = {false};

	for (size_t i = 0; i < m->root->header_count; i++)
		for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
			if (!str_eq_nocase(m->root->headers[i].name, str_of(fields[k].name)))
				continue;
			if (seen[k])
				return fields[k].fault;
			seen[k] = true;
		}
	return NULL;
}

/* What the signatures cover must be what people are shown: the same From field, the same body. */
static const char *find_ambiguity(const struct message *m, const struct dkim *dkim)
{
	const struct header *from = message_header(m, "From");
	const char *repeated = find_repeated(m);
	struct str body = m->root->body;

	if (!from)
		return "it has no From field";
	if (repeated)
		return repeated;
	if (m->from_list.count != 1)
		return m->from_list.count ? "its From field names several senders" : "its From field names nobody";
	if (dkim->from_count != 1 || dkim->from != from->name.p ||
	    (body.n && (size_t)(body.p - m->raw.p) != dkim->body_at))
		return "its header can be read in two ways";
	return NULL;
}

/* ---------------------------------------------------------------- what trusted servers say */

/* The topmost result of that method. */
static const struct auth_result *server_result(const struct check *c, const char *method)
{
	for (size_t i = 0; i < c->server_count; i++)
		for (size_t k = 0; k < c->servers[i].count; k++)
			if (str_eq(c->servers[i].results[k].method, str_of(method)))
				return &c->servers[i].results[k];
	return NULL;
}

static void read_servers(struct check *c)
{
	const struct auth_result *spf, *dmarc;
	struct str from;

	c->server_count = auth_results_trusted(c->arena, c->m, c->options->authserv_ids, c->options->authserv_id_count,
	                                       c->servers);
	if (!c->server_count)
		return;
	c->result->server = c->servers[0].authserv_id;
	spf = server_result(c, "spf");
	if (spf) {
		struct str sender = auth_result_property(spf, "smtp.mailfrom");

		c->result->spf = spf->result;
		c->result->spf_domain =
		        str_find_char(sender, '@') >= 0
		                ? domain_of(c->arena, sender)
		                : domain_of(c->arena, arena_printf(c->arena, "@" STR_FMT, STR_ARG(sender)));
	}
	dmarc = server_result(c, "dmarc");
	from = dmarc ? auth_result_property(dmarc, "header.from") : STR("");
	/* One about another sender than the one we see says nothing. */
	if (dmarc && (str_eq(dmarc->result, STR("pass")) || str_eq(dmarc->result, STR("fail"))) &&
	    (!from.n || str_eq_nocase(from, c->result->domain)))
		c->server_dmarc = dmarc;
}

static bool policy_by_word(struct str word, enum dmarc_policy *ret)
{
	static const char *const words[] = {"none", "quarantine", "reject"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_starts_nocase(word, str_of(words[i]))) {
			*ret = (enum dmarc_policy)i;
			return true;
		}
	return false;
}

/* Servers say in many ways what the domain asked for: "(p=REJECT sp=NONE dis=NONE)", policy.dmarc=reject,
 * action=oreject. */
static bool server_policy(const struct check *c, enum dmarc_policy *ret)
{
	struct str comment = c->server_dmarc->comment, action = auth_result_property(c->server_dmarc, "action");
	ptrdiff_t below = str_find_nocase(comment, STR("sp="));
	bool is_subdomain = !str_eq(domain_organisational(c->arena, c->result->domain), c->result->domain);

	if (is_subdomain && below >= 0 && policy_by_word(str_slice(comment, (size_t)below + 3, comment.n), ret))
		return true;
	if (str_starts_nocase(comment, STR("p=")) && policy_by_word(str_slice(comment, 2, comment.n), ret))
		return true;
	if (str_starts_nocase(action, STR("o")))
		action = str_slice(action, 1, action.n);
	return policy_by_word(auth_result_property(c->server_dmarc, "policy.dmarc"), ret) ||
	       policy_by_word(action, ret);
}

/* ---------------------------------------------------------------- looking up keys and policy */

struct wanted {
	struct dns_question questions[DKIM_MAX_SIGNATURES + 2];
	struct dns_answer answers[DKIM_MAX_SIGNATURES + 2];
	size_t count;
};

static void want(struct check *c, struct wanted *w, struct str name)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq_nocase(name, str_of(w->questions[i].name)))
			return;
	w->questions[w->count++] = (struct dns_question){arena_cstr(c->arena, name), DNS_TXT};
}

static const struct dns_answer *answer_to(const struct wanted *w, struct str name)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_eq_nocase(name, str_of(w->questions[i].name)))
			return &w->answers[i];
	return NULL;
}

static struct str policy_name(struct check *c, struct str domain)
{
	return arena_printf(c->arena, "_dmarc." STR_FMT, STR_ARG(domain));
}

/* 1: found; 0: the domain has none; -1: it can't be known. Two records are as good as none (RFC 7489 §6.6.3). */
static int read_policy(const struct dns_answer *answer, struct dmarc_record *ret)
{
	int found = 0;

	if (!answer || answer->status == DNS_UNREACHABLE)
		return -1;
	for (size_t i = 0; i < answer->count; i++)
		found += str_starts(answer->texts[i], STR("v=DMARC1")) && dmarc_record_parse(answer->texts[i], ret);
	return found == 1;
}

static void take_policy(struct check *c, const struct wanted *w, struct str organisational)
{
	struct str domain = c->result->domain;
	bool is_subdomain = false;
	int found = read_policy(answer_to(w, policy_name(c, domain)), &c->record);

	if (found == 0 && !str_eq(organisational, domain)) {
		found = read_policy(answer_to(w, policy_name(c, organisational)), &c->record);
		is_subdomain = true;
	}
	c->policy_unreachable = found < 0;
	c->has_record = found > 0;
	if (!c->has_record)
		return;
	c->result->has_policy = true;
	c->result->policy = dmarc_policy_of(&c->record, is_subdomain);
	c->result->policy_domain = is_subdomain ? organisational : domain;
}

static void verify_signatures(struct check *c, const struct wanted *w)
{
	for (size_t i = 0; i < c->dkim->count; i++) {
		const struct dns_answer *answer;

		if (!c->dkim->signatures[i].key_name.n)
			continue;
		answer = answer_to(w, c->dkim->signatures[i].key_name);
		if (!answer || answer->status == DNS_UNREACHABLE)
			dkim_verify(c->dkim, i, DKIM_KEY_UNREACHABLE, NULL, 0);
		else
			dkim_verify(c->dkim, i, answer->status == DNS_FOUND ? DKIM_KEY_FOUND : DKIM_KEY_NONE,
			            answer->texts, answer->count);
	}
}

/* All at once, so that a slow name server of one domain takes nothing from the others. */
static void look_up(struct check *c)
{
	struct str organisational = domain_organisational(c->arena, c->result->domain);
	struct wanted w = {.count = 0};
	int budget = c->options->budget_ms ? c->options->budget_ms : BUDGET_MS;

	if (!c->server_dmarc)
		for (size_t i = 0; i < c->dkim->count; i++)
			if (c->dkim->signatures[i].key_name.n)
				want(c, &w, c->dkim->signatures[i].key_name);
	if (c->result->domain.n) {
		want(c, &w, policy_name(c, c->result->domain));
		want(c, &w, policy_name(c, organisational));
	}
	c->options->look_up(c->options->ctx, c->arena, w.questions, w.count, clock_mono_ms() + budget, w.answers);
	if (!c->server_dmarc)
		verify_signatures(c, &w);
	if (c->result->domain.n)
		take_policy(c, &w, organisational);
}

/* ---------------------------------------------------------------- what vouches for it */

static bool strict_dkim(const struct check *c)
{
	return c->has_record && c->record.strict_dkim;
}

/* The signature of the domain itself that is good, or (`result` DKIM_TEMPERROR) may be. */
static const struct dkim_signature *find_signature(const struct check *c, enum dkim_result result)
{
	for (size_t i = 0; i < c->dkim->count; i++) {
		const struct dkim_signature *s = &c->dkim->signatures[i];

		if (s->result == result && !s->unsigned_bytes &&
		    domains_align(c->arena, s->domain, c->result->domain, strict_dkim(c)))
			return s;
	}
	return NULL;
}

static struct str server_says(const struct check *c, const char *method, struct str domain)
{
	return arena_printf(c->arena, STR_FMT ": %s=pass%s" STR_FMT, STR_ARG(c->result->server), method,
	                    domain.n ? " for " : "", STR_ARG(domain));
}

/* A trusted server's "dkim=pass header.d=…" (or header.i) of the domain; empty where there is none. */
static struct str find_server_dkim(const struct check *c)
{
	for (size_t i = 0; i < c->server_count; i++)
		for (size_t k = 0; k < c->servers[i].count; k++) {
			const struct auth_result *r = &c->servers[i].results[k];
			struct str d = auth_result_property(r, "header.d");

			if (!str_eq(r->method, STR("dkim")) || !str_eq(r->result, STR("pass")))
				continue;
			if (!d.n)
				d = domain_of(c->arena, auth_result_property(r, "header.i"));
			if (domains_align(c->arena, d, c->result->domain, strict_dkim(c)))
				return d;
		}
	return STR("");
}

/* Who vouches for the From address; empty where nobody does. */
static struct str find_voucher(const struct check *c)
{
	const struct dkim_signature *s = find_signature(c, DKIM_PASS);
	struct str d;

	if (c->ambiguous || !c->result->domain.n)
		return STR("");
	if (s)
		return arena_printf(c->arena, "DKIM signature of " STR_FMT, STR_ARG(s->domain));
	d = find_server_dkim(c);
	if (d.n)
		return server_says(c, "dkim", d);
	if (str_eq(c->result->spf, STR("pass")) &&
	    domains_align(c->arena, c->result->spf_domain, c->result->domain, c->has_record && c->record.strict_spf))
		return server_says(c, "spf", c->result->spf_domain);
	return STR("");
}

/* Why nothing does, as one reads it: the signature of the domain itself first, else any. */
static struct str why_nobody_vouches(const struct check *c)
{
	const struct dkim_signature *s = NULL;

	if (c->ambiguous)
		return str_of(c->ambiguous);
	for (size_t i = c->dkim->count; i > 0; i--)
		if (!s || domains_align(c->arena, c->dkim->signatures[i - 1].domain, c->result->domain, strict_dkim(c)))
			s = &c->dkim->signatures[i - 1];
	if (!s)
		return STR("it has no DKIM signature");
	if (s->result == DKIM_PASS && !s->unsigned_bytes)
		return arena_printf(c->arena, "it is signed by " STR_FMT " alone, another domain", STR_ARG(s->domain));
	return arena_printf(c->arena, "DKIM signature of " STR_FMT ": " STR_FMT,
	                    STR_ARG(s->domain.n ? s->domain : STR("somebody")),
	                    STR_ARG(s->reason.n ? s->reason : STR("the key was not looked up")));
}

/* ---------------------------------------------------------------- the result */

static bool policy_demands(const struct trust_result *r)
{
	return r->has_policy && r->policy != DMARC_ASKS_NOTHING;
}

static void decide_by_server(struct check *c)
{
	struct trust_result *r = c->result;
	enum dmarc_policy policy;
	bool passed = str_eq(c->server_dmarc->result, STR("pass"));

	if (!r->has_policy && server_policy(c, &policy)) {
		r->has_policy = true;
		r->policy = policy;
	}
	if (passed && !c->ambiguous) {
		r->dmarc = DMARC_PASS;
		decide(c, TRUST_AUTHENTICATED, server_says(c, "dmarc", r->domain),
		       STR("a trusted server has checked it"));
		return;
	}
	r->dmarc = DMARC_FAIL;
	/* A server that doesn't name the policy: rather one mail too many for a person than one too few. */
	r->is_refused = policy_demands(r) || !r->has_policy;
	decide(c, TRUST_UNAUTHENTICATED, STR(""),
	       c->ambiguous ? str_of(c->ambiguous)
	                    : arena_printf(c->arena, STR_FMT " says that it is not from " STR_FMT " (dmarc=fail)",
	                                   STR_ARG(r->server), STR_ARG(r->domain)));
}

static struct str with_policy(const struct check *c, struct str reason)
{
	const struct trust_result *r = c->result;

	if (!policy_demands(r))
		return reason;
	return arena_printf(c->arena, STR_FMT "; " STR_FMT " asks for p=%s", STR_ARG(reason), STR_ARG(r->policy_domain),
	                    dmarc_policy_word(r->policy));
}

static void decide_by_checks(struct check *c)
{
	struct trust_result *r = c->result;
	struct str by = find_voucher(c);
	bool may_be_good = !c->ambiguous && find_signature(c, DKIM_TEMPERROR);

	if (!r->domain.n) {
		decide(c, TRUST_UNAUTHENTICATED, STR(""), STR("it has no sender whose domain could be asked"));
		return;
	}
	if (by.n) {
		r->dmarc = c->has_record ? DMARC_PASS : DMARC_NONE;
		decide(c, TRUST_AUTHENTICATED, by,
		       arena_printf(c->arena, STR_FMT " vouches for it", STR_ARG(r->domain)));
		return;
	}
	if (!c->options->look_up && !c->ambiguous) {
		decide(c, TRUST_UNKNOWN, STR(""), STR("nothing was looked up in the DNS"));
		return;
	}
	if (c->has_record)
		r->dmarc = may_be_good ? DMARC_TEMPERROR : DMARC_FAIL;
	else if (c->policy_unreachable)
		r->dmarc = DMARC_TEMPERROR;
	/* Whoever can keep a key from being looked up must not get in by that. */
	r->is_refused = policy_demands(r);
	decide(c, c->policy_unreachable || may_be_good ? TRUST_UNKNOWN : TRUST_UNAUTHENTICATED, STR(""),
	       with_policy(c, c->policy_unreachable ? STR("the policy of its domain could not be looked up")
	                                            : why_nobody_vouches(c)));
}

/* A server's "pass" needs no more; its "fail" needs the policy, unless it names that, too. */
static bool must_look_up(const struct check *c)
{
	enum dmarc_policy policy;

	if (!c->options->look_up)
		return false;
	if (!c->server_dmarc)
		return c->result->domain.n || c->dkim->count;
	return !str_eq(c->server_dmarc->result, STR("pass")) && !server_policy(c, &policy);
}

const struct trust_result *trust_check(struct arena *arena, const struct message *m,
                                       const struct trust_options *options)
{
	const struct dkim_options dkim_options = {
	        .now_s = options->now_s, .done_with = options->done_with, .ctx = options->done_ctx};
	struct check c = {.arena = arena, .m = m, .options = options};

	c.result = ARENA_NEW(arena, struct trust_result);
	c.result->domain = domain_of(arena, m->from.address);
	c.result->spf = c.result->spf_domain = c.result->policy_domain = c.result->server = c.result->by = STR("");
	c.dkim = dkim_read(arena, m->raw, &dkim_options);
	c.result->dkim = c.dkim;
	c.ambiguous = find_ambiguity(m, c.dkim);
	read_servers(&c);
	if (must_look_up(&c))
		look_up(&c);
	if (c.server_dmarc)
		decide_by_server(&c);
	else
		decide_by_checks(&c);
	return c.result;
}
