/* When something runs out, for people. */
#ifndef CLI_EXPIRING_H
#define CLI_EXPIRING_H

#include "auth/expiry.h"

/* "2027-01-31, in 30 days", "EXPIRED 2026-11-01" */
void expiry_text(const struct expiry *expiry, int64_t now, char *ret_text, size_t size);

#endif
