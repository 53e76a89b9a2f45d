/* A receiver reads one folder of one mailbox, whatever the protocol. It runs on one thread, blocking with deadlines:
 *
 *	receiver_open(&options, &r, err)              connect, secure, log in, select
 *	receiver_scan(r, position, err)               what is new since the position? (count)
 *	while ((n = receiver_next(r, &in, err)) > 0)  one message after the other, ascending
 *		… hand `in` to the intake …
 *	receiver_acknowledge(r, uids, n, err)         only after the commit
 *	receiver_idle_start(r, err) → park on receiver_fd(r) → receiver_idle_ready(r, err)
 *
 * A message that can't be had is no error: it comes as INCOMING_FAILED, and the next follows. Errors carry `scope`:
 * SCOPE_FOLDER is the folder (missing, no rights), SCOPE_ACCOUNT the connection: after it only receiver_close() is
 * left. */
#ifndef RECEIVE_RECEIVER_H
#define RECEIVE_RECEIVER_H

#include "auth/login.h"
#include "base/buf.h"
#include "base/error.h"
#include "net/stream.h"
#include "receive/names.h"
#include "setup/account.h"
#include "setup/listener.h"

struct receiver_options {
	struct stream_options stream;
	enum security security;
	struct login login;
	/* Folders: UTF-8, "INBOX"; a name that the server lists, a path with "/", or a use such as \Archive
	 * (setup/special_use.h). */
	const char *folder;
	enum after after;
	const char *after_folder;     /* AFTER_MOVE: created where missing */
	size_t batch_bytes;           /* of one FETCH; 0: 2 MiB */
	int batch_count;              /* messages of one FETCH; 0: 100 */
	uint64_t max_message_bytes;   /* larger ones come as INCOMING_TOO_LARGE with their header only; 0: 50 MiB */
	int step_timeout_ms;          /* log-in, select, one FETCH's first byte …; 0: 60,000 */
	struct receiver_names *names; /* for servers that number nothing themselves; NULL: kept in memory only */
	void (*transcript)(void *ctx, const char *line); /* may be NULL */
	void *transcript_ctx;
	/* Called with each folder's name (UTF-8) after the log-in and before the folder is selected, where the protocol
	 * has folders; NULL: nobody wants to know. At most 1,000 names. */
	void (*list_folders)(void *ctx, struct str name);
	void *list_folders_ctx;
};

/* Where reading stands: everything up to `uid` of this `uidvalidity` has been handled. Zero: nothing yet. */
struct position {
	uint32_t uidvalidity, uid;
};

enum incoming_kind {
	INCOMING_WHOLE,
	INCOMING_TOO_LARGE, /* raw holds the header section only; `size` says how large it is */
	INCOMING_FAILED, /* it is there and could not be had (refused, no room for it here): see `fault`; raw is empty
	                  */
	INCOMING_GONE,   /* expunged between scan and fetch: nothing to handle, the position moves on */
};

/* One message from the server, owned by whoever got it (incoming_free); independent of the receiver. */
struct incoming {
	enum incoming_kind kind;
	uint32_t uidvalidity, uid;
	uint64_t size;       /* octets as the server counts them */
	int64_t received_at; /* INTERNALDATE, Unix ms; 0 where unknown */
	bool seen;           /* \Seen was set: for information, never for deciding what is new */
	struct str raw;      /* the message; in memory, or a mapped temporary file when larger than 1 MiB */
	void *memory;        /* owned: heap behind raw, or NULL */
	struct error *fault; /* owned; INCOMING_FAILED: why */
	size_t mapped;       /* bytes mapped at raw.p, or 0 */
};

void incoming_free(struct incoming *incoming);
DEFINE_CLEANUP(struct incoming *, incoming_free)

/* A message of ours that is to be filed. */
struct receiver_append {
	const char *folder;        /* "\\Sent": where sent mail belongs */
	const char *hint;          /* with a use such as \Sent: how that is called where the server marks none; "" */
	struct str mime;           /* CRLF line ends */
	const char *message_ident; /* its Message-ID, without <> */
	bool look_first;           /* an earlier try may have filed it */
};

struct receiver {
	const struct receiver_ops *ops;
};

/* What every kind of receiver does; callers use the functions below. The contracts stand there. */
struct receiver_ops {
	const char *name; /* "imap" */
	bool is_named;    /* its server has no numbers: they come from options.names */
	bool is_snapshot; /* a connection sees what was there when it was opened, and deletes at its end: POP3 */
	int (*open)(const struct receiver_options *options, struct receiver **ret, struct error *err);
	int (*scan)(struct receiver *r, struct position from, struct error *err);
	int (*scan_these)(struct receiver *r, const uint32_t *uids, size_t n, struct error *err);
	int (*next)(struct receiver *r, struct incoming **ret, struct error *err);
	int (*acknowledge_begin)(struct receiver *r, const uint32_t *uids, size_t n, struct error *err);
	int (*acknowledge_end)(struct receiver *r, struct error *err);
	int (*move)(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err);
	int (*list)(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err);
	int (*search_days)(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
	                   void *ctx, struct error *err);                                         /* NULL: it can't */
	int (*append)(struct receiver *r, const struct receiver_append *what, struct error *err); /* may be NULL */
	int (*idle_start)(struct receiver *r, struct error *err);
	int (*idle_ready)(struct receiver *r, struct error *err);
	int (*idle_stop)(struct receiver *r, struct error *err);
	int (*noop)(struct receiver *r, struct error *err);
	uint32_t (*uidvalidity)(const struct receiver *r);
	const char *(*folder)(const struct receiver *r); /* NULL: as it was asked for */
	int (*fd)(const struct receiver *r);
	int (*pause_s)(const struct receiver *r); /* NULL: 0 */
	void (*close)(struct receiver *r);
};

