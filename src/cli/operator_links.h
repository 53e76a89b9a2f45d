/* One-time links by which operators set a password, as `hauspost operator` and `hauspost serve` print them. */
#ifndef CLI_OPERATOR_LINKS_H
#define CLI_OPERATOR_LINKS_H

#include "cli/cli.h"

/* The whole link, in the arena: below the address that the last `serve` was told, else http://127.0.0.1:8025. */
int operator_link_url(const struct cli *cli, struct arena *arena, const char *token, const char **ret_url,
                      struct error *err) NODISCARD;

/* For `serve`, once the API listens at `url`: remembers it, and where there is no operator yet prints a link for the
 * first administrator (earlier ones are of no use any more). */
int operator_links_serve(const struct cli *cli, const char *url, struct error *err) NODISCARD;

#endif
