/* One IMAP session: what the files of this folder share. Commands may be pipelined, so what is asked for is kept
 * apart from what is answered: imap_send() gives a command its tag and remembers it; imap_read() reads exactly one
 * response and files it (a message to its place in the batches, news to `exists`, a tagged answer to its command);
 * imap_finish() reads until one command is answered.
 *
 *	session.c      connect, secure, select, say goodbye
 *	login.c        log in
 *	response.c     imap_send, imap_read, imap_finish; errors out of refusals
 *	fetch.c        one FETCH answer, its body straight to where it stays
 *	scan.c         receiver_scan, receiver_next: batches, order, what is missing
 *	acknowledge.c  seen, deleted, moved
 *	list.c         every UID
 *	folders.c      the names of the folders; one by what it is for
 *	namespace.c    below which prefix the folders lie, and what parts their names
 *	place.c        which folder is meant by a name that a person typed
 *	append.c       a message into another folder
 *	idle.c         IDLE and NOOP */
#ifndef RECEIVE_IMAP_SESSION_H
#define RECEIVE_IMAP_SESSION_H

#include "auth/sasl.h"
#include "receive/imap/reader.h"
#include "receive/imap/writer.h"
#include "receive/receiver.h"
#include "setup/special_use.h"

enum {
	IMAP_MESSAGES_MAX = 20 * 1000000, /* of one folder */
	IMAP_SPACES_MAX = 8,
	IMAP_PLACES_MAX = 4,
};

enum imap_capability {
	CAP_STARTTLS = 1 << 0,
	CAP_LOGINDISABLED = 1 << 1,
	CAP_SASL_IR = 1 << 3,
	CAP_LITERAL_PLUS = 1 << 4, /* LITERAL+, or LITERAL- (RFC 7888), which is enough for a name or password */
	CAP_UIDPLUS = 1 << 5,
	CAP_MOVE = 1 << 6,
	CAP_IDLE = 1 << 7,
	CAP_ENABLE = 1 << 8,
	CAP_UTF8_ACCEPT = 1 << 9,
	CAP_ESEARCH = 1 << 10,
	CAP_IMAP4REV2 = 1 << 11,
	CAP_IMAP4REV1 = 1 << 12,
	CAP_SPECIAL_USE = 1 << 13, /* RFC 6154 */
	CAP_NAMESPACE = 1 << 14,   /* RFC 2342 */
};

/* Response codes (RFC 3501 §7.1, RFC 5530, RFC 9051 §7.1) that change what we do. */
enum imap_code {
	CODE_NONE,
	CODE_OTHER,
	CODE_ALERT,
	CODE_ALREADYEXISTS,
	CODE_AUTHENTICATIONFAILED,
	CODE_AUTHORIZATIONFAILED,
	CODE_CAPABILITY,
	CODE_CONTACTADMIN,
	CODE_EXPIRED,
	CODE_EXPUNGEISSUED,
	CODE_INUSE,
	CODE_LIMIT,
	CODE_NONEXISTENT,
	CODE_NOPERM,
	CODE_OVERQUOTA,
	CODE_PRIVACYREQUIRED,
	CODE_READ_ONLY,
	CODE_READ_WRITE,
	CODE_SERVERBUG,
	CODE_THROTTLED,
	CODE_TRYCREATE,
	CODE_UIDVALIDITY,
	CODE_UNAVAILABLE,
};

enum imap_status { STATUS_PENDING, STATUS_OK, STATUS_NO, STATUS_BAD };

/* A command in flight, or answered and not yet looked at. Whoever sent it keeps it, until imap_command_done(). */
struct imap_command {
	struct imap *imap;         /* NULL: not sent */
	struct imap_command *next; /* in flight */
	unsigned tag;
	enum imap_status status;
	enum imap_code code;
	char *text; /* of a refusal; owned, NULL otherwise */
};

struct imap_batch;

/* What a LIST is asked for. */
struct imap_folder_list {
	void (*each)(void *ctx, struct str name);
	void *ctx;
	const char *mark; /* an attribute that is looked for; NULL: none */
	/* of the folder that `each` is called for */
	bool is_marked;
	char separator; /* 0: none */
};

/* Where folders lie (RFC 2342): below this prefix ("INBOX."), parted by this character. */
struct imap_space {
	char *prefix;     /* owned; "" */
	char separator;   /* 0: none */
	bool is_personal; /* else other users', or shared */
};

/* A folder that a person calls by another name than the server. */
struct imap_place {
	char *typed, *name; /* owned */
};

struct imap {
	struct receiver receiver; /* first: callers hold a pointer to it */
	struct stream *stream;
	struct imap_reader reader;
	struct receiver_options options; /* strings owned; password and transcript are NULL after opening */

	/* what the server said of itself and of the folder */
	unsigned capabilities; /* enum imap_capability */
	struct sasl_offer offer;
	bool capabilities_told;
	bool utf8; /* ENABLE UTF8=ACCEPT is in force */
	bool read_only;
	uint32_t uidvalidity, exists;
	bool selected;
	bool news;      /* messages were announced since the last scan was sent */
	bool continued; /* "+" was read */

