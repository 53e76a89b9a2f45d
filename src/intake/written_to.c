/* See written_to.h. Whoever forges these fields chooses among our own addresses, no more. */
#include "intake/written_to.h"

static const char *first_own(const struct account *account, const struct address_list *list)
{
	const char *own = NULL;

	for (size_t i = 0; i < list->count && !own; i++)
		own = account_own_address(account, list->items[i].address);
	return own;
}

/* "<sales@example.com>" */
static struct str bare(struct str value)
{
	value = str_trim(value);
	return value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>' ? str_slice(value, 1, value.n - 1)
	                                                                       : value;
}

static const char *noted_own(const struct account *account, const struct message *message)
{
	static const char *const names[] = {"X-Original-To", "Envelope-To", "Delivered-To"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct header *header = message_header(message, names[i]);
		const char *own = header ? account_own_address(account, bare(header->value)) : NULL;

		if (own)
			return own;
	}
	return NULL;
}

const char *address_written_to(const struct account *account, const struct message *message)
{
	const char *own;

	if (!account->send.aliases.count)
		return account->send.address;
	own = first_own(account, &message->to);
	own = own ? own : first_own(account, &message->cc);
	own = own ? own : noted_own(account, message);
	return own ? own : account->send.address;
}
