/* Regular expressions over mail: bounded, so that no pattern and no mail can make a rule hang. */
#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

#include "base/str.h"

/* Only so much of a text is searched; with it and the match limit the worst pattern costs well under a second. */
#define PATTERN_MAX_TEXT KIB(32)

enum pattern_answer {
	PATTERN_NO,
	PATTERN_YES,
	PATTERN_GAVE_UP, /* too many steps, or the pattern doesn't compile */
};

/* Searches `pattern` (PCRE2, UTF-8) in `text`. `*ret_found` (on PATTERN_YES; may be NULL) is the first group, or
 * the whole match where the pattern has no group; a view into `text`. */
enum pattern_answer pattern_search(const char *pattern, struct str text, struct str *ret_found);

#endif
