/* One POP3 session: what the files of this folder share. The server answers commands in their order, so what is asked
 * for and not answered yet is a queue; where PIPELINING (RFC 2449 §6.6) isn't offered, it holds one.
 *
 *	session.c   connect, secure, log in, say goodbye
 *	reply.c     commands and their answers; errors out of refusals
 *	login.c     the log-in
 *	listing.c   what is in the mailbox: UIDL and LIST
 *	naming.c    names for messages that the server has none for, or the same twice
 *	data.c      the lines of a message, up to the one with the dot
 *	fetch.c     receiver_scan, receiver_next
 *	search.c    what came in a span of days
 *	delete.c    DELE and QUIT; what POP3 can't do
 *
 * A session is a snapshot: new mail is seen by the next connection only, and what was DELEd is deleted when the server
 * confirms QUIT. docs/pop3.md tells what follows. */
#ifndef RECEIVE_POP3_SESSION_H
#define RECEIVE_POP3_SESSION_H

#include "auth/sasl.h"
#include "base/arena.h"
#include "receive/body.h"
#include "receive/receiver.h"

enum {
	POP3_LINE_MAX = 8 * 1024, /* RFC 2449 §4: 512 */
	POP3_NAME_MAX = 255,      /* of a UIDL; RFC 1939 §7: 70 */
	POP3_MESSAGES_MAX = 1000000,
	POP3_COMMAND_MAX = 4 * 1024,
	POP3_AHEAD_MAX = 200, /* commands sent and not answered */
};

enum pop3_capability {
	POP3_CAP_STLS = 1 << 0,
	POP3_CAP_USER = 1 << 1,
	POP3_CAP_PIPELINING = 1 << 2,
	POP3_CAP_UIDL = 1 << 3,
	POP3_CAP_TOP = 1 << 4,
};

/* A message of the mailbox. */
struct pop3_mail {
	uint32_t number; /* the server's, of this session */
	uint32_t uid;    /* ours; the array is sorted by it once it is known */
	uint64_t size;   /* as LIST says; 0: it didn't */
	struct str name; /* in pop3.texts; empty until it has one */
	bool is_deleted;
	bool must_wait; /* it can't be named just now */
};

/* What a scan wants, ascending. */
struct pop3_wanted {
	uint32_t uid;
	struct pop3_mail *mail;    /* NULL: not there */
	struct incoming *incoming; /* owned; NULL until it came */
};

struct pop3 {
	struct receiver receiver; /* first: callers hold a pointer to it */
	struct stream *stream;
	struct receiver_options options; /* strings owned; login and names are as below */
	struct receiver_names *names, *own_names;
	struct error broken; /* code 0 while the connection is good */

	unsigned capabilities; /* enum pop3_capability */
	bool has_capabilities; /* the server knows CAPA */
	struct sasl_offer offer;
	int login_delay_s;
	bool is_logged_in, is_over; /* over: QUIT was answered */

	struct arena *texts;
	struct pop3_mail *mails;
	size_t mail_count, mail_size;
	bool any_waits; /* a message is there that isn't among them */

	/* fetch.c: wanted[taken…asked) is asked for or here, wanted[answered…asked) on its way */
	struct pop3_wanted *wanted;
	size_t wanted_count, taken, answered, asked;
	uint64_t bytes_ahead;
	uint64_t last_octets; /* of the message read last, where it was as large as LIST said; else 0 */

	/* delete.c */
	struct str *deleted; /* names, in texts */
	size_t deleted_count, deleted_size;
	struct error refusal; /* of the acknowledgement begun; code 0: none */
};

/* The parts of receiver_open() behind stream_connect(); takes the stream, also on failure. For tests and fuzzing. */
int pop3_open_on(struct stream *stream, const struct receiver_options *options, struct receiver **ret,
                 struct error *err) NODISCARD;

/* ---------------------------------------------------------------- reply.c */

