/* See carry.h. */
#include "send/carry.h"

#include "send/sender.h"

int mail_can_go(const struct setup *setup, const struct account *account, struct str mime,
                const char *const *recipients, size_t recipient_count, struct error *err)
{
	const struct provider *provider = setup_provider(setup, account->provider);
	struct arena *arena CLEANUP(arena_freep) = arena_new();
	struct outgoing item = {.envelope_from = account->send.address,
	                        .recipients = ARENA_ARRAY(arena, struct recipient, recipient_count + 1),
	                        .recipient_count = recipient_count,
	                        .mime = mime,
	                        .arena = arena};
	struct account_connection connection;
	struct error ignored;
	int r = provider_takes_size(provider, mime.n, err);

	if (r < 0 || account_send_connection(account, provider, &connection, &ignored) < 0)
		return r;
	for (size_t i = 0; i < recipient_count; i++)
		item.recipients[i] = (struct recipient){.address = recipients[i], .answer = ""};
	return sender_can_carry(sender_ops_of((enum send_protocol)connection.protocol), &item, err);
}
