/* Statements found again by the address of their text: a small hash table, address → pointer, without removal. */
#ifndef STORE_BY_ADDRESS_H
#define STORE_BY_ADDRESS_H

#include "base/base.h"

struct by_address {
	struct by_address_entry {
		const void *key;
		void *value;
	} * entries; /* open addressing; a NULL key is free */
	size_t size, used;
};

void *by_address_get(const struct by_address *map, const void *key);

/* `key` must not be there yet. */
void by_address_add(struct by_address *map, const void *key, void *value);

/* Frees the table, not the values. */
void by_address_done(struct by_address *map);

#endif
