/* See account.h: whether what an account sends is filed in its Sent folder, and where. */
#include "setup/account.h"

bool account_sent_copy(const struct account *account, const struct provider *provider, struct account_sent_copy *ret)
{
	const char *wish = account->send.sent_copy;
	bool is_auto = strcmp(wish, SENT_COPY_AUTO) == 0;
	struct account_server server;

	if (strcmp(wish, SENT_COPY_OFF) == 0 || !account->receive.enabled ||
	    !account_receive_server(account, provider, &server) || server.protocol != RECEIVE_IMAP ||
	    account->send.protocol != SEND_SMTP)
		return false;
	if (is_auto && provider && provider->files_sent)
		return false;
	ret->folder = is_auto ? "\\Sent" : wish;
	ret->hint = provider ? provider->folders.sent : "";
	return true;
}
