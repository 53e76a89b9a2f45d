/* See log.h. */
#include "log.h"

#include "buf.h"
#include "clock.h"
#include "metrics.h"
#include "str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_MAX     1024
#define LONGEST_LINE 8192 /* of it all, each byte of the text as \u00XX */

static _Atomic int max_level = LOG_INFO;
static void (*_Atomic line_sink)(enum log_level, const char *);
static enum log_format line_format;
static int journal = -1;
static _Thread_local struct {
	char listener[121], account[121], message[121];
} ids;

static const char level_words[][8] = {"error", "warning", "info", "debug"};

void log_set_level(enum log_level level)
{
	atomic_store(&max_level, (int)level);
}

void log_set_sink(void (*sink)(enum log_level level, const char *line))
{
	atomic_store(&line_sink, sink);
}

int log_set_format(enum log_format format, const char *socket_path, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (format == LOG_JOURNALD) {
		snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			return fail_errno(err, errno, "the journal");
		if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
			close(fd);
			return fail(err, E_CONNECT, RETRY_NEVER,
			            "the journal: nobody listens on %s: take another --log-format", socket_path);
		}
		journal = fd;
	}
	line_format = format;
	return 0;
}

static void set_id(char room[121], const char *value)
{
	snprintf(room, 121, "%s", value ? value : "");
}

void log_set_context(const char *listener)
{
	set_id(ids.listener, listener);
}

void log_set_account(const char *account)
{
	set_id(ids.account, account);
}

void log_set_message(const char *message)
{
	set_id(ids.message, message);
}

/* ---------------------------------------------------------------- as text */

static void write_ids(struct buf *line)
{
	if (!ids.listener[0] && !ids.account[0] && !ids.message[0])
		return;
	buf_printf(line, "[%s", ids.listener);
	if (ids.account[0])
		buf_printf(line, "%saccount=%s", ids.listener[0] ? " " : "", ids.account);
	if (ids.message[0])
		buf_printf(line, "%smessage=%s", ids.listener[0] || ids.account[0] ? " " : "", ids.message);
	buf_add(line, STR("] "));
}

static void write_text(struct buf *line, enum log_level level, const char *when, const char *area, const char *text)
{
	buf_printf(line, "%s %-7s %s: ", when, level_words[level], area);
	write_ids(line);
	buf_add_cstr(line, text);
}

/* ---------------------------------------------------------------- as JSON */

/* The text is printable UTF-8: quotes and backslashes are all there is to escape. */
static void write_member(struct buf *line, const char *name, const char *value)
{
	buf_printf(line, "%s\"%s\":\"", line->n > 1 ? "," : "", name);
	for (const char *p = value; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_add_char(line, '\\');
		buf_add_char(line, *p);
	}
	buf_add_char(line, '"');
}

static void write_json(struct buf *line, enum log_level level, const char *when, const char *area, const char *text)
{
	buf_add_char(line, '{');
	write_member(line, "time", when);
	write_member(line, "level", level_words[level]);
	write_member(line, "area", area);
	if (ids.listener[0])
		write_member(line, "listener", ids.listener);
	if (ids.account[0])
		write_member(line, "account", ids.account);
	if (ids.message[0])
		write_member(line, "message", ids.message);
	write_member(line, "text", text);
	buf_add_char(line, '}');
}

/* ---------------------------------------------------------------- for the journal */

/* systemd's native protocol: a line for each field, one datagram. True where it was taken. */
static bool write_journal(struct buf *line, enum log_level level, const char *area, const char *text)
{
	static const int priorities[] = {3, 4, 6, 7}; /* syslog's */

	buf_printf(line, "PRIORITY=%d\nSYSLOG_IDENTIFIER=hauspost\nHAUSPOST_AREA=%s\n", priorities[level], area);
	if (ids.listener[0])
		buf_printf(line, "HAUSPOST_LISTENER=%s\n", ids.listener);
	if (ids.account[0])
		buf_printf(line, "HAUSPOST_ACCOUNT=%s\n", ids.account);
	if (ids.message[0])
		buf_printf(line, "HAUSPOST_MESSAGE=%s\n", ids.message);
	buf_printf(line, "MESSAGE=%s\n", text);
	return send(journal, line->p, line->n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)line->n;
}

/* ---------------------------------------------------------------- a line */

void log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	void (*sink)(enum log_level, const char *) = atomic_load(&line_sink);
	struct buf line CLEANUP(buf_done) = BUF_INIT(LONGEST_LINE);
	char text[TEXT_MAX], when[32];
	va_list ap;

	if ((int)level > atomic_load_explicit(&max_level, memory_order_relaxed))
		return;
	metric_count(METRIC_LOG_LINES, 1, level_words[level]);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text[str_make_printable(text, strlen(text), false)] = '\0';
	if (!sink && line_format == LOG_JOURNALD && write_journal(&line, level, area, text))
		return;
	buf_clear(&line);
	clock_format_iso(clock_now_ms(), when);
	if (line_format == LOG_JSON)
		write_json(&line, level, when, area, text);
	else
		write_text(&line, level, when, area, text);
	if (sink)
		sink(level, buf_cstr(&line));
	else
		fprintf(stderr, "%s\n", buf_cstr(&line));
}
