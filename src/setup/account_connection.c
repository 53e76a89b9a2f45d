/* See account.h: what a connection really uses, after account, provider and presets. */
#include "setup/account.h"

#include "setup/account_graph.h"

#include <stdio.h>

static int missing(const struct account *account, const char *what, struct error *err)
{
	return fail(err, E_INVALID, RETRY_NEVER, "account %s: %s", account->id, what);
}

/* A password that can't be opened: the account is of no use, the rest of the set-up is. */
static int check_opened(const struct account *account, const char *section, const struct secret *password,
                        struct error *err)
{
	if (!password->fault)
		return 0;
	return fail(err, E_AUTH, RETRY_NEVER, "account %s: %s/password can't be used: %s", account->id, section,
	            password->fault);
}

/* The user ID that a rule (enum login_rule) makes of the sender's address; NULL where it makes none. */
static const char *login_by_rule(const struct account *account, int rule, struct account_connection *connection)
{
	struct str address = str_of(account->send.address);
	ptrdiff_t at = str_find_char(address, '@');

	if (rule == LOGIN_TYPED || at < 0)
		return NULL;
	if (rule == LOGIN_ADDRESS)
		return account->send.address;
	snprintf(connection->room, sizeof connection->room, "%s", account->send.address);
	connection->room[at] = rule == LOGIN_DOTTED ? '.' : '\0'; /* an address has 254 bytes at most */
	return connection->room;
}

/* The last step of both: what the advanced settings change of it. */
static int apply_advanced(const struct account *account, enum advanced_side side, const struct text_pairs *pairs,
                          const struct text_list *disabled, struct account_connection *c, struct error *err)
{
	struct advanced *a = &c->advanced;

	if (advanced_read(side, pairs, disabled, a, err) < 0 ||
	    advanced_check_tls(side == ADVANCED_SEND ? "send" : "receive", a, c->security, err) < 0)
		return error_prefix(err, "account %s", account->id);
	if (a->timeout_ms)
		c->timeout_ms = a->timeout_ms;
	c->connect_timeout_ms = a->connect_timeout_ms ? a->connect_timeout_ms : c->timeout_ms;
	if (a->helo_name)
		c->helo_name = a->helo_name;
	return 0;
}

const char *receive_protocol_name(int protocol)
{
	static const char *const names[] = {"IMAP", "POP3", "Microsoft Graph", "Maildir"};

	return names[protocol];
}

static int receive_port(int64_t port, int protocol, enum security security)
{
	if (port)
		return (int)port;
	if (protocol == RECEIVE_POP3)
		return security == SECURITY_TLS ? 995 : 110;
	return security == SECURITY_TLS ? 993 : 143;
}

/* No server, no log-in: the path stands for the host. */
static int maildir_connection(const struct account *account, struct account_connection *ret, struct error *err)
{
	if (!*account->receive.path)
		return missing(account, "receive/path is missing (protocol is maildir)", err);
	*ret = (struct account_connection){.protocol = RECEIVE_MAILDIR,
	                                   .host = account->receive.path,
	                                   .user = "",
	                                   .profile = "",
	                                   .timeout_ms = (int)account->receive.timeout_s * 1000,
	                                   .tls = &account->receive.tls};
	return 0;
}

int account_receive_connection(const struct account *account, const struct provider *provider,
                               struct account_connection *ret, struct error *err)
{
	const struct account_receive *r = &account->receive;
	struct account_server server;

