/* The life of a session, downwards: greet, secure, log in, select … say goodbye. See session.h.
 *
 * Round trips: the capabilities are asked for only where neither greeting nor login told them; the password travels
 * in the login command itself (SASL-IR, else LOGIN); behind the login ENABLE, SELECT and, where needed, CAPABILITY
 * leave together. SELECT does not leave together with the login: servers that hand the connection to another process
 * on login may drop what came behind it. */
#include "receive/imap/session.h"

#include "base/mem.h"
#include "receive/connect.h"

#include <stdio.h>

/* ---------------------------------------------------------------- new and close */

static char *copy_text(const char *text)
{
	return text ? mem_strdup(text) : NULL;
}

static struct imap *imap_new(struct stream *stream, const struct receiver_options *options)
{
	struct imap *imap = mem_new(1, sizeof *imap);
	struct receiver_options *o = &imap->options;

	imap->receiver.ops = &imap_receiver;
	imap->stream = stream;
	imap_reader_init(&imap->reader, stream);
	*o = *options;
	o->stream.host = copy_text(options->stream.host);
	o->stream.policy = (struct tls_policy){0}; /* borrowed, and of no use any more */
	o->folder = mem_strdup(options->folder ? options->folder : "INBOX");
	o->after_folder = copy_text(options->after_folder);
	o->login = (struct login){0};
	o->batch_bytes = o->batch_bytes ? MIN(o->batch_bytes, MIB(64)) : MIB(2);
	o->batch_count = o->batch_count > 0 ? MIN(o->batch_count, 1000) : 100;
	o->max_message_bytes = o->max_message_bytes ? o->max_message_bytes : MIB(50);
	o->step_timeout_ms = o->step_timeout_ms > 0 ? o->step_timeout_ms : 60000;
	if (options->transcript)
		stream_set_transcript(stream, options->transcript, options->transcript_ctx);
	return imap;
}

/* Only where it can leave at once: a server that doesn't read must not hold us up. */
static void say_goodbye(struct imap *imap)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	struct error err;

	if (imap->broken.code || !imap->selected)
		return;
	stream_step(imap->stream, "logout", 1000);
	if (imap->idling && stream_write(imap->stream, STR("DONE\r\n"), &err) < 0)
		return;
	if (imap_send_plain(imap, "LOGOUT", &command, &err) == 0 && stream_flush(imap->stream, &err) < 0)
		return;
}

static void close_imap(struct receiver *r)
{
	struct imap *imap = (struct imap *)r;

	say_goodbye(imap);
	imap_free_batches(imap);
	imap_free_acknowledgement(imap);
	imap_free_spaces(imap);
	imap_free_places(imap);
	free(imap->candidates);
	imap_command_done(&imap->idle);
	imap_reader_done(&imap->reader);
	stream_close(imap->stream);
	free((void *)(uintptr_t)imap->options.stream.host);
	free((void *)(uintptr_t)imap->options.folder);
	free((void *)(uintptr_t)imap->options.after_folder);
	free(imap);
}

static void imap_closep(struct imap **imap)
{
	if (*imap)
		close_imap(&(*imap)->receiver);
}

/* ---------------------------------------------------------------- greeting */

/* Returns 1 where the server has logged us in already (PREAUTH). */
static int read_greeting(struct imap *imap, struct error *err)
{
	struct imap_reader *rd = &imap->reader;
	struct str line, word, arguments;
	bool preauth;

	stream_step(imap->stream, "greeting", imap->options.step_timeout_ms);
	if (imap_reader_next(rd, err) < 0)
		return imap_break(imap, err);
	line = cursor_rest(&rd->line);
	preauth = cursor_take_nocase(&rd->line, STR("* PREAUTH"));
	if (!preauth && !cursor_take_nocase(&rd->line, STR("* OK"))) {
		if (str_starts_nocase(line, STR("* BYE"))) {
			int r = imap_file_response(imap, err);

			return r < 0 ? imap_break(imap, err) : r;
		}
		fail(err, E_PROTOCOL, RETRY_LATER, "no IMAP server answers here, but: " STR_FMT,
		     STR_ARG(str_slice(line, 0, 80)));
		return imap_break(imap, err);
	}
	stream_tell(imap->stream, WATCH_GREETED, line);
	imap_response_code(rd, &word, &arguments);
	if (str_eq_nocase(word, STR("CAPABILITY")))
		imap_take_capabilities(imap, arguments);
	return preauth;
}

static int know_capabilities(struct imap *imap, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r;

	if (imap->capabilities_told)
		return 0;
	r = imap_send_plain(imap, "CAPABILITY", &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "capability", err);
	if (r == 0 && command.status != STATUS_OK)
		return imap_refused(imap, &command, "capability", SCOPE_ACCOUNT, E_PROTOCOL, RETRY_LATER, err);
	return r;
}

