/* What became of a mail in the outbox, for people and as JSON. */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include "base/buf.h"
#include "store/outbox.h"

#include <jansson.h>

/* A line for each recipient of whom there is more to say than that the mail was sent, each after `before`. */
void print_delivery(const struct outbox_row *row, const char *before);

/* The recipients with state, the server's answer, and what reports say. */
json_t *delivery_json(const struct outbox_row *row);

#endif
