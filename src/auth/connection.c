/* See connection.h. */
#include "auth/connection.h"

#include "setup/keystore.h"

#include <stdio.h>

void connection_stream_options(const struct account_connection *connection, struct stream_options *ret_options)
{
	const struct keystore_record *trust = connection->tls->trust;
	const struct advanced *advanced = &connection->advanced;
	int lowest = advanced->has_versions ? advanced->lowest : connection->tls->lowest;

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
