/* See account.h: the server that an account reads from. */
#include "setup/account.h"

static void take_pop3(const struct provider *provider, struct account_server *ret)
{
	*ret = (struct account_server){.protocol = RECEIVE_POP3,
	                               .host = provider->pop3.host,
	                               .port = provider->pop3.port,
	                               .security = provider->pop3.security};
}

/* IMAP is what accounts say where they say nothing: then the provider's first offer counts. */
static bool take_offered(const struct account *account, const struct provider *provider, struct account_server *ret)
{
	bool wants_pop3 = account->receive.protocol == RECEIVE_POP3;
	bool is_first = *provider->receive.host && (!wants_pop3 || provider->receive.protocol == RECEIVE_POP3);

	if (!provider->receive.enabled || (!is_first && !*provider->pop3.host))
		return false;
	if (is_first)
		*ret = (struct account_server){.protocol = provider->receive.protocol,
		                               .host = provider->receive.host,
		                               .port = provider->receive.port,
		                               .security = provider->receive.security};
	else
		take_pop3(provider, ret);
	return true;
}

bool account_receive_server(const struct account *account, const struct provider *provider, struct account_server *ret)
{
	const struct account_receive *r = &account->receive;

	if (*r->host) {
		*ret = (struct account_server){
		        .protocol = r->protocol, .host = r->host, .port = r->port, .security = r->security};
		return true;
	}
	if (!provider || !take_offered(account, provider, ret))
		return false;
	ret->port = r->port ? r->port : ret->port;
	return true;
}
