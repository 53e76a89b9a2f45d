/* BER and DER (ITU-T X.690) read without building anything, and measured before a library builds something of them: a
 * few bytes of a hostile structure cost a hundred in memory.
 *
 *	struct cursor c = cursor_of(bytes);
 *	struct der_element outer;
 *	if (der_next(&c, &outer) && outer.tag == 0x30) … der_next() within outer.content */
#ifndef SECURITY_DER_H
#define SECURITY_DER_H

#include "base/cursor.h"
#include "base/error.h"

struct der_element {
	unsigned tag;       /* the first identifier octet: class, constructed bit and number (below 31) */
	struct str whole;   /* the element with its header and, where the length is indefinite, its end mark */
	struct str content; /* without them */
};

/* Takes one element of definite or indefinite length; false (nothing moved) where there is none that is whole, and for
 * tag numbers from 31. Linear in the element's bytes. */
bool der_next(struct cursor *c, struct der_element *ret_element) NODISCARD;

/* Checks that `bytes` begin with one whole element, at most 40 levels deep, of at most `max_elements` elements in all.
 * The pieces of a string that was written in pieces don't count. E_INVALID, E_LIMIT. */
int der_check(struct str bytes, size_t max_elements, struct error *err) NODISCARD;

#endif
