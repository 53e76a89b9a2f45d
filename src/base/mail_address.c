/* See mail_address.h. */
#include "base/mail_address.h"

static const char no_address[] = "is not an address (name@domain)";

/* Byte by byte, since what is forbidden is ASCII; NULL, or what is wrong. */
static const char *mark_fault(struct str address)
{
	bool quoted = false, literal = false, parted = false;

	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];

		if (c < ' ' || c == 0x7f)
			return "has a control character";
		if (c == '"')
			quoted = !quoted;
		literal |= c == '[';
		if (!quoted && c == '@' && parted)
			return no_address;
		parted |= !quoted && c == '@';
		if (c == '\\' && quoted && i + 1 < address.n && (unsigned char)address.p[i + 1] >= ' ')
			i++;
		else if (!quoted && (c == ' ' || strchr("<>(),;:\\", c)) && !(c == ':' && literal))
			return no_address;
	}
	return quoted || !parted ? no_address : NULL;
}

const char *mail_address_fault(struct str address)
{
	char copy[MAIL_ADDRESS_MAX];
	const char *wrong;

	if (address.n > MAIL_ADDRESS_MAX)
		return "is longer than an address can be (320 bytes)";
	if (!str_is_utf8(address))
		return "is not valid UTF-8";
	wrong = mark_fault(address);
	if (wrong)
		return wrong;
	if (!mail_address_domain(address).n || address.p[0] == '@')
		return no_address;
	memcpy(copy, address.p, address.n);
	if (str_make_printable(copy, address.n, false) != address.n || memcmp(copy, address.p, address.n) != 0)
		return "has a control character";
	return NULL;
}

struct str mail_address_domain(struct str address)
{
	size_t at = address.n;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	return at ? str_slice(address, at, address.n) : STR_NULL;
}

bool mail_address_needs_utf8(struct str address)
{
	return !str_is_ascii(str_slice(address, 0, address.n - mail_address_domain(address).n));
}

struct str mail_address_key(struct str address, char room[MAIL_ADDRESS_MAX])
{
	size_t n = MIN(address.n, (size_t)MAIL_ADDRESS_MAX);

	while (n && n < address.n && ((unsigned char)address.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++)
		room[i] = ascii_lower(address.p[i]);
	return str_new(room, n);
}
