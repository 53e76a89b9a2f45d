/* Connections that a person has traced (store/traces.h): what is said on them is gathered here and written down every
 * second. Where nobody traces, a connection has no transcript and so costs nothing. Thread-safe.
 *
 *	struct tap *tap = tap_open(tracing, &(struct tap_of){.account = "support"}, "sending");     NULL: nobody wants
 *it options.transcript = tap ? tap_line : NULL; … tap_close(tap); after the connection
 */
#ifndef LISTEN_TRACING_H
#define LISTEN_TRACING_H

#include "base/error.h"
#include "store/store.h"

struct tracing;

struct tracing *tracing_new(void) NODISCARD;
void tracing_free(struct tracing *tracing);
DEFINE_CLEANUP(struct tracing *, tracing_free)

/* Reads from the store who is traced now; *ret_changed: others than before. */
int tracing_refresh(struct tracing *tracing, struct db *db, bool *ret_changed, struct error *err) NODISCARD;

/* Whose a connection is: NULL for what it doesn't have. */
struct tap_of {
	const char *account, *listener, *inlet;
};

/* When the newest trace of any of these began; 0: nobody traces it. */
int64_t tracing_since(struct tracing *tracing, const struct tap_of *of);

/* Writes down what came since; not more than 256 KiB of each, what is beyond it is counted. */
int tracing_flush(struct tracing *tracing, struct store *store, struct error *err) NODISCARD;

/* Forgets transcripts whose time is over. */
int tracing_forget(struct store *store, struct error *err) NODISCARD;

/* One connection, called `name` in transcripts. NULL where nobody traces it; `tracing` may be NULL. Texts are copied.
 */
struct tap *tap_open(struct tracing *tracing, const struct tap_of *of, const char *name) NODISCARD;

/* As a transcript's callback: secrets are blanked already. */
void tap_line(void *tap, const char *line);

/* What isn't said on the connection: how it ended. NULL is fine. */
void tap_note(struct tap *tap, const char *text);
void tap_close(struct tap *tap); /* NULL is fine */
DEFINE_CLEANUP(struct tap *, tap_close)

#endif
