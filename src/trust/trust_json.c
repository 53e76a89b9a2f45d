/* A result as it is stored and shown. See trust.h. */
#include "trust/trust.h"

/* Header text may be any bytes; JSON takes UTF-8 alone. */
static json_t *text(struct str s)
{
	json_t *json = json_stringn(s.p ? s.p : "", s.n);

	return json ? json : json_string("?");
}

static json_t *signature_json(const struct dkim_signature *s)
{
	const char *word = dkim_result_word(s->result);

	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "domain", text(s->domain), "selector", text(s->selector),
	                 "identity", text(s->identity), "algorithm", text(s->algorithm), "result", word, "reason",
	                 text(s->reason.n ? s->reason : STR("the key was not looked up")));
}

json_t *trust_json(const struct trust_result *r)
{
	json_t *signatures = json_array();

	for (size_t i = 0; i < r->dkim->count; i++)
		json_array_append_new(signatures, signature_json(&r->dkim->signatures[i]));
	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "result",
	                 trust_state_word(r->state), "domain", text(r->domain), "by", text(r->by), "reason",
	                 text(r->reason), "refused", (int)r->is_refused, "dkim", signatures, "spf",
	                 text(r->spf.n ? r->spf : STR("none")), "spf_domain", text(r->spf_domain), "dmarc",
	                 dmarc_result_word(r->dmarc), "policy", r->has_policy ? dmarc_policy_word(r->policy) : "",
	                 "policy_domain", text(r->policy_domain), "server", text(r->server));
}
