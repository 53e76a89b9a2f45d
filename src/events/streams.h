/* Those who follow events live (server-sent events). The newest lie in memory once for all of them; who is further
 * behind (has come back after a while, or is slow) is given what he lacks from the store, a page at a time. So nobody
 * misses anything, and a client costs some hundred bytes, one that is behind up to a page.
 *
 * The follower (events.h) publishes and serves those behind; the server's threads read. Frames are as the HTML standard
 * has them (§9.2): "id:" is the event's number, "data:" the CloudEvent. A first frame of an "id:" alone, which
 * dispatches nothing, tells who begins with what comes where to go on. Four have a type of their own: "gap", where what
 * the client saw last is so long ago that events in between were dropped; "restored", where what it says it saw last is
 * beyond the newest there is: the store was put back from a backup, and the frame's id is where it goes on; "slow", the
 * last of a client that took nothing for a minute; and "states", which says that some listener or sender stands
 * otherwise than before: that is no event, since nothing has happened, and it names none, since it is for all. A
 * comment comes every 15 s where nothing else did. */
#ifndef EVENTS_STREAMS_H
#define EVENTS_STREAMS_H

#include "setup/setup.h"
#include "store/events.h"

#include <sys/types.h>

#define STREAM_HEARTBEAT_MS 15000
#define STREAM_STALLED_MS   60000
#define STREAM_PAGE         100    /* events from the store at a time */
#define STREAM_RING         1024   /* events in memory */
#define STREAM_RING_BYTES   MIB(4) /* … and of them at most so much */
#define STREAM_LIFE_MS      600000 /* then it ends, and the client comes back */
#define STREAM_REVIEW_MS    2000   /* so often it is looked whether sessions and tokens have ended */
#define STREAM_MOST         2000   /* clients at once */

struct streams;
struct stream_client;

struct stream_options {
	int64_t after;    /* events behind this number, which may be ahead of streams_last(); -1: from now on */
	bool is_restored; /* the store has no such number yet: the client is told, and begins from now on */
	/* Is it for this client? On any thread; `ctx` lives until stream_leave(). */
	bool (*wants)(void *ctx, const char *kind, const char *account, int64_t case_id);
	/* May it go on with this set-up? Asked with each other one; NULL: it may. While streams are locked: quick. */
	bool (*holds)(void *ctx, const struct setup *setup);
	/* What it was asked with: it ends with that. id 0: nothing that ends. */
	struct stream_credential {
		bool is_token; /* else a session */
		int64_t id;
	} credential;
	/* There is something to read. On any thread, never after stream_leave() returned. */
	void (*wake)(void *ctx);
	void *ctx;
};

/* `hurry` asks the follower to call streams_serve(): somebody is behind. On any thread. */
struct streams *streams_new(const char *source, void (*hurry)(void *ctx), void *ctx) NODISCARD;
void streams_free(struct streams *streams); /* all clients have left */

/* E_LIMIT where there are too many. */
int stream_join(struct streams *streams, const struct stream_options *options, struct stream_client **ret_client,
                struct error *err) NODISCARD;
void stream_leave(struct stream_client *client); /* frees it; NULL is fine */

/* Copies what is there; never blocks. 0: nothing now; -1: it ended. */
ssize_t stream_read(struct stream_client *client, char *room, size_t size);

size_t streams_count(struct streams *streams);

/* ---------------------------------------------------------------- for the follower */

/* Where the newest event stands, before there are clients. */
void streams_begin(struct streams *streams, int64_t last);

/* The number up to which is known. */
int64_t streams_last(struct streams *streams);

/* New ones, ascending behind streams_last(). */
void streams_publish(struct streams *streams, const struct stored_event *events, size_t n);

/* Without looking at them: there is nobody. False where somebody came. */
bool streams_skip(struct streams *streams, int64_t last);

/* Says "states" to all, behind what they have still to take; once, however often it changes until then. */
void streams_tell_states(struct streams *streams);

/* Ends those who may see less, or more, with this set-up, and those whose session or token has ended (looked for every
 * few seconds): they come back as who they are now. Before streams_publish(). */
int streams_review(struct streams *streams, struct db *db, const struct setup *setup, struct error *err) NODISCARD;

/* Gives a page to each who is behind and has nothing left to read; heartbeats; ends who is stalled or has had his
 * time. 1 where somebody is still behind and could take more. */
int streams_serve(struct streams *streams, struct db *db, int64_t now_mono_ms, struct error *err) NODISCARD;

/* Ends all: the process stops. */
void streams_end(struct streams *streams);

#endif
