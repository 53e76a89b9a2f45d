/* An inlet (FEATURES RE12): a door at which a mail server of this machine hands mail in by LMTP (RFC 2033), instead of
 * our reading a mailbox. Which listener gets it goes by the recipient's address: `addresses` of the listeners. */
#ifndef SETUP_INLET_H
#define SETUP_INLET_H

#include "record/record.h"

struct setup;
struct listener;

struct inlet {
	const char *id, *name;
	bool enabled;        /* preset true */
	const char *listen;  /* "unix:/run/hauspost/lmtp", "127.0.0.1:2424", "[::1]:2424": nothing but this machine */
	int64_t socket_mode; /* of the unix socket, as decimal digits that read as octal; preset 660 */
	int64_t connections; /* at once; preset 50 */
	int64_t recipients;  /* of one mail; preset 200 */
	int64_t max_message_mb; /* preset 50 */
	int64_t timeout_s;      /* for a command; preset 300 */
};

extern const struct record_type inlet_type;

/* Where `listen` points: true and the unix socket's path, or address and port (*ret_path NULL). False where it is
 * neither, or not this machine. */
bool inlet_place(const char *listen, const char **ret_path, char ret_host[64], int *ret_port);

/* The enabled listener for this recipient: one whose `addresses` names it exactly (with or without a +part), else one
 * with "*@domain"; NULL: nobody's. Compared without case. */
const struct listener *setup_listener_of(const struct setup *setup, struct str address);

/* No address belongs to two listeners, and no two inlets listen at one place. Part of setup_check(). */
int inlets_check(const struct setup *setup, struct error *err) NODISCARD;

#endif
