/* The log: one line per event on standard error, `level area: text`, with the ids of the account, listener and message
 * the thread works for. Libraries return errors; their owner logs once. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Lines above `level` are dropped; LOG_INFO unless set. */
void log_set_level(enum log_level level);

/* Where lines go instead of standard error (tests count errors); NULL takes it back. */
void log_set_sink(void (*sink)(enum log_level level, const char *line));

/* `area` is the folder or protocol ("imap", "store"). Control characters become '?'. Never pass a secret. */
void log_line(enum log_level level, const char *area, const char *fmt, ...) PRINTF(3, 4);

#define log_error(area, ...)   log_line(LOG_ERROR, area, __VA_ARGS__)
#define log_warning(area, ...) log_line(LOG_WARNING, area, __VA_ARGS__)
#define log_info(area, ...)    log_line(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)   log_line(LOG_DEBUG, area, __VA_ARGS__)

/* What this thread works for, shown on its lines as "[context]"; "" or NULL for nothing. Copied, cut at 120 bytes. */
void log_set_context(const char *context);

#endif