/* ---------------------------------------------------------------- STARTTLS */

static int stripped(struct imap *imap, const char *why, struct error *err)
{
	fail(err, E_INSECURE, RETRY_NEVER,
	     "STARTTLS is demanded, but %s; no password was sent (wrong port, or somebody in between strips it)", why);
	return imap_break(imap, err);
}

static int secure(struct imap *imap, const struct receiver_options *options, bool preauth, struct error *err)
{
	struct imap_command command CLEANUP(imap_command_done) = {0};
	int r;

	if (options->security != SECURITY_STARTTLS || stream_is_tls(imap->stream))
		return 0;
	if (preauth) /* RFC 9051 §7.1.4: a forged PREAUTH would keep the connection in clear */
		return stripped(imap, "the server opens with PREAUTH", err);
	r = know_capabilities(imap, err);
	if (r < 0)
		return r;
	if (!(imap->capabilities & CAP_STARTTLS))
		return stripped(imap, "the server doesn't offer it", err);
	r = imap_send_plain(imap, "STARTTLS", &command, err);
	if (r == 0)
		r = imap_finish(imap, &command, "starttls", err);
	if (r < 0)
		return r;
	if (command.status != STATUS_OK)
		return stripped(imap, "the server refuses it", err);
	if (stream_starttls(imap->stream, &options->stream, err) < 0)
		return imap_break(imap, err);
	imap->capabilities_told = false; /* what was said in clear counts for nothing */
	return 0;
}

/* ---------------------------------------------------------------- select */

static void tell_selected(const struct imap *imap)
{
	struct buf text CLEANUP(buf_done) = BUF_INIT(KIB(4));

	if (imap->typed)
		buf_printf(&text, "the server's %s, ", imap->options.folder);
	buf_printf(&text, "%u message%s%s, %s", imap->exists, imap->exists == 1 ? "" : "s",
	           imap->read_only ? ", read-only" : "",
	           imap->capabilities & CAP_IDLE ? "tells of new mail at once (IDLE)" : "is polled (no IDLE)");
	stream_tell(imap->stream, WATCH_SELECTED, buf_str(&text));
}

/* UTF8=ACCEPT (RFC 6855): without it, servers that know it may hand out mail with foreign addresses in a changed form.
 */
static int send_enable(struct imap *imap, struct imap_command *command, struct error *err)
{
	if (!(imap->capabilities & CAP_ENABLE) || !(imap->capabilities & CAP_UTF8_ACCEPT))
		return 0;
	int r = imap_send_plain(imap, "ENABLE UTF8=ACCEPT", command, err);
	if (r < 0 || str_is_ascii(str_of(imap->options.folder)))
		return r;
	/* how the folder's name is written depends on the answer */
	return imap_finish(imap, command, "enable", err);
}

static int send_select(struct imap *imap, struct imap_command *command, struct error *err)
{
	struct buf out CLEANUP(buf_done) = BUF_INIT(IMAP_COMMAND_MAX);
	int r;

	imap_begin(imap, &out);
	buf_add(&out, STR("SELECT "));
	r = imap_put_folder(&out, imap->options.folder, imap->utf8, err);
	return r < 0 ? error_prefix(err, "folder %.100s", imap->options.folder) : imap_send(imap, &out, command, err);
}

static int check_selected(struct imap *imap, const struct imap_command *command, struct error *err)
{
	const char *folder = imap->typed ? imap->typed : imap->options.folder;

	if (command->status != STATUS_OK) {
		imap_refused(imap, command, "select", SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER, err);
		return imap_place_blame(imap, folder, err);
	}
	if (!imap->uidvalidity)
		return fail_scope(err, SCOPE_FOLDER, E_UNSUPPORTED, RETRY_NEVER,
		                  "folder %.100s: the server gives it no UIDVALIDITY, so that messages can't be told "
		                  "apart over time",
		                  folder);
	if (imap->read_only && imap->options.after != AFTER_LEAVE)
		return fail_scope(err, SCOPE_FOLDER, E_REFUSED, RETRY_NEVER,
		                  "folder %.100s: it can only be read, so that messages can't be marked, deleted or "
		                  "moved afterwards",
		                  folder);
	imap->selected = true;
	tell_selected(imap);
	return 0;
}