/* What an account's connection says; the rest is left at 0. Strings are borrowed from it. */
struct receiver_options receiver_options_of(const struct account_connection *connection);

/* Connects, secures, logs in, selects the folder. STARTTLS asked for and not offered: E_INSECURE before any password is
 * sent. Refused password: E_AUTH, RETRY_NEVER (but RETRY_LATER where the server says [UNAVAILABLE] or the like).
 * Missing folder: E_NOT_FOUND, SCOPE_FOLDER. */
int receiver_open(const struct receiver_ops *ops, const struct receiver_options *options,
                  struct receiver **ret_receiver, struct error *err) NODISCARD;

uint32_t receiver_uidvalidity(const struct receiver *r);

/* The folder's name on the server, where that is another than was asked for (a path, a use); `asked` otherwise. */
const char *receiver_folder(const struct receiver *r, const char *asked);

/* Asks which messages lie behind `from` and how large they are; returns their number. Where from.uidvalidity differs
 * from the folder's, everything in the folder is new (the caller recognises what it has handled). Forgets an unfinished
 * earlier scan. */
int receiver_scan(struct receiver *r, struct position from, struct error *err) NODISCARD;

/* Makes these messages (ascending UIDs) the scan, whatever the position: those that could not be had before. Returns
 * their number; what is not there any more comes as INCOMING_GONE. */
int receiver_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;

/* The next message of the scan in ascending UID order: 1 and *ret_incoming; 0 at the end. The FETCH of the following
 * batch is already on its way. */
int receiver_next(struct receiver *r, struct incoming **ret_incoming, struct error *err) NODISCARD;

/* Tells the server, as options.after says, of messages whose commit is done. Idempotent: messages that are gone are no
 * error. May be called between two receiver_next(). When it returns 0 the server has confirmed. */
int receiver_acknowledge(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;

/* True where a connection sees only what was there when it was opened, and deletes at its end (POP3): an
 * acknowledgement that deletes ends it, after which everything but receiver_close() fails with E_CLOSED. So whoever
 * reads acknowledges once, at the end, and opens anew for what has come since. */
bool receiver_is_snapshot(const struct receiver *r);

/* The same in two halves, so that reading doesn't wait for the confirmation: _begin sends (behind the batches that are
 * on their way), _end returns 0 when the server has confirmed. Between them receiver_next() may be called; nothing
 * else. At most one is begun: a second _begin ends the first, and fails with its error. Where _end fails, nothing is
 * known to be confirmed; with SCOPE_FOLDER the session goes on. */
int receiver_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int receiver_acknowledge_end(struct receiver *r, struct error *err) NODISCARD;

/* Moves messages to another folder than options.after_folder (created where missing), and returns when the server has
 * confirmed: for mail that is given up. Messages that are gone are no error. */
int receiver_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err) NODISCARD;

/* Every UID in the folder, ascending: for `ledger verify`. Returns their number. */
int receiver_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err) NODISCARD;

/* The UIDs, ascending, of messages that came to the folder from the day `since` on and before the day `before` (Unix
 * ms; 0: no bound), as the server counts days (POP3, Graph: in UTC). Returns their number. E_UNSUPPORTED where the
 * protocol, or this server, has no such search; then some may have been told before. */
int receiver_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                         void *ctx, struct error *err) NODISCARD;

/* Files a message, seen, in another folder (made where it is missing): 0 when the server has confirmed, 1 where it was
 * there already (look_first). E_UNSUPPORTED where the protocol can't. Another folder may be selected afterwards: the
 * session is good for nothing but this and receiver_close(). */
int receiver_append(struct receiver *r, const struct receiver_append *what, struct error *err) NODISCARD;

/* Asks to be told of news; ends an unfinished scan. 1: the server will (IDLE runs, buffers given back: park on
 * receiver_fd()); 2: IDLE runs, but mail was announced since the last scan already: don't park, call
 * receiver_idle_stop() and scan; 0: it has no IDLE, poll instead. */
int receiver_idle_start(struct receiver *r, struct error *err) NODISCARD;

/* Reads what a parked server sent, without blocking for more. 1: there may be new mail (call idle_stop, scan); 0:
 * nothing of interest, stay parked. */
int receiver_idle_ready(struct receiver *r, struct error *err) NODISCARD;

/* Ends IDLE. 1: new mail was announced meanwhile; 0: none. */
int receiver_idle_stop(struct receiver *r, struct error *err) NODISCARD;

/* Keeps a polled connection alive and hears of news: 1 news, 0 none. */
int receiver_noop(struct receiver *r, struct error *err) NODISCARD;

int receiver_fd(const struct receiver *r);
int receiver_pause_s(const struct receiver *r); /* the least time from one log-in to the next that the server wants */
void receiver_close(struct receiver *r);        /* says goodbye where that costs no waiting; NULL is fine */
DEFINE_CLEANUP(struct receiver *, receiver_close)

extern const struct receiver_ops imap_receiver;
extern const struct receiver_ops pop3_receiver;
extern const struct receiver_ops graph_receiver;
extern const struct receiver_ops maildir_receiver; /* a folder of this machine: stream.host is its path */

const struct receiver_ops *receiver_ops_of(enum receive_protocol protocol);

#endif
