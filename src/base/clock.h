/* Time: `_ms` is milliseconds; wall time is Unix time in UTC; monotonic time only measures. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base.h"

#define SECONDS_MS(n) ((int64_t)(n)*1000)
#define MINUTES_MS(n) ((int64_t)(n)*60 * 1000)
#define HOURS_MS(n)   ((int64_t)(n)*3600 * 1000)

int64_t clock_now_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Moves clock_now_ms() by `offset_ms`: tests only. */
void clock_shift(int64_t offset_ms);

/* "Sat, 21 Nov 2026 07:39:31 +0000" (RFC 5322 §3.3) */
void clock_format_rfc5322(int64_t at_ms, char ret_text[40]);

/* "2026-11-21T07:39:31.250Z" (RFC 3339) */
void clock_format_iso(int64_t at_ms, char ret_text[32]);

/* Unix ms of a civil UTC date; month 1…12. Fields out of range carry over. */
int64_t clock_from_civil(int64_t year, int month, int day, int hour, int minute, int second);

/* The begin (UTC) of a day written as "2026-11-21"; false for anything else, also for days that there aren't. */
bool clock_parse_day(const char *text, int64_t *ret_ms) NODISCARD;

/* A time with its offset from UTC as RFC 3339 §5.6 writes it ("2026-11-21T08:39:31.25+01:00"), from 1970 on; what is
 * finer than milliseconds is dropped. False for anything else, also for times that there aren't. */
bool clock_parse_iso(const char *text, int64_t *ret_ms) NODISCARD;

#endif
