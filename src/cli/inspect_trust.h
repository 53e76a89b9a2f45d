/* What `inspect` tells of who a mail is from. Where nothing was said about the DNS, nothing is looked up: to look into
 * a mail shall not tell its sender that somebody does. */
#ifndef CLI_INSPECT_TRUST_H
#define CLI_INSPECT_TRUST_H

#include "base/buf.h"
#include "mime/message.h"
#include "trust/trust.h"

/* For the command's option table, its summary and its help. */
#define INSPECT_TRUST_OPTIONS                                                      \
	{"dns", required_argument, NULL, 'd'}, {"no-dns", no_argument, NULL, 'n'}, \
	{                                                                          \
		"trusted", required_argument, NULL, 't'                            \
	}
#define INSPECT_TRUST_ARGUMENTS "[--dns SERVER] [--trusted SERVER]"
#define INSPECT_TRUST_HELP                                                                                          \
	"      --dns SERVER  look up DKIM keys and DMARC policies there (192.0.2.1, 127.0.0.1:5353), or with the\n" \
	"                    servers of /etc/resolv.conf (system); without it, or with --no-dns, nothing is\n"      \
	"                    looked up, unless $HAUSPOST_DNS names a server\n"                                      \
	"      --trusted SERVER\n"                                                                                  \
	"                    believe the Authentication-Results that begin with this name\n"

/* Takes one of these options as getopt_long() gives it; false where it is none (or --trusted stands there too often).
 * `value` is borrowed. */
bool inspect_trust_option(int option, const char *value) NODISCARD;

/* Between the options and the first file, and after the last. E_INVALID where --dns names no server. */
int inspect_trust_open(struct error *err) NODISCARD;
void inspect_trust_close(void);

/* The object "authentication". */
json_t *inspect_trust(struct arena *arena, const struct message *m) NODISCARD;

#endif
