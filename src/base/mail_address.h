/* Addresses of mail, local@domain: the one place that says what may be one and which are the same. Letters beyond ASCII
 * may stand on both sides of the @ (RFC 6531 §3.3, RFC 6532 §3.2); such an address needs a server with SMTPUTF8 where
 *its local part has any.
 *
 *	wrong = mail_address_fault(address);          NULL, or "has a control character"
 *	key = mail_address_key(address, room);        under which it is stored and looked up
 *
 * Case: no provider in use tells local parts apart by the case of ASCII letters, so it doesn't count. That of other
 * letters does, so that the key depends on no locale and no version of Unicode, and is the same in both databases. The
 * parser of mail hands addresses out in Unicode's form NFC: two ways to write one letter are one address. */
#ifndef BASE_MAIL_ADDRESS_H
#define BASE_MAIL_ADDRESS_H

#include "base/str.h"

#define MAIL_ADDRESS_MAX 320 /* bytes; RFC 5321 §4.5.3.1: 64 + 1 + 255 */

/* Why this can't be written as an address in a header and a command, in words that follow it; NULL where it can: valid
 * UTF-8 of at most MAIL_ADDRESS_MAX bytes, both sides of the @ there, neither control characters nor such that change a
 * text's direction, and outside quotes no blanks and none of RFC 5322's marks but those of a domain literal. */
const char *mail_address_fault(struct str address);

/* What stands behind the last @; empty where there is none. */
struct str mail_address_domain(struct str address);

/* Its local part has letters beyond ASCII: only SMTPUTF8 carries it. */
bool mail_address_needs_utf8(struct str address);

/* The form in which addresses are stored and compared, in `room`; cut at a character where it is too long to be one. */
struct str mail_address_key(struct str address, char room[MAIL_ADDRESS_MAX]);

#endif
