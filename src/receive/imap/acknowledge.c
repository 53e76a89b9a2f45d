/* Telling the server what has been handled: seen, deleted, moved. See session.h and receiver_acknowledge_begin().
 *
 * The UIDs are cut into chunks of one command line each. The first command, where it waits for nothing, is sent by
 * _begin behind the batches on their way; the rest, where each step depends on the one before, is done by _end:
 *
 *	seen    UID STORE +FLAGS.SILENT (\Seen)
 *	delete  UID STORE \Deleted, and only when that is confirmed UID EXPUNGE (RFC 4315)
 *	        without UIDPLUS: EXPUNGE, only where nobody else's message is \Deleted; otherwise they stay so
 *	move    UID MOVE (RFC 6851), where the folder is missing CREATE and again
 *	        without MOVE: UID COPY, and only when that is done, delete
 *
 * EXPUNGE waits because while a FETCH waits for us to read, Dovecot runs the commands behind it, and an EXPUNGE then
 *sees nothing of a STORE that is not confirmed yet. */
#include "receive/imap/session.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>

enum { CHUNKS_AHEAD_MAX = 4 };

struct chunk {
	const uint32_t *uids; /* into the acknowledgement */
	size_t n;
	struct imap_command first, second;
};

struct imap_acknowledgement {
	struct imap_uids uids; /* ascending */
	size_t cut;            /* of them, those already in a chunk */
	struct chunk chunks[CHUNKS_AHEAD_MAX];
	size_t first, n; /* ring of the chunks sent and not settled */
};

static void free_acknowledgement(struct imap_acknowledgement *a)
{
	for (size_t i = 0; i < CHUNKS_AHEAD_MAX; i++) {
		imap_command_done(&a->chunks[i].first);
		imap_command_done(&a->chunks[i].second);
	}
	free(a->uids.p);
	free(a);
}

DEFINE_CLEANUP(struct imap_acknowledgement *, free_acknowledgement)

void imap_free_acknowledgement(struct imap *imap)
{
	if (imap->acknowledgement)
		free_acknowledgement(imap->acknowledgement);
	imap->acknowledgement = NULL;
}

/* ---------------------------------------------------------------- commands */

/* "UID verb SET behind". */
static int send_uid_command(struct imap *imap, const char *verb, const struct chunk *chunk, const char *behind,
                            struct imap_command *command, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(2 * IMAP_COMMAND_MAX);

	imap_begin(imap, &out);
	buf_printf(&out, "UID %s ", verb);
	size_t put = imap_put_set(&out, chunk->uids, chunk->n, SIZE_MAX); /* measured before */
	must(put == chunk->n);
	buf_add_cstr(&out, behind);
	imap_command_done(command);
	return imap_send(imap, &out, command, err);
}

static bool is_same_folder(const char *a, const char *b)
{
	return strcmp(a, b) == 0 || (str_eq_nocase(str_of(a), STR("INBOX")) && str_eq_nocase(str_of(b), STR("INBOX")));
}

static int send_to_folder(struct imap *imap, const char *verb, const struct chunk *chunk, struct imap_command *command,
                          struct error *err)
{
	struct buf folder CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	const char *typed = imap->options.after_folder;

	buf_add_char(&folder, ' ');
	if (!typed || !*typed)
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER, "no folder is set to move messages to");
	if (is_same_folder(imap_place(imap, typed), imap->options.folder)) /* it would be new mail for ever */
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER,
		                  "folder %.100s: messages can't be moved there, it is the one that is read", typed);
	int r = imap_put_folder(&folder, imap_place(imap, typed), imap->utf8, err);
	if (r < 0)
		return error_prefix(err, "folder %.100s", typed);
	return send_uid_command(imap, verb, chunk, buf_cstr(&folder), command, err);
}

static bool is_pipelined(const struct imap *imap)
{
	switch (imap->options.after) {
	case AFTER_LEAVE:
	case AFTER_SEEN:
		return true;
	case AFTER_DELETE:
		return imap->capabilities & CAP_UIDPLUS;
	case AFTER_MOVE:
		return imap->capabilities & CAP_MOVE;
	}
	return false;
}

static int send_chunk(struct imap *imap, struct chunk *chunk, struct error *err)
{
	if (imap->options.after == AFTER_SEEN)
		return send_uid_command(imap, "STORE", chunk, " +FLAGS.SILENT (\\Seen)", &chunk->first, err);
	if (imap->options.after == AFTER_MOVE)
		return send_to_folder(imap, "MOVE", chunk, &chunk->first, err);
	if (imap->options.after == AFTER_DELETE)
		return send_uid_command(imap, "STORE", chunk, " +FLAGS.SILENT (\\Deleted)", &chunk->first, err);
	return 0;
}

/* ---------------------------------------------------------------- steps that wait */

