/* A password, key or token in memory: wiped when freed, and of a type that no printing function takes. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "str.h"

struct secret {
	char *p; /* owned, NUL-terminated; NULL where there is none */
	size_t n;
	/* Where there is one that could not be opened: as it is stored, and why (texts, owned); else NULL. */
	char *sealed, *fault;
};

void secret_set(struct secret *secret, struct str value); /* copies; wipes what was there */
void secret_set_unopened(struct secret *secret, struct str sealed,
                         const char *fault); /* copies; not set, and not lost */
void secret_copy(struct secret *secret, const struct secret *from);
void secret_done(struct secret *secret);

static inline bool secret_is_set(const struct secret *secret)
{
	return secret->p != NULL;
}

/* Set, or stored without being of use here. */
static inline bool secret_is_stored(const struct secret *secret)
{
	return secret->p || secret->sealed;
}

/* Both none, or the same value, or the same unopened one. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* The bytes, for the one place that uses them. Never for a log, an error text or a transcript. */
static inline struct str secret_reveal(const struct secret *secret)
{
	return str_new(secret->p, secret->n);
}

#endif
