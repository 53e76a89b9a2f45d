/* Servers that repeat what they don't understand repeat a password, too, and what servers say goes into transcripts,
 * errors and logs. What was sent as a secret is kept until the log-in is over, and blanked in every line that comes
 * back. Only stream.c uses this. */
#ifndef NET_ECHO_H
#define NET_ECHO_H

#include "base/secret.h"

#define ECHO_SECRETS 6
#define ECHO_MIN     6 /* shorter ones would be found in other words, too */

struct echo;

struct echo *echo_new(void) NODISCARD;
void echo_free(struct echo *echo); /* wipes; NULL is fine */

/* Without quotes and line end; the oldest gives way. */
void echo_sent(struct echo *echo, struct str secret);

/* In place. */
void echo_blank(const struct echo *echo, char *line, size_t n);

#endif
