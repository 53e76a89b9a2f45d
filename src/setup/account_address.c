/* See account.h: which addresses are an account's own. */
#include "setup/account.h"
#include "setup/setup.h"

/* "name+anything@domain" is "name@domain", too. */
static bool is_same_address(struct str whole, struct str plain)
{
	ptrdiff_t plus = str_find_char(whole, '+'), at = str_find_char(plain, '@');

	if (str_eq_nocase(whole, plain))
		return true;
	return plus > 0 && plus == at && whole.n > plain.n &&
	       str_eq_nocase(str_slice(whole, 0, (size_t)plus), str_slice(plain, 0, (size_t)at)) &&
	       str_ends_nocase(whole, str_slice(plain, (size_t)at, plain.n));
}

const char *account_own_address(const struct account *account, struct str address)
{
	const struct text_list *aliases = &account->send.aliases;

	if (account->send.address[0] && is_same_address(address, str_of(account->send.address)))
		return account->send.address;
	for (size_t i = 0; i < aliases->count; i++)
		if (is_same_address(address, str_of(aliases->items[i])))
			return aliases->items[i];
	return NULL;
}

bool setup_owns_address(const struct setup *setup, struct str address)
{
	const void *const *accounts;
	size_t n = setup_list(setup, &account_type, &accounts);

	for (size_t i = 0; i < n; i++)
		if (account_own_address(accounts[i], address))
			return true;
	return false;
}
