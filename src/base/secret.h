/* A password, key or token in memory: wiped when freed, and of a type that no printing function takes. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "str.h"

struct secret {
	char *p; /* owned, NUL-terminated; NULL where there is none */
	size_t n;
};

void secret_set(struct secret *secret, struct str value); /* copies; wipes what was there */
void secret_done(struct secret *secret);

static inline bool secret_is_set(const struct secret *secret)
{
	return secret->p != NULL;
}

/* The bytes, for the one place that uses them. Never for a log, an error text or a transcript. */
static inline struct str secret_reveal(const struct secret *secret)
{
	return str_new(secret->p, secret->n);
}

#endif
