/* See ispdb.h: the document. */
#include "setup/ispdb.h"

#include "setup/provider.h"
#include "setup/xml.h"

#define MAX_DEPTH 8
#define MAX_NAME  32
#define MAX_TEXT  KIB(4)

struct reader {
	struct ispdb *config;
	struct arena *arena;
	char names[MAX_DEPTH + 1][MAX_NAME]; /* of the elements that are open, by depth; "" for a long one */
	struct ispdb_server server;          /* being read */
	bool has_config;
	struct buf text; /* of the element that is open */
	bool is_english; /* the instruction that is open */
};

static void reader_done(struct reader *r)
{
	buf_done(&r->text);
}

/* ---------------------------------------------------------------- elements begin */

static bool is_server(const char *name)
{
	return strcmp(name, "incomingServer") == 0 || strcmp(name, "outgoingServer") == 0;
}

static void begin_server(struct reader *r, const char *name, const char *type)
{
	struct ispdb_server *s = &r->server;

	*s = (struct ispdb_server){.kind = ISPDB_OTHER, .security = -1};
	s->type = arena_str(r->arena, str_of(type ? type : ""));
	if (strcmp(name, "outgoingServer") == 0)
		s->kind = str_eq_nocase(s->type, STR("smtp")) ? ISPDB_SMTP : ISPDB_OTHER;
	else if (str_eq_nocase(s->type, STR("imap")))
		s->kind = ISPDB_IMAP;
	else if (str_eq_nocase(s->type, STR("pop3")))
		s->kind = ISPDB_POP3;
}

static void take_help(struct reader *r, const char *url)
{
	if (url && !r->config->help_url.n && str_starts(str_of(url), STR("https://")))
		r->config->help_url = arena_str(r->arena, str_of(url));
}

static int on_start(void *ctx, const char *name, const char *const *attributes, int depth, struct error *err)
{
	struct reader *r = ctx;
	size_t n = strlen(name);

	memcpy(r->names[depth], n < MAX_NAME ? name : "", n < MAX_NAME ? n + 1 : 1);
	buf_clear(&r->text);
	if (depth == 1) {
		r->has_config = strcmp(name, "clientConfig") == 0;
		return r->has_config
		               ? 0
		               : fail(err, E_INVALID, RETRY_NEVER,
		                      "is no mail configuration: it begins with <%.40s>, not <clientConfig>", name);
	}
	if (depth == 2 && strcmp(name, "emailProvider") == 0) {
		const char *id = xml_attribute(attributes, "id");
		if (!r->config->id.n && id)
			r->config->id = arena_str(r->arena, str_of(id));
	}
	if (depth == 3 && is_server(name))
		begin_server(r, name, xml_attribute(attributes, "type"));
	else if (depth == 3 && strcmp(name, "documentation") == 0)
		take_help(r, xml_attribute(attributes, "url"));
	else if (strcmp(name, "instruction") == 0)
		r->is_english =
		        !xml_attribute(attributes, "lang") || strcmp(xml_attribute(attributes, "lang"), "en") == 0;
	return 0;
}

static int on_text(void *ctx, struct str piece, struct error *err)
{
	struct reader *r = ctx;

	buf_add(&r->text, piece);
	if (r->text.failed)
		return fail(err, E_INVALID, RETRY_NEVER, "a text is longer than %zu bytes", MAX_TEXT);
	return 0;
}

/* ---------------------------------------------------------------- elements end, with their text */

static int take_domain(struct reader *r, struct str domain, struct error *err)
{
	struct ispdb *c = r->config;

	if (c->domain_count == ISPDB_MAX_DOMAINS)
		return fail(err, E_INVALID, RETRY_NEVER, "has more than %d domains", ISPDB_MAX_DOMAINS);
	if (domain.n)
		c->domains[c->domain_count++] = arena_str(r->arena, domain);
	return 0;
}

