/* International domain names in addresses (RFC 5890, UTS #46 without the transitional forms). */
#ifndef MIME_IDNA_H
#define MIME_IDNA_H

#include "base/buf.h"

/* Appends the address with its domain in ASCII ("bob@xn--mller-kva.de"), which every server takes. As it is where it is
 * ASCII already, where the local part isn't (only SMTPUTF8 carries that, and the domain as well), and where the domain
 * is no international name. */
void idna_put_address(struct buf *out, struct str address);

/* What the domain of an address is in ASCII; false (nothing is appended) where it is no domain name. */
bool idna_put_domain(struct buf *out, struct str domain);

#endif
