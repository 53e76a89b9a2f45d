/* Filing a message in another folder: APPEND (RFC 3501 §6.3.11). See session.h and receiver_append(). */
#include "receive/imap/session.h"

#define LITERAL_MINUS 4096 /* RFC 7888: what may follow unasked where the server has LITERAL- */

struct filing {
	struct imap *imap;
	const struct receiver_append *what;
	struct buf folder; /* UTF-8 */
	bool is_missing;   /* it has to be made first */
};

static void filing_done(struct filing *f)
{
	buf_done(&f->folder);
}

static int put_command(struct filing *f, const char *verb, struct buf *out, struct error *err)
{
	imap_begin(f->imap, out);
	buf_printf(out, "%s ", verb);
	if (imap_put_folder(out, buf_cstr(&f->folder), f->imap->utf8, err) < 0)
		return error_prefix(err, "folder %.100s", buf_cstr(&f->folder));
	return 0;
}

static int run_on_folder(struct filing *f, const char *verb, struct imap_command *command, const char *step,
                         struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r = put_command(f, verb, &out, err);

	if (r == 0)
		r = imap_send(f->imap, &out, command, err);
	return r < 0 ? r : imap_finish(f->imap, command, step, err);
}

static int refused(struct filing *f, const struct imap_command *command, const char *step, struct error *err)
{
	imap_refused(f->imap, command, step, SCOPE_FOLDER, E_REFUSED, RETRY_LATER, err);
	return error_prefix(err, "folder %.100s", buf_cstr(&f->folder));
}

/* ---------------------------------------------------------------- where */

static int choose_folder(struct filing *f, struct error *err)
{
	const char *folder = f->what->folder;
	const struct special_use *use = special_use_find(str_of(folder));
	int r;

	if (!use) {
		buf_add_cstr(&f->folder, imap_place(f->imap, folder));
		return 0;
	}
	r = imap_find_special(f->imap, use, f->what->hint, &f->folder, err);
	if (r < 0)
		return r;
	if (!f->folder.n)
		return imap_place_not_made(use, err);
	f->is_missing = r == 0;
	return 0;
}

/* It couldn't be had by that name. 1: the server has it by another, or it is missing for sure: try again; 0: it wasn't
 * the folder. */
static int choose_another(struct filing *f, const struct imap_command *command, struct error *err)
{
	int r;

	if (!imap_may_miss_folder(command))
		return 0;
	r = imap_place_find(f->imap, f->what->folder, err);
	if (r < 0)
		return r;
	f->is_missing = r == PLACE_MISSING || (r != PLACE_FOUND && imap_says_missing(command));
	if (!special_use_find(str_of(f->what->folder))) {
		buf_clear(&f->folder);
		buf_add_cstr(&f->folder, imap_place(f->imap, f->what->folder));
	}
	return f->is_missing || r == PLACE_FOUND;
}

static int make_folder(struct filing *f, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r = run_on_folder(f, "CREATE", &command, "create folder", err);

	f->is_missing = false;
	if (r < 0 || command.status == STATUS_OK || command.code == CODE_ALREADYEXISTS)
		return r;
	return refused(f, &command, "create folder", err);
}

/* ---------------------------------------------------------------- is it there already? */

static int examine(struct filing *f, struct imap_command *command, struct error *err)
{
	f->imap->selected = false; /* what is told from now on is of another folder */
	f->imap->uidvalidity = 0;
	return run_on_folder(f, "EXAMINE", command, "look into folder", err);
}

/* 1: it is. Only a folder that isn't there surely holds nothing of ours. */
static int look(struct filing *f, struct error *err)
{
	struct imap_command first CLEANUP(imap_command_done) = {0}, second CLEANUP(imap_command_done) = {0};
	const struct imap_command *last = &first;
	struct buf search CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	struct imap_uids found CLEANUP(imap_uids_donep) = {0};
	int r = examine(f, &first, err);

	if (r == 0 && first.status != STATUS_OK)
		r = choose_another(f, &first, err);
	if (r < 0 || f->is_missing)
		return MIN(r, 0);
	if (r > 0) {
		last = &second;
		r = examine(f, &second, err);
	}
	if (r < 0)
		return r;
	if (last->status != STATUS_OK)
		return refused(f, last, "look into folder", err);
	buf_add(&search, STR("UID SEARCH HEADER Message-ID "));
	r = imap_put_quoted(&search, str_of(f->what->message_ident), false, err);
	if (r == 0)
		r = imap_search(f->imap, buf_cstr(&search), &found, err);
	return r < 0 ? r : found.n > 0;
}

/* ---------------------------------------------------------------- the message */

/* 1: the server waits for the literal (or needn't be asked); 0: it answered already. */
static int begin_append(struct filing *f, struct imap_command *command, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	struct imap *imap = f->imap;
	bool unasked = imap->capabilities & CAP_LITERAL_PLUS && f->what->mime.n <= LITERAL_MINUS;
	int r = put_command(f, "APPEND", &out, err);

	if (r < 0)
		return r;
	buf_printf(&out, " (\\Seen) {%zu%s}\r\n", f->what->mime.n, unasked ? "+" : "");
	r = imap_send_open(imap, &out, command, err);
	if (r < 0 || unasked)
		return r < 0 ? r : 1;
	imap->continued = false;
	while (r == 0 && !imap->continued && command->status == STATUS_PENDING)
		r = imap_read(imap, "append", err);
	return r < 0 ? r : imap->continued;
}

static int append_now(struct filing *f, struct imap_command *command, struct error *err)
{
	struct imap *imap = f->imap;
	int r = begin_append(f, command, err);

	if (r <= 0)
		return r;
	stream_step(imap->stream, "append", imap->options.step_timeout_ms);
	if (stream_write_bulk(imap->stream, f->what->mime, err) < 0 || stream_write(imap->stream, STR("\r\n"), err) < 0)
		return imap_break(imap, err);
	return imap_finish(imap, command, "append", err);
}

static int make_and_append(struct filing *f, struct imap_command *command, struct error *err)
{
	int r = f->is_missing ? make_folder(f, err) : 0;

	return r < 0 ? r : append_now(f, command, err);
}

int imap_append(struct receiver *receiver, const struct receiver_append *what, struct error *err)
{
	struct imap *imap = (struct imap *)receiver;
	struct filing f CLEANUP(filing_done) = {.imap = imap, .what = what};
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r = imap_usable(imap, err);

	if (r == 0 && what->mime.n && memchr(what->mime.p, '\0', what->mime.n))
		return fail_scope(err, SCOPE_FOLDER, E_INVALID, RETRY_NEVER,
		                  "a mail with a NUL can't be filed over IMAP");
	buf_init(&f.folder, KIB(4));
	if (r == 0)
		r = choose_folder(&f, err);
	if (r == 0 && what->look_first && !f.is_missing)
		r = look(&f, err);
	if (r != 0)
		return r;
	r = make_and_append(&f, &command, err);
	if (r == 0 && command.status != STATUS_OK)
		r = choose_another(&f, &command, err);
	if (r > 0) {
		imap_command_done(&command);
		r = make_and_append(&f, &command, err);
	}
	if (r < 0)
		return r;
	return command.status == STATUS_OK ? 0 : refused(&f, &command, "append", err);
}
