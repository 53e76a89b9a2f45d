/* The DKIM-Signature field (RFC 6376 §3.5). See dkim_parts.h. */
#include "security/dkim_parts.h"

#define DAY_S 86400

static bool permerror(struct dkim_signature *s, struct str reason)
{
	return dkim_says(s, DKIM_PERMERROR, reason);
}

/* ---------------------------------------------------------------- one group of tags after the other */

static bool read_algorithm(struct dkim_signature *s, struct dkim_tags *tags, const struct dkim_tag_list *list)
{
	const struct str *a = dkim_tag(list, "a");

	s->algorithm = *a;
	if (str_eq_nocase(*a, STR("rsa-sha256")))
		return true;
	tags->is_ed25519 = str_eq_nocase(*a, STR("ed25519-sha256"));
	if (tags->is_ed25519)
		return true;
	if (str_eq_nocase(*a, STR("rsa-sha1")))
		return permerror(s, STR("rsa-sha1 doesn't count any more (RFC 8301)"));
	return permerror(s, STR("the algorithm (a=) is none that is known"));
}

static bool read_canonicalization(struct dkim_signature *s, struct dkim_tags *tags, const struct dkim_tag_list *list)
{
	const struct str *c = dkim_tag(list, "c");
	struct str body = c ? *c : STR("simple"), header = STR("");

	str_split(&body, '/', &header);
	header = str_trim(header);
	body = body.n ? str_trim(body) : STR("simple");
	tags->header_relaxed = str_eq_nocase(header, STR("relaxed"));
	tags->body_relaxed = str_eq_nocase(body, STR("relaxed"));
	if ((!tags->header_relaxed && !str_eq_nocase(header, STR("simple"))) ||
	    (!tags->body_relaxed && !str_eq_nocase(body, STR("simple"))))
		return permerror(s, STR("the canonicalisation (c=) is none that is known"));
	return true;
}

static bool ends_with_domain(struct str name, struct str domain)
{
	return str_eq(name, domain) ||
	       (name.n > domain.n && str_ends_nocase(name, domain) && name.p[name.n - domain.n - 1] == '.');
}

/* i= is an address, or "@" and a domain, within d= (RFC 6376 §3.5). Its local part may be quoted; the domain is what
 * counts. */
static bool read_identity(struct arena *arena, struct dkim_signature *s, struct dkim_tags *tags,
                          const struct dkim_tag_list *list)
{
	const struct str *i = dkim_tag(list, "i");
	const char *at = i && i->n ? memrchr(i->p, '@', i->n) : NULL;

	tags->domain = tags->identity_domain = s->domain;
	s->identity = i ? *i : arena_printf(arena, "@" STR_FMT, STR_ARG(s->domain));
	if (!i)
		return true;
	tags->identity_domain = at ? dkim_domain(arena, str_slice(*i, (size_t)(at - i->p) + 1, i->n)) : STR("");
	if (!ends_with_domain(tags->identity_domain, s->domain))
		return permerror(s, STR("the identity (i=) is not within the signing domain (d=)"));
	return true;
}

static bool read_names(struct arena *arena, struct dkim_signature *s, struct dkim_tags *tags,
                       const struct dkim_tag_list *list)
{
	const struct str *q = dkim_tag(list, "q");

	s->domain = dkim_domain(arena, *dkim_tag(list, "d"));
	s->selector = dkim_domain(arena, *dkim_tag(list, "s"));
	if (!s->domain.n || str_find_char(s->domain, '.') < 0)
		return permerror(s, STR("the signing domain (d=) is no domain name"));
	if (!s->selector.n)
		return permerror(s, STR("the selector (s=) can't be part of a domain name"));
	if (s->domain.n + s->selector.n + 12 > 253)
		return permerror(s, STR("the key's name is longer than a domain name can be"));
	if (q && !dkim_list_has(*q, "dns/txt"))
		return permerror(s, STR("the key is not to be had from the DNS (q=)"));
	return read_identity(arena, s, tags, list);
}

