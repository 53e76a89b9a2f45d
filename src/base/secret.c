/* See secret.h. */
#include "secret.h"

#include "mem.h"

void secret_set(struct secret *secret, struct str value)
{
	char *copy = value.p ? str_dup(value) : NULL;

	secret_done(secret);
	secret->p = copy;
	secret->n = copy ? value.n : 0;
}

void secret_done(struct secret *secret)
{
	if (!secret)
		return;
	mem_wipe_free(secret->p, secret->n);
	*secret = (struct secret){0};
}
