/* The S/MIME of `hauspost inspect`: with the keystores that the command line names, those of no account. */
#ifndef CLI_INSPECT_SMIME_H
#define CLI_INSPECT_SMIME_H

#include "base/error.h"
#include "intake/smime_text.h"

struct inspect_keys {
	const char *keystore, *password_file; /* paths; NULL: none */
	const char *truststore;               /* NULL: the system's CA certificates */
};

/* Opens what all following calls of inspect_smime() use. Fails where a file can't be read or a keystore not opened. */
int inspect_smime_use(const struct inspect_keys *keys, struct error *err) NODISCARD;

/* NULL where the mail has nothing of S/MIME; else what was found, and the message to show. */
const struct smime_report *inspect_smime(struct arena *arena, struct message *m);

/* Gives back what inspect_smime_use() opened. */
void inspect_smime_done(void);

#endif
