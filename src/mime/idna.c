/* See idna.h. */
#include "mime/idna.h"

#include "base/mem.h"

#include <idn2.h>

#define DOMAIN_MAX 1000 /* bytes of UTF-8; 255 as ASCII */

bool idna_put_domain(struct buf *out, struct str domain)
{
	char *name CLEANUP(freep) = NULL, *ascii = NULL;

	if (!domain.n || domain.n > DOMAIN_MAX || !str_is_utf8(domain) || memchr(domain.p, '\0', domain.n))
		return false;
	name = str_dup(domain);
	if (idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	buf_add_cstr(out, ascii);
	idn2_free(ascii);
	return true;
}

void idna_put_address(struct buf *out, struct str address)
{
	size_t at = address.n;

	if (!str_is_ascii(address)) {
		while (at > 0 && address.p[at - 1] != '@')
			at--;
		if (at > 0 && str_is_ascii(str_slice(address, 0, at))) {
			buf_add(out, str_slice(address, 0, at));
			if (idna_put_domain(out, str_slice(address, at, address.n)))
				return;
			out->n -= at;
		}
	}
	buf_add(out, address);
}
