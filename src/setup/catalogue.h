/* The providers that everybody knows (data/providers.yaml, compiled into the program), and which provider an address or
 * a mail exchanger belongs to (FEATURES PR6, PR9). A record of the set-up with the id of a built-in one takes its
 * place.
 *
 * Records here are read once, at the first call, and live as long as the process. Thread-safe. */
#ifndef SETUP_CATALOGUE_H
#define SETUP_CATALOGUE_H

#include "setup/setup.h"

/* NULL where none has that id. */
const struct provider *catalogue_find(const char *id);

/* In the order of their ids; returns their number. */
size_t catalogue_list(const struct provider *const **ret_providers);

/* Own records first, then the catalogue without those that own records replace; `setup` may be NULL. Each calls `each`
 * until it answers true. */
void providers_each(const struct setup *setup, bool (*each)(void *ctx, const struct provider *provider, bool is_own),
                    void *ctx);

/* The provider that names this domain; NULL where there is none. No case. */
const struct provider *provider_of_domain(const struct setup *setup, struct str domain);

/* The provider whose `mx` (or, after those, whose `domains`) the host's name ends with, the longest suffix first; NULL
 * where there is none. */
const struct provider *provider_of_mx(const struct setup *setup, struct str host);

/* The provider with the same servers to receive from and to send with, rather one that hosts domains; NULL where there
 * is none. */
const struct provider *provider_of_servers(const struct setup *setup, const struct provider *like);

#endif
