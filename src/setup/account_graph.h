/* Accounts whose mailbox is at Microsoft Graph: no password, TLS alone, Microsoft's own host unless another is named.
 * Private to src/setup. */
#ifndef SETUP_ACCOUNT_GRAPH_H
#define SETUP_ACCOUNT_GRAPH_H

#include "setup/account.h"

/* What is said of Graph in the record and can't be right: no profile, a password, security none. */
int account_graph_check(const struct account *account, struct error *err) NODISCARD;

/* The side is served by Graph: by its own word, or by the provider's where it names no server itself. */
bool account_receives_by_graph(const struct account *account, const struct provider *provider);
bool account_sends_by_graph(const struct account *account, const struct provider *provider);

/* As account_receive_connection() and account_send_connection(), for such a side. */
int account_graph_receive(const struct account *account, const struct provider *provider,
                          struct account_connection *ret, struct error *err) NODISCARD;
int account_graph_send(const struct account *account, const struct provider *provider, struct account_connection *ret,
                       struct error *err) NODISCARD;

#endif
