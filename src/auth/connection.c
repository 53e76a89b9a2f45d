/* See connection.h. */
#include "auth/connection.h"

#include "base/log.h"
#include "base/mem.h"
#include "setup/keystore.h"

#include <pthread.h>
#include <stdio.h>

/* Whose unverified connections the log has told of: each mailbox of each server once in a process's life. */
struct told {
	struct told *next;
	char *who; /* owned */
};

static pthread_mutex_t told_lock = PTHREAD_MUTEX_INITIALIZER;
static struct told *told; /* under told_lock */

static void tell_unverified(const struct account_connection *connection)
{
	char who[600];
	struct told *found;

	snprintf(who, sizeof who, "%.255s:%d (user %.255s)", connection->host, connection->port, connection->user);
	pthread_mutex_lock(&told_lock);
	found = told;
	while (found && strcmp(found->who, who) != 0)
		found = found->next;
	if (!found) {
		found = mem_new(1, sizeof *found);
		*found = (struct told){told, mem_strdup(who)};
		told = found;
		log_warning("tls",
		            "%s: the server's certificate is not verified (tls/verify is false): it may be anybody's",
		            who);
	}
	pthread_mutex_unlock(&told_lock);
}

void connection_stream_options(const struct account_connection *connection, struct stream_options *ret_options)
{
	const struct keystore_record *trust = connection->tls->trust;
	const struct advanced *advanced = &connection->advanced;
	int lowest = advanced->has_versions ? advanced->lowest : connection->tls->lowest;

	if (!connection->tls->verify && connection->security != SECURITY_NONE && *connection->host)
		tell_unverified(connection);
	*ret_options = (struct stream_options){
	        .host = connection->host,
	        .port = connection->port,
	        .tls = connection->security == SECURITY_TLS,
	        .policy =
	                {
	                        .lowest = (enum tls_version)lowest,
	                        .highest = (enum tls_version)(advanced->has_versions ? advanced->highest : 0),
	                        .truststore = connection->tls->truststore,
	                        .trust = trust ? keystore_record_source(trust) : (struct keystore_source){0},
	                        .skip_verify = !connection->tls->verify,
	                },
	        .connect_timeout_ms = connection->connect_timeout_ms,
	        .io_timeout_ms = connection->timeout_ms,
	};
}

struct login login_of(const struct account_connection *connection)
{
	return (struct login){
	        .user = connection->user,
	        .password = connection->password,
	        .disabled = connection->advanced.disabled,
	        .allow_insecure = connection->allow_insecure_login,
	};
}

void connection_text(const char *protocol, enum security security, char *ret_text, size_t size)
{
	if (strcmp(protocol, "GRAPH") == 0) {
		snprintf(ret_text, size, "Microsoft Graph (Connect using HTTPS)");
		return;
	}
	switch (security) {
	case SECURITY_NONE:
		snprintf(ret_text, size, "%s (Connect using default) - insecure", protocol);
		break;
	case SECURITY_STARTTLS:
		snprintf(ret_text, size, "%s (Connect using STARTTLS)", protocol);
		break;
	case SECURITY_TLS:
		snprintf(ret_text, size, "%s (Connect using %sS)", protocol, protocol);
		break;
	}
}
