/* The log: one line per event on standard error, with the ids of the account, listener and message the thread works
 * for. Libraries return errors; their owner logs once.
 *
 *	2026-11-21T08:00:00.000Z warning imap: [inbox account=support] greeting: …             LOG_TEXT
 *	{"time":"2026-11-21T08:00:00.000Z","level":"warning","area":"imap","listener":"inbox", …}  LOG_JSON
 *
 * or as fields of systemd's journal: MESSAGE, PRIORITY, HAUSPOST_AREA, HAUSPOST_LISTENER, HAUSPOST_ACCOUNT,
 * HAUSPOST_MESSAGE. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "error.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

enum log_format { LOG_TEXT, LOG_JSON, LOG_JOURNALD };

#define LOG_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Lines above `level` are dropped; LOG_INFO unless set. */
void log_set_level(enum log_level level);

/* LOG_TEXT unless set. `socket` is the journal's, for LOG_JOURNALD alone: E_CONNECT where it isn't there. What can't be
 * handed over later goes to standard error. Before there are threads. */
int log_set_format(enum log_format format, const char *socket, struct error *err) NODISCARD;

/* Where lines go instead of standard error (tests count errors); NULL takes it back. */
void log_set_sink(void (*sink)(enum log_level level, const char *line));

/* `area` is the folder or protocol ("imap", "store"). Control characters become '?'. Never pass a secret. */
void log_line(enum log_level level, const char *area, const char *fmt, ...) PRINTF(3, 4);

#define log_error(area, ...)   log_line(LOG_ERROR, area, __VA_ARGS__)
#define log_warning(area, ...) log_line(LOG_WARNING, area, __VA_ARGS__)
#define log_info(area, ...)    log_line(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)   log_line(LOG_DEBUG, area, __VA_ARGS__)

/* What this thread works for, shown on its lines: the listener (or inlet), the account, the message (an id of the
 * ledger or the outbox, as "ledger/17"). "" or NULL for nothing. Copied, cut at 120 bytes. */
void log_set_context(const char *listener);
void log_set_account(const char *account);
void log_set_message(const char *message);

#endif