static int select_named(struct imap *imap, struct imap_command *select, struct error *err)
{
	struct imap_command capability CLEANUP(imap_command_done) = {0}, enable CLEANUP(imap_command_done) = {0};
	int r;

	if (imap->capabilities_told)
		r = send_enable(imap, &enable, err);
	else
		r = imap_send_plain(imap, "CAPABILITY", &capability, err);
	if (r == 0)
		r = send_select(imap, select, err);
	if (r == 0 && enable.imap)
		r = imap_finish(imap, &enable, "enable", err);
	if (r == 0 && capability.imap)
		r = imap_finish(imap, &capability, "capability", err);
	return r < 0 ? r : imap_finish(imap, select, "select", err);
}

/* ---------------------------------------------------------------- the folder by another name */

static void take_place(struct imap *imap)
{
	const char *name = imap_place(imap, imap->options.folder);

	imap->typed = (char *)(uintptr_t)imap->options.folder;
	imap->options.folder = mem_strdup(name);
}

/* "\\Archive": which one that is decides over everything that follows. */
static int find_special(struct imap *imap, const struct special_use *use, struct error *err)
{
	int r = know_capabilities(imap, err);

	if (r == 0)
		r = imap_place_special(imap, imap->options.folder, false, err);
	if (r == 0)
		return fail_scope(err, SCOPE_FOLDER, E_NOT_FOUND, RETRY_NEVER,
		                  "folder %s: the server marks no folder as such%s%s", use->word,
		                  use->names[0] ? ", and none is called " : "", use->names[0] ? use->names[0] : "");
	if (r > 0)
		take_place(imap);
	return MIN(r, 0);
}

/* Refused: it may be that the server calls it by another name. */
static int select_elsewhere(struct imap *imap, struct imap_command *select, struct error *err)
{
	int r = imap_place_find(imap, imap->options.folder, err);

	if (r != PLACE_FOUND)
		return MIN(r, 0);
	take_place(imap);
	imap_command_done(select);
	r = send_select(imap, select, err);
	return r < 0 ? r : imap_finish(imap, select, "select", err);
}

static int select_folder(struct imap *imap, struct error *err)
{
	const struct special_use *use = special_use_find(str_of(imap->options.folder));
	struct imap_command select CLEANUP(imap_command_done) = {0};
	int r = use ? find_special(imap, use, err) : 0;

	if (r == 0)
		r = select_named(imap, &select, err);
	if (r == 0 && !use && imap_may_miss_folder(&select))
		r = select_elsewhere(imap, &select, err);
	return r < 0 ? r : check_selected(imap, &select, err);
}

/* ---------------------------------------------------------------- open */

static int log_in(struct imap *imap, const struct receiver_options *options, struct error *err)
{
	int r = know_capabilities(imap, err);

	if (r < 0)
		return r;
	stream_tell(imap->stream, WATCH_LOGGING_IN, STR(""));
	r = imap_log_in(imap, options, err);
	if (r == 0)
		stream_tell(imap->stream, WATCH_LOGGED_IN, STR(""));
	return r;
}

int imap_open_on(struct stream *stream, const struct receiver_options *options, struct receiver **ret,
                 struct error *err)
{
	struct imap *imap CLEANUP(imap_closep) = imap_new(stream, options);
	int preauth = read_greeting(imap, err), r;

	if (preauth < 0)
		return preauth;
	r = secure(imap, options, preauth, err);
	if (r == 0 && !preauth)
		r = log_in(imap, options, err);
	if (r == 0 && options->list_folders)
		r = imap_list_folders(imap, options, err);
	if (r == 0)
		r = select_folder(imap, err);
	if (r < 0)
		return r;
	*ret = &take(imap)->receiver;
	return 0;
}

static int open_imap(const struct receiver_options *options, struct receiver **ret, struct error *err)
{
	return receiver_connect(options, imap_open_on, ret, err);
}

static uint32_t uidvalidity_of(const struct receiver *r)
{
	return ((const struct imap *)r)->uidvalidity;
}

static const char *folder_of(const struct receiver *r)
{
	return ((const struct imap *)r)->options.folder;
}

static int fd_of(const struct receiver *r)
{
	return stream_fd(((const struct imap *)r)->stream);
}

const struct receiver_ops imap_receiver = {
        .name = "imap",
        .open = open_imap,
        .scan = imap_scan,
        .scan_these = imap_scan_these,
        .next = imap_next,
        .acknowledge_begin = imap_acknowledge_begin,
        .acknowledge_end = imap_acknowledge_end,
        .move = imap_move,
        .list = imap_list,
        .search_days = imap_search_days,
        .append = imap_append,
        .idle_start = imap_idle_start,
        .idle_ready = imap_idle_ready,
        .idle_stop = imap_idle_stop,
        .noop = imap_noop,
        .uidvalidity = uidvalidity_of,
        .folder = folder_of,
        .fd = fd_of,
        .close = close_imap,
};
