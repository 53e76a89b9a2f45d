/* The sender over Microsoft Graph as the files of this folder share it: session.c takes the mails one by one, letter.c
 * makes what is posted, post.c posts it and judges the answer, draft.c goes the long way with what is too large for one
 * request. Nobody outside uses this.
 *
 * Graph has no envelope: it sends to whom To, Cc and Bcc of the MIME name, and files the mail in Sent Items itself. */
#ifndef SEND_GRAPH_GRAPH_H
#define SEND_GRAPH_GRAPH_H

#include "auth/graph.h"
#include "mime/message.h"
#include "send/sender.h"

#define GRAPH_POST_MAX 4000000 /* bytes of a request's body; Graph takes 4 MB, headers and all */
#define GRAPH_MAIL_MAX MIB(200)

/* Bytes from which a mail takes another way. Tests have smaller ones. */
struct graph_limits {
	size_t post;    /* at most in a request's body: GRAPH_POST_MAX */
	size_t session; /* a file from which Graph wants an upload session */
	size_t piece;   /* of an upload */
};

struct graph_sender {
	struct sender base;  /* first: a sender is its graph_sender */
	struct graph *graph; /* owned */
	int (*before_dot)(void *ctx, struct outgoing *item, struct error *err);
	void *before_dot_ctx;
	struct graph_limits limits;
};

/* As graph_sender.open, over a connection that is there (owned from now on): tests. */
struct sender *graph_sender_begin(const struct sender_options *options, struct graph *graph) NODISCARD;

/* ---------------------------------------------------------------- letter.c */

/* A mail that is to be posted. */
struct graph_letter {
	struct buf mime;               /* with exactly its recipients in To, Cc and Bcc */
	const struct message *message; /* of `mime`; in the arena */
	bool is_sealed;                /* signed or encrypted: not one byte of its body may change */
};

/* Is this recipient asked for (no final answer from an earlier try)? */
bool graph_is_asked(const struct recipient *recipient);

/* One address, and nothing that could become two or another field. */
bool graph_is_writable(const char *address, struct arena *arena);

/* Fails (E_LIMIT, SCOPE_MESSAGE) where it is too large. */
int graph_letter_make(const struct outgoing *item, struct arena *arena, struct graph_letter *ret_letter,
                      struct error *err) NODISCARD;
void graph_letter_done(struct graph_letter *letter);

/* Bytes of the request that would carry it. */
size_t graph_posted_size(size_t mime_bytes);

/* A file that doesn't go with the MIME but is attached to the draft. */
struct graph_file {
	const struct part *part;
	struct str name, type, content_id; /* in the arena */
};

/* Takes the largest files out until what is left may be posted (`max` bytes): `ret_mime` is the rest. Returns how many;
 * *ret_files in the arena. E_LIMIT, SCOPE_MESSAGE, in words for the sender's answer, where that is impossible. */
int graph_letter_split(const struct graph_letter *letter, size_t max, struct arena *arena,
                       struct graph_file **ret_files, struct buf *ret_mime, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- post.c */

/* Gives the item and the recipients asked for an outcome. */
void graph_settle(struct outgoing *item, enum outcome outcome, const char *words);

/* Settles the item by an answer; negative where the account as a whole is meant (throttled, no permission, away). */
int graph_settle_by(struct graph_sender *gs, struct outgoing *item, const struct http_answer *answer, const char *step,
                    struct error *err);

/* Settles the item by an error of the connection, whose code it returns. */
int graph_settle_failed(struct outgoing *item, bool started, struct error *err);

/* Makes the mark, then the one request after which the mail is on its way: settles the item. */
int graph_post_finally(struct graph_sender *gs, struct outgoing *item, const struct graph_request *request,
                       struct error *err);

/* MIME in one request. */
int graph_post(struct graph_sender *gs, struct outgoing *item, const struct graph_letter *letter, struct error *err);

/* ---------------------------------------------------------------- draft.c */

int graph_send_draft(struct graph_sender *gs, struct outgoing *item, const struct graph_letter *letter,
                     struct error *err);

#endif