static bool read_header_names(struct arena *arena, struct dkim_signature *s, struct dkim_tags *tags,
                              const struct dkim_tag_list *list)
{
	tags->h = dkim_squeeze(arena, *dkim_tag(list, "h"));
	if (!tags->h.n)
		return permerror(s, STR("it signs no header field (h=)"));
	return dkim_list_has(tags->h, "from") || permerror(s, STR("it doesn't sign the From field (h=)"));
}

static bool read_time(struct dkim_signature *s, const struct str *value, uint64_t *ret)
{
	if (!value || str_to_uint(*value, UINT64_C(999999999999), ret))
		return true;
	return permerror(s, STR("a time in it (t= or x=) is no number"));
}

static bool read_times(struct dkim_signature *s, const struct dkim_tag_list *list, int64_t now_s)
{
	const struct str *t = dkim_tag(list, "t"), *x = dkim_tag(list, "x");
	uint64_t signed_at = 0, expires = 0, now = (uint64_t)MAX(now_s, 0);

	if (!read_time(s, t, &signed_at) || !read_time(s, x, &expires))
		return false;
	if (t && x && expires <= signed_at)
		return permerror(s, STR("it expires (x=) before it was made (t=)"));
	if (x && expires < now)
		return dkim_says(s, DKIM_FAIL, STR("the signature has expired (x=)"));
	/* Clocks differ; a day is more than any of them. */
	if (t && signed_at > now + DAY_S)
		return dkim_says(s, DKIM_NEUTRAL, STR("it was made in the future (t=)"));
	return true;
}

static bool read_length(struct dkim_signature *s, struct dkim_tags *tags, const struct dkim_tag_list *list)
{
	const struct str *l = dkim_tag(list, "l");

	tags->has_length = l != NULL;
	if (!l || str_to_uint(*l, INT64_MAX, &tags->length))
		return true;
	return permerror(s, STR("the length of the body (l=) is no number"));
}

static bool read_values(struct arena *arena, struct dkim_signature *s, struct dkim_tags *tags,
                        const struct dkim_tag_list *list)
{
	if (!dkim_base64(arena, *dkim_tag(list, "b"), &tags->b))
		return permerror(s, STR("the signature itself (b=) is no base64"));
	if (!dkim_base64(arena, *dkim_tag(list, "bh"), &tags->bh) || tags->bh.n != DKIM_HASH_BYTES)
		return permerror(s, STR("the hash of the body (bh=) is none"));
	return true;
}

static bool has_what_it_must(struct arena *arena, struct dkim_signature *s, const struct dkim_tag_list *list)
{
	static const char *const required[] = {"v", "a", "b", "bh", "d", "h", "s"};

	for (size_t i = 0; i < ARRAY_LEN(required); i++)
		if (!dkim_tag(list, required[i]))
			return permerror(s, arena_printf(arena, "the tag %s= is missing", required[i]));
	return str_eq(*dkim_tag(list, "v"), STR("1")) || permerror(s, STR("it is of another version (v=)"));
}

void dkim_signature_read(struct arena *arena, struct dkim_field *field, int64_t now_s, struct dkim_signature *s)
{
	struct dkim_tags *tags = ARENA_NEW(arena, struct dkim_tags);
	struct dkim_tag_list list;
	struct str fault;

	s->tags = tags;
	tags->field = field;
	if (field->whole.n > DKIM_MAX_FIELD) {
		permerror(s, STR("the field is too long"));
		return;
	}
	if (!dkim_tag_list_read(arena, field->value, &list, &fault)) {
		permerror(s, fault);
		return;
	}
	if (has_what_it_must(arena, s, &list) && read_names(arena, s, tags, &list) && read_algorithm(s, tags, &list) &&
	    read_canonicalization(s, tags, &list) && read_header_names(arena, s, tags, &list) &&
	    read_length(s, tags, &list) && read_values(arena, s, tags, &list) && read_times(s, &list, now_s))
		s->key_name =
		        arena_printf(arena, STR_FMT "._domainkey." STR_FMT, STR_ARG(s->selector), STR_ARG(s->domain));
}
