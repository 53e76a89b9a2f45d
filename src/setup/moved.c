/* See moved.h. */
#include "setup/moved.h"

#include "setup/words.h"
#include "store/in_flight.h"

static struct moved_place place_of(const struct setup *setup, const struct account *account)
{
	const struct provider *provider = setup_provider(setup, account->provider);
	struct moved_place place = {
	        .account = account->id, .send_protocol = account->send.protocol, .receive_host = ""};
	struct account_server server;

	if (account->receive.enabled && account_receive_server(account, provider, &server)) {
		place.receive_protocol = server.protocol;
		place.receive_host = server.host;
	}
	return place;
}

size_t moved_places(const struct setup *setup, struct arena *arena, struct moved_place **ret_places)
{
	const void *const *accounts;
	size_t n = setup_list(setup, &account_type, &accounts);

	*ret_places = ARENA_ARRAY(arena, struct moved_place, n);
	for (size_t i = 0; i < n; i++)
		(*ret_places)[i] = place_of(setup, accounts[i]);
	return n;
}

static void warn_of_receiving(const char *account, const struct moved_place *before, const struct moved_place *after,
                              const struct in_flight *mail, struct buf *report)
{
	const char *from = before->receive_host, *to = after->receive_host;

	if (before->receive_protocol != after->receive_protocol) {
		from = receive_protocol_words[before->receive_protocol];
		to = receive_protocol_words[after->receive_protocol];
	}
	if (mail->unacknowledged)
		buf_printf(report,
		           "accounts/%s: warning: mail in flight: handled and not yet told to %s: %lld; after the "
		           "change to "
		           "%s it stays there unmarked, and is not handled twice\n",
		           account, from, (long long)mail->unacknowledged, to);
	if (mail->unfinished)
		buf_printf(report,
		           "accounts/%s: warning: mail in flight: from %s and to be tried again: %lld; it goes on, and "
		           "what %s "
		           "shows anew is recognised by its content\n",
		           account, from, (long long)mail->unfinished, to);
}

static int warn_of(struct db *db, const struct moved_place *before, const struct moved_place *after, struct buf *report,
                   struct error *err)
{
	bool receives_elsewhere = before->receive_protocol != after->receive_protocol ||
	                          strcmp(before->receive_host, after->receive_host) != 0;
	bool sends_otherwise = before->send_protocol != after->send_protocol;
	struct in_flight mail;

	if (!receives_elsewhere && !sends_otherwise)
		return 0;
	if (in_flight_of(db, before->account, &mail, err) < 0)
		return err->code;
	if (receives_elsewhere && *before->receive_host)
		warn_of_receiving(before->account, before, after, &mail, report);
	if (sends_otherwise && mail.outgoing)
		buf_printf(report,
		           "accounts/%s: warning: mail in flight: in the outbox: %lld; it goes out by %s, not %s\n",
		           before->account, (long long)mail.outgoing, send_protocol_words[after->send_protocol],
		           send_protocol_words[before->send_protocol]);
	return 0;
}

int moved_warnings(struct db *db, const struct setup *setup, const struct moved_place *before, size_t n,
                   struct buf *report, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct moved_place after = place_of(setup, setup_account(setup, before[i].account));

		if (warn_of(db, &before[i], &after, report, err) < 0)
			return err->code;
	}
	return 0;
}
