/* From what an account says to what a stream needs. */
#ifndef AUTH_CONNECTION_H
#define AUTH_CONNECTION_H

#include "auth/login.h"
#include "net/stream.h"
#include "setup/account.h"

/* Strings are borrowed from the connection. */
void connection_stream_options(const struct account_connection *connection, struct stream_options *ret_options);

/* User, password and what may be used of them; `tokens` is left to whoever has the profiles. */
struct login login_of(const struct account_connection *connection);

/* "SMTP (Connect using STARTTLS)", "IMAP (Connect using default) - insecure": what the connection really uses, in the
 * words that administrators know. `protocol` is "SMTP", "IMAP", "GRAPH"; writes at most `size` bytes. */
void connection_text(const char *protocol, enum security security, char *ret_text, size_t size);

#endif
