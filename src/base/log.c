/* See log.h. */
#include "log.h"

#include "clock.h"
#include "metrics.h"
#include "str.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static _Atomic int max_level = LOG_INFO;
static void (*_Atomic line_sink)(enum log_level, const char *);
static _Thread_local char thread_context[121];

void log_set_level(enum log_level level)
{
	atomic_store(&max_level, (int)level);
}

void log_set_sink(void (*sink)(enum log_level level, const char *line))
{
	atomic_store(&line_sink, sink);
}

void log_set_context(const char *context)
{
	snprintf(thread_context, sizeof thread_context, "%s", context ? context : "");
}

void log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	static const char words[][8] = {"error", "warning", "info", "debug"};
	void (*sink)(enum log_level, const char *) = atomic_load(&line_sink);
	char text[1024], line[1400], when[32];
	va_list ap;

	if ((int)level > atomic_load_explicit(&max_level, memory_order_relaxed))
		return;
	metric_count(METRIC_LOG_LINES, 1, words[level]);
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text[str_make_printable(text, strlen(text), false)] = '\0';
	clock_format_iso(clock_now_ms(), when);
	snprintf(line, sizeof line, "%s %-7s %s: %s%s%s%s", when, words[level], area, thread_context[0] ? "[" : "",
	         thread_context, thread_context[0] ? "] " : "", text);
	if (sink)
		sink(level, line);
	else
		fprintf(stderr, "%s\n", line);
}
