/* The data of throttle.c: words of servers, compared without case. */
#ifndef AUTH_THROTTLE_WORDS_H
#define AUTH_THROTTLE_WORDS_H

#include "base/str.h"

struct throttle_words {
	int low, high;   /* SMTP reply codes for which it counts, both included; 0, 0: any, and other protocols */
	struct str word; /* anywhere in the answer */
	bool is_other;   /* looks like it and isn't: one mail or one correspondent is meant */
	int wait_s;      /* at least, where the answer names no time; 0: grow */
};

/* In order: the first that fits decides. */
extern const struct throttle_words throttle_words[];
extern const size_t throttle_words_count;

#endif
