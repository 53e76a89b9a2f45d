/* What a test knows while it runs: it hears the connection's events and its transcript, and turns them into steps.
 * Private to src/probe. */
#ifndef PROBE_TRACK_H
#define PROBE_TRACK_H

#include "net/stream.h"
#include "probe/probe.h"

#define TRACK_DETAILS 40
#define TRACK_FOLDERS 1000

struct track {
	const struct probe_options *options;
	struct arena *arena;
	struct stream_watch watch;
	struct failure at;       /* how far it came; `said` and `abilities` are kept up to date */
	const char *protocol;    /* "IMAP" */
	const char *profile;     /* the authentication profile of the connection; "" */
	struct str truststore;   /* of the connection; empty: the system's */
	bool quiet;              /* a further connection of the same test: only the folder is told */
	bool greeted, says_more; /* says_more: what comes isn't the answer that matters */
	int64_t began_us, step_us;
	struct buf said;
	char mechanism[40];
	struct str details[TRACK_DETAILS];
	size_t detail_count;
	struct str folders[TRACK_FOLDERS];
	bool failed;
	const char *listener; /* whose folder is tried; NULL: none */
};

/* `track` stays where it is. */
void track_init(struct track *track, const struct probe_options *options, bool sends, struct arena *arena);
void track_done(struct track *track);

/* What the connection will be, once the settings gave it. `protocol` is the ops' name ("imap"). */
void track_connection(struct track *track, const struct account_connection *connection, const char *protocol);

/* A further connection begins. */
void track_again(struct track *track);

void track_transcript(void *ctx, const char *line);
void track_folder(void *ctx, struct str name);

/* Tells a step that was done, and the time since the one before. */
void track_step(struct track *track, const char *name, enum probe_status status, struct str text);

/* Tells the failed step and its diagnosis. */
void track_failed(struct track *track, const struct error *err);

void track_result(struct track *track, struct probe_result *ret_result);

#endif
