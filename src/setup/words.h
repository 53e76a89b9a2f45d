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

/* The security that goes with a port where only that is said (enum security): tls for 465, 993 and 995, starttls for
 * 110 and 143, since nobody asks for plain text by leaving it out; -1: the port says nothing. */
int security_of_port(int64_t port);

#endif