struct pop3_reply {
	bool ok;
	struct str code;   /* "SYS/TEMP" of "-ERR [SYS/TEMP] busy"; empty where there is none */
	bool is_challenge; /* "+ TEXT", where the caller said that one may come */
	struct str text;   /* the rest; views until the next read */
};

/* Fails with what broke the connection before, if anything did. Every operation begins with it. */
int pop3_usable(const struct pop3 *pop3, struct error *err) NODISCARD;

/* Makes *err final for the connection; returns its code. */
int pop3_break(struct pop3 *pop3, struct error *err);

/* Sends "WORD\r\n", or "WORD number\r\n" and so on; never text from outside. */
int pop3_send(struct pop3 *pop3, struct error *err, const char *fmt, ...) PRINTF(3, 4) NODISCARD;

/* Reads a status line; `step` (static text) names what is waited for. Failures are of the connection and final. */
int pop3_read_reply(struct pop3 *pop3, const char *step, struct pop3_reply *ret, struct error *err) NODISCARD;

/* The same during an exchange of SASL, where a challenge may come instead. */
int pop3_read_challenge(struct pop3 *pop3, struct pop3_reply *ret, struct error *err) NODISCARD;

/* The next line of a listing: 1, or 0 at the line with the dot. */
int pop3_read_line(struct pop3 *pop3, struct str *ret_line, struct error *err) NODISCARD;

/* The error for a refused command, with code and retry as the response code says and `code` where it says nothing. */
int pop3_refused(const struct pop3_reply *reply, const char *step, enum scope scope, int code, enum retry retry,
                 struct error *err);

/* Where a refusal passes by itself (a response code or the words say so), what it was about may not be done in another
 * way, nor be the fault of one message: breaks the session, negative. 0: it is no such refusal. */
int pop3_check_passing(struct pop3 *pop3, const struct pop3_reply *reply, const char *step,
                       struct error *err) NODISCARD;

/* Where nothing is on its way, nothing may come: POP3 has no tags, and an answer too many would be taken for that of
 * the next command. Waits for nothing. */
int pop3_expect_silence(struct pop3 *pop3, struct error *err) NODISCARD;

bool pop3_is_pipelined(const struct pop3 *pop3);

/* ---------------------------------------------------------------- login.c, listing.c, naming.c, data.c */

int pop3_log_in(struct pop3 *pop3, const struct receiver_options *options, struct error *err) NODISCARD;

/* Asks what is there, names it and numbers it. */
int pop3_list_mailbox(struct pop3 *pop3, struct error *err) NODISCARD;
int pop3_name_unnamed(struct pop3 *pop3, struct error *err) NODISCARD;

/* Reads a message's lines up to the one with the dot, dots undone, into `each`; what `each` does can't fail. */
int pop3_read_data(struct pop3 *pop3, void (*each)(void *ctx, struct str bytes), void *ctx,
                   struct error *err) NODISCARD;

/* ---------------------------------------------------------------- fetch.c, delete.c */

int pop3_scan(struct receiver *r, struct position from, struct error *err) NODISCARD;
int pop3_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int pop3_next(struct receiver *r, struct incoming **ret, struct error *err) NODISCARD;
int pop3_read_over(struct pop3 *pop3, struct error *err) NODISCARD; /* what is on its way */
int pop3_forget_scan(struct pop3 *pop3, struct error *err) NODISCARD;
void pop3_free_wanted(struct pop3 *pop3);

int pop3_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int pop3_acknowledge_end(struct receiver *r, struct error *err) NODISCARD;
int pop3_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err) NODISCARD;
int pop3_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err) NODISCARD;
int pop3_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                     void *ctx, struct error *err) NODISCARD;
int pop3_idle_start(struct receiver *r, struct error *err) NODISCARD;
int pop3_no_idle(struct receiver *r, struct error *err) NODISCARD;
int pop3_noop(struct receiver *r, struct error *err) NODISCARD;

/* The message with this number; NULL where it isn't there. */
struct pop3_mail *pop3_find(struct pop3 *pop3, uint32_t uid);

#endif
