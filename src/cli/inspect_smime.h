/* The S/MIME of mail that is shown: `hauspost inspect` with the keystores that the command line names, `hauspost
 * message` with those of the mail's account. */
#ifndef CLI_INSPECT_SMIME_H
#define CLI_INSPECT_SMIME_H

#include "base/error.h"
#include "intake/smime.h"
#include "intake/smime_text.h"

struct inspect_keys {
	const char *keystore, *password_file; /* paths; NULL: none */
	const char *truststore;               /* NULL: the system's CA certificates */
};

/* Opens what all following calls of inspect_smime() use. Fails where a file can't be read or a keystore not opened. */
int inspect_smime_use(const struct inspect_keys *keys, struct error *err) NODISCARD;

/* The same with an account's keystores, as they are now; what can't be opened is told with the mail. `at`: when the
 * mail came. */
void inspect_smime_use_account(const struct setup *setup, const struct account *account, int64_t at);

/* NULL where the mail has nothing of S/MIME; else what was found, and the message to show. */
const struct smime_report *inspect_smime(struct arena *arena, struct message *m);

/* The message to show: what was inside, where there is such. */
const struct message *inspect_opened(struct arena *arena, struct message *m);

/* Gives back what was opened. */
void inspect_smime_done(void);

#endif
