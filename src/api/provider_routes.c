/* The providers that accounts may name: built-in ones and the set-up's own; their logos. */
#include "api/provider_routes.h"

#include "api/record_kinds.h"
#include "base/base64.h"
#include "setup/catalogue.h"
#include "setup/logo.h"

#define MAX_FIELDS 40

/* A provider and what is known of it besides; the provider comes first, so that its fields are where they are. */
struct catalogue_entry {
	struct provider provider;
	bool own, has_logo;
};

/* clang-format off */
static const struct field entry_extra[] = {
	FIELD_BOOL(struct catalogue_entry, own, "Own", .help = "A record of the set-up, not a built-in one"),
	FIELD_BOOL(struct catalogue_entry, has_logo, "Has a logo", .help = "At /api/v1/providers/{id}/logo"),
};
/* clang-format on */

static struct field entry_fields[MAX_FIELDS];
static struct record_type entry_type = {.kind = "catalogue_entry",
                                        .plural = "catalogue",
                                        .label = "Provider that is known",
                                        .size = sizeof(struct catalogue_entry),
                                        .fields = entry_fields};

/* All fields of a provider but the logo's bytes. */
static void make_entry_type(void)
{
	size_t n = 0;

	for (size_t i = 0; i < provider_type.field_count; i++)
		if (strcmp(provider_type.fields[i].name, "logo") != 0)
			entry_fields[n++] = provider_type.fields[i];
	for (size_t i = 0; i < ARRAY_LEN(entry_extra); i++)
		entry_fields[n++] = entry_extra[i];
	must(n <= MAX_FIELDS);
	entry_type.field_count = n;
}

/* ---------------------------------------------------------------- the catalogue */

struct listing {
	const struct request *request;
	struct answer *answer;
	struct str wanted;
	int64_t at, first; /* in the order of providers_each() */
	size_t shown;
	bool has_more;
	struct error *err;
	int result;
};

static bool fits(const struct provider *p, struct str wanted)
{
	const char *const texts[] = {p->id, p->name, p->receive.host, p->send.host, p->pop3.host};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (str_find_nocase(str_of(texts[i]), wanted) >= 0)
			return true;
	for (size_t i = 0; i < p->domains.count; i++)
		if (str_find_nocase(str_of(p->domains.items[i]), wanted) >= 0)
			return true;
	return !wanted.n;
}

static bool add_entry(void *ctx, const struct provider *p, bool is_own)
{
	struct listing *l = ctx;
	struct catalogue_entry entry = {.provider = *p, .own = is_own, .has_logo = *p->logo != '\0'};

	if (l->at++ < l->first || !fits(p, l->wanted))
		return false;
	if (l->shown == l->request->limit) {
		l->has_more = true;
		l->at--;
		return true;
	}
	l->shown++;
	l->result = answer_list_add(l->answer, &entry_type, &entry, l->err);
	return l->result < 0;
}

static int list_catalogue(struct request *request, struct answer *answer, struct error *err)
{
	struct listing l = {.request = request, .answer = answer, .err = err};
	struct str ignored = STR_NULL;

	if (request_cursor(request, &l.first, &ignored, err) < 0)
		return err->code;
	l.wanted = str_of(request_query(request, "q"));
	answer_list_begin(answer);
	providers_each(request->setup, add_entry, &l);
	if (l.result < 0)
		return l.result;
	answer_list_end(answer, l.has_more, l.at, STR_NULL);
	return 0;
}

/* ---------------------------------------------------------------- logos */

/* Cleaned again: what was stored by an older version, or by hand, isn't shown as it is. */
static int get_logo(struct request *request, struct answer *answer, struct error *err)
{
	const char *id = arena_cstr(request->arena, str_slice(request->parameters[0], 0, 100));
	const struct provider *p = setup_provider(request->setup, id);
	struct buf bytes CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES),
	                 clean CLEANUP(buf_done) = BUF_INIT(LOGO_MAX_BYTES);
	enum logo_type type;

	if (!p || !*p->logo)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "provider \"%.64s\" has no logo", id);
	if (!base64_decode(&bytes, str_of(p->logo)) || logo_clean(buf_str(&bytes), &clean, &type, err) < 0)
		return fail(err, E_NOT_FOUND, RETRY_NEVER, "the logo of provider \"%.64s\" can't be shown", id);
	answer_text(answer, logo_media_type(type), buf_str(&clean));
	answer_header(answer, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
	answer_header(answer, "X-Content-Type-Options", "nosniff");
	answer_header(answer, "Cache-Control", "private, max-age=300");
	return 0;
}

/* ---------------------------------------------------------------- routes */

static const struct route_query catalogue_query[] = {
        {"q", QUERY_TEXT, "A text of the id, the name, a server or a domain, without case", NULL},
        {NULL, QUERY_TEXT, NULL, NULL},
};

static const struct route routes[] = {
        {.method = API_GET,
         .path = "/api/v1/catalogue",
         .id = "listCatalogue",
         .tag = "Providers",
         .summary = "List the providers that accounts may name, own ones first",
         .right = RIGHT_SIGNED,
         .answer = &entry_type,
         .is_list = true,
         .query = catalogue_query,
         .handle = list_catalogue},
        {.method = API_GET,
         .path = "/api/v1/providers/{id}/logo",
         .id = "getProviderLogo",
         .tag = "Providers",
         .summary = "A provider's logo: PNG, JPEG or an SVG that only draws",
         .right = RIGHT_SIGNED,
         .answer_type = "image/*",
         .handle = get_logo},
        {0},
};

const struct route *provider_routes(void)
{
	if (!entry_type.field_count)
		make_entry_type();
	return routes;
}
