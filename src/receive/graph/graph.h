/* One folder of a mailbox at Microsoft Graph as the files of this folder share it: session.c opens it, folder.c finds
 * folders, look.c asks what changed (delta query), search.c what came in a span of days, page.c reads answers, fetch.c
 * gets messages, acknowledge.c tells the server. Nobody outside uses this.
 *
 * Messages have immutable ids there; the numbers are those of names.h. The cursor kept with the names is
 * "FOLDER-ID LINK": a link of another folder (that of this name was deleted and made anew) is of no use. */
#ifndef RECEIVE_GRAPH_GRAPH_H
#define RECEIVE_GRAPH_GRAPH_H

#include "auth/graph.h"
#include "receive/receiver.h"

enum {
	GRAPH_MESSAGES_MAX = 1000000, /* in a folder */
	GRAPH_NAMES_AT_ONCE = 100,
};

/* A message of the scan. */
struct graph_candidate {
	uint32_t uid;
	bool seen;
	int64_t received_at; /* 0: this session's look didn't say */
};

struct map;

struct graph_receiver {
	struct receiver receiver; /* first: a receiver is its graph_receiver */
	struct graph *graph;      /* owned */
	struct receiver_names *names;
	struct receiver_names *own_names; /* owned; NULL where they were given */
	enum after after;
	char *folder, *folder_id;             /* owned */
	char *after_folder, *after_folder_id; /* owned; the id is "" until the folder was found or made */
	uint64_t max_message_bytes;
	int64_t wait_max_ms;      /* for a single request of a batch; longer pauses are the scheduler's */
	bool looked;              /* at least once in this session: what left the folder before is forgotten */
	struct arena *look_arena; /* of `entries`; NULL: none */
	struct map *entries;      /* what looks said since the last scan, by id: graph_entry */
	struct graph_candidate *candidates;
	size_t candidates_n, candidates_size, candidates_at;
	struct arena *ids; /* of the next candidates */
	struct named named[GRAPH_NAMES_AT_ONCE];
	size_t named_n, named_at;
	size_t named_until; /* candidates before it are looked up */
};

/* ---------------------------------------------------------------- page.c */

struct graph_entry {
	struct str id;
	int64_t received_at;
	bool seen, removed;
	size_t order; /* in which they came */
};

/* A page of a delta query, a list of folders, the answers of a batch: strings live in the arena. */
struct graph_page {
	struct graph_entry *entries; /* one more message or removal each */
	size_t count;
	struct str next_link, delta_link; /* empty: none */
};

/* E_PROTOCOL where the body isn't one. Entries without an id (1 to 1,000 bytes) are E_PROTOCOL, too. */
int graph_page_read(struct str body, struct arena *arena, struct graph_page *ret_page, struct error *err) NODISCARD;

struct graph_folder {
	struct str id, name;
	bool has_children; /* known where childFolderCount was asked for */
};

struct graph_folder_page {
	struct graph_folder *folders;
	size_t count;
	struct str next_link;
};

int graph_folder_page_read(struct str body, struct arena *arena, struct graph_folder_page *ret_page,
                           struct error *err) NODISCARD;

/* "id" of one thing; empty where there is none. */
struct str graph_id_read(struct str body, struct arena *arena);

struct graph_batch_answer {
	int status; /* 0: there is no answer to this request */
	int64_t retry_after_ms;
	struct graph_fault fault;
};

/* The answers to requests "0" … "n-1", in that order, whatever order they come in. */
int graph_batch_read(struct str body, size_t n, struct arena *arena, struct graph_batch_answer *ret_answers,
                     struct error *err) NODISCARD;

/* The value of PidTagMessageSize in a message's answer; 0 where it isn't there. */
uint64_t graph_size_read(struct str body);

/* "2026-11-21T07:39:31Z", also with a fraction; 0 for anything else. */
int64_t graph_time(struct str text);

/* ---------------------------------------------------------------- folder.c */

/* The folder's id: a well-known name (inbox, junkemail …; "INBOX" in any case) or a path of display names
 * ("Inbox/Done"), the first of which may be a well-known one. Missing: E_NOT_FOUND, SCOPE_FOLDER, or made where
 * `create`. *ret_id is on the heap. */
int graph_folder_find(struct graph *graph, const char *path, bool create, char **ret_id, struct error *err) NODISCARD;

/* Appends "…/mailFolders", or below a parent "…/mailFolders/ID/childFolders". */
void graph_add_folders_url(const struct graph *graph, struct str parent, struct buf *url);

/* ---------------------------------------------------------------- folder_list.c */

/* options->list_folders for each folder, as a path ("Inbox/Done"). What can't be listed only means that nothing is
 * known of it. */
void graph_list_folders(struct graph *graph, const struct receiver_options *options);

/* ---------------------------------------------------------------- look.c */

/* Asks what changed since the cursor, or for all there is where the server has forgotten it, and takes it to the names.
 * The entries are kept for the next scan. */
int graph_look(struct graph_receiver *gr, struct error *err) NODISCARD;
void graph_forget_look(struct graph_receiver *gr);

int graph_scan(struct receiver *r, struct position from, struct error *err);
int graph_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err);
int graph_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err);
void graph_forget_scan(struct graph_receiver *gr);

/* Calls `each` for all numbers above `from`, ascending; returns how many there are. */
int graph_each_above(struct graph_receiver *gr, uint32_t from, void (*each)(void *ctx, const struct named *named),
                     void *ctx, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- search.c */

int graph_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                      void *ctx, struct error *err);

/* ---------------------------------------------------------------- fetch.c */

int graph_next(struct receiver *r, struct incoming **ret, struct error *err);

/* "…/users/USER/messages/ID" */
void graph_message_url(const struct graph_receiver *gr, struct str id, struct buf *out);

/* 404 says of the message itself that it isn't there; any other 404 may pass. */
bool graph_is_gone(int status, const struct graph_fault *fault);

/* ---------------------------------------------------------------- acknowledge.c */

int graph_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err);
int graph_acknowledge_end(struct receiver *r, struct error *err);
int graph_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err);

/* ---------------------------------------------------------------- session.c */

/* As graph_receiver.open, over a connection that is there (owned from now on, also on failure): tests. */
int graph_receiver_begin(const struct receiver_options *options, struct graph *graph, struct receiver **ret_receiver,
                         struct error *err) NODISCARD;

#endif
