/* See clock.h. */
#include "clock.h"
#include "str.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <string.h>

static _Atomic int64_t shift_ms;

static int64_t read_us(clockid_t id)
{
	struct timespec ts;

	must(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000 + atomic_load_explicit(&shift_ms, memory_order_relaxed);
}

int64_t clock_mono_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void clock_shift(int64_t offset_ms)
{
	atomic_fetch_add(&shift_ms, offset_ms);
}

static void to_civil(int64_t at_ms, struct tm *ret)
{
	int64_t seconds = at_ms / 1000 - (at_ms % 1000 < 0);
	time_t t = (time_t)MIN(MAX(seconds, INT64_C(-62135596800)), INT64_C(253402300799)); /* years 1 to 9999 */

	must(gmtime_r(&t, ret) != NULL);
}

void clock_format_rfc5322(int64_t at_ms, char ret_text[40])
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm;

	to_civil(at_ms, &tm);
	snprintf(ret_text, 40, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
	         tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void write_digits(char *to, int n, int value)
{
	for (; n; value /= 10)
		to[--n] = (char)('0' + value % 10);
}

void clock_format_iso(int64_t at_ms, char ret_text[32])
{
	int ms = (int)((at_ms % 1000 + 1000) % 1000);
	struct tm tm;

	to_civil(at_ms, &tm);
	/* Without printf(): lists have hundreds of them. The year has four digits: to_civil() sees to that. */
	memcpy(ret_text, "0000-00-00T00:00:00.000Z", sizeof "0000-00-00T00:00:00.000Z");
	write_digits(ret_text, 4, tm.tm_year + 1900);
	write_digits(ret_text + 5, 2, tm.tm_mon + 1);
	write_digits(ret_text + 8, 2, tm.tm_mday);
	write_digits(ret_text + 11, 2, tm.tm_hour);
	write_digits(ret_text + 14, 2, tm.tm_min);
	write_digits(ret_text + 17, 2, tm.tm_sec);
	write_digits(ret_text + 20, 3, ms);
}

/* Days from 1970-01-01 to a civil date in the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	if (month <= 2)
		year--;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int64_t clock_from_civil(int64_t year, int month, int day, int hour, int minute, int second)
{
	return ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60000 + (int64_t)second * 1000;
}

static bool take_digits(const char *text, int n, int *ret)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + text[i] - '0';
	}
	*ret = value;
	return true;
}

/* The day that the first ten characters are. */
static bool take_day(const char *text, int64_t *ret_ms)
{
	char again[32];
	int year, month, day;
	int64_t at;

	if (!take_digits(text, 4, &year) || text[4] != '-' || !take_digits(text + 5, 2, &month) || text[7] != '-' ||
	    !take_digits(text + 8, 2, &day) || year < 1970)
		return false;
	at = clock_from_civil(year, month, day, 0, 0, 0);
	clock_format_iso(at, again);
	if (strncmp(again, text, 10) != 0) /* a field out of range was carried over */
		return false;
	*ret_ms = at;
	return true;
}

bool clock_parse_day(const char *text, int64_t *ret_ms)
{
	int64_t at;

	if (!take_day(text, &at) || text[10])
		return false;
	*ret_ms = at;
	return true;
}

/* "07:39"; false where an hour or a minute is out of range. */
static bool take_minutes(const char *text, int *ret_minutes)
{
	int hour, minute;

	if (!take_digits(text, 2, &hour) || text[2] != ':' || !take_digits(text + 3, 2, &minute) || hour > 23 ||
	    minute > 59)
		return false;
	*ret_minutes = hour * 60 + minute;
	return true;
}

/* ".25": the milliseconds that it is; moves over all its digits. */
static bool take_fraction(const char **text, int *ret_ms)
{
	int ms = 0, worth = 100;

	*ret_ms = 0;
	if (**text != '.')
		return true;
	if (!is_digit(*++*text))
		return false;
	for (; is_digit(**text); ++*text, worth /= 10)
		ms += (**text - '0') * worth;
	*ret_ms = ms;
	return true;
}

/* "Z", "+01:00" and the end. */
static bool take_offset(const char *text, int *ret_minutes)
{
	if (*text == 'Z' || *text == 'z') {
		*ret_minutes = 0;
		return text[1] == '\0';
	}
	if ((*text != '+' && *text != '-') || !take_minutes(text + 1, ret_minutes) || text[6])
		return false;
	if (*text == '-')
		*ret_minutes = -*ret_minutes;
	return true;
}

bool clock_parse_iso(const char *text, int64_t *ret_ms)
{
	int minutes, seconds, ms, offset;
	int64_t day;

	if (!take_day(text, &day) || (text[10] != 'T' && text[10] != 't') || !take_minutes(text + 11, &minutes) ||
	    text[16] != ':' || !take_digits(text + 17, 2, &seconds) || seconds > 60) /* 60: a leap second */
		return false;
	text += 19;
	if (!take_fraction(&text, &ms) || !take_offset(text, &offset))
		return false;
	*ret_ms = day + MINUTES_MS(minutes - offset) + SECONDS_MS(seconds) + ms;
	return true;
}
