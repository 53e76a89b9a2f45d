/* See ispdb.h: what becomes of a document. */
#include "setup/ispdb.h"

#include "setup/provider.h"

#define MAX_NOTE 500

/* One record in the making. */
struct making {
	const struct ispdb *config;
	struct arena *arena;
	struct str domain; /* what stands for %EMAILDOMAIN%; empty where no server needs it */
	struct str id;
	struct buf *notes;
};

static void note(const struct making *m, const char *text)
{
	buf_printf(m->notes, STR_FMT ": %s\n", STR_ARG(m->id), text);
}

/* ---------------------------------------------------------------- which server */

static bool is_usable(const struct ispdb_server *s)
{
	return s->host.n && s->port > 0 && s->security >= 0 && (!s->auth || s->auth & ~(unsigned)ISPDB_AUTH_OTHER);
}

/* TLS before STARTTLS before plain text; NULL where there is none that can be used. */
static const struct ispdb_server *best_server(const struct ispdb *config, enum ispdb_server_kind kind)
{
	const struct ispdb_server *best = NULL;

	for (size_t i = 0; i < config->server_count; i++) {
		const struct ispdb_server *s = &config->servers[i];

		if (s->kind == kind && is_usable(s) && (!best || s->security > best->security))
			best = s;
	}
	return best;
}

static bool has_placeholder(struct str text)
{
	return str_find_char(text, '%') >= 0;
}

/* ---------------------------------------------------------------- user names */

static const struct {
	struct str text;
	int rule;
} user_rules[] = {
        {STR_INIT("%EMAILADDRESS%"), LOGIN_ADDRESS},
        {STR_INIT("%EMAILLOCALPART%"), LOGIN_LOCAL_PART},
        {STR_INIT("%EMAILLOCALPART%@%EMAILDOMAIN%"), LOGIN_ADDRESS},
        {STR_INIT("%EMAILLOCALPART%.%EMAILDOMAIN%"), LOGIN_DOTTED},
};

static const char *const rule_words[] = {"typed", "local-part", "address", "local-part.domain"};

static int rule_of(struct str user)
{
	for (size_t i = 0; i < ARRAY_LEN(user_rules); i++)
		if (str_eq(user, user_rules[i].text))
			return user_rules[i].rule;
	return LOGIN_TYPED;
}

static void set_login(const struct making *m, const struct ispdb_server *receiver, const struct ispdb_server *sender,
                      json_t *record)
{
	const struct ispdb_server *first = receiver ? receiver : sender;
	int rule = rule_of(first->user);

	json_object_set_new(record, "login", json_string(rule_words[rule]));
	if (rule == LOGIN_TYPED)
		note(m, "the user ID follows no known rule: it is typed for each account");
	if (sender && sender->user.n && rule_of(sender->user) != rule)
		json_object_set_new(json_object_get(record, "send"), "login",
		                    json_string(rule_words[rule_of(sender->user)]));
}

/* ---------------------------------------------------------------- servers */

static json_t *host_json(const struct making *m, struct str host)
{
	struct str mark = STR("%EMAILDOMAIN%");
	ptrdiff_t at = str_find(host, mark);

	if (at >= 0)
		host = arena_printf(m->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(host, 0, (size_t)at)),
		                    STR_ARG(m->domain), STR_ARG(str_slice(host, (size_t)at + mark.n, host.n)));
	return json_stringn(host.p ? host.p : "", host.n);
}

static void set_server(const struct making *m, json_t *record, const char *section, const struct ispdb_server *s)
{
	static const char *const words[] = {"none", "starttls", "tls"};

	if (!s)
		return;
	if (s->security == SECURITY_NONE)
		note(m,
		     arena_printf(m->arena, "%s: only without TLS: passwords and mail can be read on the way", section)
		             .p);
	json_object_set_new(record, section,
	                    json_pack("{s:o, s:i, s:s}", "host", host_json(m, s->host), "port", s->port, "security",
	                              words[s->security]));
}

/* ---------------------------------------------------------------- OAuth */

static const struct {
	const char *issuer, *host, *template_name;
} oauth_templates[] = {
        {"accounts.google.com", "imap.gmail.com", "google"},
        {"login.microsoftonline.com", "outlook.office365.com", "microsoft"},
        {"login.yahoo.com", "imap.mail.yahoo.com", "yahoo"},
        {"www.fastmail.com", "imap.fastmail.com", "fastmail"},
};

static const char *template_of(const struct ispdb *config, const struct ispdb_server *server)
{
	for (size_t i = 0; i < ARRAY_LEN(oauth_templates); i++)
		if (str_eq_nocase(config->oauth_issuer, str_of(oauth_templates[i].issuer)) ||
		    (!config->oauth_issuer.n && str_eq_nocase(server->host, str_of(oauth_templates[i].host))))
			return oauth_templates[i].template_name;
	return NULL;
}