	if (!r->enabled)
		return missing(account, "receive/enabled is false", err);
	if (account_receives_by_graph(account, provider))
		return account_graph_receive(account, provider, ret, err) < 0
		               ? E_INVALID
		               : apply_advanced(account, ADVANCED_RECEIVE, &r->advanced, &r->disabled_mechanisms, ret,
		                                err);
	if (r->protocol == RECEIVE_MAILDIR)
		return maildir_connection(account, ret, err);
	if (!*r->host && !provider)
		return missing(account, "receive/host is missing and there is no provider", err);
	if (!account_receive_server(account, provider, &server))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "account %s: receive/host is missing and provider %s has no %sserver to receive from",
		            account->id, provider->id, r->protocol == RECEIVE_POP3 ? "POP3 " : "");
	struct account_connection *c = ret;
	const char *user = r->use_sender_login ? account->send.user : r->user;
	if (!*user)
		user = login_by_rule(account, provider ? provider->login : LOGIN_TYPED, c);
	const struct secret *password = r->use_sender_login ? &account->send.password : &r->password;
	const char *section = r->use_sender_login ? "send" : "receive";
	const char *profile = r->use_sender_login ? account->send.profile : r->profile;
	if (!user || !*user)
		return fail(err, E_INVALID, RETRY_NEVER, "account %s: %s/user is missing", account->id, section);
	if (check_opened(account, section, password, err) < 0)
		return E_AUTH;
	if (!*profile && !secret_is_set(password))
		return fail(err, E_INVALID, RETRY_NEVER, "account %s: %s/password is missing", account->id, section);
	c->protocol = server.protocol;
	c->host = server.host;
	c->user = user;
	c->password = *profile ? NULL : password;
	c->profile = profile;
	c->security = (enum security)server.security;
	c->port = receive_port(server.port, c->protocol, c->security);
	c->allow_insecure_login = r->allow_insecure_login;
	c->timeout_ms = (int)r->timeout_s * 1000;
	c->tls = &r->tls;
	c->helo_name = "";
	return apply_advanced(account, ADVANCED_RECEIVE, &r->advanced, &r->disabled_mechanisms, c, err);
}

static int send_rule(const struct provider *provider)
{
	if (!provider)
		return LOGIN_TYPED;
	return provider->send.login ? provider->send.login - 1 : provider->login;
}

static int send_port(int64_t port, enum security security)
{
	return port ? (int)port : security == SECURITY_TLS ? 465 : security == SECURITY_STARTTLS ? 587 : 25;
}

int account_send_connection(const struct account *account, const struct provider *provider,
                            struct account_connection *ret, struct error *err)
{
	const struct account_send *s = &account->send;
	bool own = *s->host;

	if (!s->enabled)
		return missing(account, "send/enabled is false", err);
	if (!*s->address)
		return missing(account, "send/address is missing", err);
	if (account_sends_by_graph(account, provider))
		return account_graph_send(account, provider, ret, err) < 0
		               ? E_INVALID
		               : apply_advanced(account, ADVANCED_SEND, &s->advanced, &s->disabled_mechanisms, ret,
		                                err);
	if (!own && !provider)
		return missing(account, "send/host is missing and there is no provider", err);
	if (!own && (!provider->send.enabled || !*provider->send.host))
		return fail(err, E_INVALID, RETRY_NEVER,
		            "account %s: send/host is missing and provider %s has no server to send with", account->id,
		            provider->id);
	if (check_opened(account, "send", &s->password, err) < 0)
		return E_AUTH;
	if (*s->user && !*s->profile && !secret_is_set(&s->password))
		return missing(account, "send/password is missing", err);
	struct account_connection *c = ret;
	bool logs_in = *s->profile || secret_is_set(&s->password);
	const char *user = s->user;
	if (!*user && logs_in)
		user = login_by_rule(account, send_rule(provider), c);
	if (!user)
		return missing(account,
		               *s->profile ? "send/user is missing, although there is a profile"
		                           : "send/user is missing, although there is a password",
		               err);
	/* SMTP is what accounts say where they say nothing. */
	c->protocol = own || s->protocol != SEND_SMTP ? s->protocol : provider->send.protocol;
	c->host = own ? s->host : provider->send.host;
	c->user = user;
	c->password = *s->profile ? NULL : &s->password;
	c->profile = s->profile;
	c->security = (enum security)(own ? s->security : provider->send.security);
	c->port = send_port(s->port || own ? s->port : provider->send.port, c->security);
	c->allow_insecure_login = s->allow_insecure_login;
	int64_t preset = !own && provider ? provider->send.timeout_s : 40;
	c->timeout_ms = (int)(s->timeout_s ? s->timeout_s : preset) * 1000;
	c->tls = &s->tls;
	c->helo_name = s->helo_name;
	return apply_advanced(account, ADVANCED_SEND, &s->advanced, &s->disabled_mechanisms, c, err);
}