	/* commands */
	unsigned last_tag;
	struct imap_command *in_flight; /* the youngest first */
	struct imap_command idle;
	bool idling;         /* `idle` is in flight */
	struct error broken; /* code 0 while the connection is good */

	/* scan.c: what is new, and the batches on their way (first: the one whose messages are handed out) */
	struct imap_candidate *candidates;
	size_t candidates_n, candidates_size, candidates_at;
	uint32_t scan_from;
	bool scanning;
	bool discarding; /* the batches on their way are read over */
	size_t answers_without_uid;
	struct imap_batch *batches, *batches_last;
	size_t batches_n;
	uint64_t bytes_ahead; /* of messages asked for and not yet handed out */

	/* list.c: numbers of a SEARCH go here while it is set */
	struct imap_uids *found;

	/* folders.c: names of a LIST go here while it is set */
	struct imap_folder_list *folders;

	/* namespace.c; place.c */
	struct imap_space spaces[IMAP_SPACES_MAX];
	size_t spaces_n;
	bool asks_spaces, knows_spaces;
	struct imap_place places[IMAP_PLACES_MAX];
	size_t places_n;
	char *typed; /* the folder as it was asked for, where options.folder is its name on the server; owned, else NULL
	              */
	char *tried; /* owned: names under which the last folder that was looked for isn't there; NULL: none */

	/* acknowledge.c: begun and not ended; NULL: none */
	struct imap_acknowledgement *acknowledgement;
};

/* What a scan knows of a message. */
struct imap_candidate {
	uint32_t uid;
	uint32_t size; /* RFC822.SIZE; UINT32_MAX for more; 0 also where the server didn't say */
};

/* A growing list of UIDs. */
struct imap_uids {
	uint32_t *p; /* owned */
	size_t n, size;
};

/* The parts of receiver_open() behind stream_connect(); takes the stream, also on failure. For tests and fuzzing. */
int imap_open_on(struct stream *stream, const struct receiver_options *options, struct receiver **ret,
                 struct error *err) NODISCARD;

/* ---------------------------------------------------------------- login.c */

int imap_log_in(struct imap *imap, const struct receiver_options *options, struct error *err) NODISCARD;

/* ---------------------------------------------------------------- response.c */

/* Fails with what broke the connection before, if anything did. Every operation begins with it. */
int imap_usable(const struct imap *imap, struct error *err) NODISCARD;

/* Begins a command: appends its tag and a space to `out`. imap_send() then sends the same buffer, CRLF added; *command
 * must be zero, or answered and done with. */
void imap_begin(struct imap *imap, struct buf *out);
int imap_send(struct imap *imap, struct buf *out, struct imap_command *command, struct error *err) NODISCARD;

/* As imap_send() without the CRLF: the rest of the command follows from elsewhere (a secret, a literal). */
int imap_send_open(struct imap *imap, const struct buf *out, struct imap_command *command, struct error *err) NODISCARD;

/* Begin and send in one, for commands without outside text. */
int imap_send_plain(struct imap *imap, const char *text, struct imap_command *command, struct error *err) NODISCARD;

/* Reads one response and files it; `step` (static text) names what is waited for. Failures are of the connection and
 * final. */
int imap_read(struct imap *imap, const char *step, struct error *err) NODISCARD;

/* Files the response whose first line the reader holds: imap_read() without reading that line. */
int imap_file_response(struct imap *imap, struct error *err) NODISCARD;

/* Reads until the command is answered. 0 whatever the answer is. */
int imap_finish(struct imap *imap, const struct imap_command *command, const char *step, struct error *err) NODISCARD;

/* Frees its text; an answer that comes later is that of an unknown command. */
void imap_command_done(struct imap_command *command);

/* The error for a refused command: "host: step: NO text", with code and retry as the response code says and `code`
 * where it says nothing. */
int imap_refused(const struct imap *imap, const struct imap_command *command, const char *step, enum scope scope,
                 int code, enum retry retry, struct error *err);

/* The same without the host, for what imap_break() will say it of. */
int imap_refusal(const struct imap_command *command, const char *step, enum scope scope, int code, enum retry retry,
                 struct error *err);

/* Makes *err final for the connection; returns its code. For failures of `imap_` functions that aren't imap_read()'s
 * own. */
int imap_break(struct imap *imap, struct error *err);

void imap_take_capabilities(struct imap *imap, struct str words);

/* ---------------------------------------------------------------- fetch.c, scan.c, acknowledge.c, list.c, idle.c */

/* One FETCH answer as read. */
struct imap_fetched {
	uint32_t uid; /* 0: not told */
	bool has_size, has_body, is_header, is_empty, failed;
	uint64_t size;
	bool seen;
	int64_t received_at;
	struct incoming *incoming; /* owned; NULL without a body */
	struct error err;          /* where `failed`: the body could not be kept */
};

