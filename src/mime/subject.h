/* What a subject is about: without the "Re:", "AW:", "Fwd:" that programs put before it. */
#ifndef MIME_SUBJECT_H
#define MIME_SUBJECT_H

#include "base/str.h"

/* Without prefixes of answers and forwards in about thirty languages, "[list]" and "Re[2]:" among them; at most ten.
 * *ret_is_answer (may be NULL): one was there. */
struct str subject_topic(struct str subject, bool *ret_is_answer);

#endif
