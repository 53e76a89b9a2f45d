/* What the tables of providers and accounts share. Private to src/setup. */
#ifndef SETUP_WORDS_H
#define SETUP_WORDS_H

#include "base/error.h"

extern const char *const security_words[];         /* enum security */
extern const char *const receive_protocol_words[]; /* enum receive_protocol */
extern const char *const send_protocol_words[];    /* enum send_protocol */

/* Refuses what can't work: a port at which servers speak TLS from the first byte with another security, or the
 * reverse. `section` is "receive" or "send". */
int check_security_port(const char *section, int64_t port, int security, struct error *err) NODISCARD;

#endif
