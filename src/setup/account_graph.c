/* See account_graph.h. */
#include "setup/account_graph.h"

#define HOST "graph.microsoft.com"
#define PORT 443

/* ---------------------------------------------------------------- checks */

static int check_side(const char *section, int security, const char *profile, struct error *err)
{
	if (!*profile)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "%s/profile: Microsoft Graph takes no password; name an authentication profile (template "
		            "microsoft-graph)",
		            section);
	if (security == SECURITY_NONE)
		return fail(err, E_INVALID, RETRY_NEVER, "%s/security: Microsoft Graph is spoken over TLS alone",
		            section);
	return 0;
}

int account_graph_check(const struct account *account, struct error *err)
{
	const struct account_receive *r = &account->receive;
	const struct account_send *s = &account->send;
	int rc = 0;

	if (s->enabled && s->protocol == SEND_GRAPH)
		rc = check_side("send", s->security, s->profile, err);
	if (rc == 0 && r->enabled && r->protocol == RECEIVE_GRAPH)
		rc = check_side(r->use_sender_login ? "send" : "receive", r->security,
		                r->use_sender_login ? s->profile : r->profile, err);
	return rc;
}

bool account_receives_by_graph(const struct account *account, const struct provider *provider)
{
	const struct account_receive *r = &account->receive;

	return r->protocol == RECEIVE_GRAPH || (!*r->host && provider && provider->receive.protocol == RECEIVE_GRAPH);
}

bool account_sends_by_graph(const struct account *account, const struct provider *provider)
{
	const struct account_send *s = &account->send;

	return s->protocol == SEND_GRAPH || (!*s->host && provider && provider->send.protocol == SEND_GRAPH);
}

/* ---------------------------------------------------------------- connections */

/* The principal name is usually the address. */
static const char *mailbox_of(const struct account *account, const char *user)
{
	return *user ? user : account->send.address;
}

static int connect_side(const struct account *account, const char *section, struct account_connection *c,
                        struct error *err)
{
	if (!*c->profile)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "account %s: %s/profile is missing: Microsoft Graph takes no password", account->id,
		            section);
	if (!*c->user)
		return fail(err, E_INVALID, RETRY_NEVER,
		            "account %s: %s/user is missing: the user principal name of the mailbox", account->id,
		            section);
	c->password = NULL;
	c->allow_insecure_login = false;
	c->helo_name = "";
	c->security = SECURITY_TLS;
	if (!*c->host)
		c->host = HOST;
	if (!c->port)
		c->port = PORT;
	return 0;
}

int account_graph_receive(const struct account *account, const struct provider *provider,
                          struct account_connection *ret, struct error *err)
{
	const struct account_receive *r = &account->receive;
	bool own = *r->host || r->protocol == RECEIVE_GRAPH;

	ret->protocol = RECEIVE_GRAPH;
	ret->host = own ? r->host : provider->receive.host;
	ret->port = (int)(r->port || own ? r->port : provider->receive.port);
	ret->user = mailbox_of(account, r->use_sender_login ? account->send.user : r->user);
	ret->profile = r->use_sender_login ? account->send.profile : r->profile;
	ret->timeout_ms = (int)r->timeout_s * 1000;
	ret->tls = &r->tls;
	return connect_side(account, r->use_sender_login ? "send" : "receive", ret, err);
}

int account_graph_send(const struct account *account, const struct provider *provider, struct account_connection *ret,
                       struct error *err)
{
	const struct account_send *s = &account->send;
	bool own = *s->host || s->protocol == SEND_GRAPH;

	ret->protocol = SEND_GRAPH;
	ret->host = own ? s->host : provider->send.host;
	ret->port = (int)(s->port || own ? s->port : provider->send.port);
	ret->user = mailbox_of(account, s->user);
	ret->profile = s->profile;
	ret->timeout_ms = (int)(s->timeout_s ? s->timeout_s : 40) * 1000;
	ret->tls = &s->tls;
	return connect_side(account, "send", ret, err);
}