/* Messages that are gone meanwhile are no fault (RFC 5530 EXPUNGEISSUED). */
static int confirm(struct imap *imap, const struct imap_command *command, const char *step, struct error *err)
{
	int r = imap_finish(imap, command, step, err);

	if (r < 0 || command->status == STATUS_OK || command->code == CODE_EXPUNGEISSUED)
		return r;
	return imap_refused(imap, command, step, SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
}

static bool is_in(const struct chunk *chunk, uint32_t uid)
{
	size_t low = 0, high = chunk->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (chunk->uids[middle] < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < chunk->n && chunk->uids[low] == uid;
}

/* Without UIDPLUS an EXPUNGE takes every message that is \Deleted: only where all of them are ours. */
static int expunge_if_all_ours(struct imap *imap, const struct chunk *chunk, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	struct imap_uids deleted CLEANUP(imap_uids_donep) = {0};
	int r = imap_search(imap, "UID SEARCH DELETED", &deleted, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < deleted.n; i++)
		if (!is_in(chunk, deleted.p[i])) {
			log_info("imap",
			         "folder %s: messages stay flagged as deleted: others than ours are, too, and the "
			         "server knows "
			         "no UIDPLUS",
			         imap->options.folder);
			return 0;
		}
	r = imap_send_plain(imap, "EXPUNGE", &command, err);
	return r < 0 ? r : confirm(imap, &command, "expunge", err);
}

static int delete_now(struct imap *imap, const struct chunk *chunk, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r = send_uid_command(imap, "STORE", chunk, " +FLAGS.SILENT (\\Deleted)", &command, err);

	if (r == 0)
		r = confirm(imap, &command, "mark deleted", err);
	if (r < 0)
		return r;
	if (!(imap->capabilities & CAP_UIDPLUS))
		return expunge_if_all_ours(imap, chunk, err);
	r = send_uid_command(imap, "EXPUNGE", chunk, "", &command, err);
	return r < 0 ? r : confirm(imap, &command, "expunge", err);
}

/* A folder that somebody made meanwhile is as good. */
static int create_folder(struct imap *imap, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);

	imap_begin(imap, &out);
	buf_add(&out, STR("CREATE "));
	int r = imap_put_folder(&out, imap_place(imap, imap->options.after_folder), imap->utf8, err);
	if (r == 0)
		r = imap_send(imap, &out, &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "create folder", err);
	if (r < 0 || command.status == STATUS_OK || command.code == CODE_ALREADYEXISTS)
		return r;
	imap_refused(imap, &command, "create folder", SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	return imap_place_blame(imap, imap->options.after_folder, err);
}

/* The server has it by another name, or it is made. 1: it wasn't the folder. */
static int find_or_create_folder(struct imap *imap, bool said_missing, struct error *err)
{
	struct error not_made;
	int r = imap_place_find(imap, imap->options.after_folder, err);

	if (r < 0 || r == PLACE_FOUND)
		return MIN(r, 0);
	if (r == PLACE_AS_TYPED && !said_missing)
		return 1;
	r = create_folder(imap, &not_made);
	if (r < 0 && !imap->broken.code && !said_missing)
		return 1;
	if (r < 0)
		*err = not_made;
	return r;
}

/* `verb` is MOVE or COPY; the command has been sent. Some servers say [TRYCREATE] where the folder is missing, some
 * only NO. */
static int confirm_to_folder(struct imap *imap, const char *verb, const struct chunk *chunk,
                             struct imap_command *command, struct error *err)
{
	int r = imap_finish(imap, command, "move", err);

	if (r < 0 || !imap_may_miss_folder(command))
		return r < 0 ? r : confirm(imap, command, "move", err);
	r = find_or_create_folder(imap, imap_says_missing(command), err);
	if (r > 0)
		return confirm(imap, command, "move", err);
	if (r == 0)
		r = send_to_folder(imap, verb, chunk, command, err);
	return r < 0 ? r : confirm(imap, command, "move", err);
}

static int copy_and_delete(struct imap *imap, struct chunk *chunk, struct error *err)
{
	int r = send_to_folder(imap, "COPY", chunk, &chunk->first, err);

	if (r == 0)
		r = confirm_to_folder(imap, "COPY", chunk, &chunk->first, err);
	return r < 0 ? r : delete_now(imap, chunk, err);
}

static int settle_chunk(struct imap *imap, struct chunk *chunk, struct error *err)
{
	int r;

	switch (imap->options.after) {
	case AFTER_LEAVE:
		return 0;
	case AFTER_SEEN:
		return confirm(imap, &chunk->first, "mark seen", err);
	case AFTER_DELETE:
		if (!is_pipelined(imap))
			return delete_now(imap, chunk, err);
		r = confirm(imap, &chunk->first, "mark deleted", err);
		if (r == 0)
			r = send_uid_command(imap, "EXPUNGE", chunk, "", &chunk->second, err);
		return r < 0 ? r : confirm(imap, &chunk->second, "expunge", err);
	case AFTER_MOVE:
		if (!is_pipelined(imap))
			return copy_and_delete(imap, chunk, err);
		return confirm_to_folder(imap, "MOVE", chunk, &chunk->first, err);
	}
	return 0;
}

/* ---------------------------------------------------------------- chunks */

/* Cuts the next chunk off: as many as one command line holds beside the longest words around them and the folder's
 * name. */
static struct chunk *cut_chunk(struct imap *imap, struct imap_acknowledgement *a)
{
	struct chunk *chunk = &a->chunks[(a->first + a->n++) % CHUNKS_AHEAD_MAX];
	struct buf set CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	size_t folder = imap->options.after_folder ? strlen(imap_place(imap, imap->options.after_folder)) : 0;

	chunk->uids = a->uids.p + a->cut;
	chunk->n = imap_put_set(&set, chunk->uids, a->uids.n - a->cut, IMAP_COMMAND_MAX - 400 - MIN(folder * 3, 4000));
	a->cut += chunk->n;
	return chunk;
}

static int send_ahead(struct imap *imap, struct imap_acknowledgement *a, struct error *err)
{
	int r = 0;

	while (r == 0 && a->cut < a->uids.n && a->n < CHUNKS_AHEAD_MAX) {
		struct chunk *chunk = cut_chunk(imap, a);

		if (is_pipelined(imap))
			r = send_chunk(imap, chunk, err);
	}
	return r;
}

static int settle_first(struct imap *imap, struct imap_acknowledgement *a, struct error *err)
{
	struct chunk *chunk = &a->chunks[a->first];
	int r = settle_chunk(imap, chunk, err);

	imap_command_done(&chunk->first);
	imap_command_done(&chunk->second);
	a->first = (a->first + 1) % CHUNKS_AHEAD_MAX;
	a->n--;
	return r;
}

/* After a refusal the answers to what was sent already are still to be read. */
static int read_over(struct imap *imap, struct imap_acknowledgement *a, int r)
{
	struct error ignored;

	for (size_t i = 0; i < CHUNKS_AHEAD_MAX; i++) {
		struct imap_command *commands[] = {&a->chunks[i].first, &a->chunks[i].second};

		for (size_t k = 0; k < ARRAY_LEN(commands); k++)
			if (commands[k]->imap && imap_finish(imap, commands[k], "acknowledge", &ignored) < 0)
				return r;
	}
	return r;
}

/* ---------------------------------------------------------------- the two halves */

int imap_acknowledge_begin(struct receiver *receiver, const uint32_t *uids, size_t n, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	struct imap_acknowledgement *a CLEANUP(free_acknowledgementp) = NULL;
	int r = imap_usable(imap, err);

	if (r == 0 && imap->acknowledgement)
		r = imap_acknowledge_end(receiver, err);
	if (r < 0 || n == 0 || imap->options.after == AFTER_LEAVE)
		return r;
	if (imap->options.after == AFTER_MOVE && imap->options.after_folder)
		r = imap_place_special(imap, imap->options.after_folder, true, err);
	if (r < 0)
		return r;
	a = mem_new(1, sizeof *a);
	a->uids.p = mem_new(n, sizeof *a->uids.p);
	memcpy(a->uids.p, uids, n * sizeof *uids);
	a->uids.n = n;
	imap_uids_sort(&a->uids);
	fault_step("imap acknowledge: before");
	r = send_ahead(imap, a, err);
	if (r == 0 && stream_flush(imap->stream, err) < 0)
		r = imap_break(imap, err);
	if (r < 0)
		return read_over(imap, a, r);
	imap->acknowledgement = take(a);
	return 0;
}

int imap_acknowledge_end(struct receiver *receiver, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	struct imap_acknowledgement *a CLEANUP(free_acknowledgementp) = take(imap->acknowledgement);
	int r = imap_usable(imap, err);

	if (r < 0 || !a)
		return r;
	r = imap_ask_ahead(imap, err); /* so that the server has work while we wait for its confirmation */
	while (r == 0 && a->n) {
		r = settle_first(imap, a, err);
		if (r == 0)
			r = send_ahead(imap, a, err);
	}
	fault_step("imap acknowledge: after");
	return r < 0 ? read_over(imap, a, r) : 0;
}

/* The same as an acknowledgement by move, for once with another folder. */
int imap_move(struct receiver *receiver, const uint32_t *uids, size_t n, const char *folder, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	const struct receiver_options before = imap->options;
	int r = imap_acknowledge_end(receiver, err);

	imap->options.after = AFTER_MOVE;
	imap->options.after_folder = folder;
	if (r == 0)
		r = imap_acknowledge_begin(receiver, uids, n, err);
	if (r == 0)
		r = imap_acknowledge_end(receiver, err);
	imap->options.after = before.after;
	imap->options.after_folder = before.after_folder;
	return r;
}