/* Reads the rest of "* n FETCH …" and files it with imap_file_fetched(). */
int imap_read_fetch(struct imap *imap, struct error *err) NODISCARD;
int imap_file_fetched(struct imap *imap, struct imap_fetched *fetched,
                      struct error *err) NODISCARD; /* takes fetched->incoming */
bool imap_wants_bodies(const struct imap *imap);

int imap_scan(struct receiver *r, struct position from, struct error *err) NODISCARD;
int imap_scan_these(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int imap_next(struct receiver *r, struct incoming **ret, struct error *err) NODISCARD;
int imap_forget_scan(struct imap *imap, struct error *err) NODISCARD; /* reads what is still on its way, too */
void imap_free_batches(struct imap *imap);

/* Sends batches while there is room ahead. */
int imap_ask_ahead(struct imap *imap, struct error *err) NODISCARD;

int imap_acknowledge_begin(struct receiver *r, const uint32_t *uids, size_t n, struct error *err) NODISCARD;
int imap_acknowledge_end(struct receiver *r, struct error *err) NODISCARD;
int imap_move(struct receiver *r, const uint32_t *uids, size_t n, const char *folder, struct error *err) NODISCARD;
void imap_free_acknowledgement(struct imap *imap);

int imap_list(struct receiver *r, void (*each)(void *ctx, uint32_t uid), void *ctx, struct error *err) NODISCARD;
int imap_search_days(struct receiver *r, int64_t since, int64_t before, void (*each)(void *ctx, uint32_t uid),
                     void *ctx, struct error *err) NODISCARD;
int imap_search(struct imap *imap, const char *command, struct imap_uids *found, struct error *err) NODISCARD;
void imap_uids_sort(struct imap_uids *uids); /* ascending, each once */
void imap_uids_donep(struct imap_uids *uids);

/* Calls options->list_folders for each folder that can be selected. */
int imap_list_folders(struct imap *imap, const struct receiver_options *options, struct error *err) NODISCARD;

/* Reads the rest of "* LIST …" for it. */
int imap_read_folder(struct imap *imap, struct error *err) NODISCARD;

/* The folder for that use, appended to `name`: 1: it is there (called like the use itself, marked, named `hint`, or as
 * usual); 0: none is, and so it should be called ("": it can't be made). `hint` is "" for none; NULL: it isn't to be
 * made. */
int imap_find_special(struct imap *imap, const struct special_use *use, const char *hint, struct buf *name,
                      struct error *err) NODISCARD;

/* ---------------------------------------------------------------- namespace.c, place.c */

static inline bool imap_has_namespace(const struct imap *imap)
{
	return imap->capabilities & (CAP_NAMESPACE | CAP_IMAP4REV2);
}

/* Asks once; a server that doesn't know or say leaves spaces_n at 0. */
int imap_know_spaces(struct imap *imap, struct error *err) NODISCARD;

/* Reads the rest of "* NAMESPACE …". */
int imap_read_namespace(struct imap *imap, struct error *err) NODISCARD;
void imap_free_spaces(struct imap *imap);

enum imap_placing {
	PLACE_UNKNOWN,  /* it can't be called anything else, or the server doesn't say */
	PLACE_MISSING,  /* it is nowhere; imap_place() says how it should be made */
	PLACE_AS_TYPED, /* the server lists it by this very name */
	PLACE_FOUND,    /* imap_place() says by what name */
};

/* Looks for a folder that couldn't be had by the name `typed`: below the personal namespace's prefix, and with the
 * server's separator for "/". enum imap_placing. */
int imap_place_find(struct imap *imap, const char *typed, struct error *err) NODISCARD;

/* Finds a folder that is named by its use (\Archive), once a connection; 1: it is there; 0: there is none, or `typed`
 * is an ordinary name. `is_made`: then it is to be made; imap_place() says how. */
int imap_place_special(struct imap *imap, const char *typed, bool is_made, struct error *err) NODISCARD;

int imap_place_not_made(const struct special_use *use, struct error *err);

/* How the server calls it, as far as that has been found out. */
const char *imap_place(const struct imap *imap, const char *typed);

/* The name for a new folder, appended to `name`. */
int imap_place_new(struct imap *imap, const char *typed, struct buf *name, struct error *err) NODISCARD;

/* "folder NAME", and by what other names it was tried, before the error's text. */
int imap_place_blame(const struct imap *imap, const char *typed, struct error *err);
void imap_free_places(struct imap *imap);

/* The refusal of a command on a folder that may mean that there is no such folder: some servers say so, others only
 * NO. */
bool imap_may_miss_folder(const struct imap_command *command);

static inline bool imap_says_missing(const struct imap_command *command)
{
	return command->status == STATUS_NO && (command->code == CODE_TRYCREATE || command->code == CODE_NONEXISTENT);
}

int imap_append(struct receiver *r, const struct receiver_append *what, struct error *err) NODISCARD;

int imap_idle_start(struct receiver *r, struct error *err) NODISCARD;
int imap_idle_ready(struct receiver *r, struct error *err) NODISCARD;
int imap_idle_stop(struct receiver *r, struct error *err) NODISCARD;
int imap_noop(struct receiver *r, struct error *err) NODISCARD;

#endif