static unsigned auth_of(struct str word)
{
	static const char *const passwords[] = {"password-cleartext", "plain", "password-encrypted", "secure"};

	for (size_t i = 0; i < ARRAY_LEN(passwords); i++)
		if (str_eq_nocase(word, str_of(passwords[i])))
			return ISPDB_AUTH_PASSWORD;
	if (str_eq_nocase(word, STR("OAuth2")))
		return ISPDB_AUTH_OAUTH;
	return str_eq_nocase(word, STR("none")) ? ISPDB_AUTH_NONE : ISPDB_AUTH_OTHER;
}

static int security_of(struct str word)
{
	if (str_eq_nocase(word, STR("SSL")) || str_eq_nocase(word, STR("TLS")))
		return SECURITY_TLS;
	if (str_eq_nocase(word, STR("STARTTLS")))
		return SECURITY_STARTTLS;
	return str_eq_nocase(word, STR("plain")) ? SECURITY_NONE : -1;
}

static void take_server_field(struct reader *r, const char *name, struct str value)
{
	struct ispdb_server *s = &r->server;
	uint64_t port;

	if (strcmp(name, "hostname") == 0)
		s->host = arena_str(r->arena, value);
	else if (strcmp(name, "port") == 0)
		s->port = str_to_uint(value, 65535, &port) ? (int)port : 0;
	else if (strcmp(name, "socketType") == 0)
		s->security = security_of(value);
	else if (strcmp(name, "username") == 0)
		s->user = arena_str(r->arena, value);
	else if (strcmp(name, "authentication") == 0)
		s->auth |= auth_of(value);
}

static int end_server(struct reader *r, struct error *err)
{
	struct ispdb *c = r->config;

	if (c->server_count == ISPDB_MAX_SERVERS)
		return fail(err, E_INVALID, RETRY_NEVER, "has more than %d servers", ISPDB_MAX_SERVERS);
	c->servers[c->server_count++] = r->server;
	return 0;
}

static void take_once(struct reader *r, struct str *to, struct str value)
{
	if (!to->n)
		*to = arena_str(r->arena, value);
}

static int end_of_provider(struct reader *r, const char *name, struct str value, struct error *err)
{
	if (strcmp(name, "domain") == 0)
		return take_domain(r, value, err);
	if (is_server(name))
		return end_server(r, err);
	if (strcmp(name, "displayName") == 0)
		take_once(r, &r->config->name, value);
	else if (strcmp(name, "displayShortName") == 0)
		take_once(r, &r->config->short_name, value);
	return 0;
}

static void end_of_oauth(struct reader *r, const char *name, struct str value)
{
	if (strcmp(name, "issuer") == 0)
		take_once(r, &r->config->oauth_issuer, value);
	else if (strcmp(name, "scope") == 0)
		take_once(r, &r->config->oauth_scope, value);
}

static int on_end(void *ctx, const char *name, int depth, struct error *err)
{
	struct reader *r = ctx;
	struct str value = str_trim(buf_str(&r->text));
	int result = 0;

	if (depth == 3 && strcmp(r->names[2], "emailProvider") == 0)
		result = end_of_provider(r, name, value, err);
	else if (depth == 3 && strcmp(r->names[2], "oAuth2") == 0)
		end_of_oauth(r, name, value);
	else if (depth == 4 && is_server(r->names[3]))
		take_server_field(r, name, value);
	if (strcmp(name, "instruction") == 0 && r->is_english)
		take_once(r, &r->config->instruction, value);
	buf_clear(&r->text);
	return result;
}

int ispdb_read(struct str xml, struct arena *arena, const struct ispdb **ret_config, struct error *err)
{
	struct ispdb *config = ARENA_NEW(arena, struct ispdb);
	struct reader reader CLEANUP(reader_done) = {.config = config, .arena = arena};
	const struct xml_events events = {
	        .start = on_start, .end = on_end, .text = on_text, .ctx = &reader, .max_depth = MAX_DEPTH};

	buf_init(&reader.text, MAX_TEXT);
	if (xml_read(xml, &events, err) < 0)
		return err->code;
	if (!config->id.n && !config->domain_count)
		return fail(err, E_INVALID, RETRY_NEVER, "has no <emailProvider> with an id or a domain");
	*ret_config = config;
	return 0;
}