static void set_oauth(const struct making *m, const struct ispdb_server *server, json_t *record)
{
	const char *template = template_of(m->config, server);
	bool only = server->auth == ISPDB_AUTH_OAUTH;
	json_t *scopes = json_array();
	struct str rest = m->config->oauth_scope, scope;

	while (str_split(&rest, ' ', &scope) && json_array_size(scopes) < 20)
		if (scope.n)
			json_array_append_new(scopes, json_stringn(scope.p, scope.n));
	if (template)
		json_object_set_new(
		        record, "oauth",
		        json_pack("{s:s, s:O, s:b}", "template", template, "scopes", scopes, "required", (int)only));
	else if (only)
		note(m, "takes OAuth only, of a service that Hauspost has no template for");
	json_decref(scopes);
}

/* ---------------------------------------------------------------- the record */

static void set_texts(const struct making *m, json_t *record)
{
	const struct ispdb *c = m->config;
	struct str name = c->short_name.n && !has_placeholder(c->short_name) ? c->short_name : c->name;

	if (!name.n || has_placeholder(name))
		name = m->id;
	json_object_set_new(record, "name", json_stringn(name.p, MIN(name.n, (size_t)200)));
	if (c->help_url.n)
		json_object_set_new(record, "help_url", json_stringn(c->help_url.p, c->help_url.n));
	if (c->instruction.n && c->instruction.n <= MAX_NOTE)
		json_object_set_new(record, "note", json_stringn(c->instruction.p, c->instruction.n));
}

static void set_domains(const struct making *m, json_t *record)
{
	json_t *domains = json_array();

	if (m->domain.n)
		json_array_append_new(domains, json_stringn(m->domain.p, m->domain.n));
	for (size_t i = 0; i < m->config->domain_count && !m->domain.n; i++)
		json_array_append_new(domains, json_stringn(m->config->domains[i].p, m->config->domains[i].n));
	json_object_set_new(record, "domains", domains);
}

static int add_record(const struct making *m, json_t *providers, struct error *err)
{
	const struct ispdb_server *imap = best_server(m->config, ISPDB_IMAP),
	                          *pop3 = best_server(m->config, ISPDB_POP3),
	                          *smtp = best_server(m->config, ISPDB_SMTP), *receiver = imap ? imap : pop3;
	json_t *record;

	if (!receiver && !smtp)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "has no IMAP, POP3 or SMTP server that can be used (complete, with a known way to log in)");
	if (json_object_get(providers, m->id.p))
		return fail(err, E_INVALID, RETRY_NEVER, "its id \"" STR_FMT "\" was there already", STR_ARG(m->id));
	record = json_object();
	set_texts(m, record);
	set_domains(m, record);
	set_server(m, record, "receive", imap);
	set_server(m, record, "pop3", pop3);
	set_server(m, record, "send", smtp);
	set_login(m, receiver, smtp, record);
	if (!receiver)
		json_object_set_new(record, "receive", json_pack("{s:b}", "enabled", 0));
	if (!smtp)
		json_object_set_new(record, "send", json_pack("{s:b}", "enabled", 0));
	if (receiver && receiver->auth & ISPDB_AUTH_OAUTH)
		set_oauth(m, receiver, record);
	json_object_set_new(providers, m->id.p, record);
	return 1;
}

static bool needs_domain(const struct ispdb *config)
{
	for (size_t i = 0; i < config->server_count; i++)
		if (str_find(config->servers[i].host, STR("%EMAILDOMAIN%")) >= 0)
			return true;
	return false;
}

/* The first domain keeps the id where there is only one. */
static int add_for_domain(struct making *m, const struct ispdb_options *options, struct str domain, json_t *providers,
                          struct error *err)
{
	const struct ispdb *c = m->config;
	struct str id = options->id ? str_of(options->id) : c->domain_count > 1 && domain.n ? domain : c->id;

	if (!id.n)
		id = domain.n ? domain : c->domains[0];
	m->domain = domain;
	m->id = arena_printf(m->arena, "%s" STR_FMT, options->prefix ? options->prefix : "", STR_ARG(id));
	return add_record(m, providers, err);
}

int ispdb_providers(const struct ispdb *config, const struct ispdb_options *options, json_t *providers,
                    struct buf *notes, struct error *err)
{
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct making m = {.config = config, .arena = arena, .notes = notes};
	int count = 0;

	if (options->domain.n)
		return add_for_domain(&m, options, options->domain, providers, err);
	if (!needs_domain(config))
		return add_for_domain(&m, options, STR(""), providers, err);
	for (size_t i = 0; i < config->domain_count; i++) {
		int r = add_for_domain(&m, options, config->domains[i], providers, err);

		if (r < 0)
			return r;
		count += r;
	}
	return count ? count
	             : fail(err, E_INVALID, RETRY_NEVER, "a server's name contains the domain, and none is listed");
}
