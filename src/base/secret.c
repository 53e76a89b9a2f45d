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

void secret_set_unopened(struct secret *secret, struct str sealed, const char *fault)
{
	char *copy = str_dup(sealed), *why = mem_strdup(fault);

	secret_done(secret);
	secret->sealed = copy;
	secret->fault = why;
}

void secret_copy(struct secret *secret, const struct secret *from)
{
	if (from->sealed)
		secret_set_unopened(secret, str_of(from->sealed), from->fault);
	else
		secret_set(secret, secret_reveal(from));
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	if (a->sealed || b->sealed)
		return a->sealed && b->sealed && strcmp(a->sealed, b->sealed) == 0;
	return str_eq(secret_reveal(a), secret_reveal(b));
}

void secret_done(struct secret *secret)
{
	if (!secret)
		return;
	mem_wipe_free(secret->p, secret->n);
	free(secret->sealed);
	free(secret->fault);
	*secret = (struct secret){0};
}
